//! `lamppost explain exposure`, as people and programs use it.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::cli::{Ended, Lamppost, folder};

const TABLE: &str = include_str!("../data/explain/exposure.json");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Statements by name.
    statements: serde_json::Map<String, Value>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    source: String,
    policy: Vec<String>,
    /// What the answer is for each kind of function URL: `class`, with `?` where it is not certain.
    absent: String,
    none: String,
    iam: String,
}

#[test]
fn the_command_knows_every_class_with_every_kind_of_url() {
    let table: Table = serde_json::from_str(TABLE).unwrap();
    let mut wrong = Vec::new();
    let mut classes = std::collections::BTreeSet::new();
    for case in &table.cases {
        assert!(case.source.starts_with("https://"), "{}", case.name);
        let statements: Vec<Value> = case
            .policy
            .iter()
            .map(|name| {
                let mut statement = table.statements[name].clone();
                statement["Sid"] = json!(name);
                statement["Resource"] = json!("arn:aws:lambda:eu-west-1:111122223333:function:f");
                statement
            })
            .collect();
        let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        for (url, expected) in [
            ("absent", &case.absent),
            ("none", &case.none),
            ("iam", &case.iam),
        ] {
            let ended = explain(
                &document,
                &[
                    "--account",
                    "111122223333",
                    "--org",
                    "o-exampleorg1",
                    "--function-url",
                    url,
                    "--format",
                    "json",
                ],
            );
            assert_eq!(ended.code(), 0, "{}: {}", case.name, ended.stderr());
            let answer = ended.json();
            let reach = answer["reach"].as_str().unwrap();
            classes.insert(reach.to_owned());
            let unsure = if answer["certain"] == true { "" } else { "?" };
            let found = format!("{reach}{unsure}");
            if found != *expected {
                wrong.push(format!(
                    "{}, URL {url}: expected {expected}, found {found}",
                    case.name
                ));
            }
            for grant in answer["grants"].as_array().unwrap() {
                assert!(grant["reason"].as_str().unwrap().ends_with('.'));
                assert!(case.policy.iter().any(|name| grant["statement"] == **name));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    assert_eq!(classes.len(), 7, "{classes:?}");
}

fn explain(document: &str, more: &[&str]) -> Ended {
    let folder = folder();
    let path = folder.path().join("policy.json");
    std::fs::write(&path, document).unwrap();
    let path = path.to_str().unwrap();
    let base = ["explain", "exposure", "--policy", path];
    Lamppost::new(base.iter().chain(more)).run()
}

const PUBLIC_URL: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Sid": "FunctionURLAllowPublicAccess", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl",
     "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}},
    {"Sid": "FunctionURLInvokeAllowPublicAccess", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction",
     "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Condition": {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}},
    {"Sid": "partner", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::999988887777:role/quotes"}, "Action": "lambda:InvokeFunction",
     "Resource": "arn:aws:lambda:eu-west-1:111122223333:function:f", "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-partner0001"}}}]}"#;

#[test]
fn the_command_answers_people_in_sentences() {
    let ended = explain(
        PUBLIC_URL,
        &["--account", "111122223333", "--function-url", "none"],
    );
    assert_eq!(ended.code(), 0, "{}", ended.stderr());
    insta::assert_snapshot!(ended.stdout(), @r"
    Reach: internet

    internet: statement FunctionURLAllowPublicAccess, lambda:InvokeFunctionUrl to *
      Anybody on the internet may call the function URL.

    internet: statement FunctionURLInvokeAllowPublicAccess, lambda:InvokeFunction to *
      Anybody on the internet may call the function URL.

    external-account (conditional): statement partner, lambda:InvokeFunction to arn:aws:iam::999988887777:role/quotes
      arn:aws:iam::999988887777:role/quotes of account 999988887777 may invoke the function, if aws:PrincipalOrgID StringEquals o-partner0001.
    ");
}

#[test]
fn the_command_answers_programs_in_json() {
    let ended = explain(
        PUBLIC_URL,
        &["--account", "111122223333", "--format", "json"],
    );
    let answer = ended.json();
    assert_eq!(answer["reach"], "external-account");
    assert_eq!(answer["certain"], false);
    let classes: Vec<&Value> = answer["grants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grant| &grant["class"])
        .collect();
    assert_eq!(classes, ["none", "none", "external-account"]);
    assert_eq!(answer["grants"][0]["latent"], "internet");
}

#[test]
fn the_command_takes_what_get_policy_prints_and_finds_the_alias_in_it() {
    let document = PUBLIC_URL.replace("function:f\"", "function:f:live\"");
    let wrapped = json!({"Policy": document, "RevisionId": "1"}).to_string();
    let ended = explain(
        &wrapped,
        &[
            "--account",
            "111122223333",
            "--function-url",
            "none",
            "--format",
            "json",
        ],
    );
    let answer = ended.json();
    assert_eq!(answer["reach"], "internet");
    assert_eq!(answer["grants"][0]["qualifier"], "live");
}

#[test]
fn wrong_input_is_refused_with_its_place() {
    let said = |document: &str, account: &str| {
        let ended = explain(document, &["--account", account]);
        assert_eq!(ended.code(), 2);
        let text = ended.stderr();
        let start = text.find("policy.json`: ").map_or(0, |at| at + 14);
        text[start..].lines().next().unwrap().to_owned()
    };
    insta::assert_snapshot!(
        [
            said("{\"Version\": \"2012-10-17\",\n \"Statement\": [{]}", "111122223333"),
            said("{\"Statement\": [{\"Effect\": \"Allow\", \"Acton\": \"*\"}]}", "111122223333"),
            said(PUBLIC_URL, "1111-2222-3333"),
        ]
        .join("\n"),
        @r"
    not a policy document: key must be a string at line 2 column 17
    not a policy document: unknown field `Acton`, expected one of `Sid`, `Effect`, `Principal`, `NotPrincipal`, `Action`, `NotAction`, `Resource`, `NotResource`, `Condition` at line 1 column 42
    error: invalid value '1111-2222-3333' for '--account <ID>': an account id has twelve digits
    "
    );
    let foreign = explain(PUBLIC_URL, &["--account", "444455556666"]);
    assert_eq!(foreign.code(), 0);
    assert!(
        foreign
            .stderr()
            .contains("which account 444455556666 does not own")
    );
}
