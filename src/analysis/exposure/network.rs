//! Over which networks a request may come, as far as a policy tells them apart.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::door::{Door, Mentioned};
use super::standing::paths_of;
use crate::policy::{AddressRanges, Context, KeyState, Pattern};

/// Keys of requests through a VPC endpoint.
pub(super) const VPC_KEYS: [&str; 7] = [
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcevpcarn",
    "aws:vpceaccount",
    "aws:vpceorgid",
    "aws:vpceorgpaths",
    "aws:vpcsourceip",
];
const ADDRESS: [&str; 1] = ["aws:sourceip"];

/// Public addresses all over the space, of which those count that no narrow range of the policy holds.
const ANYWHERE: [&str; 12] = [
    "8.8.8.8",
    "23.20.1.1",
    "45.60.70.80",
    "80.90.100.110",
    "100.20.30.40",
    "130.1.2.3",
    "151.101.1.1",
    "180.1.2.3",
    "198.51.100.7",
    "218.1.2.3",
    "2001:4860:4860::8888",
    "2600:1f18::7",
];

/// One way for a request to come.
#[derive(Clone, Debug)]
pub(super) struct Way {
    keys: Vec<(&'static str, KeyState)>,
    /// The range of addresses that it is limited to.
    pub(super) range: Option<String>,
    /// Whether it comes through a VPC or VPC endpoint that the policy names.
    pub(super) named_network: bool,
    /// Whether it comes through a VPC endpoint; a function URL has none.
    pub(super) private: bool,
}

impl Way {
    /// Of which nothing is said.
    fn unsaid() -> Self {
        Self::new(Vec::new())
    }

    fn new(keys: Vec<(&'static str, KeyState)>) -> Self {
        Self {
            keys,
            range: None,
            named_network: false,
            private: false,
        }
    }

    pub(super) fn is_narrow(&self) -> bool {
        self.range.is_some() || self.named_network
    }

    pub(super) fn enter(&self, context: &mut Context) {
        for (key, state) in &self.keys {
            context.set(key, state.clone());
        }
    }
}

/// The way of a service: from some address of AWS, and through nobody's endpoint.
pub(super) fn way_of_service(mentioned: &Mentioned<'_>, door: &Door<'_>) -> Vec<Way> {
    let mut ways = ways(mentioned, door, "", &KeyState::Unknown);
    ways.truncate(1);
    ways
}

/// The ways that the policy tells apart; the widest first.
///
/// A caller outside, of that account, chooses the addresses inside a VPC, but neither its public
/// address nor the id of somebody else's endpoint.
pub(super) fn ways(
    mentioned: &Mentioned<'_>,
    door: &Door<'_>,
    account: &str,
    organization: &KeyState,
) -> Vec<Way> {
    if !mentioned.any(&VPC_KEYS) && !mentioned.any(&ADDRESS) {
        return vec![Way::unsaid()];
    }
    let internet = |address: &IpAddr| {
        let absent = VPC_KEYS.iter().map(|key| (*key, KeyState::Absent));
        let address = ("aws:sourceip", KeyState::one(address.to_string()));
        Way::new(absent.chain([address]).collect())
    };
    let narrow = narrow_ranges(mentioned);
    let mut ways: Vec<Way> = ANYWHERE
        .iter()
        .filter_map(|text| text.parse::<IpAddr>().ok())
        .filter(|address| !narrow.iter().any(|range| range.contains(address)))
        .map(|address| internet(&address))
        .collect();
    ways.push(own_endpoint(door, account, organization));
    for range in &narrow {
        if AddressRanges::of(*range).is_private() {
            continue;
        }
        if let Some(address) = proper_to(range, &narrow) {
            let mut way = internet(&address);
            way.range = Some(range.to_string());
            ways.push(way);
        }
    }
    if mentioned.any(&VPC_KEYS) {
        let unknown = VPC_KEYS.iter().map(|key| (*key, KeyState::Unknown));
        let mut way = Way::new(
            unknown
                .chain([
                    ("aws:sourceip", KeyState::Absent),
                    (
                        "aws:vpcsourceip",
                        KeyState::AnyLike(vec![Pattern::everything()]),
                    ),
                ])
                .collect(),
        );
        way.named_network = true;
        way.private = true;
        ways.push(way);
    }
    ways
}

/// The ranges that conditions list, as far as they limit anything; a condition's own ranges count together,
/// for many that adjoin can be everything.
fn narrow_ranges(mentioned: &Mentioned<'_>) -> Vec<IpNet> {
    let mut narrow: Vec<IpNet> = mentioned
        .of(&ADDRESS)
        .flat_map(|condition| {
            let ranges = AddressRanges::new(condition.values.iter().map(|value| value.written()));
            let ranges: Vec<IpNet> = ranges.ranges().collect();
            ranges
        })
        .filter(|range| !AddressRanges::of(*range).is_broad())
        .collect();
    narrow.sort_unstable();
    narrow.dedup();
    narrow
}

/// An address of the range that is in none of the smaller ranges within it, if there is one.
fn proper_to(range: &IpNet, all: &[IpNet]) -> Option<IpAddr> {
    let within = || {
        all.iter()
            .filter(|other| *other != range && range.contains(*other))
    };
    let beside = within().flat_map(|inner| [before(inner.network()), after(inner.broadcast())]);
    [Some(range.network()), Some(range.broadcast())]
        .into_iter()
        .chain(beside)
        .flatten()
        .find(|address| range.contains(address) && !within().any(|inner| inner.contains(address)))
}

fn before(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => Some(Ipv4Addr::from_bits(v4.to_bits().checked_sub(1)?).into()),
        IpAddr::V6(v6) => Some(Ipv6Addr::from_bits(v6.to_bits().checked_sub(1)?).into()),
    }
}

fn after(address: IpAddr) -> Option<IpAddr> {
    match address {
        IpAddr::V4(v4) => Some(Ipv4Addr::from_bits(v4.to_bits().checked_add(1)?).into()),
        IpAddr::V6(v6) => Some(Ipv6Addr::from_bits(v6.to_bits().checked_add(1)?).into()),
    }
}

/// Through a VPC endpoint of the caller's own, which bears no id that a policy could name.
fn own_endpoint(door: &Door<'_>, account: &str, organization: &KeyState) -> Way {
    let (partition, region) = (door.partition(), door.region());
    const VPC: &str = "vpc-0000000000lamppost";
    let mut way = Way::new(vec![
        ("aws:sourceip", KeyState::Absent),
        ("aws:sourcevpc", KeyState::one(VPC)),
        ("aws:sourcevpce", KeyState::one("vpce-0000000000lamppost")),
        (
            "aws:sourcevpcarn",
            KeyState::one(format!("arn:{partition}:ec2:{region}:{account}:vpc/{VPC}")),
        ),
        ("aws:vpceaccount", KeyState::one(account)),
        ("aws:vpceorgid", organization.clone()),
        (
            "aws:vpceorgpaths",
            paths_of(organization).unwrap_or(KeyState::Unknown),
        ),
        (
            "aws:vpcsourceip",
            KeyState::AnyLike(vec![Pattern::everything()]),
        ),
    ]);
    way.private = true;
    way
}
