//! Custom domain names: which stages of which APIs they lead to.
//!
//! The first version of API Gateway's interface lists the names of all APIs, but shows only mappings to APIs of REST; the
//! second shows all mappings, but refuses names that are edge-optimised, which can lead to APIs of REST only. Rules are
//! asked for with the second. Names for private APIs are left out, since nobody on the internet can use them.
//!
//! Sources: <https://docs.aws.amazon.com/apigateway/latest/api/API_GetDomainNames.html>,
//! <https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-routing-mode.html>

use std::collections::BTreeSet;

use aws_sdk_apigateway::types::{DomainName, ResourceOwner};
use aws_sdk_apigatewayv2 as v2;

use crate::aws::Session;
use crate::collect::place::{Place, together};
use crate::collect::text::{Unreadable, listed, present, required, text};
use crate::inventory::{ApiDomain, DomainTarget, Gap, GapKind, Observed};
use crate::operation;

/// As many as a page may have, of the second version.
const PAGE: &str = "100";

/// A name, and how it chooses an API.
struct Named {
    name: String,
    endpoints: Vec<String>,
    mutual_tls: bool,
    /// `BASE_PATH_MAPPING_ONLY`, `ROUTING_RULE_ONLY` or `ROUTING_RULE_THEN_BASE_PATH_MAPPING`, raw; empty where AWS does
    /// not say, which leaves this name alone unknown.
    mode: String,
}

/// The public names of a region, and where they lead among these APIs.
pub(super) async fn domains(
    session: &Session,
    place: &Place<'_>,
    apis: &BTreeSet<&str>,
) -> Observed<Vec<ApiDomain>> {
    let named = match named(session, place).await {
        Ok(named) => named,
        Err(gap) => return Observed::Missing(gap),
    };
    let public = named
        .into_iter()
        .filter(|one| one.endpoints.iter().any(|kind| kind != "PRIVATE"));
    let reading = public.map(|one| async move {
        let targets = targets(session, place, &one).await.map(|mut targets| {
            targets.retain(|target| apis.contains(target.api.as_str()));
            targets
        });
        ApiDomain {
            name: one.name,
            mutual_tls: one.mutual_tls,
            targets: targets.into(),
        }
    });
    Observed::Known(together(reading, super::AT_ONCE).await)
}

async fn named(session: &Session, place: &Place<'_>) -> Result<Vec<Named>, Gap> {
    let client = session.rest_apis(place.region);
    let pages = client
        .get_domain_names()
        .resource_owner(ResourceOwner::SelfValue)
        .limit(500);
    place
        .list(
            &operation::apigateway::GET_DOMAIN_NAMES,
            None,
            pages.into_paginator().send(),
            |page| page.position(),
            |page| {
                let names = listed(page.items.as_ref(), "item")?.iter();
                names.map(read).collect()
            },
        )
        .await
}

fn read(from: &DomainName) -> Result<Named, Unreadable> {
    let endpoints = from.endpoint_configuration().map(|one| one.types());
    let endpoints = endpoints.unwrap_or_default().iter();
    let endpoints: Vec<String> = endpoints.map(|one| one.as_str().to_owned()).collect();
    required(
        endpoints.first().map(String::as_str),
        "endpointConfiguration",
    )?;
    let trusted = from
        .mutual_tls_authentication()
        .and_then(|one| present(one.truststore_uri()));
    let mode = from.routing_mode().map(|mode| mode.as_str());
    Ok(Named {
        name: required(from.domain_name(), "domainName")?.to_owned(),
        endpoints,
        mutual_tls: trusted.is_some(),
        mode: text(mode),
    })
}

async fn targets(
    session: &Session,
    place: &Place<'_>,
    named: &Named,
) -> Result<Vec<DomainTarget>, Gap> {
    match named.mode.as_str() {
        "BASE_PATH_MAPPING_ONLY" | "API_MAPPING_ONLY" => mappings(session, place, named).await,
        "ROUTING_RULE_ONLY" => rules(session, place, &named.name).await,
        "ROUTING_RULE_THEN_BASE_PATH_MAPPING" | "ROUTING_RULE_THEN_API_MAPPING" => {
            let (rules, mappings) = tokio::join!(
                rules(session, place, &named.name),
                mappings(session, place, named)
            );
            Ok([rules?, mappings?].concat())
        }
        "" => {
            let (operation, kind) = (&operation::apigateway::GET_DOMAIN_NAMES, GapKind::Malformed);
            Err(place.gap(
                operation,
                Some(&named.name),
                kind,
                "the answer lacks `routingMode`",
            ))
        }
        mode => Err(unrecognised(place, named, "routing mode", mode)),
    }
}

async fn mappings(
    session: &Session,
    place: &Place<'_>,
    named: &Named,
) -> Result<Vec<DomainTarget>, Gap> {
    let mut kinds = named.endpoints.iter();
    if kinds.clone().any(|kind| kind == "EDGE") {
        return base_paths(session, place, &named.name).await;
    }
    match kinds.find(|kind| *kind != "REGIONAL") {
        None => all_mappings(session, place, &named.name).await,
        Some(kind) => Err(unrecognised(place, named, "endpoint type", kind)),
    }
}

fn unrecognised(place: &Place<'_>, named: &Named, what: &str, value: &str) -> Gap {
    let message = format!("{what} `{value}` is not known to this version");
    place.gap(
        &operation::apigateway::GET_DOMAIN_NAMES,
        Some(&named.name),
        GapKind::Unrecognised,
        message,
    )
}

/// A stage that is not set is chosen by the caller, in the path.
async fn base_paths(
    session: &Session,
    place: &Place<'_>,
    name: &str,
) -> Result<Vec<DomainTarget>, Gap> {
    let client = session.rest_apis(place.region);
    let pages = client.get_base_path_mappings().domain_name(name).limit(500);
    place
        .list(
            &operation::apigateway::GET_BASE_PATH_MAPPINGS,
            Some(name),
            pages.into_paginator().send(),
            |page| page.position(),
            |page| {
                let mappings = listed(page.items.as_ref(), "item")?.iter();
                let read = mappings.map(|one| {
                    let stage = text(one.stage());
                    Ok(DomainTarget {
                        api: required(one.rest_api_id(), "restApiId")?.to_owned(),
                        stage: if stage == "(none)" {
                            String::new()
                        } else {
                            stage
                        },
                    })
                });
                read.collect()
            },
        )
        .await
}

async fn all_mappings(
    session: &Session,
    place: &Place<'_>,
    name: &str,
) -> Result<Vec<DomainTarget>, Gap> {
    let client: v2::Client = session.http_apis(place.region);
    let ask = |token| {
        let request = client.get_api_mappings().domain_name(name);
        request.max_results(PAGE).set_next_token(token).send()
    };
    place
        .pages(
            &operation::apigatewayv2::GET_API_MAPPINGS,
            Some(name),
            ask,
            |page| {
                let mappings = listed(page.items.as_ref(), "items")?.iter();
                let read = mappings.map(|one| {
                    Ok(DomainTarget {
                        api: required(one.api_id(), "apiId")?.to_owned(),
                        stage: required(one.stage(), "stage")?.to_owned(),
                    })
                });
                Ok((read.collect::<Result<_, _>>()?, present(page.next_token())))
            },
        )
        .await
}

/// What requests have to look like is for callers to choose.
async fn rules(session: &Session, place: &Place<'_>, name: &str) -> Result<Vec<DomainTarget>, Gap> {
    let client = session.http_apis(place.region);
    let pages = client.list_routing_rules().domain_name(name);
    place
        .list(
            &operation::apigatewayv2::LIST_ROUTING_RULES,
            Some(name),
            pages.max_results(100).into_paginator().send(),
            |page| page.next_token(),
            |page| {
                let rules = listed(page.routing_rules.as_ref(), "routingRules")?.iter();
                let mut targets = Vec::new();
                for rule in rules {
                    for action in listed(rule.actions.as_ref(), "actions")? {
                        let invoked = action
                            .invoke_api()
                            .ok_or_else(|| Unreadable("the answer lacks `invokeApi`".to_owned()))?;
                        targets.push(DomainTarget {
                            api: required(invoked.api_id(), "apiId")?.to_owned(),
                            stage: required(invoked.stage(), "stage")?.to_owned(),
                        });
                    }
                }
                Ok(targets)
            },
        )
        .await
}
