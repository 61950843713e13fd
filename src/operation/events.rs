//! Operations of Amazon EventBridge.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html>.

use super::{Estimate, Operation, Protocol, Service};

/// Amazon EventBridge.
pub const SERVICE: Service = Service::regional("EventBridge", "events", Protocol::Json);

/// The rules of one event bus.
pub const LIST_RULES: Operation = SERVICE
    .operation("events:ListRules")
    .estimate(Estimate::Triggered);

/// The operations of this service.
pub const ALL: &[&Operation] = &[&LIST_RULES];
