//! The terms of a report: as whom, where, how deep and by which settings, before anything else.

use super::{DIM, PLAIN, amount, severity_style};
use crate::check::Severity;
use crate::finding::{Report, Run};
use crate::operation::Depth;
use crate::report::page::Page;

/// Names that a line lists; beyond them the number says enough.
const NAMED: usize = 6;

pub(super) fn render(page: &mut Page, report: &Report) {
    let run = &report.run;
    page.paragraph(0, DIM, &scope(run));
    if let Some(endpoint) = &run.scope.endpoint {
        let line = format!("Endpoint {endpoint}, in place of AWS");
        page.paragraph(0, severity_style(Severity::Medium), &line);
    }
    if !run.scope.service_endpoints.is_empty() {
        let each = run.scope.service_endpoints.iter();
        let each: Vec<String> = each.map(|(name, url)| format!("{name} {url}")).collect();
        let line = format!(
            "Endpoints of services, in place of AWS: {}",
            each.join(", ")
        );
        page.paragraph(0, severity_style(Severity::Medium), &line);
    }
    if let Some(line) = settings(run) {
        page.paragraph(0, severity_style(Severity::Medium), &line);
    }
    let (left_out, in_part) = (&run.checks_left_out, &run.checks_in_part);
    if !left_out.is_empty() || !in_part.is_empty() {
        let mut parts = Vec::new();
        if !left_out.is_empty() {
            let count = amount(left_out.len() as u64, "check");
            parts.push(format!("{count} not evaluated ({})", list(left_out)));
        }
        if !in_part.is_empty() {
            let count = amount(in_part.len() as u64, "check");
            parts.push(format!("{count} evaluated in part ({})", list(in_part)));
        }
        parts.push(
            "function URLs without an invoke permission and policies of versions not read"
                .to_owned(),
        );
        let line = format!(
            "Standard depth: {}. `--depth deep` reads everything.",
            parts.join("; ")
        );
        page.paragraph(0, PLAIN, &line);
    }
}

/// As whom, what, where, how deep, for whom.
fn scope(run: &Run) -> String {
    let scope = &run.scope;
    let mut parts = Vec::new();
    if !scope.callers.is_empty() {
        parts.push(format!("As {}", list(&scope.callers)));
    }
    if !scope.targets.is_empty() {
        parts.push(scope.targets.clone());
    }
    if let Some(shard) = &scope.shard {
        parts.push(format!("shard {shard}"));
    }
    let mut regions = match scope.regions.as_slice() {
        [] => "all enabled regions".to_owned(),
        chosen => list(chosen),
    };
    if !scope.excluded_regions.is_empty() {
        regions.push_str(&format!(" without {}", list(&scope.excluded_regions)));
    }
    parts.push(regions);
    parts.push(match run.depth {
        Depth::Standard => "standard depth".to_owned(),
        Depth::Deep => "deep".to_owned(),
    });
    parts.push(match run.terms.persona {
        Some(persona) => format!("persona {persona}"),
        None => amount(run.checks.len() as u64, "chosen check"),
    });
    parts.join(" · ")
}

/// What the user's settings change; `None`: nothing.
fn settings(run: &Run) -> Option<String> {
    let terms = &run.terms;
    let mut parts = Vec::new();
    if let Some(file) = &terms.configuration {
        let digest = file.sha256.get(..12).unwrap_or(&file.sha256);
        parts.push(format!("Configuration {} (SHA-256 {digest}…)", file.path));
    }
    if !terms.checks_disabled.is_empty() {
        let count = amount(terms.checks_disabled.len() as u64, "check");
        parts.push(format!(
            "{count} disabled: {}",
            list(&terms.checks_disabled)
        ));
    }
    if !terms.severities_overridden.is_empty() {
        let changes = terms.severities_overridden.iter();
        let changes = changes.map(|one| format!("{} {} → {}", one.check, one.from, one.to));
        let changes: Vec<String> = changes.collect();
        let many = if changes.len() == 1 { "y" } else { "ies" };
        parts.push(format!(
            "{} severit{many} changed: {}",
            changes.len(),
            list(&changes)
        ));
    }
    let mut own = terms.own_accounts.clone();
    own.extend(terms.organization_id.clone());
    if !own.is_empty() {
        let all = match terms.own_accounts_complete {
            true => " (all of them)",
            false => "",
        };
        parts.push(format!("your own{all}: {}", list(&own)));
    }
    let trusted = [&terms.trusted_accounts, &terms.trusted_organizations];
    let trusted: Vec<String> = trusted.into_iter().flatten().cloned().collect();
    if !trusted.is_empty() {
        parts.push(format!("trusted: {}", list(&trusted)));
    }
    (!parts.is_empty()).then(|| parts.join(" · "))
}

pub(super) fn list(names: &[String]) -> String {
    let shown: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
    match names.len().saturating_sub(NAMED) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
