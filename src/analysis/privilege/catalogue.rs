//! The catalogue of ways to more permissions, ready to be asked.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use super::evidence::StatementName;
use crate::policy::Action;
use crate::reference::{EscalationPath, On, escalations};

/// One way to more permissions.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Escalation {
    /// Its id in the catalogue, such as `lambda-001`.
    pub path: String,
    /// What is done, in a few words.
    pub title: String,
    /// `self-escalation`, `principal-access`, `new-passrole` or `existing-passrole`.
    pub category: String,
    /// ARN of what is taken over: a role, user, group or function; the role itself where it widens its own permissions.
    pub target: String,
    /// What that gives beyond what the role may do anyway; at most five of it.
    pub gains: Vec<String>,
    /// The actions that it takes.
    pub actions: Vec<String>,
    /// The statements that allow them.
    pub statements: Vec<StatementName>,
    /// Whether it works for certain; otherwise `depends_on` says on what it depends.
    pub certain: bool,
    /// What the account's configuration alone does not decide.
    pub depends_on: Vec<String>,
}

/// A path with its actions ready to be asked.
pub(super) struct Compiled {
    pub(super) path: &'static EscalationPath,
    pub(super) steps: Vec<(Action, On)>,
}

pub(super) static CATALOGUE: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    escalations()
        .iter()
        .map(|path| Compiled {
            steps: path
                .requires
                .iter()
                .map(|step| (Action::new(&step.action), step.on))
                .collect(),
            path,
        })
        .collect()
});
