//! Texts that a value holds: what stands in JSON, in lines of assignments and in an encoding, and what a text sets by name.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_PAD_INDIFFERENT, URL_SAFE_PAD_INDIFFERENT};
use flate2::read::{MultiGzDecoder, ZlibDecoder};
use regex::Regex;
use serde_json::Value;

/// Shorter texts are not tried as base64: too many words are valid base64.
const SHORTEST_ENCODED: usize = 16;

/// The most that is read of compressed bytes. All variables of a function have 4 KB together.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>
const INFLATED: u64 = 256 << 10;

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

/// The text that an encoded text stands for: base64 in either alphabet, with or without padding, perhaps of compressed
/// bytes, or hexadecimal digits.
pub(super) fn decode(text: &str) -> Option<String> {
    if text.len() < SHORTEST_ENCODED {
        return None;
    }
    let base64 = STANDARD_PAD_INDIFFERENT
        .decode(text)
        .or_else(|_| URL_SAFE_PAD_INDIFFERENT.decode(text));
    base64
        .ok()
        .and_then(|bytes| readable(inflated(&bytes).unwrap_or(bytes)))
        .or_else(|| readable(hexadecimal(text)?))
}

/// The bytes that a text of hexadecimal digits stands for.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| {
        char::from(*byte)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let bytes = pairs
        .iter()
        .map(|[high, low]| Some(digit(high)? << 4 | digit(low)?));
    rest.is_empty().then(|| bytes.collect()).flatten()
}

/// What gzip or zlib made bytes of, as far as the ceiling; absent: they are not compressed.
fn inflated(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::new();
    let read = match bytes {
        [0x1f, 0x8b, ..] => MultiGzDecoder::new(bytes)
            .take(INFLATED)
            .read_to_end(&mut text),
        [0x78, 0x01 | 0x5e | 0x9c | 0xda, ..] => ZlibDecoder::new(bytes)
            .take(INFLATED)
            .read_to_end(&mut text),
        _ => return None,
    };
    read.is_ok().then_some(text)
}

fn readable(bytes: Vec<u8>) -> Option<String> {
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
            // a list of settings: {"name": "DB_PASSWORD", "value": "..."}
            let text = |wanted: &[&str]| {
                let mut entries = map.iter();
                let named = entries
                    .find(|(key, _)| wanted.iter().any(|one| key.eq_ignore_ascii_case(one)))?;
                named.1.as_str().map(str::to_owned)
            };
            if let (Some(set), Some(value)) = (text(&["name", "key"]), text(&["value"])) {
                leaves.push((format!("{name}_{set}"), value));
            }
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

/// Forms in which a text of any other kind sets values by names.
const FORMS: [&str; 4] = [
    // `name: value` and `name=value`, also quoted: lines of YAML, properties, options, shells
    r#"(?m)(?:^|[\s,;{(\[<?&"'-])([A-Za-z][A-Za-z0-9_.-]{1,63})["']?[ \t]*[:=][ \t]*["']?([^\s"'<>,;&]{4,512})"#,
    // `<name>value</name>`
    r#"<([A-Za-z][A-Za-z0-9_.:-]{1,63})(?:\s[^<>]{0,256})?>\s*([^<>\s]{4,512})\s*</"#,
    // `--name value`
    r#"(?:^|[\s"'])--?([A-Za-z][A-Za-z0-9_.-]{1,63})[ \t]+["']?([^\s"'-][^\s"']{3,511})"#,
    // `key="name" value="value"`, in XML, YAML and text that is nearly JSON
    r#"(?i)\b(?:key|name)["']?[ \t]*[:=][ \t]*["']?([A-Za-z][A-Za-z0-9_.-]{1,63})["']?[\s,]+["']?value["']?[ \t]*[:=][ \t]*["']?([^\s"'<>,;&]{4,512})"#,
];

/// The most places of each form that are looked at, which bounds the time.
const PLACES: usize = 64;

/// Names to which a text sets values.
pub(super) struct Settings {
    forms: Vec<Regex>,
}

impl Settings {
    /// # Errors
    /// When a form does not compile.
    pub(super) fn new() -> Result<Self, regex::Error> {
        let forms = FORMS.into_iter().map(Regex::new);
        Ok(Self {
            forms: forms.collect::<Result<_, _>>()?,
        })
    }

    /// The values that a text sets, each with its name.
    pub(super) fn of<'t>(&self, text: &'t str) -> impl Iterator<Item = (&'t str, &'t str)> {
        let found = self
            .forms
            .iter()
            .flat_map(move |form| form.captures_iter(text).take(PLACES));
        found.filter_map(|captures| Some((captures.get(1)?.as_str(), captures.get(2)?.as_str())))
    }
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
