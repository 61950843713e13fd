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
    let text = fs::read(path).map_err(|source| CliError::Read {
        path: path.clone(),
        source,
    })?;
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
