//! The changes that a principal can make about itself in some state.

use super::{Changer, Edit, Move, boundary_of, has};
use crate::analysis::privilege::authority::{Answer, Authority, Boundary};
use crate::analysis::privilege::catalogue::{CATALOGUE, Compiled, Proof};
use crate::analysis::privilege::estate::{Held, Identity};
use crate::analysis::privilege::names::Names;
use crate::analysis::privilege::powerful::{EVERYTHING, Powerful};
use crate::analysis::privilege::weapon::{BOUNDARY, POLICY, POLICY_KEY, Weapon, weapons};
use crate::inventory::PrincipalKind;
use crate::policy::{Action, Effect, KeyState, Pattern, Policy};
use crate::reference::{Change, On, Subject, Takes};

/// A change with what the request for it carries.
struct Carried<'e> {
    edit: Edit<'e>,
    carries: Vec<(String, KeyState)>,
    /// What has to be done before.
    before: Proof,
    /// Whether no other change of the kind gives more.
    strong: bool,
}

impl<'e> Carried<'e> {
    fn new(edit: Edit<'e>, carries: Vec<(String, KeyState)>) -> Self {
        Self {
            edit,
            carries,
            before: Proof::default(),
            strong: false,
        }
    }

    fn by(weapon: &Weapon<'e>, edit: Edit<'e>, key: &str) -> Self {
        Self {
            before: weapon.before.clone(),
            strong: weapon.strong,
            ..Self::new(edit, vec![(key.to_owned(), KeyState::one(&weapon.arn))])
        }
    }
}

/// Managed policies that a user, role or group can carry, as far as AWS grants more on no request.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const ATTACHED: usize = 10;

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
                let told_apart = change == Change::Attach && asked.asks_for(POLICY_KEY, action);
                if told_apart && !made.iter().any(|one| one.strong && !one.proof.uncertain) {
                    let lesser = self.lesser(base, &mut asked, compiled, (action, resource));
                    moves.extend(lesser);
                }
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
        let mut alone = compiled
            .path
            .change
            .filter(|change| *change == Change::Tag)
            .map(|_| asked.clone());
        let asked = alone.as_mut().unwrap_or(asked);
        let mut moves: Vec<Move<'e>> = Vec::new();
        for Carried {
            edit,
            mut carries,
            before,
            strong,
        } in edits
        {
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
            let mut proof = before;
            proof.add(name, Some(resource.to_owned()), &standing);
            let last = strong && !proof.uncertain;
            moves.push(Move {
                compiled,
                edit,
                proof,
                target: resource.to_owned(),
                strong,
            });
            // Any strong policy will do.
            if last {
                break;
            }
        }
        one_of_each(moves)
    }

    /// Attaching several policies that together give more without making an administrator: those that can be attached for certain, and
    /// those that may be.
    fn lesser(
        &mut self,
        base: &Authority<'e>,
        asked: &mut Authority<'e>,
        compiled: &'static Compiled,
        (action, resource): (&'static Action, &'e str),
    ) -> Vec<Move<'e>> {
        let estate = self.estate;
        let Some(policy) = EVERYTHING.as_ref() else {
            return Vec::new();
        };
        let held = |name: &'e str, policy: &'e Policy| Held {
            carrier: resource,
            inline: false,
            name,
            policy,
        };
        // A boundary or a control policy takes from all of them alike.
        let most = Edit::Add(vec![held("", policy)]);
        let mut most = base.changed(|state| most.apply(state));
        let most = super::outcome(estate, &mut most).possible;
        let own = super::outcome(estate, &mut base.clone()).possible;
        let step = compiled.path.requires.first();
        let name = step.map_or("", |step| step.action.as_str());
        let mut open: Vec<(Names, &'e Powerful<'a>)> = estate
            .lesser()
            .iter()
            .map(|one| (one.names(estate).and(most).without(own), one))
            .filter(|(names, _)| !names.is_empty())
            .collect();
        open.sort_by_key(|(names, _)| std::cmp::Reverse(names.len()));
        let mut found: [(Names, Vec<Held<'e>>, Proof); 2] = Default::default();
        for (names, one) in open {
            let carries = [
                (POLICY, KeyState::one(&one.arn)),
                (BOUNDARY, boundary_of(self.member)),
            ];
            let place = estate
                .place(resource)
                .and_then(|place| estate.members.get(place));
            let tags = place.map(|member| &member.principal.tags);
            let known = found
                .iter()
                .any(|(known, _, proof)| !proof.uncertain && names.without(*known).is_empty());
            if known {
                continue;
            }
            let Answer::Yes(standing) = asked.on_with(action, resource, tags, &carries) else {
                continue;
            };
            let [sure, open] = &mut found;
            let (known, list, proof) = if standing.certain { sure } else { open };
            let policy = one.policy(estate);
            if let Some(policy) =
                policy.filter(|_| list.len() < ATTACHED && !names.without(*known).is_empty())
            {
                *known = known.or(names);
                list.push(held(&one.arn, policy));
                proof.add(name, Some(resource.to_owned()), &standing);
            }
        }
        let moves = found.into_iter().filter(|(_, list, _)| !list.is_empty());
        let moves = moves.map(|(_, list, proof)| Move {
            compiled,
            edit: Edit::Add(list),
            proof,
            target: resource.to_owned(),
            strong: false,
        });
        moves.collect()
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
            On::Any | On::TargetPolicy | On::TargetGroup | On::JoinedGroup => Vec::new(),
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
            edits
                .map(|edit| Carried::new(edit, Vec::new()))
                .collect::<Vec<_>>()
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
            Change::Attach => weapons(estate, &mut base.clone(), action, POLICY)
                .iter()
                .map(|weapon| {
                    let held = Held {
                        carrier: resource,
                        inline: false,
                        name: weapon.name,
                        policy: weapon.policy,
                    };
                    Carried::by(weapon, Edit::Add(vec![held]), POLICY)
                })
                .collect(),
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
            Change::PutBoundary if bounded => weapons(estate, &mut base.clone(), action, BOUNDARY)
                .iter()
                .map(|weapon| {
                    let boundary = Boundary::Policy(weapon.name, weapon.policy);
                    Carried::by(weapon, Edit::Boundary(boundary), BOUNDARY)
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
                    Carried::new(Edit::Remove(held.carrier, held.name), carries)
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
                        Carried::new(edit.clone(), vec![keys])
                    });
                    carried.collect::<Vec<_>>()
                })
                .collect(),
        }
    }
}

/// A tag with the requests that may set it: with the values that the policies make something of where the request's condition keys
/// tell values apart, and with other tags that the request may have to carry.
///
/// The tags of a request are `aws:RequestTag/KEY`, and their keys together `aws:TagKeys`: see
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requesttag>.
fn tagging<'e>(base: &Authority<'e>, action: &Action, key: &str) -> Vec<Carried<'e>> {
    let told_apart = base.asks_for(&format!("aws:requesttag/{}", key.to_lowercase()), action);
    let values: Vec<KeyState> = match told_apart {
        true => base
            .tag_values(key)
            .into_iter()
            .map(KeyState::one)
            .collect(),
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
            Carried::new(Edit::Tag(key.to_owned(), value.clone()), carries)
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
