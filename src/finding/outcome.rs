//! How a run ended, as the shell sees it.

use std::process::ExitCode;

use super::model::{RegionReach, Report, TargetReach};
use crate::check::Severity;

/// Places that the sentence names; beyond them the number says enough.
const PLACES: usize = 5;

/// How a run ended; the number is the exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(u8)]
pub enum Outcome {
    /// Everything was scanned and no finding is as bad as `--fail-on`.
    Clean = 0,
    /// At least one failed finding is at or above `--fail-on`. Wins over [`Self::Incomplete`].
    Findings = 1,
    /// Wrong usage, configuration or check file; nothing was scanned.
    Usage = 2,
    /// There are no credentials, or not one region of one account could be looked into.
    NothingScanned = 3,
    /// Scanned, but something that was asked for is missing: an account could not be entered, a
    /// region refused, a call failed, or somebody stopped the scan. The report's `gaps` with
    /// `incomplete: true` say what; verdicts that are UNKNOWN for other reasons (see
    /// [`super::is_incomplete`]) do not make it so.
    Incomplete = 4,
    /// A defect of Lamppost itself, or of the machine it runs on, such as a full disk.
    Internal = 5,
}

impl Outcome {
    /// The outcome of a finished report.
    ///
    /// `fail_on` is the lowest severity that counts; `None`: no finding ever counts. Filters on
    /// what is shown change nothing here.
    pub fn of(report: &Report, fail_on: Option<Severity>) -> Self {
        let failed = fail_on.map_or(0, |severity| report.summary.severities.at_least(severity));
        // Findings about an account answer no question about regions of which none was looked into.
        if Self::is_empty_part(report) {
            Self::Clean
        } else if !report.summary.targets.any_scanned() {
            Self::NothingScanned
        } else if failed > 0 {
            Self::Findings
        } else if !report.run.complete {
            Self::Incomplete
        } else {
            Self::Clean
        }
    }

    /// Whether the run was of a part of the accounts in which there is none: there was nothing to scan.
    pub fn is_empty_part(report: &Report) -> bool {
        let reached = |reach: &TargetReach| !matches!(reach, TargetReach::Skipped { .. });
        report.run.scope.shard.is_some()
            && !report.run.interrupted
            && !report.targets.iter().any(|target| reached(&target.reach))
    }

    /// Why not one region was looked into, in one sentence; `None` where one was.
    pub fn nothing_scanned(report: &Report) -> Option<String> {
        if report.summary.targets.any_scanned() {
            return None;
        }
        let places = report.targets.iter().flat_map(|target| {
            let account = &target.account;
            let regions = target.regions.iter().map(move |region| {
                let state = match &region.reach {
                    RegionReach::NotEnabled => "is not enabled",
                    RegionReach::Denied { .. } => "is denied",
                    RegionReach::ClosedByScp { .. } => "is closed by a service control policy",
                    RegionReach::Unreachable { .. } => "does not answer",
                    RegionReach::Scanned | RegionReach::Partial { .. } | RegionReach::Empty => "",
                };
                format!("{} {state} in account {account}", region.region)
            });
            let whole = match &target.reach {
                TargetReach::Unreachable { .. } => {
                    Some(format!("account {account} cannot be entered"))
                }
                TargetReach::Skipped { reason } => {
                    Some(format!("account {account} is left out: {reason}"))
                }
                TargetReach::Scanned => None,
            };
            whole.into_iter().chain(regions)
        });
        let mut places: Vec<String> = places.collect();
        let more = places.len().saturating_sub(PLACES);
        places.truncate(PLACES);
        let mut text = "nothing was scanned".to_owned();
        if !places.is_empty() {
            text.push_str(&format!(": {}", places.join("; ")));
        }
        if more > 0 {
            text.push_str(&format!("; and {more} more"));
        }
        Some(text)
    }

    /// The exit code.
    pub fn code(self) -> u8 {
        self as u8
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}
