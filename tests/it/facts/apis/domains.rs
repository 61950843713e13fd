//! Custom domain names, for APIs that answer nowhere else.

use lamppost::inventory::{ApiDomain, DomainTarget};

use super::*;

/// The API answers at these names only: whether they ask for a certificate, and to which stages of it they lead.
fn named(world: &mut AccountInventory, names: &[(&str, bool, &[&str])]) {
    open(world);
    rest(world).settings.default_endpoint_disabled = true;
    let domains = names.iter().map(|(name, mutual_tls, stages)| {
        let targets = stages.iter().map(|stage| DomainTarget {
            api: API.to_owned(),
            stage: (*stage).to_owned(),
        });
        ApiDomain {
            name: (*name).to_owned(),
            mutual_tls: *mutual_tls,
            targets: Observed::Known(targets.collect()),
        }
    });
    world.services.apis[0].domains = Some(Observed::Known(domains.collect()));
}

fn domains(world: &mut AccountInventory) -> &mut Vec<ApiDomain> {
    match &mut world.services.apis[0].domains {
        Some(Observed::Known(domains)) => domains,
        _ => panic!("the names were put there"),
    }
}

const NAMES: &str = "exposure.api_routes.0.domains";

#[test]
fn custom_domain_names_open_what_does_not_answer_elsewhere() {
    let path = || Is(json!("/orders/{id}"));
    check(&[
        (
            "one leads to the stage",
            |world| named(world, &[("shop.example.com", false, &["prod"])]),
            PATH,
            path(),
        ),
        (
            "it is told",
            |world| {
                let names: &[(&str, bool, &[&str])] = &[
                    ("other.example.com", false, &[]),
                    ("shop.example.com", false, &["prod"]),
                    ("tls.example.com", true, &["prod"]),
                ];
                named(world, names);
            },
            NAMES,
            Is(json!(["shop.example.com"])),
        ),
        (
            "callers choose the stage",
            |world| named(world, &[("shop.example.com", false, &[""])]),
            PATH,
            path(),
        ),
        (
            "to another stage",
            |world| named(world, &[("shop.example.com", false, &["test"])]),
            OPEN,
            nothing(),
        ),
        (
            "to another API",
            |world| {
                named(world, &[("shop.example.com", false, &["prod"])]);
                domains(world)[0].targets = Observed::Known(vec![DomainTarget {
                    api: "z9z9z9".to_owned(),
                    stage: "prod".to_owned(),
                }]);
            },
            OPEN,
            nothing(),
        ),
        ("there is none", |world| named(world, &[]), OPEN, nothing()),
        (
            "it asks for a certificate",
            |world| named(world, &[("tls.example.com", true, &["prod"])]),
            OPEN,
            nothing(),
        ),
        (
            "one asks for a certificate, another does not",
            |world| {
                let names: &[(&str, bool, &[&str])] = &[
                    ("tls.example.com", true, &["prod"]),
                    ("shop.example.com", false, &["prod"]),
                ];
                named(world, names);
            },
            PATH,
            path(),
        ),
        (
            "where it leads was not read",
            |world| {
                named(world, &[("shop.example.com", false, &[])]);
                let gap = denied("apigatewayv2:GetApiMappings");
                domains(world)[0].targets = Observed::Missing(gap);
            },
            OPEN,
            Missing("apigatewayv2:GetApiMappings"),
        ),
        (
            "where one leads was not read, and another leads to it",
            |world| {
                let names: &[(&str, bool, &[&str])] = &[
                    ("blog.example.com", false, &[]),
                    ("shop.example.com", false, &["prod"]),
                ];
                named(world, names);
                let gap = denied("apigatewayv2:GetApiMappings");
                domains(world)[0].targets = Observed::Missing(gap);
            },
            PATH,
            path(),
        ),
        (
            "where it leads was not read, but it asks for a certificate",
            |world| {
                named(world, &[("tls.example.com", true, &[])]);
                let gap = denied("apigatewayv2:GetApiMappings");
                domains(world)[0].targets = Observed::Missing(gap);
            },
            OPEN,
            nothing(),
        ),
        (
            "the names were not read",
            |world| {
                named(world, &[]);
                let gap = denied("apigateway:GetDomainNames");
                world.services.apis[0].domains = Some(Observed::Missing(gap));
            },
            OPEN,
            Missing("apigateway:GetDomainNames"),
        ),
        (
            "a certificate holds nobody back where the API answers at its own address too",
            |world| {
                named(world, &[("tls.example.com", true, &["prod"])]);
                rest(world).settings.default_endpoint_disabled = false;
            },
            PATH,
            path(),
        ),
    ]);
}
