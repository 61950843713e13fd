//! One account as a report keeps it.

use serde::{Deserialize, Serialize};

use super::account::{AccountResult, Tally};
use super::counts::{GradeCounts, VerdictCounts};
use super::model::{
    AccountSummary, FunctionRecord, RegionReach, ResourceScore, Target, TargetReach,
};
use super::score::{fleet_grade, score};
use super::spool::Spool;
use crate::inventory::{Gap, LedgerEntry};

/// An account with its functions, in the order of a report, and its findings. References to gaps are
/// indices into the account's own list.
#[derive(Debug)]
pub struct Judged {
    /// Everything that is there once.
    pub part: AccountPart,
    /// Every function that was listed.
    pub(super) functions: Vec<FunctionRecord>,
    /// What the checks say.
    pub(super) findings: Spool,
}

/// What a report says of an account besides its functions and findings: small, however large the
/// account is.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct AccountPart {
    pub(super) target: Target,
    /// None where the account could not be entered.
    pub(super) summary: Option<AccountSummary>,
    pub(super) functions_reported: u64,
    pub(super) functions_evaluated: u64,
    pub(super) functions_with_unknowns: u64,
    pub(super) other_grades: GradeCounts,
    pub(super) gaps: Vec<(Gap, u64)>,
    /// What was called for it, where that is kept by account.
    pub(super) ledger: Vec<LedgerEntry>,
}

impl AccountPart {
    /// The account's id.
    pub fn account(&self) -> &str {
        &self.target.account
    }

    /// The same account, with what was called for it.
    #[must_use]
    pub fn called(mut self, ledger: Vec<LedgerEntry>) -> Self {
        self.ledger = ledger;
        self
    }
}

impl From<AccountResult> for Judged {
    fn from(result: AccountResult) -> Self {
        let AccountResult {
            mut target,
            functions: listed,
            others,
            itself,
            findings,
            severities,
            gaps,
            ..
        } = result;
        let mut grades = GradeCounts::default();
        let mut verdicts = VerdictCounts::default();
        let mut unsure = false;
        let mut functions = Vec::with_capacity(listed.len());
        for (arn, listed) in listed {
            let scored = ResourceScore::of(arn, listed.tally);
            let record = FunctionRecord {
                arn: scored.arn,
                name: listed.name,
                account: target.account.clone(),
                region: listed.region,
                runtime: listed.runtime,
                score: scored.score,
                at_most: scored.at_most,
                grade: scored.grade,
                factors: scored.factors,
                verdicts: scored.verdicts,
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
            functions.push(record);
        }
        let mut other_grades = GradeCounts::default();
        for (resource, tally) in others {
            verdicts.merge(&tally.verdicts);
            unsure |= tally.verdicts.unknown > 0;
            other_grades.add(ResourceScore::of(resource.arn, tally).grade);
        }
        let own = itself.map(|(arn, tally)| ResourceScore::of(arn, tally));
        if let Some(own) = &own {
            verdicts.merge(&own.verdicts);
        }
        unsure |= target.regions.iter().any(|region| {
            matches!(
                region.reach,
                RegionReach::Partial { .. }
                    | RegionReach::Denied { .. }
                    | RegionReach::Unreachable { .. }
            )
        });
        target
            .regions
            .sort_by(|one, other| one.region.cmp(&other.region));
        functions.sort_by(|one, other| {
            (&one.account, &one.region, &one.arn).cmp(&(&other.account, &other.region, &other.arn))
        });
        let summary = (target.reach == TargetReach::Scanned).then(|| AccountSummary {
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
            own,
        });
        let count = |counts: fn(&FunctionRecord) -> bool| {
            functions.iter().filter(|one| counts(one)).count() as u64
        };
        Self {
            part: AccountPart {
                target,
                summary,
                functions_reported: functions.len() as u64,
                functions_evaluated: count(|function| function.verdicts.total() > 0),
                functions_with_unknowns: count(|function| function.verdicts.unknown > 0),
                other_grades,
                gaps: gaps.into_entries(),
                ledger: Vec::new(),
            },
            functions,
            findings,
        }
    }
}

impl ResourceScore {
    /// The score of one resource with these verdicts.
    fn of(arn: String, mut tally: Tally) -> Self {
        tally.factors.sort_by(|one, other| {
            one.factor
                .total_cmp(&other.factor)
                .then_with(|| one.check.cmp(&other.check))
        });
        let verdicts = tally.verdicts;
        let decided = verdicts.pass + verdicts.fail > 0;
        let score = decided.then(|| score(&tally.factors));
        Self {
            arn,
            grade: score.as_ref().map(|score| score.grade),
            score: score.map(|score| score.value),
            at_most: verdicts.unknown > 0 || verdicts.total() == 0,
            factors: tally.factors,
            verdicts,
        }
    }
}
