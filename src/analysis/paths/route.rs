//! Ways in by what asks nobody who is calling: routes of APIs.

use super::super::exposure::{Reach, ReachingRoute};
use super::super::{Context, ExposureFacts, Fact};
use super::entry::{Entry, SHOWN, letting, listed, together_by};

/// How such an entry is gone through.
pub(super) const THROUGH: &str = "api-route";

/// The ways in by open routes, those of one API and stage to one qualifier together.
pub(super) fn open_routes(context: Context<'_>, exposure: &ExposureFacts) -> Fact<Vec<Entry>> {
    exposure.open_api_routes.map_ref(|routes| {
        let doors = together_by(routes, |one| {
            (&one.region, &one.api, &one.stage, &one.qualifier)
        });
        let entries = doors.iter().filter_map(|door| entry(context, door));
        entries.collect()
    })
}

fn entry(context: Context<'_>, routes: &[&ReachingRoute]) -> Option<Entry> {
    let first = routes.first()?;
    let account = &context.account.inventory.account;
    let named = routes.iter().flat_map(|route| &route.statements);
    let (statements, letting) = letting(context, &first.qualifier, named);
    let api = api(first);
    let shown = || routes.iter().take(SHOWN);
    let asking = shown().map(|route| asking(&api, route));
    let keys: Vec<String> = routes.iter().map(|route| key(route)).collect();
    let roles = shown().filter(|route| !route.role.is_empty());
    let roles = roles.map(|route| format!("role of the integration {}", route.role));
    let mut evidence: Vec<String> = Vec::new();
    for one in asking.chain(letting).chain(roles) {
        if !evidence.contains(&one) {
            evidence.push(one);
        }
    }
    // An endpoint in a VPC is to be had by everybody with an account.
    let (class, who) = match first.private {
        true => (
            Reach::AnyAwsAccount,
            "Anybody with an AWS account may call it, through a VPC endpoint,",
        ),
        false => (Reach::Internet, "Anybody on the internet may call it"),
    };
    Some(Entry {
        class,
        qualifier: first.qualifier.clone(),
        statements,
        principal: format!(
            "arn:{}:execute-api:{}:{}:{}/{}",
            account.partition, first.region, account.id, first.api, first.stage
        ),
        through: THROUGH.to_owned(),
        certain: routes.iter().any(|route| route.certain),
        depends_on: Vec::new(),
        reason: format!("{who} by {} of the {api}", listed(&keys, "route")),
        changes: false,
        evidence,
        routes: shown().map(|route| (*route).clone()).collect(),
        rules: Vec::new(),
    })
}

/// `REST API a1b2c3 (shop), stage prod`, with custom domain names where it answers at these only.
fn api(route: &ReachingRoute) -> String {
    let name = match route.api_name.as_str() {
        "" => String::new(),
        name => format!(" ({name})"),
    };
    let domains = match route.domains.as_slice() {
        [] => String::new(),
        domains => format!(", at {}", domains.join(", ")),
    };
    format!(
        "{} API {}{name}, stage {}{domains}",
        route.kind, route.api, route.stage
    )
}

/// What asks for nothing: of a WebSocket the moment of connecting.
fn asking(api: &str, route: &ReachingRoute) -> String {
    if route.kind != "WEBSOCKET" {
        let authorization = &route.authorization;
        return format!("{api}, {}: authorization type {authorization}", key(route));
    }
    match route.asks_at.as_str() {
        "" => format!("{api}: no route $connect"),
        _ => format!(
            "{api}, $connect: authorization type {}",
            route.authorization
        ),
    }
}

fn key(route: &ReachingRoute) -> String {
    format!("{} {}", route.method, route.path).trim().to_owned()
}
