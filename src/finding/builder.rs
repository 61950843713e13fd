//! From judged accounts, in any order, to one report that is always in the same order.

use super::account::{AccountResult, Tally};
use super::counts::{GradeCounts, TargetTotals, VerdictCounts};
use super::gaps::GapTable;
use super::model::{
    AccountSummary, FunctionRecord, Include, Mode, RegionReach, Report, Run, SCHEMA, Summary,
    Target, TargetReach,
};
use super::record::Finding;
use super::score::{fleet_grade, score};
use crate::check::Verdict;
use crate::inventory::{Depth, RunRecord};

/// What was chosen for a run.
#[derive(Clone, Debug)]
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
    /// Which verdicts are kept besides FAIL and UNKNOWN.
    pub include: Include,
}

/// Takes judged accounts and keeps of each only what the report will hold.
#[derive(Debug)]
pub struct ReportBuilder {
    info: RunInfo,
    targets: Vec<Target>,
    functions: Vec<FunctionRecord>,
    findings: Vec<Finding>,
    gaps: GapTable,
    accounts: Vec<AccountSummary>,
    other_grades: GradeCounts,
}

impl ReportBuilder {
    /// A report without accounts so far.
    pub fn new(info: RunInfo) -> Self {
        Self {
            info,
            targets: Vec::new(),
            functions: Vec::new(),
            findings: Vec::new(),
            gaps: GapTable::default(),
            accounts: Vec::new(),
            other_grades: GradeCounts::default(),
        }
    }

    /// Takes in one account.
    pub fn add_account(&mut self, result: AccountResult) {
        let AccountResult {
            mut target,
            functions,
            others,
            mut findings,
            severities,
            gaps,
            ..
        } = result;

        let moved: Vec<usize> = gaps
            .into_entries()
            .into_iter()
            .map(|(gap, verdicts)| self.gaps.add(gap, verdicts))
            .collect();
        renumber(&mut target, &mut findings, &moved);
        self.findings.append(&mut findings);

        let mut grades = GradeCounts::default();
        let mut verdicts = VerdictCounts::default();
        let mut unsure = false;
        for (arn, listed) in functions {
            let record = record(arn, &target.account, listed.name, listed.tally);
            let record = FunctionRecord {
                region: listed.region,
                runtime: listed.runtime,
                ..record
            };
            grades.add(record.grade);
            verdicts.merge(&record.verdicts);
            unsure |= record.at_most;
            if record.verdicts.total() > 0
                && let Some(region) = target
                    .regions
                    .iter_mut()
                    .find(|region| region.region == record.region)
            {
                region.functions_evaluated += 1;
            }
            self.functions.push(record);
        }

        let mut other_grades = GradeCounts::default();
        for (resource, tally) in others {
            verdicts.merge(&tally.verdicts);
            unsure |= tally.verdicts.unknown > 0;
            let judged = record(resource.arn, &resource.account, resource.name, tally);
            other_grades.add(judged.grade);
        }
        self.other_grades.merge(&other_grades);

        unsure |= target.regions.iter().any(|region| {
            matches!(
                region.reach,
                RegionReach::Partial { .. }
                    | RegionReach::Denied { .. }
                    | RegionReach::Unreachable { .. }
            )
        });
        if target.reach == TargetReach::Scanned {
            self.accounts.push(AccountSummary {
                account: target.account.clone(),
                name: target.name.clone(),
                grade: fleet_grade(&grades, &other_grades),
                at_most: unsure,
                grades,
                functions: target
                    .regions
                    .iter()
                    .map(|region| region.functions_listed)
                    .sum(),
                verdicts,
                severities,
            });
        }
        self.targets.push(target);
    }

    /// The report: the same for the same accounts and run, in whatever order the accounts came.
    pub fn finish(mut self, run: &RunRecord) -> Report {
        for missed in &run.missed {
            self.add_account(AccountResult::missed(missed));
        }
        let mut ledger = run.ledger.clone();
        ledger.sort_by(|one, other| one.operation.cmp(&other.operation));
        let Self {
            info,
            mut targets,
            mut functions,
            mut findings,
            gaps,
            mut accounts,
            other_grades,
        } = self;
        let (gaps, moved) = gaps.into_records();
        for target in &mut targets {
            renumber(target, &mut [], &moved);
            target
                .regions
                .sort_by(|one, other| one.region.cmp(&other.region));
        }
        for finding in &mut findings {
            renumber_all(&mut finding.gaps, &moved);
        }
        targets.sort_by(|one, other| one.account.cmp(&other.account));
        functions.sort_by(|one, other| {
            (&one.account, &one.region, &one.arn).cmp(&(&other.account, &other.region, &other.arn))
        });
        findings.sort_by(|one, other| order(one).cmp(&order(other)));
        accounts.sort_by(|one, other| {
            let key = |account: &AccountSummary| {
                (
                    std::cmp::Reverse(account.grade),
                    std::cmp::Reverse(account.severities.critical),
                    std::cmp::Reverse(account.severities.high),
                )
            };
            key(one)
                .cmp(&key(other))
                .then_with(|| one.account.cmp(&other.account))
        });

        let mut totals = TargetTotals::default();
        for target in &targets {
            count_target(&mut totals, target);
        }
        let complete = !run.interrupted
            && totals.any_scanned()
            && totals.accounts_unreachable == 0
            && !gaps.iter().any(|gap| gap.incomplete);
        let mut summary = Summary {
            targets: totals,
            at_most: !complete,
            ..summary(&functions, accounts)
        };
        summary.grade = fleet_grade(&summary.grades, &other_grades);
        summary.at_most |= summary.accounts.iter().any(|account| account.at_most);
        for entry in &ledger {
            summary.calls.add(entry);
        }
        let mut checks = info.checks;
        checks.sort();
        checks.dedup();
        Report {
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
                include: info.include,
                complete,
                interrupted: run.interrupted,
            },
            targets,
            summary,
            functions,
            findings,
            gaps,
            ledger,
        }
    }
}

/// Failed ones first, and of these the worst; then by name.
fn order(finding: &Finding) -> impl Ord + '_ {
    let rank = match finding.verdict {
        Verdict::Fail => 0,
        Verdict::Unknown => 1,
        Verdict::Pass => 2,
        Verdict::NotApplicable => 3,
    };
    (
        rank,
        std::cmp::Reverse(finding.severity),
        std::cmp::Reverse(finding.confidence),
        finding.check.as_str(),
        finding.account.as_str(),
        finding.region.as_str(),
        finding.resource.as_str(),
        finding.id.as_str(),
    )
}

fn record(arn: String, account: &str, name: String, mut tally: Tally) -> FunctionRecord {
    tally.factors.sort_by(|one, other| {
        one.factor
            .total_cmp(&other.factor)
            .then_with(|| one.check.cmp(&other.check))
    });
    let verdicts = tally.verdicts;
    let decided = verdicts.total() > verdicts.unknown;
    let score = decided.then(|| score(&tally.factors));
    FunctionRecord {
        arn,
        name,
        account: account.to_owned(),
        region: String::new(),
        runtime: None,
        grade: score.as_ref().map(|score| score.grade),
        score: score.map(|score| score.value),
        at_most: verdicts.unknown > 0 || !decided,
        factors: tally.factors,
        verdicts,
    }
}

fn summary(functions: &[FunctionRecord], accounts: Vec<AccountSummary>) -> Summary {
    let mut summary = Summary {
        functions_reported: functions.len() as u64,
        ..Summary::default()
    };
    for function in functions {
        summary.functions_evaluated += u64::from(function.verdicts.total() > 0);
        summary.functions_with_unknowns += u64::from(function.verdicts.unknown > 0);
    }
    for account in &accounts {
        summary.grades.merge(&account.grades);
        summary.verdicts.merge(&account.verdicts);
        summary.severities.merge(&account.severities);
        summary.functions_listed += account.functions;
    }
    summary.accounts = accounts;
    summary
}

fn count_target(totals: &mut TargetTotals, target: &Target) {
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
            RegionReach::Denied { .. } | RegionReach::Unreachable { .. } => {
                totals.regions_failed += 1;
            }
        }
    }
}

/// Gives every reference to a gap its new index.
fn renumber(target: &mut Target, findings: &mut [Finding], moved: &[usize]) {
    if let TargetReach::Unreachable { gap } = &mut target.reach {
        renumber_all(std::slice::from_mut(gap), moved);
    }
    for region in &mut target.regions {
        match &mut region.reach {
            RegionReach::Partial { gap }
            | RegionReach::Denied { gap }
            | RegionReach::Unreachable { gap } => {
                renumber_all(std::slice::from_mut(gap), moved);
            }
            RegionReach::Scanned | RegionReach::Empty | RegionReach::NotEnabled => {}
        }
    }
    for finding in findings {
        renumber_all(&mut finding.gaps, moved);
    }
}

fn renumber_all(gaps: &mut [usize], moved: &[usize]) {
    for gap in &mut *gaps {
        if let Some(&new) = moved.get(*gap) {
            *gap = new;
        }
    }
    gaps.sort_unstable();
}
