//! What can be set.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::load::Origin;
use super::text::{
    AccountPattern, CallPattern, ExternalId, OrganizationId, RegionPattern, RoleName, SessionName,
};
use crate::analysis::Settings;
use crate::check::Severity;
use crate::inventory::{AccountId, RegionName};

/// The contents of `lamppost.toml`; everything may be left out.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// From when on something counts.
    pub thresholds: Thresholds,
    /// Which accounts are yours, and whom else you trust.
    pub trust: Trust,
    /// Where to scan and how to get in; the command line wins.
    pub targets: Targets,
    /// How secrets that were found are told apart.
    pub secrets: Secrets,
    /// Gaps that are known and accepted: they stay in reports, marked, and make no scan incomplete.
    pub accept: Vec<AcceptedGap>,
    /// Changes to single checks, by their id.
    #[schemars(with = "BTreeMap<String, CheckOverride>")]
    pub checks: BTreeMap<Spanned<String>, CheckOverride>,
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) origin: Option<Origin>,
}

/// From when on something counts.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Thresholds {
    /// A runtime whose deprecation is at most that many days away is nearing it.
    pub runtime_horizon_days: u16,
    /// For how many days a log group ought to keep its events at least.
    pub minimum_log_retention_days: u16,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            runtime_horizon_days: 180,
            minimum_log_retention_days: 365,
        }
    }
}

/// Which accounts are yours, and whom else you trust.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Trust {
    /// Your own accounts, by id. Those of your organization need not be named where the scanner can list it, which
    /// AWS allows from the management account and from delegated administrators.
    pub own_accounts: BTreeSet<AccountId>,
    /// Whether `own-accounts` names all of them: every other account is somebody else's then.
    pub own_accounts_complete: bool,
    /// Your organization, by id, where the scanner may not ask for it.
    pub organization_id: Option<OrganizationId>,
    /// Accounts of others that you trust, by id.
    pub accounts: BTreeSet<AccountId>,
    /// Organizations of others that you trust, by id.
    pub organizations: BTreeSet<OrganizationId>,
}

/// Where to scan and how to get in.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Targets {
    /// Only these regions; empty: all that are enabled.
    pub regions: BTreeSet<RegionName>,
    /// Not these regions.
    pub exclude_regions: BTreeSet<RegionName>,
    /// The role to assume in every account of the organisation.
    pub role_name: Option<RoleName>,
    /// The external id that the role asks for.
    pub external_id: Option<ExternalId>,
    /// The session's name, as CloudTrail shows it.
    pub session_name: Option<SessionName>,
}

/// How secrets that were found are told apart.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Secrets {
    /// The environment variable that holds the key of the fingerprints, so that the same secret
    /// has the same fingerprint in every run; without it each run has a key of its own. The key
    /// itself never stands in this file.
    pub fingerprint_key_env: Option<String>,
}

/// Gaps that are known and accepted. Every pattern is anchored; `*` and `?` are wildcards.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct AcceptedGap {
    /// The call that failed, as reports write it: `lambda:GetFunction`.
    pub operation: CallPattern,
    /// Only in these accounts, by id.
    pub account: Option<AccountPattern>,
    /// Only in these regions.
    pub region: Option<RegionPattern>,
    /// Only for these resources, by the ARN or id in the report.
    pub resource: Option<String>,
    /// Why the gap is no matter.
    pub reason: String,
    /// The last day on which it is accepted, as in `"2027-03-31"`.
    #[serde(deserialize_with = "day")]
    pub until: Date,
}

/// A day as people write it. The parser's own words would speak of what it could not parse.
fn day<'de, D: Deserializer<'de>>(from: D) -> Result<Date, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Day {
        Text(String),
        Date(toml::value::Datetime),
    }
    let wrong = |text: &str| {
        D::Error::custom(format!(
            "{text} is not a day: write it as in \"2027-03-31\""
        ))
    };
    let text = match Day::deserialize(from) {
        Ok(Day::Text(text)) => text,
        Ok(Day::Date(date)) => date.to_string(),
        Err(_) => return Err(wrong("this")),
    };
    text.parse().map_err(|_| wrong(&format!("`{text}`")))
}

/// What to change in one check.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct CheckOverride {
    /// Do not run it.
    pub disable: bool,
    /// How bad it is when it fails, instead of what the check says.
    pub severity: Option<Severity>,
}

impl Config {
    /// What derivations need of it.
    pub fn settings(&self) -> Settings {
        let trust = &self.trust;
        Settings {
            own_accounts: trust.own_accounts.iter().map(ToString::to_string).collect(),
            own_accounts_complete: trust.own_accounts_complete,
            organization_id: trust.organization_id.as_ref().map(ToString::to_string),
            trusted_accounts: trust.accounts.iter().map(ToString::to_string).collect(),
            trusted_organizations: trust
                .organizations
                .iter()
                .map(ToString::to_string)
                .collect(),
            runtime_horizon_days: self.thresholds.runtime_horizon_days.into(),
            minimum_log_retention_days: self.thresholds.minimum_log_retention_days.into(),
        }
    }

    /// Everything that is set but where to scan and whose accounts are whose, as a text: the same for the same settings, wherever
    /// they stand in the file.
    pub(crate) fn terms(&self) -> String {
        let checks: Vec<_> = self
            .checks
            .iter()
            .map(|(id, change)| (id.get_ref(), change))
            .collect();
        let rest = Self {
            trust: Trust {
                accounts: self.trust.accounts.clone(),
                organizations: self.trust.organizations.clone(),
                ..Trust::default()
            },
            checks: BTreeMap::new(),
            targets: Targets::default(),
            accept: Vec::new(),
            origin: None,
            ..self.clone()
        };
        format!("{rest:?} {checks:?}")
    }

    /// Which accounts are the user's, as a text: the same for the same accounts.
    pub(crate) fn owner_terms(&self) -> String {
        let trust = &self.trust;
        let (accounts, complete) = (&trust.own_accounts, trust.own_accounts_complete);
        format!("{accounts:?} {complete} {:?}", trust.organization_id)
    }

    /// Ids of the checks that are not to run.
    pub fn disabled(&self) -> impl Iterator<Item = &str> {
        self.checks
            .iter()
            .filter(|(_, change)| change.disable)
            .map(|(id, _)| id.get_ref().as_str())
    }
}
