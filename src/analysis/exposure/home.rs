//! Whose accounts and organisations are whose.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::inventory;

/// What is known of the account that owns a policy, and whom it trusts.
#[derive(Clone, Copy, Debug)]
pub struct Home<'a> {
    /// The account, twelve digits.
    pub account: &'a str,
    /// Its organisation.
    pub organization: Membership<'a>,
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
    /// The own organisation, or an account of it.
    Organization,
    /// Somebody whom the configuration trusts.
    Trusted,
    /// It may be of the own organisation, whose accounts are not known.
    Unknown,
    /// Anybody else.
    Foreign,
}

impl Home<'_> {
    /// Whose an account is.
    pub(super) fn account(&self, id: &str) -> Whose {
        if id == self.account {
            return Whose::Own;
        }
        if self.trusted_accounts.contains(id) {
            return Whose::Trusted;
        }
        match self.organization {
            Membership::Outside => Whose::Foreign,
            Membership::Member {
                accounts: Some(accounts),
                ..
            } if accounts.iter().any(|account| account == id) => Whose::Organization,
            Membership::Member {
                accounts: Some(_), ..
            } => Whose::Foreign,
            Membership::Member { accounts: None, .. } | Membership::Unknown => Whose::Unknown,
        }
    }

    /// Whether an account is of the own organisation, whomever the configuration trusts; `None`: that is not known.
    pub(super) fn shares_organization(&self, id: &str) -> Option<bool> {
        match self.organization {
            Membership::Outside => Some(false),
            Membership::Member { .. } if id == self.account => Some(true),
            Membership::Member { accounts, .. } => {
                accounts.map(|accounts| accounts.iter().any(|account| account == id))
            }
            Membership::Unknown => None,
        }
    }

    /// Whose an organisation is. One that is not known to be another's is taken for the own one.
    pub(super) fn organization(&self, id: &str) -> Whose {
        match self.organization {
            Membership::Member { id: own, .. } if own == id => Whose::Organization,
            _ if self.trusted_organizations.contains(id) => Whose::Trusted,
            Membership::Unknown => Whose::Unknown,
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
