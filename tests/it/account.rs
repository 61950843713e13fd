//! The account itself as a resource: in every format, with a score of its own, with functions and without.

use std::fs;
use std::path::{Path, PathBuf};

use lamppost::inventory::{AccountInventory, Observed, RegionStatus, SnapshotWriter};
use lamppost::operation::Depth;
use lamppost::report::{record_schema, report_schema};
use serde_json::Value;

use crate::support::cli::{Ended, Lamppost, folder};
use crate::support::world::{ACCOUNT, REGION, denied, function, quiet, region, run_at};

const CHECK: &str = r#"
id = "account-outside-organization"
title = "Account outside any organization"
scope = "account"
severity = "high"
confidence = "high"
since = "1.0.0"
fails = 'account.organization_id == ""'
message = "{{ resource.name }} ({{ account.id }}) is in no organization"
why = "No control policy limits it."

[fix]
text = "Invite it."
cli = "aws organizations invite-account-to-organization --target Type=ACCOUNT,Id={{ account.id }}"

[[examples.fail]]
name = "no organization"
[examples.fail.facts.account]
id = "111122223333"
organization_id = ""

[[examples.pass]]
name = "an organization"
[examples.pass.facts.account]
organization_id = "o-example"

[[examples.unknown]]
name = "not known"
facts.account = {}
"#;

/// An account with the check above and a snapshot.
struct Case {
    folder: tempfile::TempDir,
}

impl Case {
    fn of(inventories: &[AccountInventory]) -> Self {
        let folder = folder();
        fs::write(
            folder.path().join("account-outside-organization.toml"),
            CHECK,
        )
        .unwrap();
        snapshot(&folder.path().join("run.snapshot"), inventories);
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn evaluate(&self, checks: &str, more: &[&str]) -> Ended {
        let (snapshot, folder) = (self.path("run.snapshot"), self.folder.path());
        let mut arguments = vec![
            "evaluate",
            snapshot.to_str().unwrap(),
            "--checks",
            folder.to_str().unwrap(),
            "--check",
            checks,
        ];
        arguments.extend(more);
        Lamppost::new(arguments).run()
    }
}

fn snapshot(path: &Path, inventories: &[AccountInventory]) {
    let mut writer = SnapshotWriter::create(path, Depth::Standard).unwrap();
    for inventory in inventories {
        writer.account(inventory).unwrap();
    }
    let at = inventories[0].account.observed_at;
    writer.finish(&run_at(at)).unwrap();
}

/// An account without a function, outside any organization.
pub(crate) fn empty() -> AccountInventory {
    let mut inventory = quiet();
    let mut nothing = region(REGION, Vec::new());
    nothing.status = RegionStatus::Empty;
    inventory.regions = vec![nothing];
    inventory.account.organization = Observed::Known(None);
    inventory
}

fn valid(schema: &Value, json: &Value) {
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(json)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn an_account_without_functions_can_fail() {
    let case = Case::of(&[empty()]);
    let check = "account-outside-organization";
    let ended = case.evaluate(check, &["--format", "json"]);
    assert_eq!(ended.code(), 1, "{}", ended.stderr());
    let report = ended.json();
    valid(&report_schema().to_value(), &report);
    let finding = &report["findings"][0];
    assert_eq!(finding["verdict"], "FAIL");
    assert_eq!(finding["scope"], "account");
    assert_eq!(finding["region"], "");
    assert_eq!(finding["resource_name"], "workload");
    assert_eq!(finding["resource"], format!("arn:aws:iam::{ACCOUNT}:root"));
    let summary = &report["summary"];
    assert_eq!(summary["grade"], Value::Null);
    assert_eq!(summary["functions_listed"], 0);
    assert_eq!(summary["functions_evaluated"], 0);
    assert_eq!(summary["accounts_evaluated"], 1);
    assert_eq!(summary["account_grades"]["C"], 1);
    assert_eq!(summary["grades"]["C"], 0);
    let own = &summary["accounts"][0]["own"];
    assert_eq!(own["score"], 75.0);
    assert_eq!(own["factors"][0]["check"], check);

    let shown = case.evaluate(check, &[]).stdout();
    for line in [
        "1 account · 0 functions",
        "No function was graded.",
        "Account grades 1 C",
        "workload (111122223333) is in no organization",
        "+25 points",
    ] {
        assert!(shown.contains(line), "{line} is not in:\n{shown}");
    }
    assert_eq!(case.evaluate(check, &["--fail-on", "critical"]).code(), 0);
    for line in case
        .evaluate(check, &["--format", "ndjson"])
        .stdout()
        .lines()
    {
        let record = serde_json::from_str(line).unwrap();
        valid(&record_schema().to_value(), &record);
    }
}

#[test]
fn an_account_that_passes_has_a_grade_and_no_function_has() {
    let mut inventory = empty();
    inventory.account.organization = quiet().account.organization;
    let case = Case::of(&[inventory]);
    let ended = case.evaluate("account-outside-organization", &["--all"]);
    assert_eq!(ended.code(), 0, "{}", ended.stderr());
    let shown = ended.stdout();
    assert!(shown.contains("No function was graded."), "{shown}");
    assert!(shown.contains("Account grades 1 A"), "{shown}");
}

#[test]
fn what_is_not_known_of_an_account_is_no_pass() {
    let mut inventory = empty();
    inventory.account.organization =
        Observed::Missing(denied("organizations:DescribeOrganization"));
    let case = Case::of(&[inventory]);
    let ended = case.evaluate("account-outside-organization", &["--format", "json"]);
    assert_eq!(ended.code(), 4, "{}", ended.stderr());
    let report = ended.json();
    assert_eq!(report["findings"][0]["verdict"], "UNKNOWN");
    assert_eq!(report["gaps"][0]["verdicts"], 1);
    let summary = &report["summary"];
    assert_eq!(summary["account_grades"]["ungraded"], 1);
    assert_eq!(summary["accounts_with_unknowns"], 1);
    assert_eq!(summary["functions_with_unknowns"], 0);
    assert_eq!(summary["accounts"][0]["own"]["at_most"], true);
}

#[test]
fn an_account_that_fails_leaves_its_functions_as_they_are() {
    let mut inventory = quiet();
    inventory.account.organization = Observed::Known(None);
    inventory.regions = vec![region(REGION, vec![function("one"), function("two")])];
    let case = Case::of(&[inventory]);
    let alone = case
        .evaluate("inactive-tracing", &["--format", "json"])
        .json();
    let both = case.evaluate(
        "inactive-tracing,account-outside-organization",
        &["--format", "json"],
    );
    let both = both.json();
    assert_eq!(both["functions"], alone["functions"]);
    for same in [
        "grade",
        "grades",
        "functions_listed",
        "functions_reported",
        "functions_evaluated",
    ] {
        assert_eq!(both["summary"][same], alone["summary"][same], "{same}");
    }
    assert_eq!(alone["summary"]["accounts_evaluated"], 0);
    assert!(alone["summary"]["accounts"][0].get("own").is_none());
    assert_eq!(both["summary"]["accounts_evaluated"], 1);
    assert_eq!(both["summary"]["accounts"][0]["own"]["grade"], "C");
    let only = case.evaluate("account-outside-organization", &["--format", "json"]);
    let only = only.json();
    assert_eq!(only["summary"]["functions_listed"], 2);
    assert_eq!(only["summary"]["functions_reported"], 2);
    assert_eq!(only["summary"]["functions_evaluated"], 0);
}

#[test]
fn accounts_are_listed_by_the_worse_of_their_grades() {
    let mut fine = empty();
    fine.account.id = "444455556666".try_into().unwrap();
    fine.account.organization = quiet().account.organization;
    let case = Case::of(&[fine, empty()]);
    let check = "account-outside-organization";
    let report = case.evaluate(check, &["--format", "json"]).json();
    let accounts = report["summary"]["accounts"].as_array().unwrap();
    let order: Vec<&Value> = accounts.iter().map(|account| &account["account"]).collect();
    assert_eq!(order, [ACCOUNT, "444455556666"]);
    assert_eq!(report["summary"]["account_grades"]["A"], 1);
    assert_eq!(report["summary"]["account_grades"]["C"], 1);
}

#[test]
fn a_check_of_accounts_is_linted_shown_and_listed() {
    let case = Case::of(&[empty()]);
    let file = case.path("account-outside-organization.toml");
    let lint = Lamppost::new(["checks", "lint", file.to_str().unwrap()]).run();
    assert_eq!((lint.code(), lint.stdout().as_str()), (0, "no problems\n"));
    let folder = case.folder.path().to_str().unwrap();
    let id = "account-outside-organization";
    let show = Lamppost::new(["checks", "show", id, "--checks", folder]).run();
    assert!(
        show.stdout().contains("applies to accounts"),
        "{}",
        show.stdout()
    );
    let schema = Lamppost::new(["checks", "schema", "account"]).run().json();
    assert!(schema["properties"]["account"].is_object());
    assert!(schema["properties"].get("region").is_none());
    let actions = Lamppost::new(["permissions", "--org", "--checks", folder, "--check", id]);
    let actions = actions.run().stdout();
    assert!(
        actions.contains("organizations:DescribeOrganization"),
        "{actions}"
    );
    assert!(
        !actions.contains("iam:GetAccountAuthorizationDetails"),
        "{actions}"
    );
    let wrong = CHECK.replace(
        "account.organization_id == \"\"",
        "lambda.timeout_seconds > 3",
    );
    fs::write(&file, wrong).unwrap();
    let lint = Lamppost::new(["checks", "lint", file.to_str().unwrap()]).run();
    assert_eq!(lint.code(), 2);
    // a function's facts are not those of an account
    assert!(
        lint.stdout().contains("no fact `lambda`"),
        "{}",
        lint.stdout()
    );
}

#[cfg(feature = "live")]
mod simulated {
    //! Accounts whose regions are all empty, scanned.

    use lamppost::aws::Connection;
    use lamppost::check::{Check, plan};
    use lamppost::finding::{Contents as _, FolderReport, Outcome, Report, RunFolder};
    use lamppost::operation::{self, Operation};

    use crate::support::cli::folder;
    use crate::support::simulator::judged::{self, info, registry};
    use crate::support::simulator::run::limits;
    use crate::support::simulator::{Denied, Simulator, World};

    const CHECK: &str = "admin-role-passable-to-new-function";
    const IAM: &Operation = &operation::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS;

    /// The report, and how often IAM was asked.
    async fn scan(checks: &[&Check], denied: Vec<Denied>) -> (Report, u64) {
        let simulator = Simulator::new(World {
            accounts: 2,
            regions: vec!["eu-west-1", "us-east-1"],
            functions: 0,
            denied,
            ..World::default()
        });
        let connection = Connection::over(simulator.transport(), limits(100, 256));
        let at = folder();
        let mut into = RunFolder::create(at.path(), info(checks), judged::at()).unwrap();
        let scan = judged::scan(&connection, checks);
        scan.run_into(&mut into).await.unwrap();
        let report = FolderReport::of(&[into]).unwrap().whole().unwrap();
        let asked = simulator.asked();
        let of_iam = asked
            .iter()
            .filter(|((.., operation), _)| operation == IAM.label);
        (report, of_iam.map(|(_, tally)| tally.attempts).sum())
    }

    #[tokio::test(start_paused = true)]
    async fn principals_are_read_where_every_region_is_empty() {
        let registry = registry();
        let checks = [registry.get(CHECK).unwrap()];
        assert!(plan(checks).contains(IAM));
        let (report, asked) = scan(&checks, Vec::new()).await;
        assert_eq!(asked, 2);
        assert_eq!(report.summary.functions_listed, 0);
        assert_eq!(report.summary.grade, None);
        assert_eq!(report.summary.accounts_evaluated, 2);
        assert_eq!(report.summary.verdicts.pass, 2);
        assert!(report.run.complete);
        assert_eq!(Outcome::of(&report, None), Outcome::Clean);
        let other = [registry.get("inactive-tracing").unwrap()];
        assert_eq!(scan(&other, Vec::new()).await.1, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn principals_that_cannot_be_read_leave_the_account_unknown() {
        let registry = registry();
        let checks = [registry.get(CHECK).unwrap()];
        let denied = Denied {
            operation: Some(IAM.label),
            ..Denied::default()
        };
        let (report, _) = scan(&checks, vec![denied]).await;
        assert_eq!(report.summary.verdicts.unknown, 2);
        assert_eq!(report.summary.accounts_with_unknowns, 2);
        assert_eq!(report.gaps.len(), 2);
        assert_eq!(Outcome::of(&report, None), Outcome::Incomplete);
    }
}
