//! Where reports go: stdout, or files that appear whole or not at all.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal as _, Write};
use std::path::{Path, PathBuf};

use anstream::AutoStream;
use clap::ValueEnum;
use thiserror::Error;

use super::{json, table};
use crate::disk::{self, AT_ONCE, Draft};
use crate::finding::Contents;

/// A format of reports.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Format {
    /// For a person at a terminal.
    Table,
    /// One JSON document.
    Json,
    /// One JSON document a line.
    Ndjson,
}

impl Format {
    /// The format that a file's name asks for.
    ///
    /// # Errors
    /// When the ending stands for no format.
    pub fn of_path(path: &Path) -> Result<Self, ReportError> {
        let ending = path.extension().and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("txt") => Ok(Self::Table),
            Some("json") => Ok(Self::Json),
            Some("ndjson" | "jsonl") => Ok(Self::Ndjson),
            _ => Err(ReportError::Ending(path.to_owned())),
        }
    }
}

/// What a report cannot be written for.
#[derive(Debug, Error)]
pub enum ReportError {
    /// The file's name does not say its format; wrong usage.
    #[error(
        "the ending of `{}` stands for no format: use .json, .ndjson, .jsonl or .txt (`--format` is for standard output)",
        .0.display()
    )]
    Ending(PathBuf),
    /// The file could not be written.
    #[error("cannot write the report to `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// What is kept of a run could not be read while the report was written.
    #[error("the report cannot be finished: `{}` cannot be read", path.display())]
    Results {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Stdout could not be written, for another reason than its reader having left.
    #[error("cannot write the report to stdout")]
    Stdout(#[source] io::Error),
}

impl ReportError {
    /// Whether the machine, rather than what was typed, is at fault.
    pub fn is_machine_fault(&self) -> bool {
        match self {
            Self::Ending(_) => false,
            Self::File { source, .. } => disk::is_machine_fault(source),
            Self::Results { .. } | Self::Stdout(_) => true,
        }
    }
}

/// What a table is drawn for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Terminal {
    /// Columns.
    pub width: usize,
    /// Whether it shows colour.
    pub colour: bool,
}

impl Terminal {
    /// A file: no colour, and wide enough for its tables.
    pub const FILE: Self = Self {
        width: 120,
        colour: false,
    };

    /// As wide as the terminal that stdout is, if it is one.
    pub fn of_stdout(colour: bool) -> Self {
        let stdout = io::stdout();
        let width = stdout
            .is_terminal()
            .then(|| terminal_size::terminal_size_of(&stdout))
            .flatten()
            .map_or(Self::FILE.width, |(width, _)| usize::from(width.0));
        Self { width, colour }
    }
}

/// Writes a report to anything.
///
/// # Errors
/// What the writer answers.
pub fn write_to(
    report: &dyn Contents,
    format: Format,
    terminal: Terminal,
    mut to: impl Write,
) -> io::Result<()> {
    match format {
        Format::Table => to.write_all(table::render(&report.overview()?, terminal).as_bytes()),
        Format::Json => json::pretty(report, to),
        Format::Ndjson => json::lines(report, to),
    }
}

/// Writes a report to stdout. A reader that leaves early, such as `head`, is no error.
///
/// # Errors
/// When stdout cannot be written.
pub fn write_stdout(
    report: &dyn Contents,
    format: Format,
    terminal: Terminal,
) -> Result<(), ReportError> {
    // Whether there is colour was decided when it was drawn; the stream only translates it for
    // consoles that need that.
    stream(
        report,
        format,
        terminal,
        AutoStream::always(io::stdout().lock()),
    )
}

fn stream(
    report: &dyn Contents,
    format: Format,
    terminal: Terminal,
    to: impl Write,
) -> Result<(), ReportError> {
    let mut out = BufWriter::with_capacity(AT_ONCE, to);
    match write_to(report, format, terminal, &mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(ReportError::Stdout),
    }
}

/// Writes a report to a file that only its owner may read. The file is written beside its name
/// and renamed, so that a reader never sees half a report; a pipe or device is written in place. Links
/// that others made are not followed.
///
/// # Errors
/// When the file cannot be written; what stood there before is then untouched.
pub fn write_file(report: &dyn Contents, format: Format, path: &Path) -> Result<(), ReportError> {
    let write = || {
        let draft = match Place::of(path)? {
            Place::Device(device) => return fill(report, format, &device),
            Place::File(draft) => draft,
        };
        let mut to = BufWriter::with_capacity(AT_ONCE, draft);
        write_to(report, format, Terminal::FILE, &mut to)?;
        let draft = to.into_inner().map_err(io::IntoInnerError::into_error)?;
        draft.sync()?;
        draft.place()
    };
    write().map_err(|source| ReportError::File {
        path: path.to_owned(),
        source,
    })
}

/// Where a report is written.
enum Place {
    /// A file beside its name.
    File(Draft),
    /// A pipe, a terminal or another device, as it is.
    Device(File),
}

impl Place {
    fn of(path: &Path) -> io::Result<Self> {
        let there = fs::metadata(path);
        if there.as_ref().is_ok_and(fs::Metadata::is_dir) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if there.is_ok_and(|there| !there.is_file()) {
            // a file of one's own tells whose links may be followed
            let target = disk::followed(path, &tempfile::tempfile().map_err(disk::bare)?)?;
            return Ok(Self::Device(File::options().write(true).open(target)?));
        }
        Ok(Self::File(Draft::of(path)?))
    }
}

/// Whether a report could be written to a file, asked before a long scan rather than after it.
///
/// # Errors
/// When its folder takes no new file.
pub fn writable(path: &Path) -> Result<(), ReportError> {
    // a pipe is only opened once there is something to write
    let there = fs::metadata(path);
    if there.is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return Ok(());
    }
    Place::of(path)
        .map(drop)
        .map_err(|source| ReportError::File {
            path: path.to_owned(),
            source,
        })
}

fn fill(report: &dyn Contents, format: Format, file: &File) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(AT_ONCE, file);
    write_to(report, format, Terminal::FILE, &mut out)?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{FolderReport, Include, Mode, RunFolder, RunInfo, Terms};

    struct Broken(io::ErrorKind);

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(self.0.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_reader_that_leaves_is_no_error_and_a_full_disk_is() {
        let moment = "2026-11-20T08:00:00Z".parse().unwrap();
        let info = RunInfo {
            version: "0.1.0".to_owned(),
            mode: Mode::Live,
            checks: Vec::new(),
            depth: crate::operation::Depth::Deep,
            checks_left_out: Vec::new(),
            checks_in_part: Vec::new(),
            include: Include::default(),
            terms: Terms::default(),
            admitted: crate::finding::ReportTerms::default(),
            accept: Vec::new(),
        };
        let kept = tempfile::tempdir().unwrap();
        let folder = RunFolder::create(kept.path(), info, moment).unwrap();
        let report = FolderReport::of(&[folder]).unwrap();
        for format in [Format::Table, Format::Json, Format::Ndjson] {
            let write = |kind| stream(&report, format, Terminal::FILE, Broken(kind));
            assert!(write(io::ErrorKind::BrokenPipe).is_ok(), "{format:?}");
            assert!(write(io::ErrorKind::StorageFull).is_err(), "{format:?}");
        }
    }
}
