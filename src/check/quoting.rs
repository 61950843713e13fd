//! Quoting: what makes a filled-in value harmless where it stands.

use std::ops::Range;

fn harmless(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || "_./:=@+-".contains(letter))
}

/// A word of a POSIX shell.
pub(super) fn shell(text: &str) -> String {
    if harmless(text) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// The inside of a quoted Terraform string.
pub(super) fn terraform(text: &str) -> String {
    if harmless(text) {
        return text.to_owned();
    }
    inside(text).replace("${", "$${").replace("%{", "%%{")
}

/// The inside of a quoted YAML or JSON string.
pub(super) fn inside(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    let inside = quoted.strip_prefix('"').unwrap_or(&quoted);
    inside.strip_suffix('"').unwrap_or(inside).to_owned()
}

/// A YAML scalar; JSON strings are YAML.
pub(super) fn yaml(text: &str) -> String {
    if harmless(text) {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

/// The values of a template that stand inside quotes of its own, each with the quote.
///
/// In a shell, quotes may span lines; in YAML, an apostrophe in a comment or a word is none.
pub(super) fn quoted_values(text: &str, shell: bool) -> Vec<(Range<usize>, char)> {
    let mut found = Vec::new();
    let mut quote = None;
    let mut before = '\n';
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(letter) = rest.chars().next()
    {
        let tags = [("{{", "}}"), ("{%", "%}"), ("{#", "#}")];
        let length = if let Some((open, close)) = tags.iter().find(|(o, _)| rest.starts_with(o)) {
            let length = rest.find(close).map_or(rest.len(), |end| end + close.len());
            if let Some(quote) = quote.filter(|_| *open == "{{") {
                found.push((at..at + length, quote));
            }
            length
        } else if letter == '#' && quote.is_none() && before.is_whitespace() {
            rest.find('\n').unwrap_or(rest.len())
        } else {
            match (letter, quote) {
                ('"' | '\'', None) if shell || !before.is_alphanumeric() => quote = Some(letter),
                ('\n', _) if !shell => quote = None,
                (letter, Some(open)) if letter == open => quote = None,
                _ => {}
            }
            let escaped = letter == '\\' && quote != Some('\'');
            let next = rest.chars().nth(1).filter(|_| escaped);
            letter.len_utf8() + next.map_or(0, char::len_utf8)
        };
        before = letter;
        at += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_shell_are_quoted_where_they_need_it() {
        for (value, word) in [
            (
                "arn:aws:lambda:eu-central-1:111122223333:function:a",
                "arn:aws:lambda:eu-central-1:111122223333:function:a",
            ),
            ("", "''"),
            ("two words", "'two words'"),
            ("$(reboot)", "'$(reboot)'"),
            ("it's; reboot", r"'it'\''s; reboot'"),
            ("$LATEST", "'$LATEST'"),
        ] {
            assert_eq!(shell(value), word);
        }
    }

    #[test]
    fn other_languages_are_quoted_in_their_own_way() {
        assert_eq!(terraform("a\"${b}"), r#"a\"$${b}"#);
        assert_eq!(terraform("plain-name_1"), "plain-name_1");
        assert_eq!(yaml("a: b"), r#""a: b""#);
        assert_eq!(yaml("arn:aws:iam::1:role/a"), "arn:aws:iam::1:role/a");
        assert_eq!(inside("say \"a\"\n"), r#"say \"a\"\n"#);
    }

    #[test]
    fn values_inside_quotes_are_found() {
        for (text, is_shell, expected) in [
            ("aws --name {{ a }}", true, 0),
            ("aws --name '{{ a }}'", true, 1),
            ("aws --name \"{{ a }}\" '{{ b }}'", true, 2),
            ("aws --json '{\"a\":\"'{{ a }}'\"}'", true, 0),
            ("aws --name \\\"{{ a }}", true, 0),
            ("# don't\naws {{ a }}", true, 0),
            ("aws 'x\n{{ a }}'", true, 1),
            ("Name: \"{{ a }}\"", false, 1),
            ("Name: {{ a }} # it's {{ b }}\nOther: {{ c }}", false, 0),
            ("Text: don't {{ a }}", false, 0),
        ] {
            assert_eq!(quoted_values(text, is_shell).len(), expected, "{text}");
        }
    }
}
