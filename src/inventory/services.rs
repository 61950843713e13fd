//! Observations of services other than Lambda, by region and by account.
//!
//! A new service is one field here and its name in [`gaps!`]. The default of a field is that the scan did not ask.

use serde::{Deserialize, Serialize};

use super::gaps::gaps;
use super::{Iam, KmsKey, LogGroup, Network, Observed, RegionApis, RegionBalancers, TriggerSource};

/// Observations of regional services in one region.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct RegionServices {
    /// The VPC surroundings of its functions.
    pub network: Observed<Network>,
    /// KMS keys that functions refer to, by the ARN or id that was asked for; `Known(None)`: no such key.
    pub keys: Vec<(String, Observed<Option<KmsKey>>)>,
    /// Log groups that functions write to; a group that is not listed does not exist.
    pub log_groups: Observed<Vec<LogGroup>>,
}

/// Observations of global services, and of the resources that triggers name.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(default)]
pub struct AccountServices {
    /// Its principals and policies; IAM is global, so once an account.
    pub iam: Observed<Iam>,
    /// Sources of the account's own that triggers name. One that is not here was not looked for: it is
    /// of another account, of a region that was left out, or of a kind that cannot be listed.
    pub sources: Vec<TriggerSource>,
    /// APIs of the account's own that policies of its functions let in, by region. A region that is not here was not
    /// looked into.
    pub apis: Vec<RegionApis>,
    /// Load balancers in front of its functions, by region. A region that is not here was not looked into.
    pub balancers: Vec<RegionBalancers>,
}

gaps! {
    RegionServices { network, keys, log_groups }
    AccountServices { iam, sources, apis, balancers }
}
