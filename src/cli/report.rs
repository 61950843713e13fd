//! `lamppost report`: a JSON report in another format.

use std::fs;

use super::args::{FailOn, ReportArgs};
use super::error::CliError;
use super::output::Output;
use super::setup::Setup;
use crate::finding::{Outcome, Report, SCHEMA};

pub(super) fn run(args: &ReportArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let output = Output::prepare(&args.output, setup, FailOn::Never)?;
    let path = &args.report;
    if path.is_dir() {
        return Err(CliError::OtherInput {
            path: path.clone(),
            what: "a folder",
            command: "`lamppost merge RUN`",
        });
    }
    let text = fs::read(path).map_err(|source| CliError::Read {
        path: path.clone(),
        source,
    })?;
    if let Some((what, command)) = other_input(&text) {
        return Err(CliError::OtherInput {
            path: path.clone(),
            what,
            command,
        });
    }
    let report: Report = serde_json::from_slice(&text).map_err(|source| CliError::NoReport {
        path: path.clone(),
        source,
    })?;
    if report.schema != SCHEMA {
        return Err(CliError::OtherReport {
            path: path.clone(),
            schema: report.schema,
        });
    }
    output.write(report)
}

/// What a file is that holds no JSON report but something else that Lamppost writes, and the command that reads it.
fn other_input(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    /// The first bytes of what zstd compresses.
    const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
    if bytes.starts_with(&ZSTD) {
        return Some(("a snapshot", "`lamppost evaluate SNAPSHOT`"));
    }
    let first = bytes.split(|byte| *byte == b'\n').next()?;
    let record: serde_json::Value = serde_json::from_slice(first).ok()?;
    let is_ndjson = record.get("record").is_some();
    is_ndjson.then_some((
        "an NDJSON report",
        "the command that wrote it with `--output FILE.json`",
    ))
}
