//! Findings: verdicts with a stable id, the score of every function, and the report that holds both.
//!
//! A judged account becomes an [`AccountResult`]; a [`ReportBuilder`] takes these in any order and
//! finishes a [`Report`] that is sorted the same way every time. Formats are the business of the
//! report room.

mod account;
mod assess;
mod builder;
mod counts;
mod folder;
mod gaps;
mod id;
mod judged;
mod model;
mod outcome;
mod record;
mod score;
mod show;

pub use account::AccountResult;
pub use assess::assess;
pub use builder::{ReportBuilder, RunInfo};
pub use counts::{Calls, GradeCounts, SeverityCounts, TargetTotals, VerdictCounts};
pub use folder::{FolderError, FolderReport, RunFolder};
pub use gaps::{GapRecord, is_incomplete};
pub use id::finding_id;
pub use judged::{AccountPart, Judged};
pub use model::{
    AccountSummary, FunctionRecord, Include, Mode, RegionReach, RegionTarget, Report, Run, SCHEMA,
    Summary, Target, TargetReach,
};
pub use outcome::Outcome;
pub use record::{Finding, Remediation};
pub use score::{Factor, Grade, Score, confidence_factor, fleet_grade, score, severity_weight};
pub use show::Contents;
