//! How a function is reached, what it runs on, as whom, and with what variables.

use super::*;

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
            |world| {
                world.services.iam = Observed::Missing(denied("iam:GetAccountAuthorizationDetails"))
            },
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
            "one that may be a secret",
            |world| {
                world.regions[0].functions[0]
                    .configuration
                    .environment
                    .variables = Observed::Known(vec![secret("low")]);
            },
            "secrets.in_environment.0.certain",
            Is(json!(false)),
        ),
        (
            "one for information",
            |world| {
                world.regions[0].functions[0]
                    .configuration
                    .environment
                    .variables = Observed::Known(vec![secret("info")]);
            },
            "secrets.in_environment",
            Is(json!([])),
        ),
        (
            "one in the command of an image",
            |world| {
                world.regions[0].functions[0].configuration.image_command =
                    Observed::Known(vec![lamppost::inventory::ImageArgument {
                        part: "ImageConfig.Command".to_owned(),
                        secrets: secret("high").secrets,
                    }]);
            },
            "secrets.in_environment.0.variable",
            Is(json!("ImageConfig.Command")),
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
