//! Whom and where, as it was typed; the command line before the configuration.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _, stderr, stdin};

use super::args::{EXTERNAL_ID, ReachArgs, TargetArgs};
use super::error::CliError;
use crate::aws::{Base, Connection, Mfa};
use crate::config;
use crate::operation::Plan;
use crate::scan::Reach;
use crate::target::{Selection, TargetError};

impl ReachArgs {
    /// What is looked at by these calls, with nobody to hear of it yet.
    pub(super) fn reach<'a>(
        &self,
        config: &config::Targets,
        connection: &'a Connection,
        plan: Plan,
    ) -> Result<Reach<'a>, CliError> {
        let selection = self.targets.selection(config)?;
        Ok(Reach {
            regions: self.targets.regions(config),
            excluded_regions: self.targets.excluded_regions(config),
            accounts_at_once: self.pace.accounts_at_once.into(),
            ..Reach::new(connection, Base::Default, selection, plan)
        })
    }
}

impl TargetArgs {
    /// Whom to look at. Asks for the code of an MFA device where none was given.
    pub(super) fn selection(&self, config: &config::Targets) -> Result<Selection, CliError> {
        self.check_roles()?;
        let either = |typed: &Option<String>, set: Option<String>| typed.clone().or(set);
        Ok(Selection {
            profiles: self.profiles.clone(),
            role_chain: self.role_arns.clone(),
            organization: self.org,
            account_file: self.account_file.clone(),
            role_name: either(
                &self.role_name,
                config.role_name.as_ref().map(ToString::to_string),
            ),
            external_id: either(
                &self.external_id,
                config.external_id.as_ref().map(ToString::to_string),
            ),
            session_name: either(
                &self.session_name,
                config.session_name.as_ref().map(ToString::to_string),
            ),
            include_units: self.organizational_units.clone(),
            exclude_units: self.excluded_units.clone(),
            include_accounts: self.accounts.clone(),
            exclude_accounts: self.excluded_accounts.clone(),
            account_tags: self.account_tags.clone(),
            mfa: self.mfa()?,
            shard: self.shard,
            done: BTreeSet::new(),
        })
    }

    /// Refuses what would do nothing: settings of roles where no role is assumed. Those that come from the
    /// environment or the configuration are defaults, which need not be of use.
    fn check_roles(&self) -> Result<(), TargetError> {
        let many = self.org || self.account_file.is_some();
        if self.role_name.is_some() && !many {
            return Err(TargetError::NeedsMany("--role-name"));
        }
        let from_environment = std::env::var(EXTERNAL_ID).ok();
        let external_id = self.external_id.is_some() && self.external_id != from_environment;
        let assumes = many || !self.role_arns.is_empty();
        for (typed, option) in [
            (external_id, "--external-id"),
            (self.session_name.is_some(), "--session-name"),
        ] {
            if typed && !assumes {
                return Err(TargetError::NeedsRole(option));
            }
        }
        Ok(())
    }

    fn mfa(&self) -> Result<Option<Mfa>, CliError> {
        let Some(serial) = self.mfa_serial.clone() else {
            return Ok(None);
        };
        let code = match &self.mfa_code {
            Some(code) => code.clone(),
            None if stdin().is_terminal() => {
                // Where standard error is gone the question is not seen, but can be answered.
                let _ = write!(stderr(), "code of {serial}: ");
                let mut typed = String::new();
                stdin().read_line(&mut typed).map_err(CliError::MfaCode)?;
                typed
            }
            None => return Err(CliError::NoMfaCode),
        };
        let code = code.trim().to_owned();
        Ok(Some(Mfa { serial, code }))
    }

    /// The only regions to look into; none: all.
    pub(super) fn regions(&self, config: &config::Targets) -> Vec<String> {
        chosen(&self.regions, &config.regions)
    }

    /// Regions to leave out.
    pub(super) fn excluded_regions(&self, config: &config::Targets) -> Vec<String> {
        chosen(&self.excluded_regions, &config.exclude_regions)
    }
}

fn chosen<T: ToString>(typed: &[String], set: &BTreeSet<T>) -> Vec<String> {
    if typed.is_empty() {
        set.iter().map(ToString::to_string).collect()
    } else {
        typed.to_vec()
    }
}
