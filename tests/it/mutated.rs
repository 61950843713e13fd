//! Inputs that are nearly right: whatever is given to a command, it answers and does not panic.

use std::fs;

use lamppost::analysis::Settings;
use lamppost::check::{Check, Registry, lint};
use lamppost::config::Config;
use lamppost::facts;
use lamppost::finding::{FolderReport, Include, Report, RunFolder, assess};
use lamppost::inventory::AccountInventory;
use lamppost::policy::Policy;
use lamppost::report::{Format, Terminal, write_to};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use crate::support::cases;
use crate::support::cli::{folder, project};
use crate::support::principals::{account, admin_role};

/// What stands where something else stood.
const PIECES: [&str; 24] = [
    "null",
    "[]",
    "{}",
    "\"\"",
    "-1",
    "0",
    "1e999",
    "99999999999999999999",
    "true",
    "\"*\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"\u{202e}\"",
    "\"arn:aws:iam::111122223333:role/x\"",
    "[[[[[[",
    "{\"a\":",
    ",",
    ":",
    "\"",
    "\\",
    "\n",
    "${aws:username}",
    "0.0.0.0/0",
    "*?*?*?*?*?*",
];

/// One change: where, in parts of the whole, what, and how much.
type Change = (f64, u8, usize, usize);

fn changes() -> impl Strategy<Value = Vec<Change>> {
    prop::collection::vec((0.0..1.0, 0..6_u8, 0..PIECES.len(), 1..40_usize), 1..5)
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for &(at, kind, piece, length) in changes {
        let at = ((bytes.len() as f64) * at) as usize;
        let end = (at + length).min(bytes.len());
        match kind {
            0 => drop(bytes.splice(at..end, PIECES[piece].bytes())),
            1 => drop(bytes.splice(at..at, PIECES[piece].bytes())),
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, copy.repeat(3)));
            }
            4 => {
                // a whole value, from after a colon to the next comma
                let from = bytes[at..]
                    .iter()
                    .position(|byte| *byte == b':')
                    .map(|by| at + by + 1);
                if let Some(from) = from {
                    let to = bytes[from..]
                        .iter()
                        .position(|byte| matches!(byte, b',' | b'}' | b']'));
                    let to = to.map_or(bytes.len(), |by| from + by);
                    drop(bytes.splice(from..to, PIECES[piece].bytes()));
                }
            }
            _ => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << (length % 8);
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn each(usual: u32, text: &str, mut give: impl FnMut(&str)) {
    let mut runner = TestRunner::new(cases(usual));
    let give = std::cell::RefCell::new(&mut give);
    let ran = runner.run(&changes(), |changes| {
        (give.borrow_mut())(&changed(text, &changes));
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
}

fn inventory() -> AccountInventory {
    let mut inventory = account(vec![admin_role("quiet", &["lambda.amazonaws.com"])]);
    let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":"*","Action":"lambda:InvokeFunctionUrl","Resource":"arn:aws:lambda:eu-central-1:111122223333:function:quiet","Condition":{"StringEquals":{"lambda:FunctionUrlAuthType":"NONE"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}"#;
    inventory.regions[0].functions[0].policy =
        lamppost::inventory::Observed::Known(Some(policy.to_owned()));
    inventory
}

#[test]
fn inventories_that_are_nearly_right_are_judged_or_refused() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let checks: Vec<&Check> = registry.checks().collect();
    let text = serde_json::to_string(&inventory()).unwrap();
    let whole = serde_json::from_str::<AccountInventory>(&text);
    let mut judged = i32::from(whole.is_ok());
    each(48, &text, |text| {
        if let Ok(inventory) = serde_json::from_str::<AccountInventory>(text) {
            judged += 1;
            assess(
                &inventory,
                &Settings::default(),
                &checks,
                Include::default(),
            )
            .unwrap();
        }
    });
    assert!(judged > 0);
}

#[test]
fn reports_that_are_nearly_right_are_written_or_refused() {
    let at = folder();
    let registry = Registry::builtin(&facts::schema).unwrap();
    let checks: Vec<&Check> = registry.checks().collect();
    let info = lamppost::finding::RunInfo {
        version: String::new(),
        mode: lamppost::finding::Mode::Live,
        checks: Vec::new(),
        depth: lamppost::operation::Depth::Standard,
        checks_left_out: Vec::new(),
        include: Include::default(),
        terms: lamppost::finding::Terms::default(),
        admitted: lamppost::finding::ReportTerms::default(),
        accept: Vec::new(),
        checks_in_part: Vec::new(),
    };
    let started = "2026-11-20T08:00:00Z".parse().unwrap();
    let path = at.path().join("run");
    let mut run = RunFolder::create(&path, info, started).unwrap();
    let result = assess(
        &inventory(),
        &Settings::default(),
        &checks,
        Include::default(),
    );
    run.add(result.unwrap().into(), false).unwrap();
    drop(run);
    let report = FolderReport::of(&[RunFolder::open(&path).unwrap()]).unwrap();
    let mut text = Vec::new();
    write_to(&report, Format::Json, Terminal::FILE, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let mut written = 0;
    each(64, &text, |text| {
        if let Ok(report) = serde_json::from_str::<Report>(text) {
            written += 1;
            for format in [Format::Table, Format::Json, Format::Ndjson] {
                write_to(&report, format, Terminal::FILE, std::io::sink()).unwrap();
            }
        }
    });
    assert!(written > 0);
    // and the folder itself, as `merge` reads it
    for name in [
        "run.json",
        "accounts/111122223333.json",
        "accounts/111122223333.ndjson",
    ] {
        let file = path.join(name);
        let whole = fs::read_to_string(&file).unwrap();
        each(32, &whole, |text| {
            fs::write(&file, text).unwrap();
            if let Ok(run) = RunFolder::open(&path)
                && let Ok(report) = FolderReport::of(&[run])
            {
                write_to(&report, Format::Json, Terminal::FILE, std::io::sink()).unwrap();
            }
        });
        fs::write(&file, &whole).unwrap();
    }
}

#[test]
fn policies_that_are_nearly_right_are_read_or_refused() {
    let policy = r#"{"Version":"2012-10-17","Id":"x","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:root","444455556666"],"Service":"sns.amazonaws.com"},"Action":["lambda:InvokeFunction","lambda:Get*"],"Resource":"arn:aws:lambda:us-east-1:111122223333:function:f","Condition":{"StringLike":{"aws:SourceArn":"arn:aws:sns:*"},"Bool":{"aws:SecureTransport":"true"},"IpAddress":{"aws:SourceIp":["10.0.0.0/8","::/0"]}}},{"Effect":"Deny","NotPrincipal":"*","NotAction":"*","NotResource":"${aws:username}"}]}"#;
    each(256, policy, |text| {
        let _ = Policy::parse(text);
    });
    for text in [
        "[".repeat(200_000),
        "{\"Statement\":".repeat(50_000),
        "%7b".repeat(100_000),
        "9".repeat(400_000),
    ] {
        assert!(Policy::parse(&text).is_err());
    }
}

#[test]
fn checks_and_configurations_that_are_nearly_right_are_linted() {
    let at = folder();
    let file = project("checks/exposure/public-function-policy.toml");
    let file = match file.exists() {
        true => file,
        false => fs::read_dir(project("checks/exposure"))
            .unwrap()
            .next()
            .unwrap()
            .unwrap()
            .path(),
    };
    let text = fs::read_to_string(&file).unwrap();
    let copy = at.path().join(file.file_name().unwrap());
    each(24, &text, |text| {
        fs::write(&copy, text).unwrap();
        if let Ok(problems) = lint(&copy, &facts::schema) {
            for problem in problems {
                let _ = problem.render(true);
            }
        }
    });
    let config = "[thresholds]\nruntime-horizon-days = 90\n[trust]\naccounts = [\"111122223333\"]\n[targets]\nregions = [\"eu-west-1\"]\n[checks.tracing-off]\ndisable = true\nseverity = \"low\"\n";
    each(128, config, |text| {
        if let Err(error) = Config::parse("lamppost.toml", text) {
            let _ = error.to_string();
        }
    });
}

#[test]
fn problems_beside_characters_of_several_bytes_are_drawn() {
    let at = folder();
    let file = project("checks/exposure/public-function-policy.toml");
    let text = fs::read_to_string(&file).unwrap();
    let copy = at.path().join(file.file_name().unwrap());
    let lines = text.lines().filter(|line| {
        let expression = line.starts_with("fails =") || line.starts_with("applies =");
        expression || line.starts_with("message =") || line.contains("qualifier        =")
    });
    let mut drawn = 0;
    for line in lines {
        let start = text.find(line).unwrap();
        for at in (start..=start + line.len()).filter(|at| text.is_char_boundary(*at)) {
            for letter in ['\u{e9}', '\u{fffd}', '\u{1f511}'] {
                let mut changed = text.clone();
                changed.insert(at, letter);
                fs::write(&copy, changed).unwrap();
                for problem in lint(&copy, &facts::schema).unwrap_or_default() {
                    drawn += usize::from(problem.render(true).contains(letter));
                }
            }
        }
    }
    assert!(drawn > 100);
}
