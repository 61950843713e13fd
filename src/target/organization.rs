//! What an organisation says of its accounts: who they are, where they stand, which policies bind
//! them.

use aws_sdk_organizations::types::Account;

use super::directory::{Asker, Seen, Tree};
use super::{ListedAccount, Selection, TargetError};
use crate::aws::Session;
use crate::check::nearest::nearest;
use crate::inventory::{
    AccountId, Gap, GapKind, MissedAccount, MissedReason, Observed, Organization,
};
use crate::operation::{self, Plan};

/// An organisation as seen from one account of it.
#[derive(Debug)]
pub(super) struct Discovery {
    base: String,
    seen: Observed<Option<Seen>>,
}

impl Discovery {
    /// Asks what the selection and the plan need.
    pub(super) async fn of(
        session: &Session,
        selection: &Selection,
        plan: &Plan,
    ) -> Result<Self, TargetError> {
        let base = session.account().to_owned();
        if !selection.organization
            && !plan.contains(&operation::organizations::DESCRIBE_ORGANIZATION)
        {
            let why = "no chosen check needs it";
            let gap = Gap::new(
                &operation::organizations::DESCRIBE_ORGANIZATION,
                GapKind::NotPlanned,
                why,
            );
            let seen = Observed::Missing(gap.at(&base, ""));
            return Ok(Self { base, seen });
        }
        let units = !(selection.include_units.is_empty() && selection.exclude_units.is_empty());
        let policies = plan.contains(&operation::organizations::LIST_POLICIES);
        let asker = Asker { session };
        let mut seen = asker.see(units || policies, policies).await;
        if selection.organization {
            match &seen {
                Err(gap)
                | Ok(Some(Seen {
                    accounts: Err(gap), ..
                })) => return Err(TargetError::Organization(Box::new(gap.clone()))),
                Ok(None) => return Err(TargetError::NoOrganization(base)),
                Ok(Some(seen)) => seen.check_units(selection)?,
            }
        } else {
            // The scan can do without, and no permission of its own would help a member account.
            let unread = |gap: Gap| match gap.kind {
                GapKind::AccessDenied | GapKind::DeniedByScp => Gap {
                    kind: GapKind::OrganizationUnread,
                    ..gap
                },
                _ => gap,
            };
            seen = seen.map_err(unread).map(|seen| {
                seen.map(|seen| Seen {
                    accounts: seen.accounts.map_err(unread),
                    tree: seen.tree.map_err(unread),
                    policies: match seen.policies {
                        Observed::Missing(gap) => Observed::Missing(unread(gap)),
                        known => known,
                    },
                    ..seen
                })
            });
        }
        Ok(Self {
            base,
            seen: seen.into(),
        })
    }

    /// The name of an account; empty where it is not known.
    pub(super) fn name(&self, account: &str) -> String {
        let seen = self.seen.known().and_then(Option::as_ref);
        seen.and_then(|seen| seen.account(account))
            .and_then(Account::name)
            .unwrap_or_default()
            .to_owned()
    }

    /// The accounts of the organization; none where it was not listed.
    pub(super) fn accounts(&self) -> impl Iterator<Item = &str> {
        let seen = self.seen.known().and_then(Option::as_ref);
        seen.into_iter()
            .flat_map(|seen| seen.listed().iter().filter_map(Account::id))
    }

    /// What to say of the organisation of an account.
    pub(super) fn organization(&self, account: &str) -> Observed<Option<Organization>> {
        match &self.seen {
            Observed::Missing(gap) => Observed::Missing(gap.clone()),
            Observed::Known(Some(seen))
                if seen.account(account).is_some()
                    || (seen.accounts.is_err() && account == self.base) =>
            {
                Observed::Known(Some(seen.organization(account)))
            }
            Observed::Known(None) if account == self.base => Observed::Known(None),
            // a stranger in the account file: nobody was asked about it
            Observed::Known(_) => {
                let why = "the account is not in the organisation that was asked";
                let operation = &operation::organizations::DESCRIBE_ORGANIZATION;
                Observed::Missing(Gap::new(operation, GapKind::NotPlanned, why).at(account, ""))
            }
        }
    }

    /// The accounts to enter; those that exist but are left out go to `missed`.
    pub(super) fn wanted(
        &self,
        selection: &Selection,
        listed: &[ListedAccount],
        missed: &mut Vec<MissedAccount>,
    ) -> Vec<ListedAccount> {
        let mut accounts = listed.to_vec();
        for account in accounts
            .iter_mut()
            .filter(|account| account.name.is_empty())
        {
            account.name = self.name(&account.id);
        }
        let mut skip = |id: &str, name: &str, why: String| {
            missed.push(MissedAccount {
                id: id.to_owned(),
                name: name.to_owned(),
                reason: MissedReason::Skipped(why),
            });
        };
        let seen = self.seen.known().and_then(Option::as_ref);
        if let Some(seen) = seen.filter(|_| selection.organization) {
            for account in seen.listed() {
                // what has another shape stands in no list: `Asker::see` refuses it
                let Some(Ok(id)) = account.id().map(AccountId::try_from) else {
                    continue;
                };
                let found = ListedAccount {
                    id: id.clone(),
                    name: account.name().unwrap_or_default().to_owned(),
                };
                if accounts.iter().any(|known| known.id == id) || !seen.in_units(&id, selection) {
                    continue;
                }
                accounts.push(found);
            }
        }
        for id in self.accounts().filter(|_| selection.organization) {
            let chosen = selection.include_accounts.iter().any(|chosen| chosen == id);
            if chosen && accounts.iter().all(|account| account.id != *id) {
                let why = "it is in none of the chosen organizational units";
                skip(id, &self.name(id), why.to_owned());
            }
        }
        accounts.retain(|account| selection.chooses(&account.id));
        accounts.retain(|account| {
            let closed = seen
                .and_then(|seen| seen.account(&account.id))
                .and_then(closed);
            match closed {
                Some(state) => {
                    let why = format!("its state is {state}");
                    skip(&account.id, &account.name, why);
                    false
                }
                None => true,
            }
        });
        accounts
    }
}

/// Those of the accounts that have all of these tags.
pub(super) async fn tagged(
    session: &Session,
    accounts: Vec<ListedAccount>,
    tags: &[String],
) -> Result<Vec<ListedAccount>, TargetError> {
    if tags.is_empty() {
        return Ok(accounts);
    }
    let ids = accounts
        .iter()
        .map(|account| account.id.to_string())
        .collect();
    let tagged = Asker { session }.tags(ids).await;
    let tagged = tagged.map_err(|gap| TargetError::Organization(Box::new(gap)))?;
    let has = |own: &[(String, String)], tag: &String| match tag.split_once('=') {
        Some((key, value)) => own.iter().any(|(name, is)| name == key && is == value),
        None => own.iter().any(|(name, _)| name == tag),
    };
    let wanted = accounts
        .into_iter()
        .zip(tagged)
        .filter(|(_, own)| tags.iter().all(|tag| has(own, tag)));
    Ok(wanted.map(|(account, _)| account).collect())
}

/// The state of an account that nobody can enter.
fn closed(account: &Account) -> Option<&str> {
    let state = account
        .state()
        .map(|state| state.as_str())
        .or_else(|| account.status().map(|status| status.as_str()))?;
    matches!(state, "SUSPENDED" | "CLOSED" | "PENDING_ACTIVATION").then_some(state)
}

impl Seen {
    /// Its accounts; none where they were not told.
    fn listed(&self) -> &[Account] {
        self.accounts.as_deref().unwrap_or_default()
    }

    fn account(&self, id: &str) -> Option<&Account> {
        self.listed()
            .iter()
            .find(|account| account.id() == Some(id))
    }

    fn path(&self, account: &str) -> Option<&[String]> {
        let tree = self.tree.as_ref().ok()?;
        tree.accounts.get(account).map(Vec::as_slice)
    }

    fn organization(&self, account: &str) -> Organization {
        let path = self.path(account).unwrap_or_default().to_vec();
        let service_control_policies = match (&self.policies, &self.tree) {
            (Observed::Missing(gap), _) => Observed::Missing(gap.clone()),
            (Observed::Known(None), _) => Observed::Known(None),
            (Observed::Known(Some(_)), Err(gap)) => Observed::Missing(gap.clone()),
            (Observed::Known(Some(_)), Ok(_)) if path.is_empty() => {
                let why = "the account was not found in any unit";
                let operation = &operation::organizations::LIST_ACCOUNTS_FOR_PARENT;
                Observed::Missing(Gap::new(operation, GapKind::Malformed, why).at(account, ""))
            }
            (Observed::Known(Some(attached)), Ok(_)) => {
                let levels = path.iter().map(String::as_str).chain([account]);
                Observed::Known(Some(
                    levels
                        .map(|level| attached.get(level).cloned().unwrap_or_default())
                        .collect(),
                ))
            }
        };
        Organization {
            id: self.id.clone(),
            management_account: self.management_account.clone(),
            accounts: match &self.accounts {
                Ok(accounts) => {
                    let ids = accounts.iter().filter_map(Account::id);
                    Observed::Known(ids.map(str::to_owned).collect())
                }
                Err(gap) => Observed::Missing(gap.clone()),
            },
            path,
            service_control_policies,
        }
    }

    /// Whether an account stands in the chosen units.
    fn in_units(&self, account: &str, selection: &Selection) -> bool {
        let Ok(tree) = &self.tree else { return true };
        let path = self.path(account).unwrap_or_default();
        let within = |units: &[String]| {
            units
                .iter()
                .any(|unit| path.iter().any(|id| tree.is(id, unit)))
        };
        (selection.include_units.is_empty() || within(&selection.include_units))
            && !within(&selection.exclude_units)
    }

    /// A filter by unit needs the tree, and units that exist.
    fn check_units(&self, selection: &Selection) -> Result<(), TargetError> {
        let units = || {
            selection
                .include_units
                .iter()
                .chain(&selection.exclude_units)
        };
        if units().next().is_none() {
            return Ok(());
        }
        let tree = self
            .tree
            .as_ref()
            .map_err(|gap| TargetError::Organization(Box::new(gap.clone())))?;
        for unit in units() {
            if tree.units.keys().all(|id| !tree.is(id, unit)) {
                let names = tree.names.iter().flat_map(|(id, name)| [id, name]);
                return Err(TargetError::Unit {
                    name: unit.clone(),
                    nearest: nearest(unit, names.map(String::as_str)).map(str::to_owned),
                });
            }
        }
        Ok(())
    }
}

impl Tree {
    /// Whether the unit of that id is the one that the user names.
    fn is(&self, id: &str, unit: &str) -> bool {
        id == unit || self.names.get(id).is_some_and(|name| name == unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accounts_that_nobody_can_enter_are_closed() {
        for (status, state, expected) in [
            (None, None, None),
            (Some("ACTIVE"), None, None),
            (Some("SUSPENDED"), None, Some("SUSPENDED")),
            (None, Some("SUSPENDED"), Some("SUSPENDED")),
            (Some("ACTIVE"), Some("CLOSED"), Some("CLOSED")),
            (None, Some("PENDING_ACTIVATION"), Some("PENDING_ACTIVATION")),
            (Some("PENDING_CLOSURE"), Some("PENDING_CLOSURE"), None),
            (None, Some("SOMETHING_NEW"), None),
        ] {
            let account = Account::builder()
                .set_status(status.map(Into::into))
                .set_state(state.map(Into::into))
                .build();
            assert_eq!(closed(&account), expected, "{status:?} {state:?}");
        }
    }
}
