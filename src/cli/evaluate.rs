//! `lamppost evaluate`: a snapshot judged again.

use jiff::Timestamp;

use super::args::{EvaluateArgs, FailOn};
use super::error::CliError;
use super::output::Output;
use super::setup::{Setup, at_depth, run_info};
use crate::finding::{FolderReport, Mode, Outcome, RunFolder, assess};
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
    // Verdicts are kept on disk, so that only one account is in memory at a time.
    let kept = tempfile::tempdir().map_err(CliError::Temporary)?;
    let mut folder = RunFolder::create(kept.path(), info, Timestamp::now())?;
    while let Some(inventory) = reader.next_account()? {
        let judged = assess(&inventory, &settings, &checks, output.include())?;
        drop(inventory);
        folder.add(judged.into(), false)?;
    }
    folder.end(reader.run()?.clone())?;
    output.write_folder(FolderReport::of(std::slice::from_ref(&folder))?)
}
