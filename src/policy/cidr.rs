//! Address ranges, as `IpAddress` lists them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::LazyLock;

use ipnet::{IpNet, Ipv4Net, Ipv4Subnets, Ipv6Net, Ipv6Subnets};

/// A union of address ranges; adjacent and nested ranges are merged, so two halves are the whole.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AddressRanges {
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
    /// Texts that are no address range.
    malformed: Vec<String>,
}

/// Ranges that no packet on the internet comes from: RFC 1918, loopback, link-local, shared address space, unique local,
/// this network, multicast and reserved.
///
/// Sources: <https://www.iana.org/assignments/iana-ipv4-special-registry/>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry/>. Those for documentation count as public: examples in
/// policies mean real ones by them.
const NOT_ON_THE_INTERNET: &[&str] = &[
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
    "::/127",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// IPv6 addresses that networks on the internet are given.
///
/// Source: <https://www.iana.org/assignments/ipv6-unicast-address-assignments/>
const GLOBAL_UNICAST: &str = "2000::/3";

static PRIVATE: LazyLock<AddressRanges> =
    LazyLock::new(|| AddressRanges::new(NOT_ON_THE_INTERNET.iter().copied()));
static UNICAST: LazyLock<AddressRanges> = LazyLock::new(|| AddressRanges::new([GLOBAL_UNICAST]));

/// So many ways in which lists of ranges overlap are told apart; the rest is one cell without a representative.
const MAX_CELLS: usize = 128;

/// First and last address, as numbers.
type Span = (u128, u128);

/// Addresses that no list of ranges tells apart: they are all in it, or none is.
#[derive(Clone, Debug)]
pub struct AddressCell {
    /// One of them that is on the internet; `None` where the cell stands for addresses that lists do tell apart, because
    /// there are too many ways to do so.
    pub representative: Option<IpAddr>,
    /// The addresses. Ranges that hold none of the internet are left out.
    pub ranges: AddressRanges,
}

impl AddressRanges {
    /// From addresses and CIDR blocks. A bare address is a range of one.
    pub fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> AddressRanges {
        let mut ranges = AddressRanges::default();
        for text in texts {
            match parse(text) {
                Some(IpNet::V4(net)) => ranges.v4.push(net),
                Some(IpNet::V6(net)) => ranges.v6.push(net),
                None => ranges.malformed.push(text.to_owned()),
            }
        }
        ranges.v4 = Ipv4Net::aggregate(&ranges.v4);
        ranges.v6 = Ipv6Net::aggregate(&ranges.v6);
        ranges
    }

    /// One range.
    pub fn of(range: IpNet) -> AddressRanges {
        let mut ranges = AddressRanges::default();
        match range {
            IpNet::V4(net) => ranges.v4.push(net),
            IpNet::V6(net) => ranges.v6.push(net),
        }
        ranges
    }

    /// Whether every IPv4 address is in it.
    pub fn covers_ipv4(&self) -> bool {
        self.v4.iter().any(|net| net.prefix_len() == 0)
    }

    /// Whether every IPv6 address is in it.
    pub fn covers_ipv6(&self) -> bool {
        self.v6.iter().any(|net| net.prefix_len() == 0)
    }

    /// Whether the address is in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.ranges().any(|net| net.contains(&address))
    }

    /// The merged ranges, IPv4 first.
    pub fn ranges(&self) -> impl Iterator<Item = IpNet> {
        let v4 = self.v4.iter().copied().map(IpNet::V4);
        v4.chain(self.v6.iter().copied().map(IpNet::V6))
    }

    /// The merged ranges as texts, IPv4 first.
    pub fn texts(&self) -> Vec<String> {
        self.ranges().map(|range| range.to_string()).collect()
    }

    /// Texts that are no address range.
    pub fn malformed(&self) -> &[String] {
        &self.malformed
    }

    /// Whether no address of the public internet is in it.
    pub fn is_private(&self) -> bool {
        FAMILIES.iter().all(|family| {
            let mut spans = self.spans(*family);
            spans.all(|span| family.first_public(span).is_none())
        })
    }

    /// Whether it is the internet rather than some networks of it: at least half of the public addresses of IPv4 or of
    /// IPv6. Two halves are, and so is everything but some blocked or private ranges.
    ///
    /// A range of half the internet or less is told with its addresses. That AWS calls ranges wider than /8 or /32 no
    /// restriction does not decide it: who has a grant from those is everybody all the same.
    /// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>.
    pub fn is_internet(&self) -> bool {
        let v4 = PRIVATE.held_of(Family::V4, &[(0, Family::V4.last())]);
        let public = Family::V4.last() + 1 - v4;
        let own: Vec<Span> = self.spans(Family::V4).collect();
        let held: u128 = own.iter().map(|(first, last)| last - first + 1).sum();
        let private = PRIVATE.held_of(Family::V4, &own);
        if (held - private) * 2 >= public {
            return true;
        }
        let unicast: Vec<Span> = UNICAST.spans(Family::V6).collect();
        let all: u128 = unicast.iter().map(|(first, last)| last - first + 1).sum();
        self.held_of(Family::V6, &unicast) >= all / 2
    }

    /// The addresses of several.
    #[must_use]
    pub fn union<'a>(all: impl IntoIterator<Item = &'a AddressRanges>) -> AddressRanges {
        let mut union = AddressRanges::default();
        for one in all {
            union.v4.extend(&one.v4);
            union.v6.extend(&one.v6);
        }
        union.v4 = Ipv4Net::aggregate(&union.v4);
        union.v6 = Ipv6Net::aggregate(&union.v6);
        union
    }

    /// Cuts the addresses of the internet at every boundary of the lists, so that no list tells two addresses of one cell
    /// apart.
    pub fn cells(lists: &[AddressRanges]) -> Vec<AddressCell> {
        let mut cells: Vec<(Vec<u64>, AddressCell)> = Vec::new();
        for family in FAMILIES {
            let mut edges: Vec<(u128, usize)> = Vec::new();
            for (number, list) in lists.iter().enumerate() {
                for (first, last) in list.spans(family) {
                    edges.push((first, number));
                    edges.extend((last < family.last()).then(|| (last + 1, number)));
                }
            }
            edges.sort_unstable();
            let mut edges = edges.into_iter().peekable();
            let mut members = vec![0_u64; lists.len().div_ceil(64)];
            let mut first = 0;
            loop {
                while let Some((_, number)) = edges.next_if(|(at, _)| *at == first) {
                    if let Some(word) = members.get_mut(number / 64) {
                        *word ^= 1 << (number % 64);
                    }
                }
                let next = edges.peek().map(|(at, _)| *at);
                let span = (first, next.map_or(family.last(), |next| next - 1));
                if let Some(public) = family.first_public(span) {
                    let known = cells.iter().position(|(known, _)| *known == members);
                    let place = known.unwrap_or_else(|| {
                        if cells.len() <= MAX_CELLS {
                            let representative = (cells.len() < MAX_CELLS).then_some(public);
                            let ranges = AddressRanges::default();
                            cells.push((
                                members.clone(),
                                AddressCell {
                                    representative,
                                    ranges,
                                },
                            ));
                        }
                        cells.len() - 1
                    });
                    if let Some((_, cell)) = cells.get_mut(place) {
                        family.add(&mut cell.ranges, span);
                    }
                }
                match next {
                    Some(next) => first = next,
                    None => break,
                }
            }
        }
        cells.into_iter().map(|(_, cell)| cell).collect()
    }

    fn spans(&self, family: Family) -> impl Iterator<Item = Span> + '_ {
        let (v4, v6) = match family {
            Family::V4 => (self.v4.as_slice(), Default::default()),
            Family::V6 => (Default::default(), self.v6.as_slice()),
        };
        let v4 = v4.iter().map(|net| {
            (
                net.network().to_bits().into(),
                net.broadcast().to_bits().into(),
            )
        });
        let v6 = v6.iter();
        v4.chain(v6.map(|net| (net.network().to_bits(), net.broadcast().to_bits())))
    }

    /// How many addresses of the spans are in it.
    fn held_of(&self, family: Family, spans: &[Span]) -> u128 {
        let pairs = self
            .spans(family)
            .flat_map(|own| spans.iter().map(move |span| (own, span)));
        pairs
            .map(|(own, span)| {
                let (first, last) = (own.0.max(span.0), own.1.min(span.1));
                (last + 1).saturating_sub(first)
            })
            .sum()
    }
}

/// IPv4 or IPv6.
#[derive(Clone, Copy)]
enum Family {
    V4,
    V6,
}

const FAMILIES: [Family; 2] = [Family::V4, Family::V6];

impl Family {
    fn last(self) -> u128 {
        match self {
            Family::V4 => u32::MAX.into(),
            Family::V6 => u128::MAX,
        }
    }

    /// The first address of a span that is on the internet.
    fn first_public(self, (first, last): Span) -> Option<IpAddr> {
        let mut candidate = first;
        for (from, to) in PRIVATE.spans(self) {
            if (from..=to).contains(&candidate) {
                candidate = to.checked_add(1)?;
            }
        }
        (candidate <= last).then(|| self.address(candidate))
    }

    fn address(self, bits: u128) -> IpAddr {
        match self {
            Family::V4 => Ipv4Addr::from_bits(u32::try_from(bits).unwrap_or(u32::MAX)).into(),
            Family::V6 => Ipv6Addr::from_bits(bits).into(),
        }
    }

    /// Adds a span to ranges that it does not overlap; parts of it that hold none of the internet are left out.
    fn add(self, ranges: &mut AddressRanges, (first, last): Span) {
        match (self.address(first), self.address(last)) {
            (IpAddr::V4(first), IpAddr::V4(last)) => {
                let nets = Ipv4Subnets::new(first, last, 0);
                let public = |net: &Ipv4Net| !AddressRanges::of(IpNet::V4(*net)).is_private();
                ranges.v4.extend(nets.filter(public));
            }
            (IpAddr::V6(first), IpAddr::V6(last)) => {
                let nets = Ipv6Subnets::new(first, last, 0);
                let public = |net: &Ipv6Net| !AddressRanges::of(IpNet::V6(*net)).is_private();
                ranges.v6.extend(nets.filter(public));
            }
            _ => {}
        }
    }
}

/// A CIDR block or an address.
pub(super) fn parse(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unions() {
        for (texts, all_v4, all_v6, private, internet) in [
            (&["0.0.0.0/0"][..], true, false, false, true),
            (&["0.0.0.0/1", "128.0.0.0/1"], true, false, false, true),
            (&["::/1", "8000::/1"], false, true, false, true),
            (&["203.0.113.7"], false, false, false, false),
            (&["10.0.0.0/9", "10.128.0.0/9"], false, false, true, false),
            (&["10.0.0.0/7"], false, false, false, false),
            (&["0.0.0.0/2", "64.0.0.0/3"], false, false, false, false),
            (&["0.0.0.0/1"], false, false, false, true),
            (&["128.0.0.0/2", "0.0.0.0/2"], false, false, false, true),
            (&["2001:db8::/31"], false, false, false, false),
            (&["2000::/4"], false, false, false, true),
            (&["224.0.0.0/4"], false, false, true, false),
            (&["nonsense"], false, false, true, false),
        ] {
            let ranges = AddressRanges::new(texts.iter().copied());
            assert_eq!(
                (
                    ranges.covers_ipv4(),
                    ranges.covers_ipv6(),
                    ranges.is_private(),
                    ranges.is_internet()
                ),
                (all_v4, all_v6, private, internet),
                "{texts:?}"
            );
        }
    }

    #[test]
    fn addresses_that_lists_treat_alike_are_one_cell() {
        let list = |texts: &[&str]| AddressRanges::new(texts.iter().copied());
        let office = list(&["203.0.113.0/24", "10.0.0.0/8", "2001:db8::/32"]);
        let cells = AddressRanges::cells(&[office, list(&["203.0.113.0/25"])]);
        let found: Vec<Vec<String>> = cells.iter().map(|cell| cell.ranges.texts()).collect();
        assert_eq!(found.len(), 3);
        assert!(cells.iter().any(|cell| cell.ranges.is_internet()));
        assert!(found.contains(&vec!["203.0.113.0/25".to_owned()]));
        assert!(found.contains(&vec![
            "203.0.113.128/25".to_owned(),
            "2001:db8::/32".to_owned()
        ]));
        for cell in &cells {
            assert!(cell.ranges.contains(cell.representative.unwrap()));
        }
    }

    #[test]
    fn too_many_ways_to_tell_addresses_apart_have_one_cell_without_a_representative() {
        let lists: Vec<AddressRanges> = (0..1000)
            .map(|number| {
                AddressRanges::new([format!("52.{}.{}.0/24", number / 256, number % 256).as_str()])
            })
            .collect();
        let cells = AddressRanges::cells(&lists);
        assert_eq!(cells.len(), MAX_CELLS + 1);
        let unknown = cells.iter().filter(|cell| cell.representative.is_none());
        assert_eq!(unknown.count(), 1);
        let union = AddressRanges::union(cells.iter().map(|cell| &cell.ranges));
        assert!(union.is_internet());
    }
}
