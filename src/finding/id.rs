//! The id of a finding: the same in every run, on every machine, in any order.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::inventory::hex;

/// Changes only when every id is meant to change.
const TAG: &str = "lamppost-finding-1";

/// What ids of causes begin with, so that none is that of a finding.
const CAUSE: &str = "lamppost-cause-1";

/// The id of a finding: 32 hexadecimal digits of a SHA-256 over the check, the resource and what
/// tells the offence from others of that check and resource.
///
/// Every part goes in with its length before it, so that no two lists of parts give one input.
/// Text, severity and version of the tool have no part in it.
pub fn finding_id(check: &str, resource_arn: &str, identity: &[String]) -> String {
    let parts = [TAG, check, resource_arn];
    digest(parts.into_iter().chain(identity.iter().map(String::as_str)))
}

/// The id of what findings have in common, made as the id of a finding is, from the account and the cause.
pub(super) fn cause_id(account: &str, cause: &str) -> String {
    digest([CAUSE, account, cause].into_iter())
}

fn digest<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(hash.finalize().get(..16).unwrap_or_default())
}

/// JSON text of a value that does not depend on the order of its keys.
pub(super) fn canonical(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(key, _)| key.as_str());
            let members: Vec<_> = members
                .into_iter()
                .map(|(key, value)| format!("{}:{}", Value::String(key.clone()), canonical(value)))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        scalar => scalar.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:lambda:eu-west-1:111111111111:function:orders";

    /// Baselines that users keep hold these ids: this test may not change within a major version.
    #[test]
    fn ids_are_pinned() {
        let id = |identity: &[&str]| {
            let identity: Vec<String> = identity.iter().map(|&part| part.to_owned()).collect();
            finding_id("public-function-url", ARN, &identity)
        };
        insta::assert_snapshot!(id(&[]), @"b3ebc7732cc0851c88a60e91eb6f2ed5");
        insta::assert_snapshot!(id(&["prod", "Sid1"]), @"511b652245410795699f9f94421f88ac");
    }

    #[test]
    fn boundaries_between_parts_matter() {
        let of = |parts: &[&str]| {
            let parts: Vec<String> = parts.iter().map(|&part| part.to_owned()).collect();
            finding_id("c", "r", &parts)
        };
        let ids = BTreeSet::from([
            of(&["ab", "c"]),
            of(&["a", "bc"]),
            of(&["abc"]),
            of(&["abc", ""]),
            of(&[]),
            of(&[""]),
        ]);
        assert_eq!(ids.len(), 6);
    }

    #[test]
    fn canonical_text_ignores_key_order() {
        let one = json!({"a": [1, {"x": null, "y": "\""}], "b": true});
        let two = json!({"b": true, "a": [1, {"y": "\"", "x": null}]});
        assert_eq!(canonical(&one), canonical(&two));
        assert_eq!(canonical(&one), r#"{"a":[1,{"x":null,"y":"\""}],"b":true}"#);
    }

    #[test]
    fn ten_thousand_findings_have_ten_thousand_ids() {
        let ids: BTreeSet<String> = (0..100)
            .flat_map(|function| {
                (0..10).flat_map(move |check| {
                    (0..10).map(move |offence| {
                        finding_id(
                            &format!("check-{check}"),
                            &format!("{ARN}-{function}"),
                            &[offence.to_string()],
                        )
                    })
                })
            })
            .collect();
        assert_eq!(ids.len(), 10_000);
    }

    proptest! {
        #[test]
        fn equal_parts_give_equal_ids_and_other_parts_others(
            one in proptest::collection::vec("[a-c:|\\x00]{0,3}", 0..4),
            two in proptest::collection::vec("[a-c:|\\x00]{0,3}", 0..4),
        ) {
            let same = finding_id("c", "r", &one) == finding_id("c", "r", &two);
            prop_assert_eq!(same, one == two);
        }
    }
}
