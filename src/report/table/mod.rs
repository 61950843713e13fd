//! The report for a person at a terminal: what is worst, what to do first, what is not known.

mod causes;
mod fixes;
mod gaps;
mod terms;

use std::collections::BTreeMap;

use anstyle::{AnsiColor, Style};

use super::output::Terminal;
use super::page::{Column, Page, TableRow};
use crate::check::Severity;
use crate::finding::{
    AcceptanceUse, AccountSummary, FunctionRecord, GapRecord, Grade, GradeCounts, Mode,
    RegionReach, RegionTarget, Report, Target, TargetReach,
};

/// Accounts that are listed before the rest is only counted.
const ACCOUNTS: usize = 20;
/// Functions that are listed.
const FUNCTIONS: usize = 10;
/// Failed checks that are listed for one function.
const FACTORS: usize = 4;
/// From this width on a function's place has columns of its own.
const WIDE: usize = 120;

/// The report as text.
pub(super) fn render(report: &Report, terminal: Terminal) -> String {
    let mut page = Page::new(terminal.width, terminal.colour);
    heading(&mut page, report);
    accounts(&mut page, report);
    functions(&mut page, report);
    fixes::render(&mut page, report);
    causes::render(&mut page, report);
    gaps::render(&mut page, report);
    coverage(&mut page, report);
    page.finish()
}

pub(super) const PLAIN: Style = Style::new();
pub(super) const DIM: Style = Style::new().dimmed();

fn heading(page: &mut Page, report: &Report) {
    let run = &report.run;
    let mode = match run.mode {
        Mode::Live => "scan",
        Mode::Demo => "demo",
        Mode::Snapshot => "snapshot",
    };
    let line = format!(
        "lamppost {} · {mode} of {} · {} · {}",
        run.version,
        run.started.strftime("%Y-%m-%d %H:%M UTC"),
        amount(report.summary.targets.accounts_scanned, "account"),
        amount(report.summary.functions_listed, "function"),
    );
    page.paragraph(0, Style::new().bold(), &line);
    terms::render(page, report);
    if run.interrupted {
        page.paragraph(
            0,
            severity_style(Severity::High),
            "Interrupted: this is what was there by then.",
        );
    }
    page.end();
    let summary = &report.summary;
    match summary.grade {
        None => page.put(PLAIN, "No function was graded."),
        Some(grade) => page
            .put(PLAIN, "Grade ")
            .put(grade_style(grade), &graded(grade, summary.at_most))
            .put(PLAIN, "  (")
            .put(PLAIN, &grade_counts(&summary.grades))
            .put(PLAIN, ")"),
    };
    page.end();
    if summary.accounts_evaluated > 0 {
        let counts = grade_counts(&summary.account_grades);
        page.put(PLAIN, "Account grades ");
        match summary.account_grades.worst() {
            Some(worst) => page.put(grade_style(worst), &counts),
            None => page.put(DIM, &counts),
        };
        page.end();
    }
    let severities = &summary.severities;
    let counts = [
        (Severity::Critical, severities.critical, "critical"),
        (Severity::High, severities.high, "high"),
        (Severity::Medium, severities.medium, "medium"),
        (Severity::Low, severities.low, "low"),
    ];
    page.put(PLAIN, "Findings ");
    for (n, (severity, count, name)) in counts.into_iter().enumerate() {
        let style = if count > 0 {
            severity_style(severity)
        } else {
            DIM
        };
        page.put(PLAIN, if n > 0 { ", " } else { "" })
            .put(style, &format!("{count} {name}"));
    }
    page.end();
    let verdicts = &summary.verdicts;
    page.paragraph(
        0,
        PLAIN,
        &format!(
            "Verdicts {} failed, {} unknown, {} passed, {} not applicable",
            verdicts.fail, verdicts.unknown, verdicts.pass, verdicts.not_applicable
        ),
    );
}

fn accounts(page: &mut Page, report: &Report) {
    let summaries = &report.summary.accounts;
    let missed = missed(report);
    if summaries.is_empty() && missed.is_empty() {
        return;
    }
    page.heading("Accounts");
    if !summaries.is_empty() {
        // Where no check of accounts was chosen there is nothing to say of them.
        let own = report.summary.accounts_evaluated > 0;
        let mut columns = vec![("Grade", Column::Word)];
        if own {
            columns.push(("Acct", Column::Word));
        }
        columns.extend([
            ("Account", Column::Text),
            ("Functions", Column::Number),
            ("Crit", Column::Number),
            ("High", Column::Number),
            ("Med", Column::Number),
            ("Low", Column::Number),
            ("Unknown", Column::Number),
        ]);
        let shown = summaries.iter().take(ACCOUNTS);
        let rows = shown.map(|account| account_row(account, own)).collect();
        page.table(&columns, rows);
        more(page, summaries.len().saturating_sub(ACCOUNTS), "account");
    }
    for (why, accounts) in missed {
        let shown: Vec<&str> = accounts.iter().take(ACCOUNTS).map(String::as_str).collect();
        let mut line = format!("{why}: {}", shown.join(", "));
        if let hidden @ 1.. = accounts.len().saturating_sub(ACCOUNTS) {
            line.push_str(&format!(" and {hidden} more"));
        }
        page.paragraph(0, DIM, &line);
    }
}

/// Accounts without a grade, by the reason.
fn missed(report: &Report) -> BTreeMap<String, Vec<String>> {
    let mut missed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for target in &report.targets {
        let why = match &target.reach {
            TargetReach::Scanned => continue,
            TargetReach::Unreachable { gap } => match report.gaps.get(*gap) {
                Some(GapRecord { gap, .. }) => {
                    let why = gap.code.clone().unwrap_or_else(|| gaps::kind(gap.kind));
                    format!("Unreachable ({why})")
                }
                None => "Unreachable".to_owned(),
            },
            TargetReach::Skipped { reason } => format!("Skipped ({reason})"),
        };
        missed
            .entry(why)
            .or_default()
            .push(who(&target.account, &target.name));
    }
    missed
}

/// `own`: with the grade of the account itself.
fn account_row(account: &AccountSummary, own: bool) -> TableRow {
    let severities = &account.severities;
    let shown = |grade: Option<Grade>, at_most| {
        grade.map_or("-".to_owned(), |grade| graded(grade, at_most))
    };
    let itself = account.own.as_ref();
    let own_grade = itself.and_then(|own| own.grade);
    let mut cells = vec![shown(account.grade, account.at_most)];
    if own {
        cells.push(shown(own_grade, itself.is_some_and(|own| own.at_most)));
    }
    cells.push(who(&account.account, &account.name));
    let counts = [
        account.functions,
        severities.critical,
        severities.high,
        severities.medium,
        severities.low,
        account.verdicts.unknown,
    ];
    cells.extend(counts.map(|count| count.to_string()));
    TableRow {
        style: account.grade.max(own_grade).map_or(DIM, grade_style),
        cells,
    }
}

fn functions(page: &mut Page, report: &Report) {
    let mut worst: Vec<(&FunctionRecord, f64, Grade)> = report
        .functions
        .iter()
        .filter_map(|function| Some((function, function.score?, function.grade?)))
        .filter(|(function, ..)| !function.factors.is_empty())
        .collect();
    // The report's own order decides between equals.
    worst.sort_by(|(_, one, _), (_, other, _)| one.total_cmp(other));
    if worst.is_empty() {
        return;
    }
    page.heading("Worst functions");
    let hidden = worst.len().saturating_sub(FUNCTIONS);
    let wide = page.width() >= WIDE;
    let rows = worst
        .into_iter()
        .take(FUNCTIONS)
        .map(|(function, score, grade)| function_row(function, score, grade, wide))
        .collect();
    if wide {
        let columns = [
            ("Score", Column::Word),
            ("Function", Column::Text),
            ("Account", Column::Word),
            ("Region", Column::Word),
            ("Runtime", Column::Word),
            ("Failed checks, and what each leaves", Column::Text),
        ];
        page.table(&columns, rows);
    } else {
        let columns = [
            ("Score", Column::Word),
            ("Function", Column::Text),
            ("Failed checks, and what each leaves", Column::Text),
        ];
        page.table(&columns, rows);
    }
    more(page, hidden, "function");
}

fn function_row(function: &FunctionRecord, score: f64, grade: Grade, wide: bool) -> TableRow {
    let bound = if function.at_most { "≤ " } else { "" };
    let mut factors: Vec<String> = function
        .factors
        .iter()
        .take(FACTORS)
        .map(|factor| format!("{} ×{:.2}", factor.check, factor.factor))
        .collect();
    if let more @ 1.. = function.factors.len().saturating_sub(FACTORS) {
        factors.push(format!("and {more} more"));
    }
    let mut cells = vec![format!("{bound}{score:.0} {}", grade.letter())];
    if wide {
        cells.extend([
            function.name.clone(),
            function.account.clone(),
            function.region.clone(),
            function
                .runtime
                .clone()
                .unwrap_or_else(|| "image".to_owned()),
        ]);
    } else {
        cells.push(format!(
            "{}\n{} {}",
            function.name, function.account, function.region
        ));
    }
    cells.push(factors.join(if wide { ", " } else { "\n" }));
    TableRow {
        style: grade_style(grade),
        cells,
    }
}

fn coverage(page: &mut Page, report: &Report) {
    let summary = &report.summary;
    let targets = &summary.targets;
    let accounts =
        targets.accounts_scanned + targets.accounts_unreachable + targets.accounts_skipped;
    let regions = targets.regions_scanned + targets.regions_failed;
    let complete = if report.run.complete {
        "complete"
    } else {
        "INCOMPLETE"
    };
    page.end();
    let line = format!(
        "Coverage: {complete} · {} of {} · {} of {} · {} of {} evaluated, {} with unknowns · {}, {} throttled",
        targets.accounts_scanned,
        amount(accounts, "account"),
        targets.regions_scanned,
        amount(regions, "region"),
        summary.functions_evaluated,
        amount(summary.functions_listed, "function"),
        summary.functions_with_unknowns,
        amount(summary.calls.attempts, "API request"),
        summary.calls.throttles,
    );
    let style = if report.run.complete {
        PLAIN
    } else {
        severity_style(Severity::Medium)
    };
    page.paragraph(0, style, &line);
    let closed: Vec<String> = report.targets.iter().flat_map(closed_regions).collect();
    if !closed.is_empty() {
        let line = format!(
            "Closed by a service control policy, and not read: {}",
            terms::list(&closed)
        );
        page.paragraph(0, PLAIN, &line);
    }
    for accepted in &report.run.accepted {
        page.paragraph(0, PLAIN, &acceptance(accepted));
    }
    let not_covered = report.run.not_covered.iter();
    let not_covered: Vec<&str> = not_covered.map(|kind| kind.what.as_str()).collect();
    if !not_covered.is_empty() {
        let line = format!("Not covered by this version: {}", not_covered.join(", "));
        page.paragraph(0, DIM, &line);
    }
}

/// Regions of an account that a service control policy closes, each with its account.
fn closed_regions(target: &Target) -> impl Iterator<Item = String> {
    let closed = |region: &&RegionTarget| matches!(region.reach, RegionReach::ClosedByScp { .. });
    let regions = target.regions.iter().filter(closed);
    regions.map(|region| format!("{} {}", target.account, region.region))
}

/// What became of an acceptance of gaps.
fn acceptance(one: &AcceptanceUse) -> String {
    let accepted = &one.acceptance;
    let count = amount(one.gaps, "gap");
    let day = |word: &str| {
        let day = accepted.until.map(|until| format!(" {word} {until}"));
        day.unwrap_or_default()
    };
    let (until, after) = (day("until"), day("after"));
    let operation = &accepted.operation;
    match (one.expired, one.gaps) {
        (true, _) => format!("Acceptance of {operation} expired{after}: {count} not accepted"),
        (false, 0) => format!("Acceptance of {operation}{until} covers no gap: remove it"),
        (false, _) => format!(
            "Accepted{until}: {count} of {operation} ({})",
            accepted.reason
        ),
    }
}

fn more(page: &mut Page, hidden: usize, what: &str) {
    if hidden > 0 {
        let line = format!("and {} more", amount(hidden as u64, what));
        page.paragraph(0, DIM, &line);
    }
}

fn who(account: &str, name: &str) -> String {
    format!("{account} {name}").trim_end().to_owned()
}

fn graded(grade: Grade, at_most: bool) -> String {
    // Nothing is worse than F, so that is never "at most".
    if at_most && grade != Grade::F {
        format!("≤ {}", grade.letter())
    } else {
        grade.letter().to_owned()
    }
}

fn grade_counts(counts: &GradeCounts) -> String {
    let mut parts: Vec<String> = Grade::WORST_FIRST
        .into_iter()
        .filter(|&grade| counts.of(grade) > 0)
        .map(|grade| format!("{} {}", counts.of(grade), grade.letter()))
        .collect();
    if counts.ungraded > 0 {
        parts.push(format!("{} ungraded", counts.ungraded));
    }
    parts.join(", ")
}

pub(super) fn amount(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn grade_style(grade: Grade) -> Style {
    let colour = match grade {
        Grade::A => AnsiColor::Green,
        Grade::B => AnsiColor::Cyan,
        Grade::C | Grade::D => AnsiColor::Yellow,
        Grade::F => AnsiColor::Red,
    };
    colour.on_default().bold()
}

fn severity_style(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
    }
}
