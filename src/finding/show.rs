//! A report as its formats read it: from memory, or from disk record by record.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;

use super::model::{FunctionRecord, Report};
use super::record::Finding;

/// Records in the order of a report, as they are read.
pub type Records<'a, T> = Box<dyn Iterator<Item = io::Result<Cow<'a, T>>> + Send + 'a>;

/// A report whose functions and findings may be too many to hold.
pub trait Contents {
    /// Everything else; the lists of functions and findings in it may be empty.
    fn head(&self) -> &Report;

    /// The file of it that could not be read, where one could not, since this was last asked.
    fn failure(&self) -> Option<(PathBuf, io::Error)> {
        None
    }

    /// Its functions, in order.
    fn functions(&self) -> Records<'_, FunctionRecord>;

    /// Its findings, in order.
    fn findings(&self) -> Records<'_, Finding>;

    /// The whole in memory, for formats that need an overview; findings without their evidence,
    /// references and mappings, which no such format shows.
    ///
    /// # Errors
    /// Those of reading.
    fn overview(&self) -> io::Result<Report> {
        read(self, |finding| {
            finding.evidence = serde_json::Value::Null;
            finding.references = Vec::new();
            finding.maps.clear();
            if let Some(remediation) = &mut finding.remediation {
                remediation.terraform = None;
                remediation.cloudformation = None;
            }
        })
    }

    /// The whole in memory.
    ///
    /// # Errors
    /// Those of reading.
    fn whole(&self) -> io::Result<Report> {
        read(self, |_| ())
    }
}

fn read(contents: &(impl Contents + ?Sized), trim: impl Fn(&mut Finding)) -> io::Result<Report> {
    let functions = contents.functions();
    let findings = contents.findings();
    Ok(Report {
        functions: functions
            .map(|function| function.map(Cow::into_owned))
            .collect::<io::Result<_>>()?,
        findings: findings
            .map(|finding| {
                let mut finding = finding?.into_owned();
                trim(&mut finding);
                Ok(finding)
            })
            .collect::<io::Result<_>>()?,
        ..contents.head().clone()
    })
}

impl Contents for Report {
    fn head(&self) -> &Report {
        self
    }

    fn functions(&self) -> Records<'_, FunctionRecord> {
        Box::new(
            self.functions
                .iter()
                .map(|function| Ok(Cow::Borrowed(function))),
        )
    }

    fn findings(&self) -> Records<'_, Finding> {
        Box::new(
            self.findings
                .iter()
                .map(|finding| Ok(Cow::Borrowed(finding))),
        )
    }

    fn overview(&self) -> io::Result<Report> {
        Ok(self.clone())
    }
}
