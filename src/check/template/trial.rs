//! Templates tried before they are used: whatever could go wrong with a document is found when they are loaded.

use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use super::super::ceiling;
use super::super::compile::Facts;
use super::super::nearest::nearest;
use super::super::quoting::quoted_values;
use super::super::types::Type;
use super::super::typing::Fault;
use super::environment::environment;
use super::macros;

/// What a template that goes beyond a ceiling says instead.
pub(super) fn too_long() -> String {
    format!(
        "the text is not shown: it takes more than {} instructions or {} bytes, the ceilings for templates",
        ceiling::FUEL,
        ceiling::OUTPUT
    )
}

pub(super) fn is_ceiling(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::OutOfFuel | ErrorKind::WriteFailure)
}

/// A template that computes.
pub(super) fn computed(span: std::ops::Range<usize>, message: &str) -> Fault {
    Fault {
        span,
        message: message.to_owned(),
        label: "it computes here".to_owned(),
        help: Some("compute in `evidence`, and show what comes of it".to_owned()),
    }
}

/// The names in a template that nothing will ever fill.
pub(super) fn unknown_names(
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
                let others = ["item", "resource"].into_iter().chain(macros::names());
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
pub(super) fn try_out(
    key: &'static str,
    text: &str,
    facts: &Facts,
    item: Option<&Type>,
) -> Option<Fault> {
    let mut environment = environment();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_debug(true);
    macros::add_template(&mut environment, key, text).ok()?;
    let template = environment.get_template(key).ok()?;
    let resource = minijinja::context! {
        arn => "arn", name => "name", account => "account", region => "region",
    };
    for (specimen, full) in facts.specimens.iter().zip([true, false]) {
        let (facts, resource) = (specimen.clone(), resource.clone());
        let item = item.map(|item| Value::from(Serde(item.specimen(full))));
        ceiling::fresh_page();
        if let Err(error) = template.render(minijinja::context! { item, resource, ..facts }) {
            return Some(fault(key, text, &error));
        }
    }
    None
}

/// What a compiler or a trial found wrong with a template.
pub(super) fn fault(key: &str, text: &str, error: &Error) -> Fault {
    let message = match is_ceiling(error) {
        true => too_long(),
        false => format!("the template cannot be filled: {}", error.kind()),
    };
    if let Some((name, reads)) = macros::failing(text, error) {
        let start = macros::call(text, name).unwrap_or(0);
        let label = reads.map(|reads| format!("`{name}` reads `{reads}`, which is not there"));
        return Fault {
            span: start..start + name.len(),
            message,
            label: label.unwrap_or_default(),
            help: Some("`checks/fixes.jinja` has the macro".to_owned()),
        };
    }
    let line = error.line().unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let line = text.get(start..).and_then(|rest| rest.lines().next());
    let whole = start..start + line.unwrap_or_default().len();
    let imported = macros::import(key, text).len();
    let range = error
        .range()
        .map(|range| range.start.saturating_sub(imported)..range.end.saturating_sub(imported));
    Fault {
        span: range.unwrap_or(whole),
        message,
        label: error.detail().map(str::to_owned).unwrap_or_default(),
        help: None,
    }
}

/// The values that stand in quotes out of which they could break.
pub(super) fn breaking_out(key: &str, text: &str) -> impl Iterator<Item = Fault> {
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
