//! Rules of load balancers that reach a function.

mod conditions;
mod entrance;

use lamppost::inventory::{
    GapKind, InternetProtocolRange, Listener, ListenerRule, LoadBalancer, PrefixList,
    RegionBalancers, RuleAction, RuleCondition, SecurityGroup, SecurityGroupRule, TargetGroup,
};

use super::*;

fn balancing(resource: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:{resource}")
}

fn admitting(group: &str, function: &str) -> String {
    json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "alb", "Effect": "Allow", "Principal": {"Service": "elasticloadbalancing.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": function,
        "Condition": {"ArnLike": {"aws:SourceArn": balancing(&format!("targetgroup/{group}"))}},
    }]})
    .to_string()
}

fn forward(group: &str) -> RuleAction {
    RuleAction {
        kind: "forward".to_owned(),
        unauthenticated: String::new(),
        target_groups: vec![balancing(&format!("targetgroup/{group}"))],
    }
}

fn action(kind: &str, unauthenticated: &str) -> RuleAction {
    RuleAction {
        kind: kind.to_owned(),
        unauthenticated: unauthenticated.to_owned(),
        target_groups: Vec::new(),
    }
}

fn rule(priority: &str, actions: Vec<RuleAction>) -> ListenerRule {
    ListenerRule {
        arn: balancing(&format!("listener-rule/app/web/443/{priority}")),
        priority: priority.to_owned(),
        conditions: Vec::new(),
        actions,
    }
}

fn condition(field: &str, values: &[&str]) -> RuleCondition {
    RuleCondition {
        field: field.to_owned(),
        names: Vec::new(),
        values: values.iter().map(|one| (*one).to_owned()).collect(),
        expressions: Vec::new(),
        anything: values.contains(&"*"),
    }
}

fn header(field: &str, name: &str) -> RuleCondition {
    RuleCondition {
        names: vec![name.to_owned()],
        ..condition(field, &[])
    }
}

fn ingress(protocol: &str, ports: Option<(i32, i32)>, from: &[&str]) -> SecurityGroupRule {
    let (lists, ranges): (Vec<&str>, Vec<&str>) = from.iter().partition(|one| one.contains('-'));
    SecurityGroupRule {
        protocol: protocol.to_owned(),
        from_port: ports.map(|(from, _)| from),
        to_port: ports.map(|(_, to)| to),
        ranges: ranges
            .iter()
            .map(|text| InternetProtocolRange::parse(text))
            .collect(),
        others: lists.iter().map(|one| (*one).to_owned()).collect(),
    }
}

/// A load balancer with one rule that is open, for a test to close.
fn open(world: &mut AccountInventory) {
    let policy = admitting("web/1", &arn("quiet"));
    world.regions[0].functions[0].policy = Observed::Known(Some(policy));
    let listener = Listener {
        arn: balancing("listener/app/web/443"),
        protocol: "HTTPS".to_owned(),
        port: 443,
        client_certificates: "off".to_owned(),
        rules: Observed::Known(vec![rule("default", vec![forward("web/1")])]),
    };
    let balancer = LoadBalancer {
        arn: balancing("loadbalancer/app/web"),
        name: "web".to_owned(),
        scheme: "internet-facing".to_owned(),
        state: "active".to_owned(),
        address_type: "ipv4".to_owned(),
        security_groups: vec!["sg-web".to_owned()],
        listeners: Observed::Known(vec![listener]),
    };
    let group = TargetGroup {
        arn: balancing("targetgroup/web/1"),
        load_balancers: vec![balancer.arn.clone()],
        functions: Observed::Known(vec![arn("quiet")]),
    };
    world.services.balancers = vec![RegionBalancers {
        region: REGION.to_owned(),
        target_groups: Observed::Known(vec![group]),
        load_balancers: Observed::Known(vec![balancer]),
        security_groups: Observed::Known(vec![SecurityGroup {
            id: "sg-web".to_owned(),
            name: "web".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            ingress: vec![ingress("tcp", Some((443, 443)), &["0.0.0.0/0"])],
            egress: Vec::new(),
        }]),
        prefix_lists: Vec::new(),
    }];
}

fn known<T>(observed: &mut Observed<Vec<T>>) -> &mut Vec<T> {
    match observed {
        Observed::Known(all) => all,
        Observed::Missing(_) => panic!("it was put there"),
    }
}

fn region(world: &mut AccountInventory) -> &mut RegionBalancers {
    &mut world.services.balancers[0]
}

fn balancer(world: &mut AccountInventory) -> &mut LoadBalancer {
    &mut known(&mut region(world).load_balancers)[0]
}

fn listener(world: &mut AccountInventory) -> &mut Listener {
    &mut known(&mut balancer(world).listeners)[0]
}

fn rules(world: &mut AccountInventory) -> &mut Vec<ListenerRule> {
    known(&mut listener(world).rules)
}

fn asks(world: &mut AccountInventory, kind: &str, unauthenticated: &str) {
    open(world);
    rules(world)[0]
        .actions
        .insert(0, action(kind, unauthenticated));
}

fn wants(world: &mut AccountInventory, condition: RuleCondition) {
    open(world);
    rules(world)[0].conditions = vec![condition];
}

fn lets_in(world: &mut AccountInventory, permissions: Vec<SecurityGroupRule>) {
    open(world);
    known(&mut region(world).security_groups)[0].ingress = permissions;
}

const ALL: &str = "exposure.load_balancer_rules";
const OPEN: &str = "exposure.open_load_balancer_rules";
const PRIORITY: &str = "exposure.open_load_balancer_rules.0.priority";
const CALLERS: &str = "exposure.load_balancer_rules.0.callers";

fn nothing() -> Expected {
    Is(json!([]))
}

fn is_open() -> Expected {
    Is(json!("default"))
}

#[test]
fn a_rule_is_open_where_nothing_asks_who_is_calling() {
    check(&[
        ("no load balancer is let in", |_| {}, ALL, nothing()),
        (
            "everything about it",
            open,
            "exposure.open_load_balancer_rules.0",
            Is(json!({
                "qualifier": "$LATEST", "load_balancer": "web",
                "load_balancer_arn": balancing("loadbalancer/app/web"), "scheme": "internet-facing",
                "listener_arn": balancing("listener/app/web/443"), "protocol": "HTTPS", "port": 443,
                "rule_arn": balancing("listener-rule/app/web/443/default"), "priority": "default",
                "requests": [], "target_group": balancing("targetgroup/web/1"), "authentication": "none",
                "callers": "everywhere", "addresses": ["0.0.0.0/0"], "statements": ["alb"],
                "certain": true, "conditions": [],
            })),
        ),
        (
            "people sign in",
            |world| asks(world, "authenticate-oidc", "authenticate"),
            OPEN,
            nothing(),
        ),
        (
            "by default",
            |world| asks(world, "authenticate-cognito", ""),
            OPEN,
            nothing(),
        ),
        (
            "or are refused",
            |world| asks(world, "authenticate-cognito", "deny"),
            OPEN,
            nothing(),
        ),
        (
            "or may go on",
            |world| asks(world, "authenticate-oidc", "allow"),
            PRIORITY,
            is_open(),
        ),
        (
            "programs bring tokens",
            |world| asks(world, "jwt-validation", ""),
            OPEN,
            nothing(),
        ),
        (
            "what asks is told",
            |world| asks(world, "jwt-validation", ""),
            "exposure.load_balancer_rules.0.authentication",
            Is(json!("jwt-validation")),
        ),
        (
            "an action that nobody knows yet",
            |world| asks(world, "verify-passkey", ""),
            OPEN,
            Missing("elasticloadbalancing:DescribeRules"),
        ),
        (
            "a behaviour that nobody knows yet",
            |world| asks(world, "authenticate-oidc", "challenge"),
            OPEN,
            Missing("elasticloadbalancing:DescribeRules"),
        ),
        (
            "certificates of clients",
            |world| {
                open(world);
                listener(world).client_certificates = "verify".to_owned();
            },
            OPEN,
            nothing(),
        ),
        (
            "which nobody verifies",
            |world| {
                open(world);
                listener(world).client_certificates = "passthrough".to_owned();
            },
            PRIORITY,
            is_open(),
        ),
        (
            "in a way that nobody knows yet",
            |world| {
                open(world);
                listener(world).client_certificates = "pinned".to_owned();
            },
            OPEN,
            Missing("elasticloadbalancing:DescribeListeners"),
        ),
    ]);
}

#[test]
fn the_target_group_must_hold_the_function_and_be_let_in() {
    check(&[
        (
            "an alias, which has no policy",
            |world| {
                open(world);
                known(&mut region(world).target_groups)[0].functions =
                    Observed::Known(vec![format!("{}:live", arn("quiet"))]);
            },
            OPEN,
            nothing(),
        ),
        (
            "an alias with a policy",
            |world| {
                open(world);
                let live = format!("{}:live", arn("quiet"));
                known(&mut region(world).target_groups)[0].functions =
                    Observed::Known(vec![live.clone()]);
                world.regions[0].functions[0].aliases = Observed::Known(vec![Alias {
                    arn: live.clone(),
                    name: "live".to_owned(),
                    version: "1".to_owned(),
                    weights: std::collections::BTreeMap::new(),
                    policy: Observed::Known(Some(admitting("web/1", &live))),
                }]);
            },
            "exposure.open_load_balancer_rules.0.qualifier",
            Is(json!("live")),
        ),
        (
            "another function",
            |world| {
                open(world);
                known(&mut region(world).target_groups)[0].functions =
                    Observed::Known(vec![arn("loud")]);
            },
            ALL,
            nothing(),
        ),
        (
            "another target group is let in",
            |world| {
                open(world);
                let policy = admitting("other/2", &arn("quiet"));
                world.regions[0].functions[0].policy = Observed::Known(Some(policy));
            },
            OPEN,
            nothing(),
        ),
        (
            "the policy was not read",
            |world| {
                open(world);
                world.regions[0].functions[0].policy =
                    Observed::Missing(denied("lambda:GetPolicy"));
            },
            OPEN,
            Missing("lambda:GetPolicy"),
        ),
        (
            "the targets were not read",
            |world| {
                open(world);
                known(&mut region(world).target_groups)[0].functions =
                    Observed::Missing(denied("elasticloadbalancing:DescribeTargetHealth"));
            },
            ALL,
            Missing("elasticloadbalancing:DescribeTargetHealth"),
        ),
        (
            "the listeners were not read",
            |world| {
                open(world);
                balancer(world).listeners =
                    Observed::Missing(denied("elasticloadbalancing:DescribeListeners"));
            },
            ALL,
            Missing("elasticloadbalancing:DescribeListeners"),
        ),
        (
            "nobody looked",
            |world| {
                open(world);
                world.services.balancers.clear();
            },
            ALL,
            Missing("elasticloadbalancing:DescribeTargetGroups"),
        ),
    ]);
}

#[test]
fn what_nobody_looked_for_is_no_failure_of_a_call() {
    let mut world = quiet();
    open(&mut world);
    world.services.balancers.clear();
    let document = first_document(&world, Scope::Function);
    let gaps = document.gaps_behind([ALL]);
    assert!(!gaps.is_empty());
    assert!(
        gaps.iter().all(|gap| gap.kind == GapKind::NotPlanned),
        "{gaps:?}"
    );
}
