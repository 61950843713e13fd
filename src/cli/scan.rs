//! `lamppost scan`: live accounts.

use std::io::{self, BufWriter, Write as _, stderr};
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::args::{FailOn, ScanArgs};
use super::error::CliError;
use super::output::Output;
use super::run::{Job, Keep, detector};
use super::setup::{Setup, at_depth};
use crate::aws::transport::{live, record};
use crate::aws::{Base, Connection};
use crate::disk::Draft;
use crate::finding::{Mode, Outcome};
use crate::terminal::clean;

pub(super) fn run(args: &ScanArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let output = Output::prepare(&args.output, setup, FailOn::High, &others(args))?;
    let registry = setup.registry(&args.reach.checks)?;
    let checks = setup.select(&registry, &args.reach.checks)?;
    let chosen = at_depth(checks, &args.reach.checks, args.reach.depth.depth);
    let (transport, recorder) = match &args.record {
        Some(path) => {
            let file = Draft::of(path).map_err(|source| unwritten(path, source))?;
            if !setup.quiet {
                // Where standard error is gone nobody can be told.
                let _ = writeln!(
                    stderr(),
                    "warning: `{}` will hold everything that AWS answers, the values of environment \
                     variables included",
                    clean(&path.to_string_lossy())
                );
            }
            let (transport, recorder) = record(live());
            (transport, Some((path, file, recorder)))
        }
        None => (live(), None),
    };
    let job = Job {
        setup,
        connection: &Connection::over(transport, args.reach.pace.limits()),
        base: Base::Default,
        selection: args.reach.targets.selection(&setup.config.targets)?,
        regions: args.reach.targets.regions(&setup.config.targets),
        excluded_regions: args.reach.targets.excluded_regions(&setup.config.targets),
        registry: &registry,
        chosen,
        include: output.include(),
        terms: setup.terms(&registry, &args.reach.checks),
        accept: setup.accept(&args.accept),
        snapshot: args.snapshot.as_deref(),
        keep: match (&args.run, &args.resume) {
            (Some(path), _) => Keep::In(path),
            (None, Some(path)) => Keep::Resumed(path),
            (None, None) => Keep::Nowhere,
        },
        accounts_at_once: args.reach.pace.accounts_at_once.into(),
        mode: Mode::Live,
        detector: detector(setup.fingerprint_key()?)?,
        at: None,
    };
    let mut finished = job.run()?;
    if let Some((path, file, recorder)) = recorder {
        let recording = recorder.recording(Timestamp::now());
        let written = recording
            .write(BufWriter::new(file))
            .and_then(|to| to.into_inner().map_err(io::IntoInnerError::into_error))
            .and_then(Draft::place);
        if let Err(source) = written {
            finished.failures.push(unwritten(path, source));
        }
    }
    output.write_folder(finished.report, finished.kept, finished.failures)
}

/// What is written besides reports.
fn others(args: &ScanArgs) -> Vec<&Path> {
    let all = args.snapshot.iter().chain(&args.record);
    all.map(PathBuf::as_path).collect()
}

fn unwritten(path: &Path, source: io::Error) -> CliError {
    CliError::Write {
        path: path.to_owned(),
        source,
    }
}
