//! The findings of an account while it is judged: on disk but for what puts them in order, since a
//! large account has more of them than should be in memory beside its inventory.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::sync::Arc;

use tempfile::SpooledTempFile;

use super::group::Group;
use super::record::Finding;
use crate::facts::Resource;

/// How many bytes stay in memory: most accounts need no file.
const IN_MEMORY: usize = 1 << 20;

/// Findings of one account, taken in as they come and given back in the order of a report.
#[derive(Debug)]
pub(super) struct Spool {
    lines: BufWriter<SpooledTempFile>,
    length: u64,
    groups: BTreeMap<Group, Vec<Entry>>,
    /// The resource of the last finding: those of one resource come together.
    last: Option<Arc<Resource>>,
}

/// Where a finding is, and where it belongs in its group.
#[derive(Debug)]
struct Entry {
    resource: Arc<Resource>,
    id: String,
    offset: u64,
    length: usize,
}

impl Entry {
    fn key(&self) -> impl Ord + '_ {
        let Resource { region, arn, .. } = &*self.resource;
        (region.as_str(), arn.as_str(), self.id.as_str())
    }
}

impl Spool {
    pub(super) fn new() -> Self {
        Self {
            lines: BufWriter::new(SpooledTempFile::new(IN_MEMORY)),
            length: 0,
            groups: BTreeMap::new(),
            last: None,
        }
    }

    /// Takes in a finding of a resource.
    pub(super) fn add(&mut self, finding: &Finding, resource: &Resource) -> io::Result<()> {
        let resource = match &self.last {
            Some(last) if **last == *resource => Arc::clone(last),
            _ => Arc::clone(self.last.insert(Arc::new(resource.clone()))),
        };
        let mut line = serde_json::to_vec(finding)?;
        line.push(b'\n');
        self.lines.write_all(&line)?;
        self.groups
            .entry(Group::of(finding))
            .or_default()
            .push(Entry {
                resource,
                id: finding.id.clone(),
                offset: self.length,
                length: line.len(),
            });
        self.length += line.len() as u64;
        Ok(())
    }

    /// Writes every finding as a line of JSON, in order; says how many each group has and how many
    /// bytes they are.
    pub(super) fn write_to(self, to: &mut impl Write) -> io::Result<Vec<(Group, usize, u64)>> {
        let mut lines = self
            .lines
            .into_inner()
            .map_err(|error| error.into_error())?;
        let mut line = Vec::new();
        let mut written = Vec::with_capacity(self.groups.len());
        for (group, mut entries) in self.groups {
            entries.sort_by(|one, other| one.key().cmp(&other.key()));
            let mut bytes = 0;
            for entry in &entries {
                lines.seek(SeekFrom::Start(entry.offset))?;
                line.resize(entry.length, 0);
                lines.read_exact(&mut line)?;
                to.write_all(&line)?;
                bytes += entry.length as u64;
            }
            written.push((group, entries.len(), bytes));
        }
        Ok(written)
    }
}
