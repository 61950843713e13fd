//! Accounts and organisations that conditions name, and those that fit where only a pattern does.

use super::door::Mentioned;
use super::standing::NO_ORGANIZATION;
use crate::policy::{
    Arn, Condition, KeyState, Pattern, Principal, Quantifier, STRANGER_ACCOUNT, Shape, Test,
    is_account_id, text_cells,
};

/// Accounts that conditions name by themselves or in ARNs.
pub(super) fn accounts<'a>(
    mentioned: &Mentioned<'a>,
    keys: &[&str],
    arn_keys: &[&str],
) -> impl Iterator<Item = &'a str> {
    let arns = mentioned.values(arn_keys).flat_map(account_ids);
    let accounts = mentioned.values(keys).map(|text| text.trim_matches('*'));
    accounts.filter(|id| is_account_id(id)).chain(arns)
}

/// Who stands for all whom no condition names: accounts or organisations, chosen after reading what conditions say.
#[derive(Debug, Default)]
pub(super) struct Fitting {
    /// One that no pattern fits; `None` where patterns leave none.
    pub(super) ordinary: Option<String>,
    /// One for each way in which patterns fit.
    pub(super) patterned: Vec<String>,
    /// Whether there may be others whom conditions treat otherwise.
    pub(super) cut: bool,
}

impl Fitting {
    /// From what conditions name: the patterns among it and the rest. `usual` is taken where it will do.
    fn new(shape: &Shape, usual: &str, named: Vec<&str>) -> Self {
        let wild = |text: &&str| text.contains(['*', '?']);
        let (patterns, literals): (Vec<&str>, Vec<&str>) = named.into_iter().partition(wild);
        let patterns: Vec<Pattern> = patterns.into_iter().map(Pattern::glob).collect();
        let found = text_cells(shape, &patterns, &literals);
        let mut fitting = Self {
            ordinary: None,
            patterned: Vec::new(),
            cut: found.cut,
        };
        for cell in found.cells {
            match cell.matched.is_empty() {
                true => fitting.ordinary = Some(cell.text),
                false => fitting.patterned.push(cell.text),
            }
        }
        let unfit = literals.contains(&usual) || patterns.iter().any(|one| one.matches(usual));
        if fitting.ordinary.is_some() && !unfit {
            fitting.ordinary = Some(usual.to_owned());
        }
        fitting.cut |= fitting.patterned.len() > ENOUGH;
        fitting.patterned.truncate(ENOUGH);
        fitting
    }

    fn usual(text: &str) -> Self {
        Self {
            ordinary: Some(text.to_owned()),
            ..Self::default()
        }
    }
}

/// Accounts that stand for all that conditions do not name.
pub(super) fn fitting_accounts(
    mentioned: &Mentioned<'_>,
    keys: &[&str],
    arn_keys: &[&str],
) -> Fitting {
    let principals = mentioned.principals();
    let mut named: Vec<&str> = principals.filter_map(Principal::account).collect();
    named.extend(mentioned.values(keys));
    let arns = || mentioned.values(arn_keys);
    named.extend(arns().filter_map(account_field));
    named.extend(arns().flat_map(account_ids));
    named.retain(|text| {
        let clean = text
            .bytes()
            .all(|byte| byte.is_ascii_digit() || matches!(byte, b'*' | b'?'));
        // a pattern without digits fits all accounts or none
        clean && text.bytes().any(|byte| byte.is_ascii_digit())
    });
    named.sort_unstable();
    named.dedup();
    let mut fitting = match named.is_empty() {
        true => Fitting::usual(STRANGER_ACCOUNT),
        false => Fitting::new(&Shape::account(), STRANGER_ACCOUNT, named),
    };
    fitting.cut |= cross_colons(mentioned, arn_keys);
    fitting
}

/// Whether conditions compare ARNs as text such that a wildcard stands for whole fields.
fn cross_colons(mentioned: &Mentioned<'_>, arn_keys: &[&str]) -> bool {
    let texts = mentioned
        .of(arn_keys)
        .filter(|one| one.operator.test != Test::Arn);
    let mut texts = texts.flat_map(|condition| &condition.values);
    texts.any(|value| crosses(value.written()))
}

/// Whether a wildcard of a text stands for colons before the account, so that no field of it is that of the account.
fn crosses(text: &str) -> bool {
    let fields: Vec<&str> = text.split(':').collect();
    let head = fields.iter().take(4).position(|field| field.contains('*'));
    fields.len() < 6
        && head.is_some_and(|place| text.ends_with('*').then_some(place + 1) != Some(fields.len()))
}

/// Whether a condition of a statement holds only for accounts that it names in full: callers of any other account fail
/// it, whatever else they can choose.
pub(super) fn names_its_accounts(own: &Mentioned<'_>, keys: &[&str], arn_keys: &[&str]) -> bool {
    let binds = |condition: &&Condition| {
        let operator = &condition.operator;
        !operator.negated && !operator.if_exists && operator.quantifier != Some(Quantifier::All)
    };
    let each = |condition: &Condition, named: &dyn Fn(&str) -> bool| {
        let mut values = condition.values.iter();
        values.all(|value| named(value.written()))
    };
    own.of(keys)
        .filter(binds)
        .any(|condition| each(condition, &is_account_id))
        || own.of(arn_keys).filter(binds).any(|condition| {
            let whole_fields = condition.operator.test == Test::Arn;
            each(condition, &|text| {
                let mut head = text.split(':').take(4);
                let fixed = whole_fields || !head.any(|field| field.contains(['*', '?']));
                fixed && account_field(text).is_some_and(is_account_id)
            })
        })
}

/// Ids of accounts anywhere in a text.
fn account_ids(text: &str) -> impl Iterator<Item = &str> {
    let runs = text.split(|character: char| !character.is_ascii_digit());
    runs.filter(|run| is_account_id(run))
}

/// The account field of an ARN or a pattern of one, which may end there.
pub(super) fn account_field(text: &str) -> Option<&str> {
    let field = || text.strip_prefix("arn:")?.split(':').nth(3);
    Arn::parse(text).map(|arn| arn.account).or_else(field)
}

/// An account in an organisation.
pub(super) struct Made {
    pub(in crate::analysis) account: String,
    pub(in crate::analysis) organization: KeyState,
    /// Whether neither was made to fit a pattern.
    pub(in crate::analysis) ordinary: bool,
}

/// Of accounts and organisations that were made to fit patterns: a statement that needs more of them to let somebody in
/// would have to contradict itself as often.
pub(super) const ENOUGH: usize = 64;

/// The stranger's account and organisation, and those that were made to fit patterns, each with each.
pub(super) fn crossed(accounts: Fitting, organizations: Fitting, none_differs: bool) -> Vec<Made> {
    let each = |fitting: Fitting| {
        let ordinary = fitting.ordinary.into_iter().map(|text| (true, text));
        let patterned = fitting.patterned.into_iter().map(|text| (false, text));
        ordinary.chain(patterned).collect::<Vec<_>>()
    };
    let mut places: Vec<(bool, KeyState)> = each(organizations)
        .into_iter()
        .map(|(ordinary, id)| (ordinary, KeyState::one(id)))
        .collect();
    places.extend(none_differs.then_some((true, KeyState::Absent)));
    let crossed = each(accounts).into_iter().flat_map(|(usual, account)| {
        let places = places.iter().cloned();
        places.map(move |(ordinary, organization)| Made {
            ordinary: ordinary && usual,
            account: account.clone(),
            organization,
        })
    });
    crossed.collect()
}

/// Organisations that stand for all that conditions do not name.
pub(super) fn fitting_organizations(mentioned: &Mentioned<'_>, keys: &[&str]) -> Fitting {
    let named = mentioned.values(keys);
    let mut named: Vec<&str> = named
        .filter_map(|text| text.split('/').next())
        .filter(|id| !id.contains('$'))
        .filter(|id| {
            id.trim_start_matches("o-")
                .contains(|one| !matches!(one, '*' | '?'))
        })
        .collect();
    named.sort_unstable();
    named.dedup();
    match named.is_empty() {
        true => Fitting::usual(NO_ORGANIZATION),
        false => Fitting::new(&Shape::organization(), NO_ORGANIZATION, named),
    }
}
