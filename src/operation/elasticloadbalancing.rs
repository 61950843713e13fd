//! Operations of Elastic Load Balancing.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html>.

use super::{Estimate, Operation, Protocol, Quota, Service};

/// Elastic Load Balancing.
pub const SERVICE: Service = Service::regional(
    "Elastic Load Balancing v2",
    "elasticloadbalancing",
    Protocol::Query,
);

/// Quota that all read operations share.
///
/// Source: <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>
const DESCRIBE: Quota = Quota::published("elasticloadbalancing: Describe*", 10, 40);

/// The target groups of a region.
pub const DESCRIBE_TARGET_GROUPS: Operation = SERVICE
    .operation("elasticloadbalancing:DescribeTargetGroups")
    .quota(DESCRIBE)
    .estimate(Estimate::Triggered);

/// The targets of one target group.
pub const DESCRIBE_TARGET_HEALTH: Operation = SERVICE
    .operation("elasticloadbalancing:DescribeTargetHealth")
    .quota(DESCRIBE);

/// Load balancers by their ARNs.
pub const DESCRIBE_LOAD_BALANCERS: Operation = SERVICE
    .operation("elasticloadbalancing:DescribeLoadBalancers")
    .quota(DESCRIBE);

/// The listeners of one load balancer.
pub const DESCRIBE_LISTENERS: Operation = SERVICE
    .operation("elasticloadbalancing:DescribeListeners")
    .quota(DESCRIBE);

/// The rules of one listener.
pub const DESCRIBE_RULES: Operation = SERVICE
    .operation("elasticloadbalancing:DescribeRules")
    .quota(DESCRIBE);

/// The operations of this service.
pub const ALL: &[&Operation] = &[
    &DESCRIBE_TARGET_GROUPS,
    &DESCRIBE_TARGET_HEALTH,
    &DESCRIBE_LOAD_BALANCERS,
    &DESCRIBE_LISTENERS,
    &DESCRIBE_RULES,
];
