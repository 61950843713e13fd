//! What `lamppost doctor` finds, in an organisation where things are denied in every way.

use std::collections::BTreeMap;

use lamppost::aws::{Base, Connection};
use lamppost::inventory::DeniedBy;
use lamppost::operation::{self, Plan};
use lamppost::report::{Terminal, doctor_table};
use lamppost::scan::{Answer, Diagnosis, Reach};
use lamppost::target::Selection;

use crate::support::cli::Lamppost;
use crate::support::emulator::Emulator;
use crate::support::simulator::run::limits;
use crate::support::simulator::{Denied, Simulator, World};
use crate::support::stub::{self, Stub};

async fn diagnosed(world: World) -> (Diagnosis, Simulator) {
    let simulator = Simulator::new(world);
    let connection = Connection::over(simulator.transport(), limits(60, 256));
    let selection = Selection {
        organization: true,
        role_name: Some("audit".to_owned()),
        external_id: Some("known-to-both".to_owned()),
        ..Selection::default()
    };
    let base = Base::Given {
        region: "eu-west-1".to_owned(),
    };
    let reach = Reach {
        accounts_at_once: 4,
        ..Reach::new(&connection, base, selection, Plan::everything())
    };
    (Diagnosis::of(&reach).await.unwrap(), simulator)
}

fn world() -> World {
    World {
        accounts: 3,
        regions: vec!["eu-west-1", "us-east-1"],
        functions: 5,
        ..World::default()
    }
}

#[tokio::test(start_paused = true)]
async fn where_all_is_well_every_operation_was_called_once() {
    let (diagnosis, simulator) = diagnosed(world()).await;
    assert!(
        diagnosis.is_whole() && diagnosis.has_entry(),
        "{diagnosis:#?}"
    );
    assert_eq!(
        diagnosis.callers[0].arn,
        "arn:aws:iam::100000000000:user/scanner"
    );
    assert_eq!(diagnosis.remedies, []);
    assert!(doctor_table(&diagnosis, Terminal::FILE).contains("All is well"));
    let member = &diagnosis.accounts[1];
    assert_eq!(member.tried_in.as_deref(), Some("eu-west-1"));
    let asked = simulator.asked();
    for operation in operation::all() {
        let label = operation.label;
        // no function names a key, so there is none to ask about
        if operation.service == operation::kms::SERVICE {
            continue;
        }
        let everywhere: BTreeMap<&str, u64> = asked
            .iter()
            .filter(|((account, _, name), _)| *name == label && account == "100000000001")
            .map(|((_, region, _), tally)| (region.as_str(), tally.attempts))
            .collect();
        let total: u64 = everywhere.values().sum();
        let expected = match operation.name {
            _ if ["sts", "organizations"].contains(&operation.service.prefix) => 0,
            "GetAccountSettings" | "ListFunctions" => 2,
            _ => 1,
        };
        assert_eq!(total, expected, "{label}: {everywhere:?}");
    }
    let untried = member
        .actions
        .iter()
        .filter(|action| action.answer == Answer::Untried);
    assert_eq!(untried.count(), 3);
}

#[tokio::test(start_paused = true)]
async fn every_denial_is_told_with_what_mends_it() {
    let denied = |operation, why| Denied {
        operation: Some(operation),
        why: Some(why),
        ..Denied::default()
    };
    let (diagnosis, _) = diagnosed(World {
        denied: vec![
            denied(
                "lambda:GetPolicy",
                "because no identity-based policy allows the lambda:GetPolicy action",
            ),
            denied(
                "lambda:ListLayers",
                "because no identity-based policy allows the lambda:ListLayers action",
            ),
            denied(
                "logs:DescribeLogGroups",
                "because no permissions boundary allows the logs:DescribeLogGroups action",
            ),
            denied(
                "iam:GetAccountAuthorizationDetails",
                "with an explicit deny in an identity-based policy",
            ),
            Denied {
                operation: Some("lambda:GetAccountSettings"),
                region: Some("us-east-1"),
                by_scp: true,
                ..Denied::default()
            },
        ],
        ..world()
    })
    .await;
    assert!(diagnosis.has_entry() && !diagnosis.is_whole());
    let by: Vec<(DeniedBy, bool, usize)> = diagnosis
        .remedies
        .iter()
        .map(|remedy| (remedy.by, remedy.explicit, remedy.accounts.len()))
        .collect();
    assert_eq!(
        by,
        [
            (DeniedBy::IdentityPolicy, false, 3),
            (DeniedBy::IdentityPolicy, true, 3),
            (DeniedBy::PermissionsBoundary, false, 3),
            (DeniedBy::ServiceControlPolicy, true, 3),
        ]
    );
    insta::assert_snapshot!(doctor_table(&diagnosis, Terminal::FILE), @r##"
    arn:aws:iam::100000000000:user/scanner
    account 100000000000 · partition aws · region eu-west-1

    Accounts
    Account                 Regions  Actions allowed  Denied
    ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
    100000000000 account-0   1 of 2         51 of 55  lambda:GetPolicy, lambda:ListLayers,
                                                      iam:GetAccountAuthorizationDetails, logs:DescribeLogGroups
    100000000001 account-1   1 of 2         42 of 46  lambda:GetPolicy, lambda:ListLayers,
                                                      iam:GetAccountAuthorizationDetails, logs:DescribeLogGroups
    100000000002 account-2   1 of 2         42 of 46  lambda:GetPolicy, lambda:ListLayers,
                                                      iam:GetAccountAuthorizationDetails, logs:DescribeLogGroups

    Not reached
    100000000000 us-east-1: closed by a service control policy
    100000000001 us-east-1: closed by a service control policy
    100000000002 us-east-1: closed by a service control policy

    What would mend it
    1. lambda:GetPolicy, lambda:ListLayers: allowed by no identity policy
       in 100000000000, 100000000001, 100000000002
       AWS says: User: arn:aws:sts::100000000000:assumed-role/audit/lamppost is not authorized to perform: lambda:GetPolicy
       because no identity-based policy allows the lambda:GetPolicy action
       add to the policies of `role/audit`
         {
           "Effect": "Allow",
           "Action": [
             "lambda:GetPolicy",
             "lambda:ListLayers"
           ],
           "Resource": "*"
         }
    2. iam:GetAccountAuthorizationDetails: denied by a statement of an identity policy
       in 100000000000, 100000000001, 100000000002
       AWS says: User: arn:aws:sts::100000000000:assumed-role/audit/lamppost is not authorized to perform:
       iam:GetAccountAuthorizationDetails with an explicit deny in an identity-based policy
       an identity policy of `role/audit` denies these actions: take them out of its Deny statement, since no Allow
       outweighs it
    3. logs:DescribeLogGroups: allowed by no permissions boundary
       in 100000000000, 100000000001, 100000000002
       AWS says: User: arn:aws:sts::100000000000:assumed-role/audit/lamppost is not authorized to perform:
       logs:DescribeLogGroups because no permissions boundary allows the logs:DescribeLogGroups action
       add to the permissions boundary of `role/audit`
         {
           "Effect": "Allow",
           "Action": [
             "logs:DescribeLogGroups"
           ],
           "Resource": "*"
         }
    4. lambda:GetAccountSettings: denied by a statement of a service control policy
       in 100000000000, 100000000001, 100000000002
       AWS says: User: arn:aws:sts::100000000000:assumed-role/audit/lamppost is not authorized to perform:
       lambda:GetAccountSettings with an explicit deny in a service control policy
       only the organisation's administrators can change the service control policy: let them exempt `role/audit` from its
       Deny statement, by a condition such as `ArnNotLike` on `aws:PrincipalArn`

    A scan would be incomplete.
    "##);
}

#[tokio::test(start_paused = true)]
async fn a_role_that_cannot_be_assumed_is_mended_on_both_sides() {
    let (diagnosis, _) = diagnosed(World {
        denied: vec![Denied {
            operation: Some("sts:AssumeRole"),
            why: Some("on resource: arn:aws:iam::100000000001:role/audit"),
            ..Denied::default()
        }],
        ..world()
    })
    .await;
    assert_eq!((diagnosis.accounts.len(), diagnosis.missed.len()), (1, 2));
    assert!(!diagnosis.is_whole());
    let [remedy] = diagnosis.remedies.as_slice() else {
        panic!("{:#?}", diagnosis.remedies)
    };
    assert_eq!(remedy.accounts.len(), 2);
    insta::assert_snapshot!(format!("{}\n{:#}", remedy.advice, remedy.statement.as_ref().unwrap()), @r##"
    the role `audit` must exist there and its trust policy must name `role/audit`, with the external id that you give: add to it; `role/audit` itself needs sts:AssumeRole on it too (`lamppost permissions --role-name audit`)
    {
      "Effect": "Allow",
      "Principal": {
        "AWS": "arn:aws:iam::100000000000:role/audit"
      },
      "Action": [
        "sts:AssumeRole"
      ],
      "Condition": {
        "StringEquals": {
          "sts:ExternalId": "the external id that you give"
        }
      }
    }
    "##);
}

#[test]
fn the_command_says_who_and_what() {
    let emulator = Emulator::organisation();
    let arguments = ["doctor", "--org", "--role-name", "LamppostAudit"];
    let ended = Lamppost::new(arguments).at(emulator.endpoint()).run();
    assert_eq!(ended.code(), 4, "{}", ended.stderr());
    let text = ended
        .stdout()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for part in [
        "account 111111111111 · partition aws · region us-east-1 · from environment variables",
        "444444444444 Wickworks (acquired) cannot be entered",
        "222222222222 eu-west-1: closed by a service control policy",
        "only the organisation's administrators can change the service control policy",
        "\"Action\": [ \"sts:AssumeRole\" ]",
        "A scan would be incomplete.",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let json = Lamppost::new(arguments.iter().chain(&["--format", "json"]))
        .at(emulator.endpoint())
        .run()
        .json();
    assert_eq!(json["schema"], "lamppost-doctor/1");
    assert_eq!(json["callers"][0]["source"][0], "environment variables");
    let alone = Lamppost::new(["doctor", "--region", "us-east-1"])
        .at(emulator.endpoint())
        .run();
    assert_eq!(alone.code(), 0, "{}{}", alone.stdout(), alone.stderr());
    let nobody = Lamppost::new(["doctor"]).run();
    assert_eq!((nobody.code(), nobody.stdout().as_str()), (3, ""));
}

#[tokio::test(start_paused = true)]
async fn what_would_show_more_is_allowed_on_no_more_than_is_read() {
    let denied = |operation, action: &'static str| Denied {
        operation: Some(operation),
        why: Some(action),
        ..Denied::default()
    };
    let (diagnosis, _) = diagnosed(World {
        denied: vec![
            denied(
                "apigatewayv2:GetApis",
                "because no identity-based policy allows the apigateway:GET action",
            ),
            denied(
                "sqs:ListQueues",
                "because no identity-based policy allows the sqs:ListQueues action",
            ),
        ],
        ..world()
    })
    .await;
    let statements: Vec<&serde_json::Value> = diagnosis
        .remedies
        .iter()
        .filter_map(|remedy| remedy.statement.as_ref())
        .collect();
    insta::assert_snapshot!(serde_json::to_string(&statements).unwrap(), @r#"[[{"Effect":"Allow","Action":["sqs:ListQueues"],"Resource":"*"},{"Effect":"Allow","Action":["apigateway:GET"],"Resource":["arn:aws:apigateway:*::/restapis","arn:aws:apigateway:*::/restapis/*/resources","arn:aws:apigateway:*::/restapis/*/stages","arn:aws:apigateway:*::/restapis/*/deployments/*","arn:aws:apigateway:*::/domainnames","arn:aws:apigateway:*::/domainnames/*/basepathmappings","arn:aws:apigateway:*::/apis","arn:aws:apigateway:*::/apis/*/integrations","arn:aws:apigateway:*::/apis/*/routes","arn:aws:apigateway:*::/apis/*/stages","arn:aws:apigateway:*::/domainnames/*/apimappings"]}]]"#);
}

/// A server that knows who calls and refuses everything else.
#[test]
fn who_may_nothing_hears_it() {
    let stub = Stub::start(|_, body| {
        if body.contains("Action=GetCallerIdentity") {
            return stub::Answer::Now(
                200,
                "<GetCallerIdentityResponse><GetCallerIdentityResult>\
                 <Arn>arn:aws-us-gov:iam::111122223333:user/x</Arn><UserId>x</UserId><Account>111122223333</Account>\
                 </GetCallerIdentityResult></GetCallerIdentityResponse>"
                    .to_owned(),
            );
        }
        stub::Answer::Now(
            403,
            r#"{"__type":"AccessDeniedException","Message":"User: arn:aws-us-gov:iam::111122223333:user/x is not authorized to perform: lambda:GetAccountSettings because no session policy allows the lambda:GetAccountSettings action"}"#.to_owned(),
        )
    });
    let ended = Lamppost::new(["doctor", "--region", "us-gov-west-1"])
        .at(stub.endpoint())
        .run();
    assert_eq!(ended.code(), 3, "{}{}", ended.stdout(), ended.stderr());
    let text = ended.stdout();
    assert!(text.contains("partition aws-us-gov"), "{text}");
    assert!(text.contains("allowed by no session policy"), "{text}");
    assert!(text.contains("Nothing can be scanned."), "{text}");
}
