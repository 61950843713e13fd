//! What a scan says, keeps and calls, over the recorded organisation: no secret leaves it, and
//! nothing is called that was not published.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;

use serde_json::Value;

use crate::support::cli::{Ended, Lamppost, folder, project};
use lamppost::operation;

/// What is found in the recorded answers of some operations.
fn recorded(operations: &[&str], collect: fn(&Value, &mut BTreeSet<String>)) -> BTreeSet<String> {
    let file = fs::File::open(project("localstack/recording/organisation.ndjson.zst"));
    let mut lines = String::new();
    let mut decoder = zstd::Decoder::new(file.unwrap()).unwrap();
    decoder.read_to_string(&mut lines).unwrap();
    let mut values = BTreeSet::new();
    let names: Vec<String> = operations
        .iter()
        .map(|name| format!(r#""operation":"{name}""#))
        .collect();
    for line in lines.lines() {
        if names.iter().any(|name| line.contains(name)) {
            let line: Value = serde_json::from_str(line).unwrap();
            for reply in line["replies"].as_array().unwrap() {
                collect(&json(reply["body"].as_str().unwrap()), &mut values);
            }
        }
    }
    values
}

/// The values of all environment variables of the organisation that are long enough not to be found
/// by chance, and name nothing that a report names too.
fn values() -> BTreeSet<String> {
    let mut values = recorded(&["lambda:ListFunctions", "lambda:GetFunction"], collect);
    let named = ["arn:", "o-"];
    values
        .retain(|value| value.len() >= 12 && !named.iter().any(|prefix| value.starts_with(prefix)));
    values
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

fn collect(value: &Value, values: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::Object(variables)) = members.get("Variables") {
                let texts = variables.values().filter_map(Value::as_str);
                values.extend(texts.map(str::to_owned));
            }
            members.values().for_each(|member| collect(member, values));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, values)),
        _ => {}
    }
}

/// What policies in an answer ask callers to show.
fn shown(value: &Value, values: &mut BTreeSet<String>) {
    const KEYS: [&str; 3] = ["lambda:EventSourceToken", "aws:Referer", "aws:UserAgent"];
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if KEYS.contains(&name.as_str()) {
                    values.extend(member.as_str().map(str::to_owned));
                }
                shown(member, values);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| shown(item, values)),
        // a policy is text, of API Gateway even the inside of one
        Value::String(text) if text.starts_with('{') => {
            let text = match text.starts_with("{\\") {
                true => serde_json::from_str(&format!("\"{text}\"")).unwrap(),
                false => text.clone(),
            };
            shown(&json(&text), values);
        }
        _ => {}
    }
}

/// Everything of a value that a text could show of it: itself, as JSON writes it, and its lines.
fn traces(value: &str) -> Vec<String> {
    let written = serde_json::to_string(value).unwrap();
    let lines = value.lines().map(str::to_owned);
    let mut traces: Vec<String> = lines.filter(|line| line.len() >= 12).collect();
    traces.push(written.trim_matches('"').to_owned());
    traces
}

#[test]
fn no_secret_leaves_a_scan() {
    let mut values = values();
    for shape in ["AKIA", "ghp_", "PRIVATE KEY", "postgres"] {
        assert!(
            values.iter().any(|value| value.contains(shape)),
            "the seed holds a secret like {shape}"
        );
    }
    let of_policies = recorded(&["lambda:GetPolicy", "apigateway:GetRestApis"], shown);
    assert!(of_policies.len() >= 2, "the seed holds secrets in policies");
    values.extend(of_policies);
    let folder = folder();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (json, lines, table, snapshot) = (
        at("report.json"),
        at("report.ndjson"),
        at("report.txt"),
        at("all.snapshot"),
    );
    let demo = Lamppost::new([
        "demo",
        "-vvv",
        "--persona",
        "audit",
        "--all",
        "--output",
        &json,
        "--output",
        &lines,
        "--output",
        &table,
        "--snapshot",
        &snapshot,
    ])
    .run();
    assert_eq!(demo.code(), 0, "{}", demo.stderr());
    let kept = zstd::decode_all(fs::File::open(&snapshot).unwrap()).unwrap();
    let said = [
        ("standard output", demo.stdout()),
        ("standard error", demo.stderr()),
        ("JSON", fs::read_to_string(json).unwrap()),
        ("NDJSON", fs::read_to_string(lines).unwrap()),
        ("table", fs::read_to_string(table).unwrap()),
        ("snapshot", String::from_utf8(kept).unwrap()),
    ];
    let mut leaks = Vec::new();
    for value in &values {
        for trace in traces(value) {
            for (place, text) in &said {
                if text.contains(&trace) {
                    leaks.push(format!("{place}: {trace}"));
                }
            }
        }
    }
    assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    for (place, text) in said.iter().filter(|(place, _)| *place != "standard error") {
        assert!(!text.is_empty(), "{place}");
    }
}

/// Published operations that no built-in check needs, but that a check of one's own may.
const FOR_OTHERS: [&str; 2] = ["ec2:DescribeVpcs", "kms:GetKeyPolicy"];

/// Operations that only some choices of accounts and credentials need.
const ON_REQUEST: [&str; 2] = ["organizations:ListTagsForResource", "sts:GetSessionToken"];

#[test]
fn what_is_called_is_what_is_published_and_what_is_asked_for() {
    let report = Lamppost::new(["demo", "--persona", "audit", "--format", "json"])
        .run()
        .json();
    let called: BTreeSet<String> = report["ledger"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["operation"].as_str().unwrap().to_owned())
        .collect();
    let published: BTreeSet<String> = operation::all()
        .map(|operation| operation.label.to_owned())
        .filter(|label| {
            let others = FOR_OTHERS.iter().chain(&ON_REQUEST);
            others.into_iter().all(|other| other != label)
        })
        .collect();
    assert_eq!(called, published);

    let needed: BTreeSet<&str> = operation::all()
        .filter(|operation| {
            called.contains(operation.label) || ON_REQUEST.contains(&operation.label)
        })
        .flat_map(|operation| operation.action.iter().chain(operation.further))
        .copied()
        .collect();
    let printed = |ended: Ended| -> BTreeSet<String> {
        let policy = ended.json();
        let statements = policy["Statement"].as_array().unwrap().iter();
        statements
            .flat_map(|statement| match &statement["Action"] {
                Value::Array(actions) => actions.clone(),
                one => vec![one.clone()],
            })
            .map(|action| action.as_str().unwrap().to_owned())
            .collect()
    };
    let asked = printed(
        Lamppost::new([
            "permissions",
            "--persona",
            "audit",
            "--depth",
            "deep",
            "--org",
            "--role-name",
            "LamppostAudit",
        ])
        .run(),
    );
    assert_eq!(asked, needed.into_iter().map(str::to_owned).collect());
}
