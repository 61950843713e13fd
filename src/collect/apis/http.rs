//! APIs of HTTP and WebSocket.

use std::collections::BTreeMap;

use aws_sdk_apigatewayv2 as sdk;
use aws_sdk_apigatewayv2::types::{Route, Stage};

use super::uri;
use crate::aws::Session;
use crate::collect::place::Place;
use crate::collect::probe::{NOBODY, Probe, probes};
use crate::collect::text::{Unreadable, listed, present, required, text};
use crate::inventory::{Api, ApiRoute, ApiSettings, ApiStage, Gap, Observed};
use crate::operation;

/// A minimal call of each operation, to test whether it is allowed.
pub(in crate::collect) const PROBES: &[Probe] = probes!(
    apigatewayv2: |on| apis = on.session.http_apis(on.region());
    GET_APIS => apis.get_apis().max_results("1"),
    GET_INTEGRATIONS => apis.get_integrations().api_id(NOBODY).max_results("1"),
    GET_ROUTES => apis.get_routes().api_id(NOBODY).max_results("1"),
    GET_STAGES => apis.get_stages().api_id(NOBODY).max_results("1"),
    GET_API_MAPPINGS => apis.get_api_mappings().domain_name(NOBODY).max_results("1"),
    LIST_ROUTING_RULES => apis.list_routing_rules().domain_name(NOBODY).max_results(1),
);

/// As many as a page may have.
const PAGE: &str = "100";

pub(super) async fn apis(place: &Place<'_>, client: &sdk::Client) -> Result<Vec<ApiSettings>, Gap> {
    let ask = |token| {
        let request = client.get_apis().max_results(PAGE);
        request.set_next_token(token).send()
    };
    place
        .pages(&operation::apigatewayv2::GET_APIS, None, ask, |page| {
            let apis = listed(page.items.as_ref(), "items")?.iter();
            let apis = apis.map(|api| {
                Ok(ApiSettings {
                    id: required(api.api_id(), "apiId")?.to_owned(),
                    name: text(api.name()),
                    kind: text(api.protocol_type().map(|kind| kind.as_str())),
                    endpoints: Vec::new(),
                    default_endpoint_disabled: api.disable_execute_api_endpoint() == Some(true),
                    policy: None,
                })
            });
            Ok((apis.collect::<Result<_, _>>()?, present(page.next_token())))
        })
        .await
}

/// Reads stages, routes, and what these call.
pub(super) async fn api(session: &Session, place: &Place<'_>, settings: &ApiSettings) -> Api {
    let client = session.http_apis(place.region);
    let id = &settings.id;
    let (stages, routes, integrations) = tokio::join!(
        stages(place, &client, id),
        routes(place, &client, id),
        integrations(place, &client, id)
    );
    let routes = match (routes, integrations) {
        (Ok(routes), Ok(integrations)) => Ok(calling(routes, &integrations)),
        (Err(gap), _) | (_, Err(gap)) => Err(gap),
    };
    super::api(settings, stages, routes)
}

async fn stages(place: &Place<'_>, client: &sdk::Client, api: &str) -> Result<Vec<ApiStage>, Gap> {
    let ask = |token| {
        let request = client.get_stages().api_id(api).max_results(PAGE);
        request.set_next_token(token).send()
    };
    place
        .pages(
            &operation::apigatewayv2::GET_STAGES,
            Some(api),
            ask,
            |page| {
                let stages = listed(page.items.as_ref(), "items")?.iter();
                let stages = stages.map(stage).collect::<Result<_, _>>()?;
                Ok((stages, present(page.next_token())))
            },
        )
        .await
}

fn stage(stage: &Stage) -> Result<ApiStage, Unreadable> {
    let variables = stage.stage_variables().into_iter().flatten();
    Ok(ApiStage {
        name: required(stage.stage_name(), "stageName")?.to_owned(),
        deployed: present(stage.deployment_id()).is_some() || stage.auto_deploy() == Some(true),
        methods: Observed::Known(None),
        variables: variables
            .map(|(name, value)| (name.clone(), vec![value.clone()]))
            .collect(),
    })
}

/// A route, and the integration that it goes to.
type Routed = (ApiRoute, Option<String>);

async fn routes(place: &Place<'_>, client: &sdk::Client, api: &str) -> Result<Vec<Routed>, Gap> {
    let ask = |token| {
        let request = client.get_routes().api_id(api).max_results(PAGE);
        request.set_next_token(token).send()
    };
    place
        .pages(
            &operation::apigatewayv2::GET_ROUTES,
            Some(api),
            ask,
            |page| {
                let routes = listed(page.items.as_ref(), "items")?.iter();
                let routes = routes.map(route).collect::<Result<_, _>>()?;
                Ok((routes, present(page.next_token())))
            },
        )
        .await
}

/// A route key is `METHOD /path` or `$default`, and of a WebSocket any text without a blank.
fn route(route: &Route) -> Result<Routed, Unreadable> {
    let key = required(route.route_key(), "routeKey")?;
    let (method, path) = key.split_once(' ').unwrap_or(("", key));
    let read = ApiRoute {
        id: required(route.route_id(), "routeId")?.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        authorization: text(route.authorization_type().map(|one| one.as_str())),
        key_required: route.api_key_required() == Some(true),
        function: String::new(),
        role: None,
    };
    let target = route.target();
    let target = target.and_then(|target| target.strip_prefix("integrations/"));
    Ok((read, target.map(str::to_owned)))
}

/// The function that an integration calls, and the role with which it does.
struct Integration {
    id: String,
    function: Option<String>,
    role: Option<String>,
}

async fn integrations(
    place: &Place<'_>,
    client: &sdk::Client,
    api: &str,
) -> Result<BTreeMap<String, Integration>, Gap> {
    let ask = |token| {
        let request = client.get_integrations().api_id(api).max_results(PAGE);
        request.set_next_token(token).send()
    };
    let all = place
        .pages(
            &operation::apigatewayv2::GET_INTEGRATIONS,
            Some(api),
            ask,
            |page| {
                let integrations = listed(page.items.as_ref(), "items")?.iter();
                let read = integrations.map(|one| {
                    // what calls no URI says so by its type
                    required(
                        one.integration_type().map(|kind| kind.as_str()),
                        "integrationType",
                    )?;
                    let function = one.integration_uri();
                    let function = function.and_then(|uri| uri::function(uri, place.account));
                    Ok(Integration {
                        id: required(one.integration_id(), "integrationId")?.to_owned(),
                        function: function.map(str::to_owned),
                        role: present(one.credentials_arn()),
                    })
                });
                Ok((read.collect::<Result<_, _>>()?, present(page.next_token())))
            },
        )
        .await?;
    Ok(all.into_iter().map(|one| (one.id.clone(), one)).collect())
}

/// The routes that call a function, and `$connect`.
fn calling(routes: Vec<Routed>, integrations: &BTreeMap<String, Integration>) -> Vec<ApiRoute> {
    let mut kept: Vec<ApiRoute> = routes
        .into_iter()
        .filter_map(|(mut route, target)| {
            let integration = target.and_then(|id| integrations.get(&id));
            if let Some(Integration {
                function: Some(function),
                role,
                ..
            }) = integration
            {
                route.function.clone_from(function);
                route.role.clone_from(role);
            }
            let asks = route.path == "$connect";
            (asks || !route.function.is_empty()).then_some(route)
        })
        .collect();
    for route in &mut kept {
        if route.method.is_empty() && route.path == "$default" {
            // of an HTTP API; the routes of a WebSocket have no method
            "ANY".clone_into(&mut route.method);
        }
    }
    kept.sort_by(|one, other| (&one.path, &one.method).cmp(&(&other.path, &other.method)));
    kept
}
