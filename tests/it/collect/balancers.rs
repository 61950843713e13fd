//! Load balancers in front of functions: which are read, and what is kept of them.

use lamppost::inventory::{AccountInventory, GapKind, ListenerRule, LoadBalancer, RegionBalancers};
use lamppost::operation::{self, Plan};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::script::{ACCOUNT, Answer, REGION, Script, ok, triggers, with_functions};
use super::{kind, names};

fn arn(resource: &str) -> String {
    format!("arn:aws:elasticloadbalancing:{REGION}:{ACCOUNT}:{resource}")
}

fn of_balancing(operation: &str, result: &str) -> Answer {
    ok(format!(
        "<{operation}Response><{operation}Result>{result}</{operation}Result></{operation}Response>"
    ))
}

/// Members of a list, each of which holds what stands there.
fn members(name: &str, each: &[String]) -> String {
    let each = each.iter().map(|one| format!("<member>{one}</member>"));
    format!("<{name}>{}</{name}>", each.collect::<String>())
}

fn texts(name: &str, each: &[&str]) -> String {
    members(
        name,
        &each.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>(),
    )
}

fn target_group(id: &str, kind: &str, balancers: &[&str]) -> String {
    format!(
        "<TargetGroupArn>{}</TargetGroupArn><TargetType>{kind}</TargetType>{}",
        arn(&format!("targetgroup/tg/{id}")),
        texts("LoadBalancerArns", balancers)
    )
}

fn load_balancer(name: &str, scheme: &str) -> String {
    format!(
        "<LoadBalancerArn>{}</LoadBalancerArn><LoadBalancerName>{name}</LoadBalancerName><Scheme>{scheme}</Scheme>\
         <State><Code>active</Code></State><IpAddressType>ipv4</IpAddressType>{}",
        arn(&format!("loadbalancer/app/{name}")),
        texts("SecurityGroups", &[&format!("sg-{name}")])
    )
}

fn listener(id: &str, port: u16) -> String {
    format!(
        "<ListenerArn>{}</ListenerArn><Protocol>HTTPS</Protocol><Port>{port}</Port>\
         <MutualAuthentication><Mode>off</Mode></MutualAuthentication>",
        arn(&format!("listener/app/web/{id}"))
    )
}

fn rule(priority: &str, conditions: &[String], actions: &[String]) -> String {
    format!(
        "<RuleArn>{}</RuleArn><Priority>{priority}</Priority>{}{}",
        arn(&format!("listener-rule/app/web/443/{priority}")),
        members("Conditions", conditions),
        members("Actions", actions)
    )
}

fn forward(group: &str) -> String {
    let group = arn(&format!("targetgroup/tg/{group}"));
    format!("<Type>forward</Type><TargetGroupArn>{group}</TargetGroupArn>")
}

/// Security groups in EC2's protocol, one with this permission.
pub(super) fn groups(permission: &str) -> String {
    format!(
        "<DescribeSecurityGroupsResponse><securityGroupInfo><item><groupId>sg-web</groupId><groupName>web</groupName>\
         <ipPermissions>{permission}</ipPermissions><ipPermissionsEgress/></item></securityGroupInfo></DescribeSecurityGroupsResponse>"
    )
}

/// A permission for one port.
pub(super) fn permission(protocol: &str, port: u16, range: &str, lists: &[&str]) -> String {
    let lists = lists
        .iter()
        .map(|id| format!("<item><prefixListId>{id}</prefixListId></item>"));
    let range = match range {
        "" => String::new(),
        range => format!("<item><cidrIp>{range}</cidrIp></item>"),
    };
    format!(
        "<item><ipProtocol>{protocol}</ipProtocol><fromPort>{port}</fromPort><toPort>{port}</toPort>\
         <ipRanges>{range}</ipRanges><prefixListIds>{}</prefixListIds></item>",
        lists.collect::<String>()
    )
}

/// A prefix list in EC2's protocol.
pub(super) fn prefix_list(ranges: &[&str]) -> String {
    let entries = ranges
        .iter()
        .map(|range| format!("<item><cidr>{range}</cidr></item>"));
    format!(
        "<GetManagedPrefixListEntriesResponse><entrySet>{}</entrySet></GetManagedPrefixListEntriesResponse>",
        entries.collect::<String>()
    )
}

/// A load balancer with one listener and one rule, which reaches function `a`.
pub(super) fn balancing(asked: &str) -> Option<Answer> {
    let operation = asked.split([':', ' ']).nth(1)?;
    let web = arn("loadbalancer/app/web");
    let result = match operation {
        "DescribeTargetGroups" => members("TargetGroups", &[target_group("1", "lambda", &[&web])]),
        "DescribeTargetHealth" => members(
            "TargetHealthDescriptions",
            &[format!(
                "<Target><Id>arn:aws:lambda:{REGION}:{ACCOUNT}:function:a</Id></Target>"
            )],
        ),
        "DescribeLoadBalancers" => {
            members("LoadBalancers", &[load_balancer("web", "internet-facing")])
        }
        "DescribeListeners" => members("Listeners", &[listener("443", 443)]),
        "DescribeRules" => members("Rules", &[rule("default", &[], &[forward("1")])]),
        _ => return None,
    };
    Some(of_balancing(operation, &result))
}

/// An account whose function `a` lets load balancers in.
fn admitting(balancing: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Script {
    let policy = triggers(&[&arn("targetgroup/tg/1")]);
    let policy = policy.replace("s3.amazonaws.com", "elasticloadbalancing.amazonaws.com");
    let policy = json!({ "Policy": policy }).to_string();
    with_functions(&["a"], move |asked| {
        let asks_policy = asked.ends_with("/policy") || asked.contains("/policy?");
        let group = groups(&permission("tcp", 443, "0.0.0.0/0", &["pl-1"]));
        match asked {
            "ec2:DescribeSecurityGroups" => Some(ok(group)),
            "ec2:GetManagedPrefixListEntries" => Some(ok(prefix_list(&["203.0.113.0/24"]))),
            asked if asked.starts_with("elasticloadbalancing:") => balancing(asked),
            _ => asks_policy.then(|| ok(policy.clone())),
        }
    })
}

fn region(account: &AccountInventory) -> &RegionBalancers {
    &account.services.balancers[0]
}

fn only(account: &AccountInventory) -> &LoadBalancer {
    &region(account).load_balancers.known().unwrap()[0]
}

fn rules(account: &AccountInventory) -> &[ListenerRule] {
    only(account).listeners.known().unwrap()[0]
        .rules
        .known()
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn nothing_is_read_where_no_policy_lets_load_balancers_in() {
    let script = with_functions(&["a"], |_| None);
    assert!(script.collect().await.services.balancers.is_empty());
    assert_eq!(script.asked("elasticloadbalancing:"), 0);

    let script = admitting(balancing);
    let plan = Plan::new([
        &operation::lambda::GET_POLICY,
        &operation::lambda::LIST_ALIASES,
    ]);
    let account = script
        .collect_with(&plan, &(), &CancellationToken::new())
        .await;
    assert!(account.services.balancers.is_empty());
    assert_eq!(script.asked("elasticloadbalancing:"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_load_balancer_is_read_with_what_lets_callers_in() {
    let script = admitting(balancing);
    let account = script.collect().await;
    assert_eq!(names(&account.regions[0]), ["a"]);
    let group = &region(&account).target_groups.known().unwrap()[0];
    let function = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:a");
    assert_eq!(*group.functions.known().unwrap(), [function]);
    let balancer = only(&account);
    assert_eq!(
        (
            balancer.name.as_str(),
            balancer.scheme.as_str(),
            balancer.state.as_str()
        ),
        ("web", "internet-facing", "active")
    );
    assert_eq!(
        rules(&account)[0].actions[0].target_groups,
        [arn("targetgroup/tg/1")]
    );
    let groups = region(&account).security_groups.known().unwrap();
    assert_eq!(groups[0].ingress[0].ranges[0].text, "0.0.0.0/0");
    let lists = &region(&account).prefix_lists;
    assert_eq!(lists[0].ranges.known().unwrap()[0].text, "203.0.113.0/24");
    // once for rules, and not again for the question whether the target group is there
    assert_eq!(script.asked("DescribeTargetGroups"), 1);
    assert!(account.services.sources[0].exists.known().unwrap());
}

#[tokio::test(start_paused = true)]
async fn all_pages_are_read_and_only_what_leads_to_functions() {
    let script = admitting(|asked| {
        let web = arn("loadbalancer/app/web");
        let page = |operation: &str, result: String, marker: &str| {
            let next = format!("<NextMarker>{marker}</NextMarker>");
            of_balancing(
                operation,
                &(result + if marker.is_empty() { "" } else { &next }),
            )
        };
        Some(match asked {
            "elasticloadbalancing:DescribeTargetGroups" => page(
                "DescribeTargetGroups",
                members(
                    "TargetGroups",
                    &[
                        target_group("0", "instance", &[]),
                        target_group("2", "lambda", &[]),
                    ],
                ),
                "m",
            ),
            "elasticloadbalancing:DescribeTargetGroups from m" => page(
                "DescribeTargetGroups",
                members("TargetGroups", &[target_group("1", "lambda", &[&web])]),
                "",
            ),
            "elasticloadbalancing:DescribeLoadBalancers" => page(
                "DescribeLoadBalancers",
                members(
                    "LoadBalancers",
                    &[load_balancer("other", "internet-facing")],
                ),
                "m",
            ),
            "elasticloadbalancing:DescribeLoadBalancers from m" => page(
                "DescribeLoadBalancers",
                members("LoadBalancers", &[load_balancer("web", "internal")]),
                "",
            ),
            "elasticloadbalancing:DescribeListeners on web" => page(
                "DescribeListeners",
                members("Listeners", &[listener("8443", 8443)]),
                "m",
            ),
            "elasticloadbalancing:DescribeListeners on web from m" => page(
                "DescribeListeners",
                members("Listeners", &[listener("443", 443)]),
                "",
            ),
            "elasticloadbalancing:DescribeRules on 443" => {
                let rules = [
                    rule("default", &[], &[forward("1")]),
                    rule("20", &[], &[forward("2")]),
                ];
                page("DescribeRules", members("Rules", &rules), "m")
            }
            "elasticloadbalancing:DescribeRules on 443 from m" => page(
                "DescribeRules",
                members("Rules", &[rule("3", &[], &[forward("1")])]),
                "",
            ),
            other => return balancing(other),
        })
    });
    let account = script.collect().await;
    let groups = region(&account).target_groups.known().unwrap();
    assert_eq!(groups.len(), 2);
    let listeners = only(&account).listeners.known().unwrap();
    let ports: Vec<i32> = listeners.iter().map(|listener| listener.port).collect();
    assert_eq!(ports, [443, 8443]);
    let order: Vec<&str> = rules(&account)
        .iter()
        .map(|rule| rule.priority.as_str())
        .collect();
    assert_eq!(order, ["3", "20", "default"]);
    // what is internal needs no security groups
    assert_eq!(script.asked("ec2:DescribeSecurityGroups"), 0);
    assert_eq!(script.asked("on other"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_page_that_comes_again_and_again_is_no_whole_list() {
    let script = admitting(|asked| {
        let operation = asked.split([':', ' ']).nth(1)?;
        let listed = members("Rules", &[rule("default", &[], &[forward("1")])]);
        match operation {
            "DescribeRules" => Some(of_balancing(
                operation,
                &format!("{listed}<NextMarker>m</NextMarker>"),
            )),
            _ => balancing(asked),
        }
    });
    let account = script.collect().await;
    let rules = &only(&account).listeners.known().unwrap()[0].rules;
    assert_eq!(kind(rules), Some(GapKind::Malformed));
}

#[tokio::test(start_paused = true)]
async fn conditions_and_actions_are_kept_without_what_may_be_secret() {
    let script = admitting(|asked| {
        if !asked.contains("DescribeRules") {
            return balancing(asked);
        }
        let values = |member: &str, values: &[&str]| {
            format!("<{member}>{}</{member}>", texts("Values", values))
        };
        let field = |field: &str, rest: &str| format!("<Field>{field}</Field>{rest}");
        let conditions = [
            field("host-header", &texts("Values", &["shop.example.com"])),
            field(
                "path-pattern",
                &format!(
                    "<PathPatternConfig>{}</PathPatternConfig>",
                    texts("RegexValues", &["^/v[0-9]+/"])
                ),
            ),
            field(
                "http-request-method",
                &values("HttpRequestMethodConfig", &["POST", "PUT"]),
            ),
            field("source-ip", &values("SourceIpConfig", &["203.0.113.0/24"])),
            field(
                "http-header",
                &format!(
                    "<HttpHeaderConfig><HttpHeaderName>X-Origin</HttpHeaderName>{}</HttpHeaderConfig>",
                    texts("Values", &["CANARY-1"])
                ),
            ),
            field(
                "query-string",
                "<QueryStringConfig><Values><member><Key>token</Key><Value>CANARY-2</Value></member>\
                 <member><Value>*</Value></member></Values></QueryStringConfig>",
            ),
            field("client-cookie", &texts("Values", &["CANARY-4"])),
            field("host-header", &values("HostHeaderConfig", &["*"])),
        ];
        let sign_in = "<Type>authenticate-oidc</Type><Order>1</Order><AuthenticateOidcConfig><ClientId>c</ClientId>\
                       <ClientSecret>CANARY-3</ClientSecret><OnUnauthenticatedRequest>deny</OnUnauthenticatedRequest>\
                       </AuthenticateOidcConfig>";
        let shares = format!(
            "<Type>forward</Type><ForwardConfig>{}</ForwardConfig>",
            members(
                "TargetGroups",
                &[("1", 9), ("2", 0)].map(|(id, weight)| {
                    let group = arn(&format!("targetgroup/tg/{id}"));
                    format!("<TargetGroupArn>{group}</TargetGroupArn><Weight>{weight}</Weight>")
                })
            )
        );
        let rules = [rule("1", &conditions, &[sign_in.to_owned(), shares])];
        Some(of_balancing("DescribeRules", &members("Rules", &rules)))
    });
    let account = script.collect().await;
    let rule = &rules(&account)[0];
    let told: Vec<String> = rule
        .conditions
        .iter()
        .map(|one| {
            format!(
                "{} {:?} {:?} {:?} {}",
                one.field, one.names, one.values, one.expressions, one.anything
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    host-header [] ["shop.example.com"] [] false
    path-pattern [] [] ["^/v[0-9]+/"] false
    http-request-method [] ["POST", "PUT"] [] false
    source-ip [] ["203.0.113.0/24"] [] false
    http-header ["X-Origin"] [] [] false
    query-string ["token", ""] [] [] true
    client-cookie [] [] [] false
    host-header [] ["*"] [] true
    "#);
    let actions: Vec<String> = rule
        .actions
        .iter()
        .map(|one| {
            format!(
                "{} {:?} {:?}",
                one.kind, one.unauthenticated, one.target_groups
            )
        })
        .collect();
    insta::assert_snapshot!(actions.join("\n"), @r#"
    authenticate-oidc "deny" []
    forward "" ["arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/tg/1"]
    "#);
    assert!(!serde_json::to_string(&account).unwrap().contains("CANARY"));
}

#[tokio::test(start_paused = true)]
async fn a_list_that_was_refused_leaves_a_gap_in_all_that_hangs_on_it() {
    let script = admitting(|asked| {
        let refused = "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";
        match asked {
            "elasticloadbalancing:DescribeTargetGroups" => Some(Answer {
                status: 403,
                code: None,
                body: refused.to_owned(),
            }),
            other => balancing(other),
        }
    });
    let account = script.collect().await;
    let region = region(&account);
    assert_eq!(kind(&region.target_groups), Some(GapKind::AccessDenied));
    assert_eq!(kind(&region.load_balancers), Some(GapKind::AccessDenied));
    assert_eq!(
        kind(&account.services.sources[0].exists),
        Some(GapKind::AccessDenied)
    );
}
