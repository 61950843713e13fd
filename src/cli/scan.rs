//! `lamppost scan`: live accounts.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::BufWriter;

use jiff::Timestamp;

use super::args::{FailOn, ScanArgs, TargetArgs};
use super::error::CliError;
use super::output::Output;
use super::run::{Job, Keep, detector};
use super::setup::{Setup, at_depth};
use crate::aws::transport::{live, record};
use crate::aws::{Base, Connection};
use crate::config;
use crate::finding::{Mode, Outcome};
use crate::target::Selection;

pub(super) fn run(args: &ScanArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let output = Output::prepare(&args.output, setup, FailOn::High)?;
    let registry = setup.registry(&args.checks)?;
    let checks = setup.select(&registry, &args.checks)?;
    let (checks, left_out) = at_depth(checks, &args.checks, args.depth);
    let (transport, recorder) = match &args.record {
        Some(path) => {
            let write = |source| CliError::Write {
                path: path.clone(),
                source,
            };
            let file = File::create(path).map_err(write)?;
            let (transport, recorder) = record(live());
            (transport, Some((path, file, recorder)))
        }
        None => (live(), None),
    };
    let job = Job {
        setup,
        connection: &Connection::over(transport, args.pace.limits()),
        base: Base::Default,
        selection: selection(&args.targets, &setup.config.targets),
        regions: chosen(&args.targets.regions, &setup.config.targets.regions),
        excluded_regions: chosen(
            &args.targets.excluded_regions,
            &setup.config.targets.exclude_regions,
        ),
        registry: &registry,
        checks: &checks,
        left_out,
        depth: args.depth,
        include: output.include(),
        snapshot: args.snapshot.as_deref(),
        keep: match (&args.run, &args.resume) {
            (Some(path), _) => Keep::In(path),
            (None, Some(path)) => Keep::Resumed(path),
            (None, None) => Keep::Nowhere,
        },
        accounts_at_once: args.pace.accounts_at_once.into(),
        mode: Mode::Live,
        detector: detector(setup.fingerprint_key()?)?,
        at: None,
    };
    let finished = job.run()?;
    if let Some((path, file, recorder)) = recorder {
        let written = recorder
            .recording(Timestamp::now())
            .write(BufWriter::new(file));
        written.map_err(|source| CliError::Write {
            path: path.clone(),
            source,
        })?;
    }
    let outcome = output.write_folder(finished.report)?;
    // A part of few accounts may well be empty.
    Ok(match outcome {
        Outcome::NothingScanned if args.targets.shard.is_some() => Outcome::Clean,
        outcome => outcome,
    })
}

/// Whom to scan: the command line before the configuration.
fn selection(args: &TargetArgs, config: &config::Targets) -> Selection {
    let either = |typed: &Option<String>, set: Option<String>| typed.clone().or(set);
    Selection {
        profiles: args.profiles.clone(),
        role_chain: args.role_arns.clone(),
        organization: args.org,
        account_file: args.account_file.clone(),
        role_name: either(
            &args.role_name,
            config.role_name.as_ref().map(ToString::to_string),
        ),
        external_id: either(
            &args.external_id,
            config.external_id.as_ref().map(ToString::to_string),
        ),
        session_name: either(
            &args.session_name,
            config.session_name.as_ref().map(ToString::to_string),
        ),
        include_units: args.organizational_units.clone(),
        exclude_units: args.excluded_units.clone(),
        include_accounts: args.accounts.clone(),
        exclude_accounts: args.excluded_accounts.clone(),
        shard: args.shard,
        done: BTreeSet::new(),
    }
}

fn chosen<T: ToString>(typed: &[String], set: &BTreeSet<T>) -> Vec<String> {
    if typed.is_empty() {
        set.iter().map(ToString::to_string).collect()
    } else {
        typed.to_vec()
    }
}
