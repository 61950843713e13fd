//! What is asked of Amazon API Gateway about REST APIs, and about domain names of all APIs.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html>.

use super::{Estimate, Operation, Protocol, Quota, Service};

/// Amazon API Gateway about REST APIs, and about domain names of all APIs.
pub const SERVICE: Service = Service::regional("API Gateway", "apigateway", Protocol::RestJson);

/// The action for everything that can be read; only resources tell an API from a key.
pub(super) const GET: &str = "apigateway:GET";

/// The quota that both of API Gateway's services draw on, but for operations that have their own.
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

/// What one deployment of an API holds.
pub const GET_DEPLOYMENT: Operation = read(
    "apigateway:GetDeployment",
    &["arn:aws:apigateway:*::/restapis/*/deployments/*"],
);

/// The custom domain names of a region.
pub const GET_DOMAIN_NAMES: Operation = read(
    "apigateway:GetDomainNames",
    &["arn:aws:apigateway:*::/domainnames"],
);

/// Which REST APIs one domain name leads to.
pub const GET_BASE_PATH_MAPPINGS: Operation = read(
    "apigateway:GetBasePathMappings",
    &["arn:aws:apigateway:*::/domainnames/*/basepathmappings"],
);

/// Every operation of it.
pub const ALL: &[&Operation] = &[
    &GET_REST_APIS,
    &GET_RESOURCES,
    &GET_STAGES,
    &GET_DEPLOYMENT,
    &GET_DOMAIN_NAMES,
    &GET_BASE_PATH_MAPPINGS,
];
