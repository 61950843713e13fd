//! Code, layers and log groups.

use super::*;

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

pub(super) fn layer(world: &mut AccountInventory, layer: &str) {
    world.regions[0].functions[0].configuration.layers = vec![LayerReference {
        arn: layer.to_owned(),
        signed: false,
    }];
}

pub(super) fn signing(
    world: &mut AccountInventory,
    policy: &str,
    functions: Observed<Vec<String>>,
) {
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
                world.regions[0].services.log_groups =
                    Observed::Missing(denied("logs:DescribeLogGroups"))
            },
            "logging.group_expires",
            Missing("logs:DescribeLogGroups"),
        ),
    ]);
}

fn log_group(world: &mut AccountInventory, retention_days: Option<i32>, class: &str) {
    world.regions[0].services.log_groups = Observed::Known(vec![LogGroup {
        name: "/aws/lambda/quiet".to_owned(),
        retention_days,
        kms_key_arn: None,
        class: class.to_owned(),
    }]);
}
