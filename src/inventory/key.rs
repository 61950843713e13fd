//! KMS keys that functions refer to.

use serde::{Deserialize, Serialize};

use super::Observed;
use super::gaps::gaps;

/// One KMS key as its owner describes it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct KmsKey {
    /// The key's ARN.
    pub arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion`, …, raw.
    pub state: String,
    /// `CUSTOMER` or `AWS`, raw.
    pub manager: String,
    /// `AWS_KMS`, `EXTERNAL`, `AWS_CLOUDHSM`, …, raw.
    pub origin: String,
    /// `SYMMETRIC_DEFAULT`, `RSA_2048`, …, raw.
    pub spec: String,
    /// Whether AWS rotates it; asked only where rotation is possible.
    pub rotation: Observed<Option<bool>>,
    /// Its key policy, as text.
    pub policy: Observed<String>,
}

gaps! {
    KmsKey { arn, state, manager, origin, spec, rotation, policy }
}
