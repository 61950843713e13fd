//! `lamppost demo`: the real collectors over a recording.

use super::args::{DemoArgs, FailOn};
use super::error::CliError;
use super::output::Output;
use super::run::{Job, Keep, detector};
use super::setup::{Setup, at_depth};
use crate::aws::transport::{Recording, replay};
use crate::aws::{Base, Connection, Limits};
use crate::finding::{Mode, Outcome};
use crate::operation::Depth;
use crate::target::Selection;

/// The API traffic of a scan of the organisation in `localstack/`, whose secrets are made up.
static RECORDING: &[u8] = include_bytes!("../../localstack/recording/organisation.ndjson.zst");

/// The fingerprints of made-up secrets may be the same every time.
const FINGERPRINT_KEY: &str = "demo";

pub(super) fn run(args: &DemoArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let others: Vec<_> = args.snapshot.as_deref().into_iter().collect();
    let output = Output::prepare(&args.output, setup, FailOn::Never, &others)?;
    let registry = setup.registry(&args.checks)?;
    let checks = setup.select(&registry, &args.checks)?;
    let recording = Recording::embedded(RECORDING)?;
    let recorded_at = recording.recorded_at;
    let job = Job {
        setup,
        connection: &Connection::over(
            replay(recording),
            Limits {
                share: None,
                ..Limits::default()
            },
        ),
        base: Base::Given {
            region: "us-east-1".to_owned(),
        },
        selection: Selection {
            organization: true,
            role_name: Some("LamppostAudit".to_owned()),
            ..Selection::default()
        },
        regions: Vec::new(),
        excluded_regions: Vec::new(),
        registry: &registry,
        chosen: at_depth(checks, &args.checks, Depth::Deep),
        include: output.include(),
        terms: setup.terms(&registry, &args.checks),
        accept: Vec::new(),
        snapshot: args.snapshot.as_deref(),
        keep: Keep::Nowhere,
        accounts_at_once: 8,
        mode: Mode::Demo,
        detector: detector(Some(FINGERPRINT_KEY.to_owned()))?,
        at: Some(recorded_at),
    };
    let finished = job.run()?;
    let outcome = output.write_folder(finished.report, finished.kept, finished.failures)?;
    // The organisation has accounts that nobody can enter; a demo that shows it has done its work.
    Ok(if args.output.fail_on.is_some() {
        outcome
    } else {
        Outcome::Clean
    })
}
