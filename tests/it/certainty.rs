//! Laws of certainty: evidence that is not certain is never told as if it were.

use std::collections::BTreeSet;

use lamppost::check::{Confidence, Judge, Registry, example_document};
use lamppost::facts;
use serde_json::{Map, Value, json};

const CONDITION: &str = "unless a condition denies it";

/// Texts that analysis writes, which are not the check file's.
const OF_ANALYSIS: [&str; 2] = ["reason", "summary"];

/// Makes everything that may be uncertain uncertain, with a condition, and says whether there was anything.
fn doubt(value: &mut Value, schema: &Value, root: &Value) -> bool {
    let schema = resolve(schema, root);
    match value {
        Value::Object(members) => {
            let mut doubted = false;
            for (name, member) in members.iter_mut() {
                doubted |= doubt(member, &schema["properties"][name], root);
            }
            let properties = schema["properties"].as_object();
            let has = |name: &str| properties.is_some_and(|of| of.contains_key(name));
            if has("certain") {
                doubted = true;
                members.insert("certain".to_owned(), json!(false));
            }
            for name in ["depends_on", "conditions"]
                .into_iter()
                .filter(|name| has(name))
            {
                members.insert(name.to_owned(), json!([CONDITION]));
            }
            for name in OF_ANALYSIS
                .into_iter()
                .filter(|name| has("certain") && has(name))
            {
                members.insert(name.to_owned(), json!("…"));
            }
            doubted
        }
        Value::Array(items) => items.iter_mut().fold(false, |doubted, item| {
            doubt(item, &schema["items"], root) | doubted
        }),
        _ => false,
    }
}

/// The schema behind references and choices.
fn resolve<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#'));
        return resolve(target.unwrap_or(&Value::Null), root);
    }
    let choices = ["anyOf", "oneOf", "allOf"].into_iter();
    let mut choices = choices.filter_map(|key| schema[key].as_array()).flatten();
    match choices.find(|choice| choice["type"] != "null") {
        Some(choice) => resolve(choice, root),
        None => schema,
    }
}

#[test]
fn what_is_uncertain_is_told_as_uncertain() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let mut judged = Vec::new();
    let mut faults = Vec::new();
    for check in registry.checks() {
        let definition = &check.definition;
        let schema = facts::schema(definition.scope);
        for example in &definition.examples.fail {
            let mut facts: Map<String, Value> = example.facts.clone();
            for (name, fact) in &mut facts {
                doubt(fact, &schema["properties"][name], &schema);
            }
            let document = example_document(definition.scope, &facts);
            for offence in Judge::new(&document).judge(check).offences {
                if !offence.evidence.to_string().contains("\"certain\":false") {
                    continue;
                }
                judged.push(definition.id.as_str());
                let place = format!("{} ({}): {}", definition.id, example.name, offence.message);
                if definition.confidence_in(offence.certain) == Confidence::High {
                    faults.push(format!("high confidence: {place}"));
                }
                // What analysis says of a path is its own sentence.
                if offence.evidence.get("summary").is_some() {
                    continue;
                }
                if offence.message.contains(" can ") || !offence.message.contains(" may ") {
                    faults.push(format!("told as certain: {place}"));
                }
                let tells_why = offence.evidence.get("reason").is_some();
                let names_any = offence.evidence.to_string().contains(CONDITION);
                if names_any && !tells_why && !offence.message.contains(CONDITION) {
                    faults.push(format!("no condition: {place}"));
                }
            }
        }
    }
    judged.dedup();
    assert!(judged.len() > 30, "{judged:?}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn findings_about_one_statement_of_a_role_have_one_cause() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let mut causes = BTreeSet::new();
    let mut checks = 0;
    for check in registry.checks().filter(|check| check.family == "role") {
        if check.definition.identity != ["policy", "statement"] {
            continue;
        }
        checks += 1;
        for example in &check.definition.examples.fail {
            let mut facts = example.facts.clone();
            let role = facts["role"].as_object_mut().unwrap();
            role.insert("arn".to_owned(), json!("arn:aws:iam::111122223333:role/r"));
            for grants in role.values_mut().filter_map(Value::as_array_mut) {
                for grant in grants
                    .iter_mut()
                    .filter(|grant| grant.get("policy").is_some())
                {
                    let aws = grant["policy"].as_str().unwrap().contains("/AWSLambda");
                    if !aws {
                        grant["policy"] = json!("wide");
                        grant["statement"] = json!("All");
                    }
                }
            }
            let document = example_document(check.definition.scope, &facts);
            for offence in Judge::new(&document).judge(check).offences {
                let cause = offence.cause.expect(&check.definition.id);
                if !cause.contains("/AWSLambda") {
                    causes.insert(cause);
                }
            }
        }
    }
    assert!(checks > 5, "{checks}");
    let causes: Vec<String> = causes.into_iter().collect();
    assert_eq!(
        causes,
        ["Role arn:aws:iam::111122223333:role/r: wide, statement All"]
    );
}
