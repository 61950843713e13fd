//! The changes that a principal can make about itself in some state.

use super::{Changer, Edit, Move, boundary_of, has};
use crate::analysis::privilege::authority::{Answer, Authority, Boundary};
use crate::analysis::privilege::catalogue::{CATALOGUE, Compiled, Proof};
use crate::analysis::privilege::estate::{Estate, Held, Identity};
use crate::analysis::privilege::powerful::EVERYTHING;
use crate::inventory::PrincipalKind;
use crate::policy::{Action, Effect, KeyState, Policy};
use crate::reference::{Change, On, Subject, Takes};

/// A change with what the request for it carries.
type Carried<'e> = (Edit<'e>, Vec<(&'static str, KeyState)>);

impl<'e, 'a> Changer<'_, 'e, 'a> {
    /// The changes that are allowed in a state, or may be.
    pub(super) fn moves(&mut self, base: &Authority<'e>) -> Vec<Move<'e>> {
        let mut moves = Vec::new();
        let subject = match self.member.principal.kind {
            PrincipalKind::User => Subject::User,
            PrincipalKind::Role | PrincipalKind::Group => Subject::Role,
        };
        if self.member.is_fixed() {
            return moves;
        }
        let mut asked = base.clone();
        for compiled in CATALOGUE.iter() {
            let path = compiled.path;
            let (Some(change), Some((action, on))) = (path.change, compiled.steps.first()) else {
                continue;
            };
            if !matches!(path.takes, Takes::Itself | Takes::Group)
                || !path.subjects.contains(&subject)
                || base.gaps().is_empty() && !base.mentions(action)
            {
                continue;
            }
            for resource in self.resources(base, *on) {
                let edits = self.edits(base, change, *on, resource);
                let made = self.made(&mut asked, compiled, (action, resource), edits);
                moves.extend(made);
            }
        }
        moves
    }

    /// Those of these changes to a resource that are allowed, or may be.
    fn made(
        &mut self,
        asked: &mut Authority<'e>,
        compiled: &'static Compiled,
        (action, resource): (&'static Action, &'e str),
        edits: Vec<Carried<'e>>,
    ) -> Vec<Move<'e>> {
        let estate = self.estate;
        let step = compiled.path.requires.first();
        let name = step.map_or("", |step| step.action.as_str());
        let place = estate.place(resource);
        let member = place.and_then(|place| estate.members.get(place));
        let tags = member.map(|member| &member.principal.tags);
        let mut moves = Vec::new();
        for (edit, mut carries) in edits {
            if compiled.path.change != Some(Change::PutBoundary) {
                carries.push(("iam:PermissionsBoundary", boundary_of(self.member)));
            }
            let standing = match asked.on_with(action, resource, tags, &carries) {
                Answer::No => continue,
                Answer::Unknown => {
                    self.gaps.extend(asked.gaps().iter().cloned());
                    continue;
                }
                Answer::Yes(standing) => standing,
            };
            let mut proof = Proof::default();
            proof.add(name, Some(resource.to_owned()), &standing);
            moves.push(Move {
                compiled,
                edit,
                proof,
                target: resource.to_owned(),
            });
            // Any strong policy will do.
            let strong = matches!(
                compiled.path.change,
                Some(Change::Attach | Change::PutBoundary)
            );
            if standing.certain && strong {
                break;
            }
        }
        moves
    }

    /// What a change of that kind may be made to.
    fn resources(&self, base: &Authority<'e>, on: On) -> Vec<&'e str> {
        let estate = self.estate;
        match on {
            On::Itself => vec![self.member.principal.arn.as_str()],
            On::OwnPolicy => {
                let held = base.state.held.iter();
                held.filter(|held| !held.inline && estate.is_own_policy(held.name))
                    .map(|held| held.name)
                    .collect()
            }
            On::OwnBoundary => match base.state.boundary {
                Boundary::Policy(name, _) if estate.is_own_policy(name) => vec![name],
                _ => Vec::new(),
            },
            On::OwnGroup => {
                let groups = estate.groups(self.member);
                groups.map(|group| group.principal.arn.as_str()).collect()
            }
            On::Target => {
                let own: Vec<&str> = estate
                    .groups(self.member)
                    .map(|group| group.principal.arn.as_str())
                    .collect();
                let members = estate.members.iter();
                members
                    .filter(|one| one.principal.kind == PrincipalKind::Group)
                    .map(|one| one.principal.arn.as_str())
                    .filter(|arn| !own.contains(arn))
                    .collect()
            }
            On::Any | On::TargetPolicy => Vec::new(),
        }
    }

    /// The changes of a kind to a resource, with what their requests carry.
    fn edits(
        &self,
        base: &Authority<'e>,
        change: Change,
        on: On,
        resource: &'e str,
    ) -> Vec<Carried<'e>> {
        let estate = self.estate;
        let everything = EVERYTHING.as_ref();
        let plain = |edits: Vec<Edit<'e>>| {
            let edits = edits.into_iter();
            edits.map(|edit| (edit, Vec::new())).collect::<Vec<_>>()
        };
        let denying = |held: &&Held<'e>| has(held.policy, Effect::Deny);
        let here = || {
            let held = base.state.held.iter();
            held.filter(|held| held.carrier == resource).filter(denying)
        };
        let replaced = |policy: &'e Policy| match on {
            On::OwnBoundary => Edit::Boundary(Boundary::Policy(resource, policy)),
            _ => Edit::Replace(resource, policy),
        };
        let bounded = !matches!(base.state.boundary, Boundary::None);
        match change {
            Change::WriteInline => plain(
                everything
                    .map(|policy| {
                        Edit::Add(vec![Held {
                            carrier: resource,
                            inline: true,
                            name: "an inline policy that allows everything",
                            policy,
                        }])
                    })
                    .into_iter()
                    .collect(),
            ),
            Change::Attach => attachable(estate, resource),
            Change::Rewrite => plain(everything.map(replaced).into_iter().collect()),
            Change::Restore => {
                let versions = estate.versions(resource).iter();
                let documents = versions.filter_map(|version| version.policy.as_ref().ok());
                plain(documents.map(replaced).collect())
            }
            Change::Join => {
                let mut identity = Identity::default();
                let place = estate.place(resource);
                if let Some(group) = place.and_then(|place| estate.members.get(place)) {
                    estate.carried(group, &mut identity);
                }
                plain(vec![Edit::Add(identity.held)])
            }
            Change::RemoveBoundary if bounded => plain(vec![Edit::Boundary(Boundary::None)]),
            Change::PutBoundary if bounded => estate
                .powerful()
                .iter()
                .filter_map(|one| {
                    let policy = one.policy(estate)?;
                    let edit = Edit::Boundary(Boundary::Policy(&one.arn, policy));
                    let carries = vec![("iam:PermissionsBoundary", KeyState::one(&one.arn))];
                    Some((edit, carries))
                })
                .collect(),
            Change::RemoveBoundary | Change::PutBoundary => Vec::new(),
            Change::DeleteInline => plain(
                here()
                    .filter(|held| held.inline)
                    .map(|held| Edit::Remove(held.carrier, held.name))
                    .collect(),
            ),
            Change::Detach => here()
                .filter(|held| !held.inline)
                .map(|held| {
                    let carries = vec![("iam:PolicyARN", KeyState::one(held.name))];
                    (Edit::Remove(held.carrier, held.name), carries)
                })
                .collect(),
            Change::Leave if here().next().is_some() => plain(vec![Edit::Leave(resource)]),
            Change::Leave => Vec::new(),
            Change::Tag => base
                .principal_tags()
                .into_iter()
                .map(|key| {
                    let carries = vec![
                        ("aws:TagKeys", KeyState::one(&key)),
                        ("aws:RequestTag/*", KeyState::Any),
                    ];
                    (Edit::Tag(key, KeyState::Any), carries)
                })
                .collect(),
            Change::Untag => base
                .principal_tags()
                .into_iter()
                .filter(|key| self.member.principal.tags.contains_key(key))
                .map(|key| {
                    let carries = vec![("aws:TagKeys", KeyState::one(&key))];
                    (Edit::Tag(key, KeyState::Absent), carries)
                })
                .collect(),
        }
    }
}

/// Managed policies that are worth attaching to a principal.
fn attachable<'e>(estate: &'e Estate<'_>, carrier: &'e str) -> Vec<Carried<'e>> {
    let powerful = estate.powerful().iter();
    powerful
        .filter_map(|one| {
            let held = Held {
                carrier,
                inline: false,
                name: &one.arn,
                policy: one.policy(estate)?,
            };
            let carries = vec![("iam:PolicyARN", KeyState::one(&one.arn))];
            Some((Edit::Add(vec![held]), carries))
        })
        .collect()
}
