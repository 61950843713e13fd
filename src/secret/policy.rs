//! Shared secrets inside policies, taken out at intake.

use std::collections::BTreeSet;

use serde_json::Value;

/// Condition keys whose values may be a secret that callers show: the one between an event source and a function, and
/// the headers that callers choose, into which some write a password.
///
/// Sources: <https://docs.aws.amazon.com/lambda/latest/dg/access-control-resource-based.html>, "Alexa Skills Kit";
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-referer>
const SECRET_KEYS: [&str; 3] = ["lambda:eventsourcetoken", "aws:referer", "aws:useragent"];

/// The policy with every value of such a key replaced, or nothing where that could not be done safely: text that names
/// one but is not JSON.
///
/// Wildcards stay where they were, and texts that are equal, or begin alike, still do: that decides what conditions are
/// worth. A policy without such a key is given back as it came.
pub fn redact_policy(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let named = SECRET_KEYS.iter().any(|key| lower.contains(key));
    if !named && !text.contains("\\u") {
        return Some(text.to_owned());
    }
    let mut document: Value = serde_json::from_str(text).ok()?;
    let statements = document.get_mut("Statement")?;
    let mut found = Texts::default();
    each_value(statements, &mut |value| found.add(value));
    if found.values == 0 {
        return Some(text.to_owned());
    }
    each_value(statements, &mut |value| found.replace(value));
    serde_json::to_string(&document).ok()
}

/// Calls for each value of such a key, those of lists one by one.
fn each_value(statements: &mut Value, call: &mut impl FnMut(&mut Value)) {
    for statement in items(statements) {
        let Some(Value::Object(operators)) = statement.get_mut("Condition") else {
            continue;
        };
        for (operator, keys) in operators.iter_mut() {
            let Value::Object(keys) = keys else { continue };
            for (key, values) in keys.iter_mut() {
                let key = key.to_ascii_lowercase();
                if SECRET_KEYS.contains(&key.as_str()) && !operator.eq_ignore_ascii_case("Null") {
                    items(values).for_each(&mut *call);
                }
            }
        }
    }
}

fn items(value: &mut Value) -> impl Iterator<Item = &mut Value> {
    match value {
        Value::Array(list) => list.iter_mut(),
        single => std::slice::from_mut(single).iter_mut(),
    }
}

/// What the values of a policy are made of.
#[derive(Default)]
struct Texts {
    values: usize,
    /// What stands between wildcards.
    texts: BTreeSet<String>,
    /// What was replaced so far.
    replaced: Vec<String>,
}

impl Texts {
    fn add(&mut self, value: &mut Value) {
        self.values += 1;
        let written = written(value);
        let texts = written.split(['*', '?']).filter(|text| !text.is_empty());
        self.texts.extend(texts.map(str::to_owned));
    }

    fn replace(&mut self, value: &mut Value) {
        let mut kept = String::new();
        for part in written(value).split_inclusive(['*', '?']) {
            let text = part.trim_end_matches(['*', '?']);
            for piece in self.pieces(text) {
                kept.push_str(&self.stand_in(piece));
            }
            kept.push_str(part.strip_prefix(text).unwrap_or_default());
        }
        *value = Value::String(kept);
    }

    /// The text, parted wherever another goes on differently.
    fn pieces<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let alike = |other: &String| {
            let pairs = text.char_indices().zip(other.chars());
            let differing = pairs.clone().find(|((_, one), other)| one != other);
            differing.map_or(text.len().min(other.len()), |((at, _), _)| at)
        };
        let parts: BTreeSet<usize> = self.texts.iter().map(alike).collect();
        let mut pieces = Vec::new();
        let mut done = 0;
        for at in parts {
            pieces.extend(text.get(done..at).filter(|piece| !piece.is_empty()));
            done = at;
        }
        pieces
    }

    /// What stands in place of a piece; none of them is the beginning of another.
    fn stand_in(&mut self, piece: &str) -> String {
        let known = self.replaced.iter().position(|one| one == piece);
        let number = known.unwrap_or_else(|| {
            self.replaced.push(piece.to_owned());
            self.replaced.len() - 1
        });
        match number {
            0 => "(redacted)".to_owned(),
            more => format!("(redacted {})", more + 1),
        }
    }
}

fn written(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A condition as it is kept.
    fn kept(condition: &str) -> String {
        let text = format!(r#"{{"Statement":[{{"Condition":{condition}}}]}}"#);
        let kept: Value = serde_json::from_str(&redact_policy(&text).unwrap()).unwrap();
        kept["Statement"][0]["Condition"].to_string()
    }

    #[test]
    fn secrets_go_and_everything_else_stays() {
        for (condition, expected) in [
            (
                r#"{"StringEquals":{"aws:SourceAccount":"1","lambda:EventSourceToken":"sesame"}}"#,
                r#"{"StringEquals":{"aws:SourceAccount":"1","lambda:EventSourceToken":"(redacted)"}}"#,
            ),
            (
                r#"{"StringEquals":{"lambda:EventSource\u0054oken":"sesame"}}"#,
                r#"{"StringEquals":{"lambda:EventSourceToken":"(redacted)"}}"#,
            ),
            (
                r#"{"StringEquals":{"AWS:referer":["open","sesame",7]}}"#,
                r#"{"StringEquals":{"AWS:referer":["(redacted)","(redacted 2)","(redacted 3)"]}}"#,
            ),
            (
                r#"{"StringLike":{"aws:UserAgent":["sesame*","*","a?b"]}}"#,
                r#"{"StringLike":{"aws:UserAgent":["(redacted)*","*","(redacted 2)?(redacted 3)"]}}"#,
            ),
            (
                r#"{"Null":{"aws:Referer":"true","lambda:EventSourceToken":true}}"#,
                r#"{"Null":{"aws:Referer":"true","lambda:EventSourceToken":true}}"#,
            ),
            // what is equal stays equal, and what fits a pattern still fits it
            (
                r#"{"StringEquals":{"aws:Referer":"sesame"},"StringNotEquals":{"aws:Referer":"sesame"}}"#,
                r#"{"StringEquals":{"aws:Referer":"(redacted)"},"StringNotEquals":{"aws:Referer":"(redacted)"}}"#,
            ),
            (
                r#"{"StringEquals":{"aws:Referer":"https://a/shop"},"StringLike":{"aws:Referer":["https://a/*","https://b/*"]}}"#,
                r#"{"StringEquals":{"aws:Referer":"(redacted)(redacted 2)(redacted 3)"},"StringLike":{"aws:Referer":["(redacted)(redacted 2)*","(redacted)(redacted 4)*"]}}"#,
            ),
            (
                r#"{"StringEquals":{"aws:Referer":["ö1","ö2"]}}"#,
                r#"{"StringEquals":{"aws:Referer":["(redacted)(redacted 2)","(redacted)(redacted 3)"]}}"#,
            ),
        ] {
            assert_eq!(kept(condition), expected, "{condition}");
        }
    }

    #[test]
    fn text_stays_as_it_is_unless_it_may_hold_a_secret() {
        for (given, expected) in [
            (
                r#"{"Statement": [ {"Sid":"a"} ]}"#,
                Some(r#"{"Statement": [ {"Sid":"a"} ]}"#),
            ),
            (
                r#"{"Statement": {"Sid":"aws:Referer"} }"#,
                Some(r#"{"Statement": {"Sid":"aws:Referer"} }"#),
            ),
            ("not JSON at all", Some("not JSON at all")),
            (r#"{"lambda:EventSourceToken": "sesame"#, None),
            (r#"{"AWS:REFERER": "sesame"#, None),
        ] {
            assert_eq!(redact_policy(given).as_deref(), expected, "{given}");
        }
    }
}
