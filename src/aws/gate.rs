//! The place that every attempt passes on its way to the transport: it waits its turn here, is held
//! to its deadline, and is counted.
//!
//! Deadlines are kept here and not by the SDK, because the SDK's clock also runs while a request
//! waits for its turn: with fifteen calls a second and hundreds waiting, calls would time out that
//! were never sent.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use thiserror::Error;
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};

use super::budget::Budgets;
use super::client::Limits;
use super::error::{error_code, is_throttle};
use super::guard::Ticket;
use super::ledger::Ledger;
use super::transport::whole;
use super::watchdog::Watchdog;

/// No answer came within the time that an attempt, or the whole call, may take.
#[derive(Clone, Copy, Debug, Error)]
#[error("no answer within {} s", .0.as_secs())]
pub(crate) struct Overdue(pub(crate) Duration);

#[derive(Debug)]
pub(crate) struct Gate {
    transport: SharedHttpClient,
    turns: Arc<Turns>,
}

/// Who may send next.
#[derive(Debug)]
pub(crate) struct Turns {
    limits: Limits,
    budgets: Arc<Budgets>,
    in_flight: Semaphore,
    assuming: Semaphore,
    ledger: Arc<Ledger>,
    watchdog: Arc<Watchdog>,
}

impl Gate {
    pub(crate) fn new(
        transport: SharedHttpClient,
        limits: Limits,
        budgets: Arc<Budgets>,
        ledger: Arc<Ledger>,
        watchdog: Arc<Watchdog>,
    ) -> Self {
        let turns = Turns {
            budgets,
            in_flight: Semaphore::new(limits.in_flight),
            assuming: Semaphore::new(limits.assuming),
            limits,
            ledger,
            watchdog,
        };
        Self {
            transport,
            turns: Arc::new(turns),
        }
    }
}

impl HttpClient for Gate {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Passage {
            transport: self.transport.http_connector(settings, components),
            turns: self.turns.clone(),
        })
    }
}

#[derive(Debug)]
struct Passage {
    transport: SharedHttpConnector,
    turns: Arc<Turns>,
}

impl HttpConnector for Passage {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let transport = self.transport.clone();
        let turns = self.turns.clone();
        HttpConnectorFuture::new(async move {
            // credential providers inside the SDK: no ticket, and they must never queue behind
            // the calls that wait for their credentials
            let Some(ticket) = request.extension::<Ticket>().cloned() else {
                return within(turns.limits.attempt, whole(&transport, request)).await;
            };
            turns.pass(&ticket, &transport, request).await
        })
    }
}

impl Turns {
    /// Waits until this attempt may be sent; its turn lasts as long as the permits are held.
    ///
    /// Every attempt comes through here, retries included. Its budget is charged before the permit
    /// is taken, so that an attempt that waits for a slow budget does not keep the others from
    /// sending.
    async fn admit(
        &self,
        ticket: &Ticket,
    ) -> Result<(Option<SemaphorePermit<'_>>, SemaphorePermit<'_>), ConnectorError> {
        let closed = |closed: AcquireError| ConnectorError::other(closed.into(), None);
        // bounded here, where an attempt has the credentials it needs: further out, roles of a
        // chain could wait for each other
        let assuming = match ticket.operation.name {
            "AssumeRole" => Some(self.assuming.acquire().await.map_err(closed)?),
            _ => None,
        };
        self.budgets
            .charge(ticket)
            .await
            .map_err(|dry| ConnectorError::other(dry.into(), None))?;
        Ok((assuming, self.in_flight.acquire().await.map_err(closed)?))
    }

    /// Learns how an attempt ended.
    fn settle(&self, ticket: &Ticket, sent: Instant, outcome: Outcome) {
        let throttled = matches!(outcome, Outcome::Throttled(_));
        match throttled {
            true => self.budgets.throttled(ticket),
            false => self.budgets.admitted(ticket),
        }
        self.ledger.attempt(ticket, throttled);
        ticket.attempted(
            sent,
            match outcome {
                Outcome::Answered => None,
                Outcome::Throttled(code) | Outcome::Failed(code) => Some(code),
            },
        );
    }

    async fn pass(
        &self,
        ticket: &Ticket,
        transport: &SharedHttpConnector,
        request: HttpRequest,
    ) -> Result<HttpResponse, ConnectorError> {
        let turn = self.admit(ticket).await?;
        let sent = Instant::now();
        let left = self.limits.operation.saturating_sub(ticket.spent());
        if left.is_zero() {
            // not an error that the SDK retries
            let overdue = Overdue(self.limits.operation);
            return Err(ConnectorError::other(overdue.into(), None));
        }
        let leash = self.watchdog.leash(ticket, &request);
        let result = within(self.limits.attempt.min(left), whole(transport, request)).await;
        drop((turn, leash));
        self.settle(ticket, sent, outcome(&result));
        result
    }
}

/// How one attempt ended; failures by AWS's error code, or by our word for it.
enum Outcome {
    Answered,
    Throttled(String),
    Failed(String),
}

async fn within(
    limit: Duration,
    exchange: impl Future<Output = Result<HttpResponse, ConnectorError>>,
) -> Result<HttpResponse, ConnectorError> {
    timeout(limit, exchange)
        .await
        .unwrap_or_else(|_| Err(ConnectorError::timeout(Overdue(limit).into())))
}

fn outcome(result: &Result<HttpResponse, ConnectorError>) -> Outcome {
    match result {
        Ok(response) if response.status().is_success() => Outcome::Answered,
        Ok(response) => {
            let code = error_code(
                response.headers(),
                response.body().bytes().unwrap_or_default(),
            )
            .unwrap_or_else(|| format!("HTTP {}", response.status().as_u16()));
            if is_throttle(&code, response.status().as_u16()) {
                Outcome::Throttled(code)
            } else {
                Outcome::Failed(code)
            }
        }
        Err(error) if error.is_timeout() => Outcome::Failed("timeout".to_owned()),
        Err(_) => Outcome::Failed("network".to_owned()),
    }
}
