//! Operations of Amazon API Gateway for REST APIs, and for the custom domain names of all APIs.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html>.

use super::{Estimate, Operation, Protocol, Quota, Service};

/// Amazon API Gateway, version 1 of its API.
pub const SERVICE: Service = Service::regional("API Gateway", "apigateway", Protocol::RestJson);

/// IAM action of every read operation; only the resource distinguishes an API from an API key.
pub(super) const GET: &str = "apigateway:GET";

/// Quota that the operations of both versions share, except those with a quota of their own.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html> ("all other operations").
pub(super) const MANAGEMENT: Quota = Quota::published("apigateway: all others", 10, 40);

const fn read(label: &'static str, resources: &'static [&'static str]) -> Operation {
    SERVICE
        .operation(label)
        .action(GET)
        .on(resources)
        .quota(MANAGEMENT)
}

/// The REST APIs of a region.
pub const GET_REST_APIS: Operation = read(
    "apigateway:GetRestApis",
    &["arn:aws:apigateway:*::/restapis"],
)
.estimate(Estimate::Triggered);

/// The resources of one API, with their methods and integrations.
pub const GET_RESOURCES: Operation = read(
    "apigateway:GetResources",
    &["arn:aws:apigateway:*::/restapis/*/resources"],
)
.rate(2, 5);

/// The stages of one API.
pub const GET_STAGES: Operation = read(
    "apigateway:GetStages",
    &["arn:aws:apigateway:*::/restapis/*/stages"],
);

/// One deployment of an API, with its methods.
pub const GET_DEPLOYMENT: Operation = read(
    "apigateway:GetDeployment",
    &["arn:aws:apigateway:*::/restapis/*/deployments/*"],
);

/// The custom domain names of a region.
pub const GET_DOMAIN_NAMES: Operation = read(
    "apigateway:GetDomainNames",
    &["arn:aws:apigateway:*::/domainnames"],
);

/// The base path mappings of one domain name, which lead to REST APIs.
pub const GET_BASE_PATH_MAPPINGS: Operation = read(
    "apigateway:GetBasePathMappings",
    &["arn:aws:apigateway:*::/domainnames/*/basepathmappings"],
);

/// The operations of this service.
pub const ALL: &[&Operation] = &[
    &GET_REST_APIS,
    &GET_RESOURCES,
    &GET_STAGES,
    &GET_DEPLOYMENT,
    &GET_DOMAIN_NAMES,
    &GET_BASE_PATH_MAPPINGS,
];
