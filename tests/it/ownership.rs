//! Whose accounts are whose, where the organization cannot be listed: what an account of its own scan can say of others.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::support::cli::Lamppost;
use crate::support::emulator::Emulator;

/// A scan of a member account by itself.
fn scan(arguments: &[&str]) -> (i32, Value) {
    let ended = Lamppost::new(["scan", "--format", "json", "--all"])
        .at(Emulator::organisation().endpoint())
        .env("AWS_ACCESS_KEY_ID", "222222222222")
        .args(["--fail-on", "never"])
        .args(arguments)
        .run();
    (ended.code(), ended.json())
}

type Found = BTreeMap<(String, String), (String, String)>;

/// Verdict and confidence by the last part of the resource's ARN and check.
fn found(report: &Value) -> Found {
    let findings = report["findings"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    findings
        .map(|one| {
            let key = (text(&one["resource_name"]), text(&one["check"]));
            (key, (text(&one["verdict"]), text(&one["confidence"])))
        })
        .collect()
}

/// What depends on whose other accounts are: with the account in question, and the confidence of a finding about a
/// stranger.
const FOREIGN: &[(&str, &str, &str)] = &[
    ("pdf-renderer", "foreign-layer", "medium"),
    ("base-image-app", "foreign-image-repository", "medium"),
    ("audit-trail", "foreign-failure-destination", "medium"),
    ("vendor-sync", "foreign-event-source", "medium"),
    ("vendor-sync", "foreign-trusted-execution-role", "high"),
    ("reseller-quotes", "untrusted-account-access", "high"),
    ("reseller-quotes", "outsider-path-to-data", "medium"),
    ("shared-control", "foreign-trigger-source", "high"),
];

/// Of another account of the organization: a finding only where nobody says whose it is.
const OWN: &[(&str, &str)] = &[
    ("order-export", "foreign-layer"),
    ("returns-handler", "foreign-failure-destination"),
];

fn less(confidence: &str) -> &str {
    match confidence {
        "high" => "medium",
        _ => "low",
    }
}

#[test]
fn a_member_account_presumes_that_others_are_strangers() {
    let (code, report) = scan(&[]);
    assert_eq!(code, 0, "{}", report["gaps"]);
    let gaps = report["gaps"].as_array().unwrap();
    let unread: Vec<&Value> = gaps
        .iter()
        .filter(|gap| gap["kind"] == "organization-unread")
        .collect();
    assert_eq!(unread.len(), 1);
    assert_eq!(unread[0]["verdicts"], 0);
    assert!(
        unread[0]["next_step"]
            .as_str()
            .unwrap()
            .contains("--own-account")
    );
    let found = found(&report);
    for (name, check, confidence) in FOREIGN {
        let key = ((*name).to_owned(), (*check).to_owned());
        let expected = ("FAIL".to_owned(), less(confidence).to_owned());
        assert_eq!(found[&key], expected, "{name} {check}");
    }
    for (name, check) in OWN {
        let key = ((*name).to_owned(), (*check).to_owned());
        assert_eq!(found[&key].0, "FAIL", "{name} {check}");
    }
    let messages: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| one["message"].as_str())
        .collect();
    let unless = "unless 333333333333 is one of your accounts";
    assert!(messages.iter().any(|message| message.contains(unless)));
}

#[test]
fn accounts_that_are_named_as_all_leave_nothing_to_presume() {
    let own = "111111111111,333333333333,444444444444";
    let (code, report) = scan(&["--own-account", own, "--own-accounts-complete"]);
    assert_eq!(code, 0, "{}", report["gaps"]);
    let found = found(&report);
    // Paths still depend on control policies, which nobody else may read.
    let direct = FOREIGN
        .iter()
        .filter(|(_, check, _)| !check.contains("path"));
    for (name, check, confidence) in direct {
        let key = ((*name).to_owned(), (*check).to_owned());
        let expected = ("FAIL".to_owned(), (*confidence).to_owned());
        assert_eq!(found[&key], expected, "{name} {check}");
    }
    for (name, check) in OWN {
        let key = ((*name).to_owned(), (*check).to_owned());
        assert_eq!(found[&key].0, "PASS", "{name} {check}");
    }
    let terms = &report["run"]["terms"];
    assert_eq!(terms["own_accounts_complete"], true);
    assert_eq!(terms["own_accounts"].as_array().unwrap().len(), 3);
}
