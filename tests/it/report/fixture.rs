//! A small organisation, judged: every kind of target, verdict and gap.

use lamppost::check::{Definition, Judgement, Offence, Verdict};
use lamppost::facts::{Resource, Scope};
use lamppost::finding::{
    AccountResult, Contents as _, FolderReport, Include, Mode, Report, ReportTerms, RunFolder,
    RunInfo,
};
use lamppost::inventory::{
    AccountInventory, AccountServices, Function, Gap, GapKind, Iam, LedgerEntry, MissedAccount,
    MissedReason, Observed, RegionInventory, RunRecord, RunScope,
};
use lamppost::operation;
use serde_json::{Value, json};

pub(super) const PROD: &str = "111111111111";
pub(super) const DEV: &str = "222222222222";

pub(super) fn arn(account: &str, region: &str, name: &str) -> String {
    format!("arn:aws:lambda:{region}:{account}:function:{name}")
}

pub(super) fn function(account: &str, region: &str, name: &str) -> Function {
    let none = json!({"known": null});
    let empty = json!({"known": []});
    serde_json::from_value(json!({
        "arn": arn(account, region, name),
        "name": name,
        "configuration": {
            "version": "$LATEST", "runtime": "python3.12", "role": null, "package_type": "Zip",
            "code_sha256": null, "last_modified": null, "timeout": 3, "memory": 128,
            "architectures": ["arm64"], "vpc": null, "dead_letter": null,
            "environment": {"variables": empty}, "kms_key_arn": null, "tracing": null,
            "layers": [], "file_systems": [], "snap_start": null,
            "logging": {}, "master_arn": null, "signing_job_arn": null,
        },
        "detail": {"known": {"tags": {"known": {}}, "code": {}}},
        "policy": none, "urls": empty, "aliases": empty, "versions": empty,
        "invoke_configs": empty,
        "runtime_management": {"known": {"update_on": "Auto", "runtime_version_arn": null}},
        "recursive_loop": {"known": "Terminate"},
    }))
    .unwrap()
}

pub(super) fn region(name: &str, status: Value, functions: Vec<Function>) -> RegionInventory {
    let empty = json!({"known": []});
    serde_json::from_value(json!({
        "region": name, "status": status,
        "settings": {"known": {"function_count": functions.len(),
            "concurrent_executions": 1000, "unreserved_concurrent_executions": 1000}},
        "listing": {"known": null},
        "functions": serde_json::to_value(functions).unwrap(),
        "event_source_mappings": empty, "code_signing": empty, "capacity_providers": empty, "layers": empty,
        "network": {"known": {"vpcs": empty, "subnets": empty, "route_tables": empty,
            "nat_gateways": empty, "security_groups": empty, "network_acls": empty,
            "endpoints": empty}},
        "keys": [], "log_groups": empty,
    }))
    .unwrap()
}

pub(super) fn account(id: &str, name: &str, regions: Vec<RegionInventory>) -> AccountInventory {
    AccountInventory {
        account: serde_json::from_value(json!({
            "id": id, "name": name, "partition": "aws", "observed_at": "2026-11-20T08:00:00Z",
            "organization": {"known": null},
        }))
        .unwrap(),
        regions,
        services: AccountServices {
            iam: Observed::Known(Iam::default()),
            ..AccountServices::default()
        },
    }
}

pub(super) fn check(id: &str, title: &str, severity: &str) -> Definition {
    serde_json::from_value(json!({
        "id": id, "title": title, "scope": "function", "severity": severity, "confidence": "high",
        "since": "0.1.0", "fails": "true", "message": "", "why": "",
        "fix": {"text": ""},
        "references": ["https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html"],
        "maps": {"security-hub": ["Lambda.1"], "cis": ["compute-1.0:4.5"]},
    }))
    .unwrap()
}

pub(super) fn of(function: &Function, account: &str, region: &str) -> Resource {
    Resource {
        scope: Scope::Function,
        arn: function.arn.clone(),
        name: function.name.clone(),
        account: account.to_owned(),
        region: region.to_owned(),
    }
}

pub(super) fn verdict(verdict: Verdict) -> Judgement {
    Judgement {
        verdict,
        offences: Vec::new(),
        gaps: Vec::new(),
    }
}

pub(super) fn unknown(gaps: Vec<Gap>) -> Judgement {
    Judgement {
        verdict: Verdict::Unknown,
        offences: Vec::new(),
        gaps,
    }
}

pub(super) fn fail(message: &str, identity: &[&str], cli: &str) -> Judgement {
    Judgement {
        verdict: Verdict::Fail,
        offences: vec![offence(message, identity, cli)],
        gaps: Vec::new(),
    }
}

pub(super) fn offence(message: &str, identity: &[&str], cli: &str) -> Offence {
    Offence {
        evidence: json!({"parts": identity}),
        certain: true,
        cause: None,
        identity: identity.iter().map(|&part| part.to_owned()).collect(),
        message: message.to_owned(),
        fix: serde_json::from_value(json!({"text": "Take the grant away.", "cli": cli})).unwrap(),
    }
}

pub(super) fn info() -> RunInfo {
    RunInfo {
        version: "0.1.0".to_owned(),
        mode: Mode::Live,
        checks: vec![
            "public-function-url".to_owned(),
            "deprecated-runtime".to_owned(),
        ],
        depth: operation::Depth::Deep,
        checks_left_out: Vec::new(),
        checks_in_part: Vec::new(),
        include: Include::default(),
        terms: lamppost::finding::Terms::default(),
        admitted: ReportTerms::default(),
        accept: Vec::new(),
    }
}

pub(super) fn run() -> RunRecord {
    let calls = |operation: &str, calls: u64, errors: Value| -> LedgerEntry {
        serde_json::from_value(json!({
            "operation": operation, "calls": calls, "attempts": calls + 2, "throttles": 2,
            "errors": errors, "milliseconds": calls * 80,
        }))
        .unwrap()
    };
    RunRecord {
        started: "2026-11-20T08:00:00Z".parse().unwrap(),
        finished: "2026-11-20T08:01:30.5Z".parse().unwrap(),
        interrupted: false,
        missed: Vec::new(),
        ledger: vec![
            calls("lambda:ListFunctions", 5, json!({})),
            calls("lambda:GetPolicy", 40, json!({"AccessDeniedException": 3})),
        ],
        scope: RunScope {
            callers: vec!["arn:aws:sts::111111111111:assumed-role/audit/lamppost".to_owned()],
            targets: "the organization".to_owned(),
            ..RunScope::default()
        },
    }
}

/// Two accounts with functions, one that cannot be entered and one that is suspended.
pub(super) fn accounts() -> (Vec<AccountResult>, RunRecord) {
    let url = check(
        "public-function-url",
        "Function URL open to everybody",
        "critical",
    );
    let runtime = check("deprecated-runtime", "Runtime past its end of life", "high");
    let tracing = check("tracing-off", "Tracing switched off", "low");
    let denied = |account: &str, region: &str, name: &str| {
        let mut gap = Gap::new(
            &operation::lambda::GET_POLICY,
            GapKind::AccessDenied,
            "not authorized to perform: lambda:GetPolicy",
        )
        .at(account, region)
        .about(&arn(account, region, name));
        gap.code = Some("AccessDeniedException".to_owned());
        gap
    };

    let orders = function(PROD, "eu-west-1", "orders-api");
    let import = function(PROD, "eu-west-1", "nightly-import");
    let mail = function(PROD, "us-east-1", "mail");
    let scp = Gap::new(
        &operation::lambda::LIST_FUNCTIONS,
        GapKind::DeniedByScp,
        "explicit deny in a service control policy",
    )
    .at(PROD, "ap-south-1");
    let prod = account(
        PROD,
        "production",
        vec![
            region("us-east-1", json!("scanned"), vec![mail.clone()]),
            region(
                "eu-west-1",
                json!("scanned"),
                vec![orders.clone(), import.clone()],
            ),
            region("ap-south-1", json!({"denied": scp}), vec![]),
            region("eu-north-1", json!("empty"), vec![]),
            region("me-south-1", json!("not-enabled"), vec![]),
        ],
    );
    let mut result = AccountResult::scanned(&prod, Include::default());
    let at = |function: &Function, region: &str| of(function, PROD, region);
    result.judge(&url, &at(&orders, "eu-west-1"), fail(
        "anybody on the internet can invoke `orders-api` through its function URL",
        &["prod"],
        "aws lambda update-function-url-config --function-name orders-api --qualifier prod --auth-type AWS_IAM --region eu-west-1",
    )).unwrap();
    result.judge(&runtime, &at(&orders, "eu-west-1"), fail(
        "`orders-api` runs on python3.7, which AWS stopped maintaining on 2023-12-04",
        &[],
        "aws lambda update-function-configuration --function-name orders-api --runtime python3.13 --region eu-west-1",
    )).unwrap();
    result
        .judge(
            &url,
            &at(&import, "eu-west-1"),
            unknown(vec![denied(PROD, "eu-west-1", "nightly-import")]),
        )
        .unwrap();
    result.judge(&runtime, &at(&import, "eu-west-1"), fail(
        "`nightly-import` runs on nodejs16.x, which AWS stopped maintaining on 2024-06-12",
        &[],
        "aws lambda update-function-configuration --function-name nightly-import --runtime nodejs22.x --region eu-west-1",
    )).unwrap();
    result
        .judge(
            &tracing,
            &at(&import, "eu-west-1"),
            fail("`nightly-import` is not traced", &[], ""),
        )
        .unwrap();
    result
        .judge(
            &url,
            &at(&mail, "us-east-1"),
            unknown(vec![denied(PROD, "us-east-1", "mail")]),
        )
        .unwrap();
    result
        .judge(&runtime, &at(&mail, "us-east-1"), verdict(Verdict::Pass))
        .unwrap();

    let cron = function(DEV, "eu-west-1", "cron");
    let dev = account(
        DEV,
        "development",
        vec![region("eu-west-1", json!("scanned"), vec![cron.clone()])],
    );
    let mut other = AccountResult::scanned(&dev, Include::default());
    other
        .judge(
            &url,
            &of(&cron, DEV, "eu-west-1"),
            verdict(Verdict::NotApplicable),
        )
        .unwrap();
    other
        .judge(
            &runtime,
            &of(&cron, DEV, "eu-west-1"),
            verdict(Verdict::Pass),
        )
        .unwrap();

    let mut run = run();
    let mut assume = Gap::new(
        &operation::sts::ASSUME_ROLE,
        GapKind::AccessDenied,
        "not authorized to perform: sts:AssumeRole",
    )
    .at("333333333333", "");
    assume.code = Some("AccessDenied".to_owned());
    run.missed = vec![
        MissedAccount {
            id: "333333333333".to_owned(),
            name: "legacy".to_owned(),
            reason: MissedReason::Unreachable(assume),
        },
        MissedAccount {
            id: "444444444444".to_owned(),
            name: "closed".to_owned(),
            reason: MissedReason::Skipped("suspended".to_owned()),
        },
    ];
    (vec![result, other], run)
}

/// The report of [`accounts`].
pub(super) fn report() -> Report {
    let (accounts, run) = accounts();
    finish(accounts, &run)
}

/// The report of judged accounts, by way of a run folder.
pub(super) fn finish(accounts: impl IntoIterator<Item = AccountResult>, run: &RunRecord) -> Report {
    let kept = tempfile::tempdir().unwrap();
    let mut folder = RunFolder::create(kept.path(), info(), run.started).unwrap();
    for account in accounts {
        folder.add(account.into(), false).unwrap();
    }
    folder.end(run.clone()).unwrap();
    FolderReport::of(&[folder]).unwrap().whole().unwrap()
}
