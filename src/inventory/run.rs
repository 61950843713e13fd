//! What was observed of the run itself: where it went, what it called, whether it got to its end.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Gap;

/// One run of the collectors.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct RunRecord {
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// Whether it was interrupted before its end.
    pub interrupted: bool,
    /// Accounts that were targets but gave no inventory, and why.
    pub missed: Vec<MissedAccount>,
    /// Every operation that was called.
    pub ledger: Vec<LedgerEntry>,
    /// As whom and where it looked.
    #[serde(default)]
    pub scope: RunScope,
}

/// Scope of a run: the identities that it began as, and where they looked.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct RunScope {
    /// ARNs of the identities that it began as, as AWS names them.
    pub callers: Vec<String>,
    /// The endpoint that was called in place of AWS's own; absent where it was AWS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Endpoints of single services that were called in place of AWS's own, by the service.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub service_endpoints: BTreeMap<String, String>,
    /// The accounts that were chosen, in the words of the command line.
    pub targets: String,
    /// The part of the accounts, as `I/N`; absent for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// Regions that were chosen; empty: all that are enabled.
    pub regions: Vec<String>,
    /// Regions that were left out.
    pub excluded_regions: Vec<String>,
}

impl RunScope {
    /// The accounts of the identities that it began as.
    pub fn accounts(&self) -> BTreeSet<&str> {
        let arns = self.callers.iter();
        arns.filter_map(|arn| arn.split(':').nth(4)).collect()
    }

    /// The endpoints that it calls, for a person.
    pub fn endpoints(&self) -> String {
        let services = self.service_endpoints.iter();
        let services = services.map(|(service, url)| format!("the endpoint `{url}` of {service}"));
        let global = self
            .endpoint
            .iter()
            .map(|url| format!("the endpoint `{url}`"));
        let each: Vec<String> = global.chain(services).collect();
        match each.is_empty() {
            true => "the endpoints of AWS".to_owned(),
            false => each.join(", "),
        }
    }

    /// Scope of runs that are shown together: what all of them say, each part once.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Self {
        let everywhere = self.regions.is_empty() || other.regions.is_empty();
        for (own, more) in [
            (&mut self.callers, &other.callers),
            (&mut self.regions, &other.regions),
            (&mut self.excluded_regions, &other.excluded_regions),
        ] {
            own.extend(more.iter().cloned());
            own.sort();
            own.dedup();
        }
        if everywhere {
            self.regions.clear();
        }
        self.shard = None;
        self.endpoint = self.endpoint.or_else(|| other.endpoint.clone());
        for (service, endpoint) in &other.service_endpoints {
            let own = self.service_endpoints.entry(service.clone());
            own.or_insert_with(|| endpoint.clone());
        }
        if self.targets.is_empty() {
            self.targets.clone_from(&other.targets);
        }
        self
    }
}

/// An account that was a target but could not be, or was not to be, looked into.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct MissedAccount {
    /// Twelve digits; what the user wrote where that is not known.
    pub id: String,
    /// Its name in the organisation; empty where that is not known.
    pub name: String,
    /// Why.
    pub reason: MissedReason,
}

/// Why an account gave no inventory.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MissedReason {
    /// It could not be entered.
    Unreachable(Gap),
    /// It was left out on purpose, for example because it is suspended.
    Skipped(String),
}

/// What calling one operation took, over the whole run.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct LedgerEntry {
    /// `service:Operation`.
    pub operation: String,
    /// Calls, each counted once however often it was attempted.
    pub calls: u64,
    /// Attempts, retries included.
    pub attempts: u64,
    /// Attempts that were throttled.
    pub throttles: u64,
    /// Calls that failed in the end, by error code.
    pub errors: BTreeMap<String, u64>,
    /// Milliseconds from the first attempt to the answer, summed over calls.
    pub milliseconds: u64,
}

impl LedgerEntry {
    /// One entry for each operation, in order.
    pub fn sum(entries: impl IntoIterator<Item = Self>) -> Vec<Self> {
        let mut sums: BTreeMap<String, Self> = BTreeMap::new();
        for entry in entries {
            let sum = sums.entry(entry.operation.clone()).or_default();
            sum.operation = entry.operation;
            sum.calls += entry.calls;
            sum.attempts += entry.attempts;
            sum.throttles += entry.throttles;
            sum.milliseconds += entry.milliseconds;
            for (code, count) in entry.errors {
                *sum.errors.entry(code).or_default() += count;
            }
        }
        sums.into_values().collect()
    }
}
