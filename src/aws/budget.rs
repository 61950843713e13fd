//! How fast AWS may be asked: a token bucket for each quota of each account and region.
//!
//! Requests are spaced evenly instead of sent in bursts, since AWS documents no burst for Lambda. On
//! a throttle the rate of that one bucket is halved, because somebody else is using the quota too;
//! then it grows again, by the same step each second.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Mutex as Queue;
use tokio::time::{Instant, sleep_until};

use super::guard::Ticket;
use crate::operation::Quota;

/// What a throttle leaves of a rate.
const SHRINK: f64 = 0.5;

/// The least that throttles leave of a rate.
const FLOOR: f64 = 0.05;

/// The part of the full rate that is won back each second.
const RECOVERY: f64 = 0.02;

/// After so long with nothing but throttles nobody waits for a quota any more: others use all of it.
const DRY: Duration = Duration::from_secs(300);

/// Throttles within this time after one that shrank the rate tell nothing new: those requests were
/// already under way.
const HOLD: Duration = Duration::from_secs(1);

/// How late a request may come without its place being lost: timers and busy machines are not exact.
const SLACK: Duration = Duration::from_millis(50);

/// The part of AWS's quotas that a scan may use, in percent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Share(u8);

/// A share that is none.
#[derive(Clone, Copy, Debug, Eq, Error, PartialEq)]
#[error("a share of the quotas lies between 1 and 100 percent")]
pub struct NoShare;

impl Share {
    /// The whole quota: nothing is left for others.
    pub const WHOLE: Self = Self(100);

    /// The share of that many percent.
    ///
    /// # Errors
    /// When it is not between 1 and 100.
    pub fn percent(percent: u8) -> Result<Self, NoShare> {
        match percent {
            1..=100 => Ok(Self(percent)),
            _ => Err(NoShare),
        }
    }

    /// As a percentage.
    pub fn as_percent(self) -> u8 {
        self.0
    }

    /// Requests a second that the share of a quota allows.
    pub fn rate(self, quota: Quota) -> f64 {
        f64::from(quota.per_second) * f64::from(self.0) / 100.0
    }
}

impl Default for Share {
    /// What leaves enough for deployments and scaling in the same account.
    fn default() -> Self {
        Self(60)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

type Key = (Arc<str>, Arc<str>, Quota);

/// A quota of which others leave nothing.
#[derive(Clone, Copy, Debug, Error)]
#[error("AWS throttled every attempt on the quota of {name} for {} s", DRY.as_secs())]
pub(crate) struct Dry {
    name: &'static str,
}

/// The buckets of all accounts and regions.
#[derive(Debug)]
pub(crate) struct Budgets {
    /// Nothing is held back where no share is given: what answers has no quotas.
    share: Option<Share>,
    buckets: Mutex<HashMap<Key, Arc<Bucket>>>,
}

impl Budgets {
    pub(crate) fn new(share: Option<Share>) -> Self {
        Self {
            share,
            buckets: Mutex::default(),
        }
    }

    /// Waits until the quota has room for one more attempt, and takes it.
    ///
    /// # Errors
    /// When it has let nothing through for minutes.
    pub(crate) async fn charge(&self, ticket: &Ticket) -> Result<(), Dry> {
        match self.bucket(ticket) {
            Some(bucket) => bucket.take().await,
            None => Ok(()),
        }
    }

    /// AWS let an attempt through.
    pub(crate) fn admitted(&self, ticket: &Ticket) {
        if let Some(bucket) = self.bucket(ticket) {
            bucket.past().only_throttles = None;
        }
    }

    /// AWS said that an attempt came too fast.
    pub(crate) fn throttled(&self, ticket: &Ticket) {
        if let Some(bucket) = self.bucket(ticket) {
            bucket.shrink();
        }
    }

    /// Lets go of an account that nobody will ask again.
    pub(crate) fn forget(&self, account: &str) {
        self.buckets().retain(|(known, ..), _| &**known != account);
    }

    fn buckets(&self) -> MutexGuard<'_, HashMap<Key, Arc<Bucket>>> {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn bucket(&self, ticket: &Ticket) -> Option<Arc<Bucket>> {
        let share = self.share?;
        let quota = ticket.operation.quota;
        let key = (ticket.account.clone(), ticket.region.clone(), quota);
        let mut buckets = self.buckets();
        let bucket = buckets
            .entry(key)
            .or_insert_with(|| Arc::new(Bucket::new(quota, share)));
        Some(Arc::clone(bucket))
    }
}

#[derive(Debug)]
struct Bucket {
    name: &'static str,
    /// Requests a second when nobody disturbs.
    full: f64,
    /// Requests that may come at once.
    burst: f64,
    /// When the next request is due. Who waits, waits for this lock, so in order of arrival; and a
    /// change of the rate reaches all that wait.
    due: Queue<Option<Instant>>,
    past: Mutex<Past>,
}

/// What throttles have left behind.
#[derive(Clone, Copy, Debug, Default)]
struct Past {
    shrunk: Option<Shrunk>,
    /// When the first of the throttles came since which nothing was let through.
    only_throttles: Option<Instant>,
}

/// The rate after a throttle, and when that was.
#[derive(Clone, Copy, Debug)]
struct Shrunk {
    rate: f64,
    at: Instant,
}

impl Bucket {
    fn new(quota: Quota, share: Share) -> Self {
        Self {
            name: quota.name,
            full: share.rate(quota),
            burst: f64::from(quota.burst) * f64::from(share.0) / 100.0,
            due: Queue::new(None),
            past: Mutex::default(),
        }
    }

    fn past(&self) -> MutexGuard<'_, Past> {
        self.past.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn rate_at(&self, now: Instant, shrunk: Option<Shrunk>) -> f64 {
        let Some(shrunk) = shrunk else {
            return self.full;
        };
        let since = now.duration_since(shrunk.at).as_secs_f64();
        (shrunk.rate + self.full * RECOVERY * since).min(self.full)
    }

    async fn take(&self) -> Result<(), Dry> {
        let mut due = self.due.lock().await;
        let now = Instant::now();
        let Past {
            shrunk,
            only_throttles,
        } = *self.past();
        if only_throttles.is_some_and(|since| now.duration_since(since) >= DRY) {
            return Err(Dry { name: self.name });
        }
        let interval = Duration::from_secs_f64(1.0 / self.rate_at(now, shrunk));
        // after a throttle the saved-up burst is spent too
        let saved = match shrunk {
            None => interval.mul_f64((self.burst - 1.0).max(0.0)).max(SLACK),
            Some(_) => SLACK,
        };
        let earliest = now.checked_sub(saved).unwrap_or(now);
        // the first request of all has nothing to be spaced from
        let mine = due.map_or(earliest, |due| due.max(earliest));
        if mine > now {
            sleep_until(mine).await;
        }
        *due = Some(mine + interval);
        Ok(())
    }

    fn shrink(&self) {
        let now = Instant::now();
        let mut past = self.past();
        past.only_throttles.get_or_insert(now);
        let shrunk = &mut past.shrunk;
        if shrunk.is_some_and(|shrunk| now.duration_since(shrunk.at) < HOLD) {
            return;
        }
        let rate = (self.rate_at(now, *shrunk) * SHRINK).max(self.full * FLOOR);
        *shrunk = Some(Shrunk { rate, at: now });
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;
    use crate::operation::Operation;

    fn ticket(name: &str, account: &str, region: &str) -> Ticket {
        let service = if name == "DescribeVpcs" {
            "EC2"
        } else {
            "Lambda"
        };
        let operation = Operation::find(service, name).unwrap();
        Ticket::new(operation, account.into(), region.into())
    }

    fn at(percent: u8) -> Budgets {
        Budgets::new(Some(Share::percent(percent).unwrap()))
    }

    /// Seconds until so many attempts of each ticket have been let through.
    async fn seconds(budgets: &Budgets, tickets: &[Ticket], count: usize) -> f64 {
        let started = Instant::now();
        let all = tickets
            .iter()
            .flat_map(|ticket| (0..count).map(|_| budgets.charge(ticket)));
        join_all(all).await;
        started.elapsed().as_secs_f64()
    }

    fn near(found: f64, expected: f64) {
        let wrong = (found - expected).abs();
        assert!(wrong < 0.1, "{found} s instead of {expected} s");
    }

    #[test]
    fn a_share_is_a_percentage() {
        assert_eq!(Share::percent(0), Err(NoShare));
        assert_eq!(Share::percent(101), Err(NoShare));
        assert_eq!(Share::percent(60).unwrap(), Share::default());
    }

    #[tokio::test(start_paused = true)]
    async fn each_quota_has_its_rate_and_operations_that_share_one_share_it() {
        let get = |name| ticket(name, "1", "r");
        let cases: &[(&[&str], f64)] = &[
            (&["GetFunction"], 149.0 / 100.0),
            (&["GetPolicy"], 149.0 / 15.0),
            (&["ListAliases", "ListFunctionUrlConfigs"], 299.0 / 15.0),
            (&["GetFunction", "GetPolicy", "ListAliases"], 149.0 / 15.0),
        ];
        for (names, expected) in cases {
            let tickets: Vec<Ticket> = names.iter().map(|name| get(name)).collect();
            near(seconds(&at(100), &tickets, 150).await, *expected);
        }
        near(seconds(&at(60), &[get("GetPolicy")], 91).await, 90.0 / 9.0);
        // EC2 documents a burst
        near(
            seconds(&at(100), &[get("DescribeVpcs")], 200).await,
            100.0 / 20.0,
        );
        let free = Budgets::new(None);
        near(seconds(&free, &[get("GetPolicy")], 1000).await, 0.0);
    }

    #[tokio::test(start_paused = true)]
    async fn accounts_and_regions_do_not_wait_for_each_other() {
        let tickets: Vec<Ticket> = [("1", "r"), ("1", "s"), ("2", "r"), ("2", "s")]
            .into_iter()
            .map(|(account, region)| ticket("GetPolicy", account, region))
            .collect();
        near(seconds(&at(100), &tickets, 150).await, 149.0 / 15.0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_is_not_saved_up() {
        let budgets = at(100);
        let policy = ticket("GetPolicy", "1", "r");
        budgets.charge(&policy).await.unwrap();
        tokio::time::sleep(Duration::from_secs(60)).await;
        near(seconds(&budgets, &[policy], 15).await, 14.0 / 15.0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_throttle_shrinks_its_own_bucket_which_then_recovers() {
        let budgets = at(100);
        let (policy, list) = (
            ticket("GetPolicy", "1", "r"),
            ticket("ListAliases", "1", "r"),
        );
        budgets.charge(&policy).await.unwrap();
        // those that follow at once were already under way
        for _ in 0..10 {
            budgets.throttled(&policy);
        }
        let rate = || {
            let bucket = budgets.bucket(&policy).unwrap();
            let shrunk = bucket.past().shrunk;
            bucket.rate_at(Instant::now(), shrunk)
        };
        near(rate(), 7.5);
        near(seconds(&budgets, &[list], 31).await, 30.0 / 15.0);
        tokio::time::sleep(Duration::from_secs(8)).await;
        near(rate(), 10.5);
        tokio::time::sleep(Duration::from_secs(60)).await;
        near(rate(), 15.0);
        for _ in 0..20 {
            tokio::time::sleep(HOLD).await;
            budgets.throttled(&policy);
        }
        assert!(rate() >= 15.0 * FLOOR, "never to a standstill");
    }

    #[tokio::test(start_paused = true)]
    async fn a_quota_that_lets_nothing_through_is_given_up() {
        let budgets = at(100);
        let policy = ticket("GetPolicy", "1", "r");
        let mut attempts = 0;
        let started = Instant::now();
        while budgets.charge(&policy).await.is_ok() {
            budgets.throttled(&policy);
            attempts += 1;
        }
        let took = started.elapsed().as_secs_f64();
        assert!((300.0..305.0).contains(&took), "{took} s");
        assert!(attempts > 100, "{attempts}");
        let other = ticket("GetFunction", "1", "r");
        assert!(budgets.charge(&other).await.is_ok());
        // one that is let through now and then is not dry
        budgets.admitted(&policy);
        assert!(budgets.charge(&policy).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_gives_up_waiting_takes_nobody_elses_turn() {
        let budgets = at(100);
        let policy = ticket("GetPolicy", "1", "r");
        budgets.charge(&policy).await.unwrap();
        for _ in 0..50 {
            let hurry = Duration::from_millis(1);
            let _ = tokio::time::timeout(hurry, budgets.charge(&policy)).await;
        }
        near(seconds(&budgets, &[policy], 15).await, 1.0);
    }
}
