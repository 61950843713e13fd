//! `lamppost report`: a JSON report in another format.

use super::args::{FailOn, ReportArgs};
use super::error::CliError;
use super::input;
use super::output::Output;
use super::setup::Setup;
use crate::finding::Outcome;

pub(super) fn run(args: &ReportArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let output = Output::prepare(&args.output, setup, FailOn::Never, &[&args.report])?;
    output.write(input::report(&args.report)?)
}
