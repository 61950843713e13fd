//! From an account's inventory to its verdicts.

use std::collections::BTreeSet;
use std::io;
use std::panic::resume_unwind;
use std::sync::mpsc::sync_channel;
use std::thread;

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};
use thiserror::Error;

use super::account::AccountResult;
use super::model::Include;
use crate::analysis::{AccountContext, Settings};
use crate::check::{Check, Definition, Judge, Judgement, Verdict};
use crate::facts::{Resource, Scope, Subject, subjects};
use crate::inventory::AccountInventory;

/// How many resources are judged before their verdicts are taken in: enough to keep all cores busy,
/// and few enough that verdicts do not pile up.
const BATCH: usize = 256;

/// Why an account could not be judged.
#[derive(Debug, Error)]
pub enum AssessError {
    /// Facts cannot be expressed, which no observation can bring about.
    #[error("facts cannot be written as JSON")]
    Facts(#[source] serde_json::Error),
    /// There is no room for the findings, which are kept on disk.
    #[error("cannot keep findings in the folder for temporary files")]
    Spool(#[source] io::Error),
}

/// Judges every resource of an account by every check that concerns its kind.
///
/// # Errors
/// When facts cannot be expressed, or findings cannot be kept.
pub fn assess(
    inventory: &AccountInventory,
    settings: &Settings,
    checks: &[&Check],
    include: Include,
) -> Result<AccountResult, AssessError> {
    let account = AccountContext::new(inventory, settings);
    // A document is as much work as its verdicts, and privileges are more.
    let scopes: BTreeSet<Scope> = checks.iter().map(|check| check.definition.scope).collect();
    let subjects: Vec<Subject<'_>> = subjects(&account)
        .filter(|subject| scopes.contains(&subject.scope()))
        .collect();
    // While one batch is judged, the verdicts of the last one are taken in.
    thread::scope(|scope| {
        let (send, batches) = sync_channel::<Vec<Judged<'_>>>(0);
        let taking = scope.spawn(move || {
            let mut result = AccountResult::scanned(inventory, include);
            for judged in batches.into_iter().flatten() {
                let resource = &judged.resource;
                for (check, judgement) in judged.judgements {
                    match judged.replica {
                        true => result.count(check, resource, &judgement),
                        false => result.judge(check, resource, judgement)?,
                    }
                }
            }
            Ok(result)
        });
        for batch in subjects.chunks(BATCH) {
            let judged = batch
                .par_iter()
                .map(|subject| judge(*subject, checks))
                .collect::<Result<_, _>>()
                .map_err(AssessError::Facts)?;
            if send.send(judged).is_err() {
                break;
            }
        }
        drop(send);
        let taken = taking.join().unwrap_or_else(|panic| resume_unwind(panic));
        taken.map_err(AssessError::Spool)
    })
}

struct Judged<'a> {
    resource: Resource,
    /// Whether everything is said of what it is a copy of.
    replica: bool,
    judgements: Vec<(&'a Definition, Judgement)>,
}

fn judge<'a>(subject: Subject<'_>, checks: &[&'a Check]) -> Result<Judged<'a>, serde_json::Error> {
    let document = subject.document()?;
    let judge = Judge::new(&document);
    let mut judgements: Vec<(&Definition, Judgement)> = checks
        .iter()
        .filter(|check| check.definition.scope == document.resource.scope)
        .map(|check| (&check.definition, judge.judge(check)))
        .collect();
    leave_out_implied(&mut judgements);
    Ok(Judged {
        replica: document.replica,
        resource: document.resource,
        judgements,
    })
}

/// One fact counts once: a check whose failure another failed check contains does not apply.
fn leave_out_implied(judgements: &mut [(&Definition, Judgement)]) {
    let failed: Vec<&Definition> = judgements
        .iter()
        .filter(|(_, judgement)| judgement.verdict == Verdict::Fail)
        .map(|(check, _)| *check)
        .collect();
    for (check, judgement) in judgements {
        // Of two checks that imply each other, or one that implies itself, none contains the other.
        let contains = |other: &&Definition| {
            other.implies.contains(&check.id) && !check.implies.contains(&other.id)
        };
        if judgement.verdict == Verdict::Fail && failed.iter().any(contains) {
            *judgement = Judgement::not_applicable();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Registry;
    use crate::facts;

    #[test]
    fn what_a_failed_check_implies_does_not_count_besides() {
        let registry = Registry::builtin(&facts::schema).unwrap();
        let check = |id: &str| &registry.get(id).unwrap().definition;
        let judged = |stronger: Verdict| {
            let judgement = |verdict| Judgement {
                verdict,
                ..Judgement::not_applicable()
            };
            let mut judgements = vec![
                (
                    check("end-of-life-operating-system"),
                    judgement(Verdict::Unknown),
                ),
                (check("deprecated-runtime"), judgement(Verdict::Fail)),
                (check("update-blocked-runtime"), judgement(stronger)),
            ];
            leave_out_implied(&mut judgements);
            let verdicts = judgements
                .into_iter()
                .map(|(_, judgement)| judgement.verdict);
            verdicts.collect::<Vec<_>>()
        };
        assert_eq!(
            judged(Verdict::Fail),
            [Verdict::Unknown, Verdict::NotApplicable, Verdict::Fail]
        );
        assert_eq!(
            judged(Verdict::Pass),
            [Verdict::Unknown, Verdict::Fail, Verdict::Pass]
        );
    }

    #[test]
    fn what_is_implied_exists() {
        let registry = Registry::builtin(&facts::schema).unwrap();
        for check in registry.checks() {
            for id in &check.definition.implies {
                let implied = registry.get(id).unwrap();
                assert_eq!(implied.definition.scope, check.definition.scope, "{id}");
            }
        }
    }
}
