//! What is reached with the execution role: by itself, or by whom it can become.

use std::collections::BTreeSet;

use super::super::privilege::{Escalation, EscalationHop, Grant};
use super::super::{Context, Fact};
use super::Hop;

/// What is reached with the role.
#[derive(Clone, Debug)]
pub(super) struct End {
    pub(super) target: &'static str,
    pub(super) certain: bool,
    pub(super) depends_on: Vec<String>,
    pub(super) deed: String,
    pub(super) evidence: Vec<String>,
    /// The hops by which the role gets there; none where it needs none.
    pub(super) hops: Vec<Hop>,
    /// Whether it is everything.
    pub(super) leads_to_everything: bool,
    /// ARNs of whom the role becomes on the way.
    pub(super) through: BTreeSet<String>,
}

/// Where ways to more permissions lead.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Leads {
    /// To everything, to permissions of others, or to what is neither data nor credentials.
    ToPower,
    ToCredentials,
    ToData,
    Anywhere,
}

impl Leads {
    fn includes(self, end: &str) -> bool {
        match self {
            Leads::ToPower => !matches!(end, "credentials" | "data"),
            Leads::ToCredentials => end == "credentials",
            Leads::ToData => end == "data",
            Leads::Anywhere => true,
        }
    }

    fn target(self) -> &'static str {
        match self {
            Leads::ToPower | Leads::Anywhere => "escalation",
            Leads::ToCredentials => "credentials",
            Leads::ToData => "data",
        }
    }
}

/// What statements of the role allow; `deeds` say so where it is certain, and where it is not.
pub(super) fn end(
    context: Context<'_>,
    target: &'static str,
    deeds: [&str; 2],
    powers: &Fact<Vec<Grant>>,
) -> Fact<Vec<End>> {
    powers.map_ref(|grants| {
        let evidence: Vec<String> = grants
            .iter()
            .map(|grant| format!("{}, statement {}", grant.policy, grant.statement))
            .collect();
        if evidence.is_empty() {
            return Vec::new();
        }
        let certain = grants.iter().any(|grant| grant.certain);
        let doubts = grants.iter().filter(|_| !certain);
        let [surely, perhaps] = deeds;
        vec![End {
            target,
            certain,
            depends_on: doubts
                .flat_map(|grant| &grant.depends_on)
                .map(|part| explained(context, part))
                .collect(),
            deed: if certain { surely } else { perhaps }.to_owned(),
            evidence,
            hops: Vec::new(),
            leads_to_everything: target == "admin",
            through: BTreeSet::new(),
        }]
    })
}

/// The best of the ways that lead there: one that is certain says most, and of those the one that leads furthest.
pub(super) fn escalation(
    context: Context<'_>,
    ways: &Fact<Vec<Escalation>>,
    leads: Leads,
) -> Fact<Vec<End>> {
    ways.map_ref(|ways| {
        let fitting = ways.iter().filter(|way| leads.includes(&way.end));
        let best = fitting.min_by_key(|way| {
            let whole = way.end != "administrator";
            (!way.certain, whole, way.hops.len())
        });
        best.map(|way| End {
            target: leads.target(),
            certain: way.certain,
            depends_on: way
                .depends_on
                .iter()
                .map(|part| explained(context, part))
                .collect(),
            deed: deed(way),
            evidence: Vec::new(),
            hops: hops(way),
            leads_to_everything: way.end == "administrator",
            through: way.hops.iter().map(|hop| hop.becomes.clone()).collect(),
        })
        .into_iter()
        .collect()
    })
}

/// `can become an administrator by lambda-001 (iam:PassRole + lambda:CreateFunction)`
fn deed(way: &Escalation) -> String {
    let can = if way.certain { "can" } else { "may" };
    let gets = match way.end.as_str() {
        "administrator" => "become an administrator".to_owned(),
        _ => format!("get {}", way.gains.join(", ")),
    };
    let steps: Vec<String> = way.hops.iter().map(step).collect();
    format!("{can} {gets} by {}", steps.join(", then "))
}

fn step(hop: &EscalationHop) -> String {
    let mut actions: Vec<&str> = Vec::new();
    for request in &hop.requests {
        if !actions.contains(&request.action.as_str()) {
            actions.push(&request.action);
        }
    }
    let to = match hop.becomes == hop.principal {
        true => String::new(),
        false => format!(" to {}", name(&hop.becomes)),
    };
    format!("{} ({}){to}", hop.path, actions.join(" + "))
}

/// The last part of an ARN that tells kind and name, such as `role/admin`.
fn name(arn: &str) -> &str {
    arn.rsplit(':').next().unwrap_or(arn)
}

fn hops(way: &Escalation) -> Vec<Hop> {
    let hop = |hop: &EscalationHop| {
        let asked = hop
            .requests
            .iter()
            .map(|request| match request.context.as_slice() {
                [] => format!("{} on {}", request.action, request.resource),
                context => format!(
                    "{} on {} with {}",
                    request.action,
                    request.resource,
                    context.join(", ")
                ),
            });
        let named = hop
            .statements
            .iter()
            .map(|name| format!("{}, statement {}", name.policy, name.statement));
        let depends = hop.depends_on.iter().map(|part| whether(part));
        Hop {
            from: name(&hop.principal).to_owned(),
            to: name(&hop.becomes).to_owned(),
            deed: hop.path.clone(),
            evidence: named.chain(asked).chain(depends).collect(),
            requests: hop.requests.clone(),
        }
    };
    way.hops.iter().map(hop).collect()
}

/// A condition in a sentence: what a Deny asks for begins with `unless`.
pub(super) fn whether(part: &str) -> String {
    match part.starts_with("unless") {
        true => part.to_owned(),
        false => format!("if {part}"),
    }
}

/// A condition with what is known of it for the code of this function.
pub(super) fn explained(context: Context<'_>, part: &str) -> String {
    if !part.contains("aws:SourceIp") {
        return part.to_owned();
    }
    match context.function.configuration.vpc {
        None => format!("{part}; the function calls from an address of AWS, which is not known"),
        Some(_) => {
            format!("{part}; the function calls from its VPC, by which address is not known")
        }
    }
}
