//! Principals and policies of one account, as `GetAccountAuthorizationDetails` gives them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::gaps::gaps;

/// The principals and managed policies of one account.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Iam {
    /// Users, roles and groups.
    pub principals: Vec<Principal>,
    /// Managed policies of the account, and those of AWS that are attached to one of them or serve as a boundary.
    pub policies: Vec<ManagedPolicy>,
}

impl Iam {
    /// The role of that ARN.
    pub fn role(&self, arn: &str) -> Option<&Principal> {
        self.principals
            .iter()
            .find(|principal| principal.kind == PrincipalKind::Role && principal.arn == arn)
    }

    /// The managed policy of that ARN.
    pub fn policy(&self, arn: &str) -> Option<&ManagedPolicy> {
        self.policies.iter().find(|policy| policy.arn == arn)
    }
}

/// What a principal is.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PrincipalKind {
    /// An IAM user.
    User,
    /// An IAM role.
    Role,
    /// An IAM group.
    Group,
}

/// A user, role or group with the policies that it carries.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Principal {
    /// User, role or group.
    pub kind: PrincipalKind,
    /// Its ARN, with its path.
    pub arn: String,
    /// Its name, without its path.
    pub name: String,
    /// `AIDA…`, `AROA…` or `AGPA…`.
    pub id: String,
    /// Trust policy of a role, as text.
    pub trust_policy: Option<String>,
    /// Policies written into it.
    pub inline: Vec<InlinePolicy>,
    /// Managed policies attached to it.
    pub attached: Vec<AttachedPolicy>,
    /// ARN of its permissions boundary.
    pub boundary: Option<String>,
    /// Names of the groups that a user is in.
    pub groups: Vec<String>,
    /// Tags of a user or role.
    pub tags: BTreeMap<String, String>,
    /// When a role was last used, as AWS writes it; absent for a role never used in the tracking period.
    pub last_used: Option<String>,
}

/// A policy written into a principal.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct InlinePolicy {
    /// Its name.
    pub name: String,
    /// Its document, decoded, as text.
    pub document: String,
}

/// A managed policy's attachment.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AttachedPolicy {
    /// The policy's ARN.
    pub arn: String,
    /// The policy's name.
    pub name: String,
}

/// A managed policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ManagedPolicy {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// The default version's document, decoded, as text.
    pub document: String,
    /// The other versions of a customer managed policy, any of which can be made the default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<PolicyVersion>,
}

/// A version of a managed policy.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PolicyVersion {
    /// `v1`, `v2`, …
    pub id: String,
    /// Its document, decoded, as text.
    pub document: String,
}

gaps! {
    Iam { principals, policies }
    Principal {
        kind, arn, name, id, trust_policy, inline, attached, boundary, groups, tags, last_used,
    }
    InlinePolicy { name, document }
    AttachedPolicy { arn, name }
    ManagedPolicy { arn, name, document, versions }
    PolicyVersion { id, document }
}
