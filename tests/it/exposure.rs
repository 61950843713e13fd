//! Resource-based policies against the table in `exposure.toml`, and the laws that no table can hold.

use std::collections::{BTreeMap, BTreeSet};

use lamppost::analysis::exposure::{
    Door, Grant, Home, Membership, Reach, UrlAge, UrlState, grants, reach,
};
use lamppost::inventory::Principal;
use lamppost::policy::{Policy, Target};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

const TABLE: &str = include_str!("exposure.toml");
const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

#[derive(Deserialize)]
struct Table {
    sources: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    url_made: Option<String>,
    #[serde(default)]
    membership: Option<String>,
    #[serde(default)]
    arn: Option<String>,
    #[serde(default)]
    version: Option<String>,
    /// Ids of the own users and roles, where they are known.
    #[serde(default)]
    ids: Option<Vec<String>>,
    statements: Vec<toml::Table>,
    reach: String,
    grants: Vec<String>,
    #[serde(default)]
    because: Option<Vec<String>>,
    #[serde(default)]
    narrowed: Option<Vec<String>>,
    #[serde(default)]
    vendors: Option<Vec<String>>,
}

impl Case {
    fn document(&self) -> String {
        let statements: Vec<Value> = self
            .statements
            .iter()
            .map(|statement| {
                let mut statement = serde_json::to_value(statement).unwrap();
                let map = statement.as_object_mut().unwrap();
                map.entry("Resource")
                    .or_insert_with(|| json!(self.arn.as_deref().unwrap_or(FUNCTION)));
                statement
            })
            .collect();
        // One statement need not be in a list.
        let statements = match statements.as_slice() {
            [one] => one.clone(),
            _ => json!(statements),
        };
        let version = self.version.as_deref().unwrap_or("2012-10-17");
        json!({"Version": version, "Statement": statements}).to_string()
    }

    fn url(&self) -> UrlState {
        let age = UrlAge::of(match self.url_made.as_deref() {
            Some("before") => Some("2024-05-01T09:00:00Z"),
            _ => Some("2026-02-01T09:00:00Z"),
        });
        match self.url.as_deref() {
            Some("none") => UrlState::Open(age),
            Some("iam") => UrlState::Signed(age),
            _ => UrlState::Absent,
        }
    }
}

fn table() -> Table {
    toml::from_str(TABLE).unwrap()
}

struct Surroundings {
    principals: Option<Vec<Principal>>,
    organization: Vec<String>,
    trusted_accounts: BTreeSet<String>,
    trusted_organizations: BTreeSet<String>,
}

impl Surroundings {
    fn new(ids: Option<&[String]>) -> Self {
        Self {
            principals: ids.map(|ids| ids.iter().map(|id| role(id)).collect()),
            organization: vec!["111122223333".to_owned(), "222233334444".to_owned()],
            trusted_accounts: BTreeSet::from(["555566667777".to_owned()]),
            trusted_organizations: BTreeSet::from(["o-partnerorg1".to_owned()]),
        }
    }

    fn home(&self, membership: Option<&str>) -> Home<'_> {
        let membership = match membership {
            Some("unknown") => Membership::Unknown,
            Some("outside") => Membership::Outside,
            Some("unlisted") => Membership::Member {
                id: "o-exampleorg1",
                accounts: None,
            },
            _ => Membership::Member {
                id: "o-exampleorg1",
                accounts: Some(&self.organization),
            },
        };
        Home {
            trusted_accounts: &self.trusted_accounts,
            trusted_organizations: &self.trusted_organizations,
            principals: self.principals.as_deref(),
            ..Home::new(
                "111122223333",
                membership,
                "2026-11-21T12:00:00Z".parse().unwrap(),
            )
        }
    }
}

fn role(id: &str) -> Principal {
    serde_json::from_value(json!({
        "kind": "role", "arn": "arn:aws:iam::111122223333:role/r", "name": "r", "id": id, "trust_policy": null,
        "inline": [], "attached": [], "boundary": null, "groups": [], "tags": {}, "last_used": null,
    }))
    .unwrap()
}

fn judged(
    document: &str,
    arn: &str,
    url: UrlState,
    membership: Option<&str>,
    ids: Option<&[String]>,
) -> Vec<Grant> {
    let surroundings = Surroundings::new(ids);
    let policy = Policy::parse(document).unwrap();
    let door = Door {
        qualifier: "$LATEST",
        resource: Target::Exact(arn.to_owned()),
        policy: &policy,
        url,
    };
    grants(&door, &surroundings.home(membership))
}

fn written(grant: &Grant) -> String {
    let unsure = if grant.certain { "" } else { "?" };
    format!("{} {}{unsure}", grant.statement, grant.class.as_str())
}

fn kebab(cause: impl serde::Serialize) -> String {
    serde_json::to_value(cause)
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned()
}

#[test]
fn every_policy_of_the_table_is_judged_right() {
    let table = table();
    assert!(table.case.len() >= 200);
    let mut wrong = Vec::new();
    for case in &table.case {
        assert!(
            table.sources.contains_key(&case.source),
            "`{}` has no source",
            case.name
        );
        let arn = case.arn.as_deref().unwrap_or(FUNCTION);
        let found = judged(
            &case.document(),
            arn,
            case.url(),
            case.membership.as_deref(),
            case.ids.as_deref(),
        );
        let mut differences = Vec::new();
        let mut compare = |what: &str, expected: Value, found: Value| {
            if expected != found {
                differences.push(format!("  {what}: expected {expected}, found {found}"));
            }
        };
        let classes: Vec<String> = found.iter().map(written).collect();
        compare("reach", json!(case.reach), json!(reach(&found).as_str()));
        compare("grants", json!(case.grants), json!(classes));
        if let Some(because) = &case.because {
            let causes: Vec<String> = found.iter().map(|grant| kebab(grant.cause)).collect();
            compare("because", json!(because), json!(causes));
        }
        if let Some(narrowed) = &case.narrowed {
            let limits: Vec<&String> = found
                .iter()
                .flat_map(|grant| grant.addresses.iter().chain(&grant.networks))
                .collect();
            compare("narrowed", json!(narrowed), json!(limits));
        }
        if let Some(vendors) = &case.vendors {
            let named: Vec<&String> = found.iter().map(|grant| &grant.vendor).collect();
            compare("vendors", json!(vendors), json!(named));
        }
        if !differences.is_empty() {
            let reasons: Vec<&str> = found.iter().map(|grant| grant.reason.as_str()).collect();
            wrong.push(format!(
                "{}\n{}\n  {reasons:?}",
                case.name,
                differences.join("\n")
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        table.case.len(),
        wrong.join("\n")
    );
}

/// Statements of the whole table, to make policies of.
fn any_statement() -> impl Strategy<Value = Value> {
    let all: Vec<Value> = table()
        .case
        .iter()
        .filter(|case| case.arn.is_none() && case.version.is_none())
        .flat_map(|case| &case.statements)
        .map(|statement| serde_json::to_value(statement).unwrap())
        .collect();
    prop::sample::select(all)
}

/// Own roles: not known, without those of the table, and with one of them.
fn any_ids() -> impl Strategy<Value = Option<Vec<String>>> {
    prop::sample::select(vec![
        None,
        Some(vec!["AROAANOTHERID12345678".to_owned()]),
        Some(vec!["AROAEXAMPLEID12345678".to_owned()]),
    ])
}

fn widest(
    statements: &[Value],
    url: UrlState,
    membership: Option<&str>,
    ids: Option<&[String]>,
) -> Reach {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    reach(&judged(&document, FUNCTION, url, membership, ids))
}

fn any_url() -> impl Strategy<Value = UrlState> {
    prop::sample::select(vec![
        UrlState::Absent,
        UrlState::Open(UrlAge::New),
        UrlState::Open(UrlAge::Old),
        UrlState::Signed(UrlAge::New),
        UrlState::Signed(UrlAge::Old),
    ])
}

fn any_membership() -> impl Strategy<Value = Option<&'static str>> {
    prop::sample::select(vec![
        None,
        Some("unlisted"),
        Some("unknown"),
        Some("outside"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_deny_never_widens(
        statements in prop::collection::vec(any_statement(), 0..4),
        deny in any_statement(),
        url in any_url(),
        membership in any_membership(),
        ids in any_ids(),
    ) {
        let before = widest(&statements, url, membership, ids.as_deref());
        let mut deny = deny;
        deny["Effect"] = json!("Deny");
        let mut more = statements;
        more.push(deny);
        prop_assert!(widest(&more, url, membership, ids.as_deref()) <= before);
    }

    #[test]
    fn an_allow_never_narrows(
        statements in prop::collection::vec(any_statement(), 0..4),
        allow in any_statement(),
        url in any_url(),
        membership in any_membership(),
        ids in any_ids(),
    ) {
        let before = widest(&statements, url, membership, ids.as_deref());
        let mut allow = allow;
        allow["Effect"] = json!("Allow");
        let mut more = statements;
        more.push(allow);
        prop_assert!(widest(&more, url, membership, ids.as_deref()) >= before);
    }
}
