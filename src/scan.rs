//! The whole flow of a scan, from whom to look at to the report; live, demo and tests differ in the
//! connection alone.

use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::analysis::Settings;
use crate::aws::{Base, Connection};
use crate::check::Check;
use crate::collect::{self, Progress, Sweep, Visit};
use crate::finding::{
    AccountResult, FolderError, Judged, Report, ReportBuilder, RunFolder, RunInfo, assess,
};
use crate::inventory::{MissedAccount, Plan, RunRecord, SnapshotError, SnapshotWriter};
use crate::secret::Detector;
use crate::target::{self, Selection, TargetError};

/// What is scanned, how and by which checks.
pub struct Scan<'a> {
    /// The way to AWS.
    pub connection: &'a Connection,
    /// The identity to begin with.
    pub base: Base,
    /// Whom to scan.
    pub selection: Selection,
    /// Regions to look into; none: all that are enabled.
    pub regions: Vec<String>,
    /// Regions to leave out.
    pub excluded_regions: Vec<String>,
    /// The calls to make.
    pub plan: Plan,
    /// Judges environment variables at intake.
    pub detector: Arc<Detector>,
    /// What the facts depend on besides the observations.
    pub settings: Settings,
    /// What judges them.
    pub checks: &'a [&'a Check],
    /// What the report says of the run.
    pub info: RunInfo,
    /// Where the observations are kept.
    pub snapshot: Option<SnapshotWriter>,
    /// Hears what happens.
    pub progress: Arc<dyn Progress + Send + Sync>,
    /// Ends the scan early, with what there is.
    pub cancel: CancellationToken,
    /// Accounts that are collected at once: their inventories are in memory together.
    pub accounts_at_once: usize,
    /// The time that everything is compared with; none: the clock's.
    pub at: Option<Timestamp>,
}

/// What can stop a scan.
#[derive(Debug, Error)]
pub enum ScanError {
    /// There is nobody to scan.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// The observations cannot be kept.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The results cannot be kept.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Facts cannot be expressed, which no observation can bring about.
    #[error("facts cannot be written as JSON")]
    Facts(#[from] serde_json::Error),
}

impl Scan<'_> {
    /// Scans: every account is collected, judged and forgotten, in whatever order they come; the
    /// report is held in memory.
    ///
    /// # Errors
    /// When there is nobody to scan, or the snapshot cannot be written. What AWS does not answer is
    /// no error but a gap in the report.
    pub async fn run(self) -> Result<Report, ScanError> {
        let started = self.at.unwrap_or_else(Timestamp::now);
        let mut builder = ReportBuilder::new(self.info.clone());
        let run = self
            .each(started, |account, _| {
                builder.add_account(account);
                Ok(())
            })
            .await?;
        Ok(builder.finish(&run))
    }

    /// The same into a run folder: what is in memory is the accounts under way. Accounts that are
    /// done there already are left alone.
    ///
    /// # Errors
    /// Those of [`run`](Self::run), and when the folder cannot be written.
    pub async fn run_into(mut self, folder: &mut RunFolder) -> Result<(), ScanError> {
        self.selection.done.clone_from(folder.done());
        let (connection, cancel) = (self.connection, self.cancel.clone());
        let run = self
            .each(folder.started(), |account, id| {
                let mut judged = Judged::from(account);
                judged.part = judged.part.called(connection.ledger().take(id));
                connection.forget(id);
                Ok(folder.add(judged, cancel.is_cancelled())?)
            })
            .await?;
        // the rest stands with the accounts
        let ledger = connection.ledger().rest();
        Ok(folder.end(RunRecord { ledger, ..run })?)
    }

    async fn each(
        mut self,
        started: Timestamp,
        mut take: impl FnMut(AccountResult, &str) -> Result<(), ScanError>,
    ) -> Result<RunRecord, ScanError> {
        let (visits, missed) = tokio::select! {
            biased;
            // Nobody was found by then, so there is nothing to report but that.
            () = self.cancel.cancelled() => (Vec::new(), Vec::new()),
            found = self.find() => found?,
        };
        self.progress.accounts_found(visits.len());
        let detector = self.detector;
        let sweep = Arc::new(Sweep {
            plan: self.plan,
            inspect: Box::new(move |name, value| detector.inspect(name, value)),
            progress: Arc::clone(&self.progress),
            cancel: self.cancel.clone(),
            observed_at: started,
            accounts_at_once: self.accounts_at_once,
        });
        let include = self.info.include;
        sweep
            .run(visits, |inventory| {
                if let Some(snapshot) = &mut self.snapshot {
                    snapshot.account(&inventory)?;
                }
                let judged = assess(&inventory, &self.settings, self.checks, include)?;
                take(judged, &inventory.account.id)?;
                self.progress.account_done(&inventory.account.id);
                Ok::<(), ScanError>(())
            })
            .await?;
        let run = RunRecord {
            started,
            finished: self.at.unwrap_or_else(Timestamp::now),
            interrupted: self.cancel.is_cancelled(),
            missed,
            ledger: self.connection.ledger().entries(),
        };
        if let Some(snapshot) = self.snapshot {
            snapshot.finish(&run)?;
        }
        Ok(run)
    }

    /// The accounts to look into, where in them, and those that cannot be.
    async fn find(&self) -> Result<(Vec<Visit>, Vec<MissedAccount>), TargetError> {
        let targets =
            target::resolve(self.connection, &self.base, &self.selection, &self.plan).await?;
        let visits =
            collect::visits(targets.entered, &self.regions, &self.excluded_regions).await?;
        Ok((visits, targets.missed))
    }
}
