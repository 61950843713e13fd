//! Shared secrets inside policies, taken out at intake.

use serde_json::Value;

/// What stands in place of a secret.
const REDACTED: &str = "redacted";

/// The condition key whose value is a shared secret between an event source and a function.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>, "Alexa Skills Kit".
const SECRET_KEY: &str = "lambda:EventSourceToken";

/// The policy with every value of `lambda:EventSourceToken` replaced, or nothing where that could
/// not be done safely: text that names the key but is not JSON.
///
/// Wildcards stay where they were, because they decide what a condition is worth. A policy without
/// the key is given back as it came.
pub(super) fn policy(text: &str) -> Option<String> {
    if !text
        .to_ascii_lowercase()
        .contains(&SECRET_KEY.to_ascii_lowercase())
        && !text.contains("\\u")
    {
        return Some(text.to_owned());
    }
    let mut document: Value = serde_json::from_str(text).ok()?;
    let found = redact_statements(document.get_mut("Statement")?);
    if found {
        serde_json::to_string(&document).ok()
    } else {
        Some(text.to_owned())
    }
}

fn redact_statements(statements: &mut Value) -> bool {
    let each: Vec<&mut Value> = match statements {
        Value::Array(list) => list.iter_mut().collect(),
        single => vec![single],
    };
    let mut found = false;
    for statement in each {
        let Some(Value::Object(operators)) = statement.get_mut("Condition") else {
            continue;
        };
        for (operator, keys) in operators.iter_mut() {
            let Value::Object(keys) = keys else { continue };
            for (key, value) in keys.iter_mut() {
                if key.eq_ignore_ascii_case(SECRET_KEY) && !operator.eq_ignore_ascii_case("Null") {
                    redact_value(value);
                    found = true;
                }
            }
        }
    }
    found
}

fn redact_value(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(redact_value),
        Value::String(text) => *text = keep_wildcards(text),
        other => *other = Value::String(REDACTED.to_owned()),
    }
}

fn keep_wildcards(text: &str) -> String {
    let mut kept = String::new();
    let mut inside = false;
    for character in text.chars() {
        let wildcard = matches!(character, '*' | '?');
        if wildcard {
            kept.push(character);
        } else if !inside {
            kept.push_str(REDACTED);
        }
        inside = !wildcard;
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_go_and_everything_else_stays() {
        let cases = [
            (
                r#"{"Statement":[{"Condition":{"StringEquals":{"lambda:EventSourceToken":"amzn1.ask.skill.x","aws:SourceAccount":"1"}}}]}"#,
                Some(
                    r#"{"Statement":[{"Condition":{"StringEquals":{"lambda:EventSourceToken":"redacted","aws:SourceAccount":"1"}}}]}"#,
                ),
            ),
            (
                r#"{"Statement":{"Condition":{"StringLike":{"LAMBDA:eventsourcetoken":["sesame*","*","a?b"]}}}}"#,
                Some(
                    r#"{"Statement":{"Condition":{"StringLike":{"LAMBDA:eventsourcetoken":["redacted*","*","redacted?redacted"]}}}}"#,
                ),
            ),
            (
                r#"{"Statement":[{"Condition":{"StringEquals":{"lambda:EventSource\u0054oken":"sesame"}}}]}"#,
                Some(
                    r#"{"Statement":[{"Condition":{"StringEquals":{"lambda:EventSourceToken":"redacted"}}}]}"#,
                ),
            ),
            (
                r#"{"Statement":[{"Condition":{"Null":{"lambda:EventSourceToken":"true"}}}]}"#,
                Some(
                    r#"{"Statement":[{"Condition":{"Null":{"lambda:EventSourceToken":"true"}}}]}"#,
                ),
            ),
            (
                r#"{"Statement": [ {"Sid":"a"} ]}"#,
                Some(r#"{"Statement": [ {"Sid":"a"} ]}"#),
            ),
            ("not JSON at all", Some("not JSON at all")),
            (r#"{"lambda:EventSourceToken": "sesame"#, None),
        ];
        for (given, expected) in cases {
            assert_eq!(policy(given).as_deref(), expected, "{given}");
        }
    }
}
