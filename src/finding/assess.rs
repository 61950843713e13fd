//! From an account's inventory to its verdicts.

use rayon::iter::{IntoParallelRefIterator as _, ParallelIterator as _};

use super::account::AccountResult;
use super::model::Include;
use crate::analysis::{AccountContext, Settings};
use crate::check::{Check, Definition, Judge, Judgement};
use crate::facts::{Resource, Subject, subjects};
use crate::inventory::AccountInventory;

/// How many resources are judged before their verdicts are taken in: enough to keep all cores busy,
/// and few enough that verdicts which are not kept do not pile up.
const BATCH: usize = 512;

/// Judges every resource of an account by every check that concerns its kind.
///
/// # Errors
/// When facts cannot be expressed in JSON, which no observation can bring about.
pub fn assess(
    inventory: &AccountInventory,
    settings: &Settings,
    checks: &[&Check],
    include: Include,
) -> Result<AccountResult, serde_json::Error> {
    let account = AccountContext::new(inventory, settings);
    let mut result = AccountResult::scanned(inventory, include);
    let subjects: Vec<Subject<'_>> = subjects(&account).collect();
    for batch in subjects.chunks(BATCH) {
        let judged: Vec<_> = batch
            .par_iter()
            .map(|subject| judge(*subject, checks))
            .collect::<Result<_, _>>()?;
        for (resource, judgements) in judged {
            for (check, judgement) in judgements {
                result.judge(check, &resource, judgement);
            }
        }
    }
    Ok(result)
}

type Judged<'a> = (Resource, Vec<(&'a Definition, Judgement)>);

fn judge<'a>(subject: Subject<'_>, checks: &[&'a Check]) -> Result<Judged<'a>, serde_json::Error> {
    let document = subject.document()?;
    let judge = Judge::new(&document);
    let judgements = checks
        .iter()
        .filter(|check| check.definition.scope == document.resource.scope)
        .map(|check| (&check.definition, judge.judge(check)))
        .collect();
    Ok((document.resource, judgements))
}
