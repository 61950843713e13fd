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
