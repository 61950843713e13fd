//! Who we are: the credentials to begin with, and the roles that are assumed from there.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::credential_feature::AwsCredentialFeature;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::future;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use thiserror::Error;

use super::cached::Cached;
use super::client::{Connection, Session};
use super::endpoint;
use super::error::{Call, cause, chain, gap};
use super::identity::{IdentityError, not_loaded, refused};
use super::profile;
use crate::config::RoleName;
use crate::inventory::{AccountId, Gap, GapKind, RegionName};
use crate::operation;

/// Which credentials a session begins with.
#[derive(Clone, Debug)]
pub enum Base {
    /// As every AWS tool finds them: environment, profile, SSO, container, instance.
    Default,
    /// A profile of the shared configuration, whatever the environment says.
    Profile(String),
    /// Given ones, with nothing read from the environment: recordings and tests.
    Given {
        /// Where calls go that could go anywhere.
        region: String,
    },
    /// Something that stands in for AWS and takes any secret, with nothing read from the
    /// environment: emulators in tests.
    At {
        /// Its address.
        endpoint: String,
        /// Where calls go that could go anywhere.
        region: String,
        /// The access key, by which the stand-in tells callers apart.
        access_key: String,
    },
}

/// The second factor of a user.
#[derive(Clone)]
pub struct Mfa {
    /// The device's ARN, or its serial number.
    pub serial: String,
    /// What it shows now.
    pub code: String,
}

impl fmt::Debug for Mfa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mfa")
            .field("serial", &self.serial)
            .finish_non_exhaustive()
    }
}

impl Base {
    /// The profile that the environment names, where nothing else is named: the chain of providers takes a profile that
    /// does not exist for one that is empty, and goes on to the metadata service. Keys in the environment win over it,
    /// as they do in the chain.
    fn or_environment(self) -> Self {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        match (&self, set("AWS_ACCESS_KEY_ID"), set("AWS_PROFILE")) {
            (Self::Default, None, Some(profile)) => Self::Profile(profile),
            _ => self,
        }
    }
}

/// A role to assume.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// The session name, as it stands in the account's audit trail.
    pub session_name: String,
}

impl Session {
    /// Loads credentials and asks AWS whose they are.
    ///
    /// # Errors
    /// When there are none, or AWS does not accept them.
    pub async fn open(connection: &Connection, base: &Base) -> Result<Self, IdentityError> {
        let base = &base.clone().or_environment();
        if let Base::Profile(name) = base
            && let Some(fault) = profile::fault(name).await
        {
            return Err(fault);
        }
        let (config, credentials) = configure(connection, base).await?;
        let profile = match base {
            Base::Profile(name) => Some(name.clone()),
            Base::Default | Base::Given { .. } | Base::At { .. } => None,
        };
        if let Some(provider) = config.credentials_provider()
            && let Err(error) = provider.provide_credentials().await
        {
            return Err(not_loaded(&error, base, profile).await);
        }
        let unknown = Self::new(connection.clone(), config, credentials, "", "aws");
        let region = unknown.home_region().to_owned();
        // Somebody waits at a terminal: a wrong address is to be told soon.
        let retry = RetryConfig::standard().with_max_attempts(connection.attempts().min(3));
        let hasty = aws_sdk_sts::config::Builder::new().retry_config(retry);
        let call = unknown.sts(&region).get_caller_identity();
        let answer = call.customize().config_override(hasty).send().await;
        let caller = answer.map_err(|error| {
            let gap = gap(
                &error,
                &Call {
                    operation: &operation::sts::GET_CALLER_IDENTITY,
                    account: "",
                    region: &region,
                    resource: None,
                },
            );
            refused(&unknown, gap, profile.clone())
        })?;
        let arn = caller.arn().unwrap_or_default();
        let partition = arn.split(':').nth(1).unwrap_or("aws").to_owned();
        let account = caller.account().or_else(|| arn.split(':').nth(4));
        // both become parts of paths and of ARNs
        let account = account.and_then(|account| AccountId::try_from(account).ok());
        let Some(account) = account.filter(|_| is_partition(&partition)) else {
            let reason = "the answer of sts:GetCallerIdentity names no account".to_owned();
            return Err(IdentityError::Source { profile, reason });
        };
        Ok(unknown.as_caller(&account, &partition, arn))
    }

    /// A session with made-up credentials, of which nobody is asked: for transports that answer
    /// whoever calls.
    pub async fn given(connection: &Connection, account: &str, region: &str) -> Self {
        let source = made_up(region, "LAMPPOSTREPLAY");
        let (config, credentials) = cached(connection, source);
        Self::new(connection.clone(), config, credentials, account, "aws")
    }

    /// The same caller with a second factor, where there is one: for 36 hours, the longest that AWS gives.
    ///
    /// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html>
    ///
    /// # Errors
    /// When AWS does not take the code.
    pub async fn second_factor(self, mfa: Option<&Mfa>) -> Result<Self, IdentityError> {
        let Some(Mfa { serial, code }) = mfa else {
            return Ok(self);
        };
        let region = self.home_region();
        let asked = self.sts(region).get_session_token();
        let asked = asked.serial_number(serial).token_code(code);
        let answer = asked.duration_seconds(36 * 3600).send().await;
        let call = Call {
            operation: &operation::sts::GET_SESSION_TOKEN,
            account: self.account(),
            region,
            resource: Some(serial),
        };
        let answer = answer.map_err(|error| IdentityError::Mfa(Box::new(gap(&error, &call))))?;
        let Some(given) = answer.credentials else {
            let message = "the answer holds no credentials";
            let gap = Gap::new(call.operation, GapKind::Malformed, message);
            return Err(IdentityError::Mfa(Box::new(gap.at(self.account(), region))));
        };
        let credentials = Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            SystemTime::try_from(given.expiration).ok(),
            "lamppost-mfa",
        );
        let provider = SharedCredentialsProvider::new(credentials);
        let config = self
            .config()
            .to_builder()
            .credentials_provider(provider)
            .build();
        let (account, partition) = (self.account(), self.partition());
        let arn = self.caller().unwrap_or_default();
        let session = Self::new(self.connection().clone(), config, None, account, partition);
        Ok(session.as_caller(account, partition, arn))
    }

    /// The session of a role, assumed from this one and renewed before it ends.
    ///
    /// Nothing is called yet: [`Session::enter`] does.
    pub fn assume(&self, role: &Role) -> Self {
        let account = role.arn.split(':').nth(4).unwrap_or_default().to_owned();
        let provider = Arc::new(Cached::new(AssumedRole {
            through: self.clone(),
            role: role.clone(),
        }));
        let shared: Arc<dyn ProvideCredentials> = provider.clone();
        let config = self
            .config()
            .to_builder()
            .credentials_provider(SharedCredentialsProvider::new(shared))
            .region(Region::new(self.home_region().to_owned()))
            .build();
        Self::new(
            self.connection().clone(),
            config,
            Some(provider),
            &account,
            self.partition(),
        )
    }

    /// Where the credentials come from, outermost first, and when they end, as far as they say it.
    pub async fn credentials(&self) -> (Vec<String>, Option<SystemTime>) {
        let Some(provider) = self.config().credentials_provider() else {
            return (Vec::new(), None);
        };
        match provider.provide_credentials().await {
            Ok(credentials) => (source(&credentials), credentials.expiry()),
            Err(_) => (Vec::new(), None),
        }
    }

    /// Makes sure that there are credentials for this session.
    ///
    /// # Errors
    /// The gap behind the call that failed, such as a denied `sts:AssumeRole`.
    pub async fn enter(&self) -> Result<(), Gap> {
        let Some(provider) = self.config().credentials_provider() else {
            return Ok(());
        };
        match provider.provide_credentials().await {
            Ok(_) => Ok(()),
            Err(error) => Err(credentials_gap(&error)
                .unwrap_or_else(|| {
                    let message = chain(&error);
                    Gap::new(
                        &operation::sts::ASSUME_ROLE,
                        GapKind::ExpiredCredentials,
                        message,
                    )
                })
                .at(self.account(), self.home_region())),
        }
    }
}

/// Whether a text is the ARN of an IAM role.
pub fn is_role_arn(arn: &str) -> bool {
    let mut parts = arn.splitn(6, ':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(is_partition)
        && parts.next() == Some("iam")
        && parts.next() == Some("")
        && parts
            .next()
            .is_some_and(|account| AccountId::try_from(account).is_ok())
        && parts
            .next()
            .and_then(|resource| resource.strip_prefix("role/"))
            .is_some_and(|name| RoleName::try_from(name.to_owned()).is_ok())
}

/// Whether a text has the shape of a partition, such as `aws` or `aws-us-gov`.
fn is_partition(text: &str) -> bool {
    text.starts_with("aws")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
}

async fn configure(
    connection: &Connection,
    base: &Base,
) -> Result<(SdkConfig, Option<Arc<Cached>>), IdentityError> {
    let loaded = match base {
        Base::Given { region } => made_up(region, "LAMPPOSTREPLAY"),
        Base::At {
            endpoint,
            region,
            access_key,
        } => made_up(region, access_key)
            .into_builder()
            .endpoint_url(endpoint)
            .build(),
        Base::Default => connection.loader().load().await,
        // the environment's keys would win in the default chain
        Base::Profile(name) => {
            let loader = connection.loader().profile_name(name);
            let config = loader.load().await;
            let mut provider = ProviderConfig::without_region()
                .with_region(config.region().cloned())
                .with_behavior_version(config.behavior_version());
            if let Some(http) = config.http_client() {
                provider = provider.with_http_client(http);
            }
            let credentials = ProfileFileCredentialsProvider::builder()
                .configure(&provider)
                .profile_name(name)
                .build();
            config
                .into_builder()
                .credentials_provider(SharedCredentialsProvider::new(credentials))
                .build()
        }
    };
    let loaded = endpoint::settle(with_region(loaded)?)?;
    Ok(cached(connection, loaded))
}

/// The configuration with a region that can be one. An empty setting is none.
fn with_region(config: SdkConfig) -> Result<SdkConfig, IdentityError> {
    match config.region().map(ToString::to_string) {
        Some(name) if name.is_empty() => {
            let mut builder = config.into_builder();
            builder.set_region(None);
            Ok(builder.build())
        }
        Some(name) if RegionName::try_from(name.as_str()).is_err() => {
            Err(IdentityError::Region(name))
        }
        _ => Ok(config),
    }
}

/// The settled configuration, with credentials that are asked for once.
fn cached(connection: &Connection, loaded: SdkConfig) -> (SdkConfig, Option<Arc<Cached>>) {
    let source = loaded.credentials_provider();
    let settled = connection.settle(loaded);
    let Some(source) = source else {
        return (settled, None);
    };
    let cached = Arc::new(Cached::new(source));
    let shared: Arc<dyn ProvideCredentials> = cached.clone();
    let config = settled
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(shared))
        .build();
    (config, Some(cached))
}

/// What the SDK noted of the way that credentials took, last step first.
fn source(credentials: &Credentials) -> Vec<String> {
    use AwsCredentialFeature as From;

    let noted = credentials.get_property::<Vec<From>>();
    let mut steps: Vec<String> = noted
        .into_iter()
        .flatten()
        .map(|step| match step {
            From::CredentialsEnvVars => "environment variables".to_owned(),
            From::CredentialsProfile => "profile".to_owned(),
            From::CredentialsProfileSourceProfile => "source profile".to_owned(),
            From::CredentialsProfileNamedProvider => "named provider of a profile".to_owned(),
            From::CredentialsStsAssumeRole => "assumed role".to_owned(),
            From::CredentialsProfileSso | From::CredentialsSso => "SSO login".to_owned(),
            From::CredentialsProfileProcess | From::CredentialsProcess => {
                "credential process".to_owned()
            }
            From::CredentialsHttp => "container".to_owned(),
            From::CredentialsImds => "instance metadata".to_owned(),
            From::CredentialsProfileLogin | From::CredentialsLogin => "console login".to_owned(),
            From::CredentialsProfileStsWebIdToken
            | From::CredentialsEnvVarsStsWebIdToken
            | From::CredentialsStsAssumeRoleWebId => "web identity token".to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    steps.dedup();
    steps.reverse();
    steps
}

fn made_up(region: &str, access_key: &str) -> SdkConfig {
    let credentials = Credentials::new(access_key, "none", None, None, "given");
    SdkConfig::builder()
        .region(Region::new(region.to_owned()))
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

/// A role could not be assumed.
#[derive(Debug, Error)]
#[error("{0}")]
struct NotAssumed(Gap);

/// The gap behind credentials that could not be had, where a call of ours was behind it.
pub(crate) fn credentials_gap(error: &(dyn std::error::Error + 'static)) -> Option<Gap> {
    cause::<NotAssumed>(error).map(|failure| failure.0.clone())
}

#[derive(Debug)]
struct AssumedRole {
    through: Session,
    role: Role,
}

impl ProvideCredentials for AssumedRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.call())
    }
}

impl AssumedRole {
    async fn call(&self) -> Result<Credentials, CredentialsError> {
        let region = self.through.home_region();
        let answer = self
            .through
            .sts(region)
            .assume_role()
            .role_arn(&self.role.arn)
            .role_session_name(&self.role.session_name)
            .set_external_id(self.role.external_id.clone())
            .send()
            .await
            .map_err(|error| {
                let call = Call {
                    operation: &operation::sts::ASSUME_ROLE,
                    account: self.through.account(),
                    region,
                    resource: Some(&self.role.arn),
                };
                // the failure of an earlier role in the chain is the one to show
                let gap = credentials_gap(&error).unwrap_or_else(|| gap(&error, &call));
                CredentialsError::provider_error(NotAssumed(gap))
            })?;
        let given = answer.credentials.ok_or_else(|| {
            let message = "the answer holds no credentials";
            let gap = Gap::new(&operation::sts::ASSUME_ROLE, GapKind::Malformed, message)
                .at(self.through.account(), region)
                .about(&self.role.arn);
            CredentialsError::provider_error(NotAssumed(gap))
        })?;
        Ok(Credentials::new(
            given.access_key_id,
            given.secret_access_key,
            Some(given.session_token),
            SystemTime::try_from(given.expiration).ok(),
            "lamppost-role",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn role_arns() {
        for (arn, right) in [
            ("arn:aws:iam::111111111111:role/audit", true),
            ("arn:aws-cn:iam::111111111111:role/path/audit", true),
            ("arn:aws:iam::111111111111:user/audit", false),
            ("arn:aws:sts::111111111111:assumed-role/audit/x", false),
            ("arn:aws:iam::1111:role/audit", false),
            ("arn:aws:iam::111111111111:role/", false),
            ("arn:aws:iam::111111111111:role/a b", false),
            ("audit", false),
        ] {
            assert_eq!(is_role_arn(arn), right, "{arn}");
        }
    }
}
