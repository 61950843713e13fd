//! A diagnosis for a person at a terminal.

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use super::output::Terminal;
use super::page::{Column, Page, TableRow};
use super::table::{DIM, PLAIN, amount};
use crate::inventory::{DeniedBy, MissedReason, RegionStatus};
use crate::scan::{AccountDiagnosis, Answer, Caller, Diagnosis, RegionEntry, Remedy};

/// Accounts that are listed.
const ACCOUNTS: usize = 40;

/// The diagnosis as text.
pub fn doctor_table(diagnosis: &Diagnosis, terminal: Terminal) -> String {
    let mut page = Page::new(terminal.width, terminal.colour);
    for caller in &diagnosis.callers {
        identity(&mut page, caller);
    }
    accounts(&mut page, diagnosis);
    shut(&mut page, diagnosis);
    if !diagnosis.remedies.is_empty() {
        page.heading("What would mend it");
        for (number, remedy) in diagnosis.remedies.iter().enumerate() {
            mend(&mut page, number + 1, remedy);
        }
    }
    page.end();
    let (style, verdict) = match (diagnosis.has_entry(), diagnosis.is_whole()) {
        (false, _) => (BAD, "Nothing can be scanned."),
        (true, false) => (BAD, "A scan would be incomplete."),
        (true, true) => (GOOD, "All is well: a scan would miss nothing."),
    };
    page.paragraph(0, style, verdict);
    page.finish()
}

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

fn identity(page: &mut Page, caller: &Caller) {
    page.paragraph(0, Style::new().bold(), &caller.arn);
    let mut line = format!(
        "account {} · partition {} · region {}",
        caller.account, caller.partition, caller.region
    );
    if let Some(profile) = &caller.profile {
        line.push_str(&format!(" · profile {profile}"));
    }
    if !caller.source.is_empty() {
        line.push_str(&format!(" · from {}", caller.source.join(", ")));
    }
    if let Some(end) = caller.expires {
        line.push_str(&format!(" · until {}", end.strftime("%Y-%m-%d %H:%M UTC")));
    }
    if let Some(endpoint) = &caller.endpoint {
        line.push_str(&format!(" · at {endpoint} instead of AWS"));
    }
    for (service, endpoint) in &caller.service_endpoints {
        line.push_str(&format!(" · {service} at {endpoint} instead of AWS"));
    }
    page.paragraph(0, PLAIN, &line);
}

fn accounts(page: &mut Page, diagnosis: &Diagnosis) {
    if diagnosis.accounts.is_empty() {
        return;
    }
    page.heading("Accounts");
    let columns = [
        ("Account", Column::Text),
        ("Regions", Column::Number),
        ("Actions allowed", Column::Number),
        ("Denied", Column::Text),
    ];
    let rows = diagnosis.accounts.iter().take(ACCOUNTS).map(row).collect();
    page.table(&columns, rows);
    if let count @ 1.. = diagnosis.accounts.len().saturating_sub(ACCOUNTS) {
        page.paragraph(
            0,
            DIM,
            &format!("and {count} more; `--format json` has all"),
        );
    }
}

fn row(account: &AccountDiagnosis) -> TableRow {
    let open = account.regions.iter().filter(|region| region.is_open());
    let with = |answer: Answer| {
        account
            .actions
            .iter()
            .filter(move |action| action.answer == answer)
    };
    let tried = account.actions.len() - with(Answer::Untried).count();
    let denied: Vec<String> = with(Answer::Denied)
        .map(|action| action.action.clone())
        .chain(with(Answer::Failed).map(|action| format!("{} (failed)", action.action)))
        .collect();
    TableRow {
        style: if denied.is_empty() { GOOD } else { BAD },
        cells: vec![
            format!("{} {}", account.id, account.name),
            format!("{} of {}", open.count(), account.regions.len()),
            format!("{} of {tried}", with(Answer::Allowed).count()),
            denied.join(", "),
        ],
    }
}

/// Accounts and regions that nobody gets into, by what keeps them shut.
fn shut(page: &mut Page, diagnosis: &Diagnosis) {
    let mut lines: Vec<String> = diagnosis.stopped.iter().cloned().collect();
    for missed in &diagnosis.missed {
        let name = format!("{} {}", missed.id, missed.name);
        let name = name.trim_end();
        lines.push(match &missed.reason {
            MissedReason::Unreachable(gap) => format!("{name} cannot be entered: {gap}"),
            MissedReason::Skipped(why) => format!("{name} is left out: {why}"),
        });
    }
    for account in &diagnosis.accounts {
        let mut regions: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for region in &account.regions {
            if let Some(why) = why(region) {
                regions.entry(why).or_default().push(&region.region);
            }
        }
        for (why, regions) in regions {
            lines.push(format!("{} {}: {why}", account.id, regions.join(", ")));
        }
        if let Some(gap) = &account.unlisted_regions {
            lines.push(format!(
                "{}: regions that it opted into may be missing: {gap}",
                account.id
            ));
        }
    }
    if lines.is_empty() {
        return;
    }
    page.heading("Not reached");
    for line in lines {
        page.paragraph(0, PLAIN, &line);
    }
}

fn why(region: &RegionEntry) -> Option<String> {
    match (&region.status, &region.denial) {
        (RegionStatus::NotEnabled, _) => Some("not enabled".to_owned()),
        _ if region.is_closed() => Some("closed by a service control policy".to_owned()),
        (RegionStatus::Denied(gap), Some(denial)) if denial.by != DeniedBy::Unsaid => {
            Some(format!("{} denied by {}", gap.operation, denial.by.a()))
        }
        (RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap), _) => Some(gap.to_string()),
        _ => None,
    }
}

fn mend(page: &mut Page, number: usize, remedy: &Remedy) {
    let mut actions: Vec<&str> = remedy.actions.iter().map(String::as_str).collect();
    let many = actions.len().saturating_sub(4);
    actions.truncate(4);
    let mut line = format!("{number}. {}", actions.join(", "));
    if many > 0 {
        line.push_str(&format!(" and {many} more"));
    }
    let how = match (remedy.by, remedy.explicit) {
        (DeniedBy::Unsaid, _) => "denied, AWS does not say by what".to_owned(),
        (by, true) => format!("denied by a statement of {}", by.a()),
        (by, false) => format!("allowed by no {by}"),
    };
    page.paragraph(0, Style::new().bold(), &format!("{line}: {how}"));
    let mut accounts: Vec<&str> = remedy.accounts.iter().map(String::as_str).collect();
    let count = accounts.len() as u64;
    accounts.truncate(5);
    let place = match count {
        ..=5 => format!("in {}", accounts.join(", ")),
        _ => format!(
            "in {}, {} and others",
            amount(count, "account"),
            accounts.join(", ")
        ),
    };
    page.paragraph(3, DIM, &place);
    page.paragraph(3, DIM, &format!("AWS says: {}", remedy.message));
    page.paragraph(3, PLAIN, &remedy.advice);
    if let Some(statement) = &remedy.statement {
        for line in format!("{statement:#}").lines() {
            page.put(PLAIN, "     ").put(PLAIN, line).end();
        }
    }
}
