//! The macros of `checks/fixes.jinja`: what fixes of several checks share, written once.

use std::sync::LazyLock;

use minijinja::{Environment, Error};
use regex::Regex;

use super::rewrite::rewritten;

const SOURCE: &str = include_str!("../../../checks/fixes.jinja");

/// The names of the templates that hold the macros begin with this.
const MODULE: &str = "fixes.jinja:";

/// The names of the macros, in the order of the file.
static NAMES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let parts = SOURCE.split("{% macro ").skip(1);
    parts.filter_map(|part| part.split('(').next()).collect()
});

/// Passages that a macro replaces, each with the macro.
static IDIOMS: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let idioms = [
        (
            r#"\{%-? if \w+\.qualifier != "\$LATEST" -?%\} --qualifier"#,
            "{{ qualifier(item) }}",
        ),
        (
            r##"\{%-? if [\w.]+\[:1\] == "#" -?%\}"##,
            "{{ remove_statement(item, item.statement) }}",
        ),
        (
            r#"resource "aws_lambda_function" "this" \{\n  function_name = "\{\{ resource.name \}\}""#,
            "{% call lambda_resource() %}",
        ),
        (
            r"Type: AWS::Lambda::Function\n +Properties:\n +FunctionName: \{\{ resource.name \}\}",
            "{% call lambda_properties() %}",
        ),
        (
            r"--query Role\.AssumeRolePolicyDocument > trust\.json\n# Remove statement",
            "{{ edit_trust_policy(item) }}",
        ),
        (
            r#"\{%-? if item\.policy\[:4\] == "arn:" -?%\}# Grant"#,
            "{{ narrow_role_policy(item) }}",
        ),
    ];
    let compiled = idioms.into_iter();
    compiled
        .filter_map(|(pattern, call)| Some((Regex::new(pattern).ok()?, call)))
        .collect()
});

/// The first passage of a template that a macro replaces, and the call of the macro.
pub(in crate::check) fn idiom(text: &str) -> Option<(std::ops::Range<usize>, &'static str)> {
    let mut idioms = IDIOMS.iter();
    idioms.find_map(|(pattern, call)| Some((pattern.find(text)?.range(), *call)))
}

/// Adds a template under a key, and the macros that it uses, whose values are escaped as the key asks.
pub(super) fn add_template(
    environment: &mut Environment<'static>,
    key: &'static str,
    text: &str,
) -> Result<(), Error> {
    let import = import(key, text);
    let module = module(key);
    if !import.is_empty() && environment.get_template(&module).is_err() {
        environment.add_template_owned(module, rewritten(key, SOURCE))?;
    }
    environment.add_template_owned(key, format!("{import}{text}"))
}

fn module(key: &str) -> String {
    format!("{MODULE}{key}")
}

/// What precedes a template so that it knows the macros that it calls.
pub(super) fn import(key: &str, text: &str) -> String {
    let called = NAMES.iter().filter(|name| call(text, name).is_some());
    let called: Vec<&str> = called.copied().collect();
    match called.is_empty() {
        true => String::new(),
        false => format!(
            "{{% from \"{}\" import {} %}}",
            module(key),
            called.join(", ")
        ),
    }
}

/// The names of the macros.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    NAMES.iter().copied()
}

/// Where a template calls a macro.
pub(super) fn call(text: &str, name: &str) -> Option<usize> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let mut found = text.match_indices(name);
    found.find_map(|(at, _)| {
        let before = text.get(..at)?.chars().next_back();
        let after = text.get(at + name.len()..)?;
        (!before.is_some_and(is_word) && after.starts_with('(')).then_some(at)
    })
}

/// The macro in which a trial failed that a template calls, and what it reads there.
pub(super) fn failing(text: &str, error: &Error) -> Option<(&'static str, Option<String>)> {
    let key = error.name()?.strip_prefix(MODULE)?;
    let source = rewritten(key, SOURCE);
    let lines: Vec<&str> = source.lines().take(error.line()?).collect();
    let inner = lines.iter().rev().find_map(|line| {
        let name = line.strip_prefix("{% macro ")?.split('(').next()?;
        NAMES.iter().find(|known| **known == name)
    });
    // a macro may call another
    let called = |name: &&&str| call(text, name).is_some();
    let name = inner.filter(called).or_else(|| NAMES.iter().find(called))?;
    let reads = error.range().and_then(|range| source.get(range));
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let words = reads
        .into_iter()
        .flat_map(|reads| reads.split(|c| !is_word(c)));
    let reads = words.map(str::to_owned).find(|word| !word.is_empty());
    Some((name, reads))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_macros_that_are_called_are_imported() {
        assert_eq!(
            import("message", "{{ item.qualifier }} qualifier(x)x"),
            "{% from \"fixes.jinja:message\" import qualifier %}"
        );
        for text in [
            "{{ item.qualifier }}",
            "{{ item.qualifier(1) }}",
            "my_qualifier(1)",
        ] {
            assert_eq!(import("message", text), "", "{text}");
        }
    }

    #[test]
    fn every_idiom_is_compiled_and_its_macro_is_there() {
        assert_eq!(IDIOMS.len(), 6);
        for (_, example) in IDIOMS.iter() {
            assert!(
                NAMES.iter().any(|name| call(example, name).is_some()),
                "{example}"
            );
        }
    }
}
