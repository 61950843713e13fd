//! The VPC surroundings of functions, in EC2's terms.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Observed;
use super::gaps::gaps;

/// What EC2 says of the VPCs that functions of one region are attached to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Network {
    /// The VPCs.
    pub vpcs: Observed<Vec<Vpc>>,
    /// Their subnets, at least those that functions use and those that hold NAT gateways.
    pub subnets: Observed<Vec<Subnet>>,
    /// Their route tables.
    pub route_tables: Observed<Vec<RouteTable>>,
    /// Their NAT gateways.
    pub nat_gateways: Observed<Vec<NatGateway>>,
    /// Their security groups, at least those that functions use.
    pub security_groups: Observed<Vec<SecurityGroup>>,
    /// Their network ACLs.
    pub network_acls: Observed<Vec<NetworkAcl>>,
    /// Their VPC endpoints.
    pub endpoints: Observed<Vec<VpcEndpoint>>,
}

/// A VPC.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Vpc {
    /// `vpc-…`.
    pub id: String,
    /// Whether it is the region's default VPC.
    pub is_default: bool,
}

/// A subnet.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Subnet {
    /// `subnet-…`.
    pub id: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Its availability zone's id, the same for all accounts (`use1-az1`).
    pub zone_id: String,
    /// The account that owns it: another one where the subnet is shared.
    pub owner: String,
}

/// A route table.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RouteTable {
    /// `rtb-…`.
    pub id: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Whether it is its VPC's main table, which serves subnets without an association.
    pub main: bool,
    /// Subnets associated with it.
    pub subnets: Vec<String>,
    /// Its routes.
    pub routes: Vec<Route>,
}

/// A route.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Route {
    /// CIDR block or prefix list that it is for.
    pub destination: String,
    /// Id of the target: `igw-…`, `nat-…`, `eigw-…`, `tgw-…`, `pcx-…`, `eni-…`, `vpce-…`, `vgw-…`, `local`, or another.
    pub target: String,
    /// `active` or `blackhole`, raw.
    pub state: String,
}

/// A NAT gateway.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NatGateway {
    /// `nat-…`.
    pub id: String,
    /// The subnet it stands in; empty for a regional one.
    pub subnet_id: String,
    /// `available`, …, raw.
    pub state: String,
    /// `public` or `private`, raw.
    pub connectivity: String,
}

/// A security group.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SecurityGroup {
    /// `sg-…`.
    pub id: String,
    /// Its name; `default` for a VPC's default group.
    pub name: String,
    /// Its VPC.
    pub vpc_id: String,
    /// What it lets in; snapshots of before load balancers were read have none.
    #[serde(default)]
    pub ingress: Vec<SecurityGroupRule>,
    /// What it lets out.
    pub egress: Vec<SecurityGroupRule>,
}

/// One permission of a security group, in either direction.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SecurityGroupRule {
    /// `-1` (all), `tcp`, `udp`, `icmp`, or a number, raw.
    pub protocol: String,
    /// First port; absent where the protocol has none or all are meant.
    pub from_port: Option<i32>,
    /// Last port.
    pub to_port: Option<i32>,
    /// Address ranges.
    pub ranges: Vec<InternetProtocolRange>,
    /// Other security groups and prefix lists, by id.
    pub others: Vec<String>,
}

/// An address range, parsed where it could be.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct InternetProtocolRange {
    /// As AWS wrote it.
    pub text: String,
    /// As understood.
    pub range: Option<IpNet>,
}

impl InternetProtocolRange {
    /// Keeps the text and what it means.
    pub fn parse(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            range: text.parse().ok(),
        }
    }
}

/// A network ACL.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct NetworkAcl {
    /// `acl-…`.
    pub id: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Subnets associated with it.
    pub subnets: Vec<String>,
    /// Its entries, both directions, in the order of their numbers.
    pub entries: Vec<AclEntry>,
}

/// One entry of a network ACL.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AclEntry {
    /// Its number; the first that matches decides.
    pub number: i32,
    /// Whether it is for traffic that leaves the subnet.
    pub egress: bool,
    /// Whether it allows.
    pub allow: bool,
    /// Protocol number, `-1` for all, raw.
    pub protocol: String,
    /// First port; absent: all.
    pub from_port: Option<i32>,
    /// Last port.
    pub to_port: Option<i32>,
    /// The address range.
    pub range: InternetProtocolRange,
}

/// A VPC endpoint.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct VpcEndpoint {
    /// `vpce-…`.
    pub id: String,
    /// Its VPC.
    pub vpc_id: String,
    /// `com.amazonaws.region.service`.
    pub service: String,
    /// `Interface`, `Gateway`, …, raw.
    pub kind: String,
    /// `available`, …, raw.
    pub state: String,
    /// Its policy, as text.
    pub policy: Option<String>,
    /// Route tables of a gateway endpoint.
    pub route_tables: Vec<String>,
    /// Subnets of an interface endpoint.
    pub subnets: Vec<String>,
}

gaps! {
    Network { vpcs, subnets, route_tables, nat_gateways, security_groups, network_acls, endpoints }
    Vpc { id, is_default }
    Subnet { id, vpc_id, zone_id, owner }
    RouteTable { id, vpc_id, main, subnets, routes }
    Route { destination, target, state }
    NatGateway { id, subnet_id, state, connectivity }
    SecurityGroup { id, name, vpc_id, ingress, egress }
    SecurityGroupRule { protocol, from_port, to_port, ranges, others }
    InternetProtocolRange { text, range }
    NetworkAcl { id, vpc_id, subnets, entries }
    AclEntry { number, egress, allow, protocol, from_port, to_port, range }
    VpcEndpoint { id, vpc_id, service, kind, state, policy, route_tables, subnets }
}
