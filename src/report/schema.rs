//! JSON Schemas of the machine formats, derived from the types that are written.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};

use super::json::Record;
use crate::finding::Report;

/// The schema of a JSON report.
pub fn report_schema() -> Schema {
    of::<Report>()
}

/// The schema of one line of an NDJSON report.
pub fn record_schema() -> Schema {
    of::<Record<'_>>()
}

fn of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
}
