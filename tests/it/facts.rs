//! Facts, as documents show them, for an account that is disturbed in one way at a time.

mod unrecognised;

use lamppost::analysis::{AccountContext, Settings};
use lamppost::facts::{Document, Scope, documents};
use lamppost::inventory::{
    AccountInventory, Alias, CodeSigningConfig, EnvironmentVariable, EventInvokeConfig,
    EventSourceMapping, FunctionUrl, LayerReference, LayerVersion, LogGroup, Observed,
    RegionStatus, SecretMatch, UrlCors, Version, VpcEndpoint,
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

#[test]
fn urls() {
    check(&[
        (
            "none",
            |_| {},
            "exposure.unauthenticated_urls",
            Is(json!([])),
        ),
        (
            "with authentication",
            |world| {
                world.regions[0].functions[0].urls = Observed::Known(vec![url("AWS_IAM", None)])
            },
            "exposure.unauthenticated_urls",
            Is(json!([])),
        ),
        (
            "an auth type of the future is not taken for authentication",
            |world| world.regions[0].functions[0].urls = Observed::Known(vec![url("MAGIC", None)]),
            "exposure.unauthenticated_urls",
            Missing("lambda:ListFunctionUrlConfigs"),
        ),
        (
            "unread",
            |world| {
                world.regions[0].functions[0].urls =
                    Observed::Missing(denied("lambda:ListFunctionUrlConfigs"))
            },
            "exposure.unauthenticated_urls",
            Missing("lambda:ListFunctionUrlConfigs"),
        ),
        (
            "cors without origins",
            |world| {
                world.regions[0].functions[0].urls =
                    Observed::Known(vec![url("NONE", Some(UrlCors::default()))]);
            },
            "exposure.wildcard_cors_urls",
            Is(json!([])),
        ),
        (
            "every https site with credentials",
            |world| {
                world.regions[0].functions[0].urls =
                    Observed::Known(vec![url("NONE", cors(true, "https://*"))]);
            },
            "exposure.credentialed_wildcard_cors_urls.0.qualifier",
            Is(json!("$LATEST")),
        ),
        (
            "wildcard with credentials is the other check's",
            |world| {
                world.regions[0].functions[0].urls =
                    Observed::Known(vec![url("NONE", cors(true, "*"))])
            },
            "exposure.wildcard_cors_urls",
            Is(json!([])),
        ),
    ]);
}

#[test]
fn runtimes() {
    check(&[
        ("current", |_| {}, "runtime.deprecated", Is(json!(false))),
        (
            "on the day of its deprecation",
            |world| {
                world.account.observed_at = "2026-10-31T00:00:00Z".parse().unwrap();
                world.regions[0].functions[0].configuration.runtime = Some("python3.10".to_owned());
            },
            "runtime.deprecated",
            Is(json!(true)),
        ),
        (
            "a day before",
            |world| {
                world.account.observed_at = "2026-10-30T00:00:00Z".parse().unwrap();
                world.regions[0].functions[0].configuration.runtime = Some("python3.10".to_owned());
            },
            "runtime.nearing_deprecation",
            Is(json!(true)),
        ),
        (
            "deprecated is not nearing",
            |world| {
                world.regions[0].functions[0].configuration.runtime = Some("python3.9".to_owned())
            },
            "runtime.nearing_deprecation",
            Is(json!(false)),
        ),
        (
            "deprecated but not blocked",
            |world| {
                world.regions[0].functions[0].configuration.runtime = Some("python3.9".to_owned())
            },
            "runtime.update_blocked",
            Is(json!(false)),
        ),
        (
            "blocked",
            |world| {
                world.regions[0].functions[0].configuration.runtime = Some("nodejs12.x".to_owned())
            },
            "runtime.update_blocked",
            Is(json!(true)),
        ),
        (
            "of the future",
            |world| {
                world.regions[0].functions[0].configuration.runtime = Some("python9.9".to_owned())
            },
            "runtime.deprecated",
            Missing("lambda:ListFunctions"),
        ),
        (
            "image",
            |world| {
                world.regions[0].functions[0].configuration.runtime = None;
                world.regions[0].functions[0].configuration.package_type = "Image".to_owned();
            },
            "runtime.maintained_by_aws",
            Is(json!(false)),
        ),
        (
            "package type of the future",
            |world| world.regions[0].functions[0].configuration.package_type = "Wasm".to_owned(),
            "runtime.deprecated",
            Missing("lambda:ListFunctions"),
        ),
        (
            "on Amazon Linux 2",
            |world| {
                world.regions[0].functions[0].configuration.runtime = Some("python3.11".to_owned())
            },
            "runtime.operating_system_ended",
            Is(json!(true)),
        ),
        (
            "old version behind an alias",
            |world| {
                let function = &mut world.regions[0].functions[0];
                let mut old = configuration("7");
                old.runtime = Some("python3.8".to_owned());
                function.aliases = Observed::Known(vec![alias("7")]);
                function.versions = Observed::Known(vec![Version {
                    version: "7".to_owned(),
                    configuration: Observed::Known(old),
                    policy: Observed::Known(None),
                }]);
            },
            "runtime.deprecated_behind_alias.0.version",
            Is(json!("7")),
        ),
        (
            "unreadable version behind an alias",
            |world| {
                let function = &mut world.regions[0].functions[0];
                function.aliases = Observed::Known(vec![alias("7")]);
                function.versions = Observed::Missing(denied("lambda:GetFunction"));
            },
            "runtime.deprecated_behind_alias",
            Missing("lambda:GetFunction"),
        ),
        (
            "an alias on $LATEST needs no version",
            |world| {
                let function = &mut world.regions[0].functions[0];
                function.aliases = Observed::Known(vec![alias("$LATEST")]);
                function.versions = Observed::Missing(denied("lambda:GetFunction"));
            },
            "runtime.deprecated_behind_alias",
            Is(json!([])),
        ),
    ]);
}

#[test]
fn roles() {
    check(&[
        ("alone", |_| {}, "role.shared", Is(json!(false))),
        ("exists", |_| {}, "role.exists", Is(json!(true))),
        (
            "shared over regions",
            |world| {
                world
                    .regions
                    .push(region("us-east-1", vec![function("other")]))
            },
            "role.shared",
            Is(json!(true)),
        ),
        (
            "an edge replica does not share",
            |world| {
                let mut replica = function("replica");
                replica.configuration.master_arn = Some(arn("master"));
                world.regions.push(region("us-east-1", vec![replica]));
            },
            "role.shared",
            Is(json!(false)),
        ),
        (
            "alone as far as can be seen",
            |world| {
                let mut dark = region("us-east-1", Vec::new());
                dark.status = RegionStatus::Denied(denied("lambda:ListFunctions"));
                world.regions.push(dark);
            },
            "role.shared",
            Missing("lambda:ListFunctions"),
        ),
        (
            "IAM unread",
            |world| world.iam = Observed::Missing(denied("iam:GetAccountAuthorizationDetails")),
            "role.exists",
            Missing("iam:GetAccountAuthorizationDetails"),
        ),
    ]);
}

#[test]
fn environments() {
    check(&[
        (
            "a sure secret",
            |world| {
                world.regions[0].functions[0]
                    .configuration
                    .environment
                    .variables = Observed::Known(vec![secret("medium")]);
            },
            "secrets.in_environment.0.variable",
            Is(json!("TOKEN")),
        ),
        (
            "an unsure one",
            |world| {
                world.regions[0].functions[0]
                    .configuration
                    .environment
                    .variables = Observed::Known(vec![secret("low")]);
            },
            "secrets.in_environment",
            Is(json!([])),
        ),
        (
            "not decrypted",
            |world| {
                world.regions[0].functions[0]
                    .configuration
                    .environment
                    .variables = Observed::Missing(denied("lambda:ListFunctions"));
            },
            "secrets.in_environment",
            Missing("lambda:ListFunctions"),
        ),
    ]);
}

#[test]
fn networks() {
    check(&[
        ("outside", |_| {}, "network.in_vpc", Is(json!(false))),
        (
            "two zones",
            |world| attach(&mut world.regions[0].functions[0]),
            "network.zones",
            Is(json!(2)),
        ),
        (
            "NAT gateway through the main table",
            |world| attach(&mut world.regions[0].functions[0]),
            "network.internet_route",
            Is(json!(true)),
        ),
        (
            "closed group",
            |world| attach(&mut world.regions[0].functions[0]),
            "network.unrestricted_egress",
            Is(json!(false)),
        ),
        (
            "open group",
            open,
            "network.unrestricted_egress",
            Is(json!(true)),
        ),
        (
            "open group behind a closed ACL",
            |world| {
                open(world);
                change_network(world, |network| {
                    if let Observed::Known(acls) = &mut network.network_acls {
                        acls[0].entries.insert(0, acl_entry(50, true, false));
                    }
                });
            },
            "network.unrestricted_egress",
            Is(json!(false)),
        ),
        (
            "NAT gateway without a way out",
            |world| {
                open(world);
                change_network(world, |network| {
                    if let Observed::Known(tables) = &mut network.route_tables {
                        tables[1].routes.pop();
                    }
                });
            },
            "network.internet_route",
            Is(json!(false)),
        ),
        (
            "two halves make a default route",
            |world| {
                open(world);
                change_network(world, |network| {
                    network.route_tables = Observed::Known(vec![
                        table(
                            "rtb-main",
                            true,
                            &[],
                            &[("0.0.0.0/1", "nat-1"), ("128.0.0.0/1", "nat-1")],
                        ),
                        table(
                            "rtb-public",
                            false,
                            &["subnet-public"],
                            &[("0.0.0.0/0", "igw-1")],
                        ),
                    ]);
                });
            },
            "network.internet_route",
            Is(json!(true)),
        ),
        (
            "public subnet gives no internet",
            |world| {
                open(world);
                set_subnets(world, &["subnet-public"]);
            },
            "network.internet_route",
            Is(json!(false)),
        ),
        (
            "public subnet is named",
            |world| {
                open(world);
                set_subnets(world, &["subnet-a", "subnet-public"]);
            },
            "network.public_subnets",
            Is(json!(["subnet-public"])),
        ),
        (
            "transit gateway",
            |world| {
                open(world);
                change_network(world, |network| {
                    network.route_tables = Observed::Known(vec![table(
                        "rtb-main",
                        true,
                        &[],
                        &[("0.0.0.0/0", "tgw-1")],
                    )]);
                });
            },
            "network.unrestricted_egress",
            Missing("ec2:DescribeRouteTables"),
        ),
        (
            "a closed group decides whatever lies beyond the transit gateway",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                change_network(world, |network| {
                    network.route_tables = Observed::Known(vec![table(
                        "rtb-main",
                        true,
                        &[],
                        &[("0.0.0.0/0", "tgw-1")],
                    )]);
                });
            },
            "network.unrestricted_egress",
            Is(json!(false)),
        ),
        (
            "a blackhole leads nowhere",
            |world| {
                open(world);
                change_network(world, |network| {
                    if let Observed::Known(tables) = &mut network.route_tables {
                        tables[0].routes[1].state = "blackhole".to_owned();
                    }
                });
            },
            "network.internet_route",
            Is(json!(false)),
        ),
        (
            "default group",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                set_groups(world, &["sg-default"]);
            },
            "network.default_security_groups",
            Is(json!(["sg-default"])),
        ),
        (
            "subnet that is not described",
            |world| {
                attach(&mut world.regions[0].functions[0]);
                set_subnets(world, &["subnet-gone"]);
            },
            "network.zones",
            Missing("ec2:DescribeSubnets"),
        ),
        (
            "open endpoint",
            |world| {
                endpoint(
                    world,
                    r#"{"Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}"#,
                )
            },
            "network.open_endpoints.0.id",
            Is(json!("vpce-1")),
        ),
        (
            "endpoint for the organisation",
            |world| {
                endpoint(
                    world,
                    r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*",
                        "Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]}"#,
                );
            },
            "network.open_endpoints",
            Is(json!([])),
        ),
        (
            "endpoint with a broken policy",
            |world| endpoint(world, "{"),
            "network.open_endpoints",
            Missing("ec2:DescribeVpcEndpoints"),
        ),
    ]);
}

fn open(world: &mut AccountInventory) {
    attach(&mut world.regions[0].functions[0]);
    set_groups(world, &["sg-open"]);
}

fn set_groups(world: &mut AccountInventory, groups: &[&str]) {
    let vpc = world.regions[0].functions[0]
        .configuration
        .vpc
        .as_mut()
        .unwrap();
    vpc.security_groups = groups.iter().map(|id| (*id).to_owned()).collect();
}

fn set_subnets(world: &mut AccountInventory, subnets: &[&str]) {
    let vpc = world.regions[0].functions[0]
        .configuration
        .vpc
        .as_mut()
        .unwrap();
    vpc.subnets = subnets.iter().map(|id| (*id).to_owned()).collect();
}

fn change_network(
    world: &mut AccountInventory,
    change: impl FnOnce(&mut lamppost::inventory::Network),
) {
    let mut changed = network();
    change(&mut changed);
    world.regions[0].network = Observed::Known(changed);
}

fn endpoint(world: &mut AccountInventory, policy: &str) {
    attach(&mut world.regions[0].functions[0]);
    change_network(world, |network| {
        network.endpoints = Observed::Known(vec![VpcEndpoint {
            id: "vpce-1".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            service: "com.amazonaws.eu-central-1.s3".to_owned(),
            kind: "Gateway".to_owned(),
            state: "available".to_owned(),
            policy: Some(policy.to_owned()),
            route_tables: vec!["rtb-main".to_owned()],
            subnets: Vec::new(),
        }]);
    });
}

#[test]
fn events() {
    check(&[
        (
            "not asynchronous",
            |_| {},
            "events.asynchronous",
            Is(json!(false)),
        ),
        (
            "a topic may invoke it",
            |world| {
                world.regions[0].functions[0].policy = Observed::Known(Some(
                    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"sns.amazonaws.com"},
                       "Action":"lambda:InvokeFunction","Resource":"*"}]}"#
                        .to_owned(),
                ));
            },
            "events.asynchronous",
            Is(json!(true)),
        ),
        (
            "an unreadable policy may hold a topic",
            |world| {
                world.regions[0].functions[0].policy = Observed::Missing(denied("lambda:GetPolicy"))
            },
            "events.asynchronous",
            Missing("lambda:GetPolicy"),
        ),
        (
            "an on-failure destination keeps failed events",
            |world| invoke_config(world, "arn:aws:sqs:eu-central-1:111122223333:failed"),
            "events.failure_destination",
            Is(json!(true)),
        ),
        (
            "a destination in the organisation",
            |world| invoke_config(world, "arn:aws:sqs:eu-central-1:444455556666:failed"),
            "events.foreign_destinations",
            Is(json!([])),
        ),
        (
            "a destination elsewhere",
            |world| invoke_config(world, "arn:aws:sqs:eu-central-1:777788889999:failed"),
            "events.foreign_destinations.0.account",
            Is(json!("777788889999")),
        ),
        (
            "a destination elsewhere, perhaps in the organisation",
            |world| {
                invoke_config(world, "arn:aws:sqs:eu-central-1:777788889999:failed");
                world.account.organization =
                    Observed::Missing(denied("organizations:ListAccounts"));
            },
            "events.foreign_destinations",
            Missing("organizations:ListAccounts"),
        ),
        (
            "a queue at home says nothing of destinations that were not read",
            |world| {
                let function = &mut world.regions[0].functions[0];
                function.configuration.dead_letter =
                    Some("arn:aws:sqs:eu-central-1:111122223333:failed".to_owned());
                function.invoke_configs =
                    Observed::Missing(denied("lambda:ListFunctionEventInvokeConfigs"));
            },
            "events.foreign_destinations",
            Missing("lambda:ListFunctionEventInvokeConfigs"),
        ),
        (
            "a mapping may send what failed elsewhere too",
            |world| {
                let mut stream =
                    mapping(Some("arn:aws:kinesis:eu-central-1:111122223333:stream/a"));
                stream.on_failure = Some("arn:aws:sqs:eu-central-1:777788889999:failed".to_owned());
                source(world, stream);
            },
            "events.foreign_destinations.0.kind",
            Is(json!("mapping-on-failure")),
        ),
        (
            "a stream",
            |world| {
                source(
                    world,
                    mapping(Some(
                        "arn:aws:kinesis:eu-central-1:111122223333:stream/orders",
                    )),
                )
            },
            "events.streams_without_destination.0.uuid",
            Is(json!("m")),
        ),
        (
            "a queue redrives by itself",
            |world| {
                source(
                    world,
                    mapping(Some("arn:aws:sqs:eu-central-1:111122223333:orders")),
                )
            },
            "events.streams_without_destination",
            Is(json!([])),
        ),
        (
            "Kafka without authentication",
            |world| {
                let mut kafka = mapping(None);
                kafka.source_access = vec!["VPC_SUBNET".to_owned()];
                source(world, kafka);
            },
            "events.unauthenticated_kafka.0.source",
            Is(json!("self-managed Kafka")),
        ),
        (
            "Kafka with authentication",
            |world| {
                let mut kafka = mapping(None);
                kafka.source_access = vec!["SASL_SCRAM_512_AUTH".to_owned()];
                source(world, kafka);
            },
            "events.unauthenticated_kafka",
            Is(json!([])),
        ),
        (
            "another function's mapping",
            |world| {
                let mut other = mapping(Some(
                    "arn:aws:kinesis:eu-central-1:777788889999:stream/orders",
                ));
                other.function_arn = arn("quiet-too");
                source(world, other);
            },
            "events.mappings",
            Is(json!([])),
        ),
    ]);
}

fn invoke_config(world: &mut AccountInventory, on_failure: &str) {
    world.regions[0].functions[0].invoke_configs = Observed::Known(vec![EventInvokeConfig {
        qualifier: None,
        maximum_retry_attempts: None,
        maximum_event_age: None,
        on_failure: Some(on_failure.to_owned()),
        on_success: None,
    }]);
}

fn source(world: &mut AccountInventory, mapping: EventSourceMapping) {
    world.regions[0].event_source_mappings = Observed::Known(vec![mapping]);
}

#[test]
fn code_and_layers() {
    check(&[
        (
            "layer of nobody known",
            |world| {
                layer(
                    world,
                    "arn:aws:lambda:eu-central-1:777788889999:layer:odd:1",
                )
            },
            "code.foreign_layers.0.account",
            Is(json!("777788889999")),
        ),
        (
            "layer of AWS",
            |world| {
                layer(
                    world,
                    "arn:aws:lambda:eu-central-1:580247275435:layer:LambdaInsightsExtension:55",
                )
            },
            "code.foreign_layers",
            Is(json!([])),
        ),
        (
            "layer of the organisation",
            |world| {
                layer(
                    world,
                    "arn:aws:lambda:eu-central-1:444455556666:layer:shared:1",
                )
            },
            "code.foreign_layers",
            Is(json!([])),
        ),
        (
            "code signing found by the inverse look-up",
            |world| signing(world, "Warn", Observed::Known(vec![arn("quiet")])),
            "code.signing_enforced",
            Is(json!(false)),
        ),
        (
            "code signing of others",
            |world| signing(world, "Enforce", Observed::Known(vec![arn("loud")])),
            "code.signing_configured",
            Is(json!(false)),
        ),
        (
            "code signing of unknown functions",
            |world| {
                signing(
                    world,
                    "Enforce",
                    Observed::Missing(denied("lambda:ListFunctionsByCodeSigningConfig")),
                );
            },
            "code.signing_configured",
            Missing("lambda:ListFunctionsByCodeSigningConfig"),
        ),
        (
            "public layer",
            |world| {
                own_layer(
                    world,
                    r#"{"Statement":[{"Sid":"all","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion","Resource":"*"}]}"#,
                )
            },
            "layer.public_grants.0.statement",
            Is(json!("all")),
        ),
        (
            "layer for the organisation",
            |world| {
                own_layer(
                    world,
                    r#"{"Statement":[{"Sid":"org","Effect":"Allow","Principal":"*","Action":"lambda:GetLayerVersion",
                        "Resource":"*","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-lamppost01"}}}]}"#,
                );
            },
            "layer.public_grants",
            Is(json!([])),
        ),
    ]);
}

fn layer(world: &mut AccountInventory, layer: &str) {
    world.regions[0].functions[0].configuration.layers = vec![LayerReference {
        arn: layer.to_owned(),
        signed: false,
    }];
}

fn signing(world: &mut AccountInventory, policy: &str, functions: Observed<Vec<String>>) {
    world.regions[0].code_signing = Observed::Known(vec![CodeSigningConfig {
        arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:code-signing-config:csc-1"),
        untrusted_artifact: policy.to_owned(),
        publishers: Vec::new(),
        functions,
    }]);
}

fn own_layer(world: &mut AccountInventory, policy: &str) {
    world.regions[0].layers = Observed::Known(vec![LayerVersion {
        arn: format!("arn:aws:lambda:{REGION}:{ACCOUNT}:layer:own:1"),
        name: "own".to_owned(),
        version: 1,
        created: None,
        policy: Observed::Known(Some(policy.to_owned())),
    }]);
}

#[test]
fn log_groups() {
    check(&[
        (
            "never invoked",
            |_| {},
            "logging.group_exists",
            Is(json!(false)),
        ),
        (
            "kept for ever",
            |world| log_group(world, None, "STANDARD"),
            "logging.group_expires",
            Is(json!(false)),
        ),
        (
            "kept for a week",
            |world| log_group(world, Some(7), "STANDARD"),
            "logging.group_expires",
            Is(json!(true)),
        ),
        (
            "delivery class",
            |world| log_group(world, None, "DELIVERY"),
            "logging.group_expires",
            Is(json!(true)),
        ),
        (
            "unread",
            |world| {
                world.regions[0].log_groups = Observed::Missing(denied("logs:DescribeLogGroups"))
            },
            "logging.group_expires",
            Missing("logs:DescribeLogGroups"),
        ),
    ]);
}

fn log_group(world: &mut AccountInventory, retention_days: Option<i32>, class: &str) {
    world.regions[0].log_groups = Observed::Known(vec![LogGroup {
        name: "/aws/lambda/quiet".to_owned(),
        retention_days,
        kms_key_arn: None,
        class: class.to_owned(),
    }]);
}
