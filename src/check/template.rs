//! Templates of messages and remediation: filled with real names, harmless to paste.

use std::collections::BTreeSet;

use minijinja::value::{Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::ceiling;
use super::certainty::{is_certain, proviso};
use super::compile::Facts;
use super::definition::{Definition, Fix};
use super::nearest::nearest;
use super::quoting::{inside, quoted_values, shell, terraform, yaml};
use super::types::Type;
use super::typing::Fault;

/// What stands in a text where the fact is not known.
pub(super) const UNKNOWN: &str = "(unknown)";

/// The keys of a check file that hold templates.
pub(super) const KEYS: [&str; 6] = [
    "message",
    "cause",
    "fix.text",
    "fix.cli",
    "fix.terraform",
    "fix.cloudformation",
];

/// The source of a template.
pub(super) fn source<'d>(definition: &'d Definition, key: &str) -> Option<&'d str> {
    match key {
        "message" => Some(&definition.message),
        "cause" => definition.cause.as_deref(),
        "fix.text" => Some(&definition.fix.text),
        "fix.cli" => definition.fix.cli.as_deref(),
        "fix.terraform" => definition.fix.terraform.as_deref(),
        "fix.cloudformation" => definition.fix.cloudformation.as_deref(),
        _ => None,
    }
}

/// The templates of one check.
#[derive(Debug)]
pub(super) struct Templates {
    environment: Environment<'static>,
    names: BTreeSet<String>,
}

impl Templates {
    /// Compiles the templates of a check and tries them on values of every type they may meet.
    ///
    /// # Errors
    /// What is wrong with them, with the key that each fault is at.
    pub(super) fn compile(
        definition: &Definition,
        facts: &Facts,
        item: Option<&Type>,
    ) -> Result<Self, Vec<(&'static str, Fault)>> {
        let mut environment = environment();
        let mut faults = Vec::new();
        for key in KEYS {
            let Some(text) = source(definition, key) else {
                continue;
            };
            if let Err(error) = environment.add_template_owned(key, text.to_owned()) {
                faults.push((key, fault(text, &error)));
                continue;
            }
            if let Some((span, message)) = ceiling::computing(text) {
                faults.push((key, computed(span, message)));
                continue;
            }
            let unknown = unknown_names(&environment, key, text, &facts.kind, item);
            let sound = unknown.is_empty();
            faults.extend(unknown.into_iter().map(|fault| (key, fault)));
            if sound && let Some(fault) = try_out(key, text, facts, item) {
                faults.push((key, fault));
            }
            faults.extend(breaking_out(key, text).map(|fault| (key, fault)));
            let rewritten = match key {
                "fix.cloudformation" => escape_quoted(text),
                "fix.cli" => option_values(text),
                _ => continue,
            };
            let _ = environment.add_template_owned(key, rewritten);
        }
        let templates = environment.templates();
        let names = templates.flat_map(|(_, template)| template.undeclared_variables(false));
        let names = names.collect();
        if faults.is_empty() {
            Ok(Self { environment, names })
        } else {
            Err(faults)
        }
    }

    /// What any of them reads: names of facts, `item`, `resource`.
    pub(super) fn names(&self) -> &BTreeSet<String> {
        &self.names
    }

    /// The message, filled in.
    pub(super) fn message(&self, context: &Value) -> Option<String> {
        self.render("message", context)
    }

    /// What findings have in common that one change would resolve, filled in; absent where the check or this finding names
    /// nothing.
    pub(super) fn cause(&self, context: &Value) -> Option<String> {
        self.render("cause", context)
            .filter(|cause| !cause.is_empty())
    }

    /// The remediation, filled in.
    pub(super) fn fix(&self, definition: &Fix, context: &Value) -> Fix {
        let text = self.render("fix.text", context);
        Fix {
            text: text.unwrap_or_else(|| definition.text.clone()),
            cli: self.render("fix.cli", context),
            terraform: self.render("fix.terraform", context),
            cloudformation: self.render("fix.cloudformation", context),
        }
    }

    fn render(&self, key: &str, context: &Value) -> Option<String> {
        let template = self.environment.get_template(key).ok()?;
        ceiling::fresh_page();
        match template.render(context) {
            Ok(text) => Some(text.trim().to_owned()),
            Err(error) if is_ceiling(&error) => Some(format!("({})", too_long())),
            Err(_) => None,
        }
    }
}

/// What a template that goes beyond a ceiling says instead.
fn too_long() -> String {
    format!(
        "the text is not shown: it takes more than {} instructions or {} bytes, the ceilings for templates",
        ceiling::FUEL,
        ceiling::OUTPUT
    )
}

fn is_ceiling(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::OutOfFuel | ErrorKind::WriteFailure)
}

/// A template that computes.
fn computed(span: std::ops::Range<usize>, message: &str) -> Fault {
    Fault {
        span,
        message: message.to_owned(),
        label: "it computes here".to_owned(),
        help: Some("compute in `evidence`, and show what comes of it".to_owned()),
    }
}

/// A text as far as a template has room for one.
fn within(text: String) -> Result<String, Error> {
    match text.len() > ceiling::OUTPUT {
        true => Err(Error::from(ErrorKind::WriteFailure)),
        false => Ok(text),
    }
}

/// The filters that take no argument by which their result could grow; ours are added to them.
fn filters(environment: &mut Environment<'static>) {
    use minijinja::filters;

    environment.add_filter("abs", filters::abs);
    environment.add_filter("bool", filters::bool);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("count", filters::length);
    environment.add_filter("default", filters::default);
    environment.add_filter("dictsort", filters::dictsort);
    environment.add_filter("first", filters::first);
    environment.add_filter("int", filters::int);
    environment.add_filter("items", filters::items);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("list", filters::list);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("map", filters::map);
    environment.add_filter("max", filters::max);
    environment.add_filter("min", filters::min);
    environment.add_filter("reject", filters::reject);
    environment.add_filter("rejectattr", filters::rejectattr);
    environment.add_filter("reverse", filters::reverse);
    environment.add_filter("round", filters::round);
    environment.add_filter("safe", filters::safe);
    environment.add_filter("select", filters::select);
    environment.add_filter("selectattr", filters::selectattr);
    environment.add_filter("sort", filters::sort);
    environment.add_filter("string", filters::string);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("unique", filters::unique);
    environment.add_filter("upper", filters::upper);
}

fn tests(environment: &mut Environment<'static>) {
    use minijinja::tests;

    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    environment.add_test("string", tests::is_string);
    environment.add_test("number", tests::is_number);
    environment.add_test("sequence", tests::is_sequence);
    environment.add_test("mapping", tests::is_mapping);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("in", tests::is_in);
    environment.add_test("eq", tests::is_eq);
    environment.add_test("ne", tests::is_ne);
}

fn environment() -> Environment<'static> {
    // without the filters and functions of MiniJinja: `batch`, `indent`, `format`, `range` and others make
    // what they are told to, however long
    let mut environment = Environment::empty();
    filters(&mut environment);
    tests(&mut environment);
    environment.set_fuel(Some(ceiling::FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|name| match name {
        "fix.cli" => AutoEscape::Custom("shell".into()),
        "fix.terraform" => AutoEscape::Custom("terraform".into()),
        "fix.cloudformation" => AutoEscape::Custom("yaml".into()),
        _ => AutoEscape::None,
    });
    environment.set_formatter(write_value);
    environment.add_filter("inside", |value: Value| -> Value {
        let text = if value.is_undefined() {
            UNKNOWN.to_owned()
        } else {
            value.to_string()
        };
        Value::from_safe_string(inside(&text))
    });
    environment.add_filter("shell", |value: Value| -> Result<Value, Error> {
        if value.is_undefined() {
            return Ok(value);
        }
        Ok(Value::from_safe_string(within(each(&value, " ", shell))?))
    });
    environment.add_filter("may", |value: Value, certain: String, bare: String| {
        if is_certain(&json(&value)) {
            certain
        } else {
            format!("may {bare}")
        }
    });
    environment.add_filter("can", |value: Value| {
        if is_certain(&json(&value)) {
            "can"
        } else {
            "may"
        }
    });
    environment.add_filter("proviso", |value: Value| proviso(&json(&value)));
    environment.add_filter("argument", |value: Value| -> Result<Value, Error> {
        let value = if value.is_undefined() {
            Value::from(UNKNOWN)
        } else {
            value
        };
        let text = if value.is_safe() {
            value.to_string()
        } else {
            each(&value, " ", shell)
        };
        let separator = if value.to_string().starts_with('-') {
            '='
        } else {
            ' '
        };
        Ok(Value::from_safe_string(within(format!(
            "{separator}{text}"
        ))?))
    });
    let join = |value: Value, separator: Option<String>| -> Result<Value, Error> {
        if value.is_undefined() {
            return Ok(value);
        }
        let separator = separator.unwrap_or_else(|| ", ".to_owned());
        Ok(Value::from(within(each(
            &value,
            &separator,
            str::to_owned,
        ))?))
    };
    environment.add_filter("join", join);
    environment
}

fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let value = if value.is_undefined() {
        if state.undefined_behavior() == UndefinedBehavior::Strict {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        Value::from(UNKNOWN)
    } else {
        value.clone()
    };
    let place = match state.auto_escape() {
        AutoEscape::Custom(place) => place.as_ref(),
        _ => "",
    };
    let text = match place {
        _ if value.is_safe() => value.to_string(),
        "shell" => each(&value, " ", shell),
        "terraform" => each(&value, ", ", terraform),
        "yaml" => each(&value, ", ", yaml),
        _ => each(&value, ", ", str::to_owned),
    };
    // A line end would leave a comment, and an escape sequence would speak to the terminal.
    let text = text.replace(char::is_control, "\u{fffd}");
    if !ceiling::takes(text.len()) {
        return Err(Error::from(ErrorKind::WriteFailure));
    }
    out.write_str(&text).map_err(Error::from)
}

/// A value as text; the items of a list one by one.
fn each(value: &Value, separator: &str, quote: impl Fn(&str) -> String) -> String {
    if value.kind() == ValueKind::Seq
        && let Ok(items) = value.try_iter()
    {
        let items: Vec<String> = items.map(|item| quote(&item.to_string())).collect();
        items.join(separator)
    } else {
        quote(&value.to_string())
    }
}

/// The names in a template that nothing will ever fill.
fn unknown_names(
    environment: &Environment<'_>,
    key: &str,
    text: &str,
    facts: &Type,
    item: Option<&Type>,
) -> Vec<Fault> {
    let Ok(template) = environment.get_template(key) else {
        return Vec::new();
    };
    let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
    names.sort();
    let resource = Type::from_schema(&serde_json::json!({"properties": {
        "arn": {"type": "string"},
        "name": {"type": "string"},
        "account": {"type": "string"},
        "region": {"type": "string"},
    }, "type": "object"}));
    let mut faults = Vec::new();
    for name in names {
        let (root, rest) = name.split_once('.').unwrap_or((&name, ""));
        let root_type = match (root, item) {
            ("resource", _) => Some(&resource),
            ("item", Some(item)) => Some(item),
            _ => facts.field(root),
        };
        let help = match root_type {
            None if root == "item" => {
                Some("the check has no `evidence` to take it from".to_owned())
            }
            None => {
                let others = ["item", "resource"].into_iter();
                facts.suggestion(root).or_else(|| {
                    let near = nearest(root, others)?;
                    Some(format!("did you mean `{near}`?"))
                })
            }
            Some(kind) => match walk(kind, rest) {
                Ok(()) => continue,
                Err(suggestion) => suggestion,
            },
        };
        let start = text.find(&name).unwrap_or(0);
        faults.push(Fault {
            span: start..start + name.len(),
            message: format!("nothing is called `{name}`"),
            label: String::new(),
            help,
        });
    }
    faults
}

/// Follows fields; what to write instead where there is no such field.
fn walk(kind: &Type, path: &str) -> Result<(), Option<String>> {
    let mut kind = kind;
    for name in path.split('.').filter(|name| !name.is_empty()) {
        kind = match kind {
            Type::Any => return Ok(()),
            Type::Map(kind) => kind,
            kind => kind.field(name).ok_or_else(|| kind.suggestion(name))?,
        };
    }
    Ok(())
}

/// Renders a template where nothing is missing, once with all there is and once with empty values.
fn try_out(key: &str, text: &str, facts: &Facts, item: Option<&Type>) -> Option<Fault> {
    let mut environment = environment();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    environment.add_template_owned(key, text.to_owned()).ok()?;
    let template = environment.get_template(key).ok()?;
    let resource = minijinja::context! {
        arn => "arn", name => "name", account => "account", region => "region",
    };
    for (specimen, full) in facts.specimens.iter().zip([true, false]) {
        let (facts, resource) = (specimen.clone(), resource.clone());
        let item = item.map(|item| Value::from(Serde(item.specimen(full))));
        ceiling::fresh_page();
        if let Err(error) = template.render(minijinja::context! { item, resource, ..facts }) {
            return Some(fault(text, &error));
        }
    }
    None
}

fn fault(text: &str, error: &Error) -> Fault {
    let line = error.line().unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let line = text.get(start..).and_then(|rest| rest.lines().next());
    let whole = start..start + line.unwrap_or_default().len();
    let detail = error.detail().map(str::to_owned);
    Fault {
        span: error.range().unwrap_or(whole),
        message: match is_ceiling(error) {
            true => too_long(),
            false => format!("the template cannot be filled: {}", error.kind()),
        },
        label: detail.unwrap_or_default(),
        help: None,
    }
}

/// The values that stand in quotes out of which they could break.
fn breaking_out(key: &str, text: &str) -> impl Iterator<Item = Fault> {
    let help = match key {
        "fix.cli" => "end the quotes before it, and begin them anew after",
        _ => "write double quotes, in which it is escaped",
    };
    let quoted = match key {
        "fix.cli" => quoted_values(text, true),
        "fix.cloudformation" => quoted_values(text, false),
        _ => Vec::new(),
    };
    let shell = key == "fix.cli";
    let breaking = quoted
        .into_iter()
        .filter(move |(_, quote)| shell || *quote == '\'');
    breaking.map(move |(span, _)| Fault {
        span,
        message: "a value inside quotes could break out of them".to_owned(),
        label: if shell {
            "values are quoted where they need it"
        } else {
            ""
        }
        .to_owned(),
        help: Some(help.to_owned()),
    })
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
