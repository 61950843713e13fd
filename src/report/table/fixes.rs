//! What to mend first: the worst failed checks, over all resources.

use std::collections::{BTreeMap, HashMap};

use anstyle::{AnsiColor, Style};

use super::{DIM, PLAIN, amount, severity_style};
use crate::check::{Severity, Verdict};
use crate::finding::{Factor, Finding, Report};
use crate::report::page::Page;

/// Checks that are listed.
const FIXES: usize = 5;

/// One failed check over all resources.
struct Fix<'a> {
    /// What mending it everywhere would add to the scores.
    gain: f64,
    /// The resources, each with its own gain; the finding to show is the one with the most.
    worst: (&'a Finding, f64),
    resources: usize,
}

pub(super) fn render(page: &mut Page, report: &Report) {
    let fixes = ranked(report);
    if fixes.is_empty() {
        return;
    }
    page.heading("Fix these first");
    let hidden = fixes.len().saturating_sub(FIXES);
    for (n, fix) in fixes.into_iter().take(FIXES).enumerate() {
        let (finding, _) = fix.worst;
        page.put(PLAIN, &format!("{}. ", n + 1))
            .put(severity_style(finding.severity), name(finding.severity))
            .put(PLAIN, "  ")
            .put(Style::new().bold(), &finding.check)
            .end();
        page.paragraph(3, PLAIN, &finding.message);
        let place = format!("{} {}", finding.account, finding.region);
        let others = match fix.resources - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let line = format!(
            "{} · {}{others} · +{:.0} points",
            finding.resource_name,
            place.trim(),
            fix.gain
        );
        page.paragraph(3, DIM, &line);
        if let Some(remediation) = &finding.remediation {
            match remediation
                .cli
                .as_deref()
                .filter(|cli| !cli.trim().is_empty())
            {
                Some(cli) => page.command(3, AnsiColor::Green.on_default(), cli),
                None => page.paragraph(3, AnsiColor::Green.on_default(), &remediation.text),
            }
        }
    }
    if hidden > 0 {
        let line = format!("and {} that failed", amount(hidden as u64, "other check"));
        page.paragraph(0, DIM, &line);
    }
}

/// The failed checks of the findings shown, the most severe first and of these the one whose
/// mending would gain most; by the gain alone, a trifle on a thousand functions would stand before
/// one that is open to the internet.
///
/// For a function or an account that is the difference to its score without the factor; other resources
/// have no score in the report, so they count as if the check were all that is wrong with them.
fn ranked(report: &Report) -> Vec<Fix<'_>> {
    let accounts = report.summary.accounts.iter();
    let accounts = accounts.filter_map(|account| account.own.as_ref());
    let scores: HashMap<&str, f64> = report
        .functions
        .iter()
        .filter_map(|function| Some((function.arn.as_str(), function.score?)))
        .chain(accounts.filter_map(|own| Some((own.arn.as_str(), own.score?))))
        .collect();
    // One check and resource is one factor, however many offences it has.
    let mut pairs: BTreeMap<(&str, &str), (&Finding, f64)> = BTreeMap::new();
    for finding in &report.findings {
        if finding.verdict != Verdict::Fail {
            continue;
        }
        let factor = Factor::new(&finding.check, finding.severity, finding.confidence).factor;
        let gain = match scores.get(finding.resource.as_str()) {
            Some(score) => score / factor - score,
            None => 100.0 * (1.0 - factor),
        };
        pairs
            .entry((&finding.check, &finding.resource))
            .or_insert((finding, gain));
    }
    let mut fixes: BTreeMap<&str, Fix<'_>> = BTreeMap::new();
    for ((check, _), (finding, gain)) in pairs {
        let fix = fixes.entry(check).or_insert(Fix {
            gain: 0.0,
            worst: (finding, gain),
            resources: 0,
        });
        fix.gain += gain;
        fix.resources += 1;
        if gain > fix.worst.1 {
            fix.worst = (finding, gain);
        }
    }
    let mut fixes: Vec<Fix<'_>> = fixes.into_values().collect();
    fixes.sort_by(|one, other| {
        let (severity, of_other) = (one.worst.0.severity, other.worst.0.severity);
        of_other
            .cmp(&severity)
            .then_with(|| other.gain.total_cmp(&one.gain))
    });
    fixes
}

fn name(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "critical",
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
    }
}
