//! What a function in a VPC can reach.
//!
//! A function has only private addresses, also in a subnet with a route to an internet gateway:
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc-internet.html>.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::route::{Addresses, Egress, Routing};
use super::{Context, Fact};
use crate::inventory::{
    AclEntry, Gap, GapKind, Network, NetworkAcl, Observed, SecurityGroup, VpcAttachment,
};
use crate::operation::{self, Operation};

/// The function's network.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct NetworkFacts {
    /// Whether it is attached to a VPC or runs on a capacity provider, whose network is its own then; otherwise it runs in
    /// AWS's own network with free internet access.
    pub in_vpc: bool,
    /// ARN of the capacity provider that it runs on; empty where it runs on none.
    pub capacity_provider: String,
    /// The VPC; empty where it is attached to none.
    pub vpc_id: Fact<String>,
    /// Its subnets.
    pub subnets: Fact<Vec<String>>,
    /// Its security groups.
    pub security_groups: Fact<Vec<String>>,
    /// How many availability zones its subnets lie in; 0 outside a VPC. At least so many where some subnets could not be
    /// read and the others lie in more than one.
    pub zones: Fact<i64>,
    /// Its subnets whose default route goes to an internet gateway, which gives a function no internet.
    pub public_subnets: Fact<Vec<String>>,
    /// Its security groups that are a VPC's default group.
    pub default_security_groups: Fact<Vec<String>>,
    /// Whether a subnet has a working route to the internet: a public NAT gateway, or IPv6.
    pub internet_route: Fact<bool>,
    /// Whether route, security groups and network ACL together let it reach any address of the internet.
    pub unrestricted_egress: Fact<bool>,
    /// How many VPC endpoints it can use.
    pub endpoints: Fact<i64>,
    /// Those whose policy allows everything to everybody.
    pub open_endpoints: Fact<Vec<Endpoint>>,
}

/// A VPC endpoint.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Endpoint {
    /// `vpce-…`.
    pub id: String,
    /// The service behind it, as `com.amazonaws.region.service`.
    pub service: String,
}

impl NetworkFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let configuration = &context.function.configuration;
        let place = match (&configuration.capacity_provider, &configuration.vpc) {
            (Some(arn), _) => match provided(context, arn) {
                Ok(vpc) => Place {
                    context,
                    vpc,
                    addresses: Addresses::OfInstances,
                },
                Err(gaps) => return Self::unread(arn, &gaps),
            },
            (None, Some(vpc)) => Place {
                context,
                vpc: vpc.clone(),
                addresses: Addresses::Private { ipv6: vpc.ipv6 },
            },
            (None, None) => return Self::outside(),
        };
        let vpc = &place.vpc;
        let network = &context.region.services.network;
        let routes: Vec<Fact<Egress>> = vpc
            .subnets
            .iter()
            .map(|subnet| Fact::of_fact(network, |network| place.egress(network, subnet)))
            .collect();
        let public: Vec<(String, Fact<bool>)> = vpc
            .subnets
            .iter()
            .zip(&routes)
            .map(|(subnet, route)| (subnet.clone(), internet_gateway(route)))
            .collect();
        let internet = Fact::any(routes.iter().map(reaches_internet));
        let paths = vpc.subnets.iter().zip(&routes).map(|(subnet, route)| {
            let acl = Fact::of_fact(network, |network| place.acl_open(network, subnet));
            Fact::all([reaches_internet(route), acl])
        });
        let groups = match network {
            Observed::Known(network) => place.groups(network),
            Observed::Missing(gap) => (Vec::new(), vec![gap.clone()]),
        };
        let (groups, group_gaps) = groups;
        let open_groups = groups.iter().map(|group| Fact::Known(open_to_all(group)));
        let unread_groups = group_gaps.iter().map(Fact::unknown);
        Self {
            in_vpc: true,
            capacity_provider: configuration.capacity_provider.clone().unwrap_or_default(),
            vpc_id: Fact::Known(vpc.vpc_id.clone()),
            subnets: Fact::Known(vpc.subnets.clone()),
            security_groups: Fact::Known(vpc.security_groups.clone()),
            zones: Fact::of_fact(network, |network| place.zones(network)),
            public_subnets: named(public),
            default_security_groups: Fact::offenders(
                groups
                    .iter()
                    .filter(|group| group.name == "default")
                    .map(|group| group.id.clone())
                    .collect(),
                group_gaps.clone(),
            ),
            internet_route: internet,
            unrestricted_egress: Fact::all([
                Fact::any(paths),
                Fact::any(open_groups.chain(unread_groups)),
            ]),
            endpoints: Fact::of_fact(network, |network| match place.endpoints(network) {
                (all, gaps) if gaps.is_empty() => Fact::Known(all.len() as i64),
                (_, gaps) => Fact::Unknown(gaps),
            }),
            open_endpoints: Fact::of_fact(network, |network| place.open_endpoints(network)),
        }
    }

    /// Of a function on a capacity provider of which nothing is known.
    fn unread(provider: &str, gaps: &[Gap]) -> Self {
        fn unknown<T>(gaps: &[Gap]) -> Fact<T> {
            Fact::Unknown(gaps.to_vec())
        }
        Self {
            in_vpc: true,
            capacity_provider: provider.to_owned(),
            vpc_id: unknown(gaps),
            subnets: unknown(gaps),
            security_groups: unknown(gaps),
            zones: unknown(gaps),
            public_subnets: unknown(gaps),
            default_security_groups: unknown(gaps),
            internet_route: unknown(gaps),
            unrestricted_egress: unknown(gaps),
            endpoints: unknown(gaps),
            open_endpoints: unknown(gaps),
        }
    }

    fn outside() -> Self {
        Self {
            in_vpc: false,
            capacity_provider: String::new(),
            vpc_id: Fact::Known(String::new()),
            subnets: Fact::Known(Vec::new()),
            security_groups: Fact::Known(Vec::new()),
            zones: Fact::Known(0),
            public_subnets: Fact::Known(Vec::new()),
            default_security_groups: Fact::Known(Vec::new()),
            internet_route: Fact::Known(true),
            unrestricted_egress: Fact::Known(true),
            endpoints: Fact::Known(0),
            open_endpoints: Fact::Known(Vec::new()),
        }
    }
}

fn internet_gateway(route: &Fact<Egress>) -> Fact<bool> {
    match route {
        Fact::Known(egress) => egress.internet_gateway.clone(),
        Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
    }
}

fn reaches_internet(route: &Fact<Egress>) -> Fact<bool> {
    match route {
        Fact::Known(egress) => egress.internet.clone(),
        Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
    }
}

/// The names of what is true; unknown only when nothing is known to be true.
fn named(facts: Vec<(String, Fact<bool>)>) -> Fact<Vec<String>> {
    let (mut names, mut gaps) = (Vec::new(), Vec::new());
    for (name, fact) in facts {
        match fact {
            Fact::Known(true) => names.push(name),
            Fact::Known(false) => {}
            Fact::Unknown(unknown) => gaps.extend(unknown),
        }
    }
    Fact::offenders(names, gaps)
}

/// The network of a capacity provider, which names its subnets without their VPC.
fn provided(context: Context<'_>, arn: &str) -> Result<VpcAttachment, Vec<Gap>> {
    let operation = &operation::lambda::LIST_CAPACITY_PROVIDERS;
    let gap = |operation: &Operation, message: String, about: &str| {
        Gap::new(operation, GapKind::Refused, message)
            .at(context.account.id(), &context.region.region)
            .about(about)
    };
    let providers = match &context.region.capacity_providers {
        Observed::Known(providers) => providers,
        Observed::Missing(gap) => return Err(vec![gap.clone()]),
    };
    let provider = providers.iter().find(|provider| provider.arn == arn);
    let subnet = provider.and_then(|provider| provider.subnets.first());
    let (Some(provider), Some(subnet)) = (provider, subnet) else {
        let message = format!("`{arn}` was not listed with its subnets");
        return Err(vec![gap(operation, message, arn)]);
    };
    let vpc_id = Fact::of_fact(&context.region.services.network, |network| {
        Fact::of_fact(&network.subnets, |subnets| {
            match subnets.iter().find(|known| known.id == *subnet) {
                Some(known) => Fact::Known(known.vpc_id.clone()),
                None => {
                    let message = format!("`{subnet}` was not described");
                    Fact::unknown(&gap(&operation::ec2::DESCRIBE_SUBNETS, message, subnet))
                }
            }
        })
    });
    match vpc_id {
        Fact::Unknown(gaps) => Err(gaps),
        Fact::Known(vpc_id) => Ok(VpcAttachment {
            vpc_id,
            subnets: provider.subnets.clone(),
            security_groups: provider.security_groups.clone(),
            ipv6: false,
        }),
    }
}

struct Place<'a> {
    context: Context<'a>,
    vpc: VpcAttachment,
    addresses: Addresses,
}

impl Place<'_> {
    /// Something that EC2 did not describe although a function uses it.
    fn undescribed(&self, operation: &Operation, id: &str) -> Gap {
        Gap::new(
            operation,
            GapKind::Refused,
            format!("`{id}` was not described"),
        )
        .at(self.context.account.id(), &self.context.region.region)
        .about(id)
    }

    fn zones(&self, network: &Network) -> Fact<i64> {
        Fact::of_fact(&network.subnets, |subnets| {
            let mut zones = BTreeSet::new();
            let mut gaps = Vec::new();
            for id in &self.vpc.subnets {
                match subnets.iter().find(|subnet| &subnet.id == id) {
                    Some(subnet) => {
                        zones.insert(subnet.zone_id.as_str());
                    }
                    None => gaps.push(self.undescribed(&operation::ec2::DESCRIBE_SUBNETS, id)),
                }
            }
            if gaps.is_empty() || zones.len() > 1 {
                Fact::Known(zones.len() as i64)
            } else {
                Fact::Unknown(gaps)
            }
        })
    }

    fn egress(&self, network: &Network, subnet: &str) -> Fact<Egress> {
        let tables = match &network.route_tables {
            Observed::Known(tables) => tables,
            Observed::Missing(gap) => return Fact::unknown(gap),
        };
        let routing = Routing {
            tables,
            gateways: &network.nat_gateways,
        };
        match routing.table(&self.vpc.vpc_id, subnet) {
            Some(table) => Fact::Known(routing.egress(table, self.addresses, |id, why| {
                Gap::new(
                    &operation::ec2::DESCRIBE_ROUTE_TABLES,
                    GapKind::Unrecognised,
                    format!("{why} `{id}`"),
                )
                .at(self.context.account.id(), &self.context.region.region)
                .about(subnet)
            })),
            None => {
                Fact::unknown(&self.undescribed(&operation::ec2::DESCRIBE_ROUTE_TABLES, subnet))
            }
        }
    }

    /// The function's security groups that are known, and why others are not.
    fn groups<'n>(&self, network: &'n Network) -> (Vec<&'n SecurityGroup>, Vec<Gap>) {
        let all = match &network.security_groups {
            Observed::Known(all) => all,
            Observed::Missing(gap) => return (Vec::new(), vec![gap.clone()]),
        };
        let (mut groups, mut gaps) = (Vec::new(), Vec::new());
        for id in &self.vpc.security_groups {
            match all.iter().find(|group| &group.id == id) {
                Some(group) => groups.push(group),
                None => gaps.push(self.undescribed(&operation::ec2::DESCRIBE_SECURITY_GROUPS, id)),
            }
        }
        (groups, gaps)
    }

    /// Whether the subnet's ACL lets traffic to any address out and its answers in.
    fn acl_open(&self, network: &Network, subnet: &str) -> Fact<bool> {
        Fact::of_fact(&network.network_acls, |acls| {
            match acls
                .iter()
                .find(|acl| acl.subnets.iter().any(|id| id == subnet))
            {
                Some(acl) => Fact::Known(lets_everything(acl, true) && lets_everything(acl, false)),
                None => {
                    Fact::unknown(&self.undescribed(&operation::ec2::DESCRIBE_NETWORK_ACLS, subnet))
                }
            }
        })
    }

    /// The endpoints that it is known to be able to use, and why there may be more.
    fn endpoints<'n>(
        &self,
        network: &'n Network,
    ) -> (Vec<&'n crate::inventory::VpcEndpoint>, Vec<Gap>) {
        let endpoints = match &network.endpoints {
            Observed::Known(endpoints) => endpoints,
            Observed::Missing(gap) => return (Vec::new(), vec![gap.clone()]),
        };
        let (mut usable, mut gaps) = (Vec::new(), Vec::new());
        for endpoint in endpoints {
            if endpoint.vpc_id != self.vpc.vpc_id {
                continue;
            }
            match endpoint.state.to_ascii_lowercase().as_str() {
                "available" | "partial" => {}
                "pendingacceptance" | "pending" | "deleting" | "deleted" | "rejected"
                | "failed" | "expired" => continue,
                state => {
                    let what = "state of a VPC endpoint";
                    let operation = &operation::ec2::DESCRIBE_VPC_ENDPOINTS;
                    gaps.push(self.context.unrecognised(operation, what, state));
                    continue;
                }
            }
            if endpoint.kind == "Gateway" {
                let tables = match &network.route_tables {
                    Observed::Known(tables) => tables,
                    Observed::Missing(gap) => {
                        gaps.push(gap.clone());
                        continue;
                    }
                };
                let routing = Routing {
                    tables,
                    gateways: &network.nat_gateways,
                };
                let routed = self.vpc.subnets.iter().any(|subnet| {
                    routing
                        .table(&self.vpc.vpc_id, subnet)
                        .is_some_and(|table| endpoint.route_tables.contains(&table.id))
                });
                if !routed {
                    continue;
                }
            }
            usable.push(endpoint);
        }
        (usable, gaps)
    }

    fn open_endpoints(&self, network: &Network) -> Fact<Vec<Endpoint>> {
        let (endpoints, mut gaps) = self.endpoints(network);
        let mut open = Vec::new();
        for endpoint in endpoints {
            let Some(text) = &endpoint.policy else {
                continue;
            };
            match super::grants::allows_everything(text) {
                Ok(true) => open.push(Endpoint {
                    id: endpoint.id.clone(),
                    service: endpoint.service.clone(),
                }),
                Ok(false) => {}
                Err(error) => gaps.push(
                    Gap::new(
                        &operation::ec2::DESCRIBE_VPC_ENDPOINTS,
                        GapKind::Malformed,
                        error.to_string(),
                    )
                    .at(self.context.account.id(), &self.context.region.region)
                    .about(&endpoint.id),
                ),
            }
        }
        Fact::offenders(open, gaps)
    }
}

/// Whether a rule lets traffic of some port out to every address of IPv4 or IPv6.
fn open_to_all(group: &SecurityGroup) -> bool {
    group.egress.iter().any(|rule| {
        let connects = matches!(rule.protocol.as_str(), "-1" | "tcp" | "6" | "udp" | "17");
        connects
            && rule
                .ranges
                .iter()
                .any(|range| range.range.is_some_and(|range| range.prefix_len() == 0))
    })
}

/// Ports that answers come back to.
///
/// Source: <https://docs.aws.amazon.com/vpc/latest/userguide/custom-network-acl.html#nacl-ephemeral-ports>
const EPHEMERAL: std::ops::RangeInclusive<i32> = 1024..=65_535;

/// Whether the first entry for every address allows some connection.
fn lets_everything(acl: &NetworkAcl, egress: bool) -> bool {
    let matters = |entry: &&AclEntry| {
        entry.egress == egress
            && matches!(entry.protocol.as_str(), "-1" | "6" | "17" | "tcp" | "udp")
            && entry
                .range
                .range
                .is_some_and(|range| range.prefix_len() == 0)
    };
    for entry in acl.entries.iter().filter(matters) {
        let all_ports =
            entry.protocol == "-1" || (entry.from_port.is_none() && entry.to_port.is_none());
        let overlaps = all_ports
            || egress
            || (entry.from_port.unwrap_or(0) <= *EPHEMERAL.end()
                && entry.to_port.unwrap_or(i32::MAX) >= *EPHEMERAL.start());
        if entry.allow && overlaps {
            return true;
        }
        if !entry.allow && entry.protocol == "-1" {
            return false;
        }
    }
    false
}
