//! The table of misuses: what was typed, set and written, and what Lamppost answers.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use serde::Deserialize;

use crate::support::cli::{Lamppost, folder, project};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    misuse: Vec<Misuse>,
}

/// What was done wrong, and the answer.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Misuse {
    name: String,
    args: Vec<String>,
    /// Variables of the environment.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// The same, byte by byte.
    #[serde(default)]
    env_bytes: BTreeMap<String, Vec<u8>>,
    /// Files in the working folder, which is the home too.
    #[serde(default)]
    files: BTreeMap<String, String>,
    /// The same, byte by byte.
    #[serde(default)]
    file_bytes: BTreeMap<String, Vec<u8>>,
    /// Copies of what Lamppost wrote, see [`Shared`].
    #[serde(default)]
    copies: BTreeMap<String, String>,
    links: Option<BTreeMap<String, String>>,
    /// How many bytes of a file are left; below zero: how many are cut off.
    #[serde(default)]
    cut: BTreeMap<String, i64>,
    /// The byte of a file in which a bit is changed.
    #[serde(default)]
    flip: BTreeMap<String, usize>,
    /// Files of so many bytes, with nothing in them.
    #[serde(default)]
    sparse: BTreeMap<String, u64>,
    exit: i32,
    #[serde(default)]
    stderr: String,
    #[serde(default)]
    stdout: String,
}

/// What other commands read.
struct Shared {
    folder: tempfile::TempDir,
    /// An address where nobody listens.
    closed: String,
}

impl Shared {
    fn new() -> Self {
        let gone = TcpListener::bind("127.0.0.1:0").unwrap();
        let closed = gone.local_addr().unwrap().to_string();
        drop(gone);
        let shared = Self {
            folder: folder(),
            closed,
        };
        let written = ["report.json", "report.ndjson", "report.txt"];
        let outputs = written.iter().flat_map(|file| ["--output", file]);
        let demo = ["demo", "--snapshot", "snapshot"];
        let demo = demo.into_iter().chain(outputs);
        assert_eq!(
            Lamppost::new(demo).home(shared.folder.path()).run().code(),
            0
        );
        // a run that ends before the first account is a run
        let runs: [&[&str]; 2] = [
            &["scan", "--run", "run"],
            &["scan", "--run", "other", "--check", "inactive-tracing"],
        ];
        for run in runs {
            let scan = Lamppost::new(run).at(&format!("http://{}", shared.closed));
            assert_eq!(scan.home(shared.folder.path()).run().code(), 3);
        }
        shared
    }

    fn path(&self, name: &str) -> PathBuf {
        match name {
            "recording" => project("localstack/recording/organisation.ndjson.zst"),
            name => self.folder.path().join(name),
        }
    }

    /// What is typed and set, with the closed address for its name.
    fn filled(&self, text: &str) -> String {
        text.replace("{closed}", &self.closed)
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::copy(from, to).unwrap();
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}

impl Misuse {
    fn lay_out(&self, at: &Path, shared: &Shared) {
        let bytes = self
            .files
            .iter()
            .map(|(path, text)| (path, text.as_bytes()));
        let raw = self
            .file_bytes
            .iter()
            .map(|(path, bytes)| (path, bytes.as_slice()));
        for (path, bytes) in bytes.chain(raw) {
            let path = at.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        for (path, name) in &self.copies {
            copy(&shared.path(name), &at.join(path));
        }
        for (path, target) in self.links.iter().flatten() {
            symlink(target, at.join(path)).unwrap();
        }
        for (path, length) in &self.cut {
            let mut bytes = fs::read(at.join(path)).unwrap();
            let whole = i64::try_from(bytes.len()).unwrap();
            let length = if *length < 0 { whole + length } else { *length };
            assert!(length < whole, "{path} of {} is too short", self.name);
            bytes.truncate(usize::try_from(length).unwrap());
            fs::write(at.join(path), bytes).unwrap();
        }
        for (path, byte) in &self.flip {
            let mut bytes = fs::read(at.join(path)).unwrap();
            bytes[*byte] ^= 1;
            fs::write(at.join(path), bytes).unwrap();
        }
        for (path, length) in &self.sparse {
            File::create(at.join(path))
                .unwrap()
                .set_len(*length)
                .unwrap();
        }
    }

    /// The answer, where it is not the expected one.
    fn otherwise(&self, shared: &Shared) -> Option<String> {
        let at = folder();
        let path = at.path().canonicalize().unwrap();
        self.lay_out(&path, shared);
        let args = self.args.iter().map(|argument| shared.filled(argument));
        let mut command = Lamppost::new(args).home(&path);
        for (name, value) in &self.env {
            command = command.env(name, shared.filled(value));
        }
        for (name, bytes) in &self.env_bytes {
            command = command.env(name, OsString::from_vec(bytes.clone()));
        }
        let ended = command.run();
        let said = |text: String| {
            let text = text.replace(&shared.closed, "{closed}");
            text.replace(path.to_str().unwrap(), "{folder}")
        };
        let (code, stderr, stdout) = (ended.code(), said(ended.stderr()), said(ended.stdout()));
        let right = (code, stderr.trim(), stdout.trim())
            == (self.exit, self.stderr.trim(), self.stdout.trim());
        (!right).then(|| {
            format!(
                "# {}\nexit = {code}\nstderr = '''\n{stderr}'''\nstdout = '''\n{stdout}'''\n",
                self.name
            )
        })
    }
}

/// The answers that are not as the table has them, as its rows would have to be for them.
pub(super) fn answered_otherwise() -> Vec<String> {
    let text = fs::read_to_string(project("tests/it/misuse.toml")).unwrap();
    let table: Table = toml::from_str(&text).unwrap();
    assert!(table.misuse.len() >= 100, "the table is short");
    let shared = Shared::new();
    let rows = Mutex::new(table.misuse.iter());
    let wrong = Mutex::new(Vec::new());
    let (rows, wrong_rows, shared) = (&rows, &wrong, &shared);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(move || {
                loop {
                    let next = rows.lock().unwrap().next();
                    let Some(row) = next else { break };
                    if let Some(answer) = row.otherwise(shared) {
                        wrong_rows.lock().unwrap().push(answer);
                    }
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}
