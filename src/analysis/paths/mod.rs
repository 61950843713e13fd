//! Attack paths: who gets in from outside, or can change the function from inside, joined with what the execution role may do.
//!
//! Each hop is a fact of another subject, with its evidence; a path is known only where all its hops
//! are, and one hop that is known not to exist decides.

mod end;
mod entry;
mod route;
mod rule;

use schemars::JsonSchema;
use serde::Serialize;

use super::exposure::{Reach, ReachingRoute, ReachingRule};
use super::privilege::HopRequest;
use super::{Context, ExposureFacts, Fact, RoleFacts};
use end::{End, Leads, end, escalation, whether};
use entry::{Entry, Insiders, NAMED, by_policy, inside, is_control, is_public, outside, together};
use route::open_routes;
use rule::open_rules;

/// Chains that lead from outside, or from inside the account, through the function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct PathFacts {
    /// How many ways in there are for everybody: from the internet, or from every AWS account, by grants of the
    /// function's policies, and by routes of APIs and rules of load balancers that ask nobody who is calling.
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
    /// From users and roles of the account that can change the function, administrators left out, to a role
    /// that gives them what they do not have: everything, or a way to raise itself. At most ten.
    pub inside_to_power: Fact<Vec<Path>>,
}

/// One chain.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Path {
    /// The class of who gets in, as of `exposure.grants`.
    #[schemars(with = "Reach")]
    pub entry: String,
    /// The alias or version that is the way in; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The statements that let in.
    pub statements: Vec<String>,
    /// Whom they let in; of an API the ARN of its stage, of a load balancer that of its listener.
    pub principal: String,
    /// `url`, `api` for Lambda's own API, and for what is in front of the function `api-route` or
    /// `load-balancer-rule`.
    #[schemars(extend("enum" = ["url", "api", "api-route", "load-balancer-rule"]))]
    pub through: String,
    /// The routes, at most ten; none unless the path leads through them.
    pub api_routes: Vec<ReachingRoute>,
    /// The rules, at most ten; none unless the path leads through them.
    pub load_balancer_rules: Vec<ReachingRule>,
    /// Where it leads: `admin`, `escalation`, `credentials` or `data`.
    #[schemars(extend("enum" = ["admin", "escalation", "credentials", "data"]))]
    pub target: String,
    /// Whether every hop is certain.
    pub certain: bool,
    /// On what it depends where it is not certain.
    pub depends_on: Vec<String>,
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
    /// What is requested, where that is known, as `lamppost explain access` takes it.
    pub requests: Vec<HopRequest>,
}

impl PathFacts {
    /// Derives them from the facts that they join.
    pub fn derive(context: Context<'_>, exposure: &ExposureFacts, role: &RoleFacts) -> Self {
        let public = together([
            by_policy(context, exposure, is_public, false),
            open_routes(context, exposure),
            open_rules(context, exposure),
        ]);
        let control = by_policy(context, exposure, is_control, true);
        let outside = outside(context, exposure);
        let admin = end(
            context,
            "admin",
            ["can do everything", "may be able to do everything"],
            &role.admin,
        );
        let escalates = |leads: Leads| escalation(context, &role.escalations, leads);
        let escalation = escalates(Leads::ToPower);
        let credentials = end(
            context,
            "credentials",
            [
                "can get credentials of other principals",
                "may get credentials of other principals",
            ],
            &role.credential_access,
        );
        let data = end(
            context,
            "data",
            ["can read all data of a kind", "may read all data of a kind"],
            &role.data_access,
        );
        // What an administrator can do besides is no path of its own.
        let unless_stronger = |found: Fact<Vec<End>>| unless(&admin, unless(&escalation, found));
        let power = either(&admin, &escalation);
        let itself = either(&credentials, &data);
        let by_others = either(&escalates(Leads::ToCredentials), &escalates(Leads::ToData));
        let read = unless_stronger(either(&itself, &by_others));
        // Who can change the function has all of that, and is only told of if he gains by it.
        let any = either(&admin, &escalates(Leads::Anywhere));
        let walk =
            |entries: &Fact<Vec<Entry>>, ends: &Fact<Vec<End>>| join(context, role, entries, ends);
        let count = |entries: &Fact<Vec<Entry>>| entries.map_ref(|entries| entries.len() as i64);
        Self {
            public_entries: count(&public),
            outside_entries: count(&outside),
            control_entries: count(&control),
            public_to_admin: walk(&public, &admin),
            public_to_escalation: walk(&public, &escalation),
            public_to_data: walk(&public, &read),
            outside_to_power: walk(&outside, &power),
            outside_to_data: walk(&outside, &read),
            control_to_role: walk(&control, &either(&power, &read)),
            inside_to_power: from_inside(context, role, &admin, &any),
        }
    }
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
) -> Fact<Vec<Path>> {
    match (entries, ends) {
        (Fact::Known(none), _) if none.is_empty() => Fact::Known(Vec::new()),
        (_, Fact::Known(none)) if none.is_empty() => Fact::Known(Vec::new()),
        (Fact::Known(entries), Fact::Known(ends)) => Fact::Known(
            entries
                .iter()
                .flat_map(|entry| ends.iter().map(move |end| (entry, end)))
                .map(|(entry, end)| path(context, role, entry, end))
                .collect(),
        ),
        (entries, ends) => Fact::Unknown([entries.gaps(), ends.gaps()].concat()),
    }
}

/// Every insider with what gives him more than he has, at most ten of them: a way that leads through himself gives him nothing.
fn from_inside(
    context: Context<'_>,
    role: &RoleFacts,
    admin: &Fact<Vec<End>>,
    any: &Fact<Vec<End>>,
) -> Fact<Vec<Path>> {
    // Who of the account can change the function matters only where that leads somewhere.
    if any.known().is_some_and(Vec::is_empty) {
        return Fact::Known(Vec::new());
    }
    let Insiders { entries, gaps } = match inside(context, role, any.known().is_some()) {
        Fact::Known(insiders) => insiders,
        Fact::Unknown(gaps) => return Fact::Unknown([&gaps, any.gaps()].concat()),
    };
    let Fact::Known(ends) = any else {
        return join(context, role, &Fact::offenders(entries, gaps), any);
    };
    let administers = admin.known().is_some_and(|ends| !ends.is_empty());
    let paths = entries.iter().flat_map(|entry| {
        let ends = match administers {
            true => ends.clone(),
            false => ends_for(context, role, &entry.principal, ends),
        };
        let paths = ends.iter().map(|end| path(context, role, entry, end));
        paths.collect::<Vec<Path>>()
    });
    Fact::offenders(paths.take(NAMED).collect(), gaps)
}

/// Where the ways of the role lead one who acts as it.
fn ends_for(context: Context<'_>, role: &RoleFacts, principal: &str, ends: &[End]) -> Vec<End> {
    let serves = |end: &End| end.leads_to_everything && !end.through.contains(principal);
    if ends.iter().all(serves) {
        return ends.to_vec();
    }
    let privileges = context.account.privileges();
    let ways = privileges.map(|all| all.escalations_for(principal, &role.arn));
    match ways {
        Ok(Some(ways)) => {
            let ways = Fact::Known(ways);
            let ends = escalation(context, &ways, Leads::Anywhere);
            ends.known().cloned().unwrap_or_default()
        }
        _ => ends.to_vec(),
    }
}

/// A function, or an alias or version of it, as people write it.
fn place(function: &str, qualifier: &str) -> String {
    match qualifier {
        "$LATEST" => function.to_owned(),
        qualifier => format!("{function}:{qualifier}"),
    }
}

fn path(context: Context<'_>, role: &RoleFacts, entry: &Entry, end: &End) -> Path {
    let place = place(&context.function.name, &entry.qualifier);
    let reason = entry.reason.trim_end_matches('.');
    let then = if entry.changes {
        "whatever code it then has"
    } else {
        "its code"
    };
    let certain = entry.certain && end.certain;
    let mut depends_on: Vec<String> = entry.depends_on.clone();
    depends_on.extend(end.depends_on.iter().cloned());
    depends_on.sort();
    depends_on.dedup();
    let told: Vec<String> = depends_on
        .iter()
        .take(2)
        .map(|part| whether(part))
        .collect();
    let depends = match (certain, told.is_empty(), depends_on.len().saturating_sub(2)) {
        (true, _, _) => String::new(),
        (_, true, _) => " (perhaps)".to_owned(),
        (_, _, 0) => format!(" ({})", told.join(", ")),
        (_, _, more) => format!(" ({} and {more} more conditions)", told.join(", ")),
    };
    let summary = format!(
        "{reason}; {then} runs with the role {}, which {}{depends}.",
        role.name, end.deed
    );
    let who = match entry.class {
        Reach::Internet => "the internet",
        Reach::AnyAwsAccount => "any AWS account",
        _ => &entry.principal,
    };
    let deed = match (entry.changes, entry.through.as_str()) {
        (true, _) => "changes the function",
        (false, "url") => "calls the function URL",
        (false, route::THROUGH) => "calls routes that ask for nothing",
        (false, rule::THROUGH) => "calls a load balancer that asks for nothing",
        (false, _) => "invokes the function",
    };
    let hop = |from: &str, to: &str, deed: &str, evidence: &[String]| Hop {
        from: from.to_owned(),
        to: to.to_owned(),
        deed: deed.to_owned(),
        evidence: evidence.to_vec(),
        requests: Vec::new(),
    };
    let mut hops = vec![
        hop(who, &place, deed, &entry.evidence),
        hop(
            &place,
            &role.name,
            "runs with its execution role",
            std::slice::from_ref(&role.arn),
        ),
    ];
    match end.hops.as_slice() {
        [] => hops.push(hop(&role.name, end.target, &end.deed, &end.evidence)),
        chain => hops.extend(chain.iter().cloned()),
    }
    Path {
        entry: entry.class.as_str().to_owned(),
        qualifier: entry.qualifier.clone(),
        statements: entry.statements.clone(),
        principal: entry.principal.clone(),
        through: entry.through.clone(),
        api_routes: entry.routes.clone(),
        load_balancer_rules: entry.rules.clone(),
        target: end.target.to_owned(),
        certain,
        depends_on: if certain { Vec::new() } else { depends_on },
        summary,
        hops,
    }
}
