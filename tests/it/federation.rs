//! Laws of trust in identity providers: whoever can have a token that a policy lets in is found.

use lamppost::policy::{
    Caller, Context, KeyState, Layer, Policy, Request, Source, Target, Verdict, evaluate,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::world::ACCOUNT;
use crate::trust::let_in;

/// A provider, the values that policies compare its claims with, and the tokens that outsiders have.
struct Provider {
    principal: &'static str,
    issuer: &'static str,
    values: &'static [(&'static str, &'static [&'static str])],
    token: fn(&Person) -> Claims,
}

/// The claims of a token; without a value: that it lacks.
type Claims = Vec<(&'static str, Option<String>)>;

/// An outsider and what he chooses.
#[derive(Clone, Debug)]
struct Person {
    /// Nobody whom the policies spell out.
    name: String,
    id: String,
    project: &'static str,
    branch: &'static str,
    choice: usize,
}

const PROVIDERS: [Provider; 6] = [
    Provider {
        principal: "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com",
        issuer: "token.actions.githubusercontent.com",
        values: &[
            ("aud", &["sts.amazonaws.com", "*"]),
            (
                "sub",
                &[
                    "*",
                    "repo:*",
                    "repo:acme/*",
                    "repo:acme*",
                    "repo:acme-*/app:*",
                    "repo:*/app:*",
                    "repo:*e/a*",
                    "repo:a*c/*",
                    "repo:?cme/*",
                    "repo:acme@123456/*",
                    "repo:*@1*/*",
                    "*:ref:refs/heads/main",
                    "repo:acme/app:ref:refs/heads/main",
                    "environment:*",
                    "environment:prod",
                    "repository_owner:a*",
                ],
            ),
            ("repository", &["acme/*", "*/app", "a*e/app", "acme/app"]),
            ("ref", &["refs/heads/main", "refs/*"]),
            ("environment", &["prod", "*"]),
            ("job_workflow_ref", &["acme/*", "*/deploy.yml", "a*"]),
            ("repository_owner_id", &["123456", "1*"]),
            ("repository_owner", &["acme", "*"]),
        ],
        token: |person| {
            let Person {
                name,
                id,
                project,
                branch,
                choice,
            } = person;
            let sub = match choice % 5 {
                0 => format!("repo:{name}/{project}:ref:refs/heads/{branch}"),
                1 => format!("repo:{name}@{id}/{project}@{id}:ref:refs/heads/{branch}"),
                2 => format!("repo:{name}/{project}:environment:{branch}"),
                3 => format!("environment:{branch}:repo:{name}/{project}"),
                _ => format!("repository_owner:{name}"),
            };
            vec![
                ("aud", Some("sts.amazonaws.com".to_owned())),
                ("sub", Some(sub)),
                ("repository", Some(format!("{name}/{project}"))),
                ("ref", Some(format!("refs/heads/{branch}"))),
                (
                    "environment",
                    (choice % 2 == 0).then(|| (*branch).to_owned()),
                ),
                (
                    "job_workflow_ref",
                    (choice % 3 == 0).then(|| format!("{name}/{project}/deploy.yml")),
                ),
                ("repository_owner_id", Some(id.clone())),
                ("repository_owner", None),
            ]
        },
    },
    Provider {
        principal: "arn:aws:iam::111122223333:oidc-provider/gitlab.com",
        issuer: "gitlab.com",
        values: &[
            ("aud", &["https://gitlab.com", "*"]),
            (
                "sub",
                &[
                    "project_path:*",
                    "project_path:acme/*",
                    "project_path:acme*/app:*",
                    "*:ref:main",
                    "project_path:*/app:*",
                ],
            ),
            ("user_login", &["acme", "a*"]),
            ("project_id", &["123456", "1*"]),
        ],
        token: |Person {
                    name,
                    id,
                    project,
                    branch,
                    ..
                }| {
            vec![
                ("aud", Some("https://gitlab.com".to_owned())),
                (
                    "sub",
                    Some(format!(
                        "project_path:{name}/{project}:ref_type:branch:ref:{branch}"
                    )),
                ),
                ("user_login", Some(name.clone())),
                ("project_id", Some(id.clone())),
            ]
        },
    },
    Provider {
        principal: "arn:aws:iam::111122223333:oidc-provider/app.terraform.io",
        issuer: "app.terraform.io",
        values: &[
            ("aud", &["aws.workload.identity", "*"]),
            (
                "sub",
                &[
                    "organization:*",
                    "organization:*:project:*:workspace:*:run_phase:*",
                    "organization:acme:project:*:workspace:*:run_phase:*",
                    "organization:a*:project:app:*",
                    "*:run_phase:apply",
                ],
            ),
        ],
        token: |Person {
                    name,
                    project,
                    branch,
                    ..
                }| {
            vec![
                ("aud", Some("aws.workload.identity".to_owned())),
                (
                    "sub",
                    Some(format!(
                        "organization:{name}:project:{project}:workspace:{branch}:run_phase:apply"
                    )),
                ),
            ]
        },
    },
    Provider {
        principal: "arn:aws:iam::111122223333:oidc-provider/agent.buildkite.com",
        issuer: "agent.buildkite.com",
        values: &[
            (
                "sub",
                &[
                    "organization:*",
                    "organization:acme:*",
                    "organization:a*:pipeline:app:*",
                    "123456",
                ],
            ),
            ("organization_slug", &["acme", "a*e", "*"]),
            ("organization_id", &["123456", "12*"]),
            ("build_branch", &["main", "m*"]),
        ],
        token: |Person {
                    name,
                    id,
                    project,
                    branch,
                    choice,
                }| {
            let sub = format!(
                "organization:{name}:pipeline:{project}:ref:refs/heads/{branch}:commit:0:step:s"
            );
            vec![
                ("sub", Some(if choice % 2 == 0 { sub } else { id.clone() })),
                ("organization_slug", Some(name.clone())),
                ("organization_id", Some(id.clone())),
                ("build_branch", Some((*branch).to_owned())),
            ]
        },
    },
    Provider {
        principal: "accounts.google.com",
        issuer: "accounts.google.com",
        values: &[
            ("aud", &["123456", "1*", "*"]),
            ("oaud", &["shop", "*"]),
            ("sub", &["123456", "1*3"]),
            ("email", &["*@acme.com", "*@gmail.com", "ann@acme.com"]),
        ],
        token: |Person {
                    name, id, choice, ..
                }| {
            let email = match choice % 3 {
                0 => None,
                1 => Some(format!("{name}@gmail.com")),
                _ => Some(format!("ann@{name}.com")),
            };
            vec![
                ("aud", Some(id.clone())),
                ("oaud", Some("shop".to_owned())),
                ("sub", Some(id.clone())),
                ("email", email),
            ]
        },
    },
    Provider {
        principal: "cognito-identity.amazonaws.com",
        issuer: "cognito-identity.amazonaws.com",
        values: &[
            ("aud", &["eu-west-1:123456", "eu-west-1:*", "*"]),
            ("amr", &["authenticated", "unauthenticated", "*"]),
            ("sub", &["eu-west-1:123456", "*"]),
        ],
        token: |Person { id, choice, .. }| {
            let guest = choice % 2 == 0;
            let pool = if guest && choice % 3 == 0 {
                "123456"
            } else {
                id
            };
            let amr = if guest {
                "unauthenticated"
            } else {
                "authenticated"
            };
            vec![
                ("aud", Some(format!("eu-west-1:{pool}"))),
                ("amr", Some(amr.to_owned())),
                ("sub", Some(format!("eu-west-1:{id}"))),
            ]
        },
    },
];

const OPERATORS: [&str; 9] = [
    "StringEquals",
    "StringLike",
    "StringLike",
    "StringNotEquals",
    "StringNotLike",
    "StringLikeIfExists",
    "StringNotLikeIfExists",
    "ForAllValues:StringLike",
    "ForAnyValue:StringLike",
];

fn person() -> impl Strategy<Value = Person> {
    let name = prop_oneof![
        "[a-e]{1,6}",
        "acme-[a-c]{1,3}",
        "[a-c]cme",
        "acme[a-e]{1,2}"
    ];
    let name = name.prop_filter("somebody else", |name| name != "acme");
    let id = "[1-3]{5,8}".prop_filter("another's", |id| id != "123456");
    let project = prop::sample::select(vec!["app", "infra"]);
    let branch = prop::sample::select(vec!["main", "prod", "dev"]);
    (name, id, project, branch, 0_usize..30).prop_map(|(name, id, project, branch, choice)| {
        Person {
            name,
            id,
            project,
            branch,
            choice,
        }
    })
}

fn condition(provider: usize) -> impl Strategy<Value = (String, String, Vec<String>)> {
    let Provider { issuer, values, .. } = &PROVIDERS[provider];
    let claim = prop::sample::select(values.to_vec());
    let values = claim.prop_flat_map(|(claim, values)| {
        let some = prop::sample::subsequence(values.to_vec(), 1..=values.len().min(2));
        (Just(claim), some)
    });
    (prop::sample::select(OPERATORS.to_vec()), values).prop_map(
        move |(operator, (claim, values))| {
            let values = values.into_iter().map(str::to_owned).collect();
            (operator.to_owned(), format!("{issuer}:{claim}"), values)
        },
    )
}

fn statement(provider: usize, effect: &'static str) -> impl Strategy<Value = Value> {
    prop::collection::vec(condition(provider), 0..4).prop_map(move |conditions| {
        let mut blocks = Map::new();
        for (operator, key, values) in conditions {
            let block = blocks.entry(operator).or_insert_with(|| json!({}));
            block[key] = json!(values);
        }
        let principal = match effect {
            "Allow" => json!({"Federated": PROVIDERS[provider].principal}),
            _ => json!("*"),
        };
        json!({"Sid": effect, "Effect": effect, "Principal": principal,
               "Action": "sts:AssumeRoleWithWebIdentity", "Condition": blocks})
    })
}

fn policy() -> impl Strategy<Value = (usize, Vec<Value>)> {
    (0..PROVIDERS.len()).prop_flat_map(|provider| {
        let allows = prop::collection::vec(statement(provider, "Allow"), 1..3);
        let denies = prop::collection::vec(statement(provider, "Deny"), 0..2);
        (Just(provider), allows, denies)
            .prop_map(|(provider, allows, denies)| (provider, [allows, denies].concat()))
    })
}

/// Whether the policy lets in who has a token with exactly these claims.
fn allows(provider: &Provider, statements: &[Value], person: &Person) -> bool {
    let document = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let policy = Policy::parse(&document).unwrap();
    let mut context = Context::complete();
    for (claim, value) in (provider.token)(person) {
        if let Some(value) = value {
            context.set(
                &format!("{}:{claim}", provider.issuer),
                KeyState::one(value),
            );
        }
    }
    let role = Target::Exact(format!("arn:aws:iam::{ACCOUNT}:role/r"));
    let caller = Caller::Federated(provider.principal.to_owned());
    let request = Request::new(caller, "sts:AssumeRoleWithWebIdentity", role, context);
    let source = Source::new("trust policy", &policy);
    evaluate(Layer::Resource, &[source], &request).verdict == Verdict::Allow
}

proptest! {
    #[test]
    fn an_outsider_whom_a_policy_lets_in_is_found(
        (provider, statements) in policy(),
        person in person(),
    ) {
        if allows(&PROVIDERS[provider], &statements, &person) {
            prop_assert!(!let_in(&statements).is_empty());
        }
    }

    #[test]
    fn what_a_wider_policy_lets_in_is_found_as_well(
        (_, statements) in policy(),
        places in (0_usize..8, 0_usize..8, 0_usize..8),
    ) {
        if let_in(&statements).is_empty() {
            return Ok(());
        }
        let mut wider = statements;
        let place = places.0 % wider.len();
        if wider[place]["Effect"] == "Deny" {
            wider.remove(place);
        } else if let Some(blocks) = wider[place]["Condition"].as_object_mut()
            && !blocks.is_empty()
        {
            let operator = blocks.keys().nth(places.1 % blocks.len()).unwrap().clone();
            let block = blocks[&operator].as_object_mut().unwrap();
            let key = block.keys().nth(places.2 % block.len()).unwrap().clone();
            block.remove(&key);
        }
        prop_assert!(!let_in(&wider).is_empty(), "{wider:?}");
    }
}
