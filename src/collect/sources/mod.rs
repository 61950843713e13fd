//! Whether the sources that triggers name are there.
//!
//! A trigger leaves something at the function that outlives its source: a statement of the
//! resource-based policy, or an event source mapping. What these name is looked for once the account's
//! regions are known, in lists that are read only where something on them is named.

mod lists;
mod sought;

use std::collections::{BTreeMap, BTreeSet};

use self::lists::Known;
use self::sought::{List, Sought};
use super::account::Collector;
use super::place::together;
use super::{apis, balancers};
use crate::aws::Session;
use crate::inventory::{
    AccountRecord, Function, Gap, LogGroup, Observed, RegionInventory, RegionStatus, TriggerSource,
};
use crate::policy::{Effect, Policy};

/// Lists that are read at once in one account.
const AT_ONCE: usize = 8;

/// Lists that were read already, by region.
pub(super) struct Read<'a> {
    pub(super) apis: &'a apis::Lists,
    pub(super) target_groups: &'a balancers::Lists,
}

/// The sources of the account's own that its triggers name, in the order of their ARNs.
pub(super) async fn collect(
    session: &Session,
    account: &AccountRecord,
    regions: &[RegionInventory],
    read: &Read<'_>,
    collector: &Collector<'_>,
) -> Vec<TriggerSource> {
    let named = named(regions);
    let mut sources = Vec::new();
    let mut lists: BTreeMap<(&str, List), Vec<Sought<'_>>> = BTreeMap::new();
    for arn in &named {
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

/// ARNs that policies and mappings name as sources. A policy that cannot be understood names none:
/// what is derived of it is not known either.
fn named(regions: &[RegionInventory]) -> BTreeSet<String> {
    let mappings = regions
        .iter()
        .filter_map(|region| region.event_source_mappings.known())
        .flatten()
        .filter_map(|mapping| mapping.source_arn.clone());
    let policies = regions
        .iter()
        .flat_map(|region| &region.functions)
        .flat_map(policies)
        .filter_map(|text| Policy::parse(text).ok());
    let granted = policies.flat_map(|policy| {
        let allowing = policy
            .statements
            .iter()
            .filter(|statement| statement.effect == Effect::Allow);
        let arns = allowing.flat_map(|statement| statement.wanted("aws:sourcearn"));
        arns.map(str::to_owned).collect::<Vec<_>>()
    });
    mappings.chain(granted).collect()
}

/// The policies of a function and its qualifiers, as far as they were read.
pub(super) fn policies(function: &Function) -> impl Iterator<Item = &str> {
    let aliases = function.aliases.known().into_iter().flatten();
    let versions = function.versions.known().into_iter().flatten();
    std::iter::once(&function.policy)
        .chain(aliases.map(|alias| &alias.policy))
        .chain(versions.map(|version| &version.policy))
        .filter_map(|policy| policy.known()?.as_deref())
}

/// Whether a region can be looked into.
pub(super) enum Way<'a> {
    Open,
    /// It was tried, and AWS refused.
    Shut(&'a Gap),
    /// It is none of those that are scanned, or not switched on.
    LeftOut,
}

/// Whether that region can; none is everywhere.
pub(super) fn way<'a>(regions: &'a [RegionInventory], region: &str) -> Way<'a> {
    if region.is_empty() {
        return Way::Open;
    }
    let Some(seen) = regions.iter().find(|one| one.region == region) else {
        return Way::LeftOut;
    };
    match &seen.status {
        RegionStatus::Scanned | RegionStatus::Empty => Way::Open,
        RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => Way::Shut(gap),
        RegionStatus::NotEnabled => Way::LeftOut,
    }
}

/// The log groups of a region that are known already.
fn log_groups<'a>(regions: &'a [RegionInventory], region: &str) -> &'a [LogGroup] {
    let seen = regions.iter().find(|one| one.region == region);
    let groups = seen.and_then(|seen| seen.log_groups.known());
    groups.map(Vec::as_slice).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::GapKind;

    fn region(name: &str, status: RegionStatus) -> RegionInventory {
        let missing = || Gap::new("", GapKind::NotPlanned, "");
        RegionInventory {
            region: name.to_owned(),
            status,
            settings: Observed::Missing(missing()),
            listing: Observed::Known(()),
            functions: Vec::new(),
            event_source_mappings: Observed::Known(Vec::new()),
            code_signing: Observed::Known(Vec::new()),
            layers: Observed::Known(Vec::new()),
            network: Observed::Missing(missing()),
            keys: Vec::new(),
            log_groups: Observed::Known(Vec::new()),
        }
    }

    #[test]
    fn other_regions_are_looked_into_where_the_scan_is() {
        let denied = Gap::new("lambda:GetAccountSettings", GapKind::DeniedByScp, "");
        let regions = [
            region("eu-west-1", RegionStatus::Scanned),
            region("eu-central-1", RegionStatus::Empty),
            region("us-east-1", RegionStatus::Denied(denied.clone())),
            region("us-west-2", RegionStatus::Unreachable(denied)),
            region("af-south-1", RegionStatus::NotEnabled),
        ];
        let ways = |names: &[&str]| -> Vec<&str> {
            let ways = names.iter().map(|name| match way(&regions, name) {
                Way::Open => "open",
                Way::Shut(_) => "shut",
                Way::LeftOut => "left out",
            });
            ways.collect()
        };
        assert_eq!(ways(&["", "eu-west-1", "eu-central-1"]), ["open"; 3]);
        assert_eq!(ways(&["us-east-1", "us-west-2"]), ["shut"; 2]);
        assert_eq!(ways(&["af-south-1", "sa-east-1"]), ["left out"; 2]);
    }
}
