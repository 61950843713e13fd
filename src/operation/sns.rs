//! Operations of Amazon SNS.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html>.

use super::{Estimate, Operation, Protocol, Service};

/// Amazon SNS.
pub const SERVICE: Service = Service::regional("SNS", "sns", Protocol::Query);

/// The topics of a region.
pub const LIST_TOPICS: Operation = SERVICE
    .operation("sns:ListTopics")
    .estimate(Estimate::Triggered);

/// The operations of this service.
pub const ALL: &[&Operation] = &[&LIST_TOPICS];
