//! The answer.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::{
    dependency::Dependency,
    document::Effect,
    evaluate::{Layer, Matched, Open},
    variable::Template,
};

/// Whether a request is allowed, and why.
#[derive(Clone, Debug)]
pub struct Decision<'a> {
    /// The answer.
    pub verdict: Verdict,
    /// Why.
    pub reason: Reason,
    /// The statements that decided: the Allows for an Allow, the Denies for an explicit Deny,
    /// both where it depends, none for an implicit Deny.
    pub statements: Vec<Matched<'a>>,
    /// What the caller must choose for this answer: condition keys, or `Resource`, with the value.
    pub chosen: Vec<Choice>,
    /// Whether the identity-based or the resource-based policy is enough by itself, as within one account.
    pub(super) either_side: bool,
    /// What is not known beside the statements.
    pub(super) doubts: Vec<Dependency>,
}

/// One choice of the caller. A key without value is one to leave out.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Choice {
    /// A condition key in lower case, or `Resource`.
    pub key: String,
    /// The value to give it; `None`: leave it out.
    pub value: Option<String>,
}

/// Allow, deny, or it depends.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Allowed for certain: for every request that fits, or, where the caller has a choice, for the one in [`Decision::chosen`].
    Allow,
    /// Denied for every request that fits.
    Deny,
    /// Depends on what is not known: see the open parts of the statements.
    Conditional,
}

/// Why a decision is as it is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Reason {
    /// Every side that must allow does.
    Allowed,
    /// A statement of this layer forbids it.
    ExplicitDeny(Layer),
    /// No statement of this layer allows it, and one would have to.
    NoAllow(Layer),
    /// The answer depends on what is not known.
    Depends,
}

impl<'a> Decision<'a> {
    /// Keeps of the matched statements those that decided.
    pub(super) fn new(
        verdict: Verdict,
        reason: Reason,
        mut matched: Vec<Matched<'a>>,
    ) -> Decision<'a> {
        match (verdict, reason) {
            (Verdict::Allow, _) => {
                matched.retain(|one| one.is_certain() && one.effect() == Some(Effect::Allow));
            }
            (Verdict::Deny, Reason::ExplicitDeny(_)) => {
                matched.retain(|one| one.is_certain() && one.effect() == Some(Effect::Deny));
            }
            (Verdict::Deny, _) => matched.clear(),
            (Verdict::Conditional, _) => {}
        }
        Decision {
            verdict,
            reason,
            statements: matched,
            chosen: Vec::new(),
            either_side: false,
            doubts: Vec::new(),
        }
    }

    /// Whether it is allowed, or may be.
    pub fn is_possible(&self) -> bool {
        self.verdict != Verdict::Deny
    }

    /// Whether it is allowed for certain.
    pub fn is_certain(&self) -> bool {
        self.verdict == Verdict::Allow
    }

    /// What a conditional answer depends on, each condition with its effect and said once. Never empty for one that is conditional.
    pub fn depends_on(&self) -> Vec<Dependency> {
        self.depends_on_of(|_| true)
    }

    /// The same as far as it comes from these statements.
    pub(crate) fn depends_on_of(&self, counts: impl Fn(&Matched<'_>) -> bool) -> Vec<Dependency> {
        if self.verdict != Verdict::Conditional {
            return Vec::new();
        }
        // Of the statements of one side, any will do.
        let mut sides: BTreeMap<(Layer, usize), Vec<&Matched<'a>>> = BTreeMap::new();
        let mut found = self.doubts.clone();
        for matched in self.statements.iter().filter(|matched| counts(matched)) {
            match matched.effect() {
                Some(Effect::Deny) => found.push(Dependency::unless(matched)),
                Some(Effect::Allow) | None => {
                    let layer = match matched.layer {
                        Layer::Resource if self.either_side => Layer::Identity,
                        layer => layer,
                    };
                    let side = sides.entry((layer, matched.level)).or_default();
                    side.push(matched);
                }
            }
        }
        for ((layer, _), side) in sides {
            Dependency::of_side(layer, &side, &mut found);
        }
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The open parts of the statements that leave the answer open, each with its statement.
    pub fn residual(&self) -> impl Iterator<Item = (&Matched<'a>, &Open<'a>)> {
        self.statements
            .iter()
            .flat_map(|matched| matched.open.iter().map(move |open| (matched, open)))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Allow => "allow",
            Verdict::Deny => "deny",
            Verdict::Conditional => "conditional",
        })
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Layer::Identity => "identity-based policy",
            Layer::Resource => "resource-based policy",
            Layer::Boundary => "permissions boundary",
            Layer::Session => "session policy",
            Layer::ServiceControl => "service control policy",
            Layer::ResourceControl => "resource control policy",
        })
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Allowed => f.write_str("allowed on every side that has to"),
            Reason::ExplicitDeny(layer) => write!(f, "denied by the {layer}"),
            Reason::NoAllow(layer) => write!(f, "not allowed by the {layer}"),
            Reason::Depends => f.write_str("depends on what is not known"),
        }
    }
}

/// The open part as a person would say it: `aws:SourceArn ArnLike arn:aws:s3:::*`.
impl fmt::Display for Open<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = |templates: &[Template]| -> String {
            let written: Vec<&str> = templates.iter().map(Template::written).collect();
            written.join(", ")
        };
        match self {
            Open::Action(element) => {
                let not = if element.negated { "Not" } else { "" };
                write!(f, "{not}Action {}", element.items.written().join(", "))
            }
            Open::Resource(element) => {
                let not = if element.negated { "Not" } else { "" };
                write!(f, "{not}Resource {}", texts(&element.items))
            }
            Open::Principal(Some(element)) => {
                let not = if element.negated { "Not" } else { "" };
                let named: Vec<String> = element.items.iter().map(ToString::to_string).collect();
                write!(f, "{not}Principal {}", named.join(", "))
            }
            Open::Principal(None) => f.write_str("no Principal"),
            Open::Condition(condition) => write!(
                f,
                "{} {} {}",
                condition.key,
                condition.operator,
                texts(&condition.values)
            ),
            Open::Unread => f.write_str("the policy could not be read"),
        }
    }
}
