//! Gaps that the user accepts, as the shell and the report see them.

use std::fs;

use serde_json::Value;

use crate::support::cli::{Ended, Lamppost, folder};

/// The demo's observations, in which calls were refused and one account could not be entered.
fn evaluated(further: &[&str], configuration: Option<&str>) -> Ended {
    let at = folder();
    let path = |name: &str| at.path().join(name).to_str().unwrap().to_owned();
    let snapshot = path("demo.snapshot");
    let demo = Lamppost::new(["demo", "--quiet", "--snapshot", &snapshot]).run();
    assert_eq!(demo.code(), 0, "{}", demo.stderr());
    let mut arguments = vec!["evaluate", &snapshot, "--fail-on", "never"];
    let file = path("lamppost.toml");
    if let Some(text) = configuration {
        fs::write(&file, text).unwrap();
        arguments.extend(["--config", &file]);
    }
    arguments.extend(further);
    Lamppost::new(arguments).run()
}

fn unknown(report: &Value) -> u64 {
    report["summary"]["verdicts"]["unknown"].as_u64().unwrap()
}

#[test]
fn accepted_gaps_stay_in_the_report_and_make_nothing_incomplete() {
    let json = ["--format", "json"];
    let before = evaluated(&json, None);
    assert_eq!(before.code(), 4);
    let accepted = evaluated(&["--format", "json", "--accept-gap", "*:*"], None);
    assert_eq!(accepted.code(), 0, "{}", accepted.stderr());
    let (before, accepted) = (before.json(), accepted.json());
    assert_eq!(accepted["run"]["complete"], true);
    assert_eq!(unknown(&before), unknown(&accepted), "they decide nothing");
    let gaps = |report: &Value| report["gaps"].as_array().unwrap().len();
    assert_eq!(gaps(&before), gaps(&accepted));
    let marked = accepted["gaps"].as_array().unwrap().iter();
    assert!(marked.clone().all(|gap| gap["incomplete"] == false));
    assert!(
        marked
            .into_iter()
            .all(|gap| gap["accepted"]["reason"] == "accepted on the command line")
    );
    let other = evaluated(
        &["--format", "json", "--accept-gap", "lambda:*@111111111111"],
        None,
    );
    assert_eq!(other.code(), 4, "only the gaps that fit are accepted");
}

#[test]
fn the_table_tells_what_becomes_of_each_acceptance() {
    let entry = |operation: &str, until: &str| {
        format!(
            "[[accept]]\noperation = \"{operation}\"\nreason = \"known\"\nuntil = \"{until}\"\n"
        )
    };
    let configuration = [
        entry("kms:DescribeKey", "2099-12-31"),
        entry("lambda:GetPolicy", "2020-01-01"),
        entry("sqs:ListQueues", "2099-12-31"),
    ];
    let ended = evaluated(&[], Some(&configuration.concat()));
    assert_eq!(ended.code(), 4);
    let text = ended
        .stdout()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for told in [
        "Accepted until 2099-12-31: 2 gaps of kms:DescribeKey (known)",
        "Acceptance of lambda:GetPolicy expired after 2020-01-01",
        "Acceptance of sqs:ListQueues until 2099-12-31 covers no gap: remove it",
        "Closed by a service control policy, and not read: 222222222222 eu-west-1, 333333333333 eu-west-1",
        "lamppost.toml (SHA-256 ",
    ] {
        assert!(text.contains(told), "{told}:\n{text}");
    }
}
