//! Templates rewritten so that their values are quoted where they stand.

use super::super::quoting::quoted_values;

/// A template as it is filled in: values are escaped for the language of its key.
pub(super) fn rewritten(key: &str, text: &str) -> String {
    match key {
        "fix.cloudformation" => escape_quoted(text),
        "fix.cli" => option_values(text),
        _ => text.to_owned(),
    }
}

/// A template of command lines whose options take values that may begin with a hyphen: those are written `--option=value`,
/// because the AWS command line would take them for options.
fn option_values(text: &str) -> String {
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, from)) = rest
        .find("{{")
        .and_then(|start| rest.split_at_checked(start))
    {
        let Some((inner, after)) = from.get(2..).and_then(|inner| inner.split_once("}}")) else {
            break;
        };
        let is_option = |word: &str| {
            word.strip_prefix("--").is_some_and(|name| {
                !name.is_empty()
                    && name
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            })
        };
        let value_of = before
            .strip_suffix(' ')
            .filter(|head| head.rsplit([' ', '\n', '}']).next().is_some_and(is_option));
        match value_of {
            Some(head) if !inner.starts_with('-') && !inner.ends_with('-') => {
                written.push_str(&format!("{head}{{{{ ({}) | argument }}}}", inner.trim()));
            }
            _ => written.push_str(&format!("{before}{{{{{inner}}}}}")),
        }
        rest = after;
    }
    written.push_str(rest);
    written
}

/// A YAML template whose values in double quotes are escaped for them, and not quoted once more.
fn escape_quoted(text: &str) -> String {
    let mut escaped = String::new();
    let mut done = 0;
    for (span, _) in quoted_values(text, false) {
        let inner = text.get(span.start + 2..span.end.saturating_sub(2));
        escaped.push_str(text.get(done..span.start).unwrap_or_default());
        escaped.push_str(&format!(
            "{{{{ ({}) | inside }}}}",
            inner.unwrap_or_default().trim()
        ));
        done = span.end;
    }
    escaped.push_str(text.get(done..).unwrap_or_default());
    escaped
}

#[cfg(test)]
mod tests {
    use super::super::environment::environment;
    use super::*;

    #[test]
    fn values_of_options_may_begin_with_a_hyphen() {
        let template = option_values(
            "aws x --statement-id {{ id }} --name {{ a }}/{{ b }} {{ c }}{% if q %} --q {{ q }}{% endif %}",
        );
        let mut environment = environment();
        environment.add_template_owned("fix.cli", template).unwrap();
        let rendered = |id: &str| {
            let context = minijinja::context! { id, a => "a b", b => "b", c => "c", q => "-1" };
            environment
                .get_template("fix.cli")
                .unwrap()
                .render(context)
                .unwrap()
        };
        assert_eq!(
            rendered("--debug"),
            "aws x --statement-id=--debug --name 'a b'/b c --q=-1"
        );
        assert_eq!(
            rendered("plain"),
            "aws x --statement-id plain --name 'a b'/b c --q=-1"
        );
    }
}
