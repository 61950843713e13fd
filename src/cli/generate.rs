//! `lamppost generate`: the files of the project that are written by a program.

use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;
use schemars::Schema;
use serde::Serialize;

use super::args::{Cli, GenerateArgs};
use super::error::CliError;
use super::permissions;
use crate::check::{self, Registry};
use crate::config::Config;
use crate::facts::{self, Scope};
use crate::finding::Outcome;
use crate::report;

pub(super) fn run(args: &GenerateArgs) -> Result<Outcome, CliError> {
    let mut drifted = Vec::new();
    for (name, text) in files()? {
        let path = args.folder.join(&name);
        if !args.check {
            write(&path, &text).map_err(|source| CliError::Read { path, source })?;
        } else if fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            drifted.push(name.display().to_string());
        }
    }
    if drifted.is_empty() {
        Ok(Outcome::Clean)
    } else {
        Err(CliError::Drift(drifted.join(", ")))
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// Every generated file with its text.
fn files() -> Result<Vec<(PathBuf, String)>, CliError> {
    let registry = Registry::builtin(&facts::schema)?;
    let mut files = vec![
        (PathBuf::from("docs/cli.md"), command_line()),
        (
            PathBuf::from("docs/checks/README.md"),
            check::index(registry.checks()),
        ),
    ];
    for check in registry.checks() {
        files.push((
            PathBuf::from(format!("docs/checks/{}.md", check.definition.id)),
            check::page(check),
        ));
    }
    let schemas = [
        ("facts-function", facts::schema(Scope::Function)),
        ("facts-layer", facts::schema(Scope::Layer)),
        ("facts-account", facts::schema(Scope::Account)),
        ("check", check::definition_schema()),
        ("config", schemars::schema_for!(Config).to_value()),
        ("report", report::report_schema().to_value()),
        ("report.ndjson", report::record_schema().to_value()),
    ];
    for (name, schema) in schemas {
        files.push((
            PathBuf::from(format!("docs/schemas/{name}.schema.json")),
            pretty(&Schema::try_from(schema)?)?,
        ));
    }
    let plan = check::plan(registry.checks());
    let policies = [("permissions", false), ("permissions-organization", true)];
    for (name, organization) in policies {
        let policy = permissions::policy(&plan, organization, None);
        files.push((PathBuf::from(format!("docs/{name}.json")), pretty(&policy)?));
    }
    Ok(files)
}

fn pretty(value: &impl Serialize) -> Result<String, CliError> {
    Ok(serde_json::to_string_pretty(value)? + "\n")
}

/// The command reference: what `--help` prints, command by command.
fn command_line() -> String {
    let mut text = "# Command line\n\nGenerated from the program itself.\n".to_owned();
    let mut root = Cli::command().term_width(100);
    root.build();
    section(&mut text, &mut root, "lamppost");
    text
}

fn section(text: &mut String, command: &mut clap::Command, name: &str) {
    let help = command.render_long_help().to_string();
    text.push_str(&format!(
        "\n## `{name}`\n\n```text\n{}\n```\n",
        help.trim_end()
    ));
    let visible = command
        .get_subcommands_mut()
        .filter(|command| !command.is_hide_set() && command.get_name() != "help");
    for command in visible {
        let name = format!("{name} {}", command.get_name());
        section(text, command, &name);
    }
}
