//! From the SDK's errors to [`Gap`]s.

use std::error::Error;

use aws_sdk_sts::error::SdkError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::budget::Dry;
use super::credentials::credentials_gap;
use super::gate::Overdue;
use super::guard::Refusal;
use super::transport::{BreaksOff, TooLarge};
use crate::inventory::{Denial, DeniedBy, Gap, GapKind};
use crate::operation::Operation;

/// Which call it was that failed.
#[derive(Clone, Copy, Debug)]
pub struct Call<'a> {
    /// The operation, as `lambda:GetPolicy`.
    pub operation: &'static Operation,
    /// The account that was asked.
    pub account: &'a str,
    /// The region that was asked; empty for a global service.
    pub region: &'a str,
    /// The ARN or id of what was asked for, where the call names one.
    pub resource: Option<&'a str>,
}

/// The gap behind a failed call.
pub fn gap<E>(error: &SdkError<E>, call: &Call<'_>) -> Gap
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let mut gap = Gap::new(call.operation, GapKind::Refused, "");
    gap.account = call.account.to_owned();
    gap.region = call.region.to_owned();
    gap.resource = call.resource.map(str::to_owned);
    match error {
        SdkError::ServiceError(service) => answered(&mut gap, service.err(), service.raw()),
        SdkError::ResponseError(response) => {
            gap.request_id = request_id(response.raw());
            gap.kind = GapKind::Malformed;
            gap.message = format!("the answer could not be understood: {}", chain(error));
        }
        SdkError::TimeoutError(_) => {
            gap.kind = GapKind::Timeout;
            gap.message = cause::<Overdue>(error)
                .map_or_else(|| "no answer in time".to_owned(), Overdue::to_string);
        }
        _ => unanswered(&mut gap, error),
    }
    gap
}

/// AWS answered with an error, or with something that is not an answer.
fn answered(gap: &mut Gap, error: &dyn ProvideErrorMetadata, response: &HttpResponse) {
    let status = response.status().as_u16();
    let body = response.body().bytes().unwrap_or_default();
    gap.code = error
        .code()
        .map(str::to_owned)
        .or_else(|| error_code(response.headers(), body));
    gap.request_id = request_id(response);
    let said = error.message().unwrap_or_default();
    (gap.kind, gap.message) = match &gap.code {
        // the status alone proves nothing: a proxy's or an emulator's 404 page is not AWS
        None if status < 500 => (
            GapKind::Malformed,
            format!("the answer could not be understood (HTTP {status})"),
        ),
        None => (GapKind::ServerFault, format!("HTTP {status}")),
        Some(code) => {
            let message = if said.is_empty() {
                format!("HTTP {status}")
            } else {
                said.to_owned()
            };
            (kind(code, said, status), message)
        }
    };
}

/// No answer came.
fn unanswered<E>(gap: &mut Gap, error: &SdkError<E>)
where
    E: Error + 'static,
{
    if let Some(refusal) = cause::<Refusal>(error) {
        gap.message = refusal.to_string();
        return;
    }
    if let Some(behind) = credentials_gap(error) {
        gap.message = format!("no credentials: {behind}");
        gap.kind = behind.kind;
        gap.code = behind.code;
        gap.request_id = behind.request_id;
        return;
    }
    if let Some(dry) = cause::<Dry>(error) {
        gap.kind = GapKind::Throttled;
        gap.message = dry.to_string();
        return;
    }
    if let Some(overdue) = cause::<Overdue>(error) {
        gap.kind = GapKind::Timeout;
        gap.message = overdue.to_string();
        return;
    }
    gap.kind = match error {
        _ if cause::<BreaksOff>(error).is_some() => GapKind::Malformed,
        _ if cause::<TooLarge>(error).is_some() => GapKind::Malformed,
        SdkError::DispatchFailure(failure) if failure.is_timeout() => GapKind::Timeout,
        SdkError::DispatchFailure(failure) if failure.is_io() => GapKind::Network,
        _ => GapKind::Refused,
    };
    gap.message = chain(error);
}

/// What regions say that do not have the operation: to everybody, whatever the policies allow. Reported in
/// <https://github.com/hashicorp/terraform-provider-aws/issues/27986>.
const NO_SUCH_FEATURE: &str = "Unable to determine service/operation name to be authorized";

/// What an error code means; the message tells a service control policy from other refusals.
fn kind(code: &str, message: &str, status: u16) -> GapKind {
    match code {
        _ if is_throttle(code, status) => GapKind::Throttled,
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "UnauthorizedAccess"
        | "NotAuthorized"
        | "AuthorizationError" => {
            if message.contains(NO_SUCH_FEATURE) {
                GapKind::FeatureNotAvailable
            } else if Denial::read(message).by == DeniedBy::ServiceControlPolicy {
                GapKind::DeniedByScp
            } else {
                GapKind::AccessDenied
            }
        }
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" | "TokenRefreshRequired" => {
            GapKind::ExpiredCredentials
        }
        "UnrecognizedClientException" | "InvalidClientTokenId" | "AuthFailure" => {
            GapKind::UnrecognizedCredentials
        }
        _ if code.starts_with("KMS") && code.ends_with("Exception") => GapKind::Undecryptable,
        _ if status >= 500 => GapKind::ServerFault,
        _ => GapKind::Refused,
    }
}

/// Whether a refusal means "too fast".
pub(crate) fn is_throttle(code: &str, status: u16) -> bool {
    status == 429
        || matches!(
            code,
            "Throttling"
                | "ThrottlingException"
                | "ThrottledException"
                | "RequestThrottled"
                | "RequestThrottledException"
                | "TooManyRequestsException"
                | "RequestLimitExceeded"
                | "BandwidthLimitExceeded"
                | "LimitExceededException"
                | "SlowDown"
                | "PriorRequestNotComplete"
                | "EC2ThrottledException"
        )
}

/// The largest answer in which an error code is looked for.
const LARGEST_ERROR: usize = 64 << 10;

/// AWS's error code in an answer of any of its protocols.
pub(crate) fn error_code(headers: &Headers, body: &[u8]) -> Option<String> {
    let from_body = || {
        let body = body.get(..).filter(|body| body.len() <= LARGEST_ERROR)?;
        let text = std::str::from_utf8(body).ok()?;
        if let Ok(json) = serde_json::from_str::<serde_json::Value>(text) {
            let code = json.get("__type").or_else(|| json.get("code"))?;
            return code.as_str().map(str::to_owned);
        }
        let (_, after) = text.split_once("<Code>")?;
        let (code, _) = after.split_once("</Code>")?;
        Some(code.trim().to_owned())
    };
    let raw = headers
        .get("x-amzn-errortype")
        .map(str::to_owned)
        .or_else(from_body)?;
    let code = raw.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    (!code.is_empty()).then(|| code.to_owned())
}

fn request_id(response: &HttpResponse) -> Option<String> {
    let headers = response.headers();
    headers
        .get("x-amzn-requestid")
        .or_else(|| headers.get("x-amz-request-id"))
        .map(str::to_owned)
}

/// The first error of that type in the chain of causes.
pub(crate) fn cause<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The messages of an error and its causes; the SDK's own first words say nothing.
pub(crate) fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let part = error.to_string();
        let empty_phrase = matches!(
            part.as_str(),
            "dispatch failure"
                | "service error"
                | "unhandled error"
                | "response error"
                | "request has timed out"
                | "failed to construct request"
                | "client error"
                | "client error (Connect)"
                | "client error (SendRequest)"
                | "tcp connect error"
                | "tunnel error: failed to create underlying connection"
                | "an error occurred while loading credentials"
                | "io error"
                | "timeout"
                | "other"
        );
        if !empty_phrase && !parts.iter().any(|known| known.contains(&part)) {
            parts.push(part);
        }
        next = error.source();
    }
    if parts.is_empty() {
        return error.to_string();
    }
    parts.join(": ")
}
