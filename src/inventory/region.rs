//! One region of one account.

use serde::{Deserialize, Serialize};

use super::gaps::gaps;
use super::{Function, Gap, Gaps, Observed, RegionName, RegionServices};

/// Everything observed in one region of one account.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RegionInventory {
    /// The region's name.
    pub region: RegionName,
    /// Whether it could be looked into.
    pub status: RegionStatus,
    /// `GetAccountSettings`: size and limits.
    pub settings: Observed<AccountSettings>,
    /// The functions, where the list itself could be read.
    ///
    /// A list that broke off in the middle keeps what was read in `functions` and says so here.
    pub listing: Observed<()>,
    /// Functions of the region.
    pub functions: Vec<Function>,
    /// Event source mappings of the whole region.
    pub event_source_mappings: Observed<Vec<EventSourceMapping>>,
    /// Code-signing configurations with the functions that use them.
    pub code_signing: Observed<Vec<CodeSigningConfig>>,
    /// Capacity providers, asked for where a function runs on one.
    pub capacity_providers: Observed<Vec<CapacityProvider>>,
    /// Own layers, all versions.
    pub layers: Observed<Vec<LayerVersion>>,
    /// Observations of other services than Lambda.
    #[serde(flatten)]
    pub services: RegionServices,
}

/// Whether a region could be looked into.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RegionStatus {
    /// It has functions and they were listed, at least in part.
    Scanned,
    /// It has no functions and no layers.
    Empty,
    /// It is not switched on for the account.
    NotEnabled,
    /// AWS refused to say anything about it.
    Denied(Gap),
    /// It could not be reached or did not answer.
    Unreachable(Gap),
}

/// A capacity provider: instances of the account's own that Lambda manages and runs functions on.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CapacityProvider.html>
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CapacityProvider {
    /// Its ARN.
    pub arn: String,
    /// `Pending`, `Active`, `Failed` or `Deleting`, raw.
    pub state: String,
    /// Subnets that the instances run in.
    pub subnets: Vec<String>,
    /// Security groups of the instances.
    pub security_groups: Vec<String>,
    /// ARN of the role by which Lambda manages the instances.
    pub operator_role: Option<String>,
    /// Customer key of the instances' volumes.
    pub kms_key_arn: Option<String>,
}

/// Limits and usage of Lambda in one region.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AccountSettings {
    /// Number of functions.
    pub function_count: i64,
    /// Concurrent executions that the region allows.
    pub concurrent_executions: i64,
    /// Those that no function has reserved.
    pub unreserved_concurrent_executions: i64,
}

/// An event source mapping.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct EventSourceMapping {
    /// Its id.
    pub uuid: String,
    /// ARN of the function, alias or version that it invokes.
    pub function_arn: String,
    /// ARN of the source; absent for a self-managed Kafka cluster.
    pub source_arn: Option<String>,
    /// Whether the source is a self-managed Kafka cluster.
    pub self_managed_kafka: bool,
    /// `Enabled`, `Disabled`, …, raw.
    pub state: String,
    /// Where batches go that could not be processed: an ARN or `kafka://topic`.
    pub on_failure: Option<String>,
    /// Types of its source access configurations, raw.
    pub source_access: Vec<String>,
    /// Retries; `-1`: without end; absent: not applicable to the source.
    pub maximum_retry_attempts: Option<i32>,
    /// Key of its filter criteria.
    pub kms_key_arn: Option<String>,
}

/// A code-signing configuration and who uses it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct CodeSigningConfig {
    /// Its ARN.
    pub arn: String,
    /// `Warn` or `Enforce`, raw.
    pub untrusted_artifact: String,
    /// Signing profile versions that it trusts.
    pub publishers: Vec<String>,
    /// ARNs of the functions that use it.
    pub functions: Observed<Vec<String>>,
}

/// One version of an own layer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LayerVersion {
    /// ARN with the version.
    pub arn: String,
    /// The layer's name.
    pub name: String,
    /// The version's number.
    pub version: i64,
    /// When it was published, as AWS writes it.
    pub created: Option<String>,
    /// Its policy, as text; `Known(None)`: it has none.
    pub policy: Observed<Option<String>>,
}

gaps! {
    CapacityProvider { arn, state, subnets, security_groups, operator_role, kms_key_arn }
    AccountSettings { function_count, concurrent_executions, unreserved_concurrent_executions }
    EventSourceMapping {
        uuid, function_arn, source_arn, self_managed_kafka, state, on_failure, source_access,
        maximum_retry_attempts, kms_key_arn,
    }
    CodeSigningConfig { arn, untrusted_artifact, publishers, functions }
    LayerVersion { arn, name, version, created, policy }
}

impl Gaps for RegionInventory {
    fn find_gaps<'a>(&'a self, found: &mut Vec<&'a Gap>) {
        let Self {
            region: _,
            status,
            settings,
            listing,
            functions,
            event_source_mappings,
            code_signing,
            capacity_providers,
            layers,
            services,
        } = self;
        status.find_gaps(found);
        match status {
            // Everything in it is missing for this one reason, or because there is nothing.
            RegionStatus::Denied(_) | RegionStatus::Unreachable(_) | RegionStatus::NotEnabled => {}
            RegionStatus::Scanned | RegionStatus::Empty => {
                settings.find_gaps(found);
                listing.find_gaps(found);
                functions.find_gaps(found);
                event_source_mappings.find_gaps(found);
                code_signing.find_gaps(found);
                capacity_providers.find_gaps(found);
                layers.find_gaps(found);
                services.find_gaps(found);
            }
        }
    }
}
