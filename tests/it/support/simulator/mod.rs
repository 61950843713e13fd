//! An AWS behind the transport, for paused time: it enforces the documented quotas, takes its time,
//! lets sessions expire and refuses by rule. What it answers for stands in `answers`.

mod answers;
pub(crate) mod judged;
pub(crate) mod run;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use lamppost::aws::Ticket;
use lamppost::operation::{Operation, Quota};
use tokio::time::{Instant, sleep};

/// What there is to find.
#[derive(Clone, Debug)]
pub(crate) struct World {
    /// Accounts of the organisation, the management account included.
    pub(crate) accounts: usize,
    /// The last so many of them are suspended.
    pub(crate) suspended: usize,
    /// Enabled regions of every account.
    pub(crate) regions: Vec<&'static str>,
    /// Functions in each region of each account.
    pub(crate) functions: usize,
    /// Every so manieth function has an alias.
    pub(crate) alias_every: usize,
    /// Every so manieth function has a policy that lets anybody call its URL.
    pub(crate) public_every: usize,
    /// How long the session of an assumed role lasts.
    pub(crate) session: Duration,
    /// How long it is said to last, where that is not true.
    pub(crate) session_said: Option<Duration>,
    /// What is refused.
    pub(crate) denied: Vec<Denied>,
    /// Calls that are never answered: operation, and part of the path.
    pub(crate) silent: Option<(&'static str, &'static str)>,
    /// Whether functions differ in more than their names.
    pub(crate) distinct: bool,
    /// `aws`, `aws-cn` or `aws-us-gov`.
    pub(crate) partition: &'static str,
    /// Seed of the latencies.
    pub(crate) seed: u64,
}

/// A refusal; what is not set matches everything.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Denied {
    pub(crate) operation: Option<&'static str>,
    pub(crate) account: Option<&'static str>,
    pub(crate) region: Option<&'static str>,
    /// By a service control policy instead of by the caller's own policies.
    pub(crate) by_scp: bool,
    /// What AWS says of the reason, where that is something else.
    pub(crate) why: Option<&'static str>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            accounts: 1,
            suspended: 0,
            regions: vec!["eu-west-1"],
            functions: 100,
            alias_every: 10,
            public_every: 20,
            session: Duration::from_secs(3600),
            session_said: None,
            denied: Vec::new(),
            silent: None,
            distinct: false,
            partition: "aws",
            seed: 1,
        }
    }
}

/// Attempts and throttled ones among them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) attempts: u64,
    pub(crate) throttled: u64,
}

/// The AWS; clones are the same one.
#[derive(Clone)]
pub(crate) struct Simulator(Arc<Inner>);

struct Inner {
    world: World,
    began: (Instant, SystemTime),
    quotas: Mutex<HashMap<(String, String, Quota), Bucket>>,
    asked: Mutex<BTreeMap<(String, String, String), Tally>>,
    rival: Mutex<Tally>,
    /// ARNs of the roles that were assumed.
    roles: Mutex<BTreeSet<String>>,
    random: Mutex<u64>,
}

/// A bucket of tokens as AWS keeps one: refilled at the documented rate, holding the documented
/// burst, and where none is documented what one second brings.
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl Simulator {
    /// An AWS with that world, beginning now.
    pub(crate) fn new(world: World) -> Self {
        Self(Arc::new(Inner {
            random: Mutex::new(world.seed),
            world,
            began: (Instant::now(), SystemTime::now()),
            quotas: Mutex::default(),
            asked: Mutex::default(),
            rival: Mutex::default(),
            roles: Mutex::default(),
        }))
    }

    /// As a transport.
    pub(crate) fn transport(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Id of the account of that number; the first one is the management account.
    pub(crate) fn account(number: usize) -> String {
        format!("{:012}", 100_000_000_000_u64 + number as u64)
    }

    /// What was asked, by account, region and operation.
    pub(crate) fn asked(&self) -> BTreeMap<(String, String, String), Tally> {
        self.0.asked.lock().unwrap().clone()
    }

    /// The sum of all asked where that holds.
    pub(crate) fn sum(&self, counts: impl Fn(&str, &str, &str) -> bool) -> Tally {
        let mut sum = Tally::default();
        for ((account, region, operation), tally) in self.asked() {
            if counts(&account, &region, &operation) {
                sum.attempts += tally.attempts;
                sum.throttled += tally.throttled;
            }
        }
        sum
    }

    /// Another client of the same account asks; whether it was let through.
    pub(crate) async fn compete(&self, account: &str, region: &str, operation: &Operation) -> bool {
        sleep(self.latency() / 2).await;
        let admitted = self.admit(account, region, operation.quota);
        let mut rival = self.0.rival.lock().unwrap();
        rival.attempts += 1;
        rival.throttled += u64::from(!admitted);
        admitted
    }

    /// What other clients asked.
    pub(crate) fn rival(&self) -> Tally {
        *self.0.rival.lock().unwrap()
    }

    /// ARNs of the roles that were assumed.
    pub(crate) fn roles(&self) -> BTreeSet<String> {
        self.0.roles.lock().unwrap().clone()
    }

    /// Seconds since the beginning.
    pub(crate) fn elapsed(&self) -> f64 {
        self.0.began.0.elapsed().as_secs_f64()
    }

    fn clock(&self) -> SystemTime {
        self.0.began.1 + self.0.began.0.elapsed()
    }

    fn admit(&self, account: &str, region: &str, budget: Quota) -> bool {
        let mut quotas = self.0.quotas.lock().unwrap();
        let capacity = f64::from(if budget.burst > 1 {
            budget.burst
        } else {
            budget.per_second
        });
        let now = Instant::now();
        let quota = quotas
            .entry((account.to_owned(), region.to_owned(), budget))
            .or_insert(Bucket {
                tokens: capacity,
                at: now,
            });
        let refilled = now.duration_since(quota.at).as_secs_f64() * f64::from(budget.per_second);
        quota.tokens = (quota.tokens + refilled).min(capacity);
        quota.at = now;
        if quota.tokens < 1.0 {
            return false;
        }
        quota.tokens -= 1.0;
        true
    }

    /// Evenly distributed between 0 and 1, neither included.
    fn draw(&self) -> f64 {
        let mut state = self.0.random.lock().unwrap();
        *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = *state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        ((mixed >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// Log-normal: median 60 ms, 99th percentile 400 ms.
    fn latency(&self) -> Duration {
        let sigma = (400.0_f64 / 60.0).ln() / 2.326_347_9;
        let normal = (-2.0 * self.draw().ln()).sqrt() * (std::f64::consts::TAU * self.draw()).cos();
        Duration::from_secs_f64(0.060 * (sigma * normal).exp())
    }

    fn refusal(&self, ticket: &Ticket) -> Option<&'static str> {
        let is = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        let label = ticket.operation.label;
        let mut denied = self.0.world.denied.iter();
        let rule = denied.find(|denied| {
            is(denied.operation, label)
                && is(denied.account, &ticket.account)
                && is(denied.region, &ticket.region)
        })?;
        Some(rule.why.unwrap_or(match rule.by_scp {
            true => "with an explicit deny in a service control policy",
            false => "because no identity-based policy allows the action",
        }))
    }

    /// Whether the session that signed the request has ended; its token says when it does.
    fn expired(&self, request: &HttpRequest) -> bool {
        let token = request.headers().get("x-amz-security-token");
        let end = token.and_then(|token| token.rsplit('-').next()?.parse::<u64>().ok());
        end.is_some_and(|end| self.clock() >= SystemTime::UNIX_EPOCH + Duration::from_secs(end))
    }

    async fn answer(self, ticket: Ticket, request: HttpRequest) -> HttpResponse {
        let operation = ticket.operation;
        let silent = self
            .0
            .world
            .silent
            .is_some_and(|(name, part)| operation.name == name && request.uri().contains(part));
        if silent {
            std::future::pending::<()>().await;
        }
        let latency = self.latency();
        sleep(latency / 2).await;
        // an attempt of a client that does not know its account yet counts for the first one
        let account = match &*ticket.account {
            "" => Self::account(0),
            known => known.to_owned(),
        };
        let admitted = self.admit(&account, &ticket.region, operation.quota);
        {
            let mut asked = self.0.asked.lock().unwrap();
            let tally = asked
                .entry((
                    account,
                    ticket.region.to_string(),
                    operation.label.to_owned(),
                ))
                .or_default();
            tally.attempts += 1;
            tally.throttled += u64::from(!admitted);
        }
        sleep(latency / 2).await;
        let (status, code, body) = if !admitted {
            let (status, code) = throttle(operation.service.prefix);
            error(operation.service.prefix, status, code, "Rate exceeded")
        } else if self.expired(&request) {
            let (status, code) = match operation.service.prefix {
                "lambda" => (403, "ExpiredTokenException"),
                "iam" | "sts" => (403, "ExpiredToken"),
                "ec2" => (400, "RequestExpired"),
                _ => (400, "ExpiredTokenException"),
            };
            error(
                operation.service.prefix,
                status,
                code,
                "The security token is expired",
            )
        } else if let Some(why) = self.refusal(&ticket) {
            let action = operation.action.unwrap_or_default();
            let message = format!(
                "User: arn:aws:sts::{}:assumed-role/audit/lamppost is not authorized to perform: {action} {why}",
                ticket.account
            );
            let (status, code) = match operation.service.prefix {
                "ec2" => (403, "UnauthorizedOperation"),
                "iam" | "sts" => (403, "AccessDenied"),
                _ => (403, "AccessDeniedException"),
            };
            error(operation.service.prefix, status, code, &message)
        } else {
            self.answered(&ticket, &request)
        };
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        if let Some(code) = code {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        response
    }
}

fn throttle(prefix: &str) -> (u16, &'static str) {
    match prefix {
        "lambda" => (429, "TooManyRequestsException"),
        "ec2" => (503, "RequestLimitExceeded"),
        "iam" | "sts" => (400, "Throttling"),
        _ => (400, "ThrottlingException"),
    }
}

type Parts = (u16, Option<&'static str>, String);

fn error(prefix: &str, status: u16, code: &'static str, message: &str) -> Parts {
    let body = match prefix {
        "ec2" => format!(
            "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
        ),
        "iam" | "sts" => format!(
            "<ErrorResponse><Error><Code>{code}</Code><Message>{message}</Message></Error></ErrorResponse>"
        ),
        _ => {
            serde_json::json!({"__type": code, "Message": message, "message": message}).to_string()
        }
    };
    (status, Some(code), body)
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Simulator")
    }
}

impl HttpClient for Simulator {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Simulator {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(ticket) = request.extension::<Ticket>().cloned() else {
            let nobody = ConnectorError::other("a call of the SDK's own".into(), None);
            return HttpConnectorFuture::ready(Err(nobody));
        };
        let simulator = self.clone();
        HttpConnectorFuture::new(async move { Ok(simulator.answer(ticket, request).await) })
    }
}
