//! The table of sources: parts of documents, and the calls behind them.

/// Groups of calls, all of which are needed.
type Calls = &'static [&'static [&'static str]];

/// Calls behind a part of the documents. The longest path that a field lies in counts.
pub(super) const SOURCES: &[(&str, Calls)] = &[
    ("access", ACCESS),
    ("access.invoke", INVOKING),
    ("account", &[]),
    (
        "account.management",
        &[&["organizations:DescribeOrganization"]],
    ),
    (
        "account.organization_id",
        &[&["organizations:DescribeOrganization"]],
    ),
    ("code", &[FUNCTIONS]),
    (
        "code.foreign_images",
        &[&["lambda:GetFunction"], ORGANIZATION],
    ),
    ("code.foreign_layers", &[FUNCTIONS, ORGANIZATION]),
    ("code.image_account", &[&["lambda:GetFunction"]]),
    ("code.image_uri", &[&["lambda:GetFunction"]]),
    ("code.signing_config_arn", SIGNING),
    ("code.signing_configured", SIGNING),
    ("code.signing_enforced", SIGNING),
    ("encryption", &[FUNCTIONS]),
    ("encryption.key_state", &[&["kms:DescribeKey"]]),
    ("encryption.key_usable", &[&["kms:DescribeKey"]]),
    ("encryption.rotation_applicable", &[&["kms:DescribeKey"]]),
    (
        "encryption.rotation_enabled",
        &[&["kms:DescribeKey", "kms:GetKeyRotationStatus"]],
    ),
    ("events", &[FUNCTIONS]),
    (
        "events.asynchronous",
        &[&[
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListFunctionEventInvokeConfigs",
        ]],
    ),
    (
        "events.destinations",
        &[&[
            "lambda:ListFunctions",
            "lambda:ListFunctionEventInvokeConfigs",
            "lambda:ListEventSourceMappings",
        ]],
    ),
    ("events.failure_destination", DESTINATIONS),
    (
        "events.foreign_destinations",
        &[
            &[
                "lambda:ListFunctions",
                "lambda:ListFunctionEventInvokeConfigs",
                "lambda:ListEventSourceMappings",
            ],
            ORGANIZATION,
        ],
    ),
    (
        "events.foreign_sources",
        &[&["lambda:ListEventSourceMappings"], ORGANIZATION],
    ),
    (
        "events.has_trigger",
        &[&[
            "lambda:GetPolicy",
            "lambda:ListAliases",
            "lambda:ListEventSourceMappings",
            "lambda:ListFunctionUrlConfigs",
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
        &[&["lambda:ListEventSourceMappings", "sqs:ListQueues"]],
    ),
    ("exposure", &[URLS]),
    ("exposure.address_bound_api_routes", ROUTES_OF_APIS),
    ("exposure.address_bound_urls", GRANTS),
    ("exposure.api_routes", ROUTES_OF_APIS),
    ("exposure.aliases", &[&["lambda:ListAliases"]]),
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
    ("exposure.split_aliases", &[&["lambda:ListAliases"]]),
    ("exposure.stale_grants", GRANTS),
    ("exposure.unbound_service_grants", GRANTS),
    ("exposure.vanished_source_grants", SOURCES_OF_GRANTS),
    ("function", &[FUNCTIONS]),
    ("function.concurrency_reserved", &[&["lambda:GetFunction"]]),
    ("function.managed_by", &[&["lambda:GetFunction"]]),
    (
        "function.recursion_allowed",
        &[&["lambda:GetFunctionRecursionConfig"]],
    ),
    ("function.state", &[&["lambda:GetFunction"]]),
    ("function.tags", &[&["lambda:GetFunction"]]),
    ("iam", PERMISSIONS),
    (
        "layer",
        &[&["lambda:ListLayers", "lambda:ListLayerVersions"]],
    ),
    ("layer.external_grants", LAYER_SHARING),
    ("layer.grants", LAYER_SHARING),
    ("layer.public_grants", LAYER_POLICIES),
    ("layer.reach", LAYER_SHARING),
    ("layer.shared", LAYER_POLICIES),
    ("logging", &[FUNCTIONS]),
    ("logging.group_customer_key", &[&["logs:DescribeLogGroups"]]),
    ("logging.group_exists", &[&["logs:DescribeLogGroups"]]),
    ("logging.group_expires", &[&["logs:DescribeLogGroups"]]),
    ("logging.retention_days", &[&["logs:DescribeLogGroups"]]),
    ("network", &[FUNCTIONS]),
    (
        "network.default_security_groups",
        &[PROVIDERS, &["ec2:DescribeSecurityGroups"]],
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
                "ec2:DescribeRouteTables",
                "ec2:DescribeNatGateways",
                "ec2:DescribeSecurityGroups",
                "ec2:DescribeNetworkAcls",
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
        &[&["lambda:GetAccountSettings"]],
    ),
    ("region.functions", &[&["lambda:GetAccountSettings"]]),
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
    ("runtime.aliased_versions", &[&["lambda:ListAliases"]]),
    ("runtime.deprecated_behind_alias", VERSIONS),
    ("runtime.pinned", &[&["lambda:GetRuntimeManagementConfig"]]),
    ("secrets", &[FUNCTIONS]),
    ("secrets.behind_alias", VERSIONS),
];

// Groups of calls.

const FUNCTIONS: &[&str] = &["lambda:ListFunctions"];
const POLICIES: &[&str] = &["lambda:GetPolicy", "lambda:ListAliases"];
const URLS: &[&str] = &["lambda:ListFunctionUrlConfigs"];
const API_ROUTES: &[&str] = &[
    "apigateway:GetBasePathMappings",
    "apigateway:GetDeployment",
    "apigateway:GetDomainNames",
    "apigateway:GetResources",
    "apigateway:GetRestApis",
    "apigateway:GetStages",
    "apigatewayv2:GetApiMappings",
    "apigatewayv2:GetApis",
    "apigatewayv2:GetIntegrations",
    "apigatewayv2:GetRoutes",
    "apigatewayv2:GetStages",
    "apigatewayv2:ListRoutingRules",
];
const LOAD_BALANCERS: &[&str] = &[
    "ec2:DescribeSecurityGroups",
    "ec2:GetManagedPrefixListEntries",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
];
/// Whose an account is.
const ORGANIZATION: &[&str] = &[
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
];
const PRINCIPALS: &[&str] = &["iam:GetAccountAuthorizationDetails"];
/// Control policies bind every principal, and the organisation's id and units stand in conditions.
const CONTROL_POLICIES: &[&str] = &[
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListAccountsForParent",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
];
const LAYERS: &[&str] = &[
    "lambda:ListLayers",
    "lambda:ListLayerVersions",
    "lambda:GetLayerVersionPolicy",
];

// What several fields need.

/// Tags of functions stand in conditions.
const ACCESS: Calls = &[
    FUNCTIONS,
    &["lambda:GetFunction"],
    PRINCIPALS,
    CONTROL_POLICIES,
];
const INVOKING: Calls = &[
    FUNCTIONS,
    &["lambda:GetFunction", "lambda:GetPolicy"],
    PRINCIPALS,
    CONTROL_POLICIES,
];
const PERMISSIONS: Calls = &[FUNCTIONS, PRINCIPALS, CONTROL_POLICIES];
const TRUSTS: Calls = &[PRINCIPALS, ORGANIZATION];
const GRANTS: Calls = &[POLICIES, URLS];
const EXTERNAL_GRANTS: Calls = &[POLICIES, URLS, ORGANIZATION];
/// Sources whose names can be taken over are buckets.
const BUCKETS: Calls = &[POLICIES, URLS, &["s3:ListBuckets"]];
const SOURCES_OF_GRANTS: Calls = &[
    POLICIES,
    URLS,
    &[
        "apigateway:GetRestApis",
        "apigatewayv2:GetApis",
        "elasticloadbalancing:DescribeTargetGroups",
        "events:ListRules",
        "logs:DescribeLogGroups",
        "s3:ListBuckets",
        "sns:ListTopics",
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
const MAPPINGS: Calls = &[&["lambda:ListEventSourceMappings"]];
const DESTINATIONS: Calls = &[FUNCTIONS, &["lambda:ListFunctionEventInvokeConfigs"]];
/// A capacity provider names its subnets without their VPC.
const PROVIDERS: &[&str] = &["lambda:ListCapacityProviders", "ec2:DescribeSubnets"];
const ENDPOINTS: Calls = &[
    PROVIDERS,
    &["ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables"],
];
const ROUTES: Calls = &[
    PROVIDERS,
    &["ec2:DescribeRouteTables", "ec2:DescribeNatGateways"],
];
const SIGNING: Calls = &[&[
    "lambda:ListCodeSigningConfigs",
    "lambda:ListFunctionsByCodeSigningConfig",
]];
const VERSIONS: Calls = &[&["lambda:ListAliases", "lambda:GetFunction"]];
