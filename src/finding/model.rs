//! The report: what every format renders, and what the published JSON Schema describes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::accept::AcceptanceUse;
use super::counts::{Calls, GradeCounts, SeverityCounts, TargetTotals, VerdictCounts};
use super::gaps::GapRecord;
use super::record::Finding;
use super::score::{Factor, Grade};
use super::terms::ReportTerms;
use crate::check::{Severity, Verdict};
use crate::inventory::{LedgerEntry, RunScope};
use crate::operation::Depth;

/// The format of a report. The number after the slash changes when a reader of the old format
/// could go wrong; new members alone do not change it.
pub const SCHEMA: &str = "lamppost-report/1";

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
    /// How much was asked about each function.
    #[serde(default)]
    pub depth: Depth,
    /// Ids of chosen checks that were left out, because they need what only deep depth asks.
    #[serde(default)]
    pub checks_left_out: Vec<String>,
    /// Ids of chosen checks that were evaluated only for functions of which the depth knows enough; to the others they do
    /// not apply.
    #[serde(default)]
    pub checks_in_part: Vec<String>,
    /// Which verdicts are in `findings` besides FAIL and UNKNOWN.
    pub include: Include,
    /// As whom and where it looked.
    #[serde(default)]
    pub scope: RunScope,
    /// What the user's settings did to it.
    #[serde(default)]
    pub terms: ReportTerms,
    /// Gaps that the user accepts, and what became of each acceptance.
    #[serde(default)]
    pub accepted: Vec<AcceptanceUse>,
    /// Kinds of compute that are not looked at.
    #[serde(default)]
    pub not_covered: Vec<NotCovered>,
    /// Whether everything that was asked for was observed; `false` makes exit code 4.
    pub complete: bool,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}

/// Kind of compute that is not looked at.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct NotCovered {
    /// What it is.
    pub what: String,
    /// Why it is not looked at.
    pub why: String,
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
    /// A service control policy closes it to the account, or to the scanner.
    ClosedByScp {
        /// Index of the gap that says by what.
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
    /// Accounts per grade of their own, by the checks of accounts; no function counts here.
    #[serde(default)]
    pub account_grades: GradeCounts,
    /// Accounts that at least one check of accounts judged.
    #[serde(default)]
    pub accounts_evaluated: u64,
    /// Accounts of which at least one check of accounts does not know.
    #[serde(default)]
    pub accounts_with_unknowns: u64,
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
    /// The account itself, apart from its functions; absent where no check of accounts was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own: Option<ResourceScore>,
}

/// A resource that is no function, with its score and what made it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct ResourceScore {
    /// Its ARN, under which findings name it.
    pub arn: String,
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
