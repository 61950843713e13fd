//! Who can become what by several hops, with named targets.

use lamppost::analysis::{AccountContext, Privileges, Settings};
use lamppost::inventory::{AccountInventory, Principal};
use serde_json::{Value, json};

use crate::support::principals::{account, admin_role, allow, document, role, user};
use crate::support::world::{ACCOUNT, arn, function};

const LAMBDA: &[&str] = &["lambda.amazonaws.com"];

fn of(kind_and_name: &str) -> String {
    format!("arn:aws:iam::{ACCOUNT}:{kind_and_name}")
}

fn ask<T>(inventory: &AccountInventory, question: impl Fn(&Privileges<'_>) -> T) -> T {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    question(account.privileges().unwrap())
}

/// Whether one reaches administrator: `yes`, `perhaps` or `no`.
fn admin(inventory: &AccountInventory, principal: &str) -> &'static str {
    let reached = ask(inventory, |all| all.reaches(&of(principal)).unwrap());
    match reached.administrator {
        Some(true) => "yes",
        Some(false) => "perhaps",
        None => "no",
    }
}

fn trusting(principal: &str, statements: &[Value]) -> Principal {
    let trust =
        json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "sts:AssumeRole"});
    Principal {
        trust_policy: Some(document(&trust)),
        ..role("b", &[], statements)
    }
}

#[test]
fn a_key_of_one_administrator_is_enough() {
    let keys = |user: &str| allow(&["iam:CreateAccessKey"], &of(user));
    let update = || {
        allow(
            &["lambda:UpdateFunctionCode", "lambda:InvokeFunction"],
            &arn("quiet"),
        )
    };
    let world = |named: &str, dev: Vec<Value>| {
        account(vec![
            role("r", LAMBDA, &[keys(named)]),
            user("root-like", &[allow(&["*"], "*")]),
            user("weak", &[]),
            user("dev", &dev),
        ])
    };
    let gains = |inventory: &AccountInventory| {
        ask(inventory, |all| all.gains(&of("user/dev"), &of("role/r")))
    };
    let administrator = Some(vec!["administrator".to_owned()]);
    assert_eq!(
        gains(&world("user/root-like", vec![update()])),
        administrator
    );
    assert_eq!(gains(&world("user/weak", vec![update()])), None);
    let same = vec![update(), keys("user/root-like")];
    assert_eq!(
        gains(&world("user/root-like", same)),
        None,
        "has it himself"
    );
}

#[test]
fn several_hops() {
    let assume = allow(&["sts:AssumeRole"], &of("role/b"));
    let pass = allow(
        &[
            "iam:PassRole",
            "lambda:CreateFunction",
            "lambda:InvokeFunction",
        ],
        "*",
    );
    let root = of("root");
    let world = |pass: Value| {
        account(vec![
            role("r", LAMBDA, std::slice::from_ref(&assume)),
            trusting(&root, &[pass]),
            admin_role("admin", LAMBDA),
        ])
    };
    assert_eq!(admin(&world(pass.clone()), "role/r"), "yes");
    let mut office = pass;
    office["Condition"] = json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}});
    assert_eq!(admin(&world(office), "role/r"), "perhaps");
    assert_eq!(admin(&world(allow(&["logs:*"], "*")), "role/r"), "no");
}

#[test]
fn a_trust_policy_that_names_the_principal_is_enough() {
    for (trusted, expected) in [
        (of("role/r"), "yes"),
        (of("role/other"), "no"),
        (of("root"), "no"),
    ] {
        let inventory = account(vec![
            role("r", LAMBDA, &[]),
            trusting(&trusted, &[allow(&["*"], "*")]),
        ]);
        assert_eq!(admin(&inventory, "role/r"), expected, "{trusted}");
    }
}

#[test]
fn cycles_end_and_lead_nowhere() {
    let root = of("root");
    let mut b = trusting(&root, &[allow(&["sts:AssumeRole"], "*")]);
    let mut c = trusting(&root, &[allow(&["sts:AssumeRole"], "*")]);
    (c.name, c.arn) = ("c".to_owned(), of("role/c"));
    b.tags.insert("x".to_owned(), "y".to_owned());
    let inventory = account(vec![b, c]);
    assert_eq!(admin(&inventory, "role/b"), "no");
    assert_eq!(
        ask(&inventory, |all| all.gains(&of("role/b"), &of("role/c"))),
        None
    );
}

#[test]
fn what_is_only_had_through_the_asker_is_no_gain() {
    // The function's role can make a key of the developer, who can take over another function.
    let mut inventory = account(vec![
        role(
            "r",
            LAMBDA,
            &[allow(&["iam:CreateAccessKey"], &of("user/dev"))],
        ),
        admin_role("admin", LAMBDA),
        user("dev", &[allow(&["lambda:UpdateFunctionCode"], "*")]),
    ]);
    let mut other = function("other");
    other.configuration.role = Some(of("role/admin"));
    inventory.regions[0].functions.push(other);
    let gains = |role: &str| ask(&inventory, |all| all.gains(&of("user/dev"), &of(role)));
    assert_eq!(gains("role/admin"), Some(vec!["administrator".to_owned()]));
    assert_eq!(gains("role/r"), None);
    assert_eq!(admin(&inventory, "role/r"), "yes");
}

#[test]
fn machines_that_may_run_as_a_role_lead_no_further() {
    let inventory = account(vec![
        role("r", LAMBDA, &[allow(&["ssm:SendCommand"], "*")]),
        admin_role("admin", &["ec2.amazonaws.com"]),
    ]);
    assert_eq!(admin(&inventory, "role/r"), "no");
}

fn group(name: &str, statements: &[Value]) -> Principal {
    Principal {
        kind: lamppost::inventory::PrincipalKind::Group,
        arn: of(&format!("group/{name}")),
        trust_policy: None,
        ..role(name, &[], statements)
    }
}

#[test]
fn users_become_stronger_through_groups() {
    let key = || allow(&["iam:CreateAccessKey"], &of("user/ann"));
    let world = |statements: Vec<Value>| {
        let mut ann = user("ann", &[allow(&["s3:ListBucket"], "*")]);
        ann.groups.push("devs".to_owned());
        let mut inventory = account(vec![
            role("r", LAMBDA, &statements),
            ann,
            group("devs", &[]),
            group("weak", &[]),
            group("admins", &[allow(&["*"], "*")]),
        ]);
        let iam = crate::support::principals::iam(&mut inventory);
        let devs = iam.principals.iter_mut().find(|one| one.name == "devs");
        devs.unwrap()
            .attached
            .push(crate::support::principals::attached("shared"));
        let listing = document(&allow(&["s3:ListBucket"], "*"));
        iam.policies
            .push(crate::support::principals::managed("shared", listing));
        inventory
    };
    for (actions, target, expected) in [
        ("iam:AddUserToGroup", "group/admins", "yes"),
        ("iam:AddUserToGroup", "group/*", "yes"),
        ("iam:AddUserToGroup", "group/weak", "no"),
        ("iam:AttachGroupPolicy", "group/devs", "yes"),
        ("iam:AttachGroupPolicy", "group/weak", "no"),
        ("iam:PutGroupPolicy", "group/devs", "yes"),
        ("iam:PutGroupPolicy", "group/weak", "no"),
        ("iam:CreatePolicyVersion", "policy/shared", "yes"),
        ("iam:CreatePolicyVersion", "policy/other", "no"),
    ] {
        let change = allow(&[actions], &of(target));
        let inventory = world(vec![change.clone(), key()]);
        assert_eq!(admin(&inventory, "role/r"), expected, "{actions} {target}");
        assert_eq!(
            admin(&world(vec![change]), "role/r"),
            "no",
            "{actions} without a key"
        );
    }
    // Of a user that is created for it.
    let create = |group: &str| {
        vec![
            allow(
                &["iam:CreateUser", "iam:CreateAccessKey"],
                &of("user/new-*"),
            ),
            allow(&["iam:AddUserToGroup"], &of(group)),
        ]
    };
    assert_eq!(admin(&world(create("group/admins")), "role/r"), "yes");
    assert_eq!(admin(&world(create("group/weak")), "role/r"), "no");
    let ways = ask(
        &world(vec![allow(&["iam:AddUserToGroup"], &of("group/*")), key()]),
        |all| all.escalations(&of("role/r")).unwrap(),
    );
    assert_eq!(
        crate::escalation::ways(&ways),
        ["join-user-key → user/ann (administrator)"]
    );
}

/// A user with a boundary that is taken off before the key is made.
#[test]
fn users_lose_their_boundary_first() {
    let world = |actions: &[&str]| {
        let mut ann = user("ann", &[allow(&["*"], "*")]);
        ann.boundary = Some(of("policy/b"));
        let mut inventory = account(vec![role("r", LAMBDA, &[allow(actions, "*")]), ann]);
        let tight = document(&allow(&["s3:ListBucket"], "*"));
        let iam = crate::support::principals::iam(&mut inventory);
        iam.policies
            .push(crate::support::principals::managed("b", tight));
        inventory
    };
    let both = ["iam:DeleteUserPermissionsBoundary", "iam:CreateAccessKey"];
    assert_eq!(admin(&world(&both), "role/r"), "yes");
    assert_eq!(admin(&world(&both[1..]), "role/r"), "no");
}

#[test]
fn the_strongest_target_counts_in_whatever_order() {
    let take = || allow(&["lambda:UpdateFunctionCode", "lambda:InvokeFunction"], "*");
    let keys = || role("r", LAMBDA, &[allow(&["iam:CreateAccessKey"], "*")]);
    for [weak, strong] in [["ann", "zed"], ["zed", "ann"]] {
        let inventory = account(vec![
            keys(),
            user(weak, &[take()]),
            user(strong, &[allow(&["*"], "*")]),
        ]);
        let ways = ask(&inventory, |all| all.escalations(&of("role/r")).unwrap());
        let expected = format!("iam-002 → user/{strong} (administrator)");
        assert_eq!(crate::escalation::ways(&ways), [expected]);
    }
    // Without an administrator, who gives permissions comes before who reads more.
    let reader = allow(
        &["s3:GetObject", "sqs:ReceiveMessage", "dynamodb:Scan"],
        "*",
    );
    for [one, other] in [["ann", "zed"], ["zed", "ann"]] {
        let inventory = account(vec![
            keys(),
            user(one, std::slice::from_ref(&reader)),
            user(other, &[allow(&["iam:PutGroupPolicy"], "*")]),
        ]);
        let ways = ask(&inventory, |all| all.escalations(&of("role/r")).unwrap());
        let expected = format!("iam-002 → user/{other} (iam:PutGroupPolicy)");
        assert_eq!(crate::escalation::ways(&ways), [expected]);
    }
}

#[test]
fn nobody_gains_by_a_key_of_his_own() {
    let take = |resource: &str| {
        allow(
            &["lambda:UpdateFunctionCode", "lambda:InvokeFunction"],
            resource,
        )
    };
    let insiders = |users: Vec<Principal>| -> Vec<String> {
        let mut principals = vec![role("r", LAMBDA, &[allow(&["iam:CreateAccessKey"], "*")])];
        principals.extend(users);
        let inventory = account(principals);
        let settings = Settings::default();
        let account = AccountContext::new(&inventory, &settings);
        let region = &inventory.regions[0];
        let context = account.function(region, &region.functions[0]);
        let exposure = lamppost::analysis::ExposureFacts::derive(context);
        let role = lamppost::analysis::RoleFacts::derive(context);
        let paths = lamppost::analysis::PathFacts::derive(context, &exposure, &role);
        let paths = paths.inside_to_power.known().unwrap().iter();
        let name = |arn: &str| arn.rsplit('/').next().unwrap_or_default().to_owned();
        paths
            .map(|path| {
                format!(
                    "{} → {}",
                    name(&path.principal),
                    name(&path.hops.last().unwrap().to)
                )
            })
            .collect()
    };
    let quiet = arn("quiet");
    let ann = || user("ann", &[take("*")]);
    let none: [&str; 0] = [];
    assert_eq!(insiders(vec![ann()]), none);
    assert_eq!(
        insiders(vec![user("ann", &[take(&quiet), allow(&["s3:*"], "*")])]),
        none
    );
    assert_eq!(insiders(vec![ann(), user("bob", &[])]), none);
    // Whoever can do no more than she does is no gain either; whoever can is.
    assert_eq!(
        insiders(vec![
            ann(),
            user("bob", &[allow(&["lambda:InvokeFunction"], "*")])
        ]),
        none
    );
    let bob = user("bob", &[allow(&["s3:GetObject"], "*")]);
    assert_eq!(insiders(vec![ann(), bob]), ["ann → bob"]);
    let admin = user("adm", &[allow(&["*"], "*")]);
    assert_eq!(insiders(vec![ann(), admin]), ["ann → adm"]);
    let both = vec![
        user("ann", &[take(&quiet)]),
        user("zed", &[take(&quiet), allow(&["s3:*"], "*")]),
    ];
    assert_eq!(insiders(both), ["ann → zed"]);
}
