//! EC2's records into ours.

use aws_sdk_ec2::types as sdk;

use crate::collect::text::{Unreadable, present, required, text};
use crate::inventory::{
    AclEntry, InternetProtocolRange, NatGateway, NetworkAcl, Route, RouteTable, SecurityGroup,
    SecurityGroupRule, Subnet, Vpc, VpcEndpoint,
};

pub(super) fn vpc(from: &sdk::Vpc) -> Result<Vpc, Unreadable> {
    Ok(Vpc {
        id: required(from.vpc_id(), "vpcId")?.to_owned(),
        is_default: from.is_default().unwrap_or(false),
    })
}

/// Where the zone's id is not given its name stands in: within one account both tell zones apart.
pub(super) fn subnet(from: &sdk::Subnet) -> Result<Subnet, Unreadable> {
    let zone = from.availability_zone_id().or(from.availability_zone());
    Ok(Subnet {
        id: required(from.subnet_id(), "subnetId")?.to_owned(),
        vpc_id: text(from.vpc_id()),
        zone_id: required(zone, "availabilityZoneId")?.to_owned(),
        owner: text(from.owner_id()),
    })
}

pub(super) fn route_table(from: &sdk::RouteTable) -> Result<RouteTable, Unreadable> {
    let associations = from.associations();
    Ok(RouteTable {
        id: required(from.route_table_id(), "routeTableId")?.to_owned(),
        vpc_id: text(from.vpc_id()),
        main: associations
            .iter()
            .map(|association| association.main().ok_or_else(|| missing("main")))
            .collect::<Result<Vec<_>, _>>()?
            .contains(&true),
        subnets: associations
            .iter()
            .filter_map(|association| present(association.subnet_id()))
            .collect(),
        routes: from.routes().iter().map(route).collect::<Result<_, _>>()?,
    })
}

/// A route names its target in one of many members; instances also by their interface, which comes first here.
fn route(from: &sdk::Route) -> Result<Route, Unreadable> {
    let destination = [
        from.destination_cidr_block(),
        from.destination_ipv6_cidr_block(),
        from.destination_prefix_list_id(),
    ];
    let target = [
        from.gateway_id(),
        from.nat_gateway_id(),
        from.egress_only_internet_gateway_id(),
        from.transit_gateway_id(),
        from.vpc_peering_connection_id(),
        from.network_interface_id(),
        from.instance_id(),
        from.carrier_gateway_id(),
        from.local_gateway_id(),
        from.core_network_arn(),
        from.odb_network_arn(),
    ];
    let state = from.state().map(|state| state.as_str());
    Ok(Route {
        destination: destination
            .into_iter()
            .find_map(present)
            .ok_or_else(|| missing("destinationCidrBlock"))?,
        target: target.into_iter().find_map(present).unwrap_or_default(),
        state: required(state, "state")?.to_owned(),
    })
}

pub(super) fn nat_gateway(from: &sdk::NatGateway) -> Result<NatGateway, Unreadable> {
    let state = from.state().map(|state| state.as_str());
    let connectivity = from.connectivity_type().map(|kind| kind.as_str());
    Ok(NatGateway {
        id: required(from.nat_gateway_id(), "natGatewayId")?.to_owned(),
        subnet_id: text(from.subnet_id()),
        state: required(state, "state")?.to_owned(),
        connectivity: required(connectivity, "connectivityType")?.to_owned(),
    })
}

pub(super) fn security_group(from: &sdk::SecurityGroup) -> Result<SecurityGroup, Unreadable> {
    Ok(SecurityGroup {
        id: required(from.group_id(), "groupId")?.to_owned(),
        name: required(from.group_name(), "groupName")?.to_owned(),
        vpc_id: text(from.vpc_id()),
        ingress: from
            .ip_permissions()
            .iter()
            .map(rule)
            .collect::<Result<_, _>>()?,
        egress: from
            .ip_permissions_egress()
            .iter()
            .map(rule)
            .collect::<Result<_, _>>()?,
    })
}

fn rule(from: &sdk::IpPermission) -> Result<SecurityGroupRule, Unreadable> {
    let four = from.ip_ranges().iter().map(|range| range.cidr_ip());
    let six = from.ipv6_ranges().iter().map(|range| range.cidr_ipv6());
    let groups = from
        .user_id_group_pairs()
        .iter()
        .filter_map(|pair| present(pair.group_id()));
    let lists = from
        .prefix_list_ids()
        .iter()
        .filter_map(|list| present(list.prefix_list_id()));
    Ok(SecurityGroupRule {
        protocol: required(from.ip_protocol(), "ipProtocol")?.to_owned(),
        from_port: from.from_port(),
        to_port: from.to_port(),
        ranges: four.chain(six).map(range).collect::<Result<_, _>>()?,
        others: groups.chain(lists).collect(),
    })
}

pub(super) fn network_acl(from: &sdk::NetworkAcl) -> Result<NetworkAcl, Unreadable> {
    let mut entries = from
        .entries()
        .iter()
        .map(entry)
        .collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(|entry| (entry.egress, entry.number));
    Ok(NetworkAcl {
        id: required(from.network_acl_id(), "networkAclId")?.to_owned(),
        vpc_id: text(from.vpc_id()),
        subnets: from
            .associations()
            .iter()
            .filter_map(|association| present(association.subnet_id()))
            .collect(),
        entries,
    })
}

/// A range that cannot be read may be any range.
fn range(text: Option<&str>) -> Result<InternetProtocolRange, Unreadable> {
    let range = InternetProtocolRange::parse(required(text, "cidrIp")?);
    if range.range.is_none() {
        return Err(Unreadable(format!("`{}` is no address range", range.text)));
    }
    Ok(range)
}

fn missing(member: &str) -> Unreadable {
    Unreadable(format!("the answer lacks `{member}`"))
}

/// The first entry that matches decides, so an entry without its number or direction spoils the whole list.
fn entry(from: &sdk::NetworkAclEntry) -> Result<AclEntry, Unreadable> {
    let ports = from.port_range();
    Ok(AclEntry {
        number: from.rule_number().ok_or_else(|| missing("ruleNumber"))?,
        egress: from.egress().ok_or_else(|| missing("egress"))?,
        allow: match from.rule_action() {
            Some(sdk::RuleAction::Allow) => true,
            Some(sdk::RuleAction::Deny) => false,
            _ => return Err(missing("ruleAction")),
        },
        protocol: required(from.protocol(), "protocol")?.to_owned(),
        from_port: ports.and_then(|ports| ports.from()),
        to_port: ports.and_then(|ports| ports.to()),
        range: range(from.cidr_block().or(from.ipv6_cidr_block()))?,
    })
}

pub(super) fn vpc_endpoint(from: &sdk::VpcEndpoint) -> Result<VpcEndpoint, Unreadable> {
    let kind = from.vpc_endpoint_type().map(|kind| kind.as_str());
    let state = from.state().map(|state| state.as_str());
    Ok(VpcEndpoint {
        id: required(from.vpc_endpoint_id(), "vpcEndpointId")?.to_owned(),
        vpc_id: text(from.vpc_id()),
        service: text(from.service_name()),
        kind: required(kind, "vpcEndpointType")?.to_owned(),
        state: required(state, "state")?.to_owned(),
        policy: present(from.policy_document()),
        route_tables: from.route_table_ids().to_vec(),
        subnets: from.subnet_ids().to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_name_their_target_whatever_it_is() {
        let to = sdk::Route::builder()
            .destination_cidr_block("0.0.0.0/0")
            .state(sdk::RouteState::Active);
        let cases = [
            (to.clone().gateway_id("igw-1"), "igw-1"),
            (to.clone().gateway_id("local"), "local"),
            (to.clone().nat_gateway_id("nat-1"), "nat-1"),
            (
                to.clone().instance_id("i-1").network_interface_id("eni-1"),
                "eni-1",
            ),
            (to.clone().core_network_arn("arn:core"), "arn:core"),
            (to, ""),
        ];
        for (from, target) in cases {
            assert_eq!(route(&from.build()).unwrap().target, target);
        }
    }

    #[test]
    fn acl_entries_come_in_the_order_that_decides() {
        let entry = |number: i32, egress: bool, action: &str| {
            sdk::NetworkAclEntry::builder()
                .rule_number(number)
                .egress(egress)
                .rule_action(sdk::RuleAction::from(action))
                .protocol("-1")
                .cidr_block("10.0.0.0/8")
                .build()
        };
        let acl = network_acl(
            &sdk::NetworkAcl::builder()
                .network_acl_id("acl-1")
                .entries(entry(32767, true, "deny"))
                .entries(entry(100, true, "allow"))
                .entries(entry(200, false, "allow"))
                .build(),
        )
        .unwrap();
        let order: Vec<(bool, i32, bool)> = acl
            .entries
            .iter()
            .map(|entry| (entry.egress, entry.number, entry.allow))
            .collect();
        assert_eq!(
            order,
            [(false, 200, true), (true, 100, true), (true, 32767, false)]
        );
        assert!(acl.entries.iter().all(|entry| entry.range.range.is_some()));
        let blurred = sdk::NetworkAcl::builder()
            .network_acl_id("acl-1")
            .entries(sdk::NetworkAclEntry::builder().build())
            .build();
        assert!(network_acl(&blurred).is_err());
    }

    #[test]
    fn rules_keep_ranges_of_both_families_and_name_the_rest() {
        let group = security_group(
            &sdk::SecurityGroup::builder()
                .group_id("sg-1")
                .group_name("api")
                .ip_permissions_egress(
                    sdk::IpPermission::builder()
                        .ip_protocol("-1")
                        .ip_ranges(sdk::IpRange::builder().cidr_ip("0.0.0.0/0").build())
                        .ipv6_ranges(sdk::Ipv6Range::builder().cidr_ipv6("::/0").build())
                        .user_id_group_pairs(
                            sdk::UserIdGroupPair::builder().group_id("sg-2").build(),
                        )
                        .prefix_list_ids(
                            sdk::PrefixListId::builder().prefix_list_id("pl-1").build(),
                        )
                        .build(),
                )
                .build(),
        )
        .unwrap();
        let rule = group.egress.first().unwrap();
        let ranges: Vec<&str> = rule
            .ranges
            .iter()
            .map(|range| range.text.as_str())
            .collect();
        assert_eq!(ranges, ["0.0.0.0/0", "::/0"]);
        assert_eq!(rule.others, ["sg-2", "pl-1"]);
    }

    #[test]
    fn what_could_turn_a_verdict_is_never_guessed() {
        let bare = sdk::Route::builder().destination_cidr_block("0.0.0.0/0");
        assert!(route(&bare.build()).is_err(), "live or a black hole");
        let aimless = sdk::Route::builder().state(sdk::RouteState::Active);
        assert!(route(&aimless.build()).is_err());
        let nat = sdk::NatGateway::builder().nat_gateway_id("nat-1");
        assert!(nat_gateway(&nat.build()).is_err());
        let anywhere = sdk::IpPermission::builder()
            .ip_protocol("-1")
            .ip_ranges(sdk::IpRange::builder().build());
        assert!(rule(&anywhere.build()).is_err());
        assert!(range(Some("elsewhere")).is_err());
        let endpoint = sdk::VpcEndpoint::builder().vpc_endpoint_id("vpce-1");
        assert!(vpc_endpoint(&endpoint.build()).is_err());
    }

    #[test]
    fn what_has_no_id_is_unreadable() {
        assert!(vpc(&sdk::Vpc::builder().build()).is_err());
        assert!(subnet(&sdk::Subnet::builder().build()).is_err());
        assert!(route_table(&sdk::RouteTable::builder().build()).is_err());
        assert!(nat_gateway(&sdk::NatGateway::builder().build()).is_err());
        assert!(security_group(&sdk::SecurityGroup::builder().build()).is_err());
        assert!(network_acl(&sdk::NetworkAcl::builder().build()).is_err());
        assert!(vpc_endpoint(&sdk::VpcEndpoint::builder().build()).is_err());
    }
}
