//! The command line: what was typed, turned into calls of the rooms.

mod args;
mod checks;
#[cfg(feature = "live")]
mod demo;
#[cfg(feature = "live")]
mod doctor;
mod environment;
mod error;
mod evaluate;
mod explain;
mod facts;
mod generate;
mod input;
#[cfg(feature = "live")]
mod interrupt;
mod merge;
mod output;
mod permissions;
#[cfg(feature = "live")]
mod plan;
#[cfg(feature = "live")]
mod progress;
mod report;
#[cfg(feature = "live")]
mod run;
#[cfg(feature = "live")]
mod scan;
mod setup;
#[cfg(feature = "live")]
mod targets;

use std::process::ExitCode;

use clap::Parser as _;

pub use args::Cli;
use args::Command;
use error::CliError;
use setup::Setup;

use crate::finding::Outcome;

/// Runs what was typed; the exit code is an [`Outcome`].
pub fn main() -> ExitCode {
    if let Err(error) = environment::settle() {
        error.tell(setup::colour(args::ColorWhen::Auto));
        return error.outcome().into();
    }
    let cli = Cli::parse();
    let colour = setup::colour(cli.global.color);
    match dispatch(&cli) {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            error.tell(colour);
            error.outcome().into()
        }
    }
}

fn dispatch(cli: &Cli) -> Result<Outcome, CliError> {
    let setup = Setup::new(&cli.global)?;
    match &cli.command {
        #[cfg(feature = "live")]
        Command::Scan(args) => scan::run(args, &setup.owned(&args.owner)),
        #[cfg(feature = "live")]
        Command::Doctor(args) => doctor::run(args, &setup),
        #[cfg(feature = "live")]
        Command::Plan(args) => plan::run(args, &setup),
        #[cfg(feature = "live")]
        Command::Demo(args) => demo::run(args, &setup),
        Command::Evaluate(args) => evaluate::run(args, &setup.owned(&args.owner)),
        Command::Report(args) => report::run(args, &setup),
        Command::Merge(args) => merge::run(args, &setup),
        Command::Explain(command) => explain::run(command, &setup),
        Command::Checks(args) => checks::run(args, &setup),
        Command::Facts(args) => facts::run(args, &setup),
        Command::Permissions(args) => permissions::run(args, &setup),
        Command::Generate(args) => generate::run(args),
    }
}
