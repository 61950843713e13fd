//! What a scan would take, for a person at a terminal.

use anstyle::Style;

use super::output::Terminal;
use super::page::{Column, Page, TableRow};
use super::table::{DIM, PLAIN, amount};
use crate::inventory::{GapKind, MissedReason, RegionStatus};
use crate::scan::{Calls, Forecast, Slowest};

/// Regions that are listed, the slowest first.
const REGIONS: usize = 20;
/// Accounts that are named where something is wrong with them.
const ACCOUNTS: usize = 20;

/// The forecast as text.
pub fn plan_table(forecast: &Forecast, terminal: Terminal) -> String {
    let mut page = Page::new(terminal.width, terminal.colour);
    let share = match forecast.budget_percent {
        Some(percent) => format!("{percent} % of the quotas"),
        None => "no quotas".to_owned(),
    };
    let line = format!(
        "{} · {} · {} depth · {share}",
        amount(forecast.accounts.len() as u64, "account"),
        amount(forecast.functions, "function"),
        forecast.depth,
    );
    page.paragraph(0, Style::new().bold(), &line);
    let expected = format!(
        "{} calls in about {}, {} of it to find accounts and regions",
        forecast.calls.total(),
        duration(forecast.seconds),
        duration(forecast.discovery_seconds),
    );
    page.paragraph(0, PLAIN, &expected);
    if let Some(slowest) = &forecast.slowest {
        page.paragraph(0, PLAIN, &decisive(slowest));
    }
    regions(&mut page, forecast);
    budgets(&mut page, forecast);
    shut(&mut page, forecast);
    page.heading("Not counted, since it depends on answers");
    for note in &forecast.not_counted {
        page.paragraph(0, DIM, &format!("- {note}"));
    }
    page.finish()
}

/// From this width on calls are shown by quota.
const WIDE: usize = 100;

fn decisive(slowest: &Slowest) -> String {
    let place = match slowest.region.as_str() {
        "" => slowest.account.clone(),
        region => format!("{} {region}", slowest.account),
    };
    format!(
        "The slowest is {place}: {} of {} at {:.1} a second take {}.",
        amount(slowest.calls, "call"),
        slowest.budget,
        slowest.per_second,
        duration(slowest.seconds),
    )
}

fn regions(page: &mut Page, forecast: &Forecast) {
    let mut rows: Vec<_> = forecast
        .accounts
        .iter()
        .flat_map(|account| account.regions.iter().map(move |region| (account, region)))
        .filter(|(_, region)| region.status == RegionStatus::Scanned)
        .collect();
    rows.sort_by(|(_, one), (_, other)| other.seconds.total_cmp(&one.seconds));
    if rows.is_empty() {
        return;
    }
    page.heading("Regions with functions, slowest first");
    let wide = page.width() >= WIDE;
    let mut columns = vec![
        ("Account", Column::Text),
        ("Region", Column::Word),
        ("Functions", Column::Number),
    ];
    columns.extend(
        match wide {
            true => ["GetPolicy", "GetFunction", "Lambda, rest", "Others"].as_slice(),
            false => ["Calls"].as_slice(),
        }
        .iter()
        .map(|title| (*title, Column::Number)),
    );
    columns.push(("About", Column::Number));
    let hidden = rows.split_off(rows.len().min(REGIONS));
    let row = |(account, region): (&crate::scan::AccountForecast, &crate::scan::RegionForecast)| {
        let Calls {
            get_policy,
            get_function,
            other_lambda,
            other_services,
        } = region.calls;
        let mut cells = vec![
            format!("{} {}", account.id, account.name),
            region.region.clone(),
        ];
        let calls = [get_policy, get_function, other_lambda, other_services];
        cells.push(region.functions.to_string());
        match wide {
            true => cells.extend(calls.map(|count| count.to_string())),
            false => cells.push(calls.iter().sum::<u64>().to_string()),
        }
        cells.push(duration(region.seconds));
        TableRow {
            style: PLAIN,
            cells,
        }
    };
    page.table(&columns, rows.into_iter().map(row).collect());
    if let count @ 1.. = hidden.len() as u64 {
        page.paragraph(0, DIM, &format!("and {}", amount(count, "faster region")));
    }
}

fn budgets(page: &mut Page, forecast: &Forecast) {
    page.heading("Calls by quota, everywhere together");
    let columns = [
        ("Quota", Column::Text),
        ("Calls", Column::Number),
        ("Allowed a second", Column::Number),
    ];
    let rows = forecast.budgets.iter().map(|budget| {
        let allowed = match budget.documented {
            true => budget.quota_per_second.to_string(),
            false => format!("{} (our guess)", budget.quota_per_second),
        };
        TableRow {
            style: PLAIN,
            cells: vec![budget.budget.to_owned(), budget.calls.to_string(), allowed],
        }
    });
    page.table(&columns, rows.collect());
}

/// Accounts and regions that nobody gets into.
fn shut(page: &mut Page, forecast: &Forecast) {
    let mut lines = Vec::new();
    for missed in &forecast.missed {
        let (why, gap) = match &missed.reason {
            MissedReason::Unreachable(gap) => ("cannot be entered", gap.to_string()),
            MissedReason::Skipped(why) => ("is left out", why.clone()),
        };
        let name = format!("{} {}", missed.id, missed.name);
        lines.push(format!("{} {why}: {gap}", name.trim_end()));
    }
    for account in &forecast.accounts {
        for region in &account.regions {
            let place = format!("{} {}", account.id, region.region);
            match &region.status {
                RegionStatus::NotEnabled => lines.push(format!("{place} is not enabled")),
                RegionStatus::Denied(gap) if gap.kind == GapKind::ClosedByScp => {
                    lines.push(format!("{place} is closed by a service control policy"));
                }
                RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => {
                    lines.push(format!("{place} cannot be looked into: {gap}"));
                }
                RegionStatus::Scanned | RegionStatus::Empty => {}
            }
        }
        if let Some(gap) = &account.unlisted_regions {
            let id = &account.id;
            lines.push(format!(
                "{id}: regions that it opted into may be missing: {gap}"
            ));
        }
    }
    if lines.is_empty() {
        return;
    }
    page.heading("Not reached");
    for line in lines.iter().take(ACCOUNTS) {
        page.paragraph(0, PLAIN, line);
    }
    if let count @ 1.. = lines.len().saturating_sub(ACCOUNTS) {
        page.paragraph(
            0,
            DIM,
            &format!("and {count} more; `--format json` has all"),
        );
    }
}

/// Seconds for a person.
fn duration(seconds: f64) -> String {
    match seconds {
        ..9.95 => format!("{seconds:.1} s"),
        ..90.0 => format!("{seconds:.0} s"),
        ..5400.0 => format!("{:.1} min", seconds / 60.0),
        _ => format!("{:.1} h", seconds / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_as_exact_as_they_need_to_be() {
        let cases = [0.0, 3.12, 61.7, 367.0, 7200.0].map(duration);
        assert_eq!(cases, ["0.0 s", "3.1 s", "62 s", "6.1 min", "2.0 h"]);
    }
}
