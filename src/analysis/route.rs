//! Where the default routes of a subnet lead.

use ipnet::IpNet;

use super::Fact;
use crate::inventory::{Gap, NatGateway, Observed, Route, RouteTable};

/// The addresses by which somebody in a subnet connects.
#[derive(Clone, Copy, Debug)]
pub(super) enum Addresses {
    /// Private ones of IPv4, and perhaps those of IPv6: a function that is attached to the VPC.
    Private {
        /// Whether it uses IPv6.
        ipv6: bool,
    },
    /// Those of an instance of a capacity provider. Whether it has a public one, AWS does not document.
    OfInstances,
}

/// What a subnet's default routes lead to.
#[derive(Clone, Debug)]
pub(super) struct Egress {
    /// Whether an IPv4 default route goes to an internet gateway.
    pub(super) internet_gateway: Fact<bool>,
    /// Whether a function in the subnet reaches the internet.
    pub(super) internet: Fact<bool>,
}

/// The route tables and NAT gateways of a region.
pub(super) struct Routing<'a> {
    pub(super) tables: &'a [RouteTable],
    /// What could not be read matters only to routes that lead to one.
    pub(super) gateways: &'a Observed<Vec<NatGateway>>,
}

impl<'a> Routing<'a> {
    /// The table that serves a subnet: its own, else its VPC's main one.
    ///
    /// Source: <https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html>
    pub(super) fn table(&self, vpc: &str, subnet: &str) -> Option<&'a RouteTable> {
        let own = self
            .tables
            .iter()
            .find(|table| table.subnets.iter().any(|id| id == subnet));
        own.or_else(|| {
            self.tables
                .iter()
                .find(|table| table.main && table.vpc_id == vpc)
        })
    }

    /// Where the default routes of a table lead.
    pub(super) fn egress(
        &self,
        table: &RouteTable,
        addresses: Addresses,
        gap: impl Fn(&str, &str) -> Gap,
    ) -> Egress {
        let leads = default_routes(table).map(|(route, version6)| {
            let target = route.target.as_str();
            match route.state.as_str() {
                "active" => {}
                "blackhole" | "filtered" => return Fact::Known(false),
                state => return Fact::unknown(&gap(state, STATE)),
            }
            let gateway = target.starts_with("igw-") || version6 && target.starts_with("eigw-");
            match addresses {
                Addresses::Private { ipv6: false } if version6 => return Fact::Known(false),
                Addresses::Private { .. } if gateway => return Fact::Known(version6),
                Addresses::OfInstances if gateway => {
                    return Fact::unknown(&gap(target, INSTANCES));
                }
                Addresses::Private { .. } | Addresses::OfInstances => {}
            }
            if target.starts_with("nat-") {
                let gateways = match self.gateways {
                    Observed::Known(gateways) => gateways,
                    Observed::Missing(gap) => return Fact::unknown(gap),
                };
                return match gateways.iter().find(|gateway| gateway.id == target) {
                    Some(gateway) => self.works(table, gateway, &gap),
                    None => Fact::unknown(&gap(
                        target,
                        "the route leads to a NAT gateway that was not described:",
                    )),
                };
            }
            if target == "local" {
                return Fact::Known(false);
            }
            Fact::unknown(&gap(
                target,
                "what lies beyond the route's target is not known:",
            ))
        });
        Egress {
            internet: Fact::any(leads),
            internet_gateway: internet_gateway(table, &gap),
        }
    }

    /// Whether a NAT gateway reaches the internet itself.
    ///
    /// Source: <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html>
    fn works(
        &self,
        asking: &RouteTable,
        gateway: &NatGateway,
        gap: impl Fn(&str, &str) -> Gap,
    ) -> Fact<bool> {
        match gateway.state.as_str() {
            "available" => {}
            "pending" | "failed" | "deleting" | "deleted" => return Fact::Known(false),
            state => return Fact::unknown(&gap(state, "not a known state of a NAT gateway:")),
        }
        match gateway.connectivity.as_str() {
            "public" => {}
            "private" => return Fact::Known(false),
            kind => return Fact::unknown(&gap(kind, "not a known kind of NAT gateway:")),
        }
        if gateway.subnet_id.is_empty() {
            // A regional gateway stands in no subnet and routes by itself.
            return Fact::Known(true);
        }
        match self.table(&asking.vpc_id, &gateway.subnet_id) {
            Some(table) => internet_gateway(table, gap),
            None => Fact::unknown(&gap(
                &gateway.subnet_id,
                "no route table was described for the subnet of a NAT gateway:",
            )),
        }
    }
}

const INSTANCES: &str = "AWS does not document which addresses instances of a capacity provider have behind the gateway";
const STATE: &str = "not a known state of a route:";

fn internet_gateway(table: &RouteTable, gap: impl Fn(&str, &str) -> Gap) -> Fact<bool> {
    let to_gateways = default_routes(table)
        .filter(|(route, version6)| !version6 && route.target.starts_with("igw-"));
    Fact::any(to_gateways.map(|(route, _)| match route.state.as_str() {
        "active" => Fact::Known(true),
        "blackhole" | "filtered" => Fact::Known(false),
        state => Fact::unknown(&gap(state, STATE)),
    }))
}

/// Routes for at least half of all addresses, so that two halves count as a default route;
/// for IPv6 also the block of all global addresses.
fn default_routes(table: &RouteTable) -> impl Iterator<Item = (&Route, bool)> {
    table
        .routes
        .iter()
        .filter_map(|route| match route.destination.parse::<IpNet>() {
            Ok(IpNet::V4(range)) if range.prefix_len() <= 1 => Some((route, false)),
            Ok(IpNet::V6(range)) if range.prefix_len() <= 3 => Some((route, true)),
            _ => None,
        })
}
