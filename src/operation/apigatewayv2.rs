//! Operations of Amazon API Gateway for HTTP and WebSocket APIs.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagementv2.html>.

use super::apigateway::{GET, MANAGEMENT};
use super::{Estimate, Operation, Protocol, Service};

/// Amazon API Gateway, version 2 of its API.
pub const SERVICE: Service = Service::regional("ApiGatewayV2", "apigatewayv2", Protocol::RestJson);

const fn read(label: &'static str, resources: &'static [&'static str]) -> Operation {
    SERVICE
        .operation(label)
        .action(GET)
        .on(resources)
        .quota(MANAGEMENT)
}

/// The HTTP and WebSocket APIs of a region.
pub const GET_APIS: Operation =
    read("apigatewayv2:GetApis", &["arn:aws:apigateway:*::/apis"]).estimate(Estimate::Triggered);

/// The integrations of one API.
pub const GET_INTEGRATIONS: Operation = read(
    "apigatewayv2:GetIntegrations",
    &["arn:aws:apigateway:*::/apis/*/integrations"],
);

/// The routes of one API.
pub const GET_ROUTES: Operation = read(
    "apigatewayv2:GetRoutes",
    &["arn:aws:apigateway:*::/apis/*/routes"],
);

/// The stages of one API.
pub const GET_STAGES: Operation = read(
    "apigatewayv2:GetStages",
    &["arn:aws:apigateway:*::/apis/*/stages"],
);

/// The API mappings of one domain name.
pub const GET_API_MAPPINGS: Operation = read(
    "apigatewayv2:GetApiMappings",
    &["arn:aws:apigateway:*::/domainnames/*/apimappings"],
);

/// The routing rules of one domain name.
pub const LIST_ROUTING_RULES: Operation = read(
    "apigatewayv2:ListRoutingRules",
    &["arn:aws:apigateway:*:*:/domainnames/*/routingrules/*"],
)
.action("apigateway:ListRoutingRules");

/// The operations of this service.
pub const ALL: &[&Operation] = &[
    &GET_APIS,
    &GET_INTEGRATIONS,
    &GET_ROUTES,
    &GET_STAGES,
    &GET_API_MAPPINGS,
    &LIST_ROUTING_RULES,
];
