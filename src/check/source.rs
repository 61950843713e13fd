//! The text of a check file, and where in it each value stands.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use super::problem::Problem;
use super::types::join_path;

/// A check file that has been read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// The file, as a person would find it.
    pub(super) file: String,
    /// The file's name without its ending: the id that it must hold.
    pub(super) stem: String,
    /// The folder that it stands in: the check's family.
    pub(super) family: String,
    /// The whole text.
    pub(super) text: Arc<str>,
    /// Where the value of each dotted key stands, quotes included.
    places: Places,
    /// Where the last part of each dotted key stands.
    keys: Places,
}

type Places = BTreeMap<String, Range<usize>>;

impl Source {
    pub(super) fn new(file: &str, text: &str) -> Self {
        let mut parts = file.rsplit(['/', '\\']);
        let name = parts.next().unwrap_or_default();
        let (mut places, mut keys) = (Places::new(), Places::new());
        if let Ok(table) = DeTable::parse(text) {
            locate(table.get_ref(), "", &mut places, &mut keys);
        }
        Self {
            file: file.to_owned(),
            stem: name.strip_suffix(".toml").unwrap_or(name).to_owned(),
            family: parts.next().unwrap_or("local").to_owned(),
            text: text.into(),
            places,
            keys,
        }
    }

    /// A problem at a dotted key, or at the whole file where the key is not there.
    pub(super) fn problem(&self, key: &str, message: impl Into<String>, label: &str) -> Problem {
        Problem {
            file: self.file.clone(),
            message: message.into(),
            label: label.to_owned(),
            help: None,
            span: self.places.get(key).cloned(),
            text: Arc::clone(&self.text),
        }
    }

    /// Where the value of a dotted key stands.
    pub(super) fn place(&self, key: &str) -> Option<Range<usize>> {
        self.places.get(key).cloned()
    }

    /// Where a dotted key itself stands.
    pub(super) fn key(&self, key: &str) -> Option<Range<usize>> {
        self.keys.get(key).cloned()
    }

    /// A problem at some bytes of the string that a dotted key holds.
    pub(super) fn problem_within(
        &self,
        key: &str,
        span: Range<usize>,
        message: impl Into<String>,
        label: &str,
    ) -> Problem {
        let mut problem = self.problem(key, message, label);
        if let Some(place) = self.places.get(key)
            && let Some(raw) = self.text.get(place.clone())
        {
            let offsets = decoded_offsets(raw);
            let at = |index: usize| offsets.get(index).map(|offset| place.start + offset);
            if let Some(start) = at(span.start) {
                let end = at(span.end).unwrap_or(place.end);
                problem.span = Some(start..end.max(start));
            }
        }
        problem
    }

    /// A problem that the TOML parser or the deserialiser found.
    pub(super) fn problem_toml(&self, error: &toml::de::Error) -> Problem {
        Problem::of_toml(&self.file, &self.text, error)
    }
}

fn locate(table: &DeTable<'_>, prefix: &str, places: &mut Places, keys: &mut Places) {
    for (key, value) in table {
        let path = join_path(prefix, key.get_ref());
        keys.insert(path.clone(), key.span());
        locate_value(value.get_ref(), value.span(), &path, places, keys);
        // A table's own span may cover other tables; its key is what a person looks for.
        if matches!(value.get_ref(), DeValue::Table(_)) {
            places.insert(path, key.span());
        }
    }
}

fn locate_value(
    value: &DeValue<'_>,
    span: Range<usize>,
    path: &str,
    places: &mut Places,
    keys: &mut Places,
) {
    places.insert(path.to_owned(), span);
    match value {
        DeValue::Table(table) => locate(table, path, places, keys),
        DeValue::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let path = format!("{path}[{index}]");
                locate_value(item.get_ref(), item.span(), &path, places, keys);
            }
        }
        _ => {}
    }
}

/// For every byte of a TOML string's value, and for its end, the offset in the text as written.
fn decoded_offsets(raw: &str) -> Vec<usize> {
    let (quotes, multi_line, escapes) = match raw {
        _ if raw.starts_with("'''") => (3, true, false),
        _ if raw.starts_with("\"\"\"") => (3, true, true),
        _ => (1, false, raw.starts_with('"')),
    };
    let mut at = quotes;
    if multi_line {
        let rest = raw.get(at..).unwrap_or_default();
        at += if rest.starts_with("\r\n") {
            2
        } else {
            usize::from(rest.starts_with('\n'))
        };
    }
    let end = raw.len().saturating_sub(quotes);
    let mut offsets = Vec::new();
    while at < end {
        let rest = raw.get(at..end).unwrap_or_default();
        let mut chars = rest.chars();
        let Some(first) = chars.next() else { break };
        let (written, decoded) = match (first, chars.next()) {
            ('\\', Some(letter)) if escapes => escape(rest, letter),
            ('\r', Some('\n')) if multi_line => (2, 1),
            _ => (first.len_utf8(), first.len_utf8()),
        };
        offsets.extend((0..decoded).map(|byte| at + if decoded == written { byte } else { 0 }));
        at += written;
    }
    offsets.push(end);
    offsets
}

/// How many bytes an escape takes as written, and how many it stands for.
fn escape(rest: &str, letter: char) -> (usize, usize) {
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ if letter.is_whitespace() => {
            let blank = rest.get(1..).unwrap_or_default();
            return (rest.len() - blank.trim_start().len(), 0);
        }
        _ => return (2, 1),
    };
    let code = rest
        .get(2..2 + digits)
        .and_then(|hex| u32::from_str_radix(hex, 16).ok())
        .and_then(char::from_u32);
    (2 + digits, code.map_or(0, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_of_a_value_are_found_as_written() {
        for (raw, decoded) in [
            ("'a.b'", "a.b"),
            ("\"a \\\"b\\\" c\"", "a \"b\" c"),
            ("'''\na\nb'''", "a\nb"),
            ("\"\"\"\nx \\\n   y\"\"\"", "x y"),
            ("\"\\u00e4!\"", "ä!"),
            ("''", ""),
        ] {
            let offsets = decoded_offsets(raw);
            assert_eq!(offsets.len(), decoded.len() + 1, "{raw}");
            for (index, byte) in decoded.bytes().enumerate() {
                let written = raw.as_bytes()[offsets[index]];
                assert!(written == byte || written == b'\\', "{raw} at {index}");
            }
        }
    }
}
