//! What parsers say of a wrong file, in words of the file's author.
//!
//! Parsers speak of their own types: a table is a map or a struct to them, a list a sequence, a text a string.

/// The message of a parser in plain words.
pub(crate) fn plain(message: &str) -> String {
    let message = without_place(message);
    if let Some((found, expected)) = split(message, "invalid type: ") {
        return format!(
            "this is {}, and {} is expected",
            value(found),
            kind(expected)
        );
    }
    if let Some((found, expected)) = split(message, "invalid value: ") {
        return format!(
            "{} cannot be used: {} is expected",
            value(found),
            kind(expected)
        );
    }
    if let Some((found, expected)) = split(message, "invalid length ") {
        return format!("this has {found} items, and {} is expected", kind(expected));
    }
    for (begins, what, several, none) in [
        (
            "unknown field ",
            "unknown key",
            "known keys",
            "there are none here",
        ),
        (
            "unknown variant ",
            "unknown value",
            "possible values",
            "there are none",
        ),
    ] {
        if let Some(rest) = message.strip_prefix(begins) {
            let mut names = rest.split('`').skip(1).step_by(2);
            let name = names.next().unwrap_or_default();
            let known: Vec<String> = names.map(|name| format!("`{name}`")).collect();
            let known = match known.is_empty() {
                true => none.to_owned(),
                false => format!("{several}: {}", known.join(", ")),
            };
            return format!("{what} `{name}`; {known}");
        }
    }
    for (begins, ends) in [
        ("missing field ", " is missing"),
        ("duplicate field ", " stands here twice"),
    ] {
        if let Some(name) = message.strip_prefix(begins) {
            return format!("{name}{ends}");
        }
    }
    if message.starts_with("data did not match any variant") {
        return "this value has none of the possible shapes".to_owned();
    }
    if message.starts_with("invalid basic string") || message.starts_with("invalid literal string")
    {
        return "the text in quotes is not closed".to_owned();
    }
    if message == "duplicate key" {
        return "this key stands here twice".to_owned();
    }
    if message.starts_with("key with no value") {
        return "a key without a value: `=` is missing".to_owned();
    }
    if message.starts_with("invalid key-value pair") {
        return "this is no TOML: a line is `key = value`, `[section]` or `# comment`".to_owned();
    }
    if message.starts_with("string values must be quoted") {
        return "a value is missing here, or a text without quotes".to_owned();
    }
    match message {
        "trailing characters" => return "more text follows its end".to_owned(),
        "key must be a string" => return "a key must be a text in quotes".to_owned(),
        "expected value" => return "a value is expected".to_owned(),
        _ => {}
    }
    if let Some(expected) = message.strip_prefix("expected ") {
        return format!("{expected} is expected");
    }
    if message.starts_with("EOF while parsing") {
        return "the text breaks off".to_owned();
    }
    if message.starts_with("recursion limit exceeded") {
        return "values are nested too deeply".to_owned();
    }
    message.to_owned()
}

/// A message without the line and column that stand at its end.
pub(crate) fn without_place(message: &str) -> &str {
    message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before)
}

fn split<'a>(message: &'a str, begins: &str) -> Option<(&'a str, &'a str)> {
    message.strip_prefix(begins)?.split_once(", expected ")
}

/// What was found.
fn value(found: &str) -> String {
    match found {
        "map" | "table" | "newtype struct" => "a table".to_owned(),
        "sequence" | "array" => "a list".to_owned(),
        "null" | "unit value" => "nothing (null)".to_owned(),
        _ => match found.split_once(' ') {
            Some(("string", text)) => format!("the text {text}"),
            Some(("integer", number)) => format!("the number {number}"),
            Some(("boolean", truth)) => truth.to_owned(),
            Some(("floating", rest)) => {
                format!("the number {}", rest.trim_start_matches("point "))
            }
            _ => format!("`{found}`"),
        },
    }
}

/// What was expected.
fn kind(expected: &str) -> String {
    let numbers = |low: &str, high: String| format!("a whole number from {low} to {high}");
    match expected {
        "a string" | "string" | "str" | "a borrowed string" => "a text in quotes".to_owned(),
        "a boolean" | "bool" => "`true` or `false`".to_owned(),
        "a map" | "map" | "a table" => "a table".to_owned(),
        "a sequence" | "sequence" | "an array" => "a list".to_owned(),
        "u8" => numbers("0", u8::MAX.to_string()),
        "u16" => numbers("0", u16::MAX.to_string()),
        "u32" => numbers("0", u32::MAX.to_string()),
        "u64" | "usize" => numbers("0", u64::MAX.to_string()),
        "i64" | "isize" => "a whole number".to_owned(),
        "f64" | "f32" => "a number".to_owned(),
        _ if expected.starts_with("struct ") || expected.starts_with("internally tagged") => {
            "a table".to_owned()
        }
        _ if expected.starts_with("enum ") || expected == "variant identifier" => {
            "one of the known values, in quotes,".to_owned()
        }
        _ => expected.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parsers_are_put_into_plain_words() {
        for (said, meant) in [
            (
                "invalid type: map, expected a sequence",
                "this is a table, and a list is expected",
            ),
            (
                "invalid type: integer `5`, expected a string at line 1 column 2",
                "this is the number `5`, and a text in quotes is expected",
            ),
            (
                "invalid value: integer `-1`, expected u16",
                "the number `-1` cannot be used: a whole number from 0 to 65535 is expected",
            ),
            (
                "unknown field `x`, expected `a` or `b`",
                "unknown key `x`; known keys: `a`, `b`",
            ),
            (
                "unknown field `x`, there are no fields",
                "unknown key `x`; there are none here",
            ),
            ("missing field `id`", "`id` is missing"),
            (
                "unclosed table, expected `]`",
                "unclosed table, expected `]`",
            ),
        ] {
            assert_eq!(plain(said), meant);
        }
    }
}
