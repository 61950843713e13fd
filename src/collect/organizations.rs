//! Probes of the operations of AWS Organizations, whose answers [`crate::target`] reads.

use aws_sdk_organizations::types::PolicyType;

use super::probe::{Probe, probes};

/// A minimal call of each operation, to test whether it is allowed.
pub(super) const PROBES: &[Probe] = probes!(
    organizations: |on| organization = on.session.organizations();
    DESCRIBE_ORGANIZATION => organization.describe_organization(),
    LIST_ACCOUNTS => organization.list_accounts().max_results(1),
    LIST_ROOTS => organization.list_roots().max_results(1),
    LIST_ORGANIZATIONAL_UNITS_FOR_PARENT => organization
        .list_organizational_units_for_parent()
        .parent_id("r-0000")
        .max_results(1),
    LIST_ACCOUNTS_FOR_PARENT => organization
        .list_accounts_for_parent()
        .parent_id("r-0000")
        .max_results(1),
    LIST_TAGS_FOR_RESOURCE => organization
        .list_tags_for_resource()
        .resource_id(on.place.account),
    LIST_POLICIES => organization
        .list_policies()
        .filter(PolicyType::ServiceControlPolicy)
        .max_results(1),
    DESCRIBE_POLICY => organization.describe_policy().policy_id("p-FullAWSAccess"),
    LIST_TARGETS_FOR_POLICY => organization
        .list_targets_for_policy()
        .policy_id("p-FullAWSAccess")
        .max_results(1),
);
