//! How long it takes to say who gets in by one function's policy, from the text on.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that meets the unexpected must stop"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use lamppost::analysis::exposure::{Door, Home, Membership, UrlAge, UrlState, grants};
use lamppost::policy::{Policy, Target};
use serde_json::{Value, json};

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

fn allow(principal: Value, action: &str, condition: Value) -> Value {
    json!({"Sid": "s", "Effect": "Allow", "Principal": principal, "Action": action, "Resource": FUNCTION, "Condition": condition})
}

fn policies() -> Vec<(&'static str, UrlState, String)> {
    let invoke = "lambda:InvokeFunction";
    let document = |statements: Vec<Value>| {
        json!({"Version": "2012-10-17", "Id": "default", "Statement": statements}).to_string()
    };
    let api = |path: &str| {
        let arn = format!("arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/*/GET/{path}");
        allow(
            json!({"Service": "apigateway.amazonaws.com"}),
            invoke,
            json!({"ArnLike": {"AWS:SourceArn": arn}}),
        )
    };
    vec![
        (
            "trigger of a bucket",
            UrlState::Absent,
            document(vec![allow(
                json!({"Service": "s3.amazonaws.com"}),
                invoke,
                json!({"StringEquals": {"AWS:SourceAccount": "111122223333"}, "ArnLike": {"AWS:SourceArn": "arn:aws:s3:::uploads"}}),
            )]),
        ),
        (
            "three routes of an API",
            UrlState::Absent,
            document(["a", "b", "c"].map(api).to_vec()),
        ),
        (
            "open function URL",
            UrlState::Open(UrlAge::New),
            document(vec![
                allow(
                    json!("*"),
                    "lambda:InvokeFunctionUrl",
                    json!({"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}),
                ),
                allow(
                    json!("*"),
                    invoke,
                    json!({"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}),
                ),
            ]),
        ),
        (
            "another account's role",
            UrlState::Absent,
            document(vec![allow(
                json!({"AWS": "arn:aws:iam::999988887777:role/quotes"}),
                invoke,
                json!({}),
            )]),
        ),
        (
            "the organisation",
            UrlState::Absent,
            document(vec![allow(
                json!("*"),
                invoke,
                json!({"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}}),
            )]),
        ),
    ]
}

fn exposure(criterion: &mut Criterion) {
    let accounts = vec!["111122223333".to_owned(), "222233334444".to_owned()];
    let member = Membership::Member {
        id: "o-exampleorg1",
        accounts: Some(&accounts),
    };
    let now = "2026-11-21T12:00:00Z".parse().unwrap();
    let home = Home::new("111122223333", member, now);
    let mut group = criterion.benchmark_group("exposure of one function");
    for (name, url, text) in policies() {
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let policy = Policy::parse(black_box(&text)).unwrap();
                let door = Door {
                    qualifier: "$LATEST",
                    resource: Target::Exact(FUNCTION.to_owned()),
                    policy: &policy,
                    url,
                };
                grants(&door, &home)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, exposure);
criterion_main!(benches);
