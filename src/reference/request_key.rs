//! Condition keys whose value the request itself carries.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/request-keys.toml");

static REQUEST_KEYS: LazyLock<RequestKeys> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// The embedded table of condition keys that requests carry.
///
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
pub fn request_keys() -> &'static RequestKeys {
    &REQUEST_KEYS
}

/// Condition keys, with the actions whose requests carry them.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RequestKeys {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    keys: Vec<RequestKey>,
}

impl RequestKeys {
    /// All keys.
    pub fn iter(&self) -> impl Iterator<Item = &RequestKey> {
        self.keys.iter()
    }
}

/// A condition key, with the actions whose requests carry it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct RequestKey {
    /// The key; `aws:RequestTag/*` stands for the keys of all tags.
    pub key: String,
    /// Services of which the table knows all actions; empty: of all services.
    #[serde(default)]
    services: Vec<String>,
    actions: BTreeSet<String>,
}

impl RequestKey {
    /// Whether requests for an action, in lower case, carry it; `None` where the table does not say.
    pub fn is_carried_by(&self, action: &str) -> Option<bool> {
        let (service, _) = action.split_once(':')?;
        let known = self.services.is_empty() || self.services.iter().any(|one| one == service);
        known.then(|| {
            let mut actions = self.actions.iter();
            actions.any(|one| one.eq_ignore_ascii_case(action))
        })
    }

    /// Whether a condition on that key, in lower case, asks for it.
    pub fn is(&self, lower: &str) -> bool {
        match self.key.strip_suffix('*') {
            Some(family) => lower
                .get(..family.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(family)),
            None => self.key.eq_ignore_ascii_case(lower),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let keys: RequestKeys = toml::from_str(FILE).unwrap();
        assert!(keys.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for key in keys.iter() {
            assert!(seen.insert(key.key.to_lowercase()), "{} twice", key.key);
            assert!(!key.actions.is_empty(), "{}", key.key);
            assert!(key.actions.iter().all(|action| action.contains(':')));
        }
    }

    #[test]
    fn what_an_action_does_not_carry_is_absent() {
        let carried = |key: &str, action: &str| {
            let mut keys = request_keys().iter();
            keys.find(|one| one.is(key))
                .and_then(|one| one.is_carried_by(action))
        };
        assert_eq!(carried("iam:policyarn", "iam:attachrolepolicy"), Some(true));
        assert_eq!(carried("iam:policyarn", "iam:putrolepolicy"), Some(false));
        assert_eq!(carried("aws:requesttag/team", "iam:tagrole"), Some(true));
        assert_eq!(carried("aws:requesttag/team", "s3:putobject"), None);
        assert_eq!(carried("aws:sourceip", "iam:tagrole"), None);
    }
}
