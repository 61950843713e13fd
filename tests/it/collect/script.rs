//! An AWS in a function: every request is answered in process and remembered.

use std::fmt;
use std::sync::{Arc, Mutex};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use lamppost::aws::transport::{Rule, faults};
use lamppost::aws::{Base, Connection, Limits, Session};
use lamppost::collect::{Collector, Progress, collect_account};
use lamppost::inventory::{
    AccountInventory, AccountRecord, Observed, RegionInventory, SecretMatch,
};
use lamppost::operation::Plan;
use tokio_util::sync::CancellationToken;

pub(super) const ACCOUNT: &str = "111122223333";
pub(super) const REGION: &str = "eu-west-1";

/// What was asked: `service:METHOD path?query`, or `service:Operation` where the protocol names it,
/// with ` from TOKEN` for a further page, and ` on ID` where a load balancer, or what belongs to it, is named.
type Asked = String;

/// One answer.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) code: Option<&'static str>,
    pub(super) body: String,
}

pub(super) fn ok(body: impl Into<String>) -> Answer {
    Answer {
        status: 200,
        code: None,
        body: body.into(),
    }
}

pub(super) fn error(status: u16, code: &'static str, message: &str) -> Answer {
    let body = serde_json::json!({ "Message": message, "message": message }).to_string();
    Answer {
        status,
        code: Some(code),
        body,
    }
}

pub(super) fn not_found(message: &str) -> Answer {
    error(404, "ResourceNotFoundException", message)
}

pub(super) const NO_POLICY: &str = "The resource you requested does not exist.";

type Special = dyn Fn(&str) -> Option<Answer> + Send + Sync;

/// An AWS that answers from a function, and remembers what it was asked.
#[derive(Clone)]
pub(super) struct Script {
    answer: Arc<Special>,
    asked: Arc<Mutex<Vec<Asked>>>,
    rules: Vec<Rule>,
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Script")
    }
}

impl Script {
    /// Answers what `special` answers, and the rest as an account with nothing in it.
    pub(super) fn new(special: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static) -> Self {
        Self {
            answer: Arc::new(special),
            asked: Arc::default(),
            rules: Vec::new(),
        }
    }

    pub(super) fn asked(&self, part: &str) -> usize {
        let asked = self.asked.lock().unwrap();
        asked.iter().filter(|asked| asked.contains(part)).count()
    }

    /// The same AWS, with some of its answers spoiled.
    pub(super) fn spoiled(&self, rule: Rule) -> Self {
        Self {
            rules: vec![rule],
            ..self.clone()
        }
    }

    async fn session(&self) -> Session {
        let limits = Limits {
            attempts: 1,
            ..Limits::default()
        };
        let connection = Connection::over(
            faults(SharedHttpClient::new(self.clone()), self.rules.clone()),
            limits,
        );
        Session::open(
            &connection,
            &Base::Given {
                region: REGION.to_owned(),
            },
        )
        .await
        .unwrap()
    }

    pub(super) async fn collect(&self) -> AccountInventory {
        self.collect_with(&Plan::everything(), &(), &CancellationToken::new())
            .await
    }

    pub(super) async fn collect_with(
        &self,
        plan: &Plan,
        progress: &dyn Progress,
        cancel: &CancellationToken,
    ) -> AccountInventory {
        let inspect = |_: &str, value: &str| {
            let secret = SecretMatch {
                detector: "canary".to_owned(),
                title: "canary".to_owned(),
                confidence: "high".to_owned(),
                length: value.len(),
                fingerprint: "f".to_owned(),
            };
            if value.contains("CANARY") {
                vec![secret]
            } else {
                Vec::new()
            }
        };
        let account = AccountRecord {
            id: ACCOUNT.try_into().unwrap(),
            name: "demo".to_owned(),
            partition: "aws".to_owned(),
            observed_at: "2026-11-21T00:00:00Z".parse().unwrap(),
            unlisted_regions: None,
            organization: Observed::Known(None),
        };
        let collector = Collector {
            plan,
            inspect: &inspect,
            progress,
            cancel,
        };
        let session = self.session().await;
        collect_account(&session, account, &[REGION.try_into().unwrap()], &collector).await
    }

    /// The one region of [`collect`](Self::collect).
    pub(super) async fn region(&self) -> RegionInventory {
        self.collect().await.regions.remove(0)
    }
}

impl HttpClient for Script {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Script {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = describe(&request);
        self.asked.lock().unwrap().push(asked.clone());
        let answer = (self.answer)(&asked).unwrap_or_else(|| nothing_there(&asked));
        let mut response = HttpResponse::new(
            answer.status.try_into().unwrap(),
            SdkBody::from(answer.body),
        );
        response.headers_mut().insert("x-amzn-requestid", "r-1");
        if let Some(code) = answer.code {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

fn describe(request: &HttpRequest) -> Asked {
    let (_, rest) = request.uri().split_once("://").unwrap();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let service = host.split('.').next().unwrap();
    let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
    if let Some(target) = request.headers().get("x-amz-target") {
        let asked: serde_json::Value = serde_json::from_str(&body).unwrap_or_default();
        let told = |member: &str, word: &str| match asked[member].as_str() {
            Some(value) => format!(" {word} {value}"),
            None => String::new(),
        };
        return format!(
            "{service}:{}{}{}",
            target.rsplit('.').next().unwrap(),
            told("EventBusName", "on"),
            told("NextToken", "from"),
        );
    }
    let parameter = |name: &str| {
        let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find_map(|(key, value)| (key == name).then_some(value))
    };
    match parameter("Action") {
        Some(action) => {
            let arns = ["TargetGroupArn", "LoadBalancerArn", "ListenerArn"];
            let about = arns.into_iter().find_map(parameter);
            let about = about.map(|arn| format!(" on {}", arn.rsplit("%2F").next().unwrap()));
            let further = parameter("NextToken").or(parameter("Marker"));
            let further = further.map(|token| format!(" from {token}"));
            let told = [about, further].map(Option::unwrap_or_default).concat();
            format!("{service}:{action}{told}")
        }
        None => format!("{service}:{} /{path}", request.method()),
    }
}

/// The answers of an account with one empty region.
fn nothing_there(asked: &str) -> Answer {
    let (service, what) = asked.split_once(':').unwrap();
    let path = what.split(['?', ' ']).nth(1).unwrap_or_default();
    match service {
        "sts" => ok(format!(
            "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::{ACCOUNT}:user/x</Arn>\
             <UserId>x</UserId><Account>{ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
        )),
        "iam" => ok(
            "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult>\
             <IsTruncated>false</IsTruncated><UserDetailList/><GroupDetailList/><RoleDetailList/><Policies/>\
             </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>",
        ),
        "logs" => ok(r#"{"logGroups":[]}"#),
        "s3" => ok("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>"),
        "sns" => ok(
            "<ListTopicsResponse><ListTopicsResult><Topics/></ListTopicsResult></ListTopicsResponse>",
        ),
        "elasticloadbalancing" => ok(format!(
            "<{what}Response><{what}Result><TargetGroups/></{what}Result></{what}Response>"
        )),
        "sqs" => ok("{}"),
        "events" => ok(r#"{"Rules":[]}"#),
        "apigateway" => ok(r#"{"item":[],"items":[]}"#),
        "ec2" => ok(format!(
            "<{what}Response><vpcSet/><subnetSet/><routeTableSet/><natGatewaySet/><securityGroupInfo/>\
             <networkAclSet/><vpcEndpointSet/></{what}Response>"
        )),
        "lambda" => match path.trim_matches('/').rsplit('/').next().unwrap() {
            "account-settings" => settings(0, 0),
            "functions" => ok(r#"{"Functions":[]}"#),
            "event-source-mappings" => ok(r#"{"EventSourceMappings":[]}"#),
            "code-signing-configs" => ok(r#"{"CodeSigningConfigs":[]}"#),
            "layers" => ok(r#"{"Layers":[]}"#),
            "policy" => not_found(NO_POLICY),
            "urls" => ok(r#"{"FunctionUrlConfigs":[]}"#),
            "aliases" => ok(r#"{"Aliases":[]}"#),
            "list" => ok(r#"{"FunctionEventInvokeConfigs":[]}"#),
            "runtime-management-config" => ok(r#"{"UpdateRuntimeOn":"Auto"}"#),
            "recursion-config" => ok(r#"{"RecursiveLoop":"Terminate"}"#),
            name => ok(format!(
                r#"{{"Configuration":{{"FunctionName":"{name}","State":"Active"}},
                    "Code":{{"Location":"https://presigned.example/CANARY"}}}}"#
            )),
        },
        _ => error(400, "UnknownOperationException", asked),
    }
}

pub(super) fn settings(functions: usize, bytes: usize) -> Answer {
    ok(format!(
        r#"{{"AccountLimit":{{"ConcurrentExecutions":1000,"UnreservedConcurrentExecutions":900}},
            "AccountUsage":{{"FunctionCount":{functions},"TotalCodeSize":{bytes}}}}}"#
    ))
}

pub(super) fn listed(names: &[&str], marker: Option<&str>) -> Answer {
    let functions: Vec<serde_json::Value> = names
        .iter()
        .map(|name| {
            serde_json::json!({
                "FunctionName": name,
                "FunctionArn": format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"),
                "Runtime": "python3.12",
            })
        })
        .collect();
    ok(serde_json::json!({ "Functions": functions, "NextMarker": marker }).to_string())
}

pub(super) fn is_list(asked: &str) -> bool {
    asked.contains("/functions/?") || asked.contains("/functions?")
}

/// A region with these functions, and otherwise as `special` says.
pub(super) fn with_functions(
    names: &'static [&'static str],
    special: impl Fn(&str) -> Option<Answer> + Send + Sync + 'static,
) -> Script {
    Script::new(move |asked| {
        special(asked).or_else(|| match asked {
            asked if asked.contains("account-settings") => Some(settings(names.len(), 1)),
            asked if is_list(asked) => Some(listed(names, None)),
            _ => None,
        })
    })
}

/// A policy that lets a service in for these sources.
pub(super) fn triggers(sources: &[&str]) -> String {
    serde_json::json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "triggers", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
        "Action": "lambda:InvokeFunction", "Resource": "*",
        "Condition": {"ArnLike": {"aws:SourceArn": sources}},
    }]})
    .to_string()
}
