//! The report of run folders, read from disk while it is written.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;

use super::files::read;
use super::{Done, FolderError, RunFolder, Segment};
use crate::check::Severity;
use crate::finding::builder::{Head, order, renumber_all};
use crate::finding::model::{FunctionRecord, Report};
use crate::finding::record::Finding;
use crate::finding::show::Contents;
use crate::inventory::RunRecord;

/// The report of one or several run folders, its functions and findings still on disk.
#[derive(Debug)]
pub struct FolderReport {
    head: Report,
    files: Vec<AccountFile>,
    /// Which file and segment comes when.
    sequence: Vec<(usize, Segment)>,
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
        };
        for folder in folders {
            folder.same(&first.header.info)?;
            run.started = run.started.min(folder.header.started);
            match &folder.header.ended {
                Some(ended) => {
                    run.finished = run.finished.max(ended.finished);
                    run.interrupted |= ended.interrupted;
                    run.missed.extend(ended.missed.iter().cloned());
                    run.ledger.extend(ended.ledger.iter().cloned());
                }
                None => run.interrupted = true,
            }
            let partial = folder.partial.iter().map(|id| format!("{id}.partial"));
            for name in folder.done.iter().cloned().chain(partial) {
                let file = folder.path.join("accounts").join(&name);
                let done: Done = read(&file.with_added_extension("json"))?;
                let id = done.part.account().to_owned();
                let file = file.with_added_extension("ndjson");
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
            segment
                .order()
                .cmp(&behind.order())
                .then_with(|| one.cmp(other))
        });
        let Head { report, moved } = Head::of(first.header.info.clone(), parts, &run);
        for (file, moved) in files.iter_mut().zip(moved) {
            file.gaps = moved;
        }
        Ok(Self {
            head: report,
            files,
            sequence,
        })
    }

    /// Leaves only findings of at least that severity; counts stay what they were.
    pub fn show_from(&mut self, severity: Severity) {
        self.sequence
            .retain(|(_, segment)| segment.severity >= severity);
    }

    fn segment(&self, number: usize, segment: &Segment) -> io::Result<Vec<Finding>> {
        let Some(file) = self.files.get(number) else {
            return Ok(Vec::new());
        };
        let mut from = File::open(&file.path)?;
        from.seek(SeekFrom::Start(segment.offset))?;
        let mut findings = Vec::with_capacity(segment.count);
        for line in BufReader::new(from).lines().take(segment.count) {
            let mut finding: Finding = serde_json::from_str(&line?)?;
            renumber_all(&mut finding.gaps, &file.gaps);
            findings.push(finding);
        }
        if findings.len() < segment.count {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        findings.sort_by(|one, other| order(one).cmp(&order(other)));
        Ok(findings)
    }
}

/// One error, or all of the items.
fn spread<T>(items: io::Result<Vec<T>>) -> impl Iterator<Item = io::Result<T>> {
    let (items, error) = match items {
        Ok(items) => (items, None),
        Err(error) => (Vec::new(), Some(Err(error))),
    };
    items.into_iter().map(Ok).chain(error)
}

impl Contents for FolderReport {
    fn head(&self) -> &Report {
        &self.head
    }

    fn functions(&self) -> Box<dyn Iterator<Item = io::Result<Cow<'_, FunctionRecord>>> + '_> {
        let of_file = |file: &AccountFile| -> io::Result<Vec<FunctionRecord>> {
            let mut text = Vec::new();
            let mut from = BufReader::new(File::open(&file.path)?);
            for _ in 0..file.functions {
                from.by_ref().read_until(b'\n', &mut text)?;
            }
            serde_json::Deserializer::from_slice(&text)
                .into_iter()
                .collect::<Result<Vec<_>, _>>()
                .map_err(Into::into)
        };
        let all = self
            .files
            .iter()
            .flat_map(move |file| spread(of_file(file)));
        Box::new(all.map(|function| function.map(Cow::Owned)))
    }

    fn findings(&self) -> Box<dyn Iterator<Item = io::Result<Cow<'_, Finding>>> + '_> {
        let all = self
            .sequence
            .iter()
            .flat_map(|(number, segment)| spread(self.segment(*number, segment)));
        Box::new(all.map(|finding| finding.map(Cow::Owned)))
    }
}
