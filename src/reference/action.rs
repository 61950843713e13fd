//! Actions that policies can name.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/actions.toml");

static ACTIONS: LazyLock<Actions> =
    LazyLock::new(|| toml::from_str::<Raw>(FILE).map_or_else(|_| Actions::default(), Actions::of));

/// The embedded table of actions.
///
/// Source: <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>.
pub fn actions() -> &'static Actions {
    &ACTIONS
}

/// Actions of the services, by their prefix.
#[derive(Clone, Debug, Default)]
pub struct Actions {
    /// Where the data comes from.
    pub provenance: Provenance,
    services: HashMap<String, Vec<KnownAction>>,
}

/// An action that a service documents.
#[derive(Clone, Debug)]
pub struct KnownAction {
    /// Its name in lower case, without the service.
    lower: String,
    /// Its name as documented, without the service.
    pub name: String,
    /// Whether it has no resource types: its only resource is `*`. An action of which that is not known counts as having some.
    pub without_resources: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    source: Vec<String>,
    licence: String,
    as_of: jiff::civil::Date,
    services: BTreeMap<String, String>,
}

impl Actions {
    fn of(raw: Raw) -> Self {
        let services = raw.services.into_iter().map(|(service, text)| {
            let mut known: Vec<KnownAction> = text.split_whitespace().flat_map(group).collect();
            known.sort_unstable_by(|one, other| one.lower.cmp(&other.lower));
            (service, known)
        });
        Self {
            services: services.collect(),
            provenance: Provenance {
                source: raw.source,
                licence: raw.licence,
                as_of: Some(raw.as_of),
            },
        }
    }

    /// The actions of a service, sorted; `None` where the service is not known. Its prefix must be in lower case.
    pub fn of_service(&self, service: &str) -> Option<&[KnownAction]> {
        self.services.get(service).map(Vec::as_slice)
    }

    /// An action, with service and name in lower case.
    pub fn get(&self, service: &str, name: &str) -> Option<&KnownAction> {
        let known = self.of_service(service)?;
        let place = known.binary_search_by(|action| action.lower.as_str().cmp(name));
        known.get(place.ok()?)
    }

    /// The prefixes of the services.
    pub fn services(&self) -> impl Iterator<Item = &str> {
        self.services.keys().map(String::as_str)
    }
}

impl KnownAction {
    /// Its name in lower case, without the service.
    pub fn lower(&self) -> &str {
        &self.lower
    }
}

/// `Get|List!:Object,Bucket`: every verb with every noun.
fn group(text: &str) -> Vec<KnownAction> {
    let Some((verbs, nouns)) = text.split_once(':') else {
        return Vec::new();
    };
    let mut known = Vec::new();
    for verb in verbs.split('|') {
        let without_resources = verb.ends_with('!');
        let verb = verb.trim_end_matches(['!', '?']);
        for noun in nouns.split(',') {
            let name = format!("{verb}{noun}");
            known.push(KnownAction {
                lower: name.to_lowercase(),
                name,
                without_resources,
            });
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        let raw: Raw = toml::from_str(FILE).unwrap();
        for (service, text) in &raw.services {
            for word in text.split_whitespace() {
                assert!(word.contains(':'), "{service}: {word}");
            }
        }
        let actions = Actions::of(raw);
        let count: usize = actions.services.values().map(Vec::len).sum();
        assert!(actions.services.len() > 400 && count > 20_000, "{count}");
        for (service, known) in &actions.services {
            for pair in known.windows(2) {
                assert!(pair[0].lower < pair[1].lower, "{service}: {pair:?}");
            }
        }
    }

    #[test]
    fn actions_with_and_without_resources() {
        for (service, name, expected) in [
            ("s3", "ListAllMyBuckets", Some(true)),
            ("s3", "GetObject", Some(false)),
            ("ec2", "DescribeInstances", Some(true)),
            ("iam", "ListUsers", Some(true)),
            ("iam", "GetUser", Some(false)),
            ("lambda", "ListFunctions", Some(true)),
            ("lambda", "InvokeFunction", Some(false)),
            ("lambda", "PutResourcePolicy", Some(false)),
            ("lambda", "Invoke", None),
            ("s3", "GetObjct", None),
            ("s4", "GetObject", None),
        ] {
            let found = actions().get(service, &name.to_lowercase());
            let found = found.map(|action| action.without_resources);
            assert_eq!(found, expected, "{service}:{name}");
        }
    }

    /// An action that another file of reference names and this one lacks is a mistake in one of the two.
    #[test]
    fn every_action_of_the_other_files_is_known() {
        let mut named: Vec<&str> = Vec::new();
        for file in [
            include_str!("../../checks/reference/permissions.toml"),
            include_str!("../../checks/reference/escalations.toml"),
        ] {
            named.extend(file.split('"').filter(|text| {
                text.split_once(':').is_some_and(|(service, name)| {
                    actions().of_service(service).is_some()
                        && name.starts_with(|first: char| first.is_ascii_uppercase())
                        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
                })
            }));
        }
        assert!(named.len() > 200, "{}", named.len());
        let unknown: Vec<&str> = named
            .into_iter()
            .filter(|text| {
                let lower = text.to_lowercase();
                let parts = lower.split_once(':');
                parts.is_none_or(|(service, name)| actions().get(service, name).is_none())
            })
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }
}
