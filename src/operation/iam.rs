//! Operations of AWS Identity and Access Management.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html>.

use super::{Operation, Protocol, Service};

/// AWS Identity and Access Management.
pub const SERVICE: Service = Service::global("IAM", "iam", Protocol::Query);

/// Every user, group, role and managed policy of the account, with all their policies.
pub const GET_ACCOUNT_AUTHORIZATION_DETAILS: Operation =
    SERVICE.operation("iam:GetAccountAuthorizationDetails");

/// The operations of this service.
pub const ALL: &[&Operation] = &[&GET_ACCOUNT_AUTHORIZATION_DETAILS];
