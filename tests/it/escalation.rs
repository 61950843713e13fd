//! Ways of execution roles to more permissions, for accounts written for one question each.

use lamppost::analysis::{Escalation, Fact};
use lamppost::inventory::{Function, Principal};
use serde_json::json;

use crate::support::principals::{
    account, admin_role, allow, attached, document, facts, iam, managed, role, user,
};
use crate::support::world::{ACCOUNT, arn, function};

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
        ["iam-001 → policy/own (administrator)"]
    );
}
