//! What a scan would call and how long it would take, before it is made.
//!
//! The collectors themselves run, over a connection on which only lists are really asked for; what
//! they call is counted, and the quotas say how long that takes.

mod tally;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::Instant;

use super::Reach;
use super::reach::Found;
use crate::aws::Limits;
use crate::inventory::{AccountInventory, Gap, MissedAccount, RegionInventory, RegionStatus};
use crate::operation::{self, Depth, Estimate, Operation, lambda};
use crate::target::TargetError;
use tally::{GLOBAL, Spent, Tally, needs, rate};

/// The format of a forecast as JSON.
const SCHEMA: &str = "lamppost-plan/1";

/// Answers in a region that each wait for the one before: settings, the first page of functions, what
/// is asked about the last function, and what is asked about its surroundings.
const IN_TURN: u32 = 4;

/// What a scan would call, and how long it would take.
#[derive(Clone, Debug, Serialize)]
pub struct Forecast {
    /// The format: `lamppost-plan/` and its major version.
    pub schema: &'static str,
    /// How much is asked about each function.
    pub depth: Depth,
    /// Percent of each quota that are used; none where nothing is held back.
    pub budget_percent: Option<u8>,
    /// Functions in all regions.
    pub functions: u64,
    /// Everything that would be called.
    pub calls: Calls,
    /// The same by quota, over all accounts and regions.
    pub budgets: Vec<BudgetForecast>,
    /// Seconds until all accounts and their regions are known.
    pub discovery_seconds: f64,
    /// Seconds from the beginning to the end.
    pub seconds: f64,
    /// What decides the duration.
    pub slowest: Option<Slowest>,
    /// The accounts that would be looked into.
    pub accounts: Vec<AccountForecast>,
    /// Accounts that cannot be entered or are left out, and why.
    pub missed: Vec<MissedAccount>,
    /// Calls that depend on answers which nobody has asked for yet.
    pub not_counted: Vec<&'static str>,
}

/// Calls by what they draw on.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Calls {
    /// Lambda `GetPolicy`.
    pub get_policy: u64,
    /// Lambda `GetFunction`.
    pub get_function: u64,
    /// All other operations of Lambda's control plane, which share one quota.
    pub other_lambda: u64,
    /// Operations of other services.
    pub other_services: u64,
}

/// What one quota is asked for.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BudgetForecast {
    /// The quota: the operation that has it to itself, or what its operations have in common.
    pub budget: &'static str,
    /// Calls.
    pub calls: u64,
    /// Requests a second that AWS allows in one account and region.
    pub quota_per_second: u32,
    /// Whether AWS publishes that rate.
    pub documented: bool,
}

/// The account and region that take the longest, and the quota that decides it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Slowest {
    /// Twelve digits.
    pub account: String,
    /// The region; empty for global services.
    pub region: String,
    /// The quota.
    pub budget: &'static str,
    /// Calls on it there.
    pub calls: u64,
    /// Requests a second at the chosen share.
    pub per_second: f64,
    /// Seconds that they take.
    pub seconds: f64,
}

/// What would be called in one account.
#[derive(Clone, Debug, Serialize)]
pub struct AccountForecast {
    /// Twelve digits.
    pub id: String,
    /// Its name; empty where that is not known.
    pub name: String,
    /// Seconds that it takes by itself.
    pub seconds: f64,
    /// Its regions, those that were refused too.
    pub regions: Vec<RegionForecast>,
    /// Calls of services that are global.
    pub global: Calls,
    /// Why its list of regions could not be read; regions that it opted into may then be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unlisted_regions: Option<Gap>,
}

/// What would be called in one region of an account.
#[derive(Clone, Debug, Serialize)]
pub struct RegionForecast {
    /// Its name.
    pub region: String,
    /// Whether it could be looked into.
    pub status: RegionStatus,
    /// Its functions.
    pub functions: u64,
    /// Calls.
    pub calls: Calls,
    /// Seconds that it takes by itself.
    pub seconds: f64,
}

/// Whether an operation is asked for a forecast: those that find accounts, regions and functions.
pub fn listing(operation: &Operation) -> bool {
    operation.estimate == Estimate::Called
}

/// The same, and lists of what hangs on functions.
pub fn listing_all(operation: &Operation) -> bool {
    listing(operation) || operation.estimate == Estimate::Listed
}

/// The URLs that standard depth reads.
const OPENED_URLS: &str =
    "function URLs that a policy opens: one call for each such function at standard depth";

/// What triggers name is in policies, which a forecast does not read.
const SOURCES: &str = "lists of buckets, topics, rules, APIs and load balancers where policies name one as a trigger: one \
                       call for each kind and region, two or three for each API and load balancer, and custom \
                       domain names of APIs";

/// Lists that do not fit on one page.
const PAGES: &str = "second pages of other services' lists";

impl Forecast {
    /// Lists what there is, over a connection made by [`rehearsing`](crate::aws::Connection::rehearsing), and counts what a
    /// scan with these limits would call.
    ///
    /// # Errors
    /// When there is nobody to scan.
    pub async fn of(reach: &Reach<'_>) -> Result<Self, TargetError> {
        let began = Instant::now();
        let Found { visits, missed, .. } = reach.find().await?;
        let found = began.elapsed();
        let mut accounts = BTreeMap::new();
        let nothing = Box::new(|_: &str, _: &str| Vec::new());
        let swept = reach.sweep(nothing, Timestamp::now());
        let Ok(()) = swept
            .run(visits, |inventory| {
                accounts.insert(inventory.account.id.to_string(), Seen::of(&inventory));
                reach.progress.account_done(&inventory.account.id);
                Ok::<(), std::convert::Infallible>(())
            })
            .await;
        Ok(Self::counted(reach, found, accounts, missed))
    }

    fn counted(
        reach: &Reach<'_>,
        found: Duration,
        accounts: BTreeMap<String, Seen>,
        missed: Vec<MissedAccount>,
    ) -> Self {
        let limits = *reach.connection.limits();
        let tally = Tally::of(reach.connection);
        let mut slowest: Option<Slowest> = None;
        let accounts: Vec<AccountForecast> = accounts
            .into_iter()
            .map(|(id, seen)| seen.forecast(id, &tally, &limits, &mut slowest))
            .collect();
        let discovery = found.as_secs_f64() + tally.policies(&limits);
        let swept = in_places(&accounts, reach.accounts_at_once);
        // where very many requests are due at once, the cap on those under way decides
        let through =
            tally.pairs_calls() as f64 * tally.latency.as_secs_f64() / limits.in_flight as f64;
        Self {
            schema: SCHEMA,
            depth: reach.plan.depth(),
            budget_percent: limits.share.map(crate::aws::Share::as_percent),
            functions: accounts
                .iter()
                .flat_map(|account| &account.regions)
                .map(|region| region.functions)
                .sum(),
            calls: tally.sum(),
            budgets: tally.budgets(),
            discovery_seconds: discovery,
            seconds: discovery + swept.max(through),
            slowest,
            accounts,
            missed,
            not_counted: not_counted(reach, &tally),
        }
    }
}

/// What the listing showed of one account.
struct Seen {
    name: String,
    unlisted: Option<Gap>,
    regions: Vec<(String, RegionStatus, u64)>,
}

impl Seen {
    fn of(inventory: &AccountInventory) -> Self {
        let region = |region: &RegionInventory| {
            (
                region.region.to_string(),
                region.status.clone(),
                region.functions.len() as u64,
            )
        };
        Self {
            name: inventory.account.name.clone(),
            unlisted: inventory.account.unlisted_regions.clone(),
            regions: inventory.regions.iter().map(region).collect(),
        }
    }

    fn forecast(
        self,
        id: String,
        tally: &Tally,
        limits: &Limits,
        slowest: &mut Option<Slowest>,
    ) -> AccountForecast {
        let latency = (tally.latency * IN_TURN).as_secs_f64();
        let mut seconds: f64 = 0.0;
        let mut pair = |region: &str| {
            let mut longest: f64 = 0.0;
            for (quota, calls) in tally.pair(&id, region) {
                let found = needs(*quota, *calls, limits);
                longest = longest.max(found);
                if slowest.as_ref().is_none_or(|known| known.seconds < found) {
                    *slowest = Some(Slowest {
                        account: id.clone(),
                        region: region.to_owned(),
                        budget: quota.name,
                        calls: *calls,
                        per_second: rate(*quota, limits),
                        seconds: found,
                    });
                }
            }
            let whole = longest + latency;
            seconds = seconds.max(whole);
            whole
        };
        let regions = self
            .regions
            .into_iter()
            .map(|(region, status, functions)| RegionForecast {
                seconds: pair(&region),
                calls: Calls::of(tally.pair(&id, &region)),
                region,
                status,
                functions,
            })
            .collect();
        pair(GLOBAL);
        AccountForecast {
            global: Calls::of(tally.pair(&id, GLOBAL)),
            name: self.name,
            seconds,
            regions,
            unlisted_regions: self.unlisted,
            id,
        }
    }
}

impl Calls {
    fn of(spent: &Spent) -> Self {
        let mut calls = Self::default();
        for (quota, count) in spent {
            let quota = *quota;
            let sum = if quota == lambda::GET_POLICY.quota {
                &mut calls.get_policy
            } else if quota == lambda::GET_FUNCTION.quota {
                &mut calls.get_function
            } else if quota == lambda::CONTROL_PLANE {
                &mut calls.other_lambda
            } else {
                &mut calls.other_services
            };
            *sum += count;
        }
        calls
    }

    /// All of them.
    pub fn total(&self) -> u64 {
        self.get_policy + self.get_function + self.other_lambda + self.other_services
    }
}

/// Seconds until the last account is done, where only so many are under way at once.
fn in_places(accounts: &[AccountForecast], at_once: usize) -> f64 {
    let mut places = vec![0.0_f64; at_once.clamp(1, accounts.len().max(1))];
    for account in accounts {
        let free = places.iter_mut().min_by(|one, other| one.total_cmp(other));
        if let Some(place) = free {
            *place += account.seconds;
        }
    }
    places.into_iter().fold(0.0, f64::max)
}

/// What of the plan could not be counted, because an answer was made up.
fn not_counted(reach: &Reach<'_>, tally: &Tally) -> Vec<&'static str> {
    let rows = reach.connection.ledger().rows();
    let made_up = |operation: &Operation| {
        let mut calls = rows
            .iter()
            .filter(|row| row.operation == operation)
            .peekable();
        calls.peek().is_some() && calls.all(|row| row.entry.attempts == 0)
    };
    let dependent = operation::all().filter(|operation| made_up(operation));
    let mut notes: Vec<&str> = dependent
        .filter_map(|operation| operation.leads_to)
        .collect();
    if reach.plan.contains(&lambda::LIST_FUNCTION_URL_CONFIGS)
        && reach.plan.depth() == Depth::Standard
        && tally.pairs_calls() > 0
    {
        notes.push(OPENED_URLS);
    }
    let mut planned = reach.plan.operations();
    if made_up(&lambda::GET_POLICY) && planned.any(|one| one.estimate == Estimate::Triggered) {
        notes.push(SOURCES);
    }
    notes.push(PAGES);
    notes
}
