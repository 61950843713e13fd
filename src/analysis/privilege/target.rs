//! What becomes of users and roles that somebody changes, or creates, to act as them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

use super::Privileges;
use super::authority::{Authority, Boundary};
use super::change::{self, Changer, Edit, Outcome};
use super::estate::{Estate, Held, Member};
use super::powerful::EVERYTHING;

/// How a user or role is made stronger.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub(super) enum Made<'a> {
    /// By a policy that allows everything.
    Everything,
    /// By an inline policy that allows everything, in place of those that it has.
    Inline,
    /// By another version of a policy that it has.
    Rewritten(&'a str),
    /// By the powerful policy of that place.
    With(usize),
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

fn policy<'e>(estate: &'e Estate<'_>, carrier: &'e str, made: Made<'_>) -> Option<Held<'e>> {
    let (inline, name, policy) = match made {
        Made::Everything | Made::Inline => (
            true,
            "an inline policy that allows everything",
            EVERYTHING.as_ref()?,
        ),
        Made::With(place) => {
            let one = estate.powerful().get(place)?;
            (false, one.arn.as_str(), one.policy(estate)?)
        }
        Made::Unbound | Made::Rewritten(_) => return None,
    };
    Some(Held {
        carrier,
        inline,
        name,
        policy,
    })
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
            let edit = match made {
                Made::Unbound => Edit::Boundary(Boundary::None),
                Made::Rewritten(arn) => match EVERYTHING.as_ref() {
                    Some(policy) => Edit::Replace(arn, policy),
                    None => return Outcome::default(),
                },
                _ => match policy(&self.estate, &member.principal.arn, made) {
                    Some(held) if made == Made::Inline => Edit::Write(held),
                    Some(held) => Edit::Add(vec![held]),
                    None => return Outcome::default(),
                },
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
            let Some(held) = policy(&self.estate, &arn, made) else {
                return Outcome::default();
            };
            let mut authority = Authority::of_new(&self.estate, &arn, vec![held]);
            change::outcome(&self.estate, &mut authority)
        })
    }
}
