//! Over which networks a request may come, as far as a policy tells them apart.

use super::door::{Door, Mentioned};
use super::standing::paths_of;
use crate::policy::{AddressCell, AddressRanges, Context, KeyState, Pattern, Test};

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

/// One way for a request to come.
#[derive(Clone, Debug)]
pub(super) struct Way {
    keys: Vec<(&'static str, KeyState)>,
    /// The addresses of the internet that it stands for.
    pub(super) from: Option<AddressRanges>,
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
            from: None,
            named_network: false,
            private: false,
        }
    }

    /// Whether it may come through a VPC endpoint that no policy names.
    pub(super) fn is_own_endpoint(&self) -> bool {
        self.keys.is_empty() || (self.private && !self.named_network)
    }

    pub(super) fn enter(&self, context: &mut Context) {
        for (key, state) in &self.keys {
            context.set(key, state.clone());
        }
    }
}

/// The ways of a service, through nobody's endpoint: from one of the addresses of AWS, it is not known which; and what of
/// it would be certain if it came from each cell of the internet.
pub(super) fn ways_of_service(mentioned: &Mentioned<'_>) -> (Way, Vec<Way>) {
    if !mentioned.any(&VPC_KEYS) && !mentioned.any(&ADDRESS) {
        return (Way::unsaid(), Vec::new());
    }
    let absent = VPC_KEYS.iter().map(|key| (*key, KeyState::Absent));
    let some = Way::new(
        absent
            .chain([("aws:sourceip", KeyState::present())])
            .collect(),
    );
    let cells = AddressRanges::cells(&lists(mentioned));
    (some, cells.into_iter().map(from_internet).collect())
}

/// The ways that the policy tells apart: from the internet, one for each cell of addresses; then through an endpoint of
/// the caller's own, and through one that the policy names.
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
    let mut ways: Vec<Way> = AddressRanges::cells(&lists(mentioned))
        .into_iter()
        .map(from_internet)
        .collect();
    ways.push(own_endpoint(mentioned, door, account, organization));
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

fn from_internet(cell: AddressCell) -> Way {
    let address = match cell.representative {
        Some(address) => KeyState::one(address.to_string()),
        None => KeyState::present(),
    };
    let absent = VPC_KEYS.iter().map(|key| (*key, KeyState::Absent));
    let mut way = Way::new(absent.chain([("aws:sourceip", address)]).collect());
    way.from = Some(cell.ranges);
    way
}

/// The ranges that conditions list, each condition's by themselves.
fn lists(mentioned: &Mentioned<'_>) -> Vec<AddressRanges> {
    let conditions = mentioned.of(&ADDRESS);
    let conditions = conditions.filter(|condition| condition.operator.test == Test::IpAddress);
    let mut lists: Vec<AddressRanges> = conditions
        .map(|condition| AddressRanges::new(condition.values.iter().map(|value| value.written())))
        .collect();
    lists.dedup();
    lists
}

/// What was asked over several ways from the internet.
pub(super) struct FromInternet<T> {
    /// Those who got in, and from which addresses.
    let_in: Vec<(T, AddressRanges)>,
}

/// From where somebody on the internet gets in.
pub(super) struct Origin {
    /// The addresses; nothing where it is the internet.
    pub(super) addresses: Vec<String>,
    /// Whether that is certain.
    pub(super) certain: bool,
}

impl<T> FromInternet<T> {
    pub(super) fn new() -> Self {
        Self { let_in: Vec::new() }
    }

    pub(super) fn add(&mut self, answer: T, from: AddressRanges) {
        self.let_in.push((answer, from));
    }

    /// All together; `None`: nobody gets in. What depends counts for the internet if it makes the difference between that
    /// and some addresses.
    pub(super) fn settle(self, certain: impl Fn(&T) -> bool) -> Option<(Origin, Vec<T>)> {
        if self.let_in.is_empty() {
            return None;
        }
        let sure = self.let_in.iter().filter(|(answer, _)| certain(answer));
        let sure: Vec<&AddressRanges> = sure.map(|(_, from)| from).collect();
        let [sure_from, from] = [
            AddressRanges::union(sure.iter().copied()),
            AddressRanges::union(self.let_in.iter().map(|(_, from)| from)),
        ];
        let origin = Origin {
            certain: match from.is_internet() {
                true => sure_from.is_internet(),
                false => !sure.is_empty(),
            },
            addresses: match from.is_internet() {
                true => Vec::new(),
                false => from.texts(),
            },
        };
        Some((
            origin,
            self.let_in.into_iter().map(|(answer, _)| answer).collect(),
        ))
    }
}

/// Through a VPC endpoint of the caller's own, which bears no id that a policy could name.
fn own_endpoint(
    mentioned: &Mentioned<'_>,
    door: &Door<'_>,
    account: &str,
    organization: &KeyState,
) -> Way {
    let (partition, region) = (door.partition(), door.region());
    let patterns: Vec<Pattern> = mentioned.values(&VPC_KEYS).map(Pattern::glob).collect();
    let unnamed = |kind: &str| {
        let made = |number: u8| format!("{kind}-{number:010}lamppost");
        let named = |id: &String| patterns.iter().any(|pattern| pattern.matches(id));
        (0..u8::MAX)
            .map(made)
            .find(|id| !named(id))
            .unwrap_or_else(|| made(0))
    };
    let vpc = unnamed("vpc");
    let mut way = Way::new(vec![
        ("aws:sourceip", KeyState::Absent),
        ("aws:sourcevpc", KeyState::one(&vpc)),
        ("aws:sourcevpce", KeyState::one(unnamed("vpce"))),
        (
            "aws:sourcevpcarn",
            KeyState::one(format!("arn:{partition}:ec2:{region}:{account}:vpc/{vpc}")),
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
