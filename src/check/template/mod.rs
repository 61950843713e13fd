//! Templates of messages and remediation: filled with real names, harmless to paste.

mod environment;
mod macros;
mod rewrite;
mod trial;

use std::collections::BTreeSet;

use minijinja::Environment;
use minijinja::value::Value;

use super::ceiling;
use super::compile::Facts;
use super::definition::{Definition, Fix};
use super::types::Type;
use super::typing::Fault;
use environment::environment;
use trial::{breaking_out, computed, fault, is_ceiling, too_long, try_out, unknown_names};

pub(super) use macros::idiom;

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
            if let Err(error) = macros::add_template(&mut environment, key, text) {
                faults.push((key, fault(key, text, &error)));
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
            let _ = macros::add_template(&mut environment, key, &rewrite::rewritten(key, text));
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
