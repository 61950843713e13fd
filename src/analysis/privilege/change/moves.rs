//! The changes that a principal can make about itself in some state.

use super::{Changer, Edit, Move, boundary_of, has};
use crate::analysis::privilege::authority::{Answer, Authority, Boundary};
use crate::analysis::privilege::catalogue::{CATALOGUE, Compiled, Proof};
use crate::analysis::privilege::estate::{Estate, Held, Identity};
use crate::analysis::privilege::powerful::EVERYTHING;
use crate::inventory::PrincipalKind;
use crate::policy::{Action, Effect, KeyState, Pattern, Policy};
use crate::reference::{Change, On, Subject, Takes};

/// A change with what the request for it carries.
type Carried<'e> = (Edit<'e>, Vec<(String, KeyState)>);

const BOUNDARY: &str = "iam:PermissionsBoundary";
const POLICY: &str = "iam:PolicyARN";

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
                let edits = self.edits(base, change, (action, *on), resource);
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
        // What is said of single tags stays said.
        let mut alone = compiled.path.change.filter(|change| *change == Change::Tag).map(|_| asked.clone());
        let asked = alone.as_mut().unwrap_or(asked);
        let mut moves: Vec<Move<'e>> = Vec::new();
        for (edit, mut carries) in edits {
            if compiled.path.change != Some(Change::PutBoundary) {
                carries.push((BOUNDARY.to_owned(), boundary_of(self.member)));
            }
            let known = |one: &Move<'e>| !one.proof.uncertain && one.edit.key() == edit.key();
            if moves.iter().any(known) {
                continue;
            }
            let carries: Vec<(&str, KeyState)> = carries
                .iter()
                .map(|(key, state)| (key.as_str(), state.clone()))
                .collect();
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
        one_of_each(moves)
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
        (action, on): (&Action, On),
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
                        Edit::Write(Held {
                            carrier: resource,
                            inline: true,
                            name: "an inline policy that allows everything",
                            policy,
                        })
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
                    let carries = vec![(BOUNDARY.to_owned(), KeyState::one(&one.arn))];
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
                    let carries = vec![(POLICY.to_owned(), KeyState::one(held.name))];
                    (Edit::Remove(held.carrier, held.name), carries)
                })
                .collect(),
            Change::Leave if here().next().is_some() => plain(vec![Edit::Leave(resource)]),
            Change::Leave => Vec::new(),
            Change::Tag => base
                .own_tags()
                .into_iter()
                .flat_map(|key| tagging(base, action, &key))
                .collect(),
            Change::Untag => base
                .own_tags()
                .into_iter()
                .filter(|key| self.member.principal.tags.contains_key(key))
                .flat_map(|key| {
                    let together = base.tags_together(action, &key);
                    let edit = Edit::Tag(key, KeyState::Absent);
                    let keys = together.into_iter().map(KeyState::Known);
                    let carried = keys.map(move |keys| {
                        let keys = ("aws:TagKeys".to_owned(), keys);
                        (edit.clone(), vec![keys])
                    });
                    carried.collect::<Vec<_>>()
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
            let carries = vec![(POLICY.to_owned(), KeyState::one(&one.arn))];
            Some((Edit::Add(vec![held]), carries))
        })
        .collect()
}

/// A tag with the requests that may set it: with the values that the policies make something of where the request's condition keys
/// tell values apart, and with other tags that the request may have to carry.
///
/// The tags of a request are `aws:RequestTag/KEY`, and their keys together `aws:TagKeys`: see
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requesttag>.
fn tagging<'e>(base: &Authority<'e>, action: &Action, key: &str) -> Vec<Carried<'e>> {
    let told_apart = base.asks_for(&format!("aws:requesttag/{}", key.to_lowercase()), action);
    let values: Vec<KeyState> = match told_apart {
        true => base.tag_values(key).into_iter().map(KeyState::one).collect(),
        false => vec![KeyState::Any],
    };
    let together = base.tags_together(action, key);
    let carried = values.into_iter().flat_map(|value| {
        together.iter().map(move |keys| {
            let mut carries = vec![
                ("aws:TagKeys".to_owned(), KeyState::Known(keys.clone())),
                ("aws:RequestTag/*".to_owned(), KeyState::Absent),
            ];
            carries.extend(keys.iter().map(|other| {
                let state = match other == key {
                    true if told_apart => value.clone(),
                    _ => KeyState::AnyLike(vec![Pattern::everything()]),
                };
                (format!("aws:RequestTag/{other}"), state)
            }));
            (Edit::Tag(key.to_owned(), value.clone()), carries)
        })
    });
    carried.collect()
}

/// Changes that set one tag to this or that, as one that sets it to any of these values.
fn one_of_each(moves: Vec<Move<'_>>) -> Vec<Move<'_>> {
    let mut kept: Vec<Move<'_>> = Vec::new();
    for one in moves {
        let Edit::Tag(key, KeyState::Known(values)) = &one.edit else {
            kept.push(one);
            continue;
        };
        let values = || values.iter().map(|value| Pattern::literal(value));
        let same = kept.iter_mut().find_map(|known| match &mut known.edit {
            Edit::Tag(other, KeyState::AnyLike(values))
                if other == key && known.proof.uncertain == one.proof.uncertain =>
            {
                Some(values)
            }
            _ => None,
        });
        match same {
            Some(known) => known.extend(values()),
            None => {
                let edit = Edit::Tag(key.clone(), KeyState::AnyLike(values().collect()));
                kept.push(Move { edit, ..one });
            }
        }
    }
    kept
}
