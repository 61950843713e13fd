//! Gaps as a report holds them: each once, with the next step and how much hangs on it.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::accept::Accepted;
use crate::inventory::{AccountInventory, Gap, GapKind, Gaps as _};

/// Something that could not be observed, and what hangs on it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct GapRecord {
    /// What could not be observed.
    #[serde(flatten)]
    pub gap: Gap,
    /// What a person can do about it.
    pub next_step: String,
    /// Verdicts that are UNKNOWN because of it.
    pub verdicts: u64,
    /// Whether the scan is incomplete because of it.
    pub incomplete: bool,
    /// Why and until when the user accepts it; absent where it is not accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<Accepted>,
}

/// Whether a gap makes a scan incomplete, and so exit code 4: a call that the chosen checks need
/// failed or was never made.
///
/// Some kinds are answers, not failures, and scanning again with more permissions or patience
/// would not fill them: `Unrecognised` (AWS said something newer than this version),
/// `Undecryptable` (reading it needs `kms:Decrypt`, which Lamppost never asks for), `Deleted`
/// (it no longer exists), `ClosedByScp` and `FeatureNotAvailable` (states of a region), `OrganizationUnread`
/// (what it would say is presumed). They may still make verdicts UNKNOWN. `NotPlanned` counts only where a chosen check
/// turns out to need it, as when a snapshot is judged by checks that it was not taken for.
pub fn is_incomplete(kind: GapKind, verdicts: u64) -> bool {
    match kind {
        GapKind::Unrecognised
        | GapKind::Undecryptable
        | GapKind::Deleted
        | GapKind::Deeper
        | GapKind::ClosedByScp
        | GapKind::FeatureNotAvailable
        | GapKind::OrganizationUnread => false,
        GapKind::NotPlanned => verdicts > 0,
        GapKind::AccessDenied
        | GapKind::DeniedByScp
        | GapKind::Throttled
        | GapKind::Timeout
        | GapKind::Network
        | GapKind::ServerFault
        | GapKind::Malformed
        | GapKind::ExpiredCredentials
        | GapKind::UnrecognizedCredentials
        | GapKind::Refused
        | GapKind::Interrupted => true,
    }
}

/// Gaps, each once, in the order in which they were met.
#[derive(Clone, Debug, Default)]
pub(super) struct GapTable {
    entries: Vec<(Gap, u64)>,
    index: HashMap<Gap, usize>,
}

impl GapTable {
    /// The index of a gap, which is added where it is new.
    pub(super) fn add(&mut self, gap: Gap, verdicts: u64) -> usize {
        if let Some(&index) = self.index.get(&gap) {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.1 += verdicts;
            }
            return index;
        }
        let index = self.entries.len();
        self.index.insert(gap.clone(), index);
        self.entries.push((gap, verdicts));
        index
    }

    /// The gaps with the number of verdicts that each affects.
    pub(super) fn into_entries(self) -> Vec<(Gap, u64)> {
        self.entries
    }

    /// The records in a fixed order, and the new index of every old one.
    pub(super) fn into_records(self) -> (Vec<GapRecord>, Vec<usize>) {
        let mut numbered: Vec<(usize, (Gap, u64))> = self.entries.into_iter().enumerate().collect();
        numbered.sort_by(|(_, one), (_, other)| one.cmp(other));
        let mut moved: Vec<(usize, usize)> = numbered
            .iter()
            .enumerate()
            .map(|(new, &(old, _))| (old, new))
            .collect();
        moved.sort_unstable();
        let records = numbered
            .into_iter()
            .map(|(_, (gap, verdicts))| GapRecord {
                next_step: gap.next_step().to_owned(),
                incomplete: is_incomplete(gap.kind, verdicts),
                accepted: None,
                verdicts,
                gap,
            })
            .collect();
        (records, moved.into_iter().map(|(_, new)| new).collect())
    }
}

/// Every gap of an inventory, those that no check reads included.
///
/// What was not planned, or is not for this depth, is left out: it is a gap only for a check that
/// reads it.
pub(super) fn gaps_of(inventory: &AccountInventory) -> impl Iterator<Item = &Gap> {
    let gaps = inventory.gaps().into_iter();
    gaps.filter(|gap| !matches!(gap.kind, GapKind::NotPlanned | GapKind::Deeper))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_scan_incomplete() {
        let cases = [
            (GapKind::AccessDenied, 0, true),
            (GapKind::DeniedByScp, 0, true),
            (GapKind::Throttled, 0, true),
            (GapKind::Timeout, 0, true),
            (GapKind::Network, 0, true),
            (GapKind::ServerFault, 0, true),
            (GapKind::Malformed, 0, true),
            (GapKind::ExpiredCredentials, 0, true),
            (GapKind::UnrecognizedCredentials, 0, true),
            (GapKind::Refused, 0, true),
            (GapKind::Interrupted, 0, true),
            (GapKind::Undecryptable, 7, false),
            (GapKind::Unrecognised, 7, false),
            (GapKind::Deleted, 7, false),
            (GapKind::ClosedByScp, 7, false),
            (GapKind::FeatureNotAvailable, 7, false),
            (GapKind::OrganizationUnread, 7, false),
            (GapKind::Deeper, 7, false),
            (GapKind::NotPlanned, 0, false),
            (GapKind::NotPlanned, 1, true),
        ];
        for (kind, verdicts, expected) in cases {
            assert_eq!(is_incomplete(kind, verdicts), expected, "{kind:?}");
        }
    }

    #[test]
    fn indices_follow_the_order() {
        let mut table = GapTable::default();
        let b = table.add(Gap::labelled("b:B", GapKind::Timeout, ""), 1);
        let a = table.add(Gap::labelled("a:A", GapKind::Timeout, ""), 0);
        assert_eq!(table.add(Gap::labelled("b:B", GapKind::Timeout, ""), 2), b);
        let (records, moved) = table.into_records();
        assert_eq!(records[moved[a]].gap.operation, "a:A");
        assert_eq!(records[moved[b]].gap.operation, "b:B");
        assert_eq!(records[moved[b]].verdicts, 3);
    }
}
