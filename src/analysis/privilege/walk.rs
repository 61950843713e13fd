//! Walks the catalogue's paths for one principal, step by step.

use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

use super::authority::{Answer, Authority, Standing};
use super::catalogue::{Compiled, Escalation};
use super::estate::Member;
use super::evidence::StatementName;
use super::{Privileges, strength};
use crate::inventory::{Gap, PrincipalKind};
use crate::policy::{Action, Source};
use crate::reference::{On, Subject, Takes};

static PASS_ROLE: LazyLock<Action> = LazyLock::new(|| Action::new("iam:PassRole"));

/// The parts of an answer, gathered over the steps of a path.
#[derive(Clone, Debug, Default)]
struct Proof {
    uncertain: bool,
    depends_on: BTreeSet<String>,
    statements: BTreeSet<StatementName>,
}

impl Proof {
    fn add(&mut self, standing: &Standing) {
        self.uncertain |= !standing.certain;
        self.depends_on.extend(standing.depends_on.iter().cloned());
        self.statements.extend(standing.statements.iter().cloned());
    }

    fn assume(&mut self, what: String) {
        self.uncertain = true;
        self.depends_on.insert(what);
    }
}

/// Walks the paths of one principal.
pub(super) struct Walker<'w, 'e, 'a> {
    estate: &'e Privileges<'a>,
    member: &'e Member<'a>,
    place: usize,
    authority: &'w mut Authority<'e>,
    /// Answers for actions on any resource.
    some: HashMap<&'static str, Answer>,
    pub(super) gaps: Vec<Gap>,
}

impl<'w, 'e, 'a> Walker<'w, 'e, 'a> {
    pub(super) fn new(
        estate: &'e Privileges<'a>,
        member: &'e Member<'a>,
        place: usize,
        authority: &'w mut Authority<'e>,
    ) -> Self {
        Self {
            estate,
            member,
            place,
            authority,
            some: HashMap::new(),
            gaps: Vec::new(),
        }
    }

    pub(super) fn walk(&mut self, compiled: &'static Compiled) -> Option<Escalation> {
        let path = compiled.path;
        let subject = match self.member.principal.kind {
            PrincipalKind::User => Subject::User,
            PrincipalKind::Role | PrincipalKind::Group => Subject::Role,
        };
        if !path.subjects.contains(&subject) {
            return None;
        }
        let passes = path.takes == Takes::Service;
        if self.authority.gaps.is_empty()
            && (compiled
                .steps
                .iter()
                .any(|(action, _)| !self.authority.mentions(action))
                || passes && !self.authority.mentions(&PASS_ROLE))
        {
            return None;
        }
        let mut proof = Proof::default();
        if let Some(assumption) = &path.assumes
            && path.runs_as.is_empty()
        {
            proof.assume(assumption.clone());
        }
        self.general_steps(compiled, &mut proof)?;
        let (target, gains, proof) = match path.takes {
            Takes::Itself => self.itself(compiled, proof)?,
            Takes::Directory => (String::new(), Vec::new(), proof),
            Takes::User => self.principal(compiled, &proof, PrincipalKind::User)?,
            Takes::Role => self.principal(compiled, &proof, PrincipalKind::Role)?,
            Takes::Group => self.principal(compiled, &proof, PrincipalKind::Group)?,
            Takes::Service => self.service(compiled, &proof)?,
            Takes::Function => self.function(compiled, &proof)?,
            Takes::Resource => self.resource(compiled, proof)?,
        };
        let mut actions: Vec<String> = passes
            .then(|| "iam:PassRole".to_owned())
            .into_iter()
            .collect();
        actions.extend(path.requires.iter().map(|step| step.action.clone()));
        Some(Escalation {
            path: path.id.clone(),
            title: path.title.clone(),
            category: path.category.name().to_owned(),
            target,
            gains,
            actions,
            statements: proof.statements.into_iter().collect(),
            certain: !proof.uncertain,
            depends_on: proof.depends_on.into_iter().collect(),
        })
    }

    /// The steps for which any resource will do; those of one service are taken on one resource where that can be told.
    fn general_steps(&mut self, compiled: &'static Compiled, proof: &mut Proof) -> Option<()> {
        let mut chosen: Option<(&str, String)> = None;
        for (step, (action, on)) in compiled.path.requires.iter().zip(&compiled.steps) {
            if *on != On::Any {
                continue;
            }
            if let Some((service, arn)) = &chosen
                && *service == action.service()
            {
                let answer = self.authority.on(action, arn, None);
                if let Answer::Yes(standing) = &answer {
                    proof.add(standing);
                    continue;
                }
                let arn = arn.clone();
                self.on_some(&step.action, action, proof)?;
                proof.assume(format!("{} is allowed on {arn}", step.action));
                continue;
            }
            let resource = self.on_some(&step.action, action, proof)?;
            if let (Some(resource), None) = (resource, &chosen) {
                chosen = Some((action.service(), resource));
            }
        }
        Some(())
    }

    /// Whether the action is allowed on some resource; which one, if not just any will do.
    fn on_some(
        &mut self,
        name: &'static str,
        action: &Action,
        proof: &mut Proof,
    ) -> Option<Option<String>> {
        let authority = &mut *self.authority;
        let answer = self
            .some
            .entry(name)
            .or_insert_with(|| authority.on_some(action));
        match answer {
            Answer::No => None,
            Answer::Yes(standing) => {
                proof.add(standing);
                Some(standing.resource.clone())
            }
            Answer::Unknown => {
                self.gaps.extend(self.authority.gaps.iter().cloned());
                None
            }
        }
    }

    /// Takes note of an answer: `None` ends the path.
    fn note(&mut self, answer: Answer, proof: &mut Proof) -> Option<()> {
        match answer {
            Answer::No => None,
            Answer::Yes(standing) => {
                proof.add(&standing);
                Some(())
            }
            Answer::Unknown => {
                self.gaps.extend(self.authority.gaps.iter().cloned());
                None
            }
        }
    }

    fn itself(&mut self, compiled: &Compiled, mut proof: Proof) -> Option<Found> {
        let principal = self.member.principal;
        if compiled.path.bounded && principal.boundary.is_none() {
            return None;
        }
        let mut target = principal.arn.clone();
        for (action, on) in &compiled.steps {
            let resources: Vec<String> = match on {
                On::Itself => vec![principal.arn.clone()],
                On::OwnPolicy => {
                    let policies = self.estate.estate.own_policies(self.member);
                    policies.into_iter().map(str::to_owned).collect()
                }
                On::OwnGroup => {
                    let groups = self.estate.estate.groups(self.member);
                    groups.map(|group| group.principal.arn.clone()).collect()
                }
                On::Any | On::Target | On::TargetPolicy => continue,
            };
            target = self.first_allowed(action, resources, &mut proof)?;
        }
        Some((target, vec!["administrator".to_owned()], proof))
    }

    /// The first resource that the action is allowed on, with certainty if on any.
    fn first_allowed(
        &mut self,
        action: &Action,
        resources: Vec<String>,
        proof: &mut Proof,
    ) -> Option<String> {
        let mut possible: Option<(String, Proof)> = None;
        for resource in resources {
            let mut tried = proof.clone();
            let answer = self.authority.on(action, &resource, None);
            let sure = matches!(&answer, Answer::Yes(standing) if standing.certain);
            if self.note(answer, &mut tried).is_some() && (sure || possible.is_none()) {
                possible = Some((resource, tried));
                if sure {
                    break;
                }
            }
        }
        let (resource, tried) = possible?;
        *proof = tried;
        Some(resource)
    }

    /// A user, role or group that can be taken over.
    fn principal(
        &mut self,
        compiled: &Compiled,
        proof: &Proof,
        kind: PrincipalKind,
    ) -> Option<Found> {
        let estate = self.estate;
        let makes =
            compiled.path.makes_admin || compiled.path.bounded || kind == PrincipalKind::Group;
        let places: Vec<usize> = if makes {
            (0..estate.estate.members.len()).collect()
        } else {
            estate.strongest_first().to_vec()
        };
        self.best(places, |walker, place| {
            let target = estate.estate.members.get(place)?;
            let principal = target.principal;
            if principal.kind != kind
                || place == walker.place
                || principal.arn.contains(":role/aws-service-role/")
                || compiled.path.bounded && principal.boundary.is_none()
            {
                return None;
            }
            let mut tried = proof.clone();
            for (action, on) in &compiled.steps {
                match on {
                    On::Target if action.service() == "sts" => {
                        let answer = walker.assume(action, target);
                        walker.note(answer, &mut tried)?;
                    }
                    On::Target => {
                        let tags = Some(&principal.tags);
                        let answer = walker.authority.on(action, &principal.arn, tags);
                        walker.note(answer, &mut tried)?;
                    }
                    On::TargetPolicy => {
                        let policies = estate.estate.own_policies(target);
                        let policies = policies.into_iter().map(str::to_owned).collect();
                        walker.first_allowed(action, policies, &mut tried)?;
                    }
                    On::Any | On::Itself | On::OwnPolicy | On::OwnGroup => {}
                }
            }
            let gains = if makes {
                vec!["administrator".to_owned()]
            } else {
                walker.gains(place)?
            };
            Some((principal.arn.clone(), gains, tried))
        })
    }

    fn assume(&mut self, action: &Action, target: &'e Member<'a>) -> Answer {
        let principal = target.principal;
        let trust = match &target.trust {
            None => Source::unread("trust policy"),
            Some(document) => match &document.policy {
                Ok(policy) => Source::new(document.name, policy),
                Err(gap) => {
                    self.gaps.push(gap.clone());
                    return Answer::No;
                }
            },
        };
        self.authority
            .assume(action, &principal.arn, &principal.tags, trust)
    }

    /// A role that can be passed to a service.
    fn service(&mut self, compiled: &Compiled, proof: &Proof) -> Option<Found> {
        let estate = self.estate;
        let mut best: Option<Found> = None;
        for service in &compiled.path.passes_to {
            let places = estate.trusting(service);
            let found = self.best(places, |walker, place| {
                let target = estate.estate.members.get(place)?.principal;
                if place == walker.place || target.arn.contains(":role/aws-service-role/") {
                    return None;
                }
                let gains = walker.gains(place)?;
                let mut tried = proof.clone();
                let answer = walker
                    .authority
                    .pass(&PASS_ROLE, &target.arn, &target.tags, service);
                walker.note(answer, &mut tried)?;
                Some((target.arn.clone(), gains, tried))
            });
            match (&best, found) {
                (_, Some(found)) if !found.2.uncertain => return Some(found),
                (None, found) => best = found,
                _ => {}
            }
        }
        if best.is_none() {
            self.gaps.extend(estate.estate.unread_trusts().cloned());
        }
        best
    }

    /// A function that can be taken over with the role that it has.
    fn function(&mut self, compiled: &Compiled, proof: &Proof) -> Option<Found> {
        let estate = self.estate;
        let functions: Vec<usize> = (0..estate.functions().len()).collect();
        self.best(functions, |walker, number| {
            let function = estate.functions().get(number)?;
            let place = function.role?;
            if place == walker.place {
                return None;
            }
            let gains = walker.gains(place)?;
            let mut tried = proof.clone();
            for (action, on) in &compiled.steps {
                if *on == On::Target {
                    let answer = walker.authority.on(action, function.arn, function.tags);
                    walker.note(answer, &mut tried)?;
                }
            }
            Some((function.arn.to_owned(), gains, tried))
        })
    }

    /// A role that a resource of some service may run as.
    fn resource(&mut self, compiled: &Compiled, mut proof: Proof) -> Option<Found> {
        let estate = self.estate;
        for service in &compiled.path.runs_as {
            for place in estate.trusting(service) {
                if place == self.place {
                    continue;
                }
                let Some(target) = estate.estate.members.get(place) else {
                    continue;
                };
                if let Some(gains) = self.gains(place) {
                    proof.assume(compiled.path.assumes.clone().unwrap_or_default());
                    return Some((target.principal.arn.clone(), gains, proof));
                }
            }
        }
        None
    }

    /// The first candidate that can be taken over for certain, or else the first that may be.
    fn best(
        &mut self,
        places: Vec<usize>,
        mut attempt: impl FnMut(&mut Self, usize) -> Option<Found>,
    ) -> Option<Found> {
        let mut possible: Option<Found> = None;
        for place in places {
            if let Some(found) = attempt(self, place) {
                if !found.2.uncertain {
                    return Some(found);
                }
                possible = possible.or(Some(found));
            }
        }
        possible
    }

    /// What that principal may do that this one may not; `None`: nothing of note.
    fn gains(&mut self, place: usize) -> Option<Vec<String>> {
        let (own, other) = (
            self.estate.strength(self.place),
            self.estate.strength(place),
        );
        if strength::is_open(other) {
            self.gaps.extend(other.powers.gaps().iter().cloned());
        }
        strength::gains(own, other)
    }
}

/// What is taken over, what that gives, and the proof.
type Found = (String, Vec<String>, Proof);
