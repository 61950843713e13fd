//! Text and JSON on stdout that is no report.

use std::io::{self, Write as _};

use serde_json::Value;

use super::output::ReportError;

/// Prints a text. A reader that leaves early, such as `head`, is no error.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_text(text: &str) -> Result<(), ReportError> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result.map_err(ReportError::Stdout),
    }
}

/// Prints a JSON document, indented.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_json(value: &Value) -> Result<(), ReportError> {
    print_text(&format!("{value:#}\n"))
}
