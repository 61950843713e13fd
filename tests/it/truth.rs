//! The table of truth: every verdict on the seeded organisation, by way of HTTP, of a snapshot and of the recording.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::cli::{Lamppost, folder, project};
use crate::support::emulator::Emulator;

const SCAN: [&str; 13] = [
    "scan",
    "--org",
    "--role-name",
    "LamppostAudit",
    "--persona",
    "audit",
    "--all",
    "--format",
    "json",
    "--fail-on",
    "never",
    "--depth",
    "deep",
];

type Verdicts = BTreeMap<(String, String), String>;

/// The verdicts that the table expects, by resource and check.
fn expected() -> Verdicts {
    let tables: Vec<Value> = std::fs::read_dir(project("localstack/truth"))
        .unwrap()
        .map(|entry| {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
        })
        .collect();
    // The table that lists every function says of what package each is.
    let functions: BTreeMap<String, &Value> = tables
        .iter()
        .filter(|table| table.get("expected").is_some())
        .flat_map(functions)
        .map(|function| (arn(function), function))
        .collect();
    let mut verdicts = Verdicts::new();
    for table in &tables {
        expect(table, &functions, &mut verdicts);
    }
    verdicts
}

fn functions(table: &Value) -> impl Iterator<Item = &Value> {
    table["function"].as_array().into_iter().flatten()
}

fn arn(function: &Value) -> String {
    let (account, region) = (text_of(function, "account"), text_of(function, "region"));
    let name = text_of(function, "name");
    format!("arn:aws:lambda:{region}:{account}:function:{name}")
}

/// Adds what one table expects of the checks that it knows.
fn expect(table: &Value, functions: &BTreeMap<String, &Value>, verdicts: &mut Verdicts) {
    let default = &table["default"];
    let named: BTreeMap<String, &Value> = self::functions(table)
        .map(|function| (arn(function), function))
        .collect();
    for (arn, function) in functions {
        // All is said of the function that it is a copy of.
        if function["replica"] == true {
            continue;
        }
        let account = text_of(function, "account");
        for check in default["function"].as_object().unwrap().keys() {
            let own = named.get(arn).and_then(|named| {
                ["fail", "pass", "unknown", "not_applicable"]
                    .into_iter()
                    .find(|list| {
                        named[*list]
                            .as_array()
                            .is_some_and(|checks| checks.iter().any(|named| named == check))
                    })
            });
            let image = (function["package"] == "image")
                .then(|| default["image"].get(check))
                .flatten();
            let verdict = match own {
                Some(list) => list.to_uppercase(),
                None => image
                    .or_else(|| default["account"][account].get(check))
                    .unwrap_or(&default["function"][check])
                    .as_str()
                    .unwrap()
                    .to_owned(),
            };
            verdicts.insert((arn.clone(), check.clone()), verdict);
        }
    }
    for account in table["account"].as_array().into_iter().flatten() {
        let arn = format!("arn:aws:iam::{}:root", text_of(account, "id"));
        let checks = account.as_object().unwrap().iter();
        for (check, verdict) in checks.filter(|(key, _)| *key != "id") {
            let verdict = verdict.as_str().unwrap().to_owned();
            verdicts.insert((arn.clone(), check.clone()), verdict);
        }
    }
    for layer in table["layer"].as_array().into_iter().flatten() {
        let (account, region) = (text_of(layer, "account"), text_of(layer, "region"));
        let arn = format!(
            "arn:aws:lambda:{region}:{account}:layer:{}:{}",
            text_of(layer, "name"),
            layer["version"]
        );
        for (check, verdict) in layer.as_object().unwrap() {
            if let (false, Some(verdict)) = (
                ["account", "region", "name", "version"].contains(&check.as_str()),
                verdict.as_str(),
            ) {
                verdicts.insert((arn.clone(), check.clone()), verdict.to_owned());
            }
        }
    }
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap()
}

/// The verdicts of a report, by resource and check.
fn found(report: &Value) -> Verdicts {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| {
            let key = (
                text_of(finding, "resource").to_owned(),
                text_of(finding, "check").to_owned(),
            );
            (key, text_of(finding, "verdict").to_owned())
        })
        .collect()
}

/// Compares the whole table and names every difference.
fn assert_true(report: &Value) {
    let (expected, found) = (expected(), found(report));
    let keys: BTreeSet<_> = expected.keys().chain(found.keys()).collect();
    let differences: Vec<String> = keys
        .into_iter()
        .filter(|key| expected.get(*key) != found.get(*key))
        .map(|key| {
            let show = |verdicts: &Verdicts| {
                verdicts
                    .get(key)
                    .map_or("nothing", String::as_str)
                    .to_owned()
            };
            format!(
                "{} {}: expected {}, found {}",
                key.0,
                key.1,
                show(&expected),
                show(&found)
            )
        })
        .collect();
    assert!(
        differences.is_empty(),
        "{} differences:\n{}",
        differences.len(),
        differences.join("\n")
    );
}

/// What a report says apart from how and when it came about.
fn judged(report: &Value) -> Value {
    let mut judged = report.clone();
    judged["run"]["mode"].take();
    judged
}

#[test]
fn every_verdict_is_right_over_http_and_from_the_snapshot() {
    let folder = folder();
    let snapshot = folder.path().join("organisation.snapshot");
    let snapshot = snapshot.to_str().unwrap();
    let scan = Lamppost::new(SCAN.iter().copied().chain(["--snapshot", snapshot]))
        .at(Emulator::organisation().endpoint())
        .run();
    let report = scan.json();
    assert_true(&report);
    assert_eq!(
        scan.code(),
        4,
        "one account and two regions are closed; stderr:\n{}",
        scan.stderr()
    );
    assert_eq!(
        report["summary"]["functions_listed"],
        report["summary"]["functions_reported"]
    );

    let evaluated = Lamppost::new([
        "evaluate",
        snapshot,
        "--persona",
        "audit",
        "--all",
        "--format",
        "json",
        "--fail-on",
        "never",
    ])
    .run();
    assert_eq!(
        judged(&evaluated.json()),
        judged(&report),
        "the snapshot gives the identical report"
    );
    assert_eq!(evaluated.code(), 4);
}

#[test]
fn every_verdict_is_right_from_the_recording() {
    let demo = Lamppost::new(["demo", "--persona", "audit", "--all", "--format", "json"]).run();
    assert_true(&demo.json());
}

#[test]
fn the_closed_account_and_regions_are_named() {
    let scan = Lamppost::new(SCAN)
        .at(Emulator::organisation().endpoint())
        .run();
    let report = scan.json();
    let targets = report["targets"].as_array().unwrap();
    let status = |account: &str| {
        targets
            .iter()
            .find(|target| target["account"] == account)
            .unwrap()
    };
    assert_eq!(status("444444444444")["status"], "unreachable");
    for account in ["222222222222", "333333333333"] {
        let regions = status(account)["regions"].as_array().unwrap();
        let ireland = regions
            .iter()
            .find(|region| region["region"] == "eu-west-1")
            .unwrap();
        assert_eq!(ireland["status"], "closed-by-scp", "{account}");
        let sydney = regions
            .iter()
            .find(|region| region["region"] == "ap-southeast-2")
            .unwrap();
        assert_eq!(sydney["status"], "empty", "{account}");
    }
}

/// How far the grants of each function reach, by its ARN; `None` where that cannot be known.
fn expected_reach() -> BTreeMap<String, Option<String>> {
    let table = |name: &str| -> Value {
        let text = std::fs::read_to_string(project("localstack/truth").join(name)).unwrap();
        serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
    };
    let (all, exposure) = (table("posture.toml"), table("exposure.toml"));
    let mut reach: BTreeMap<String, Option<String>> = functions(&all)
        .map(|function| (arn(function), Some("none".to_owned())))
        .collect();
    for function in functions(&exposure) {
        let known = text_of(function, "reach");
        reach.insert(
            arn(function),
            (known != "unknown").then(|| known.to_owned()),
        );
    }
    reach
}

#[test]
fn every_reach_is_right() {
    use lamppost::analysis::{AccountContext, Settings};
    use lamppost::facts::{Scope, documents};
    use lamppost::inventory::SnapshotReader;

    let folder = folder();
    let path = folder.path().join("organisation.snapshot");
    Lamppost::new(["demo", "--snapshot", path.to_str().unwrap()]).run();
    let mut reader = SnapshotReader::open(&path).unwrap();
    let mut found = BTreeMap::new();
    while let Some(account) = reader.next_account().unwrap() {
        let settings = Settings::default();
        let context = AccountContext::new(&account, &settings);
        for document in documents(&context).map(Result::unwrap) {
            if document.resource.scope == Scope::Function {
                let reach = &document.facts["exposure"].get("reach");
                found.insert(
                    document.resource.arn.clone(),
                    reach.map(|reach| reach.as_str().unwrap().to_owned()),
                );
            }
        }
    }
    assert_eq!(found, expected_reach());
}
