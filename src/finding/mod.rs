//! Findings: verdicts with a stable id, the score of every function, and the report that holds both.
//!
//! A judged account becomes an [`AccountResult`]; a [`RunFolder`] takes these in any order, and a
//! [`FolderReport`] reads them from there in an order that is the same every time. Formats are the
//! business of the report room.

mod accept;
mod account;
mod assess;
mod counts;
mod folder;
mod gaps;
mod group;
mod head;
mod id;
mod judged;
mod model;
mod outcome;
mod record;
mod score;
mod show;
mod spool;
mod terms;

pub use accept::{Acceptance, AcceptanceUse, Accepted};
pub use account::AccountResult;
pub use assess::{AssessError, assess};
pub use counts::{Calls, GradeCounts, SeverityCounts, TargetTotals, VerdictCounts};
pub use folder::{FolderError, FolderReport, RunFolder};
pub use gaps::{GapRecord, is_incomplete};
pub use head::{RunInfo, Terms};
pub use id::finding_id;
pub use judged::{AccountPart, Judged};
pub use model::{
    AccountSummary, FunctionRecord, Include, Mode, NotCovered, RegionReach, RegionTarget, Report,
    ResourceScore, Run, SCHEMA, Summary, Target, TargetReach,
};
pub use outcome::Outcome;
pub use record::{Cause, Finding, Remediation};
pub use score::{Factor, Grade, Score, confidence_factor, fleet_grade, score, severity_weight};
pub use show::{Contents, Records};
pub use terms::{ConfigurationFile, NOT_COVERED, ReportTerms, SeverityOverride};
