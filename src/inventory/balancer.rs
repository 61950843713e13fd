//! Application Load Balancers in front of functions, as far as they matter to functions.

use serde::{Deserialize, Serialize};

use super::Observed;
use super::gaps::gaps;
use super::network::{InternetProtocolRange, SecurityGroup};
use crate::policy::{Arn, Effect, Policy, Principal, Statement};

/// The service that calls for a load balancer, as policies name it.
pub const BALANCING: &str = "elasticloadbalancing.amazonaws.com";

/// Load balancers of one region in which some policy of a function lets them in.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RegionBalancers {
    /// Its name.
    pub region: String,
    /// Target groups whose targets are functions.
    pub target_groups: Observed<Vec<TargetGroup>>,
    /// The load balancers that send requests to these.
    pub load_balancers: Observed<Vec<LoadBalancer>>,
    /// The security groups of those that face the internet.
    pub security_groups: Observed<Vec<SecurityGroup>>,
    /// The prefix lists that these let in.
    pub prefix_lists: Vec<PrefixList>,
}

/// A target group whose targets are functions.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct TargetGroup {
    /// Its ARN.
    pub arn: String,
    /// ARNs of the load balancers that use it.
    pub load_balancers: Vec<String>,
    /// ARNs of the functions in it, with their qualifiers; at most one.
    pub functions: Observed<Vec<String>>,
}

/// A load balancer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LoadBalancer {
    /// Its ARN.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// `internet-facing` or `internal`, raw.
    pub scheme: String,
    /// `active`, `active_impaired`, `provisioning` or `failed`, raw.
    pub state: String,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`, raw.
    pub address_type: String,
    /// Its security groups, by id.
    pub security_groups: Vec<String>,
    /// Its listeners.
    pub listeners: Observed<Vec<Listener>>,
}

/// A listener of a load balancer.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Listener {
    /// Its ARN.
    pub arn: String,
    /// `HTTP` or `HTTPS`, raw.
    pub protocol: String,
    /// The port that it listens on.
    pub port: i32,
    /// What it does with certificates of clients: `off`, `passthrough` or `verify`, raw; empty where it cannot ask for any.
    pub client_certificates: String,
    /// Its rules in the order in which they are tried; the last one is for what no other is for.
    pub rules: Observed<Vec<ListenerRule>>,
}

/// A rule of a listener.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ListenerRule {
    /// Its ARN.
    pub arn: String,
    /// Its place among the others: a number, or `default`, raw.
    pub priority: String,
    /// What a request must be like; all of them.
    pub conditions: Vec<RuleCondition>,
    /// What is done with it, in this order.
    pub actions: Vec<RuleAction>,
}

/// What a request must be like for a rule.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuleCondition {
    /// `host-header`, `path-pattern`, `http-request-method`, `source-ip`, `http-header` or `query-string`, raw.
    pub field: String,
    /// Name of the header, or keys of the query, one of which is enough. What these must hold is not kept, for it may be a
    /// secret between the caller and the load balancer.
    pub names: Vec<String>,
    /// Values, one of which is enough; none of headers and queries.
    pub values: Vec<String>,
    /// Regular expressions, one of which is enough; none of headers.
    pub expressions: Vec<String>,
    /// Whether any value will do.
    pub anything: bool,
}

/// What a rule does with a request.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuleAction {
    /// `forward`, `redirect`, `fixed-response`, `authenticate-oidc`, `authenticate-cognito` or `jwt-validation`, raw.
    pub kind: String,
    /// Who has not signed in: `authenticate`, `deny` or `allow`, raw; empty for what asks nobody to.
    pub unauthenticated: String,
    /// Target groups that get a share of the requests, by ARN.
    pub target_groups: Vec<String>,
}

/// Addresses that security groups name together.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct PrefixList {
    /// `pl-…`.
    pub id: String,
    /// What it holds.
    pub ranges: Observed<Vec<InternetProtocolRange>>,
}

/// Whether a policy of a function lets load balancers in, as far as its principals and sources tell. A statement for everybody
/// counts only where it names a target group: what everybody may invoke needs none.
pub fn lets_balancers_in(policy: &Policy) -> bool {
    let mut allows = policy
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow);
    allows.any(|statement| {
        names_balancing(statement) || (for_everybody(statement) && names_target_group(statement))
    })
}

fn names_balancing(statement: &Statement) -> bool {
    statement.principal.as_ref().is_some_and(|element| {
        !element.negated
            && element.items.iter().any(|one| match one {
                Principal::Service(service) => service.service == BALANCING,
                _ => false,
            })
    })
}

fn for_everybody(statement: &Statement) -> bool {
    statement
        .principal
        .as_ref()
        .is_none_or(|element| element.negated || element.items.contains(&Principal::Everyone))
}

fn names_target_group(statement: &Statement) -> bool {
    let mut sources = statement.wanted("aws:sourcearn");
    sources
        .any(|source| Arn::parse(source).is_some_and(|arn| arn.service == "elasticloadbalancing"))
}

gaps! {
    RegionBalancers { region, target_groups, load_balancers, security_groups, prefix_lists }
    TargetGroup { arn, load_balancers, functions }
    LoadBalancer { arn, name, scheme, state, address_type, security_groups, listeners }
    Listener { arn, protocol, port, client_certificates, rules }
    ListenerRule { arn, priority, conditions, actions }
    RuleCondition { field, names, values, expressions, anything }
    RuleAction { kind, unauthenticated, target_groups }
    PrefixList { id, ranges }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_balancers_are_let_in_by_name_or_by_target_group() {
        const SERVICE: &str = r#""Principal":{"Service":"elasticloadbalancing.amazonaws.com"}"#;
        const GROUP: &str =
            "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/1a2b";
        let from = |principal: &str, arn: &str| {
            format!(r#"{principal},"Condition":{{"ArnLike":{{"AWS:SourceArn":"{arn}"}}}}"#)
        };
        let everybody = r#""Principal":"*""#;
        for (effect, statement, expected) in [
            ("Allow", SERVICE.to_owned(), true),
            ("Allow", from(SERVICE, GROUP), true),
            ("Deny", SERVICE.to_owned(), false),
            (
                "Allow",
                r#""Principal":{"Service":"s3.amazonaws.com"}"#.to_owned(),
                false,
            ),
            ("Allow", everybody.to_owned(), false),
            ("Allow", from(everybody, GROUP), true),
            ("Allow", from(everybody, "arn:aws:s3:::uploads"), false),
            (
                "Allow",
                from(r#""NotPrincipal":{"AWS":"111122223333"}"#, GROUP),
                true,
            ),
            (
                "Allow",
                from(r#""Principal":{"AWS":"111122223333"}"#, GROUP),
                false,
            ),
        ] {
            let text = format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"lambda:InvokeFunction","Resource":"*",{statement}}}}}"#
            );
            let policy = Policy::parse(&text).unwrap();
            assert_eq!(lets_balancers_in(&policy), expected, "{effect} {statement}");
        }
    }
}
