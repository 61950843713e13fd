//! What becomes of users and roles that somebody changes, or creates, to act as them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

use super::Privileges;
use super::authority::{Authority, Boundary};
use super::change::{self, Changer, Edit, Outcome};
use super::estate::{Estate, Held, Identity, Member};
use super::powerful::{EVERYTHING, Powerful};
use crate::policy::Policy;

/// How a user or role is made stronger.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Made<'a> {
    /// By a policy that allows everything.
    Everything,
    /// By an inline policy that allows everything, in place of those of the principal of that place: itself, or a group that it is
    /// in.
    Inline(usize),
    /// By another version of a policy that it has.
    Rewritten(&'a str),
    /// By the powerful policy of that place.
    With(usize),
    /// By the lesser policy of that place.
    WithLesser(usize),
    /// By the policies of the group of that place.
    Joined(usize),
    /// By losing its permissions boundary.
    Unbound,
}

/// What is created.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum NewKind {
    User,
    Role,
}

impl NewKind {
    pub(super) fn arn(self, estate: &Estate<'_>, name: &str) -> String {
        let kind = match self {
            NewKind::User => "user",
            NewKind::Role => "role",
        };
        let (partition, account) = (estate.partition(), estate.account());
        format!("arn:{partition}:iam::{account}:{kind}/{name}")
    }
}

/// How that changes a user or role.
fn edit<'e>(estate: &'e Estate<'_>, carrier: &'e str, made: Made<'e>) -> Option<Edit<'e>> {
    let everything = |carrier: &'e str| {
        Some(Held {
            carrier,
            inline: true,
            name: "an inline policy that allows everything",
            policy: EVERYTHING.as_ref()?,
        })
    };
    let attached = |one: &'e Powerful<'_>, policy: Option<&'e Policy>| {
        Some(Held {
            carrier,
            inline: false,
            name: one.arn.as_str(),
            policy: policy?,
        })
    };
    let held = match made {
        Made::Unbound => return Some(Edit::Boundary(Boundary::None)),
        Made::Rewritten(arn) => return Some(Edit::Replace(arn, EVERYTHING.as_ref()?)),
        Made::Inline(place) => {
            let written = &estate.members.get(place)?.principal.arn;
            return everything(written).map(Edit::Write);
        }
        Made::Joined(place) => {
            let mut identity = Identity::default();
            estate.carried(estate.members.get(place)?, &mut identity);
            return Some(Edit::Add(identity.held));
        }
        Made::Everything => everything(carrier),
        Made::With(place) => {
            let one = estate.powerful().get(place)?;
            attached(one, one.policy(estate))
        }
        Made::WithLesser(place) => {
            let one = estate.lesser().get(place)?;
            attached(one, one.policy(estate))
        }
    };
    held.map(|held| Edit::Add(vec![held]))
}

/// Outcomes that are known already.
#[derive(Debug, Default)]
pub(super) struct Outcomes<'a> {
    changed: Mutex<HashMap<(usize, Made<'a>), Outcome>>,
    created: Mutex<HashMap<(NewKind, Made<'a>), Outcome>>,
}

/// Looks an outcome up, or finds it out.
fn known<K: Eq + Hash>(
    outcomes: &Mutex<HashMap<K, Outcome>>,
    key: K,
    compute: impl FnOnce() -> Outcome,
) -> Outcome {
    if let Ok(outcomes) = outcomes.lock()
        && let Some(outcome) = outcomes.get(&key)
    {
        return outcome.clone();
    }
    let outcome = compute();
    if let Ok(mut outcomes) = outcomes.lock() {
        outcomes.insert(key, outcome.clone());
    }
    outcome
}

impl<'a> Privileges<'a> {
    /// What a user or role may do once it is changed so.
    pub(super) fn made(&self, place: usize, made: Made<'a>) -> Outcome {
        known(&self.outcomes.changed, (place, made), || {
            let (Some(member), Some(authority)) =
                (self.estate.members.get(place), self.authority(place))
            else {
                return Outcome::default();
            };
            let Some(edit) = edit(&self.estate, &member.principal.arn, made) else {
                return Outcome::default();
            };
            let after = authority.changed(|state| edit.apply(state));
            self.rising(member, after)
        })
    }

    /// What a principal may do, with what it can then make of itself.
    fn rising<'e>(&'e self, member: &'e Member<'a>, mut authority: Authority<'e>) -> Outcome {
        let mut all = change::outcome(&self.estate, &mut authority);
        if all.certain.is_admin() {
            return all;
        }
        let mut gaps = Vec::new();
        let mut changer = Changer {
            estate: &self.estate,
            member,
            gaps: &mut gaps,
        };
        for rise in changer.rises(&authority, all.clone()) {
            if !rise.proof.uncertain {
                all.certain = all.certain.or(rise.outcome.certain);
            }
            all.possible = all.possible.or(rise.outcome.possible);
            all.depends_on.extend(rise.proof.depends_on);
        }
        all
    }

    /// What a user or role may do that is created so.
    pub(super) fn made_new(&self, kind: NewKind, made: Made<'a>) -> Outcome {
        known(&self.outcomes.created, (kind, made), || {
            let arn = kind.arn(&self.estate, "lamppost-probe");
            let Some(edit) = edit(&self.estate, &arn, made) else {
                return Outcome::default();
            };
            let authority = Authority::of_new(&self.estate, &arn, Vec::new());
            let mut authority = authority.changed(|state| edit.apply(state));
            change::outcome(&self.estate, &mut authority)
        })
    }
}
