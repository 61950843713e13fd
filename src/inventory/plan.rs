//! Which operations a scan makes.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::OPERATIONS;

/// How much is asked about each function.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Deserialize,
    Eq,
    JsonSchema,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Depth {
    /// What fits into one call for each function on the quota that Lambda's control plane shares.
    #[default]
    Standard,
    /// Everything.
    Deep,
}

impl fmt::Display for Depth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Standard => "standard",
            Self::Deep => "deep",
        })
    }
}

/// The operations that a scan makes, by their labels (`lambda:GetPolicy`).
///
/// An operation outside the plan is not called; what it would have said is a gap of kind
/// [`NotPlanned`](super::GapKind::NotPlanned).
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    operations: BTreeSet<String>,
    depth: Depth,
}

impl Plan {
    /// In every plan: without them there is no function to judge and no empty region to leave early.
    pub const ALWAYS: [&str; 2] = ["lambda:GetAccountSettings", "lambda:ListFunctions"];

    /// The plan that makes these operations in full depth, and those that every scan makes.
    pub fn new<Label: Into<String>>(labels: impl IntoIterator<Item = Label>) -> Self {
        let mut operations: BTreeSet<String> = labels.into_iter().map(Into::into).collect();
        operations.extend(Self::ALWAYS.map(str::to_owned));
        Self {
            operations,
            depth: Depth::Deep,
        }
    }

    /// The same plan, at that depth.
    #[must_use]
    pub fn at(self, depth: Depth) -> Self {
        Self { depth, ..self }
    }

    /// How deep it goes.
    pub fn depth(&self) -> Depth {
        self.depth
    }

    /// The plan that makes every published operation.
    pub fn everything() -> Self {
        Self::new(OPERATIONS.iter().map(super::Operation::label))
    }

    /// Whether the operation of that label is made.
    pub fn contains(&self, label: &str) -> bool {
        self.operations.contains(label)
    }

    /// The labels, in order.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.operations.iter().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_lists_functions() {
        let plan = Plan::new(["lambda:GetPolicy"]);
        let labels: Vec<&str> = plan.operations().collect();
        assert_eq!(
            labels,
            [
                "lambda:GetAccountSettings",
                "lambda:GetPolicy",
                "lambda:ListFunctions"
            ]
        );
        assert!(!plan.contains("lambda:GetFunction"));
    }

    #[test]
    fn what_every_plan_makes_is_published() {
        let everything = Plan::everything();
        assert_eq!(everything.operations().count(), OPERATIONS.len());
        for label in Plan::ALWAYS {
            assert!(
                OPERATIONS
                    .iter()
                    .any(|operation| operation.label() == label)
            );
        }
    }
}
