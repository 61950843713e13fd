//! The published list of AWS operations that Lamppost may call, and nothing beyond it.

mod table;

pub use self::table::OPERATIONS;

/// A quota that AWS gives to one account in one region; operations may share one.
///
/// Sources: Lambda <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html> ("Lambda
/// API requests"), KMS <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>,
/// CloudWatch Logs <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>,
/// EC2 <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html>, STS
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>, Organizations
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Budget {
    /// The operation that has it to itself, as `lambda:GetPolicy`, or what its operations have in
    /// common.
    pub name: &'static str,
    /// Requests a second.
    pub per_second: u32,
    /// Requests that may come at once after a pause, where AWS says so; otherwise 1.
    pub burst: u32,
    /// Whether AWS publishes the rate; otherwise it is our own, and cautious.
    pub documented: bool,
}

impl Budget {
    /// Lambda `GetFunction`.
    pub const LAMBDA_GET_FUNCTION: Self = Self::of("lambda:GetFunction", 100, 1);
    /// Lambda `GetPolicy`.
    pub const LAMBDA_GET_POLICY: Self = Self::of("lambda:GetPolicy", 15, 1);
    /// All other operations of Lambda's control plane together.
    pub const LAMBDA_REST: Self = Self::of("lambda: all others", 15, 1);
    const STS: Self = Self::of("sts", 600, 1);

    const fn of(name: &'static str, per_second: u32, burst: u32) -> Self {
        Self {
            name,
            per_second,
            burst,
            documented: true,
        }
    }
}

/// One read-only operation: the guard lets it through, `lamppost permissions` asks for its action.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// The SDK's service name, as its metadata gives it.
    pub service: &'static str,
    /// The service's prefix in IAM actions; of the second of API Gateway's two services, which share one, its own name.
    pub prefix: &'static str,
    /// The operation's name.
    pub name: &'static str,
    /// The IAM action that allows it; `None` where AWS needs none.
    pub action: Option<&'static str>,
    /// Actions without which its answer has gaps.
    pub further: &'static [&'static str],
    /// What the action has to be allowed on, in the commercial partition; nothing where it must be everything.
    pub resources: &'static [&'static str],
    /// The quota that it draws on.
    pub budget: Budget,
    /// Whether it is called in the management account only.
    pub organization: bool,
}

impl Operation {
    /// The published operation of that service and name.
    pub fn find(service: &str, name: &str) -> Option<&'static Self> {
        OPERATIONS
            .iter()
            .find(|operation| operation.service == service && operation.name == name)
    }

    /// The published operation of that label.
    pub fn labelled(label: &str) -> Option<&'static Self> {
        OPERATIONS
            .iter()
            .find(|operation| operation.label() == label)
    }

    /// What the published operations want that action to be allowed on; nothing where it is everything.
    pub fn resources_of(action: &str) -> Vec<&'static str> {
        let wanting = OPERATIONS.iter().filter(|one| one.action == Some(action));
        wanting.flat_map(|one| one.resources).copied().collect()
    }

    /// `prefix:Name`, as gaps, the ledger and reports write it.
    pub fn label(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_lambda_operation_draws_on_one_of_three_quotas() {
        for operation in OPERATIONS.iter().filter(|one| one.prefix == "lambda") {
            let expected = match operation.name {
                "GetFunction" => Budget::LAMBDA_GET_FUNCTION,
                "GetPolicy" => Budget::LAMBDA_GET_POLICY,
                _ => Budget::LAMBDA_REST,
            };
            assert_eq!(operation.budget, expected, "{}", operation.name);
        }
        let others = OPERATIONS.iter().filter(|one| one.prefix != "lambda");
        for operation in others {
            assert!(
                !operation.budget.name.starts_with("lambda"),
                "{}",
                operation.name
            );
        }
    }

    #[test]
    fn a_quota_has_one_rate() {
        let mut named = BTreeMap::new();
        for operation in OPERATIONS {
            let budget = operation.budget;
            assert_eq!(*named.entry(budget.name).or_insert(budget), budget);
            assert!(budget.per_second > 0 && budget.burst > 0);
        }
    }
}
