//! Why there is no identity to scan with, and what a person can do about it.

use aws_credential_types::provider::error::CredentialsError;
use thiserror::Error;

use super::client::Session;
use super::credentials::Base;
use super::endpoint::{WrongEndpoint, shown};
use super::error::chain;
use super::profile;
use crate::check::nearest::nearest;
use crate::inventory::{Gap, GapKind};
use crate::reference::{Partition, partitions};

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
    #[error("the SSO session{} has expired or was never begun", of(.profile))]
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
    #[error(transparent)]
    Endpoint(#[from] WrongEndpoint),
    /// What the user names as a region is none.
    #[error("`{0}` is not the name of a region")]
    Region(String),
    /// The files of the AWS configuration cannot be read.
    #[error("the AWS configuration cannot be read: {0}")]
    Configuration(String),
    /// The environment names half of a key.
    #[error("{given} is set and {missing} is not")]
    Key {
        /// The variable that is set.
        given: &'static str,
        /// The one that is not.
        missing: &'static str,
    },
    /// Nobody answered.
    #[error("cannot reach {endpoint}: {gap}")]
    Unreachable {
        /// What was called.
        endpoint: String,
        /// The call.
        gap: Box<Gap>,
    },
    /// The process that is to print credentials failed.
    #[error("the `credential_process`{} failed: {reason}", of(.profile))]
    Process {
        /// The profile, where one was named.
        profile: Option<String>,
        /// What it did.
        reason: String,
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
                format!("log in: aws sso login --profile {name}")
            }
            Self::SsoExpired { profile: None } => "log in: aws sso login".into(),
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
                "write the scheme, the host and the port, as in `http://localhost:4566`".into()
            }
            Self::Region(name) => {
                let near = nearest(name, regions());
                let near = near.map(|near| format!("did you mean `{near}`? "));
                format!("{}{REGION}", near.unwrap_or_default())
            }
            Self::Configuration(_) => {
                "correct the file; AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE name other files"
                    .into()
            }
            Self::Key { given, missing } => format!("set {missing}, or unset {given}"),
            Self::Unreachable { endpoint, gap } => match (unknown(endpoint, &gap.region), proxy(endpoint)) {
                (Some(hint), _) => hint,
                (None, Some((variable, proxy))) => format!(
                    "check that the proxy `{proxy}` of {variable} answers, or name the host in NO_PROXY"
                ),
                (None, None) => "check the network, the proxy and AWS_ENDPOINT_URL".into(),
            },
            Self::Process { .. } => {
                "run the command of `credential_process` in ~/.aws/config by hand".into()
            }
            Self::Source { profile: None, .. } => {
                "check the variables of the environment that begin with AWS_".into()
            }
            Self::Source { .. } => "check the profile in ~/.aws/config".into(),
        }
    }
}

/// Where a region is set.
const REGION: &str = "check AWS_REGION, AWS_DEFAULT_REGION and `region` in ~/.aws/config";

fn regions() -> impl Iterator<Item = &'static str> {
    partitions().iter().flat_map(Partition::regions)
}

/// What to look at where AWS does not answer in a region that may not exist.
fn unknown(endpoint: &str, region: &str) -> Option<String> {
    let unknown = endpoint == AWS && regions().all(|known| known != region);
    unknown.then(|| {
        let near = nearest(region, regions());
        let near = near.map(|near| format!("did you mean `{near}`? "));
        format!(
            "{}this version of Lamppost knows no region `{region}`: {REGION}",
            near.unwrap_or_default()
        )
    })
}

/// The endpoint where none is set.
const AWS: &str = "AWS";

/// The proxy that requests go through, and the variable that names it.
fn proxy(endpoint: &str) -> Option<(&'static str, String)> {
    let variables: &[&'static str] = match endpoint.contains("http://") {
        true => &["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        false => &["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
    };
    variables.iter().find_map(|variable| {
        let value = std::env::var(variable).ok()?;
        (!value.is_empty()).then(|| (*variable, shown(&value)))
    })
}

/// Credentials that could not be loaded.
pub(super) async fn not_loaded(
    error: &CredentialsError,
    base: &Base,
    profile: Option<String>,
) -> IdentityError {
    let reason = chain(error);
    if let Some(reason) = of_process(&reason) {
        return IdentityError::Process { profile, reason };
    }
    let lower = reason.to_lowercase();
    if lower.contains("sso") && (lower.contains("token") || lower.contains("session")) {
        return IdentityError::SsoExpired { profile };
    }
    let nowhere = match error {
        CredentialsError::CredentialsNotLoaded(_) => true,
        // the last place where credentials are looked for: there were none in any other
        _ => lower.contains("imds"),
    };
    match (base, profile) {
        (Base::Default, None) => match half_a_key().or_else(lost_token) {
            Some(fault) => fault,
            None => match profile::unread().await {
                Some(unread) => unread,
                None if nowhere => IdentityError::NoCredentials,
                None => IdentityError::Source {
                    profile: None,
                    reason,
                },
            },
        },
        (_, profile) => IdentityError::Source { profile, reason },
    }
}

/// The token of a web identity that the environment names, where it cannot be read.
fn lost_token() -> Option<IdentityError> {
    let variable = "AWS_WEB_IDENTITY_TOKEN_FILE";
    let file = std::env::var_os(variable)?;
    let error = std::fs::File::open(&file).err()?;
    let file = file.to_string_lossy();
    Some(IdentityError::Source {
        profile: None,
        reason: format!("{variable} names `{file}`, which cannot be read: {error}"),
    })
}

/// What is wrong with a process that is to print credentials. What it printed may hold them, and is not shown.
fn of_process(said: &str) -> Option<String> {
    if said.contains("could not parse response") {
        return Some("it printed no credentials in the JSON that is expected".to_owned());
    }
    let (_, ended) = said.split_once("external process exited with code exit status: ")?;
    let (status, said) = ended.split_once(". Stderr: ").unwrap_or((ended, ""));
    let said = match said.trim() {
        "" => String::new(),
        said => format!(": {said}"),
    };
    Some(format!("it ended with exit status {status}{said}"))
}

/// The variables of a key, of which the environment holds one.
fn half_a_key() -> Option<IdentityError> {
    let (id, secret) = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY");
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let (given, missing) = match (set(id), set(secret)) {
        (true, false) => (id, secret),
        (false, true) => (secret, id),
        _ => return None,
    };
    Some(IdentityError::Key { given, missing })
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
            .endpoint_of("STS")
            .map_or_else(|| AWS.to_owned(), |url| format!("`{url}`"));
        return IdentityError::Unreachable { endpoint, gap };
    }
    IdentityError::Rejected { profile, gap }
}
