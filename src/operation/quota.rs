//! Request quotas of AWS APIs.

/// A request quota of one account in one region; operations can share one.
///
/// Sources: Lambda <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html> ("Lambda
/// API requests"), KMS <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>,
/// CloudWatch Logs <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>,
/// EC2 <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html>, STS
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>, Organizations
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Quota {
    /// The only operation that it applies to, as `lambda:GetPolicy`, or a name for its group of operations.
    pub name: &'static str,
    /// Requests per second.
    pub per_second: u32,
    /// Size of the token bucket, if AWS publishes it; otherwise 1.
    pub burst: u32,
    /// Whether AWS publishes the rate; otherwise it is a cautious assumption.
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

    /// A cautious rate for an operation without a published one.
    pub(super) const fn unpublished(name: &'static str) -> Self {
        Self {
            documented: false,
            ..Self::published(name, 5, 1)
        }
    }
}
