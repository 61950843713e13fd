//! An AWS that lies, breaks off, never ends or gives too much: every scan comes to an end, says what it
//! does not know, and passes nothing that it would not have passed.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use futures_util::StreamExt as _;
use futures_util::stream;
use lamppost::aws::transport::live;
use lamppost::aws::{Base, Connection, Limits, Ticket};
use lamppost::check::{Check, Verdict};
use lamppost::finding::{Contents as _, FolderReport, Include, Report, RunFolder};
use serde_json::Value;
use tokio::time::Instant;

use crate::interrupt::silent_function;
use crate::support::cli::folder;
use crate::support::simulator::judged::{self, info, registry};
use crate::support::simulator::{Simulator, World};
use crate::support::stub::{Answer, Stub};

/// An answer before it is spoiled.
struct Sound {
    operation: String,
    status: u16,
    body: String,
}

/// What becomes of it: status, headers, body.
type Spoiled = (u16, Vec<(&'static str, String)>, Vec<u8>);

type Spoil = fn(&Sound) -> Spoiled;

fn body(sound: &Sound, body: impl Into<Vec<u8>>) -> Spoiled {
    (sound.status, Vec::new(), body.into())
}

fn is_json(sound: &Sound) -> bool {
    sound.body.trim_start().starts_with(['{', '['])
}

/// Changes every value of a JSON answer; of an XML answer every text.
fn values(sound: &Sound, change: impl Fn(&Value) -> Option<Value>, text: &str) -> Spoiled {
    fn walk(value: &mut Value, change: &impl Fn(&Value) -> Option<Value>) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| walk(item, change)),
            Value::Object(members) => members.values_mut().for_each(|item| walk(item, change)),
            _ => {}
        }
        if let Some(changed) = change(value) {
            *value = changed;
        }
    }
    match serde_json::from_str::<Value>(&sound.body) {
        Ok(mut json) => {
            if let Value::Object(members) = &mut json {
                members.values_mut().for_each(|value| walk(value, &change));
            }
            body(sound, json.to_string())
        }
        Err(_) => body(sound, texts(&sound.body, text)),
    }
}

/// An XML document with every text between tags replaced.
fn texts(xml: &str, text: &str) -> String {
    let mut changed = String::new();
    let mut rest = xml;
    while let Some((before, after)) = rest.split_once('<') {
        let blank = before.trim().is_empty();
        changed.push_str(if blank { before } else { text });
        let (tag, behind) = after.split_once('>').unwrap_or((after, ""));
        changed.push('<');
        changed.push_str(tag);
        changed.push('>');
        rest = behind;
    }
    changed
}

/// The token for a next page, under every name that AWS has for one.
fn paged(sound: &Sound, token: &str, empty: bool) -> Spoiled {
    let Ok(Value::Object(mut members)) = serde_json::from_str::<Value>(&sound.body) else {
        let empty_body = texts(&sound.body, "");
        let base = if empty { &empty_body } else { &sound.body };
        let tokens = format!(
            "<IsTruncated>true</IsTruncated><Marker>{token}</Marker><nextToken>{token}</nextToken>\
             <NextToken>{token}</NextToken><NextMarker>{token}</NextMarker>"
        );
        let end = base.rfind("</").unwrap_or(base.len());
        let inner = base[..end]
            .rfind("Result>")
            .and_then(|_| base[..end].rfind("</"));
        let at = inner.unwrap_or(end);
        return body(sound, format!("{}{tokens}{}", &base[..at], &base[at..]));
    };
    for value in members.values_mut() {
        if let Value::Array(items) = value
            && empty
        {
            items.clear();
        }
    }
    for name in ["NextMarker", "nextToken", "NextToken", "position", "Marker"] {
        members.insert(name.to_owned(), token.into());
    }
    body(sound, Value::Object(members).to_string())
}

/// A number that is another one each time.
fn fresh() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};

    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

const BIG: usize = 1 << 20;

/// Answers as no AWS gives them.
const MODES: &[(&str, Spoil)] = &[
    ("empty body", |sound| body(sound, "")),
    ("HTML that says 200", |_| {
        (
            200,
            vec![("content-type", "text/html".into())],
            b"<!doctype html><html><body>Welcome</body></html>".to_vec(),
        )
    }),
    ("HTML that says 500", |_| {
        (500, Vec::new(), b"<html>Internal".to_vec())
    }),
    ("HTML that says 403", |_| {
        (403, Vec::new(), b"<html>Forbidden</html>".to_vec())
    }),
    ("random bytes", |sound| {
        body(
            sound,
            (0..4096_u32)
                .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
                .collect::<Vec<_>>(),
        )
    }),
    ("bytes that are not UTF-8", |sound| {
        let mut bytes = sound.body.clone().into_bytes();
        for byte in bytes.iter_mut().skip(10).step_by(17) {
            *byte = 0xff;
        }
        body(sound, bytes)
    }),
    ("NUL bytes", |sound| body(sound, vec![0; 4096])),
    ("cut in half", |sound| {
        body(
            sound,
            sound
                .body
                .chars()
                .take(sound.body.chars().count() / 2)
                .collect::<String>(),
        )
    }),
    ("cut by one byte", |sound| {
        body(
            sound,
            &sound.body.as_bytes()[..sound.body.len().saturating_sub(1)],
        )
    }),
    ("JSON null", |sound| body(sound, "null")),
    ("JSON list", |sound| body(sound, "[]")),
    ("JSON object without members", |sound| body(sound, "{}")),
    ("JSON number", |sound| body(sound, "1e999")),
    ("JSON text", |sound| body(sound, "\"hello\"")),
    ("XML without members", |sound| body(sound, "<Response/>")),
    ("XML that is another answer", |sound| {
        body(sound, "<ListBucketsResult><Owner/></ListBucketsResult>")
    }),
    ("JSON lists nested too deep", |sound| {
        body(sound, format!("{{\"Functions\":{}", "[".repeat(100_000)))
    }),
    ("JSON objects nested too deep", |sound| {
        body(sound, "{\"a\":".repeat(100_000))
    }),
    ("JSON nested and closed", |sound| {
        body(
            sound,
            format!("{{\"x\":{}{}}}", "[".repeat(50_000), "]".repeat(50_000)),
        )
    }),
    ("XML nested too deep", |sound| {
        body(
            sound,
            format!("{}{}", "<a>".repeat(50_000), "</a>".repeat(50_000)),
        )
    }),
    ("XML with entities that multiply", |sound| {
        body(
            sound,
            "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]><l>&c;</l>",
        )
    }),
    ("XML with an outside entity", |sound| {
        body(
            sound,
            "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><l>&e;</l>",
        )
    }),
    ("answer of the other protocol", |sound| {
        if is_json(sound) {
            body(sound, "<a><b>c</b></a>")
        } else {
            body(sound, "{\"a\":1}")
        }
    }),
    ("status 204", |_| (204, Vec::new(), Vec::new())),
    ("status 300", |sound| {
        (300, Vec::new(), sound.body.clone().into_bytes())
    }),
    ("redirect to somewhere else", |_| {
        (
            301,
            vec![(
                "location",
                "http://169.254.169.254/latest/meta-data/".into(),
            )],
            Vec::new(),
        )
    }),
    ("redirect that keeps the method", |_| {
        (
            307,
            vec![("location", "http://127.0.0.1:1/".into())],
            Vec::new(),
        )
    }),
    ("status 418", |sound| {
        (418, Vec::new(), sound.body.clone().into_bytes())
    }),
    ("status 599", |sound| {
        (599, Vec::new(), sound.body.clone().into_bytes())
    }),
    ("an error that says 200", |_| {
        (
            200,
            Vec::new(),
            br#"{"__type":"AccessDeniedException","message":"no"}"#.to_vec(),
        )
    }),
    ("status 400 without a body", |_| {
        (400, Vec::new(), Vec::new())
    }),
    ("status 404 without a code", |_| {
        (404, Vec::new(), b"{}".to_vec())
    }),
    ("an error code without an end", |_| {
        (
            400,
            vec![("x-amzn-errortype", "E".repeat(1 << 16))],
            Vec::new(),
        )
    }),
    ("an error that speaks to the terminal", |_| {
        (
            400,
            Vec::new(),
            b"{\"__type\":\"X\",\"message\":\"\\u001b]0;x\\u0007\"}".to_vec(),
        )
    }),
    ("another account in every ARN", |sound| {
        body(
            sound,
            sound.body.replace(&Simulator::account(0), "999999999999"),
        )
    }),
    ("another region in every ARN", |sound| {
        body(sound, sound.body.replace("eu-west-1", "us-west-2"))
    }),
    ("ARNs that are none", |sound| {
        body(sound, sound.body.replace("arn:aws:", "arn:::::"))
    }),
    ("texts without end", |sound| {
        values(
            sound,
            |value| value.is_string().then(|| "x".repeat(1 << 16).into()),
            &"x".repeat(1 << 16),
        )
    }),
    ("texts that climb folders", |sound| {
        values(
            sound,
            |value| value.is_string().then(|| "../../../x".into()),
            "../../../x",
        )
    }),
    ("texts that are numbers", |sound| {
        values(sound, |value| value.is_string().then(|| 7.into()), "7")
    }),
    ("numbers that are texts", |sound| {
        values(sound, |value| value.is_number().then(|| "7".into()), "x")
    }),
    ("numbers that are none", |sound| {
        body(sound, number(&sound.body, "NaN"))
    }),
    ("numbers beyond all bounds", |sound| {
        body(sound, number(&sound.body, "1e999"))
    }),
    ("numbers of a thousand digits", |sound| {
        body(sound, number(&sound.body, &"9".repeat(1000)))
    }),
    ("lists that are objects", |sound| {
        values(
            sound,
            |value| value.is_array().then(|| serde_json::json!({})),
            "<x/>",
        )
    }),
    ("objects that are lists", |sound| {
        values(
            sound,
            |value| value.is_object().then(|| serde_json::json!([])),
            "",
        )
    }),
    ("everything null", |sound| {
        values(sound, |_| Some(Value::Null), "")
    }),
    ("every member twice", |sound| {
        body(
            sound,
            sound
                .body
                .replacen('{', "{\"Functions\":7,\"Policy\":8,", 1),
        )
    }),
    ("two answers in one", |sound| {
        body(sound, sound.body.repeat(2))
    }),
    ("text behind the answer", |sound| {
        body(sound, format!("{}xyz", sound.body))
    }),
    ("half a surrogate pair", |sound| {
        values(sound, |_| None, "&#xd800;")
    }),
    ("raw control characters", |sound| {
        body(sound, sound.body.replace('e', "\u{1}"))
    }),
    ("a policy without end", |sound| {
        values(
            sound,
            |value| {
                value
                    .as_str()
                    .is_some_and(|text| text.contains("Statement"))
                    .then(|| format!("{{\"Statement\":[{}]}}", "{},".repeat(BIG / 3)).into())
            },
            "x",
        )
    }),
    ("a policy that is none", |sound| {
        values(
            sound,
            |value| {
                value
                    .as_str()
                    .is_some_and(|text| text.contains("Statement"))
                    .then(|| "[".repeat(10_000).into())
            },
            "x",
        )
    }),
    ("the same page for ever", |sound| {
        paged(sound, "again", false)
    }),
    ("two pages in turn", |sound| {
        paged(
            sound,
            if fresh().is_multiple_of(2) {
                "even"
            } else {
                "odd"
            },
            false,
        )
    }),
    ("empty pages for ever", |sound| {
        paged(sound, &format!("t{}", fresh()), true)
    }),
    ("new pages for ever", |sound| {
        match sound.operation.as_str() {
            // one list is enough to see it end
            "lambda:ListEventSourceMappings" => paged(sound, &format!("t{}", fresh()), false),
            _ => body(sound, sound.body.clone()),
        }
    }),
];

/// JSON with other numbers; XML with other texts of digits.
fn number(text: &str, number: &str) -> String {
    let mut changed = String::new();
    let mut digits = false;
    let mut quoted = false;
    for c in text.chars() {
        quoted ^= c == '"';
        if c.is_ascii_digit() && !quoted {
            if !digits {
                changed.push_str(number);
            }
            digits = true;
        } else {
            changed.push(c);
            digits = false;
        }
    }
    changed
}

/// A transport that spoils what another one answers.
#[derive(Clone)]
struct Hostile {
    below: SharedHttpClient,
    spoil: Spoil,
    /// Whether everything is spoiled, or only what comes after the way in was found.
    everything: bool,
}

impl fmt::Debug for Hostile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hostile")
    }
}

impl HttpClient for Hostile {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            hostile: self.clone(),
            below: self.below.http_connector(settings, components),
        })
    }
}

#[derive(Clone, Debug)]
struct Connector {
    hostile: Hostile,
    below: SharedHttpConnector,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let operation = request.extension::<Ticket>().map(|ticket| ticket.operation);
        let Connector { hostile, below } = self.clone();
        HttpConnectorFuture::new(async move {
            let response = below.call(request).await?;
            let Some(operation) = operation else {
                return Err(ConnectorError::other(
                    "a call of the SDK's own".into(),
                    None,
                ));
            };
            let way_in = ["sts", "organizations"].contains(&operation.service.prefix)
                || operation.name == "DescribeRegions";
            if way_in && !hostile.everything {
                return Ok(response);
            }
            let bytes = response.body().bytes().unwrap_or_default();
            let (status, headers, body) = (hostile.spoil)(&Sound {
                operation: operation.label.to_owned(),
                status: response.status().as_u16(),
                body: String::from_utf8_lossy(bytes).into_owned(),
            });
            let mut spoiled = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
            for (name, value) in headers {
                spoiled.headers_mut().insert(name, value);
            }
            Ok(spoiled)
        })
    }
}

/// Every verdict on every resource.
fn verdicts(report: &Report, of: Verdict) -> BTreeSet<(String, String)> {
    let found = report
        .findings
        .iter()
        .filter(|finding| finding.verdict == of);
    found
        .map(|finding| (finding.check.clone(), finding.resource.clone()))
        .collect()
}

/// Scans over a transport; nothing where there was nobody to scan.
async fn scan(
    transport: SharedHttpClient,
    checks: &[&Check],
    base: Option<Base>,
) -> Option<Report> {
    let free = Limits {
        share: None,
        ..Limits::default()
    };
    let limits = match &base {
        None => free,
        Some(_) => Limits {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(3),
            attempt: Duration::from_secs(5),
            operation: Duration::from_secs(9),
            attempts: 2,
            ..free
        },
    };
    let connection = Connection::over(transport, limits);
    let mut scan = judged::scan(&connection, checks);
    if let Some(base) = base {
        scan.reach.base = base;
        scan.reach.selection = lamppost::target::Selection::default();
    }
    scan.info.include = Include {
        pass: true,
        not_applicable: true,
    };
    let at = folder();
    let mut info = info(checks);
    info.include = scan.info.include;
    let mut run = RunFolder::create(at.path(), info, judged::at()).unwrap();
    scan.run_into(&mut run).await.ok()?;
    let report = FolderReport::of(std::slice::from_ref(&run)).unwrap();
    Some(report.whole().unwrap())
}

/// Longer than any call may take with everything that it waits for: `Limits::operation` for each of the
/// calls that follow one another.
const DEADLINE: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn every_answer_that_is_none_ends_and_passes_nothing() {
    let registry = registry();
    let checks: Vec<&Check> = registry.checks().collect();
    let world = World {
        functions: 3,
        public_every: 2,
        alias_every: 2,
        ..World::default()
    };
    let sound = scan(Simulator::new(world.clone()).transport(), &checks, None).await;
    let passed = verdicts(&sound.unwrap(), Verdict::Pass);
    assert!(passed.len() > 20, "{}", passed.len());
    assert!(MODES.len() >= 40, "{}", MODES.len());
    let mut wrong = Vec::new();
    for (mode, spoil) in MODES {
        for everything in [false, true] {
            let began = Instant::now();
            let hostile = Hostile {
                below: Simulator::new(world.clone()).transport(),
                spoil: *spoil,
                everything,
            };
            let report = scan(SharedHttpClient::new(hostile), &checks, None).await;
            if began.elapsed() > DEADLINE {
                wrong.push(format!("{mode}: {:?}", began.elapsed()));
            }
            // without a way in there is no report, and exit code 3
            let Some(report) = report else {
                if !everything {
                    wrong.push(format!("{mode}: no report"));
                }
                continue;
            };
            // Told by every answer, the identity's and the list of regions' included, another account or region is what there is.
            if everything && mode.to_string().starts_with("another ") {
                continue;
            }
            if report.run.complete || report.gaps.is_empty() {
                wrong.push(format!("{mode} (everything: {everything}): complete"));
            }
            let new: Vec<_> = verdicts(&report, Verdict::Pass)
                .difference(&passed)
                .cloned()
                .collect();
            if !new.is_empty() {
                wrong.push(format!("{mode} (everything: {everything}): passes {new:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn raw(text: impl Into<Vec<u8>>) -> Answer {
    Answer::Raw(text.into())
}

fn head(length: usize) -> String {
    format!("HTTP/1.1 200 x\r\ncontent-length: {length}\r\n\r\n")
}

type Wire = fn() -> Answer;

/// What no transport above the wire can do.
const WIRE: &[(&str, Wire)] = &[
    ("never an answer", || Answer::Never),
    ("half an answer", || Answer::Half),
    ("no answer, and the connection closed", || raw("")),
    ("no HTTP", || raw("SSH-2.0-OpenSSH_9.6\r\n")),
    ("a status that is none", || {
        raw("HTTP/1.1 9999999 x\r\n\r\n")
    }),
    ("headers without end", || {
        Answer::Endless(
            b"HTTP/1.1 200 x\r\n".to_vec(),
            b"x-a: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\r\n".to_vec(),
        )
    }),
    ("a header of a megabyte", || {
        raw(format!(
            "HTTP/1.1 200 x\r\nx-a: {}\r\ncontent-length: 2\r\n\r\n{{}}",
            "b".repeat(BIG)
        ))
    }),
    ("a body without end", || {
        Answer::Endless(b"HTTP/1.1 200 x\r\n\r\n".to_vec(), vec![b'x'; 1 << 16])
    }),
    ("chunks without end", || {
        Answer::Endless(
            b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n".to_vec(),
            b"4\r\nxxxx\r\n".to_vec(),
        )
    }),
    ("a chunk that says too much", || {
        raw("HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx")
    }),
    ("a length that is not kept", || {
        raw(format!("{}{{}}", head(1 << 40)))
    }),
    ("a negative length", || {
        raw("HTTP/1.1 200 x\r\ncontent-length: -1\r\n\r\n{}")
    }),
    ("two lengths", || {
        raw("HTTP/1.1 200 x\r\ncontent-length: 2\r\ncontent-length: 9\r\n\r\n{}")
    }),
    ("a compressed body", || {
        raw([
            head(20)
                .replace("\r\n\r\n", "\r\ncontent-encoding: gzip\r\n\r\n")
                .into_bytes(),
            vec![
                0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0,
            ],
        ]
        .concat())
    }),
    ("a redirect", || {
        raw("HTTP/1.1 302 x\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n")
    }),
    ("an upgrade", || {
        raw("HTTP/1.1 101 x\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n")
    }),
    ("a hundred interim answers", || {
        Answer::Endless(Vec::new(), b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())
    }),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whatever_comes_over_the_wire_ends_within_its_deadline() {
    let registry = registry();
    let checks: Vec<&Check> = registry.checks().collect();
    let transport = live();
    let scans = WIRE.iter().map(|(mode, wire)| {
        let (checks, transport) = (&checks, transport.clone());
        async move {
            let stub = Stub::start(move |first, body| match silent_function(first, body) {
                Answer::Never => wire(),
                sound => sound,
            });
            let base = Base::At {
                endpoint: stub.endpoint().to_owned(),
                region: "us-east-1".to_owned(),
                access_key: "AKIALAMPPOSTTEST0000".to_owned(),
            };
            let patience = Duration::from_secs(120);
            let report = tokio::time::timeout(patience, scan(transport, checks, Some(base))).await;
            let report = report.unwrap_or_else(|_| panic!("{mode}: no end"));
            let report = report.unwrap_or_else(|| panic!("{mode}: no report"));
            assert!(!report.run.complete, "{mode}");
            assert_eq!(report.summary.functions_listed, 1, "{mode}");
            let of = |operation: &str| {
                let gaps = report.gaps.iter();
                gaps.filter(|gap| gap.gap.operation == operation).count()
            };
            assert!(of("lambda:GetFunction") > 0, "{mode}: {:#?}", report.gaps);
        }
    });
    // Few at once: the machine that runs the tests must answer within these limits where the endpoint does.
    stream::iter(scans)
        .buffer_unordered(8)
        .collect::<()>()
        .await;
}

#[test]
fn the_modes_are_told_apart() {
    let names: BTreeSet<&str> = MODES
        .iter()
        .map(|(name, _)| *name)
        .chain(WIRE.iter().map(|(name, _)| *name))
        .collect();
    assert_eq!(names.len(), MODES.len() + WIRE.len());
}

/// A whole scan by the binary, in an environment where every connection that does not go to the endpoint
/// goes to a proxy.
#[test]
fn every_connection_goes_to_the_endpoint() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use crate::support::cli::Lamppost;

    let counted = |answer: fn(&str, &str) -> Answer| {
        let count = Arc::new(AtomicU64::new(0));
        let counting = Arc::clone(&count);
        let stub = Stub::start(move |first, body| {
            counting.fetch_add(1, Ordering::Relaxed);
            answer(first, body)
        });
        (stub, count)
    };
    let (endpoint, to_endpoint) = counted(|first, body| match silent_function(first, body) {
        Answer::Never => Answer::Now(403, r#"{"__type":"AccessDeniedException"}"#.to_owned()),
        sound => sound,
    });
    let (proxy, to_proxy) = counted(|_, _| Answer::Now(502, String::new()));
    let elsewhere = proxy.endpoint();
    let ended = Lamppost::new([
        "scan",
        "--depth",
        "deep",
        "--format",
        "json",
        "--fail-on",
        "never",
    ])
    .at(endpoint.endpoint())
    .env("HTTP_PROXY", elsewhere)
    .env("HTTPS_PROXY", elsewhere)
    .env("ALL_PROXY", elsewhere)
    .env("NO_PROXY", "127.0.0.1")
    .run();
    let report = ended.json();
    assert_eq!(
        report["summary"]["functions_listed"],
        1,
        "{}",
        ended.stderr()
    );
    assert_eq!(to_proxy.load(Ordering::Relaxed), 0);
    let attempts = report["summary"]["calls"]["attempts"].as_u64().unwrap();
    assert!(attempts > 10, "{attempts}");
    assert_eq!(to_endpoint.load(Ordering::Relaxed), attempts);
}
