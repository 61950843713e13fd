//! JSON whose strings hold nothing that a terminal would obey: such characters are written as escapes,
//! which every reader of JSON turns back.

use std::io::{self, Write};

use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};

use crate::terminal::is_harmful;

/// Writes documents that are indented.
pub(super) fn pretty<W: Write>(to: W) -> Serializer<W, Escaping<PrettyFormatter<'static>>> {
    Serializer::with_formatter(to, Escaping(PrettyFormatter::new()))
}

/// Writes documents in one line.
pub(super) fn compact<W: Write>(to: W) -> Serializer<W, Escaping<CompactFormatter>> {
    Serializer::with_formatter(to, Escaping(CompactFormatter))
}

/// A formatter that escapes more than JSON asks for.
pub(super) struct Escaping<F>(F);

macro_rules! as_before {
    ($($name:ident($($first:ident)?)),* $(,)?) => {
        $(fn $name<W: Write + ?Sized>(&mut self, writer: &mut W $(, $first: bool)?) -> io::Result<()> {
            self.0.$name(writer $(, $first)?)
        })*
    };
}

impl<F: Formatter> Formatter for Escaping<F> {
    as_before!(
        begin_array(),
        end_array(),
        begin_array_value(first),
        end_array_value(),
        begin_object(),
        end_object(),
        begin_object_key(first),
        end_object_key(),
        begin_object_value(),
        end_object_value(),
    );

    fn write_string_fragment<W: Write + ?Sized>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(is_harmful) {
            let (before, after) = rest.split_at_checked(at).unwrap_or((rest, ""));
            writer.write_all(before.as_bytes())?;
            let mut after = after.chars();
            let mut units = [0; 2];
            for unit in after
                .next()
                .iter()
                .flat_map(|c| c.encode_utf16(&mut units).to_vec())
            {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = after.as_str();
        }
        writer.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use serde::Serialize as _;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn what_is_escaped_reads_as_it_was() {
        let value = json!({"a\u{202e}": ["\u{1b}]0;x\u{7}", "\u{9b}m\u{7f}", "\u{e0041}", "größe 日本 \"q\""], "n": [], "o": {}});
        let mut indented = Vec::new();
        value.serialize(&mut pretty(&mut indented)).unwrap();
        let mut short = Vec::new();
        value.serialize(&mut compact(&mut short)).unwrap();
        for text in [indented, short] {
            let text = String::from_utf8(text).unwrap();
            assert!(!text.contains(|c| is_harmful(c) && c != '\n'), "{text:?}");
            assert!(text.contains("größe 日本"), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
        let plain = json!({"a": [1, {"b": "c"}], "d": null});
        let mut text = Vec::new();
        plain.serialize(&mut pretty(&mut text)).unwrap();
        assert_eq!(String::from_utf8(text).unwrap(), format!("{plain:#}"));
    }
}
