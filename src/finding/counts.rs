//! Counts, as summaries hold them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::score::Grade;
use crate::check::{Severity, Verdict};
use crate::inventory::LedgerEntry;

/// Accounts and regions, counted by what became of them.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct TargetTotals {
    /// Accounts that were entered.
    pub accounts_scanned: u64,
    /// Accounts that could not be entered.
    pub accounts_unreachable: u64,
    /// Accounts that were left out on purpose.
    pub accounts_skipped: u64,
    /// Regions that were looked into, in whole or in part; empty ones included.
    pub regions_scanned: u64,
    /// Regions that are not switched on.
    pub regions_not_enabled: u64,
    /// Regions that a service control policy closes.
    #[serde(default)]
    pub regions_closed: u64,
    /// Regions that refused or did not answer.
    pub regions_failed: u64,
}

impl TargetTotals {
    /// Whether at least one region of one account was looked into. A region that is not enabled was not: nothing can
    /// be in it, but a scan of nothing else answers no question.
    pub fn any_scanned(&self) -> bool {
        self.regions_scanned > 0
    }
}

/// Functions per grade.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct GradeCounts {
    /// Grade A.
    #[serde(rename = "A")]
    pub a: u64,
    /// Grade B.
    #[serde(rename = "B")]
    pub b: u64,
    /// Grade C.
    #[serde(rename = "C")]
    pub c: u64,
    /// Grade D.
    #[serde(rename = "D")]
    pub d: u64,
    /// Grade F.
    #[serde(rename = "F")]
    pub f: u64,
    /// Without a grade, because no check could decide anything.
    pub ungraded: u64,
}

impl GradeCounts {
    /// Counts one more.
    pub fn add(&mut self, grade: Option<Grade>) {
        let count = match grade {
            Some(Grade::A) => &mut self.a,
            Some(Grade::B) => &mut self.b,
            Some(Grade::C) => &mut self.c,
            Some(Grade::D) => &mut self.d,
            Some(Grade::F) => &mut self.f,
            None => &mut self.ungraded,
        };
        *count += 1;
    }

    /// How many have that grade.
    pub fn of(&self, grade: Grade) -> u64 {
        match grade {
            Grade::A => self.a,
            Grade::B => self.b,
            Grade::C => self.c,
            Grade::D => self.d,
            Grade::F => self.f,
        }
    }

    /// How many have a grade.
    pub fn graded(&self) -> u64 {
        self.a + self.b + self.c + self.d + self.f
    }

    /// The worst grade that any has.
    pub fn worst(&self) -> Option<Grade> {
        Grade::WORST_FIRST
            .into_iter()
            .find(|&grade| self.of(grade) > 0)
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.a += other.a;
        self.b += other.b;
        self.c += other.c;
        self.d += other.d;
        self.f += other.f;
        self.ungraded += other.ungraded;
    }
}

/// Verdicts, counted.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct VerdictCounts {
    /// PASS.
    pub pass: u64,
    /// FAIL.
    pub fail: u64,
    /// UNKNOWN.
    pub unknown: u64,
    /// NOT_APPLICABLE.
    pub not_applicable: u64,
}

impl VerdictCounts {
    /// Counts one more.
    pub fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Pass => self.pass += 1,
            Verdict::Fail => self.fail += 1,
            Verdict::Unknown => self.unknown += 1,
            Verdict::NotApplicable => self.not_applicable += 1,
        }
    }

    /// All of them together.
    pub fn total(&self) -> u64 {
        self.pass + self.fail + self.unknown + self.not_applicable
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.pass += other.pass;
        self.fail += other.fail;
        self.unknown += other.unknown;
        self.not_applicable += other.not_applicable;
    }
}

/// Failed findings per severity.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct SeverityCounts {
    /// Critical.
    pub critical: u64,
    /// High.
    pub high: u64,
    /// Medium.
    pub medium: u64,
    /// Low.
    pub low: u64,
}

impl SeverityCounts {
    /// Counts one more.
    pub fn add(&mut self, severity: Severity) {
        match severity {
            Severity::Critical => self.critical += 1,
            Severity::High => self.high += 1,
            Severity::Medium => self.medium += 1,
            Severity::Low => self.low += 1,
        }
    }

    /// How many have at least that severity.
    pub fn at_least(&self, severity: Severity) -> u64 {
        [
            (Severity::Critical, self.critical),
            (Severity::High, self.high),
            (Severity::Medium, self.medium),
            (Severity::Low, self.low),
        ]
        .into_iter()
        .filter(|&(counted, _)| counted >= severity)
        .map(|(_, count)| count)
        .sum()
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.critical += other.critical;
        self.high += other.high;
        self.medium += other.medium;
        self.low += other.low;
    }
}

/// Calls of AWS operations, counted.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Calls {
    /// Calls, each with all its attempts.
    pub calls: u64,
    /// Requests sent, retries included.
    pub attempts: u64,
    /// Requests that AWS answered with a throttling error.
    pub throttles: u64,
    /// Calls that failed for good.
    pub errors: u64,
    /// Milliseconds from the first attempt to the answer, summed over calls.
    pub milliseconds: u64,
}

impl Calls {
    pub(super) fn add(&mut self, entry: &LedgerEntry) {
        self.calls += entry.calls;
        self.attempts += entry.attempts;
        self.throttles += entry.throttles;
        self.errors += entry.errors.values().sum::<u64>();
        self.milliseconds += entry.milliseconds;
    }
}
