//! One document: a resource and the facts known about it.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::analysis::MISSING_KEY;
use crate::inventory::{AccountRecord, Gap};

/// What a document, and so a check, is about.
#[derive(
    Clone,
    Copy,
    Debug,
    Eq,
    Hash,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// A Lambda function.
    Function,
    /// A version of an own layer.
    Layer,
    /// A region of an account.
    Region,
    /// An account.
    Account,
}

/// Which resource a document is about.
#[derive(
    Clone,
    Debug,
    Eq,
    Hash,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
pub struct Resource {
    /// What kind of resource it is.
    pub scope: Scope,
    /// Its ARN; of a function without a qualifier.
    pub arn: String,
    /// Its name, as a person would say it.
    pub name: String,
    /// The account that it is in.
    pub account: String,
    /// The region that it is in; empty for global resources.
    pub region: String,
}

impl Resource {
    /// An account as a resource: under the ARN of its root, which stands for the account in policies.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.
    pub fn of_account(account: &AccountRecord) -> Self {
        let name = match account.name.as_str() {
            "" => &account.id,
            name => name,
        };
        Self {
            scope: Scope::Account,
            arn: format!("arn:{}:iam::{}:root", account.partition, account.id),
            name: name.to_owned(),
            account: account.id.to_string(),
            region: String::new(),
        }
    }
}

/// A fact that is not in a document, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct MissingFact {
    /// Dotted path, for example `role.exists`.
    pub path: String,
    /// Why it could not be derived.
    pub gaps: Vec<Gap>,
}

/// What checks read about one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The resource.
    pub resource: Resource,
    /// The known facts.
    pub facts: Map<String, Value>,
    /// The facts that are not known.
    pub missing: Vec<MissingFact>,
    /// Whether the resource is a copy that AWS keeps of another one, where alone it can be changed: no check applies to
    /// it, so that what is wrong is reported once.
    pub replica: bool,
}

impl Document {
    /// A document of typed facts; facts that are unknown are taken out and remembered with their gaps.
    ///
    /// # Errors
    /// Only when the facts cannot be expressed in JSON.
    pub fn new(resource: Resource, facts: &impl Serialize) -> Result<Self, serde_json::Error> {
        let mut missing = Vec::new();
        let mut facts = match serde_json::to_value(facts)? {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        prune(&mut facts, &mut String::new(), &mut missing);
        Ok(Self {
            resource,
            facts,
            missing,
            replica: false,
        })
    }

    /// The gaps behind the missing facts that lie at, above or below one of these paths.
    pub fn gaps_behind<'a>(&self, reads: impl IntoIterator<Item = &'a str> + Clone) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = self
            .missing
            .iter()
            .filter(|missing| {
                reads
                    .clone()
                    .into_iter()
                    .any(|read| related(read, &missing.path))
            })
            .flat_map(|missing| missing.gaps.iter().cloned())
            .collect();
        gaps.sort();
        gaps.dedup();
        gaps
    }
}

fn related(one: &str, other: &str) -> bool {
    let within = |inner: &str, outer: &str| {
        inner
            .strip_prefix(outer)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    within(one, other) || within(other, one)
}

/// Takes out what is not known, and remembers it with its gaps.
fn prune(map: &mut Map<String, Value>, path: &mut String, missing: &mut Vec<MissingFact>) {
    map.retain(|key, value| {
        let outer = path.len();
        if outer > 0 {
            path.push('.');
        }
        path.push_str(key);
        let known = is_known(value, path, missing);
        path.truncate(outer);
        known
    });
}

fn is_known(value: &mut Value, path: &mut String, missing: &mut Vec<MissingFact>) -> bool {
    match value {
        Value::Object(map) => match map.remove(MISSING_KEY) {
            Some(gaps) => {
                let gaps = serde_json::from_value(gaps).unwrap_or_default();
                missing.push(MissingFact {
                    path: path.clone(),
                    gaps,
                });
                false
            }
            None => {
                prune(map, path, missing);
                true
            }
        },
        // A list that lacks an item would be taken for a shorter one.
        Value::Array(items) => {
            let mut known = true;
            for item in items {
                known &= is_known(item, path, missing);
            }
            known
        }
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::analysis::Fact;
    use crate::inventory::GapKind;
    use crate::operation;

    #[derive(Serialize)]
    struct Facts {
        whole: Vec<Fact<u32>>,
        holed: Vec<Fact<u32>>,
    }

    #[test]
    fn a_list_that_lacks_an_item_is_not_known() {
        let gap = Gap::new(
            &operation::lambda::GET_POLICY,
            GapKind::Throttled,
            "too fast",
        );
        let facts = Facts {
            whole: vec![Fact::Known(1)],
            holed: vec![Fact::Known(1), Fact::unknown(&gap)],
        };
        let resource = Resource {
            scope: Scope::Function,
            arn: String::new(),
            name: String::new(),
            account: String::new(),
            region: String::new(),
        };
        let document = Document::new(resource, &facts).unwrap();
        assert_eq!(
            Value::Object(document.facts),
            serde_json::json!({"whole": [1]})
        );
        assert_eq!(document.missing.len(), 1);
        assert_eq!(document.missing[0].path, "holed");
    }
}
