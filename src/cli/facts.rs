//! `lamppost facts`: what checks can read.

use std::path::Path;

use super::args::FactsArgs;
use super::error::CliError;
use super::setup::Setup;
use crate::analysis::AccountContext;
use crate::check::nearest;
use crate::facts::{self, Field, Scope, Subject};
use crate::finding::Outcome;
use crate::inventory::SnapshotReader;
use crate::report;

/// The scopes that have documents, with what they describe.
const SCOPES: [(Scope, &str); 3] = [
    (Scope::Function, "functions"),
    (Scope::Layer, "layer versions"),
    (Scope::Account, "accounts"),
];

pub(super) fn run(args: &FactsArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let part = args.part.as_deref().unwrap_or_default();
    let text = match (&args.function, &args.snapshot) {
        (Some(name), Some(snapshot)) => of_function(part, name, snapshot, setup)?,
        _ => outlines(part)?,
    };
    report::print_text(&text)?;
    Ok(Outcome::Clean)
}

/// The tree of every scope that has the part; what several scopes share stands once.
fn outlines(part: &str) -> Result<String, CliError> {
    let mut text = String::new();
    let mut told: Vec<Field> = Vec::new();
    for (scope, subject) in SCOPES {
        let tree = facts::tree(scope);
        let mut fields = facts::below(&tree, part);
        // all of them would be a thousand lines, most of which stand several times
        fields.retain(|field| !told.contains(field) && (!part.is_empty() || !field.in_list));
        if fields.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("Facts of {subject}:\n\n"));
        text.push_str(&facts::outline(&fields));
        told.extend(fields.into_iter().cloned());
    }
    if text.is_empty() {
        return Err(no_part(part, SCOPES.map(|(scope, _)| scope)));
    }
    if part.is_empty() {
        text.push_str("\n`lamppost facts PART` shows the fields of list items, too.\n");
    }
    Ok(text)
}

fn no_part(part: &str, scopes: impl IntoIterator<Item = Scope>) -> CliError {
    let fields: Vec<Field> = scopes.into_iter().flat_map(facts::tree).collect();
    let paths = fields.iter().map(|field| field.path.as_str());
    CliError::NoFact {
        part: part.to_owned(),
        nearest: nearest(part, paths).map(str::to_owned),
    }
}

/// The facts of the functions of a name, or of one ARN.
fn of_function(part: &str, name: &str, snapshot: &Path, setup: &Setup) -> Result<String, CliError> {
    let tree = facts::tree(Scope::Function);
    let fields = facts::below(&tree, part);
    if fields.is_empty() {
        return Err(no_part(part, [Scope::Function]));
    }
    let settings = setup.config.settings();
    let mut reader = SnapshotReader::open(snapshot)?;
    let mut text = String::new();
    let mut others: Vec<String> = Vec::new();
    while let Some(inventory) = reader.next_account()? {
        let account = AccountContext::new(&inventory, &settings);
        for subject in facts::subjects(&account) {
            let Subject::Function(context) = subject else {
                continue;
            };
            let function = context.function;
            if function.name != name && function.arn != name {
                others.push(function.name.clone());
                continue;
            }
            let document = subject.document()?;
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&format!("{}\n\n", function.arn));
            text.push_str(&facts::values(&document, &fields));
        }
    }
    match text.is_empty() {
        true => Err(CliError::NoFunction {
            name: name.to_owned(),
            nearest: nearest(name, others.iter().map(String::as_str)).map(str::to_owned),
        }),
        false => Ok(text),
    }
}
