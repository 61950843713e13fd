//! Laws of chains: what more or less is allowed, and in which order principals stand.

use std::collections::BTreeMap;

use lamppost::analysis::{AccountContext, Escalation, Fact, Settings};
use lamppost::inventory::{
    AccountInventory, InlinePolicy, ManagedPolicy, Principal, PrincipalKind,
};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Value, json};

use crate::support::principals::{
    account, admin_role, allow, attached, document, iam, managed, role, user,
};
use crate::support::world::{ACCOUNT, function};

const ACTIONS: &[&str] = &[
    "iam:PassRole",
    "lambda:CreateFunction",
    "lambda:InvokeFunction",
    "lambda:Update*",
    "sts:AssumeRole",
    "iam:CreateAccessKey",
    "iam:PutRolePolicy",
    "iam:Attach*",
    "iam:CreatePolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:CreatePolicy",
    "iam:Tag*",
    "iam:AddUserToGroup",
    "iam:*Group*",
    "cloudformation:CreateStack",
    "iam:Delete*",
    "iam:*",
    "s3:Get*",
    "*",
];
const RESOURCES: &[&str] = &[
    "*",
    "arn:aws:iam::*:role/b",
    "arn:aws:iam::*:user/*",
    "arn:aws:iam::*:user/boss",
    "arn:aws:iam::*:role/*",
    "arn:aws:lambda:*:*:function:o*",
    "arn:aws:lambda:*:*:function:a*",
    "arn:aws:iam::*:policy/shared",
    "arn:aws:iam::*:group/*",
];

fn statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let condition = select(vec![
        json!({}),
        json!({}),
        json!({}),
        json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}),
        json!({"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}}),
        json!({"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
        json!({"ArnLike": {"iam:PolicyARN": "arn:aws:iam::*:policy/s*"}}),
        json!({"ArnEquals": {"iam:PolicyARN": "arn:aws:iam::aws:policy/AmazonS3FullAccess"}}),
        json!({"StringEquals": {"aws:ResourceTag/o": "y"}}),
        json!({"StringEquals": {"aws:RequestTag/o": ["y", "n"]}}),
        json!({"ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"}}),
    ]);
    (
        select(vec!["Action", "Action", "Action", "NotAction"]),
        vec(select(ACTIONS), 1..4),
        vec(select(RESOURCES), 1..3),
        condition,
    )
        .prop_map(move |(element, actions, resources, condition)| {
            json!({"Effect": effect, element: actions, "Resource": resources, "Condition": condition})
        })
}

/// The statements of the function's role, of a role that the account may assume, and of a user.
type Statements = (Vec<Value>, Vec<Value>, Vec<Value>);

fn statements() -> impl Strategy<Value = Statements> {
    let some = || {
        let allows = vec(statement("Allow"), 0..3);
        (allows, vec(statement("Deny"), 0..2)).prop_map(|(mut allows, denies)| {
            allows.extend(denies);
            allows
        })
    };
    (some(), some(), some())
}

fn inventory((r, b, dev): &Statements) -> AccountInventory {
    let lambda = &["lambda.amazonaws.com"];
    let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
    let trust = json!({"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"});
    let mut other = role("b", lambda, b);
    other.trust_policy = Some(document(&trust));
    other.attached.push(attached("shared"));
    let mut dev = user("dev", dev);
    dev.attached.push(attached("shared"));
    dev.groups.push("devs".to_owned());
    let group = |name: &str, statements: &[Value]| Principal {
        kind: PrincipalKind::Group,
        arn: format!("arn:aws:iam::{ACCOUNT}:group/{name}"),
        trust_policy: None,
        ..role(name, &[], statements)
    };
    let mut inventory = account(vec![
        role("r", lambda, r),
        other,
        dev,
        user("boss", &[allow(&["*"], "*")]),
        admin_role("admin", lambda),
        role("reader", lambda, &[allow(&["s3:GetObject"], "*")]),
        group("devs", &[]),
        group("admins", &[allow(&["*"], "*")]),
    ]);
    let shared: ManagedPolicy = managed("shared", document(&allow(&["logs:PutLogEvents"], "*")));
    iam(&mut inventory).policies.push(shared);
    let mut function = function("other");
    function.configuration.role = Some(format!("arn:aws:iam::{ACCOUNT}:role/b"));
    inventory.regions[0].functions.push(function);
    inventory
}

/// How much everybody reaches: 0 nothing, 1 perhaps, 2 for certain; by principal, of each kind.
fn reached(inventory: &AccountInventory) -> BTreeMap<String, [u8; 4]> {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    let privileges = account.privileges().unwrap();
    let principals = &inventory.services.iam.known().unwrap().principals;
    let rank = |certain: Option<bool>| match certain {
        None => 0,
        Some(false) => 1,
        Some(true) => 2,
    };
    principals
        .iter()
        .map(|principal| {
            let reached = privileges.reaches(&principal.arn).unwrap();
            let kinds = [
                reached.administrator,
                reached.permissions,
                reached.credentials,
                reached.data,
            ];
            (principal.arn.clone(), kinds.map(rank))
        })
        .collect()
}

fn ways(inventory: &AccountInventory) -> BTreeMap<String, Vec<Escalation>> {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    let privileges = account.privileges().unwrap();
    let principals = &inventory.services.iam.known().unwrap().principals;
    let known = |principal: &Principal| match privileges.escalations(&principal.arn).unwrap() {
        Fact::Known(ways) => ways,
        Fact::Unknown(gaps) => panic!("{gaps:?}"),
    };
    principals
        .iter()
        .map(|principal| (principal.arn.clone(), known(principal)))
        .collect()
}

fn with(mut inventory: AccountInventory, principal: &str, statement: &Value) -> AccountInventory {
    let principals = &mut iam(&mut inventory).principals;
    let one = principals.iter_mut().find(|one| one.name == principal);
    one.unwrap().inline.push(InlinePolicy {
        name: "more".to_owned(),
        document: document(statement),
    });
    inventory
}

fn assert_more(less: &AccountInventory, more: &AccountInventory) -> Result<(), TestCaseError> {
    let (less, more) = (reached(less), reached(more));
    for (principal, kinds) in &less {
        for (one, other) in kinds.iter().zip(more[principal]) {
            prop_assert!(
                *one <= other,
                "{principal}: {kinds:?} beyond {:?}",
                more[principal]
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn an_allow_takes_nothing_from_anybody(all in statements(), who in select(vec!["r", "b", "dev"]), allow in statement("Allow")) {
        let less = inventory(&all);
        assert_more(&less, &with(inventory(&all), who, &allow))?;
    }

    #[test]
    fn a_deny_gives_nothing_to_anybody(all in statements(), who in select(vec!["r", "b", "dev"]), deny in statement("Deny")) {
        let more = inventory(&all);
        assert_more(&with(inventory(&all), who, &deny), &more)?;
    }

    #[test]
    fn a_chain_is_as_certain_as_its_hops(all in statements()) {
        for (principal, ways) in ways(&inventory(&all)) {
            for way in ways {
                prop_assert!(!way.hops.is_empty());
                prop_assert_eq!(&way.hops[0].principal, &principal);
                for pair in way.hops.windows(2) {
                    prop_assert_eq!(&pair[0].becomes, &pair[1].principal);
                }
                if way.certain {
                    prop_assert!(way.hops.iter().all(|hop| hop.certain), "{:?}", way);
                } else {
                    prop_assert!(!way.depends_on.is_empty(), "{:?}", way);
                }
            }
        }
    }

    #[test]
    fn the_order_of_principals_does_not_matter(all in statements()) {
        let inventory = inventory(&all);
        let mut turned = inventory.clone();
        iam(&mut turned).principals.reverse();
        prop_assert_eq!(reached(&inventory), reached(&turned));
    }
}
