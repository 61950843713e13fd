//! Why there is no identity to scan with, and what a person can do about it.

use aws_credential_types::provider::error::CredentialsError;
use thiserror::Error;

use super::client::Session;
use super::credentials::Base;
use super::error::chain;
use crate::inventory::{Gap, GapKind};

/// Why there is no identity to scan with.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
pub enum IdentityError {
    /// Nothing and nobody offers credentials.
    #[error("no AWS credentials were found")]
    NoCredentials,
    /// There is no such profile.
    #[error("there is no profile `{0}`")]
    UnknownProfile(String),
    /// The profile has none.
    #[error("profile `{profile}` holds no credentials: {reason}")]
    Profile {
        /// The profile's name.
        profile: String,
        /// What the SDK says of it.
        reason: String,
    },
    /// The login of a person ended.
    #[error("the SSO session{} has expired", of(.profile))]
    SsoExpired {
        /// The profile, where one was named.
        profile: Option<String>,
    },
    /// AWS does not know the credentials, or they have ended.
    #[error("AWS does not accept the credentials{}: {gap}", of(.profile))]
    Rejected {
        /// The profile, where one was named.
        profile: Option<String>,
        /// The refused call.
        gap: Box<Gap>,
    },
    /// The second factor was not taken.
    #[error("AWS does not take the code of the MFA device: {0}")]
    Mfa(Box<Gap>),
    /// What the user names as AWS's address is none.
    #[error("`{0}` is not the address of an endpoint")]
    Endpoint(String),
    /// Nobody answered.
    #[error("cannot reach {endpoint}: {gap}")]
    Unreachable {
        /// What was called.
        endpoint: String,
        /// The call.
        gap: Box<Gap>,
    },
    /// The source of credentials failed.
    #[error("the credentials{} could not be loaded: {reason}", of(.profile))]
    Source {
        /// The profile, where one was named.
        profile: Option<String>,
        /// What the SDK says of it.
        reason: String,
    },
}

fn of(profile: &Option<String>) -> String {
    profile
        .as_ref()
        .map_or_else(String::new, |name| format!(" of profile `{name}`"))
}

impl IdentityError {
    /// What a person can do about it, in one line.
    pub fn help(&self) -> String {
        match self {
            Self::NoCredentials => {
                "set AWS_PROFILE, give --profile, or log in (`aws configure`, `aws sso login`)"
                    .into()
            }
            Self::UnknownProfile(_) => "`aws configure list-profiles` shows the profiles".into(),
            Self::Profile { .. } => "check the profile in ~/.aws/config".into(),
            Self::SsoExpired {
                profile: Some(name),
            } => {
                format!("log in again: aws sso login --profile {name}")
            }
            Self::SsoExpired { profile: None } => "log in again: aws sso login".into(),
            Self::Rejected { gap, .. } if gap.kind == GapKind::ExpiredCredentials => {
                "renew the credentials".into()
            }
            Self::Rejected { .. } => {
                "check the access key, and that AWS_REGION lies in the credentials' partition"
                    .into()
            }
            Self::Mfa(_) => {
                "type a fresh code; only users of IAM have MFA devices, roles and SSO logins have none"
                    .into()
            }
            Self::Endpoint(_) => {
                "write AWS_ENDPOINT_URL with its scheme, as in `http://localhost:4566`".into()
            }
            Self::Unreachable { .. } => "check the network, the proxy and AWS_ENDPOINT_URL".into(),
            Self::Source { .. } => "check the profile in ~/.aws/config".into(),
        }
    }
}

/// Credentials that could not be loaded.
pub(super) fn not_loaded(
    error: &CredentialsError,
    base: &Base,
    profile: Option<String>,
) -> IdentityError {
    let reason = chain(error);
    let lower = reason.to_lowercase();
    if lower.contains("sso") && (lower.contains("token") || lower.contains("session")) {
        return IdentityError::SsoExpired { profile };
    }
    let unknown = |name: &String| reason.contains(&format!("profile `{name}` was not defined"));
    if let Some(name) = profile.clone().filter(unknown) {
        return IdentityError::UnknownProfile(name);
    }
    if let Some(name) = &profile {
        let Some(defined) = defined(name) else {
            return IdentityError::UnknownProfile(name.clone());
        };
        if let Some(source) = defined
            .source_profile
            .filter(|one| self::defined(one).is_none())
        {
            return IdentityError::Profile {
                profile: name.clone(),
                reason: format!("its source profile `{source}` is not defined"),
            };
        }
    }
    match (error, base, profile) {
        (
            CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_),
            Base::Profile(_),
            Some(profile),
        ) => IdentityError::Profile {
            profile,
            reason: if reason.contains("was not enabled") {
                "it names no key, role, login or process".to_owned()
            } else {
                reason
            },
        },
        (CredentialsError::CredentialsNotLoaded(_), _, _) => IdentityError::NoCredentials,
        // the last place where credentials are looked for: there were none in any other
        (_, Base::Default, None) if lower.contains("imds") => IdentityError::NoCredentials,
        (_, _, profile) => IdentityError::Source { profile, reason },
    }
}

/// A profile as the files of the AWS configuration define it.
#[derive(Default)]
struct Defined {
    source_profile: Option<String>,
}

/// Looks a profile up; none where no file defines it. The SDK takes such a one for an empty one where there is no file at
/// all.
fn defined(profile: &str) -> Option<Defined> {
    let home = std::env::var("HOME").unwrap_or_default();
    let files = [
        ("AWS_CONFIG_FILE", ".aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", ".aws/credentials"),
    ];
    let mut found: Option<Defined> = None;
    for (variable, usual) in files {
        let path = std::env::var(variable).unwrap_or_else(|_| format!("{home}/{usual}"));
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let mut inside = false;
        for line in text.lines().map(str::trim) {
            if let Some(section) = line.strip_prefix('[') {
                let name = section.split(']').next().unwrap_or_default().trim();
                inside = name.trim_start_matches("profile ").trim() == profile;
                if inside {
                    found.get_or_insert_default();
                }
            } else if let (true, Some((key, value)), Some(found)) =
                (inside, line.split_once('='), &mut found)
                && key.trim() == "source_profile"
            {
                found.source_profile = Some(value.trim().to_owned());
            }
        }
    }
    found
}

/// Credentials that AWS did not take.
pub(super) fn refused(session: &Session, gap: Gap, profile: Option<String>) -> IdentityError {
    let unreachable = matches!(
        gap.kind,
        GapKind::Network | GapKind::Timeout | GapKind::ServerFault | GapKind::Malformed
    );
    let gap = Box::new(gap);
    if unreachable {
        let endpoint = session
            .endpoint_url()
            .map_or_else(|| "AWS".to_owned(), |url| format!("`{url}`"));
        return IdentityError::Unreachable { endpoint, gap };
    }
    IdentityError::Rejected { profile, gap }
}
