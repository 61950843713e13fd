//! The one place that makes SDK clients.

mod services;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, SdkConfig};
use aws_sdk_lambda::config::retry::{RetryPartition, TokenBucket};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use self::services::Clients;
use super::budget::{Budgets, Share};
use super::cached::Cached;
use super::endpoint;
use super::gate::Gate;
use super::guard::Guard;
use super::ledger::Ledger;
use super::transport::{self, rehearse};
use super::watchdog::{Stuck, Watchdog};
use crate::operation::Operation;
use crate::reference::partitions;

/// How much at once, how long, and how often.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// The part of each quota that may be used; nothing is held back where there is none, because
    /// what answers is not AWS.
    pub share: Option<Share>,
    /// Requests under way at once, over all accounts and regions.
    pub in_flight: usize,
    /// Roles that are being assumed at once.
    pub assuming: usize,
    /// How long a connection may take to stand.
    pub connect: Duration,
    /// How long the first byte of an answer may take.
    pub read: Duration,
    /// How long one attempt may take, to the last byte.
    pub attempt: Duration,
    /// How long the attempts of one call may take together; waiting for a turn does not count.
    pub operation: Duration,
    /// How often a call is attempted.
    pub attempts: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            share: Some(Share::default()),
            in_flight: 128,
            assuming: 8,
            connect: Duration::from_secs(5),
            read: Duration::from_secs(20),
            attempt: Duration::from_secs(30),
            operation: Duration::from_secs(120),
            attempts: 8,
        }
    }
}

/// What all sessions of a process share: the way out, the limits and the ledger.
#[derive(Clone, Debug)]
pub struct Connection {
    http: SharedHttpClient,
    limits: Limits,
    budgets: Arc<Budgets>,
    ledger: Arc<Ledger>,
    watchdog: Arc<Watchdog>,
}

impl Connection {
    /// A connection to AWS, through proxies and certificates as the environment names them.
    pub fn live(limits: Limits) -> Self {
        Self::over(transport::live(), limits)
    }

    /// A connection over any transport.
    pub fn over(transport: SharedHttpClient, limits: Limits) -> Self {
        let ledger = Arc::new(Ledger::default());
        let budgets = Arc::new(Budgets::new(limits.share));
        let watchdog = Arc::new(Watchdog::default());
        let gate = Gate::new(
            transport,
            limits,
            budgets.clone(),
            ledger.clone(),
            watchdog.clone(),
        );
        Self {
            http: SharedHttpClient::new(gate),
            limits,
            budgets,
            ledger,
            watchdog,
        }
    }

    /// A connection over which only some operations are really called; the others are answered on the
    /// spot, take no quota, and are in the ledger as calls without an attempt.
    pub fn rehearsing(
        transport: SharedHttpClient,
        limits: Limits,
        asked: fn(&Operation) -> bool,
    ) -> Self {
        let whole = Self::over(transport, limits);
        Self {
            http: rehearse(whole.http, asked),
            ..whole
        }
    }

    /// How much at once, how long, and how often.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// How often a call is attempted.
    pub(crate) fn attempts(&self) -> u32 {
        self.limits.attempts
    }

    /// Tells of every call that AWS leaves without an answer for long, once; ends only by being dropped.
    pub async fn watch(&self, hear: impl Fn(Stuck)) -> Infallible {
        self.watchdog.watch(self.limits.operation, hear).await
    }

    /// What was called so far.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Lets go of what is kept for an account that will not be asked again.
    pub fn forget(&self, account: &str) {
        self.budgets.forget(account);
    }

    /// Reads the user's settings: environment, profiles, endpoints.
    pub(crate) fn loader(&self) -> ConfigLoader {
        aws_config::defaults(BehaviorVersion::v2026_01_12())
            .http_client(self.http.clone())
            // set, so that the SDK does not read it: it panics on `AWS_MAX_ATTEMPTS=x`
            .retry_config(RetryConfig::standard())
    }

    /// What every client of ours is made with, whatever the user's settings say.
    pub(crate) fn settle(&self, config: SdkConfig) -> SdkConfig {
        config
            .into_builder()
            .http_client(self.http.clone())
            .sleep_impl(TokioSleep::new())
            .time_source(SystemTimeSource::new())
            .retry_config(
                RetryConfig::standard()
                    .with_max_attempts(self.limits.attempts)
                    .with_max_backoff(Duration::from_secs(10)),
            )
            // attempts and operations are timed in the gate
            .timeout_config(
                TimeoutConfig::builder()
                    .connect_timeout(self.limits.connect)
                    .read_timeout(self.limits.read)
                    .disable_operation_attempt_timeout()
                    .disable_operation_timeout()
                    .build(),
            )
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            // credentials are cached by our own provider, one for each identity
            .identity_cache(IdentityCache::no_cache())
            .build()
    }
}

/// Everything needed to call AWS as one identity in one account.
///
/// Cheap to clone; clients are made once for each region.
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    connection: Connection,
    config: SdkConfig,
    account: Arc<str>,
    partition: String,
    caller: Option<String>,
    /// Where the config's credentials come from.
    credentials: Option<Arc<Cached>>,
    clients: Clients,
}

impl Session {
    pub(crate) fn new(
        connection: Connection,
        config: SdkConfig,
        credentials: Option<Arc<Cached>>,
        account: &str,
        partition: &str,
    ) -> Self {
        Self(Arc::new(Inner {
            connection,
            config,
            account: Arc::from(account),
            partition: partition.to_owned(),
            caller: None,
            credentials,
            clients: Clients::default(),
        }))
    }

    /// The same session, now that AWS has said whose it is.
    pub(crate) fn as_caller(&self, account: &str, partition: &str, arn: &str) -> Self {
        Self(Arc::new(Inner {
            connection: self.0.connection.clone(),
            config: self.0.config.clone(),
            account: Arc::from(account),
            partition: partition.to_owned(),
            caller: Some(arn.to_owned()),
            credentials: self.0.credentials.clone(),
            clients: Clients::default(),
        }))
    }

    /// The caller's ARN, where it was asked for.
    pub fn caller(&self) -> Option<&str> {
        self.0.caller.as_deref()
    }

    /// The account that calls go to, twelve digits.
    pub fn account(&self) -> &str {
        &self.0.account
    }

    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &str {
        &self.0.partition
    }

    /// The region that the user's configuration names, else the partition's first one: where
    /// calls go that could go anywhere, such as `GetCallerIdentity`.
    pub fn home_region(&self) -> &str {
        self.0
            .config
            .region()
            .map_or_else(|| first_region(&self.0.partition), |region| region.as_ref())
    }

    /// The endpoint that the environment names instead of AWS's own, as it may be shown.
    pub fn endpoint_url(&self) -> Option<String> {
        self.0.config.endpoint_url().map(endpoint::shown)
    }

    /// The services that have an endpoint of their own, by the SDK's ids, with the endpoint as it may be shown.
    pub fn service_endpoints(&self) -> BTreeMap<String, String> {
        endpoint::of_services(&self.0.config)
    }

    /// The endpoint of one service in place of AWS's own, as it may be shown.
    pub(crate) fn endpoint_of(&self, service: &str) -> Option<String> {
        endpoint::of_service(&self.0.config, service)
    }

    /// What this session shares with all others.
    pub fn connection(&self) -> &Connection {
        &self.0.connection
    }

    pub(crate) fn config(&self) -> &SdkConfig {
        &self.0.config
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("account", &self.0.account)
            .field("partition", &self.0.partition)
            .finish_non_exhaustive()
    }
}

impl Inner {
    /// Retries of one client are paid for by that client alone: one throttled account must not
    /// use up another's. A throttle costs nothing, because it says nothing about AWS's health;
    /// the number of attempts bounds it.
    fn retry_partition(&self, region: &str) -> RetryPartition {
        RetryPartition::custom(format!("{}-{region}", self.account))
            .token_bucket(
                TokenBucket::builder()
                    .capacity(500)
                    .throttling_retry_cost(0)
                    .build(),
            )
            .build()
    }

    fn guard(&self, region: &str) -> Guard {
        Guard {
            account: self.account.clone(),
            region: Arc::from(region),
            ledger: self.connection.ledger.clone(),
            credentials: self.credentials.clone(),
        }
    }
}

/// Where a partition's global services live, and a region that is enabled in every account of it.
pub(crate) fn first_region(partition: &str) -> &'static str {
    partitions().home(partition)
}
