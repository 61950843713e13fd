//! Accounts and organizations by who owns them, as far as that is known.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::AccountContext;
use crate::inventory::{self, Observed};

/// What is known of the account that owns a policy, and whom it trusts.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// The account, twelve digits.
    pub account: &'a str,
    /// Its organisation.
    pub organization: Membership<'a>,
    /// Other accounts of the same owner, as the user names them.
    pub own_accounts: &'a BTreeSet<String>,
    /// Whether the user names all of them.
    pub own_accounts_complete: bool,
    /// Other accounts that are trusted.
    pub trusted_accounts: &'a BTreeSet<String>,
    /// Other organisations that are trusted.
    pub trusted_organizations: &'a BTreeSet<String>,
    /// Its users and roles, whose ids conditions may name; `None` where they are not known.
    pub principals: Option<&'a [inventory::Principal]>,
    /// When the question is put: conditions on the time are compared with it.
    pub now: Timestamp,
}

/// What is known of an account's organisation.
#[derive(Clone, Copy, Debug)]
pub enum Membership<'a> {
    /// Nothing.
    Unknown,
    /// It is in none.
    Outside,
    /// It is in this one.
    Member {
        /// `o-…`.
        id: &'a str,
        /// All its accounts; `None` where they are not known.
        accounts: Option<&'a [String]>,
    },
}

/// Whose an account or organisation is.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Whose {
    /// The account itself.
    #[default]
    Own,
    /// The own organisation, or another account of the same owner.
    Organization,
    /// Somebody whom the configuration trusts.
    Trusted,
    /// Somebody else, as far as it is known: the list of the owner's accounts may lack some.
    Presumed,
    /// Anybody else.
    Foreign,
}

/// Something that belongs to somebody else, or so it is presumed.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Foreign<T> {
    /// What it is.
    #[serde(flatten)]
    pub item: T,
    /// Whether it is known to be somebody else's; otherwise its account is presumed to be.
    pub certain: bool,
    /// On what it depends where it is not certain.
    pub depends_on: Vec<String>,
}

impl<T> Foreign<T> {
    /// Something of an account; none where that is the owner's own or trusted.
    pub(super) fn of(home: &Home<'_>, account: &str, item: T) -> Option<Self> {
        let whose = home.account(account);
        (whose >= Whose::Presumed).then(|| Self {
            item,
            certain: whose == Whose::Foreign,
            depends_on: presumption(whose, account).into_iter().collect(),
        })
    }
}

/// What makes an account that is presumed to be somebody else's not so.
pub(super) fn presumption(whose: Whose, account: &str) -> Option<String> {
    (whose == Whose::Presumed).then(|| format!("unless {account} is one of your accounts"))
}

static NOBODY: BTreeSet<String> = BTreeSet::new();

impl<'a> Home<'a> {
    /// Of an account that trusts nobody else.
    pub fn new(account: &'a str, organization: Membership<'a>, now: Timestamp) -> Self {
        Self {
            account,
            organization,
            own_accounts: &NOBODY,
            own_accounts_complete: false,
            trusted_accounts: &NOBODY,
            trusted_organizations: &NOBODY,
            principals: None,
            now,
        }
    }

    /// Of an account.
    pub(super) fn of(account: &AccountContext<'a>) -> Self {
        let settings = account.settings;
        Self {
            account: account.id(),
            organization: match &account.inventory.account.organization {
                Observed::Known(Some(organization)) => Membership::Member {
                    id: &organization.id,
                    accounts: organization.accounts.known().map(Vec::as_slice),
                },
                Observed::Known(None) => Membership::Outside,
                Observed::Missing(_) => match &settings.organization_id {
                    Some(id) => Membership::Member { id, accounts: None },
                    None => Membership::Unknown,
                },
            },
            own_accounts: &settings.own_accounts,
            own_accounts_complete: settings.own_accounts_complete,
            trusted_accounts: &settings.trusted_accounts,
            trusted_organizations: &settings.trusted_organizations,
            principals: match &account.inventory.services.iam {
                Observed::Known(iam) => Some(&iam.principals),
                Observed::Missing(_) => None,
            },
            now: account.inventory.account.observed_at,
        }
    }

    /// Whose an account is.
    pub(super) fn account(&self, id: &str) -> Whose {
        if id == self.account {
            return Whose::Own;
        }
        if self.trusted_accounts.contains(id) {
            return Whose::Trusted;
        }
        if self.own_accounts.contains(id) {
            return Whose::Organization;
        }
        match self.organization {
            Membership::Member {
                accounts: Some(accounts),
                ..
            } if accounts.iter().any(|account| account == id) => Whose::Organization,
            Membership::Member { accounts: None, .. } | Membership::Unknown
                if !self.own_accounts_complete =>
            {
                Whose::Presumed
            }
            _ => Whose::Foreign,
        }
    }

    /// Whether an account is of the own organisation, whomever the configuration trusts; `None`: that is not known.
    pub(super) fn shares_organization(&self, id: &str) -> Option<bool> {
        match self.organization {
            Membership::Outside => Some(false),
            Membership::Member { .. } if id == self.account => Some(true),
            Membership::Member {
                accounts: Some(accounts),
                ..
            } => Some(accounts.iter().any(|account| account == id)),
            Membership::Member { accounts: None, .. } => {
                self.own_accounts.contains(id).then_some(true)
            }
            Membership::Unknown => None,
        }
    }

    /// Whose an organisation is. One that is not known to be another's is taken for the own one.
    pub(super) fn organization(&self, id: &str) -> Whose {
        match self.organization {
            Membership::Member { id: own, .. } if own == id => Whose::Organization,
            _ if self.trusted_organizations.contains(id) => Whose::Trusted,
            Membership::Unknown => Whose::Presumed,
            Membership::Outside | Membership::Member { .. } => Whose::Foreign,
        }
    }

    /// The own organisation's id, where it is known.
    pub(super) fn organization_id(&self) -> Option<&str> {
        match self.organization {
            Membership::Member { id, .. } => Some(id),
            Membership::Unknown | Membership::Outside => None,
        }
    }
}
