//! From where callers may come to a load balancer.

use super::*;

#[test]
fn a_load_balancer_is_open_where_everybody_may_come() {
    check(&[
        (
            "inside the VPC",
            |world| {
                open(world);
                balancer(world).scheme = "internal".to_owned();
            },
            OPEN,
            nothing(),
        ),
        (
            "of which no security groups were read",
            |world| {
                open(world);
                balancer(world).scheme = "internal".to_owned();
                known(&mut region(world).security_groups).clear();
            },
            CALLERS,
            Is(json!("nowhere")),
        ),
        (
            "a scheme that nobody knows yet",
            |world| {
                open(world);
                balancer(world).scheme = "edge".to_owned();
            },
            OPEN,
            Missing("elasticloadbalancing:DescribeLoadBalancers"),
        ),
        (
            "it could not be made",
            |world| {
                open(world);
                balancer(world).state = "failed".to_owned();
            },
            OPEN,
            nothing(),
        ),
        (
            "two halves of all addresses",
            |world| {
                lets_in(
                    world,
                    vec![ingress("-1", None, &["0.0.0.0/1", "128.0.0.0/1"])],
                )
            },
            PRIORITY,
            is_open(),
        ),
        (
            "some addresses",
            |world| {
                lets_in(
                    world,
                    vec![ingress("tcp", Some((0, 65535)), &["203.0.113.0/24"])],
                )
            },
            OPEN,
            nothing(),
        ),
        (
            "which are told",
            |world| {
                lets_in(
                    world,
                    vec![ingress("tcp", Some((0, 65535)), &["203.0.113.0/24"])],
                )
            },
            "exposure.load_balancer_rules.0.addresses",
            Is(json!(["203.0.113.0/24"])),
        ),
        (
            "another port",
            |world| lets_in(world, vec![ingress("tcp", Some((80, 80)), &["0.0.0.0/0"])]),
            CALLERS,
            Is(json!("nowhere")),
        ),
        (
            "another protocol",
            |world| {
                lets_in(
                    world,
                    vec![ingress("udp", Some((443, 443)), &["0.0.0.0/0"])],
                )
            },
            OPEN,
            nothing(),
        ),
        (
            "another security group",
            |world| lets_in(world, vec![ingress("tcp", Some((443, 443)), &["sg-2"])]),
            OPEN,
            nothing(),
        ),
        (
            "addresses of the newer kind, which it has not",
            |world| lets_in(world, vec![ingress("tcp", Some((443, 443)), &["::/0"])]),
            OPEN,
            nothing(),
        ),
        (
            "which it has",
            |world| {
                lets_in(world, vec![ingress("tcp", Some((443, 443)), &["::/0"])]);
                balancer(world).address_type = "dualstack".to_owned();
            },
            PRIORITY,
            is_open(),
        ),
        (
            "addresses of the older kind, which it has no more",
            |world| {
                open(world);
                balancer(world).address_type = "dualstack-without-public-ipv4".to_owned();
            },
            OPEN,
            nothing(),
        ),
        (
            "a prefix list of some",
            |world| {
                lets_in(world, vec![ingress("tcp", Some((443, 443)), &["pl-1"])]);
                region(world).prefix_lists = vec![prefix_list(&["203.0.113.0/24"])];
            },
            OPEN,
            nothing(),
        ),
        (
            "a prefix list of all",
            |world| {
                lets_in(world, vec![ingress("tcp", Some((443, 443)), &["pl-1"])]);
                region(world).prefix_lists = vec![prefix_list(&["0.0.0.0/0"])];
            },
            PRIORITY,
            is_open(),
        ),
        (
            "a prefix list that was not read",
            |world| lets_in(world, vec![ingress("tcp", Some((443, 443)), &["pl-1"])]),
            OPEN,
            Missing("ec2:GetManagedPrefixListEntries"),
        ),
        (
            "a security group that was not found",
            |world| {
                open(world);
                balancer(world).security_groups = vec!["sg-9".to_owned()];
            },
            OPEN,
            Missing("ec2:DescribeSecurityGroups"),
        ),
        (
            "security groups that were not read",
            |world| {
                open(world);
                region(world).security_groups =
                    Observed::Missing(denied("ec2:DescribeSecurityGroups"));
            },
            OPEN,
            Missing("ec2:DescribeSecurityGroups"),
        ),
        (
            "the rule is told all the same",
            |world| {
                open(world);
                region(world).security_groups =
                    Observed::Missing(denied("ec2:DescribeSecurityGroups"));
            },
            CALLERS,
            Is(json!("unknown")),
        ),
    ]);
}

fn prefix_list(ranges: &[&str]) -> PrefixList {
    PrefixList {
        id: "pl-1".to_owned(),
        ranges: Observed::Known(
            ranges
                .iter()
                .map(|text| InternetProtocolRange::parse(text))
                .collect(),
        ),
    }
}
