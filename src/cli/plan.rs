//! `lamppost plan`: what a scan would take.

use serde_json::json;

use super::args::{PlanArgs, Shown};
use super::error::CliError;
use super::run::look;
use super::setup::{Setup, at_depth};
use crate::aws::Connection;
use crate::aws::transport::live;
use crate::check;
use crate::finding::Outcome;
use crate::inventory::{MissedReason, RegionStatus};
use crate::report;
use crate::scan::{Forecast, listing, listing_all};

pub(super) fn run(args: &PlanArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let registry = setup.registry(&args.reach.checks)?;
    let checks = setup.select(&registry, &args.reach.checks)?;
    let chosen = at_depth(checks, &args.reach.checks, args.reach.depth.depth);
    let plan = check::plan(chosen.checks.iter().copied());
    let asked = if args.exact { listing_all } else { listing };
    let connection = Connection::rehearsing(live(), args.reach.pace.limits(), asked);
    let reach = args
        .reach
        .reach(&setup.config.targets, &connection, plan.at(chosen.depth))?;
    let forecast = look(setup, reach, Forecast::of)??;
    match args.format {
        Shown::Json => report::print_json(&json!(forecast))?,
        Shown::Table => report::print_drawn(&report::plan_table(&forecast, setup.terminal))?,
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
