//! Runs that end early, runs in parts, and the reports that are made of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use lamppost::aws::Connection;
use lamppost::check::Check;
use lamppost::finding::{Contents, FolderReport, RunFolder};
use lamppost::operation::Depth;
use lamppost::report::{Format, Terminal, write_to};
use lamppost::target::Shard;
use serde_json::Value;
use tokio::time::Instant;

use crate::support::cases;
use crate::support::cli::{Lamppost, folder};
use crate::support::emulator::Emulator;
use crate::support::simulator::judged::{self, info, registry};
use crate::support::simulator::run::limits;
use crate::support::simulator::{Simulator, World};

fn world() -> World {
    World {
        accounts: 6,
        regions: vec!["eu-west-1", "us-east-1"],
        functions: 25,
        ..World::default()
    }
}

/// Scans into a folder, for at most so long.
async fn scan(
    simulator: &Simulator,
    into: &mut RunFolder,
    checks: &[&Check],
    shard: Option<Shard>,
    at_most: Duration,
) {
    let connection = Connection::over(simulator.transport(), limits(100, 256));
    let mut scan = judged::scan(&connection, checks);
    scan.reach.selection.shard = shard;
    // what is dropped here is what a kill ends
    let _ = tokio::time::timeout(at_most, scan.run_into(into)).await;
}

fn begin(path: &Path, checks: &[&Check]) -> RunFolder {
    RunFolder::create(path, info(checks), judged::at()).unwrap()
}

/// The report of folders as JSON, apart from the calls that it took.
fn report(paths: &[&Path]) -> Value {
    let folders: Vec<RunFolder> = paths
        .iter()
        .map(|path| RunFolder::open(path).unwrap())
        .collect();
    let report = FolderReport::of(&folders).unwrap();
    let mut text = Vec::new();
    write_to(&report, Format::Json, Terminal::FILE, &mut text).unwrap();
    let mut report: Value = serde_json::from_slice(&text).unwrap();
    report["ledger"].take();
    report["summary"]["calls"].take();
    report
}

const FOREVER: Duration = Duration::from_secs(1_000_000);

async fn undisturbed(checks: &[&Check]) -> (Value, BTreeMap<String, u64>, Duration) {
    let at = folder();
    let began = Instant::now();
    let simulator = Simulator::new(world());
    scan(
        &simulator,
        &mut begin(at.path(), checks),
        checks,
        None,
        FOREVER,
    )
    .await;
    let report = report(&[at.path()]);
    (report, answered(&simulator), began.elapsed())
}

/// Calls that were answered, for each account, but for those by which a run finds out who is asking,
/// whom and where.
fn answered(simulator: &Simulator) -> BTreeMap<String, u64> {
    let mut calls = BTreeMap::new();
    for ((account, _, operation), tally) in simulator.asked() {
        let finds_out = operation.starts_with("organizations:")
            || ["sts:GetCallerIdentity", "ec2:DescribeRegions"].contains(&operation.as_str());
        if !finds_out {
            *calls.entry(account).or_default() += tally.attempts - tally.throttled;
        }
    }
    calls
}

#[tokio::test(start_paused = true)]
async fn a_killed_run_goes_on_and_ends_with_the_same_report() {
    let registry = registry();
    let checks: Vec<&Check> = registry
        .checks()
        .filter(|check| check.depth() == Depth::Standard)
        .collect();
    let (whole, calls, time) = undisturbed(&checks).await;
    assert_eq!(whole["functions"].as_array().unwrap().len(), 6 * 2 * 25);
    assert!(!whole["findings"].as_array().unwrap().is_empty());
    let one_account = calls.values().max().unwrap();
    let kills = cases(4).cases;
    for kill in 0..kills {
        // spread over the whole run, as the latencies of each run spread them further
        let part = (f64::from(kill) + 0.6) / f64::from(kills) * 0.95;
        let seed = u64::from(kill) + 2;
        let at = folder();
        let simulator = Simulator::new(World { seed, ..world() });
        let killed = time.mul_f64(part);
        scan(
            &simulator,
            &mut begin(at.path(), &checks),
            &checks,
            None,
            killed,
        )
        .await;
        let half = RunFolder::open(at.path()).unwrap();
        assert!(half.done().len() < 6, "killed too late at {killed:?}");
        let before = report(&[at.path()]);
        assert_eq!(before["run"]["interrupted"], true);
        let mut resumed = RunFolder::resume(at.path(), &info(&checks)).unwrap();
        scan(&simulator, &mut resumed, &checks, None, FOREVER).await;
        assert_eq!(report(&[at.path()]), whole, "killed at {killed:?}");
        let repeated = answered(&simulator).values().sum::<u64>() - calls.values().sum::<u64>();
        assert!(
            repeated <= *one_account,
            "{repeated} calls repeated, {one_account} an account"
        );
    }
}

/// A process, killed at a moment that nobody chose, over HTTP.
#[test]
fn a_killed_process_goes_on_and_ends_with_the_same_report() {
    let at = folder();
    let config = at.path().join("lamppost.toml");
    let settings = "[secrets]\nfingerprint-key-env = \"LAMPPOST_TEST_KEY\"\n";
    std::fs::write(&config, settings).unwrap();
    let scan = |into: &Path| {
        let begin = [
            "scan",
            "--org",
            "--role-name",
            "LamppostAudit",
            "--format",
            "json",
        ];
        let pace = ["--accounts-at-once", "1", "--fail-on", "never", "--resume"];
        let end = [into.to_str().unwrap(), "--config", config.to_str().unwrap()];
        Lamppost::new(begin.iter().chain(&pace).chain(&end))
            .at(Emulator::organisation().endpoint())
            .env("LAMPPOST_TEST_KEY", "the same for all")
    };
    let whole = scan(&at.path().join("whole")).run().json();
    let run = at.path().join("killed");
    let mut process = scan(&run).spawn();
    let first_is_done = || {
        let accounts = std::fs::read_dir(run.join("accounts"))
            .into_iter()
            .flatten();
        accounts.flatten().any(|entry| {
            entry
                .path()
                .extension()
                .is_some_and(|ending| ending == "json")
        })
    };
    while !first_is_done() {
        assert!(
            process.try_wait().unwrap().is_none(),
            "it ended before an account was done"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
    let chance = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap();
    let later = Duration::from_micros(u64::from(chance.subsec_nanos()) % 1_500_000);
    std::thread::sleep(later);
    process.kill().unwrap();
    process.wait().unwrap();
    let resumed = scan(&run).run().json();
    assert_eq!(
        lasting(resumed),
        lasting(whole),
        "killed {later:?} after the first account"
    );
}

/// What of a report does not depend on when and how often AWS was asked.
fn lasting(mut report: Value) -> Value {
    for (part, member) in [
        ("summary", "calls"),
        ("run", "started"),
        ("run", "finished"),
        ("run", "duration_ms"),
    ] {
        report[part][member].take();
    }
    report["ledger"].take();
    for gap in report["gaps"].as_array_mut().unwrap() {
        gap["request_id"].take();
    }
    report
}

#[tokio::test(start_paused = true)]
async fn shards_are_joined_into_the_report_of_the_whole() {
    let registry = registry();
    let checks: Vec<&Check> = registry.checks().collect();
    let (whole, _, _) = undisturbed(&checks).await;
    let folders = [folder(), folder(), folder()];
    let simulator = Simulator::new(world());
    for (index, folder) in folders.iter().enumerate() {
        let shard = format!("{index}/3").parse().unwrap();
        scan(
            &simulator,
            &mut begin(folder.path(), &checks),
            &checks,
            Some(shard),
            FOREVER,
        )
        .await;
    }
    let paths: Vec<&Path> = folders.iter().map(tempfile::TempDir::path).collect();
    assert_eq!(report(&paths), whole);
    let again = RunFolder::open(paths[0]).unwrap();
    let twice = [again, RunFolder::open(paths[0]).unwrap()];
    if !twice[0].done().is_empty() {
        let error = FolderReport::of(&twice).unwrap_err().to_string();
        assert!(error.contains("account 1"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_report_on_disk_is_the_one_in_memory() {
    let registry = registry();
    let checks: Vec<&Check> = registry.checks().collect();
    let at = folder();
    let simulator = Simulator::new(world());
    scan(
        &simulator,
        &mut begin(at.path(), &checks),
        &checks,
        None,
        FOREVER,
    )
    .await;
    let folders = [RunFolder::open(at.path()).unwrap()];
    let report = FolderReport::of(&folders).unwrap();
    let mut held = report.head().clone();
    held.functions = report
        .functions()
        .map(|one| one.unwrap().into_owned())
        .collect();
    held.findings = report
        .findings()
        .map(|one| one.unwrap().into_owned())
        .collect();
    for format in [Format::Table, Format::Json, Format::Ndjson] {
        let write = |contents: &dyn Contents| {
            let mut text = Vec::new();
            write_to(contents, format, Terminal::FILE, &mut text).unwrap();
            String::from_utf8(text).unwrap()
        };
        assert_eq!(write(&report), write(&held), "{format:?}");
    }
    let mut text = serde_json::to_string_pretty(&held).unwrap();
    text.push('\n');
    let mut streamed = Vec::new();
    write_to(&report, Format::Json, Terminal::FILE, &mut streamed).unwrap();
    assert_eq!(String::from_utf8(streamed).unwrap(), text);
}

#[test]
fn a_folder_of_another_run_is_refused() {
    let registry = registry();
    let checks: Vec<&Check> = registry.checks().collect();
    let at = folder();
    begin(at.path(), &checks);
    let started = judged::at();
    let error = RunFolder::create(at.path(), info(&checks), started).unwrap_err();
    assert!(
        error.to_string().ends_with("holds a run already"),
        "{error}"
    );
    let error = RunFolder::resume(at.path(), &info(&checks[1..])).unwrap_err();
    assert!(error.to_string().ends_with("with other checks"), "{error}");
    std::fs::write(at.path().join("run.json"), "{}").unwrap();
    let error = RunFolder::open(at.path()).unwrap_err();
    assert!(error.to_string().ends_with("is no run folder"), "{error}");
}
