//! Every hop of every way to more permissions can be asked again with `lamppost explain access`.

use std::path::Path;

use lamppost::analysis::{AccountContext, Escalation, EscalationHop, Settings};
use lamppost::inventory::{AccountInventory, Principal};
use serde_json::json;

use crate::support::cli::{Lamppost, folder};
use crate::support::principals::{
    account, admin_role, allow, attached, document, iam, managed, role, user,
};
use crate::support::world::{ACCOUNT, arn};

const LAMBDA: &[&str] = &["lambda.amazonaws.com"];

/// An account in which roles and users can become each other in many ways.
fn world() -> AccountInventory {
    let passing = json!({"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
        "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}});
    let attaching = json!({"Effect": "Allow", "Action": "iam:AttachRolePolicy",
        "Resource": format!("arn:aws:iam::{ACCOUNT}:role/attacher"),
        "Condition": {"ArnLike": {"iam:PolicyARN": "arn:aws:iam::aws:policy/*"}}});
    let office = json!({"Effect": "Allow", "Action": "iam:CreateLoginProfile", "Resource": "*",
        "Condition": {"IpAddress": {"aws:SourceIp": "198.51.100.0/24"}}});
    let tagged = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*",
        "Condition": {"StringEquals": {"aws:PrincipalTag/team": "platform"}}});
    let mut deployer = role(
        "deployer",
        LAMBDA,
        &[
            passing,
            allow(
                &["lambda:CreateFunction"],
                "arn:aws:lambda:*:*:function:app-*",
            ),
            allow(&["lambda:InvokeFunction"], "*"),
        ],
    );
    let root = json!({"AWS": format!("arn:aws:iam::{ACCOUNT}:root")});
    let trust = json!({"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"});
    deployer.trust_policy = Some(document(&trust));
    let mut assuming = role("assuming", LAMBDA, &[tagged]);
    assuming
        .tags
        .insert("team".to_owned(), "platform".to_owned());
    let mut bounded = admin_role("bounded", LAMBDA);
    bounded.boundary = Some(format!("arn:aws:iam::{ACCOUNT}:policy/b"));
    let mut writer = role(
        "writer",
        LAMBDA,
        &[allow(&["iam:CreatePolicyVersion"], "*")],
    );
    writer.attached.push(attached("own"));
    let mut inventory = account(vec![
        deployer,
        assuming,
        bounded,
        writer,
        role("attacher", LAMBDA, &[attaching]),
        role(
            "keys",
            LAMBDA,
            &[
                allow(&["iam:CreateAccessKey"], "arn:aws:iam::*:user/boss"),
                office,
            ],
        ),
        user("boss", &[allow(&["*"], "*")]),
        user(
            "dev",
            &[allow(&["lambda:UpdateFunctionCode"], &arn("quiet"))],
        ),
        admin_role("admin", LAMBDA),
    ]);
    let iam = iam(&mut inventory);
    let tight = allow(&["s3:GetObject", "iam:DeleteRolePermissionsBoundary"], "*");
    iam.policies.push(managed("b", document(&tight)));
    iam.policies
        .push(managed("own", document(&allow(&["logs:*"], "*"))));
    inventory
}

fn principal<'i>(inventory: &'i AccountInventory, arn: &str) -> Option<&'i Principal> {
    let principals = &inventory.services.iam.known().unwrap().principals;
    principals.iter().find(|one| one.arn == arn)
}

/// What `explain access` answers to the requests of a hop.
fn answers(inventory: &AccountInventory, hop: &EscalationHop, folder: &Path) -> Vec<String> {
    let who = principal(inventory, &hop.principal).unwrap();
    let write = |name: &str, document: &str| {
        let path = folder.join(format!("{name}.json"));
        std::fs::write(&path, document).unwrap();
        path.display().to_string()
    };
    let known = inventory.services.iam.known().unwrap();
    let mut policies: Vec<String> = who
        .inline
        .iter()
        .map(|one| write(&format!("{}-{}", who.name, one.name), &one.document))
        .collect();
    for attached in &who.attached {
        let policy = known.policy(&attached.arn).unwrap();
        policies.push(write(&policy.name, &policy.document));
    }
    hop.requests
        .iter()
        .map(|request| {
            let mut arguments: Vec<String> = ["explain", "access", "--format", "json"]
                .map(str::to_owned)
                .to_vec();
            for (option, value) in [
                ("--principal", &hop.principal),
                ("--action", &request.action),
                ("--resource", &request.resource),
                ("--resource-account", &ACCOUNT.to_owned()),
            ] {
                arguments.extend([option.to_owned(), value.clone()]);
            }
            if !policies.is_empty() {
                arguments.push("--identity-policy".to_owned());
                arguments.extend(policies.iter().cloned());
            }
            if let Some(boundary) = &who.boundary {
                let policy = known.policy(boundary).unwrap();
                arguments.extend(["--boundary".to_owned(), write("boundary", &policy.document)]);
            }
            if request.action == "sts:AssumeRole" {
                let target = principal(inventory, &request.resource).unwrap();
                let trust = target.trust_policy.clone().unwrap();
                arguments.extend(["--resource-policy".to_owned(), write("trust", &trust)]);
            }
            for pair in &request.context {
                arguments.extend(["--context".to_owned(), pair.clone()]);
            }
            if hop.certain {
                arguments.push("--complete-context".to_owned());
            }
            let ended = Lamppost::new(arguments).run();
            ended.json()["decision"].as_str().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn every_hop_can_be_asked_again() {
    let inventory = world();
    let settings = Settings::default();
    let account = AccountContext::new(&inventory, &settings);
    let privileges = account.privileges().unwrap();
    let principals = &inventory.services.iam.known().unwrap().principals;
    let folder = folder();
    let mut asked = Vec::new();
    for principal in principals {
        let ways = privileges.escalations(&principal.arn).unwrap();
        for way in ways.known().unwrap() {
            let Escalation { hops, .. } = way;
            for hop in hops {
                let (path, name) = (&hop.path, &principal.name);
                if asked.contains(&(path.clone(), hop.principal.clone(), hop.becomes.clone())) {
                    continue;
                }
                let answers = answers(&inventory, hop, folder.path());
                let expected: &[&str] = match hop.certain {
                    true => &["allow"],
                    false => &["allow", "conditional"],
                };
                for answer in &answers {
                    let fits = expected.contains(&answer.as_str());
                    assert!(fits, "{name} by {path}: {answers:?} to {hop:#?}");
                }
                assert!(!answers.is_empty(), "{hop:#?}");
                asked.push((path.clone(), hop.principal.clone(), hop.becomes.clone()));
            }
        }
    }
    let paths: Vec<&str> = asked.iter().map(|(path, _, _)| path.as_str()).collect();
    for path in [
        "lambda-001",
        "sts-001",
        "iam-001",
        "iam-002",
        "iam-004",
        "iam-009",
        "lambda-003",
        "delete-own-role-boundary",
    ] {
        assert!(paths.contains(&path), "{path} is not among {paths:?}");
    }
}
