//! Names calls that AWS leaves without an answer.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use tokio::time::{Instant, MissedTickBehavior, interval};

use super::guard::Ticket;
use crate::operation::Operation;

/// How long a call may be on the wire before it is named; AWS answers in a second.
const LONG: Duration = Duration::from_secs(15);

/// Between two looks.
const LOOK: Duration = Duration::from_secs(1);

/// A call that has been on the wire for long.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Stuck {
    /// The operation, as `lambda:GetPolicy`.
    pub operation: &'static Operation,
    /// What it asks about, as far as the request shows it; empty for lists.
    pub about: String,
    /// The account that is asked.
    pub account: String,
    /// The region that is asked.
    pub region: String,
    /// How long its attempts have taken so far.
    pub waited: Duration,
    /// How long they may take before it is given up.
    pub limit: Duration,
}

impl fmt::Display for Stuck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "no answer for {} s: {}",
            self.waited.as_secs(),
            self.operation
        )?;
        if !self.about.is_empty() {
            write!(f, " ({})", self.about)?;
        }
        for place in [&self.account, &self.region] {
            if !place.is_empty() {
                write!(f, " {place}")?;
            }
        }
        write!(f, "; it is given up after {} s", self.limit.as_secs())
    }
}

/// The attempts that are on the wire.
#[derive(Debug, Default)]
pub(crate) struct Watchdog(Mutex<Underway>);

#[derive(Debug, Default)]
struct Underway {
    next: u64,
    attempts: BTreeMap<u64, Attempt>,
}

#[derive(Debug)]
struct Attempt {
    ticket: Ticket,
    about: String,
    sent: Instant,
}

/// Keeps an attempt among those that are watched, until it ends in whatever way.
#[derive(Debug)]
pub(crate) struct Leash {
    watchdog: Arc<Watchdog>,
    number: u64,
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.watchdog.underway().attempts.remove(&self.number);
    }
}

impl Watchdog {
    fn underway(&self) -> MutexGuard<'_, Underway> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An attempt is being sent.
    pub(crate) fn leash(self: &Arc<Self>, ticket: &Ticket, request: &HttpRequest) -> Leash {
        let mut underway = self.underway();
        let number = underway.next;
        underway.next += 1;
        let attempt = Attempt {
            ticket: ticket.clone(),
            about: about(request),
            sent: Instant::now(),
        };
        underway.attempts.insert(number, attempt);
        Leash {
            watchdog: Arc::clone(self),
            number,
        }
    }

    /// Tells of every call once that takes long; ends only by being dropped.
    pub(crate) async fn watch(&self, limit: Duration, hear: impl Fn(Stuck)) -> Infallible {
        let mut look = interval(LOOK);
        look.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            look.tick().await;
            self.long(limit).into_iter().for_each(&hear);
        }
    }

    fn long(&self, limit: Duration) -> Vec<Stuck> {
        let underway = self.underway();
        let attempts = underway.attempts.values().filter_map(|attempt| {
            let waited = attempt.ticket.spent() + attempt.sent.elapsed();
            (waited >= LONG.min(limit) && attempt.ticket.is_first_naming()).then(|| Stuck {
                operation: attempt.ticket.operation,
                about: attempt.about.clone(),
                account: attempt.ticket.account.to_string(),
                region: attempt.ticket.region.to_string(),
                waited,
                limit,
            })
        });
        attempts.collect()
    }
}

/// What a request is about: its path without the API's version, or the role or key in its body.
fn about(request: &HttpRequest) -> String {
    let uri = request.uri();
    let (_, path) = uri.split_once("://").unwrap_or(("", uri));
    let path = path.split_once('/').map_or("", |(_, path)| path);
    let path = path.split('?').next().unwrap_or_default();
    if let Some((_, about)) = path.split_once('/') {
        return decoded(about.trim_end_matches('/'));
    }
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
    let form = body
        .split('&')
        .find_map(|pair| pair.strip_prefix("RoleArn="));
    if let Some(role) = form {
        return decoded(role);
    }
    let json: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
    let key = json.get("KeyId").and_then(serde_json::Value::as_str);
    key.unwrap_or_default().to_owned()
}

fn decoded(text: &str) -> String {
    let text = percent_encoding::percent_decode_str(text);
    text.decode_utf8_lossy().into_owned()
}
