//! What execution roles may do, for accounts written for one question each.

use lamppost::analysis::{Fact, Grant};
use lamppost::inventory::{AccountInventory, Gap, GapKind, InlinePolicy, Observed};
use serde_json::{Value, json};

use crate::support::principals::{
    account, allow, attached, document, facts, iam, managed, organise, role, scp, user,
};
use crate::support::world::{ACCOUNT, ROLE};
use lamppost::operation;

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

#[test]
fn a_role_may_log_where_it_may_write_to_the_streams_of_the_group() {
    let group = format!("arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/*");
    for (resource, expected) in [
        ("*".to_owned(), true),
        (format!("{group}:*"), true),
        (format!("{group}:log-stream:*"), true),
        (
            format!("arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/quiet:*"),
            true,
        ),
        (
            format!("arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/quiet:log-stream:*"),
            true,
        ),
        (
            format!("arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/quiet"),
            false,
        ),
        (
            format!("arn:aws:logs:*:{ACCOUNT}:log-group:/aws/lambda/other:*"),
            false,
        ),
    ] {
        let actions = ["logs:CreateLogStream", "logs:PutLogEvents"];
        let inventory = account(vec![role(
            "r",
            &["lambda.amazonaws.com"],
            &[allow(&actions, &resource)],
        )]);
        assert_eq!(
            facts(&inventory).can_log,
            Fact::Known(expected),
            "{resource}"
        );
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
                &operation::organizations::DESCRIBE_ORGANIZATION,
                GapKind::AccessDenied,
                "no",
            ));
        }),
        "depends: unless a service control policy that could not be read denies it"
    );
    assert_eq!(
        with(
            &|inventory| iam(inventory).principals[0].inline.push(InlinePolicy {
                name: "broken".to_owned(),
                document: "{".to_owned(),
            })
        ),
        "depends: unless the identity-based policy broken, which could not be read, denies it"
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

/// A boundary that was not read may allow it or not, also where it is done to one user only.
#[test]
fn a_boundary_that_is_not_read_leaves_permissions_of_others_open() {
    let of_ann = allow(
        &["iam:PutUserPolicy"],
        &format!("arn:aws:iam::{ACCOUNT}:user/ann"),
    );
    let lambda = &["lambda.amazonaws.com"];
    let mut inventory = account(vec![role("r", lambda, &[of_ann]), user("ann", &[])]);
    iam(&mut inventory).principals[0].boundary = Some(attached("lost").arn);
    let found = facts(&inventory).permissions_management;
    assert!(matches!(&found, Fact::Unknown(gaps) if gaps[0].message.contains("policy/lost")));
}

/// What a group gives is not known where its policies are not.
#[test]
fn a_group_that_is_not_read_leaves_open_what_joining_it_gives() {
    let lambda = &["lambda.amazonaws.com"];
    let mut group = role("team", &[], &[]);
    group.kind = lamppost::inventory::PrincipalKind::Group;
    group.arn = format!("arn:aws:iam::{ACCOUNT}:group/team");
    group.trust_policy = None;
    group.attached.push(attached("lost"));
    for resource in ["*", group.arn.as_str()] {
        let join = allow(&["iam:AddUserToGroup"], resource);
        let found = facts(&account(vec![role("r", lambda, &[join]), group.clone()]));
        let found = found.permissions_management;
        assert!(
            matches!(&found, Fact::Unknown(gaps) if gaps[0].message.contains("policy/lost")),
            "{resource}: {found:?}"
        );
    }
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

#[test]
fn permissions_of_others_that_a_role_can_change() {
    let on = |resource: &str| format!("arn:aws:iam::{ACCOUNT}:{resource}");
    let pinned = |value: &str| {
        json!({"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
            "Condition": {"ArnLike": {"iam:PolicyARN": value}}})
    };
    let of_itself = allow(&["iam:PutRolePolicy"], &on("role/r"));
    for (statement, expected) in [
        (
            allow(&["iam:AttachUserPolicy"], "*"),
            "iam:AttachUserPolicy on all",
        ),
        (
            allow(&["iam:PutUserPolicy"], &on("user/*")),
            "iam:PutUserPolicy on all",
        ),
        (
            allow(&["iam:PutUserPolicy"], &on("user/ann")),
            "iam:PutUserPolicy on user/ann",
        ),
        (allow(&["iam:PutUserPolicy"], &on("user/gone")), ""),
        (
            allow(&["iam:AttachRolePolicy"], &on("role/other")),
            "iam:AttachRolePolicy on role/other",
        ),
        (of_itself, ""),
        (pinned(&on("policy/harmless")), ""),
        (
            pinned("arn:aws:iam::aws:policy/*"),
            "iam:AttachUserPolicy on all",
        ),
        (
            allow(&["iam:AddUserToGroup"], &on("group/admins")),
            "iam:AddUserToGroup on group/admins",
        ),
        (
            allow(&["iam:AddUserToGroup"], "*"),
            "iam:AddUserToGroup on all",
        ),
        (allow(&["iam:AddUserToGroup"], &on("group/readers")), ""),
        (
            allow(&["iam:CreatePolicyVersion"], &on("policy/team")),
            "iam:CreatePolicyVersion on policy/team",
        ),
        (
            allow(&["iam:CreatePolicyVersion"], &on("policy/harmless")),
            "",
        ),
        (allow(&["iam:SetDefaultPolicyVersion"], "*"), ""),
        (allow(&["iam:DeleteRolePermissionsBoundary"], "*"), ""),
        (allow(&["iam:CreateAccessKey"], "*"), ""),
        (
            allow(&["iam:UpdateAssumeRolePolicy"], "*"),
            "iam:UpdateAssumeRolePolicy on all",
        ),
    ] {
        let group = |name: &str, statements: &[Value]| {
            let mut group = role(name, &[], statements);
            group.kind = lamppost::inventory::PrincipalKind::Group;
            group.arn = on(&format!("group/{name}"));
            group.trust_policy = None;
            group
        };
        let mut ann = user("ann", &[]);
        ann.attached.push(attached("team"));
        let lambda = &["lambda.amazonaws.com"];
        let mut inventory = account(vec![
            role("r", lambda, std::slice::from_ref(&statement)),
            role("other", lambda, &[]),
            ann,
            group("admins", &[allow(&["*"], "*")]),
            group("readers", &[allow(&["s3:GetObject"], "*")]),
        ]);
        for name in ["team", "harmless"] {
            let policy = managed(name, document(&allow(&["logs:*"], "*")));
            iam(&mut inventory).policies.push(policy);
        }
        let found = facts(&inventory).permissions_management;
        let told: Vec<String> = found
            .known()
            .unwrap()
            .iter()
            .map(|grant| {
                assert!(grant.certain && grant.policy == "p0");
                let targets: Vec<&str> = grant
                    .targets
                    .iter()
                    .map(|arn| arn.rsplit(':').next().unwrap())
                    .collect();
                let targets = if targets.is_empty() {
                    "all".to_owned()
                } else {
                    targets.join(" ")
                };
                format!("{} on {targets}", grant.actions.join(" "))
            })
            .collect();
        assert_eq!(told.join("; "), expected, "{statement}");
    }
}
