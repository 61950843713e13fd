//! Run folders: the results of a scan on disk, account by account, so that a run can be resumed,
//! joined with others, and reported without being in memory.
//!
//! `run.json` says what was chosen and, at the end, how the run went. `accounts/ID.ndjson` holds the
//! functions and findings of one account in the order of a report; `accounts/ID.json`, which is
//! written after it, holds everything else and says where in the first file the findings of each
//! check begin. An account without the second file is not done.

mod files;
mod report;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use report::FolderReport;

use super::group::Group;
use super::head::RunInfo;
use super::judged::{AccountPart, Judged};
use crate::inventory::RunRecord;
use files::{line, put, read};

/// The format that this version writes and reads.
const VERSION: u32 = 1;

/// What can go wrong with a run folder.
#[derive(Debug, Error)]
pub enum FolderError {
    /// A file of it cannot be read or written.
    #[error("cannot access `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is none.
    #[error("there is no run folder to report")]
    Nothing,
    /// It holds a run already.
    #[error("`{}` holds a run already", .0.display())]
    Taken(PathBuf),
    /// It is none.
    #[error("`{}` is no run folder", path.display())]
    Foreign {
        /// The file that ought to say so.
        path: PathBuf,
        /// Why it does not.
        source: serde_json::Error,
    },
    /// It was written by another version.
    #[error("run folder `{}` has format {version}; this version of Lamppost reads format {VERSION}", path.display())]
    Version {
        /// The folder.
        path: PathBuf,
        /// Its format.
        version: u32,
    },
    /// Two runs that cannot be one.
    #[error("the run in `{}` was made with other {what}", path.display())]
    Different {
        /// The folder.
        path: PathBuf,
        /// What is different.
        what: &'static str,
    },
    /// Two folders hold the same account.
    #[error("account {account} is in `{}` and in `{}`", one.display(), other.display())]
    Twice {
        /// The account.
        account: String,
        /// One folder.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
}

#[derive(Clone, Debug, Deserialize, Serialize)]
struct Header {
    lamppost_run: u32,
    info: RunInfo,
    started: Timestamp,
    /// Absent until the run has ended.
    ended: Option<RunRecord>,
}

/// Findings of one check that stand together.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Segment {
    #[serde(flatten)]
    group: Group,
    /// Bytes before it.
    offset: u64,
    count: usize,
}

#[derive(Debug, Deserialize, Serialize)]
struct Done {
    part: AccountPart,
    functions: usize,
    segments: Vec<Segment>,
}

/// One run on disk.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    header: Header,
    /// Accounts that are done.
    done: BTreeSet<String>,
    /// Accounts that an interrupted run gave up half-way.
    partial: BTreeSet<String>,
}

impl RunFolder {
    /// Begins a run in a folder that is made where it does not exist.
    ///
    /// # Errors
    /// When it cannot be written, or holds a run already.
    pub fn create(path: &Path, info: RunInfo, started: Timestamp) -> Result<Self, FolderError> {
        if Self::exists(path) {
            return Err(FolderError::Taken(path.to_owned()));
        }
        let accounts = path.join("accounts");
        fs::create_dir_all(&accounts).map_err(|source| FolderError::Io {
            path: accounts,
            source,
        })?;
        let folder = Self {
            path: path.to_owned(),
            header: Header {
                lamppost_run: VERSION,
                info,
                started,
                ended: None,
            },
            done: BTreeSet::new(),
            partial: BTreeSet::new(),
        };
        folder.write_header()?;
        Ok(folder)
    }

    /// Whether a run was begun there.
    pub fn exists(path: &Path) -> bool {
        path.join("run.json").exists()
    }

    /// Opens a run, whether it has ended or not.
    ///
    /// # Errors
    /// When it cannot be read or is none.
    pub fn open(path: &Path) -> Result<Self, FolderError> {
        let header: Header = read(&path.join("run.json"))?;
        if header.lamppost_run != VERSION {
            return Err(FolderError::Version {
                path: path.to_owned(),
                version: header.lamppost_run,
            });
        }
        let accounts = path.join("accounts");
        let io = |source| FolderError::Io {
            path: accounts.clone(),
            source,
        };
        let mut done = BTreeSet::new();
        let mut partial = BTreeSet::new();
        for entry in fs::read_dir(&accounts).map_err(io)? {
            let file = entry.map_err(io)?.path();
            let name = file.file_stem().and_then(|name| name.to_str());
            if let (Some("json"), Some(name)) =
                (file.extension().and_then(|ending| ending.to_str()), name)
                && !name.starts_with('.')
            {
                match name.strip_suffix(".partial") {
                    Some(name) => partial.insert(name.to_owned()),
                    None => done.insert(name.to_owned()),
                };
            }
        }
        partial.retain(|account| !done.contains(account));
        Ok(Self {
            path: path.to_owned(),
            header,
            done,
            partial,
        })
    }

    /// Opens a run to go on with it.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), and when it was begun with other checks or another depth.
    pub fn resume(path: &Path, info: &RunInfo) -> Result<Self, FolderError> {
        let mut folder = Self::open(path)?;
        folder.same(info)?;
        folder.header.ended = None;
        folder.write_header()?;
        Ok(folder)
    }

    fn same(&self, info: &RunInfo) -> Result<(), FolderError> {
        let own = &self.header.info;
        let what = if own.checks != info.checks {
            "checks"
        } else if own.depth != info.depth {
            "depth"
        } else if own.include != info.include {
            "verdicts to keep (`--all`)"
        } else if own.version != info.version {
            "version of Lamppost"
        } else {
            return Ok(());
        };
        Err(FolderError::Different {
            path: self.path.clone(),
            what,
        })
    }

    /// What was chosen for the run.
    pub fn info(&self) -> &RunInfo {
        &self.header.info
    }

    /// When it began, however often it was resumed.
    pub fn started(&self) -> Timestamp {
        self.header.started
    }

    /// Accounts whose results are there; those that were given up half-way are not among them.
    pub fn done(&self) -> &BTreeSet<String> {
        &self.done
    }

    /// Adds an account; `partial`: it was given up half-way, so that a resumed run begins it anew.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn add(&mut self, account: Judged, partial: bool) -> Result<(), FolderError> {
        let Judged {
            part,
            functions,
            findings,
        } = account;
        let account = part.account().to_owned();
        let id = match partial {
            true => format!("{account}.partial"),
            false => account.clone(),
        };
        let mut segments: Vec<Segment> = Vec::new();
        self.place(&format!("{id}.ndjson"), |to| {
            let mut offset = 0;
            for function in &functions {
                offset += line(to, function)?;
            }
            for (group, count, bytes) in findings.write_to(to)? {
                segments.push(Segment {
                    group,
                    offset,
                    count,
                });
                offset += bytes;
            }
            Ok(())
        })?;
        let done = Done {
            part,
            functions: functions.len(),
            segments,
        };
        self.place(&format!("{id}.json"), |to| line(to, &done).map(drop))?;
        match partial {
            true => self.partial.insert(account),
            false => {
                self.partial.remove(&account);
                self.done.insert(account)
            }
        };
        Ok(())
    }

    /// Ends the run.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn end(&mut self, run: RunRecord) -> Result<(), FolderError> {
        // a snapshot says only at its end when it was begun
        self.header.started = self.header.started.min(run.started);
        self.header.ended = Some(run);
        self.write_header()
    }

    /// Writes a file of the folder whole or not at all, for its owner alone.
    fn place(
        &self,
        name: &str,
        write: impl FnOnce(&mut io::BufWriter<&File>) -> io::Result<()>,
    ) -> Result<(), FolderError> {
        let folder = self.path.join("accounts");
        put(&folder, name, write)
    }

    fn write_header(&self) -> Result<(), FolderError> {
        put(&self.path, "run.json", |to| {
            line(to, &self.header).map(drop)
        })
    }
}
