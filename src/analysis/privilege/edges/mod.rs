//! Whom one principal can become, by every path of the catalogue and for every target.
//!
//! Targets that the principal's policies cannot tell apart are asked about once.

mod asking;
mod carriers;
mod principals;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::Privileges;
use super::authority::{Answer, Authority};
use super::catalogue::{CATALOGUE, Compiled, Deed, Proof};
use super::change::{Changer, Outcome};
use super::estate::Member;
use super::target::NewKind;
use super::weapon::Weapon;
use crate::inventory::{Gap, PrincipalKind};
use crate::policy::{Action, Statement, Truth};
use crate::reference::{Subject, Takes};

pub(super) static PASS_ROLE: LazyLock<Action> = LazyLock::new(|| Action::new(PASS_ROLE_NAME));
const PASS_ROLE_NAME: &str = "iam:PassRole";

/// What one principal can become.
#[derive(Debug, Default)]
pub(super) struct Edges {
    pub(super) list: Vec<Edge>,
    /// Policies that could not be read, without which there may be more.
    pub(super) gaps: Vec<Gap>,
}

/// A path from a principal, to targets that are alike or to permissions of its own.
#[derive(Debug)]
pub(super) struct Edge {
    pub(super) compiled: &'static Compiled,
    pub(super) proof: Proof,
    pub(super) end: End,
}

#[derive(Debug)]
pub(super) enum End {
    /// Any of these users and roles.
    Becomes(Vec<Taken>),
    /// Permissions that a change gives: to the principal itself, or to what it can then act as.
    Gains { target: String, outcome: Outcome },
}

/// A user or role by its place, and the number of the function that is taken over for it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Taken {
    pub(super) place: usize,
    pub(super) function: Option<usize>,
}

/// What is asked about a target, besides the action.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Asking {
    Plainly,
    /// Passing a role to a service.
    To(&'static str),
    /// Attaching the policy of that place among those that it can use with the action.
    Attaching(usize),
}

/// All that tells targets apart for one question.
#[derive(Eq, Hash, PartialEq)]
struct Question<'e> {
    action: &'static str,
    asking: Asking,
    statements: Vec<Truth>,
    tags: Option<Vec<(&'e str, &'e str)>>,
    boundary: Option<&'e str>,
    trust: Option<&'e str>,
}

/// How a principal's policies tell targets of an action apart.
struct Telling<'e> {
    statements: Vec<&'e Statement>,
    tags: bool,
    boundary: bool,
}

/// What an action is done to.
#[derive(Clone, Copy)]
struct Aim<'e, 'a> {
    arn: &'e str,
    tags: Option<&'e BTreeMap<String, String>>,
    /// A user or role, of which there is more to ask than the ARN.
    member: Option<&'e Member<'a>>,
}

impl<'e, 'a> Aim<'e, 'a> {
    fn at(member: &'e Member<'a>) -> Self {
        Self {
            arn: &member.principal.arn,
            tags: Some(&member.principal.tags),
            member: Some(member),
        }
    }
}

/// Finds the edges of one principal.
pub(super) struct Walker<'w, 'e, 'a> {
    privileges: &'e Privileges<'a>,
    member: &'e Member<'a>,
    place: usize,
    authority: &'w mut Authority<'e>,
    /// Answers for actions on any resource.
    some: HashMap<&'static str, Answer>,
    tellings: HashMap<&'static str, Telling<'e>>,
    questions: HashMap<Question<'e>, usize>,
    answers: Vec<Answer>,
    /// Managed policies for an action that attaches them.
    weapons: HashMap<&'static str, Vec<Weapon<'e>>>,
    found: Edges,
}

/// All edges of a principal.
pub(super) fn edges(privileges: &Privileges<'_>, place: usize) -> Edges {
    let Some(member) = privileges.estate.members.get(place) else {
        return Edges::default();
    };
    if member.principal.kind == PrincipalKind::Group
        || member.is_service_linked()
        || privileges.own(place).certain.is_admin()
    {
        return Edges::default();
    }
    let Some(mut authority) = privileges.authority(place) else {
        return Edges::default();
    };
    let mut walker = Walker {
        privileges,
        member,
        place,
        authority: &mut authority,
        some: HashMap::new(),
        tellings: HashMap::new(),
        questions: HashMap::new(),
        answers: Vec::new(),
        weapons: HashMap::new(),
        found: Edges::default(),
    };
    walker.itself();
    for compiled in CATALOGUE.iter() {
        walker.walk(compiled);
    }
    walker.trusted_by_name();
    let mut found = walker.found;
    found.gaps.sort();
    found.gaps.dedup();
    found
}

impl<'e, 'a> Walker<'_, 'e, 'a> {
    /// Takes note that policies of the principal's own which were not read leave more open.
    fn leave_open(&mut self) {
        let gaps = self.authority.gaps().iter().cloned();
        self.found.gaps.extend(gaps);
    }

    /// Users and roles of these that can be taken over: all but itself and those that only a service can use.
    fn others(&self, places: &[usize]) -> Vec<(Taken, Aim<'e, 'a>)> {
        let members = &self.privileges.estate.members;
        let known = places
            .iter()
            .filter_map(|&place| Some((place, members.get(place)?)));
        known
            .filter(|(place, member)| *place != self.place && !member.is_service_linked())
            .map(|(place, member)| {
                let taken = Taken {
                    place,
                    function: None,
                };
                (taken, Aim::at(member))
            })
            .collect()
    }

    /// What it can make of itself.
    fn itself(&mut self) {
        let mut changer = Changer {
            estate: &self.privileges.estate,
            member: self.member,
            gaps: &mut self.found.gaps,
        };
        let own = self.privileges.own(self.place);
        for rise in changer.rises(self.authority, own) {
            self.found.list.push(Edge {
                compiled: rise.compiled,
                proof: rise.proof,
                end: End::Gains {
                    target: rise.target,
                    outcome: rise.outcome,
                },
            });
        }
    }

    fn walk(&mut self, compiled: &'static Compiled) {
        let path = compiled.path;
        let subject = match self.member.principal.kind {
            PrincipalKind::User => Subject::User,
            PrincipalKind::Role | PrincipalKind::Group => Subject::Role,
        };
        if matches!(path.takes, Takes::Itself | Takes::Group) || !path.subjects.contains(&subject) {
            return;
        }
        let passes = path.takes == Takes::Service;
        let unmentioned = |action: &Action| !self.authority.mentions(action);
        if self.authority.gaps().is_empty()
            && (compiled.steps.iter().any(|(action, _)| unmentioned(action))
                || passes && unmentioned(&PASS_ROLE))
        {
            return;
        }
        let mut proof = Proof::default();
        if let Some(assumption) = &path.assumes {
            proof.assume(assumption.clone());
        }
        if self.general_steps(compiled, &mut proof).is_none() {
            return;
        }
        match path.takes {
            Takes::Itself | Takes::Group => {}
            Takes::Directory => self.directory(compiled, proof),
            Takes::User => self.principals(compiled, &proof, PrincipalKind::User),
            Takes::Role => self.principals(compiled, &proof, PrincipalKind::Role),
            Takes::NewUser | Takes::NewRole => {
                let kind = match path.takes {
                    Takes::NewUser => NewKind::User,
                    _ => NewKind::Role,
                };
                let _ = self.new_one(compiled, proof, kind);
            }
            Takes::Service => self.services(compiled, &proof),
            Takes::Function => self.functions(compiled, &proof),
            Takes::Resource => self.resources(compiled, proof),
        }
    }
}

impl Edge {
    /// Whether it takes over a function that there is.
    pub(super) fn is_by_function(&self) -> bool {
        self.compiled.path.takes == Takes::Function
    }

    /// Its requests about a target.
    pub(super) fn deeds(&self) -> &[Deed] {
        &self.proof.deeds
    }
}
