//! Answers without asking, so that the collectors themselves show what they would call.
//!
//! What a scan calls depends on what it is answered: keys that functions name, pages that follow.
//! Running the real collectors against answers of the usual shape counts all of it, and there is no
//! second list of calls that could differ from theirs.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpConnector as _, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use serde_json::{Value, json};

use super::exchange::{Answer, respond, text, transport};
use super::shape::Trouble;
use crate::aws::Ticket;
use crate::operation::{Operation, Protocol};

/// A transport that sends only some operations on, and answers all others itself: there is one page,
/// nothing on it, and a key is the account's own.
pub(crate) fn rehearse(below: SharedHttpClient, asked: fn(&Operation) -> bool) -> SharedHttpClient {
    transport(Arc::new(Rehearsal { asked }), Some(below))
}

#[derive(Debug)]
struct Rehearsal {
    asked: fn(&Operation) -> bool,
}

impl Answer for Rehearsal {
    fn answer(
        &self,
        request: HttpRequest,
        below: Option<&SharedHttpConnector>,
    ) -> HttpConnectorFuture {
        let rehearsed = request
            .extension::<Ticket>()
            .filter(|ticket| !(self.asked)(ticket.operation))
            .cloned();
        match (rehearsed, below) {
            (Some(ticket), _) => {
                let (status, headers, body) = usual(&ticket, &request);
                HttpConnectorFuture::ready(respond(status, headers, body))
            }
            (None, Some(below)) => below.call(request),
            (None, None) => {
                let nothing = ConnectorError::other("nothing beneath the rehearsal".into(), None);
                HttpConnectorFuture::ready(Err(nothing))
            }
        }
    }
}

type Parts = (u16, Vec<(String, String)>, String);

fn usual(ticket: &Ticket, request: &HttpRequest) -> Parts {
    let operation = ticket.operation;
    let ok = |body: String| (200, Vec::new(), body);
    let protocol = operation.service.protocol;
    match (protocol, operation.name) {
        (_, "GetPolicy" | "GetLayerVersionPolicy") => protocol.error(Trouble::Absent, ticket),
        // the only policy of which the SDK wants more than a text
        (_, "DescribePolicy") => ok(json!({"Policy": {"Content": "{}"}}).to_string()),
        (_, "DescribeKey") => ok(key(ticket, &text(request.body())).to_string()),
        (Protocol::RestJson | Protocol::Json, _) => ok(nothing().to_string()),
        (Protocol::RestXml, _) => {
            ok("<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>".to_owned())
        }
        (Protocol::Query, name) => ok(format!(
            "<{name}Response><{name}Result><IsTruncated>false</IsTruncated><UserDetailList/><RoleDetailList/>\
             <GroupDetailList/><Policies/><Topics/></{name}Result></{name}Response>"
        )),
        (Protocol::Ec2, name) => ok(format!(
            "<{name}Response><vpcSet/><subnetSet/><routeTableSet/><natGatewaySet/><securityGroupInfo/>\
             <networkAclSet/><vpcEndpointSet/></{name}Response>"
        )),
    }
}

/// The members that some operation's answer must have; each reads its own.
fn nothing() -> Value {
    json!({
        "Configuration": {}, "Code": {}, "Policy": "{}", "KeyRotationEnabled": true,
        "Aliases": [], "FunctionUrlConfigs": [], "FunctionEventInvokeConfigs": [],
        "UpdateRuntimeOn": "Auto", "RecursiveLoop": "Terminate",
        "EventSourceMappings": [], "CodeSigningConfigs": [], "CapacityProviders": [], "FunctionArns": [],
        "Layers": [], "LayerVersions": [], "logGroups": [], "Targets": [],
        "QueueUrls": [], "Rules": [], "item": [], "items": [],
    })
}

/// A key of the account's own, whose policy and rotation are then asked for.
fn key(ticket: &Ticket, body: &str) -> Value {
    let asked: Value = serde_json::from_str(body).unwrap_or_default();
    let id = asked
        .get("KeyId")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let arn = match id.starts_with("arn:") {
        true => id.to_owned(),
        false => format!("arn:aws:kms:{}:{}:{id}", ticket.region, ticket.account),
    };
    json!({"KeyMetadata": {
        "KeyId": id, "Arn": arn, "KeyState": "Enabled", "KeyManager": "CUSTOMER", "Origin": "AWS_KMS",
        "KeySpec": "SYMMETRIC_DEFAULT",
    }})
}
