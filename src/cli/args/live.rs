//! Whom to look at, how deep and how fast: what commands that call AWS have in common.

use std::path::PathBuf;

use clap::Args;

use super::{CheckArgs, DepthArgs};
use crate::aws::{Limits, NoShare, Share};
use crate::target::Shard;

/// The environment variable that holds an external id.
pub(in crate::cli) const EXTERNAL_ID: &str = "LAMPPOST_EXTERNAL_ID";

/// What is looked at, and how.
#[derive(Args, Clone, Debug)]
pub struct ReachArgs {
    /// Whom to scan.
    #[command(flatten)]
    pub targets: TargetArgs,
    /// By which checks.
    #[command(flatten)]
    pub checks: CheckArgs,
    /// How deep.
    #[command(flatten)]
    pub depth: DepthArgs,
    /// How fast.
    #[command(flatten)]
    pub pace: PaceArgs,
}

/// Whom to scan.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Targets")]
pub struct TargetArgs {
    /// Profile of the AWS configuration; may be repeated to scan the account of each
    #[arg(long = "profile", value_name = "NAME")]
    pub profiles: Vec<String>,
    /// Role to assume first; repeated: a chain, in order
    #[arg(long = "role-arn", value_name = "ARN")]
    pub role_arns: Vec<String>,
    /// Every account of the organisation that the credentials belong to
    #[arg(long)]
    pub org: bool,
    /// Accounts from a file, one `id[,name]` a line
    #[arg(long, value_name = "FILE", conflicts_with = "org")]
    pub account_file: Option<PathBuf>,
    /// Role to assume in each account of the organisation or file
    #[arg(long, value_name = "NAME")]
    pub role_name: Option<String>,
    /// External id that the roles ask for
    #[arg(
        long,
        value_name = "ID",
        env = EXTERNAL_ID,
        hide_env_values = true
    )]
    pub external_id: Option<String>,
    /// MFA device of the user that the credentials belong to, its ARN or serial number
    #[arg(long, value_name = "ARN", env = "LAMPPOST_MFA_SERIAL")]
    pub mfa_serial: Option<String>,
    /// What the MFA device shows [default: asked for at a terminal]
    #[arg(
        long,
        value_name = "CODE",
        env = "LAMPPOST_MFA_CODE",
        hide_env_values = true,
        requires = "mfa_serial"
    )]
    pub mfa_code: Option<String>,
    /// Session name in the accounts' CloudTrail
    #[arg(long, value_name = "NAME")]
    pub session_name: Option<String>,
    /// Only accounts below these organisational units
    #[arg(
        long = "ou",
        value_name = "ID",
        value_delimiter = ',',
        requires = "org"
    )]
    pub organizational_units: Vec<String>,
    /// No accounts below these organisational units
    #[arg(
        long = "exclude-ou",
        value_name = "ID",
        value_delimiter = ',',
        requires = "org"
    )]
    pub excluded_units: Vec<String>,
    /// Only accounts with this tag in the organisation; repeated: with all of them
    #[arg(long = "account-tag", value_name = "KEY[=VALUE]", requires = "org")]
    pub account_tags: Vec<String>,
    /// Only these accounts
    #[arg(long = "account", value_name = "ID", value_delimiter = ',')]
    pub accounts: Vec<String>,
    /// Not these accounts
    #[arg(long = "exclude-account", value_name = "ID", value_delimiter = ',')]
    pub excluded_accounts: Vec<String>,
    /// Only part I of N of the accounts, I from 0 on: the same accounts on every machine
    #[arg(long, value_name = "I/N", env = "LAMPPOST_SHARD")]
    pub shard: Option<Shard>,
    /// Only these regions [default: all that are enabled]
    #[arg(long = "region", value_name = "NAME", value_delimiter = ',')]
    pub regions: Vec<String>,
    /// Not these regions
    #[arg(long = "exclude-region", value_name = "NAME", value_delimiter = ',')]
    pub excluded_regions: Vec<String>,
}

/// How fast.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Pace")]
pub struct PaceArgs {
    /// Part of each of AWS's request quotas to use; the rest is left to deployments and scaling
    #[arg(long = "budget", value_name = "PERCENT", default_value_t = Share::default(), value_parser = share)]
    pub share: Share,
    /// Requests under way at once, over all accounts and regions
    #[arg(long, value_name = "COUNT", default_value_t = 128, value_parser = clap::value_parser!(u16).range(1..=4096))]
    pub in_flight: u16,
    /// Accounts that are scanned at once; what was observed in them is in memory together
    #[arg(long, value_name = "COUNT", default_value_t = 16, value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub accounts_at_once: u16,
}

impl PaceArgs {
    /// The limits that follow.
    pub fn limits(&self) -> Limits {
        Limits {
            share: Some(self.share),
            in_flight: self.in_flight.into(),
            ..Limits::default()
        }
    }
}

fn share(typed: &str) -> Result<Share, String> {
    let percent = typed.trim_end_matches('%').trim_end();
    let percent: u8 = percent.parse().map_err(|_| NoShare.to_string())?;
    Share::percent(percent).map_err(|error| error.to_string())
}
