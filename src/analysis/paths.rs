//! Attack paths: who gets in from outside, joined with what the execution role may do.
//!
//! Each hop is a fact of another subject, with its evidence; a path is known only where all its hops
//! are, and one hop that is known not to exist decides.

use schemars::JsonSchema;
use serde::Serialize;

use super::exposure::{Cause, Grant, Reach, Whose};
use super::privilege::{self, Escalation};
use super::{Context, ExposureFacts, Fact, RoleFacts};

/// Chains that lead from outside through the function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct PathFacts {
    /// How many ways in there are for everybody: from the internet, or from every AWS account.
    pub public_entries: Fact<i64>,
    /// How many ways in there are for strangers by name, and for customers of a service that acts for any.
    pub outside_entries: Fact<i64>,
    /// By how many ways somebody outside the own account may change the function.
    pub control_entries: Fact<i64>,
    /// From everybody to a role that may do everything.
    pub public_to_admin: Fact<Vec<Path>>,
    /// From everybody to a role that can raise itself.
    pub public_to_escalation: Fact<Vec<Path>>,
    /// From everybody to a role that can read all data of a kind, or get credentials.
    pub public_to_data: Fact<Vec<Path>>,
    /// From strangers to a role that may do everything, or can raise itself.
    pub outside_to_power: Fact<Vec<Path>>,
    /// From strangers to a role that can read all data of a kind, or get credentials.
    pub outside_to_data: Fact<Vec<Path>>,
    /// From somebody outside who may change the function to whatever its role may do.
    pub control_to_role: Fact<Vec<Path>>,
}

/// One chain.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Path {
    /// The class of who gets in, as of `exposure.grants`.
    pub entry: String,
    /// The alias or version that is the way in; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The statements that let in.
    pub statements: Vec<String>,
    /// Whom they let in.
    pub principal: String,
    /// `url` or `api`.
    pub through: String,
    /// Where it leads: `admin`, `escalation`, `credentials` or `data`.
    pub target: String,
    /// Whether every hop is certain.
    pub certain: bool,
    /// The chain in one sentence.
    pub summary: String,
    /// The hops.
    pub hops: Vec<Hop>,
}

/// One step of a chain.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Hop {
    /// Where it starts.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// What happens.
    pub deed: String,
    /// What allows it: statements with their policies.
    pub evidence: Vec<String>,
}

/// A way in.
#[derive(Clone, Debug)]
struct Entry {
    class: Reach,
    qualifier: String,
    statements: Vec<String>,
    principal: String,
    through: String,
    certain: bool,
    reason: String,
}

/// What is reached with the role.
#[derive(Clone, Debug)]
struct End {
    target: &'static str,
    certain: bool,
    deed: String,
    evidence: Vec<String>,
}

impl PathFacts {
    /// Derives them from the facts that they join.
    pub fn derive(context: Context<'_>, exposure: &ExposureFacts, role: &RoleFacts) -> Self {
        let public = exposure
            .entries
            .map_ref(|grants| entries(grants, is_public));
        let control = exposure
            .entries
            .map_ref(|grants| entries(grants, is_control));
        let outside = outside(exposure);
        let admin = end("admin", "may do everything", &role.admin);
        let escalation = escalation(&role.escalations);
        let credentials = end(
            "credentials",
            "can get credentials of others",
            &role.credential_access,
        );
        let data = end("data", "can read all data of a kind", &role.data_access);
        // What an administrator can do besides is no path of its own.
        let unless_stronger = |found: Fact<Vec<End>>| unless(&admin, unless(&escalation, found));
        let power = either(&admin, &escalation);
        let read = unless_stronger(either(&credentials, &data));
        let walk = |entries: &Fact<Vec<Entry>>, ends: &Fact<Vec<End>>, changes: bool| {
            join(context, role, entries, ends, changes)
        };
        let count = |entries: &Fact<Vec<Entry>>| entries.map_ref(|entries| entries.len() as i64);
        Self {
            public_entries: count(&public),
            outside_entries: count(&outside),
            control_entries: count(&control),
            public_to_admin: walk(&public, &admin, false),
            public_to_escalation: walk(&public, &escalation, false),
            public_to_data: walk(&public, &read, false),
            outside_to_power: walk(&outside, &power, false),
            outside_to_data: walk(&outside, &read, false),
            control_to_role: walk(&control, &either(&power, &read), true),
        }
    }
}

/// A grant to everybody that no address limits.
fn is_public(grant: &Grant) -> bool {
    matches!(grant.class, Reach::Internet | Reach::AnyAwsAccount)
        && !grant.is_narrowed()
        && grant.cause != Cause::HalfUrl
}

/// A grant to a stranger by name, or to a service that acts for any customer.
fn is_outside(grant: &Grant) -> bool {
    let deputy = grant.class == Reach::ConfusedDeputy && grant.cause == Cause::AnySource;
    let stranger = grant.class == Reach::ExternalAccount && grant.whose == Whose::Foreign;
    deputy || stranger
}

/// A grant that lets somebody outside replace or redirect the code.
fn is_control(grant: &Grant) -> bool {
    let changes = grant.abilities.iter().any(|ability| {
        matches!(
            ability.as_str(),
            "change-code" | "change-configuration" | "change-policy"
        )
    });
    changes && grant.class > Reach::OwnAccount && grant.whose != Whose::Trusted
}

/// Grants to strangers; unknown where it is not known who is one.
fn outside(exposure: &ExposureFacts) -> Fact<Vec<Entry>> {
    let found = exposure
        .entries
        .map_ref(|grants| entries(grants, is_outside));
    let undecided = exposure.entries.known().is_some_and(|grants| {
        grants
            .iter()
            .any(|grant| grant.class == Reach::ExternalAccount && grant.whose == Whose::Unknown)
    });
    match (&found, undecided) {
        (Fact::Known(entries), true) if entries.is_empty() => {
            Fact::Unknown(exposure.external_grants.gaps().to_vec())
        }
        _ => found,
    }
}

/// The ways in, those of one URL or API together.
fn entries(grants: &[Grant], choose: fn(&Grant) -> bool) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for grant in grants.iter().filter(|grant| choose(grant)) {
        let same = |entry: &&mut Entry| {
            entry.class == grant.class
                && entry.qualifier == grant.qualifier
                && entry.through == grant.through
                && entry.principal == grant.principal
        };
        match entries.iter_mut().find(same) {
            Some(entry) => {
                entry.statements.push(grant.statement.clone());
                entry.certain |= grant.certain;
            }
            None => entries.push(Entry {
                class: grant.class,
                qualifier: grant.qualifier.clone(),
                statements: vec![grant.statement.clone()],
                principal: grant.principal.clone(),
                through: grant.through.clone(),
                certain: grant.certain,
                reason: grant.reason.clone(),
            }),
        }
    }
    entries
}

fn end(target: &'static str, deed: &str, powers: &Fact<Vec<privilege::Grant>>) -> Fact<Vec<End>> {
    powers.map_ref(|grants| {
        let evidence: Vec<String> = grants
            .iter()
            .map(|grant| format!("{}, statement {}", grant.policy, grant.statement))
            .collect();
        if evidence.is_empty() {
            return Vec::new();
        }
        vec![End {
            target,
            certain: grants.iter().any(|grant| grant.certain),
            deed: deed.to_owned(),
            evidence,
        }]
    })
}

fn escalation(ways: &Fact<Vec<Escalation>>) -> Fact<Vec<End>> {
    ways.map_ref(|ways| {
        // The one that is certain says most.
        let best = ways.iter().find(|way| way.certain).or(ways.first());
        best.map(|way| End {
            target: "escalation",
            certain: way.certain,
            deed: format!("can raise itself by {} ({})", way.path, way.title),
            evidence: way
                .statements
                .iter()
                .map(|name| format!("{}, statement {}", name.policy, name.statement))
                .collect(),
        })
        .into_iter()
        .collect()
    })
}

/// What the first leads to, else what the second does.
fn either(one: &Fact<Vec<End>>, other: &Fact<Vec<End>>) -> Fact<Vec<End>> {
    match (one, other) {
        (Fact::Known(ends), _) if !ends.is_empty() => one.clone(),
        (Fact::Known(_), _) => other.clone(),
        (_, Fact::Known(ends)) if !ends.is_empty() => other.clone(),
        (Fact::Unknown(_), _) => one.clone(),
    }
}

/// Nothing where a stronger end is known.
fn unless(stronger: &Fact<Vec<End>>, found: Fact<Vec<End>>) -> Fact<Vec<End>> {
    match stronger {
        Fact::Known(ends) if !ends.is_empty() => Fact::Known(Vec::new()),
        _ => found,
    }
}

/// Every way in with every end; nothing where one side is known to be empty.
fn join(
    context: Context<'_>,
    role: &RoleFacts,
    entries: &Fact<Vec<Entry>>,
    ends: &Fact<Vec<End>>,
    changes: bool,
) -> Fact<Vec<Path>> {
    match (entries, ends) {
        (Fact::Known(none), _) if none.is_empty() => Fact::Known(Vec::new()),
        (_, Fact::Known(none)) if none.is_empty() => Fact::Known(Vec::new()),
        (Fact::Known(entries), Fact::Known(ends)) => Fact::Known(
            entries
                .iter()
                .flat_map(|entry| ends.iter().map(move |end| (entry, end)))
                .map(|(entry, end)| path(context, role, entry, end, changes))
                .collect(),
        ),
        (entries, ends) => Fact::Unknown([entries.gaps(), ends.gaps()].concat()),
    }
}

fn path(context: Context<'_>, role: &RoleFacts, entry: &Entry, end: &End, changes: bool) -> Path {
    let function = &context.function.name;
    let place = match entry.qualifier.as_str() {
        "$LATEST" => function.clone(),
        qualifier => format!("{function}:{qualifier}"),
    };
    let reason = entry.reason.trim_end_matches('.');
    let then = if changes {
        "whatever code it then has"
    } else {
        "its code"
    };
    let summary = format!(
        "{reason}; {then} runs with the role {}, which {}.",
        role.name, end.deed
    );
    let who = match entry.class {
        Reach::Internet => "the internet".to_owned(),
        Reach::AnyAwsAccount => "any AWS account".to_owned(),
        _ => entry.principal.clone(),
    };
    let deed = match (changes, entry.through.as_str()) {
        (true, _) => "changes the function",
        (false, "url") => "calls the function URL",
        (false, _) => "invokes the function",
    };
    let hop = |from: &str, to: &str, deed: &str, evidence: Vec<String>| Hop {
        from: from.to_owned(),
        to: to.to_owned(),
        deed: deed.to_owned(),
        evidence,
    };
    let policy = format!("resource-based policy of {place}");
    let statements = entry.statements.iter();
    Path {
        entry: entry.class.as_str().to_owned(),
        qualifier: entry.qualifier.clone(),
        statements: entry.statements.clone(),
        principal: entry.principal.clone(),
        through: entry.through.clone(),
        target: end.target.to_owned(),
        certain: entry.certain && end.certain,
        summary,
        hops: vec![
            hop(
                &who,
                &place,
                deed,
                statements
                    .map(|statement| format!("{policy}, statement {statement}"))
                    .collect(),
            ),
            hop(
                &place,
                &role.name,
                "runs with its execution role",
                vec![role.arn.clone()],
            ),
            hop(&role.name, end.target, &end.deed, end.evidence.clone()),
        ],
    }
}
