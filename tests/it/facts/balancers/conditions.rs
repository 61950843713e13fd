//! Which requests a rule takes.

use super::*;

#[test]
fn a_rule_takes_what_no_earlier_one_takes() {
    check(&[
        (
            "of one path",
            |world| wants(world, condition("path-pattern", &["/orders/*"])),
            "exposure.open_load_balancer_rules.0.requests",
            Is(json!(["path /orders/*"])),
        ),
        (
            "from some addresses",
            |world| wants(world, condition("source-ip", &["203.0.113.0/24"])),
            OPEN,
            nothing(),
        ),
        (
            "from all addresses",
            |world| wants(world, condition("source-ip", &["0.0.0.0/0"])),
            PRIORITY,
            is_open(),
        ),
        (
            "from all addresses of a kind that the security group keeps out",
            |world| {
                wants(world, condition("source-ip", &["::/0"]));
                balancer(world).address_type = "dualstack".to_owned();
            },
            OPEN,
            nothing(),
        ),
        (
            "with a header that everybody sends",
            |world| wants(world, header("http-header", "User-Agent")),
            PRIORITY,
            is_open(),
        ),
        (
            "with a header that only some may know",
            |world| wants(world, header("http-header", "X-Origin-Verify")),
            OPEN,
            Missing("elasticloadbalancing:DescribeRules"),
        ),
        (
            "with a query that only some may know",
            |world| wants(world, header("query-string", "token")),
            OPEN,
            Missing("elasticloadbalancing:DescribeRules"),
        ),
        (
            "with a header that may hold anything",
            |world| {
                let any = RuleCondition {
                    anything: true,
                    ..header("http-header", "X-Tenant")
                };
                wants(world, any);
            },
            PRIORITY,
            is_open(),
        ),
        (
            "with what nobody knows yet",
            |world| wants(world, condition("client-city", &["Bremen"])),
            OPEN,
            Missing("elasticloadbalancing:DescribeRules"),
        ),
        (
            "after one for some paths",
            |world| {
                open(world);
                let mut earlier =
                    rule("1", vec![action("authenticate-oidc", ""), forward("web/1")]);
                earlier.conditions = vec![condition("path-pattern", &["/admin/*"])];
                rules(world).insert(0, earlier);
            },
            PRIORITY,
            is_open(),
        ),
        (
            "after one for all paths",
            |world| {
                open(world);
                let mut earlier =
                    rule("1", vec![action("authenticate-oidc", ""), forward("web/1")]);
                earlier.conditions = vec![condition("path-pattern", &["*"])];
                rules(world).insert(0, earlier);
            },
            OPEN,
            nothing(),
        ),
        (
            "only the reachable rule is told",
            |world| {
                open(world);
                let mut earlier = rule("1", vec![action("redirect", "")]);
                earlier.conditions = vec![condition("host-header", &["*"])];
                rules(world).insert(0, earlier);
            },
            ALL,
            nothing(),
        ),
        (
            "that goes elsewhere",
            |world| {
                open(world);
                rules(world)[0].actions = vec![forward("other/2")];
            },
            ALL,
            nothing(),
        ),
    ]);
}
