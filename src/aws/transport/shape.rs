//! How AWS's protocols say that something went wrong, and answers stripped to the bone.

use serde_json::{Map, Value, json};

use crate::aws::Ticket;
use crate::operation::Protocol;

/// What a service can say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Trouble {
    Denied,
    DeniedByScp,
    Throttled,
    Broken,
    Expired,
    Absent,
}

/// Status, headers and body of an answer.
type Parts = (u16, Vec<(String, String)>, String);

impl Protocol {
    /// Status and code, as the service in question gives them.
    fn code(self, trouble: Trouble) -> (u16, &'static str) {
        match (trouble, self) {
            (Trouble::Denied | Trouble::DeniedByScp, Self::RestJson) => {
                (403, "AccessDeniedException")
            }
            (Trouble::Denied | Trouble::DeniedByScp, Self::Json) => (400, "AccessDeniedException"),
            (Trouble::Denied | Trouble::DeniedByScp, Self::Query | Self::RestXml) => {
                (403, "AccessDenied")
            }
            (Trouble::Denied | Trouble::DeniedByScp, Self::Ec2) => (403, "UnauthorizedOperation"),
            (Trouble::Throttled, Self::RestJson) => (429, "TooManyRequestsException"),
            (Trouble::Throttled, Self::Json) => (400, "ThrottlingException"),
            (Trouble::Throttled, Self::RestXml) => (503, "SlowDown"),
            (Trouble::Throttled, Self::Query) => (400, "Throttling"),
            (Trouble::Throttled, Self::Ec2) => (503, "RequestLimitExceeded"),
            (Trouble::Broken, Self::RestJson) => (500, "ServiceException"),
            (Trouble::Broken, Self::Json | Self::Query) => (500, "InternalFailure"),
            (Trouble::Broken, Self::Ec2 | Self::RestXml) => (500, "InternalError"),
            (Trouble::Absent, _) => (404, "ResourceNotFoundException"),
            (Trouble::Expired, Self::RestJson) => (403, "ExpiredTokenException"),
            (Trouble::Expired, Self::Json) => (400, "ExpiredTokenException"),
            (Trouble::Expired, Self::RestXml) => (400, "ExpiredToken"),
            (Trouble::Expired, Self::Query) => (403, "ExpiredToken"),
            (Trouble::Expired, Self::Ec2) => (400, "RequestExpired"),
        }
    }

    pub(super) fn error(self, trouble: Trouble, ticket: &Ticket) -> Parts {
        let (status, code) = self.code(trouble);
        let message = trouble.message(ticket);
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let id = "00000000-0000-4000-8000-000000000000";
        let mut headers = vec![header("x-amzn-requestid", id)];
        let body = match self {
            Self::RestJson => {
                headers.push(header("content-type", "application/json"));
                headers.push(header("x-amzn-errortype", code));
                json!({"Message": message, "Type": "User"}).to_string()
            }
            Self::Json => {
                headers.push(header("content-type", "application/x-amz-json-1.1"));
                json!({"__type": code, "message": message}).to_string()
            }
            Self::RestXml => {
                headers.push(header("content-type", "application/xml"));
                format!(
                    "<Error><Code>{code}</Code><Message>{message}</Message><RequestId>{id}</RequestId></Error>"
                )
            }
            Self::Query => {
                headers.push(header("content-type", "text/xml"));
                format!(
                    "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
                     <Message>{message}</Message></Error><RequestId>{id}</RequestId></ErrorResponse>"
                )
            }
            Self::Ec2 => {
                headers.push(header("content-type", "text/xml"));
                format!(
                    "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message>\
                     </Error></Errors><RequestID>{id}</RequestID></Response>"
                )
            }
        };
        (status, headers, body)
    }
}

impl Trouble {
    fn message(self, ticket: &Ticket) -> String {
        let action = ticket.operation.action.unwrap_or(ticket.operation.name);
        let refused = format!(
            "User: arn:aws:sts::{}:assumed-role/scanner/lamppost is not authorized to perform: {action}",
            ticket.account
        );
        match self {
            Self::Denied => {
                format!("{refused} because no identity-based policy allows the {action} action")
            }
            Self::DeniedByScp => {
                format!("{refused} with an explicit deny in a service control policy")
            }
            Self::Throttled => "Rate exceeded".to_owned(),
            Self::Broken => "An internal error occurred".to_owned(),
            Self::Absent => "The resource you requested does not exist.".to_owned(),
            Self::Expired => "The security token included in the request is expired".to_owned(),
        }
    }
}

/// Whether a member says which thing an answer is about, or where the answer goes on.
fn identifies(name: &str) -> bool {
    ["Arn", "ARN", "Id", "ID", "Name", "Marker", "Token"]
        .iter()
        .any(|ending| name.ends_with(ending))
        || matches!(name.to_ascii_lowercase().as_str(), "arn" | "id" | "name")
        // members that the protocol needs to read the answer at all
        || matches!(
            name,
            "UUID" | "IsTruncated" | "SecretAccessKey" | "Expiration" | "Code" | "__type"
        )
}

/// A JSON or XML answer without what it may lack.
pub(super) fn without_optional(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(json) => bare(json).unwrap_or_else(|| json!({})).to_string(),
        Err(_) => bare_xml(body),
    }
}

/// The value without members that identify nothing; nothing, where nothing is left.
fn bare(value: Value) -> Option<Value> {
    match value {
        Value::Object(members) => {
            let kept: Map<_, _> = members
                .into_iter()
                .filter_map(|(name, value)| {
                    let value = match value {
                        Value::Object(_) | Value::Array(_) => bare(value)?,
                        scalar if identifies(&name) => scalar,
                        _ => return None,
                    };
                    Some((name, value))
                })
                .collect();
            (!kept.is_empty()).then_some(Value::Object(kept))
        }
        Value::Array(items) => {
            let kept: Vec<_> = items.into_iter().filter_map(bare).collect();
            (!kept.is_empty()).then_some(Value::Array(kept))
        }
        scalar => Some(scalar),
    }
}

/// The XML without leaf elements that identify nothing.
fn bare_xml(body: &str) -> String {
    let mut kept = String::new();
    let mut rest = body;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        let leaf = after.split_once('>').and_then(|(tag, content)| {
            let name = tag.split_whitespace().next()?;
            let (_, after_text) = content.split_once('<')?;
            let behind = after_text.strip_prefix('/')?.strip_prefix(name)?;
            Some((name, behind.strip_prefix('>')?))
        });
        match leaf {
            Some((name, behind)) if !identifies(name) => rest = behind,
            _ => {
                kept.push('<');
                rest = after;
            }
        }
    }
    kept + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_identifies_stays() {
        let json = r#"{"Functions":[{"FunctionName":"a","Runtime":"x","VpcConfig":{"SubnetIds":["s"],"VpcId":"v","Ipv6":false},"Environment":{"Variables":{"A":"b"}}}],"NextMarker":"m"}"#;
        insta::assert_snapshot!(without_optional(json), @r#"{"Functions":[{"FunctionName":"a","VpcConfig":{"SubnetIds":["s"],"VpcId":"v"}}],"NextMarker":"m"}"#);
        let xml = r#"<?xml version="1.0"?><R xmlns="u"><vpcSet><item><vpcId>v</vpcId><cidr>10/8</cidr><isDefault/></item></vpcSet><nextToken>t</nextToken></R>"#;
        insta::assert_snapshot!(without_optional(xml), @r#"<?xml version="1.0"?><R xmlns="u"><vpcSet><item><vpcId>v</vpcId><isDefault/></item></vpcSet><nextToken>t</nextToken></R>"#);
    }
}
