//! Trust policies against the table in `trust.toml`: whom they let in, by who that is.

use std::collections::BTreeMap;

use lamppost::analysis::Fact;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::principals::{account, facts, iam, organise, role};

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
    statements: Vec<toml::Table>,
    lets_in: Vec<String>,
}

impl Case {
    fn statements(&self) -> Vec<Value> {
        let complete = |statement| {
            let mut statement = serde_json::to_value(statement).unwrap();
            let map = statement.as_object_mut().unwrap();
            map.entry("Effect").or_insert_with(|| json!("Allow"));
            map.entry("Action")
                .or_insert_with(|| json!("sts:AssumeRole"));
            statement
        };
        self.statements.iter().map(complete).collect()
    }
}

/// `list principal by statement`, with a question mark where it is not certain, and the account of whomever `*` stands for.
pub(crate) fn let_in(statements: &[Value]) -> Vec<String> {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let mut inventory = account(vec![role("r", &["lambda.amazonaws.com"], &[])]);
    organise(&mut inventory, vec![]);
    let own = &mut iam(&mut inventory).principals[0];
    own.id = "AROAOWNROLE1234567890".to_owned();
    own.trust_policy = Some(document);
    let facts = facts(&inventory);
    let lists = [
        ("services", &facts.trusted_services),
        ("public", &facts.public_trusts),
        ("foreign", &facts.foreign_trusts),
        ("organization", &facts.organization_trusts),
        ("own", &facts.own_account_trusts),
        ("federated", &facts.federated_trusts),
    ];
    let mut found: Vec<String> = Vec::new();
    for (name, list) in lists {
        let Fact::Known(trusts) = list else {
            found.push(format!("{name} unknown"));
            continue;
        };
        for trust in trusts {
            let id = if trust.external_id {
                " with external id"
            } else {
                ""
            };
            let certain = if trust.certain { "" } else { "?" };
            let (principal, statement) = (&trust.principal, &trust.statement);
            let account = match (principal.as_str(), trust.account.as_str()) {
                ("*", account) if !account.is_empty() => format!(" in {account}"),
                _ => String::new(),
            };
            found.push(format!(
                "{name}{certain} {principal} by {statement}{account}{id}"
            ));
        }
    }
    found
}

fn table() -> Table {
    toml::from_str(include_str!("trust.toml")).unwrap()
}

#[test]
fn every_trust_policy_of_the_table_is_sorted_by_whom_it_lets_in() {
    let table = table();
    let mut wrong = Vec::new();
    for case in &table.case {
        assert!(
            table.sources.contains_key(&case.source),
            "`{}` has no source",
            case.name
        );
        let found = let_in(&case.statements());
        if found != case.lets_in {
            wrong.push(format!(
                "{}\n  expected {:?}\n  found    {found:?}",
                case.name, case.lets_in
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

/// How far outside the account those are whom a policy lets in.
fn widest(statements: &[Value]) -> usize {
    const LISTS: [&str; 4] = ["own", "organization", "foreign", "public"];
    let found = let_in(statements);
    let rank = |one: &String| LISTS.iter().position(|list| one.starts_with(list));
    found
        .iter()
        .filter_map(rank)
        .map(|rank| rank + 1)
        .max()
        .unwrap_or(0)
}

fn any_statement() -> impl Strategy<Value = Value> {
    let all: Vec<Value> = table().case.iter().flat_map(Case::statements).collect();
    prop::sample::select(all)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_deny_never_widens(
        statements in prop::collection::vec(any_statement(), 1..4),
        deny in any_statement(),
    ) {
        let before = widest(&statements);
        let mut deny = deny;
        deny["Effect"] = json!("Deny");
        let mut more = statements;
        more.push(deny);
        prop_assert!(widest(&more) <= before);
    }

    #[test]
    fn an_allow_never_narrows(
        statements in prop::collection::vec(any_statement(), 1..4),
        allow in any_statement(),
    ) {
        let before = widest(&statements);
        let mut allow = allow;
        allow["Effect"] = json!("Allow");
        let mut more = statements;
        more.push(allow);
        prop_assert!(widest(&more) >= before);
    }
}
