//! Answers from a recording: in process, without a network, the same every time.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use thiserror::Error;

use super::exchange::{Answer, respond, transport};
use super::recording::{Question, Recording, Reply};
use crate::aws::Ticket;

/// A request that the recording does not know.
#[derive(Clone, Debug, Error, Eq, PartialEq)]
#[error("the recording holds no answer to {operation} ({method} `{path}`)")]
pub struct NotRecorded {
    /// The operation.
    pub operation: String,
    /// The HTTP method.
    pub method: String,
    /// Path and query.
    pub path: String,
}

/// A transport that answers from a recording.
///
/// Where one question had several answers they come in their order, the last one for ever.
pub fn replay(recording: Recording) -> SharedHttpClient {
    let answers = Replay {
        recording,
        asked: Mutex::default(),
    };
    transport(Arc::new(answers), None)
}

#[derive(Debug)]
struct Replay {
    recording: Recording,
    /// How often a question with several answers was asked.
    asked: Mutex<HashMap<String, usize>>,
}

impl Replay {
    fn find(&self, question: &Question) -> Option<&Reply> {
        let replies = self.recording.replies.get(question)?;
        let last = replies.last();
        if replies.len() < 2 {
            return last;
        }
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let count = asked.entry(format!("{question:?}")).or_default();
        let reply = replies.get(*count).or(last);
        *count += 1;
        reply
    }
}

impl Answer for Replay {
    fn answer(&self, request: HttpRequest, _: Option<&SharedHttpConnector>) -> HttpConnectorFuture {
        let Some(ticket) = request.extension::<Ticket>() else {
            let unknown = NotRecorded {
                operation: "a call of the SDK's own".to_owned(),
                method: request.method().to_owned(),
                path: request.uri().to_owned(),
            };
            return HttpConnectorFuture::ready(Err(ConnectorError::other(unknown.into(), None)));
        };
        let question = Question::of(ticket, &request);
        HttpConnectorFuture::ready(match self.find(&question) {
            Some(reply) => reply.response(),
            None => {
                let unknown = NotRecorded {
                    operation: question.operation,
                    method: question.method,
                    path: question.path,
                };
                Err(ConnectorError::other(unknown.into(), None))
            }
        })
    }
}

impl Reply {
    fn response(&self) -> Result<HttpResponse, ConnectorError> {
        let headers = self.headers.iter();
        respond(
            self.status,
            headers.map(|(name, value)| (name.clone(), value.clone())),
            self.body.clone(),
        )
    }
}
