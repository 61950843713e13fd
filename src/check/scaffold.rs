//! A new check file to start from.

use super::definition::Definition;

/// Whether a text can be the id of a check: words of letters and digits in lower case, joined by `-`.
pub fn is_id(text: &str) -> bool {
    let word = |word: &str| {
        let mut letters = word.bytes();
        !word.is_empty() && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.split('-').all(word) && text.starts_with(|first: char| first.is_ascii_lowercase())
}

/// The text of a check file for an id: it lints green and says what to replace.
///
/// Its title is made of the id, so that a good id gives a good beginning.
pub fn scaffold(id: &str) -> String {
    let words = id.replace('-', " ");
    let mut letters = words.chars();
    let title: String = letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default();
    format!(
        r#"# `lamppost checks lint` tries this file on its own examples; `lamppost checks schema` prints its JSON Schema.
id = "{id}"
title = "{title}"
scope = "function"
severity = "medium"
confidence = "medium"
since = "{version}"

# What must be true of a function for it to fail. A fact that could not be observed gives UNKNOWN, never PASS.
fails = 'lambda.timeout_seconds > 600'

# One sentence about the function at hand.
message = "{{{{ resource.name }}}} may run for {{{{ lambda.timeout_seconds }}}} seconds."

why = """
Say what an attacker gains, or what goes wrong, when nobody mends it.
"""

acceptable = "Say when nobody has to act, or remove this line."

references = ["https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html"]

[fix]
text = "Say what to do."
cli = "aws lambda update-function-configuration --function-name {{{{ resource.arn }}}} --timeout 60"

[[examples.fail]]
name = "fifteen minutes"
facts.lambda.timeout_seconds = 900

[[examples.pass]]
name = "one minute"
facts.lambda.timeout_seconds = 60

[[examples.unknown]]
name = "the timeout is not known"
facts.lambda = {{}}
"#,
        version = env!("CARGO_PKG_VERSION"),
    )
}

/// The JSON Schema of check files.
pub fn definition_schema() -> serde_json::Value {
    schemars::schema_for!(Definition).to_value()
}
