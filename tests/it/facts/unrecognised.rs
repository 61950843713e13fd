//! Values that this version does not know, and members that AWS left out although it always sends
//! them: no fact is made of them, and so no verdict.

use lamppost::inventory::{GapKind, KmsKey, Network};

use super::code::{layer, signing};
use super::events::source;
use super::network::{change_network, endpoint, open};
use super::*;

/// Sets the value in question to the given text.
type Disturb = fn(&mut AccountInventory, &str);

/// What holds the value, and the facts that must not be known.
type Case = (&'static str, Disturb, &'static [&'static str]);

fn configuration(world: &mut AccountInventory) -> &mut lamppost::inventory::Configuration {
    &mut world.regions[0].functions[0].configuration
}

fn open_network(world: &mut AccountInventory, change: impl FnOnce(&mut Network)) {
    open(world);
    change_network(world, change);
}

const CASES: &[Case] = &[
    (
        "package type",
        |world, value| configuration(world).package_type = value.to_owned(),
        &[
            "lambda.package_type",
            "runtime.deprecated",
            "runtime.maintained_by_aws",
            "code.signing_applicable",
            "code.foreign_images",
        ],
    ),
    (
        "runtime",
        |world, value| configuration(world).runtime = Some(value.to_owned()),
        &["runtime.deprecated", "runtime.maintained_by_aws"],
    ),
    (
        "tracing mode",
        |world, value| configuration(world).tracing = Some(value.to_owned()),
        &["lambda.active_tracing"],
    ),
    (
        "log format",
        |world, value| configuration(world).logging.format = Some(value.to_owned()),
        &["logging.json", "logging.application_level"],
    ),
    (
        "log level",
        |world, value| {
            configuration(world).logging.format = Some("JSON".to_owned());
            configuration(world).logging.application_level = Some(value.to_owned());
        },
        &["logging.application_level"],
    ),
    (
        "class of the log group",
        |world, value| {
            // AWS leaves the class out of groups older than classes.
            let class = if value.is_empty() { "FROZEN" } else { value };
            world.regions[0].services.log_groups = Observed::Known(vec![LogGroup {
                name: "/aws/lambda/quiet".to_owned(),
                retention_days: None,
                kms_key_arn: None,
                class: class.to_owned(),
            }]);
        },
        &["logging.group_expires"],
    ),
    (
        "auth type of the URL",
        |world, value| {
            world.regions[0].functions[0].urls = Observed::Known(vec![url(value, None)]);
        },
        &["exposure.unauthenticated_urls"],
    ),
    (
        "runtime update mode",
        |world, value| {
            let management = &mut world.regions[0].functions[0].runtime_management;
            if let Observed::Known(management) = management {
                management.update_on = value.to_owned();
            }
        },
        &["runtime.pinned"],
    ),
    (
        "recursion setting",
        |world, value| {
            world.regions[0].functions[0].recursive_loop = Observed::Known(value.to_owned());
        },
        &["lambda.recursion_allowed"],
    ),
    (
        "code signing policy",
        |world, value| {
            let functions = Observed::Known(vec![arn("quiet")]);
            signing(world, value, functions);
        },
        &["code.signing_enforced"],
    ),
    (
        "kind of authentication at a Kafka cluster",
        |world, value| {
            let mut kafka = mapping(None);
            kafka.source_access = vec![value.to_owned()];
            source(world, kafka);
        },
        &["events.unauthenticated_kafka"],
    ),
    (
        "service that invokes",
        |world, value| {
            let policy = format!(
                r#"{{"Statement":[{{"Effect":"Allow","Principal":{{"Service":"x{value}.amazonaws.com"}},
                    "Action":"lambda:InvokeFunction","Resource":"*"}}]}}"#
            );
            world.regions[0].functions[0].policy = Observed::Known(Some(policy));
        },
        &["events.asynchronous"],
    ),
    (
        "state of the key",
        |world, value| {
            let state = if value.is_empty() { "Resting" } else { value };
            let arn = "arn:aws:kms:eu-central-1:111122223333:key/1".to_owned();
            configuration(world).kms_key_arn = Some(arn.clone());
            let key = KmsKey {
                arn: arn.clone(),
                state: state.to_owned(),
                manager: "CUSTOMER".to_owned(),
                origin: "AWS_KMS".to_owned(),
                spec: "SYMMETRIC_DEFAULT".to_owned(),
                rotation: Observed::Known(Some(true)),
                policy: Observed::Known(String::new()),
            };
            world.regions[0].services.keys = vec![(arn, Observed::Known(Some(key)))];
        },
        &["encryption.key_usable"],
    ),
    (
        "state of the route",
        |world, value| {
            open_network(world, |network| {
                if let Observed::Known(tables) = &mut network.route_tables {
                    for route in tables.iter_mut().flat_map(|table| &mut table.routes) {
                        route.state = value.to_owned();
                    }
                }
            });
        },
        &["network.internet_route", "network.unrestricted_egress"],
    ),
    (
        "target of the route",
        |world, value| {
            open_network(world, |network| {
                if let Observed::Known(tables) = &mut network.route_tables {
                    for route in tables.iter_mut().flat_map(|table| &mut table.routes) {
                        route.target = value.to_owned();
                    }
                }
            });
        },
        &["network.internet_route"],
    ),
    (
        "state of the NAT gateway",
        |world, value| {
            open_network(world, |network| {
                if let Observed::Known(gateways) = &mut network.nat_gateways {
                    gateways[0].state = value.to_owned();
                }
            });
        },
        &["network.internet_route", "network.unrestricted_egress"],
    ),
    (
        "kind of NAT gateway",
        |world, value| {
            open_network(world, |network| {
                if let Observed::Known(gateways) = &mut network.nat_gateways {
                    gateways[0].connectivity = value.to_owned();
                }
            });
        },
        &["network.internet_route", "network.unrestricted_egress"],
    ),
    (
        "state of the VPC endpoint",
        |world, value| {
            endpoint(world, r#"{"Statement":[]}"#);
            if let Observed::Known(network) = &mut world.regions[0].services.network
                && let Observed::Known(endpoints) = &mut network.endpoints
            {
                endpoints[0].state = value.to_owned();
            }
        },
        &["network.endpoints", "network.open_endpoints"],
    ),
];

/// Which facts are known although they must not be, in a document with this value.
fn known(value: &str) -> Vec<String> {
    let mut known = Vec::new();
    for (name, disturb, paths) in CASES {
        let mut world = quiet();
        disturb(&mut world, value);
        let document = first_document(&world, Scope::Function);
        for path in *paths {
            let gaps = document.gaps_behind([*path]);
            if gaps.is_empty() {
                known.push(format!("{name}: {path}"));
            }
        }
    }
    known
}

#[test]
fn a_value_of_the_future_decides_nothing() {
    assert_eq!(known("FromTheFuture"), [""; 0]);
}

#[test]
fn a_value_that_aws_left_out_decides_nothing() {
    assert_eq!(known(""), [""; 0]);
}

#[test]
fn what_was_left_out_makes_a_scan_incomplete_and_what_is_new_does_not() {
    for (value, kind) in [
        ("", GapKind::Malformed),
        ("FromTheFuture", GapKind::Unrecognised),
    ] {
        let mut world = quiet();
        configuration(&mut world).tracing = Some(value.to_owned());
        let gaps = first_document(&world, Scope::Function).gaps_behind(["lambda.active_tracing"]);
        assert_eq!(gaps[0].kind, kind);
    }
}

#[test]
fn a_version_behind_an_alias_that_was_not_read_is_missed() {
    let mut world = quiet();
    world.regions[0].functions[0].aliases = Observed::Known(vec![alias("7")]);
    let document = first_document(&world, Scope::Function);
    for path in ["secrets.behind_alias", "runtime.deprecated_behind_alias"] {
        let gaps = document.gaps_behind([path]);
        assert_eq!(gaps[0].operation, "lambda:GetFunction", "{path}");
    }
}

#[test]
fn a_layer_without_an_arn_may_be_anybodys() {
    let mut world = quiet();
    layer(&mut world, "");
    let document = first_document(&world, Scope::Function);
    assert!(!document.gaps_behind(["code.foreign_layers"]).is_empty());
}

#[test]
fn a_function_without_a_role_may_use_any() {
    let mut world = quiet();
    let mut other = function("other");
    other.configuration.role = None;
    world.regions[0].functions.push(other);
    let document = first_document(&world, Scope::Function);
    let gaps = document.gaps_behind(["role.shared"]);
    assert!(gaps[0].resource.as_deref().unwrap().ends_with(":other"));
}
