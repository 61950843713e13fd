//! Reports: one file per format, and the only room that writes to stdout.
//!
//! | format | ending | what it is |
//! |---|---|---|
//! | table | `.txt` | for a person at a terminal: the worst, what to fix first, what is not known |
//! | json | `.json` | the whole [`Report`](crate::finding::Report), one document |
//! | ndjson | `.ndjson`, `.jsonl` | the same as [`Record`]s, one line each |

#[cfg(feature = "live")]
mod doctor;
mod escape;
mod json;
mod output;
mod page;
#[cfg(feature = "live")]
mod plan;
mod print;
mod schema;
mod table;

pub use crate::terminal::{clean, is_harmful};
#[cfg(feature = "live")]
pub use doctor::doctor_table;
pub use json::Record;
pub use output::{Format, ReportError, Terminal, writable, write_file, write_stdout, write_to};
#[cfg(feature = "live")]
pub use plan::plan_table;
pub use print::{print_drawn, print_json, print_text};
pub use schema::{record_schema, report_schema};
