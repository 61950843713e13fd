//! Text and JSON on stdout that is no report.

use std::io::{self, Write as _};

use serde::Serialize as _;
use serde_json::Value;

use super::escape;
use super::output::ReportError;
use crate::terminal::clean_lines;

/// Prints a text, without anything that a terminal would obey. A reader that leaves early, such as
/// `head`, is no error.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_text(text: &str) -> Result<(), ReportError> {
    print_drawn(&clean_lines(text))
}

/// Prints a text in which everything that was not drawn here was made harmless when it was drawn.
///
/// # Errors
/// When stdout cannot be written.
pub fn print_drawn(text: &str) -> Result<(), ReportError> {
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
    let mut text = Vec::new();
    value
        .serialize(&mut escape::pretty(&mut text))
        .map_err(|error| ReportError::Stdout(error.into()))?;
    text.push(b'\n');
    // JSON is UTF-8
    print_drawn(&String::from_utf8_lossy(&text))
}
