//! Managed policies of AWS, with what they give.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/managed-policies.toml");

static MANAGED_POLICIES: LazyLock<ManagedPolicies> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded table of managed policies of AWS.
///
/// Source: <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>.
pub fn managed_policies() -> &'static ManagedPolicies {
    &MANAGED_POLICIES
}

/// Managed policies of AWS that users, groups and roles of an account can carry.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ManagedPolicies {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    harmless: Vec<String>,
    policies: Vec<AwsManagedPolicy>,
}

/// A managed policy of AWS that gives permissions of note.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwsManagedPolicy {
    /// Its name, with its path.
    pub name: String,
    /// What of note it allows on every resource, without a condition.
    pub action: Vec<String>,
}

impl ManagedPolicies {
    /// Those that give permissions of note.
    pub fn iter(&self) -> impl Iterator<Item = &AwsManagedPolicy> {
        self.policies.iter()
    }

    /// Whether a policy, by its name with its path, is known to give nothing of note.
    pub fn is_harmless(&self, name: &str) -> bool {
        let place = self
            .harmless
            .binary_search_by(|known| known.as_str().cmp(name));
        place.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let table: ManagedPolicies = toml::from_str(FILE).unwrap();
        assert!(table.provenance.as_of.is_some());
        assert!(table.harmless.is_sorted());
        let mut names: Vec<&str> = table.iter().map(|policy| policy.name.as_str()).collect();
        assert!(names.is_sorted());
        assert!(table.iter().all(|policy| !policy.action.is_empty()));
        names.extend(table.harmless.iter().map(String::as_str));
        names.sort_unstable();
        let count = names.len();
        names.dedup();
        assert_eq!(names.len(), count, "each policy stands once");
        assert!(table.is_harmless("service-role/AWSLambdaBasicExecutionRole"));
        assert!(!table.is_harmless("AmazonS3FullAccess"));
    }
}
