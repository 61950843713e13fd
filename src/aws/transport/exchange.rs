//! What the transports share: a transport from a function, and whole bodies.

use std::fmt;
use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::{HttpError, StatusCode};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use thiserror::Error;
use tokio::sync::Semaphore;

/// Answers one request, with or without the transport beneath.
pub(crate) trait Answer: fmt::Debug + Send + Sync + 'static {
    /// `below` sends the request on.
    fn answer(
        &self,
        request: HttpRequest,
        below: Option<&SharedHttpConnector>,
    ) -> HttpConnectorFuture;
}

/// A transport that answers through `answer`, over another transport or over none.
pub(crate) fn transport(
    answer: Arc<impl Answer>,
    below: Option<SharedHttpClient>,
) -> SharedHttpClient {
    SharedHttpClient::new(Layer { answer, below })
}

#[derive(Debug)]
struct Layer<A> {
    answer: Arc<A>,
    below: Option<SharedHttpClient>,
}

impl<A: Answer> HttpClient for Layer<A> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            answer: self.answer.clone(),
            below: self
                .below
                .as_ref()
                .map(|below| below.http_connector(settings, components)),
        })
    }
}

#[derive(Debug)]
struct Connector<A> {
    answer: Arc<A>,
    below: Option<SharedHttpConnector>,
}

impl<A: Answer> HttpConnector for Connector<A> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.answer.answer(request, self.below.as_ref())
    }
}

/// Sends a request and reads the whole answer, so that a body that stops half-way is an error of the
/// attempt, which is retried.
pub(crate) async fn whole(
    transport: &SharedHttpConnector,
    request: HttpRequest,
) -> Result<HttpResponse, ConnectorError> {
    let mut response = transport.call(request).await?;
    let body = std::mem::replace(response.body_mut(), SdkBody::taken());
    let bytes = bounded(ByteStream::new(body)).await?;
    if breaks_off(&bytes) {
        return Err(ConnectorError::io(BreaksOff.into()));
    }
    *response.body_mut() = SdkBody::from(bytes);
    Ok(response)
}

/// The largest answer in bytes. The largest that AWS gives are pages of `GetAccountAuthorizationDetails`
/// with a thousand entities and their policies, percent-encoded.
const LARGEST_ANSWER: usize = 32 << 20;

/// Answers beyond this many bytes are read one at a time, so that many of them do not fill the memory.
const LARGE_ANSWER: usize = 1 << 20;

static LARGE_ANSWERS: Semaphore = Semaphore::const_new(1);

async fn bounded(mut body: ByteStream) -> Result<Vec<u8>, ConnectorError> {
    let mut bytes = Vec::new();
    let mut turn = None;
    while let Some(part) = body.next().await {
        let part = part.map_err(|error| ConnectorError::io(error.into()))?;
        if bytes.len() + part.len() > LARGEST_ANSWER {
            // not an error that the SDK retries
            return Err(ConnectorError::other(TooLarge.into(), None));
        }
        if turn.is_none() && bytes.len() + part.len() > LARGE_ANSWER {
            let acquired = LARGE_ANSWERS.acquire().await;
            turn = Some(acquired.map_err(|closed| ConnectorError::other(closed.into(), None))?);
        }
        bytes.extend_from_slice(&part);
    }
    Ok(bytes)
}

/// An answer larger than any that AWS gives.
#[derive(Clone, Copy, Debug, Error)]
#[error("the answer is larger than {} MiB, the ceiling for answers", LARGEST_ANSWER >> 20)]
pub(crate) struct TooLarge;

/// An answer without its end.
#[derive(Clone, Copy, Debug, Error)]
#[error("the answer breaks off")]
pub(crate) struct BreaksOff;

/// Whether an XML answer lacks its end, which the SDK would take for a whole one: roles or subnets
/// that were cut off would look as if they did not exist.
fn breaks_off(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let text = text.trim();
    let root = match text.strip_prefix("<?") {
        Some(declaration) => match declaration.split_once("?>") {
            Some((_, root)) => root.trim_start(),
            None => return true,
        },
        None => text,
    };
    let Some(root) = root.strip_prefix('<').filter(|root| !root.starts_with('!')) else {
        return false;
    };
    let name = root.split(['>', '/', ' ', '\t', '\r', '\n']).next();
    let closed = text.ends_with(&format!("</{}>", name.unwrap_or_default()));
    let empty = root.ends_with("/>") && !root.contains('<');
    !closed && !empty
}

/// An answer made by hand.
pub(crate) fn respond(
    status: u16,
    headers: impl IntoIterator<Item = (String, String)>,
    body: String,
) -> Result<HttpResponse, ConnectorError> {
    let malformed = |error: HttpError| ConnectorError::other(error.into(), None);
    let status = StatusCode::try_from(status).map_err(malformed)?;
    let mut response = HttpResponse::new(status, SdkBody::from(body));
    for (name, value) in headers {
        response
            .headers_mut()
            .try_insert(name, value)
            .map_err(malformed)?;
    }
    Ok(response)
}

/// The text of a body that was read whole; what is not UTF-8 is replaced.
pub(super) fn text(body: &SdkBody) -> String {
    String::from_utf8_lossy(body.bytes().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_read_as_far_as_its_ceiling() {
        let read = async |length: usize| bounded(ByteStream::from(vec![b'x'; length])).await;
        assert_eq!(read(LARGEST_ANSWER).await.unwrap().len(), LARGEST_ANSWER);
        let error = read(LARGEST_ANSWER + 1).await.unwrap_err();
        let said = format!("{error:?}");
        assert!(said.contains("TooLarge"), "{said}");
        let one = LARGE_ANSWERS.acquire().await.unwrap();
        assert_eq!(read(LARGE_ANSWER).await.unwrap().len(), LARGE_ANSWER);
        let waiting =
            tokio::time::timeout(std::time::Duration::from_secs(1), read(LARGE_ANSWER + 1));
        assert!(waiting.await.is_err());
        drop(one);
    }

    #[test]
    fn xml_without_its_end_breaks_off() {
        let whole = [
            "<A><B>1</B></A>",
            "<?xml version=\"1.0\"?>\n<A xmlns=\"x\"><B/></A>\n",
            "<A/>",
            "<!doctype html>\n<html lang=en>",
            r#"{"a":1}"#,
            "",
        ];
        for body in whole {
            assert!(!breaks_off(body.as_bytes()), "{body}");
        }
        for body in [
            "<A><B>1</B>",
            "<A><B/>",
            "<A",
            "<?xml version=",
            "<A><B>1</B></A",
        ] {
            assert!(breaks_off(body.as_bytes()), "{body}");
        }
    }
}
