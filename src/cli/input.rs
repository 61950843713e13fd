//! What kind of file was given, where a command reads what another one wrote.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;

use serde::Deserialize;

use super::error::CliError;
use crate::disk::{self, Ceiling};
use crate::finding::{Report, RunFolder, SCHEMA};
use crate::inventory::{self, ZSTD_MAGIC};
use crate::plain::plain;

/// The largest JSON report: what ten thousand accounts give is below it, and it fits into the memory that reading it takes.
const REPORT: Ceiling = Ceiling {
    of: "reports",
    bytes: 1 << 30,
};

/// How much of a file tells its kind: more than one block of what is compressed.
const HEAD: u64 = 256 << 10;

/// Kind of what a command reads.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Report,
    Snapshot,
    Run,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Report => "a JSON report",
            Self::Snapshot => "a snapshot",
            Self::Run => "a run folder",
        }
    }

    /// The command that reads it.
    fn command(self) -> &'static str {
        match self {
            Self::Report => "`lamppost report` reads it",
            Self::Snapshot => "`lamppost evaluate` reads it",
            Self::Run => "`lamppost merge` reads it",
        }
    }

    /// The command that writes it.
    fn writer(self) -> &'static str {
        match self {
            Self::Report => "`--output FILE.json` writes a JSON report",
            Self::Snapshot => "`lamppost scan --snapshot FILE` writes a snapshot",
            Self::Run => "`lamppost scan --run FOLDER` writes a run folder",
        }
    }
}

/// Refuses what is plainly of another kind; the reader of the kind says what else is wrong.
///
/// # Errors
/// When the path holds nothing, cannot be read, or holds something else.
pub(super) fn expect(path: &Path, wanted: Kind) -> Result<(), CliError> {
    let found = found(path).map_err(|source| CliError::Read {
        path: path.to_owned(),
        source,
    })?;
    let (what, help) = match found {
        Found::Kind(kind) if kind == wanted => return Ok(()),
        Found::Kind(kind) => (kind.name(), kind.command()),
        Found::Stream => ("standard input", "save it to a file, and name that"),
        Found::Other(what) => (what, wanted.writer()),
        // what is of no known kind may be a damaged one of the wanted
        Found::Unknown if wanted == Kind::Run => ("a file", wanted.writer()),
        Found::Unknown => return Ok(()),
    };
    Err(CliError::OtherInput {
        path: path.to_owned(),
        what,
        wanted: wanted.name(),
        help,
    })
}

/// What stands at a path.
enum Found {
    Kind(Kind),
    /// Standard input, which is no file.
    Stream,
    /// Something that no command reads.
    Other(&'static str),
    Unknown,
}

fn found(path: &Path) -> io::Result<Found> {
    if path.as_os_str() == "-" && !path.exists() {
        return Ok(Found::Stream);
    }
    if fs::metadata(path)?.is_dir() {
        return Ok(match RunFolder::exists(path) {
            true => Found::Kind(Kind::Run),
            false => Found::Other("a folder"),
        });
    }
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(of(&head))
}

fn of(head: &[u8]) -> Found {
    if head.is_empty() {
        return Found::Other("empty");
    }
    if head.starts_with(&ZSTD_MAGIC) {
        let header = inventory::header(head).unwrap_or_default();
        return match header.get("lamppost").and_then(|kind| kind.as_str()) {
            Some("snapshot") => Found::Kind(Kind::Snapshot),
            _ if header.get("lamppost_recording").is_some() => {
                Found::Other("a recording of API traffic")
            }
            _ => Found::Unknown,
        };
    }
    let text = String::from_utf8_lossy(head);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.is_empty() {
        return Found::Other("empty");
    }
    #[derive(Deserialize)]
    struct Line {
        #[serde(rename = "record")]
        _record: String,
    }
    let first = text.lines().next().unwrap_or_default();
    if serde_json::from_str::<Line>(first).is_ok() {
        return Found::Other("an NDJSON report");
    }
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let begins = |key: &str| compact.contains(&format!("\"schema\":\"{key}/"));
    match compact.as_str() {
        _ if begins("lamppost-report") => Found::Kind(Kind::Report),
        _ if begins("lamppost-plan") => Found::Other("an estimate of `lamppost plan`"),
        _ if begins("lamppost-doctor") => Found::Other("an answer of `lamppost doctor`"),
        _ if compact.contains("\"runs\":[") && compact.to_lowercase().contains("sarif") => {
            Found::Other("a SARIF report")
        }
        _ => Found::Unknown,
    }
}

/// Reads a JSON report.
///
/// # Errors
/// When the file cannot be read, is too large, or holds no report that this version reads.
pub(super) fn report(path: &Path) -> Result<Report, CliError> {
    #[derive(Deserialize)]
    struct Version {
        schema: String,
    }
    expect(path, Kind::Report)?;
    let text = disk::read_text(path, REPORT).map_err(|source| CliError::Read {
        path: path.to_owned(),
        source,
    })?;
    let wrong = |error: &serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        let why = match error.classify() {
            serde_json::error::Category::Eof => "it breaks off".to_owned(),
            serde_json::error::Category::Data => plain(&error.to_string()),
            _ => format!("it is not JSON at line {line}, column {column}"),
        };
        CliError::NoReport {
            path: path.to_owned(),
            why,
        }
    };
    let version: Version = serde_json::from_str(&text).map_err(|error| wrong(&error))?;
    if version.schema != SCHEMA {
        return Err(CliError::OtherReport {
            path: path.to_owned(),
            schema: version.schema,
        });
    }
    serde_json::from_str(&text).map_err(|error| wrong(&error))
}
