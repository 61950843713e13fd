//! Permissions management: which permissions of other principals a role can change.
//!
//! What it can do to all users, roles, groups or policies is one answer; otherwise those that there are are tried, without the role
//! itself: what it can change about itself is an escalation.

use std::collections::{BTreeSet, HashMap};

use schemars::JsonSchema;
use serde::Serialize;

use super::Privileges;
use super::authority::{Answer, Authority, Standing};
use super::change::boundary_of;
use super::estate::{Identity, Member};
use super::powerful;
use super::weapon::{BOUNDARY, POLICY, POLICY_KEY, weapons};
use crate::analysis::Fact;
use crate::inventory::{Gap, PrincipalKind};
use crate::policy::{Action, KeyState, Truth};
use crate::reference::permissions;

/// A statement that lets a role change permissions of other principals.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PermissionsGrant {
    /// Name of the inline policy, or ARN of the managed one.
    pub policy: String,
    /// Its `Sid`, or its place (`#1`) where it has none.
    pub statement: String,
    /// What it allows, as far as it counts here.
    pub actions: Vec<String>,
    /// ARNs of up to five users, roles, groups or policies that it allows this for; empty: for all of them.
    pub targets: Vec<String>,
    /// Whether it does so for certain; otherwise `depends_on` says on what it depends.
    pub certain: bool,
    /// Conditions that the account's configuration alone does not decide.
    pub depends_on: Vec<String>,
}

/// Names that a report needs.
const NAMED: usize = 5;

/// What an action of permissions management is done to.
enum Kind {
    User,
    Role,
    Group,
    /// A group that makes an administrator.
    StrongGroup,
    /// A customer-managed policy that somebody else carries.
    Policy,
    /// One that has another version.
    PolicyWithVersions,
    BoundedUser,
    BoundedRole,
}

fn kind(action: &str) -> Kind {
    match action {
        "iam:AddUserToGroup" => Kind::StrongGroup,
        "iam:CreatePolicyVersion" => Kind::Policy,
        "iam:SetDefaultPolicyVersion" => Kind::PolicyWithVersions,
        "iam:DeleteUserPermissionsBoundary" => Kind::BoundedUser,
        "iam:DeleteRolePermissionsBoundary" => Kind::BoundedRole,
        name if name.contains("Group") => Kind::Group,
        name if name.contains("User") => Kind::User,
        _ => Kind::Role,
    }
}

impl<'a> Privileges<'a> {
    /// The statements by which a role can change permissions of others; `None` for a role that IAM does not have.
    pub fn permissions_management(&self, role: &str) -> Option<Fact<Vec<PermissionsGrant>>> {
        let place = self.estate.place(role)?;
        let mut found = Found::default();
        let powers = self.powers_at(place);
        let mut everywhere: BTreeSet<&str> = BTreeSet::new();
        for grant in &powers.permissions {
            for action in &grant.actions {
                // Where nothing is there to be changed, nobody is given anything.
                let targets = self.targets(place, action);
                let serves = |target: &Target<'_, '_>| target.unread.is_empty();
                if !self.needs_a_target(action) || targets.iter().any(serves) {
                    everywhere.insert(action);
                    found.add(
                        action,
                        None,
                        grant.certain,
                        &grant.depends_on,
                        (&grant.policy, &grant.statement),
                    );
                }
            }
        }
        let Some(mut authority) = self.authority(place) else {
            return Some(Fact::Known(Vec::new()));
        };
        for name in &permissions().classes.permissions.actions {
            let action = Action::new(name);
            if !everywhere.contains(name.as_str()) && authority.mentions(&action) {
                self.named(place, name, &action, &mut authority, &mut found);
            }
        }
        found.gaps.extend(powers.open_permissions().iter().cloned());
        found.gaps.sort();
        found.gaps.dedup();
        Some(Fact::offenders(found.grants, found.gaps))
    }

    /// Whether an action leads to nothing unless what it is done to is there.
    fn needs_a_target(&self, action: &str) -> bool {
        !matches!(kind(action), Kind::User | Kind::Role | Kind::Group)
    }

    /// What an action can be done to that is there, as far as it gives somebody else something.
    fn targets(&self, place: usize, action: &str) -> Vec<Target<'_, 'a>> {
        let estate = &self.estate;
        let members = |wanted: PrincipalKind| {
            let members = estate.members.iter().enumerate();
            members
                .filter(move |(other, member)| {
                    *other != place && member.principal.kind == wanted && !member.is_fixed()
                })
                .map(|(_, member)| member)
        };
        let of = |wanted: PrincipalKind| members(wanted).map(Target::member);
        let bounded = |wanted: PrincipalKind| {
            let bounded = members(wanted).filter(|one| one.principal.boundary.is_some());
            bounded.map(Target::member).collect()
        };
        let policies = || -> Vec<&str> {
            let others = estate.members.iter().enumerate();
            let others = others.filter(|(other, _)| *other != place);
            let carried: BTreeSet<&str> = others
                .flat_map(|(_, member)| estate.own_policies(member))
                .collect();
            carried.into_iter().collect()
        };
        match kind(action) {
            Kind::User => of(PrincipalKind::User).collect(),
            Kind::Role => of(PrincipalKind::Role).collect(),
            Kind::Group => of(PrincipalKind::Group).collect(),
            Kind::BoundedUser => bounded(PrincipalKind::User),
            Kind::BoundedRole => bounded(PrincipalKind::Role),
            Kind::StrongGroup => members(PrincipalKind::Group)
                .filter_map(|group| {
                    let mut identity = Identity::default();
                    estate.carried(group, &mut identity);
                    let strong = powerful::make_admin(estate, identity.held);
                    let unread = if strong { Vec::new() } else { identity.gaps };
                    (strong || !unread.is_empty()).then(|| Target {
                        unread,
                        ..Target::member(group)
                    })
                })
                .collect(),
            Kind::Policy => policies().into_iter().map(Target::policy).collect(),
            Kind::PolicyWithVersions => policies()
                .into_iter()
                .filter(|arn| !estate.versions(arn).is_empty())
                .map(Target::policy)
                .collect(),
        }
    }

    /// Tries an action on what is there.
    fn named<'e>(
        &'e self,
        place: usize,
        name: &str,
        action: &Action,
        authority: &mut Authority<'e>,
        found: &mut Found,
    ) {
        let statements = authority.telling_apart(action);
        let by_boundary = authority.asks_for("iam:permissionsboundary", action);
        let by_tags = authority.asks_for_tags_of(action);
        let by_policy = authority.asks_for(POLICY_KEY, action);
        let mut known: HashMap<(Vec<Truth>, Option<&str>), Answer> = HashMap::new();
        for Target {
            arn,
            member,
            unread,
        } in self.targets(place, name)
        {
            let boundary = member.and_then(|one| one.principal.boundary.as_deref());
            let key = (
                authority.standing_of(&statements, arn),
                boundary.filter(|_| by_boundary),
            );
            let answer = match known.get(&key) {
                Some(answer) if !by_tags => answer.clone(),
                _ => {
                    let answer = self.attach(action, arn, member, by_policy, authority);
                    known.insert(key, answer.clone());
                    answer
                }
            };
            let standing = match answer {
                Answer::No => continue,
                Answer::Unknown => {
                    found.gaps.extend(authority.gaps().iter().cloned());
                    continue;
                }
                // What it would give is not known.
                Answer::Yes(_) if !unread.is_empty() => {
                    found.gaps.extend(unread);
                    continue;
                }
                Answer::Yes(standing) => standing,
            };
            if let Some(by) = standing.statements.first() {
                let Standing {
                    certain,
                    depends_on,
                    ..
                } = &standing;
                found.add(
                    name,
                    Some(arn),
                    *certain,
                    depends_on,
                    (&by.policy, &by.statement),
                );
            }
        }
    }

    fn attach<'e>(
        &'e self,
        action: &Action,
        arn: &str,
        member: Option<&Member<'_>>,
        by_policy: bool,
        authority: &mut Authority<'e>,
    ) -> Answer {
        let boundary = member.map_or(KeyState::Absent, boundary_of);
        let tags = member.map(|member| &member.principal.tags);
        let weapons = weapons(&self.estate, authority, action, POLICY);
        let strong = weapons.iter().filter(|weapon| weapon.strong);
        let count = if by_policy { weapons.len() } else { 1 };
        let mut best = Answer::No;
        for weapon in strong.take(count) {
            let carries = [(BOUNDARY, boundary.clone()), weapon.carried(POLICY)];
            let answer = authority.on_with(action, arn, tags, &carries);
            best = best.or(weapon.after(answer));
            if best.is_certain() {
                break;
            }
        }
        best
    }
}

/// A user, role, group or policy that an action can be done to.
struct Target<'e, 'a> {
    arn: &'e str,
    /// None for a policy.
    member: Option<&'e Member<'a>>,
    /// Policies that could not be read and decide whether the action on it gives anything.
    unread: Vec<Gap>,
}

impl<'e, 'a> Target<'e, 'a> {
    fn member(member: &'e Member<'a>) -> Self {
        Self {
            arn: &member.principal.arn,
            member: Some(member),
            unread: Vec::new(),
        }
    }

    fn policy(arn: &'e str) -> Self {
        Self {
            arn,
            member: None,
            unread: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Found {
    grants: Vec<PermissionsGrant>,
    /// Why there may be more.
    gaps: Vec<Gap>,
}

impl Found {
    fn add(
        &mut self,
        action: &str,
        target: Option<&str>,
        certain: bool,
        depends_on: &[String],
        (policy, statement): (&str, &str),
    ) {
        let same = |grant: &&mut PermissionsGrant| {
            grant.policy == policy
                && grant.statement == statement
                && grant.certain == certain
                && grant.depends_on == depends_on
                && grant.targets.is_empty() == target.is_none()
        };
        let place = self.grants.iter_mut().find(same);
        let grant = match place {
            Some(grant) => grant,
            None => {
                self.grants.push(PermissionsGrant {
                    policy: policy.to_owned(),
                    statement: statement.to_owned(),
                    actions: Vec::new(),
                    targets: Vec::new(),
                    certain,
                    depends_on: depends_on.to_vec(),
                });
                match self.grants.last_mut() {
                    Some(grant) => grant,
                    None => return,
                }
            }
        };
        if !grant.actions.iter().any(|known| known == action) {
            grant.actions.push(action.to_owned());
        }
        if let Some(target) = target
            && grant.targets.len() < NAMED
            && !grant.targets.iter().any(|known| known == target)
        {
            grant.targets.push(target.to_owned());
        }
    }
}
