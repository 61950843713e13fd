//! Ctrl-C and SIGTERM in the middle of a scan, over a server that holds its answers.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command};

use serde_json::Value;

use crate::support::cli::{Lamppost, folder};
use crate::support::stub::{Answer, Stub};

/// An account with one function in one region, about which nothing is ever said.
pub(crate) fn silent_function(first: &str, body: &str) -> Answer {
    let ok = |body: &str| Answer::Now(200, body.to_owned());
    if body.contains("Action=GetCallerIdentity") {
        ok("<GetCallerIdentityResponse><GetCallerIdentityResult>\
            <Arn>arn:aws:iam::111122223333:user/x</Arn><UserId>x</UserId><Account>111122223333</Account>\
            </GetCallerIdentityResult></GetCallerIdentityResponse>")
    } else if body.contains("Action=DescribeRegions") {
        ok(
            "<DescribeRegionsResponse><regionInfo><item><regionName>us-east-1</regionName>\
            <optInStatus>opt-in-not-required</optInStatus></item></regionInfo></DescribeRegionsResponse>",
        )
    } else if first.contains("/account-settings") {
        ok(
            r#"{"AccountLimit":{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":1000},
               "AccountUsage":{"FunctionCount":1,"TotalCodeSize":1}}"#,
        )
    } else if first.contains("/2015-03-31/functions?") || first.contains("/2015-03-31/functions/?")
    {
        ok(
            r#"{"Functions":[{"FunctionName":"quiet","PackageType":"Zip","Runtime":"python3.13",
               "FunctionArn":"arn:aws:lambda:us-east-1:111122223333:function:quiet",
               "Role":"arn:aws:iam::111122223333:role/quiet"}]}"#,
        )
    } else if first.contains("/quiet") {
        Answer::Never
    } else {
        Answer::Now(403, r#"{"__type":"AccessDeniedException"}"#.to_owned())
    }
}

fn send(signal: &str, to: &Child) {
    let sent = Command::new("kill")
        .args([signal, &to.id().to_string()])
        .status();
    assert!(sent.unwrap().success());
}

/// Scans until an answer is held, then sends the signal.
fn interrupted(signal: &str, stub: &Stub, arguments: &[&str]) -> Child {
    let scan = ["scan", "--check", "pinned-runtime-version"];
    let child = Lamppost::new(scan.iter().chain(arguments))
        .at(stub.endpoint())
        .spawn();
    stub.wait_until_held();
    send(signal, &child);
    child
}

#[test]
fn the_first_signal_writes_what_there_is() {
    for signal in ["-INT", "-TERM"] {
        let stub = Stub::start(silent_function);
        let folder = folder();
        let snapshot = folder.path().join("partial.snapshot");
        let snapshot = snapshot.to_str().unwrap();
        let arguments = ["--format", "json", "--snapshot", snapshot];
        let ended = interrupted(signal, &stub, &arguments)
            .wait_with_output()
            .unwrap();
        let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
        assert_eq!(ended.status.code(), Some(4), "{signal}: {report:#}");
        assert_eq!(report["run"]["interrupted"], true);
        assert_eq!(report["run"]["complete"], false);
        assert_eq!(report["summary"]["functions_listed"], 1);
        assert_eq!(report["summary"]["functions_reported"], 1);
        assert_eq!(report["findings"][0]["verdict"], "UNKNOWN");
        let gaps = report["gaps"].as_array().unwrap();
        assert!(gaps.iter().any(|gap| {
            gap["kind"] == "interrupted" && gap["operation"] == "lambda:GetRuntimeManagementConfig"
        }));

        let again = ["evaluate", snapshot, "--check", "pinned-runtime-version"];
        let again = Lamppost::new(again.iter().chain(&["--format", "json"])).run();
        assert_eq!(again.code(), 4);
        assert_eq!(again.json()["run"]["interrupted"], true);
    }
}

#[test]
fn a_signal_before_anybody_was_found_says_that_nothing_was_scanned() {
    let stub = Stub::start(|_, _| Answer::Never);
    let ended = interrupted("-INT", &stub, &["--format", "json"])
        .wait_with_output()
        .unwrap();
    assert_eq!(ended.status.code(), Some(3));
    let report: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(report["run"]["interrupted"], true);
    assert_eq!(report["targets"], Value::Array(Vec::new()));
}

#[test]
fn the_second_signal_ends_at_once() {
    let stub = Stub::start(silent_function);
    let folder = folder();
    // Nobody ever reads from it, so that writing the report takes for ever.
    let pipe = folder.path().join("report.json");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let mut child = interrupted("-INT", &stub, &["--output", pipe.to_str().unwrap()]);
    let mut said = String::new();
    BufReader::new(child.stderr.take().unwrap())
        .read_line(&mut said)
        .unwrap();
    assert_eq!(
        said,
        "interrupted: reporting what there is; once more ends at once\n"
    );
    send("-TERM", &child);
    assert_eq!(child.wait().unwrap().code(), Some(128 + 15));
}
