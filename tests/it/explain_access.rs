//! `lamppost explain access`, asked as a person asks: files in, an answer out.

use serde_json::Value;
use tempfile::TempDir;

use crate::support::cli::{Lamppost, folder, project};

fn table() -> Value {
    let text = std::fs::read_to_string(project("tests/data/explain/access.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The policies of the table as files in a folder.
fn policies(table: &Value) -> TempDir {
    let folder = folder();
    for (name, policy) in table["policies"].as_object().unwrap() {
        std::fs::write(folder.path().join(name), policy.to_string()).unwrap();
    }
    folder
}

fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => vec![text],
        Value::Array(items) => items.iter().map(|item| item.as_str().unwrap()).collect(),
        _ => Vec::new(),
    }
}

fn arguments(case: &Value, folder: &TempDir, format: &str) -> Vec<String> {
    let file = |name: &str| folder.path().join(name).display().to_string();
    let mut arguments: Vec<String> = ["explain", "access", "--format", format]
        .map(str::to_owned)
        .to_vec();
    for option in ["principal", "action", "resource"] {
        arguments.extend([
            format!("--{option}"),
            case[option].as_str().unwrap().to_owned(),
        ]);
    }
    for (key, option) in [
        ("identity", "--identity-policy"),
        ("boundary", "--boundary"),
        ("session", "--session-policy"),
        ("scp", "--scp"),
        ("rcp", "--rcp"),
        ("resource_policy", "--resource-policy"),
    ] {
        for name in texts(&case[key]) {
            let files: Vec<String> = name.split(',').map(file).collect();
            arguments.extend([option.to_owned(), files.join(",")]);
        }
    }
    for owner in texts(&case["owner"]) {
        arguments.extend(["--resource-account".to_owned(), owner.to_owned()]);
    }
    for pair in texts(&case["context"]) {
        arguments.extend(["--context".to_owned(), pair.to_owned()]);
    }
    if case["complete"] == true {
        arguments.push("--complete-context".to_owned());
    }
    arguments
}

#[test]
fn every_case_of_the_table_is_decided_with_its_statements() {
    let table = table();
    let folder = policies(&table);
    let prefix = format!("{}/", folder.path().display());
    for case in table["cases"].as_array().unwrap() {
        let name = &case["name"];
        let run = Lamppost::new(arguments(case, &folder, "json")).run();
        assert_eq!(run.code(), 0, "{name}: {}", run.stderr());
        let answer = run.json();
        assert_eq!(answer["decision"], case["decision"], "{name}: {answer}");
        if let Some(reason) = case["reason"].as_str() {
            assert_eq!(answer["reason"], reason, "{name}");
        }
        if let Some(expected) = case["statements"].as_array() {
            let mut found: Vec<String> = answer["statements"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| {
                    let policy = one["policy"].as_str().unwrap().trim_start_matches(&prefix);
                    format!("{policy}/{}", one["statement"].as_str().unwrap())
                })
                .collect();
            found.dedup();
            let mut expected = expected.clone();
            expected.sort_by_key(ToString::to_string);
            found.sort();
            found.dedup();
            assert_eq!(Value::from(found), Value::from(expected), "{name}");
        }
        let conditions: Vec<&str> = answer["conditions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["condition"].as_str().unwrap())
            .collect();
        assert_eq!(conditions, texts(&case["conditions"]), "{name}");
    }
}

#[test]
fn people_get_sentences() {
    let table = table();
    let folder = policies(&table);
    let case = table["cases"]
        .as_array()
        .unwrap()
        .iter()
        .find(|case| case["name"] == "a region that is not known")
        .unwrap();
    let run = Lamppost::new(arguments(case, &folder, "text")).run();
    let text = run
        .stdout()
        .replace(&format!("{}/", folder.path().display()), "");
    insta::assert_snapshot!(text, @r"
    It depends: s3:GetObject on arn:aws:s3:::b/x
    Allowed unless aws:RequestedRegion StringNotEquals eu-central-1, eu-west-1.
    The resource's ARN names no account, so it is taken for one of the caller's own; --resource-account says whose it is.

    Statement Abroad of the service control policy not-from-abroad forbids it if
      aws:RequestedRegion StringNotEquals eu-central-1, eu-west-1

    Statement FullAWSAccess of the service control policy FullAWSAccess allows it

    Statement #1 of the identity-based policy reading allows it
    ");
}

#[test]
fn what_was_asked_wrongly_is_said_with_its_place() {
    let folder = folder();
    let broken = folder.path().join("broken.json");
    std::fs::write(
        &broken,
        "{\"Statement\": [\n{\"Effect\": \"Alow\", \"Action\": \"*\"}]}",
    )
    .unwrap();
    let broken = broken.display().to_string();
    let good = [
        "explain",
        "access",
        "--principal",
        "arn:aws:iam::111122223333:user/ann",
        "--action",
        "s3:GetObject",
        "--resource",
        "*",
    ];
    for (change, expected) in [
        (
            vec!["--identity-policy", &broken],
            "unknown value `Alow`; possible values: `Allow`, `Deny` at line 2",
        ),
        (
            vec!["--identity-policy", "/nonexistent/p.json"],
            "cannot read `/nonexistent/p.json`",
        ),
        (
            vec!["--context", "aws:SourceIp"],
            "it must look like aws:SourceIp=192.0.2.1",
        ),
        (
            vec!["--context", "SourceIp=1"],
            "`SourceIp` is no condition key",
        ),
        (
            vec!["--resource-account", "1"],
            "an account id has twelve digits",
        ),
    ] {
        let run = Lamppost::new(good.iter().copied().chain(change.iter().copied())).run();
        assert_eq!(run.code(), 2, "{change:?}");
        assert!(
            run.stderr().contains(expected),
            "{change:?}: {}",
            run.stderr()
        );
    }
    let run = Lamppost::new([
        "explain",
        "access",
        "--principal",
        "ann",
        "--action",
        "s3:GetObject",
        "--resource",
        "*",
    ])
    .run();
    assert_eq!(run.code(), 2);
    assert!(
        run.stderr().contains("it is not the ARN of a user"),
        "{}",
        run.stderr()
    );
}

#[test]
fn misspelt_actions_are_named_with_the_nearest() {
    let folder = folder();
    let policy = folder.path().join("p.json");
    std::fs::write(
        &policy,
        r#"{"Statement": {"Effect": "Allow", "Action": ["s3:GetObjct", "s3:Get*", "lamda:*"], "Resource": "*"}}"#,
    )
    .unwrap();
    let policy = policy.display().to_string();
    let asked = [
        "explain",
        "access",
        "--principal",
        "arn:aws:iam::111122223333:user/ann",
        "--action",
        "s3:PutObjct",
        "--resource",
        "*",
        "--identity-policy",
        &policy,
    ];
    let text = Lamppost::new(asked).run().stdout();
    for (wrong, right) in [
        ("s3:GetObjct", "s3:GetObject"),
        ("s3:PutObjct", "s3:PutObject"),
        ("lamda:*", "lambda:*"),
    ] {
        let named = text
            .lines()
            .any(|line| line.starts_with(wrong) && line.ends_with(&format!("{right}?")));
        assert!(named, "{wrong}: {text}");
    }
    let json = Lamppost::new(asked.into_iter().chain(["--format", "json"])).run();
    assert_eq!(
        json.json()["unknown_actions"][0],
        serde_json::json!({"action": "lamda:*", "nearest": "lambda:*"})
    );
}
