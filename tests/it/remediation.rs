//! What fixes of grants to services say is exact, and possible: no service is asked for a key that it does not send.

use std::collections::BTreeMap;

use lamppost::analysis::{AccountContext, Settings};
use lamppost::check::{Judge, Registry};
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
