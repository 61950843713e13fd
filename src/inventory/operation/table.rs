//! The operations themselves, with their quotas.

use super::{Budget, Operation};

const fn lambda(name: &'static str, action: &'static str, budget: Budget) -> Operation {
    read("Lambda", "lambda", name, action, budget)
}

const fn read(
    service: &'static str,
    prefix: &'static str,
    name: &'static str,
    action: &'static str,
    budget: Budget,
) -> Operation {
    Operation {
        service,
        prefix,
        name,
        action: Some(action),
        further: &[],
        resources: &[],
        budget,
        organization: false,
    }
}

/// A list of which AWS does not publish how often it may be asked for.
const fn listing(
    service: &'static str,
    prefix: &'static str,
    name: &'static str,
    action: &'static str,
) -> Operation {
    read(
        service,
        prefix,
        name,
        action,
        Budget {
            documented: false,
            ..Budget::of(action, 5, 1)
        },
    )
}

/// API Gateway has one action for everything that can be read; only resources tell an API from a key.
///
/// Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html> ("all other operations").
const fn apis(
    service: &'static str,
    prefix: &'static str,
    name: &'static str,
    resources: &'static [&'static str],
) -> Operation {
    Operation {
        resources,
        ..read(
            service,
            prefix,
            name,
            "apigateway:GET",
            Budget::of("apigateway: all others", 10, 40),
        )
    }
}

const fn rest_apis(name: &'static str, resources: &'static [&'static str]) -> Operation {
    apis("API Gateway", "apigateway", name, resources)
}

const fn http_apis(name: &'static str, resources: &'static [&'static str]) -> Operation {
    apis("ApiGatewayV2", "apigatewayv2", name, resources)
}

/// EC2 counts each operation by itself.
const fn ec2(name: &'static str, action: &'static str) -> Operation {
    read("EC2", "ec2", name, action, Budget::of(action, 20, 100))
}

/// All that Elastic Load Balancing is asked for without changing anything draws on one bucket.
///
/// Source: <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>
const fn balancing(name: &'static str, action: &'static str) -> Operation {
    read(
        "Elastic Load Balancing v2",
        "elasticloadbalancing",
        name,
        action,
        Budget::of("elasticloadbalancing: Describe*", 10, 40),
    )
}

const fn kms(name: &'static str, action: &'static str, per_second: u32) -> Operation {
    read(
        "KMS",
        "kms",
        name,
        action,
        Budget::of(action, per_second, 1),
    )
}

/// Organizations counts each operation by itself, for the whole organisation.
const fn organization(
    name: &'static str,
    action: &'static str,
    per_second: u32,
    burst: u32,
) -> Operation {
    Operation {
        organization: true,
        ..read(
            "Organizations",
            "organizations",
            name,
            action,
            Budget::of(action, per_second, burst),
        )
    }
}

/// Every operation that Lamppost may call.
///
/// IAM actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
pub const OPERATIONS: &[Operation] = &[
    lambda(
        "GetAccountSettings",
        "lambda:GetAccountSettings",
        Budget::LAMBDA_REST,
    ),
    lambda("ListFunctions", "lambda:ListFunctions", Budget::LAMBDA_REST),
    Operation {
        // Tags are left out for a caller who may not list them.
        further: &["lambda:ListTags"],
        ..lambda(
            "GetFunction",
            "lambda:GetFunction",
            Budget::LAMBDA_GET_FUNCTION,
        )
    },
    lambda("GetPolicy", "lambda:GetPolicy", Budget::LAMBDA_GET_POLICY),
    lambda(
        "ListFunctionUrlConfigs",
        "lambda:ListFunctionUrlConfigs",
        Budget::LAMBDA_REST,
    ),
    lambda("ListAliases", "lambda:ListAliases", Budget::LAMBDA_REST),
    lambda(
        "ListEventSourceMappings",
        "lambda:ListEventSourceMappings",
        Budget::LAMBDA_REST,
    ),
    lambda(
        "ListFunctionEventInvokeConfigs",
        "lambda:ListFunctionEventInvokeConfigs",
        Budget::LAMBDA_REST,
    ),
    lambda("ListLayers", "lambda:ListLayers", Budget::LAMBDA_REST),
    lambda(
        "ListLayerVersions",
        "lambda:ListLayerVersions",
        Budget::LAMBDA_REST,
    ),
    lambda(
        "GetLayerVersionPolicy",
        "lambda:GetLayerVersionPolicy",
        Budget::LAMBDA_REST,
    ),
    lambda(
        "ListCodeSigningConfigs",
        "lambda:ListCodeSigningConfigs",
        Budget::LAMBDA_REST,
    ),
    lambda(
        "ListFunctionsByCodeSigningConfig",
        "lambda:ListFunctionsByCodeSigningConfig",
        Budget::LAMBDA_REST,
    ),
    lambda(
        "ListCapacityProviders",
        "lambda:ListCapacityProviders",
        Budget::LAMBDA_REST,
    ),
    lambda(
        "GetRuntimeManagementConfig",
        "lambda:GetRuntimeManagementConfig",
        Budget::LAMBDA_REST,
    ),
    lambda(
        "GetFunctionRecursionConfig",
        "lambda:GetFunctionRecursionConfig",
        Budget::LAMBDA_REST,
    ),
    read(
        "IAM",
        "iam",
        "GetAccountAuthorizationDetails",
        "iam:GetAccountAuthorizationDetails",
        Budget {
            documented: false,
            ..Budget::of("iam:GetAccountAuthorizationDetails", 5, 1)
        },
    ),
    ec2("DescribeRegions", "ec2:DescribeRegions"),
    ec2("DescribeVpcs", "ec2:DescribeVpcs"),
    ec2("DescribeSubnets", "ec2:DescribeSubnets"),
    ec2("DescribeRouteTables", "ec2:DescribeRouteTables"),
    ec2("DescribeNatGateways", "ec2:DescribeNatGateways"),
    ec2("DescribeSecurityGroups", "ec2:DescribeSecurityGroups"),
    ec2("DescribeNetworkAcls", "ec2:DescribeNetworkAcls"),
    ec2("DescribeVpcEndpoints", "ec2:DescribeVpcEndpoints"),
    ec2(
        "GetManagedPrefixListEntries",
        "ec2:GetManagedPrefixListEntries",
    ),
    balancing(
        "DescribeTargetGroups",
        "elasticloadbalancing:DescribeTargetGroups",
    ),
    balancing(
        "DescribeTargetHealth",
        "elasticloadbalancing:DescribeTargetHealth",
    ),
    balancing(
        "DescribeLoadBalancers",
        "elasticloadbalancing:DescribeLoadBalancers",
    ),
    balancing(
        "DescribeListeners",
        "elasticloadbalancing:DescribeListeners",
    ),
    balancing("DescribeRules", "elasticloadbalancing:DescribeRules"),
    kms("DescribeKey", "kms:DescribeKey", 2000),
    kms("GetKeyPolicy", "kms:GetKeyPolicy", 1000),
    kms("GetKeyRotationStatus", "kms:GetKeyRotationStatus", 1000),
    read(
        "CloudWatch Logs",
        "logs",
        "DescribeLogGroups",
        "logs:DescribeLogGroups",
        Budget::of("logs:DescribeLogGroups", 10, 1),
    ),
    listing("S3", "s3", "ListBuckets", "s3:ListAllMyBuckets"),
    listing("SNS", "sns", "ListTopics", "sns:ListTopics"),
    listing("SQS", "sqs", "ListQueues", "sqs:ListQueues"),
    listing("EventBridge", "events", "ListRules", "events:ListRules"),
    rest_apis("GetRestApis", &["arn:aws:apigateway:*::/restapis"]),
    Operation {
        budget: Budget::of("apigateway:GetResources", 2, 5),
        ..rest_apis(
            "GetResources",
            &["arn:aws:apigateway:*::/restapis/*/resources"],
        )
    },
    rest_apis("GetStages", &["arn:aws:apigateway:*::/restapis/*/stages"]),
    rest_apis(
        "GetDeployment",
        &["arn:aws:apigateway:*::/restapis/*/deployments/*"],
    ),
    rest_apis("GetDomainNames", &["arn:aws:apigateway:*::/domainnames"]),
    rest_apis(
        "GetBasePathMappings",
        &["arn:aws:apigateway:*::/domainnames/*/basepathmappings"],
    ),
    http_apis("GetApis", &["arn:aws:apigateway:*::/apis"]),
    http_apis(
        "GetIntegrations",
        &["arn:aws:apigateway:*::/apis/*/integrations"],
    ),
    http_apis("GetRoutes", &["arn:aws:apigateway:*::/apis/*/routes"]),
    http_apis("GetStages", &["arn:aws:apigateway:*::/apis/*/stages"]),
    http_apis(
        "GetApiMappings",
        &["arn:aws:apigateway:*::/domainnames/*/apimappings"],
    ),
    Operation {
        action: Some("apigateway:ListRoutingRules"),
        ..http_apis(
            "ListRoutingRules",
            &["arn:aws:apigateway:*:*:/domainnames/*/routingrules/*"],
        )
    },
    Operation {
        action: None,
        ..read("STS", "sts", "GetCallerIdentity", "", Budget::STS)
    },
    Operation {
        action: None,
        ..read("STS", "sts", "GetSessionToken", "", Budget::STS)
    },
    read("STS", "sts", "AssumeRole", "sts:AssumeRole", Budget::STS),
    organization(
        "DescribeOrganization",
        "organizations:DescribeOrganization",
        1,
        2,
    ),
    organization("ListAccounts", "organizations:ListAccounts", 8, 12),
    organization("ListRoots", "organizations:ListRoots", 1, 2),
    organization(
        "ListOrganizationalUnitsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        5,
        8,
    ),
    organization(
        "ListAccountsForParent",
        "organizations:ListAccountsForParent",
        5,
        8,
    ),
    Operation {
        budget: Budget {
            documented: false,
            ..Budget::of("organizations:ListTagsForResource", 5, 1)
        },
        ..organization(
            "ListTagsForResource",
            "organizations:ListTagsForResource",
            5,
            1,
        )
    },
    organization("ListPolicies", "organizations:ListPolicies", 5, 8),
    organization("DescribePolicy", "organizations:DescribePolicy", 2, 2),
    organization(
        "ListTargetsForPolicy",
        "organizations:ListTargetsForPolicy",
        5,
        8,
    ),
];
