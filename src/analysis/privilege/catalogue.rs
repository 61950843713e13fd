//! The catalogue of ways to more permissions, ready to be asked, and what is found by it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::Serialize;

use super::authority::Standing;
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
    #[schemars(extend("enum" = ["self-escalation", "principal-access", "new-passrole", "existing-passrole"]))]
    pub category: String,
    /// ARN of what is taken over: a role, user, group or function; the role itself where it widens its own permissions.
    pub target: String,
    /// What that gives beyond what the role may do anyway; at most five of it.
    pub gains: Vec<String>,
    /// What kind of end the way leads to: `administrator`, `permissions`, `credentials`, `data` or `other`.
    #[schemars(extend("enum" = ["administrator", "permissions", "credentials", "data", "other"]))]
    pub end: String,
    /// The actions that it takes.
    pub actions: Vec<String>,
    /// The statements that allow them.
    pub statements: Vec<StatementName>,
    /// Whether it works for certain; otherwise `depends_on` says on what it depends.
    pub certain: bool,
    /// What the account's configuration alone does not decide.
    pub depends_on: Vec<String>,
    /// The hops to the end of the way, of which this is the first.
    pub hops: Vec<EscalationHop>,
}

/// One hop of a way to more permissions.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct EscalationHop {
    /// ARN of the user or role that acts.
    pub principal: String,
    /// Id of its path in the catalogue.
    pub path: String,
    /// What is done, in a few words.
    pub title: String,
    /// What is requested, in order.
    pub requests: Vec<HopRequest>,
    /// ARN of the user or role that it can then act as; the principal itself where it changes its own permissions.
    pub becomes: String,
    /// The statements that allow it.
    pub statements: Vec<StatementName>,
    /// Whether it works for certain; otherwise `depends_on` says on what it depends.
    pub certain: bool,
    /// What the account's configuration alone does not decide.
    pub depends_on: Vec<String>,
}

/// A request of a hop, as `lamppost explain access` takes it.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct HopRequest {
    /// The action.
    pub action: String,
    /// ARN of the resource; `*` where any will do.
    pub resource: String,
    /// Values of condition keys that it rests on, as `KEY=VALUE`.
    pub context: Vec<String>,
}

/// A path with its actions ready to be asked.
#[derive(Debug)]
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

/// A request with its resource; `None`: what is taken over.
#[derive(Clone, Debug)]
pub(super) struct Deed {
    pub(super) action: &'static str,
    pub(super) resource: Option<String>,
    pub(super) context: Vec<(String, String)>,
}

/// The parts of an answer, gathered over the steps of a path.
#[derive(Clone, Debug, Default)]
pub(super) struct Proof {
    /// Whether it rests on what cannot be seen from IAM and Lambda alone.
    pub(super) assumed: bool,
    pub(super) uncertain: bool,
    pub(super) depends_on: BTreeSet<String>,
    pub(super) statements: BTreeSet<StatementName>,
    pub(super) deeds: Vec<Deed>,
}

impl Proof {
    pub(super) fn add(
        &mut self,
        action: &'static str,
        resource: Option<String>,
        standing: &Standing,
    ) {
        self.uncertain |= !standing.certain;
        self.depends_on.extend(standing.depends_on.iter().cloned());
        self.statements.extend(standing.statements.iter().cloned());
        self.deeds.push(Deed {
            action,
            resource,
            context: standing.context.clone(),
        });
    }

    /// Lets it rest on something that cannot be seen.
    pub(super) fn assume(&mut self, what: String) {
        self.assumed = true;
        self.uncertain = true;
        self.depends_on.insert(what);
    }

    /// Lets it depend on something that the account's configuration does not decide.
    pub(super) fn doubt(&mut self, what: impl IntoIterator<Item = String>) {
        self.uncertain = true;
        self.depends_on.extend(what);
    }

    /// The same with what comes after it.
    pub(super) fn then(mut self, next: &Proof) -> Self {
        self.assumed |= next.assumed;
        self.uncertain |= next.uncertain;
        self.depends_on.extend(next.depends_on.iter().cloned());
        self.statements.extend(next.statements.iter().cloned());
        self.deeds.extend(next.deeds.iter().cloned());
        self
    }
}
