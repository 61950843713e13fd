//! Calls through the whole way, over transports that never leave the process; time is paused.

use std::io;
use std::sync::Arc;

use aws_sdk_lambda::error::DisplayErrorContext;
use aws_smithy_runtime_api::client::http::{
    HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use tokio::sync::Mutex;

use super::transport::{Answer, Fault, Rule, faults, respond, transport};
use super::*;
use crate::inventory::{Gap, GapKind};
use crate::operation;

mod protocols;

const ACCOUNT: &str = "111122223333";

/// Name, status, headers and body of an answer.
type Answered<'a> = (&'a str, u16, &'a [(&'a str, &'a str)], &'a str);

/// Name and making of an error.
type Failure<'a> = (&'a str, fn() -> ConnectorError);

/// Answers every request alike and remembers that it was asked.
#[derive(Debug)]
struct Alike {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
    asked: Mutex<u32>,
}

impl Answer for Alike {
    fn answer(&self, _: HttpRequest, _: Option<&SharedHttpConnector>) -> HttpConnectorFuture {
        *self.asked.try_lock().expect("one at a time") += 1;
        HttpConnectorFuture::ready(respond(
            self.status,
            self.headers.clone(),
            self.body.clone(),
        ))
    }
}

fn alike(status: u16, headers: &[(&str, &str)], body: &str) -> Arc<Alike> {
    Arc::new(Alike {
        status,
        headers: headers
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body: body.to_owned(),
        asked: Mutex::new(0),
    })
}

/// Fails every request alike.
#[derive(Debug)]
struct Failing(fn() -> ConnectorError);

impl Answer for Failing {
    fn answer(&self, _: HttpRequest, _: Option<&SharedHttpConnector>) -> HttpConnectorFuture {
        HttpConnectorFuture::ready(Err((self.0)()))
    }
}

async fn session(transport: SharedHttpClient) -> Session {
    let connection = Connection::over(transport, Limits::default());
    Session::given(&connection, ACCOUNT, "eu-west-1").await
}

async fn get_policy(session: &Session) -> Result<Option<String>, Gap> {
    let answer = session
        .lambda("eu-west-1")
        .get_policy()
        .function_name("f")
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.policy),
        Err(error) => Err(gap(
            &error,
            &Call {
                operation: &operation::lambda::GET_POLICY,
                account: ACCOUNT,
                region: "eu-west-1",
                resource: Some("f"),
            },
        )),
    }
}

fn line(gap: &Gap) -> String {
    format!(
        "{:?} | {} | {}",
        gap.kind,
        gap.code.as_deref().unwrap_or("-"),
        gap.message
    )
}

#[tokio::test(start_paused = true)]
async fn an_answer_arrives_and_is_counted() {
    let below = alike(200, &[], r#"{"Policy":"{}"}"#);
    let session = session(transport(below.clone(), None)).await;
    assert_eq!(get_policy(&session).await.unwrap().as_deref(), Some("{}"));
    let rows = session.connection().ledger().rows();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].entry.operation, "lambda:GetPolicy");
    assert_eq!(
        (rows[0].account.as_str(), rows[0].region.as_str()),
        (ACCOUNT, "eu-west-1")
    );
    assert_eq!((rows[0].entry.calls, rows[0].entry.attempts), (1, 1));
    assert!(rows[0].entry.errors.is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_is_not_published_is_refused_before_anything_is_sent() {
    let below = alike(200, &[], "{}");
    let session = session(transport(below.clone(), None)).await;
    let error = session
        .lambda("eu-west-1")
        .delete_function()
        .function_name("f")
        .send()
        .await
        .unwrap_err();
    let call = Call {
        operation: &operation::lambda::LIST_FUNCTIONS,
        account: ACCOUNT,
        region: "eu-west-1",
        resource: None,
    };
    insta::assert_snapshot!(line(&gap(&error, &call)), @r#"Refused | - | `Lambda:DeleteFunction` is not on the list of read-only operations, so it was not sent"#);
    assert_eq!(*below.asked.lock().await, 0, "a request left");
    assert!(session.connection().ledger().rows().is_empty());
}

#[tokio::test(start_paused = true)]
async fn every_common_fault_becomes_a_gap_that_says_what_happened() {
    let json = "application/json";
    let denied = "User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: lambda:GetPolicy";
    let scp =
        format!(r#"{{"Message":"{denied} with an explicit deny in a service control policy"}}"#);
    let identity = format!(
        r#"{{"Message":"{denied} because no identity-based policy allows the lambda:GetPolicy action"}}"#
    );
    let answers: &[Answered<'_>] = &[
        (
            "denied",
            403,
            &[
                ("x-amzn-errortype", "AccessDeniedException"),
                ("content-type", json),
            ],
            &identity,
        ),
        (
            "scp",
            403,
            &[(
                "x-amzn-errortype",
                "AccessDeniedException:http://internal.amazon.com/",
            )],
            &scp,
        ),
        (
            "expired",
            403,
            &[("x-amzn-errortype", "ExpiredTokenException")],
            r#"{"message":"The security token included in the request is expired"}"#,
        ),
        (
            "unknown key",
            403,
            &[("x-amzn-errortype", "UnrecognizedClientException")],
            r#"{"message":"The security token included in the request is invalid."}"#,
        ),
        (
            "throttled",
            429,
            &[("x-amzn-errortype", "TooManyRequestsException")],
            r#"{"message":"Rate exceeded","Reason":"CallerRateLimitExceeded"}"#,
        ),
        (
            "fault",
            500,
            &[("x-amzn-errortype", "ServiceException")],
            r#"{"Message":"internal"}"#,
        ),
        (
            "gateway",
            502,
            &[("content-type", "text/html")],
            "<html>bad gateway</html>",
        ),
        (
            "no route",
            404,
            &[("content-type", "text/html")],
            "<html>not found</html>",
        ),
        (
            "truncated",
            200,
            &[("content-type", json)],
            r#"{"Policy":"{\"Version"#,
        ),
        (
            "not json",
            200,
            &[("content-type", "text/html")],
            "<html>log in first</html>",
        ),
        (
            "absent",
            404,
            &[("x-amzn-errortype", "ResourceNotFoundException")],
            r#"{"Message":"The resource you requested does not exist."}"#,
        ),
        (
            "kms",
            502,
            &[("x-amzn-errortype", "KMSAccessDeniedException")],
            r#"{"Message":"Lambda was unable to decrypt the environment variables"}"#,
        ),
        (
            "code only",
            403,
            &[("x-amzn-errortype", "AccessDeniedException")],
            "",
        ),
    ];
    let mut seen = String::new();
    for (name, status, headers, body) in answers {
        let session = session(transport(alike(*status, headers, body), None)).await;
        let gap = get_policy(&session).await.unwrap_err();
        seen += &format!("{name}: {}\n", line(&gap));
    }
    let failures: &[Failure<'_>] = &[
        ("reset", || {
            ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionReset).into())
        }),
        ("refused", || {
            ConnectorError::io(io::Error::from(io::ErrorKind::ConnectionRefused).into())
        }),
        ("connect", || {
            ConnectorError::timeout("HTTP connect timeout occurred after 5s".into())
        }),
    ];
    for (name, failure) in failures {
        let session = session(transport(Arc::new(Failing(*failure)), None)).await;
        let gap = get_policy(&session).await.unwrap_err();
        seen += &format!("{name}: {}\n", line(&gap));
    }
    let silent = faults(
        transport(alike(200, &[], "{}"), None),
        vec![Rule::everywhere(Fault::Timeout)],
    );
    let gap = get_policy(&session(silent).await).await.unwrap_err();
    seen += &format!("silence: {}\n", line(&gap));
    insta::assert_snapshot!(seen, @r#"
    denied: AccessDenied | AccessDeniedException | User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: lambda:GetPolicy because no identity-based policy allows the lambda:GetPolicy action
    scp: DeniedByScp | AccessDeniedException | User: arn:aws:sts::111122223333:assumed-role/r/s is not authorized to perform: lambda:GetPolicy with an explicit deny in a service control policy
    expired: ExpiredCredentials | ExpiredTokenException | The security token included in the request is expired
    unknown key: UnrecognizedCredentials | UnrecognizedClientException | The security token included in the request is invalid.
    throttled: Throttled | TooManyRequestsException | Rate exceeded
    fault: ServerFault | ServiceException | internal
    gateway: ServerFault | - | HTTP 502
    no route: Malformed | - | the answer could not be understood (HTTP 404)
    truncated: Malformed | - | the answer could not be understood (HTTP 200)
    not json: Malformed | - | the answer could not be understood (HTTP 200)
    absent: Refused | ResourceNotFoundException | The resource you requested does not exist.
    kms: Undecryptable | KMSAccessDeniedException | Lambda was unable to decrypt the environment variables
    code only: AccessDenied | AccessDeniedException | HTTP 403
    reset: Network | - | connection reset
    refused: Network | - | connection refused
    connect: Timeout | - | HTTP connect timeout occurred after 5s
    silence: Timeout | - | no answer within 120 s
    "#);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_call_is_attempted_again_and_counted() {
    let below = transport(alike(200, &[], r#"{"Policy":"{}"}"#), None);
    let rule = Rule::new(Fault::Throttled, "lambda:GetPolicy").times(3);
    let session = session(faults(below, vec![rule])).await;
    assert!(get_policy(&session).await.is_ok());
    let row = &session.connection().ledger().entries()[0];
    assert_eq!((row.calls, row.attempts, row.throttles), (1, 4, 3));
    assert!(row.errors.is_empty(), "the call succeeded in the end");
}

#[tokio::test(start_paused = true)]
async fn throttling_for_good_ends_and_does_not_spend_the_retries_of_others() {
    let below = transport(alike(200, &[], r#"{"Policy":"{}"}"#), None);
    let rule = Rule::new(Fault::Throttled, "lambda:GetPolicy").about("/f/");
    let session = session(faults(below, vec![rule])).await;
    for _ in 0..10 {
        let gap = get_policy(&session).await.unwrap_err();
        assert_eq!(gap.kind, GapKind::Throttled);
    }
    let row = &session.connection().ledger().entries()[0];
    assert_eq!(row.attempts, 10 * u64::from(Limits::default().attempts));
    assert_eq!(row.errors["TooManyRequestsException"], 10);
    // after minutes with nothing else nobody waits any more
    let started = tokio::time::Instant::now();
    for _ in 0..50 {
        let gap = get_policy(&session).await.unwrap_err();
        assert_eq!(gap.kind, GapKind::Throttled);
    }
    assert!(started.elapsed().as_secs() < 300);
}

#[tokio::test(start_paused = true)]
async fn silence_ends_with_the_operation_and_waiting_for_a_turn_does_not_count() {
    let below = transport(alike(200, &[], r#"{"Policy":"{}"}"#), None);
    let limits = Limits {
        in_flight: 1,
        ..Limits::default()
    };
    let silent = faults(
        below,
        vec![Rule::everywhere(Fault::Timeout).region("us-east-1")],
    );
    let connection = Connection::over(silent, limits);
    let session = Session::given(&connection, ACCOUNT, "eu-west-1").await;
    let started = tokio::time::Instant::now();
    let silence = async {
        let lambda = session.lambda("us-east-1");
        let error = lambda
            .get_policy()
            .function_name("f")
            .send()
            .await
            .unwrap_err();
        assert!(
            started.elapsed() < limits.operation * 2,
            "{}",
            DisplayErrorContext(&error)
        );
    };
    let many = (0..20).map(|_| get_policy(&session));
    let ((), answers) = tokio::join!(silence, futures_util::future::join_all(many));
    assert!(answers.iter().all(Result::is_ok));
}

#[tokio::test(start_paused = true)]
async fn a_fault_in_one_account_leaves_the_retries_of_another() {
    let below = transport(alike(200, &[], r#"{"Policy":"{}"}"#), None);
    let rules = vec![
        Rule::everywhere(Fault::ServerError).account(ACCOUNT),
        Rule::everywhere(Fault::ServerError)
            .account("444455556666")
            .times(5),
    ];
    let connection = Connection::over(faults(below, rules), Limits::default());
    let broken = Session::given(&connection, ACCOUNT, "eu-west-1").await;
    for _ in 0..100 {
        assert_eq!(
            get_policy(&broken).await.unwrap_err().kind,
            GapKind::ServerFault
        );
    }
    let sound = Session::given(&connection, "444455556666", "eu-west-1").await;
    assert!(get_policy(&sound).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn credentials_are_renewed_before_they_end_and_shared_meanwhile() {
    for (expiration, times) in [("2999-01-01T00:00:00Z", 1), ("2001-01-01T00:00:00Z", 4)] {
        let sts = format!(
            "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>\
             <SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>\
             <Expiration>{expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
        );
        let below = alike(200, &[], &sts);
        let base = session(transport(below.clone(), None)).await;
        let inside = base.assume(&Role {
            arn: "arn:aws:iam::444455556666:role/audit".to_owned(),
            external_id: Some("lantern".to_owned()),
            session_name: "lamppost".to_owned(),
        });
        assert_eq!(inside.account(), "444455556666");
        for _ in 0..4 {
            inside.enter().await.unwrap();
        }
        assert_eq!(*below.asked.lock().await, times, "{expiration}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_without_credentials_says_which_role_was_refused() {
    let below = transport(alike(200, &[], "{}"), None);
    let rule = Rule::new(Fault::AccessDenied, "sts:AssumeRole");
    let base = session(faults(below, vec![rule])).await;
    let role = |account: &str| Role {
        arn: format!("arn:aws:iam::{account}:role/audit"),
        external_id: None,
        session_name: "lamppost".to_owned(),
    };
    // the first of two roles is the one that is refused
    let inside = base
        .assume(&role("444455556666"))
        .assume(&role("777788889999"));
    let refused = inside.enter().await.unwrap_err();
    assert_eq!(
        refused.resource.as_deref(),
        Some("arn:aws:iam::444455556666:role/audit")
    );
    let seen = get_policy(&inside).await.unwrap_err();
    assert_eq!(seen.operation, "lambda:GetPolicy");
    insta::assert_snapshot!(line(&seen), @r#"AccessDenied | AccessDenied | no credentials: sts:AssumeRole: AccessDenied: User: arn:aws:sts::111122223333:assumed-role/scanner/lamppost is not authorized to perform: sts:AssumeRole because no identity-based policy allows the sts:AssumeRole action"#);
}
