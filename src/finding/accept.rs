//! Gaps that the user knows and accepts: they stay in the report, marked, and make no run incomplete.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gaps::GapRecord;
use crate::inventory::Gap;
use crate::policy::Pattern;

/// Acceptance of known gaps: which ones, why, and until when. Every pattern is anchored; `*` and `?` are wildcards.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Acceptance {
    /// The call, as `service:Operation`.
    pub operation: String,
    /// The account; every account where it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// The region, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// The resource, likewise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// Why the gap is no matter.
    pub reason: String,
    /// The last day on which it is accepted; absent on the command line, which is typed anew for each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Acceptance with what became of it in a run.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct AcceptanceUse {
    /// The acceptance.
    #[serde(flatten)]
    pub acceptance: Acceptance,
    /// Gaps that it covers.
    pub gaps: u64,
    /// Whether it had ended, so that it covers nothing any more.
    pub expired: bool,
}

/// Reason and end of the acceptance of one gap.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Accepted {
    /// Why the gap is no matter.
    pub reason: String,
    /// The last day on which it is accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

impl Acceptance {
    fn covers(&self, gap: &Gap) -> bool {
        let fits = |pattern: &Option<String>, text: &str| {
            pattern
                .as_deref()
                .is_none_or(|pattern| Pattern::glob(pattern).matches(text))
        };
        Pattern::glob(&self.operation).matches(&gap.operation)
            && fits(&self.account, &gap.account)
            && fits(&self.region, &gap.region)
            && fits(&self.resource, gap.resource.as_deref().unwrap_or_default())
    }
}

/// Marks the gaps that are accepted on a day, and tells what became of each acceptance.
pub(super) fn accept(
    acceptances: Vec<Acceptance>,
    gaps: &mut [GapRecord],
    today: Date,
) -> Vec<AcceptanceUse> {
    let mut uses: Vec<AcceptanceUse> = acceptances
        .into_iter()
        .map(|acceptance| AcceptanceUse {
            expired: acceptance.until.is_some_and(|until| until < today),
            gaps: 0,
            acceptance,
        })
        .collect();
    for record in gaps {
        let covering = uses
            .iter_mut()
            .filter(|one| one.acceptance.covers(&record.gap));
        for one in covering {
            one.gaps += 1;
            if !one.expired && record.accepted.is_none() {
                record.incomplete = false;
                record.accepted = Some(Accepted {
                    reason: one.acceptance.reason.clone(),
                    until: one.acceptance.until,
                });
            }
        }
    }
    uses
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::GapKind;

    fn acceptance(operation: &str, account: Option<&str>, until: Option<&str>) -> Acceptance {
        Acceptance {
            operation: operation.to_owned(),
            account: account.map(str::to_owned),
            region: None,
            resource: None,
            reason: "known".to_owned(),
            until: until.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn only_gaps_that_fit_are_accepted_and_only_until_the_last_day() {
        let record = |operation: &str, account: &str| GapRecord {
            gap: Gap::labelled(operation, GapKind::AccessDenied, "no").at(account, "eu-west-1"),
            next_step: String::new(),
            incomplete: true,
            accepted: None,
            verdicts: 1,
        };
        let mut gaps = [
            record("lambda:GetFunction", "111122223333"),
            record("lambda:GetFunctionUrlConfig", "111122223333"),
            record("lambda:GetFunction", "444455556666"),
            record("kms:DescribeKey", "444455556666"),
        ];
        let uses = accept(
            vec![
                acceptance("lambda:GetFunction", Some("1111*"), Some("2026-11-30")),
                acceptance("kms:*", None, Some("2026-11-29")),
                acceptance("sqs:*", None, None),
            ],
            &mut gaps,
            "2026-11-30".parse().unwrap(),
        );
        let incomplete: Vec<bool> = gaps.iter().map(|gap| gap.incomplete).collect();
        assert_eq!(incomplete, [false, true, true, true]);
        let counts: Vec<(u64, bool)> = uses.iter().map(|one| (one.gaps, one.expired)).collect();
        assert_eq!(counts, [(1, false), (1, true), (0, false)]);
    }
}
