//! Causes that several findings have in common.

use std::collections::BTreeMap;

use super::PLAIN;
use crate::check::Verdict;
use crate::finding::Report;
use crate::report::page::Page;

/// Causes that are listed.
const CAUSES: usize = 3;

/// How many findings share a cause before it is worth a line.
const SHARED: usize = 2;

pub(super) fn render(page: &mut Page, report: &Report) {
    let mut causes: BTreeMap<&str, (usize, &str)> = BTreeMap::new();
    let failed = report
        .findings
        .iter()
        .filter(|one| one.verdict == Verdict::Fail);
    for cause in failed.filter_map(|finding| finding.cause.as_ref()) {
        causes
            .entry(&cause.id)
            .or_insert((0, cause.text.as_str()))
            .0 += 1;
    }
    let mut causes: Vec<(usize, &str)> = causes.into_values().collect();
    causes.retain(|(findings, _)| *findings >= SHARED);
    if causes.is_empty() {
        return;
    }
    causes.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(other.1)));
    page.heading("Findings with one cause");
    for (findings, cause) in causes.into_iter().take(CAUSES) {
        page.paragraph(
            0,
            PLAIN,
            &format!("{findings} findings share one cause: {cause}"),
        );
    }
}
