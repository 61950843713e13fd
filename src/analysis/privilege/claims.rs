//! Values that the claims of an outsider's token may have: composed of names that he chooses, of ids that he is given, and
//! of what he likes.
//!
//! Which names are worth trying is read from the policy: one that it does not mention stands for all that it does not mention,
//! and for each pattern of names one that fits it and is as unlike all else as can be. A name that the policy spells out is
//! somebody's already.

use std::collections::{BTreeMap, BTreeSet};

use crate::policy::{Condition, KeyState, Pattern};
use crate::reference::{ClaimPart, ClaimTemplate, Token};

/// Of the ways to read a value as a template, so many are looked at.
const READINGS: usize = 512;
/// Of the outsiders who may make a difference, so many are asked about.
const OUTSIDERS: usize = 128;

/// A character of a condition's value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Glyph {
    Char(char),
    One,
    Many,
}

/// What conditions compare a claim with.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    values: Vec<Vec<Glyph>>,
}

impl Mentions {
    /// Of conditions on one key. Values that are put together with policy variables are left out.
    pub(super) fn of<'c>(conditions: impl Iterator<Item = &'c Condition>) -> Self {
        let mut values = Vec::new();
        for condition in conditions {
            let wildcards = condition.operator.takes_wildcards();
            for value in condition.values.iter().filter(|one| !one.has_variables()) {
                let glyph = |character| match character {
                    '*' if wildcards => Glyph::Many,
                    '?' if wildcards => Glyph::One,
                    other => Glyph::Char(other),
                };
                values.push(value.written().chars().map(glyph).collect());
            }
        }
        Self { values }
    }

    fn characters(&self) -> impl Iterator<Item = char> {
        self.values
            .iter()
            .flatten()
            .filter_map(|glyph| match glyph {
                Glyph::Char(character) => Some(*character),
                Glyph::One | Glyph::Many => None,
            })
    }
}

/// What conditions compare the claims of a token with, by claim.
pub(super) type Mentioned<'t> = BTreeMap<&'t str, Mentions>;

/// Somebody who can have a token.
#[derive(Clone, Debug)]
pub(super) struct Outsider<'t> {
    /// His names and ids, by what they are of.
    names: BTreeMap<&'t str, String>,
    /// Whether he chose one of them because it fits a pattern.
    pub(super) made: bool,
}

/// Those who may make a difference: somebody whom the policy does not mention, then those whose names fit its patterns.
pub(super) fn outsiders<'t>(
    token: &'t Token,
    mentioned: &Mentioned<'_>,
    fitting: bool,
) -> Vec<Outsider<'t>> {
    let fresh = Fresh::of(mentioned);
    let mut choices: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (claim, templates) in &token.claims {
        for template in templates {
            for part in &template.parts {
                if let ClaimPart::Name(name) | ClaimPart::Id(name) = part {
                    choices
                        .entry(name)
                        .or_insert_with(|| vec![fresh.fill(part, "*")]);
                }
            }
            let values = mentioned.get(claim.as_str()).filter(|_| fitting);
            for value in values.into_iter().flat_map(|mentions| &mentions.values) {
                for reading in readings(value, template, Free::Ignored) {
                    for (part, text) in template.parts.iter().zip(&reading) {
                        if let ClaimPart::Name(name) | ClaimPart::Id(name) = part
                            && text.contains(['*', '?'])
                            && let Some(known) = choices.get_mut(name.as_str())
                        {
                            let filled = fresh.fill(part, text);
                            if !known.contains(&filled) {
                                known.push(filled);
                            }
                        }
                    }
                }
            }
        }
    }
    let mut outsiders = vec![Outsider {
        names: BTreeMap::new(),
        made: false,
    }];
    for (name, values) in choices {
        let mut more = Vec::new();
        for (place, value) in values.iter().enumerate() {
            for outsider in &outsiders {
                let mut outsider = outsider.clone();
                outsider.names.insert(name, value.clone());
                outsider.made |= place > 0;
                more.push(outsider);
            }
        }
        more.truncate(OUTSIDERS);
        outsiders = more;
    }
    outsiders.sort_by_key(|outsider| outsider.made);
    outsiders
}

impl Outsider<'_> {
    /// What is known of a claim of his token, if the token has it.
    pub(super) fn claim(&self, token: &Token, claim: &str, mentioned: &Mentioned<'_>) -> KeyState {
        let Some(templates) = token.claims.get(claim) else {
            return KeyState::Absent;
        };
        let composed = !token.fixed_segments.is_empty();
        let mut texts: BTreeSet<String> = BTreeSet::new();
        for template in templates {
            match template.parts.as_slice() {
                [ClaimPart::Anything] => {
                    texts.insert("?*".to_owned());
                }
                parts if composed && parts.contains(&ClaimPart::Anything) => {
                    let fresh = Fresh::of(mentioned);
                    let free = fresh.fill(&ClaimPart::Anything, "*");
                    texts.insert(self.written(parts, |_| free.clone()));
                    let values = mentioned.get(claim).into_iter();
                    for value in values.flat_map(|mentions| &mentions.values) {
                        let readings = readings(value, template, Free::Kept);
                        let his = readings
                            .iter()
                            .filter(|one| self.can_have(token, parts, one));
                        texts.extend(his.map(|reading| {
                            self.written(parts, |place| {
                                reading.get(place).cloned().unwrap_or_default()
                            })
                        }));
                    }
                }
                parts => {
                    texts.insert(self.written(parts, |_| "*".to_owned()));
                }
            }
        }
        let mut texts = texts.into_iter();
        match (texts.next(), texts.next()) {
            (Some(only), None) if !only.contains(['*', '?']) => KeyState::one(only),
            (first, second) => {
                let patterns = first.into_iter().chain(second).chain(texts);
                KeyState::AnyLike(patterns.map(|text| Pattern::glob(&text)).collect())
            }
        }
    }

    /// A value with his names, and in the places where anything goes what `free` says.
    fn written(&self, parts: &[ClaimPart], free: impl Fn(usize) -> String) -> String {
        let text = |(place, part): (usize, &ClaimPart)| match part {
            ClaimPart::Literal(text) => text.clone(),
            ClaimPart::Anything => free(place),
            ClaimPart::Name(name) | ClaimPart::Id(name) => {
                self.names.get(name.as_str()).cloned().unwrap_or_default()
            }
        };
        parts.iter().enumerate().map(text).collect()
    }

    /// Whether a value of which a condition gives the pattern may be his: its names must fit, and what stands in the open
    /// parts for somebody must stand for him.
    fn can_have(&self, token: &Token, parts: &[ClaimPart], reading: &[String]) -> bool {
        parts.iter().zip(reading).all(|(part, text)| match part {
            ClaimPart::Literal(_) => true,
            ClaimPart::Name(name) | ClaimPart::Id(name) => self
                .names
                .get(name.as_str())
                .is_some_and(|own| Pattern::glob(text).matches(own)),
            ClaimPart::Anything => token.fixed_segments.iter().all(|segment| {
                let head = format!("{segment}:");
                text.match_indices(&head).all(|(place, _)| {
                    let before = text.get(..place).unwrap_or_default();
                    let after = text.get(place + head.len()..).unwrap_or_default();
                    let named = after.split(['/', ':', '@']).next().unwrap_or_default();
                    !(before.is_empty() || before.ends_with([':', '*', '?']))
                        || named.is_empty()
                        || named.contains(['*', '?'])
                        || self.names.values().any(|own| own == named)
                })
            }),
        })
    }
}

/// Characters that the policy does not use, so that nothing but a wildcard fits them.
struct Fresh {
    letter: char,
    digit: char,
}

impl Fresh {
    fn of(mentioned: &Mentioned<'_>) -> Self {
        let used: BTreeSet<char> = mentioned
            .values()
            .flat_map(Mentions::characters)
            .flat_map(char::to_lowercase)
            .collect();
        let unused = |all: &str| all.chars().find(|character| !used.contains(character));
        Self {
            letter: unused("qzxjkvwyubfgphmcdlnsrtioae").unwrap_or('q'),
            digit: unused("7938462510").unwrap_or('7'),
        }
    }

    /// A text that fits a pattern of names or ids and as little else as can be.
    fn fill(&self, part: &ClaimPart, pattern: &str) -> String {
        let (character, length) = match part {
            ClaimPart::Id(_) => (self.digit, 18),
            _ => (self.letter, 12),
        };
        let many: String = std::iter::repeat_n(character, length).collect();
        pattern
            .replace('?', &character.to_string())
            .replace('*', &many)
    }
}

/// Whether what stands in the open parts of a template is of interest.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Free {
    Kept,
    Ignored,
}

/// The ways in which texts of a pattern can be read as a template: for each of them and each part of the template, the
/// pattern of what stands there.
fn readings(value: &[Glyph], template: &ClaimTemplate, free: Free) -> Vec<Vec<String>> {
    let mut open = vec![(0, Vec::new())];
    for (number, part) in template.parts.iter().enumerate() {
        let last = number + 1 == template.parts.len();
        let mut next: Vec<(usize, Vec<String>)> = Vec::new();
        for (start, read) in open {
            let ends = match part {
                ClaimPart::Literal(text) => after(value, start, text)
                    .into_iter()
                    .map(|end| (end, text.clone()))
                    .collect(),
                ClaimPart::Anything if free == Free::Kept => {
                    stretches(value, start, last, |_| true)
                }
                ClaimPart::Anything => {
                    let ends = if last { value.len() } else { start }..=value.len();
                    ends.map(|end| (end, String::new())).collect()
                }
                ClaimPart::Name(_) | ClaimPart::Id(_) => stretches(value, start, last, in_name),
            };
            for (end, text) in ends {
                let mut read = read.clone();
                read.push(text);
                let reading = (end, read);
                if next.len() < READINGS && !next.contains(&reading) {
                    next.push(reading);
                }
            }
        }
        open = next;
    }
    let rest = |end: usize| value.get(end..).unwrap_or_default();
    let whole = |end: usize| rest(end).iter().all(|glyph| *glyph == Glyph::Many);
    let complete = open.into_iter().filter(|(end, _)| whole(*end));
    complete.map(|(_, reading)| reading).collect()
}

/// Characters of names and ids; what stands between parts of a value is none of them.
fn in_name(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// The places in a pattern at which one may be after a text.
fn after(value: &[Glyph], start: usize, text: &str) -> BTreeSet<usize> {
    let mut places = BTreeSet::from([start]);
    for character in text.chars() {
        let mut next = BTreeSet::new();
        for mut place in places {
            loop {
                match value.get(place) {
                    Some(Glyph::Many) => {
                        next.insert(place);
                        place += 1;
                        continue;
                    }
                    Some(Glyph::Char(wanted)) if *wanted == character => {
                        next.insert(place + 1);
                    }
                    Some(Glyph::One) => {
                        next.insert(place + 1);
                    }
                    Some(Glyph::Char(_)) | None => {}
                }
                break;
            }
        }
        places = next;
    }
    places
}

/// The stretches of a pattern from a place on whose characters all pass, with the place after each. A `*` at the end may go
/// on after the stretch.
fn stretches(
    value: &[Glyph],
    start: usize,
    last: bool,
    passes: impl Fn(char) -> bool,
) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut text = String::new();
    let mut place = start;
    loop {
        let glyph = value.get(place);
        // the last part takes all that is left
        if !last || glyph.is_none() {
            found.push((place, text.clone()));
        }
        if found.len() > READINGS {
            return found;
        }
        match glyph {
            None => return found,
            Some(Glyph::Many) => {
                text.push('*');
                if !last {
                    found.push((place, text.clone()));
                }
            }
            Some(Glyph::One) => text.push('?'),
            // no name and no branch holds one
            Some(Glyph::Char('*' | '?')) => return found,
            Some(Glyph::Char(character)) if passes(*character) => text.push(*character),
            Some(Glyph::Char(_)) => return found,
        }
        place += 1;
    }
}
