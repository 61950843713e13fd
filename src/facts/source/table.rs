//! The table of sources: parts of documents, and the calls behind them.

use crate::operation::{
    Operation, apigateway, apigatewayv2, ec2, elasticloadbalancing, events, iam, kms, lambda, logs,
    organizations, s3, sns, sqs,
};

/// Groups of calls, all of which are needed.
type Calls = &'static [&'static [&'static Operation]];

/// Calls behind a part of the documents. The longest path that a field lies in counts.
pub(super) const SOURCES: &[(&str, Calls)] = &[
    ("access", ACCESS),
    ("access.invoke", INVOKING),
    ("account", &[]),
    (
        "account.management",
        &[&[&organizations::DESCRIBE_ORGANIZATION]],
    ),
    (
        "account.organization_id",
        &[&[&organizations::DESCRIBE_ORGANIZATION]],
    ),
    ("code", &[FUNCTIONS]),
    (
        "code.foreign_images",
        &[&[&lambda::GET_FUNCTION], ORGANIZATION],
    ),
    ("code.foreign_layers", &[FUNCTIONS, ORGANIZATION]),
    ("code.image_account", &[&[&lambda::GET_FUNCTION]]),
    ("code.image_uri", &[&[&lambda::GET_FUNCTION]]),
    ("code.signing_config_arn", SIGNING),
    ("code.signing_configured", SIGNING),
    ("code.signing_enforced", SIGNING),
    ("encryption", &[FUNCTIONS]),
    ("encryption.key_state", &[&[&kms::DESCRIBE_KEY]]),
    ("encryption.key_usable", &[&[&kms::DESCRIBE_KEY]]),
    ("encryption.rotation_applicable", &[&[&kms::DESCRIBE_KEY]]),
    (
        "encryption.rotation_enabled",
        &[&[&kms::DESCRIBE_KEY, &kms::GET_KEY_ROTATION_STATUS]],
    ),
    ("events", &[FUNCTIONS]),
    (
        "events.asynchronous",
        &[&[
            &lambda::GET_POLICY,
            &lambda::LIST_ALIASES,
            &lambda::LIST_FUNCTION_EVENT_INVOKE_CONFIGS,
        ]],
    ),
    (
        "events.destinations",
        &[&[
            &lambda::LIST_FUNCTIONS,
            &lambda::LIST_FUNCTION_EVENT_INVOKE_CONFIGS,
            &lambda::LIST_EVENT_SOURCE_MAPPINGS,
        ]],
    ),
    ("events.failure_destination", DESTINATIONS),
    (
        "events.foreign_destinations",
        &[
            &[
                &lambda::LIST_FUNCTIONS,
                &lambda::LIST_FUNCTION_EVENT_INVOKE_CONFIGS,
                &lambda::LIST_EVENT_SOURCE_MAPPINGS,
            ],
            ORGANIZATION,
        ],
    ),
    (
        "events.foreign_sources",
        &[&[&lambda::LIST_EVENT_SOURCE_MAPPINGS], ORGANIZATION],
    ),
    (
        "events.has_trigger",
        &[&[
            &lambda::GET_POLICY,
            &lambda::LIST_ALIASES,
            &lambda::LIST_EVENT_SOURCE_MAPPINGS,
            &lambda::LIST_FUNCTION_URL_CONFIGS,
        ]],
    ),
    ("events.mappings", MAPPINGS),
    ("events.self_managed_kafka", MAPPINGS),
    ("events.sought_sources", MAPPINGS),
    ("events.stream_mappings", MAPPINGS),
    ("events.streams_without_destination", MAPPINGS),
    ("events.unauthenticated_kafka", MAPPINGS),
    (
        "events.vanished_sources",
        &[&[&lambda::LIST_EVENT_SOURCE_MAPPINGS, &sqs::LIST_QUEUES]],
    ),
    ("exposure", &[URLS]),
    ("exposure.address_bound_api_routes", ROUTES_OF_APIS),
    ("exposure.address_bound_urls", GRANTS),
    ("exposure.api_routes", ROUTES_OF_APIS),
    ("exposure.aliases", &[&[&lambda::LIST_ALIASES]]),
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
    ("exposure.policies", &[POLICIES]),
    ("exposure.public_grants", GRANTS),
    ("exposure.reach", EXTERNAL_GRANTS),
    ("exposure.reclaimable_source_grants", BUCKETS),
    ("exposure.sought_source_grants", GRANTS),
    ("exposure.split_aliases", &[&[&lambda::LIST_ALIASES]]),
    ("exposure.stale_grants", GRANTS),
    ("exposure.unbound_service_grants", GRANTS),
    ("exposure.vanished_source_grants", SOURCES_OF_GRANTS),
    ("iam", PERMISSIONS),
    ("lambda", &[FUNCTIONS]),
    ("lambda.concurrency_reserved", &[&[&lambda::GET_FUNCTION]]),
    ("lambda.managed_by", &[&[&lambda::GET_FUNCTION]]),
    (
        "lambda.recursion_allowed",
        &[&[&lambda::GET_FUNCTION_RECURSION_CONFIG]],
    ),
    ("lambda.state", &[&[&lambda::GET_FUNCTION]]),
    ("lambda.tags", &[&[&lambda::GET_FUNCTION]]),
    (
        "layer",
        &[&[&lambda::LIST_LAYERS, &lambda::LIST_LAYER_VERSIONS]],
    ),
    ("layer.external_grants", LAYER_SHARING),
    ("layer.grants", LAYER_SHARING),
    ("layer.public_grants", LAYER_POLICIES),
    ("layer.reach", LAYER_SHARING),
    ("layer.shared", LAYER_POLICIES),
    ("logging", &[FUNCTIONS]),
    (
        "logging.group_customer_key",
        &[&[&logs::DESCRIBE_LOG_GROUPS]],
    ),
    ("logging.group_exists", &[&[&logs::DESCRIBE_LOG_GROUPS]]),
    ("logging.group_expires", &[&[&logs::DESCRIBE_LOG_GROUPS]]),
    ("logging.retention_days", &[&[&logs::DESCRIBE_LOG_GROUPS]]),
    ("network", &[FUNCTIONS]),
    (
        "network.default_security_groups",
        &[PROVIDERS, &[&ec2::DESCRIBE_SECURITY_GROUPS]],
    ),
    ("network.endpoints", ENDPOINTS),
    ("network.internet_route", ROUTES),
    ("network.open_endpoints", ENDPOINTS),
    ("network.public_subnets", ROUTES),
    ("network.security_groups", &[FUNCTIONS, PROVIDERS]),
    ("network.subnets", &[FUNCTIONS, PROVIDERS]),
    (
        "network.unrestricted_egress",
        &[
            PROVIDERS,
            &[
                &ec2::DESCRIBE_ROUTE_TABLES,
                &ec2::DESCRIBE_NAT_GATEWAYS,
                &ec2::DESCRIBE_SECURITY_GROUPS,
                &ec2::DESCRIBE_NETWORK_ACLS,
            ],
        ],
    ),
    ("network.vpc_id", &[FUNCTIONS, PROVIDERS]),
    ("network.zones", &[PROVIDERS]),
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
        &[&[&lambda::GET_ACCOUNT_SETTINGS]],
    ),
    ("region.functions", &[&[&lambda::GET_ACCOUNT_SETTINGS]]),
    ("role", &[FUNCTIONS]),
    ("role.admin", PERMISSIONS),
    ("role.basic", &[PRINCIPALS]),
    ("role.bounded", &[PRINCIPALS]),
    ("role.can_log", PERMISSIONS),
    ("role.credential_access", PERMISSIONS),
    ("role.data_access", PERMISSIONS),
    ("role.escalation_statements", PERMISSIONS),
    ("role.escalations", PERMISSIONS),
    ("role.exists", &[PRINCIPALS]),
    ("role.federated_trusts", &[PRINCIPALS]),
    ("role.foreign_trusts", TRUSTS),
    ("role.infrastructure_change", PERMISSIONS),
    ("role.organization_trusts", TRUSTS),
    ("role.own_account_trusts", TRUSTS),
    ("role.permissions_management", PERMISSIONS),
    ("role.public_trusts", &[PRINCIPALS]),
    ("role.resource_exposure", PERMISSIONS),
    ("role.service_wide", PERMISSIONS),
    ("role.trusted_services", &[PRINCIPALS]),
    ("role.trusts_lambda", &[PRINCIPALS]),
    ("runtime", &[FUNCTIONS]),
    ("runtime.aliased_versions", &[&[&lambda::LIST_ALIASES]]),
    ("runtime.deprecated_behind_alias", VERSIONS),
    (
        "runtime.pinned",
        &[&[&lambda::GET_RUNTIME_MANAGEMENT_CONFIG]],
    ),
    ("secrets", &[FUNCTIONS]),
    ("secrets.behind_alias", VERSIONS),
];

// Groups of calls.

const FUNCTIONS: &[&Operation] = &[&lambda::LIST_FUNCTIONS];
const POLICIES: &[&Operation] = &[&lambda::GET_POLICY, &lambda::LIST_ALIASES];
const URLS: &[&Operation] = &[&lambda::LIST_FUNCTION_URL_CONFIGS];
const API_ROUTES: &[&Operation] = &[
    &apigateway::GET_BASE_PATH_MAPPINGS,
    &apigateway::GET_DEPLOYMENT,
    &apigateway::GET_DOMAIN_NAMES,
    &apigateway::GET_RESOURCES,
    &apigateway::GET_REST_APIS,
    &apigateway::GET_STAGES,
    &apigatewayv2::GET_API_MAPPINGS,
    &apigatewayv2::GET_APIS,
    &apigatewayv2::GET_INTEGRATIONS,
    &apigatewayv2::GET_ROUTES,
    &apigatewayv2::GET_STAGES,
    &apigatewayv2::LIST_ROUTING_RULES,
];
const LOAD_BALANCERS: &[&Operation] = &[
    &ec2::DESCRIBE_SECURITY_GROUPS,
    &ec2::GET_MANAGED_PREFIX_LIST_ENTRIES,
    &elasticloadbalancing::DESCRIBE_LISTENERS,
    &elasticloadbalancing::DESCRIBE_LOAD_BALANCERS,
    &elasticloadbalancing::DESCRIBE_RULES,
    &elasticloadbalancing::DESCRIBE_TARGET_GROUPS,
    &elasticloadbalancing::DESCRIBE_TARGET_HEALTH,
];
/// Whose an account is.
const ORGANIZATION: &[&Operation] = &[
    &organizations::DESCRIBE_ORGANIZATION,
    &organizations::LIST_ACCOUNTS,
];
const PRINCIPALS: &[&Operation] = &[&iam::GET_ACCOUNT_AUTHORIZATION_DETAILS];
/// Control policies bind every principal, and the organisation's id and units stand in conditions.
const CONTROL_POLICIES: &[&Operation] = &[
    &organizations::DESCRIBE_ORGANIZATION,
    &organizations::LIST_ACCOUNTS,
    &organizations::LIST_ROOTS,
    &organizations::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
    &organizations::LIST_ACCOUNTS_FOR_PARENT,
    &organizations::LIST_POLICIES,
    &organizations::DESCRIBE_POLICY,
    &organizations::LIST_TARGETS_FOR_POLICY,
];
const LAYERS: &[&Operation] = &[
    &lambda::LIST_LAYERS,
    &lambda::LIST_LAYER_VERSIONS,
    &lambda::GET_LAYER_VERSION_POLICY,
];

// What several fields need.

/// Tags of functions stand in conditions.
const ACCESS: Calls = &[
    FUNCTIONS,
    &[&lambda::GET_FUNCTION],
    PRINCIPALS,
    CONTROL_POLICIES,
];
const INVOKING: Calls = &[
    FUNCTIONS,
    &[&lambda::GET_FUNCTION, &lambda::GET_POLICY],
    PRINCIPALS,
    CONTROL_POLICIES,
];
const PERMISSIONS: Calls = &[FUNCTIONS, PRINCIPALS, CONTROL_POLICIES];
const TRUSTS: Calls = &[PRINCIPALS, ORGANIZATION];
const GRANTS: Calls = &[POLICIES, URLS];
const EXTERNAL_GRANTS: Calls = &[POLICIES, URLS, ORGANIZATION];
/// Sources whose names can be taken over are buckets.
const BUCKETS: Calls = &[POLICIES, URLS, &[&s3::LIST_BUCKETS]];
const SOURCES_OF_GRANTS: Calls = &[
    POLICIES,
    URLS,
    &[
        &apigateway::GET_REST_APIS,
        &apigatewayv2::GET_APIS,
        &elasticloadbalancing::DESCRIBE_TARGET_GROUPS,
        &events::LIST_RULES,
        &logs::DESCRIBE_LOG_GROUPS,
        &s3::LIST_BUCKETS,
        &sns::LIST_TOPICS,
    ],
];
const ROUTES_OF_APIS: Calls = &[POLICIES, API_ROUTES];
const BALANCERS: Calls = &[POLICIES, LOAD_BALANCERS];
const PUBLIC_ENTRIES: Calls = &[POLICIES, URLS, API_ROUTES, LOAD_BALANCERS];
const PUBLIC_PATHS: Calls = &[
    FUNCTIONS,
    POLICIES,
    URLS,
    API_ROUTES,
    LOAD_BALANCERS,
    PRINCIPALS,
    CONTROL_POLICIES,
];
const PATHS: Calls = &[FUNCTIONS, POLICIES, URLS, PRINCIPALS, CONTROL_POLICIES];
const LAYER_POLICIES: Calls = &[LAYERS];
const LAYER_SHARING: Calls = &[LAYERS, ORGANIZATION];
const MAPPINGS: Calls = &[&[&lambda::LIST_EVENT_SOURCE_MAPPINGS]];
const DESTINATIONS: Calls = &[FUNCTIONS, &[&lambda::LIST_FUNCTION_EVENT_INVOKE_CONFIGS]];
/// A capacity provider names its subnets without their VPC.
const PROVIDERS: &[&Operation] = &[&lambda::LIST_CAPACITY_PROVIDERS, &ec2::DESCRIBE_SUBNETS];
const ENDPOINTS: Calls = &[
    PROVIDERS,
    &[&ec2::DESCRIBE_VPC_ENDPOINTS, &ec2::DESCRIBE_ROUTE_TABLES],
];
const ROUTES: Calls = &[
    PROVIDERS,
    &[&ec2::DESCRIBE_ROUTE_TABLES, &ec2::DESCRIBE_NAT_GATEWAYS],
];
const SIGNING: Calls = &[&[
    &lambda::LIST_CODE_SIGNING_CONFIGS,
    &lambda::LIST_FUNCTIONS_BY_CODE_SIGNING_CONFIG,
]];
const VERSIONS: Calls = &[&[&lambda::LIST_ALIASES, &lambda::GET_FUNCTION]];
