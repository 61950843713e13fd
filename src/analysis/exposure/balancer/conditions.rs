//! What requests must be like for a rule.

use super::{Place, Search};
use crate::analysis::Fact;
use crate::inventory::{GapKind, ListenerRule, RuleCondition};
use crate::operation;
use crate::policy::AddressRanges;

/// Headers that every client sets as it likes, and that nobody keeps a secret in; `host` has a condition of its own.
const COMMON_HEADERS: &[&str] = &[
    "accept",
    "accept-encoding",
    "accept-language",
    "content-type",
    "origin",
    "user-agent",
    "x-forwarded-for",
    "x-forwarded-port",
    "x-forwarded-proto",
    "x-requested-with",
];

/// Whether every request is like that.
pub(super) fn are_met_by_all(rule: &ListenerRule) -> bool {
    rule.conditions
        .iter()
        .all(|condition| match condition.field.as_str() {
            "host-header" | "path-pattern" => condition.anything,
            "source-ip" => {
                let ranges = ranges(condition);
                ranges.covers_ipv4() && ranges.covers_ipv6()
            }
            _ => false,
        })
}

/// The addresses of a condition on them.
pub(super) fn ranges(condition: &RuleCondition) -> AddressRanges {
    AddressRanges::new(condition.values.iter().map(String::as_str))
}

/// A condition as people read it, without what headers and queries must hold.
pub(super) fn in_words(condition: &RuleCondition) -> String {
    let what = match condition.field.as_str() {
        "host-header" => "host",
        "path-pattern" => "path",
        "http-request-method" => "method",
        "source-ip" => "from",
        "http-header" => "header",
        "query-string" => "query",
        other => other,
    };
    let expressions = condition.expressions.iter().map(|one| format!("~{one}"));
    let said = condition.names.iter().chain(&condition.values);
    let said: Vec<String> = said.cloned().chain(expressions).collect();
    match said.as_slice() {
        [] => what.to_owned(),
        said => format!("{what} {}", said.join(" or ")),
    }
}

impl Search<'_, '_> {
    /// Whether nothing in a request must hold what only some may know. A header may be what a content delivery network
    /// and the load balancer agreed on, which nobody can tell from its name.
    pub(super) fn needs_no_secret(&self, place: Place<'_>, rule: &ListenerRule) -> Fact<bool> {
        Fact::all(rule.conditions.iter().map(|condition| {
            match condition.field.as_str() {
                "host-header" | "path-pattern" | "http-request-method" | "source-ip" => Fact::Known(true),
                "http-header" | "query-string" if condition.anything || is_common(condition) => Fact::Known(true),
                "http-header" | "query-string" => {
                    let message = format!(
                        "whether only some know what `{}` must hold for rule {} of load balancer {} cannot be told",
                        condition.names.join("`, `"),
                        rule.priority,
                        place.balancer.name
                    );
                    let (operation, kind) = (&operation::elasticloadbalancing::DESCRIBE_RULES, GapKind::Unrecognised);
                    Fact::unknown(&self.gap(operation, kind, message, &place.region.region))
                }
                other => {
                    let operation = &operation::elasticloadbalancing::DESCRIBE_RULES;
                    Fact::unknown(&self.context.unrecognised(operation, "condition", other))
                }
            }
        }))
    }
}

fn is_common(condition: &RuleCondition) -> bool {
    condition.field == "http-header"
        && condition
            .names
            .iter()
            .all(|name| COMMON_HEADERS.contains(&name.to_ascii_lowercase().as_str()))
}
