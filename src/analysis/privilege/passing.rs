//! Who can run code as a powerful role by passing it to a function that does not exist yet.

use std::collections::BTreeSet;

use super::authority::{Answer, Authority, Standing};
use super::catalogue::{CATALOGUE, Compiled};
use super::circumstances::LAMBDA;
use super::edges::PASS_ROLE;
use super::names::ADMINISTRATOR;
use super::{Escalation, Privileges, StatementName};
use crate::analysis::Fact;
use crate::inventory::{Gap, Principal, PrincipalKind};
use crate::reference::Takes;

/// A powerful role that Lambda can assume, and who can pass it to a new function.
#[derive(Debug)]
pub(in crate::analysis) struct Passable<'p> {
    pub(in crate::analysis) role: &'p Principal,
    pub(in crate::analysis) power: Power,
    /// Users and roles that do not have such power anyway; those that can for certain first.
    pub(in crate::analysis) passers: Vec<Passer<'p>>,
}

/// What makes a role powerful.
#[derive(Clone, Debug)]
pub(in crate::analysis) struct Power {
    /// Id of the path by which it becomes an administrator; none where it is one.
    pub(in crate::analysis) path: Option<String>,
    pub(in crate::analysis) certain: bool,
    pub(in crate::analysis) depends_on: Vec<String>,
}

/// A principal that can run a new function as the role, or may.
#[derive(Debug)]
pub(in crate::analysis) struct Passer<'p> {
    pub(in crate::analysis) principal: &'p Principal,
    /// Id of its path in the catalogue.
    pub(in crate::analysis) path: &'static str,
    /// Actions of the path besides passing the role.
    pub(in crate::analysis) actions: Vec<String>,
    /// The statement that allows passing the role.
    pub(in crate::analysis) statement: Option<StatementName>,
    pub(in crate::analysis) certain: bool,
    pub(in crate::analysis) depends_on: Vec<String>,
}

/// A path that a principal can take with whatever role it can pass.
struct Way {
    compiled: &'static Compiled,
    certain: bool,
    depends_on: BTreeSet<String>,
}

/// Paths that create a function and run it: those that change a function need one that is there.
fn creating() -> impl Iterator<Item = &'static Compiled> {
    CATALOGUE.iter().filter(|compiled| creates(compiled))
}

fn creates(compiled: &Compiled) -> bool {
    let path = compiled.path;
    path.takes == Takes::Service
        && path.passes_to.iter().any(|service| service == LAMBDA)
        && path.requires.iter().any(|step| {
            step.action.starts_with("lambda:Create") && step.action.ends_with("Function")
        })
}

impl Privileges<'_> {
    /// Powerful roles whose trust policy names Lambda, with who can pass them to a new function; those that nobody can are
    /// left out. And why not all of it is known.
    pub(in crate::analysis) fn passable_to_new_functions(&self) -> (Vec<Passable<'_>>, Vec<Gap>) {
        let mut roles: Vec<(&Principal, Vec<Passer<'_>>)> = self
            .trusting(LAMBDA)
            .iter()
            .filter_map(|&place| self.estate.members.get(place))
            .filter(|member| !member.is_service_linked())
            .map(|member| (member.principal, Vec::new()))
            .collect();
        roles.sort_by(|(one, _), (other, _)| one.arn.cmp(&other.arn));
        let mut gaps: Vec<Gap> = self.estate.unread_trusts().cloned().collect();
        for place in 0..self.estate.members.len() {
            self.pass(place, &mut roles, &mut gaps);
        }
        let mut found = Vec::new();
        for (role, mut passers) in roles {
            // Asked last: it is the most work.
            let power = match passers.is_empty() {
                true => None,
                false => self.power(&role.arn, &mut gaps),
            };
            if let Some(power) = power {
                passers.sort_by(|one, other| {
                    let key = |passer: &Passer<'_>| !passer.certain;
                    let by_arn = one.principal.arn.cmp(&other.principal.arn);
                    key(one).cmp(&key(other)).then(by_arn)
                });
                found.push(Passable {
                    role,
                    power,
                    passers,
                });
            }
        }
        gaps.sort();
        gaps.dedup();
        (found, gaps)
    }

    /// Adds one principal to the roles that it can pass.
    fn pass<'p>(
        &'p self,
        place: usize,
        roles: &mut [(&'p Principal, Vec<Passer<'p>>)],
        gaps: &mut Vec<Gap>,
    ) {
        let Some(member) = self.estate.members.get(place) else {
            return;
        };
        let principal = member.principal;
        if principal.kind == PrincipalKind::Group || member.is_service_linked() {
            return;
        }
        let Some(mut authority) = self.authority(place) else {
            return;
        };
        if authority.gaps().is_empty() && !authority.mentions(&PASS_ROLE) {
            return;
        }
        let mut unknown = false;
        let mut ways: Vec<Way> = creating()
            .filter_map(|compiled| way(compiled, &mut authority, &mut unknown))
            .collect();
        // The catalogue's order decides between equals.
        ways.sort_by_key(|way| !way.certain);
        if let Some(way) = ways.first() {
            let anyway = self.power_anyway(&principal.arn);
            let others = roles.iter_mut().filter(|(role, _)| {
                // a role that passes itself gains nothing
                role.arn != principal.arn && anyway != Some(true)
            });
            for (role, passers) in others {
                match authority.pass(&PASS_ROLE, &role.arn, &role.tags, LAMBDA) {
                    Answer::No => {}
                    Answer::Unknown => unknown = true,
                    Answer::Yes(standing) => {
                        let passer = way.passer(principal, standing);
                        // what is no surer than the power that it may have anyway adds nothing
                        if passer.certain || anyway.is_none() {
                            passers.push(passer);
                        }
                    }
                }
            }
        }
        if unknown {
            gaps.extend(authority.gaps().iter().cloned());
        }
    }

    /// What makes a role powerful: it is an administrator, or becomes one.
    fn power(&self, role: &str, gaps: &mut Vec<Gap>) -> Option<Power> {
        match self.powers(role)?.admin_fact() {
            Fact::Unknown(unread) => gaps.extend(unread),
            Fact::Known(admin) => {
                if let Some(grant) = admin.first() {
                    return Some(Power {
                        path: None,
                        certain: grant.certain,
                        depends_on: grant.depends_on.clone(),
                    });
                }
            }
        }
        match self.escalations(role)? {
            Fact::Unknown(unread) => {
                gaps.extend(unread);
                None
            }
            Fact::Known(ways) => {
                let way = ways.into_iter().find(makes_administrator)?;
                Some(Power {
                    path: Some(way.path),
                    certain: way.certain,
                    depends_on: way.depends_on,
                })
            }
        }
    }

    /// Whether a principal is or becomes an administrator without passing a role to a new function, and if so whether for
    /// certain.
    fn power_anyway(&self, principal: &str) -> Option<bool> {
        let admin = self.powers(principal).and_then(|own| own.admin.first());
        let anyway = |way: &&Escalation| {
            makes_administrator(way) && !creating().any(|compiled| compiled.path.id == way.path)
        };
        let ways = self.escalations(principal);
        let ways = ways.as_ref().and_then(Fact::known).into_iter().flatten();
        let ways = ways.filter(anyway).map(|way| way.certain);
        ways.chain(admin.map(|grant| grant.certain)).max()
    }
}

impl Way {
    fn passer<'p>(&self, principal: &'p Principal, pass: Standing) -> Passer<'p> {
        let mut depends_on = self.depends_on.clone();
        depends_on.extend(pass.depends_on);
        let requires = self.compiled.path.requires.iter();
        Passer {
            principal,
            path: &self.compiled.path.id,
            actions: requires.map(|step| step.action.clone()).collect(),
            statement: pass.statements.into_iter().next(),
            certain: self.certain && pass.certain,
            depends_on: depends_on.into_iter().collect(),
        }
    }
}

/// Whether a principal can take the steps of a path other than passing the role, and on the same function where its policies
/// name functions.
fn way(
    compiled: &'static Compiled,
    authority: &mut Authority<'_>,
    unknown: &mut bool,
) -> Option<Way> {
    let mut found = Way {
        compiled,
        certain: compiled.path.assumes.is_none(),
        depends_on: compiled.path.assumes.iter().cloned().collect(),
    };
    let mut chosen: Option<(&str, String)> = None;
    for (step, (action, _)) in compiled.path.requires.iter().zip(&compiled.steps) {
        if authority.gaps().is_empty() && !authority.mentions(action) {
            return None;
        }
        let same = chosen
            .as_ref()
            .filter(|(service, _)| *service == action.service());
        let there = same.map(|(_, arn)| authority.on(action, arn, None));
        let standing = match there {
            Some(Answer::Yes(standing)) => standing,
            _ => match authority.on_some(action) {
                Answer::No => return None,
                Answer::Unknown => {
                    *unknown = true;
                    return None;
                }
                Answer::Yes(standing) => {
                    if let Some((_, arn)) = same {
                        found.certain = false;
                        let open = format!("{} is allowed on {arn}", step.action);
                        found.depends_on.insert(open);
                    }
                    standing
                }
            },
        };
        found.certain &= standing.certain;
        found.depends_on.extend(standing.depends_on);
        if let (Some(resource), None) = (standing.resource, &chosen) {
            chosen = Some((action.service(), resource));
        }
    }
    Some(found)
}

fn makes_administrator(way: &Escalation) -> bool {
    way.gains.iter().any(|gain| gain == ADMINISTRATOR)
}
