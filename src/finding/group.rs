//! Which findings stand together in a report, and in which order.

use std::cmp::{Ordering, Reverse};

use serde::{Deserialize, Serialize};

use super::record::Finding;
use crate::check::{Confidence, Severity, Verdict};

/// What findings have in common that stand together: failed ones come first, and of these the worst.
/// Within a group they are in the order of account, region, resource and id.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(super) struct Group {
    verdict: Verdict,
    pub(super) severity: Severity,
    confidence: Confidence,
    check: String,
}

impl Group {
    pub(super) fn of(finding: &Finding) -> Self {
        Self {
            verdict: finding.verdict,
            severity: finding.severity,
            confidence: finding.confidence,
            check: finding.check.clone(),
        }
    }

    fn key(&self) -> impl Ord + '_ {
        let rank = match self.verdict {
            Verdict::Fail => 0,
            Verdict::Unknown => 1,
            Verdict::Pass => 2,
            Verdict::NotApplicable => 3,
        };
        (
            rank,
            Reverse(self.severity),
            Reverse(self.confidence),
            self.check.as_str(),
        )
    }
}

impl Ord for Group {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}

impl PartialOrd for Group {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
