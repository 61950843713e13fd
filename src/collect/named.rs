//! What policies and event source mappings of functions name, for the collectors that look for it.

use std::collections::{BTreeMap, BTreeSet};

use crate::inventory::{AccountRecord, AdmittedApis, Function, RegionInventory, lets_balancers_in};
use crate::policy::{Effect, Policy};

/// The APIs that are let in, by region.
pub(super) type Apis = BTreeMap<String, BTreeSet<AdmittedApis>>;

/// What is named.
#[derive(Default)]
pub(super) struct Named {
    /// ARNs of sources of triggers.
    pub(super) sources: BTreeSet<String>,
    /// APIs that policies let in.
    pub(super) apis: Apis,
    /// Regions in which policies let load balancers in.
    pub(super) balancers: BTreeSet<String>,
}

impl Named {
    /// By all functions of the account. A policy that cannot be understood names nothing: what is derived of it is not
    /// known either.
    pub(super) fn of(account: &AccountRecord, regions: &[RegionInventory]) -> Self {
        let mut named = Self::default();
        for region in regions {
            let mappings = region.event_source_mappings.known().into_iter().flatten();
            let sources = mappings.filter_map(|mapping| mapping.source_arn.clone());
            named.sources.extend(sources);
            let texts = region.functions.iter().flat_map(policies);
            for policy in texts.filter_map(|text| Policy::parse(text).ok()) {
                named.add(&policy, &region.region, account);
            }
        }
        named
    }

    fn add(&mut self, policy: &Policy, region: &str, account: &AccountRecord) {
        let allowing = policy
            .statements
            .iter()
            .filter(|statement| statement.effect == Effect::Allow);
        let sources = allowing.flat_map(|statement| statement.wanted("aws:sourcearn"));
        self.sources.extend(sources.map(str::to_owned));
        for apis in AdmittedApis::of(policy, region, &account.partition, &account.id) {
            let of_region = self.apis.entry(apis.region.clone()).or_default();
            of_region.insert(apis);
        }
        if lets_balancers_in(policy) {
            self.balancers.insert(region.to_owned());
        }
    }
}

/// The policies of a function and its qualifiers, as far as they were read.
fn policies(function: &Function) -> impl Iterator<Item = &str> {
    let aliases = function.aliases.known().into_iter().flatten();
    let versions = function.versions.known().into_iter().flatten();
    std::iter::once(&function.policy)
        .chain(aliases.map(|alias| &alias.policy))
        .chain(versions.map(|version| &version.policy))
        .filter_map(|policy| policy.known()?.as_deref())
}
