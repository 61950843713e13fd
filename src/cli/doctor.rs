//! `lamppost doctor`: what stands between a scan and its answers.

use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::args::{DoctorArgs, Shown};
use super::error::CliError;
use super::interrupt;
use super::progress::Watch;
use super::run::on_a_runtime;
use super::setup::{Setup, at_depth};
use crate::aws::{Base, Connection};
use crate::check;
use crate::finding::Outcome;
use crate::report;
use crate::scan::{Diagnosis, Reach};

pub(super) fn run(args: &DoctorArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let registry = setup.registry(&args.checks)?;
    let checks = setup.select(&registry, &args.checks)?;
    let (checks, _) = at_depth(checks, &args.checks, args.depth.depth);
    let plan = check::plan(checks.iter().copied());
    let connection = Connection::live(args.pace.limits());
    let selection = args.targets.selection(&setup.config.targets)?;
    let cancel = CancellationToken::new();
    let watch = Arc::new(Watch::new(setup.quiet, setup.verbose));
    let reach = Reach {
        regions: args.targets.regions(&setup.config.targets),
        excluded_regions: args.targets.excluded_regions(&setup.config.targets),
        progress: Arc::clone(&watch) as _,
        cancel: cancel.clone(),
        accounts_at_once: args.pace.accounts_at_once.into(),
        ..Reach::new(&connection, Base::Default, selection, plan)
    };
    let diagnosis = on_a_runtime(async {
        interrupt::listen(cancel);
        watch.during(&connection, Diagnosis::of(&reach)).await
    })??;
    match args.format {
        Shown::Json => report::print_json(&json!(diagnosis))?,
        Shown::Table => report::print_text(&report::doctor_table(&diagnosis, setup.terminal))?,
    }
    Ok(if !diagnosis.has_entry() {
        Outcome::NothingScanned
    } else if diagnosis.is_whole() {
        Outcome::Clean
    } else {
        Outcome::Incomplete
    })
}
