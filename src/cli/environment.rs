//! Variables of the environment that Lamppost reads, before anything reads them.
//!
//! CI systems leave a variable unset by leaving it empty. Whether an empty variable counts is decided here for all of
//! them, those that the AWS SDK reads included: a process cannot take back its own environment without unsafe code, so
//! it starts itself again without the empty ones.

use std::ffi::{OsStr, OsString};
use std::io;

use super::error::CliError;

/// What the names of variables begin with that Lamppost or the AWS SDK reads.
const READ: [&str; 2] = ["LAMPPOST_", "AWS_"];

/// Variables that hold paths, which need not be text.
const PATHS: [&str; 4] = [
    "LAMPPOST_CONFIG",
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
];

/// Makes sure that every variable that is read holds a text.
///
/// # Errors
/// When one is not UTF-8, or the process cannot start again without the empty ones.
pub(super) fn settle() -> Result<(), CliError> {
    let variables = || std::env::vars_os().filter(|(name, _)| is_read(name));
    if let Some(name) = variables().find_map(|(name, value)| not_text(&name, &value)) {
        return Err(CliError::NotText(name));
    }
    let empty: Vec<OsString> = variables()
        .filter(|(_, value)| value.is_empty())
        .map(|(name, _)| name)
        .collect();
    match empty.first() {
        None => Ok(()),
        Some(first) => {
            let name = first.to_string_lossy().into_owned();
            Err(CliError::EmptyVariable {
                name,
                source: again_without(&empty),
            })
        }
    }
}

fn is_read(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    READ.iter().any(|prefix| name.starts_with(prefix))
}

fn not_text(name: &OsStr, value: &OsStr) -> Option<String> {
    let name = name.to_string_lossy();
    let is_path = PATHS.contains(&name.as_ref());
    (!is_path && value.to_str().is_none()).then(|| name.into_owned())
}

/// Becomes a new process of the same program without these variables; returns only where that fails.
#[cfg(unix)]
fn again_without(names: &[OsString]) -> io::Error {
    use std::os::unix::process::CommandExt as _;

    let program = match std::env::current_exe() {
        Ok(program) => program,
        Err(error) => return error,
    };
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    command.args(arguments);
    for name in names {
        command.env_remove(name);
    }
    command.exec()
}

/// Systems on which a variable that is set to nothing is not set.
#[cfg(not(unix))]
fn again_without(_: &[OsString]) -> io::Error {
    io::Error::from(io::ErrorKind::Unsupported)
}
