//! From an account's inventory to its verdicts.

use super::account::AccountResult;
use super::model::Include;
use crate::analysis::{AccountContext, Settings};
use crate::check::{Check, Judge};
use crate::facts::documents;
use crate::inventory::AccountInventory;

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
    for document in documents(&account) {
        let document = document?;
        let judge = Judge::new(&document);
        for check in checks {
            if check.definition.scope == document.resource.scope {
                result.judge(&check.definition, &document.resource, judge.judge(check));
            }
        }
    }
    Ok(result)
}
