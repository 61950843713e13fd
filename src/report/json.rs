//! The machine formats.

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::mpsc::sync_channel;
use std::thread;

use schemars::JsonSchema;
use serde::ser::{Error as _, SerializeSeq as _, SerializeStruct as _};
use serde::{Serialize, Serializer};

use super::escape;
use crate::finding::{
    Contents, Finding, FunctionRecord, GapRecord, Records, Report, Run, Summary, Target,
};
use crate::inventory::LedgerEntry;

/// How many records are read at once.
const BATCH: usize = 64;

/// One line of an NDJSON report: first the run, then functions, findings and gaps.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[serde(tag = "record", rename_all = "kebab-case")]
pub enum Record<'a> {
    /// Everything of the report that is there once.
    Run {
        /// The format: `lamppost-report/` and its major version.
        schema: &'a str,
        /// The run.
        run: &'a Run,
        /// The accounts and regions.
        targets: &'a [Target],
        /// Everything counted.
        summary: &'a Summary,
        /// The AWS calls, per operation.
        ledger: &'a [LedgerEntry],
    },
    /// One function.
    Function(&'a FunctionRecord),
    /// One finding.
    Finding(&'a Finding),
    /// One gap.
    Gap {
        /// The number by which findings and targets refer to it.
        index: usize,
        /// The gap itself.
        #[serde(flatten)]
        gap: &'a GapRecord,
    },
}

/// One document, indented.
pub(super) fn pretty(report: &dyn Contents, mut to: impl Write) -> io::Result<()> {
    Document(report).serialize(&mut escape::pretty(&mut to))?;
    to.write_all(b"\n")
}

/// The members of a [`Report`], its long lists as they are read.
struct Document<'a>(&'a dyn Contents);

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Report {
            schema,
            run,
            targets,
            summary,
            functions: _,
            findings: _,
            gaps,
            ledger,
        } = self.0.head();
        let mut document = serializer.serialize_struct("Report", 8)?;
        document.serialize_field("schema", schema)?;
        document.serialize_field("run", run)?;
        document.serialize_field("targets", targets)?;
        document.serialize_field("summary", summary)?;
        document.serialize_field("functions", &Functions(self.0))?;
        document.serialize_field("findings", &Findings(self.0))?;
        document.serialize_field("gaps", gaps)?;
        document.serialize_field("ledger", ledger)?;
        document.end()
    }
}

struct Functions<'a>(&'a dyn Contents);

impl Serialize for Functions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        sequence(serializer, self.0.functions())
    }
}

struct Findings<'a>(&'a dyn Contents);

impl Serialize for Findings<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        sequence(serializer, self.0.findings())
    }
}

fn sequence<S: Serializer, T: Clone + Send + Serialize + Sync>(
    serializer: S,
    items: Records<'_, T>,
) -> Result<S::Ok, S::Error> {
    let mut sequence = serializer.serialize_seq(None)?;
    ahead(items, |item| {
        let item = item.map_err(S::Error::custom)?;
        sequence.serialize_element(&*item)
    })?;
    sequence.end()
}

/// Reads the next records while one is written.
fn ahead<'a, T, E>(
    mut items: Records<'a, T>,
    write: impl FnMut(io::Result<Cow<'a, T>>) -> Result<(), E>,
) -> Result<(), E>
where
    T: Clone + Send + Sync,
{
    thread::scope(|scope| {
        let (send, batches) = sync_channel::<Vec<_>>(2);
        scope.spawn(move || {
            loop {
                let batch: Vec<_> = items.by_ref().take(BATCH).collect();
                // whoever writes may have stopped
                if batch.is_empty() || send.send(batch).is_err() {
                    break;
                }
            }
        });
        batches.into_iter().flatten().try_for_each(write)
    })
}

/// One line for each record.
pub(super) fn lines(report: &dyn Contents, mut to: impl Write) -> io::Result<()> {
    let head = report.head();
    let run = Record::Run {
        schema: &head.schema,
        run: &head.run,
        targets: &head.targets,
        summary: &head.summary,
        ledger: &head.ledger,
    };
    line(&mut to, &run)?;
    ahead(report.functions(), |function| {
        line(&mut to, &Record::Function(&*function?))
    })?;
    ahead(report.findings(), |finding| {
        line(&mut to, &Record::Finding(&*finding?))
    })?;
    for (index, gap) in head.gaps.iter().enumerate() {
        line(&mut to, &Record::Gap { index, gap })?;
    }
    Ok(())
}

fn line(to: &mut impl Write, record: &Record<'_>) -> io::Result<()> {
    record.serialize(&mut escape::compact(&mut *to))?;
    to.write_all(b"\n")
}
