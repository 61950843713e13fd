//! Snapshot files: inventories of a run, to be judged again without a call.
//!
//! Lines of JSON, compressed with zstd: a header, then for every account its record, its regions
//! and their functions, closed by a count and a hash of them; at the very end the run, and the hash of
//! all that stands outside accounts. A reader that does not find the end says so, so that half a
//! snapshot is never taken for a whole one, and neither is a changed one.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, BufWriter, Cursor, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::lines::{Ended, LineError, LineReader, LineWriter, ZSTD_MAGIC};
use super::{
    AccountId, AccountInventory, AccountRecord, AccountServices, Function, RegionInventory,
    RunRecord,
};
use crate::disk::Draft;
use crate::operation::Depth;
use crate::plain::plain;

/// The format that this version writes, and the only one that it reads: format 1 had no hashes.
pub const SNAPSHOT_VERSION: u32 = 2;

/// zstd's own default: denser levels cost more time than they save bytes here.
const LEVEL: i32 = 3;

/// What can go wrong with a snapshot file.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file could not be read.
    #[error("cannot access snapshot `{}`", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file could not be written.
    #[error("cannot write the snapshot `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is no snapshot.
    #[error("`{}` is not a Lamppost snapshot", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file was written by another version.
    #[error(
        "snapshot `{}` has format {version}; this version of Lamppost reads format {SNAPSHOT_VERSION}",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u32,
    },
    /// The file breaks off.
    #[error("snapshot `{}` is incomplete: it breaks off after {accounts} whole account(s)", path.display())]
    Truncated {
        /// The file.
        path: PathBuf,
        /// Accounts that were read whole.
        accounts: usize,
    },
    /// What an account holds is not what was written.
    #[error("snapshot `{}` is damaged: account {account} does not match its checksum", path.display())]
    Account {
        /// The file.
        path: PathBuf,
        /// The account.
        account: AccountId,
    },
    /// What the file holds besides its accounts is not what was written.
    #[error("snapshot `{}` is damaged: it does not match the checksum at its end, or does not end there", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// An account is there more than once.
    #[error("snapshot `{}` holds account {account} twice", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
        /// The account.
        account: AccountId,
    },
    /// The file goes beyond a ceiling that no honest one reaches.
    #[error("snapshot `{}` is refused: {ceiling}", path.display())]
    Ceiling {
        /// The file.
        path: PathBuf,
        /// The ceiling.
        ceiling: String,
    },
    /// A line is not what it ought to be.
    #[error("snapshot `{}` is damaged: line {line} is not as it was written: {reason}", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What is wrong with it, in plain words.
        reason: String,
    },
}

/// What the header of every version says.
#[derive(Deserialize)]
struct Kind {
    lamppost: String,
    version: u32,
}

#[derive(Deserialize, Serialize)]
struct Header {
    lamppost: String,
    version: u32,
    tool: String,
    depth: Depth,
}

/// A line of a snapshot.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Record {
    Account(Box<AccountStart>),
    Region(Box<RegionInventory>),
    Function(Box<Function>),
    AccountEnd { functions: usize, sha256: String },
    Run(Box<RunRecord>),
}

#[derive(Deserialize, Serialize)]
struct AccountStart {
    account: AccountRecord,
    #[serde(flatten)]
    services: AccountServices,
}

/// Writes a snapshot, account by account; the file appears under its name only when it is whole.
pub struct SnapshotWriter {
    path: PathBuf,
    lines: LineWriter<BufWriter<Draft>>,
}

impl SnapshotWriter {
    /// Begins a snapshot of observations of that depth.
    ///
    /// # Errors
    /// When no file can be made in the path's folder.
    pub fn create(path: &Path, depth: Depth) -> Result<Self, SnapshotError> {
        let header = Header {
            lamppost: "snapshot".to_owned(),
            version: SNAPSHOT_VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            depth,
        };
        let begin = || {
            let folder = path
                .parent()
                .filter(|folder| !folder.as_os_str().is_empty());
            fs::metadata(folder.unwrap_or(Path::new(".")))?;
            let mut lines = LineWriter::new(BufWriter::new(Draft::of(path)?), LEVEL)?;
            lines.outside(&header)?;
            Ok(lines)
        };
        Ok(Self {
            lines: begin().map_err(|source| SnapshotError::Write {
                path: path.to_owned(),
                source,
            })?,
            path: path.to_owned(),
        })
    }

    /// Adds an account.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn account(&mut self, inventory: &AccountInventory) -> Result<(), SnapshotError> {
        self.write(inventory).map_err(|source| self.io(source))
    }

    fn write(&mut self, inventory: &AccountInventory) -> io::Result<()> {
        let start = AccountStart {
            account: inventory.account.clone(),
            services: inventory.services.clone(),
        };
        self.lines.within(&Record::Account(Box::new(start)))?;
        let mut functions = 0;
        for region in &inventory.regions {
            let mut bare = region.clone();
            bare.functions = Vec::new();
            self.lines.within(&Record::Region(Box::new(bare)))?;
            for function in &region.functions {
                self.lines
                    .within(&Record::Function(Box::new(function.clone())))?;
                functions += 1;
            }
        }
        let sha256 = self.lines.section();
        self.lines
            .outside(&Record::AccountEnd { functions, sha256 })
    }

    /// Ends the snapshot and gives it its name, readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be written or named.
    pub fn finish(mut self, run: &RunRecord) -> Result<(), SnapshotError> {
        let end = || {
            self.lines.outside(&Record::Run(Box::new(run.clone())))?;
            let file = self.lines.end(|sha256| Ended { sha256 })?;
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.place()
        };
        end().map_err(|source| SnapshotError::Write {
            path: self.path,
            source,
        })
    }

    fn io(&self, source: io::Error) -> SnapshotError {
        SnapshotError::Write {
            path: self.path.clone(),
            source,
        }
    }
}

/// Reads a snapshot, account by account.
pub struct SnapshotReader {
    path: PathBuf,
    lines: LineReader<'static>,
    accounts: BTreeSet<AccountId>,
    depth: Depth,
    run: Option<RunRecord>,
}

/// The longest first line: longer ones are of other files.
const HEADER: u64 = 4096;

impl SnapshotReader {
    /// Opens a snapshot and checks that it is one that this version can read.
    ///
    /// # Errors
    /// When the file cannot be read, is no snapshot, or is of another format.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let io = |source| SnapshotError::Io {
            path: path.to_owned(),
            source,
        };
        let foreign = || SnapshotError::Foreign {
            path: path.to_owned(),
        };
        let mut file = File::open(path).map_err(io)?;
        let mut head = Vec::new();
        file.by_ref()
            .take(ZSTD_MAGIC.len() as u64)
            .read_to_end(&mut head)
            .map_err(io)?;
        let compressed = head == ZSTD_MAGIC;
        let mut lines = LineReader::new(Cursor::new(head).chain(file)).map_err(io)?;
        // A file of another kind fails to decompress or has no end of line within reach.
        let first = lines.next_within(HEADER).map_err(|error| match error {
            LineError::BreaksOff if compressed => SnapshotError::Truncated {
                path: path.to_owned(),
                accounts: 0,
            },
            LineError::Io(source) if compressed && source.raw_os_error().is_none() => {
                SnapshotError::Damaged {
                    path: path.to_owned(),
                }
            }
            _ => foreign(),
        })?;
        // What else stands in the header depends on the version.
        let kind: Kind = serde_json::from_slice(&first).map_err(|_| foreign())?;
        if kind.lamppost != "snapshot" {
            return Err(foreign());
        }
        if kind.version != SNAPSHOT_VERSION {
            return Err(SnapshotError::Version {
                path: path.to_owned(),
                version: kind.version,
            });
        }
        let header: Header = serde_json::from_slice(&first).map_err(|_| foreign())?;
        lines.outside(&first);
        Ok(Self {
            path: path.to_owned(),
            lines,
            accounts: BTreeSet::new(),
            depth: header.depth,
            run: None,
        })
    }

    /// How much was asked about each function.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The next account, as it was written; none at the end.
    ///
    /// # Errors
    /// When the file breaks off, is damaged, or holds what it may not.
    pub fn next_account(&mut self) -> Result<Option<AccountInventory>, SnapshotError> {
        let mut inventory = match self.record()? {
            Record::Run(run) => {
                if !self.lines.ends().map_err(|error| self.unread(error))? {
                    return Err(SnapshotError::Damaged {
                        path: self.path.clone(),
                    });
                }
                self.run = Some(*run);
                return Ok(None);
            }
            Record::Account(start) => AccountInventory {
                account: start.account,
                services: start.services,
                regions: Vec::new(),
            },
            Record::Region(_) | Record::Function(_) | Record::AccountEnd { .. } => {
                return Err(self.truncated());
            }
        };
        loop {
            match self.record()? {
                Record::Region(region) => inventory.regions.push(*region),
                Record::Function(function) => match inventory.regions.last_mut() {
                    Some(region) => region.functions.push(*function),
                    None => return Err(self.truncated()),
                },
                Record::AccountEnd { functions, sha256 } => {
                    let account = inventory.account.id.clone();
                    let read: usize = inventory
                        .regions
                        .iter()
                        .map(|region| region.functions.len())
                        .sum();
                    if !self.lines.is_section(&sha256) || read != functions {
                        return Err(SnapshotError::Account {
                            path: self.path.clone(),
                            account,
                        });
                    }
                    if !self.accounts.insert(account.clone()) {
                        return Err(SnapshotError::Twice {
                            path: self.path.clone(),
                            account,
                        });
                    }
                    return Ok(Some(inventory));
                }
                Record::Account(_) | Record::Run(_) => return Err(self.truncated()),
            }
        }
    }

    /// The run.
    ///
    /// # Errors
    /// Unless every account has been read.
    pub fn run(&self) -> Result<&RunRecord, SnapshotError> {
        self.run.as_ref().ok_or_else(|| self.truncated())
    }

    fn record(&mut self) -> Result<Record, SnapshotError> {
        let line = self.lines.next().map_err(|error| self.unread(error))?;
        let record = serde_json::from_slice(&line).map_err(|error| SnapshotError::Malformed {
            path: self.path.clone(),
            line: self.lines.number(),
            reason: plain(&error.to_string()),
        })?;
        match record {
            Record::Account(_) | Record::Region(_) | Record::Function(_) => {
                self.lines.within(&line)
            }
            Record::AccountEnd { .. } | Record::Run(_) => self.lines.outside(&line),
        }
        Ok(record)
    }

    fn unread(&self, error: LineError) -> SnapshotError {
        let path = self.path.clone();
        match error {
            LineError::BreaksOff => self.truncated(),
            // the decompressor's own errors are of no particular kind
            LineError::Io(source) if source.raw_os_error().is_none() => {
                SnapshotError::Damaged { path }
            }
            LineError::Io(source) => SnapshotError::Io { path, source },
            LineError::Ceiling(ceiling) => SnapshotError::Ceiling { path, ceiling },
        }
    }

    fn truncated(&self) -> SnapshotError {
        SnapshotError::Truncated {
            path: self.path.clone(),
            accounts: self.accounts.len(),
        }
    }
}
