//! What triggers name as the source of their events.

use serde::{Deserialize, Serialize};

use super::Observed;
use super::gaps::gaps;

/// A source that a resource-based policy or an event source mapping names, and whether it is there.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TriggerSource {
    /// Its ARN as the policy or the mapping has it; in a policy it may hold wildcards.
    pub arn: String,
    /// Whether the account has something of that name.
    pub exists: Observed<bool>,
}

gaps! {
    TriggerSource { arn, exists }
}
