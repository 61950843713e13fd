//! Run folders: the results of a scan on disk, account by account, so that a run can be resumed,
//! joined with others, and reported without being in memory.
//!
//! `run.json` says what was chosen and, at the end, how the run went. `accounts/ID.ndjson` holds the
//! functions and findings of one account in the order of a report; `accounts/ID.json`, which is
//! written after it, holds everything else and says where in the first file the findings of each
//! check begin. An account without the second file is not done.
//!
//! Every file carries or is carried by a hash, so that what was changed or cut off is refused. While a
//! run is being written, its folder is locked.

mod files;
mod report;

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use report::FolderReport;

use super::group::Group;
use super::head::{RunInfo, Terms};
use super::judged::{AccountPart, Judged};
use crate::disk;
use crate::inventory::{AccountId, RunRecord, RunScope, hex};
use files::{line, put, put_record, read, version};

/// The format that this version writes and reads.
const VERSION: u32 = 3;

/// The file that is locked while a run is being written.
const LOCK: &str = ".lock";

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
    /// Another process is writing into it.
    #[error("another run is writing into `{}`", .0.display())]
    Busy(PathBuf),
    /// A file of it is not as it was written.
    #[error("the run folder is damaged: `{}` does not match its checksum", .0.display())]
    Damaged(PathBuf),
    /// What was written of an account when the run ended is not there any more.
    #[error("the run folder `{}` is damaged: the results of account {account} are missing", path.display())]
    Lost {
        /// The folder.
        path: PathBuf,
        /// The account.
        account: String,
    },
    /// An account whose id cannot be one.
    #[error("results cannot be kept: {0}")]
    Account(String),
    /// It is none.
    #[error("`{}` is no run folder", path.display())]
    Foreign {
        /// The file that ought to say so.
        path: PathBuf,
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
    /// A run that was begun as somebody else, or at another endpoint.
    #[error("the run in `{}` was made with {own}, not with {other}", path.display())]
    Elsewhere {
        /// The folder.
        path: PathBuf,
        /// As whom or where the run was begun.
        own: String,
        /// As whom or where it would go on.
        other: String,
    },
    /// Results of an account that another run wrote.
    #[error("`{}` is of another run, and does not belong into this run folder", .0.display())]
    Stray(PathBuf),
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
    /// Drawn when the run began; stands in the results of each of its accounts.
    id: String,
    /// As whom and where it looks; absent until that is known.
    scope: Option<RunScope>,
    info: RunInfo,
    started: Timestamp,
    /// Absent until the run has ended.
    ended: Option<RunRecord>,
    /// The accounts that were there when it ended.
    accounts: BTreeSet<AccountId>,
}

/// The part of a header that every version has.
#[derive(Deserialize)]
pub(super) struct Version {
    lamppost_run: u32,
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
    /// The run that wrote it.
    run: String,
    part: AccountPart,
    functions: usize,
    segments: Vec<Segment>,
    /// Of the file of functions and findings.
    sha256: String,
}

/// One run on disk.
#[derive(Debug)]
pub struct RunFolder {
    path: PathBuf,
    header: Header,
    /// Accounts that are done.
    done: BTreeSet<AccountId>,
    /// Accounts that an interrupted run gave up half-way.
    partial: BTreeSet<AccountId>,
    /// Accounts whose files this process has written itself.
    own: BTreeSet<AccountId>,
    /// Held while the run is being written.
    lock: Option<File>,
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
        disk::private_folder(&accounts).map_err(|source| FolderError::Io {
            path: accounts,
            source,
        })?;
        let lock = lock(path)?;
        // another process may have begun one in the meantime
        if Self::exists(path) {
            return Err(FolderError::Taken(path.to_owned()));
        }
        let folder = Self {
            path: path.to_owned(),
            header: Header {
                lamppost_run: VERSION,
                id: new_id().map_err(|source| FolderError::Io {
                    path: path.to_owned(),
                    source,
                })?,
                scope: None,
                info,
                started,
                ended: None,
                accounts: BTreeSet::new(),
            },
            done: BTreeSet::new(),
            partial: BTreeSet::new(),
            own: BTreeSet::new(),
            lock: Some(lock),
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
        let file = path.join("run.json");
        let version = version(&file)?.lamppost_run;
        if version != VERSION {
            return Err(FolderError::Version {
                path: path.to_owned(),
                version,
            });
        }
        let header: Header = read(&file)?;
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
            let (Some("json"), Some(name)) =
                (file.extension().and_then(|ending| ending.to_str()), name)
            else {
                continue;
            };
            // what is called otherwise is not ours
            match (name.strip_suffix(".partial"), AccountId::try_from(name)) {
                (Some(name), _) => partial.extend(AccountId::try_from(name)),
                (None, account) => done.extend(account),
            }
        }
        partial.retain(|account| !done.contains(account));
        let there = |account: &&AccountId| done.contains(*account) || partial.contains(*account);
        if let Some(lost) = header.accounts.iter().find(|account| !there(account)) {
            return Err(FolderError::Lost {
                path: path.to_owned(),
                account: lost.to_string(),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            header,
            done,
            partial,
            own: BTreeSet::new(),
            lock: None,
        })
    }

    /// Opens a run to go on with it.
    ///
    /// # Errors
    /// Those of [`open`](Self::open), when another process goes on with it, and when it was begun to
    /// answer another question: other targets, regions, settings, checks or another depth. Results of another run in it
    /// are refused as well.
    pub fn resume(path: &Path, info: &RunInfo) -> Result<Self, FolderError> {
        let lock = lock(path)?;
        let mut folder = Self::open(path)?;
        folder.lock = Some(lock);
        folder.same(info)?;
        let Terms {
            targets, regions, ..
        } = &folder.header.info.terms;
        for (own, other, what) in [
            (targets, &info.terms.targets, "targets"),
            (regions, &info.terms.regions, "regions"),
        ] {
            if own != other {
                return Err(folder.different(what));
            }
        }
        for account in &folder.done {
            folder.done_of(account, false)?;
        }
        // These tell of a report, and change nothing that was found before.
        folder.header.info.accept.clone_from(&info.accept);
        folder.header.info.admitted.clone_from(&info.admitted);
        folder.header.ended = None;
        folder.header.accounts.clear();
        folder.write_header()?;
        Ok(folder)
    }

    fn same(&self, info: &RunInfo) -> Result<(), FolderError> {
        let own = &self.header.info;
        // what decides on others comes before them
        let what = if own.version != info.version {
            "version of Lamppost"
        } else if own.depth != info.depth {
            "depth"
        } else if own.terms.settings != info.terms.settings {
            "settings in the configuration"
        } else if own.checks != info.checks || own.terms.checks != info.terms.checks {
            "checks"
        } else if own.terms.owner != info.terms.owner {
            "accounts named as yours (`--own-account`, `--organization-id`, or `[trust]` in the configuration)"
        } else if own.include != info.include {
            "verdicts to keep (`--all`)"
        } else {
            return Ok(());
        };
        Err(self.different(what))
    }

    /// Notes as whom and where the run looks, as soon as that is known.
    ///
    /// # Errors
    /// When it was begun with credentials of other accounts or at another endpoint: its results would be of two worlds.
    pub fn looks(&mut self, scope: &RunScope) -> Result<(), FolderError> {
        if let Some(own) = &self.header.scope {
            let elsewhere = |own: String, other: String| FolderError::Elsewhere {
                path: self.path.clone(),
                own,
                other,
            };
            let (was, is) = (own.accounts(), scope.accounts());
            if was != is {
                let name = |accounts: BTreeSet<&str>| {
                    let each: Vec<String> = accounts.iter().map(|id| format!("`{id}`")).collect();
                    format!("credentials of account {}", each.join(", "))
                };
                return Err(elsewhere(name(was), name(is)));
            }
            if (&own.endpoint, &own.service_endpoints)
                != (&scope.endpoint, &scope.service_endpoints)
            {
                return Err(elsewhere(own.endpoints(), scope.endpoints()));
            }
        }
        self.header.scope = Some(scope.clone());
        self.write_header()
    }

    /// The record of an account, which must be of this run.
    fn done_of(&self, account: &AccountId, partial: bool) -> Result<Done, FolderError> {
        let file = self.path.join("accounts").join(name(account, partial));
        let record = file.with_added_extension("json");
        let done: Done = read(&record).map_err(|error| match error {
            FolderError::Foreign { path } => FolderError::Damaged(path),
            error => error,
        })?;
        if done.part.account() != account.as_str() {
            return Err(FolderError::Damaged(record));
        }
        match done.run == self.header.id {
            true => Ok(done),
            false => Err(FolderError::Stray(record)),
        }
    }

    fn different(&self, what: &'static str) -> FolderError {
        FolderError::Different {
            path: self.path.clone(),
            what,
        }
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
    pub fn done(&self) -> &BTreeSet<AccountId> {
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
        let account = AccountId::try_from(part.account()).map_err(FolderError::Account)?;
        let id = name(&account, partial);
        let folder = self.path.join("accounts");
        let (segments, sha256) = put(&folder, &format!("{id}.ndjson"), |to| {
            let mut segments: Vec<Segment> = Vec::new();
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
            Ok(segments)
        })?;
        let done = Done {
            run: self.header.id.clone(),
            part,
            functions: functions.len(),
            segments,
            sha256,
        };
        put_record(&folder, &format!("{id}.json"), &done)?;
        self.own.insert(account.clone());
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
        self.header.accounts = self.done.union(&self.partial).cloned().collect();
        self.write_header()
    }

    fn write_header(&self) -> Result<(), FolderError> {
        put_record(&self.path, "run.json", &self.header)
    }
}

/// A new id of a run: 128 random bits.
fn new_id() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// The name of an account's files, without their endings.
fn name(account: &AccountId, partial: bool) -> String {
    match partial {
        true => format!("{account}.partial"),
        false => account.to_string(),
    }
}

/// Locks a folder until the file is closed, by whatever ends the process.
fn lock(path: &Path) -> Result<File, FolderError> {
    let file = path.join(LOCK);
    let io = |source| FolderError::Io {
        path: file.clone(),
        source,
    };
    let lock = disk::private_file(&file).map_err(io)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(FolderError::Busy(path.to_owned())),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}
