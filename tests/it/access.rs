//! Who of an account can do something to its functions.

use lamppost::analysis::{AccessFacts, AccessList, AccountContext, Fact, Settings};
use lamppost::inventory::{AccountInventory, InlinePolicy, Observed, Principal, PrincipalKind};
use serde_json::{Value, json};

use crate::support::principals::{account, allow, document, iam, role, user};
use crate::support::world::{ACCOUNT, arn, function};

const LAMBDA: &[&str] = &["lambda.amazonaws.com"];

/// The facts of the account's functions, in their order.
fn facts(inventory: &AccountInventory) -> Vec<AccessFacts> {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    let region = &inventory.regions[0];
    let functions = region.functions.iter();
    functions
        .map(|function| AccessFacts::derive(account.function(region, function)))
        .collect()
}

/// `name by policy/statement`, with a question mark where it is not certain.
fn names(list: &AccessList) -> Vec<String> {
    match &list.principals {
        Fact::Known(principals) => principals
            .iter()
            .map(|one| {
                let name = one.arn.rsplit(':').next().unwrap();
                let certain = if one.certain { "" } else { "?" };
                format!("{name}{certain} by {}/{}", one.policy, one.statement)
            })
            .collect(),
        Fact::Unknown(gaps) => gaps.iter().map(|gap| format!("unknown: {gap}")).collect(),
    }
}

/// An account with two functions, `quiet` and `other`, and these principals beside their role.
fn two(principals: Vec<Principal>) -> AccountInventory {
    let mut all = vec![role("r", LAMBDA, &[])];
    all.extend(principals);
    let mut inventory = account(all);
    let mut other = function("other");
    other.configuration.role = inventory.regions[0].functions[0].configuration.role.clone();
    inventory.regions[0].functions.push(other);
    inventory
}

#[test]
fn principals_are_told_by_what_their_policies_name() {
    let name = |name: &str| format!("arn:aws:lambda:*:{ACCOUNT}:function:{name}");
    let conditional = json!({"Effect": "Allow", "Action": "lambda:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}});
    let inventory = two(vec![
        role("admin", &[], &[allow(&["*"], "*")]),
        role("all", &[], &[allow(&["lambda:UpdateFunctionCode"], "*")]),
        role("office", &[], &[conditional]),
        role(
            "quiet-only",
            &[],
            &[allow(&["lambda:Update*"], &name("qui*"))],
        ),
        role("reader", &[], &[allow(&["lambda:Get*"], "*")]),
        role(
            "not-quiet",
            &[],
            &[
                allow(&["lambda:UpdateFunctionCode"], "*"),
                json!({"Effect": "Deny", "Action": "*", "Resource": name("quiet")}),
            ],
        ),
        user("ann", &[allow(&["lambda:InvokeFunction"], &name("quiet"))]),
    ]);
    let facts = facts(&inventory);
    assert_eq!(
        names(&facts[0].code),
        [
            "role/all by p0/#1",
            "role/office? by p0/#1",
            "role/quiet-only by p0/#1"
        ]
    );
    assert_eq!(
        names(&facts[1].code),
        [
            "role/all by p0/#1",
            "role/not-quiet by p0/#1",
            "role/office? by p0/#1"
        ]
    );
    assert_eq!(facts[0].code.administrators, Fact::Known(1));
    assert_eq!(facts[0].owners.count, Fact::Known(3));
    assert_eq!(
        names(&facts[0].environment),
        ["role/office? by p0/#1", "role/reader by p0/#1"]
    );
    assert_eq!(
        names(&facts[0].invoke),
        ["role/office? by p0/#1", "user/ann by p0/#1"]
    );
    assert_eq!(names(&facts[1].invoke), ["role/office? by p0/#1"]);
    assert_eq!(facts[0].self_modifying, Fact::Known(false));
}

#[test]
fn tags_tell_functions_apart() {
    let team = json!({"Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}});
    let mut shop = role("shop", &[], &[team]);
    shop.tags.insert("team".to_owned(), "shop".to_owned());
    let mut inventory = two(vec![shop]);
    if let Observed::Known(detail) = &mut inventory.regions[0].functions[0].detail {
        detail.tags = Observed::Known([("team".to_owned(), "shop".to_owned())].into());
    }
    let facts = facts(&inventory);
    assert_eq!(names(&facts[0].code), ["role/shop by p0/#1"]);
    assert_eq!(names(&facts[1].code), Vec::<String>::new());
}

#[test]
fn users_have_what_their_groups_have() {
    let mut ann = user("ann", &[]);
    ann.groups = vec!["developers".to_owned()];
    let group = Principal {
        kind: PrincipalKind::Group,
        arn: format!("arn:aws:iam::{ACCOUNT}:group/developers"),
        name: "developers".to_owned(),
        ..user(
            "developers",
            &[allow(&["lambda:UpdateFunctionConfiguration"], "*")],
        )
    };
    let inventory = two(vec![ann, group]);
    let facts = facts(&inventory);
    assert_eq!(names(&facts[0].configuration), ["user/ann by p0/#1"]);
    assert_eq!(names(&facts[0].owners), ["user/ann by p0/#1"]);
}

#[test]
fn functions_that_change_functions_are_named() {
    let mut inventory = two(vec![role("deployer", LAMBDA, &[allow(&["lambda:*"], "*")])]);
    let mut deployer = function("deployer");
    deployer.configuration.role = Some(format!("arn:aws:iam::{ACCOUNT}:role/deployer"));
    inventory.regions[0].functions.push(deployer);
    let facts = facts(&inventory);
    let others = |facts: &AccessFacts| facts.other_functions.known().map(Vec::len);
    assert_eq!(others(&facts[0]), Some(1));
    assert_eq!(facts[0].self_modifying, Fact::Known(false));
    assert_eq!(others(&facts[2]), Some(0));
    assert_eq!(facts[2].self_modifying, Fact::Known(true));
}

#[test]
fn the_functions_policy_lets_principals_of_the_account_in() {
    let mut inventory = two(vec![
        role("caller", &[], &[]),
        role("passer", &[], &[allow(&["iam:PassRole"], "*")]),
    ]);
    let statement = json!({"Sid": "Caller", "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{ACCOUNT}:role/caller")},
        "Action": "lambda:InvokeFunction", "Resource": arn("quiet")});
    inventory.regions[0].functions[0].policy = Observed::Known(Some(document(&statement)));
    let facts = facts(&inventory);
    assert_eq!(
        names(&facts[0].invoke),
        ["role/caller by the function's policy/Caller"]
    );
    assert_eq!(names(&facts[1].invoke), Vec::<String>::new());
    assert_eq!(names(&facts[0].pass_role), ["role/passer by p0/#1"]);
}

#[test]
fn who_cannot_be_judged_is_not_left_out() {
    let mut inventory = two(vec![
        role("x", &[], &[]),
        role("all", &[], &[allow(&["lambda:UpdateFunctionCode"], "*")]),
    ]);
    let broken = InlinePolicy {
        name: "broken".to_owned(),
        document: String::new(),
    };
    let x = iam(&mut inventory)
        .principals
        .iter_mut()
        .find(|one| one.name == "x");
    x.unwrap().inline.push(broken);
    let facts = &facts(&inventory)[0];
    assert_eq!(names(&facts.code), ["role/all by p0/#1"]);
    assert_eq!(facts.code.count.known(), None);
    assert_eq!(facts.policy.principals.known(), None);
    assert_eq!(facts.self_modifying, Fact::Known(false));
    assert!(
        matches!(&facts.code.count, Fact::Unknown(gaps) if gaps[0].message.contains("`broken`"))
    );
}

/// Every function is answered as if it had been asked by itself.
#[test]
fn groups_of_functions_get_the_answers_of_their_members() {
    let resource = |name: &str| format!("arn:aws:lambda:*:*:function:{name}");
    let statements: Vec<Value> = vec![
        allow(&["lambda:*"], &resource("a*")),
        json!({"Effect": "Deny", "Action": "lambda:UpdateFunctionCode", "Resource": [resource("*-prod"), resource("ab*")]}),
        json!({"Effect": "Allow", "Action": "lambda:UpdateFunctionCode", "NotResource": resource("b*")}),
    ];
    let functions = ["a-prod", "a-test", "ab", "b-test", "b-prod", "c", "c-prod"];
    let mut together = two(vec![role("p", &[], &statements)]);
    together.regions[0]
        .functions
        .extend(functions.map(function));
    let whole = facts(&together);
    for (number, name) in functions.into_iter().enumerate() {
        let mut alone = two(vec![role("p", &[], &statements)]);
        alone.regions[0].functions = vec![function(name)];
        let alone = facts(&alone);
        assert_eq!(
            names(&whole[number + 2].code),
            names(&alone[0].code),
            "{name}"
        );
        assert_eq!(
            names(&whole[number + 2].policy),
            names(&alone[0].policy),
            "{name}"
        );
    }
    let open: Vec<&str> = functions
        .into_iter()
        .enumerate()
        .filter(|(number, _)| !names(&whole[number + 2].code).is_empty())
        .map(|(_, name)| name)
        .collect();
    assert_eq!(open, ["a-test", "c"]);
}

#[test]
fn a_statement_for_the_code_of_certain_functions_is_no_power_of_others() {
    let passing = |function: &str| {
        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
            "Condition": {"ArnEquals": {"lambda:SourceFunctionArn": arn(function)}}})
    };
    let mut inventory = two(vec![
        role("deployer", LAMBDA, &[passing("other")]),
        role("human", &[], &[passing("other")]),
        user("ann", &[passing("other")]),
    ]);
    inventory.regions[0].functions[1].configuration.role =
        Some(format!("arn:aws:iam::{ACCOUNT}:role/deployer"));
    assert_eq!(
        names(&facts(&inventory)[0].pass_role),
        ["role/deployer by p0/#1"]
    );
}
