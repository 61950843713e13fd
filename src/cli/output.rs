//! Where a report goes and what it says to the shell.

use std::path::PathBuf;

use super::args::{FailOn, OutputArgs};
use super::error::CliError;
use super::setup::Setup;
use crate::check::Severity;
use crate::finding::{Contents, FolderReport, Include, Outcome, Report};
use crate::report::{self, Format, Terminal};

/// Everything about output that can be wrong is found before a scan begins.
pub(super) struct Output {
    format: Format,
    files: Vec<(PathBuf, Format)>,
    min_severity: Severity,
    include: Include,
    fail_on: Option<Severity>,
    terminal: Terminal,
}

impl Output {
    /// `fail_on` is what holds where nothing was typed.
    pub(super) fn prepare(
        args: &OutputArgs,
        setup: &Setup,
        fail_on: FailOn,
    ) -> Result<Self, CliError> {
        let mut files = Vec::new();
        for path in &args.files {
            files.push((path.clone(), Format::of_path(path)?));
            report::writable(path)?;
        }
        Ok(Self {
            format: args.format,
            files,
            min_severity: args.min_severity,
            include: Include {
                pass: args.all,
                not_applicable: args.all,
            },
            fail_on: args.fail_on.unwrap_or(fail_on).severity(),
            terminal: setup.terminal,
        })
    }

    /// Which verdicts the report keeps.
    pub(super) fn include(&self) -> Include {
        self.include
    }

    /// Writes the report everywhere it is to go.
    pub(super) fn write(&self, mut report: Report) -> Result<Outcome, CliError> {
        report.show_from(self.min_severity);
        self.write_contents(&report)
    }

    /// The same for a report on disk.
    pub(super) fn write_folder(&self, mut report: FolderReport) -> Result<Outcome, CliError> {
        report.show_from(self.min_severity);
        self.write_contents(&report)
    }

    fn write_contents(&self, report: &dyn Contents) -> Result<Outcome, CliError> {
        let outcome = Outcome::of(report.head(), self.fail_on);
        for (path, format) in &self.files {
            report::write_file(report, *format, path)?;
        }
        report::write_stdout(report, self.format, self.terminal)?;
        Ok(outcome)
    }
}
