//! What every derivation may look at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use jiff::civil::Date;

use super::{Fact, Home, Privileges};
use crate::inventory::{
    AccountInventory, Function, Gap, GapKind, Observed, RegionApis, RegionBalancers,
    RegionInventory, RegionStatus,
};
use crate::operation::{self, Operation};

/// What the user told Lamppost, as far as facts depend on it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Accounts of the same owner, beside those that the organization lists.
    pub own_accounts: BTreeSet<String>,
    /// Whether there are no others, where the organization cannot be listed.
    pub own_accounts_complete: bool,
    /// The organization, where AWS does not say it.
    pub organization_id: Option<String>,
    /// Accounts outside the organisation that are trusted.
    pub trusted_accounts: BTreeSet<String>,
    /// Organisations other than the account's own that are trusted, by id.
    pub trusted_organizations: BTreeSet<String>,
    /// A runtime whose deprecation is at most that many days away is nearing it.
    pub runtime_horizon_days: i64,
    /// For how many days a log group ought to keep its events at least.
    pub minimum_log_retention_days: i64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            own_accounts: BTreeSet::new(),
            own_accounts_complete: false,
            organization_id: None,
            trusted_accounts: BTreeSet::new(),
            trusted_organizations: BTreeSet::new(),
            runtime_horizon_days: 180,
            minimum_log_retention_days: 365,
        }
    }
}

/// One account as derivations see it: its inventory and what is computed over all its regions.
#[derive(Debug)]
pub struct AccountContext<'a> {
    /// What was observed.
    pub inventory: &'a AccountInventory,
    /// What the user told.
    pub settings: &'a Settings,
    /// The day that dates are compared with: that of the observation.
    pub today: Date,
    /// Functions by the execution role that they use, over all regions.
    pub role_users: BTreeMap<&'a str, Vec<&'a str>>,
    /// Sources of triggers that were looked for, by their ARNs.
    pub sources: BTreeMap<&'a str, &'a Observed<bool>>,
    /// Why the list of functions, or of those that use a role, may be incomplete.
    pub unlisted: Vec<Gap>,
    privileges: OnceLock<Result<Privileges<'a>, &'a Gap>>,
}

impl<'a> AccountContext<'a> {
    /// Prepares an account.
    pub fn new(inventory: &'a AccountInventory, settings: &'a Settings) -> Self {
        let mut role_users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut unlisted: Vec<Gap> = inventory.account.unlisted_regions.iter().cloned().collect();
        let looked_into = inventory
            .regions
            .iter()
            .any(|region| matches!(region.status, RegionStatus::Scanned | RegionStatus::Empty));
        for region in &inventory.regions {
            match &region.status {
                // Nothing can be made or called there, unless every region is closed: then it is to the scanner alone.
                RegionStatus::Denied(gap) if gap.kind == GapKind::ClosedByScp && looked_into => {}
                RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => {
                    unlisted.push(gap.clone());
                }
                RegionStatus::Scanned | RegionStatus::Empty | RegionStatus::NotEnabled => {
                    unlisted.extend(region.listing.gap().cloned());
                }
            }
            for function in &region.functions {
                let configuration = &function.configuration;
                match (&configuration.role, &configuration.master_arn) {
                    (Some(role), None) => {
                        role_users.entry(role).or_default().push(&function.arn);
                    }
                    (None, None) => unlisted.push(roleless(inventory, region, function)),
                    (_, Some(_)) => {}
                }
            }
        }
        let today = inventory
            .account
            .observed_at
            .to_zoned(jiff::tz::TimeZone::UTC)
            .date();
        Self {
            inventory,
            settings,
            today,
            role_users,
            sources: inventory
                .services
                .sources
                .iter()
                .map(|source| (source.arn.as_str(), &source.exists))
                .collect(),
            unlisted,
            privileges: OnceLock::new(),
        }
    }

    /// What the principals of the account may do.
    ///
    /// # Errors
    /// The gap where they could not be read.
    pub fn privileges(&self) -> Result<&Privileges<'a>, &'a Gap> {
        let privileges = self.privileges.get_or_init(|| {
            let complete = self.unlisted.is_empty();
            let iam = self.inventory.services.iam.as_result()?;
            Ok(Privileges::new(
                self.inventory,
                iam,
                &self.role_users,
                complete,
            ))
        });
        privileges.as_ref().map_err(|gap| *gap)
    }

    /// The same account, looking at one function.
    pub fn function(&'a self, region: &'a RegionInventory, function: &'a Function) -> Context<'a> {
        Context {
            account: self,
            region,
            function,
        }
    }

    /// The account's id.
    pub fn id(&self) -> &'a str {
        &self.inventory.account.id
    }

    /// APIs of that region that policies of functions let in; `None` where nobody looked.
    pub fn apis(&self, region: &str) -> Option<&'a RegionApis> {
        self.inventory
            .services
            .apis
            .iter()
            .find(|one| one.region == region)
    }

    /// Load balancers in front of functions of that region; `None` where nobody looked.
    pub fn balancers(&self, region: &str) -> Option<&'a RegionBalancers> {
        let mut balancers = self.inventory.services.balancers.iter();
        balancers.find(|one| one.region == region)
    }

    /// Whose other accounts are, seen from this one.
    pub fn home(&self) -> Home<'a> {
        Home::of(self)
    }
}

/// A function that may use any role.
fn roleless(account: &AccountInventory, region: &RegionInventory, function: &Function) -> Gap {
    let message = "the answer does not say the execution role";
    Gap::new(
        &operation::lambda::LIST_FUNCTIONS,
        GapKind::Malformed,
        message,
    )
    .at(&account.account.id, &region.region)
    .about(&function.arn)
}

/// One function with everything around it.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Its account.
    pub account: &'a AccountContext<'a>,
    /// Its region.
    pub region: &'a RegionInventory,
    /// The function.
    pub function: &'a Function,
}

impl Context<'_> {
    /// Whether the function is a container image.
    pub fn is_image(&self) -> Fact<bool> {
        match self.function.configuration.package_type.as_str() {
            "Image" => Fact::Known(true),
            "Zip" => Fact::Known(false),
            other => Fact::unknown(&self.unrecognised(
                &operation::lambda::LIST_FUNCTIONS,
                "package type",
                other,
            )),
        }
    }

    /// A gap for a value that this version does not know, or that AWS left out although it always
    /// sends it: never taken for a pass.
    pub fn unrecognised(&self, operation: &Operation, what: &str, value: &str) -> Gap {
        let (kind, message) = if value.is_empty() {
            let message = format!("the answer does not say the {what}");
            (GapKind::Malformed, message)
        } else {
            let message = format!("{what} `{value}` is not known to this version");
            (GapKind::Unrecognised, message)
        };
        Gap::new(operation, kind, message)
            .at(self.account.id(), &self.region.region)
            .about(&self.function.arn)
    }
}

/// The account field of an ARN; none where the ARN has none or is not one.
pub fn arn_account(arn: &str) -> Option<&str> {
    let mut fields = arn.split(':');
    if fields.next() != Some("arn") {
        return None;
    }
    fields.nth(3).filter(|account| !account.is_empty())
}
