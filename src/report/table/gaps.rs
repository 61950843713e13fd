//! What was not evaluated, and why: gaps by what failed and how.

use std::collections::{BTreeMap, BTreeSet};

use anstyle::Style;

use super::{DIM, PLAIN, amount};
use crate::finding::{GapRecord, Report};
use crate::inventory::{Gap, GapKind};
use crate::report::page::Page;

/// Groups that are listed.
const GROUPS: usize = 10;

/// Gaps of one operation that failed in one way.
struct Group<'a> {
    example: &'a Gap,
    next_step: &'a str,
    count: u64,
    verdicts: u64,
    places: BTreeSet<(&'a str, &'a str)>,
}

pub(super) fn render(page: &mut Page, report: &Report) {
    let groups = grouped(&report.gaps);
    if groups.is_empty() {
        return;
    }
    page.heading("Not evaluated, and why");
    let hidden = groups.len().saturating_sub(GROUPS);
    for group in groups.into_iter().take(GROUPS) {
        page.put(Style::new().bold(), &group.example.operation)
            .put(PLAIN, "  ")
            .put(PLAIN, &kind(group.example.kind))
            .end();
        let mut facts = amount(group.count, "time");
        match group.places.first() {
            Some((account, region)) if group.places.len() == 1 => {
                facts.push_str(format!(" in {account} {region}").trim_end());
            }
            _ => {
                let accounts: BTreeSet<&str> =
                    group.places.iter().map(|(account, _)| *account).collect();
                facts.push_str(&format!(
                    " in {} and {}",
                    amount(accounts.len() as u64, "account"),
                    amount(group.places.len() as u64, "region")
                ));
            }
        }
        if group.verdicts > 0 {
            facts.push_str(&format!(
                " · {} because of it",
                amount(group.verdicts, "unknown verdict")
            ));
        }
        page.paragraph(3, DIM, &facts);
        let said = match (&group.example.code, group.example.message.is_empty()) {
            (Some(code), false) => format!("{code}: {}", group.example.message),
            (Some(code), true) => code.clone(),
            (None, _) => group.example.message.clone(),
        };
        page.paragraph(3, DIM, &said);
        page.paragraph(3, PLAIN, &format!("→ {}", group.next_step));
    }
    if hidden > 0 {
        let line = format!("and {} of failure", amount(hidden as u64, "other kind"));
        page.paragraph(0, DIM, &line);
    }
}

/// Groups, those that most verdicts hang on first.
fn grouped(gaps: &[GapRecord]) -> Vec<Group<'_>> {
    let mut groups: BTreeMap<(&str, GapKind), Group<'_>> = BTreeMap::new();
    for record in gaps {
        let gap = &record.gap;
        let group = groups
            .entry((&gap.operation, gap.kind))
            .or_insert_with(|| Group {
                example: gap,
                next_step: &record.next_step,
                count: 0,
                verdicts: 0,
                places: BTreeSet::new(),
            });
        group.count += 1;
        group.verdicts += record.verdicts;
        group.places.insert((&gap.account, &gap.region));
    }
    let mut groups: Vec<Group<'_>> = groups.into_values().collect();
    groups.sort_by_key(|group| std::cmp::Reverse(group.verdicts));
    groups
}

/// The kind as reports write it.
pub(super) fn kind(kind: GapKind) -> String {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => name.replace('-', " "),
        _ => format!("{kind:?}"),
    }
}
