//! Snapshot files: inventories of a run, to be judged again without a call.
//!
//! Lines of JSON, compressed with zstd: a header, then for every account its record, its regions
//! and their functions, closed by a count; at the very end the run. A reader that does not find
//! the end says so, so that half a snapshot is never taken for a whole one.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use super::{
    AccountInventory, AccountRecord, Depth, Function, Iam, Observed, RegionApis, RegionBalancers,
    RegionInventory, RunRecord, TriggerSource,
};

/// The format that this version writes, and the newest that it reads.
pub const SNAPSHOT_VERSION: u32 = 1;

/// zstd's own default: denser levels cost more time than they save bytes here.
const LEVEL: i32 = 3;

/// What can go wrong with a snapshot file.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// The file could not be read or written.
    #[error("cannot access snapshot `{}`", path.display())]
    Io {
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
    /// The file was written by a newer version.
    #[error(
        "snapshot `{}` has format {version}; this version of Lamppost reads formats up to {SNAPSHOT_VERSION}",
        path.display()
    )]
    Newer {
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
    /// A line is not what it ought to be.
    #[error("line {line} of snapshot `{}` cannot be understood", path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// The line.
        line: usize,
        /// What is wrong.
        source: serde_json::Error,
    },
}

#[derive(Deserialize, Serialize)]
struct Header {
    lamppost: String,
    version: u32,
    tool: String,
    /// Those who wrote no depth knew only one.
    #[serde(default = "deep")]
    depth: Depth,
}

fn deep() -> Depth {
    Depth::Deep
}

/// A line of a snapshot.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Record {
    Account(Box<AccountStart>),
    Region(Box<RegionInventory>),
    Function(Box<Function>),
    AccountEnd { functions: usize },
    Run(Box<RunRecord>),
}

#[derive(Deserialize, Serialize)]
struct AccountStart {
    account: AccountRecord,
    iam: Observed<Iam>,
    /// Those who wrote none looked for none.
    #[serde(default)]
    sources: Vec<TriggerSource>,
    /// Likewise.
    #[serde(default)]
    apis: Vec<RegionApis>,
    /// Likewise.
    #[serde(default)]
    balancers: Vec<RegionBalancers>,
}

/// Writes a snapshot, account by account; the file appears under its name only when it is whole.
pub struct SnapshotWriter {
    path: PathBuf,
    encoder: zstd::Encoder<'static, BufWriter<NamedTempFile>>,
}

impl SnapshotWriter {
    /// Begins a snapshot of observations of that depth.
    ///
    /// # Errors
    /// When no file can be made in the path's folder.
    pub fn create(path: &Path, depth: Depth) -> Result<Self, SnapshotError> {
        let io = |source| SnapshotError::Io {
            path: path.to_owned(),
            source,
        };
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::metadata(folder).map_err(io)?;
        let file = NamedTempFile::new_in(folder).map_err(io)?;
        let encoder = zstd::Encoder::new(BufWriter::new(file), LEVEL).map_err(io)?;
        let mut writer = Self {
            path: path.to_owned(),
            encoder,
        };
        writer.line(&Header {
            lamppost: "snapshot".to_owned(),
            version: SNAPSHOT_VERSION,
            tool: env!("CARGO_PKG_VERSION").to_owned(),
            depth,
        })?;
        Ok(writer)
    }

    /// Adds an account.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn account(&mut self, inventory: &AccountInventory) -> Result<(), SnapshotError> {
        let start = AccountStart {
            account: inventory.account.clone(),
            iam: inventory.iam.clone(),
            sources: inventory.sources.clone(),
            apis: inventory.apis.clone(),
            balancers: inventory.balancers.clone(),
        };
        self.line(&Record::Account(Box::new(start)))?;
        let mut functions = 0;
        for region in &inventory.regions {
            let mut bare = region.clone();
            bare.functions = Vec::new();
            self.line(&Record::Region(Box::new(bare)))?;
            for function in &region.functions {
                self.line(&Record::Function(Box::new(function.clone())))?;
                functions += 1;
            }
        }
        self.line(&Record::AccountEnd { functions })
    }

    /// Ends the snapshot and gives it its name, readable by its owner alone.
    ///
    /// # Errors
    /// When the file cannot be written or named.
    pub fn finish(mut self, run: &RunRecord) -> Result<(), SnapshotError> {
        self.line(&Record::Run(Box::new(run.clone())))?;
        let path = self.path;
        let io = |source| SnapshotError::Io {
            path: path.clone(),
            source,
        };
        let file = self.encoder.finish().map_err(io)?;
        let file = file.into_inner().map_err(|error| io(error.into_error()))?;
        file.persist(&path).map_err(|error| io(error.error))?;
        Ok(())
    }

    fn line(&mut self, record: &impl Serialize) -> Result<(), SnapshotError> {
        let io = |source| SnapshotError::Io {
            path: self.path.clone(),
            source,
        };
        serde_json::to_writer(&mut self.encoder, record).map_err(|error| io(error.into()))?;
        self.encoder
            .write_all(b"\n")
            .map_err(|source| SnapshotError::Io {
                path: self.path.clone(),
                source,
            })
    }
}

/// Reads a snapshot, account by account.
pub struct SnapshotReader {
    path: PathBuf,
    lines: BufReader<Box<dyn Read + Send>>,
    line: usize,
    accounts: usize,
    depth: Depth,
    run: Option<RunRecord>,
}

impl SnapshotReader {
    /// Opens a snapshot and checks that it is one that this version can read.
    ///
    /// # Errors
    /// When the file cannot be read, is no snapshot, or is of a newer format.
    pub fn open(path: &Path) -> Result<Self, SnapshotError> {
        let io = |source| SnapshotError::Io {
            path: path.to_owned(),
            source,
        };
        let foreign = || SnapshotError::Foreign {
            path: path.to_owned(),
        };
        let file = File::open(path).map_err(io)?;
        let decoder = zstd::Decoder::new(file).map_err(io)?;
        let mut lines: BufReader<Box<dyn Read + Send>> = BufReader::new(Box::new(decoder));
        let mut first = Vec::new();
        // A file of another kind fails to decompress or has no end of line within reach.
        lines
            .by_ref()
            .take(4096)
            .read_until(b'\n', &mut first)
            .map_err(|_| foreign())?;
        let header: Header = serde_json::from_slice(&first).map_err(|_| foreign())?;
        if header.lamppost != "snapshot" {
            return Err(foreign());
        }
        if header.version > SNAPSHOT_VERSION {
            return Err(SnapshotError::Newer {
                path: path.to_owned(),
                version: header.version,
            });
        }
        Ok(Self {
            path: path.to_owned(),
            lines,
            line: 1,
            accounts: 0,
            depth: header.depth,
            run: None,
        })
    }

    /// How much was asked about each function.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The next account; none at the end.
    ///
    /// # Errors
    /// When the file breaks off or a line cannot be understood.
    pub fn next_account(&mut self) -> Result<Option<AccountInventory>, SnapshotError> {
        let mut inventory = match self.record()? {
            Record::Run(run) => {
                self.run = Some(*run);
                return Ok(None);
            }
            Record::Account(start) => AccountInventory {
                account: start.account,
                iam: start.iam,
                regions: Vec::new(),
                sources: start.sources,
                apis: start.apis,
                balancers: start.balancers,
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
                Record::AccountEnd { functions } => {
                    let read: usize = inventory
                        .regions
                        .iter()
                        .map(|region| region.functions.len())
                        .sum();
                    if read != functions {
                        return Err(self.truncated());
                    }
                    self.accounts += 1;
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
        let mut text = Vec::new();
        match self.lines.read_until(b'\n', &mut text) {
            Ok(0) => return Err(self.truncated()),
            Ok(_) => {}
            // The decoder reports a file that ends in the middle of a block this way.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.truncated());
            }
            Err(source) => {
                return Err(SnapshotError::Io {
                    path: self.path.clone(),
                    source,
                });
            }
        }
        self.line += 1;
        if text.last() != Some(&b'\n') {
            return Err(self.truncated());
        }
        serde_json::from_slice(&text).map_err(|source| SnapshotError::Malformed {
            path: self.path.clone(),
            line: self.line,
            source,
        })
    }

    fn truncated(&self) -> SnapshotError {
        SnapshotError::Truncated {
            path: self.path.clone(),
            accounts: self.accounts,
        }
    }
}
