//! What a rehearsal called, and how long the quotas let that take.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{BudgetForecast, Calls};
use crate::aws::{Connection, LedgerRow, Limits};
use crate::operation::{self, Estimate, Operation, Quota};

/// Where calls of global services are counted.
pub(super) const GLOBAL: &str = "";

pub(super) type Spent = BTreeMap<Quota, u64>;

/// What was called in the rehearsal.
pub(super) struct Tally {
    pairs: BTreeMap<(String, String), Spent>,
    /// What finds accounts and regions.
    discovery: Spent,
    /// How long AWS took for an answer, on average.
    pub(super) latency: Duration,
    empty: Spent,
}

impl Tally {
    pub(super) fn of(connection: &Connection) -> Self {
        let mut tally = Self {
            pairs: BTreeMap::new(),
            discovery: Spent::new(),
            latency: Duration::ZERO,
            empty: Spent::new(),
        };
        let (mut milliseconds, mut answered) = (0, 0);
        for LedgerRow {
            operation,
            account,
            region,
            entry,
        } in connection.ledger().rows()
        {
            if entry.attempts > 0 {
                milliseconds += entry.milliseconds;
                answered += entry.calls;
            }
            let region = match operation.service.global {
                true => GLOBAL.to_owned(),
                false => region,
            };
            let spent = match operation.discovers {
                true => &mut tally.discovery,
                false => tally.pairs.entry((account, region)).or_default(),
            };
            *spent.entry(operation.quota).or_default() += entry.calls;
        }
        tally.latency = Duration::from_millis(milliseconds / answered.max(1));
        tally
    }

    pub(super) fn pair(&self, account: &str, region: &str) -> &Spent {
        let key = (account.to_owned(), region.to_owned());
        self.pairs.get(&key).unwrap_or(&self.empty)
    }

    pub(super) fn pairs_calls(&self) -> u64 {
        self.pairs.values().flat_map(BTreeMap::values).sum()
    }

    /// Seconds that policies of the organisation take; they are counted and not asked.
    pub(super) fn policies(&self, limits: &Limits) -> f64 {
        let counted =
            |operation: &&Operation| operation.discovers && operation.estimate == Estimate::Counted;
        let counted: BTreeSet<Quota> = operation::all()
            .filter(counted)
            .map(|operation| operation.quota)
            .collect();
        let spent = self.discovery.iter();
        let spent = spent.filter(|(quota, _)| counted.contains(*quota));
        spent
            .map(|(quota, calls)| needs(*quota, *calls, limits))
            .fold(0.0, f64::max)
    }

    fn all(&self) -> Spent {
        let mut all = self.discovery.clone();
        for (quota, calls) in self.pairs.values().flatten() {
            *all.entry(*quota).or_default() += calls;
        }
        all
    }

    pub(super) fn sum(&self) -> Calls {
        Calls::of(&self.all())
    }

    pub(super) fn budgets(&self) -> Vec<BudgetForecast> {
        let budget = |(quota, calls): (Quota, u64)| BudgetForecast {
            budget: quota.name,
            calls,
            quota_per_second: quota.per_second,
            documented: quota.documented,
        };
        self.all().into_iter().map(budget).collect()
    }
}

/// Requests a second at the chosen share; where nothing is held back, no end of them.
pub(super) fn rate(quota: Quota, limits: &Limits) -> f64 {
    limits
        .share
        .map_or(f64::INFINITY, |share| share.rate(quota))
}

/// Seconds until the last of so many calls may be sent.
pub(super) fn needs(quota: Quota, calls: u64, limits: &Limits) -> f64 {
    let Some(share) = limits.share else {
        return 0.0;
    };
    let at_once = f64::from(quota.burst) * share.rate(quota) / f64::from(quota.per_second);
    (calls as f64 - at_once.max(1.0)).max(0.0) / share.rate(quota)
}
