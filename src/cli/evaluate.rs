//! `lamppost evaluate`: a snapshot judged again.

use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread::{self, ScopedJoinHandle};

use jiff::Timestamp;

use super::args::{EvaluateArgs, FailOn};
use super::error::CliError;
use super::input::{self, Kind};
#[cfg(feature = "live")]
use super::interrupt;
use super::output::{Kept, Output};
use super::setup::{AtDepth, Setup, at_depth, run_info};
use crate::disk::Scratch;
use crate::finding::{FolderReport, Mode, Outcome, RunFolder, assess};
use crate::inventory::SnapshotReader;

pub(super) fn run(args: &EvaluateArgs, setup: &Setup) -> Result<Outcome, CliError> {
    input::expect(&args.snapshot, Kind::Snapshot)?;
    let output = Output::prepare(&args.output, setup, FailOn::High, &[&args.snapshot])?;
    let registry = setup.registry(&args.checks)?;
    let checks = setup.select(&registry, &args.checks)?;
    let settings = setup.config.settings();
    let mut reader = SnapshotReader::open(&args.snapshot)?;
    let depth = reader.depth();
    let chosen = AtDepth {
        // A snapshot holds what it holds, whichever checks are named.
        depth,
        ..at_depth(checks, &args.checks, depth)
    };
    let info = run_info(
        Mode::Snapshot,
        &chosen,
        output.include(),
        &setup.config,
        setup.terms(&registry, &args.checks),
        setup.accept(&args.accept),
    );
    let checks = chosen.checks;
    // Verdicts are kept on disk, so that only one account is in memory at a time.
    let kept = Kept::Scratch(Scratch::new().map_err(CliError::Temporary)?);
    #[cfg(feature = "live")]
    interrupt::end_at_once();
    let mut folder = RunFolder::create(kept.path(), info, Timestamp::now())?;
    // While one account is judged, the next one is read and the last one is written.
    let run = thread::scope(|scope| {
        let (found, inventories) = sync_channel(0);
        let (judged, accounts) = sync_channel(0);
        let reading = scope.spawn(move || {
            while let Some(inventory) = reader.next_account()? {
                if found.send(inventory).is_err() {
                    break;
                }
            }
            reader.run().cloned()
        });
        let folder = &mut folder;
        let writing = scope.spawn(move || {
            accounts
                .into_iter()
                .try_for_each(|account| folder.add(account, false))
        });
        for inventory in inventories {
            let result = assess(&inventory, &settings, &checks, output.include())?;
            if judged.send(result.into()).is_err() {
                break;
            }
        }
        drop(judged);
        join(writing)?;
        Ok::<_, CliError>(join(reading)?)
    })?;
    folder.end(run)?;
    let report = FolderReport::of(std::slice::from_ref(&folder))?;
    output.write_folder(report, kept, Vec::new())
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}
