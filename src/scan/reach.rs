//! Whom to look at, where, and by which calls.

use std::sync::Arc;

use jiff::Timestamp;
use tokio_util::sync::CancellationToken;

use crate::aws::{Base, Connection};
use crate::collect::{self, Inspect, Progress, Sweep, Visit};
use crate::inventory::{MissedAccount, RunScope};
use crate::operation::Plan;
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

/// Accounts that were found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Those that can be looked into, and where in them.
    pub(super) visits: Vec<Visit>,
    /// The others, and why.
    pub(super) missed: Vec<MissedAccount>,
    /// As whom and where they were looked for.
    pub(super) scope: RunScope,
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
    pub(super) async fn find(&self) -> Result<Found, TargetError> {
        let found = async {
            let targets =
                target::resolve(self.connection, &self.base, &self.selection, &self.plan).await?;
            let visits =
                collect::visits(targets.entered, &self.regions, &self.excluded_regions).await?;
            let scope = RunScope {
                callers: targets.callers,
                endpoint: targets.endpoint,
                service_endpoints: targets.service_endpoints,
                targets: self.selection.to_string(),
                shard: self.selection.shard.map(|shard| shard.to_string()),
                regions: self.regions.clone(),
                excluded_regions: self.excluded_regions.clone(),
            };
            Ok::<_, TargetError>(Found {
                visits,
                missed: targets.missed,
                scope,
            })
        };
        let found = tokio::select! {
            biased;
            // Nobody was found by then, so there is nothing to say but that.
            () = self.cancel.cancelled() => Found::default(),
            found = found => found?,
        };
        self.progress.accounts_found(found.visits.len());
        Ok(found)
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
