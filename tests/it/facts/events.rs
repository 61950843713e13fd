//! What calls a function, and where its results and failures go.

use super::*;

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
            "a destination elsewhere, perhaps in an own account that is not listed",
            |world| {
                invoke_config(world, "arn:aws:sqs:eu-central-1:777788889999:failed");
                world.account.organization =
                    Observed::Missing(denied("organizations:ListAccounts"));
            },
            "events.foreign_destinations",
            Is(json!([{
                "kind": "on-failure",
                "qualifier": "$LATEST",
                "mapping": "",
                "arn": "arn:aws:sqs:eu-central-1:777788889999:failed",
                "account": "777788889999",
                "certain": false,
                "depends_on": ["unless 777788889999 is one of your accounts"],
            }])),
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

pub(super) fn source(world: &mut AccountInventory, mapping: EventSourceMapping) {
    world.regions[0].event_source_mappings = Observed::Known(vec![mapping]);
}
