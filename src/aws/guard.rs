//! Refuses every operation that is not on the published list, before anything is signed or sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextMut,
    FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, Metadata};
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryReason,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::retry::ErrorKind;
use thiserror::Error;
use tokio::time::Instant;

use super::cached::Cached;
use super::error::error_code;
use super::ledger::Ledger;
use crate::operation::Operation;

/// An operation that is not on the published read-only list.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("`{service}:{operation}` is not on the list of read-only operations, so it was not sent")]
pub struct Refusal {
    /// The SDK's service name.
    pub service: String,
    /// The operation's name.
    pub operation: String,
}

/// What every attempt of a call carries to the transport: which operation, for whom, where.
///
/// It travels as an extension of the HTTP request; requests of credential providers inside the
/// SDK carry none.
#[derive(Clone, Debug)]
pub struct Ticket {
    /// The published operation.
    pub operation: &'static Operation,
    /// The account that is asked; empty before it is known.
    pub account: Arc<str>,
    /// The region that is asked.
    pub region: Arc<str>,
    progress: Arc<Mutex<Progress>>,
}

/// How far a call has come.
#[derive(Debug, Default)]
struct Progress {
    /// Time on the wire.
    spent: Duration,
    /// When its first attempt was sent.
    sent: Option<Instant>,
    /// What its last attempt failed with.
    error: Option<String>,
    /// The access key that signed it.
    access_key: Option<String>,
    /// Whether somebody was told that it takes long.
    named: bool,
}

impl Ticket {
    /// A ticket for a new call.
    pub fn new(operation: &'static Operation, account: Arc<str>, region: Arc<str>) -> Self {
        Self {
            operation,
            account,
            region,
            progress: Arc::default(),
        }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Time that the attempts of this call have taken on the wire so far.
    pub fn spent(&self) -> Duration {
        self.progress().spent
    }

    /// Whether nobody was told yet that the call takes long; from now on somebody was.
    pub(crate) fn is_first_naming(&self) -> bool {
        !std::mem::replace(&mut self.progress().named, true)
    }

    pub(crate) fn attempted(&self, sent: Instant, error: Option<String>) {
        let mut progress = self.progress();
        progress.spent += sent.elapsed();
        progress.sent.get_or_insert(sent);
        progress.error = error;
    }
}

impl Storable for Ticket {
    type Storer = StoreReplace<Self>;
}

/// The interceptor of every client that Lamppost makes.
#[derive(Debug)]
pub(crate) struct Guard {
    pub(crate) account: Arc<str>,
    pub(crate) region: Arc<str>,
    pub(crate) ledger: Arc<Ledger>,
    pub(crate) credentials: Option<Arc<Cached>>,
}

/// Codes that say that a session has ended.
pub(crate) fn has_expired(code: &str) -> bool {
    matches!(
        code,
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired"
    )
}

/// Sends a call again whose session ended under way; the next attempt is signed anew.
#[derive(Debug)]
pub(crate) struct Renewal(pub(crate) Option<Arc<Cached>>);

impl ClassifyRetry for Renewal {
    fn name(&self) -> &'static str {
        "lamppost-renewal"
    }

    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let renewable = self.0.as_ref().is_some_and(|cached| cached.renewable());
        let code = context.response().and_then(|response| {
            let body = response.body().bytes().unwrap_or_default();
            error_code(response.headers(), body)
        });
        match code {
            Some(code) if renewable && has_expired(&code) => {
                // A session ends for all calls under way at once. As with a throttle, that says
                // nothing about AWS's health, and costs the client nothing of what it may retry.
                RetryAction::RetryIndicated(RetryReason::RetryableError {
                    kind: ErrorKind::ThrottlingError,
                    retry_after: Some(Duration::ZERO),
                })
            }
            _ => RetryAction::NoActionIndicated,
        }
    }
}

/// The access key in the signature of a request.
fn access_key(request: &HttpRequest) -> Option<String> {
    let signature = request.headers().get("authorization")?;
    let (_, scope) = signature.split_once("Credential=")?;
    Some(scope.split('/').next()?.to_owned())
}

impl Intercept for Guard {
    fn name(&self) -> &'static str {
        "lamppost-guard"
    }

    // the earliest hook at which the SDK has said which operation it is
    fn modify_before_serialization(
        &self,
        _context: &mut BeforeSerializationInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let (service, name) = cfg
            .load::<Metadata>()
            .map_or(("unknown", "unknown"), |metadata| {
                (metadata.service(), metadata.name())
            });
        let Some(operation) = Operation::find(service, name) else {
            return Err(Refusal {
                service: service.to_owned(),
                operation: name.to_owned(),
            }
            .into());
        };
        let ticket = Ticket::new(operation, self.account.clone(), self.region.clone());
        cfg.interceptor_state().store_put(ticket);
        Ok(())
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(ticket) = cfg.load::<Ticket>() {
            ticket.progress().access_key = access_key(context.request());
            context.request_mut().add_extension(ticket.clone());
        }
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let (Some(ticket), Some(credentials)) = (cfg.load::<Ticket>(), &self.credentials) {
            let progress = ticket.progress();
            if let (Some(error), Some(key)) = (&progress.error, &progress.access_key)
                && has_expired(error)
            {
                credentials.refuse(key);
            }
        }
        Ok(())
    }

    fn read_after_execution(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(ticket) = cfg.load::<Ticket>() else {
            return Ok(());
        };
        let progress = ticket.progress();
        let failed = !matches!(context.output_or_error(), Some(Ok(_)));
        let error = failed.then(|| match (&progress.error, progress.sent) {
            (Some(error), _) => error.clone(),
            // an answer came, but could not be understood
            (None, Some(_)) => "malformed".to_owned(),
            (None, None) => "not sent".to_owned(),
        });
        let time = progress.sent.map(|sent| sent.elapsed()).unwrap_or_default();
        drop(progress);
        self.ledger.call(ticket, time, error);
        Ok(())
    }
}
