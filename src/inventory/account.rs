//! One account, with everything that hangs on it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::gaps::gaps;
use super::{AccountId, AccountServices, Gap, Observed, RegionInventory};

/// Everything observed of one account: the unit in which Lamppost collects, judges and forgets.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct AccountInventory {
    /// The account itself.
    pub account: AccountRecord,
    /// Every region that was looked at, also those that were empty or refused.
    pub regions: Vec<RegionInventory>,
    /// Observations of other services than Lambda.
    #[serde(flatten)]
    pub services: AccountServices,
}

/// Who an account is.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AccountRecord {
    /// Its id.
    pub id: AccountId,
    /// The name that the organisation gives it; empty where that is not known.
    pub name: String,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub partition: String,
    /// When its collection began.
    pub observed_at: Timestamp,
    /// What its organisation says; `Known(None)` for an account outside any organisation.
    pub organization: Observed<Option<Organization>>,
    /// Why its list of regions could not be read; regions that it opted into may then be missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted_regions: Option<Gap>,
}

/// The organisation that an account belongs to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Organization {
    /// `o-…`.
    pub id: String,
    /// The management account's id.
    pub management_account: String,
    /// Ids of all accounts of the organisation. Organizations lists them to the management account and to delegated
    /// administrators only.
    pub accounts: Observed<Vec<String>>,
    /// From the root's id (`r-…`) down to the account's own unit; empty where not read.
    pub path: Vec<String>,
    /// Service control policies for each level of `path`, then for the account itself.
    ///
    /// `Known(None)`: the policy type is not in use.
    pub service_control_policies: Observed<Option<Vec<Vec<ServiceControlPolicy>>>>,
}

/// One service control policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ServiceControlPolicy {
    /// `p-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its document, as text.
    pub document: String,
}

gaps! {
    AccountInventory { account, regions, services }
    AccountRecord { id, name, partition, observed_at, organization, unlisted_regions }
    Organization { id, management_account, accounts, path, service_control_policies }
    ServiceControlPolicy { id, name, document }
}
