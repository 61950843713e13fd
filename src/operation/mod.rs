//! The published list of AWS operations: one file for each service, with everything known about each operation.
//!
//! Lamppost calls no other operation. A new service is one file and its line in [`SERVICES`]; the guard, the plan, the
//! permissions, the forecast and the doctor loop over [`all`].

pub mod apigateway;
pub mod apigatewayv2;
pub mod ec2;
pub mod elasticloadbalancing;
pub mod events;
pub mod iam;
pub mod kms;
pub mod lambda;
pub mod logs;
pub mod organizations;
pub mod s3;
pub mod sns;
pub mod sqs;
pub mod sts;

mod plan;
mod quota;
mod service;

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};

pub use plan::{Depth, Plan};
pub use quota::Quota;
pub use service::{Protocol, Service};

/// The operations of every service.
pub const SERVICES: &[&[&Operation]] = &[
    lambda::ALL,
    iam::ALL,
    ec2::ALL,
    elasticloadbalancing::ALL,
    kms::ALL,
    logs::ALL,
    s3::ALL,
    sns::ALL,
    sqs::ALL,
    events::ALL,
    apigateway::ALL,
    apigatewayv2::ALL,
    sts::ALL,
    organizations::ALL,
];

/// Every published operation.
pub fn all() -> impl Iterator<Item = &'static Operation> {
    SERVICES.iter().copied().flatten().copied()
}

/// An AWS API operation that reads: the guard allows it, and `lamppost permissions` lists its action.
///
/// IAM actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Its service.
    pub service: Service,
    /// `prefix:Name`, as gaps, the ledger and reports write it; unique.
    pub label: &'static str,
    /// The operation's name.
    pub name: &'static str,
    /// The IAM action that it requires; `None` if it requires none.
    pub action: Option<&'static str>,
    /// Actions without which its answer is incomplete.
    pub further: &'static [&'static str],
    /// Resources that the action must be allowed on, in the commercial partition; empty means `*`.
    pub resources: &'static [&'static str],
    /// Its request quota.
    pub quota: Quota,
    /// The lowest depth at which it is called.
    pub depth: Depth,
    /// Whether it finds accounts and regions, before any of them is collected.
    pub discovers: bool,
    /// How a forecast estimates the number of its calls.
    pub estimate: Estimate,
    /// Calls that depend on its answer, in the words of a forecast that has not counted them.
    pub leads_to: Option<&'static str>,
}

/// Method by which a forecast estimates the number of calls of an operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Estimate {
    /// A forecast calls it, because it finds accounts, regions or functions.
    Called,
    /// A forecast calls it only if it is to be exact; otherwise it counts the calls.
    Listed,
    /// A forecast answers it on the spot and counts the calls.
    Counted,
    /// As [`Counted`](Self::Counted), but the number depends on the triggers that policies name.
    Triggered,
}

impl Operation {
    /// The published operation of that service and name.
    pub fn find(service: &str, name: &str) -> Option<&'static Self> {
        all().find(|operation| operation.service.name == service && operation.name == name)
    }

    /// Resources that published operations require that action on; empty means `*`.
    pub fn resources_of(action: &str) -> Vec<&'static str> {
        let wanting = all().filter(|one| one.action == Some(action));
        wanting.flat_map(|one| one.resources).copied().collect()
    }

    const fn action(self, action: &'static str) -> Self {
        Self {
            action: Some(action),
            ..self
        }
    }

    const fn without_action(self) -> Self {
        Self {
            action: None,
            ..self
        }
    }

    const fn further(self, further: &'static [&'static str]) -> Self {
        Self { further, ..self }
    }

    const fn on(self, resources: &'static [&'static str]) -> Self {
        Self { resources, ..self }
    }

    /// A quota that it shares with other operations.
    const fn quota(self, quota: Quota) -> Self {
        Self { quota, ..self }
    }

    /// A quota of its own.
    const fn rate(self, per_second: u32, burst: u32) -> Self {
        self.quota(Quota::published(self.label, per_second, burst))
    }

    const fn deep(self) -> Self {
        Self {
            depth: Depth::Deep,
            ..self
        }
    }

    const fn estimate(self, estimate: Estimate) -> Self {
        Self { estimate, ..self }
    }

    /// It finds accounts and regions, so a forecast calls it too.
    const fn discovers(self) -> Self {
        Self {
            discovers: true,
            estimate: Estimate::Called,
            ..self
        }
    }

    const fn leads_to(self, calls: &'static str) -> Self {
        Self {
            leads_to: Some(calls),
            ..self
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label)
    }
}

impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.label == other.label
    }
}

impl Eq for Operation {}

impl Hash for Operation {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.label.hash(state);
    }
}

impl Ord for Operation {
    fn cmp(&self, other: &Self) -> Ordering {
        self.label.cmp(other.label)
    }
}

impl PartialOrd for Operation {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    #[test]
    fn labels_tell_operations_apart() {
        let labels: BTreeSet<&str> = all().map(|operation| operation.label).collect();
        assert_eq!(labels.len(), all().count());
        for operation in all() {
            let label = format!("{}:{}", operation.service.prefix, operation.name);
            assert_eq!(label, operation.label);
        }
    }

    #[test]
    fn every_lambda_operation_draws_on_one_of_three_quotas() {
        for operation in lambda::ALL {
            let expected = match operation.name {
                "GetFunction" => lambda::GET_FUNCTION.quota,
                "GetPolicy" => lambda::GET_POLICY.quota,
                _ => lambda::CONTROL_PLANE,
            };
            assert_eq!(operation.quota, expected, "{operation}");
        }
        let others = all().filter(|one| one.service != lambda::SERVICE);
        for operation in others {
            assert!(!operation.quota.name.starts_with("lambda"), "{operation}");
        }
    }

    #[test]
    fn a_quota_has_one_rate() {
        let mut named = BTreeMap::new();
        for operation in all() {
            let quota = operation.quota;
            assert_eq!(*named.entry(quota.name).or_insert(quota), quota);
            assert!(quota.per_second > 0 && quota.burst > 0);
        }
    }
}
