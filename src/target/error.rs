//! What can be wrong with a selection.

use std::fmt;
use std::io;
use std::path::PathBuf;

use thiserror::Error;

use super::Selection;
use crate::aws::{IdentityError, is_role_arn};
use crate::config::{ExternalId, RoleName, SessionName};
use crate::inventory::{AccountId, Gap};

/// Why nothing can be scanned as it was chosen.
#[derive(Debug, Error)]
pub enum TargetError {
    /// There is no identity to begin with.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The organisation could not be listed.
    #[error("the accounts of the organisation could not be listed: {0}")]
    Organization(Box<Gap>),
    /// The base account is in no organisation.
    #[error("account {0} belongs to no organisation")]
    NoOrganization(String),
    /// Other accounts are wanted, but not as whom.
    #[error("`{0}` needs `--role-name`, the role to assume in each account")]
    RoleName(&'static str),
    /// An option that only means something beside another one.
    #[error("`{0}` needs `--org`")]
    NeedsOrganization(&'static str),
    /// Not the ARN of a role.
    #[error("`{0}` is not the ARN of an IAM role")]
    RoleArn(String),
    /// Not a session name.
    #[error("{0}")]
    SessionName(String),
    /// Not an account id.
    #[error("`{0}` is not an account id of twelve digits")]
    Account(String),
    /// A second factor is good for one login.
    #[error("a code of an MFA device is good for one profile, not for several")]
    Mfa,
    /// Not the serial number of an MFA device.
    #[error("`{0}` is not the ARN or serial number of an MFA device")]
    MfaSerial(String),
    /// Not a code of an MFA device; it is not shown.
    #[error("the code of an MFA device is six digits, and this is not")]
    MfaCode,
    /// Not an external id; it is not shown.
    #[error("{0}")]
    ExternalId(String),
    /// A chosen account that the credentials do not lead to.
    #[error("account `{account}` {place}")]
    NotThere {
        /// Twelve digits.
        account: String,
        /// Where it was looked for.
        place: AccountPlace,
    },
    /// An option for the accounts of a list where only one is scanned.
    #[error("`{0}` needs `--org` or `--account-file`")]
    NeedsMany(&'static str),
    /// An option for roles where no role is assumed.
    #[error("`{0}` needs `--org`, `--account-file` or `--role-arn`")]
    NeedsRole(&'static str),
    /// Not the name of a role.
    #[error("`{0}` is not a role's name")]
    RoleNameShape(String),
    /// Every account is left out.
    #[error("no account is left to scan{}", reasons(.0))]
    NothingLeft(Vec<String>),
    /// Every region is left out.
    #[error("no region is left to scan: `--exclude-region` leaves out all of them")]
    NoRegionLeft,
    /// No such unit.
    #[error("the organisation has no unit `{name}`{}", meant(.nearest))]
    Unit {
        /// What the user wrote.
        name: String,
        /// The unit that was probably meant.
        nearest: Option<String>,
    },
    /// The file of accounts cannot be read.
    #[error("cannot read the account file `{path}`")]
    AccountFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of the file of accounts is not an account.
    #[error("`{path}` line {line}: `{text}` is not an account id of twelve digits")]
    AccountLine {
        /// The file.
        path: PathBuf,
        /// Counted from one.
        line: usize,
        /// What stands there.
        text: String,
    },
    /// No such region.
    #[error("there is no region `{name}`{}", meant(.nearest))]
    Region {
        /// What the user wrote.
        name: String,
        /// The region that was probably meant.
        nearest: Option<String>,
    },
}

/// Where a chosen account was looked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum AccountPlace {
    /// Among the accounts that the credentials belong to.
    Credentials(Vec<String>),
    /// In the organization of these accounts.
    Organization(Vec<String>),
    /// In a file of accounts.
    File(PathBuf),
}

impl fmt::Display for AccountPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(accounts) => {
                write!(
                    f,
                    "was chosen, but the credentials belong to {}",
                    list(accounts)
                )
            }
            Self::Organization(accounts) => {
                write!(
                    f,
                    "is not in the organization of account {}",
                    list(accounts)
                )
            }
            Self::File(path) => write!(f, "is not in the account file `{}`", path.display()),
        }
    }
}

fn list(accounts: &[String]) -> String {
    let quoted: Vec<String> = accounts.iter().map(|id| format!("`{id}`")).collect();
    quoted.join(", ")
}

fn reasons(skipped: &[String]) -> String {
    match skipped {
        [] => String::new(),
        skipped => format!(" ({})", skipped.join("; ")),
    }
}

fn meant(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

impl TargetError {
    /// What a person can do about it, where the message does not say it.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Identity(error) => Some(error.help()),
            Self::Organization(gap) => Some(gap.next_step().to_owned()),
            Self::NoOrganization(_) => {
                Some("scan without `--org`, or from the management account".to_owned())
            }
            Self::NotThere {
                place: AccountPlace::Credentials(_),
                ..
            } => Some(
                "use credentials of that account (`--profile`, `--role-arn`), or `--org --role-name NAME`"
                    .to_owned(),
            ),
            Self::RoleNameShape(_) => Some(
                "write the name with its path, without `arn:` and the account; `--role-arn` takes an ARN"
                    .to_owned(),
            ),
            Self::NothingLeft(skipped) if skipped.is_empty() => {
                Some("check the account file and the filters by account, unit and tag".to_owned())
            }
            Self::MfaSerial(_) => Some(
                "write it as in `arn:aws:iam::123456789012:mfa/NAME`; `aws iam list-mfa-devices` shows it"
                    .to_owned(),
            ),
            Self::RoleArn(_) => {
                Some("write it as in `arn:aws:iam::123456789012:role/NAME`".to_owned())
            }
            Self::AccountLine { .. } => {
                Some("write one account a line, `123456789012` or `123456789012,name`".to_owned())
            }
            _ => None,
        }
    }

    /// Whether the command line is at fault, and not the credentials or AWS.
    pub fn is_usage(&self) -> bool {
        use IdentityError::{Endpoint, Region};

        matches!(self, Self::Identity(Endpoint(_) | Region(_)))
            || !matches!(
                self,
                Self::Identity(_)
                    | Self::Organization(_)
                    | Self::NoOrganization(_)
                    | Self::NothingLeft(_)
                    | Self::NoRegionLeft
            )
    }
}

/// Whether a text can be the serial number of an MFA device, which is an ARN for virtual ones.
///
/// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
pub(crate) fn is_serial(text: &str) -> bool {
    (9..=256).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_+=/:,.@-".contains(&byte))
        && (!text.starts_with("arn:") || text.contains(":mfa/"))
}

/// Finds what is wrong before anything is called.
pub(super) fn check(selection: &Selection) -> Result<(), TargetError> {
    if selection.role_name.is_none() {
        if selection.organization {
            return Err(TargetError::RoleName("--org"));
        }
        if selection.account_file.is_some() {
            return Err(TargetError::RoleName("--account-file"));
        }
    }
    let by_unit = !selection.include_units.is_empty() || !selection.exclude_units.is_empty();
    if by_unit && !selection.organization {
        return Err(TargetError::NeedsOrganization("--ou"));
    }
    if !selection.account_tags.is_empty() && !selection.organization {
        return Err(TargetError::NeedsOrganization("--account-tag"));
    }
    if selection.mfa.is_some() && selection.profiles.len() > 1 {
        return Err(TargetError::Mfa);
    }
    if let Some(mfa) = &selection.mfa {
        if !is_serial(&mfa.serial) {
            return Err(TargetError::MfaSerial(mfa.serial.clone()));
        }
        if mfa.code.len() != 6 || !mfa.code.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(TargetError::MfaCode);
        }
    }
    if let Some(id) = &selection.external_id {
        ExternalId::try_from(id.clone()).map_err(TargetError::ExternalId)?;
    }
    let accounts = selection.include_accounts.iter();
    for account in accounts.chain(&selection.exclude_accounts) {
        if AccountId::try_from(account.as_str()).is_err() {
            return Err(TargetError::Account(account.clone()));
        }
    }
    for arn in &selection.role_chain {
        if !is_role_arn(arn) {
            return Err(TargetError::RoleArn(arn.clone()));
        }
    }
    if let Some(name) = &selection.role_name
        && RoleName::try_from(name.clone()).is_err()
    {
        return Err(TargetError::RoleNameShape(name.clone()));
    }
    match &selection.session_name {
        Some(name) => SessionName::try_from(name.clone())
            .map(drop)
            .map_err(TargetError::SessionName),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contradictions_are_found_before_anything_is_called() {
        let base = Selection::default();
        let cases = [
            Selection {
                organization: true,
                ..base.clone()
            },
            Selection {
                account_file: Some("a".into()),
                ..base.clone()
            },
            Selection {
                include_units: vec!["Workloads".into()],
                ..base.clone()
            },
            Selection {
                exclude_accounts: vec!["12".into()],
                ..base.clone()
            },
            Selection {
                role_chain: vec!["audit".into()],
                ..base.clone()
            },
            Selection {
                session_name: Some("a b".into()),
                ..base
            },
        ];
        let said: Vec<_> = cases
            .iter()
            .map(|selection| check(selection).unwrap_err().to_string())
            .collect();
        insta::assert_snapshot!(said.join("\n"), @r#"
    `--org` needs `--role-name`, the role to assume in each account
    `--account-file` needs `--role-name`, the role to assume in each account
    `--ou` needs `--org`
    `12` is not an account id of twelve digits
    `audit` is not the ARN of an IAM role
    `a b` is not a session name: 2 to 64 letters, digits and `+=,.@_-`
    "#);
    }
}
