//! How fast roles are judged: `cargo bench --no-default-features --bench privilege`.
//!
//! The policies are those that AWS manages, from the emulator's environment: run `localstack/setup.sh` first.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::panic,
    reason = "a benchmark that meets the unexpected must stop"
)]
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use lamppost::analysis::{AccessFacts, AccountContext, Settings};
use lamppost::inventory::AccountInventory;
use serde_json::{Map, Value, json};

const ACCOUNT: &str = "111122223333";
const REGION: &str = "eu-central-1";

fn document(statements: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

/// The policies that AWS manages, by name.
fn aws_managed() -> Map<String, Value> {
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("localstack/.venv/lib");
    let file = std::fs::read_dir(library)
        .expect("localstack/setup.sh was run")
        .map(|entry| entry.unwrap().path())
        .map(|python| python.join("site-packages/moto/iam/aws_managed_policies.py"))
        .find(|file: &PathBuf| file.exists())
        .expect("the emulator has AWS's policies");
    let text = std::fs::read_to_string(file).unwrap();
    let (start, end) = (text.find('{').unwrap(), text.rfind('}').unwrap());
    serde_json::from_str(text.get(start..=end).unwrap()).unwrap()
}

fn missing() -> Value {
    json!({"missing": {"operation": "x:X", "kind": "not-planned", "message": "", "account": "", "region": ""}})
}

fn function(number: usize, role: &str) -> Value {
    json!({
        "arn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:team-{}-{number}", number % 50),
        "name": format!("team-{}-{number}", number % 50),
        "configuration": {
            "version": "$LATEST", "runtime": "python3.13", "role": role, "package_type": "Zip",
            "code_sha256": null, "last_modified": null, "timeout": 3, "memory": 128, "architectures": [], "vpc": null,
            "dead_letter": null, "environment": {"variables": {"known": []}}, "kms_key_arn": null, "tracing": null,
            "layers": [], "file_systems": [], "snap_start": null, "logging": {"format": null, "group": null, "application_level": null, "system_level": null},
            "master_arn": null, "signing_job_arn": null,
        },
        "detail": {"known": {"state": "Active", "state_reason_code": null, "tags": {"known": {"team": format!("t{}", number % 20)}},
            "reserved_concurrency": null, "code": {"image_uri": null, "resolved_image_uri": null, "source_kms_key_arn": null, "bucket": null}}},
        "policy": {"known": null}, "urls": {"known": []}, "aliases": {"known": []}, "versions": {"known": []},
        "invoke_configs": {"known": []}, "runtime_management": missing(), "recursive_loop": missing(),
    })
}

fn role(name: &str, service: &str, attached: &[String], inline: &[(&str, Value)]) -> Value {
    let trust =
        json!([{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]);
    let attached: Vec<Value> = attached
        .iter()
        .map(|arn| json!({"arn": arn, "name": arn}))
        .collect();
    let inline: Vec<Value> = inline
        .iter()
        .map(|(name, statements)| json!({"name": name, "document": document(statements)}))
        .collect();
    json!({
        "kind": "role", "arn": format!("arn:aws:iam::{ACCOUNT}:role/{name}"), "name": name, "id": format!("AROA{name}"),
        "trust_policy": document(&trust), "inline": inline, "attached": attached, "boundary": null, "groups": [],
        "tags": {"team": name}, "last_used": null,
    })
}

fn account(
    roles: Vec<Value>,
    policies: &BTreeMap<String, String>,
    functions: Vec<Value>,
) -> AccountInventory {
    let full = json!({"id": "p-1", "name": "FullAWSAccess", "document": document(&json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]))});
    let guard = json!({"id": "p-2", "name": "Regions", "document": document(&json!([{"Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": [REGION, "eu-west-1"]}}}]))});
    let policies: Vec<Value> = policies
        .iter()
        .map(|(arn, document)| json!({"arn": arn, "name": arn, "document": document}))
        .collect();
    serde_json::from_value(json!({
        "account": {"id": ACCOUNT, "name": "bench", "partition": "aws", "observed_at": "2026-11-21T12:00:00Z", "organization": {"known": {
            "id": "o-bench", "management_account": "999999999999", "accounts": [ACCOUNT], "path": ["r-root", "ou-work"],
            "service_control_policies": {"known": [[full], [full, guard], [full]]}}}},
        "iam": {"known": {"principals": roles, "policies": policies}},
        "regions": [{
            "region": REGION, "status": "scanned", "settings": missing(), "listing": {"known": null}, "functions": functions,
            "event_source_mappings": missing(), "code_signing": missing(), "layers": missing(), "network": missing(), "keys": [],
            "log_groups": missing(),
        }],
    }))
    .unwrap()
}

fn arn(name: &str, path: &str) -> String {
    format!("arn:aws:iam::aws:policy{path}{name}")
}

/// 1,000 roles with two of AWS's policies each, through all classes and the whole catalogue of escalations.
fn escalation(criterion: &mut Criterion) {
    let managed = aws_managed();
    let mut policies = BTreeMap::new();
    let mut names = Vec::new();
    for (name, policy) in &managed {
        let arn = arn(name, policy["Path"].as_str().unwrap());
        policies.insert(arn.clone(), policy["Document"].to_string());
        names.push(arn);
    }
    let services = [
        "lambda",
        "ec2",
        "ecs-tasks",
        "glue",
        "states",
        "codebuild",
        "sagemaker",
        "cloudformation",
    ];
    let roles: Vec<Value> = (0..1000)
        .map(|number| {
            let attached = [
                names[number % names.len()].clone(),
                names[(number * 7 + 3) % names.len()].clone(),
            ];
            let service = format!("{}.amazonaws.com", services[number % services.len()]);
            role(&format!("r{number:04}"), &service, &attached, &[])
        })
        .collect();
    let functions = (0..1000)
        .map(|number| function(number, &format!("arn:aws:iam::{ACCOUNT}:role/r{number:04}")))
        .collect();
    let inventory = account(roles, &policies, functions);
    let settings = Settings::default();
    let judge = || {
        let account = AccountContext::new(&inventory, &settings);
        let privileges = account.privileges().unwrap();
        let found = account.role_users.keys().map(|role| {
            let ways = privileges.escalations(role).unwrap();
            (
                privileges.powers(role).unwrap().is_admin(),
                ways.known().map_or(0, Vec::len),
            )
        });
        let found: Vec<(bool, usize)> = found.collect();
        let admins = found.iter().filter(|(admin, _)| *admin).count();
        (admins, found.iter().filter(|(_, ways)| *ways > 0).count())
    };
    let (admins, rising) = judge();
    println!(
        "{} policies, 1000 roles: {admins} administrators, {rising} that can rise",
        names.len()
    );
    let mut group = criterion.benchmark_group("roles");
    group.sample_size(10);
    group.bench_function("1000 roles, all classes and escalations", |bencher| {
        bencher.iter(|| black_box(judge()))
    });
    group.finish();
}

/// 500 principals whose policies tell functions apart, by 1,000 functions.
fn reverse_access(criterion: &mut Criterion) {
    let name = |pattern: &str| format!("arn:aws:lambda:*:{ACCOUNT}:function:{pattern}");
    let roles: Vec<Value> = (0..500)
        .map(|number| {
            let team = format!("team-{}-*", number % 50);
            let statements = match number % 5 {
                0 => json!([{"Effect": "Allow", "Action": "lambda:*", "Resource": name(&team)}]),
                1 => json!([{"Effect": "Allow", "Action": ["lambda:Update*", "lambda:Get*"], "Resource": [name(&team), name("team-7-*")]},
                    {"Effect": "Deny", "Action": "lambda:*", "Resource": name("*-prod")}]),
                2 => json!([{"Effect": "Allow", "Action": "lambda:*", "Resource": "*",
                    "Condition": {"StringEquals": {"aws:ResourceTag/team": format!("t{}", number % 20)}}}]),
                3 => json!([{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"},
                    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": format!("arn:aws:iam::{ACCOUNT}:role/r00*")}]),
                _ => json!([{"Effect": "Allow", "Action": ["s3:*", "dynamodb:*"], "Resource": "*"},
                    {"Effect": "Allow", "Action": "lambda:List*", "Resource": "*"}]),
            };
            role(&format!("r{number:04}"), "lambda.amazonaws.com", &[], &[("team", statements)])
        })
        .collect();
    let functions = (0..1000)
        .map(|number| {
            function(
                number,
                &format!("arn:aws:iam::{ACCOUNT}:role/r{:04}", number % 500),
            )
        })
        .collect();
    let inventory = account(roles, &BTreeMap::new(), functions);
    let settings = Settings::default();
    let judge = || {
        let account = AccountContext::new(&inventory, &settings);
        let region = &inventory.regions[0];
        let owners = region.functions.iter().map(|function| {
            let facts = AccessFacts::derive(account.function(region, function));
            facts.owners.count.known().copied().unwrap()
        });
        owners.sum::<i64>()
    };
    println!(
        "500 principals, 1000 functions: {} pairs of owner and function",
        judge()
    );
    let mut group = criterion.benchmark_group("access");
    group.sample_size(10);
    group.bench_function("500 principals by 1000 functions", |bencher| {
        bencher.iter(|| black_box(judge()))
    });
    group.finish();
}

criterion_group!(benches, escalation, reverse_access);
criterion_main!(benches);
