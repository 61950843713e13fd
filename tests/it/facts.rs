//! Facts, as documents show them, for an account that is disturbed in one way at a time.

mod apis;
mod balancers;
mod code;
mod events;
mod function;
mod network;
mod sources;
mod unrecognised;

use lamppost::analysis::{AccountContext, Settings};
use lamppost::facts::{Document, Scope, documents};
use lamppost::inventory::{
    AccountInventory, Alias, CapacityProvider, CodeSigningConfig, EnvironmentVariable,
    EventInvokeConfig, EventSourceMapping, FunctionUrl, LayerReference, LayerVersion, LogGroup,
    Observed, RegionStatus, SecretMatch, UrlCors, Version, VpcEndpoint,
};
use serde_json::{Value, json};

use crate::support::world::{
    ACCOUNT, REGION, acl_entry, arn, attach, configuration, denied, function, network, quiet,
    region, table,
};

/// What a case expects of one fact.
enum Expected {
    Is(Value),
    Missing(&'static str),
}
use Expected::{Is, Missing};

type Disturb = fn(&mut AccountInventory);

fn first_document(inventory: &AccountInventory, scope: Scope) -> Document {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    documents(&account)
        .map(Result::unwrap)
        .find(|document| document.resource.scope == scope)
        .unwrap()
}

fn check(cases: &[(&str, Disturb, &str, Expected)]) {
    for (name, disturb, path, expected) in cases {
        let mut inventory = quiet();
        disturb(&mut inventory);
        let scope = if path.starts_with("layer") {
            Scope::Layer
        } else {
            Scope::Function
        };
        let document = first_document(&inventory, scope);
        let facts = Value::Object(document.facts.clone());
        let found = facts.pointer(&format!("/{}", path.replace('.', "/")));
        match expected {
            Is(value) => assert_eq!(
                found,
                Some(value),
                "{name}: {path}; missing: {:?}",
                document.missing
            ),
            Missing(operation) => {
                assert_eq!(found, None, "{name}: {path} must not be known");
                let gaps = document.gaps_behind([*path]);
                assert!(
                    gaps.iter().any(|gap| gap.operation == *operation),
                    "{name}: {path} is missing because of {gaps:?}"
                );
            }
        }
    }
}

fn url(auth_type: &str, cors: Option<UrlCors>) -> FunctionUrl {
    FunctionUrl {
        qualifier: None,
        url: "https://abc.lambda-url.eu-central-1.on.aws/".to_owned(),
        auth_type: auth_type.to_owned(),
        invoke_mode: None,
        created: None,
        cors,
    }
}

fn secret(confidence: &str) -> EnvironmentVariable {
    EnvironmentVariable {
        name: "TOKEN".to_owned(),
        secrets: vec![SecretMatch {
            detector: "test".to_owned(),
            title: "a token".to_owned(),
            confidence: confidence.to_owned(),
            length: 40,
            fingerprint: "00".to_owned(),
        }],
        loads_code: None,
    }
}

fn cors(credentials: bool, origin: &str) -> Option<UrlCors> {
    Some(UrlCors {
        allow_credentials: credentials,
        allow_origins: vec![origin.to_owned()],
        allow_methods: Vec::new(),
        allow_headers: Vec::new(),
    })
}

fn mapping(source: Option<&str>) -> EventSourceMapping {
    EventSourceMapping {
        uuid: "m".to_owned(),
        function_arn: arn("quiet"),
        source_arn: source.map(str::to_owned),
        self_managed_kafka: source.is_none(),
        state: "Enabled".to_owned(),
        on_failure: None,
        source_access: Vec::new(),
        maximum_retry_attempts: None,
        kms_key_arn: None,
    }
}

fn alias(version: &str) -> Alias {
    Alias {
        name: "live".to_owned(),
        arn: format!("{}:live", arn("quiet")),
        version: version.to_owned(),
        weights: std::collections::BTreeMap::new(),
        policy: Observed::Known(None),
    }
}
