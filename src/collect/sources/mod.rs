//! Whether the sources that triggers name are there.
//!
//! A trigger leaves something at the function that outlives its source: a statement of the
//! resource-based policy, or an event source mapping. What these name is looked for once the account's
//! regions are known, in lists that are read only where something on them is named.

mod lists;
mod sought;

use std::collections::{BTreeMap, BTreeSet};

use self::lists::Known;
pub(super) use self::lists::{EVENTS_PROBES, S3_PROBES, SNS_PROBES, SQS_PROBES};
use self::sought::{List, Sought};
use super::collector::Collector;
use super::place::together;
use super::seen::{Way, way};
use super::{apis, balancers};
use crate::aws::Session;
use crate::inventory::{AccountRecord, LogGroup, Observed, RegionInventory, TriggerSource};

/// Lists that are read at once in one account.
const AT_ONCE: usize = 8;

/// Lists that were read already, by region.
pub(super) struct Read<'a> {
    pub(super) apis: &'a apis::Lists,
    pub(super) target_groups: &'a balancers::Lists,
}

/// The sources of the account's own among those that its triggers name, in the order of their ARNs.
pub(super) async fn collect(
    session: &Session,
    account: &AccountRecord,
    regions: &[RegionInventory],
    named: &BTreeSet<String>,
    read: &Read<'_>,
    collector: &Collector<'_>,
) -> Vec<TriggerSource> {
    let mut sources = Vec::new();
    let mut lists: BTreeMap<(&str, List), Vec<Sought<'_>>> = BTreeMap::new();
    for arn in named {
        let Some((list, sought)) = Sought::of(arn, &account.partition, &account.id) else {
            continue;
        };
        match way(regions, sought.region) {
            Way::Open => lists.entry((sought.region, list)).or_default().push(sought),
            Way::Shut(gap) => sources.push(TriggerSource {
                arn: arn.clone(),
                exists: Observed::Missing(gap.clone()),
            }),
            Way::LeftOut => {}
        }
    }
    let reading = lists
        .into_iter()
        .map(|((region, list), sought)| async move {
            let place = collector.place(account, region);
            let known = Known {
                log_groups: log_groups(regions, region),
                apis: read.apis.get(region),
                target_groups: read.target_groups.get(region),
            };
            let found = list.read(session, &place, &sought, &known).await;
            let told = sought.iter().map(|sought| TriggerSource {
                arn: sought.arn.to_owned(),
                exists: found.holds(sought),
            });
            told.collect::<Vec<_>>()
        });
    sources.extend(together(reading, AT_ONCE).await.into_iter().flatten());
    sources.sort_by(|one, other| one.arn.cmp(&other.arn));
    sources
}

/// The log groups of a region that are known already.
fn log_groups<'a>(regions: &'a [RegionInventory], region: &str) -> &'a [LogGroup] {
    let seen = regions.iter().find(|one| one.region == region);
    let groups = seen.and_then(|seen| seen.services.log_groups.known());
    groups.map(Vec::as_slice).unwrap_or_default()
}
