//! Text that a terminal shows and never obeys. Whatever AWS, a file or a user wrote goes through here
//! before it reaches one.

use std::borrow::Cow;
use std::io::{self, Write};

/// Whether a terminal, or whoever reads it, could take the character for something that it is not:
/// control characters (escape sequences begin with one, C1 ones among them), and those that are not seen
/// but reorder, join, hide or carry text.
///
/// Sources: <https://www.unicode.org/reports/tr9/> for the bidirectional ones,
/// <https://www.unicode.org/reports/tr36/> and <https://www.unicode.org/reports/tr39/> for the others.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

/// Text in one line; tabs and line breaks become spaces.
pub fn clean(text: &str) -> Cow<'_, str> {
    without(text, |c| match c {
        '\n' | '\r' | '\t' => Some(' '),
        _ => None,
    })
}

/// Text in as many lines as it has; tabs become spaces.
pub(crate) fn clean_lines(text: &str) -> Cow<'_, str> {
    without(text, |c| match c {
        '\n' => Some('\n'),
        '\t' => Some(' '),
        _ => None,
    })
}

/// Leaves out what is harmful and has nothing to stand for it.
fn without(text: &str, instead: impl Fn(char) -> Option<char>) -> Cow<'_, str> {
    if !text.contains(|c| is_harmful(c) && instead(c) != Some(c)) {
        return Cow::Borrowed(text);
    }
    let kept = text.chars().filter_map(|c| match is_harmful(c) {
        true => instead(c),
        false => Some(c),
    });
    Cow::Owned(kept.collect())
}

/// Passes on what is written but for what a terminal would obey; colors of our own stay.
pub(crate) struct Cleaned<W>(pub(crate) W);

impl<W: Write> Write for Cleaned<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let mut kept = String::with_capacity(text.len());
        let mut rest: &str = &text;
        while let Some((before, after)) = rest.split_once('\u{1b}') {
            kept.push_str(&clean_lines(before));
            rest = after;
            if let Some(end) = color(after) {
                let (code, behind) = after.split_at_checked(end).unwrap_or((after, ""));
                kept.push('\u{1b}');
                kept.push_str(code);
                rest = behind;
            }
        }
        kept.push_str(&clean_lines(rest));
        self.0.write_all(kept.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// How long the rest of an escape sequence is, if it sets colors.
fn color(text: &str) -> Option<usize> {
    let numbers = text.strip_prefix('[')?;
    let end = numbers.find(|c: char| !c.is_ascii_digit() && c != ';')?;
    numbers.get(end..)?.starts_with('m').then_some(end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_is_left() {
        let cases = [
            ("plain", "plain"),
            ("\x1b[2Jgone", "[2Jgone"),
            ("\x1b]8;;http://evil\x07link", "]8;;http://evillink"),
            ("\u{1b}]0;title\u{9c}", "]0;title"),
            ("one\ntwo\tthree", "one two three"),
            ("\u{9b}31mred\u{7f}", "31mred"),
            ("abc\u{202e}def\u{200b}\u{2066}x\u{2069}", "abcdefx"),
            ("a\u{e0041}\u{e0042}\u{e007f}b\u{fe0f}\u{ad}\u{61c}c", "abc"),
            ("größe 日本", "größe 日本"),
        ];
        for (text, expected) in cases {
            assert_eq!(clean(text), expected);
        }
        assert_eq!(clean_lines("a\n\tb\r\u{1b}c\n"), "a\n bc\n");
        assert!(matches!(clean_lines("a\nb"), Cow::Borrowed(_)));
    }

    #[test]
    fn only_colors_are_passed_on() {
        let mut to = Vec::new();
        let text = "\u{1b}[1;31mred\u{1b}[0m \u{1b}]0;x\u{7} \u{1b}[2J \u{9b}m\n";
        Cleaned(&mut to).write_all(text.as_bytes()).unwrap();
        assert_eq!(
            String::from_utf8(to).unwrap(),
            "\u{1b}[1;31mred\u{1b}[0m ]0;x [2J m\n"
        );
    }
}
