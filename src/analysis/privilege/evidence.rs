//! What a finding about permissions names: policies and statements.

use schemars::JsonSchema;
use serde::Serialize;

use crate::policy::{Decision, Matched, Statement};

/// Name of the policy that stands for a resource that leaves its account's administrators in charge.
///
/// What is asked here is what the principal's side allows; the engine would take a missing key policy for an unread one.
pub(super) const DELEGATION: &str = "delegation to the account";

/// Statements that allow one thing or several.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Grant {
    /// Name of the inline policy, or ARN of the managed one.
    pub policy: String,
    /// Its `Sid`, or its place (`#1`) where it has none.
    pub statement: String,
    /// What it allows, as far as it counts here.
    pub actions: Vec<String>,
    /// Whether it does so for certain; otherwise `depends_on` says on what it depends.
    pub certain: bool,
    /// Conditions that the account's configuration alone does not decide. One of a Deny begins with `unless`.
    pub depends_on: Vec<String>,
}

/// A statement, by its policy.
#[derive(Clone, Debug, Default, Eq, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
pub struct StatementName {
    /// Name of the inline policy, or ARN of the managed one.
    pub policy: String,
    /// Its `Sid`, or its place (`#1`) where it has none.
    pub statement: String,
    /// ARN of the user, role or group that carries the policy; empty for the policy of a resource.
    pub carrier: String,
}

impl StatementName {
    pub(super) fn of(matched: &Matched<'_>, carrier: String) -> Option<Self> {
        matched.statement.map(|statement| Self {
            policy: matched.policy.to_owned(),
            statement: statement_name(statement),
            carrier,
        })
    }
}

/// The `Sid`, or the place where there is none.
pub fn statement_name(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) if !sid.is_empty() => sid.clone(),
        _ => format!("#{}", statement.index + 1),
    }
}

/// What the answer depends on, each part said once.
pub(super) fn depends_on(decision: &Decision<'_>) -> Vec<String> {
    let found = decision.depends_on_of(|matched| matched.policy != DELEGATION);
    found.iter().map(ToString::to_string).collect()
}

/// Gathers single permissions into grants, one for each statement.
#[derive(Debug, Default)]
pub(super) struct Grants {
    grants: Vec<Grant>,
}

impl Grants {
    /// Adds an action that is allowed, or may be.
    pub(super) fn add(&mut self, action: &str, standing: &super::Standing) {
        let Some(name) = standing.statements.first() else {
            return;
        };
        let same = |grant: &&mut Grant| {
            grant.policy == name.policy
                && grant.statement == name.statement
                && grant.certain == standing.certain
                && grant.depends_on == standing.depends_on
        };
        match self.grants.iter_mut().find(same) {
            Some(grant) => grant.actions.push(action.to_owned()),
            None => self.grants.push(Grant {
                policy: name.policy.clone(),
                statement: name.statement.clone(),
                actions: vec![action.to_owned()],
                certain: standing.certain,
                depends_on: standing.depends_on.clone(),
            }),
        }
    }

    /// The grants, those that are certain first.
    pub(super) fn finish(mut self) -> Vec<Grant> {
        self.grants.sort_by(|one, other| {
            let key = |grant: &Grant| {
                (
                    !grant.certain,
                    grant.policy.clone(),
                    grant.statement.clone(),
                )
            };
            key(one).cmp(&key(other))
        });
        self.grants
    }
}
