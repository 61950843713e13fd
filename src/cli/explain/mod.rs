//! `lamppost explain`: one question about policies, answered without a call.

mod access;
mod actions;
mod exposure;
mod file;

use clap::Subcommand;

use self::access::AccessArgs;
use self::exposure::ExposureArgs;
use super::error::CliError;
use super::setup::Setup;
use crate::finding::Outcome;

/// `lamppost explain`
#[derive(Debug, Subcommand)]
pub enum ExplainCommand {
    /// Who gets in by the resource-based policy of a function or layer version
    Exposure(ExposureArgs),
    /// Whether a principal may do something, with all policies that bear on it
    Access(Box<AccessArgs>),
}

/// How to answer.
#[derive(Clone, Copy, Debug, Eq, PartialEq, clap::ValueEnum)]
pub(super) enum ExplainFormat {
    /// Sentences, for people.
    Text,
    /// One JSON document, for programs.
    Json,
}

pub(super) fn run(command: &ExplainCommand, setup: &Setup) -> Result<Outcome, CliError> {
    match command {
        ExplainCommand::Exposure(args) => exposure::run(args, setup),
        ExplainCommand::Access(args) => access::run(args),
    }
}
