//! The report: what every format renders, and what the published JSON Schema describes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gaps::GapRecord;
use super::record::Finding;
use super::score::{Factor, Grade};
use crate::check::{Severity, Verdict};
use crate::inventory::LedgerEntry;

/// The format of a report. The number after the slash changes when a reader of the old format
/// could go wrong; new members alone do not change it.
pub const SCHEMA: &str = "lamppost-report/1";

/// The number in [`SCHEMA`].
pub const SCHEMA_MAJOR: u32 = 1;

/// Everything that a scan, or an evaluation of a snapshot, has to say.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Report {
    /// The format: `lamppost-report/` and its major version.
    pub schema: String,
    /// The run that made it.
    pub run: Run,
    /// The accounts and regions that were to be scanned, and what became of each.
    pub targets: Vec<Target>,
    /// Everything counted.
    pub summary: Summary,
    /// Every function that was listed, judged or not.
    pub functions: Vec<FunctionRecord>,
    /// Failed and undecided checks; passed and not applicable ones on request.
    pub findings: Vec<Finding>,
    /// What could not be observed; findings and targets refer to it by index, from 0.
    pub gaps: Vec<GapRecord>,
    /// The AWS calls that were made, per operation.
    pub ledger: Vec<LedgerEntry>,
}

impl Report {
    /// Leaves only findings of at least that severity. Counts, scores and the exit code stay what
    /// they were.
    pub fn show_from(&mut self, severity: Severity) {
        self.findings.retain(|finding| finding.severity >= severity);
    }
}

/// The run that made a report.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Run {
    /// Version of Lamppost.
    pub version: String,
    /// Where the observations came from.
    pub mode: Mode,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Ids of the checks that were chosen.
    pub checks: Vec<String>,
    /// Which verdicts are in `findings` besides FAIL and UNKNOWN.
    pub include: Include,
    /// Whether everything that was asked for was observed; `false` makes exit code 4.
    pub complete: bool,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}

/// Where observations come from.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// From AWS.
    Live,
    /// From the recording in the binary.
    Demo,
    /// From a snapshot file.
    Snapshot,
}

/// Which verdicts are kept as findings besides FAIL and UNKNOWN, which always are.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Include {
    /// Keep passed checks.
    pub pass: bool,
    /// Keep checks that do not apply.
    pub not_applicable: bool,
}

impl Include {
    /// Whether findings of that verdict are kept.
    pub fn keeps(self, verdict: Verdict) -> bool {
        match verdict {
            Verdict::Fail | Verdict::Unknown => true,
            Verdict::Pass => self.pass,
            Verdict::NotApplicable => self.not_applicable,
        }
    }
}

/// One account that was to be scanned.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Target {
    /// The account's id.
    pub account: String,
    /// The account's name; empty where not known.
    pub name: String,
    /// What became of it.
    #[serde(flatten)]
    pub reach: TargetReach,
    /// Its regions that were to be scanned.
    pub regions: Vec<RegionTarget>,
}

/// What became of an account.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum TargetReach {
    /// It was entered.
    Scanned,
    /// It could not be entered.
    Unreachable {
        /// Index of the gap that says why.
        gap: usize,
    },
    /// It was left out on purpose.
    Skipped {
        /// Why, for example `suspended`.
        reason: String,
    },
}

/// One region of an account.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct RegionTarget {
    /// Its name.
    pub region: String,
    /// What became of it.
    #[serde(flatten)]
    pub reach: RegionReach,
    /// Functions that AWS listed.
    pub functions_listed: u64,
    /// Functions of these that at least one check judged.
    pub functions_evaluated: u64,
}

/// What became of a region.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum RegionReach {
    /// Its functions were listed.
    Scanned,
    /// Its list of functions broke off; those listed before were judged.
    Partial {
        /// Index of the gap that says why.
        gap: usize,
    },
    /// It has no functions and no layers.
    Empty,
    /// It is not switched on for the account.
    NotEnabled,
    /// AWS refused to say anything about it.
    Denied {
        /// Index of the gap that says why.
        gap: usize,
    },
    /// It did not answer.
    Unreachable {
        /// Index of the gap that says why.
        gap: usize,
    },
}

/// Everything counted.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Summary {
    /// The grade of all functions together; absent when none was graded.
    pub grade: Option<Grade>,
    /// Whether the grade could be worse if everything were known.
    pub at_most: bool,
    /// Functions per grade.
    pub grades: GradeCounts,
    /// Accounts and regions.
    pub targets: TargetTotals,
    /// Functions that AWS listed.
    pub functions_listed: u64,
    /// Functions in this report; always as many as were listed.
    pub functions_reported: u64,
    /// Functions that at least one check judged.
    pub functions_evaluated: u64,
    /// Functions of which at least one check does not know.
    pub functions_with_unknowns: u64,
    /// Verdicts, one for each check and resource.
    pub verdicts: VerdictCounts,
    /// Failed findings per severity, one for each offence; those hidden by a filter included.
    pub severities: SeverityCounts,
    /// The same for each account that was scanned, worst first.
    pub accounts: Vec<AccountSummary>,
    /// AWS calls, over all operations.
    pub calls: Calls,
}

/// One account, counted.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct AccountSummary {
    /// The account's id.
    pub account: String,
    /// The account's name; empty where not known.
    pub name: String,
    /// The grade of its functions together; absent when none was graded.
    pub grade: Option<Grade>,
    /// Whether the grade could be worse if everything were known.
    pub at_most: bool,
    /// Functions per grade.
    pub grades: GradeCounts,
    /// Functions that AWS listed.
    pub functions: u64,
    /// Verdicts, one for each check and resource.
    pub verdicts: VerdictCounts,
    /// Failed findings per severity, one for each offence.
    pub severities: SeverityCounts,
}

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
    /// Regions that refused or did not answer.
    pub regions_failed: u64,
}

impl TargetTotals {
    /// Whether at least one region of one account could be looked into; one that is not switched
    /// on was: there is nothing in it.
    pub fn any_scanned(&self) -> bool {
        self.regions_scanned + self.regions_not_enabled > 0
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

/// One function, with its score and what made it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct FunctionRecord {
    /// Its ARN, without a qualifier.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Its account's id.
    pub account: String,
    /// Its region.
    pub region: String,
    /// Its runtime as AWS writes it; absent for container images.
    pub runtime: Option<String>,
    /// From 0 (worst) to 100, not rounded; absent when no check could decide anything.
    pub score: Option<f64>,
    /// Whether the score could be lower if everything were known.
    pub at_most: bool,
    /// The letter for the score.
    pub grade: Option<Grade>,
    /// What the score is made of: 100 × all of these.
    pub factors: Vec<Factor>,
    /// Verdicts of the checks on it.
    pub verdicts: VerdictCounts,
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
