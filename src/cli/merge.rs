//! `lamppost merge`: run folders joined into one report.

use super::args::{FailOn, MergeArgs};
use super::error::CliError;
use super::input::{self, Kind};
use super::output::{Kept, Output};
use super::setup::Setup;
use crate::finding::{FolderReport, Outcome, RunFolder};

pub(super) fn run(args: &MergeArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let output = Output::prepare(&args.output, setup, FailOn::High, &[])?;
    let folders = args
        .runs
        .iter()
        .map(|path| {
            input::expect(path, Kind::Run)?;
            Ok(RunFolder::open(path)?)
        })
        .collect::<Result<Vec<_>, CliError>>()?;
    let kept = Kept::At(args.runs.first().cloned().unwrap_or_default());
    output.write_folder(FolderReport::of(&folders)?, kept, Vec::new())
}
