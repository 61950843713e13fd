//! Where a report goes and what it says to the shell.

use std::fs;
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
    quiet: bool,
}

impl Output {
    /// `fail_on` is what holds where nothing was typed; `others` are files of the command besides reports.
    pub(super) fn prepare(
        args: &OutputArgs,
        setup: &Setup,
        fail_on: FailOn,
        others: &[&Path],
    ) -> Result<Self, CliError> {
        distinct(
            others
                .iter()
                .copied()
                .chain(args.files.iter().map(PathBuf::as_path)),
        )?;
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
            quiet: setup.quiet,
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
            if Outcome::is_empty_part(report.head()) && !self.quiet {
                let shard = report.head().run.scope.shard.as_deref();
                let shard = shard.unwrap_or_default();
                // Where standard error is gone nobody can be told.
                let _ = writeln!(stderr(), "note: no account is in shard {shard}");
            }
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

/// Refuses files that are one and the same, by whatever names: the last one written would replace the others.
fn distinct<'p>(paths: impl Iterator<Item = &'p Path>) -> Result<(), CliError> {
    let mut seen: Vec<(PathBuf, &Path)> = Vec::new();
    for path in paths {
        // what is no file, such as a pipe, takes one after the other
        let there = fs::metadata(path);
        if there.as_ref().is_ok_and(|there| !there.is_file()) {
            continue;
        }
        let place = place(path);
        let same =
            |(known, other): &&(PathBuf, &Path)| *known == place || is_same_file(other, path);
        if let Some((_, other)) = seen.iter().find(same) {
            return Err(CliError::SameFile {
                one: (*other).to_owned(),
                other: path.to_owned(),
            });
        }
        seen.push((place, path));
    }
    Ok(())
}

/// Where a file is or would be: without links and without detours.
fn place(path: &Path) -> PathBuf {
    if let Ok(there) = fs::canonicalize(path) {
        return there;
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    folder.join(path.file_name().unwrap_or_default())
}

/// Whether two names stand for one file, which hard links do.
#[cfg(unix)]
fn is_same_file(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    let id = |path| {
        let there = fs::metadata(path).ok()?;
        Some((there.dev(), there.ino()))
    };
    id(one).is_some_and(|one| Some(one) == id(other))
}

/// Whether two names stand for one file: not looked into on systems where that takes a handle.
#[cfg(not(unix))]
fn is_same_file(_: &Path, _: &Path) -> bool {
    false
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
