//! AWS operations that Lamppost may call, and nothing beyond them: one file for each service, with all that is known of
//! each of its operations.
//!
//! A new service is a file here and its line in [`SERVICES`]; the guard, the plan, the permissions, the forecast and the
//! doctor are loops over [`all`].

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

/// One read-only operation: the guard lets it through, `lamppost permissions` asks for its action.
///
/// IAM actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The service that offers it.
    pub service: Service,
    /// `prefix:Name`, as gaps, the ledger and reports write it; no two operations have the same.
    pub label: &'static str,
    /// The operation's name.
    pub name: &'static str,
    /// The IAM action that allows it; `None` where AWS needs none.
    pub action: Option<&'static str>,
    /// Actions without which its answer has gaps.
    pub further: &'static [&'static str],
    /// What the action has to be allowed on, in the commercial partition; nothing where it must be everything.
    pub resources: &'static [&'static str],
    /// The quota that it draws on.
    pub quota: Quota,
    /// The depth from which on it is called.
    pub depth: Depth,
    /// Whether it is called to find accounts and regions, before any of them is collected.
    pub discovers: bool,
    /// How a forecast comes to the number of its calls.
    pub estimate: Estimate,
    /// Calls that depend on its answer, as a forecast says that it has not counted them.
    pub leads_to: Option<&'static str>,
}

/// Means by which a forecast comes to the number of calls of an operation.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Estimate {
    /// It is really called, because it finds accounts, regions or functions.
    Called,
    /// It is really called where the lists of what hangs on functions are asked for too.
    Listed,
    /// It is answered on the spot and counted.
    Counted,
    /// The same; how often it is called depends on the triggers that policies name.
    Triggered,
}

impl Operation {
    /// The published operation of that service and name.
    pub fn find(service: &str, name: &str) -> Option<&'static Self> {
        all().find(|operation| operation.service.name == service && operation.name == name)
    }

    /// What the published operations want that action to be allowed on; nothing where it is everything.
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

    /// A quota that it shares with others, or that AWS names otherwise.
    const fn quota(self, quota: Quota) -> Self {
        Self { quota, ..self }
    }

    /// A quota that it has to itself.
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

    /// It finds accounts and regions, so that a forecast calls it too.
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
