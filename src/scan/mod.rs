//! The whole flow of a scan, from whom to look at to the report; live, demo and tests differ in the
//! connection alone.

mod doctor;
mod forecast;
mod reach;

use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;

pub use doctor::{AccountDiagnosis, ActionAnswer, Answer, Caller, Diagnosis, RegionEntry, Remedy};
pub use forecast::{
    AccountForecast, BudgetForecast, Calls, Forecast, RegionForecast, Slowest, listing, listing_all,
};
pub use reach::Reach;

use crate::analysis::Settings;
use crate::check::Check;
use crate::finding::{
    AccountResult, FolderError, Judged, Report, ReportBuilder, RunFolder, RunInfo, assess,
};
use crate::inventory::{RunRecord, SnapshotError, SnapshotWriter};
use crate::secret::Detector;
use crate::target::TargetError;

/// What is scanned, how and by which checks.
pub struct Scan<'a> {
    /// Whom and where, and by which calls.
    pub reach: Reach<'a>,
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
        self.reach.selection.done.clone_from(folder.done());
        let (connection, cancel) = (self.reach.connection, self.reach.cancel.clone());
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
        let (visits, missed) = self.reach.find().await?;
        let detector = self.detector;
        let inspect = Box::new(move |name: &str, value: &str| detector.inspect(name, value));
        let sweep = self.reach.sweep(inspect, started);
        let include = self.info.include;
        sweep
            .run(visits, |inventory| {
                if let Some(snapshot) = &mut self.snapshot {
                    snapshot.account(&inventory)?;
                }
                let judged = assess(&inventory, &self.settings, self.checks, include)?;
                take(judged, &inventory.account.id)?;
                self.reach.progress.account_done(&inventory.account.id);
                Ok::<(), ScanError>(())
            })
            .await?;
        let run = RunRecord {
            started,
            finished: self.at.unwrap_or_else(Timestamp::now),
            interrupted: self.reach.cancel.is_cancelled(),
            missed,
            ledger: self.reach.connection.ledger().entries(),
        };
        if let Some(snapshot) = self.snapshot {
            snapshot.finish(&run)?;
        }
        Ok(run)
    }
}
