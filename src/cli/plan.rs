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
use crate::inventory::{GapKind, MissedReason, RegionStatus};
use crate::report;
use crate::scan::{AccountForecast, Forecast, RegionForecast, listing, listing_all};

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

/// The exit code that says whether a scan would be complete: as its own, regions that are not enabled or that a service
/// control policy closes on purpose are no loss where others are open.
fn outcome(forecast: &Forecast) -> Outcome {
    let open = |region: &RegionForecast| {
        matches!(region.status, RegionStatus::Scanned | RegionStatus::Empty)
    };
    let lost = |account: &AccountForecast| {
        let regions = || account.regions.iter().map(|region| &region.status);
        let closed = |status: &RegionStatus| matches!(status, RegionStatus::Denied(gap) if gap.kind == GapKind::ClosedByScp);
        let failed = |status: &RegionStatus| {
            matches!(
                status,
                RegionStatus::Denied(_) | RegionStatus::Unreachable(_)
            )
        };
        let all_closed = regions().any(closed) && !account.regions.iter().any(open);
        all_closed || regions().any(|status| failed(status) && !closed(status))
    };
    let missed = forecast
        .missed
        .iter()
        .any(|missed| matches!(missed.reason, MissedReason::Unreachable(_)));
    let mut regions = forecast
        .accounts
        .iter()
        .flat_map(|account| &account.regions);
    if !regions.any(open) {
        Outcome::NothingScanned
    } else if missed || forecast.accounts.iter().any(lost) {
        Outcome::Incomplete
    } else {
        Outcome::Clean
    }
}
