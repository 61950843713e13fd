//! The whole flow over the recorded organisation, with every operation spoiled in every way: what
//! could not be read is never a clean verdict, and the report says what is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

use lamppost::analysis::Settings;
use lamppost::aws::transport::{Fault, Recording, Rule, faults, replay};
use lamppost::aws::{Base, Connection, Limits};
use lamppost::check::{self, Check, Persona, Registry, Verdict};
use lamppost::finding::{
    Contents as _, FolderReport, Include, Mode, Outcome, Report, ReportTerms, RunFolder, RunInfo,
};
use lamppost::inventory::GapKind;
use lamppost::operation::{Depth, Plan};
use lamppost::scan::{Reach, Scan, ScanError};
use lamppost::secret::{Detector, FingerprintKey};
use lamppost::target::Selection;

use crate::support::cli::project;

const MANAGEMENT: &str = "111111111111";
const MEMBER: &str = "222222222222";

/// The recording, without AWS's own policies that nobody has attached: there are over a thousand of
/// them, and reading them takes longer than everything else.
static RECORDING: LazyLock<Recording> = LazyLock::new(|| {
    let file = std::fs::read(project("localstack/recording/organisation.ndjson.zst")).unwrap();
    Recording::embedded(&file).unwrap().with_bodies(
        "iam:GetAccountAuthorizationDetails",
        without_unattached_policies,
    )
});

fn without_unattached_policies(xml: &str) -> String {
    let policy = "<member><Arn>";
    let mut parts = xml.split(policy);
    let mut kept = parts.next().unwrap().to_owned();
    for part in parts {
        let end = part.find("</Policies>").unwrap_or(part.len());
        let (own, rest) = part.split_at(end);
        let unattached = own.contains("<AttachmentCount>0</AttachmentCount>");
        if !(own.starts_with("arn:aws:iam::aws:policy/") && unattached) {
            kept += policy;
            kept += own;
        }
        kept += rest;
    }
    kept
}

static DETECTOR: LazyLock<Arc<Detector>> =
    LazyLock::new(|| Arc::new(Detector::new(FingerprintKey::from_seed(b"faults")).unwrap()));

static REGISTRY: LazyLock<Registry> =
    LazyLock::new(|| Registry::load(&[], &lamppost::facts::schema).unwrap());

/// Every built-in check.
fn every_check() -> Vec<&'static Check> {
    let every = check::Selection {
        persona: Persona::Audit,
        ..check::Selection::default()
    };
    REGISTRY.select(&every).unwrap()
}

/// Two accounts, one of them behind a role, in the region where every service has something to say.
async fn scan(checks: &[&Check], rules: Vec<Rule>) -> Result<Report, ScanError> {
    let limits = Limits {
        attempts: 2,
        ..Limits::default()
    };
    let connection = Connection::over(faults(replay(RECORDING.clone()), rules), limits);
    let base = Base::Given {
        region: "us-east-1".to_owned(),
    };
    let selection = Selection {
        organization: true,
        role_name: Some("LamppostAudit".to_owned()),
        include_accounts: vec![MANAGEMENT.to_owned(), MEMBER.to_owned()],
        ..Selection::default()
    };
    let plan = check::plan(checks.iter().copied());
    let info = RunInfo {
        version: "0.0.0".to_owned(),
        mode: Mode::Demo,
        checks: Vec::new(),
        depth: Depth::Deep,
        checks_left_out: Vec::new(),
        checks_in_part: Vec::new(),
        include: Include {
            pass: true,
            not_applicable: true,
        },
        terms: lamppost::finding::Terms::default(),
        admitted: ReportTerms::default(),
        accept: Vec::new(),
    };
    let kept = tempfile::tempdir().unwrap();
    let mut folder = RunFolder::create(kept.path(), info.clone(), RECORDING.recorded_at).unwrap();
    let scan = Scan {
        reach: Reach {
            regions: vec!["us-east-1".to_owned()],
            accounts_at_once: 2,
            ..Reach::new(&connection, base, selection, plan)
        },
        detector: Arc::clone(&DETECTOR),
        settings: Settings::default(),
        checks,
        info,
        snapshot: None,
        at: Some(RECORDING.recorded_at),
    };
    scan.run_into(&mut folder).await?;
    Ok(FolderReport::of(&[folder]).unwrap().whole().unwrap())
}

/// Verdicts by resource and check.
type Verdicts = BTreeMap<(String, String), Verdict>;

fn verdicts(report: &Report) -> Verdicts {
    let findings = report.findings.iter();
    findings
        .map(|finding| {
            let key = (finding.resource.clone(), finding.check.clone());
            (key, finding.verdict)
        })
        .collect()
}

/// Operations without which nobody knows whom to scan, so that nothing is.
const ENTRANCE: [&str; 3] = [
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "sts:GetCallerIdentity",
];

/// Members whose absence is AWS's own word for "there is none" or for a default, so that a check
/// decides by it: operation, check, and why nobody can tell such an answer from a spoiled one.
const ABSENCE_IS_AN_ANSWER: &[(&str, &str, &str)] = &[
    (
        "apigateway:GetRestApis",
        "network-bound-api-route",
        "an API without a resource policy has no `policy`, and so lets everybody pass: a failure of unauthenticated-api-route",
    ),
    (
        "apigateway:GetRestApis",
        "public-path-to-admin",
        "an API without a resource policy has no `policy`, and so is a way in for everybody: applicable, never clean",
    ),
    (
        "apigateway:GetRestApis",
        "public-path-to-data",
        "an API without a resource policy has no `policy`, and so is a way in for everybody: applicable, never clean",
    ),
    (
        "apigateway:GetRestApis",
        "public-path-to-escalation",
        "an API without a resource policy has no `policy`, and so is a way in for everybody: applicable, never clean",
    ),
    (
        "apigateway:GetRestApis",
        "unauthenticated-api-route",
        "an API without a resource policy has no `policy`, and so lets everybody pass: a failure, never a pass",
    ),
    (
        "apigateway:GetRestApis",
        "uncapped-public-function",
        "an API without a resource policy has no `policy`, and so lets everybody pass, or nobody where it is private: not applicable, never a pass",
    ),
    (
        "apigatewayv2:GetStages",
        "network-bound-api-route",
        "a stage to which nothing is deployed has no `deploymentId` and no `autoDeploy`: not applicable, never a pass",
    ),
    (
        "apigatewayv2:GetStages",
        "public-path-to-admin",
        "a stage to which nothing is deployed has no `deploymentId` and no `autoDeploy`: not applicable, never a pass",
    ),
    (
        "apigatewayv2:GetStages",
        "public-path-to-data",
        "a stage to which nothing is deployed has no `deploymentId` and no `autoDeploy`: not applicable, never a pass",
    ),
    (
        "apigatewayv2:GetStages",
        "public-path-to-escalation",
        "a stage to which nothing is deployed has no `deploymentId` and no `autoDeploy`: not applicable, never a pass",
    ),
    (
        "apigatewayv2:GetStages",
        "unauthenticated-api-route",
        "a stage to which nothing is deployed has no `deploymentId` and no `autoDeploy`: not applicable, never a pass",
    ),
    (
        "apigatewayv2:GetStages",
        "uncapped-public-function",
        "a stage to which nothing is deployed has no `deploymentId` and no `autoDeploy`: not applicable, never a pass",
    ),
    (
        "kms:GetKeyRotationStatus",
        "kms-key-rotation-off",
        "the SDK makes `false` of an absent `KeyRotationEnabled`: a failure, never a pass",
    ),
    (
        "lambda:ListFunctionEventInvokeConfigs",
        "foreign-failure-destination",
        "`OnFailure` is an empty object where no destination is set",
    ),
    (
        "lambda:ListFunctionEventInvokeConfigs",
        "no-failure-destination",
        "`OnFailure` is an empty object where no destination is set",
    ),
    (
        "lambda:ListFunctions",
        "code-injection-variable",
        "`Environment`, and the error inside it, is there only where there are variables",
    ),
    (
        "lambda:ListFunctions",
        "environment-without-customer-key",
        "`Environment` is there only where there are variables",
    ),
    (
        "lambda:ListFunctions",
        "plaintext-secret-in-environment",
        "`Environment`, and the error inside it, is there only where there are variables",
    ),
    (
        "logs:DescribeLogGroups",
        "log-group-never-expires",
        "`retentionInDays` is there only where a retention is set",
    ),
    (
        "logs:DescribeLogGroups",
        "log-retention-too-short",
        "`retentionInDays` is there only where a retention is set: not applicable, never a pass",
    ),
];

/// The kind of gap that a fault of an operation leaves; none where it can only be seen by what the answer lacks.
fn left_by(operation: &str, fault: Fault) -> Option<GapKind> {
    match fault {
        Fault::DeniedByScp if operation == "lambda:GetAccountSettings" => {
            Some(GapKind::ClosedByScp)
        }
        Fault::AccessDenied => Some(GapKind::AccessDenied),
        Fault::DeniedByScp => Some(GapKind::DeniedByScp),
        Fault::Throttled => Some(GapKind::Throttled),
        Fault::ServerError => Some(GapKind::ServerFault),
        Fault::ConnectionReset => Some(GapKind::Network),
        Fault::Timeout => Some(GapKind::Timeout),
        Fault::Truncated => Some(GapKind::Malformed),
        Fault::ExpiredToken => Some(GapKind::ExpiredCredentials),
        Fault::MissingFields => None,
    }
}

/// Whether every plan makes the operation.
fn is_always(operation: &str) -> bool {
    Plan::ALWAYS.iter().any(|always| always.label == operation)
}

/// What a fault of one operation makes of the undisturbed report, as far as it must not.
struct Trial<'a> {
    operation: &'a str,
    fault: Fault,
    checks: &'a [&'a Check],
    undisturbed: &'a Verdicts,
    wrong: Vec<String>,
    /// Checks that decided by what was left out, as [`ABSENCE_IS_AN_ANSWER`] allows.
    answered: BTreeSet<String>,
}

impl Trial<'_> {
    async fn run(&mut self) {
        let rule = Rule::new(self.fault, self.operation);
        let entrance = ENTRANCE.contains(&self.operation);
        // Where a region is not even listed in either account, nothing was scanned at all.
        let rule = if is_always(self.operation) {
            rule.account(MEMBER)
        } else {
            rule
        };
        match scan(self.checks, vec![rule]).await {
            Ok(report) => {
                if entrance && left_by(self.operation, self.fault).is_some() {
                    self.says("was scanned all the same".to_owned());
                }
                self.counts(&report);
                self.changes(&report);
                self.names_the_gap(&report);
            }
            Err(error) => {
                let told = error.to_string();
                let identity = matches!(&error, ScanError::Target(target) if !target.is_usage());
                if !entrance || !identity || !told.contains(self.operation) {
                    self.says(format!("stopped everything: {told}"));
                }
            }
        }
    }

    fn says(&mut self, what: String) {
        let Self {
            operation, fault, ..
        } = self;
        self.wrong.push(format!("{operation} × {fault}: {what}"));
    }

    fn counts(&mut self, report: &Report) {
        let summary = &report.summary;
        if summary.functions_listed != summary.functions_reported {
            self.says(format!(
                "{} functions listed, {} reported",
                summary.functions_listed, summary.functions_reported
            ));
        }
    }

    /// A verdict may become UNKNOWN, or be lost together with its resource; it never turns.
    fn changes(&mut self, report: &Report) {
        let found = verdicts(report);
        let (mut lost, mut unknown) = (0, 0);
        let mut turned: BTreeMap<(&str, Verdict, Verdict), Vec<&str>> = BTreeMap::new();
        for ((resource, check), before) in self.undisturbed {
            match found.get(&(resource.clone(), check.clone())) {
                None => lost += 1,
                Some(now) if now == before => {}
                Some(Verdict::Unknown) => unknown += 1,
                Some(now) => turned
                    .entry((check, *before, *now))
                    .or_default()
                    .push(resource),
            }
        }
        for ((check, before, now), resources) in turned {
            let answer = ABSENCE_IS_AN_ANSWER
                .iter()
                .any(|(operation, name, _)| *operation == self.operation && *name == check);
            if answer && left_by(self.operation, self.fault).is_none() {
                self.answered.insert(check.to_owned());
            } else {
                self.says(format!(
                    "{check} turned from {before:?} to {now:?} for {resources:?}"
                ));
            }
        }
        let new: Vec<_> = found
            .keys()
            .filter(|key| !self.undisturbed.contains_key(*key))
            .collect();
        if !new.is_empty() {
            self.says(format!("new verdicts {new:?}"));
        }
        let outcome = Outcome::of(report, None);
        if (lost > 0 || unknown > 0 || left_by(self.operation, self.fault).is_some())
            && outcome != Outcome::Incomplete
        {
            self.says(format!(
                "{lost} verdicts lost and {unknown} unknown, but the outcome is {outcome:?}"
            ));
        }
    }

    fn names_the_gap(&mut self, report: &Report) {
        let Some(kind) = left_by(self.operation, self.fault) else {
            return;
        };
        let answered = !matches!(
            self.fault,
            Fault::ConnectionReset | Fault::Timeout | Fault::Truncated
        );
        // IAM and Organizations are global, and so is the list of buckets.
        let global = ["iam:", "organizations:", "s3:"]
            .iter()
            .any(|service| self.operation.starts_with(service));
        let named = report.gaps.iter().any(|record| {
            let gap = &record.gap;
            gap.operation == self.operation
                && gap.kind == kind
                && gap.code.is_some() == answered
                && [MANAGEMENT, MEMBER].contains(&gap.account.as_str())
                && (gap.region == "us-east-1" || (global && gap.region.is_empty()))
                && !gap.message.is_empty()
                && !record.next_step.is_empty()
                && (record.incomplete || kind == GapKind::ClosedByScp)
        });
        if !named {
            self.says(format!("no such gap in {:?}", report.gaps));
        }
    }
}

/// Every operation of the undisturbed scan, spoiled by one fault. Scanning again and again for every
/// check takes long, so most faults are seen through the eyes of those checks alone that read what
/// the operation says; that no other check depends on it, two faults show with all of them.
async fn every_operation(fault: Fault) {
    let all = every_check();
    let report = scan(&all, Vec::new()).await.unwrap();
    let outcome = Outcome::of(&report, None);
    assert_eq!(outcome, Outcome::Clean, "{:?}", report.gaps);
    let undisturbed = verdicts(&report);
    let mut wrong = Vec::new();
    for entry in &report.ledger {
        let operation = entry.operation.as_str();
        let reads = |check: &&&Check| {
            let plan = check::plan([**check]);
            plan.operations().any(|one| one.label == operation) && !is_always(operation)
        };
        let mut checks: Vec<&Check> = all.iter().filter(reads).copied().collect();
        if checks.is_empty() || matches!(fault, Fault::AccessDenied | Fault::MissingFields) {
            checks = all.clone();
        }
        let chosen: BTreeSet<&str> = checks
            .iter()
            .map(|check| check.definition.id.as_str())
            .collect();
        let mut undisturbed = undisturbed.clone();
        undisturbed.retain(|(_, check), _| chosen.contains(check.as_str()));
        let mut trial = Trial {
            operation,
            fault,
            checks: &checks,
            undisturbed: &undisturbed,
            wrong: Vec::new(),
            answered: BTreeSet::new(),
        };
        trial.run().await;
        wrong.extend(trial.wrong);
        for (operation, check, why) in ABSENCE_IS_AN_ANSWER {
            let due = left_by(operation, fault).is_none() && *operation == entry.operation;
            if due && !trial.answered.contains(*check) {
                wrong.push(format!(
                    "{operation} no longer decides {check}, though {why}"
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} wrong:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

/// A test for each fault, so that they run side by side.
macro_rules! matrix {
    ($($name:ident: $fault:ident,)*) => {
        $(#[tokio::test(start_paused = true)]
        async fn $name() {
            every_operation(Fault::$fault).await;
        })*

        #[test]
        fn every_fault_is_tried() {
            assert_eq!([$(Fault::$fault),*], Fault::ALL);
        }
    };
}

matrix! {
    nothing_denied_is_clean: AccessDenied,
    nothing_behind_a_service_control_policy_is_clean: DeniedByScp,
    nothing_throttled_for_good_is_clean: Throttled,
    nothing_that_fails_is_clean: ServerError,
    nothing_behind_a_broken_connection_is_clean: ConnectionReset,
    nothing_without_an_answer_is_clean: Timeout,
    nothing_cut_short_is_clean: Truncated,
    nothing_after_the_session_is_clean: ExpiredToken,
    nothing_left_out_is_clean: MissingFields,
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_passes_changes_nothing() {
    let checks = every_check();
    let report = scan(&checks, Vec::new()).await.unwrap();
    let operations: BTreeSet<&str> = report
        .ledger
        .iter()
        .map(|entry| entry.operation.as_str())
        .collect();
    for fault in [
        Fault::Throttled,
        Fault::ServerError,
        Fault::ConnectionReset,
        Fault::Timeout,
    ] {
        let once = operations
            .iter()
            .map(|operation| Rule::new(fault, operation).times(1));
        let found = scan(&checks, once.collect()).await.unwrap();
        assert_eq!(verdicts(&found), verdicts(&report), "{fault}");
        assert_eq!(found.gaps, report.gaps, "{fault}");
        let attempts: u64 = found.ledger.iter().map(|entry| entry.attempts).sum();
        let calls: u64 = found.ledger.iter().map(|entry| entry.calls).sum();
        assert_eq!(attempts, calls + operations.len() as u64, "{fault}");
    }
}
