//! `lamppost plan`: what a scan would take.

use std::sync::Arc;

use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::args::{PlanArgs, Shown};
use super::error::CliError;
use super::interrupt;
use super::progress::Watch;
use super::run::on_a_runtime;
use super::setup::{Setup, at_depth};
use crate::aws::transport::live;
use crate::aws::{Base, Connection};
use crate::check;
use crate::finding::Outcome;
use crate::inventory::{MissedReason, RegionStatus};
use crate::report;
use crate::scan::{Forecast, Reach, listing, listing_all};

pub(super) fn run(args: &PlanArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let registry = setup.registry(&args.checks)?;
    let checks = setup.select(&registry, &args.checks)?;
    let (checks, _) = at_depth(checks, &args.checks, args.depth.depth);
    let plan = check::plan(checks.iter().copied());
    let depth = args.depth.depth.max(plan.depth());
    let asked = if args.exact { listing_all } else { listing };
    let connection = Connection::rehearsing(live(), args.pace.limits(), asked);
    let selection = args.targets.selection(&setup.config.targets)?;
    let cancel = CancellationToken::new();
    let watch = Arc::new(Watch::new(setup.quiet, setup.verbose));
    let reach = Reach {
        regions: args.targets.regions(&setup.config.targets),
        excluded_regions: args.targets.excluded_regions(&setup.config.targets),
        progress: Arc::clone(&watch) as _,
        cancel: cancel.clone(),
        accounts_at_once: args.pace.accounts_at_once.into(),
        ..Reach::new(&connection, Base::Default, selection, plan.at(depth))
    };
    let forecast = on_a_runtime(async {
        interrupt::listen(cancel);
        watch.during(&connection, Forecast::of(&reach)).await
    })??;
    match args.format {
        Shown::Json => report::print_json(&json!(forecast))?,
        Shown::Table => report::print_text(&report::plan_table(&forecast, setup.terminal))?,
    }
    Ok(outcome(&forecast))
}

/// The exit code that says whether a scan would be complete.
fn outcome(forecast: &Forecast) -> Outcome {
    let regions = || {
        forecast
            .accounts
            .iter()
            .flat_map(|account| &account.regions)
    };
    let shut = |status: &RegionStatus| {
        matches!(
            status,
            RegionStatus::Denied(_) | RegionStatus::Unreachable(_)
        )
    };
    let missed = forecast
        .missed
        .iter()
        .any(|missed| matches!(missed.reason, MissedReason::Unreachable(_)));
    if regions().all(|region| shut(&region.status)) {
        Outcome::NothingScanned
    } else if missed || regions().any(|region| shut(&region.status)) {
        Outcome::Incomplete
    } else {
        Outcome::Clean
    }
}
