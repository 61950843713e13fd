//! Where a report goes and what it says to the shell.

use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};

use super::args::{FailOn, OutputArgs};
use super::error::CliError;
use super::setup::Setup;
use crate::check::Severity;
use crate::disk::Scratch;
use crate::finding::{Contents, FolderReport, Include, Outcome, Report};
use crate::report::{self, Format, ReportError, Terminal};
use crate::terminal::clean;

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
        let failures = self.write_contents(&report);
        self.outcome(&report, failures, None)
    }

    /// The same for a report on disk. `failures`: what could not be written before, such as a snapshot.
    pub(super) fn write_folder(
        &self,
        mut report: FolderReport,
        kept: Kept,
        mut failures: Vec<CliError>,
    ) -> Result<Outcome, CliError> {
        report.show_from(self.min_severity);
        failures.extend(self.write_contents(&report));
        self.outcome(&report, failures, Some(kept))
    }

    /// Writes every output, whatever becomes of the others; gives what could not be written.
    fn write_contents(&self, report: &dyn Contents) -> Vec<CliError> {
        let files = self
            .files
            .iter()
            .map(|(path, format)| report::write_file(report, *format, path));
        let stdout = || report::write_stdout(report, self.format, self.terminal);
        let mut failures = Vec::new();
        for written in files.chain(std::iter::once_with(stdout)) {
            let Err(error) = written else { continue };
            // what cannot be read cannot be written either
            failures.push(CliError::Output(match report.failure() {
                Some((path, source)) => ReportError::Results { path, source },
                None => error,
            }));
        }
        failures
    }

    fn outcome(
        &self,
        report: &dyn Contents,
        failures: Vec<CliError>,
        kept: Option<Kept>,
    ) -> Result<Outcome, CliError> {
        if failures.is_empty() {
            let outcome = Outcome::of(report.head(), self.fail_on);
            if let (Outcome::NothingScanned, Some(why)) =
                (outcome, Outcome::nothing_scanned(report.head()))
            {
                // Where standard error is gone nobody can be told; the exit code says it too.
                let _ = writeln!(stderr(), "error: {}", clean(&why));
            }
            return Ok(outcome);
        }
        Err(CliError::Unwritten {
            failures,
            kept: kept.map(Kept::keep),
        })
    }
}

/// The folder of the results that a report is made of.
pub(super) enum Kept {
    /// It is gone at the end, unless something could not be written.
    Scratch(Scratch),
    /// It was asked for.
    At(PathBuf),
}

impl Kept {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Scratch(folder) => folder.path(),
            Self::At(path) => path,
        }
    }

    /// Leaves the folder where it is, and says where that is.
    pub(super) fn keep(self) -> PathBuf {
        match self {
            Self::Scratch(folder) => folder.keep(),
            Self::At(path) => path,
        }
    }
}
