//! The texts that a value holds: what stands in JSON, in lines of assignments and in base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT};
use serde_json::Value;

/// Shorter texts are not tried as base64: too many words are valid base64.
const SHORTEST_ENCODED: usize = 16;

/// The texts that stand inside a text, one level down, each with what its place adds to the name;
/// absent: it is plain. They stand for the whole: the text itself need not be looked at.
pub(super) fn open(text: &str) -> Option<Vec<(String, String)>> {
    let trimmed = text.trim();
    if trimmed.starts_with(['{', '[', '"'])
        && let Ok(json) = serde_json::from_str::<Value>(trimmed)
    {
        let mut leaves = Vec::new();
        collect(json, "", &mut leaves);
        return Some(leaves);
    }
    assignments(trimmed).or_else(|| Some(vec![(String::new(), decode(trimmed)?)]))
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

/// The strings of a JSON document, each with the keys that lead to it, and the keys themselves: maps
/// from tokens to tenants exist. Recursion ends: the parser refuses documents that are nested deeper
/// than 128 levels.
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
                leaves.push((name.to_owned(), key));
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

    fn inside(text: &str) -> Vec<(String, String)> {
        open(text).unwrap_or_default()
    }

    fn owned<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
        Vec::from(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())))
    }

    #[test]
    fn json_gives_its_strings_and_keys() {
        let expected = [
            ("_db_password", "a"),
            ("_db", "password"),
            ("_db", "port"),
            ("", "db"),
            ("_keys", "b"),
            ("", "keys"),
        ];
        assert_eq!(
            inside(r#"{"db":{"password":"a","port":5432},"keys":["b",null]}"#),
            owned(expected)
        );
    }

    #[test]
    fn assignments_give_their_values() {
        assert_eq!(
            inside("# settings\nexport USER=app\nPASSWORD = a=b\n"),
            owned([("USER", "app"), ("PASSWORD", "a=b")])
        );
        assert!(inside("A=1\nnot an assignment").is_empty());
        assert!(inside("-----BEGIN PRIVATE KEY-----\nabc=\n").is_empty());
    }

    #[test]
    fn base64_is_opened_only_where_it_holds_text() {
        let decoded = |text: &str| inside(text).pop().map(|(_, decoded)| decoded);
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
