//! How often AWS lets an account call.

/// A quota that AWS gives to one account in one region; operations may share one.
///
/// Sources: Lambda <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html> ("Lambda
/// API requests"), KMS <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>,
/// CloudWatch Logs <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>,
/// EC2 <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html>, STS
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>, Organizations
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Quota {
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

impl Quota {
    /// A rate that AWS publishes.
    pub(super) const fn published(name: &'static str, per_second: u32, burst: u32) -> Self {
        Self {
            name,
            per_second,
            burst,
            documented: true,
        }
    }

    /// A cautious rate where AWS publishes none.
    pub(super) const fn unpublished(name: &'static str) -> Self {
        Self {
            documented: false,
            ..Self::published(name, 5, 1)
        }
    }
}
