//! Exit codes, and the page that explains them.

use lamppost::check::{Confidence, Severity};
use lamppost::finding::{AccountResult, Include, Outcome, confidence_factor, severity_weight};
use lamppost::inventory::{Gap, GapKind, RunRecord};
use serde_json::json;

use super::fixture::{self, DEV, PROD, account, check, fail, finish, function, of, region};
use lamppost::operation;

#[test]
fn exit_codes() {
    use Severity::{Critical, High};
    let clean = account(DEV, "", vec![region("eu-west-1", json!("empty"), vec![])]);
    let denied = Gap::new(&operation::lambda::LIST_FUNCTIONS, GapKind::DeniedByScp, "")
        .at(PROD, "us-east-1");
    let refused = account(
        PROD,
        "",
        vec![region("us-east-1", json!({"denied": denied}), vec![])],
    );
    let with = |severity: &str| {
        let target = function(DEV, "eu-west-1", "f");
        let inventory = account(
            DEV,
            "",
            vec![region("eu-west-1", json!("scanned"), vec![target.clone()])],
        );
        let mut result = AccountResult::scanned(&inventory, Include::default());
        result
            .judge(
                &check("c", "C", severity),
                &of(&target, DEV, "eu-west-1"),
                fail("m", &[], ""),
            )
            .unwrap();
        result
    };
    let mut shut = AccountResult::scanned(
        &account(
            DEV,
            "",
            vec![region("af-south-1", json!("not-enabled"), vec![])],
        ),
        Include::default(),
    );
    let nobody = function(DEV, "af-south-1", "f");
    let itself = lamppost::facts::Resource {
        scope: lamppost::facts::Scope::Account,
        ..of(&nobody, DEV, "af-south-1")
    };
    shut.judge(&check("c", "C", "high"), &itself, fail("m", &[], ""))
        .unwrap();
    let scanned = |inventory| AccountResult::scanned(inventory, Include::default());
    let run = fixture::run();
    let stopped = RunRecord {
        interrupted: true,
        ..run.clone()
    };
    let (_, missed) = fixture::accounts();
    let skipped_only = RunRecord {
        missed: missed.missed[1..].to_vec(),
        ..run.clone()
    };

    let cases = [
        (
            "clean",
            vec![scanned(&clean)],
            &run,
            Some(High),
            Outcome::Clean,
        ),
        (
            "high at high",
            vec![with("high")],
            &run,
            Some(High),
            Outcome::Findings,
        ),
        (
            "a finding about an account of which no region was looked into",
            vec![shut],
            &run,
            Some(High),
            Outcome::NothingScanned,
        ),
        (
            "high below critical",
            vec![with("high")],
            &run,
            Some(Critical),
            Outcome::Clean,
        ),
        (
            "never fail",
            vec![with("critical")],
            &run,
            None,
            Outcome::Clean,
        ),
        (
            "a denied region",
            vec![scanned(&clean), scanned(&refused)],
            &run,
            Some(High),
            Outcome::Incomplete,
        ),
        (
            "findings win",
            vec![with("high"), scanned(&refused)],
            &run,
            Some(High),
            Outcome::Findings,
        ),
        (
            "interrupted",
            vec![scanned(&clean)],
            &stopped,
            Some(High),
            Outcome::Incomplete,
        ),
        (
            "an account unreachable",
            vec![scanned(&clean)],
            &missed,
            Some(High),
            Outcome::Incomplete,
        ),
        (
            "an account skipped",
            vec![scanned(&clean)],
            &skipped_only,
            Some(High),
            Outcome::Clean,
        ),
        (
            "nothing but refusals",
            vec![scanned(&refused)],
            &run,
            Some(High),
            Outcome::NothingScanned,
        ),
        (
            "no account",
            vec![],
            &missed,
            Some(High),
            Outcome::NothingScanned,
        ),
    ];
    for (name, accounts, run, fail_on, expected) in cases {
        assert_eq!(
            Outcome::of(&finish(accounts, run), fail_on),
            expected,
            "{name}"
        );
    }
}

#[test]
fn the_page_about_scores_shows_the_weights_and_codes_in_use() {
    let page = std::fs::read_to_string("docs/verdicts-and-score.md").unwrap();
    let severities = [
        Severity::Critical,
        Severity::High,
        Severity::Medium,
        Severity::Low,
    ];
    for severity in severities {
        let name = serde_json::to_value(severity).unwrap();
        let row = format!(
            "| {} | {:.2} |",
            name.as_str().unwrap(),
            severity_weight(severity)
        );
        assert!(page.contains(&row), "{row}");
    }
    for confidence in [Confidence::High, Confidence::Medium, Confidence::Low] {
        let name = serde_json::to_value(confidence).unwrap();
        let row = format!(
            "| {} | {:.2} |",
            name.as_str().unwrap(),
            confidence_factor(confidence)
        );
        assert!(page.contains(&row), "{row}");
    }
    for (outcome, starts) in [
        (Outcome::Clean, "everything was scanned"),
        (Outcome::Findings, "at least one failed finding"),
        (Outcome::Usage, "wrong usage"),
        (Outcome::NothingScanned, "there are no credentials"),
        (Outcome::Incomplete, "scanned, but"),
        (Outcome::Internal, "a defect of Lamppost"),
    ] {
        let row = format!("| {} | {starts}", outcome.code());
        assert!(page.contains(&row), "{row}");
    }
}
