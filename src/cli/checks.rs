//! `lamppost checks`: the checks themselves.

use serde_json::json;

use super::args::{CheckArgs, ChecksCommand, ListArgs, SchemaOf};
use super::error::CliError;
use super::setup::Setup;
use crate::check::{self, Problem};
use crate::facts::{self, Scope};
use crate::finding::Outcome;
use crate::report;

/// The widest list of checks: it is read in columns, and in narrow windows.
const LIST_WIDTH: usize = 80;

pub(super) fn run(command: &ChecksCommand, setup: &Setup) -> Result<Outcome, CliError> {
    match command {
        ChecksCommand::List {
            checks,
            filter,
            json,
        } => list(checks, filter, *json, setup)?,
        ChecksCommand::Show { id, folders } => {
            let args = CheckArgs {
                folders: folders.clone(),
                ..CheckArgs::default()
            };
            let registry = setup.registry(&args)?;
            report::print_text(&check::terminal_page(
                registry.get(id)?,
                setup.terminal.width,
            ))?;
        }
        ChecksCommand::New { id } => {
            if !check::is_id(id) {
                return Err(CliError::CheckId(id.clone()));
            }
            report::print_text(&check::scaffold(id))?;
        }
        ChecksCommand::Lint { paths } => return lint(paths, setup),
        ChecksCommand::Schema { of } => {
            let schema = match of {
                SchemaOf::Function => facts::schema(Scope::Function),
                SchemaOf::Layer => facts::schema(Scope::Layer),
                SchemaOf::Account => facts::schema(Scope::Account),
                SchemaOf::Check => check::definition_schema(),
            };
            report::print_json(&schema)?;
        }
    }
    Ok(Outcome::Clean)
}

fn list(args: &CheckArgs, filter: &ListArgs, as_json: bool, setup: &Setup) -> Result<(), CliError> {
    let registry = setup.registry(args)?;
    let mut checks = setup.select_of(&registry, args, &filter.families)?;
    checks.retain(|check| filter.admits(check));
    checks.sort_by(|a, b| (&a.family, &a.definition.id).cmp(&(&b.family, &b.definition.id)));
    if as_json {
        let definitions: Vec<_> = checks.iter().map(|check| &check.definition).collect();
        return Ok(report::print_json(&json!(definitions))?);
    }
    Ok(report::print_text(&check::table(
        &checks,
        filter.framework,
        setup.terminal.width.min(LIST_WIDTH),
    ))?)
}

fn lint(paths: &[std::path::PathBuf], setup: &Setup) -> Result<Outcome, CliError> {
    let mut problems: Vec<Problem> = Vec::new();
    if paths.is_empty() {
        problems = check::lint_builtin(&facts::schema);
    }
    for path in paths {
        problems.extend(check::lint(path, &facts::schema)?);
    }
    let mut text = String::new();
    for problem in &problems {
        text.push_str(&problem.render(setup.terminal.colour));
        text.push_str("\n\n");
    }
    text.push_str(&match problems.len() {
        0 => "no problems\n".to_owned(),
        1 => "1 problem\n".to_owned(),
        count => format!("{count} problems\n"),
    });
    report::print_drawn(&text)?;
    Ok(if problems.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Usage
    })
}
