//! Whom to look at, where, and by which calls.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::aws::{Base, Connection};
use crate::collect::{self, Inspect, Progress, Sweep, Visit};
use crate::inventory::{MissedAccount, Plan};
use crate::target::{self, Selection, TargetError};

/// Whom to look at, where, and by which calls.
pub struct Reach<'a> {
    /// The way to AWS.
    pub connection: &'a Connection,
    /// The identity to begin with.
    pub base: Base,
    /// Whom to look at.
    pub selection: Selection,
    /// Regions to look into; none: all that are enabled.
    pub regions: Vec<String>,
    /// Regions to leave out.
    pub excluded_regions: Vec<String>,
    /// The calls to make.
    pub plan: Plan,
    /// Hears what happens.
    pub progress: Arc<dyn Progress + Send + Sync>,
    /// Ends everything early, with what there is.
    pub cancel: CancellationToken,
    /// Accounts that are collected at once: their inventories are in memory together.
    pub accounts_at_once: usize,
}

impl<'a> Reach<'a> {
    /// All regions of the selected accounts, one account at a time, heard by nobody.
    pub fn new(connection: &'a Connection, base: Base, selection: Selection, plan: Plan) -> Self {
        Self {
            connection,
            base,
            selection,
            regions: Vec::new(),
            excluded_regions: Vec::new(),
            plan,
            progress: Arc::new(()),
            cancel: CancellationToken::new(),
            accounts_at_once: 1,
        }
    }

    /// The accounts to look into, where in them, and those that cannot be.
    pub(super) async fn find(&self) -> Result<(Vec<Visit>, Vec<MissedAccount>), TargetError> {
        let found = async {
            let targets =
                target::resolve(self.connection, &self.base, &self.selection, &self.plan).await?;
            let visits =
                collect::visits(targets.entered, &self.regions, &self.excluded_regions).await?;
            Ok::<_, TargetError>((visits, targets.missed))
        };
        let (visits, missed) = tokio::select! {
            biased;
            // Nobody was found by then, so there is nothing to say but that.
            () = self.cancel.cancelled() => (Vec::new(), Vec::new()),
            found = found => found?,
        };
        self.progress.accounts_found(visits.len());
        Ok((visits, missed))
    }

    /// What collects them.
    pub(super) fn sweep(&self, inspect: Box<Inspect>, observed_at: Timestamp) -> Arc<Sweep> {
        Arc::new(Sweep {
            plan: self.plan.clone(),
            inspect,
            progress: Arc::clone(&self.progress),
            cancel: self.cancel.clone(),
            observed_at,
            accounts_at_once: self.accounts_at_once,
        })
    }
}
