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
        &[
            "--account",
            "111122223333",
            "--function-url",
            "absent",
            "--format",
            "json",
        ],
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
    the policy document is not JSON: a key must be a text in quotes at line 2, column 17
    not a policy document: unknown key `Acton`; known keys: `Sid`, `Effect`, `Principal`, `NotPrincipal`, `Action`, `NotAction`, `Resource`, `NotResource`, `Condition` at line 1, column 42
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

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

fn public(action: &str, resource: &str) -> String {
    let statement = json!({
        "Sid": "s", "Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource,
    });
    json!({"Version": "2012-10-17", "Statement": statement}).to_string()
}

fn answer(document: &str, more: &[&str]) -> Value {
    let base = ["--account", "111122223333", "--format", "json"];
    let ended = explain(
        document,
        &base.iter().chain(more).copied().collect::<Vec<_>>(),
    );
    assert_eq!(ended.code(), 0, "{}", ended.stderr());
    ended.json()
}

#[test]
fn a_url_of_which_nothing_is_said_is_not_known() {
    let ended = explain(PUBLIC_URL, &["--account", "111122223333"]);
    insta::assert_snapshot!(ended.stdout(), @r"
    Reach: internet, but not for certain

    internet (conditional): statement FunctionURLAllowPublicAccess, lambda:InvokeFunctionUrl to *
      Anybody on the internet may call the function URL, if the function has a URL with the auth type NONE.

    internet (conditional): statement FunctionURLInvokeAllowPublicAccess, lambda:InvokeFunction to *
      Anybody on the internet may call the function URL, if the function has a URL with the auth type NONE.

    external-account (conditional): statement partner, lambda:InvokeFunction to arn:aws:iam::999988887777:role/quotes
      arn:aws:iam::999988887777:role/quotes of account 999988887777 may invoke the function, if aws:PrincipalOrgID StringEquals o-partner0001.
    ");
    let closed = public("lambda:GetFunction", FUNCTION);
    let found = answer(&closed, &[]);
    assert_eq!(found["certain"], true, "no URL bears on it: {found}");
    assert_eq!(found["reach"], "any-aws-account");
}

#[test]
fn a_qualifier_may_stand_in_the_arn_and_beside_it() {
    let arn = format!("{FUNCTION}:live");
    let document = public("lambda:InvokeFunction", &arn);
    for more in [
        vec!["--function-arn", arn.as_str(), "--qualifier", "live"],
        vec!["--function-arn", arn.as_str()],
        vec!["--function-arn", FUNCTION, "--qualifier", "live"],
    ] {
        let found = answer(
            &document,
            &[more, vec!["--function-url", "absent"]].concat(),
        );
        assert_eq!(found["reach"], "any-aws-account");
        assert_eq!(found["grants"][0]["qualifier"], "live");
    }
    let ended = explain(
        &document,
        &[
            "--account",
            "111122223333",
            "--function-arn",
            &arn,
            "--qualifier",
            "test",
        ],
    );
    assert_eq!(ended.code(), 2);
    assert!(
        ended
            .stderr()
            .contains("`--function-arn` ends in `live`, but `--qualifier` says `test`"),
        "{}",
        ended.stderr()
    );
}

#[test]
fn times_of_creation_are_read_as_aws_writes_them() {
    let document = public("lambda:InvokeFunctionUrl", FUNCTION);
    for (created, expected) in [
        ("2025-11-05", "none"),
        ("2025-11-05T10:00:00Z", "none"),
        ("2025-11-05T10:00:00.123456Z", "none"),
        ("2025-11-05T10:00:00.123+0000", "none"),
        ("2025-11-05T10:00:00+0000", "none"),
        ("2025-11-01T00:30:00+01:00", "internet"),
        ("2024-05-01", "internet"),
    ] {
        let found = answer(
            &document,
            &["--function-url", "none", "--url-created", created],
        );
        assert_eq!(found["reach"], expected, "{created}");
    }
    let ended = explain(
        &document,
        &["--account", "111122223333", "--url-created", "soon"],
    );
    assert_eq!(ended.code(), 2);
    assert!(
        ended.stderr().contains("2025-11-05T10:00:00Z"),
        "{}",
        ended.stderr()
    );
}

#[test]
fn a_byte_order_mark_is_no_part_of_a_policy() {
    let document = public("lambda:InvokeFunction", FUNCTION);
    let wrapped = json!({"Policy": document, "RevisionId": "1"}).to_string();
    for text in [document, wrapped] {
        let found = answer(&format!("\u{feff}{text}"), &["--function-url", "absent"]);
        assert_eq!(found["reach"], "any-aws-account");
    }
}

#[test]
fn an_action_that_lambda_does_not_have_is_named_with_the_nearest() {
    let document = public("lambda:InvokeFunctoin", FUNCTION);
    let ended = explain(&document, &["--account", "111122223333"]);
    insta::assert_snapshot!(ended.stdout(), @r"
    Reach: none

    none: statement s, lambda:InvokeFunctoin to *
      Nobody gets in: lambda:InvokeFunctoin is nothing that can be done here.

    lambda:InvokeFunctoin is not an action that AWS documents (as of 2026-04-01). Did you mean lambda:InvokeFunction?
    ");
    assert_eq!(
        answer(&document, &[])["unknown_actions"],
        json!([{"action": "lambda:InvokeFunctoin", "nearest": "lambda:InvokeFunction"}])
    );
    let known = public("lambda:UntagResource", FUNCTION);
    assert_eq!(answer(&known, &[])["unknown_actions"], json!([]));
}

#[test]
fn every_documented_action_granted_to_everybody_is_a_way_in() {
    for action in lamppost::reference::lambda_actions().iter() {
        let Some(ability) = action.ability else {
            continue;
        };
        let arn = match ability.as_str() {
            "download-layer" => "arn:aws:lambda:eu-west-1:111122223333:layer:l:1",
            _ => FUNCTION,
        };
        let name = format!("lambda:{}", action.name);
        let found = lamppost::policy::Policy::parse(&public(&name, arn)).unwrap();
        let home = lamppost::analysis::exposure::Home::new(
            "111122223333",
            lamppost::analysis::exposure::Membership::Outside,
            "2026-11-21T12:00:00Z".parse().unwrap(),
        );
        let door = lamppost::analysis::exposure::Door {
            qualifier: "$LATEST",
            resource: lamppost::policy::Target::Exact(arn.to_owned()),
            policy: &found,
            url: lamppost::analysis::exposure::UrlState::Absent,
        };
        let grants = lamppost::analysis::exposure::grants(&door, &home);
        let reach = lamppost::analysis::exposure::reach(&grants).as_str();
        let expected = match ability.as_str() {
            // nobody calls a URL that is not there
            "invoke-url" => "none",
            _ => "any-aws-account",
        };
        assert_eq!(reach, expected, "{name}");
    }
}
