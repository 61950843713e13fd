//! Address ranges, as `IpAddress` lists them.

use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A union of address ranges; adjacent and nested ranges are merged, so two halves are the whole.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AddressRanges {
    v4: Vec<Ipv4Net>,
    v6: Vec<Ipv6Net>,
    /// Texts that are no address range.
    malformed: Vec<String>,
}

/// Ranges that no packet on the internet comes from: RFC 1918, loopback, link-local, shared address space, unique local.
const NOT_ON_THE_INTERNET: &[&str] = &[
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "100.64.0.0/10",
    "fc00::/7",
    "fe80::/10",
    "::1/128",
];

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

    /// Texts that are no address range.
    pub fn malformed(&self) -> &[String] {
        &self.malformed
    }

    /// Whether no address of the public internet is in it.
    pub fn is_private(&self) -> bool {
        self.ranges().all(|net| {
            NOT_ON_THE_INTERNET
                .iter()
                .filter_map(|text| parse(text))
                .any(|private| private.contains(&net))
        })
    }

    /// Whether a range is wider than AWS calls a restriction: shorter than /8 for IPv4 or /32 for IPv6.
    ///
    /// See <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>.
    pub fn is_broad(&self) -> bool {
        self.v4.iter().any(|net| net.prefix_len() < 8)
            || self.v6.iter().any(|net| net.prefix_len() < 32)
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
        for (texts, all_v4, all_v6, private, broad) in [
            (&["0.0.0.0/0"][..], true, false, false, true),
            (&["0.0.0.0/1", "128.0.0.0/1"], true, false, false, true),
            (&["::/1", "8000::/1"], false, true, false, true),
            (&["203.0.113.7"], false, false, false, false),
            (&["10.0.0.0/9", "10.128.0.0/9"], false, false, true, false),
            (&["10.0.0.0/7"], false, false, false, true),
            (&["2001:db8::/31"], false, false, false, true),
            (&["nonsense"], false, false, true, false),
        ] {
            let ranges = AddressRanges::new(texts.iter().copied());
            assert_eq!(
                (
                    ranges.covers_ipv4(),
                    ranges.covers_ipv6(),
                    ranges.is_private(),
                    ranges.is_broad()
                ),
                (all_v4, all_v6, private, broad),
                "{texts:?}"
            );
        }
    }
}
