//! Sets of powers by name, small enough to be joined over whole accounts.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::classes::Powers;
use super::evidence::Grant;
use crate::reference::permissions;

/// Powers that a set has room for.
const ROOM: usize = 512;

/// Names that a report needs.
const NAMED: usize = 5;

/// A set of powers: single actions on everything, whole services, and everything.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(super) struct Names([u64; ROOM / 64]);

/// What an administrator gains, as reports have it.
pub(super) const ADMINISTRATOR: &str = "administrator";

struct Table {
    /// By place, in order; the first is everything.
    names: Vec<String>,
    places: HashMap<String, usize>,
    everything: Names,
    /// Actions of a service, by the place of `service:*`.
    services: HashMap<usize, Names>,
    data: Names,
    credentials: Names,
    permissions: Names,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let classes = &permissions().classes;
    let lists = [
        &classes.credentials,
        &classes.data,
        &classes.exposure,
        &classes.infrastructure,
        &classes.permissions,
    ];
    let actions = lists.into_iter().flat_map(|class| class.actions.clone());
    let services = permissions().services().map(|name| format!("{name}:*"));
    let mut names: Vec<String> = actions.chain(services).collect();
    names.sort();
    names.dedup();
    names.insert(0, ADMINISTRATOR.to_owned());
    names.truncate(ROOM);
    let places: HashMap<String, usize> = names.iter().cloned().zip(0..).collect();
    let set = |names: &[String]| {
        let mut set = Names::default();
        for name in names {
            if let Some(&place) = places.get(name) {
                set.insert(place);
            }
        }
        set
    };
    let services = names.iter().enumerate().filter_map(|(place, name)| {
        let head = name.strip_suffix('*')?;
        let of_it: Vec<String> = names
            .iter()
            .filter(|name| name.starts_with(head))
            .cloned()
            .collect();
        Some((place, set(&of_it)))
    });
    Table {
        everything: set(&names),
        services: services.collect(),
        data: set(&classes.data.actions),
        credentials: set(&classes.credentials.actions),
        permissions: set(&classes.permissions.actions),
        places: places.clone(),
        names,
    }
});

impl Names {
    /// Everything there is.
    pub(super) fn everything() -> Self {
        TABLE.everything
    }

    /// Everything, as one power.
    pub(super) fn administrator() -> Self {
        let mut names = Self::default();
        names.insert(0);
        names
    }

    /// Reading data in bulk.
    pub(super) fn data() -> Self {
        TABLE.data
    }

    /// Getting or making credentials.
    pub(super) fn credentials() -> Self {
        TABLE.credentials
    }

    /// Giving permissions to others.
    pub(super) fn permissions() -> Self {
        TABLE.permissions
    }

    /// What a principal may do to everything: for certain, or perhaps.
    pub(super) fn of(powers: &Powers, certainly: bool) -> Self {
        let counts = |grant: &&Grant| grant.certain || !certainly;
        if powers.admin.iter().any(|grant| counts(&grant)) {
            return Self::everything();
        }
        let mut names = Self::default();
        for grant in powers.lists().into_iter().flatten().filter(counts) {
            for action in &grant.actions {
                if let Some(&place) = TABLE.places.get(action) {
                    names.insert(place);
                    if let Some(service) = TABLE.services.get(&place) {
                        names = names.or(*service);
                    }
                }
            }
        }
        names
    }

    fn insert(&mut self, place: usize) {
        if let Some(word) = self.0.get_mut(place / 64) {
            *word |= 1 << (place % 64);
        }
    }

    fn has(self, place: usize) -> bool {
        let word = self.0.get(place / 64);
        word.is_some_and(|word| word & (1 << (place % 64)) != 0)
    }

    fn with(mut self, other: Self, join: impl Fn(u64, u64) -> u64) -> Self {
        for (word, other) in self.0.iter_mut().zip(other.0) {
            *word = join(*word, other);
        }
        self
    }

    /// What is in either.
    pub(super) fn or(self, other: Self) -> Self {
        self.with(other, |one, other| one | other)
    }

    /// What is in both.
    pub(super) fn and(self, other: Self) -> Self {
        self.with(other, |one, other| one & other)
    }

    /// What is in this one only.
    pub(super) fn without(self, other: Self) -> Self {
        self.with(other, |one, other| one & !other)
    }

    pub(super) fn is_empty(self) -> bool {
        self == Self::default()
    }

    pub(super) fn len(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Whether it is everything.
    pub(super) fn is_admin(self) -> bool {
        self.has(0)
    }

    /// At most five of them, a service in place of its actions.
    pub(super) fn told(self) -> Vec<String> {
        if self.is_admin() {
            return vec![ADMINISTRATOR.to_owned()];
        }
        let mut left = self;
        for (&place, actions) in &TABLE.services {
            if self.has(place) {
                let mut service = Self::default();
                service.insert(place);
                left = left.without(*actions).or(service);
            }
        }
        let names = TABLE.names.iter().enumerate();
        let kept = names.filter(|(place, _)| left.has(*place));
        kept.map(|(_, name)| name.clone()).take(NAMED).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_power_has_room() {
        assert!(TABLE.names.len() < ROOM);
        assert!(Names::everything().is_admin());
        assert_eq!(Names::everything().len() as usize, TABLE.names.len());
    }

    #[test]
    fn a_service_stands_for_its_actions() {
        let mut names = Names::default();
        for name in ["s3:*", "sqs:ReceiveMessage"] {
            names.insert(*TABLE.places.get(name).unwrap());
        }
        let all = TABLE.services.get(TABLE.places.get("s3:*").unwrap());
        assert_eq!(
            names.or(*all.unwrap()).told(),
            ["s3:*", "sqs:ReceiveMessage"]
        );
    }
}
