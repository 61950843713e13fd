//! What a check says of a resource.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::inventory::Gap;

/// The four things that a check can say.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// As it ought to be.
    Pass,
    /// Not as it ought to be.
    Fail,
    /// What would decide could not be observed.
    Unknown,
    /// The check does not concern this resource.
    NotApplicable,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Unknown => "UNKNOWN",
            Self::NotApplicable => "NOT_APPLICABLE",
        })
    }
}

/// A verdict with its reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// What to show for a FAIL: one entry for each offender, never empty then.
    pub offences: Vec<Offence>,
    /// Why the verdict is UNKNOWN.
    pub gaps: Vec<Gap>,
}

/// One thing that is wrong, with its rendered texts.
#[derive(Clone, Debug, PartialEq)]
pub struct Offence {
    /// The evidence item; null where the check shows none.
    pub evidence: Value,
    /// Whether the evidence is certain; where it is not, the finding has a lower confidence than the check.
    pub certain: bool,
    /// What tells it from other offences of the same check and resource; part of the finding's id.
    pub identity: Vec<String>,
    /// One sentence about it.
    pub message: String,
    /// What it has in common with other findings that one change would resolve.
    pub cause: Option<String>,
    /// How to mend it, with real names.
    pub fix: super::definition::Fix,
}
