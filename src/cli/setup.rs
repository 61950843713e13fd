//! What every command needs before it begins: configuration, logs, colour, checks.

use std::io::{stderr, stdout};
use std::path::Path;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::EnvFilter;

use super::args::{CheckArgs, ColorWhen, GlobalArgs};
use super::error::CliError;
use crate::check::{Check, Registry, Selection};
use crate::config::Config;
use crate::facts;
use crate::finding::{Include, Mode, RunInfo, Terms};
use crate::inventory::Depth;
use crate::report::Terminal;
use crate::terminal::Cleaned;

/// What every command needs.
pub(super) struct Setup {
    pub(super) config: Config,
    #[cfg(feature = "live")]
    pub(super) quiet: bool,
    /// Whether log lines come while something runs; a line that moves would tear them.
    #[cfg(feature = "live")]
    pub(super) verbose: bool,
    /// What standard output is.
    pub(super) terminal: Terminal,
}

impl Setup {
    pub(super) fn new(global: &GlobalArgs) -> Result<Self, CliError> {
        logs(global);
        let colour = colour_on(global.color, &stdout());
        let config = Config::find(global.config.as_deref(), Path::new("."))?;
        Ok(Self {
            config,
            #[cfg(feature = "live")]
            quiet: global.quiet,
            #[cfg(feature = "live")]
            verbose: global.verbose > 0,
            terminal: Terminal::of_stdout(colour),
        })
    }

    /// The built-in checks and those of the folders that were named, as the configuration weighs them.
    pub(super) fn registry(&self, args: &CheckArgs) -> Result<Registry, CliError> {
        let mut registry = Registry::load(&args.folders, &facts::schema)?;
        self.config.apply(&mut registry)?;
        Ok(registry)
    }

    /// The checks that were chosen. A check that is asked for by its id runs even where the
    /// configuration switches it off.
    pub(super) fn select<'r>(
        &self,
        registry: &'r Registry,
        args: &CheckArgs,
    ) -> Result<Vec<&'r Check>, CliError> {
        let mut skip = args.excluded_checks.clone();
        skip.extend(
            self.config
                .disabled()
                .filter(|id| !args.checks.iter().any(|named| named == id))
                .map(str::to_owned),
        );
        Ok(registry.select(&Selection {
            ids: args.checks.clone(),
            families: Vec::new(),
            skip,
            persona: args.persona.unwrap_or_default(),
        })?)
    }

    /// The key of the fingerprints, where the configuration names a variable that holds one.
    #[cfg(feature = "live")]
    pub(super) fn fingerprint_key(&self) -> Result<Option<String>, CliError> {
        match &self.config.secrets.fingerprint_key_env {
            None => Ok(None),
            Some(name) => match std::env::var(name) {
                Ok(key) => Ok(Some(key)),
                Err(_) => Err(CliError::FingerprintKey(name.clone())),
            },
        }
    }
}

/// The checks that can be judged at a depth, and those of the others that nobody asked for by name;
/// whoever names a check gets what it needs.
pub(super) fn at_depth<'r>(
    checks: Vec<&'r Check>,
    args: &CheckArgs,
    depth: Depth,
) -> (Vec<&'r Check>, Vec<String>) {
    let id = |check: &Check| check.definition.id.clone();
    let (judged, left): (Vec<_>, Vec<_>) = checks
        .into_iter()
        .partition(|check| check.depth() <= depth || args.checks.contains(&id(check)));
    (judged, left.into_iter().map(id).collect())
}

/// What is known of a run when it begins.
pub(super) fn run_info(
    mode: Mode,
    checks: &[&Check],
    left_out: Vec<String>,
    depth: Depth,
    include: Include,
    config: &Config,
) -> RunInfo {
    let contents: Vec<(&str, &str)> = checks
        .iter()
        .map(|check| (check.definition.id.as_str(), check.text()))
        .collect();
    RunInfo {
        terms: Terms {
            settings: Terms::hash(&config.terms()),
            checks: Terms::hash(&format!("{contents:?}")),
            ..Terms::default()
        },
        depth,
        checks_left_out: left_out,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode,
        checks: checks
            .iter()
            .map(|check| check.definition.id.clone())
            .collect(),
        include,
    }
}

/// Whether messages on standard error are coloured.
pub(super) fn colour(when: ColorWhen) -> bool {
    colour_on(when, &stderr())
}

/// Left to itself, only a terminal is coloured, unless the environment forbids it (`NO_COLOR`,
/// `CLICOLOR`, `TERM=dumb`) or insists on it (`CLICOLOR_FORCE`).
fn colour_on(when: ColorWhen, stream: &impl RawStream) -> bool {
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => AutoStream::choice(stream) != ColorChoice::Never,
    }
}

/// Our own events only: those of the SDK may hold bodies of answers, and so secrets.
fn logs(global: &GlobalArgs) {
    let level = match (global.quiet, global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, _) => "debug",
    };
    let filter = EnvFilter::new(format!("off,lamppost={level}"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(|| Cleaned(stderr()))
        .with_ansi(colour(global.color))
        .with_target(false)
        .without_time()
        .try_init();
}
