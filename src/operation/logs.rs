//! Operations of Amazon CloudWatch Logs.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html>.

use super::{Operation, Protocol, Service};

/// Amazon CloudWatch Logs.
pub const SERVICE: Service = Service::regional("CloudWatch Logs", "logs", Protocol::Json);

/// The log groups of a region.
pub const DESCRIBE_LOG_GROUPS: Operation = SERVICE.operation("logs:DescribeLogGroups").rate(10, 1);

/// The operations of this service.
pub const ALL: &[&Operation] = &[&DESCRIBE_LOG_GROUPS];
