//! `lamppost evaluate`: a snapshot judged again.

use super::args::{EvaluateArgs, FailOn};
use super::error::CliError;
use super::output::Output;
use super::setup::{Setup, at_depth, run_info};
use crate::finding::{Mode, Outcome, ReportBuilder, assess};
use crate::inventory::SnapshotReader;

pub(super) fn run(args: &EvaluateArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let output = Output::prepare(&args.output, setup, FailOn::High)?;
    let registry = setup.registry(&args.checks)?;
    let checks = setup.select(&registry, &args.checks)?;
    let settings = setup.config.settings();
    let mut reader = SnapshotReader::open(&args.snapshot)?;
    let depth = reader.depth();
    let (checks, left_out) = at_depth(checks, &args.checks, depth);
    let info = run_info(Mode::Snapshot, &checks, left_out, depth, output.include());
    let mut builder = ReportBuilder::new(info);
    while let Some(inventory) = reader.next_account()? {
        builder.add_account(assess(&inventory, &settings, &checks, output.include())?);
    }
    output.write(builder.finish(reader.run()?))
}
