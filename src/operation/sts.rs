//! Operations of AWS Security Token Service.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html>.

use super::{Operation, Protocol, Quota, Service};

/// AWS Security Token Service.
pub const SERVICE: Service = Service::regional("STS", "sts", Protocol::Query);

/// Quota that all operations share.
const REQUESTS: Quota = Quota::published("sts", 600, 1);

/// The identity of the caller.
pub const GET_CALLER_IDENTITY: Operation = SERVICE
    .operation("sts:GetCallerIdentity")
    .without_action()
    .quota(REQUESTS)
    .discovers();

/// A session for a user with a second factor.
pub const GET_SESSION_TOKEN: Operation = SERVICE
    .operation("sts:GetSessionToken")
    .without_action()
    .quota(REQUESTS)
    .discovers();

/// A session of a role.
pub const ASSUME_ROLE: Operation = SERVICE
    .operation("sts:AssumeRole")
    .quota(REQUESTS)
    .discovers();

/// The operations of this service.
pub const ALL: &[&Operation] = &[&GET_CALLER_IDENTITY, &GET_SESSION_TOKEN, &ASSUME_ROLE];
