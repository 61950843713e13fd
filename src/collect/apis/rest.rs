//! APIs of REST.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_apigateway as sdk;
use aws_sdk_apigateway::types::{Method, Resource, RestApi, Stage};

use super::uri;
use crate::aws::Session;
use crate::collect::place::{Place, together};
use crate::collect::probe::{NOBODY, Probe, probes};
use crate::collect::text::{Unreadable, listed, present, required, text, without_secrets};
use crate::inventory::{Api, ApiMethod, ApiRoute, ApiSettings, ApiStage, Gap, Observed};
use crate::operation;

/// A minimal call of each operation, to test whether it is allowed.
pub(in crate::collect) const PROBES: &[Probe] = probes!(
    apigateway: |on| apis = on.session.rest_apis(on.region());
    GET_REST_APIS => apis.get_rest_apis().limit(1),
    GET_RESOURCES => apis.get_resources().rest_api_id(NOBODY).limit(1),
    GET_STAGES => apis.get_stages().rest_api_id(NOBODY),
    GET_DEPLOYMENT => apis.get_deployment().rest_api_id(NOBODY).deployment_id(NOBODY),
    GET_DOMAIN_NAMES => apis.get_domain_names().limit(1),
    GET_BASE_PATH_MAPPINGS => apis.get_base_path_mappings().domain_name(NOBODY).limit(1),
);

pub(super) async fn apis(place: &Place<'_>, client: &sdk::Client) -> Result<Vec<ApiSettings>, Gap> {
    place
        .list(
            &operation::apigateway::GET_REST_APIS,
            None,
            client.get_rest_apis().limit(500).into_paginator().send(),
            |page| page.position(),
            |page| {
                let apis = listed(page.items.as_ref(), "item")?.iter();
                apis.map(settings).collect()
            },
        )
        .await
}

fn settings(api: &RestApi) -> Result<ApiSettings, Unreadable> {
    let endpoints = api.endpoint_configuration().map(|one| one.types());
    let policy = match present(api.policy()) {
        Some(text) => Some(policy(&text)?),
        None => None,
    };
    Ok(ApiSettings {
        id: required(api.id(), "id")?.to_owned(),
        name: text(api.name()),
        kind: "REST".to_owned(),
        endpoints: endpoints
            .unwrap_or_default()
            .iter()
            .map(|one| one.as_str().to_owned())
            .collect(),
        default_endpoint_disabled: api.disable_execute_api_endpoint(),
        policy,
    })
}

/// AWS gives the policy as the inside of a JSON string, with every quote escaped.
fn policy(given: &str) -> Result<String, Unreadable> {
    let unescaped = match given.trim_start().starts_with("{\\") {
        true => serde_json::from_str(&format!("\"{given}\"")).ok(),
        false => Some(given.to_owned()),
    };
    let text: String =
        unescaped.ok_or_else(|| Unreadable("the `policy` of an API is not JSON".to_owned()))?;
    without_secrets(&text)
}

/// A method as deployments name it, `METHOD /path`.
type Key = String;

/// Reads stages and routes, and what of them is deployed.
pub(super) async fn api(session: &Session, place: &Place<'_>, settings: &ApiSettings) -> Api {
    let client = session.rest_apis(place.region);
    let (stages, defined) = tokio::join!(
        stages(place, &client, &settings.id),
        routes(place, &client, &settings.id)
    );
    let stages = match (stages, &defined) {
        (Ok(stages), Ok(defined)) => {
            let reading = stages
                .into_iter()
                .map(|stage| deployed(place, &client, &settings.id, stage, defined));
            Ok(together(reading, super::AT_ONCE).await)
        }
        // without the routes nobody asks what of them is deployed
        (Ok(stages), Err(_)) => Ok(stages.into_iter().map(|(stage, _)| stage).collect()),
        (Err(gap), _) => Err(gap),
    };
    super::api(settings, stages, defined.map(|defined| defined.routes))
}

/// AWS gives all stages at once; each with its deployment.
async fn stages(
    place: &Place<'_>,
    client: &sdk::Client,
    api: &str,
) -> Result<Vec<(ApiStage, String)>, Gap> {
    let send = client.get_stages().rest_api_id(api).send();
    place
        .call(
            &operation::apigateway::GET_STAGES,
            Some(api),
            send,
            |answer| {
                let stages = listed(answer.item.as_ref(), "item")?.iter();
                stages.map(stage).collect()
            },
        )
        .await
}

fn stage(stage: &Stage) -> Result<(ApiStage, String), Unreadable> {
    let canary = stage.canary_settings();
    let own = stage.variables().into_iter().flatten();
    let canary = canary
        .and_then(|canary| canary.stage_variable_overrides())
        .into_iter()
        .flatten();
    // every stage is made with a deployment
    let deployment = required(stage.deployment_id(), "deploymentId")?.to_owned();
    let mut read = ApiStage {
        name: required(stage.stage_name(), "stageName")?.to_owned(),
        deployed: true,
        methods: Observed::Known(None),
        variables: BTreeMap::new(),
    };
    for (name, value) in own.chain(canary) {
        let values: &mut Vec<String> = read.variables.entry(name.clone()).or_default();
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    Ok((read, deployment))
}

/// The stage with what its deployment holds.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/api/API_GetDeployment.html>
async fn deployed(
    place: &Place<'_>,
    client: &sdk::Client,
    api: &str,
    (stage, deployment): (ApiStage, String),
    defined: &Defined,
) -> ApiStage {
    let send = client
        .get_deployment()
        .rest_api_id(api)
        .deployment_id(deployment)
        .embed("apisummary")
        .send();
    let read = place.call(
        &operation::apigateway::GET_DEPLOYMENT,
        Some(api),
        send,
        |answer| {
            let summary = answer
                .api_summary()
                .ok_or_else(|| Unreadable("the answer lacks `apiSummary`".to_owned()))?;
            let methods = summary.iter().flat_map(|(path, methods)| {
                let methods = methods.iter();
                methods.map(move |(method, snapshot)| (format!("{method} {path}"), snapshot))
            });
            let kept = methods.filter(|(key, _)| {
                !defined.keys.contains(key)
                    || defined.routes.iter().any(|route| route.key() == *key)
            });
            let kept = kept.map(|(key, snapshot)| {
                let method = ApiMethod {
                    authorization: text(snapshot.authorization_type()),
                    key_required: snapshot.api_key_required(),
                };
                (key, method)
            });
            Ok(Some(kept.collect()))
        },
    );
    ApiStage {
        methods: read.await.into(),
        ..stage
    }
}

/// The methods that an API has now.
struct Defined {
    /// Those that call a function.
    routes: Vec<ApiRoute>,
    /// All.
    keys: BTreeSet<Key>,
}

async fn routes(place: &Place<'_>, client: &sdk::Client, api: &str) -> Result<Defined, Gap> {
    let pages = client
        .get_resources()
        .rest_api_id(api)
        .embed("methods")
        .limit(500);
    let all: Vec<(Key, Option<ApiRoute>)> = place
        .list(
            &operation::apigateway::GET_RESOURCES,
            Some(api),
            pages.into_paginator().send(),
            |page| page.position(),
            |page| {
                let resources = listed(page.items.as_ref(), "item")?.iter();
                let read: Result<Vec<_>, _> = resources
                    .map(|resource| methods(resource, place.account))
                    .collect();
                Ok(read?.into_iter().flatten().collect())
            },
        )
        .await?;
    let mut defined = Defined {
        routes: Vec::new(),
        keys: BTreeSet::new(),
    };
    for (key, route) in all {
        defined.keys.insert(key);
        defined.routes.extend(route);
    }
    let order = |route: &ApiRoute| (route.path.clone(), route.method.clone());
    defined.routes.sort_by_key(order);
    Ok(defined)
}

/// The methods of a resource, and the routes of those that call a function.
fn methods(resource: &Resource, account: &str) -> Result<Vec<(Key, Option<ApiRoute>)>, Unreadable> {
    let path = required(resource.path(), "path")?;
    let methods = resource.resource_methods().into_iter().flatten();
    let read = methods.map(|(name, method)| {
        let uri = method.method_integration().and_then(|one| one.uri());
        let function = uri.and_then(|uri| uri::function(uri, account));
        let route = function
            .map(|function| route(resource, name, method, function))
            .transpose()?;
        Ok((format!("{name} {path}"), route))
    });
    read.collect()
}

fn route(
    resource: &Resource,
    name: &str,
    method: &Method,
    function: &str,
) -> Result<ApiRoute, Unreadable> {
    let integration = method.method_integration();
    Ok(ApiRoute {
        id: required(resource.id(), "id")?.to_owned(),
        method: name.to_owned(),
        path: required(resource.path(), "path")?.to_owned(),
        authorization: text(method.authorization_type()),
        key_required: method.api_key_required() == Some(true),
        function: function.to_owned(),
        role: present(integration.and_then(|one| one.credentials())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_taken_out_of_its_string() {
        let plain = r#"{"Statement":[]}"#;
        for (given, expected) in [
            (r#"{\"Statement\":[]}"#, Some(plain)),
            (r#"{"Statement":[]}"#, Some(plain)),
            (r#"{\"Statement\":"#, Some(r#"{"Statement":"#)),
            (r#"{\"Statement"#, Some(r#"{"Statement"#)),
            (r#"{\"Statement\"#, None),
        ] {
            assert_eq!(policy(given).ok().as_deref(), expected, "{given}");
        }
    }
}
