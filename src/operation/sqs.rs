//! Operations of Amazon SQS.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsqs.html>.

use super::{Operation, Protocol, Service};

/// Amazon SQS.
pub const SERVICE: Service = Service::regional("SQS", "sqs", Protocol::Json);

/// The queues of a region.
pub const LIST_QUEUES: Operation = SERVICE.operation("sqs:ListQueues");

/// The operations of this service.
pub const ALL: &[&Operation] = &[&LIST_QUEUES];
