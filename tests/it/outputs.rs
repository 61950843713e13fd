//! Outputs that cannot be written: the others are, and nothing that was found is lost. And what reaches a
//! terminal through any of them.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use lamppost::inventory::{Observed, SnapshotWriter};
use lamppost::operation::{self, Depth};
use serde_json::Value;

use crate::support::cli::{Lamppost, folder};
use crate::support::world::{quiet, run_at};

fn snapshot(path: &Path, name: &str) {
    let mut inventory = quiet();
    inventory.regions[0].functions[0].name = name.to_owned();
    inventory.regions[0].functions[0].policy = Observed::Missing(
        lamppost::inventory::Gap::new(
            &operation::lambda::GET_POLICY,
            lamppost::inventory::GapKind::AccessDenied,
            "no \u{1b}]0;title\u{7}\u{9b}2J\u{202e}\u{e0041}",
        )
        .at("111122223333", "eu-west-1"),
    );
    let mut writer = SnapshotWriter::create(path, Depth::Standard).unwrap();
    writer.account(&inventory).unwrap();
    let at = "2026-11-20T08:00:00Z".parse().unwrap();
    writer.finish(&run_at(at)).unwrap();
}

/// The folder that is named in a message, between the first backquotes after these words.
fn named<'t>(text: &'t str, after: &str) -> &'t str {
    let rest = text.split(after).nth(1).unwrap_or_else(|| panic!("{text}"));
    rest.split('`').nth(1).unwrap()
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_under_one_output_takes_nothing_else_with_it() {
    let at = folder();
    let path = |name: &str| at.path().join(name).to_str().unwrap().to_owned();
    let (source, full, sound) = (path("a.snapshot"), path("full.json"), path("sound.json"));
    snapshot(Path::new(&source), "quiet");
    std::os::unix::fs::symlink("/dev/full", &full).unwrap();
    let evaluate = ["evaluate", &source, "--fail-on", "never"];
    let right = Lamppost::new(evaluate.iter().chain(&["--format", "json"])).run();
    assert_eq!(right.code(), 4, "{}", right.stderr());
    for order in [[&full, &sound], [&sound, &full]] {
        let outputs = [
            "--format", "json", "--output", order[0], "--output", order[1],
        ];
        let ended = Lamppost::new(evaluate.iter().chain(&outputs)).run();
        let said = ended.stderr();
        assert_eq!(ended.code(), 5, "{said}");
        assert!(
            said.contains("cannot write the report to") && said.contains("full.json"),
            "{said}"
        );
        let written: Value = serde_json::from_slice(&fs::read(&sound).unwrap()).unwrap();
        for report in [written, ended.json()] {
            assert_eq!(report["findings"], right.json()["findings"]);
        }
        let kept = named(&said, "what was found is kept in");
        let again = Lamppost::new(["merge", kept, "--fail-on", "never", "--format", "json"]).run();
        assert_eq!(again.json()["findings"], right.json()["findings"]);
        fs::remove_dir_all(kept).unwrap();
        fs::remove_file(&sound).unwrap();
    }
    // the same for standard output
    let program = env!("CARGO_BIN_EXE_lamppost");
    let ended = Command::new(program)
        .args(evaluate)
        .args(["--output", &sound])
        .env("HOME", "/nonexistent")
        .current_dir(at.path())
        .stdout(Stdio::from(
            fs::File::options().write(true).open("/dev/full").unwrap(),
        ))
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(5), "{said}");
    assert!(said.contains("cannot write the report to stdout"), "{said}");
    assert!(Path::new(&sound).exists());
    fs::remove_dir_all(named(&said, "what was found is kept in")).unwrap();
    assert!(fs::metadata("/dev/full").is_ok_and(|there| !there.is_file()));
}

#[cfg(unix)]
#[test]
fn nothing_temporary_is_left_behind() {
    let at = folder();
    let source = at.path().join("a.snapshot");
    snapshot(&source, "quiet");
    let temporary = at.path().join("temporary");
    fs::create_dir(&temporary).unwrap();
    let output = at.path().join("out.json");
    let ended = Command::new(env!("CARGO_BIN_EXE_lamppost"))
        .args([
            "evaluate",
            source.to_str().unwrap(),
            "--output",
            output.to_str().unwrap(),
        ])
        .env("TMPDIR", &temporary)
        .current_dir(at.path())
        .output()
        .unwrap();
    assert!(ended.status.code().is_some());
    assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
    assert_eq!(fs::read_dir(at.path()).unwrap().count(), 3);
}

#[test]
fn no_output_holds_what_a_terminal_obeys() {
    let at = folder();
    let source = at.path().join("a.snapshot");
    let name = "f\u{1b}]0;x\u{7}\u{202e}\u{200b}\u{e0041}\u{9b}31m";
    snapshot(&source, name);
    let harmless = |text: &str| {
        let harmful = |c: char| lamppost::report::is_harmful(c) && c != '\n';
        assert!(!text.contains(harmful), "{text:?}");
    };
    let run = |arguments: &[&str]| {
        let ended = Lamppost::new(arguments).run();
        harmless(&ended.stdout());
        harmless(&ended.stderr());
        ended
    };
    let source = source.to_str().unwrap();
    for format in ["table", "json", "ndjson"] {
        run(&["evaluate", source, "--format", format, "--all"]);
    }
    let report = run(&["evaluate", source, "--format", "json"]).json();
    assert_eq!(report["functions"][0]["name"], name);
    let policy = at.path().join("p\u{1b}]0;p.json");
    let text = serde_json::json!({"Version": "2012-10-17", "Statement": {
        "Sid": "s\u{1b}]0;x\u{7}\u{202e}", "Effect": "Allow", "Principal": "*",
        "Action": "lambda:InvokeFunction", "Resource": "arn:aws:lambda:us-east-1:111122223333:function:f"}});
    fs::write(&policy, text.to_string()).unwrap();
    let policy = policy.to_str().unwrap();
    let explain = |format| {
        let account = ["--account", "111122223333", "--format", format];
        let asked = ["explain", "exposure", "--policy", policy];
        run(&[asked.as_slice(), &account].concat())
    };
    explain("text");
    explain("json");
    fs::write(policy, "{\"Statement\": \"\u{1b}]0;x\"}").unwrap();
    explain("text");
    run(&["checks", "show", "x\u{1b}]0;y\u{7}"]);
    run(&["evaluate", "x\u{1b}]0;y\u{7}"]);
    let check = at.path().join("wrong.toml");
    fs::write(
        &check,
        "id = \"\u{202e}\u{e0041}\"\nfoo\u{9b}2J = 1 # \u{1b}]0;x\u{7}\n",
    )
    .unwrap();
    let check = check.to_str().unwrap();
    run(&["checks", "lint", check]);
    run(&["checks", "list", "--config", check]);
}
