//! The operations that a scan calls.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Operation, all, lambda};

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

/// The operations that a scan calls.
///
/// An operation outside the plan is not called; the observation is then a gap of the kind "not planned".
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Plan {
    operations: BTreeSet<&'static Operation>,
    depth: Depth,
}

impl Plan {
    /// Operations of every plan: they find functions and empty regions.
    pub const ALWAYS: [&'static Operation; 2] =
        [&lambda::GET_ACCOUNT_SETTINGS, &lambda::LIST_FUNCTIONS];

    /// The plan that calls these operations, and those of every plan, at full depth.
    pub fn new(operations: impl IntoIterator<Item = &'static Operation>) -> Self {
        Self {
            operations: operations.into_iter().chain(Self::ALWAYS).collect(),
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

    /// The plan that calls every published operation.
    pub fn everything() -> Self {
        Self::new(all())
    }

    /// Whether the operation is called.
    pub fn contains(&self, operation: &Operation) -> bool {
        self.operations.contains(operation)
    }

    /// The operations, in the order of their labels.
    pub fn operations(&self) -> impl Iterator<Item = &'static Operation> {
        self.operations.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_plan_lists_functions() {
        let plan = Plan::new([&lambda::GET_POLICY]);
        let labels: Vec<&str> = plan.operations().map(|operation| operation.label).collect();
        assert_eq!(
            labels,
            [
                "lambda:GetAccountSettings",
                "lambda:GetPolicy",
                "lambda:ListFunctions"
            ]
        );
        assert!(!plan.contains(&lambda::GET_FUNCTION));
    }

    #[test]
    fn what_every_plan_makes_is_published() {
        let everything = Plan::everything();
        assert_eq!(everything.operations().count(), all().count());
        for operation in Plan::ALWAYS {
            assert!(all().any(|published| published == operation));
        }
    }
}
