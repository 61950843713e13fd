//! Operations of AWS Organizations, which has a quota for each operation, shared by the whole organization.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsorganizations.html>.

use super::{Estimate, Operation, Protocol, Service};

/// AWS Organizations.
pub const SERVICE: Service = Service::global("Organizations", "organizations", Protocol::Json);

/// The organization that the account is a member of.
pub const DESCRIBE_ORGANIZATION: Operation = SERVICE
    .operation("organizations:DescribeOrganization")
    .rate(1, 2)
    .discovers();

/// The accounts of the organization.
pub const LIST_ACCOUNTS: Operation = SERVICE
    .operation("organizations:ListAccounts")
    .rate(8, 12)
    .discovers();

/// The root of the organization.
pub const LIST_ROOTS: Operation = SERVICE
    .operation("organizations:ListRoots")
    .rate(1, 2)
    .discovers();

/// The organizational units in one unit or root.
pub const LIST_ORGANIZATIONAL_UNITS_FOR_PARENT: Operation = SERVICE
    .operation("organizations:ListOrganizationalUnitsForParent")
    .rate(5, 8)
    .discovers();

/// The accounts in one unit or root.
pub const LIST_ACCOUNTS_FOR_PARENT: Operation = SERVICE
    .operation("organizations:ListAccountsForParent")
    .rate(5, 8)
    .discovers();

/// The tags of one account.
pub const LIST_TAGS_FOR_RESOURCE: Operation = SERVICE
    .operation("organizations:ListTagsForResource")
    .discovers();

/// The policies of one type.
pub const LIST_POLICIES: Operation = SERVICE
    .operation("organizations:ListPolicies")
    .rate(5, 8)
    .discovers();

/// The document of one policy.
pub const DESCRIBE_POLICY: Operation = SERVICE
    .operation("organizations:DescribePolicy")
    .rate(2, 2)
    .discovers()
    .estimate(Estimate::Counted);

/// The accounts and units that one policy is attached to.
pub const LIST_TARGETS_FOR_POLICY: Operation = SERVICE
    .operation("organizations:ListTargetsForPolicy")
    .rate(5, 8)
    .discovers()
    .estimate(Estimate::Counted);

/// The operations of this service.
pub const ALL: &[&Operation] = &[
    &DESCRIBE_ORGANIZATION,
    &LIST_ACCOUNTS,
    &LIST_ROOTS,
    &LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
    &LIST_ACCOUNTS_FOR_PARENT,
    &LIST_TAGS_FOR_RESOURCE,
    &LIST_POLICIES,
    &DESCRIBE_POLICY,
    &LIST_TARGETS_FOR_POLICY,
];
