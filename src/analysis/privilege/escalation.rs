//! By which ways a principal comes to more permissions than it has.

use std::collections::BTreeSet;

use super::Privileges;
use super::authority::Authority;
use super::catalogue::{CATALOGUE, Compiled, Escalation};
use super::walk::Walker;
use crate::inventory::Gap;
use crate::reference::Takes;

/// What was found of the ways of one principal.
#[derive(Debug, Default)]
pub(super) struct Ways {
    pub(super) found: Vec<Escalation>,
    pub(super) gaps: Vec<Gap>,
}

/// Whether a principal can widen its own permissions.
pub(super) fn rises<'e>(
    estate: &'e Privileges<'_>,
    place: usize,
    authority: &mut Authority<'e>,
) -> bool {
    let Some(member) = estate.estate.members.get(place) else {
        return false;
    };
    let mut walker = Walker::new(estate, member, place, authority);
    CATALOGUE
        .iter()
        .filter(|compiled| compiled.path.takes == Takes::Itself && compiled.path.assumes.is_none())
        .any(|compiled| walker.walk(compiled).is_some())
}

/// The ways of one principal, shortest descriptions only: a path that contains another is left out.
pub(super) fn ways<'e>(
    estate: &'e Privileges<'_>,
    place: usize,
    authority: &mut Authority<'e>,
) -> Ways {
    let mut ways = Ways::default();
    let Some(member) = estate.estate.members.get(place) else {
        return ways;
    };
    let mut walker = Walker::new(estate, member, place, authority);
    let mut found: Vec<(&Compiled, Escalation)> = Vec::new();
    for compiled in CATALOGUE.iter() {
        if let Some(escalation) = walker.walk(compiled) {
            found.push((compiled, escalation));
        }
    }
    ways.gaps = walker.gaps;
    let contained = |one: &(&Compiled, Escalation), other: &(&Compiled, Escalation)| {
        let actions = |item: &(&Compiled, Escalation)| -> BTreeSet<String> {
            item.1.actions.iter().cloned().collect()
        };
        one.0.path.takes == other.0.path.takes
            && (!one.1.certain || other.1.certain)
            && actions(other).is_subset(&actions(one))
            && actions(other).len() < actions(one).len()
    };
    ways.found = found
        .iter()
        .filter(|one| !found.iter().any(|other| contained(one, other)))
        .map(|(_, escalation)| escalation.clone())
        .collect();
    ways.found.sort_by_key(|way| !way.certain);
    ways.gaps.sort();
    ways.gaps.dedup();
    ways
}
