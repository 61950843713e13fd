//! All accounts, several at once, each by itself.

use std::sync::Arc;

use futures_util::StreamExt as _;
use futures_util::stream;
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Collector, Inspect, Progress, collect_account, region};
use crate::inventory::{AccountInventory, AccountRecord};
use crate::operation::Plan;
use crate::target::{self, Regions, Target, TargetError};

/// Accounts whose regions are asked for at once.
const FINDING: usize = 64;

/// How a sweep is done; shared by the tasks of all accounts.
pub struct Sweep {
    /// The operations to make.
    pub plan: Plan,
    /// Judges environment variables at intake.
    pub inspect: Box<Inspect>,
    /// Hears what happens.
    pub progress: Arc<dyn Progress + Send + Sync>,
    /// Ends the sweep early; what was not asked by then is a gap.
    pub cancel: CancellationToken,
    /// What the inventories say about when they were observed.
    pub observed_at: Timestamp,
    /// Accounts that are collected at once: their inventories are in memory together.
    pub accounts_at_once: usize,
}

/// An account and where to look in it.
#[derive(Debug)]
pub struct Visit {
    /// The account.
    pub target: Target,
    /// Its regions.
    pub regions: Regions,
}

/// Finds out where to look in each account: the regions that were asked for, or all enabled ones,
/// without the excluded ones.
///
/// # Errors
/// When a region is named that does not exist, or none is left.
pub async fn visits(
    targets: Vec<Target>,
    asked: &[String],
    excluded: &[String],
) -> Result<Vec<Visit>, TargetError> {
    let finding = targets.into_iter().map(|target| async move {
        let regions = target::regions(&target.session, asked, excluded).await?;
        Ok(Visit { target, regions })
    });
    let found: Vec<Result<Visit, TargetError>> =
        stream::iter(finding).buffered(FINDING).collect().await;
    let visits: Vec<Visit> = found.into_iter().collect::<Result<_, _>>()?;
    let nowhere =
        |visit: &Visit| visit.regions.enabled.is_empty() && visit.regions.not_enabled.is_empty();
    if !excluded.is_empty() && !visits.is_empty() && visits.iter().all(nowhere) {
        return Err(TargetError::NoRegionLeft);
    }
    Ok(visits)
}

impl Sweep {
    /// Collects every account and hands each inventory over as soon as it is whole.
    ///
    /// # Errors
    /// Those of `take`; accounts that are under way are then given up.
    pub async fn run<E>(
        self: Arc<Self>,
        visits: Vec<Visit>,
        mut take: impl FnMut(AccountInventory) -> Result<(), E>,
    ) -> Result<(), E> {
        let places = Arc::new(Semaphore::new(self.accounts_at_once.max(1)));
        let mut tasks = JoinSet::new();
        for visit in visits {
            let (sweep, places) = (Arc::clone(&self), Arc::clone(&places));
            tasks.spawn(async move {
                // The place is kept until the inventory has been taken over; nobody closes the
                // semaphore, so there always is one.
                let place = places.acquire_owned().await.ok();
                (sweep.collect(visit).await, place)
            });
        }
        while let Some(ended) = tasks.join_next().await {
            match ended {
                Ok((inventory, _place)) => take(inventory)?,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        }
        Ok(())
    }

    async fn collect(&self, visit: Visit) -> AccountInventory {
        let Visit { target, regions } = visit;
        let account = AccountRecord {
            id: target.account,
            name: target.name,
            partition: target.session.partition().to_owned(),
            observed_at: self.observed_at,
            organization: target.organization,
            unlisted_regions: regions.unlisted,
        };
        let collector = Collector {
            plan: &self.plan,
            inspect: &*self.inspect,
            progress: &*self.progress,
            cancel: &self.cancel,
        };
        let mut inventory =
            collect_account(&target.session, account, &regions.enabled, &collector).await;
        let not_enabled = regions.not_enabled.into_iter().map(region::not_enabled);
        inventory.regions.extend(not_enabled);
        inventory
    }
}
