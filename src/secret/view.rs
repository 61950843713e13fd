//! The texts that a value holds: what stands in JSON, in lines of assignments and in base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT};
use serde_json::Value;

/// Shorter texts are not tried as base64: too many words are valid base64.
const SHORTEST_ENCODED: usize = 16;

/// What is found when a text is opened by one level.
pub(super) enum View {
    /// Nothing: it is a plain text.
    Plain,
    /// Named texts that stand for the whole: the text itself need not be looked at.
    Named(Vec<(String, String)>),
    /// The text is base64 of another; it may yet be a secret itself.
    Encoded(String),
}

/// Opens a text by one level.
pub(super) fn open(text: &str) -> View {
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '[', '"'])
        && let Ok(json) = serde_json::from_str::<Value>(trimmed)
    {
        let mut leaves = Vec::new();
        collect(json, "", &mut leaves);
        return View::Named(leaves);
    }
    if let Some(assignments) = assignments(trimmed) {
        return View::Named(assignments);
    }
    decode(trimmed).map_or(View::Plain, View::Encoded)
}

/// The text that a base64 text stands for, in either alphabet, with or without padding.
pub(super) fn decode(text: &str) -> Option<String> {
    if text.len() < SHORTEST_ENCODED {
        return None;
    }
    let bytes = STANDARD_PAD_INDIFFERENT
        .decode(text)
        .or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(text))
        .ok()?;
    let decoded = String::from_utf8(bytes).ok()?;
    decoded
        .chars()
        .all(|character| !character.is_control() || character.is_ascii_whitespace())
        .then_some(decoded)
}

/// The strings of a JSON document, each with the keys that lead to it. Recursion ends: the parser
/// refuses documents that are nested deeper than 128 levels.
fn collect(json: Value, name: &str, leaves: &mut Vec<(String, String)>) {
    match json {
        Value::String(text) => leaves.push((name.to_owned(), text)),
        Value::Array(items) => {
            for item in items {
                collect(item, name, leaves);
            }
        }
        Value::Object(map) => {
            for (key, value) in map {
                collect(value, &format!("{name}_{key}"), leaves);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The assignments of a text whose lines are all `NAME=value`, empty or comments.
fn assignments(text: &str) -> Option<Vec<(String, String)>> {
    if !text.contains('\n') {
        return None;
    }
    let mut found = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let line = line.strip_prefix("export ").unwrap_or(line);
        let (name, value) = line.split_once('=')?;
        let name = name.trim();
        let plain =
            |character: char| character.is_ascii_alphanumeric() || "_.-".contains(character);
        if name.is_empty() || !name.chars().all(plain) {
            return None;
        }
        found.push((name.to_owned(), value.trim().to_owned()));
    }
    (found.len() > 1).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> Vec<(String, String)> {
        match open(text) {
            View::Named(leaves) => leaves,
            _ => Vec::new(),
        }
    }

    #[test]
    fn json_gives_its_strings_with_their_keys() {
        let leaves = named(r#"{"db":{"password":"a","port":5432},"keys":["b",null]}"#);
        let expected = [("_db_password", "a"), ("_keys", "b")];
        assert_eq!(
            leaves,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
    }

    #[test]
    fn assignments_give_their_values() {
        let leaves = named("# settings\nexport USER=app\nPASSWORD = a=b\n");
        let expected = [("USER", "app"), ("PASSWORD", "a=b")];
        assert_eq!(
            leaves,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        assert!(named("A=1\nnot an assignment").is_empty());
        assert!(named("-----BEGIN PRIVATE KEY-----\nabc=\n").is_empty());
    }

    #[test]
    fn base64_is_opened_only_where_it_holds_text() {
        let decoded = |text: &str| match open(text) {
            View::Encoded(decoded) => Some(decoded),
            _ => None,
        };
        assert_eq!(
            decoded("dXNlcjpodW50ZXIyMjI="),
            Some("user:hunter222".into())
        );
        assert_eq!(
            decoded("dXNlcjpodW50ZXIyMjI"),
            Some("user:hunter222".into())
        );
        assert_eq!(decoded("cGFzc3dvcmQ"), None, "too short");
        assert_eq!(decoded("0123456789abcdef0123456789abcdef"), None);
        assert_eq!(decoded("authenticationtokens"), None);
    }
}
