//! One judged account.

use std::collections::BTreeMap;
use std::io;

use super::counts::{SeverityCounts, VerdictCounts};
use super::gaps::{GapTable, gaps_of};
use super::model::{Include, RegionReach, RegionTarget, Target, TargetReach};
use super::record::Finding;
use super::score::Factor;
use super::spool::Spool;
use crate::check::{Definition, Judgement, Verdict};
use crate::facts::{Resource, Scope};
use crate::inventory::{AccountInventory, GapKind, MissedAccount, MissedReason, RegionStatus};

/// What became of one account: its verdicts as they are reached, without its inventory.
#[derive(Debug)]
pub struct AccountResult {
    pub(super) target: Target,
    pub(super) functions: BTreeMap<String, Listed>,
    pub(super) others: BTreeMap<Resource, Tally>,
    /// The ARN of the account itself and the verdicts on it, where a check concerns it.
    pub(super) itself: Option<(String, Tally)>,
    pub(super) findings: Spool,
    pub(super) severities: SeverityCounts,
    pub(super) gaps: GapTable,
    include: Include,
}

/// A function that AWS listed, and the verdicts on it.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) region: String,
    pub(super) runtime: Option<String>,
    pub(super) tally: Tally,
}

/// The verdicts on one resource.
#[derive(Debug, Default)]
pub(super) struct Tally {
    pub(super) verdicts: VerdictCounts,
    pub(super) factors: Vec<Factor>,
}

impl AccountResult {
    /// An account that was entered; every function that was listed is in the result from the
    /// start, whether a check will judge it or not.
    pub fn scanned(inventory: &AccountInventory, include: Include) -> Self {
        let mut result = Self::empty(&inventory.account.id, &inventory.account.name, include);
        for gap in gaps_of(inventory).cloned() {
            result.gaps.add(gap, 0);
        }
        for region in &inventory.regions {
            let reach = match (&region.status, region.listing.gap()) {
                (RegionStatus::NotEnabled, _) => RegionReach::NotEnabled,
                (RegionStatus::Denied(gap), _) => {
                    let index = result.gaps.add(gap.clone(), 0);
                    match gap.kind {
                        GapKind::ClosedByScp => RegionReach::ClosedByScp { gap: index },
                        _ => RegionReach::Denied { gap: index },
                    }
                }
                (RegionStatus::Unreachable(gap), _) => RegionReach::Unreachable {
                    gap: result.gaps.add(gap.clone(), 0),
                },
                (_, Some(gap)) => RegionReach::Partial {
                    gap: result.gaps.add(gap.clone(), 0),
                },
                (RegionStatus::Scanned, None) => RegionReach::Scanned,
                (RegionStatus::Empty, None) => RegionReach::Empty,
            };
            for function in &region.functions {
                let listed = Listed {
                    name: function.name.clone(),
                    region: region.region.to_string(),
                    runtime: function.configuration.runtime.clone(),
                    tally: Tally::default(),
                };
                result.functions.insert(function.arn.clone(), listed);
            }
            result.target.regions.push(RegionTarget {
                region: region.region.to_string(),
                reach,
                functions_listed: region.functions.len() as u64,
                functions_evaluated: 0,
            });
        }
        result
    }

    /// An account that gave no inventory.
    pub(super) fn missed(account: &MissedAccount) -> Self {
        let mut result = Self::empty(&account.id, &account.name, Include::default());
        result.target.reach = match &account.reason {
            MissedReason::Unreachable(gap) => TargetReach::Unreachable {
                gap: result.gaps.add(gap.clone(), 0),
            },
            MissedReason::Skipped(reason) => TargetReach::Skipped {
                reason: reason.clone(),
            },
        };
        result
    }

    fn empty(account: &str, name: &str, include: Include) -> Self {
        Self {
            target: Target {
                account: account.to_owned(),
                name: name.to_owned(),
                reach: TargetReach::Scanned,
                regions: Vec::new(),
            },
            functions: BTreeMap::new(),
            others: BTreeMap::new(),
            itself: None,
            findings: Spool::new(),
            severities: SeverityCounts::default(),
            gaps: GapTable::default(),
            include,
        }
    }

    /// Takes in what a check says of a resource; once for each pair.
    ///
    /// # Errors
    /// When findings, which are kept on disk where they are many, cannot be written.
    pub fn judge(
        &mut self,
        check: &Definition,
        resource: &Resource,
        judgement: Judgement,
    ) -> io::Result<()> {
        let verdict = judgement.verdict;
        self.count(check, resource, &judgement);
        if !self.include.keeps(verdict) {
            return Ok(());
        }
        let findings = Finding::of(check, resource, judgement, &mut self.gaps);
        for finding in &findings {
            if verdict == Verdict::Fail {
                self.severities.add(finding.severity);
            }
            self.findings.add(finding, resource)?;
        }
        Ok(())
    }

    /// Counts what a check says of a resource without keeping it.
    pub fn count(&mut self, check: &Definition, resource: &Resource, judgement: &Judgement) {
        let verdict = judgement.verdict;
        let tally = match resource.scope {
            // A function that was judged without being listed still shows, as a broken invariant
            // in the summary, rather than being lost.
            Scope::Function => {
                &mut self
                    .functions
                    .entry(resource.arn.clone())
                    .or_insert_with(|| Listed {
                        name: resource.name.clone(),
                        region: resource.region.clone(),
                        runtime: None,
                        tally: Tally::default(),
                    })
                    .tally
            }
            Scope::Account => {
                let blank = || (resource.arn.clone(), Tally::default());
                &mut self.itself.get_or_insert_with(blank).1
            }
            Scope::Layer | Scope::Region => self.others.entry(resource.clone()).or_default(),
        };
        tally.verdicts.add(verdict);
        if verdict == Verdict::Fail {
            // The offence that is most certain decides: others do not make it less so.
            let offences = &judgement.offences;
            let certain = offences.is_empty() || offences.iter().any(|one| one.certain);
            tally.factors.push(Factor::new(
                &check.id,
                check.severity,
                check.confidence_in(certain),
            ));
        }
    }
}
