//! The answer.

use std::fmt;

use serde::Serialize;

use super::{
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

    /// What the answer depends on: each open part with its statement.
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
