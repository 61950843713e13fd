//! Powers that unlock themselves: what a principal can change about itself, asked again as it then is.

use lamppost::inventory::{AccountInventory, InlinePolicy, PolicyVersion};
use serde_json::{Value, json};

use crate::escalation::ways;
use crate::support::principals::{
    account, admin_role, allow, attached, document, facts, iam, managed, organise, role, scp, user,
};
use crate::support::world::ACCOUNT;

const LAMBDA: &[&str] = &["lambda.amazonaws.com"];

/// The ways of role `r`, which runs the account's function.
fn found(statements: &[Value], change: impl FnOnce(&mut AccountInventory)) -> Vec<String> {
    let mut inventory = account(vec![role("r", LAMBDA, statements)]);
    change(&mut inventory);
    ways(&facts(&inventory).escalations)
}

fn bound(inventory: &mut AccountInventory, boundary: &Value) {
    let iam = iam(inventory);
    let role = iam.principals.iter_mut().find(|one| one.name == "r");
    role.unwrap().boundary = Some(format!("arn:aws:iam::{ACCOUNT}:policy/b"));
    iam.policies.push(managed("b", document(boundary)));
}

fn when(action: &str, condition: Value) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": "*", "Condition": condition})
}

fn deny_all_but(actions: &[&str]) -> Value {
    json!({"Effect": "Deny", "NotAction": actions, "Resource": "*"})
}

#[test]
fn boundaries_that_can_be_taken_off() {
    let all = || vec![allow(&["*"], "*")];
    let tight = |action: &str| allow(&["s3:GetObject", action], "*");
    for (boundary, expected) in [
        (tight("logs:*"), vec![]),
        (
            tight("iam:DeleteRolePermissionsBoundary"),
            vec!["delete-own-role-boundary → role/r (administrator)"],
        ),
        (
            tight("iam:PutRolePermissionsBoundary"),
            vec!["put-own-role-boundary → role/r (administrator)"],
        ),
        (
            tight("iam:CreatePolicyVersion"),
            vec!["rewrite-own-boundary → policy/b (administrator)"],
        ),
        (tight("iam:DeleteUserPermissionsBoundary"), vec![]),
        // More policies are of no use within the same boundary.
        (tight("iam:PutRolePolicy"), vec![]),
        (
            json!({"Effect": "Allow", "Action": ["s3:GetObject", "iam:DeleteRolePermissionsBoundary"],
                "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}),
            vec!["delete-own-role-boundary? → role/r (administrator)"],
        ),
    ] {
        let ways = found(&all(), |inventory| bound(inventory, &boundary));
        assert_eq!(ways, expected, "{boundary}");
    }
    // Two changes, one after the other.
    let raising = [allow(
        &["iam:PutRolePolicy", "iam:DeleteRolePermissionsBoundary"],
        "*",
    )];
    let boundary = allow(&["iam:*"], "*");
    let ways = found(&raising, |inventory| bound(inventory, &boundary));
    assert!(
        ways.iter().any(|way| way.ends_with("(administrator)")),
        "{ways:?}"
    );
}

#[test]
fn denies_that_can_be_taken_away() {
    let inline = |denied: Value| {
        move |inventory: &mut AccountInventory| {
            iam(inventory).principals[0].inline.push(InlinePolicy {
                name: "deny".to_owned(),
                document: document(&denied),
            });
        }
    };
    let all = [allow(&["*"], "*")];
    assert_eq!(
        found(&all, inline(deny_all_but(&["iam:DeleteRolePolicy"]))),
        ["delete-own-role-policy → role/r (administrator)"]
    );
    assert_eq!(
        found(&all, inline(deny_all_but(&["logs:*"]))),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&all, inline(deny_all_but(&["iam:DetachRolePolicy"]))),
        Vec::<String>::new(),
        "an inline policy cannot be detached"
    );
    let managed_deny = |denied: Value| {
        move |inventory: &mut AccountInventory| {
            let iam = iam(inventory);
            iam.principals[0].attached.push(attached("deny"));
            iam.policies.push(managed("deny", document(&denied)));
        }
    };
    assert_eq!(
        found(&all, managed_deny(deny_all_but(&["iam:DetachRolePolicy"]))),
        ["detach-own-role-policy → role/r (administrator)"]
    );
    assert_eq!(
        found(
            &all,
            managed_deny(deny_all_but(&["iam:CreatePolicyVersion"]))
        ),
        ["iam-001 → policy/deny (administrator)"]
    );
    // A control policy stays.
    let guarded = |inventory: &mut AccountInventory| {
        inline(deny_all_but(&["iam:DeleteRolePolicy"]))(inventory);
        let full = scp(&allow(&["*"], "*"));
        organise(
            inventory,
            vec![vec![full, scp(&deny_all_but(&["iam:DeleteRolePolicy"]))]],
        );
    };
    assert_eq!(found(&all, guarded), Vec::<String>::new());
}

#[test]
fn other_versions_of_a_policy_are_read() {
    let versions = |documents: &[Value]| {
        let documents: Vec<String> = documents.iter().map(document).collect();
        move |inventory: &mut AccountInventory| {
            let iam = iam(inventory);
            iam.principals[0].attached.push(attached("own"));
            let versions = documents.iter().map(|document| PolicyVersion {
                id: "v1".to_owned(),
                document: document.clone(),
            });
            iam.policies.push(lamppost::inventory::ManagedPolicy {
                versions: versions.collect(),
                ..managed("own", document(&allow(&["logs:*"], "*")))
            });
        }
    };
    let may = [allow(&["iam:SetDefaultPolicyVersion"], "*")];
    assert_eq!(found(&may, versions(&[])), Vec::<String>::new());
    assert_eq!(
        found(&may, versions(&[allow(&["logs:PutLogEvents"], "*")])),
        Vec::<String>::new()
    );
    assert_eq!(
        found(&may, versions(&[allow(&["*"], "*")])),
        ["set-default-policy-version → policy/own (administrator)"]
    );
    assert_eq!(
        found(&may, versions(&[allow(&["s3:GetObject"], "*")])),
        ["set-default-policy-version → policy/own (s3:GetObject)"]
    );
}

#[test]
fn tags_that_policies_ask_for() {
    let tagged = when(
        "*",
        json!({"StringEquals": {"aws:PrincipalTag/team": "platform"}}),
    );
    let tag = |condition: Value| when("iam:TagRole", condition);
    for (name, statement, expected) in [
        (
            "any tag",
            tag(json!({})),
            vec!["tag-own-role → role/r (administrator)"],
        ),
        (
            "another tag only",
            tag(json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["cost"]}})),
            vec![],
        ),
        ("the tags of users", allow(&["iam:TagUser"], "*"), vec![]),
    ] {
        let ways = found(&[tagged.clone(), statement], |_| {});
        assert_eq!(ways, expected, "{name}");
    }
}

#[test]
fn the_value_of_a_key_that_the_request_carries_counts() {
    let harmless = format!("arn:aws:iam::{ACCOUNT}:policy/harmless");
    let attach = |operator: &str, key: &str, value: &str| {
        when("iam:AttachRolePolicy", json!({operator: {key: value}}))
    };
    let yes = vec!["iam-009 → role/r (administrator)"];
    for (statement, expected) in [
        (attach("ArnEquals", "iam:PolicyARN", &harmless), vec![]),
        (
            attach("ArnLike", "iam:PolicyARN", "arn:aws:iam::aws:policy/*"),
            yes.clone(),
        ),
        (
            attach(
                "ArnLike",
                "iam:PolicyARN",
                "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecution*",
            ),
            vec![],
        ),
        (
            attach(
                "ArnNotEquals",
                "iam:PolicyARN",
                "arn:aws:iam::aws:policy/AdministratorAccess",
            ),
            yes.clone(),
        ),
        (
            attach(
                "StringEquals",
                "iam:PermissionsBoundary",
                &format!("arn:aws:iam::{ACCOUNT}:policy/b"),
            ),
            vec![],
        ),
        // AttachRolePolicy carries neither.
        (
            attach(
                "StringEquals",
                "iam:PassedToService",
                "lambda.amazonaws.com",
            ),
            vec![],
        ),
        (attach("Null", "iam:PassedToService", "true"), yes.clone()),
        (attach("StringEquals", "aws:RequestTag/team", "a"), vec![]),
    ] {
        let ways = found(std::slice::from_ref(&statement), |inventory| {
            let iam = iam(inventory);
            iam.policies.push(managed(
                "harmless",
                document(&allow(&["logs:PutLogEvents"], "*")),
            ));
        });
        assert_eq!(ways, expected, "{statement}");
    }
    let strong = attach(
        "ArnEquals",
        "iam:PolicyARN",
        &format!("arn:aws:iam::{ACCOUNT}:policy/strong"),
    );
    let ways = found(&[strong], |inventory| {
        let iam = iam(inventory);
        iam.policies
            .push(managed("strong", document(&allow(&["*"], "*"))));
    });
    assert_eq!(ways, yes, "a policy of the account that is strong");
}

#[test]
fn groups_that_are_joined_and_left() {
    let groups = |own: &[Value], other: &[Value]| {
        let group = |name: &str, statements: &[Value]| {
            let mut group = role(name, &[], statements);
            group.kind = lamppost::inventory::PrincipalKind::Group;
            group.arn = format!("arn:aws:iam::{ACCOUNT}:group/{name}");
            group.trust_policy = None;
            group
        };
        (group("own", own), group("other", other))
    };
    let reached = |statements: &[Value], own: &[Value], other: &[Value]| {
        let (own, other) = groups(own, other);
        let mut ann = user("ann", statements);
        ann.groups = vec!["own".to_owned()];
        let inventory = account(vec![role("r", LAMBDA, &[]), ann, own, other]);
        let settings = lamppost::analysis::Settings::default();
        let account = lamppost::analysis::AccountContext::new(&inventory, &settings);
        let privileges = account.privileges().unwrap();
        let arn = format!("arn:aws:iam::{ACCOUNT}:user/ann");
        privileges.reaches(&arn).unwrap().administrator
    };
    let all = || allow(&["*"], "*");
    let join = allow(&["iam:AddUserToGroup"], "*");
    assert_eq!(
        reached(std::slice::from_ref(&join), &[], &[all()]),
        Some(true)
    );
    assert_eq!(
        reached(std::slice::from_ref(&join), &[], &[allow(&["logs:*"], "*")]),
        None
    );
    let denied = |but: &str| deny_all_but(&[but]);
    for (but, expected) in [
        ("iam:RemoveUserFromGroup", Some(true)),
        ("iam:DeleteGroupPolicy", Some(true)),
        ("iam:DetachGroupPolicy", None),
        ("logs:*", None),
    ] {
        assert_eq!(reached(&[all()], &[denied(but)], &[]), expected, "{but}");
    }
}

#[test]
fn roles_that_iam_itself_made_cannot_be_changed() {
    let may = [
        allow(&["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], "*"),
        json!({"Effect": "Deny", "Action": "iam:PutRolePolicy", "Resource": "*/r"}),
        json!({"Effect": "Deny", "Action": "iam:UpdateAssumeRolePolicy", "Resource": "*/r"}),
    ];
    for (path, expected) in [
        ("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_1", 0),
        ("aws-service-role/x.amazonaws.com/AWSServiceRoleForX", 0),
        ("Admin", 2),
    ] {
        let mut admin = admin_role("a", &["x.amazonaws.com"]);
        admin.arn = format!("arn:aws:iam::{ACCOUNT}:role/{path}");
        let inventory = account(vec![role("r", LAMBDA, &may), admin]);
        let found = ways(&facts(&inventory).escalations);
        assert_eq!(found.len().min(expected), found.len(), "{path}: {found:?}");
        assert_eq!(found.is_empty(), expected == 0, "{path}: {found:?}");
    }
}

#[test]
fn users_and_roles_that_are_created_for_the_purpose() {
    let create = allow(
        &[
            "iam:CreateUser",
            "iam:AttachUserPolicy",
            "iam:CreateAccessKey",
        ],
        "*",
    );
    assert_eq!(
        found(std::slice::from_ref(&create), |_| {}),
        ["create-user-attach → user/lamppost-probe (administrator)"]
    );
    let bounded = json!({"Effect": "Deny", "Action": "iam:CreateUser", "Resource": "*",
        "Condition": {"Null": {"iam:PermissionsBoundary": "true"}}});
    assert_eq!(found(&[create, bounded], |_| {}), Vec::<String>::new());
}

/// A policy of several statements.
fn several(name: &str, statements: &[Value]) -> InlinePolicy {
    InlinePolicy {
        name: name.to_owned(),
        document: json!({"Version": "2012-10-17", "Statement": statements}).to_string(),
    }
}

fn of(kind_and_name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{kind_and_name}")
}

/// Whether a principal reaches everything: `yes`, `perhaps` or `no`.
fn admin(inventory: &AccountInventory, principal: &str) -> &'static str {
    let settings = lamppost::analysis::Settings::default();
    let account = lamppost::analysis::AccountContext::new(inventory, &settings);
    let privileges = account.privileges().unwrap();
    match privileges.reaches(&of(principal)).unwrap().administrator {
        Some(true) => "yes",
        Some(false) => "perhaps",
        None => "no",
    }
}

#[test]
fn inline_policies_that_can_be_written_anew() {
    let all = allow(&["*"], "*");
    let but = |action: &str, own: &str| {
        [
            deny_all_but(&[action]),
            json!({"Effect": "Deny", "Action": action, "NotResource": own}),
        ]
    };
    let world = |kind: &str, policies: Vec<InlinePolicy>| {
        let mut one = match kind {
            "role" => role("r", LAMBDA, &[]),
            _ => user("r", &[]),
        };
        one.inline = policies;
        account(vec![role("q", LAMBDA, &[]), one])
    };
    for (kind, action, expected) in [
        ("role", "iam:PutRolePolicy", "yes"),
        ("user", "iam:PutUserPolicy", "yes"),
        ("role", "iam:PutUserPolicy", "no"),
        ("user", "iam:PutRolePolicy", "no"),
        ("role", "iam:AttachRolePolicy", "no"),
        ("role", "iam:CreatePolicyVersion", "no"),
    ] {
        let own = of(&format!("{kind}/r"));
        let [one, other] = but(action, &own);
        let together = several("a", &[all.clone(), one.clone(), other.clone()]);
        let apart = vec![
            several("a", std::slice::from_ref(&all)),
            several("d", std::slice::from_ref(&one)),
            several("e", &[other]),
        ];
        for policies in [vec![together], apart] {
            let inventory = world(kind, policies);
            assert_eq!(
                admin(&inventory, &format!("{kind}/r")),
                expected,
                "{kind} {action}"
            );
        }
        // Of somebody else's it is no use.
        let elsewhere = but(action, &of(&format!("{kind}/other")));
        let statements = [[all.clone()].as_slice(), &elsewhere].concat();
        let inventory = world(kind, vec![several("a", &statements)]);
        assert_eq!(
            admin(&inventory, &format!("{kind}/r")),
            "no",
            "{kind} {action}"
        );
    }
    // A managed policy cannot be replaced so, and a boundary stays.
    let [one, other] = but("iam:PutRolePolicy", &of("role/r"));
    let mut inventory = world("role", vec![several("a", std::slice::from_ref(&all))]);
    let denying = several("d", &[one, other]).document;
    let holder = iam(&mut inventory);
    let place = holder
        .principals
        .iter()
        .position(|one| one.name == "r")
        .unwrap();
    holder.principals[place].attached.push(attached("d"));
    holder.policies.push(managed("d", denying));
    assert_eq!(admin(&inventory, "role/r"), "no");
}

#[test]
fn inline_policies_of_groups_and_of_others_that_can_be_written_anew() {
    let locked = |but: &str| several("d", &[allow(&["*"], "*"), deny_all_but(&[but])]);
    let mut group = role("own", &[], &[]);
    group.kind = lamppost::inventory::PrincipalKind::Group;
    group.arn = of("group/own");
    group.trust_policy = None;
    for (but, expected) in [("iam:PutGroupPolicy", "yes"), ("iam:PutUserPolicy", "no")] {
        let mut group = group.clone();
        group.inline.push(locked(but));
        let mut ann = user("ann", &[]);
        ann.groups.push("own".to_owned());
        let inventory = account(vec![role("q", LAMBDA, &[]), ann, group]);
        assert_eq!(admin(&inventory, "user/ann"), expected, "{but}");
    }
    // Whoever writes into a role that denies everything to itself.
    for (actions, expected) in [
        (
            vec!["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"],
            "yes",
        ),
        (
            vec!["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"],
            "no",
        ),
    ] {
        let target = role(
            "b",
            LAMBDA,
            &[json!({"Effect": "Deny", "Action": "*", "Resource": "*"})],
        );
        let inventory = account(vec![
            role("r", LAMBDA, &[allow(&actions, &of("role/b"))]),
            target,
        ]);
        assert_eq!(admin(&inventory, "role/r"), expected, "{actions:?}");
    }
}

#[test]
fn tags_of_oneself_that_permissions_on_oneself_ask_for() {
    let tagged = |action: &str, key: &str, own: &str| {
        json!({"Effect": "Allow", "Action": action, "Resource": own,
            "Condition": {"StringEquals": {key: "y"}}})
    };
    let tagging = |action: &str, own: &str, condition: Value| json!({"Effect": "Allow", "Action": action, "Resource": own, "Condition": condition});
    let role_arn = of("role/r");
    for (name, statements, expected) in [
        (
            "attach",
            [
                tagged("iam:AttachRolePolicy", "iam:ResourceTag/o", &role_arn),
                tagging("iam:TagRole", &role_arn, json!({})),
            ],
            "yes",
        ),
        (
            "write",
            [
                tagged("iam:PutRolePolicy", "aws:ResourceTag/o", &role_arn),
                tagging("iam:TagRole", "*", json!({})),
            ],
            "yes",
        ),
        (
            "another role is tagged",
            [
                tagged("iam:PutRolePolicy", "aws:ResourceTag/o", &role_arn),
                tagging("iam:TagRole", &of("role/x"), json!({})),
            ],
            "no",
        ),
        (
            "users are tagged",
            [
                tagged("iam:PutRolePolicy", "aws:ResourceTag/o", &role_arn),
                tagging("iam:TagUser", "*", json!({})),
            ],
            "no",
        ),
        (
            "with another value",
            [
                tagged("iam:PutRolePolicy", "aws:ResourceTag/o", &role_arn),
                tagging(
                    "iam:TagRole",
                    "*",
                    json!({"StringEquals": {"aws:RequestTag/o": ["n", "m"]}}),
                ),
            ],
            "no",
        ),
        (
            "with that value among others",
            [
                tagged("iam:PutRolePolicy", "aws:ResourceTag/o", &role_arn),
                tagging(
                    "iam:TagRole",
                    "*",
                    json!({"StringEquals": {"aws:RequestTag/o": ["n", "y"]}}),
                ),
            ],
            "yes",
        ),
        (
            "from some addresses",
            [
                tagged("iam:PutRolePolicy", "aws:ResourceTag/o", &role_arn),
                tagging(
                    "iam:TagRole",
                    "*",
                    json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
                ),
            ],
            "perhaps",
        ),
    ] {
        let inventory = account(vec![role("r", LAMBDA, &statements)]);
        assert_eq!(admin(&inventory, "role/r"), expected, "{name}");
    }
    let own = of("user/u");
    let statements = [
        tagged("iam:AttachUserPolicy", "aws:ResourceTag/o", &own),
        tagging("iam:TagUser", &own, json!({})),
    ];
    let inventory = account(vec![role("r", LAMBDA, &[]), user("u", &statements)]);
    assert_eq!(admin(&inventory, "user/u"), "yes", "a user");
    // A tag that is in the way is removed.
    let mut one = role(
        "r",
        LAMBDA,
        &[
            json!({"Effect": "Allow", "Action": "iam:PutRolePolicy", "Resource": role_arn,
                "Condition": {"Null": {"aws:ResourceTag/locked": "true"}}}),
            allow(&["iam:UntagRole"], &role_arn),
        ],
    );
    one.tags.insert("locked".to_owned(), "yes".to_owned());
    assert_eq!(admin(&account(vec![one.clone()]), "role/r"), "yes");
    one.inline.pop();
    assert_eq!(admin(&account(vec![one]), "role/r"), "no");
}

#[test]
fn what_requests_to_tag_carry() {
    let open = when(
        "*",
        json!({"StringEquals": {"aws:PrincipalTag/admin": "true"}}),
    );
    for (condition, expected) in [
        // One of the keys is enough: the request carries others besides.
        (
            json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}),
            "yes",
        ),
        (
            json!({"ForAnyValue:StringEquals": {"aws:TagKeys": ["team", "cost"]}}),
            "yes",
        ),
        (
            json!({"ForAllValues:StringEquals": {"aws:TagKeys": "team"}}),
            "no",
        ),
        (
            json!({"ForAllValues:StringEquals": {"aws:TagKeys": ["team", "admin"]}}),
            "yes",
        ),
        (
            json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "team"},
                "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}}),
            "no",
        ),
        // The value that is needed is not allowed.
        (
            json!({"StringEquals": {"aws:RequestTag/admin": "false"}}),
            "no",
        ),
        (
            json!({"StringNotEquals": {"aws:RequestTag/admin": "true"}}),
            "no",
        ),
        (
            json!({"StringEquals": {"aws:RequestTag/admin": ["no", "false"]}}),
            "no",
        ),
        (
            json!({"StringEqualsIfExists": {"aws:RequestTag/admin": "false"}}),
            "no",
        ),
        (json!({"Null": {"aws:RequestTag/admin": "true"}}), "no"),
        // It is.
        (
            json!({"StringEquals": {"aws:RequestTag/admin": "true"}}),
            "yes",
        ),
        (json!({"StringLike": {"aws:RequestTag/admin": "t*"}}), "yes"),
        (
            json!({"StringNotEquals": {"aws:RequestTag/admin": "false"}}),
            "yes",
        ),
        (json!({"Null": {"aws:RequestTag/admin": "false"}}), "yes"),
        // Another tag has to go with it, and may or may not.
        (json!({"StringEquals": {"aws:RequestTag/team": "a"}}), "yes"),
        (
            json!({"StringEquals": {"aws:RequestTag/team": "a"},
                "ForAllValues:StringEquals": {"aws:TagKeys": "admin"}}),
            "no",
        ),
    ] {
        let inventory = account(vec![role(
            "r",
            LAMBDA,
            &[open.clone(), when("iam:TagRole", condition.clone())],
        )]);
        assert_eq!(admin(&inventory, "role/r"), expected, "{condition}");
    }
    // The value that is allowed is another than the one that is not wanted.
    let unless = when(
        "*",
        json!({"StringNotEquals": {"aws:PrincipalTag/env": "dev"}}),
    );
    for (allowed, expected) in [("prod", "yes"), ("dev", "no")] {
        let tag = when(
            "iam:TagRole",
            json!({"StringEquals": {"aws:RequestTag/env": allowed}}),
        );
        let mut one = role("r", LAMBDA, &[unless.clone(), tag]);
        one.tags.insert("env".to_owned(), "dev".to_owned());
        assert_eq!(admin(&account(vec![one]), "role/r"), expected, "{allowed}");
    }
}

#[test]
fn managed_policies_that_can_be_attached() {
    let pinned = |operator: &str, policy: &str| {
        when(
            "iam:AttachRolePolicy",
            json!({operator: {"iam:PolicyARN": policy}}),
        )
    };
    let of_aws = |name: &str| pinned("ArnEquals", &format!("arn:aws:iam::aws:policy/{name}"));
    let own = |name: &str| pinned("ArnEquals", &of(&format!("policy/{name}")));
    let reader = |inventory: &mut AccountInventory| {
        let iam = iam(inventory);
        let secrets = allow(&["secretsmanager:GetSecretValue"], "*");
        iam.policies.push(managed("secrets", document(&secrets)));
        let listing = allow(&["s3:ListBucket"], "*");
        iam.policies.push(managed("harm", document(&listing)));
    };
    for (statement, expected) in [
        (
            of_aws("AmazonS3FullAccess"),
            vec!["iam-009 → role/r (s3:*)"],
        ),
        (
            of_aws("SecretsManagerReadWrite"),
            vec!["iam-009 → role/r (secretsmanager:*)"],
        ),
        (
            of_aws("AWSLambda_FullAccess"),
            vec!["iam-009 → role/r (lambda:*)"],
        ),
        (of_aws("service-role/AWSLambdaBasicExecutionRole"), vec![]),
        (of_aws("SecurityAudit"), vec![]),
        (
            of_aws("aws-service-role/AWSSupportServiceRolePolicy"),
            vec![],
        ),
        (
            of_aws("NobodyKnowsThisOne"),
            vec!["iam-009? → role/r (administrator)"],
        ),
        (
            own("secrets"),
            vec!["iam-009 → role/r (secretsmanager:GetSecretValue)"],
        ),
        (own("harm"), vec![]),
        (own("not-there"), vec!["iam-009? → role/r (administrator)"]),
        (pinned("ArnLike", &of("policy/h*")), vec![]),
        (
            pinned("ArnLike", "arn:aws:iam::aws:policy/AmazonS3*"),
            vec!["iam-009 → role/r (s3:*)"],
        ),
        (
            pinned("ArnEquals", "arn:aws:iam::999988887777:policy/theirs"),
            vec![],
        ),
    ] {
        assert_eq!(
            found(std::slice::from_ref(&statement), reader),
            expected,
            "{statement}"
        );
    }
    // What stays where the strongest are denied.
    let strong = ["AdministratorAccess", "IAMFullAccess", "PowerUserAccess"];
    let strong = strong.map(|name| format!("arn:aws:iam::aws:policy/{name}"));
    let denied = json!({"Effect": "Deny", "Action": "iam:AttachRolePolicy", "Resource": "*",
        "Condition": {"ArnEquals": {"iam:PolicyARN": strong}}});
    let ways = found(&[allow(&["iam:AttachRolePolicy"], "*"), denied], |_| {});
    assert_eq!(ways, ["iam-009 → role/r (administrator)"]);
    // Within a boundary only what it lets through.
    let boundary = allow(&["s3:*", "iam:AttachRolePolicy"], "*");
    for (name, expected) in [
        ("AmazonS3FullAccess", vec!["iam-009 → role/r (s3:*)"]),
        ("AmazonSQSFullAccess", vec![]),
        ("NobodyKnowsThisOne", vec!["iam-009? → role/r (s3:*)"]),
    ] {
        let ways = found(&[of_aws(name)], |inventory| bound(inventory, &boundary));
        assert_eq!(ways, expected, "{name}");
    }
    // A user, and a role that is assumed then.
    let statement = json!({"Effect": "Allow", "Action": "iam:AttachUserPolicy", "Resource": "*",
        "Condition": {"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/NobodyKnowsThisOne"}}});
    let inventory = account(vec![role("r", LAMBDA, &[]), user("u", &[statement])]);
    assert_eq!(admin(&inventory, "user/u"), "perhaps");
    let other = role("other", LAMBDA, &[]);
    let inventory = account(vec![
        role(
            "r",
            LAMBDA,
            &[
                of_aws("AmazonS3FullAccess"),
                json!({"Effect": "Deny", "Action": "iam:AttachRolePolicy", "Resource": of("role/r")}),
                allow(&["iam:UpdateAssumeRolePolicy"], &of("role/other")),
            ],
        ),
        other,
    ]);
    assert_eq!(
        self::ways(&facts(&inventory).escalations),
        ["iam-019 → role/other (s3:*)"]
    );
}

#[test]
fn managed_policies_that_are_written_first() {
    let attach = |operator: &str, name: &str| {
        when(
            "iam:AttachRolePolicy",
            json!({operator: {"iam:PolicyARN": of(&format!("policy/{name}"))}}),
        )
    };
    let on = |action: &str, name: &str| allow(&[action], &of(&format!("policy/{name}")));
    let way = vec!["iam-009 → role/r (administrator)"];
    for (name, statements, expected) in [
        (
            "one that is there",
            vec![
                attach("ArnEquals", "harm"),
                on("iam:CreatePolicyVersion", "harm"),
            ],
            way.clone(),
        ),
        (
            "another is written",
            vec![
                attach("ArnEquals", "harm"),
                on("iam:CreatePolicyVersion", "other"),
            ],
            vec![],
        ),
        (
            "a new one",
            vec![attach("ArnLike", "x*"), on("iam:CreatePolicy", "*")],
            way.clone(),
        ),
        (
            "a new one, named by both",
            vec![attach("ArnLike", "*-app"), on("iam:CreatePolicy", "team-*")],
            way.clone(),
        ),
        (
            "new ones have other names",
            vec![attach("ArnLike", "x*"), on("iam:CreatePolicy", "y*")],
            vec![],
        ),
        (
            "it is there already",
            vec![attach("ArnEquals", "harm"), on("iam:CreatePolicy", "harm")],
            vec![],
        ),
        (
            "an older version of it",
            vec![
                attach("ArnEquals", "old"),
                on("iam:SetDefaultPolicyVersion", "old"),
            ],
            way.clone(),
        ),
        (
            "it has no other version",
            vec![
                attach("ArnEquals", "harm"),
                on("iam:SetDefaultPolicyVersion", "harm"),
            ],
            vec![],
        ),
    ] {
        let ways = found(&statements, |inventory| {
            let iam = iam(inventory);
            let listing = document(&allow(&["s3:ListBucket"], "*"));
            iam.policies.push(managed("harm", listing.clone()));
            let mut old = managed("old", listing);
            old.versions.push(PolicyVersion {
                id: "v1".to_owned(),
                document: document(&allow(&["*"], "*")),
            });
            iam.policies.push(old);
        });
        assert_eq!(ways, expected, "{name}");
    }
    // The requests stand in their order.
    let mut inventory = account(vec![role(
        "r",
        LAMBDA,
        &[attach("ArnLike", "x*"), on("iam:CreatePolicy", "*")],
    )]);
    iam(&mut inventory).policies.clear();
    let lamppost::analysis::Fact::Known(ways) = facts(&inventory).escalations else {
        panic!("unknown");
    };
    let requests = ways[0].hops[0].requests.iter();
    let requests: Vec<(&str, &str)> = requests
        .map(|request| (request.action.as_str(), request.resource.as_str()))
        .collect();
    let (policy, itself) = (of("policy/x"), of("role/r"));
    assert_eq!(
        requests,
        [
            ("iam:CreatePolicy", policy.as_str()),
            ("iam:AttachRolePolicy", itself.as_str())
        ]
    );
    // A boundary that may only be exchanged for one that the principal writes.
    let boundary = |written: &str| {
        json!({"Version": "2012-10-17", "Statement": [
            allow(&["s3:*"], "*"),
            on("iam:CreatePolicyVersion", written),
            {"Effect": "Allow", "Action": "iam:PutRolePermissionsBoundary", "Resource": of("role/r"),
                "Condition": {"StringEquals": {"iam:PermissionsBoundary": of("policy/harm")}}},
        ]})
    };
    for (written, expected) in [("harm", "yes"), ("other", "no")] {
        let mut inventory = account(vec![role("r", LAMBDA, &[allow(&["*"], "*")])]);
        let iam = iam(&mut inventory);
        iam.principals[0].boundary = Some(of("policy/b"));
        iam.policies
            .push(managed("b", boundary(written).to_string()));
        iam.policies
            .push(managed("harm", document(&allow(&["s3:ListBucket"], "*"))));
        assert_eq!(admin(&inventory, "role/r"), expected, "{written}");
    }
}

#[test]
fn requests_that_a_service_makes_for_the_principal() {
    let attach = |condition: Value| when("iam:AttachRolePolicy", condition);
    let via =
        || json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}});
    let stacks = || allow(&["cloudformation:CreateStack"], "*");
    let perhaps = vec!["iam-009? → role/r (administrator)"];
    for (name, statements, expected) in [
        ("CalledVia", vec![attach(via()), stacks()], perhaps.clone()),
        (
            "CalledViaFirst",
            vec![
                attach(
                    json!({"StringEquals": {"aws:CalledViaFirst": "cloudformation.amazonaws.com"}}),
                ),
                stacks(),
            ],
            perhaps.clone(),
        ),
        (
            "ViaAWSService",
            vec![
                attach(json!({"Bool": {"aws:ViaAWSService": "true"}})),
                stacks(),
            ],
            perhaps.clone(),
        ),
        (
            "denied directly",
            vec![
                attach(json!({})),
                stacks(),
                json!({"Effect": "Deny", "Action": "iam:*", "Resource": "*",
                    "Condition": {"BoolIfExists": {"aws:ViaAWSService": "false"}}}),
            ],
            perhaps,
        ),
        ("no stack can be made", vec![attach(via())], vec![]),
        (
            "another service",
            vec![
                attach(
                    json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "athena.amazonaws.com"}}),
                ),
                stacks(),
            ],
            vec![],
        ),
        (
            "directly only",
            vec![
                attach(json!({"Bool": {"aws:ViaAWSService": "false"}})),
                stacks(),
            ],
            vec!["iam-009 → role/r (administrator)"],
        ),
    ] {
        assert_eq!(found(&statements, |_| {}), expected, "{name}");
    }
}
