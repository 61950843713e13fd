//! Laws of what principals may do, whatever their policies are.

use std::collections::BTreeSet;

use lamppost::analysis::{AccessFacts, AccountContext, Fact, Grant, RoleFacts, Settings};
use lamppost::inventory::{AccountInventory, InlinePolicy, ManagedPolicy};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::escalation::ways;
use crate::support::principals::{account, attached, document, facts, iam, managed, role, user};
use crate::support::world::{ACCOUNT, function};

const ACTIONS: &[&str] = &[
    "*",
    "s3:*",
    "s3:Get*",
    "lambda:*",
    "lambda:UpdateFunctionCode",
    "iam:*",
    "iam:PassRole",
    "iam:Put*",
    "iam:AttachUserPolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateAccessKey",
    "sts:AssumeRole",
    "kms:Decrypt",
    "dynamodb:Scan",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:s3:::*",
    "arn:aws:lambda:*:*:function:q*",
    "arn:aws:lambda:*:*:function:other",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::*:role/a*",
    "arn:aws:iam::*:user/ann",
    "arn:aws:iam::*:policy/*",
];

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let condition = select(vec![
        json!({}),
        json!({}),
        json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        json!({"StringEquals": {"aws:ResourceTag/team": "a"}}),
        json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
        json!({"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}),
    ]);
    (
        select(vec!["Action", "Action", "Action", "NotAction"]),
        vec(select(ACTIONS), 1..3),
        vec(select(RESOURCES), 1..3),
        condition,
    )
        .prop_map(move |(element, actions, resources, condition)| {
            json!({"Effect": effect, element: actions, "Resource": resources, "Condition": condition})
        })
}

/// An account with two functions, whose role has these statements, and an administrator.
fn inventory(statements: &[Value]) -> AccountInventory {
    let lambda = &["lambda.amazonaws.com"];
    let admin = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
    let mut inventory = account(vec![
        role("r", lambda, statements),
        role("admin", lambda, std::slice::from_ref(&admin)),
        user("ann", &[admin]),
    ]);
    let mut other = function("other");
    other.configuration.role = Some(format!("arn:aws:iam::{ACCOUNT}:role/admin"));
    inventory.regions[0].functions.push(other);
    inventory
}

/// Everything that the role may do to everything: for certain, and perhaps.
fn powers(inventory: &AccountInventory) -> (BTreeSet<String>, BTreeSet<String>) {
    let facts = facts(inventory);
    let (mut certain, mut possible) = (BTreeSet::new(), BTreeSet::new());
    let lists: [(&str, &Fact<Vec<Grant>>); 7] = [
        ("admin", &facts.admin),
        ("services", &facts.service_wide),
        ("credentials", &facts.credential_access),
        ("data", &facts.data_access),
        ("exposure", &facts.resource_exposure),
        ("infrastructure", &facts.infrastructure_change),
        ("passing", &facts.passes_any_role),
    ];
    for (class, list) in lists {
        for grant in list.known().unwrap() {
            for action in &grant.actions {
                // That an administrator is one through another statement is no other power.
                let name = if class == "admin" {
                    class.to_owned()
                } else {
                    format!("{class} {action}")
                };
                if grant.certain {
                    certain.insert(name.clone());
                }
                possible.insert(name);
            }
        }
    }
    (certain, possible)
}

/// Functions that the role may change.
fn owned(inventory: &AccountInventory) -> BTreeSet<String> {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    let region = &inventory.regions[0];
    let role = format!("arn:aws:iam::{ACCOUNT}:role/r");
    let functions = region.functions.iter().filter(|function| {
        let facts = AccessFacts::derive(account.function(region, function));
        let owners = facts.owners.principals.known().unwrap();
        owners.iter().any(|owner| owner.arn == role)
    });
    functions.map(|function| function.name.clone()).collect()
}

fn assert_narrower(narrow: &AccountInventory, wide: &AccountInventory) {
    let ((narrow_certain, narrow_possible), (wide_certain, wide_possible)) =
        (powers(narrow), powers(wide));
    assert!(
        narrow_certain.is_subset(&wide_certain),
        "{narrow_certain:?} beyond {wide_certain:?}"
    );
    assert!(
        narrow_possible.is_subset(&wide_possible),
        "{narrow_possible:?} beyond {wide_possible:?}"
    );
    // Administrators are left out of the owners.
    if !wide_possible.contains("admin") {
        let (narrow, wide) = (owned(narrow), owned(wide));
        assert!(narrow.is_subset(&wide), "{narrow:?} beyond {wide:?}");
    }
}

fn with_policy(mut inventory: AccountInventory, statement: &Value) -> AccountInventory {
    let principals = &mut iam(&mut inventory).principals;
    let role = principals.iter_mut().find(|one| one.name == "r").unwrap();
    role.inline.push(InlinePolicy {
        name: "more".to_owned(),
        document: document(statement),
    });
    inventory
}

/// Lists of what a role can do that are known to be empty.
fn nothing(facts: &RoleFacts) -> BTreeSet<&'static str> {
    fn is_empty<T>(list: &Fact<Vec<T>>) -> bool {
        matches!(list, Fact::Known(found) if found.is_empty())
    }
    let lists = [
        ("admin", is_empty(&facts.admin)),
        ("services", is_empty(&facts.service_wide)),
        ("credentials", is_empty(&facts.credential_access)),
        ("data", is_empty(&facts.data_access)),
        ("exposure", is_empty(&facts.resource_exposure)),
        ("infrastructure", is_empty(&facts.infrastructure_change)),
        ("passing", is_empty(&facts.passes_any_role)),
        ("permissions", is_empty(&facts.permissions_management)),
        ("escalations", is_empty(&facts.escalations)),
    ];
    let empty = lists.into_iter().filter(|(_, empty)| *empty);
    empty.map(|(name, _)| name).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// What nothing is known to come of comes of nothing, whatever a policy says that was not read.
    #[test]
    fn what_is_not_read_is_never_nothing(statements in vec(statement("Allow"), 0..3), unread in statement("Allow")) {
        let name = "unread";
        let with = |boundary: bool, is_read: bool| {
            let mut inventory = inventory(&statements);
            let iam = iam(&mut inventory);
            let role = iam.principals.iter_mut().find(|one| one.name == "r").unwrap();
            match boundary {
                true => role.boundary = Some(attached(name).arn),
                false => role.attached.push(attached(name)),
            }
            if is_read {
                iam.policies.push(managed(name, document(&unread)));
            }
            facts(&inventory)
        };
        for boundary in [false, true] {
            let (read, open) = (with(boundary, true), with(boundary, false));
            // An administrator has nothing to gain, so that these lists are empty.
            if matches!(&open.admin, Fact::Known(admin) if !admin.is_empty()) {
                continue;
            }
            let (read, open) = (nothing(&read), nothing(&open));
            prop_assert!(open.is_subset(&read), "{open:?} not in {read:?}, boundary: {boundary}");
        }
    }

    #[test]
    fn a_boundary_never_widens(statements in vec(statement("Allow"), 1..4), boundary in statement("Allow")) {
        let wide = inventory(&statements);
        let mut narrow = inventory(&statements);
        let iam = iam(&mut narrow);
        let arn = format!("arn:aws:iam::{ACCOUNT}:policy/b");
        iam.policies.push(ManagedPolicy { arn: arn.clone(), name: "b".to_owned(), document: document(&boundary), versions: Vec::new() });
        iam.principals.iter_mut().find(|one| one.name == "r").unwrap().boundary = Some(arn);
        assert_narrower(&narrow, &wide);
    }

    #[test]
    fn a_deny_never_adds(statements in vec(statement("Allow"), 1..4), deny in statement("Deny")) {
        let wide = inventory(&statements);
        assert_narrower(&with_policy(inventory(&statements), &deny), &wide);
    }

    #[test]
    fn an_allow_never_takes_away(statements in vec(statement("Allow"), 1..4), allow in statement("Allow")) {
        assert_narrower(&inventory(&statements), &with_policy(inventory(&statements), &allow));
    }

    #[test]
    fn an_escalation_is_by_actions_that_are_allowed(statements in vec(statement("Allow"), 1..4)) {
        let found = facts(&inventory(&statements)).escalations;
        let text = json!(statements).to_string();
        for way in found.known().unwrap() {
            prop_assert!(!way.statements.is_empty(), "{:?} rests on nothing in {text}", ways(&found));
            prop_assert!(way.certain || !way.depends_on.is_empty(), "{way:?}");
        }
    }
}
