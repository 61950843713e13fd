//! Every fault in the protocol of every service.

use super::super::transport::{Fault, Rule, faults, transport};
use super::super::{Call, Session, gap};
use super::{ACCOUNT, alike, session};
use crate::inventory::{Gap, GapKind};
use crate::operation;

/// One call of each service, and a whole answer to it.
const SERVICES: [(&str, &str); 7] = [
    ("lambda", r#"{"Functions":[{"FunctionName":"f"}]}"#),
    ("kms", r#"{"KeyMetadata":{"KeyId":"k"}}"#),
    ("logs", r#"{"logGroups":[{"logGroupName":"g"}]}"#),
    ("organizations", r#"{"Organization":{"Id":"o-1"}}"#),
    (
        "iam",
        "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><IsTruncated>false</IsTruncated>\
         <RoleDetailList><member><RoleName>r</RoleName><Path>/</Path></member></RoleDetailList>\
         </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>",
    ),
    (
        "sts",
        "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    ),
    (
        "ec2",
        "<DescribeVpcsResponse><vpcSet><item><vpcId>v</vpcId><cidrBlock>10/8</cidrBlock></item></vpcSet></DescribeVpcsResponse>",
    ),
];

async fn ask(session: &Session, service: &str) -> Result<(), Gap> {
    let region = "eu-west-1";
    let at = |operation| Call {
        operation,
        account: ACCOUNT,
        region,
        resource: None,
    };
    macro_rules! send {
        ($client:expr, $operation:ident, $label:expr) => {
            $client
                .$operation()
                .send()
                .await
                .map(|_| ())
                .map_err(|error| gap(&error, &at($label)))
        };
    }
    match service {
        "lambda" => send!(
            session.lambda(region),
            list_functions,
            &operation::lambda::LIST_FUNCTIONS
        ),
        "kms" => {
            let call = session.kms(region).describe_key().key_id("k");
            let answer = call.send().await;
            answer
                .map(|_| ())
                .map_err(|error| gap(&error, &at(&operation::kms::DESCRIBE_KEY)))
        }
        "logs" => send!(
            session.logs(region),
            describe_log_groups,
            &operation::logs::DESCRIBE_LOG_GROUPS
        ),
        "organizations" => send!(
            session.organizations(),
            describe_organization,
            &operation::organizations::DESCRIBE_ORGANIZATION
        ),
        "iam" => send!(
            session.iam(),
            get_account_authorization_details,
            &operation::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS
        ),
        "sts" => send!(
            session.sts(region),
            get_caller_identity,
            &operation::sts::GET_CALLER_IDENTITY
        ),
        "ec2" => send!(
            session.ec2(region),
            describe_vpcs,
            &operation::ec2::DESCRIBE_VPCS
        ),
        other => panic!("{other}"),
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_speaks_the_protocol_of_every_service() {
    for (service, body) in SERVICES {
        for fault in Fault::ALL {
            let expected = match fault {
                Fault::AccessDenied => Some(GapKind::AccessDenied),
                Fault::DeniedByScp => Some(GapKind::DeniedByScp),
                Fault::Throttled => Some(GapKind::Throttled),
                Fault::ServerError => Some(GapKind::ServerFault),
                Fault::ConnectionReset => Some(GapKind::Network),
                Fault::Timeout => Some(GapKind::Timeout),
                Fault::Truncated => Some(GapKind::Malformed),
                Fault::ExpiredToken => Some(GapKind::ExpiredCredentials),
                Fault::MissingFields => None,
            };
            let below = transport(alike(200, &[], body), None);
            let session = session(faults(below, vec![Rule::everywhere(fault)])).await;
            let outcome = ask(&session, service).await;
            let kind = outcome.as_ref().err().map(|gap| gap.kind);
            assert_eq!(kind, expected, "{service} {fault}: {outcome:?}");
            let attempts = session.connection().ledger().entries()[0].attempts;
            let retried = match fault {
                // once, in case that credentials loaded anew are others
                Fault::ExpiredToken => true,
                Fault::Throttled | Fault::ServerError | Fault::ConnectionReset | Fault::Timeout => {
                    true
                }
                // JSON that breaks off is no answer to the SDK; XML is, so it is caught before
                Fault::Truncated => body.starts_with('<'),
                _ => false,
            };
            assert_eq!(
                attempts > 1,
                retried,
                "{service} {fault}: {attempts} attempts"
            );
        }
    }
}
