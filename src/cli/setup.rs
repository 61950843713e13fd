//! What every command needs before it begins: configuration, logs, colour, checks.

use std::io::{Write as _, stderr, stdout};
use std::path::{Path, PathBuf};

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};
use tracing_subscriber::EnvFilter;

use super::args::{AcceptArgs, CheckArgs, ColorWhen, GlobalArgs, OwnerArgs};
use super::error::CliError;
#[cfg(feature = "live")]
use super::error::KEY_LENGTH;
use crate::check::{Check, Registry, Selection};
use crate::config::{CONFIG_FILE, Config};
use crate::facts::{self, AtStandard};
use crate::finding::{
    Acceptance, ConfigurationFile, Include, Mode, ReportTerms, RunInfo, SeverityOverride, Terms,
};
use crate::operation::Depth;
use crate::report::Terminal;
use crate::terminal::{Cleaned, clean};

/// What every command needs.
pub(super) struct Setup {
    pub(super) config: Config,
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
        let config = match (&global.config, global.no_config) {
            (_, true) => Config::default(),
            (named, false) => Config::find(named.as_deref(), Path::new("."))?,
        };
        if let Some((file, _)) = config.source() {
            tracing::info!("configuration: {}", clean(file));
        }
        if !global.quiet {
            passed_over(global, config.source().is_some());
        }
        Ok(Self {
            config,
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

    /// Gaps that the configuration and the command line accept.
    pub(super) fn accept(&self, args: &AcceptArgs) -> Vec<Acceptance> {
        let configured = self.config.accept.iter().map(|gap| Acceptance {
            operation: gap.operation.to_string(),
            account: gap.account.as_ref().map(ToString::to_string),
            region: gap.region.as_ref().map(ToString::to_string),
            resource: gap.resource.clone(),
            reason: gap.reason.clone(),
            until: Some(gap.until),
        });
        configured.chain(args.gaps.iter().cloned()).collect()
    }

    /// The same, with the accounts that the command line names as the user's.
    pub(super) fn owned(mut self, args: &OwnerArgs) -> Self {
        let trust = &mut self.config.trust;
        trust.own_accounts.extend(args.own_accounts.iter().cloned());
        trust.own_accounts_complete |= args.own_accounts_complete;
        if args.organization_id.is_some() {
            trust.organization_id.clone_from(&args.organization_id);
        }
        self
    }

    /// The terms of a report by these checks, which the configuration has weighed.
    pub(super) fn terms(&self, registry: &Registry, args: &CheckArgs) -> ReportTerms {
        let texts = |set: &mut dyn Iterator<Item = String>| set.collect();
        let trust = &self.config.trust;
        let mut disabled = args.excluded_checks.clone();
        if args.checks.is_empty() {
            disabled.extend(self.config.disabled().map(str::to_owned));
        }
        disabled.sort();
        disabled.dedup();
        ReportTerms {
            persona: args
                .checks
                .is_empty()
                .then(|| args.persona.unwrap_or_default()),
            configuration: self
                .config
                .source()
                .map(|(path, text)| ConfigurationFile::new(path, text)),
            checks_disabled: disabled,
            severities_overridden: registry
                .checks()
                .filter_map(|check| {
                    let from = check.own_severity?;
                    Some(SeverityOverride {
                        check: check.definition.id.clone(),
                        from,
                        to: check.definition.severity,
                    })
                })
                .collect(),
            own_accounts: texts(&mut trust.own_accounts.iter().map(ToString::to_string)),
            own_accounts_complete: trust.own_accounts_complete,
            organization_id: trust.organization_id.as_ref().map(ToString::to_string),
            trusted_accounts: texts(&mut trust.accounts.iter().map(ToString::to_string)),
            trusted_organizations: texts(&mut trust.organizations.iter().map(ToString::to_string)),
        }
    }

    /// The checks that were chosen. A check that is asked for by its id runs even where the
    /// configuration switches it off.
    pub(super) fn select<'r>(
        &self,
        registry: &'r Registry,
        args: &CheckArgs,
    ) -> Result<Vec<&'r Check>, CliError> {
        self.select_of(registry, args, &[])
    }

    /// The same, of these families alone where there are any.
    pub(super) fn select_of<'r>(
        &self,
        registry: &'r Registry,
        args: &CheckArgs,
        families: &[String],
    ) -> Result<Vec<&'r Check>, CliError> {
        let mut skip = args.excluded_checks.clone();
        if args.checks.is_empty() {
            skip.extend(self.config.disabled().map(str::to_owned));
        }
        Ok(registry.select(&Selection {
            ids: args.checks.clone(),
            families: families.to_vec(),
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
                Ok(key) if key.chars().count() < KEY_LENGTH => {
                    Err(CliError::ShortKey(name.clone()))
                }
                Ok(key) => Ok(Some(key)),
                Err(_) => Err(CliError::FingerprintKey(name.clone())),
            },
        }
    }
}

/// Says which configuration lies near and is not used, since it would be taken for the one in force.
fn passed_over(global: &GlobalArgs, used: bool) {
    let usual = Path::new(CONFIG_FILE);
    let note = match &global.config {
        Some(named) if same(named, usual) => None,
        _ if usual.is_file() => (global.no_config || global.config.is_some())
            .then(|| format!("`{CONFIG_FILE}` in the working folder is not used")),
        _ if used || global.no_config => None,
        _ => above().map(|path| {
            format!(
                "`{}` is not used: `{CONFIG_FILE}` counts in the working folder only; `--config` names another file",
                clean(&path.to_string_lossy())
            )
        }),
    };
    if let Some(note) = note {
        // Where standard error is gone nobody can be told.
        let _ = writeln!(stderr(), "note: {note}");
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let place = |path: &Path| path.canonicalize().ok();
    place(one).is_some_and(|one| Some(one) == place(other))
}

/// A configuration by another name, or in a folder above the working one.
fn above() -> Option<PathBuf> {
    let hidden = PathBuf::from(format!(".{CONFIG_FILE}"));
    if hidden.is_file() {
        return Some(hidden);
    }
    let folder = std::env::current_dir().ok()?;
    let above = folder.ancestors().skip(1);
    above
        .map(|folder| folder.join(CONFIG_FILE))
        .find(|path| path.is_file())
}

/// Checks at a depth.
pub(super) struct AtDepth<'r> {
    /// Those that are evaluated.
    pub(super) checks: Vec<&'r Check>,
    /// Ids of those that are not, because the depth knows nothing of what they read.
    pub(super) left_out: Vec<String>,
    /// Ids of those of which the depth knows a part of what they read.
    pub(super) in_part: Vec<String>,
    /// The depth: a check that is named gets the depth that it needs.
    pub(super) depth: Depth,
}

/// Sorts checks by what a depth knows of what they read.
pub(super) fn at_depth<'r>(checks: Vec<&'r Check>, args: &CheckArgs, depth: Depth) -> AtDepth<'r> {
    let id = |check: &Check| check.definition.id.clone();
    let depth = match args.checks.as_slice() {
        [] => depth,
        // Whoever names checks gets what they need.
        [..] => checks
            .iter()
            .map(|check| check.depth())
            .fold(depth, Depth::max),
    };
    let mut sorted = AtDepth {
        checks: Vec::new(),
        left_out: Vec::new(),
        in_part: Vec::new(),
        depth,
    };
    for check in checks {
        match (depth, check.at_standard()) {
            (Depth::Standard, AtStandard::Nothing) => sorted.left_out.push(id(check)),
            (Depth::Standard, AtStandard::Part) => {
                sorted.in_part.push(id(check));
                sorted.checks.push(check);
            }
            (Depth::Deep, _) | (Depth::Standard, AtStandard::Whole) => sorted.checks.push(check),
        }
    }
    sorted
}

/// What is known of a run when it begins.
pub(super) fn run_info(
    mode: Mode,
    chosen: &AtDepth<'_>,
    include: Include,
    config: &Config,
    admitted: ReportTerms,
    accept: Vec<Acceptance>,
) -> RunInfo {
    let contents: Vec<(&str, &str)> = chosen
        .checks
        .iter()
        .map(|check| (check.definition.id.as_str(), check.text()))
        .collect();
    RunInfo {
        terms: Terms {
            settings: Terms::hash(&config.terms()),
            owner: Terms::hash(&config.owner_terms()),
            checks: Terms::hash(&format!("{contents:?}")),
            ..Terms::default()
        },
        admitted,
        accept,
        depth: chosen.depth,
        checks_left_out: chosen.left_out.clone(),
        checks_in_part: chosen.in_part.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        mode,
        checks: chosen
            .checks
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
