//! What a report says besides its functions and findings, put together from all accounts.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::accept::{Acceptance, accept};
use super::account::AccountResult;
use super::counts::{GradeCounts, TargetTotals};
use super::gaps::{GapRecord, GapTable};
use super::judged::{AccountPart, Judged};
use super::model::{
    AccountSummary, Include, Mode, NotCovered, RegionReach, Report, Run, SCHEMA, Summary, Target,
    TargetReach,
};
use super::score::fleet_grade;
use super::terms::{NOT_COVERED, ReportTerms};
use crate::inventory::{LedgerEntry, RunRecord, hex};
use crate::operation::Depth;

/// What was chosen for a run.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct RunInfo {
    /// Version of Lamppost.
    pub version: String,
    /// Where the observations come from.
    pub mode: Mode,
    /// Ids of the checks that were chosen.
    pub checks: Vec<String>,
    /// How much was asked about each function.
    pub depth: Depth,
    /// Ids of chosen checks that need a greater depth, and are left out.
    pub checks_left_out: Vec<String>,
    /// Ids of chosen checks of which the depth knows only a part of what they read.
    #[serde(default)]
    pub checks_in_part: Vec<String>,
    /// Which verdicts are kept besides FAIL and UNKNOWN.
    pub include: Include,
    /// What else decides the answer.
    pub terms: Terms,
    /// What the user's settings did to it.
    #[serde(default)]
    pub admitted: ReportTerms,
    /// Gaps that the user accepts.
    #[serde(default)]
    pub accept: Vec<Acceptance>,
}

/// What decides the answer of a run besides its depth and version, each as a hash: a run is only resumed
/// by one that answers the same.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Terms {
    /// The accounts, and how they are entered.
    pub targets: String,
    /// The regions.
    pub regions: String,
    /// The configuration.
    pub settings: String,
    /// Which accounts are the user's.
    pub owner: String,
    /// The content of the checks.
    pub checks: String,
}

impl Terms {
    /// The hash of a term that has this text.
    pub fn hash(text: &str) -> String {
        hex(&Sha256::digest(text))
    }
}

/// A report without its functions and findings.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) report: Report,
    /// For each account in the order given, the new index of each of its gaps.
    pub(super) moved: Vec<Vec<usize>>,
}

impl Head {
    pub(super) fn of(info: RunInfo, parts: Vec<AccountPart>, run: &RunRecord) -> Self {
        let given = parts.len();
        let missed = run.missed.iter().map(AccountResult::missed);
        let missed = missed.map(|result| Judged::from(result).part);
        let parts: Vec<AccountPart> = parts.into_iter().chain(missed).collect();
        let mut table = GapTable::default();
        let mut summary = Summary::default();
        let mut other_grades = GradeCounts::default();
        let mut ledger = run.ledger.clone();
        let mut targets = Vec::new();
        let mut moved = Vec::new();
        for part in parts {
            let local = part.gaps.into_iter();
            moved.push(
                local
                    .map(|(gap, verdicts)| table.add(gap, verdicts))
                    .collect::<Vec<usize>>(),
            );
            summary.functions_reported += part.functions_reported;
            summary.functions_evaluated += part.functions_evaluated;
            summary.functions_with_unknowns += part.functions_with_unknowns;
            other_grades.merge(&part.other_grades);
            if let Some(account) = part.summary {
                summary.grades.merge(&account.grades);
                summary.verdicts.merge(&account.verdicts);
                summary.severities.merge(&account.severities);
                summary.functions_listed += account.functions;
                if let Some(own) = &account.own {
                    summary.account_grades.add(own.grade);
                    summary.accounts_evaluated += 1;
                    summary.accounts_with_unknowns += u64::from(own.verdicts.unknown > 0);
                }
                summary.accounts.push(account);
            }
            targets.push(part.target);
            ledger.extend(part.ledger);
        }
        let (mut gaps, sorted) = table.into_records();
        let today = run.finished.to_zoned(jiff::tz::TimeZone::UTC).date();
        let accepted = accept(info.accept, &mut gaps, today);
        for (target, moved) in targets.iter_mut().zip(&mut moved) {
            renumber_all_in_order(moved, &sorted);
            renumber(target, moved);
            summary.targets.count(target);
        }
        targets.sort_by(|one, other| one.account.cmp(&other.account));
        summary.accounts.sort_by(|one, other| {
            let own = |account: &AccountSummary| account.own.as_ref().and_then(|own| own.grade);
            let key = |account: &AccountSummary| {
                (
                    std::cmp::Reverse(account.grade.max(own(account))),
                    std::cmp::Reverse(account.severities.critical),
                    std::cmp::Reverse(account.severities.high),
                )
            };
            key(one)
                .cmp(&key(other))
                .then_with(|| one.account.cmp(&other.account))
        });
        let nobody = summary.targets.accounts_unreachable + summary.targets.accounts_scanned == 0;
        let empty_part = run.scope.shard.is_some() && nobody;
        let complete = !run.interrupted
            && (summary.targets.any_scanned() || empty_part)
            && !targets
                .iter()
                .any(|target| unentered(target, &gaps) || is_closed(target))
            && !gaps.iter().any(|gap| gap.incomplete);
        summary.grade = fleet_grade(&summary.grades, &other_grades);
        summary.at_most = !complete || summary.accounts.iter().any(|account| account.at_most);
        let ledger = LedgerEntry::sum(ledger);
        for entry in &ledger {
            summary.calls.add(entry);
        }
        let mut checks = info.checks;
        checks.sort();
        checks.dedup();
        moved.truncate(given);
        let report = Report {
            schema: SCHEMA.to_owned(),
            run: Run {
                version: info.version,
                mode: info.mode,
                started: run.started,
                finished: run.finished,
                duration_ms: u64::try_from(run.finished.duration_since(run.started).as_millis())
                    .unwrap_or_default(),
                checks,
                depth: info.depth,
                checks_left_out: info.checks_left_out,
                checks_in_part: info.checks_in_part,
                include: info.include,
                scope: run.scope.clone(),
                terms: info.admitted,
                accepted,
                not_covered: NOT_COVERED
                    .iter()
                    .map(|(what, why)| NotCovered {
                        what: (*what).to_owned(),
                        why: (*why).to_owned(),
                    })
                    .collect(),
                complete,
                interrupted: run.interrupted,
            },
            targets,
            summary,
            functions: Vec::new(),
            findings: Vec::new(),
            gaps,
            ledger,
        };
        Self { report, moved }
    }
}

/// Whether service control policies close every region of an account that is enabled: then it was not looked into,
/// and it is not the regions that are closed but the scanner that is kept out.
fn is_closed(target: &Target) -> bool {
    let mut regions = target.regions.iter().map(|region| &region.reach);
    let closed = |reach: &RegionReach| matches!(reach, RegionReach::ClosedByScp { .. });
    regions.clone().any(closed)
        && regions.all(|reach| closed(reach) || matches!(reach, RegionReach::NotEnabled))
}

/// Whether an account could not be entered, and the user does not accept that.
fn unentered(target: &Target, gaps: &[GapRecord]) -> bool {
    match target.reach {
        TargetReach::Unreachable { gap } => {
            gaps.get(gap).is_none_or(|record| record.accepted.is_none())
        }
        TargetReach::Scanned | TargetReach::Skipped { .. } => false,
    }
}

impl TargetTotals {
    fn count(&mut self, target: &Target) {
        let totals = self;
        match target.reach {
            TargetReach::Scanned => totals.accounts_scanned += 1,
            TargetReach::Unreachable { .. } => totals.accounts_unreachable += 1,
            TargetReach::Skipped { .. } => totals.accounts_skipped += 1,
        }
        for region in &target.regions {
            match region.reach {
                RegionReach::Scanned | RegionReach::Partial { .. } | RegionReach::Empty => {
                    totals.regions_scanned += 1;
                }
                RegionReach::NotEnabled => totals.regions_not_enabled += 1,
                RegionReach::ClosedByScp { .. } => totals.regions_closed += 1,
                RegionReach::Denied { .. } | RegionReach::Unreachable { .. } => {
                    totals.regions_failed += 1;
                }
            }
        }
    }
}

/// Gives every reference of a target to a gap its new index.
fn renumber(target: &mut Target, moved: &[usize]) {
    if let TargetReach::Unreachable { gap } = &mut target.reach {
        renumber_all(std::slice::from_mut(gap), moved);
    }
    for region in &mut target.regions {
        match &mut region.reach {
            RegionReach::Partial { gap }
            | RegionReach::Denied { gap }
            | RegionReach::ClosedByScp { gap }
            | RegionReach::Unreachable { gap } => {
                renumber_all(std::slice::from_mut(gap), moved);
            }
            RegionReach::Scanned | RegionReach::Empty | RegionReach::NotEnabled => {}
        }
    }
}

fn renumber_all_in_order(indices: &mut [usize], moved: &[usize]) {
    for index in indices {
        if let Some(&new) = moved.get(*index) {
            *index = new;
        }
    }
}

/// The new indices, in ascending order.
pub(super) fn renumber_all(gaps: &mut [usize], moved: &[usize]) {
    renumber_all_in_order(gaps, moved);
    gaps.sort_unstable();
}
