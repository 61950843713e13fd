//! The report of run folders, read from disk while it is written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::de::DeserializeOwned;

use super::files::verify;
use super::{Done, FolderError, RunFolder, Segment, name};
use crate::check::Severity;
use crate::finding::head::{Head, renumber_all};
use crate::finding::model::{FunctionRecord, Report};
use crate::finding::record::Finding;
use crate::finding::show::{Contents, Records};
use crate::inventory::{RunRecord, RunScope};

/// The report of one or several run folders, its functions and findings still on disk.
#[derive(Debug)]
pub struct FolderReport {
    head: Report,
    files: Vec<AccountFile>,
    /// Which file and segment comes when.
    sequence: Vec<(usize, Segment)>,
    /// The first file that could not be read while the report was written.
    failure: Mutex<Option<(PathBuf, io::Error)>>,
}

#[derive(Debug)]
struct AccountFile {
    path: PathBuf,
    functions: usize,
    /// The report's index of each of the account's gaps.
    gaps: Vec<usize>,
}

impl FolderReport {
    /// Joins run folders, which must be of the same checks and of different accounts. A run that has
    /// not ended counts as interrupted.
    ///
    /// # Errors
    /// When they cannot be read or joined.
    pub fn of(folders: &[RunFolder]) -> Result<Self, FolderError> {
        let first = folders.first().ok_or(FolderError::Nothing)?;
        let mut accounts: BTreeMap<String, (&RunFolder, PathBuf, Done)> = BTreeMap::new();
        let mut run = RunRecord {
            started: first.header.started,
            finished: first.header.started,
            interrupted: false,
            missed: Vec::new(),
            ledger: Vec::new(),
            scope: RunScope::default(),
        };
        for folder in folders {
            folder.same(&first.header.info)?;
            if folder.header.info.accept != first.header.info.accept {
                return Err(folder.different("accepted gaps"));
            }
            run.started = run.started.min(folder.header.started);
            match &folder.header.ended {
                Some(ended) => {
                    run.finished = run.finished.max(ended.finished);
                    run.interrupted |= ended.interrupted;
                    run.scope = match std::mem::take(&mut run.scope) {
                        none if none == RunScope::default() => ended.scope.clone(),
                        scope => scope.and(&ended.scope),
                    };
                    run.missed.extend(ended.missed.iter().cloned());
                    run.ledger.extend(ended.ledger.iter().cloned());
                }
                None => run.interrupted = true,
            }
            let done = folder.done.iter().map(|account| (account, false));
            let partial = folder.partial.iter().map(|account| (account, true));
            for (account, partial) in done.chain(partial) {
                let done = folder.done_of(account, partial)?;
                let id = account.to_string();
                let file = folder.path.join("accounts").join(name(account, partial));
                let file = file.with_added_extension("ndjson");
                if !folder.own.contains(account) {
                    verify(&file, &done.sha256)?;
                }
                if let Some((other, ..)) = accounts.insert(id.clone(), (folder, file, done)) {
                    return Err(FolderError::Twice {
                        account: id,
                        one: other.path.clone(),
                        other: folder.path.clone(),
                    });
                }
            }
        }
        // who could not be entered in one run may have been in another
        run.missed
            .retain(|missed| !accounts.contains_key(&missed.id));
        run.missed.sort_by(|one, other| one.id.cmp(&other.id));
        run.missed.dedup_by(|one, other| one.id == other.id);
        let mut parts = Vec::new();
        let mut files = Vec::new();
        let mut sequence = Vec::new();
        for (number, (_, path, done)) in accounts.into_values().enumerate() {
            parts.push(done.part);
            files.push(AccountFile {
                path,
                functions: done.functions,
                gaps: Vec::new(),
            });
            sequence.extend(done.segments.into_iter().map(|segment| (number, segment)));
        }
        sequence.sort_by(|(one, segment), (other, behind)| {
            (&segment.group, one).cmp(&(&behind.group, other))
        });
        let Head { report, moved } = Head::of(first.header.info.clone(), parts, &run);
        for (file, moved) in files.iter_mut().zip(moved) {
            file.gaps = moved;
        }
        Ok(Self {
            head: report,
            files,
            sequence,
            failure: Mutex::default(),
        })
    }

    /// Remembers what could not be read.
    fn read<T>(&self, path: &Path, record: io::Result<T>) -> io::Result<T> {
        record.map_err(|error| {
            let same = io::Error::from(error.kind());
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert_with(|| (path.to_owned(), error));
            same
        })
    }

    /// Leaves only findings of at least that severity; counts stay what they were.
    pub fn show_from(&mut self, severity: Severity) {
        self.sequence
            .retain(|(_, segment)| segment.group.severity >= severity);
    }
}

impl AccountFile {
    fn findings(&self, segment: &Segment) -> impl Iterator<Item = io::Result<Finding>> {
        let findings = records(&self.path, segment.offset, segment.count);
        findings.map(|finding: io::Result<Finding>| {
            let mut finding = finding?;
            renumber_all(&mut finding.gaps, &self.gaps);
            Ok(finding)
        })
    }
}

/// Reads so many lines of a file from an offset on.
fn records<T: DeserializeOwned>(
    path: &Path,
    offset: u64,
    count: usize,
) -> impl Iterator<Item = io::Result<T>> {
    let mut opened = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::Start(offset))?;
        Ok(BufReader::new(file))
    });
    let mut line = Vec::new();
    (0..count).map(move |_| {
        let from = opened
            .as_mut()
            .map_err(|error| io::Error::from(error.kind()))?;
        line.clear();
        from.read_until(b'\n', &mut line)?;
        Ok(serde_json::from_slice(&line)?)
    })
}

impl Contents for FolderReport {
    fn failure(&self) -> Option<(PathBuf, io::Error)> {
        let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
        failure.take()
    }

    fn head(&self) -> &Report {
        &self.head
    }

    fn functions(&self) -> Records<'_, FunctionRecord> {
        let all = self.files.iter().flat_map(|file| {
            records(&file.path, 0, file.functions).map(|function| self.read(&file.path, function))
        });
        Box::new(all.map(|function| function.map(Cow::Owned)))
    }

    fn findings(&self) -> Records<'_, Finding> {
        let all = self.sequence.iter().flat_map(|(number, segment)| {
            let file = self.files.get(*number);
            file.into_iter().flat_map(|file| {
                let findings = file.findings(segment);
                findings.map(|finding| self.read(&file.path, finding))
            })
        });
        Box::new(all.map(|finding| finding.map(Cow::Owned)))
    }
}
