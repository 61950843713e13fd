//! A report of the built-in checks over an account, as `evaluate` makes it.

use std::collections::{BTreeMap, BTreeSet};

use lamppost::analysis::Settings;
use lamppost::check::{Registry, Verdict};
use lamppost::finding::{Include, Report, assess};
use lamppost::inventory::{AccountInventory, Alias, FunctionUrl, Observed};
use lamppost::report::{Format, Terminal, report_schema, write_to};

use super::fixture;
use crate::support::world;

fn disturbed() -> AccountInventory {
    let mut open = world::function("open-door");
    open.urls = Observed::Known(vec![FunctionUrl {
        qualifier: Some("prod".to_owned()),
        url: "https://abc.lambda-url.eu-central-1.on.aws/".to_owned(),
        auth_type: "NONE".to_owned(),
        invoke_mode: None,
        created: None,
        cors: None,
    }]);
    open.aliases = Observed::Known(vec![Alias {
        name: "prod".to_owned(),
        arn: format!("{}:prod", open.arn),
        version: "1".to_owned(),
        weights: BTreeMap::new(),
        policy: Observed::Known(Some(
            r#"{"Statement": {"Sid": "all", "Effect": "Allow", "Principal": "*",
                "Action": ["lambda:InvokeFunctionUrl", "lambda:InvokeFunction"], "Resource": "*"}}"#
                .to_owned(),
        )),
    }]);
    open.configuration.runtime = Some("nodejs16.x".to_owned());
    let mut shut = world::function("shut-away");
    shut.policy = Observed::Missing(world::denied("lambda:GetPolicy"));
    shut.urls = Observed::Missing(world::denied("lambda:ListFunctionUrlConfigs"));
    shut.configuration.runtime = Some("python9.9".to_owned());
    let mut account = world::quiet();
    account.regions = vec![world::region(
        world::REGION,
        vec![open, shut, world::function("quiet")],
    )];
    account
}

fn report() -> Report {
    let registry = Registry::builtin(&lamppost::facts::schema).unwrap();
    let checks: Vec<_> = registry.checks().collect();
    let include = Include {
        pass: true,
        not_applicable: true,
    };
    let result = assess(&disturbed(), &Settings::default(), &checks, include).unwrap();
    fixture::finish([result], &fixture::run())
}

#[test]
fn a_judged_account_gives_a_valid_report_without_doubles() {
    let report = report();
    let validator = jsonschema::validator_for(&report_schema().to_value()).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&json)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");

    let ids: BTreeSet<&str> = report
        .findings
        .iter()
        .map(|finding| finding.id.as_str())
        .collect();
    assert_eq!(ids.len(), report.findings.len());
    assert_eq!(report.summary.functions_listed, 3);
    assert_eq!(report.summary.functions_reported, 3);
    assert_eq!(report.summary.functions_evaluated, 3);
    let of = |name: &str, check: &str| {
        report
            .findings
            .iter()
            .find(|finding| finding.resource_name == name && finding.check == check)
            .map(|finding| finding.verdict)
    };
    assert_eq!(
        of("shut-away", "unauthenticated-function-url"),
        Some(Verdict::Unknown)
    );
    let shut = report
        .functions
        .iter()
        .find(|function| function.name == "shut-away")
        .unwrap();
    assert!(shut.at_most);
}

#[test]
fn a_judged_account_reads_well() {
    let report = report();
    for width in [80, 200] {
        let mut out = Vec::new();
        write_to(
            &report,
            Format::Table,
            Terminal {
                width,
                colour: false,
            },
            &mut out,
        )
        .unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.contains("--function-name open-door --qualifier prod --auth-type AWS_IAM"));
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("--"))
        {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
    }
}
