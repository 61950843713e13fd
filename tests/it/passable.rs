//! Powerful roles that trust Lambda, and who can pass them to a function that does not exist yet.

use lamppost::analysis::{AccountContext, Settings};
use lamppost::check::{Judge, Registry, Verdict};
use lamppost::facts::{self, Document, Scope, documents};
use lamppost::inventory::{
    AccountInventory, Iam, InlinePolicy, Observed, Principal, PrincipalKind,
};
use serde_json::{Value, json};

use crate::account::empty;
use crate::support::principals::{
    account, admin_role, allow, attached, document, iam, managed, organise, role, scp, user,
};
use crate::support::world::{ACCOUNT, denied};

const CHECK: &str = "admin-role-passable-to-new-function";
const LAMBDA: &[&str] = &["lambda.amazonaws.com"];

/// An account without functions and with these principals.
fn with(principals: Vec<Principal>) -> AccountInventory {
    let mut inventory = empty();
    inventory.services.iam = Observed::Known(Iam {
        principals,
        policies: Vec::new(),
    });
    inventory
}

fn account_document(inventory: &AccountInventory) -> Document {
    let settings = Settings::default();
    let context = AccountContext::new(inventory, &settings);
    documents(&context)
        .map(Result::unwrap)
        .find(|document| document.resource.scope == Scope::Account)
        .unwrap()
}

/// The verdict, and each finding as `PATH by PRINCIPAL → ROLE`, with `?` where it is not certain.
fn found(inventory: &AccountInventory) -> (Verdict, Vec<String>) {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let document = account_document(inventory);
    let judgement = Judge::new(&document).judge(registry.get(CHECK).unwrap());
    let name = |arn: &Value| arn.as_str().unwrap().rsplit(':').next().unwrap().to_owned();
    let mut found = Vec::new();
    for offence in &judgement.offences {
        for passer in offence.evidence["principals"].as_array().unwrap() {
            let sure = if passer["certain"] == true { "" } else { "?" };
            let path = passer["path"].as_str().unwrap();
            let (by, role) = (name(&passer["arn"]), name(&offence.evidence["arn"]));
            found.push(format!("{path}{sure} by {by} → {role}"));
        }
    }
    (judgement.verdict, found)
}

fn passing_to(service: &str) -> Value {
    json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
        "Condition": {"StringEquals": {"iam:PassedToService": service}}})
}

fn trusting(mut role: Principal, statements: Value) -> Principal {
    role.trust_policy = Some(json!({"Version": "2012-10-17", "Statement": statements}).to_string());
    role
}

#[test]
fn who_can_run_a_new_function_as_an_administrator() {
    let run = || allow(&["lambda:CreateFunction", "lambda:InvokeFunction"], "*");
    let deploy = || {
        let actions = [
            "iam:PassRole",
            "lambda:CreateFunction",
            "lambda:InvokeFunction",
        ];
        user("dev", &[allow(&actions, "*")])
    };
    let admin = || admin_role("admin", LAMBDA);
    let lambda = || json!({"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"});
    let with_trigger = |action: &str| {
        let actions = ["iam:PassRole", "lambda:CreateFunction", action];
        user("dev", &[allow(&actions, "*")])
    };
    let fine: &[&str] = &[];
    for (name, principals, expected) in [
        (
            "a user may pass an administrator role that trusts Lambda",
            vec![admin(), deploy()],
            &["lambda-001 by user/dev → role/admin"][..],
        ),
        (
            "to Lambda only, which is enough",
            vec![
                admin(),
                user("dev", &[run(), passing_to("lambda.amazonaws.com")]),
            ],
            &["lambda-001 by user/dev → role/admin"],
        ),
        (
            "to another service only",
            vec![
                admin(),
                user("dev", &[run(), passing_to("ec2.amazonaws.com")]),
            ],
            fine,
        ),
        (
            "a role that may do little",
            vec![
                role("logs", LAMBDA, &[allow(&["logs:PutLogEvents"], "*")]),
                deploy(),
            ],
            fine,
        ),
        (
            "a role that trusts another service",
            vec![admin_role("admin", &["ec2.amazonaws.com"]), deploy()],
            fine,
        ),
        (
            "a role that trusts Lambda@Edge only",
            vec![admin_role("admin", &["edgelambda.amazonaws.com"]), deploy()],
            fine,
        ),
        (
            "a trust policy that lets Lambda in for another account only",
            vec![
                trusting(
                    admin(),
                    json!([{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole",
                        "Condition": {"StringEquals": {"aws:SourceAccount": "999988887777"}}}]),
                ),
                deploy(),
            ],
            fine,
        ),
        (
            "a trust policy that takes back what it gives",
            vec![
                trusting(
                    admin(),
                    json!([lambda(), {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"}]),
                ),
                deploy(),
            ],
            fine,
        ),
        (
            "administrators only",
            vec![admin(), user("root", &[allow(&["*"], "*")])],
            fine,
        ),
        (
            "a user who can make itself an administrator anyway",
            vec![
                admin(),
                user(
                    "dev",
                    &[
                        allow(
                            &[
                                "iam:PassRole",
                                "lambda:CreateFunction",
                                "lambda:InvokeFunction",
                            ],
                            "*",
                        ),
                        allow(&["iam:AttachUserPolicy"], "*"),
                    ],
                ),
            ],
            fine,
        ),
        (
            "no right to pass roles",
            vec![admin(), user("dev", &[run()])],
            fine,
        ),
        (
            "no right to create functions",
            vec![
                admin(),
                user(
                    "dev",
                    &[allow(&["iam:PassRole", "lambda:InvokeFunction"], "*")],
                ),
            ],
            fine,
        ),
        (
            "a grant to oneself in place of the right to invoke",
            vec![admin(), with_trigger("lambda:AddPermission")],
            &["lambda-006 by user/dev → role/admin"],
        ),
        (
            "an event source in place of the right to invoke",
            vec![admin(), with_trigger("lambda:CreateEventSourceMapping")],
            &["lambda-002 by user/dev → role/admin"],
        ),
        (
            "a URL alone lets nobody in",
            vec![admin(), with_trigger("lambda:CreateFunctionUrlConfig")],
            fine,
        ),
        (
            "functions of one name, and the right to invoke those of another",
            vec![
                admin(),
                user(
                    "dev",
                    &[
                        allow(&["iam:PassRole"], "*"),
                        allow(
                            &["lambda:CreateFunction"],
                            "arn:aws:lambda:*:*:function:a-*",
                        ),
                        allow(
                            &["lambda:InvokeFunction"],
                            "arn:aws:lambda:*:*:function:b-*",
                        ),
                    ],
                ),
            ],
            &["lambda-001? by user/dev → role/admin"],
        ),
        (
            "from one network only",
            vec![
                admin(),
                user(
                    "dev",
                    &[
                        run(),
                        json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
                            "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}),
                    ],
                ),
            ],
            &["lambda-001? by user/dev → role/admin"],
        ),
        (
            "an administrator within one network only",
            vec![
                role(
                    "admin",
                    LAMBDA,
                    &[json!({"Effect": "Allow", "Action": "*", "Resource": "*",
                        "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}})],
                ),
                deploy(),
            ],
            &["lambda-001 by user/dev → role/admin"],
        ),
        (
            "a role that writes its own policies",
            vec![
                role("bootstrap", LAMBDA, &[allow(&["iam:PutRolePolicy"], "*")]),
                deploy(),
            ],
            &["lambda-001 by user/dev → role/bootstrap"],
        ),
        (
            "one of two administrator roles",
            vec![
                admin(),
                admin_role("other", LAMBDA),
                user(
                    "dev",
                    &[
                        run(),
                        allow(
                            &["iam:PassRole"],
                            &format!("arn:aws:iam::{ACCOUNT}:role/other"),
                        ),
                    ],
                ),
            ],
            &["lambda-001 by user/dev → role/other"],
        ),
    ] {
        let expected: Vec<String> = expected.iter().map(|&one| one.to_owned()).collect();
        let verdict = match expected.is_empty() {
            true => Verdict::Pass,
            false => Verdict::Fail,
        };
        assert_eq!(found(&with(principals)), (verdict, expected), "{name}");
    }
}

#[test]
fn boundaries_and_control_policies_take_away() {
    let actions = [
        "iam:PassRole",
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
    ];
    let base = || {
        let dev = user("dev", &[allow(&actions, "*")]);
        with(vec![admin_role("admin", LAMBDA), dev])
    };
    let certain = vec!["lambda-001 by user/dev → role/admin".to_owned()];
    let perhaps = vec!["lambda-001? by user/dev → role/admin".to_owned()];

    let mut bounded = base();
    let iam = iam(&mut bounded);
    iam.principals[1].boundary = Some(format!("arn:aws:iam::{ACCOUNT}:policy/boundary"));
    let limit = document(&allow(&["lambda:*"], "*"));
    iam.policies.push(managed("boundary", limit));
    assert_eq!(found(&bounded), (Verdict::Pass, Vec::new()));

    let everything = || scp(&allow(&["*"], "*"));
    let deny = |action: &str| scp(&json!({"Effect": "Deny", "Action": action, "Resource": "*"}));
    for action in ["iam:PassRole", "lambda:CreateFunction"] {
        let mut controlled = base();
        organise(&mut controlled, vec![vec![everything(), deny(action)]]);
        assert_eq!(found(&controlled), (Verdict::Pass, Vec::new()), "{action}");
    }

    let mut elsewhere = base();
    let outside = scp(
        &json!({"Effect": "Deny", "Action": "lambda:CreateFunction", "Resource": "*",
        "Condition": {"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}}),
    );
    organise(&mut elsewhere, vec![vec![everything(), outside]]);
    assert_eq!(found(&elsewhere), (Verdict::Fail, perhaps.clone()));
    let document = account_document(&elsewhere);
    let passer = &document.facts["iam"]["roles_passable_to_new_functions"][0]["principals"][0];
    let depends_on = passer["depends_on"].to_string();
    assert!(depends_on.contains("aws:SourceIp"), "{depends_on}");

    let mut unread = base();
    organise(&mut unread, Vec::new());
    if let Observed::Known(Some(organization)) = &mut unread.account.organization {
        organization.service_control_policies =
            Observed::Missing(denied("organizations:ListPolicies"));
    }
    assert_eq!(found(&unread), (Verdict::Fail, perhaps));

    // an account that may use one region only, and has no function that would name it
    let mut locked = base();
    let lock = scp(
        &json!({"Effect": "Deny", "NotAction": ["iam:*", "sts:*", "s3:*"], "Resource": "*",
        "Condition": {"StringNotEquals": {"aws:RequestedRegion": "eu-central-1"}}}),
    );
    organise(&mut locked, vec![vec![everything(), lock]]);
    assert_eq!(found(&locked), (Verdict::Fail, certain));
}

#[test]
fn a_policy_is_named_with_what_carries_it() {
    let actions = [
        "iam:PassRole",
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
    ];
    let group = Principal {
        kind: PrincipalKind::Group,
        arn: format!("arn:aws:iam::{ACCOUNT}:group/devs"),
        trust_policy: None,
        inline: vec![InlinePolicy {
            name: "deploy".to_owned(),
            document: document(&allow(&actions, "*")),
        }],
        ..role("devs", &[], &[])
    };
    let mut member = user("dev", &[]);
    member.groups = vec!["devs".to_owned()];
    let mut runner = role("runner", &["ec2.amazonaws.com"], &[]);
    runner.attached = vec![attached("deploy")];
    let mut inventory = with(vec![admin_role("admin", LAMBDA), group, member, runner]);
    let policy = managed("deploy", document(&allow(&actions, "*")));
    let policy_arn = policy.arn.clone();
    iam(&mut inventory).policies.push(policy);

    let registry = Registry::builtin(&facts::schema).unwrap();
    let document = account_document(&inventory);
    let judgement = Judge::new(&document).judge(registry.get(CHECK).unwrap());
    assert_eq!(judgement.offences.len(), 1, "one for the role");
    let offence = &judgement.offences[0];
    assert_eq!(
        offence.identity,
        [format!("arn:aws:iam::{ACCOUNT}:role/admin")]
    );
    let cli = offence.fix.cli.as_deref().unwrap();
    for command in [
        "aws iam put-group-policy --group-name devs --policy-name deploy --policy-document file://policy.json",
        &format!(
            "aws iam create-policy-version --policy-arn {policy_arn} --policy-document file://policy.json --set-as-default"
        ),
        "aws iam update-assume-role-policy --role-name admin --policy-document file://trust.json",
    ] {
        assert!(cli.contains(command), "{command} is not in:\n{cli}");
    }

    // what AWS manages can only be detached
    let aws = "arn:aws:iam::aws:policy/Deploy";
    let iam = iam(&mut inventory);
    iam.policies[0].arn = aws.to_owned();
    iam.principals[3].attached[0].arn = aws.to_owned();
    iam.principals.remove(2);
    let document = account_document(&inventory);
    let judgement = Judge::new(&document).judge(registry.get(CHECK).unwrap());
    let cli = judgement.offences[0].fix.cli.clone().unwrap();
    assert!(
        cli.contains(&format!(
            "aws iam detach-role-policy --role-name runner --policy-arn {aws}"
        )),
        "{cli}"
    );
    assert!(!cli.contains("create-policy-version"), "{cli}");
}

#[test]
fn execution_roles_are_left_to_checks_of_functions() {
    let actions = [
        "iam:PassRole",
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
    ];
    let worker = role("worker", LAMBDA, &[allow(&actions, "*")]);
    let mut inventory = account(vec![worker, admin_role("admin", LAMBDA)]);
    assert_eq!(found(&inventory), (Verdict::Pass, Vec::new()));
    let document = account_document(&inventory);
    let roles = &document.facts["iam"]["roles_passable_to_new_functions"];
    let listed = &roles[0]["execution_roles"][0]["arn"];
    assert_eq!(*listed, format!("arn:aws:iam::{ACCOUNT}:role/worker"));
    let registry = Registry::builtin(&facts::schema).unwrap();
    let settings = Settings::default();
    let context = AccountContext::new(&inventory, &settings);
    let function = documents(&context)
        .map(Result::unwrap)
        .find(|document| document.resource.scope == Scope::Function)
        .unwrap();
    let check = registry.get("escalating-execution-role").unwrap();
    assert_eq!(Judge::new(&function).judge(check).verdict, Verdict::Fail);
    // beside a user, the finding is the account's
    iam(&mut inventory)
        .principals
        .push(user("dev", &[allow(&actions, "*")]));
    // and the execution role, which becomes an administrator, is one of the roles that the user can pass
    let dev = ["admin", "worker"].map(|role| format!("lambda-001 by user/dev → role/{role}"));
    assert_eq!(found(&inventory), (Verdict::Fail, dev.to_vec()));
}

#[test]
fn what_cannot_be_read_is_no_pass() {
    let mut inventory = with(Vec::new());
    inventory.services.iam = Observed::Missing(denied("iam:GetAccountAuthorizationDetails"));
    let document = account_document(&inventory);
    let registry = Registry::builtin(&facts::schema).unwrap();
    let judgement = Judge::new(&document).judge(registry.get(CHECK).unwrap());
    assert_eq!(judgement.verdict, Verdict::Unknown);
    assert_eq!(
        judgement.gaps[0].operation,
        "iam:GetAccountAuthorizationDetails"
    );

    // a policy that IAM lists and does not give
    let mut dev = user(
        "dev",
        &[allow(
            &["lambda:CreateFunction", "lambda:InvokeFunction"],
            "*",
        )],
    );
    dev.attached = vec![attached("lost")];
    let inventory = with(vec![admin_role("admin", LAMBDA), dev]);
    assert_eq!(found(&inventory).0, Verdict::Unknown);
    let mut untold = admin_role("admin", LAMBDA);
    untold.trust_policy = Some("{".to_owned());
    assert_eq!(found(&with(vec![untold])).0, Verdict::Unknown);
}
