//! Places of principals by what they are and whom they trust.

use std::collections::{BTreeMap, HashMap};

use super::estate::Estate;
use super::trust;
use crate::inventory::PrincipalKind;
use crate::policy::Principal;

/// Users and roles of an account by kind and trust.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) users: Vec<usize>,
    pub(super) roles: Vec<usize>,
    /// Roles that trust a service, by its name.
    pub(super) trusting: BTreeMap<String, Vec<usize>>,
    /// Roles that principals of the account can assume, as far as the roles' trust policies decide.
    pub(super) assumable: Vec<usize>,
    /// Roles that trust a user or role by its ARN.
    pub(super) naming: HashMap<String, Vec<usize>>,
}

impl Places {
    pub(super) fn new(estate: &Estate<'_>) -> Self {
        let mut places = Self {
            trusting: trust::services(estate),
            ..Self::default()
        };
        for (place, member) in estate.members.iter().enumerate() {
            match member.principal.kind {
                PrincipalKind::Group => continue,
                PrincipalKind::User => {
                    places.users.push(place);
                    continue;
                }
                PrincipalKind::Role => places.roles.push(place),
            }
            let Some(Ok(policy)) = member.trust.as_ref().map(|one| one.policy.as_ref()) else {
                places.assumable.push(place);
                continue;
            };
            let mut own = false;
            for principal in policy
                .statements
                .iter()
                .filter_map(|one| one.principal.as_ref())
            {
                own |= principal.negated;
                for item in &principal.items {
                    own |= *item == Principal::Everyone || item.account() == Some(estate.account());
                    if let Principal::User(arn) | Principal::Role(arn) = item {
                        let naming = places.naming.entry(arn.clone()).or_default();
                        if naming.last() != Some(&place) {
                            naming.push(place);
                        }
                    }
                }
            }
            if own {
                places.assumable.push(place);
            }
        }
        places
    }
}
