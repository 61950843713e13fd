//! Keeps what another transport answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use jiff::Timestamp;
use serde_json::Value;

use super::exchange::{Answer, text, transport, whole};
use super::recording::{Question, Recording, Reply};
use crate::aws::Ticket;
use crate::operation::{Operation, Service, lambda, sts};

/// Headers that the SDK reads from an answer.
const HEADERS: [&str; 4] = [
    "content-type",
    "x-amzn-errortype",
    "x-amzn-requestid",
    "x-amz-request-id",
];

/// Stands where a secret stood.
const SCRUBBED: &str = "scrubbed";

/// Recorded credentials do not end.
const NEVER: &str = "2999-01-01T00:00:00Z";

/// A transport that keeps what `below` answers, and the handle that yields the recording.
///
/// Requests of credential providers inside the SDK (SSO, instance metadata) pass unrecorded.
pub fn record(below: SharedHttpClient) -> (SharedHttpClient, Recorder) {
    let recorder = Recorder::default();
    let answer = Arc::new(recorder.clone());
    (transport(answer, Some(below)), recorder)
}

/// The traffic recorded so far.
#[derive(Clone, Debug, Default)]
pub struct Recorder(Arc<Mutex<BTreeMap<Question, Vec<Reply>>>>);

impl Recorder {
    /// The recording; `recorded_at` is what a replay takes for "now".
    pub fn recording(&self, recorded_at: Timestamp) -> Recording {
        let mut replies = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for answers in replies.values_mut() {
            answers.dedup();
        }
        Recording {
            recorded_at,
            replies,
        }
    }

    fn keep(&self, question: Question, reply: Reply) {
        let mut replies = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let answers = replies.entry(question).or_default();
        // what was only in the way of the answer is not kept
        if answers.last().is_some_and(Reply::passing) {
            answers.pop();
        }
        answers.push(reply);
    }
}

impl Reply {
    fn passing(&self) -> bool {
        self.status == 429 || self.status >= 500
    }

    fn of(response: &HttpResponse, operation: &Operation) -> Self {
        let headers = HEADERS
            .iter()
            .filter_map(|name| Some(((*name).to_owned(), response.headers().get(name)?.to_owned())))
            .collect();
        Self {
            status: response.status().as_u16(),
            headers,
            body: scrub(operation.service, text(response.body())),
        }
    }
}

impl Question {
    pub(super) fn of(ticket: &Ticket, request: &HttpRequest) -> Self {
        let uri = request.uri();
        // everything after the host
        let path = uri
            .split_once("://")
            .map_or(uri, |(_, rest)| rest)
            .split_once('/')
            .map_or_else(|| "/".to_owned(), |(_, path)| format!("/{path}"));
        Self {
            operation: ticket.operation.label.to_owned(),
            account: ticket.account.to_string(),
            region: ticket.region.to_string(),
            method: request.method().to_owned(),
            path,
            body: text(request.body()),
        }
    }
}

impl Answer for Recorder {
    fn answer(
        &self,
        request: HttpRequest,
        below: Option<&SharedHttpConnector>,
    ) -> HttpConnectorFuture {
        let Some(below) = below.cloned() else {
            let nothing = ConnectorError::other("nothing to record from".into(), None);
            return HttpConnectorFuture::ready(Err(nothing));
        };
        let Some(ticket) = request.extension::<Ticket>().cloned() else {
            return below.call(request);
        };
        let recorder = self.clone();
        HttpConnectorFuture::new(async move {
            let question = Question::of(&ticket, &request);
            let response = whole(&below, request).await?;
            recorder.keep(question, Reply::of(&response, ticket.operation));
            Ok(response)
        })
    }
}

/// An answer without credentials and without presigned addresses.
fn scrub(service: Service, body: String) -> String {
    match service {
        sts::SERVICE => [
            ("AccessKeyId", SCRUBBED),
            ("SecretAccessKey", SCRUBBED),
            ("SessionToken", SCRUBBED),
            ("Expiration", NEVER),
        ]
        .iter()
        .fold(body, |body, (element, value)| {
            replace_element(&body, element, value)
        }),
        lambda::SERVICE => {
            let mut json = serde_json::from_str::<Value>(&body).unwrap_or_default();
            if scrub_locations(&mut json) {
                json.to_string()
            } else {
                body
            }
        }
        _ => body,
    }
}

/// The XML with the text of every such element replaced.
fn replace_element(xml: &str, element: &str, value: &str) -> String {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let mut parts = xml.split(open.as_str());
    let mut scrubbed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.split_once(close.as_str()).map_or("", |(_, rest)| rest);
        scrubbed.extend([&open, value, &close, rest]);
    }
    scrubbed
}

/// Replaces presigned addresses of code; whether there were any.
fn scrub_locations(json: &mut Value) -> bool {
    let mut found = false;
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                if name == "Location" && value.is_string() {
                    *value = Value::from(SCRUBBED);
                    found = true;
                }
                found |= scrub_locations(value);
            }
        }
        Value::Array(items) => {
            for item in items {
                found |= scrub_locations(item);
            }
        }
        _ => {}
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_scrubbed_from_every_sts_answer() {
        let body = "<R><Credentials><AccessKeyId>ASIAREAL</AccessKeyId><SecretAccessKey>s3cret\
                    </SecretAccessKey><SessionToken>tok</SessionToken><Expiration>2026-01-01T00:00:00Z\
                    </Expiration></Credentials><Arn>a</Arn></R>";
        insta::assert_snapshot!(scrub(sts::SERVICE, body.to_owned()), @"<R><Credentials><AccessKeyId>scrubbed</AccessKeyId><SecretAccessKey>scrubbed</SecretAccessKey><SessionToken>scrubbed</SessionToken><Expiration>2999-01-01T00:00:00Z</Expiration></Credentials><Arn>a</Arn></R>");
    }

    #[test]
    fn presigned_addresses_are_scrubbed_and_environment_values_stay() {
        let body = r#"{"Code":{"Location":"https://x?X-Amz-Signature=1"},"Environment":{"Variables":{"A":"b"}}}"#;
        insta::assert_snapshot!(scrub(lambda::SERVICE, body.to_owned()), @r#"{"Code":{"Location":"scrubbed"},"Environment":{"Variables":{"A":"b"}}}"#);
    }
}
