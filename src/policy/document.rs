//! Policy documents, typed.

use std::sync::Arc;

use super::{
    action::ActionSet, operator::Operator, parse, principal::Principal, variable::Template,
};

pub use parse::ParseError;

/// A policy document.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html>.
#[derive(Clone, Debug)]
pub struct Policy {
    /// `Version`; absent means the older one.
    pub version: Version,
    /// `Id`.
    pub id: Option<String>,
    /// In the order of the document.
    pub statements: Vec<Arc<Statement>>,
}

impl Policy {
    /// The policy with that statement as its only Allow: what comes of it, whatever other statements grant.
    pub(crate) fn with_one_allow(&self, statement: &Statement) -> Self {
        let stays =
            |one: &&Arc<Statement>| one.effect == Effect::Deny || one.index == statement.index;
        Self {
            version: self.version,
            id: self.id.clone(),
            statements: self.statements.iter().filter(stays).cloned().collect(),
        }
    }
}

/// Version of the policy language.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, serde::Deserialize)]
pub enum Version {
    /// In which variables are plain text.
    #[default]
    #[serde(rename = "2008-10-17")]
    V2008,
    /// The current one.
    #[serde(rename = "2012-10-17")]
    V2012,
}

/// What a statement does where it matches.
#[derive(
    Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, serde::Deserialize, serde::Serialize,
)]
pub enum Effect {
    /// Grants.
    Allow,
    /// Forbids, whatever grants.
    Deny,
}

/// One statement.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its place in the document, from 0.
    pub index: usize,
    /// `Sid`.
    pub sid: Option<String>,
    /// `Effect`.
    pub effect: Effect,
    /// `Principal` or `NotPrincipal`; absent in identity-based policies.
    pub principal: Option<Element<Vec<Principal>>>,
    /// `Action` or `NotAction`.
    pub action: Element<ActionSet>,
    /// `Resource` or `NotResource`; absent in trust policies, where it is the role itself.
    pub resource: Option<Element<Vec<Template>>>,
    /// `Condition`: all of them must hold.
    pub conditions: Vec<Condition>,
}

/// An element that exists in a plain form and a `Not…` form.
#[derive(Clone, Debug)]
pub struct Element<T> {
    /// The `Not…` form: everything but the items.
    pub negated: bool,
    /// What the element lists.
    pub items: T,
}

/// One operator on one key.
#[derive(Clone, Debug)]
pub struct Condition {
    /// How to compare.
    pub operator: Operator,
    /// The condition key as written; keys have no case.
    pub key: String,
    /// The key in lower case.
    pub(super) lower_key: String,
    /// What to compare with.
    pub values: Vec<Template>,
}

impl Statement {
    /// The values that conditions want of a key, which is given in lower case; what a negated operator
    /// keeps out is none of them.
    pub fn wanted(&self, key: &str) -> impl Iterator<Item = &str> {
        self.conditions
            .iter()
            .filter(move |condition| condition.lower_key == key && !condition.operator.negated)
            .flat_map(|condition| &condition.values)
            .map(Template::written)
    }
}

impl Policy {
    /// Parses a document, plain or URL-encoded as IAM returns it.
    ///
    /// # Errors
    /// If the text is not a policy that AWS could have accepted: broken JSON, a missing, unknown or doubled element.
    /// The error carries the place.
    pub fn parse(text: &str) -> Result<Policy, ParseError> {
        parse::policy(text)
    }
}
