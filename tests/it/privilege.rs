//! What execution roles may do, for accounts written for one question each.

use std::collections::BTreeMap;

use lamppost::analysis::{AccountContext, Escalation, Fact, Grant, RoleFacts, Settings};
use lamppost::inventory::{
    AccountInventory, AttachedPolicy, Function, Gap, GapKind, Iam, InlinePolicy, ManagedPolicy,
    Observed, Principal, PrincipalKind, ServiceControlPolicy,
};
use serde_json::{Value, json};

use crate::support::world::{ACCOUNT, LAMBDA_TRUST, ROLE, arn, function, quiet};

/// A role of that name with inline policies `p0`, `p1`, … of one statement each.
pub(crate) fn role(name: &str, trusted: &[&str], statements: &[Value]) -> Principal {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}]});
    Principal {
        kind: PrincipalKind::Role,
        arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
        name: name.to_owned(),
        id: format!("AROA{}", name.to_uppercase()),
        trust_policy: Some(trust.to_string()),
        inline: statements
            .iter()
            .enumerate()
            .map(|(number, statement)| InlinePolicy {
                name: format!("p{number}"),
                document: document(statement),
            })
            .collect(),
        attached: Vec::new(),
        boundary: None,
        groups: Vec::new(),
        tags: BTreeMap::new(),
        last_used: None,
    }
}

pub(crate) fn user(name: &str, statements: &[Value]) -> Principal {
    Principal {
        kind: PrincipalKind::User,
        arn: format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        id: format!("AIDA{}", name.to_uppercase()),
        trust_policy: None,
        ..role(name, &[], statements)
    }
}

pub(crate) fn document(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

pub(crate) fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

fn managed(name: &str, document: String) -> ManagedPolicy {
    ManagedPolicy {
        arn: format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
        name: name.to_owned(),
        document,
    }
}

fn attached(name: &str) -> AttachedPolicy {
    AttachedPolicy {
        arn: format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
        name: name.to_owned(),
    }
}

/// An account whose function `quiet` runs as the first of these principals.
pub(crate) fn account(mut principals: Vec<Principal>) -> AccountInventory {
    let mut inventory = quiet();
    inventory.account.organization = Observed::Known(None);
    inventory.regions[0].functions[0].configuration.role =
        principals.first().map(|principal| principal.arn.clone());
    principals.sort_by(|one, other| one.arn.cmp(&other.arn));
    inventory.iam = Observed::Known(Iam {
        principals,
        policies: Vec::new(),
    });
    inventory
}

pub(crate) fn iam(inventory: &mut AccountInventory) -> &mut Iam {
    match &mut inventory.iam {
        Observed::Known(iam) => iam,
        Observed::Missing(gap) => panic!("{gap}"),
    }
}

/// The facts of the role of the account's first function.
pub(crate) fn facts(inventory: &AccountInventory) -> RoleFacts {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    let region = &inventory.regions[0];
    RoleFacts::derive(account.function(region, &region.functions[0]))
}

/// `policy/statement: actions`, with a question mark where it is not certain.
fn grants(fact: &Fact<Vec<Grant>>) -> Vec<String> {
    match fact {
        Fact::Known(grants) => grants
            .iter()
            .map(|grant| {
                format!(
                    "{}/{}{}: {}",
                    grant.policy,
                    grant.statement,
                    if grant.certain { "" } else { "?" },
                    grant.actions.join(" ")
                )
            })
            .collect(),
        Fact::Unknown(gaps) => gaps.iter().map(|gap| format!("unknown: {gap}")).collect(),
    }
}

fn is_admin(inventory: &AccountInventory) -> String {
    match facts(inventory).admin {
        Fact::Known(grants) if grants.is_empty() => "no".to_owned(),
        Fact::Known(grants) if grants.iter().all(|grant| grant.certain) => "yes".to_owned(),
        Fact::Known(grants) => format!("depends: {}", grants[0].depends_on.join("; ")),
        Fact::Unknown(gaps) => format!("unknown: {}", gaps[0].message),
    }
}

fn scp(statement: &Value) -> ServiceControlPolicy {
    ServiceControlPolicy {
        id: "p-1".to_owned(),
        name: "Guardrail".to_owned(),
        document: document(statement),
    }
}

/// Puts an account under these levels of service control policies.
fn organise(inventory: &mut AccountInventory, levels: Vec<Vec<ServiceControlPolicy>>) {
    let mut organized = quiet().account.organization;
    if let Observed::Known(Some(organization)) = &mut organized {
        organization.service_control_policies = Observed::Known(Some(levels));
    }
    inventory.account.organization = organized;
}

#[test]
fn administrators_are_judged_with_everything_that_binds_them() {
    let all = allow(&["*"], "*");
    let admin = || {
        account(vec![role(
            "r",
            &["lambda.amazonaws.com"],
            &[allow(&["*"], "*")],
        )])
    };
    let full = || scp(&allow(&["*"], "*"));

    assert_eq!(is_admin(&admin()), "yes");

    let with = |change: &dyn Fn(&mut AccountInventory)| {
        let mut inventory = admin();
        change(&mut inventory);
        is_admin(&inventory)
    };
    let bounded = |policy: Value| {
        with(&|inventory| {
            let iam = iam(inventory);
            iam.principals[0].boundary = Some(format!("arn:aws:iam::{ACCOUNT}:policy/b"));
            iam.policies.push(managed("b", document(&policy)));
        })
    };
    assert_eq!(bounded(all.clone()), "yes");
    assert_eq!(bounded(allow(&["s3:*"], "*")), "no");
    assert_eq!(bounded(allow(&["*"], "arn:aws:s3:::b/*")), "no");
    assert_eq!(
        bounded(
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}})
        ),
        "depends: aws:SourceIp IpAddress 10.0.0.0/8"
    );
    assert_eq!(
        with(&|inventory| iam(inventory).principals[0].boundary = Some("arn:gone".to_owned())),
        "unknown: the answer lacks permissions boundary `arn:gone`"
    );
    assert_eq!(
        with(&|inventory| organise(inventory, vec![vec![full()], vec![full()]])),
        "yes"
    );
    assert_eq!(
        with(&|inventory| organise(inventory, vec![vec![full()], vec![]])),
        "no"
    );
    let deny = json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*"});
    assert_eq!(
        with(&|inventory| organise(inventory, vec![vec![full(), scp(&deny)]])),
        "no"
    );
    assert_eq!(
        with(&|inventory| {
            organise(inventory, vec![vec![full(), scp(&deny)]]);
            if let Observed::Known(Some(organization)) = &mut inventory.account.organization {
                organization.management_account = ACCOUNT.to_owned();
            }
        }),
        "yes",
        "control policies do not bind the management account"
    );
    assert_eq!(
        with(&|inventory| {
            inventory.account.organization = Observed::Missing(Gap::new(
                "organizations:DescribeOrganization",
                GapKind::AccessDenied,
                "no",
            ));
        }),
        "depends: the organisation's service control policies could not be read"
    );
    assert_eq!(
        with(
            &|inventory| iam(inventory).principals[0].inline.push(InlinePolicy {
                name: "broken".to_owned(),
                document: "{".to_owned(),
            })
        ),
        "depends: policies that could not be read"
    );
}

#[test]
fn what_is_no_administrator() {
    for (statement, expected) in [
        (allow(&["iam:*", "s3:*"], "*"), "no"),
        (
            json!({"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}),
            "no",
        ),
        (
            json!({"Effect": "Allow", "NotAction": "aws-portal:*", "Resource": "*"}),
            "yes",
        ),
        (allow(&["*"], "arn:aws:s3:::bucket/*"), "no"),
        (allow(&["*:*"], "*"), "yes"),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:ResourceTag/team": "a"}}}),
            "no",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalTag/team": "a"}}}),
            "no",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}),
            "no",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}}),
            "no",
        ),
        (
            json!({"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/r"}}}),
            "yes",
        ),
    ] {
        let inventory = account(vec![role(
            "r",
            &["lambda.amazonaws.com"],
            std::slice::from_ref(&statement),
        )]);
        assert_eq!(is_admin(&inventory), expected, "{statement}");
    }
}

#[test]
fn policies_that_are_not_read_leave_open_what_nothing_else_gives() {
    let mut inventory = account(vec![role(
        "r",
        &["lambda.amazonaws.com"],
        &[allow(&["s3:GetObject"], "*")],
    )]);
    iam(&mut inventory).principals[0]
        .attached
        .push(attached("lost"));
    let facts = facts(&inventory);
    assert_eq!(grants(&facts.data_access), ["p0/#1?: s3:GetObject"]);
    assert!(matches!(&facts.admin, Fact::Unknown(gaps) if gaps[0].message.contains("policy/lost")));
    assert!(matches!(&facts.service_wide, Fact::Unknown(_)));
    assert!(matches!(&facts.escalations, Fact::Unknown(_)));
}

#[test]
fn a_deleted_role_may_do_nothing() {
    let mut inventory = account(vec![role(
        "r",
        &["lambda.amazonaws.com"],
        &[allow(&["*"], "*")],
    )]);
    inventory.regions[0].functions[0].configuration.role = Some(format!("{ROLE}-gone"));
    let facts = facts(&inventory);
    assert_eq!(facts.exists, Fact::Known(false));
    assert_eq!(facts.admin, Fact::Known(Vec::new()));
    assert_eq!(facts.trusts_lambda, Fact::Known(false));
}

#[test]
fn classes_name_policy_statement_and_action() {
    let statements = [
        json!({"Sid": "Read", "Effect": "Allow", "Action": ["s3:Get*", "dynamodb:Scan"], "Resource": "*"}),
        allow(
            &["secretsmanager:GetSecretValue"],
            "arn:aws:secretsmanager:eu-central-1:111122223333:secret:app-*",
        ),
        allow(&["sqs:*"], "*"),
        allow(&["kms:Decrypt"], "*"),
        json!({"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}),
        allow(
            &["dynamodb:Query"],
            "arn:aws:dynamodb:eu-central-1:111122223333:table/*",
        ),
        allow(&["s3:PutBucketPolicy"], "arn:aws:s3:::*"),
    ];
    let facts = facts(&account(vec![role(
        "r",
        &["lambda.amazonaws.com"],
        &statements,
    )]));
    assert_eq!(
        grants(&facts.data_access),
        [
            "p0/Read: s3:GetObject s3:GetObjectVersion",
            "p2/#1: sqs:ReceiveMessage",
            "p3/#1: kms:Decrypt",
        ]
    );
    assert_eq!(grants(&facts.service_wide), ["p2/#1: sqs:*"]);
    assert_eq!(
        grants(&facts.resource_exposure),
        [
            "p2/#1: sqs:AddPermission sqs:SetQueueAttributes",
            "p6/#1: s3:PutBucketPolicy"
        ]
    );
    assert_eq!(grants(&facts.credential_access), Vec::<String>::new());
}

/// `path → target (gains)`, with a question mark where it is not certain.
pub(crate) fn ways(fact: &Fact<Vec<Escalation>>) -> Vec<String> {
    match fact {
        Fact::Known(ways) => ways
            .iter()
            .map(|way| {
                let target = way.target.rsplit(':').next().unwrap_or_default();
                let certain = if way.certain { "" } else { "?" };
                format!("{}{certain} → {target} ({})", way.path, way.gains.join(" "))
            })
            .collect(),
        Fact::Unknown(gaps) => gaps.iter().map(|gap| format!("unknown: {gap}")).collect(),
    }
}

fn admin_role(name: &str, trusted: &[&str]) -> Principal {
    role(name, trusted, &[allow(&["*"], "*")])
}

#[test]
fn escalations_need_a_target_that_exists() {
    let lambda = &["lambda.amazonaws.com"];
    let deploy = allow(
        &[
            "iam:PassRole",
            "lambda:CreateFunction",
            "lambda:InvokeFunction",
        ],
        "*",
    );
    let passing_to = |service: &str, resource: &str| {
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": resource,
            "Condition": {"StringEquals": {"iam:PassedToService": service}}})
    };
    let make = allow(&["lambda:CreateFunction", "lambda:InvokeFunction"], "*");
    for (name, statements, others, expected) in [
        ("no other role", vec![deploy.clone()], vec![], vec![]),
        (
            "an administrator for another service",
            vec![deploy.clone()],
            vec![admin_role("a", &["ec2.amazonaws.com"])],
            vec![],
        ),
        (
            "an administrator for Lambda",
            vec![deploy.clone()],
            vec![admin_role("a", lambda)],
            vec!["lambda-001 → role/a (administrator)"],
        ),
        (
            "a role that reads secrets",
            vec![deploy.clone()],
            vec![role(
                "a",
                lambda,
                &[allow(&["secretsmanager:GetSecretValue"], "*")],
            )],
            vec!["lambda-001 → role/a (secretsmanager:GetSecretValue)"],
        ),
        (
            "a role that can do no more",
            vec![deploy.clone()],
            vec![role("a", lambda, &[allow(&["logs:PutLogEvents"], "*")])],
            vec![],
        ),
        (
            "passing to Lambda allowed",
            vec![make.clone(), passing_to("lambda.amazonaws.com", "*")],
            vec![admin_role("a", lambda)],
            vec!["lambda-001 → role/a (administrator)"],
        ),
        (
            "passing to another service allowed",
            vec![make.clone(), passing_to("ec2.amazonaws.com", "*")],
            vec![admin_role("a", lambda)],
            vec![],
        ),
        (
            "passing of other roles allowed",
            vec![
                make.clone(),
                passing_to("lambda.amazonaws.com", "arn:aws:iam::*:role/app-*"),
            ],
            vec![admin_role("a", lambda)],
            vec![],
        ),
        (
            "the role passed is one of those",
            vec![
                make.clone(),
                passing_to("lambda.amazonaws.com", "arn:aws:iam::*:role/app-*"),
            ],
            vec![admin_role("a", lambda), admin_role("app-x", lambda)],
            vec!["lambda-001 → role/app-x (administrator)"],
        ),
        (
            "functions of one name, passed to another",
            vec![
                allow(
                    &["lambda:CreateFunction"],
                    "arn:aws:lambda:*:*:function:a-*",
                ),
                allow(
                    &["lambda:InvokeFunction"],
                    "arn:aws:lambda:*:*:function:b-*",
                ),
                passing_to("lambda.amazonaws.com", "*"),
            ],
            vec![admin_role("a", lambda)],
            vec!["lambda-001? → role/a (administrator)"],
        ),
        (
            "a service-linked role cannot be passed",
            vec![deploy.clone()],
            vec![Principal {
                arn: format!("arn:aws:iam::{ACCOUNT}:role/aws-service-role/lambda.amazonaws.com/a"),
                ..admin_role("a", lambda)
            }],
            vec![],
        ),
        (
            "its own policies",
            vec![allow(&["iam:PutRolePolicy"], "*")],
            vec![],
            vec!["iam-005 → role/r (administrator)"],
        ),
        (
            "policies of others",
            vec![allow(&["iam:PutRolePolicy"], "arn:aws:iam::*:role/other")],
            vec![admin_role("other", lambda)],
            vec![],
        ),
        (
            "policies of others that it may assume",
            vec![
                allow(&["iam:PutRolePolicy"], "arn:aws:iam::*:role/other"),
                allow(&["sts:AssumeRole"], "*"),
            ],
            vec![Principal {
                trust_policy: Some(document(
                    &json!({"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}),
                )),
                ..role("other", lambda, &[])
            }],
            vec!["iam-017 → role/other (administrator)"],
        ),
        (
            "assuming whom nobody lets it",
            vec![allow(&["sts:AssumeRole"], "*")],
            vec![admin_role("a", lambda)],
            vec![],
        ),
        (
            "assuming whom the account lets it",
            vec![allow(&["sts:AssumeRole"], "*")],
            vec![Principal {
                trust_policy: Some(document(
                    &json!({"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}, "Action": "sts:AssumeRole"}),
                )),
                ..admin_role("a", lambda)
            }],
            vec!["sts-001 → role/a (administrator)"],
        ),
        (
            "a user's key, of a weak user",
            vec![allow(&["iam:CreateAccessKey"], "*")],
            vec![user("u", &[])],
            vec![],
        ),
        (
            "a user's key",
            vec![allow(&["iam:CreateAccessKey"], "*")],
            vec![user("u", &[]), user("v", &[allow(&["*"], "*")])],
            vec!["iam-002 → user/v (administrator)"],
        ),
        (
            "user-only ways are not for roles",
            vec![allow(&["iam:PutUserPolicy", "iam:AddUserToGroup"], "*")],
            vec![user("v", &[allow(&["*"], "*")])],
            vec![],
        ),
        (
            "machines that may run as the role",
            vec![allow(&["ssm:SendCommand"], "*")],
            vec![admin_role("a", &["ec2.amazonaws.com"])],
            vec!["ssm-002? → role/a (administrator)"],
        ),
        (
            "nothing for an administrator",
            vec![allow(&["*"], "*")],
            vec![admin_role("a", lambda)],
            vec![],
        ),
    ] {
        let mut principals = vec![role("r", lambda, &statements)];
        principals.extend(others);
        let facts = facts(&account(principals));
        assert_eq!(ways(&facts.escalations), expected, "{name}");
    }
}

#[test]
fn functions_are_taken_over_with_their_roles() {
    let update = allow(
        &["lambda:UpdateFunctionCode"],
        "arn:aws:lambda:*:*:function:deploy-*",
    );
    for (name, expected) in [
        (
            "deploy-a",
            vec!["lambda-003 → deploy-a (administrator)".to_owned()],
        ),
        ("other", vec![]),
    ] {
        let mut inventory = account(vec![
            role(
                "r",
                &["lambda.amazonaws.com"],
                std::slice::from_ref(&update),
            ),
            admin_role("a", &["lambda.amazonaws.com"]),
        ]);
        let mut strong: Function = function(name);
        strong.arn = arn(name);
        strong.configuration.role = Some(format!("arn:aws:iam::{ACCOUNT}:role/a"));
        inventory.regions[0].functions.push(strong);
        assert_eq!(ways(&facts(&inventory).escalations), expected);
    }
}

#[test]
fn own_policies_are_written_anew() {
    let mut inventory = account(vec![role(
        "r",
        &["lambda.amazonaws.com"],
        &[allow(
            &["iam:CreatePolicyVersion", "iam:SetDefaultPolicyVersion"],
            "*",
        )],
    )]);
    assert_eq!(ways(&facts(&inventory).escalations), Vec::<String>::new());
    let iam = iam(&mut inventory);
    iam.principals[0].attached.push(attached("own"));
    iam.policies
        .push(managed("own", document(&allow(&["logs:*"], "*"))));
    assert_eq!(
        ways(&facts(&inventory).escalations),
        [
            "iam-001 → policy/own (administrator)",
            "set-default-policy-version? → policy/own (administrator)"
        ]
    );
}

#[test]
fn trust_policies_are_sorted_by_whom_they_let_in() {
    let trust = |statements: Value| {
        let mut inventory = account(vec![role("r", &["lambda.amazonaws.com"], &[])]);
        organise(&mut inventory, vec![]);
        iam(&mut inventory).principals[0].trust_policy =
            Some(json!({"Version": "2012-10-17", "Statement": statements}).to_string());
        let facts = facts(&inventory);
        let lists = [
            ("services", &facts.trusted_services),
            ("public", &facts.public_trusts),
            ("foreign", &facts.foreign_trusts),
            ("organization", &facts.organization_trusts),
            ("own", &facts.own_account_trusts),
            ("federated", &facts.federated_trusts),
        ];
        let mut found: Vec<String> = Vec::new();
        for (name, list) in lists {
            for trust in list.known().into_iter().flatten() {
                let id = if trust.external_id {
                    " with external id"
                } else {
                    ""
                };
                let certain = if trust.certain { "" } else { "?" };
                found.push(format!(
                    "{name}{certain} {} by {}{id}",
                    trust.principal, trust.statement
                ));
            }
            if list.known().is_none() {
                found.push(format!("{name} unknown"));
            }
        }
        found
    };
    let by = |principal: Value, condition: Value| json!([{"Sid": "s", "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", "Condition": condition}]);
    let web = |provider: &str, condition: Value| {
        json!([{"Sid": "s", "Effect": "Allow", "Principal": {"Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{provider}")},
            "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition}])
    };
    let github = "token.actions.githubusercontent.com";
    for (statements, expected) in [
        (
            by(json!({"Service": "lambda.amazonaws.com"}), json!({})),
            vec![],
        ),
        (
            by(
                json!({"Service": ["edgelambda.amazonaws.com", "scheduler.amazonaws.com"]}),
                json!({}),
            ),
            vec!["services scheduler.amazonaws.com by s"],
        ),
        (
            by(
                json!({"Service": "ec2.amazonaws.com"}),
                json!({"StringEquals": {"aws:SourceAccount": ACCOUNT}}),
            ),
            vec!["services ec2.amazonaws.com by s"],
        ),
        (by(json!({"AWS": "*"}), json!({})), vec!["public * by s"]),
        (
            by(
                json!({"AWS": "*"}),
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-lamppost01"}}),
            ),
            vec![],
        ),
        (
            by(
                json!({"AWS": "*"}),
                json!({"StringEquals": {"sts:ExternalId": "x"}}),
            ),
            vec!["public? * by s with external id"],
        ),
        (
            by(
                json!({"AWS": "*"}),
                json!({"StringEquals": {"aws:PrincipalAccount": "777788889999"}}),
            ),
            vec!["foreign * by s"],
        ),
        (
            by(json!({"AWS": "777788889999"}), json!({})),
            vec!["foreign 777788889999 by s"],
        ),
        (
            by(
                json!({"AWS": "arn:aws:iam::777788889999:role/x"}),
                json!({"StringEquals": {"sts:ExternalId": "x"}}),
            ),
            vec!["foreign? arn:aws:iam::777788889999:role/x by s with external id"],
        ),
        (
            by(json!({"AWS": "444455556666"}), json!({})),
            vec!["organization 444455556666 by s"],
        ),
        (
            by(
                json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")}),
                json!({}),
            ),
            vec!["own 111122223333 by s"],
        ),
        (
            web(
                github,
                json!({"StringEquals": {format!("{github}:aud"): "sts.amazonaws.com"}}),
            ),
            vec![
                "federated? arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com by s",
            ],
        ),
        (
            web(
                github,
                json!({"StringLike": {format!("{github}:sub"): "repo:lanternworks/shop:*"}}),
            ),
            vec![],
        ),
        (
            web(
                github,
                json!({"StringLike": {format!("{github}:sub"): "repo:*"}}),
            ),
            vec![
                "federated? arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com by s",
            ],
        ),
        (
            web(
                "login.example",
                json!({"StringEquals": {"login.example:aud": "shop"}}),
            ),
            vec![],
        ),
        (
            by(json!({"AWS": "AROAEXAMPLEID12345678"}), json!({})),
            vec![],
        ),
    ] {
        assert_eq!(trust(statements.clone()), expected, "{statements}");
    }
    assert_eq!(LAMBDA_TRUST.matches("lambda").count(), 1);
}
