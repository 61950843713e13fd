//! What can be typed to find checks and facts.

use std::path::PathBuf;

use clap::Args;

use crate::check::{Check, Framework, Severity};

/// `lamppost checks list`: which of the checks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Filters")]
pub struct ListArgs {
    /// List checks of these families
    #[arg(long = "family", value_name = "FAMILY", value_delimiter = ',')]
    pub families: Vec<String>,
    /// List checks of these severities
    #[arg(long = "severity", value_name = "SEVERITY", value_delimiter = ',')]
    pub severities: Vec<Severity>,
    /// List checks that map to this framework or scanner, with its ids
    #[arg(long, value_name = "FRAMEWORK")]
    pub framework: Option<Framework>,
}

impl ListArgs {
    /// Whether a check is of these severities and maps to this framework.
    pub fn admits(&self, check: &Check) -> bool {
        let definition = &check.definition;
        let severity = self.severities.is_empty() || self.severities.contains(&definition.severity);
        let mapped = self
            .framework
            .is_none_or(|framework| definition.maps.contains_key(&framework));
        severity && mapped
    }
}

/// `lamppost facts`
#[derive(Args, Clone, Debug)]
pub struct FactsArgs {
    /// Part of the facts, such as `role` or `exposure.urls` [default: all of them]
    pub part: Option<String>,
    /// Print the facts of the functions of this name or ARN, each with its value or why it is unknown
    #[arg(long, value_name = "NAME", requires = "snapshot")]
    pub function: Option<String>,
    /// Snapshot that `lamppost scan --snapshot` wrote
    #[arg(long, value_name = "FILE", requires = "function")]
    pub snapshot: Option<PathBuf>,
}
