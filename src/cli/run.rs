//! A scan from its targets to its report; live and demo differ in the connection alone.

use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use super::error::CliError;
use super::interrupt;
use super::progress::Watch;
use super::setup::{Setup, run_info};
use crate::aws::{Base, Connection};
use crate::check::{self, Check, Registry};
use crate::collect::{self, Sweep};
use crate::finding::{Include, Mode, Report, ReportBuilder, assess};
use crate::inventory::{RunRecord, SnapshotWriter};
use crate::secret::{Detector, FingerprintKey};
use crate::target::{self, Selection};

/// What is scanned, how and by which checks.
pub(super) struct Job<'a> {
    pub(super) setup: &'a Setup,
    pub(super) connection: &'a Connection,
    pub(super) base: Base,
    pub(super) selection: Selection,
    pub(super) regions: Vec<String>,
    pub(super) excluded_regions: Vec<String>,
    pub(super) registry: &'a Registry,
    pub(super) checks: &'a [&'a Check],
    pub(super) include: Include,
    pub(super) snapshot: Option<&'a Path>,
    pub(super) mode: Mode,
    pub(super) detector: Detector,
    /// The time that everything is compared with; none: the clock's.
    pub(super) at: Option<Timestamp>,
}

impl Job<'_> {
    /// Runs the job on a runtime of its own.
    pub(super) fn run(self) -> Result<Report, CliError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .map_err(CliError::Runtime)?;
        let report = runtime.block_on(self.scan());
        // A call that hangs in the system must not keep a finished report waiting.
        runtime.shutdown_background();
        report
    }

    async fn scan(self) -> Result<Report, CliError> {
        let now = || self.at.unwrap_or_else(Timestamp::now);
        let started = now();
        let cancel = CancellationToken::new();
        tokio::spawn(interrupt::listen(cancel.clone()));
        let watch = Arc::new(Watch::new(self.setup.quiet));
        let beating = Arc::clone(&watch);
        let heart = tokio::spawn(async move { beating.heartbeat().await });

        let mut snapshot = self.snapshot.map(SnapshotWriter::create).transpose()?;
        // A snapshot is to serve any check, so it holds what every one of them needs.
        let plan = match snapshot {
            Some(_) => check::plan(self.registry.checks()),
            None => check::plan(self.checks.iter().copied()),
        };
        let targets = target::resolve(self.connection, &self.base, &self.selection, &plan).await?;
        let missed = targets.missed;
        let visits =
            collect::visits(targets.entered, &self.regions, &self.excluded_regions).await?;
        watch.accounts(visits.len());
        let settings = self.setup.config.settings();
        let detector = self.detector;
        let sweep = Arc::new(Sweep {
            plan,
            inspect: Box::new(move |name, value| detector.inspect(name, value)),
            progress: Arc::clone(&watch) as _,
            cancel: cancel.clone(),
            observed_at: started,
        });
        let mut builder = ReportBuilder::new(run_info(self.mode, self.checks, self.include));
        sweep
            .run(visits, |inventory| {
                if let Some(snapshot) = &mut snapshot {
                    snapshot.account(&inventory)?;
                }
                builder.add_account(assess(&inventory, &settings, self.checks, self.include)?);
                watch.account_done();
                Ok::<(), CliError>(())
            })
            .await?;
        heart.abort();
        watch.end();
        let run = RunRecord {
            started,
            finished: now(),
            interrupted: cancel.is_cancelled(),
            missed,
            ledger: self.connection.ledger().entries(),
        };
        if let Some(snapshot) = snapshot {
            snapshot.finish(&run)?;
        }
        Ok(builder.finish(&run))
    }
}

/// The detector of secrets, with a key of this run's own unless one was given.
pub(super) fn detector(key: Option<String>) -> Result<Detector, CliError> {
    let key = match key {
        Some(key) => FingerprintKey::from_seed(key.as_bytes()),
        None => FingerprintKey::random()?,
    };
    Ok(Detector::new(key)?)
}
