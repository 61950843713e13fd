//! What a conditional answer depends on, in words.

use std::fmt;

use super::evaluate::{Layer, Matched, Open};

/// Condition that an authorization depends on, with the effect that it has: the one place where it is put into words.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Dependency {
    /// Of an Allow: allowed only where this holds.
    If(String),
    /// Of a Deny: denied where this holds. The conditions of one statement stand together, because only together do they deny.
    Unless(String),
}

/// What tells the text of an [`Dependency::Unless`] from that of an [`Dependency::If`].
const UNLESS: &str = "unless ";

impl Dependency {
    /// From its text.
    pub fn parse(text: &str) -> Dependency {
        match text.strip_prefix(UNLESS) {
            Some(rest) => Dependency::Unless(rest.to_owned()),
            None => Dependency::If(text.to_owned()),
        }
    }

    /// What a policy that could not be read may do to a request that others allow.
    pub fn denied_by_unread(layer: Layer, policy: &str) -> Dependency {
        Dependency::Unless(format!("{} denies it", unread_name(layer, policy)))
    }

    /// What a Deny depends on.
    pub(super) fn unless(matched: &Matched<'_>) -> Dependency {
        Dependency::Unless(together(matched))
    }

    /// What those statements of one layer depend on that allow something, or could not be read.
    pub(super) fn of_side(layer: Layer, side: &[&Matched<'_>], found: &mut Vec<Dependency>) {
        let (allows, unread): (Vec<&Matched<'_>>, Vec<&Matched<'_>>) =
            side.iter().partition(|matched| matched.statement.is_some());
        let limits = !matches!(layer, Layer::Identity | Layer::Resource);
        let mut ways: Vec<Vec<String>> = Vec::new();
        for matched in &allows {
            let parts: Vec<String> = matched.open.iter().map(Open::to_string).collect();
            if !parts.is_empty() && !ways.contains(&parts) {
                ways.push(parts);
            }
        }
        for matched in unread {
            let (layer, policy) = (matched.layer, matched.policy);
            if limits || !allows.is_empty() {
                found.push(Dependency::denied_by_unread(layer, policy));
            } else {
                ways.push(vec![format!("{} allows it", unread_name(layer, policy))]);
            }
        }
        ways.sort_unstable();
        match ways.as_slice() {
            [] => {}
            [parts] => found.extend(parts.iter().cloned().map(Dependency::If)),
            ways => {
                let ways: Vec<String> = ways.iter().map(|parts| parts.join(" and ")).collect();
                found.push(Dependency::If(format!("either {}", or(&ways))));
            }
        }
    }

    /// All of them as one clause: `if … and …, unless … or …`, each kind with so many at most.
    pub fn clause<'a>(texts: impl IntoIterator<Item = &'a str>, limit: usize) -> String {
        let (mut ifs, mut unlesses) = (Vec::new(), Vec::new());
        for text in texts {
            match Dependency::parse(text) {
                Dependency::If(text) => ifs.push(text),
                Dependency::Unless(text) => unlesses.push(text),
            }
        }
        for texts in [&mut ifs, &mut unlesses] {
            let more = texts.len().saturating_sub(limit);
            if more > 0 {
                texts.truncate(limit);
                texts.push(format!("{more} more"));
            }
        }
        let clauses = [
            (!ifs.is_empty()).then(|| format!("if {}", ifs.join(" and "))),
            (!unlesses.is_empty()).then(|| format!("{UNLESS}{}", or(&unlesses))),
        ];
        let clauses: Vec<String> = clauses.into_iter().flatten().collect();
        clauses.join(", ")
    }
}

fn together(matched: &Matched<'_>) -> String {
    let parts: Vec<String> = matched.open.iter().map(Open::to_string).collect();
    parts.join(" and ")
}

fn or(texts: &[String]) -> String {
    let any_joined = texts.iter().any(|text| text.contains(" and "));
    texts.join(if any_joined { ", or " } else { " or " })
}

/// A policy that could not be read, by its name where it has one of its own.
fn unread_name(layer: Layer, policy: &str) -> String {
    let named = !policy.is_empty() && !policy.contains(&layer.to_string());
    match (named, layer) {
        (true, _) => format!("the {layer} {policy}, which could not be read,"),
        (false, Layer::Boundary) => format!("the {layer}, which could not be read,"),
        (false, Layer::Identity) => format!("an {layer} that could not be read"),
        (false, _) => format!("a {layer} that could not be read"),
    }
}

/// As findings and answers list it.
impl fmt::Display for Dependency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dependency::If(text) => f.write_str(text),
            Dependency::Unless(text) => write!(f, "{UNLESS}{text}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clauses() {
        for (texts, limit, expected) in [
            (&["a"][..], 9, "if a"),
            (&["a", "b"], 9, "if a and b"),
            (&["unless a", "unless b"], 9, "unless a or b"),
            (
                &["a", "unless b and c", "unless d"],
                9,
                "if a, unless b and c, or d",
            ),
            (
                &["a", "b", "c", "unless d"],
                2,
                "if a and b and 1 more, unless d",
            ),
            (&[], 9, ""),
        ] {
            let texts = texts.iter().copied();
            assert_eq!(Dependency::clause(texts, limit), expected);
        }
    }
}
