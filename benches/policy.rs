//! How fast the policy engine answers: `cargo bench --no-default-features --bench policy`.

#![allow(
    clippy::unwrap_used,
    reason = "a benchmark that meets the unexpected must stop"
)]
#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use lamppost::policy::{
    Caller, Context, KeyState, Layer, Layers, Pattern, Policy, Request, Source, Target, authorize,
    evaluate,
};
use serde_json::json;

const FUNCTION: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

/// A function's policy as services, a URL and an organisation leave it.
fn function_policy() -> String {
    let service = |name: &str, source: &str| {
        json!({
            "Sid": name, "Effect": "Allow", "Principal": {"Service": format!("{name}.amazonaws.com")},
            "Action": "lambda:InvokeFunction", "Resource": FUNCTION,
            "Condition": {"ArnLike": {"AWS:SourceArn": source}, "StringEquals": {"AWS:SourceAccount": "111122223333"}}
        })
    };
    json!({"Version": "2012-10-17", "Statement": [
        service("s3", "arn:aws:s3:::uploads"),
        service("events", "arn:aws:events:eu-west-1:111122223333:rule/nightly"),
        service("apigateway", "arn:aws:execute-api:eu-west-1:111122223333:a1b2c3/*/GET/items"),
        {"Sid": "url", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunctionUrl", "Resource": FUNCTION,
         "Condition": {"StringEquals": {"lambda:FunctionUrlAuthType": "NONE"}}},
        {"Sid": "org", "Effect": "Allow", "Principal": "*", "Action": "lambda:InvokeFunction", "Resource": FUNCTION,
         "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}},
    ]})
    .to_string()
}

/// As large as ReadOnlyAccess: three wildcards for each of 400 services.
fn large_policy() -> String {
    let actions: Vec<String> = (0..400)
        .flat_map(|number| {
            ["Get", "List", "Describe"].map(|verb| format!("service{number}:{verb}*"))
        })
        .collect();
    json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}).to_string()
}

/// What a function's role usually carries.
fn small_policy() -> String {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"},
        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": "arn:aws:dynamodb:*:*:table/items"},
        {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111122223333:role/app-*",
         "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}},
    ]})
    .to_string()
}

fn exact(arn: &str) -> Target {
    Target::Exact(arn.to_owned())
}

fn parsing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for (name, text) in [("function", function_policy()), ("large", large_policy())] {
        group.throughput(Throughput::Bytes(text.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| Policy::parse(black_box(&text)).unwrap())
        });
    }
    group.finish();
}

fn matching(criterion: &mut Criterion) {
    let hostile = Pattern::glob(&"*a".repeat(5_000));
    let text = format!("{}b", "a".repeat(10_000));
    let resource = Pattern::glob("arn:aws:lambda:*:111122223333:function:*");
    let mut group = criterion.benchmark_group("match");
    group.bench_function("10,000 characters of `*a*a`", |bencher| {
        bencher.iter(|| black_box(&hostile).matches(black_box(&text)));
    });
    group.bench_function("function ARN", |bencher| {
        bencher.iter(|| black_box(&resource).matches(black_box(FUNCTION)));
    });
    group.finish();
}

/// Who gets in: six callers asked about one function's policy.
fn exposure(criterion: &mut Criterion) {
    let policy = Policy::parse(&function_policy()).unwrap();
    let sources = [Source::new("policy", &policy)];
    let callers = [
        Caller::Anonymous,
        Caller::Stranger,
        Caller::SomeoneIn("111122223333".to_owned()),
        Caller::service("s3.amazonaws.com"),
        Caller::service("events.amazonaws.com"),
        Caller::service("apigateway.amazonaws.com"),
    ];
    criterion.bench_function("exposure of one function", |bencher| {
        bencher.iter(|| {
            callers
                .iter()
                .map(|caller| {
                    let mut context = Context::open();
                    context.set("lambda:FunctionUrlAuthType", KeyState::one("NONE"));
                    let request = Request::new(
                        caller.clone(),
                        "lambda:InvokeFunction",
                        exact(FUNCTION),
                        context,
                    );
                    evaluate(Layer::Resource, &sources, &request).is_possible()
                })
                .filter(|&possible| possible)
                .count()
        });
    });
}

/// One role through 200 actions of an escalation catalogue, each on a resource that the caller chooses.
fn escalation(criterion: &mut Criterion) {
    let policies: Vec<Policy> = [small_policy(), large_policy()]
        .iter()
        .map(|text| Policy::parse(text).unwrap())
        .collect();
    let layers = Layers {
        identity: policies
            .iter()
            .map(|policy| Source::new("policy", policy))
            .collect(),
        ..Layers::default()
    };
    let mut context = Context::open();
    context.set("iam:PassedToService", KeyState::Any);
    let role = Caller::role("arn:aws:iam::111122223333:role/R");
    let catalogue = [
        "iam:PassRole",
        "lambda:CreateFunction",
        "iam:AttachRolePolicy",
        "sts:AssumeRole",
    ];
    criterion.bench_function("escalation catalogue of one role", |bencher| {
        bencher.iter(|| {
            let anything = Target::Any(Pattern::everything());
            let mut request = Request::new(
                role.clone(),
                "iam:PassRole",
                anything.clone(),
                context.clone(),
            );
            (0..50)
                .flat_map(|_| catalogue)
                .filter(|action| {
                    request.ask(action, anything.clone());
                    authorize(&layers, &request).is_possible()
                })
                .count()
        });
    });
}

/// One principal against four actions on 1,000 functions.
fn reverse_access(criterion: &mut Criterion) {
    let policies: Vec<Policy> = [small_policy(), large_policy()]
        .iter()
        .map(|text| Policy::parse(text).unwrap())
        .collect();
    let function_policy = Policy::parse(&function_policy()).unwrap();
    let layers = Layers {
        identity: policies
            .iter()
            .map(|policy| Source::new("policy", policy))
            .collect(),
        resource: vec![Source::new("function", &function_policy)],
        ..Layers::default()
    };
    let functions: Vec<String> = (0..1_000)
        .map(|number| format!("{FUNCTION}{number}"))
        .collect();
    let user = Caller::parse("arn:aws:iam::111122223333:user/Ann").unwrap();
    criterion.bench_function(
        "reverse access of one principal to 1,000 functions",
        |bencher| {
            bencher.iter(|| {
                let mut request = Request::new(
                    user.clone(),
                    "lambda:GetFunction",
                    exact(FUNCTION),
                    Context::open(),
                );
                let mut count = 0;
                for function in &functions {
                    for action in [
                        "lambda:InvokeFunction",
                        "lambda:UpdateFunctionCode",
                        "lambda:UpdateFunctionConfiguration",
                        "lambda:GetFunction",
                    ] {
                        request.ask(action, exact(function));
                        count += usize::from(authorize(&layers, &request).is_possible());
                    }
                }
                count
            });
        },
    );
}

criterion_group!(
    benches,
    parsing,
    matching,
    exposure,
    escalation,
    reverse_access
);
criterion_main!(benches);
