//! Elastic Load Balancing's records into ours.

use aws_sdk_elasticloadbalancingv2::types::{
    self as sdk, ActionTypeEnum, RuleCondition as Condition, TargetTypeEnum,
};

use super::Listed;
use crate::collect::text::{Unreadable, listed, required, text};
use crate::inventory::{Listener, ListenerRule, LoadBalancer, Observed, RuleAction, RuleCondition};

/// Nothing for one whose targets are no functions.
pub(super) fn target_group(from: &sdk::TargetGroup) -> Result<Option<Listed>, Unreadable> {
    let kind = from.target_type().map(TargetTypeEnum::as_str);
    if required(kind, "TargetType")? != "lambda" {
        return Ok(None);
    }
    let balancers = listed(from.load_balancer_arns.as_ref(), "LoadBalancerArns")?;
    Ok(Some(Listed {
        arn: required(from.target_group_arn(), "TargetGroupArn")?.to_owned(),
        load_balancers: balancers.to_vec(),
    }))
}

/// Without its listeners.
pub(super) fn load_balancer(from: &sdk::LoadBalancer) -> Result<LoadBalancer, Unreadable> {
    let state = from.state().and_then(|state| state.code());
    let groups = listed(from.security_groups.as_ref(), "SecurityGroups")?;
    Ok(LoadBalancer {
        arn: required(from.load_balancer_arn(), "LoadBalancerArn")?.to_owned(),
        name: text(from.load_balancer_name()),
        scheme: text(from.scheme().map(|scheme| scheme.as_str())),
        state: text(state.map(|state| state.as_str())),
        address_type: text(from.ip_address_type().map(|kind| kind.as_str())),
        security_groups: groups.to_vec(),
        listeners: Observed::Known(Vec::new()),
    })
}

/// Without its rules.
pub(super) fn listener(from: &sdk::Listener) -> Result<Listener, Unreadable> {
    let certificates = from.mutual_authentication();
    let port = from.port();
    Ok(Listener {
        arn: required(from.listener_arn(), "ListenerArn")?.to_owned(),
        protocol: text(from.protocol().map(|protocol| protocol.as_str())),
        port: port.ok_or_else(|| Unreadable("the answer lacks `Port`".to_owned()))?,
        client_certificates: text(certificates.and_then(|one| one.mode())),
        rules: Observed::Known(Vec::new()),
    })
}

pub(super) fn rule(from: &sdk::Rule) -> Result<ListenerRule, Unreadable> {
    let conditions = listed(from.conditions.as_ref(), "Conditions")?.iter();
    let actions = listed(from.actions.as_ref(), "Actions")?.iter();
    Ok(ListenerRule {
        arn: required(from.rule_arn(), "RuleArn")?.to_owned(),
        priority: required(from.priority(), "Priority")?.to_owned(),
        conditions: conditions.map(condition).collect::<Result<_, _>>()?,
        actions: actions.map(action).collect::<Result<_, _>>()?,
    })
}

fn action(from: &sdk::Action) -> Result<RuleAction, Unreadable> {
    let kind = required(from.r#type().map(ActionTypeEnum::as_str), "Type")?;
    let provider = from.authenticate_oidc_config();
    let pool = from.authenticate_cognito_config();
    let unauthenticated = provider
        .and_then(|one| one.on_unauthenticated_request())
        .map(|one| one.as_str())
        .or(pool
            .and_then(|one| one.on_unauthenticated_request())
            .map(|one| one.as_str()));
    let shared = from.forward_config().map(|config| config.target_groups());
    let shared = shared
        .into_iter()
        .flatten()
        .filter(|group| group.weight() != Some(0))
        .filter_map(|group| group.target_group_arn());
    let mut groups: Vec<String> = shared.map(str::to_owned).collect();
    if groups.is_empty() {
        groups.extend(from.target_group_arn().map(str::to_owned));
    }
    if kind == "forward" && groups.is_empty() {
        return Err(Unreadable("the answer lacks `TargetGroupArn`".to_owned()));
    }
    Ok(RuleAction {
        kind: kind.to_owned(),
        unauthenticated: text(unauthenticated),
        target_groups: groups,
    })
}

/// Old rules have their values by themselves, newer ones in a member of each field's own.
fn condition(from: &Condition) -> Result<RuleCondition, Unreadable> {
    let field = required(from.field(), "Field")?;
    let mut read = RuleCondition {
        field: field.to_owned(),
        names: Vec::new(),
        values: Vec::new(),
        expressions: Vec::new(),
        anything: false,
    };
    match field {
        "http-header" => {
            let header = from.http_header_config();
            let name = header.and_then(|header| header.http_header_name());
            read.names
                .push(required(name, "HttpHeaderName")?.to_owned());
            let mut values = header.into_iter().flat_map(|header| header.values());
            read.anything = values.any(|value| is_open(value));
        }
        "query-string" => {
            let pairs = from.query_string_config().map(|query| query.values());
            let pairs = listed(pairs.map(<[_]>::to_vec).as_ref(), "Values")?.to_vec();
            read.names = pairs.iter().map(|pair| text(pair.key())).collect();
            read.anything = pairs.iter().any(|pair| pair.value().is_some_and(is_open));
        }
        "host-header" | "path-pattern" | "http-request-method" | "source-ip" => {
            let (values, expressions) = texts(from);
            read.values = [values, from.values()].concat();
            read.values.sort_unstable();
            read.values.dedup();
            read.expressions = [expressions, from.regex_values()].concat();
            read.expressions.sort_unstable();
            read.expressions.dedup();
            read.anything = read.values.iter().any(|value| is_open(value));
            if read.values.is_empty() && read.expressions.is_empty() {
                return Err(Unreadable(format!("the answer lacks values of `{field}`")));
            }
        }
        // what a field of another kind must hold may be a secret as well
        _ => {}
    }
    Ok(read)
}

/// The values and the regular expressions in the member of the condition's field.
fn texts(from: &Condition) -> (&[String], &[String]) {
    let (host, path) = (from.host_header_config(), from.path_pattern_config());
    let (method, source) = (from.http_request_method_config(), from.source_ip_config());
    match (host, path, method, source) {
        (Some(host), ..) => (host.values(), host.regex_values()),
        (_, Some(path), ..) => (path.values(), path.regex_values()),
        (_, _, Some(method), _) => (method.values(), &[]),
        (_, _, _, Some(source)) => (source.values(), &[]),
        _ => (&[], &[]),
    }
}

/// Whether everything fits a pattern; every path begins with a slash.
fn is_open(pattern: &str) -> bool {
    pattern
        .strip_prefix('/')
        .unwrap_or(pattern)
        .strip_prefix('*')
        .is_some_and(|rest| rest.chars().all(|one| one == '*'))
}
