//! Attack paths: ways in joined with what the role may do, hop by hop.

mod fronts;

use lamppost::analysis::{
    AccountContext, ExposureFacts, Fact, Path, PathFacts, RoleFacts, Settings,
};
use lamppost::inventory::{
    AccountInventory, Alias, FunctionUrl, InlinePolicy, Observed, Principal,
};
use serde_json::{Value, json};

use crate::support::principals::{account, admin_role, allow, document, role, user};
use crate::support::world::{ACCOUNT, ROLE, arn, denied};

const LAMBDA: &[&str] = &["lambda.amazonaws.com"];

/// The paths through the account's first function.
fn paths(inventory: &AccountInventory) -> PathFacts {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    let region = &inventory.regions[0];
    let context = account.function(region, &region.functions[0]);
    PathFacts::derive(
        context,
        &ExposureFacts::derive(context),
        &RoleFacts::derive(context),
    )
}

/// The chain as a person would read it.
fn told(fact: &Fact<Vec<Path>>) -> String {
    let told = |path: &Path| {
        let unsure = if path.certain { "" } else { " (perhaps)" };
        let hops = path.hops.iter().map(|hop| {
            format!(
                "  {} {} → {}: {}\n",
                hop.from,
                hop.deed,
                hop.to,
                hop.evidence.join("; ")
            )
        });
        format!("{}{unsure}\n{}", path.summary, hops.collect::<String>())
    };
    match fact {
        Fact::Known(paths) if paths.is_empty() => "none".to_owned(),
        Fact::Known(paths) => paths.iter().map(told).collect(),
        Fact::Unknown(gaps) => {
            let operations: Vec<&str> = gaps.iter().map(|gap| gap.operation.as_str()).collect();
            format!("unknown: {}", operations.join(", "))
        }
    }
}

/// What leads where, in short, with a question mark where it is not certain.
fn ends(fact: &Fact<Vec<Path>>) -> String {
    match fact {
        Fact::Known(paths) => {
            let ends = paths.iter().map(|path| {
                let unsure = if path.certain { "" } else { "?" };
                let principal = path.principal.rsplit(':').next().unwrap_or_default();
                format!("{principal} → {}{unsure}", path.target)
            });
            ends.collect::<Vec<_>>().join(", ")
        }
        Fact::Unknown(_) => "unknown".to_owned(),
    }
}

fn statement(sid: &str, principal: &Value, action: &str, condition: &Value, on: &str) -> Value {
    json!({"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": action, "Resource": on, "Condition": condition})
}

fn policy(statements: &[Value]) -> Observed<Option<String>> {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    Observed::Known(Some(document.to_string()))
}

/// Opens a URL of the function to the internet.
fn open_url(inventory: &mut AccountInventory) {
    let function = &mut inventory.regions[0].functions[0];
    function.urls = Observed::Known(vec![FunctionUrl {
        qualifier: None,
        url: "https://x.lambda-url.eu-central-1.on.aws/".to_owned(),
        auth_type: "NONE".to_owned(),
        invoke_mode: None,
        created: Some("2026-01-01T00:00:00Z".to_owned()),
        cors: None,
    }]);
    let none = json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}});
    let by_url = json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}});
    let on = &function.arn;
    function.policy = policy(&[
        statement("Url", &json!("*"), "lambda:InvokeFunctionUrl", &none, on),
        statement("Invoke", &json!("*"), "lambda:InvokeFunction", &by_url, on),
    ]);
}

/// Puts one statement on the function.
fn grant(inventory: &mut AccountInventory, principal: Value, action: &str) {
    let on = arn("quiet");
    let one = statement("s", &principal, action, &json!({}), &on);
    inventory.regions[0].functions[0].policy = policy(&[one]);
}

fn files() -> Principal {
    role("files", LAMBDA, &[allow(&["s3:GetObject"], "*")])
}

/// A role that may pass an administrator's role to a function that it makes.
fn deployer() -> Vec<Principal> {
    let deploy = [
        "iam:PassRole",
        "lambda:CreateFunction",
        "lambda:InvokeFunction",
    ];
    vec![
        role("deployer", LAMBDA, &[allow(&deploy, "*")]),
        admin_role("admin", LAMBDA),
    ]
}

#[test]
fn from_the_internet_by_an_open_url_to_an_administrator() {
    let mut inventory = account(vec![admin_role("admin", LAMBDA)]);
    open_url(&mut inventory);
    let paths = paths(&inventory);
    insta::assert_snapshot!(told(&paths.public_to_admin), @r"
    Anybody on the internet may call the function URL; its code runs with the role admin, which can do everything.
      the internet calls the function URL → quiet: resource-based policy of quiet, statement Url; resource-based policy of quiet, statement Invoke
      quiet runs with its execution role → admin: arn:aws:iam::111122223333:role/admin
      admin can do everything → admin: p0, statement #1
    ");
    assert_eq!(told(&paths.public_to_escalation), "none");
    assert_eq!(told(&paths.public_to_data), "none");
    assert_eq!(paths.public_entries, Fact::Known(1));
}

#[test]
fn from_a_foreign_account_by_an_alias_to_the_data_of_all_buckets() {
    let mut inventory = account(vec![files()]);
    let alias = format!("{}:partners", arn("quiet"));
    let partner = json!({"AWS": "999988887777"});
    let one = statement(
        "Partner",
        &partner,
        "lambda:InvokeFunction",
        &json!({}),
        &alias,
    );
    inventory.regions[0].functions[0].aliases = Observed::Known(vec![Alias {
        name: "partners".to_owned(),
        arn: alias,
        version: "1".to_owned(),
        weights: std::collections::BTreeMap::new(),
        policy: policy(&[one]),
    }]);
    let paths = paths(&inventory);
    insta::assert_snapshot!(told(&paths.outside_to_data), @r"
    Account 999988887777 may invoke the function; its code runs with the role files, which can read all data of a kind.
      999988887777 invokes the function → quiet:partners: resource-based policy of quiet:partners, statement Partner
      quiet:partners runs with its execution role → files: arn:aws:iam::111122223333:role/files
      files can read all data of a kind → data: p0, statement #1
    ");
    assert_eq!(told(&paths.outside_to_power), "none");
    assert_eq!(told(&paths.public_to_data), "none");
}

#[test]
fn from_a_developer_by_new_code_to_an_escalation() {
    let mut principals = deployer();
    let mut update = allow(&["lambda:UpdateFunctionCode"], &arn("quiet"));
    update["Sid"] = json!("Deploy");
    principals.push(role("developer", &[], &[update]));
    let paths = paths(&account(principals));
    insta::assert_snapshot!(told(&paths.inside_to_power), @r"
    arn:aws:iam::111122223333:role/developer can change the code or the configuration of quiet; whatever code it then has runs with the role deployer, which can become an administrator by lambda-001 (iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction) to role/admin.
      arn:aws:iam::111122223333:role/developer changes the function → quiet: p0, statement Deploy
      quiet runs with its execution role → deployer: arn:aws:iam::111122223333:role/deployer
      role/deployer lambda-001 → role/admin: p0, statement #1; iam:PassRole on arn:aws:iam::111122223333:role/admin; lambda:CreateFunction on *; lambda:InvokeFunction on *
    ");
    assert_eq!(paths.public_entries, Fact::Known(0));
}

#[test]
fn somebody_outside_who_may_change_the_function_has_its_role() {
    let mut inventory = account(vec![files()]);
    grant(
        &mut inventory,
        json!({"AWS": "999988887777"}),
        "lambda:UpdateFunctionCode",
    );
    let paths = paths(&inventory);
    insta::assert_snapshot!(told(&paths.control_to_role), @r"
    Account 999988887777 may replace its code; whatever code it then has runs with the role files, which can read all data of a kind.
      999988887777 changes the function → quiet: resource-based policy of quiet, statement s
      quiet runs with its execution role → files: arn:aws:iam::111122223333:role/files
      files can read all data of a kind → data: p0, statement #1
    ");
}

#[test]
fn a_hop_that_is_not_known_leaves_the_path_unknown() {
    let public = || {
        let mut inventory = account(vec![admin_role("admin", LAMBDA)]);
        grant(&mut inventory, json!("*"), "lambda:InvokeFunction");
        inventory
    };
    let unread = |mut inventory: AccountInventory| {
        inventory.regions[0].functions[0].policy = Observed::Missing(denied("lambda:GetPolicy"));
        inventory
    };
    let unlisted = |mut inventory: AccountInventory| {
        inventory.services.iam = Observed::Missing(denied("iam:GetAccountAuthorizationDetails"));
        inventory
    };
    let powerless = || account(vec![role("r", LAMBDA, &[])]);
    let closed = || account(vec![admin_role("admin", LAMBDA)]);
    let iam_unknown = "unknown: iam:GetAccountAuthorizationDetails";
    for (name, inventory, expected) in [
        (
            "the way in is not known",
            unread(public()),
            "unknown: lambda:GetPolicy",
        ),
        ("the role is not known", unlisted(public()), iam_unknown),
        (
            "neither is known",
            unlisted(unread(public())),
            "unknown: lambda:GetPolicy, iam:GetAccountAuthorizationDetails",
        ),
        (
            "the way in is not known, and leads to nothing",
            unread(powerless()),
            "none",
        ),
        (
            "the role is not known, and nobody gets in",
            unlisted(closed()),
            "none",
        ),
    ] {
        assert_eq!(told(&paths(&inventory).public_to_admin), expected, "{name}");
    }
    let mut nameless = account(vec![
        admin_role("admin", LAMBDA),
        role("a", &[], &[allow(&["lambda:UpdateFunctionCode"], "*")]),
    ]);
    nameless.regions[0].functions[0].configuration.role = None;
    assert_eq!(ends(&paths(&nameless).inside_to_power), "unknown");
    assert_eq!(
        told(&paths(&unlisted(closed())).inside_to_power),
        format!("{iam_unknown}, iam:GetAccountAuthorizationDetails")
    );
}

#[test]
fn conditions_make_a_path_perhaps() {
    let office = json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}});
    let mut may = allow(&["*"], "*");
    may["Condition"] = office;
    let mut inventory = account(vec![role("r", LAMBDA, &[may])]);
    grant(&mut inventory, json!("*"), "lambda:InvokeFunction");
    assert_eq!(ends(&paths(&inventory).public_to_admin), "* → admin?");

    // One grant of two, which an old URL may still do without.
    let mut half = account(vec![admin_role("admin", LAMBDA)]);
    open_url(&mut half);
    let function = &mut half.regions[0].functions[0];
    if let Observed::Known(urls) = &mut function.urls {
        urls[0].created = Some("2024-01-01T00:00:00Z".to_owned());
    }
    let none = json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}});
    let url = "lambda:InvokeFunctionUrl";
    function.policy = policy(&[statement("Url", &json!("*"), url, &none, &function.arn)]);
    assert_eq!(ends(&paths(&half).public_to_admin), "* → admin?");
}

#[test]
fn who_of_the_account_gains_by_changing_the_function() {
    let update = || allow(&["lambda:UpdateFunctionCode"], "*");
    let configure = || allow(&["lambda:UpdateFunctionConfiguration"], "*");
    let office = || {
        let mut update = update();
        update["Condition"] = json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}});
        update
    };
    let broken = || {
        let mut broken = role("broken", &[], &[update()]);
        broken.inline = vec![InlinePolicy {
            name: "broken".to_owned(),
            document: "{".to_owned(),
        }];
        broken
    };
    let admin = || vec![admin_role("admin", LAMBDA)];
    let quiet = || vec![role("r", LAMBDA, &[])];
    for (name, mut principals, others, expected) in [
        ("nobody", admin(), vec![], ""),
        (
            "new code",
            admin(),
            vec![role("a", &[], &[update()])],
            "role/a → admin",
        ),
        (
            "a new configuration",
            admin(),
            vec![user("u", &[configure()])],
            "user/u → admin",
        ),
        (
            "from the office only",
            admin(),
            vec![role("a", &[], &[office()])],
            "role/a → admin?",
        ),
        (
            "certain ones first",
            admin(),
            vec![role("a", &[], &[office()]), role("b", &[], &[update()])],
            "role/b → admin, role/a → admin?",
        ),
        (
            "an administrator gains nothing",
            admin(),
            vec![admin_role("b", &[])],
            "",
        ),
        (
            "who can make itself an administrator gains nothing",
            deployer(),
            vec![role(
                "a",
                &[],
                &[
                    update(),
                    allow(&["iam:PutRolePolicy", "iam:PassRole", "lambda:*"], "*"),
                ],
            )],
            "",
        ),
        (
            "nothing to be had",
            quiet(),
            vec![role("a", &[], &[update()])],
            "",
        ),
        (
            "the role itself, which has it already",
            vec![role(
                "r",
                LAMBDA,
                &[update(), allow(&["iam:PutRolePolicy"], "*")],
            )],
            vec![],
            "",
        ),
        ("who cannot be judged", admin(), vec![broken()], "unknown"),
        (
            "a role that cannot be judged",
            vec![Principal {
                name: "r".to_owned(),
                arn: ROLE.to_owned(),
                ..broken()
            }],
            vec![role("a", &[], &[update()])],
            "unknown",
        ),
        (
            "who cannot be judged, beside one who can",
            admin(),
            vec![broken(), role("a", &[], &[update()])],
            "role/a → admin",
        ),
    ] {
        principals.extend(others);
        let found = paths(&account(principals)).inside_to_power;
        assert_eq!(ends(&found), expected, "{name}");
    }
}

#[test]
fn who_is_trusted_or_held_back_is_no_way_in() {
    for (name, principal, action, expected) in [
        (
            "the own account",
            json!({"AWS": ACCOUNT}),
            "lambda:InvokeFunction",
            "",
        ),
        (
            "a stranger",
            json!({"AWS": "999988887777"}),
            "lambda:InvokeFunction",
            "999988887777 → admin",
        ),
        (
            "any customer of a service",
            json!({"Service": "sns.amazonaws.com"}),
            "lambda:InvokeFunction",
            "sns.amazonaws.com → admin",
        ),
        (
            "reading the configuration runs nothing",
            json!({"AWS": "999988887777"}),
            "lambda:GetFunctionConfiguration",
            "",
        ),
    ] {
        let mut inventory = account(vec![admin_role("admin", LAMBDA)]);
        grant(&mut inventory, principal, action);
        assert_eq!(
            ends(&paths(&inventory).outside_to_power),
            expected,
            "{name}"
        );
    }
    let mut office = account(vec![admin_role("admin", LAMBDA)]);
    let condition = json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}});
    let on = arn("quiet");
    let one = statement("s", &json!("*"), "lambda:InvokeFunction", &condition, &on);
    office.regions[0].functions[0].policy = policy(&[one]);
    assert_eq!(ends(&paths(&office).public_to_admin), "");
}

/// A role that accounts of its own may assume, with these statements.
fn assumable(name: &str, statements: &[Value]) -> Principal {
    let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
    let trust = json!({"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"});
    Principal {
        trust_policy: Some(document(&trust)),
        ..role(name, LAMBDA, statements)
    }
}

#[test]
fn paths_lead_on_through_roles_that_can_be_assumed() {
    let assume = allow(
        &["sts:AssumeRole"],
        &format!("arn:aws:iam::{ACCOUNT}:role/next"),
    );
    let world = |next: &[Value]| {
        let mut inventory = account(vec![
            role("r", LAMBDA, std::slice::from_ref(&assume)),
            assumable("next", next),
            admin_role("admin", LAMBDA),
        ]);
        grant(&mut inventory, json!("*"), "lambda:InvokeFunction");
        paths(&inventory)
    };
    let data = world(&[allow(&["s3:GetObject"], "*")]);
    assert_eq!(ends(&data.public_to_data), "* → data");
    assert_eq!(ends(&data.public_to_escalation), "");
    let deploy = allow(
        &[
            "iam:PassRole",
            "lambda:CreateFunction",
            "lambda:InvokeFunction",
        ],
        "*",
    );
    let power = world(&[deploy]);
    assert_eq!(ends(&power.public_to_data), "");
    insta::assert_snapshot!(told(&power.public_to_escalation), @r"
    Anybody with an AWS account may invoke the function; its code runs with the role r, which can become an administrator by sts-001 (sts:AssumeRole) to role/next, then lambda-001 (iam:PassRole + lambda:CreateFunction + lambda:InvokeFunction) to role/admin.
      any AWS account invokes the function → quiet: resource-based policy of quiet, statement s
      quiet runs with its execution role → r: arn:aws:iam::111122223333:role/r
      role/r sts-001 → role/next: p0, statement #1; trust policy, statement #1; sts:AssumeRole on arn:aws:iam::111122223333:role/next
      role/next lambda-001 → role/admin: p0, statement #1; iam:PassRole on arn:aws:iam::111122223333:role/admin; lambda:CreateFunction on *; lambda:InvokeFunction on *
    ");
    assert_eq!(ends(&world(&[]).public_to_escalation), "");
}

#[test]
fn what_a_path_depends_on_is_told() {
    let mut office = allow(&["*"], "*");
    office["Condition"] = json!({"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}});
    let inventory = account(vec![
        role("r", LAMBDA, &[office]),
        role("a", &[], &[allow(&["lambda:UpdateFunctionCode"], "*")]),
    ]);
    let found = paths(&inventory).inside_to_power;
    let path = &found.known().unwrap()[0];
    assert!(!path.certain);
    assert!(
        path.depends_on[0].contains("aws:SourceIp IpAddress 198.51.100.0/24")
            && path.depends_on[0].contains("an address of AWS"),
        "{:?}",
        path.depends_on
    );
    assert!(
        path.summary.contains("may be able to do everything"),
        "{}",
        path.summary
    );
    assert!(path.summary.contains("198.51.100.0/24"), "{}", path.summary);
}

#[test]
fn a_named_target_is_enough_for_an_insider() {
    let key = allow(
        &["iam:CreateAccessKey"],
        &format!("arn:aws:iam::{ACCOUNT}:user/boss"),
    );
    let update = || {
        allow(
            &["lambda:UpdateFunctionCode", "lambda:InvokeFunction"],
            &arn("quiet"),
        )
    };
    for (own, expected) in [
        (vec![update()], "user/dev → escalation"),
        (vec![update(), key.clone()], ""),
    ] {
        let inventory = account(vec![
            role("r", LAMBDA, std::slice::from_ref(&key)),
            user("boss", &[allow(&["*"], "*")]),
            user("dev", &own),
        ]);
        assert_eq!(ends(&paths(&inventory).inside_to_power), expected);
    }
}
