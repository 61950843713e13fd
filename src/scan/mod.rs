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
use reach::Found;
pub use reach::Reach;

use crate::analysis::Settings;
use crate::check::Check;
use crate::finding::{AssessError, FolderError, Judged, RunFolder, RunInfo, assess};
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
    /// The results cannot be kept.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// An account cannot be judged.
    #[error(transparent)]
    Assess(#[from] AssessError),
}

impl Scan<'_> {
    /// Scans: every account is collected, judged, written and forgotten, in whatever order they come.
    /// What is in memory is the accounts under way. Accounts that are done in the folder are left alone.
    ///
    /// # Errors
    /// When there is nobody to scan, or the results cannot be written. What AWS does not answer is no
    /// error but a gap in the report. A snapshot that cannot be written does not end the scan: what was
    /// wrong with it is given back.
    pub async fn run_into(
        mut self,
        folder: &mut RunFolder,
    ) -> Result<Option<SnapshotError>, ScanError> {
        self.reach.selection.done.clone_from(folder.done());
        let started = folder.started();
        let (connection, cancel) = (self.reach.connection, self.reach.cancel.clone());
        let Found {
            visits,
            missed,
            scope,
        } = self.reach.find().await?;
        // an interrupted search knows nothing
        if !cancel.is_cancelled() {
            folder.looks(&scope)?;
        }
        let detector = self.detector;
        let inspect = Box::new(move |name: &str, value: &str| detector.inspect(name, value));
        let sweep = self.reach.sweep(inspect, started);
        let include = self.info.include;
        let mut unkept = None;
        sweep
            .run(visits, |inventory| {
                let id = &inventory.account.id;
                if let Some(Err(error)) = self
                    .snapshot
                    .as_mut()
                    .map(|snapshot| snapshot.account(&inventory))
                {
                    self.snapshot = None;
                    unkept = Some(error);
                }
                let result = assess(&inventory, &self.settings, self.checks, include)?;
                let mut judged = Judged::from(result);
                judged.part = judged.part.called(connection.ledger().take(id));
                connection.forget(id);
                folder.add(judged, cancel.is_cancelled())?;
                self.reach.progress.account_done(id);
                Ok::<(), ScanError>(())
            })
            .await?;
        let mut run = RunRecord {
            started,
            finished: self.at.unwrap_or_else(Timestamp::now),
            interrupted: cancel.is_cancelled(),
            missed,
            ledger: connection.ledger().entries(),
            scope,
        };
        if let Some(snapshot) = self.snapshot {
            unkept = snapshot.finish(&run).err();
        }
        // the rest stands with the accounts
        run.ledger = connection.ledger().rest();
        folder.end(run)?;
        Ok(unkept)
    }
}
