//! Users and roles that are taken over directly, changed first, or created for the purpose.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{Aim, Asking, Edge, End, Taken, Walker};
use crate::analysis::privilege::authority::Answer;
use crate::analysis::privilege::catalogue::{CATALOGUE, Compiled, Proof};
use crate::analysis::privilege::change::Outcome;
use crate::analysis::privilege::estate::{Identity, Member};
use crate::analysis::privilege::target::{Made, NewKind};
use crate::analysis::privilege::weapon::{BOUNDARY, POLICY, POLICY_KEY, Weapon, weapons};
use crate::inventory::PrincipalKind;
use crate::policy::{Action, KeyState};
use crate::reference::{Change, On};

impl<'e, 'a> Walker<'_, 'e, 'a> {
    /// Users or roles that can be taken over.
    pub(super) fn principals(
        &mut self,
        compiled: &'static Compiled,
        proof: &Proof,
        kind: PrincipalKind,
    ) {
        let privileges = self.privileges;
        let path = compiled.path;
        let mut groups: BTreeMap<Vec<usize>, Vec<Taken>> = BTreeMap::new();
        let names: Vec<&'static str> = path
            .requires
            .iter()
            .map(|step| step.action.as_str())
            .collect();
        let assumes = compiled
            .steps
            .iter()
            .any(|(action, _)| action.service() == "sts");
        let changes = compiled.steps.iter().any(|(action, on)| {
            *on == On::Target && action.service() == "iam" || *on == On::TargetPolicy
        });
        let candidates: &[usize] = match (kind, assumes) {
            (PrincipalKind::Role, true) => privileges.assumable(),
            (PrincipalKind::Role, false) => privileges.roles(),
            _ => privileges.users(),
        };
        for &place in candidates {
            let Some(target) = privileges.estate.members.get(place) else {
                continue;
            };
            let fixed = if changes {
                target.is_fixed()
            } else {
                target.is_service_linked()
            };
            if place == self.place || fixed {
                continue;
            }
            let aim = Aim::at(target);
            if path.change.is_some() {
                self.changed(compiled, proof, place, aim);
                continue;
            }
            let mut answers = Vec::new();
            for (name, (action, on)) in names.iter().zip(&compiled.steps) {
                if *on == On::Target {
                    let number = self.ask(name, action, Asking::Plainly, aim);
                    answers.push(number);
                    if matches!(self.answers.get(number), Some(Answer::No)) {
                        break;
                    }
                }
            }
            let taken = Taken {
                place,
                function: None,
            };
            groups.entry(answers).or_default().push(taken);
        }
        let steps: Vec<&'static str> = names
            .iter()
            .zip(&compiled.steps)
            .filter(|(_, (_, on))| *on == On::Target)
            .map(|(name, _)| *name)
            .collect();
        self.group(compiled, proof, &steps, groups);
    }

    /// A target that is changed first.
    pub(super) fn changed(
        &mut self,
        compiled: &'static Compiled,
        proof: &Proof,
        place: usize,
        aim: Aim<'e, 'a>,
    ) -> Option<()> {
        let privileges = self.privileges;
        let path = compiled.path;
        let change = path.change?;
        let target = aim.member?;
        let bounded = target.principal.boundary.is_some();
        if change == Change::RemoveBoundary && !bounded {
            return None;
        }
        let mut proof = proof.clone();
        let mut made = match change {
            Change::RemoveBoundary => Made::Unbound,
            Change::WriteInline => Made::Inline(place),
            _ => Made::Everything,
        };
        for (step, (action, on)) in path.requires.iter().zip(&compiled.steps) {
            let name = step.action.as_str();
            match on {
                On::TargetPolicy => {
                    let policies = privileges.estate.own_policies(target);
                    let mut best: Option<(bool, &'a str, usize)> = None;
                    for arn in policies {
                        let aim = Aim {
                            arn,
                            tags: None,
                            member: None,
                        };
                        let number = self.ask(name, action, Asking::Plainly, aim);
                        let rank = match self.answers.get(number) {
                            Some(Answer::Yes(standing)) => standing.certain,
                            Some(Answer::Unknown) => {
                                self.leave_open();
                                continue;
                            }
                            Some(Answer::No) | None => continue,
                        };
                        if best.is_none_or(|(certain, _, _)| rank && !certain) {
                            best = Some((rank, arn, number));
                        }
                    }
                    let (_, arn, number) = best?;
                    made = Made::Rewritten(arn);
                    self.note(name, number, Some(arn.to_owned()), &mut proof)?;
                }
                On::Target if change == Change::Attach && name.contains(":Attach") => {
                    made = self.attach(name, action, aim, &mut proof)?;
                }
                On::TargetGroup => {
                    made = self.change_group(name, action, (change, target), &mut proof)?;
                }
                On::JoinedGroup => {
                    let own = privileges
                        .estate
                        .groups(target)
                        .map(|one| &one.principal.arn);
                    let own: Vec<&String> = own.collect();
                    let joined = |made: Made<'a>| privileges.made(place, made);
                    made = self.join(name, action, &own, joined, &mut proof)?;
                }
                On::Target => {
                    let number = self.ask(name, action, Asking::Plainly, aim);
                    self.note(name, number, Some(aim.arn.to_owned()), &mut proof)?;
                }
                _ => {}
            }
        }
        let outcome = privileges.made(place, made);
        if outcome.possible.is_empty() {
            return None;
        }
        self.found.list.push(Edge {
            compiled,
            proof,
            end: End::Gains {
                target: aim.arn.to_owned(),
                outcome,
            },
        });
        Some(())
    }

    /// The strongest policy that can be attached to a target, as what it makes of it.
    fn attach(
        &mut self,
        name: &'static str,
        action: &'static Action,
        aim: Aim<'e, 'a>,
        proof: &mut Proof,
    ) -> Option<Made<'a>> {
        let estate = &self.privileges.estate;
        if !self.weapons.contains_key(name) {
            let weapons = weapons(estate, self.authority, action, POLICY);
            self.weapons.insert(name, weapons);
        }
        let told = self.authority.asks_for(POLICY_KEY, action);
        let count = self.weapons.get(name).map_or(0, Vec::len);
        let mut possible = None;
        for place in 0..if told { count } else { count.min(1) } {
            let number = self.ask(name, action, Asking::Attaching(place), aim);
            match self.answers.get(number) {
                Some(answer) if answer.is_certain() => {
                    possible = Some((number, place));
                    break;
                }
                Some(Answer::Yes(_)) => possible = possible.or(Some((number, place))),
                Some(Answer::Unknown) => self.leave_open(),
                Some(Answer::No) | None => {}
            }
        }
        let (number, place) = possible?;
        let weapon = self.weapons.get(name)?.get(place)?.clone();
        *proof = std::mem::take(proof).then(&weapon.before);
        self.note(name, number, Some(aim.arn.to_owned()), proof)?;
        Some(weapon.made)
    }

    /// A group of a user that can be given everything, as what that makes of the user.
    fn change_group(
        &mut self,
        name: &'static str,
        action: &'static Action,
        (change, user): (Change, &'e Member<'a>),
        proof: &mut Proof,
    ) -> Option<Made<'a>> {
        let estate = &self.privileges.estate;
        let mut best: Option<(Proof, Made<'a>)> = None;
        for group in estate.groups(user) {
            let aim = Aim::at(group);
            let mut tried = proof.clone();
            let made = if change == Change::Attach {
                self.attach(name, action, aim, &mut tried)
            } else {
                let number = self.ask(name, action, Asking::Plainly, aim);
                let noted = self.note(name, number, Some(aim.arn.to_owned()), &mut tried);
                noted.and_then(|()| estate.place(aim.arn)).map(Made::Inline)
            };
            if let Some(made) = made
                && best
                    .as_ref()
                    .is_none_or(|(known, _)| known.uncertain && !tried.uncertain)
            {
                best = Some((tried, made));
            }
        }
        let (tried, made) = best?;
        *proof = tried;
        Some(made)
    }

    /// The group, without those given, that a user is put into to gain most.
    fn join(
        &mut self,
        name: &'static str,
        action: &'static Action,
        own: &[&String],
        joined: impl Fn(Made<'a>) -> Outcome,
        proof: &mut Proof,
    ) -> Option<Made<'a>> {
        let estate = &self.privileges.estate;
        let mut best = None;
        for (place, group) in estate.members.iter().enumerate() {
            let principal = group.principal;
            if principal.kind != PrincipalKind::Group || own.contains(&&principal.arn) {
                continue;
            }
            let number = self.ask(name, action, Asking::Plainly, Aim::at(group));
            let mut tried = proof.clone();
            let noted = self.note(name, number, Some(principal.arn.clone()), &mut tried);
            if noted.is_none() {
                continue;
            }
            let mut identity = Identity::default();
            estate.carried(group, &mut identity);
            self.found.gaps.extend(identity.gaps);
            let made = Made::Joined(place);
            let outcome = joined(made);
            let rank = (
                outcome.certain.is_admin() && !tried.uncertain,
                outcome.possible.is_admin(),
                !tried.uncertain,
                outcome.possible.len(),
            );
            if best.as_ref().is_none_or(|(known, _, _)| rank > *known) {
                best = Some((rank, tried, made));
            }
        }
        let (_, tried, made) = best?;
        *proof = tried;
        Some(made)
    }

    /// A user or role that is created for the purpose.
    pub(super) fn new_one(
        &mut self,
        compiled: &'static Compiled,
        mut proof: Proof,
        kind: NewKind,
    ) -> Option<()> {
        let privileges = self.privileges;
        let estate = &privileges.estate;
        let pattern = kind.arn(estate, "*");
        let mut arn: Option<String> = None;
        let mut made = Made::Everything;
        let unbound = || vec![(BOUNDARY, KeyState::Absent)];
        for (step, (action, on)) in compiled.path.requires.iter().zip(&compiled.steps) {
            let name = step.action.as_str();
            let answer = match &arn {
                None => self.authority.on_one_like(action, &pattern, &unbound()),
                Some(_) if *on == On::JoinedGroup => {
                    let joined = |made: Made<'a>| privileges.made_new(kind, made);
                    made = self.join(name, action, &[], joined, &mut proof)?;
                    continue;
                }
                Some(arn) if name.contains(":Attach") => {
                    let mut best: Option<(Weapon<'e>, Answer)> = None;
                    for weapon in weapons(estate, self.authority, action, POLICY) {
                        let mut carries = unbound();
                        carries.push(weapon.carried(POLICY));
                        let answer = self.authority.on_with(action, arn, None, &carries);
                        let answer = weapon.after(answer);
                        let better = match &best {
                            Some((_, known)) => answer.is_better_than(known),
                            None => true,
                        };
                        if better {
                            best = Some((weapon, answer));
                        }
                        if best.as_ref().is_some_and(|(_, answer)| answer.is_certain()) {
                            break;
                        }
                    }
                    let (weapon, answer) = best?;
                    made = weapon.made;
                    if matches!(answer, Answer::Yes(_)) {
                        proof = proof.then(&weapon.before);
                    }
                    answer
                }
                Some(arn) if action.service() == "sts" => {
                    // Its creator writes the trust policy.
                    let trust = estate.delegation();
                    self.authority.assume(action, arn, &BTreeMap::new(), trust)
                }
                Some(arn) => self.authority.on_with(action, arn, None, &unbound()),
            };
            let standing = match answer {
                Answer::No => return None,
                Answer::Unknown => {
                    self.leave_open();
                    return None;
                }
                Answer::Yes(standing) => standing,
            };
            let chosen = arn.get_or_insert_with(|| {
                let chosen = standing.resource.clone();
                chosen.unwrap_or_else(|| kind.arn(estate, "lamppost-probe"))
            });
            proof.add(name, Some(chosen.clone()), &standing);
        }
        let outcome = privileges.made_new(kind, made);
        if !outcome.possible.is_empty() {
            self.found.list.push(Edge {
                compiled,
                proof,
                end: End::Gains {
                    target: arn?,
                    outcome,
                },
            });
        }
        Some(())
    }

    /// Roles whose trust policies name the principal, which then needs no permission of its own.
    pub(super) fn trusted_by_name(&mut self) {
        static ASSUME: LazyLock<Option<&Compiled>> =
            LazyLock::new(|| CATALOGUE.iter().find(|one| one.path.id == "sts-001"));
        let Some(compiled) = *ASSUME else {
            return;
        };
        let Some((action, _)) = compiled.steps.first() else {
            return;
        };
        if self.authority.mentions(action) {
            // Asked already.
            return;
        }
        let privileges = self.privileges;
        let mut groups: BTreeMap<Vec<usize>, Vec<Taken>> = BTreeMap::new();
        for (taken, aim) in self.others(privileges.naming(&self.member.principal.arn)) {
            let number = self.ask("sts:AssumeRole", action, Asking::Plainly, aim);
            groups.entry(vec![number]).or_default().push(taken);
        }
        self.group(compiled, &Proof::default(), &["sts:AssumeRole"], groups);
    }
}
