//! Trust policies against the table in `trust.toml`: whom they let in, by who that is.

use std::collections::BTreeMap;

use lamppost::analysis::Fact;
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
    fn document(&self) -> String {
        let statements: Vec<Value> = self
            .statements
            .iter()
            .map(|statement| {
                let mut statement = serde_json::to_value(statement).unwrap();
                let map = statement.as_object_mut().unwrap();
                map.entry("Effect").or_insert_with(|| json!("Allow"));
                map.entry("Action")
                    .or_insert_with(|| json!("sts:AssumeRole"));
                statement
            })
            .collect();
        json!({"Version": "2012-10-17", "Statement": statements}).to_string()
    }
}

/// `list principal by statement`, with a question mark where it is not certain.
fn let_in(document: String) -> Vec<String> {
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
            found.push(format!("{name}{certain} {principal} by {statement}{id}"));
        }
    }
    found
}

#[test]
fn every_trust_policy_of_the_table_is_sorted_by_whom_it_lets_in() {
    let table: Table = toml::from_str(include_str!("trust.toml")).unwrap();
    let mut wrong = Vec::new();
    for case in &table.case {
        assert!(
            table.sources.contains_key(&case.source),
            "`{}` has no source",
            case.name
        );
        let found = let_in(case.document());
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
