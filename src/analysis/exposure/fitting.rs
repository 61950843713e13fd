//! Accounts and organisations that conditions name, and those that fit where only a pattern does.

use super::door::Mentioned;
use super::standing::NO_ORGANIZATION;
use crate::policy::{Arn, KeyState, Pattern, STRANGER_ACCOUNT, is_account_id};

/// Accounts that conditions name by themselves or in ARNs.
pub(super) fn accounts<'a>(
    mentioned: &Mentioned<'a>,
    keys: &[&str],
    arn_keys: &[&str],
) -> impl Iterator<Item = &'a str> {
    let arns = mentioned.values(arn_keys).filter_map(account_field);
    let accounts = mentioned.values(keys).chain(arns);
    accounts
        .map(|text| text.trim_matches('*'))
        .filter(|id| is_account_id(id))
}

/// Accounts that fit those that conditions name by patterns only.
pub(super) fn fitting_accounts(
    mentioned: &Mentioned<'_>,
    keys: &[&str],
    arn_keys: &[&str],
) -> Vec<String> {
    let arns = mentioned.values(arn_keys).filter_map(account_field);
    let accounts = mentioned.values(keys).chain(arns);
    accounts.filter_map(fitting_account).collect()
}

/// The account field of an ARN or a pattern of one, which may end there.
pub(super) fn account_field(text: &str) -> Option<&str> {
    let field = || text.strip_prefix("arn:")?.split(':').nth(3);
    Arn::parse(text).map(|arn| arn.account).or_else(field)
}

/// An account in an organisation.
pub(super) struct Made {
    pub(in crate::analysis) account: String,
    pub(super) organization: KeyState,
    /// Whether neither was made to fit a pattern.
    pub(super) ordinary: bool,
}

/// Of accounts and organisations that were made to fit patterns: a statement that needs more of them to let somebody in
/// would have to contradict itself as often.
pub(super) const ENOUGH: usize = 64;

/// The stranger's account and organisation, and those that were made to fit patterns, each with each.
pub(super) fn crossed(
    mut accounts: Vec<String>,
    mut organizations: Vec<String>,
    none_differs: bool,
) -> Vec<Made> {
    for made in [&mut accounts, &mut organizations] {
        made.sort_unstable();
        made.dedup();
        made.truncate(ENOUGH);
    }
    accounts.insert(0, STRANGER_ACCOUNT.to_owned());
    let mut places = vec![(true, KeyState::one(NO_ORGANIZATION))];
    places.extend(none_differs.then_some((true, KeyState::Absent)));
    let made = organizations
        .into_iter()
        .map(|id| (false, KeyState::one(id)));
    places.extend(made);
    let each = accounts.into_iter().flat_map(|account| {
        let places = places.iter().cloned();
        places.map(move |(ordinary, organization)| Made {
            ordinary: ordinary && account == STRANGER_ACCOUNT,
            account: account.clone(),
            organization,
        })
    });
    each.collect()
}

/// An organisation for each pattern of organisations or of places in them that conditions name.
pub(super) fn fitting_organizations(mentioned: &Mentioned<'_>, keys: &[&str]) -> Vec<String> {
    if !mentioned.any(keys) {
        return Vec::new();
    }
    // <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>
    let shape = Pattern::glob("o-??????????*");
    let ids = mentioned
        .values(keys)
        .filter_map(|text| text.split('/').next());
    ids.filter(|id| id.contains(['*', '?']) && !id.contains('$'))
        .filter_map(|id| Pattern::glob(id).common(&shape))
        .collect()
}

/// An account id that fits a pattern which holds wildcards between digits.
fn fitting_account(pattern: &str) -> Option<String> {
    let digits = pattern.bytes().filter(u8::is_ascii_digit).count();
    let wild = pattern.contains(['*', '?']);
    let clean = pattern
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'*' || byte == b'?');
    if !wild || !clean || digits == 0 || is_account_id(pattern.trim_matches('*')) {
        return None;
    }
    let fixed = pattern.bytes().filter(|byte| *byte != b'*').count();
    let mut missing = 12_usize.checked_sub(fixed)?;
    let mut account = String::new();
    for character in pattern.chars() {
        match character {
            '*' => {
                account.extend(std::iter::repeat_n('0', missing));
                missing = 0;
            }
            '?' => account.push('0'),
            digit => account.push(digit),
        }
    }
    is_account_id(&account).then_some(account)
}
