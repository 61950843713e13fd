//! Applications of the kinds seen in the wild, deployed from templates and scanned: nothing false, nothing missed, little noise.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::support::cli::{Lamppost, folder, project};
use crate::support::emulator::Emulator;

/// The share of findings that must be worth a ticket, in percent.
const WORTH: usize = 90;

/// A finding in the words of a template: application, check and logical name.
type Finding = (String, String, String);

/// What an application's `expected.toml` says of its findings: whether each is worth a ticket.
fn expected(application: &str) -> Vec<(Finding, bool)> {
    let path = project(&format!(
        "localstack/applications/{application}/expected.toml"
    ));
    let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let findings = table["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            let text = |key: &str| finding.get(key).map(|value| value.as_str().unwrap());
            let on = text("on").unwrap();
            assert!(
                text("reason").is_some(),
                "{application}: a reason is missing"
            );
            let named = (
                application.to_owned(),
                text("check").unwrap().to_owned(),
                on.to_owned(),
            );
            (named, finding["worth"].as_bool().unwrap())
        })
        .collect()
}

/// The types that an application's `expected.toml` says that nobody can deploy here.
fn unknown_types(application: &str) -> BTreeSet<String> {
    let path = project(&format!(
        "localstack/applications/{application}/expected.toml"
    ));
    let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let types = table
        .get("skipped")
        .map(|types| types.as_array().unwrap().clone());
    types
        .unwrap_or_default()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// What was deployed: the application of each account, and the logical name of each resource by what AWS calls it.
struct Deployed {
    applications: BTreeMap<String, String>,
    logical: BTreeMap<(String, String), String>,
}

fn deployed(lines: &str) -> Deployed {
    let mut deployed = Deployed {
        applications: BTreeMap::new(),
        logical: BTreeMap::new(),
    };
    for line in lines.lines() {
        let outcome: Value = serde_json::from_str(line).unwrap();
        let text = |key: &str| outcome[key].as_str().unwrap().to_owned();
        let (account, application) = (text("account"), text("stack"));
        let skipped: BTreeSet<_> = outcome["skipped"]
            .as_object()
            .unwrap()
            .values()
            .map(|kind| kind.as_str().unwrap().to_owned())
            .collect();
        assert_eq!(skipped, unknown_types(&application), "{application}");
        for kind in ["functions", "layers"] {
            for (logical, physical) in outcome[kind].as_object().unwrap() {
                let physical = physical.as_str().unwrap().to_owned();
                let key = (account.clone(), physical);
                deployed.logical.insert(key, logical.clone());
            }
        }
        deployed.applications.insert(account, application);
    }
    deployed
}

/// The findings of a report in the words of the templates.
fn found(report: &Value, deployed: &Deployed) -> Vec<(Finding, String)> {
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["verdict"] == "FAIL")
        .map(|finding| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            let account = text("account");
            let named = ["resource_name", "resource"].iter().find_map(|key| {
                let physical = finding[*key].as_str()?.to_owned();
                deployed.logical.get(&(account.clone(), physical)).cloned()
            });
            let on = named.unwrap_or_else(|| text("scope"));
            let application = deployed.applications[&account].clone();
            ((application, text("check"), on), text("message"))
        })
        .collect()
}

#[test]
fn every_application_is_judged_as_a_security_engineer_would() {
    let emulator = Emulator::start(&[]);
    let deployed = deployed(&emulator.deploy_applications());
    assert!(deployed.applications.len() >= 3);
    let folder = folder();
    let accounts = folder.path().join("accounts.csv");
    let mut rows = String::new();
    for (account, application) in &deployed.applications {
        writeln!(rows, "{account},{application}").unwrap();
    }
    std::fs::write(&accounts, rows).unwrap();
    let ended = Lamppost::new(["scan", "--region", "us-east-1", "--format", "json"])
        .at(emulator.endpoint())
        .env(
            "AWS_ACCESS_KEY_ID",
            deployed.applications.keys().next().unwrap(),
        )
        .args(["--role-name", "OrganizationAccountAccessRole"])
        .args(["--fail-on", "never", "--account-file"])
        .args([&accounts])
        .run();
    let report = ended.json();
    assert_eq!(report["gaps"], Value::Array(Vec::new()));
    let found = found(&report, &deployed);
    let expected: BTreeMap<Finding, bool> = deployed
        .applications
        .values()
        .flat_map(|application| expected(application))
        .collect();
    let mut wrong = String::new();
    for (finding, message) in &found {
        if !expected.contains_key(finding) {
            writeln!(wrong, "false: {finding:?}: {message}").unwrap();
        }
    }
    let seen: BTreeSet<&Finding> = found.iter().map(|(finding, _)| finding).collect();
    for finding in expected.keys().filter(|finding| !seen.contains(finding)) {
        writeln!(wrong, "missed: {finding:?}").unwrap();
    }
    let worth = found
        .iter()
        .filter(|(finding, _)| expected.get(finding) == Some(&true));
    let (worth, all) = (worth.count(), found.len());
    println!(
        "{} applications, {all} findings, {worth} of them worth a ticket",
        deployed.applications.len()
    );
    assert!(wrong.is_empty(), "{wrong}");
    assert!(
        worth * 100 >= all * WORTH,
        "only {worth} of {all} are worth a ticket"
    );
}
