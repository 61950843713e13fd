//! What can be typed. Arguments describe; they do no work.

mod checks;
#[cfg(feature = "live")]
mod live;

use std::path::PathBuf;

use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{OsStringValueParser, TypedValueParser as _};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

pub(super) use checks::{FactsArgs, ListArgs};
#[cfg(feature = "live")]
pub(super) use live::{EXTERNAL_ID, ReachArgs, TargetArgs};

use super::explain::ExplainCommand;
use crate::check::{Persona, Severity};
use crate::config::{AccountPattern, CallPattern, OrganizationId, RegionPattern, RoleName};
use crate::finding::Acceptance;
use crate::inventory::AccountId;
use crate::operation::Depth;
use crate::report::Format;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Yellow.on_default().bold())
    .usage(AnsiColor::Yellow.on_default().bold())
    .literal(AnsiColor::Green.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXIT_CODES: &str = "\
Exit codes:
  0  clean
  1  findings at or above --fail-on
  2  wrong usage, configuration or check file
  3  no credentials, or nothing could be scanned
  4  scanned, but incomplete
  5  internal error";

/// Says of every AWS Lambda function how well it is secured, why, and how to mend it
///
/// Reads live accounts, across regions and organisations, and never writes to them.
#[derive(Debug, Parser)]
#[command(name = "lamppost", version, styles = STYLES, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
    /// What holds for every command.
    #[command(flatten)]
    pub global: GlobalArgs,
}

/// What holds for every command.
#[derive(Args, Clone, Debug)]
pub struct GlobalArgs {
    /// Configuration file [default: `lamppost.toml` in the working folder, where there is one]
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "LAMPPOST_CONFIG",
        value_parser = OsStringValueParser::new().map(PathBuf::from),
        help_heading = "General"
    )]
    pub config: Option<PathBuf>,
    /// Use no configuration file
    #[arg(
        long,
        global = true,
        conflicts_with = "config",
        help_heading = "General"
    )]
    pub no_config: bool,
    /// Say more on stderr: once each account and region, twice each call
    #[arg(short, long, global = true, action = ArgAction::Count, help_heading = "General")]
    pub verbose: u8,
    /// Say nothing on stderr but errors
    #[arg(
        short,
        long,
        global = true,
        conflicts_with = "verbose",
        help_heading = "General"
    )]
    pub quiet: bool,
    /// When to use colour
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "General"
    )]
    pub color: ColorWhen,
}

/// When to use colour.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum ColorWhen {
    /// Where the output is a terminal and `NO_COLOR` is not set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan live accounts
    #[cfg(feature = "live")]
    Scan(Box<ScanArgs>),
    /// Say what a scan would call and how long it would take; asks for lists only
    #[cfg(feature = "live")]
    Plan(Box<PlanArgs>),
    /// Say who you are, where a scan gets in, what is denied and by what, and what would mend it
    #[cfg(feature = "live")]
    Doctor(Box<DoctorArgs>),
    /// Scan a recorded organisation: no credentials, no network
    #[cfg(feature = "live")]
    Demo(DemoArgs),
    /// Judge a snapshot again, without a call
    Evaluate(EvaluateArgs),
    /// Show a JSON report in another format
    Report(ReportArgs),
    /// Join run folders, such as those of shards, into one report
    Merge(MergeArgs),
    /// Answer one question about policies, without a call
    #[command(subcommand)]
    Explain(ExplainCommand),
    /// List, show, write and lint checks
    #[command(subcommand)]
    Checks(ChecksCommand),
    /// Show the facts that checks read, or those of one function
    Facts(FactsArgs),
    /// Print the IAM policy that the scanner needs
    Permissions(PermissionsArgs),
    /// Write the generated documentation; used by the project itself
    #[command(hide = true)]
    Generate(GenerateArgs),
}

/// `lamppost scan`
#[cfg(feature = "live")]
#[derive(Args, Clone, Debug)]
pub struct ScanArgs {
    /// What is looked at.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Which accounts are the user's.
    #[command(flatten)]
    pub owner: OwnerArgs,
    /// Which gaps are accepted.
    #[command(flatten)]
    pub accept: AcceptArgs,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Also write what was observed, to be judged again by `lamppost evaluate`
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub snapshot: Option<PathBuf>,
    /// Keep results in this new folder, account by account as each ends
    #[arg(long, value_name = "FOLDER", help_heading = "Output")]
    pub run: Option<PathBuf>,
    /// Go on with the run in this folder where it ended early, or begin it
    #[arg(
        long,
        value_name = "FOLDER",
        help_heading = "Output",
        conflicts_with_all = ["run", "snapshot"]
    )]
    pub resume: Option<PathBuf>,
    /// Record the API traffic, environment values included: for emulated accounts only
    #[arg(long, value_name = "FILE", hide = true)]
    pub record: Option<PathBuf>,
}

/// `lamppost plan`
#[cfg(feature = "live")]
#[derive(Args, Clone, Debug)]
pub struct PlanArgs {
    /// What is looked at.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Also list aliases, layers and code-signing configurations: counts more, and takes one call for
    /// each function on the quota that all of Lambda's control plane shares
    #[arg(long, help_heading = "Output")]
    pub exact: bool,
    /// Format on stdout
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        help_heading = "Output"
    )]
    pub format: Shown,
}

/// `lamppost doctor`
#[cfg(feature = "live")]
#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// What is looked at.
    #[command(flatten)]
    pub reach: ReachArgs,
    /// Format on stdout
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "table",
        help_heading = "Output"
    )]
    pub format: Shown,
}

/// How an answer that is no report is shown.
#[cfg(feature = "live")]
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum Shown {
    /// For a person at a terminal.
    Table,
    /// One JSON document.
    Json,
}

/// By which checks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Checks")]
pub struct CheckArgs {
    /// Only these checks, whatever their persona and configuration
    #[arg(long = "check", value_name = "ID", value_delimiter = ',')]
    pub checks: Vec<String>,
    /// Not these checks
    #[arg(long = "exclude-check", value_name = "ID", value_delimiter = ',')]
    pub excluded_checks: Vec<String>,
    /// Folder with checks of your own; may be repeated
    #[arg(long = "checks", value_name = "DIR")]
    pub folders: Vec<PathBuf>,
    /// Checks for whom: `default` has little noise, `strict` adds good practice, `audit` every indication
    #[arg(long, value_name = "PERSONA")]
    pub persona: Option<Persona>,
}

/// How deep.
#[derive(Args, Clone, Debug)]
pub struct DepthArgs {
    /// How much to ask about each function: `deep` takes about six times as long, and knows all URLs,
    /// policies of versions, runtime pins, recursion guards and destinations
    #[arg(long, value_name = "DEPTH", default_value_t = Depth::Standard, help_heading = "Checks")]
    pub depth: Depth,
}

/// Which gaps are known and accepted.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output")]
pub struct AcceptArgs {
    /// Accept gaps of this call, such as `lambda:GetFunction@111122223333/eu-west-1`: they stay in the report and do not
    /// lead to exit code 4; `*` is a wildcard; may be repeated
    #[arg(
        long = "accept-gap",
        value_name = "OPERATION[@ACCOUNT[/REGION]]",
        value_parser = accepted
    )]
    pub gaps: Vec<Acceptance>,
}

/// Gaps as they are named on the command line.
fn accepted(text: &str) -> Result<Acceptance, String> {
    let (operation, place) = text.split_once('@').unwrap_or((text, ""));
    let (account, region) = place.split_once('/').unwrap_or((place, ""));
    let named = |part: &str| (!part.is_empty()).then(|| part.to_owned());
    let account = named(account).map(AccountPattern::try_from).transpose()?;
    let region = named(region).map(RegionPattern::try_from).transpose()?;
    Ok(Acceptance {
        operation: CallPattern::try_from(operation.to_owned())?.to_string(),
        account: account.map(|pattern| pattern.to_string()),
        region: region.map(|pattern| pattern.to_string()),
        resource: None,
        reason: "accepted on the command line".to_owned(),
        until: None,
    })
}

/// Which accounts are yours, where the organization does not say so.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Ownership")]
pub struct OwnerArgs {
    /// An account of yours, where the organization cannot be listed; may be repeated
    #[arg(long = "own-account", value_name = "ID", value_delimiter = ',', value_parser = account)]
    pub own_accounts: Vec<AccountId>,
    /// The accounts that are named as yours are all there are
    #[arg(long = "own-accounts-complete")]
    pub own_accounts_complete: bool,
    /// Your organization, where the scanner may not ask for it
    #[arg(long = "organization-id", value_name = "ID", value_parser = organization)]
    pub organization_id: Option<OrganizationId>,
}

fn account(text: &str) -> Result<AccountId, String> {
    AccountId::try_from(text).map_err(|_| "an account id has twelve digits".to_owned())
}

fn organization(text: &str) -> Result<OrganizationId, String> {
    OrganizationId::try_from(text.to_owned())
}

/// What to write.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Format on stdout
    #[arg(long, value_name = "FORMAT", default_value = "table")]
    pub format: Format,
    /// File to write, its format by its ending (`.json`, `.ndjson`, `.txt`); may be repeated
    #[arg(long = "output", short, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Show findings of this severity and above
    #[arg(long, value_name = "SEVERITY", default_value = "low")]
    pub min_severity: Severity,
    /// Also list checks that pass or do not apply
    #[arg(long)]
    pub all: bool,
    /// End with exit code 1 for findings of this severity and above
    #[arg(long, value_name = "SEVERITY")]
    pub fail_on: Option<FailOn>,
}

/// From which severity on findings count for the exit code.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum FailOn {
    /// Any finding.
    Low,
    /// Medium and above.
    Medium,
    /// High and above.
    High,
    /// Critical ones.
    Critical,
    /// None.
    Never,
}

impl FailOn {
    /// The lowest severity that counts.
    pub fn severity(self) -> Option<Severity> {
        match self {
            Self::Low => Some(Severity::Low),
            Self::Medium => Some(Severity::Medium),
            Self::High => Some(Severity::High),
            Self::Critical => Some(Severity::Critical),
            Self::Never => None,
        }
    }
}

/// `lamppost demo`
#[cfg(feature = "live")]
#[derive(Args, Clone, Debug)]
pub struct DemoArgs {
    /// By which checks.
    #[command(flatten)]
    pub checks: CheckArgs,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
    /// Also write what was observed, to be judged again by `lamppost evaluate`
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub snapshot: Option<PathBuf>,
}

/// `lamppost evaluate`
#[derive(Args, Clone, Debug)]
pub struct EvaluateArgs {
    /// Snapshot that `lamppost scan --snapshot` wrote
    pub snapshot: PathBuf,
    /// By which checks.
    #[command(flatten)]
    pub checks: CheckArgs,
    /// Which accounts are the user's.
    #[command(flatten)]
    pub owner: OwnerArgs,
    /// Which gaps are accepted.
    #[command(flatten)]
    pub accept: AcceptArgs,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `lamppost merge`
#[derive(Args, Clone, Debug)]
pub struct MergeArgs {
    /// Folders that `lamppost scan --run` wrote
    #[arg(required = true, value_name = "RUN")]
    pub runs: Vec<PathBuf>,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `lamppost report`
#[derive(Args, Clone, Debug)]
pub struct ReportArgs {
    /// JSON report that another command wrote
    pub report: PathBuf,
    /// What to write.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `lamppost checks`
#[derive(Debug, Subcommand)]
pub enum ChecksCommand {
    /// List checks
    List {
        /// Which ones.
        #[command(flatten)]
        checks: CheckArgs,
        /// Which of them.
        #[command(flatten)]
        filter: ListArgs,
        /// One JSON document instead of a table
        #[arg(long)]
        json: bool,
    },
    /// Show one check with its reasons, fix and examples
    Show {
        /// The check
        id: String,
        /// Folder with checks of your own; may be repeated
        #[arg(long = "checks", value_name = "DIR")]
        folders: Vec<PathBuf>,
    },
    /// Print a new check file to start from
    New {
        /// Its id: the bad pattern in kebab case
        id: String,
    },
    /// Check the checks and run their examples
    Lint {
        /// Folder or files [default: the built-in checks]
        paths: Vec<PathBuf>,
    },
    /// Print the JSON Schema of check files, or of the facts that checks read
    Schema {
        /// What the schema describes
        #[arg(default_value = "check")]
        of: SchemaOf,
    },
}

/// What a schema describes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub enum SchemaOf {
    /// Facts of functions.
    Function,
    /// Facts of layers.
    Layer,
    /// Facts of accounts.
    Account,
    /// Check files.
    Check,
}

/// `lamppost permissions`
#[derive(Args, Clone, Debug)]
pub struct PermissionsArgs {
    /// For which checks.
    #[command(flatten)]
    pub checks: CheckArgs,
    /// How deep.
    #[command(flatten)]
    pub depth: DepthArgs,
    /// Also what the management account needs for --org
    #[arg(long)]
    pub org: bool,
    /// Also what the scanner's own identity needs to assume this role in every account
    #[arg(long, value_name = "NAME", value_parser = role_name)]
    pub role_name: Option<RoleName>,
}

fn role_name(text: &str) -> Result<RoleName, String> {
    RoleName::try_from(text.to_owned())
}

/// `lamppost generate`
#[derive(Args, Clone, Debug)]
pub struct GenerateArgs {
    /// The project's folder
    pub folder: PathBuf,
    /// Write nothing; fail when a file is not as it would be written
    #[arg(long)]
    pub check: bool,
}
