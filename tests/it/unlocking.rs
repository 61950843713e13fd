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
                "arn:aws:iam::aws:policy/job-function/*",
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
            iam.policies
                .push(managed("harmless", document(&allow(&["logs:*"], "*"))));
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
