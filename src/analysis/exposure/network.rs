//! Over which networks a request may come, as far as a policy tells them apart.

use std::net::IpAddr;

use ipnet::IpNet;

use super::door::{Door, Mentioned};
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
    let narrow: Vec<IpNet> = mentioned
        .values(&ADDRESS)
        .filter_map(|text| {
            let range = AddressRanges::new([text]);
            (!range.is_broad()).then(|| range.ranges().next()).flatten()
        })
        .collect();
    let anywhere = ANYWHERE
        .iter()
        .filter_map(|text| text.parse::<IpAddr>().ok())
        .filter(|address| !narrow.iter().any(|range| range.contains(address)));
    let anywhere: Vec<Way> = anywhere.map(|address| internet(&address)).collect();
    let mut ways = anywhere;
    ways.push(own_endpoint(door, account, organization));
    for range in narrow {
        if AddressRanges::new([range.to_string().as_str()]).is_private() {
            continue;
        }
        let mut ends = vec![range.network(), range.broadcast()];
        ends.dedup();
        for address in ends {
            let mut way = internet(&address);
            way.range = Some(range.trunc().to_string());
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
        ("aws:vpceorgpaths", KeyState::Unknown),
        (
            "aws:vpcsourceip",
            KeyState::AnyLike(vec![Pattern::everything()]),
        ),
    ]);
    way.private = true;
    way
}
