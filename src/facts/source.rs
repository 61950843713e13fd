//! Where facts come from: the calls behind every field that a check may read.
//!
//! With the fields that an expression reads this gives the call plan of a scan and the
//! permissions that it needs.

use std::collections::BTreeSet;

const MEMBERSHIP: [&str; 2] = [
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
];

/// Calls behind a part of the documents. The longest path that a field lies in counts.
const SOURCES: &[(&str, &[&str])] = &[
    ("access", ACCESS),
    ("access.invoke", INVOKING),
    ("account", &[]),
    (
        "account.management",
        &["organizations:DescribeOrganization"],
    ),
    (
        "account.organization_id",
        &["organizations:DescribeOrganization"],
    ),
    ("code", &["lambda:ListFunctions"]),
    (
        "code.foreign_image",
        &["lambda:GetFunction", MEMBERSHIP[0], MEMBERSHIP[1]],
    ),
    (
        "code.foreign_layers",
        &["lambda:ListFunctions", MEMBERSHIP[0], MEMBERSHIP[1]],
    ),
    ("code.image_account", &["lambda:GetFunction"]),
    ("code.image_uri", &["lambda:GetFunction"]),
    ("code.signing_config_arn", SIGNING),
    ("code.signing_configured", SIGNING),
    ("code.signing_enforced", SIGNING),
    ("encryption", &["lambda:ListFunctions"]),
    ("encryption.key_state", &["kms:DescribeKey"]),
    ("encryption.key_usable", &["kms:DescribeKey"]),
    ("encryption.rotation_applicable", &["kms:DescribeKey"]),
    (
        "encryption.rotation_enabled",
        &["kms:DescribeKey", "kms:GetKeyRotationStatus"],
    ),
    ("events", &["lambda:ListFunctions"]),
    (
        "events.asynchronous",
        &[
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListFunctionEventInvokeConfigs",
        ],
    ),
    (
        "events.destinations",
        &[
            "lambda:ListFunctions",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListEventSourceMappings",
        ],
    ),
    ("events.failure_destination", DESTINATIONS),
    (
        "events.foreign_destinations",
        &[
            "lambda:ListFunctions",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListEventSourceMappings",
            MEMBERSHIP[0],
            MEMBERSHIP[1],
        ],
    ),
    (
        "events.foreign_sources",
        &[
            "lambda:ListEventSourceMappings",
            MEMBERSHIP[0],
            MEMBERSHIP[1],
        ],
    ),
    ("events.mappings", MAPPINGS),
    ("events.self_managed_kafka", MAPPINGS),
    ("events.sought_sources", MAPPINGS),
    ("events.stream_mappings", MAPPINGS),
    ("events.streams_without_destination", MAPPINGS),
    ("events.unauthenticated_kafka", MAPPINGS),
    (
        "events.vanished_sources",
        &["lambda:ListEventSourceMappings", "sqs:ListQueues"],
    ),
    ("exposure", &["lambda:ListFunctionUrlConfigs"]),
    ("exposure.address_bound_urls", GRANTS),
    ("exposure.api_routes", ROUTES_OF_APIS),
    ("exposure.aliases", &["lambda:ListAliases"]),
    ("exposure.any_account_url_grants", GRANTS),
    ("exposure.control_grants", EXTERNAL_GRANTS),
    ("exposure.dead_grants", EXTERNAL_GRANTS),
    ("exposure.dormant_urls", GRANTS),
    ("exposure.external_grants", EXTERNAL_GRANTS),
    ("exposure.foreign_source_grants", EXTERNAL_GRANTS),
    ("exposure.grants", EXTERNAL_GRANTS),
    ("exposure.half_open_urls", GRANTS),
    ("exposure.inverted_grants", EXTERNAL_GRANTS),
    ("exposure.latent_grants", GRANTS),
    ("exposure.load_balancer_rules", BALANCERS),
    ("exposure.network_bound_grants", GRANTS),
    ("exposure.open_api_routes", ROUTES_OF_APIS),
    ("exposure.open_load_balancer_rules", BALANCERS),
    ("exposure.open_urls", GRANTS),
    ("exposure.organization_grants", EXTERNAL_GRANTS),
    (
        "exposure.policies",
        &["lambda:GetPolicy", "lambda:ListAliases"],
    ),
    ("exposure.public_grants", GRANTS),
    ("exposure.reach", EXTERNAL_GRANTS),
    ("exposure.reclaimable_source_grants", BUCKETS),
    ("exposure.sought_source_grants", GRANTS),
    ("exposure.split_aliases", &["lambda:ListAliases"]),
    ("exposure.stale_grants", GRANTS),
    ("exposure.unbound_service_grants", GRANTS),
    ("exposure.vanished_source_grants", SOURCES_OF_GRANTS),
    ("function", &["lambda:ListFunctions"]),
    ("function.concurrency_reserved", &["lambda:GetFunction"]),
    ("function.managed_by", &["lambda:GetFunction"]),
    (
        "function.recursion_allowed",
        &["lambda:GetFunctionRecursionConfig"],
    ),
    ("function.state", &["lambda:GetFunction"]),
    ("function.tags", &["lambda:GetFunction"]),
    ("layer", &["lambda:ListLayers", "lambda:ListLayerVersions"]),
    ("layer.external_grants", LAYER_SHARING),
    ("layer.grants", LAYER_SHARING),
    ("layer.public_grants", LAYER_POLICIES),
    ("layer.reach", LAYER_SHARING),
    ("layer.shared", LAYER_POLICIES),
    ("logging", &["lambda:ListFunctions"]),
    ("logging.group_customer_key", &["logs:DescribeLogGroups"]),
    ("logging.group_exists", &["logs:DescribeLogGroups"]),
    ("logging.group_expires", &["logs:DescribeLogGroups"]),
    ("logging.retention_days", &["logs:DescribeLogGroups"]),
    ("network", &["lambda:ListFunctions"]),
    (
        "network.default_security_groups",
        &["ec2:DescribeSecurityGroups"],
    ),
    ("network.endpoints", ENDPOINTS),
    ("network.internet_route", ROUTES),
    ("network.open_endpoints", ENDPOINTS),
    ("network.public_subnets", ROUTES),
    (
        "network.unrestricted_egress",
        &[
            "ec2:DescribeRouteTables",
            "ec2:DescribeNatGateways",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeNetworkAcls",
        ],
    ),
    ("network.zones", &["ec2:DescribeSubnets"]),
    ("paths", PATHS),
    ("paths.control_entries", EXTERNAL_GRANTS),
    ("paths.outside_entries", EXTERNAL_GRANTS),
    ("paths.public_entries", PUBLIC_ENTRIES),
    ("paths.public_to_admin", PUBLIC_PATHS),
    ("paths.public_to_data", PUBLIC_PATHS),
    ("paths.public_to_escalation", PUBLIC_PATHS),
    ("region", &[]),
    (
        "region.concurrent_executions",
        &["lambda:GetAccountSettings"],
    ),
    ("region.functions", &["lambda:GetAccountSettings"]),
    ("role", &["lambda:ListFunctions"]),
    ("role.admin", PERMISSIONS),
    ("role.bounded", &["iam:GetAccountAuthorizationDetails"]),
    ("role.can_log", PERMISSIONS),
    ("role.credential_access", PERMISSIONS),
    ("role.data_access", PERMISSIONS),
    ("role.escalations", PERMISSIONS),
    ("role.exists", &["iam:GetAccountAuthorizationDetails"]),
    (
        "role.federated_trusts",
        &["iam:GetAccountAuthorizationDetails"],
    ),
    ("role.foreign_trusts", TRUSTS),
    ("role.infrastructure_change", PERMISSIONS),
    ("role.organization_trusts", TRUSTS),
    ("role.own_account_trusts", TRUSTS),
    (
        "role.public_trusts",
        &["iam:GetAccountAuthorizationDetails"],
    ),
    ("role.resource_exposure", PERMISSIONS),
    ("role.service_wide", PERMISSIONS),
    (
        "role.trusted_services",
        &["iam:GetAccountAuthorizationDetails"],
    ),
    (
        "role.trusts_lambda",
        &["iam:GetAccountAuthorizationDetails"],
    ),
    ("runtime", &["lambda:ListFunctions"]),
    ("runtime.aliased_versions", &["lambda:ListAliases"]),
    ("runtime.deprecated_behind_alias", VERSIONS),
    ("runtime.pinned", &["lambda:GetRuntimeManagementConfig"]),
    ("secrets", &["lambda:ListFunctions"]),
    ("secrets.behind_alias", VERSIONS),
];

/// Tags of functions stand in conditions.
const ACCESS: &[&str] = &[
    "lambda:ListFunctions",
    "lambda:GetFunction",
    "iam:GetAccountAuthorizationDetails",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
];
const BALANCERS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "ec2:DescribeSecurityGroups",
    "ec2:GetManagedPrefixListEntries",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
];
/// Sources whose names can be taken over are buckets.
const BUCKETS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
    "s3:ListBuckets",
];
const SOURCES_OF_GRANTS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
    "apigateway:GetRestApis",
    "apigatewayv2:GetApis",
    "elasticloadbalancing:DescribeTargetGroups",
    "events:ListRules",
    "logs:DescribeLogGroups",
    "s3:ListBuckets",
    "sns:ListTopics",
];
const ROUTES_OF_APIS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "apigateway:GetDeployment",
    "apigateway:GetResources",
    "apigateway:GetRestApis",
    "apigateway:GetStages",
    "apigatewayv2:GetApis",
    "apigatewayv2:GetIntegrations",
    "apigatewayv2:GetRoutes",
    "apigatewayv2:GetStages",
];
const DESTINATIONS: &[&str] = &[
    "lambda:ListFunctions",
    "lambda:ListFunctionEventInvokeConfigs",
];
const ENDPOINTS: &[&str] = &["ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables"];
const EXTERNAL_GRANTS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
    MEMBERSHIP[0],
    MEMBERSHIP[1],
];
const GRANTS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
];
const LAYER_SHARING: &[&str] = &[
    "lambda:ListLayers",
    "lambda:ListLayerVersions",
    "lambda:GetLayerVersionPolicy",
    MEMBERSHIP[0],
    MEMBERSHIP[1],
];
const INVOKING: &[&str] = &[
    "lambda:ListFunctions",
    "lambda:GetFunction",
    "lambda:GetPolicy",
    "iam:GetAccountAuthorizationDetails",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
];
const LAYER_POLICIES: &[&str] = &[
    "lambda:ListLayers",
    "lambda:ListLayerVersions",
    "lambda:GetLayerVersionPolicy",
];
const MAPPINGS: &[&str] = &["lambda:ListEventSourceMappings"];
const PATHS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
    "lambda:ListFunctions",
    "iam:GetAccountAuthorizationDetails",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
];
const PUBLIC_ENTRIES: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
    "apigateway:GetDeployment",
    "apigateway:GetResources",
    "apigateway:GetRestApis",
    "apigateway:GetStages",
    "apigatewayv2:GetApis",
    "apigatewayv2:GetIntegrations",
    "apigatewayv2:GetRoutes",
    "apigatewayv2:GetStages",
];
const PUBLIC_PATHS: &[&str] = &[
    "lambda:GetPolicy",
    "lambda:ListAliases",
    "lambda:ListFunctionUrlConfigs",
    "lambda:ListFunctions",
    "apigateway:GetDeployment",
    "apigateway:GetResources",
    "apigateway:GetRestApis",
    "apigateway:GetStages",
    "apigatewayv2:GetApis",
    "apigatewayv2:GetIntegrations",
    "apigatewayv2:GetRoutes",
    "apigatewayv2:GetStages",
    "iam:GetAccountAuthorizationDetails",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
];
/// Control policies bind every principal, and the organisation's id and units stand in conditions.
const PERMISSIONS: &[&str] = &[
    "lambda:ListFunctions",
    "iam:GetAccountAuthorizationDetails",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
];
const ROUTES: &[&str] = &["ec2:DescribeRouteTables", "ec2:DescribeNatGateways"];
const TRUSTS: &[&str] = &[
    "iam:GetAccountAuthorizationDetails",
    MEMBERSHIP[0],
    MEMBERSHIP[1],
];
const SIGNING: &[&str] = &[
    "lambda:ListCodeSigningConfigs",
    "lambda:ListFunctionsByCodeSigningConfig",
];
const VERSIONS: &[&str] = &["lambda:ListAliases", "lambda:GetFunction"];

/// Labels of the operations that yield the facts at a dotted path, and everything below it.
pub fn operations(path: &str) -> BTreeSet<&'static str> {
    let nearest = SOURCES
        .iter()
        .filter(|(source, _)| within(path, source))
        .max_by_key(|(source, _)| source.len());
    let below = SOURCES.iter().filter(|(source, _)| within(source, path));
    nearest
        .into_iter()
        .chain(below)
        .flat_map(|(_, operations)| operations.iter().copied())
        .collect()
}

/// Calls that each cost one a function on the quota that Lambda's control plane shares.
const DEEP: [&str; 3] = [
    "lambda:GetFunctionRecursionConfig",
    "lambda:GetRuntimeManagementConfig",
    "lambda:ListFunctionEventInvokeConfigs",
];

/// Facts about all URLs of a function. For the others those suffice that a policy lets somebody
/// outside call, which standard depth reads.
const ALL_URLS: &[&str] = &[
    "exposure.cors_urls",
    "exposure.credentialed_wildcard_cors_urls",
    "exposure.dormant_urls",
    "exposure.urls",
    "exposure.wildcard_cors_urls",
];

/// Whether the facts at a dotted path are known at deep depth only.
pub fn deep(path: &str) -> bool {
    operations(path)
        .iter()
        .any(|operation| DEEP.contains(operation))
        || ALL_URLS
            .iter()
            .any(|urls| within(path, urls) || within(urls, path))
}

fn within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::facts::{Scope, schema};
    use crate::inventory::{OPERATIONS, Operation};

    #[test]
    fn every_operation_named_is_published() {
        let published: BTreeSet<String> = OPERATIONS.iter().map(Operation::label).collect();
        for (path, operations) in SOURCES {
            for operation in *operations {
                assert!(published.contains(*operation), "{path} names {operation}");
            }
        }
    }

    #[test]
    fn fields_that_need_a_call_of_their_own_say_so() {
        // A field that takes its part's source must be read off the configuration alone.
        let known: BTreeSet<String> = parts()
            .into_iter()
            .flat_map(|(part, fields)| {
                let paths: Vec<String> = fields
                    .iter()
                    .map(|field| format!("{part}.{field}"))
                    .collect();
                std::iter::once(part).chain(paths)
            })
            .collect();
        for (path, _) in SOURCES {
            assert!(known.contains(*path), "{path} is no field");
        }
        for (part, _) in parts() {
            assert!(
                SOURCES.iter().any(|(source, _)| *source == part),
                "{part} has no source"
            );
        }
    }

    #[test]
    fn what_needs_a_call_a_function_is_deep() {
        for path in [
            "exposure",
            "exposure.urls",
            "function.recursion_allowed",
            "events.destinations",
        ] {
            assert!(deep(path), "{path}");
        }
        for path in [
            "exposure.unauthenticated_urls",
            "exposure.aliases",
            "runtime.id",
            "events.mappings",
        ] {
            assert!(!deep(path), "{path}");
        }
        let published: BTreeSet<String> = OPERATIONS.iter().map(Operation::label).collect();
        assert!(DEEP.iter().all(|operation| published.contains(*operation)));
    }

    #[test]
    fn the_nearest_source_counts() {
        assert_eq!(
            operations("role.exists"),
            BTreeSet::from(["iam:GetAccountAuthorizationDetails"])
        );
        assert_eq!(
            operations("role.shared"),
            BTreeSet::from(["lambda:ListFunctions"])
        );
        assert!(operations("role").contains("iam:GetAccountAuthorizationDetails"));
    }

    fn parts() -> Vec<(String, Vec<String>)> {
        let schemas = [Scope::Function, Scope::Layer].map(schema);
        let parts = schemas.iter().flat_map(|schema| {
            let parts = schema["properties"].as_object().unwrap();
            parts.iter().map(move |(part, value)| (part, value, schema))
        });
        parts
            .map(|(part, value, schema): (&String, &Value, &Value)| {
                let name = value["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
                let fields = schema["$defs"][name]["properties"].as_object().unwrap();
                (part.clone(), fields.keys().cloned().collect())
            })
            .collect()
    }
}
