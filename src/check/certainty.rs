//! Whether evidence is certain: one rule for the confidence of findings and the wording of messages.

use serde_json::Value;

use crate::policy::Dependency;

/// The members that list what uncertain evidence depends on.
const CONDITIONS: [&str; 2] = ["depends_on", "conditions"];

/// Conditions of each kind that a message shows; the rest are counted.
const SHOWN: usize = 2;

/// Whether a piece of evidence holds for certain.
///
/// Evidence that says so itself, in a member `certain`, is taken at its word. Otherwise it is as certain as what it
/// holds: an object if all its members are, and a list if one of its items is, because items are alternatives.
pub(super) fn is_certain(evidence: &Value) -> bool {
    match evidence {
        Value::Object(members) => match members.get("certain") {
            Some(Value::Bool(certain)) => *certain,
            _ => members.values().all(is_certain),
        },
        Value::Array(items) => items.is_empty() || items.iter().any(is_certain),
        _ => true,
    }
}

/// What uncertain evidence depends on, in parentheses with a space before them; empty where it is certain or names
/// nothing.
pub(super) fn proviso(evidence: &Value) -> String {
    if is_certain(evidence) {
        return String::new();
    }
    let mut conditions = Vec::new();
    gather(evidence, &mut conditions);
    match Dependency::clause(conditions.iter().map(String::as_str), SHOWN) {
        clause if clause.is_empty() => String::new(),
        clause => format!(" ({clause})"),
    }
}

/// What the uncertain parts of evidence name, in order and each once.
fn gather(evidence: &Value, conditions: &mut Vec<String>) {
    match evidence {
        Value::Object(members) => {
            for (name, member) in members {
                if !CONDITIONS.contains(&name.as_str()) {
                    gather(member, conditions);
                    continue;
                }
                let listed = member.as_array().into_iter().flatten();
                for condition in listed.filter_map(Value::as_str).map(str::to_owned) {
                    if !conditions.contains(&condition) {
                        conditions.push(condition);
                    }
                }
            }
        }
        Value::Array(items) => items
            .iter()
            .filter(|item| !is_certain(item))
            .for_each(|item| gather(item, conditions)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn evidence_is_as_certain_as_what_it_rests_on() {
        for (evidence, certain) in [
            (json!(null), true),
            (json!("name"), true),
            (json!({"certain": true}), true),
            (json!({"certain": false}), false),
            (json!({"certain": "false"}), true),
            (
                json!({"role": "r", "ways": [{"certain": false}, {"certain": true}]}),
                true,
            ),
            (
                json!({"role": "r", "ways": [{"certain": false}, {"certain": false}]}),
                false,
            ),
            (json!({"urls": []}), true),
            (json!({"names": ["a", "b"]}), true),
            (
                json!({"path": {"certain": false}, "grants": [{"certain": true}]}),
                false,
            ),
            (json!({"certain": true, "hops": [{"certain": false}]}), true),
        ] {
            assert_eq!(is_certain(&evidence), certain, "{evidence}");
        }
    }

    #[test]
    fn a_proviso_names_conditions_the_right_way_round() {
        for (evidence, shown) in [
            (json!({"certain": true, "depends_on": ["a"]}), ""),
            (json!({"certain": false, "depends_on": []}), ""),
            (json!({"certain": false}), ""),
            (
                json!([{"certain": false, "conditions": ["a"]}, {"certain": false, "conditions": ["a"]}]),
                " (if a)",
            ),
            (json!({"certain": false, "depends_on": ["a"]}), " (if a)"),
            (
                json!({"certain": false, "conditions": ["unless b", "c"]}),
                " (if c, unless b)",
            ),
            (
                json!({"certain": false, "depends_on": ["a", "unless b", "c", "d"]}),
                " (if a and c and 1 more, unless b)",
            ),
        ] {
            assert_eq!(proviso(&evidence), shown, "{evidence}");
        }
    }
}
