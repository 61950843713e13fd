//! How accounts stand to organisations.

use super::grant::Reach;
use super::probe::Callers;
use crate::analysis::home::{Membership, Whose};
use crate::policy::{KeyState, Pattern};

/// An organisation that nobody has; it stands for all that no condition names, unless one names it.
pub(super) const NO_ORGANIZATION: &str = "o-0000000000";

/// The class of somebody in an account or organisation.
pub(super) fn reach_of(whose: Whose) -> Reach {
    match whose {
        Whose::Own => Reach::OwnAccount,
        Whose::Organization => Reach::Organization,
        Whose::Trusted | Whose::Presumed | Whose::Foreign => Reach::ExternalAccount,
    }
}

/// How an account may stand to organisations.
pub(super) struct Standing {
    pub(super) reach: Reach,
    pub(super) whose: Whose,
    pub(super) organization: KeyState,
    /// Whether it is of the own organisation.
    pub(super) inside: bool,
    /// Whether it surely stands so, or so much is not known.
    pub(super) sure: bool,
}

/// The class of anybody in an organisation.
pub(super) fn reach_of_organization(whose: Whose) -> Reach {
    match whose {
        // Nobody says that it is another's.
        Whose::Presumed => Reach::Organization,
        _ => reach_of(whose),
    }
}

/// An organisation of which nothing is known.
fn some_organization() -> KeyState {
    KeyState::Like(vec![Pattern::glob("o-*")])
}

impl Callers<'_> {
    /// The organisations that conditions on these keys name, and the own one; where its id is not known, one without
    /// an id stands for it.
    pub(super) fn organizations(&self, keys: &[&str]) -> Vec<(String, KeyState)> {
        if !self.asked.any(keys) {
            return Vec::new();
        }
        let named = self.mentioned.values(keys).filter_map(organization_id);
        let mut ids: Vec<String> = named
            .chain(self.home.organization_id().map(str::to_owned))
            .collect();
        ids.sort_unstable();
        ids.dedup();
        let mut organizations: Vec<(String, KeyState)> = ids
            .into_iter()
            .map(|id| (id.clone(), KeyState::one(id)))
            .collect();
        if matches!(self.home.organization, Membership::Unknown) {
            organizations.push((String::new(), some_organization()));
        }
        organizations
    }

    /// How an account may stand to organisations, as far as conditions on these keys can tell. One that is known not to
    /// be of the own organisation is in another or in none; one of which that is not known may be of it or not, so
    /// whoever gets in is one of the two. Where nothing is known of the own organisation, an account that the Allow
    /// itself names (`explicit`) is taken for another's.
    pub(super) fn standings(&self, account: &str, keys: &[&str], explicit: bool) -> Vec<Standing> {
        let home = self.home;
        let whose = home.account(account);
        let asks = self.mentioned.any(keys);
        let standing = |organization| Standing {
            reach: reach_of(whose),
            whose,
            organization,
            inside: false,
            sure: true,
        };
        let inside = |id: &str| Standing {
            reach: reach_of(whose).min(Reach::Organization),
            inside: true,
            ..standing(KeyState::one(id))
        };
        let other = || {
            let ids = self.mentioned.values(keys);
            let ids = ids.filter_map(|text| organization_id(text).or_else(|| fitting(text)));
            let foreign = ids.filter(|id| {
                let whose = home.organization(id);
                matches!(whose, Whose::Trusted | Whose::Foreign)
            });
            standing(KeyState::OneOf(
                foreign.chain([NO_ORGANIZATION.to_owned()]).collect(),
            ))
        };
        let alone = || standing(KeyState::Absent);
        let perhaps = |standing, settled| Standing {
            sure: false,
            whose: match whose {
                Whose::Presumed => settled,
                _ => whose,
            },
            ..standing
        };
        match (home.organization, home.shares_organization(account)) {
            (Membership::Member { id, .. }, Some(true)) => vec![inside(id)],
            (Membership::Outside, _) if whose == Whose::Own => vec![alone()],
            (Membership::Unknown, _) if whose == Whose::Own => vec![standing(KeyState::Unknown)],
            (_, Some(_)) if asks => vec![other(), perhaps(alone(), whose)],
            (_, Some(_)) => vec![other()],
            (Membership::Member { id, .. }, None) if asks => vec![
                perhaps(inside(id), Whose::Organization),
                perhaps(other(), Whose::Foreign),
                perhaps(alone(), Whose::Foreign),
            ],
            (Membership::Unknown, None) if asks && !explicit => {
                let own = Standing {
                    reach: Reach::Organization,
                    ..standing(some_organization())
                };
                vec![
                    perhaps(own, whose),
                    perhaps(other(), whose),
                    perhaps(alone(), whose),
                ]
            }
            (_, None) => vec![standing(KeyState::Unknown)],
        }
    }
}

/// The places in organisations that an account has whose organisation is this; `None` where that says nothing.
pub(super) fn paths_of(organization: &KeyState) -> Option<KeyState> {
    let path = |id: &String| Pattern::glob(&format!("{id}/r-*/*"));
    match organization {
        KeyState::Known(ids) | KeyState::OneOf(ids) => {
            Some(KeyState::Like(ids.iter().map(path).collect()))
        }
        KeyState::Absent => Some(KeyState::Absent),
        _ => None,
    }
}

/// The organisation in `o-…` or `o-…/r-…/…`, in lower case as ids are; `None` if the text has a wildcard there.
fn organization_id(text: &str) -> Option<String> {
    let id = text.split('/').next().unwrap_or_default().to_lowercase();
    (id.starts_with("o-") && !id.contains(['*', '?', '$'])).then_some(id)
}

/// An id that fits a pattern of organisations.
fn fitting(text: &str) -> Option<String> {
    let id = text.split('/').next().unwrap_or_default().to_lowercase();
    let fits = id.starts_with("o-") && !id.contains('$');
    fits.then(|| id.replace('*', "0000000000").replace('?', "0"))
}
