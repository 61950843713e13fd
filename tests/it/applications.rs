//! Applications of the kinds seen in the wild, deployed from templates and scanned: nothing false, nothing missed, little noise.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::support::cli::{Lamppost, project};
use crate::support::emulator::Emulator;

/// The share of findings that must be worth a ticket, in percent.
const WORTH: usize = 90;

/// A finding in the words of a template: application, check and logical name.
type Finding = (String, String, String);

/// What an application's `expected.toml` says.
struct Expected {
    /// Its findings, and whether each is worth a ticket.
    findings: BTreeMap<Finding, bool>,
    /// What the scanner is known to answer wrongly: a finding too many, or one that is missing.
    faults: BTreeSet<Finding>,
    /// The types in its template that nobody can deploy here.
    skipped: BTreeSet<String>,
}

impl Expected {
    fn of(application: &str) -> Self {
        let path = format!("localstack/applications/{application}/expected.toml");
        let table: toml::Table = std::fs::read_to_string(project(&path))
            .unwrap()
            .parse()
            .unwrap();
        let list = |key: &str| table.get(key).map(|list| list.as_array().unwrap().clone());
        let named = |finding: &toml::Value| {
            let text = |key: &str| finding[key].as_str().unwrap().to_owned();
            assert!(!text("reason").is_empty());
            (application.to_owned(), text("check"), text("on"))
        };
        Self {
            findings: list("findings")
                .unwrap()
                .iter()
                .map(|finding| (named(finding), finding["worth"].as_bool().unwrap()))
                .collect(),
            faults: list("faults")
                .unwrap_or_default()
                .iter()
                .map(named)
                .collect(),
            skipped: list("skipped")
                .unwrap_or_default()
                .iter()
                .map(|kind| kind.as_str().unwrap().to_owned())
                .collect(),
        }
    }
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
        assert_eq!(skipped, Expected::of(&application).skipped, "{application}");
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
    assert!(deployed.applications.len() >= 20);
    let scan = ["scan", "--org", "--region", "us-east-1", "--depth", "deep"];
    let ended = Lamppost::new(scan)
        .args(["--role-name", "OrganizationAccountAccessRole"])
        .args(["--format", "json", "--fail-on", "never"])
        .at(emulator.endpoint())
        .run();
    let report = ended.json();
    assert_eq!(report["gaps"], Value::Array(Vec::new()));
    let found = found(&report, &deployed);
    let expected: Vec<Expected> = deployed
        .applications
        .values()
        .map(|name| Expected::of(name))
        .collect();
    let faults: BTreeSet<&Finding> = expected.iter().flat_map(|one| &one.faults).collect();
    let expected: BTreeMap<&Finding, bool> = expected
        .iter()
        .flat_map(|one| {
            one.findings
                .iter()
                .map(|(finding, worth)| (finding, *worth))
        })
        .collect();
    let mut wrong = BTreeMap::new();
    for (finding, message) in &found {
        if !expected.contains_key(finding) {
            wrong.insert(finding, format!("false: {message}"));
        }
    }
    for finding in expected.keys() {
        if !found.iter().any(|(seen, _)| seen == *finding) {
            wrong.insert(finding, "missed".to_owned());
        }
    }
    let worth = found
        .iter()
        .filter(|(finding, _)| expected.get(finding) == Some(&true))
        .count();
    println!(
        "{} applications, {} findings, {worth} of them worth a ticket, {} known faults",
        deployed.applications.len(),
        found.len(),
        faults.len()
    );
    for mended in faults.iter().filter(|fault| !wrong.contains_key(*fault)) {
        println!("mended: {mended:?}");
    }
    wrong.retain(|finding, _| !faults.contains(finding));
    assert!(wrong.is_empty(), "{wrong:#?}");
    let told = found
        .iter()
        .filter(|(finding, _)| !faults.contains(finding))
        .count();
    assert!(
        worth * 100 >= told * WORTH,
        "only {worth} of {told} are worth a ticket"
    );
}
