//! Triggers and whether their sources are there.

use lamppost::inventory::TriggerSource;

use super::*;

const TOPIC: &str = "arn:aws:sns:eu-central-1:111122223333:orders";
const BUCKET: &str = "arn:aws:s3:::uploads";
const QUEUE: &str = "arn:aws:sqs:eu-central-1:111122223333:jobs";

/// Lets a service in under a condition.
fn trigger(world: &mut AccountInventory, service: &str, condition: &Value) {
    let policy = json!({"Version": "2012-10-17", "Statement": [{
        "Sid": "t", "Effect": "Allow", "Principal": {"Service": service},
        "Action": "lambda:InvokeFunction", "Resource": arn("quiet"), "Condition": condition,
    }]});
    world.regions[0].functions[0].policy = Observed::Known(Some(policy.to_string()));
}

fn topic(world: &mut AccountInventory) {
    trigger(
        world,
        "sns.amazonaws.com",
        &json!({"ArnLike": {"aws:SourceArn": TOPIC}}),
    );
}

fn bucket(world: &mut AccountInventory, account: Option<&str>) {
    let mut condition = json!({"ArnLike": {"aws:SourceArn": BUCKET}});
    if let Some(account) = account {
        condition["StringEquals"] = json!({"aws:SourceAccount": account});
    }
    trigger(world, "s3.amazonaws.com", &condition);
}

fn queue(world: &mut AccountInventory) {
    events::source(world, mapping(Some(QUEUE)));
}

fn found(world: &mut AccountInventory, arn: &str, exists: Observed<bool>) {
    let arn = arn.to_owned();
    world.services.sources.push(TriggerSource { arn, exists });
}

#[test]
fn sources_of_grants() {
    check(&[
        (
            "no trigger, nothing to look for",
            |_| {},
            "exposure.sought_source_grants",
            Is(json!([])),
        ),
        (
            "a topic that is there",
            |world| {
                topic(world);
                found(world, TOPIC, Observed::Known(true));
            },
            "exposure.sought_source_grants.0.presence",
            Is(json!("there")),
        ),
        (
            "a topic that is there has not vanished",
            |world| {
                topic(world);
                found(world, TOPIC, Observed::Known(true));
            },
            "exposure.vanished_source_grants",
            Is(json!([])),
        ),
        (
            "a topic that is gone",
            |world| {
                topic(world);
                found(world, TOPIC, Observed::Known(false));
            },
            "exposure.vanished_source_grants.0.source",
            Is(json!(TOPIC)),
        ),
        (
            "a list that was denied leaves it open",
            |world| {
                topic(world);
                found(world, TOPIC, Observed::Missing(denied("sns:ListTopics")));
            },
            "exposure.vanished_source_grants",
            Missing("sns:ListTopics"),
        ),
        (
            "what was not looked for is neither there nor gone",
            topic,
            "exposure.sought_source_grants",
            Is(json!([])),
        ),
        (
            "a bucket of the own account",
            |world| {
                bucket(world, Some(ACCOUNT));
                found(world, BUCKET, Observed::Known(false));
            },
            "exposure.vanished_source_grants.0.kind",
            Is(json!("bucket")),
        ),
        (
            "a bucket of another account is not looked for in this one",
            |world| {
                bucket(world, Some("777788889999"));
                found(world, BUCKET, Observed::Known(false));
            },
            "exposure.sought_source_grants",
            Is(json!([])),
        ),
        (
            "a bucket of any account is not one that vanished",
            |world| {
                bucket(world, None);
                found(world, BUCKET, Observed::Known(false));
            },
            "exposure.sought_source_grants",
            Is(json!([])),
        ),
        (
            "it can be taken over",
            |world| {
                bucket(world, None);
                found(world, BUCKET, Observed::Known(false));
            },
            "exposure.reclaimable_source_grants.0.presence",
            Is(json!("gone")),
        ),
        (
            "it could be, if it were deleted",
            |world| {
                bucket(world, None);
                found(world, BUCKET, Observed::Known(true));
            },
            "exposure.reclaimable_source_grants.0.presence",
            Is(json!("there")),
        ),
        (
            "it is trusted by its name, whether it was seen or not",
            |world| {
                bucket(world, None);
                found(world, BUCKET, Observed::Missing(denied("s3:ListBuckets")));
            },
            "exposure.reclaimable_source_grants.0.presence",
            Is(json!("unknown")),
        ),
        (
            "not looked for is said so",
            |world| bucket(world, None),
            "exposure.reclaimable_source_grants.0.presence",
            Is(json!("not-looked-for")),
        ),
        (
            "one of two that one statement names",
            |world| {
                let two = json!({"ArnLike": {"aws:SourceArn": [TOPIC, format!("{TOPIC}-2")]}});
                trigger(world, "sns.amazonaws.com", &two);
                found(world, TOPIC, Observed::Known(true));
                found(world, &format!("{TOPIC}-2"), Observed::Known(false));
            },
            "exposure.vanished_source_grants.0.others",
            Is(json!([TOPIC])),
        ),
        (
            "an unreadable policy may name a source",
            |world| {
                world.regions[0].functions[0].policy =
                    Observed::Missing(denied("lambda:GetPolicy"));
            },
            "exposure.sought_source_grants",
            Missing("lambda:GetPolicy"),
        ),
    ]);
}

#[test]
fn sources_of_mappings() {
    check(&[
        (
            "a queue that is there",
            |world| {
                queue(world);
                found(world, QUEUE, Observed::Known(true));
            },
            "events.vanished_sources",
            Is(json!([])),
        ),
        (
            "a queue that is gone",
            |world| {
                queue(world);
                found(world, QUEUE, Observed::Known(false));
            },
            "events.vanished_sources.0",
            Is(json!({
                "uuid": "m", "qualifier": "$LATEST", "state": "Enabled", "source": QUEUE,
                "kind": "queue", "presence": "gone",
            })),
        ),
        (
            "a list that was denied leaves it open",
            |world| {
                queue(world);
                found(world, QUEUE, Observed::Missing(denied("sqs:ListQueues")));
            },
            "events.vanished_sources",
            Missing("sqs:ListQueues"),
        ),
        (
            "what was not looked for is not there",
            queue,
            "events.sought_sources",
            Is(json!([])),
        ),
    ]);
}
