//! The findings of an account while it is judged: on disk but for what puts them in order, since a
//! large account has more of them than should be in memory beside its inventory.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write};
use std::sync::Arc;

use tempfile::SpooledTempFile;

use super::group::Group;
use super::record::Finding;
use crate::disk::AT_ONCE;
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
            lines: BufWriter::with_capacity(AT_ONCE, SpooledTempFile::new(IN_MEMORY)),
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::check::{Confidence, Severity, Verdict};
    use crate::facts::Scope;

    fn finding(check: &str, severity: Severity, resource: &str, text: &str) -> (Finding, Resource) {
        let resource = Resource {
            scope: Scope::Function,
            arn: resource.to_owned(),
            name: String::new(),
            account: String::new(),
            region: String::new(),
        };
        let finding = Finding {
            id: String::new(),
            check: check.to_owned(),
            verdict: Verdict::Fail,
            severity,
            confidence: Confidence::High,
            account: String::new(),
            region: String::new(),
            resource: resource.arn.clone(),
            resource_name: String::new(),
            scope: Scope::Function,
            title: String::new(),
            message: text.to_owned(),
            evidence: Value::Null,
            cause: None,
            remediation: None,
            references: Vec::new(),
            maps: BTreeMap::new(),
            gaps: Vec::new(),
        };
        (finding, resource)
    }

    #[test]
    fn what_went_to_disk_comes_back_in_order() {
        let long = "x".repeat(IN_MEMORY / 3);
        let mut spool = Spool::new();
        for resource in ["b", "a", "c"] {
            for (check, severity) in [("low", Severity::Low), ("high", Severity::High)] {
                let (finding, resource) = finding(check, severity, resource, &long);
                spool.add(&finding, &resource).unwrap();
            }
        }
        let mut text = Vec::new();
        let groups = spool.write_to(&mut text).unwrap();
        let counts: Vec<usize> = groups.iter().map(|(_, count, _)| *count).collect();
        assert_eq!(counts, [3, 3]);
        let bytes: u64 = groups.iter().map(|(.., bytes)| bytes).sum();
        assert_eq!(bytes, text.len() as u64);
        let read: Vec<(String, String)> = serde_json::Deserializer::from_slice(&text)
            .into_iter::<Finding>()
            .map(|finding| {
                finding
                    .map(|finding| (finding.check, finding.resource))
                    .unwrap()
            })
            .collect();
        let expected = ["high", "low"]
            .map(|check| ["a", "b", "c"].map(|resource| (check.to_owned(), resource.to_owned())));
        assert_eq!(read, expected.concat());
    }
}
