//! From the text of a check file to a check that can judge.

use std::collections::HashMap;
use std::sync::Arc;

use minijinja::value::Serde;
use serde_json::Value;

use super::definition::{Definition, Severity};
use super::expression::Expression;
use super::problem::Problem;
use super::source::Source;
use super::template::{self, Templates};
use super::types::Type;
use super::typing::{Fault, Role};
use crate::facts::Scope;

/// Where the JSON Schema of a scope's facts comes from.
pub type Schemas<'a> = &'a dyn Fn(Scope) -> Value;

/// What is known of the facts of a scope, worked out once for all its checks.
#[derive(Debug)]
pub(super) struct Facts {
    pub(super) kind: Type,
    /// Values to try templates on: everything there and true, and as empty as can be.
    pub(super) specimens: [minijinja::Value; 2],
}

/// The facts of every scope that a check has asked for.
pub(super) struct Scopes<'s> {
    schemas: Schemas<'s>,
    known: HashMap<Scope, Arc<Facts>>,
}

impl<'s> Scopes<'s> {
    pub(super) fn new(schemas: Schemas<'s>) -> Self {
        Self {
            schemas,
            known: HashMap::new(),
        }
    }

    fn get(&mut self, scope: Scope) -> Arc<Facts> {
        let facts = self.known.entry(scope).or_insert_with(|| {
            let kind = Type::from_schema(&(self.schemas)(scope));
            let specimen = |full| minijinja::Value::from(Serde(kind.specimen(full)));
            let specimens = [specimen(true), specimen(false)];
            Arc::new(Facts { kind, specimens })
        });
        Arc::clone(facts)
    }
}

/// A check that has been read, typed and compiled: nothing in it can go wrong but absence.
#[derive(Debug)]
pub struct Check {
    /// What the file says.
    pub definition: Definition,
    /// The folder that it stands in.
    pub family: String,
    /// The file, as a person would find it.
    pub file: String,
    /// The severity that the file gives, where the configuration gives another.
    pub own_severity: Option<Severity>,
    pub(super) source: Source,
    pub(super) facts: Arc<Facts>,
    pub(super) applies: Option<Expression>,
    pub(super) fails: Expression,
    pub(super) evidence: Option<Expression>,
    pub(super) templates: Templates,
}

impl Check {
    /// The text of its file.
    pub fn text(&self) -> &str {
        &self.source.text
    }

    /// The facts that decide the verdict or are shown as evidence, as dotted paths through fields
    /// and list items, in order and each once.
    pub fn reads(&self) -> impl Iterator<Item = &str> {
        let mut reads: Vec<&str> = [
            self.applies.as_ref(),
            Some(&self.fails),
            self.evidence.as_ref(),
        ]
        .into_iter()
        .flatten()
        .flat_map(|expression| expression.reads.iter().map(String::as_str))
        .collect();
        reads.sort_unstable();
        reads.dedup();
        reads.into_iter()
    }
}

/// The type of one evidence item.
fn item_type(evidence: &Expression) -> &Type {
    evidence.kind.item().unwrap_or(&evidence.kind)
}

/// Reads and compiles a check file.
///
/// # Errors
/// Every problem that was found.
pub(super) fn compile(source: Source, scopes: &mut Scopes<'_>) -> Result<Check, Vec<Problem>> {
    let definition: Definition =
        toml::from_str(&source.text).map_err(|error| vec![source.problem_toml(&error)])?;
    let facts = scopes.get(definition.scope);
    let mut problems = Vec::new();
    if definition.id != source.stem {
        let message = format!("the id must be the file's name, `{}`", source.stem);
        problems.push(source.problem("id", message, ""));
    }
    let mut expression = |key: &str, text: Option<&str>, role| {
        let compiled = Expression::compile(text?, &facts.kind, role);
        compiled
            .map_err(|faults| {
                problems.extend(faults.into_iter().map(|fault| place(&source, key, fault)));
            })
            .ok()
    };
    let applies = expression("applies", definition.applies.as_deref(), Role::Verdict);
    let fails = expression("fails", Some(&definition.fails), Role::Verdict);
    let evidence = expression("evidence", definition.evidence.as_deref(), Role::Evidence);
    problems.extend(identity(&source, &definition, evidence.as_ref()));
    // With broken evidence, every `item` in a template would be one more error.
    let item = match (&definition.evidence, &evidence) {
        (Some(_), None) => Some(&Type::Any),
        (_, evidence) => evidence.as_ref().map(item_type),
    };
    let templates = Templates::compile(&definition, &facts, item)
        .map_err(|faults| {
            problems.extend(
                faults
                    .into_iter()
                    .map(|(key, fault)| place(&source, key, fault)),
            );
        })
        .ok();
    match (fails, templates) {
        (Some(fails), Some(templates)) if problems.is_empty() => Ok(Check {
            family: source.family.clone(),
            file: source.file.clone(),
            own_severity: None,
            definition,
            source,
            facts,
            applies,
            fails,
            evidence,
            templates,
        }),
        _ => Err(problems),
    }
}

/// What is wrong with the fields that tell one evidence item from another.
fn identity(
    source: &Source,
    definition: &Definition,
    evidence: Option<&Expression>,
) -> Vec<Problem> {
    let Some(evidence) = evidence else {
        let misplaced = !definition.identity.is_empty() && definition.evidence.is_none();
        let message = "`identity` names fields of evidence, and there is none";
        return misplaced
            .then(|| source.problem("identity", message, ""))
            .into_iter()
            .collect();
    };
    let item = item_type(evidence);
    if matches!(item, Type::Any) {
        return Vec::new();
    }
    if definition.identity.is_empty() && evidence.kind.item().is_some() && item.has_fields() {
        let message = "several pieces of evidence need an `identity`";
        let problem = source.problem("evidence", message, "gives one finding for each item");
        return vec![problem.help("name the fields that tell one item from another")];
    }
    let mut problems = Vec::new();
    for (index, name) in definition.identity.iter().enumerate() {
        let key = format!("identity[{index}]");
        match item.at(name) {
            None => {
                let problem = source.problem(&key, format!("evidence has no field `{name}`"), "");
                problems.push(match item.suggestion(name) {
                    Some(suggestion) => problem.help(suggestion),
                    None => problem,
                });
            }
            Some(kind) if kind.has_fields() => {
                let message = format!("`{name}` is {kind}, which is no name");
                problems.push(source.problem(&key, message, ""));
            }
            Some(_) => {}
        }
    }
    problems
}

pub(super) fn place(source: &Source, key: &str, fault: Fault) -> Problem {
    let problem = source.problem_within(key, fault.span, fault.message, &fault.label);
    match fault.help {
        Some(help) => problem.help(help),
        None => problem,
    }
}

/// The text of a template of a definition, for those who go through all of them.
pub(super) fn templates_of(definition: &Definition) -> impl Iterator<Item = (&'static str, &str)> {
    template::KEYS
        .into_iter()
        .filter_map(move |key| Some((key, template::source(definition, key)?)))
}
