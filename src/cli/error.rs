//! What can stop a command, in one line and with a hint where there is one.

use std::io::{Write as _, stderr};
use std::path::PathBuf;

use crate::check::{LoadError, SelectError};
use crate::config::ConfigError;
use crate::disk;
use crate::finding::{AssessError, FolderError, Outcome};
use crate::inventory::{SNAPSHOT_VERSION, SnapshotError};
use crate::report::ReportError;
#[cfg(feature = "live")]
use crate::scan::ScanError;
#[cfg(feature = "live")]
use crate::target::TargetError;
use crate::terminal::clean_lines;

/// The fewest characters of a key of fingerprints: 16 of hexadecimal digits are 64 bits, below which keys can be tried out.
#[cfg(feature = "live")]
pub(super) const KEY_LENGTH: usize = 16;

/// What can stop a command.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Load(#[from] LoadError),
    #[error(transparent)]
    Select(#[from] SelectError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Folder(#[from] FolderError),
    #[error(transparent)]
    Output(#[from] ReportError),
    #[cfg(feature = "live")]
    #[error(transparent)]
    Target(#[from] TargetError),
    #[error("`{0}` is not a check id: lower-case words of letters and digits, joined by `-`")]
    CheckId(String),
    #[error("the environment variable `{0}` is not valid UTF-8")]
    NotText(String),
    #[error(
        "the environment variable `{name}` is empty, and Lamppost cannot start again without it"
    )]
    EmptyVariable {
        name: String,
        source: std::io::Error,
    },
    #[error("no part of the facts is called `{part}`{}", suggestion(.nearest.as_ref()))]
    NoFact {
        part: String,
        nearest: Option<String>,
    },
    #[error("the snapshot has no function `{name}`{}", suggestion(.nearest.as_ref()))]
    NoFunction {
        name: String,
        nearest: Option<String>,
    },
    #[error("cannot read `{}`", path.display())]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("`{}`: {error}", path.display())]
    Policy {
        path: PathBuf,
        error: crate::policy::ParseError,
    },
    #[error("`--function-arn` ends in `{arn}`, but `--qualifier` says `{qualifier}`")]
    Qualifiers { arn: String, qualifier: String },
    #[cfg(feature = "live")]
    #[error("cannot write `{}`", path.display())]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("`{}` is not a report that this version of Lamppost reads: {why}", path.display())]
    NoReport { path: PathBuf, why: String },
    #[error("`{}` is {what}, not {wanted}", path.display())]
    OtherInput {
        path: PathBuf,
        what: &'static str,
        wanted: &'static str,
        help: &'static str,
    },
    #[error("`{}` and `{}` are the same file, and one output would replace the other", one.display(), other.display())]
    SameFile { one: PathBuf, other: PathBuf },
    #[error("`{}` is a report of format `{schema}`, which this version of Lamppost does not read", path.display())]
    OtherReport { path: PathBuf, schema: String },
    #[error("these generated files are not up to date: {0}")]
    Drift(String),
    #[error("{}", all(.failures))]
    Unwritten {
        failures: Vec<CliError>,
        /// Where what was found is kept.
        kept: Option<PathBuf>,
    },
    #[error(transparent)]
    Assess(#[from] AssessError),
    #[error("what is known cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    #[cfg(feature = "live")]
    #[error(transparent)]
    Recording(#[from] crate::aws::transport::RecordingError),
    #[cfg(feature = "live")]
    #[error("the detectors of secrets cannot be made")]
    Detector(#[from] crate::secret::RuleError),
    #[cfg(feature = "live")]
    #[error("no key for fingerprints can be drawn")]
    Key(#[from] crate::secret::KeyError),
    #[cfg(feature = "live")]
    #[error(
        "the environment variable `{0}`, which is to hold the key of the fingerprints, is not set"
    )]
    FingerprintKey(String),
    #[cfg(feature = "live")]
    #[error("the key of the fingerprints in `{0}` has less than {KEY_LENGTH} characters")]
    ShortKey(String),
    #[cfg(feature = "live")]
    #[error("`--mfa-serial` needs `--mfa-code` where no terminal can be asked for it")]
    NoMfaCode,
    #[cfg(feature = "live")]
    #[error("the code of the MFA device cannot be read")]
    MfaCode(#[source] std::io::Error),
    #[error("no temporary folder can be made")]
    Temporary(#[source] std::io::Error),
    #[cfg(feature = "live")]
    #[error("the asynchronous runtime cannot start")]
    Runtime(#[source] std::io::Error),
}

#[cfg(feature = "live")]
impl From<ScanError> for CliError {
    fn from(error: ScanError) -> Self {
        match error {
            ScanError::Target(error) => Self::Target(error),
            ScanError::Folder(error) => Self::Folder(error),
            ScanError::Assess(error) => Self::Assess(error),
        }
    }
}

fn suggestion(nearest: Option<&String>) -> String {
    nearest.map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

/// An error and its causes, in one line where they have none of their own.
fn chain(error: &CliError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

fn all(failures: &[CliError]) -> String {
    let each: Vec<String> = failures.iter().map(chain).collect();
    each.join("\nerror: ")
}

/// What a command that could not write says to the shell.
fn at_fault(error: &std::io::Error) -> Outcome {
    match disk::is_machine_fault(error) {
        true => Outcome::Internal,
        false => Outcome::Usage,
    }
}

impl CliError {
    /// The exit code.
    pub(super) fn outcome(&self) -> Outcome {
        match self {
            Self::Config(_)
            | Self::Load(_)
            | Self::Select(_)
            | Self::CheckId(_)
            | Self::NotText(_)
            | Self::EmptyVariable { .. }
            | Self::NoFact { .. }
            | Self::NoFunction { .. }
            | Self::Read { .. }
            | Self::Policy { .. }
            | Self::Qualifiers { .. }
            | Self::NoReport { .. }
            | Self::OtherInput { .. }
            | Self::SameFile { .. }
            | Self::OtherReport { .. }
            | Self::Drift(_) => Outcome::Usage,
            #[cfg(feature = "live")]
            Self::FingerprintKey(_) | Self::ShortKey(_) | Self::NoMfaCode | Self::MfaCode(_) => {
                Outcome::Usage
            }
            Self::Snapshot(SnapshotError::Write { source, .. })
            | Self::Folder(FolderError::Io { source, .. }) => at_fault(source),
            #[cfg(feature = "live")]
            Self::Write { source, .. } => at_fault(source),
            Self::Output(error) if error.is_machine_fault() => Outcome::Internal,
            Self::Snapshot(_) | Self::Folder(_) | Self::Output(_) => Outcome::Usage,
            // everything that was typed was right by then
            Self::Unwritten { .. } => Outcome::Internal,
            #[cfg(feature = "live")]
            Self::Target(error) if error.is_usage() => Outcome::Usage,
            #[cfg(feature = "live")]
            Self::Target(_) => Outcome::NothingScanned,
            Self::Assess(_) | Self::Json(_) | Self::Temporary(_) => Outcome::Internal,
            #[cfg(feature = "live")]
            Self::Recording(_) | Self::Detector(_) | Self::Key(_) | Self::Runtime(_) => {
                Outcome::Internal
            }
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Select(_) => {
                Some("`lamppost checks list --persona audit` lists them all".to_owned())
            }
            Self::NoFact { .. } => Some("`lamppost facts` shows them all".to_owned()),
            Self::Snapshot(SnapshotError::Version { version, .. }) => Some(
                match *version > SNAPSHOT_VERSION {
                    true => "update Lamppost",
                    false => "scan again with `--snapshot`",
                }
                .to_owned(),
            ),
            Self::Snapshot(SnapshotError::Truncated { .. }) => {
                Some("scan again and let it finish".to_owned())
            }
            Self::Snapshot(SnapshotError::Foreign { .. }) => {
                Some("`lamppost scan --snapshot FILE` writes a snapshot".to_owned())
            }
            Self::Snapshot(
                SnapshotError::Account { .. }
                | SnapshotError::Damaged { .. }
                | SnapshotError::Malformed { .. }
                | SnapshotError::Twice { .. }
                | SnapshotError::Ceiling { .. },
            ) => {
                Some("copy it again from where it was written, or scan again".to_owned())
            }
            Self::Folder(FolderError::Elsewhere { .. }) => Some(
                "`--resume` continues a run with the credentials and endpoints that it was begun with; another run \
                 needs another folder"
                    .to_owned(),
            ),
            Self::Folder(FolderError::Stray(path)) => Some(format!(
                "move `{}` and the file beside it back to the run folder that it comes from",
                path.display()
            )),
            Self::Folder(FolderError::Damaged(_) | FolderError::Lost { .. }) => Some(
                "copy the folder again from where it was written, or scan into a new one".to_owned(),
            ),
            Self::Folder(FolderError::Foreign { .. }) => {
                Some("`lamppost scan --run FOLDER` writes a run folder".to_owned())
            }
            Self::Folder(FolderError::Busy(_)) => {
                Some("wait for it to end, or use another folder".to_owned())
            }
            Self::Folder(FolderError::Version { .. }) => Some(
                "scan again into a new folder, or use the version of Lamppost that wrote it"
                    .to_owned(),
            ),
            Self::Folder(FolderError::Twice { .. }) => Some(
                "leave one of the folders out: shards of one run share no account".to_owned(),
            ),
            Self::Folder(FolderError::Different { .. }) => Some(
                "runs that are resumed or joined are made with the same options; another run needs another folder"
                    .to_owned(),
            ),
            Self::Unwritten {
                kept: Some(kept), ..
            } => Some(format!(
                "what was found is kept in `{0}`: `lamppost merge {0} --output FILE` writes it",
                kept.display()
            )),
            Self::Config(ConfigError::Read { .. }) => {
                Some("`--config` and LAMPPOST_CONFIG name the file; `--no-config` uses none".to_owned())
            }
            Self::NotText(name) | Self::EmptyVariable { name, .. } => {
                Some(format!("unset `{name}`, or set it to a text"))
            }
            Self::Folder(FolderError::Taken(_)) => Some("`--resume` goes on with it".to_owned()),
            Self::OtherInput { help, .. } => Some((*help).to_owned()),
            Self::NoReport { .. } => Some(
                "`--output FILE.json` of this version writes a report that it reads".to_owned(),
            ),
            Self::OtherReport { .. } => {
                Some("use the version of Lamppost that wrote it, or scan again".to_owned())
            }
            Self::SameFile { .. } => Some("give each output a file of its own".to_owned()),
            Self::Qualifiers { .. } => Some("leave `--qualifier` out, or out of the ARN".to_owned()),
            Self::Load(LoadError::Nothing(_)) => {
                Some("check files end in `.toml`; `lamppost checks new ID` prints one".to_owned())
            }
            Self::Drift(_) => Some("`cargo run -- generate .` writes them".to_owned()),
            #[cfg(feature = "live")]
            Self::FingerprintKey(name) | Self::ShortKey(name) => Some(format!(
                "set `{name}` to a random text that is kept, such as that of `openssl rand -hex 32`"
            )),
            #[cfg(feature = "live")]
            Self::NoMfaCode => Some("give `--mfa-code`, or run in a terminal".to_owned()),
            #[cfg(feature = "live")]
            Self::Target(error) => error.help(),
            _ => None,
        }
    }

    /// Tells a person on standard error.
    pub(super) fn tell(&self, colour: bool) {
        let (red, bold, plain) = if colour {
            ("\u{1b}[1;31m", "\u{1b}[1m", "\u{1b}[0m")
        } else {
            ("", "", "")
        };
        let said = clean_lines(&chain(self)).to_string();
        // A picture of the place in a file begins with the word itself.
        let said = said.strip_prefix("error: ").unwrap_or(&said);
        let mut text = format!("{red}error{plain}: {said}");
        if let Some(help) = self.help() {
            text.push_str(&format!("\n{bold}help{plain}: {}", clean_lines(&help)));
        }
        // Where standard error is gone nobody can be told.
        let _ = writeln!(stderr(), "{text}");
    }
}
