//! Whose accounts, which part of them, where and as whom: what a run keeps to, and what it says of it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::cli::{Ended, Lamppost, folder};
use crate::support::emulator::Emulator;

fn at(endpoint: &str, account: &str, args: &[&str]) -> Ended {
    Lamppost::new(args)
        .at(endpoint)
        .env("AWS_ACCESS_KEY_ID", account)
        .run()
}

fn emulated(account: &str, args: &[&str]) -> Ended {
    at(Emulator::organisation().endpoint(), account, args)
}

const MANAGEMENT: &str = "AKIALAMPPOSTTEST0000";
const MEMBER: &str = "222222222222";

/// A resumed scan of one region into a folder.
fn resume<'a>(run: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let begin = ["scan", "--fail-on", "never", "--format", "json", "--resume"];
    let mut args = begin.to_vec();
    args.push(run.to_str().unwrap());
    args.extend(["--region", "us-east-1"]);
    args.extend(more);
    args
}

#[test]
fn a_resumed_run_keeps_to_its_account_and_endpoint() {
    let at_home = folder();
    let run = at_home.path().join("run");
    let args = resume(&run, &[]);
    let first = emulated(MEMBER, &args);
    let whole = first.json();
    assert_eq!(whole["run"]["complete"], true, "{}", first.stderr());
    // the same region twice is the same region
    let again = emulated(MEMBER, &resume(&run, &["--region", "us-east-1"]));
    assert_eq!(again.stderr(), "");
    assert_eq!(again.json()["functions"], whole["functions"]);

    let other = emulated("333333333333", &args);
    assert_eq!(other.code(), 2);
    let said = other.stderr();
    assert!(
        said.contains(
            "was made with credentials of account `222222222222`, not with credentials of account `333333333333`\nhelp: `--resume`"
        ),
        "{said}"
    );
    let endpoint = Emulator::organisation().endpoint();
    let elsewhere = endpoint.replace("127.0.0.1", "localhost");
    let moved = at(&elsewhere, MEMBER, &args);
    assert_eq!(moved.code(), 2);
    let (was, is) = (format!("`{endpoint}`"), format!("`{elsewhere}`"));
    let said = moved.stderr();
    assert!(
        said.contains(&format!(
            "was made with the endpoint {was}, not with the endpoint {is}"
        )),
        "{said}"
    );
    let mode = fs::metadata(run.join(".lock"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    // results that another run wrote
    let other = at_home.path().join("other");
    let args = resume(&other, &[]);
    assert_eq!(
        emulated("333333333333", &args).json()["run"]["mode"],
        "live"
    );
    for ending in ["json", "ndjson"] {
        let file = format!("accounts/{MEMBER}.{ending}");
        fs::copy(run.join(&file), other.join(&file)).unwrap();
    }
    for args in [args, vec!["merge", other.to_str().unwrap()]] {
        let stray = emulated("333333333333", &args);
        assert_eq!(stray.code(), 2);
        let said = stray.stderr();
        let file = other.join(format!("accounts/{MEMBER}.json"));
        let file = file.display();
        assert!(
            said.starts_with(&format!(
                "error: `{file}` is of another run, and does not belong"
            )),
            "{said}"
        );
    }
}

#[test]
fn a_part_without_accounts_is_clean_and_one_that_nobody_can_enter_is_not() {
    let org = ["scan", "--org", "--role-name", "LamppostAudit"];
    let empty = [org.as_slice(), &["--shard", "999/1000"]].concat();
    let ended = emulated(MANAGEMENT, &empty);
    assert_eq!(ended.stderr(), "note: no account is in shard 999/1000\n");
    assert_eq!(ended.code(), 0);
    let quiet = emulated(MANAGEMENT, &[empty.as_slice(), &["--quiet"]].concat());
    assert_eq!((quiet.stderr(), quiet.code()), (String::new(), 0));

    let at_home = folder();
    let file = at_home.path().join("accounts.csv");
    fs::write(&file, "444444444444\n").unwrap();
    let file = file.to_str().unwrap();
    let refused = [
        "scan",
        "--account-file",
        file,
        "--role-name",
        "LamppostAudit",
        "--shard",
        "0/1",
    ];
    let ended = emulated(MANAGEMENT, &refused);
    assert_eq!(ended.code(), 3);
    assert_eq!(
        ended.stderr(),
        "error: nothing was scanned: account 444444444444 cannot be entered\n"
    );
}

/// The organization knows more accounts than the file, and they are not the file's.
#[test]
fn an_account_file_holds_its_own_accounts_only() {
    let at_home = folder();
    let file = at_home.path().join("accounts.csv");
    fs::write(&file, "222222222222\n").unwrap();
    let file = file.to_str().unwrap();
    let chosen = [
        "scan",
        "--account-file",
        file,
        "--role-name",
        "LamppostAudit",
        "--account",
        "333333333333",
    ];
    let ended = emulated(MANAGEMENT, &chosen);
    assert_eq!(ended.code(), 2);
    assert!(
        ended.stderr().starts_with(&format!(
            "error: account `333333333333` is not in the account file `{file}`"
        )),
        "{}",
        ended.stderr()
    );
}

#[test]
fn doctor_and_plan_tell_regions_as_a_scan_does() {
    for command in ["doctor", "plan"] {
        let ended = emulated(MANAGEMENT, &[command, "--region", "af-south-1"]);
        assert_eq!(ended.code(), 3, "{command}");
        let said = ended.stdout();
        let line = said.lines().find(|line| line.contains("af-south-1"));
        assert!(
            line.is_some_and(|line| line.ends_with("not enabled")),
            "{said}"
        );
        let both = [command, "--region", "af-south-1,us-east-1"];
        let ended = emulated(MANAGEMENT, &both);
        assert_eq!(ended.code(), 0, "{command}: {}", ended.stdout());
    }
}

#[test]
fn endpoints_of_services_and_assumed_roles_stand_in_the_scope() {
    let endpoint = Emulator::organisation().endpoint();
    let role = "arn:aws:iam::222222222222:role/LamppostAudit";
    let args = [
        "scan",
        "--role-arn",
        role,
        "--region",
        "us-east-1",
        "--format",
        "json",
        "--fail-on",
        "never",
    ];
    let scan = Lamppost::new(args)
        .at(endpoint)
        .env(
            "AWS_ENDPOINT_URL_LAMBDA",
            format!("{endpoint}/?token=secret"),
        )
        .run();
    let report = scan.json();
    let scope = &report["run"]["scope"];
    assert_eq!(scope["callers"], serde_json::json!([role]));
    assert_eq!(scope["endpoint"], *endpoint);
    assert_eq!(
        scope["service_endpoints"],
        serde_json::json!({"Lambda": format!("{endpoint}/")})
    );
}

/// A pipe is read where it may wait, and not by what drives the calls.
#[test]
fn an_account_file_may_be_a_pipe() {
    let at_home = folder();
    let pipe = at_home.path().join("accounts");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.unwrap().success());
    let args = [
        "scan",
        "--account-file",
        pipe.to_str().unwrap(),
        "--role-name",
        "LamppostAudit",
        "--region",
        "us-east-1",
        "--format",
        "json",
        "--fail-on",
        "never",
    ];
    std::thread::scope(|scope| {
        scope.spawn(|| fs::write(&pipe, "222222222222\n").unwrap());
        let scan = emulated(MANAGEMENT, &args);
        let report = scan.json();
        assert_eq!(report["targets"][0]["account"], "222222222222");
    });
}
