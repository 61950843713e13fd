//! A scan as a command: with progress, and with an ear for signals.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::error::CliError;
use super::interrupt;
use super::output::Kept;
use super::progress::Watch;
use super::setup::{AtDepth, Setup, run_info};
use crate::aws::{Base, Connection};
use crate::check::{self, Check, Registry};
use crate::disk::Scratch;
use crate::facts::AtStandard;
use crate::finding::{
    Acceptance, FolderError, FolderReport, Include, Mode, ReportTerms, RunFolder, RunInfo, Terms,
};
use crate::inventory::SnapshotWriter;
use crate::operation::Depth;
use crate::scan::{Reach, Scan, ScanError};
use crate::secret::{Detector, FingerprintKey};
use crate::target::Selection;

/// What is scanned, how and by which checks.
pub(super) struct Job<'a> {
    pub(super) setup: &'a Setup,
    pub(super) connection: &'a Connection,
    pub(super) base: Base,
    pub(super) selection: Selection,
    pub(super) regions: Vec<String>,
    pub(super) excluded_regions: Vec<String>,
    pub(super) registry: &'a Registry,
    /// The chosen checks, at their depth.
    pub(super) chosen: AtDepth<'a>,
    pub(super) include: Include,
    /// What the user's settings do to the report.
    pub(super) terms: ReportTerms,
    /// Gaps that the user accepts.
    pub(super) accept: Vec<Acceptance>,
    pub(super) snapshot: Option<&'a Path>,
    pub(super) keep: Keep<'a>,
    pub(super) accounts_at_once: usize,
    pub(super) mode: Mode,
    pub(super) detector: Detector,
    /// The time that everything is compared with; none: the clock's.
    pub(super) at: Option<Timestamp>,
}

/// Where results are kept while a scan runs.
pub(super) enum Keep<'a> {
    /// In a folder that is gone at the end.
    Nowhere,
    /// In a new run folder.
    In(&'a Path),
    /// In a run folder that may have been begun before.
    Resumed(&'a Path),
}

/// The report of a job.
pub(super) struct Finished {
    pub(super) report: FolderReport,
    /// Holds what the report reads.
    pub(super) kept: Kept,
    /// What could not be written on the way.
    pub(super) failures: Vec<CliError>,
}

impl Job<'_> {
    /// Runs the job on a runtime of its own.
    pub(super) fn run(self) -> Result<Finished, CliError> {
        on_a_runtime(self.scan())?
    }

    async fn scan(self) -> Result<Finished, CliError> {
        let cancel = CancellationToken::new();
        interrupt::listen(cancel.clone());
        let watch = Arc::new(Watch::new(self.setup.quiet, self.setup.verbose));
        let depth = self.chosen.depth;
        // A snapshot is to serve any check, so it holds what every one of them needs.
        let plan = match self.snapshot {
            Some(_) => {
                let within = |check: &&Check| {
                    depth == Depth::Deep || check.at_standard() > AtStandard::Nothing
                };
                let named = self.chosen.checks.iter().copied();
                check::plan(self.registry.checks().filter(within).chain(named))
            }
            None => check::plan(self.chosen.checks.iter().copied()),
        };
        let plan = plan.at(depth);
        let info = run_info(
            self.mode,
            &self.chosen,
            self.include,
            &self.setup.config,
            self.terms,
            self.accept,
        );
        // An account that is added to a file changes the question; what is no file can be read once only.
        let file = self.selection.account_file.as_ref();
        let listed = file.filter(|path| path.is_file()).map(std::fs::read);
        let listed = listed.and_then(Result::ok);
        let targets = format!("{} {listed:?}", self.selection.terms());
        let once = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
        let (only, without) = (once(&self.regions), once(&self.excluded_regions));
        let regions = format!("{only:?} without {without:?}");
        let scan = Scan {
            reach: Reach {
                regions: self.regions,
                excluded_regions: self.excluded_regions,
                progress: Arc::clone(&watch) as _,
                cancel,
                accounts_at_once: self.accounts_at_once,
                ..Reach::new(self.connection, self.base, self.selection, plan)
            },
            detector: Arc::new(self.detector),
            settings: self.setup.config.settings(),
            checks: &self.chosen.checks,
            info: RunInfo {
                terms: Terms {
                    targets: Terms::hash(&targets),
                    regions: Terms::hash(&regions),
                    ..info.terms.clone()
                },
                ..info
            },
            snapshot: self
                .snapshot
                .map(|path| SnapshotWriter::create(path, depth))
                .transpose()?,
            at: self.at,
        };
        let started = self.at.unwrap_or_else(Timestamp::now);
        let info = scan.info.clone();
        let (kept, mut folder) = match self.keep {
            Keep::Nowhere => {
                let made = Kept::Scratch(Scratch::new().map_err(CliError::Temporary)?);
                let folder = RunFolder::create(made.path(), info, started)?;
                (made, folder)
            }
            Keep::In(path) => (
                Kept::At(path.to_owned()),
                RunFolder::create(path, info, started)?,
            ),
            Keep::Resumed(path) => (
                Kept::At(path.to_owned()),
                match RunFolder::exists(path) {
                    true => RunFolder::resume(path, &info)?,
                    false => RunFolder::create(path, info, started)?,
                },
            ),
        };
        let connection = self.connection;
        let unkept = match watch.during(connection, scan.run_into(&mut folder)).await {
            Ok(unkept) => unkept,
            // what is done is worth keeping; other errors end a run before it does anything
            Err(error @ (ScanError::Assess(_) | ScanError::Folder(FolderError::Io { .. })))
                if !folder.done().is_empty() =>
            {
                return Err(CliError::Unwritten {
                    failures: vec![error.into()],
                    kept: Some(kept.keep()),
                });
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Finished {
            report: FolderReport::of(std::slice::from_ref(&folder))?,
            kept,
            failures: unkept.into_iter().map(CliError::from).collect(),
        })
    }
}

/// Looks at targets without scanning them, on a runtime of its own.
pub(super) fn look<T>(
    setup: &Setup,
    reach: Reach<'_>,
    look: impl AsyncFnOnce(&Reach<'_>) -> T,
) -> Result<T, CliError> {
    let watch = Arc::new(Watch::new(setup.quiet, setup.verbose));
    let reach = Reach {
        progress: Arc::clone(&watch) as _,
        ..reach
    };
    on_a_runtime(async {
        interrupt::listen(reach.cancel.clone());
        watch.during(reach.connection, look(&reach)).await
    })
}

/// Runs something on a runtime of its own.
fn on_a_runtime<T>(run: impl Future<Output = T>) -> Result<T, CliError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(CliError::Runtime)?;
    let ended = runtime.block_on(run);
    // A call that hangs in the system must not keep a finished report waiting.
    runtime.shutdown_background();
    Ok(ended)
}

/// The detector of secrets, with a key of this run's own unless one was given.
pub(super) fn detector(key: Option<String>) -> Result<Detector, CliError> {
    let key = match key {
        Some(key) => FingerprintKey::from_seed(key.as_bytes()),
        None => FingerprintKey::random()?,
    };
    Ok(Detector::new(key)?)
}
