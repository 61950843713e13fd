//! Spoils answers, so that tests can see what a scan makes of them.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;

use super::exchange::{Answer, respond, text, transport, whole};
use super::shape::{Trouble, without_optional};
use crate::aws::Ticket;

/// What goes wrong.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Fault {
    /// No identity policy allows the call.
    AccessDenied,
    /// A service control policy forbids the call.
    DeniedByScp,
    /// Too many requests.
    Throttled,
    /// AWS fails with HTTP 500.
    ServerError,
    /// The connection breaks.
    ConnectionReset,
    /// Nobody answers.
    Timeout,
    /// The answer stops half-way.
    Truncated,
    /// The session has ended.
    ExpiredToken,
    /// The answer lacks everything that does not identify a thing.
    MissingFields,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 9] = [
        Self::AccessDenied,
        Self::DeniedByScp,
        Self::Throttled,
        Self::ServerError,
        Self::ConnectionReset,
        Self::Timeout,
        Self::Truncated,
        Self::ExpiredToken,
        Self::MissingFields,
    ];
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

/// Which calls a fault befalls; what is not set matches everything.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The fault.
    pub fault: Fault,
    /// The operation, as `lambda:GetPolicy`.
    pub operation: Option<String>,
    /// The account that is asked.
    pub account: Option<String>,
    /// The region that is asked.
    pub region: Option<String>,
    /// Part of the path, query or body, such as a function's name.
    pub about: Option<String>,
    /// For how many attempts; for ever where not set.
    pub times: Option<u32>,
}

impl Rule {
    /// A fault of one operation, everywhere and for ever.
    pub fn new(fault: Fault, operation: &str) -> Self {
        Self {
            operation: Some(operation.to_owned()),
            ..Self::everywhere(fault)
        }
    }

    /// A fault of every operation.
    pub fn everywhere(fault: Fault) -> Self {
        Self {
            fault,
            operation: None,
            account: None,
            region: None,
            about: None,
            times: None,
        }
    }

    /// Only in this account.
    #[must_use]
    pub fn account(mut self, account: &str) -> Self {
        self.account = Some(account.to_owned());
        self
    }

    /// Only in this region.
    #[must_use]
    pub fn region(mut self, region: &str) -> Self {
        self.region = Some(region.to_owned());
        self
    }

    /// Only requests that hold this text in their path, query or body.
    #[must_use]
    pub fn about(mut self, part: &str) -> Self {
        self.about = Some(part.to_owned());
        self
    }

    /// Only the first so many attempts.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    fn matches(&self, ticket: &Ticket, request: &HttpRequest) -> bool {
        let is =
            |wanted: &Option<String>, got: &str| wanted.as_ref().is_none_or(|wanted| wanted == got);
        is(&self.operation, ticket.operation.label)
            && is(&self.account, &ticket.account)
            && is(&self.region, &ticket.region)
            && self.about.as_ref().is_none_or(|part| {
                request.uri().contains(part) || text(request.body()).contains(part)
            })
    }
}

/// A transport that spoils the answers of `below` by the first rule that matches.
pub fn faults(below: SharedHttpClient, rules: Vec<Rule>) -> SharedHttpClient {
    let rules = rules
        .into_iter()
        .map(|rule| (rule, AtomicU32::new(0)))
        .collect();
    transport(Arc::new(Faults { rules }), Some(below))
}

#[derive(Debug)]
struct Faults {
    rules: Vec<(Rule, AtomicU32)>,
}

impl Faults {
    fn find(&self, ticket: &Ticket, request: &HttpRequest) -> Option<Fault> {
        self.rules.iter().find_map(|(rule, used)| {
            let due = rule.matches(ticket, request)
                && rule
                    .times
                    .is_none_or(|times| used.fetch_add(1, Ordering::Relaxed) < times);
            due.then_some(rule.fault)
        })
    }
}

impl Answer for Faults {
    fn answer(
        &self,
        request: HttpRequest,
        below: Option<&SharedHttpConnector>,
    ) -> HttpConnectorFuture {
        let Some(below) = below.cloned() else {
            let nothing = ConnectorError::other("nothing beneath the faults".into(), None);
            return HttpConnectorFuture::ready(Err(nothing));
        };
        let found = request
            .extension::<Ticket>()
            .cloned()
            .and_then(|ticket| Some((self.find(&ticket, &request)?, ticket)));
        match found {
            None => below.call(request),
            Some((fault, ticket)) => {
                HttpConnectorFuture::new(
                    async move { fault.befall(&ticket, request, &below).await },
                )
            }
        }
    }
}

impl Fault {
    async fn befall(
        self,
        ticket: &Ticket,
        request: HttpRequest,
        below: &SharedHttpConnector,
    ) -> Result<HttpResponse, ConnectorError> {
        let protocol = ticket.operation.service.protocol;
        let trouble = match self {
            Self::AccessDenied => Trouble::Denied,
            Self::DeniedByScp => Trouble::DeniedByScp,
            Self::Throttled => Trouble::Throttled,
            Self::ServerError => Trouble::Broken,
            Self::ExpiredToken => Trouble::Expired,
            Self::ConnectionReset => {
                let reset = io::Error::from(io::ErrorKind::ConnectionReset);
                return Err(ConnectorError::io(reset.into()));
            }
            Self::Timeout => std::future::pending().await,
            Self::Truncated => {
                return changed(whole(below, request).await?, |body| {
                    body.chars().take(body.chars().count() / 2).collect()
                });
            }
            Self::MissingFields => {
                return changed(whole(below, request).await?, without_optional);
            }
        };
        let (status, headers, body) = protocol.error(trouble, ticket);
        respond(status, headers, body)
    }
}

fn changed(
    response: HttpResponse,
    change: impl Fn(&str) -> String,
) -> Result<HttpResponse, ConnectorError> {
    let headers: Vec<_> = response
        .headers()
        .iter()
        .filter(|(name, _)| *name != "content-length")
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = change(&text(response.body()));
    respond(response.status().as_u16(), headers, body)
}
