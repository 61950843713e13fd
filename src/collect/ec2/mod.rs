//! The VPC surroundings of functions.

mod records;

use std::collections::BTreeSet;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::types::Filter;

use super::place::Place;
use super::probe::{Probe, probes};
use super::text::{listed, required};
use crate::inventory::{
    CapacityProvider, Function, InternetProtocolRange, Network, Observed, PrefixList,
    SecurityGroup, Subnet,
};
use crate::operation;

/// A minimal call of each operation, to test whether it is allowed.
pub(super) const PROBES: &[Probe] = probes!(
    ec2: |on| ec2 = on.session.ec2(on.region());
    DESCRIBE_VPCS => ec2.describe_vpcs().max_results(5),
    DESCRIBE_SUBNETS => ec2.describe_subnets().max_results(5),
    DESCRIBE_ROUTE_TABLES => ec2.describe_route_tables().max_results(5),
    DESCRIBE_NAT_GATEWAYS => ec2.describe_nat_gateways().max_results(5),
    DESCRIBE_SECURITY_GROUPS => ec2.describe_security_groups().max_results(5),
    DESCRIBE_NETWORK_ACLS => ec2.describe_network_acls().max_results(5),
    DESCRIBE_VPC_ENDPOINTS => ec2.describe_vpc_endpoints().max_results(5),
    GET_MANAGED_PREFIX_LIST_ENTRIES => ec2
        .get_managed_prefix_list_entries()
        .prefix_list_id("pl-00000000000000000")
        .max_results(5),
);

/// The most values that one filter takes.
///
/// Source: <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
const FILTER_VALUES: usize = 200;

/// Entries on a page. AWS throttles unpaginated lists harder; route tables come by at most 100.
const PAGE: i32 = 1000;
const ROUTE_TABLES_PAGE: i32 = 100;
const PREFIX_LIST_PAGE: i32 = 100;

/// Reads all pages of one list, for as many filters as the values need.
///
/// A macro because each SDK operation has types of its own without a common trait.
macro_rules! describe {
    ($place:expr, $operation:ident, $client:expr, $method:ident, $set_filters:ident, $page:expr,
     $filter:expr, $values:expr, $list:ident, $read:path) => {{
        let mut found = Ok(Vec::new());
        if let Some(gap) = $place.forbidden(&operation::ec2::$operation, None) {
            found = Err(gap);
        }
        for values in chunks($values) {
            let Ok(items) = &mut found else { break };
            let filter = Filter::builder()
                .name($filter)
                .set_values(Some(values))
                .build();
            let pages = $client
                .$method()
                .$set_filters(Some(vec![filter]))
                .max_results($page)
                .into_paginator()
                .send();
            let more = $place
                .list(
                    &operation::ec2::$operation,
                    None,
                    pages,
                    |page| page.next_token(),
                    |page| {
                        listed(page.$list.as_ref(), stringify!($list))?
                            .iter()
                            .map($read)
                            .collect()
                    },
                )
                .await;
            match more {
                Ok(more) => items.extend(more),
                Err(gap) => found = Err(gap),
            }
        }
        Observed::from(found)
    }};
}

/// VPCs and security groups that functions are attached to, and subnets of which the VPC is not known yet.
pub(super) struct Attachments<'a> {
    vpcs: BTreeSet<&'a str>,
    groups: BTreeSet<&'a str>,
    subnets: BTreeSet<&'a str>,
}

impl<'a> Attachments<'a> {
    /// Of functions, and of the capacity providers that they run on.
    pub(super) fn of(
        functions: &'a [Function],
        providers: &'a Observed<Vec<CapacityProvider>>,
    ) -> Self {
        let configurations = || functions.iter().map(|function| &function.configuration);
        let vpcs = || configurations().filter_map(|one| one.vpc.as_ref());
        let used: BTreeSet<&str> = configurations()
            .filter_map(|one| one.capacity_provider.as_deref())
            .collect();
        let used = |provider: &&CapacityProvider| used.contains(provider.arn.as_str());
        let providers: Vec<&CapacityProvider> = providers
            .known()
            .into_iter()
            .flatten()
            .filter(used)
            .collect();
        let groups = vpcs().flat_map(|vpc| &vpc.security_groups);
        let groups = groups.chain(providers.iter().flat_map(|one| &one.security_groups));
        Self {
            vpcs: vpcs().map(|vpc| vpc.vpc_id.as_str()).collect(),
            groups: groups.map(String::as_str).collect(),
            subnets: providers
                .iter()
                .flat_map(|one| &one.subnets)
                .map(String::as_str)
                .collect(),
        }
    }
}

/// What surrounds the functions that are attached to a VPC; nothing is asked where none is.
pub(super) async fn collect(
    place: &Place<'_>,
    client: &Client,
    attachments: Attachments<'_>,
) -> Network {
    let Attachments {
        mut vpcs,
        groups,
        subnets,
    } = attachments;
    // A capacity provider names its subnets only.
    let placed = described_subnets(place, client, "subnet-id", &subnets).await;
    vpcs.extend(
        placed
            .known()
            .into_iter()
            .flatten()
            .map(|one| one.vpc_id.as_str()),
    );
    let (vpcs, groups) = (&vpcs, &groups);
    let (vpcs, subnets, route_tables, nat_gateways, security_groups, network_acls, endpoints) = tokio::join!(
        async {
            describe!(
                place,
                DESCRIBE_VPCS,
                client,
                describe_vpcs,
                set_filters,
                PAGE,
                "vpc-id",
                vpcs,
                vpcs,
                records::vpc
            )
        },
        described_subnets(place, client, "vpc-id", vpcs),
        async {
            describe!(
                place,
                DESCRIBE_ROUTE_TABLES,
                client,
                describe_route_tables,
                set_filters,
                ROUTE_TABLES_PAGE,
                "vpc-id",
                vpcs,
                route_tables,
                records::route_table
            )
        },
        async {
            describe!(
                place,
                DESCRIBE_NAT_GATEWAYS,
                client,
                describe_nat_gateways,
                set_filter,
                PAGE,
                "vpc-id",
                vpcs,
                nat_gateways,
                records::nat_gateway
            )
        },
        security_groups(place, client, groups),
        async {
            describe!(
                place,
                DESCRIBE_NETWORK_ACLS,
                client,
                describe_network_acls,
                set_filters,
                PAGE,
                "vpc-id",
                vpcs,
                network_acls,
                records::network_acl
            )
        },
        async {
            describe!(
                place,
                DESCRIBE_VPC_ENDPOINTS,
                client,
                describe_vpc_endpoints,
                set_filters,
                PAGE,
                "vpc-id",
                vpcs,
                vpc_endpoints,
                records::vpc_endpoint
            )
        },
    );
    let subnets = match placed {
        Observed::Missing(gap) => Observed::Missing(gap),
        Observed::Known(_) => subnets,
    };
    Network {
        vpcs,
        subnets,
        route_tables,
        nat_gateways,
        security_groups,
        network_acls,
        endpoints,
    }
}

/// Subnets by their ids or by those of their VPCs.
async fn described_subnets(
    place: &Place<'_>,
    client: &Client,
    filter: &str,
    values: &BTreeSet<&str>,
) -> Observed<Vec<Subnet>> {
    describe!(
        place,
        DESCRIBE_SUBNETS,
        client,
        describe_subnets,
        set_filters,
        PAGE,
        filter,
        values,
        subnets,
        records::subnet
    )
}

/// Security groups by their ids.
pub(super) async fn security_groups(
    place: &Place<'_>,
    client: &Client,
    ids: &BTreeSet<&str>,
) -> Observed<Vec<SecurityGroup>> {
    describe!(
        place,
        DESCRIBE_SECURITY_GROUPS,
        client,
        describe_security_groups,
        set_filters,
        PAGE,
        "group-id",
        ids,
        security_groups,
        records::security_group
    )
}

/// What a prefix list holds, of the account's own or of AWS.
pub(super) async fn prefix_list(place: &Place<'_>, client: &Client, id: &str) -> PrefixList {
    let pages = client
        .get_managed_prefix_list_entries()
        .prefix_list_id(id)
        .max_results(PREFIX_LIST_PAGE)
        .into_paginator()
        .send();
    let ranges = place.list(
        &operation::ec2::GET_MANAGED_PREFIX_LIST_ENTRIES,
        Some(id),
        pages,
        |page| page.next_token(),
        |page| {
            let entries = listed(page.entries.as_ref(), "entrySet")?.iter();
            let ranges = entries.map(|entry| {
                let range = required(entry.cidr(), "cidr")?;
                Ok(InternetProtocolRange::parse(range))
            });
            ranges.collect()
        },
    );
    PrefixList {
        id: id.to_owned(),
        ranges: Observed::from(ranges.await),
    }
}

/// The network of no function.
pub(super) fn nowhere() -> Network {
    Network {
        vpcs: Observed::Known(Vec::new()),
        subnets: Observed::Known(Vec::new()),
        route_tables: Observed::Known(Vec::new()),
        nat_gateways: Observed::Known(Vec::new()),
        security_groups: Observed::Known(Vec::new()),
        network_acls: Observed::Known(Vec::new()),
        endpoints: Observed::Known(Vec::new()),
    }
}

fn chunks(values: &BTreeSet<&str>) -> Vec<Vec<String>> {
    let values: Vec<String> = values
        .iter()
        .filter(|value| !value.is_empty())
        .map(|value| (*value).to_owned())
        .collect();
    values
        .chunks(FILTER_VALUES)
        .map(<[String]>::to_vec)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_never_take_more_values_than_aws_allows() {
        let ids: Vec<String> = (0..450).map(|number| format!("vpc-{number:03}")).collect();
        let values: BTreeSet<&str> = ids.iter().map(String::as_str).chain([""]).collect();
        let sizes: Vec<usize> = chunks(&values).iter().map(Vec::len).collect();
        assert_eq!(sizes, [200, 200, 50]);
        assert!(chunks(&BTreeSet::new()).is_empty());
    }
}
