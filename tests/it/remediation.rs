//! What fixes of grants to services say is exact, and possible: no service is asked for a key that it does not send.

use std::collections::BTreeMap;

use lamppost::analysis::{AccountContext, Settings};
use lamppost::check::{Judge, Registry, example_document};
use lamppost::facts::{self, Scope, documents};
use lamppost::inventory::{AccountInventory, Alias, Observed};
use lamppost::reference::service_principals;
use serde_json::{Value, json};

use crate::support::world::{ACCOUNT, REGION, arn, quiet};

const CHECK: &str = "service-permission-without-source";

/// An account whose function has this statement on its alias `live`.
fn on_alias(statement: &Value) -> AccountInventory {
    let mut inventory = quiet();
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    inventory.regions[0].functions[0].aliases = Observed::Known(vec![Alias {
        name: "live".to_owned(),
        arn: format!("{}:live", arn("quiet")),
        version: "1".to_owned(),
        weights: BTreeMap::new(),
        policy: Observed::Known(Some(document.to_string())),
    }]);
    inventory
}

/// The command lines that the check offers; none where it does not fail.
fn fixes(registry: &Registry, inventory: &AccountInventory) -> Vec<String> {
    let settings = Settings::default();
    let context = AccountContext::new(inventory, &settings);
    documents(&context)
        .map(Result::unwrap)
        .filter(|document| document.resource.scope == Scope::Function)
        .flat_map(|document| {
            let judgement = Judge::new(&document).judge(registry.get(CHECK).unwrap());
            judgement.offences
        })
        .map(|offence| offence.fix.cli.unwrap_or_default())
        .collect()
}

#[test]
fn a_statement_without_id_is_taken_out_of_the_policy_by_its_place() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let alias = format!("{}:live", arn("quiet"));
    let mut fixed = Vec::new();
    for principal in [
        json!("*"),
        json!({"AWS": "999988887777"}),
        json!({"Service": "s3.amazonaws.com"}),
        json!({"Service": "unheard-of.amazonaws.com"}),
        json!({"Service": "sqs.amazonaws.com"}),
        json!({"AWS": "AROAEXAMPLEID12345678"}),
    ] {
        for action in ["lambda:InvokeFunction", "lambda:*"] {
            let statement = json!({"Effect": "Allow", "Principal": principal, "Action": action, "Resource": alias});
            for (check, fix) in offers(&registry, &on_alias(&statement)) {
                assert!(!fix.contains("--statement-id '#"), "{check}: {fix}");
                if fix.contains("statement") {
                    let put = format!(
                        "aws lambda put-resource-policy --region {REGION} --resource-arn {alias} --policy file://policy.json"
                    );
                    assert!(fix.contains(&put), "{check}: {fix}");
                    fixed.push(check);
                }
            }
        }
    }
    fixed.sort();
    fixed.dedup();
    insta::assert_snapshot!(fixed.join("\n"), @r"
    deleted-principal-in-policy
    excessive-function-permission
    ineffective-policy-statement
    public-function-policy
    service-permission-without-source
    untrusted-account-access
    ");
}

#[test]
fn no_fix_of_an_unbound_service_opens_the_function_to_everybody() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    for (principal, condition) in [
        (
            json!("*"),
            json!({"Bool": {"aws:PrincipalIsAWSService": "true"}}),
        ),
        (json!({"Service": "unheard-of.amazonaws.com"}), json!({})),
        (
            json!("*"),
            json!({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::uploads"}}),
        ),
    ] {
        let statement = json!({"Sid": "any", "Effect": "Allow", "Principal": principal, "Condition": condition,
            "Action": "lambda:InvokeFunction", "Resource": format!("{}:live", arn("quiet"))});
        let offers = offers(&registry, &on_alias(&statement));
        assert!(!offers.is_empty(), "{statement}");
        for (check, fix) in offers {
            for line in fix.lines().filter(|line| line.contains("add-permission")) {
                assert!(line.contains("--source-a"), "{check}: {line}");
                assert!(!line.contains("--principal '*'"), "{check}: {line}");
            }
        }
    }
}

/// The command lines that checks of exposure offer, by check.
fn offers(registry: &Registry, inventory: &AccountInventory) -> Vec<(String, String)> {
    let settings = Settings::default();
    let context = AccountContext::new(inventory, &settings);
    let mut offers = Vec::new();
    for document in documents(&context).map(Result::unwrap) {
        if document.resource.scope != Scope::Function {
            continue;
        }
        let judge = Judge::new(&document);
        for check in registry.checks() {
            if !matches!(check.family.as_str(), "exposure" | "paths") {
                continue;
            }
            for offence in judge.judge(check).offences {
                offers.push((
                    check.definition.id.clone(),
                    offence.fix.cli.unwrap_or_default(),
                ));
            }
        }
    }
    offers
}

#[test]
fn services_are_asked_for_nothing_but_what_they_send() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let mut asked = 0;
    for service in service_principals().iter().filter(|one| one.any_customer) {
        let principal = &service.principal;
        let mut statement = json!({"Sid": "any", "Effect": "Allow", "Principal": {"Service": principal},
            "Action": "lambda:InvokeFunction", "Resource": format!("{}:live", arn("quiet"))});
        let found = fixes(&registry, &on_alias(&statement));
        let [fix] = found.as_slice() else {
            panic!("{principal}: {found:?}");
        };
        let remove = format!(
            "aws lambda remove-permission --region {REGION} --function-name quiet --qualifier live --statement-id any"
        );
        assert!(fix.contains(&remove), "{principal}: {fix}");
        let sent = |key: &str| service.condition_keys.iter().any(|sent| sent == key);
        let mut condition = json!({});
        for (flag, key, operator, value) in [
            (
                "--source-account",
                "aws:SourceAccount",
                "StringEquals",
                ACCOUNT,
            ),
            ("--source-arn", "aws:SourceArn", "ArnLike", "own"),
            (
                "--event-source-token",
                "lambda:EventSourceToken",
                "StringEquals",
                "amzn1.ask.skill.x",
            ),
        ] {
            assert_eq!(fix.contains(flag), sent(key), "{principal}: {fix}");
            if sent(key) {
                let label = principal.split('.').next().unwrap_or_default();
                let value = match value {
                    "own" if service.account_in_source_arn => {
                        format!("arn:aws:{label}:{REGION}:{ACCOUNT}:x")
                    }
                    "own" => format!("arn:aws:{label}:::x"),
                    other => other.to_owned(),
                };
                condition[operator][key] = json!(value);
                asked += 1;
            }
        }
        // Written anew as the fix says, the statement is in order.
        statement["Condition"] = condition;
        assert_eq!(
            fixes(&registry, &on_alias(&statement)),
            Vec::<String>::new(),
            "{principal}"
        );
    }
    assert!(asked > 30, "{asked}");
}

/// The command lines that a check offers for facts.
fn offered(registry: &Registry, check: &str, facts: &Value) -> Vec<String> {
    let check = registry.get(check).unwrap();
    let document = example_document(check.definition.scope, facts.as_object().unwrap());
    let offences = Judge::new(&document).judge(check).offences;
    offences.into_iter().filter_map(|one| one.fix.cli).collect()
}

#[test]
fn fixes_fit_the_kind_of_policy_and_of_principal() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    for kind in ["user", "role"] {
        let aws = "arn:aws:iam::aws:policy/PowerUserAccess";
        let own = "arn:aws:iam::111122223333:policy/deploy";
        for (policy, command) in [
            (
                aws,
                format!("aws iam detach-{kind}-policy --{kind}-name ann --policy-arn {aws}"),
            ),
            (
                own,
                format!("aws iam create-policy-version --policy-arn {own}"),
            ),
            (
                "deploy",
                format!("aws iam put-{kind}-policy --{kind}-name ann --policy-name deploy"),
            ),
        ] {
            let principal = json!({"arn": format!("arn:aws:iam::111122223333:{kind}/team/ann"), "kind": kind, "name": "ann",
                "certain": true, "depends_on": [], "policy": policy, "statement": "#1"});
            let admin = json!([{"policy": "p", "statement": "#1", "actions": ["*"], "certain": true, "depends_on": []}]);
            for (check, facts) in [
                (
                    "passable-admin-role",
                    json!({"role": {"arn": "r", "name": "r", "exists": true, "admin": admin},
                    "access": {"pass_role": {"principals": [principal]}}}),
                ),
                (
                    "function-writable-by-another-function",
                    json!({"access": {"other_functions": [principal]}}),
                ),
            ] {
                let fixes = offered(&registry, check, &facts);
                assert_eq!(fixes.len(), 1, "{check}");
                assert!(fixes[0].contains(&command), "{check}: {}", fixes[0]);
            }
        }
    }
}

#[test]
fn no_fix_changes_a_policy_that_aws_manages() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    for check in registry.checks() {
        for example in &check.definition.examples.fail {
            let facts = Value::Object(example.facts.clone());
            let text = facts
                .to_string()
                .replace("\"policy\":\"", "\"policy\":\"arn:aws:iam::aws:policy/");
            let facts = serde_json::from_str(&text).unwrap();
            for fix in offered(&registry, &check.definition.id, &facts) {
                let changes = |line: &&str| {
                    line.contains("create-policy-version") && line.contains(":iam::aws:")
                };
                assert!(
                    !fix.lines().any(|line| changes(&line)),
                    "{}: {fix}",
                    check.definition.id
                );
            }
        }
    }
}

#[test]
fn cloudfront_is_given_the_grant_that_it_lacks() {
    let registry = Registry::builtin(&facts::schema).unwrap();
    let distribution = "arn:aws:cloudfront::111122223333:distribution/E1ABC";
    for (has, lacks) in [
        (
            "lambda:InvokeFunctionUrl",
            "--action lambda:InvokeFunction --invoked-via-function-url",
        ),
        ("lambda:InvokeFunction", "--action lambda:InvokeFunctionUrl"),
    ] {
        let facts = json!({"exposure": {"policies": 1, "dead_grants": [{"qualifier": "$LATEST", "statement": "cdn",
            "principal": "cloudfront.amazonaws.com", "actions": [has], "class": "none", "cause": "no-url", "certain": true,
            "source": distribution, "reason": "…"}]}});
        let fixes = offered(&registry, "ineffective-policy-statement", &facts);
        let add = format!("--source-arn {distribution} {lacks}");
        assert!(fixes[0].contains(&add), "{}", fixes[0]);
    }
}
