//! What keeps callers out before the function's policy is asked: scheme, addresses, sign-in and certificates.

use super::{Place, Search, conditions};
use crate::analysis::Fact;
use crate::inventory::{
    GapKind, ListenerRule, Observed, RegionBalancers, SecurityGroup, SecurityGroupRule,
};
use crate::operation;
use crate::policy::AddressRanges;

/// What asks who is calling.
pub(super) struct Asked<'a> {
    /// As facts write it.
    pub(super) by: &'a str,
    /// Whether nothing does.
    pub(super) nobody: Fact<bool>,
}

/// From where callers are let in.
pub(super) struct Entrance {
    /// Whether from everywhere.
    pub(super) everybody: Fact<bool>,
    /// What limits them otherwise.
    pub(super) addresses: Vec<String>,
}

impl Entrance {
    /// As facts write it.
    pub(super) fn callers(&self) -> &'static str {
        match (&self.everybody, self.addresses.is_empty()) {
            (Fact::Known(true), _) => "everywhere",
            (Fact::Known(false), false) => "addresses",
            (Fact::Known(false), true) => "nowhere",
            (Fact::Unknown(_), _) => "unknown",
        }
    }
}

/// Kinds of addresses from which callers may come.
struct Families {
    v4: bool,
    v6: bool,
}

impl Families {
    /// Any where AWS writes what this version does not know.
    fn of(address_type: &str) -> Self {
        Self {
            v4: address_type != "dualstack-without-public-ipv4",
            v6: address_type != "ipv4",
        }
    }

    /// Those of which all addresses are in the ranges.
    fn all_in(&self, ranges: &AddressRanges) -> Self {
        Self {
            v4: self.v4 && ranges.covers_ipv4(),
            v6: self.v6 && ranges.covers_ipv6(),
        }
    }

    fn is_empty(&self) -> bool {
        !(self.v4 || self.v6)
    }
}

impl Search<'_, '_> {
    /// A step before the one that forwards may ask who is calling, and a listener may want a certificate.
    ///
    /// Sources: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html>,
    /// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html>
    pub(super) fn asks<'r>(&self, place: Place<'r>, rule: &'r ListenerRule) -> Asked<'r> {
        let mut doubts = Vec::new();
        let mut by = "none";
        match place.listener.client_certificates.as_str() {
            "verify" => return Asked::by("client-certificate"),
            "" | "off" | "passthrough" => {}
            other => {
                by = other;
                doubts.push(self.context.unrecognised(
                    &operation::elasticloadbalancing::DESCRIBE_LISTENERS,
                    "mutual authentication",
                    other,
                ));
            }
        }
        for action in &rule.actions {
            let kind = action.kind.as_str();
            match (kind, action.unauthenticated.as_str()) {
                ("forward" | "redirect" | "fixed-response", _) => {}
                ("authenticate-oidc" | "authenticate-cognito", "allow") => {}
                // `authenticate` is what AWS does where nothing is set
                ("authenticate-oidc" | "authenticate-cognito", "" | "authenticate" | "deny")
                | ("jwt-validation", _) => return Asked::by(kind),
                ("authenticate-oidc" | "authenticate-cognito", other) => {
                    by = kind;
                    doubts.push(self.context.unrecognised(
                        &operation::elasticloadbalancing::DESCRIBE_RULES,
                        "unauthenticated request",
                        other,
                    ));
                }
                (other, _) => {
                    by = other;
                    doubts.push(self.context.unrecognised(
                        &operation::elasticloadbalancing::DESCRIBE_RULES,
                        "action",
                        other,
                    ));
                }
            }
        }
        let nobody = match doubts.is_empty() {
            true => Fact::Known(true),
            false => Fact::Unknown(doubts),
        };
        Asked { by, nobody }
    }

    /// Whether the load balancer takes requests from the internet.
    pub(super) fn on_the_internet(&self, place: Place<'_>) -> Fact<bool> {
        let facing = match place.balancer.scheme.as_str() {
            "internet-facing" => Fact::Known(true),
            "internal" => Fact::Known(false),
            other => Fact::unknown(&self.context.unrecognised(
                &operation::elasticloadbalancing::DESCRIBE_LOAD_BALANCERS,
                "scheme",
                other,
            )),
        };
        let serving = match place.balancer.state.as_str() {
            // what is being made will serve in a moment
            "active" | "active_impaired" | "provisioning" => Fact::Known(true),
            "failed" => Fact::Known(false),
            other => Fact::unknown(&self.context.unrecognised(
                &operation::elasticloadbalancing::DESCRIBE_LOAD_BALANCERS,
                "state",
                other,
            )),
        };
        Fact::all([facing, serving])
    }

    /// From where the security groups let callers come to the listener, and the rule takes requests.
    pub(super) fn entrance(&self, place: Place<'_>, rule: &ListenerRule) -> Entrance {
        if place.balancer.scheme == "internal" {
            // its security groups are not read: nobody on the internet gets to it anyway
            return Entrance {
                everybody: Fact::Known(false),
                addresses: Vec::new(),
            };
        }
        let mut families = Families::of(&place.balancer.address_type);
        let mut limits: &[String] = &[];
        for condition in rule
            .conditions
            .iter()
            .filter(|one| one.field == "source-ip")
        {
            families = families.all_in(&conditions::ranges(condition));
            if families.is_empty() {
                limits = &condition.values;
            }
        }
        let entrance = self.by_groups(place, &families);
        match limits {
            [] => entrance,
            limits => Entrance {
                everybody: Fact::Known(false),
                addresses: limits.to_vec(),
            },
        }
    }

    fn by_groups(&self, place: Place<'_>, families: &Families) -> Entrance {
        let groups = match &place.region.security_groups {
            Observed::Known(groups) => groups,
            Observed::Missing(gap) => {
                return Entrance {
                    everybody: Fact::unknown(gap),
                    addresses: Vec::new(),
                };
            }
        };
        let region = &place.region.region;
        let mut gaps = Vec::new();
        if place.balancer.security_groups.is_empty() {
            let message = format!(
                "load balancer {} has no security group",
                place.balancer.name
            );
            gaps.push(self.gap(
                &operation::elasticloadbalancing::DESCRIBE_LOAD_BALANCERS,
                GapKind::Malformed,
                message,
                region,
            ));
        }
        let mut ranges: Vec<&str> = Vec::new();
        let mut addresses: Vec<String> = Vec::new();
        for id in &place.balancer.security_groups {
            let Some(group) = groups.iter().find(|group| group.id == *id) else {
                let message = format!(
                    "security group {id} of load balancer {} was not found",
                    place.balancer.name
                );
                gaps.push(self.gap(
                    &operation::ec2::DESCRIBE_SECURITY_GROUPS,
                    GapKind::Malformed,
                    message,
                    region,
                ));
                continue;
            };
            for rule in letting_in(group, place.listener.port) {
                for range in &rule.ranges {
                    ranges.push(&range.text);
                    addresses.push(range.text.clone());
                }
                for list in rule.others.iter().filter(|other| other.starts_with("pl-")) {
                    addresses.push(list.clone());
                    match listed(place.region, list) {
                        Some(Observed::Known(held)) => ranges.extend(held),
                        Some(Observed::Missing(gap)) => gaps.push(gap),
                        None => gaps.push(self.gap(
                            &operation::ec2::GET_MANAGED_PREFIX_LIST_ENTRIES,
                            GapKind::NotPlanned,
                            format!("prefix list {list} was not read"),
                            region,
                        )),
                    }
                }
            }
        }
        addresses.sort_unstable();
        addresses.dedup();
        let open = families.all_in(&AddressRanges::new(ranges));
        let everybody = match (open.is_empty(), gaps.is_empty()) {
            (false, _) => Fact::Known(true),
            (true, true) => Fact::Known(false),
            (true, false) => Fact::Unknown(gaps),
        };
        Entrance {
            everybody,
            addresses,
        }
    }
}

impl<'a> Asked<'a> {
    fn by(by: &'a str) -> Self {
        Self {
            by,
            nobody: Fact::Known(false),
        }
    }
}

/// The permissions of a group by which TCP comes to a port.
fn letting_in(group: &SecurityGroup, port: i32) -> impl Iterator<Item = &SecurityGroupRule> {
    group
        .ingress
        .iter()
        .filter(move |rule| match rule.protocol.as_str() {
            "-1" => true,
            "tcp" | "6" => {
                rule.from_port.is_none_or(|from| from <= port)
                    && rule.to_port.is_none_or(|to| port <= to)
            }
            _ => false,
        })
}

/// What a prefix list holds; `None` where nobody looked.
fn listed<'a>(region: &'a RegionBalancers, id: &str) -> Option<Observed<Vec<&'a str>>> {
    let list = region.prefix_lists.iter().find(|list| list.id == id)?;
    Some(match &list.ranges {
        Observed::Known(ranges) => {
            Observed::Known(ranges.iter().map(|range| range.text.as_str()).collect())
        }
        Observed::Missing(gap) => Observed::Missing(gap.clone()),
    })
}
