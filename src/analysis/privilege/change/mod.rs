//! What a principal can change about its own permissions: its policies, boundary, groups and tags.
//!
//! A change is not judged by its name: the principal is asked again with everything as it then is. So a boundary, a Deny that
//! stays or a control policy counts after the change as before, and what locks a power away is no lock if it can be opened.

mod moves;

use super::authority::{Authority, Boundary, State};
use super::catalogue::{Compiled, Proof};
use super::classes;
use super::estate::{Estate, Held, Member};
use super::names::Names;
use crate::inventory::Gap;
use crate::policy::{Effect, KeyState, Policy};

/// A change to what decides the permissions of a principal.
#[derive(Clone, Debug)]
pub(super) enum Edit<'e> {
    Add(Vec<Held<'e>>),
    /// A new inline policy, by whose action those that the carrier has are written anew as well.
    ///
    /// An inline policy of that name is replaced: see
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html>.
    Write(Held<'e>),
    /// Another version of a managed policy, whoever carries it.
    Replace(&'e str, &'e Policy),
    /// A policy by name and carrier.
    Remove(&'e str, &'e str),
    /// All that comes from a group.
    Leave(&'e str),
    Boundary(Boundary<'e>),
    Tag(String, KeyState),
}

/// A change that a principal can make, or may.
#[derive(Clone, Debug)]
pub(super) struct Move<'e> {
    pub(super) compiled: &'static Compiled,
    pub(super) edit: Edit<'e>,
    pub(super) proof: Proof,
    /// What it is done to.
    pub(super) target: String,
    /// Whether no other change of the kind gives more.
    pub(super) strong: bool,
}

/// What changes lead to.
#[derive(Clone, Debug)]
pub(super) struct Rise {
    /// The path of the first change.
    pub(super) compiled: &'static Compiled,
    pub(super) proof: Proof,
    pub(super) target: String,
    pub(super) outcome: Outcome,
}

/// What a principal may do in some state.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) certain: Names,
    pub(super) possible: Names,
    /// What those depend on that are not certain.
    pub(super) depends_on: Vec<String>,
}

impl<'e> Edit<'e> {
    pub(super) fn apply(&self, state: &mut State<'e>) {
        match self {
            Edit::Add(held) => state.held.extend(held),
            Edit::Write(new) => {
                let denying = |held: &&mut Held<'e>| {
                    held.inline && held.carrier == new.carrier && has(held.policy, Effect::Deny)
                };
                for held in state.held.iter_mut().filter(denying) {
                    held.policy = new.policy;
                }
                state.held.push(*new);
            }
            Edit::Replace(name, policy) => {
                let same = |held: &&mut Held<'e>| !held.inline && held.name == *name;
                for held in state.held.iter_mut().filter(same) {
                    held.policy = policy;
                }
            }
            Edit::Remove(carrier, name) => state
                .held
                .retain(|held| !(held.carrier == *carrier && held.name == *name)),
            Edit::Leave(group) => state.held.retain(|held| held.carrier != *group),
            Edit::Boundary(boundary) => state.boundary = *boundary,
            Edit::Tag(key, value) => state.tags.push((key.clone(), value.clone())),
        }
    }

    /// What tells it from other changes by the same action to the same resource.
    fn key(&self) -> (String, Option<*const Policy>) {
        match self {
            Edit::Add(held) => {
                let names: Vec<&str> = held.iter().map(|held| held.name).collect();
                (names.join(" "), None)
            }
            Edit::Write(held) => (held.carrier.to_owned(), None),
            Edit::Replace(name, policy) => ((*name).to_owned(), Some(std::ptr::from_ref(*policy))),
            Edit::Remove(carrier, name) => (format!("{carrier} {name}"), None),
            Edit::Leave(group) => ((*group).to_owned(), None),
            Edit::Boundary(Boundary::Policy(name, policy)) => {
                ((*name).to_owned(), Some(std::ptr::from_ref(*policy)))
            }
            Edit::Boundary(_) => (String::new(), None),
            Edit::Tag(key, value) => (format!("{key} {value:?}"), None),
        }
    }

    /// Whether it takes nothing away that allows something.
    fn widens(&self, state: &State<'e>) -> bool {
        let allows = |held: &Held<'e>| has(held.policy, Effect::Allow);
        let mut held = state.held.iter();
        match self {
            Edit::Add(_)
            | Edit::Write(_)
            | Edit::Boundary(_)
            | Edit::Tag(_, _)
            | Edit::Replace(_, _) => true,
            Edit::Remove(carrier, name) => {
                !held.any(|held| held.carrier == *carrier && held.name == *name && allows(held))
            }
            Edit::Leave(group) => !held.any(|held| held.carrier == *group && allows(held)),
        }
    }
}

fn has(policy: &Policy, effect: Effect) -> bool {
    policy.statements.iter().any(|one| one.effect == effect)
}

/// What a principal may do to everything as it is.
pub(super) fn outcome(estate: &Estate<'_>, authority: &mut Authority<'_>) -> Outcome {
    let admin = classes::admin(estate, authority);
    if !admin.is_empty() && admin.iter().all(|grant| grant.certain) {
        return Outcome {
            certain: Names::everything(),
            possible: Names::everything(),
            depends_on: Vec::new(),
        };
    }
    let powers = classes::powers(estate, authority);
    let mut outcome = Outcome {
        certain: Names::of(&powers, true),
        possible: Names::of(&powers, false),
        depends_on: Vec::new(),
    };
    let grants = powers
        .admin
        .iter()
        .chain(powers.lists().into_iter().flatten());
    let open = grants.filter(|grant| !grant.certain);
    outcome.depends_on = open.flat_map(|grant| grant.depends_on.clone()).collect();
    outcome.depends_on.sort();
    outcome.depends_on.dedup();
    outcome
}

/// The changes that a principal can make about itself in some state.
pub(super) struct Changer<'q, 'e, 'a> {
    pub(super) estate: &'e Estate<'a>,
    pub(super) member: &'e Member<'a>,
    pub(super) gaps: &'q mut Vec<Gap>,
}

impl<'e, 'a> Changer<'_, 'e, 'a> {
    /// The ways in which the principal comes to more than it has, by one change or several.
    pub(super) fn rises(&mut self, base: &Authority<'e>, own: Outcome) -> Vec<Rise> {
        let mut rises: Vec<Rise> = Vec::new();
        let mut moves = self.moves(base);
        // The surest first, so that the shortest sequence found is the surest.
        moves.sort_by_key(|one| one.proof.uncertain);
        for one in &moves {
            let mut after = base.changed(|state| one.edit.apply(state));
            let outcome = outcome(self.estate, &mut after);
            if outcome.possible.without(own.possible).is_empty()
                && outcome.certain.without(own.certain).is_empty()
            {
                continue;
            }
            let rise = Rise {
                compiled: one.compiled,
                proof: one.proof.clone(),
                target: one.target.clone(),
                outcome,
            };
            let rank = |rise: &Rise| {
                let certain = !rise.proof.uncertain;
                (
                    rise.outcome.certain.is_admin() && certain,
                    rise.outcome.possible.is_admin(),
                    certain,
                    rise.outcome.possible.len(),
                )
            };
            let same = |known: &&mut Rise| known.compiled.path.id == one.compiled.path.id;
            match rises.iter_mut().find(same) {
                Some(known) if rank(known) >= rank(&rise) => {}
                Some(known) => *known = rise,
                None => rises.push(rise),
            }
        }
        let surely = |rise: &Rise| rise.outcome.certain.is_admin() && !rise.proof.uncertain;
        if !moves.is_empty() && !rises.iter().any(surely) {
            let known = rises
                .iter()
                .fold(own.possible, |known, rise| known.or(rise.outcome.possible));
            let sure = rises.iter().filter(|rise| !rise.proof.uncertain);
            let sure = sure.fold(own.certain, |known, rise| known.or(rise.outcome.certain));
            rises.extend(self.several(base, moves, known, sure));
        }
        rises
    }

    /// What several changes, one after the other, lead to beyond what single ones do.
    fn several(
        &mut self,
        base: &Authority<'e>,
        first: Vec<Move<'e>>,
        known: Names,
        sure: Names,
    ) -> Option<Rise> {
        let mut made: Vec<Move<'e>> = Vec::new();
        let mut now = base.clone();
        let mut open = first;
        let same = |one: &Move<'e>, other: &Move<'e>| {
            one.compiled.path.id == other.compiled.path.id
                && one.target == other.target
                && one.edit.key() == other.edit.key()
        };
        let mut found = Outcome::default();
        while made.len() < MOST {
            open.retain(|one| !made.iter().any(|made| same(one, made)));
            open.sort_by_key(|one| (!one.edit.widens(&now.state), one.proof.uncertain));
            let Some(next) = open.first().cloned() else {
                break;
            };
            let after = now.changed(|state| next.edit.apply(state));
            if !next.edit.widens(&now.state) {
                // What it takes away may be what the rest rests on.
                let better = outcome(self.estate, &mut after.clone());
                if !better.possible.is_admin() {
                    open.remove(0);
                    continue;
                }
            }
            now = after;
            made.push(next);
            found = outcome(self.estate, &mut now.clone());
            if found.certain.is_admin() {
                break;
            }
            open = self.moves(&now);
        }
        let gains = |found: &Outcome| {
            !found.possible.without(known).is_empty() || !found.certain.without(sure).is_empty()
        };
        if !gains(&found) {
            return None;
        }
        // Leave out what is not needed; what is needed for a later change shows when that is asked for again.
        let mut place = made.len();
        while place > 0 {
            place -= 1;
            let mut fewer = made.clone();
            fewer.remove(place);
            if let Some((proofs, outcome)) = self.replay(base, &fewer)
                && found.certain.without(outcome.certain).is_empty()
                && found.possible.without(outcome.possible).is_empty()
            {
                made = proofs;
                found = outcome;
            }
        }
        let first = made.first()?;
        let proof = made
            .iter()
            .fold(Proof::default(), |proof, one| proof.then(&one.proof));
        Some(Rise {
            compiled: first.compiled,
            target: first.target.clone(),
            proof,
            outcome: found,
        })
    }

    /// The same changes from the beginning, if all of them can be made.
    fn replay(
        &mut self,
        base: &Authority<'e>,
        moves: &[Move<'e>],
    ) -> Option<(Vec<Move<'e>>, Outcome)> {
        let mut now = base.clone();
        let mut made = Vec::new();
        for one in moves {
            let open = self.moves(&now).into_iter();
            let again = open.into_iter().find(|open| {
                open.compiled.path.id == one.compiled.path.id
                    && open.target == one.target
                    && open.edit.key() == one.edit.key()
                    && open.proof.uncertain <= one.proof.uncertain
            })?;
            now = now.changed(|state| again.edit.apply(state));
            made.push(again);
        }
        let outcome = outcome(self.estate, &mut now);
        Some((made, outcome))
    }
}

/// At most so many changes, one after the other, are tried.
const MOST: usize = 8;

/// The boundary of a principal, as requests to change the principal carry it.
pub(super) fn boundary_of(member: &Member<'_>) -> KeyState {
    match &member.principal.boundary {
        Some(arn) => KeyState::one(arn),
        None => KeyState::Absent,
    }
}
