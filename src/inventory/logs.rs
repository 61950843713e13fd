//! Log groups that functions write to.

use serde::{Deserialize, Serialize};

use super::gaps::gaps;

/// One CloudWatch Logs group.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Days that events are kept; absent: for ever.
    pub retention_days: Option<i32>,
    /// The customer key that encrypts it.
    pub kms_key_arn: Option<String>,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`, raw; `DELIVERY` keeps one day.
    pub class: String,
}

gaps! {
    LogGroup { name, retention_days, kms_key_arn, class }
}
