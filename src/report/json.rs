//! The machine formats.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::ser::{Error as _, SerializeSeq as _, SerializeStruct as _};
use serde::{Serialize, Serializer};

use crate::finding::{Contents, Finding, FunctionRecord, GapRecord, Report, Run, Summary, Target};
use crate::inventory::LedgerEntry;

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
    serde_json::to_writer_pretty(&mut to, &Document(report))?;
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

fn sequence<S: Serializer>(
    serializer: S,
    items: impl Iterator<Item = io::Result<impl Serialize>>,
) -> Result<S::Ok, S::Error> {
    let mut sequence = serializer.serialize_seq(None)?;
    for item in items {
        sequence.serialize_element(&item.map_err(S::Error::custom)?)?;
    }
    sequence.end()
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
    for function in report.functions() {
        line(&mut to, &Record::Function(&*function?))?;
    }
    for finding in report.findings() {
        line(&mut to, &Record::Finding(&*finding?))?;
    }
    for (index, gap) in head.gaps.iter().enumerate() {
        line(&mut to, &Record::Gap { index, gap })?;
    }
    Ok(())
}

fn line(to: &mut impl Write, record: &Record<'_>) -> io::Result<()> {
    serde_json::to_writer(&mut *to, record)?;
    to.write_all(b"\n")
}
