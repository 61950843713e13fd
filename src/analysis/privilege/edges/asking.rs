//! Questions about targets: once for all that a principal's policies cannot tell apart.

use std::collections::BTreeMap;

use super::{Aim, Asking, Edge, End, Question, Taken, Telling, Walker};
use crate::analysis::privilege::authority::Answer;
use crate::analysis::privilege::catalogue::{Compiled, Proof};
use crate::analysis::privilege::change::boundary_of;
use crate::analysis::privilege::weapon::{BOUNDARY, POLICY};
use crate::policy::{Action, KeyState, Source};
use crate::reference::On;

impl<'e, 'a> Walker<'_, 'e, 'a> {
    /// The steps for which any resource will do; those of one service are taken on one resource.
    pub(super) fn general_steps(
        &mut self,
        compiled: &'static Compiled,
        proof: &mut Proof,
    ) -> Option<()> {
        let steps = compiled.path.requires.iter().zip(&compiled.steps);
        let any: Vec<(&'static str, &'static Action)> = steps
            .filter(|(_, (_, on))| *on == On::Any)
            .map(|(step, (action, _))| (step.action.as_str(), action))
            .collect();
        let region = self.privileges.estate.regions.first().copied();
        let region = region.unwrap_or_default();
        let mut services: Vec<&str> = any.iter().map(|(_, action)| action.service()).collect();
        services.dedup();
        for service in services {
            let of_it: Vec<_> = any
                .iter()
                .filter(|(_, action)| action.service() == service)
                .copied()
                .collect();
            let mut apart = proof.clone();
            for (name, action) in &of_it {
                self.on_some(name, action, &mut apart)?;
            }
            let examples: Vec<String> = match of_it.as_slice() {
                [] | [_] => Vec::new(),
                several => several
                    .iter()
                    .flat_map(|(_, action)| self.authority.examples(action, region))
                    .collect(),
            };
            *proof = match (examples.is_empty(), self.together(&of_it, examples, proof)) {
                (true, _) => apart,
                (false, Some(together)) => together,
                (false, None) => {
                    let names: Vec<&str> = of_it.iter().map(|(name, _)| *name).collect();
                    apart.doubt([format!(
                        "{} are allowed on one resource",
                        names.join(" and ")
                    )]);
                    apart
                }
            };
        }
        Some(())
    }

    /// The actions on one of these resources, on which they are allowed for certain if there is such a one.
    pub(super) fn together(
        &mut self,
        steps: &[(&'static str, &'static Action)],
        resources: Vec<String>,
        proof: &Proof,
    ) -> Option<Proof> {
        let mut possible = None;
        for resource in resources {
            let mut tried = proof.clone();
            let allowed = steps.iter().all(|(name, action)| {
                match self.authority.on(action, &resource, None) {
                    Answer::Yes(standing) => {
                        tried.add(name, Some(resource.clone()), &standing);
                        true
                    }
                    Answer::No | Answer::Unknown => false,
                }
            });
            if allowed && tried.uncertain == proof.uncertain {
                return Some(tried);
            }
            if allowed {
                possible = possible.or(Some(tried));
            }
        }
        possible
    }

    /// Whether the action is allowed on some resource; which one, if not just any will do.
    pub(super) fn on_some(
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
                let resource = standing.resource.clone();
                proof.add(
                    name,
                    Some(resource.clone().unwrap_or_else(|| "*".to_owned())),
                    standing,
                );
                Some(resource)
            }
            Answer::Unknown => {
                self.found
                    .gaps
                    .extend(self.authority.gaps().iter().cloned());
                None
            }
        }
    }

    /// Asks about a target, once for all that are alike; the number of the answer.
    pub(super) fn ask(
        &mut self,
        name: &'static str,
        action: &'static Action,
        asking: Asking,
        aim: Aim<'e, 'a>,
    ) -> usize {
        let authority = &mut *self.authority;
        let telling = self.tellings.entry(name).or_insert_with(|| Telling {
            statements: authority.telling_apart(action),
            tags: authority.asks_for_tags_of(action),
            boundary: authority.asks_for("iam:permissionsboundary", action),
        });
        let assumes = action.service() == "sts";
        let trust = aim.member.filter(|_| assumes);
        let trust = trust.and_then(|member| member.principal.trust_policy.as_deref());
        let asked = trust.is_some_and(|text| text.contains("ResourceTag"));
        let tags = aim.tags.filter(|_| telling.tags || asked);
        let question = Question {
            action: name,
            asking,
            statements: authority.standing_of(&telling.statements, aim.arn),
            tags: tags.map(|tags| {
                let tags = tags.iter();
                tags.map(|(key, value)| (key.as_str(), value.as_str()))
                    .collect()
            }),
            boundary: aim
                .member
                .filter(|_| telling.boundary)
                .and_then(|member| member.principal.boundary.as_deref()),
            trust,
        };
        if let Some(&known) = self.questions.get(&question) {
            return known;
        }
        let answer = match asking {
            Asking::Plainly if assumes => self.assume(action, aim),
            Asking::Plainly => {
                let boundary = aim.member.map_or(KeyState::Unknown, boundary_of);
                let carries = [(BOUNDARY, boundary)];
                self.authority.on_with(action, aim.arn, aim.tags, &carries)
            }
            Asking::To(service) => {
                let none = BTreeMap::new();
                let tags = aim.tags.unwrap_or(&none);
                self.authority.pass(action, aim.arn, tags, service)
            }
            Asking::Attaching(place) => {
                let boundary = aim.member.map_or(KeyState::Absent, boundary_of);
                let weapons = self.weapons.get(name);
                let weapon = weapons.and_then(|weapons| weapons.get(place));
                let policy = weapon.map_or((POLICY, KeyState::Absent), |one| one.carried(POLICY));
                let carries = [(BOUNDARY, boundary), policy];
                let answer = self.authority.on_with(action, aim.arn, aim.tags, &carries);
                weapon.map_or(Answer::No, |weapon| weapon.after(answer))
            }
        };
        self.answers.push(answer);
        let number = self.answers.len() - 1;
        self.questions.insert(question, number);
        number
    }

    pub(super) fn assume(&mut self, action: &Action, aim: Aim<'e, 'a>) -> Answer {
        let Some(member) = aim.member else {
            return Answer::No;
        };
        let trust = match &member.trust {
            None => Source::unread("trust policy"),
            Some(document) => match &document.policy {
                Ok(policy) => Source::new(document.name, policy),
                Err(gap) => {
                    self.found.gaps.push(gap.clone());
                    return Answer::No;
                }
            },
        };
        let tags = &member.principal.tags;
        self.authority.assume(action, aim.arn, tags, trust)
    }

    /// Takes note of an answer: `None` ends the path.
    pub(super) fn note(
        &mut self,
        name: &'static str,
        number: usize,
        resource: Option<String>,
        proof: &mut Proof,
    ) -> Option<()> {
        match self.answers.get(number)? {
            Answer::No => None,
            Answer::Yes(standing) => {
                proof.add(name, resource, standing);
                Some(())
            }
            Answer::Unknown => {
                self.leave_open();
                None
            }
        }
    }

    /// Adds edges to targets, those with the same answers together.
    pub(super) fn group(
        &mut self,
        compiled: &'static Compiled,
        proof: &Proof,
        steps: &[&'static str],
        groups: BTreeMap<Vec<usize>, Vec<Taken>>,
    ) {
        for (answers, targets) in groups {
            let mut proof = proof.clone();
            let mut notes = steps.iter().zip(answers);
            let passed =
                notes.try_for_each(|(name, number)| self.note(name, number, None, &mut proof));
            if passed.is_some() {
                self.found.list.push(Edge {
                    compiled,
                    proof,
                    end: End::Becomes(targets),
                });
            }
        }
    }
}
