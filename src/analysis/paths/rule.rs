//! Ways in by what asks nobody who is calling: rules of load balancers.

use super::super::exposure::{Reach, ReachingRule};
use super::super::{Context, ExposureFacts, Fact};
use super::entry::{Entry, SHOWN, letting, listed, together_by};

/// How such an entry is gone through.
pub(super) const THROUGH: &str = "load-balancer-rule";

/// The ways in by open rules, those of one listener to one qualifier together.
pub(super) fn open_rules(context: Context<'_>, exposure: &ExposureFacts) -> Fact<Vec<Entry>> {
    exposure.open_load_balancer_rules.map_ref(|rules| {
        let doors = together_by(rules, |one| (&one.listener_arn, &one.qualifier));
        let entries = doors.iter().filter_map(|door| entry(context, door));
        entries.collect()
    })
}

fn entry(context: Context<'_>, rules: &[&ReachingRule]) -> Option<Entry> {
    let first = rules.first()?;
    let named = rules.iter().flat_map(|rule| &rule.statements);
    let (statements, letting) = letting(context, &first.qualifier, named);
    let balancer = format!("load balancer {}, port {}", first.load_balancer, first.port);
    let names: Vec<String> = rules.iter().map(|rule| name(rule)).collect();
    let shown = || rules.iter().take(SHOWN);
    let asking = shown().map(|rule| {
        format!(
            "{balancer}, {}: authentication {}",
            name(rule),
            rule.authentication
        )
    });
    Some(Entry {
        class: Reach::Internet,
        qualifier: first.qualifier.clone(),
        statements,
        principal: first.listener_arn.clone(),
        through: THROUGH.to_owned(),
        certain: rules.iter().any(|rule| rule.certain),
        depends_on: Vec::new(),
        reason: format!(
            "Anybody on the internet may call it by {} of the {balancer}",
            listed(&names, "rule")
        ),
        changes: false,
        evidence: asking.chain(letting).collect(),
        routes: Vec::new(),
        rules: shown().map(|rule| (*rule).clone()).collect(),
    })
}

/// `rule 10 (path /orders/*)`, or `the default rule`.
fn name(rule: &ReachingRule) -> String {
    let name = match rule.priority.as_str() {
        "default" => "the default rule".to_owned(),
        priority => format!("rule {priority}"),
    };
    match rule.requests.as_slice() {
        [] => name,
        requests => format!("{name} ({})", requests.join(", ")),
    }
}
