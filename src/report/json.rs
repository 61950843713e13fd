//! The machine formats.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::finding::{Finding, FunctionRecord, GapRecord, Report, Run, Summary, Target};
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
pub(super) fn pretty(report: &Report, mut to: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut to, report)?;
    to.write_all(b"\n")
}

/// One line for each record.
pub(super) fn lines(report: &Report, mut to: impl Write) -> io::Result<()> {
    let head = Record::Run {
        schema: &report.schema,
        run: &report.run,
        targets: &report.targets,
        summary: &report.summary,
        ledger: &report.ledger,
    };
    let records = std::iter::once(head)
        .chain(report.functions.iter().map(Record::Function))
        .chain(report.findings.iter().map(Record::Finding))
        .chain(
            report
                .gaps
                .iter()
                .enumerate()
                .map(|(index, gap)| Record::Gap { index, gap }),
        );
    for record in records {
        serde_json::to_writer(&mut to, &record)?;
        to.write_all(b"\n")?;
    }
    Ok(())
}
