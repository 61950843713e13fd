//! Files that were changed, cut, moved, made up or planted: each is refused, or means what it meant.

use std::fs;
use std::path::{Path, PathBuf};

use lamppost::analysis::Settings;
use lamppost::check::Registry;
use lamppost::facts;
use lamppost::finding::{FolderReport, Judged, RunFolder, RunInfo, assess};
use lamppost::inventory::{
    AccountInventory, RunRecord, SnapshotError, SnapshotReader, SnapshotWriter,
};
use lamppost::operation::Depth;
use lamppost::report::{Format, Terminal, write_to};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::support::cases;
use crate::support::cli::{Lamppost, folder};
use crate::support::world::{quiet, run_at};

fn account(id: &str) -> AccountInventory {
    let mut inventory = quiet();
    inventory.account.id = id.try_into().unwrap();
    inventory
}

fn accounts() -> [AccountInventory; 2] {
    [account("111122223333"), account("444455556666")]
}

fn run() -> RunRecord {
    run_at("2026-11-20T08:00:00Z".parse().unwrap())
}

fn snapshot(path: &Path, accounts: &[AccountInventory]) {
    let mut writer = SnapshotWriter::create(path, Depth::Standard).unwrap();
    for account in accounts {
        writer.account(account).unwrap();
    }
    writer.finish(&run()).unwrap();
}

fn read(path: &Path) -> Result<(Vec<AccountInventory>, RunRecord), SnapshotError> {
    let mut reader = SnapshotReader::open(path)?;
    let mut accounts = Vec::new();
    while let Some(account) = reader.next_account()? {
        accounts.push(account);
    }
    Ok((accounts, reader.run()?.clone()))
}

/// Flips one bit of one of these files at a time; `same` reads them and says whether it found what was
/// written, or was refused.
fn flip(files: &[PathBuf], same: impl Fn(&Path) -> bool) {
    let whole: Vec<Vec<u8>> = files.iter().map(|path| fs::read(path).unwrap()).collect();
    let bits: usize = whole.iter().map(|bytes| bytes.len() * 8).sum();
    let mut runner = TestRunner::new(cases(64));
    let ran = runner.run(&(0..bits), |bit| {
        let mut at = bit / 8;
        let mut number = 0;
        while at >= whole[number].len() {
            at -= whole[number].len();
            number += 1;
        }
        let mut changed = whole[number].clone();
        changed[at] ^= 1 << (bit % 8);
        fs::write(&files[number], changed).unwrap();
        let right = same(&files[number]);
        fs::write(&files[number], &whole[number]).unwrap();
        prop_assert!(
            right,
            "{} byte {at} bit {}",
            files[number].display(),
            bit % 8
        );
        Ok(())
    });
    if let Err(error) = ran {
        panic!("{error}");
    }
}

#[test]
fn a_snapshot_with_a_flipped_bit_is_refused_or_means_the_same() {
    let at = folder();
    let path = at.path().join("flipped.snapshot");
    snapshot(&path, &accounts());
    let (right, run) = read(&path).unwrap();
    assert_eq!(right, accounts());
    flip(std::slice::from_ref(&path), |path| match read(path) {
        Ok(read) => read == (right.clone(), run.clone()),
        Err(error) => error.to_string().contains("flipped.snapshot"),
    });
}

fn info() -> RunInfo {
    RunInfo {
        version: "0.1.0".to_owned(),
        mode: lamppost::finding::Mode::Live,
        checks: Vec::new(),
        depth: Depth::Standard,
        checks_left_out: Vec::new(),
        include: lamppost::finding::Include::default(),
        terms: lamppost::finding::Terms::default(),
        admitted: lamppost::finding::ReportTerms::default(),
        accept: Vec::new(),
        checks_in_part: Vec::new(),
    }
}

fn judged(inventory: &AccountInventory, registry: &Registry) -> Judged {
    let checks: Vec<_> = registry.checks().collect();
    let settings = Settings::default();
    let include = lamppost::finding::Include::default();
    assess(inventory, &settings, &checks, include)
        .unwrap()
        .into()
}

fn run_folder(path: &Path) {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let mut folder = RunFolder::create(path, info(), run().started).unwrap();
    for inventory in accounts() {
        folder.add(judged(&inventory, &registry), false).unwrap();
    }
    folder.end(run()).unwrap();
}

fn report(path: &Path) -> Result<Vec<u8>, String> {
    let folder = RunFolder::open(path).map_err(|error| error.to_string())?;
    let report = FolderReport::of(&[folder]).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    write_to(&report, Format::Json, Terminal::FILE, &mut text)
        .map_err(|error| error.to_string())?;
    Ok(text)
}

fn files(path: &Path) -> Vec<PathBuf> {
    let mut files = vec![path.join("run.json")];
    for entry in fs::read_dir(path.join("accounts")).unwrap() {
        files.push(entry.unwrap().path());
    }
    files.sort();
    files
}

#[test]
fn a_run_folder_with_a_flipped_bit_is_refused_by_file_or_means_the_same() {
    let at = folder();
    let path = at.path().join("run");
    run_folder(&path);
    let right = report(&path).unwrap();
    assert_eq!(files(&path).len(), 5);
    flip(&files(&path), |file| match report(&path) {
        Ok(text) => text == right,
        Err(said) => {
            let name = file.file_name().unwrap().to_str().unwrap();
            let folder = path.to_str().unwrap();
            said.contains(name) || (name == "run.json" && said.contains(folder))
        }
    });
}

#[cfg(feature = "live")]
#[test]
fn a_recording_with_a_flipped_bit_is_refused_or_means_the_same() {
    use lamppost::aws::transport::Recording;

    let at = folder();
    let path = at.path().join("flipped.recording");
    let text = r#"{"lamppost_recording":1,"recorded_at":"2026-11-20T08:00:00Z"}
{"operation":"lambda:ListFunctions","account":"111122223333","region":"eu-west-1","method":"GET","path":"/a","body":"","replies":[{"status":200,"headers":{"content-type":"x"},"body":"{\"a\":1}"}]}
{"operation":"lambda:ListFunctions","account":"444455556666","region":"eu-west-1","method":"GET","path":"/a","body":"","replies":[{"status":200,"headers":{},"body":"{\"b\":2}"}]}
"#;
    let unhashed = zstd::encode_all(text.as_bytes(), 3).unwrap();
    assert!(Recording::read(unhashed.as_slice()).is_err());
    let recording = Recording::embedded(&unhashed).unwrap();
    let whole = recording.write(Vec::new()).unwrap();
    fs::write(&path, &whole).unwrap();
    flip(std::slice::from_ref(&path), |path| {
        match Recording::open(path) {
            Ok(read) => read.write(Vec::new()).unwrap() == whole,
            Err(_) => true,
        }
    });
    let plain = zstd::decode_all(whole.as_slice()).unwrap();
    let plain = String::from_utf8(plain).unwrap();
    let changed = plain.replace(r#"{\"a\":1}"#, r#"{\"a\":2}"#);
    let changed = zstd::encode_all(changed.as_bytes(), 3).unwrap();
    let error = Recording::read(changed.as_slice()).unwrap_err().to_string();
    assert!(error.contains("account `111122223333`"), "{error}");
}

/// The lines of a snapshot, with hashes that are right again.
fn sealed(lines: &[Value]) -> Vec<u8> {
    use sha2::{Digest as _, Sha256};

    let hex = |digest: Sha256| -> String {
        digest
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    let (mut section, mut whole, mut text) = (Sha256::new(), Sha256::new(), String::new());
    for line in lines {
        let mut line = line.clone();
        if let Some(end) = line.get_mut("account-end") {
            end["sha256"] = hex(std::mem::take(&mut section)).into();
        }
        let written = format!("{line}\n");
        text.push_str(&written);
        let inner = ["account", "region", "function"];
        match inner.iter().any(|key| line.get(key).is_some()) {
            true => section.update(written),
            false => whole.update(written),
        }
    }
    text.push_str(&format!("{}\n", json!({"sha256": hex(whole)})));
    text.into_bytes()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = zstd::decode_all(fs::File::open(path).unwrap()).unwrap();
    let mut lines: Vec<Value> = serde_json::Deserializer::from_slice(&text)
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(lines.pop().unwrap().get("sha256").is_some());
    lines
}

#[test]
fn what_was_made_up_is_refused_whatever_its_hashes_say() {
    let at = folder();
    let path = at.path().join("made-up.snapshot");
    let outside = at.path().join("outside.json");
    fs::write(&outside, "mine").unwrap();
    snapshot(&path, &accounts());
    let right = lines(&path);
    let write = |lines: &[Value]| {
        fs::write(
            &path,
            zstd::encode_all(sealed(lines).as_slice(), 3).unwrap(),
        )
        .unwrap();
    };
    let said = || {
        let path = path.to_str().unwrap();
        let ended = Lamppost::new(["evaluate", path, "--format", "json"]).run();
        (ended.code(), ended.stderr())
    };
    write(&right);
    assert_eq!(read(&path).unwrap().0, accounts());
    let first = right
        .iter()
        .position(|line| line.get("account").is_some())
        .unwrap();
    let end = right
        .iter()
        .position(|line| line.get("account-end").is_some())
        .unwrap();
    let mut cases: Vec<(Vec<Value>, &str)> = Vec::new();
    let target = outside.with_extension("");
    for id in [
        target.to_str().unwrap(),
        "../../outside",
        "11112222333",
        "111122223333/..",
        "",
    ] {
        let mut lines = right.clone();
        lines[first]["account"]["account"]["id"] = id.into();
        cases.push((lines, "is not an account id"));
    }
    let region = right
        .iter()
        .position(|line| line.get("region").is_some())
        .unwrap();
    let mut lines = right.clone();
    lines[region]["region"]["region"] = "../..".into();
    cases.push((lines, "is not a region"));
    for version in [0, 1, 3] {
        let mut lines = right.clone();
        lines[0]["version"] = version.into();
        cases.push((lines, "reads format 2"));
    }
    let mut lines = right.clone();
    lines.splice(end + 1..=end, right[first..=end].to_vec());
    cases.push((lines, "holds account 111122223333 twice"));
    let mut lines = right.clone();
    lines.push(right.last().unwrap().clone());
    cases.push((lines, "does not match the checksum at its end"));
    for (lines, expected) in cases {
        write(&lines);
        let (code, text) = said();
        assert_eq!(code, 2, "{text}");
        assert!(text.contains(expected), "{expected}: {text}");
        assert_eq!(fs::read_to_string(&outside).unwrap(), "mine");
    }
    // what stands behind the last line, inside and outside the compressed part
    let mut text = sealed(&right);
    text.extend(b"more");
    fs::write(&path, zstd::encode_all(text.as_slice(), 3).unwrap()).unwrap();
    assert!(said().1.contains("does not match the checksum at its end"));
    snapshot(&path, &accounts());
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend(b"more");
    fs::write(&path, bytes).unwrap();
    assert_eq!(said().0, 2);
    // an account whose content was changed is named
    let mut lines = right.clone();
    lines[first]["account"]["account"]["name"] = "another".into();
    let changed = sealed(&lines);
    let (old, new) = (sealed(&right), String::from_utf8(changed).unwrap());
    let hash = |text: &str| text.split("\"sha256\":\"").nth(1).unwrap()[..64].to_owned();
    let forged = new.replace(&hash(&new), &hash(std::str::from_utf8(&old).unwrap()));
    fs::write(&path, zstd::encode_all(forged.as_bytes(), 3).unwrap()).unwrap();
    let (code, text) = said();
    assert_eq!(code, 2);
    assert!(
        text.contains("account 111122223333 does not match its checksum"),
        "{text}"
    );
}

#[test]
fn a_small_snapshot_cannot_ask_for_gigabytes() {
    let at = folder();
    let path = at.path().join("bomb.snapshot");
    let header = json!({"lamppost": "snapshot", "version": 2, "tool": "0.1.0", "depth": "deep"});
    let mut encoder = zstd::Encoder::new(fs::File::create(&path).unwrap(), 3).unwrap();
    std::io::Write::write_all(&mut encoder, format!("{header}\n").as_bytes()).unwrap();
    let blank = vec![b' '; 1 << 20];
    for _ in 0..1024 {
        std::io::Write::write_all(&mut encoder, &blank).unwrap();
    }
    encoder.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 200_000);
    let error = read(&path).unwrap_err().to_string();
    assert!(error.contains("1000 times its size"), "{error}");
}

#[test]
fn a_run_folder_holds_nothing_but_accounts_and_says_what_is_lost() {
    let at = folder();
    let path = at.path().join("run");
    run_folder(&path);
    let right = report(&path).unwrap();
    let accounts = path.join("accounts");
    fs::write(accounts.join("../stray.json"), "{}").unwrap();
    fs::write(accounts.join("notes.json"), "{}").unwrap();
    assert_eq!(report(&path).unwrap(), right);
    for name in ["111122223333.json", "111122223333.ndjson"] {
        let whole = fs::read(accounts.join(name)).unwrap();
        fs::write(accounts.join(name), &whole[..whole.len() - 1]).unwrap();
        let said = report(&path).unwrap_err();
        assert!(
            said.contains(name) && said.contains("does not match its checksum"),
            "{said}"
        );
        fs::write(accounts.join(name), whole).unwrap();
    }
    // one account's results under another's name
    fs::copy(
        accounts.join("111122223333.json"),
        accounts.join("444455556666.json"),
    )
    .unwrap();
    assert!(report(&path).unwrap_err().contains("444455556666.json"));
    fs::remove_file(accounts.join("444455556666.json")).unwrap();
    let said = report(&path).unwrap_err();
    assert!(
        said.contains("results of account 444455556666 are missing"),
        "{said}"
    );
    // the first version had no checksums
    fs::write(path.join("run.json"), "{\"lamppost_run\":1}\n").unwrap();
    assert!(report(&path).unwrap_err().contains("has format 1"));
}

#[test]
fn only_the_same_question_is_resumed_and_by_one_process() {
    use lamppost::finding::Terms;

    let at = folder();
    let path = at.path().join("run");
    let started = run().started;
    let open = RunFolder::create(&path, info(), started).unwrap();
    let error = RunFolder::resume(&path, &info()).unwrap_err().to_string();
    assert!(error.contains("another run is writing into"), "{error}");
    drop(open);
    drop(RunFolder::resume(&path, &info()).unwrap());
    let other = || Terms::hash("other");
    let with = |change: fn(&mut Terms, String)| {
        let mut info = info();
        change(&mut info.terms, other());
        RunFolder::resume(&path, &info).unwrap_err().to_string()
    };
    for (said, what) in [
        (
            with(|terms, other| terms.targets = other),
            "with other targets",
        ),
        (
            with(|terms, other| terms.regions = other),
            "with other regions",
        ),
        (
            with(|terms, other| terms.settings = other),
            "with other settings",
        ),
        (
            with(|terms, other| terms.checks = other),
            "with other checks",
        ),
    ] {
        assert!(said.contains(what), "{what}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn what_is_kept_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let at = folder();
    let path = at.path().join("run");
    run_folder(&path);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o700);
    assert_eq!(mode(&path.join("accounts")), 0o700);
    for file in files(&path) {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
    }
    let file = at.path().join("a.snapshot");
    snapshot(&file, &accounts());
    assert_eq!(mode(&file), 0o600);
}
