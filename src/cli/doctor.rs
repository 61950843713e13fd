//! `lamppost doctor`: what stands between a scan and its answers.

use serde_json::json;

use super::args::{DoctorArgs, Shown};
use super::error::CliError;
use super::run::look;
use super::setup::{Setup, at_depth};
use crate::aws::Connection;
use crate::check;
use crate::finding::Outcome;
use crate::report;
use crate::scan::Diagnosis;

pub(super) fn run(args: &DoctorArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let registry = setup.registry(&args.reach.checks)?;
    let checks = setup.select(&registry, &args.reach.checks)?;
    let chosen = at_depth(checks, &args.reach.checks, args.reach.depth.depth);
    let plan = check::plan(chosen.checks.iter().copied()).at(chosen.depth);
    let connection = Connection::live(args.reach.pace.limits());
    let reach = args.reach.reach(&setup.config.targets, &connection, plan)?;
    let diagnosis = look(setup, reach, Diagnosis::of)??;
    match args.format {
        Shown::Json => report::print_json(&json!(diagnosis))?,
        Shown::Table => report::print_drawn(&report::doctor_table(&diagnosis, setup.terminal))?,
    }
    Ok(if !diagnosis.has_entry() {
        Outcome::NothingScanned
    } else if diagnosis.is_whole() {
        Outcome::Clean
    } else {
        Outcome::Incomplete
    })
}
