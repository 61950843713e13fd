//! The published list of AWS operations that Lamppost may call, and nothing beyond it.

/// A quota that AWS gives to one account in one region; operations may share one.
///
/// Sources: Lambda <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html> ("Lambda
/// API requests"), KMS <https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html>,
/// CloudWatch Logs <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html>,
/// EC2 <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/throttling.html>, STS
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>, Organizations
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Budget {
    /// The operation that has it to itself, as `lambda:GetPolicy`, or what its operations have in
    /// common.
    pub name: &'static str,
    /// Requests a second.
    pub per_second: u32,
    /// Requests that may come at once after a pause, where AWS says so; otherwise 1.
    pub burst: u32,
    /// Whether AWS publishes the rate; otherwise it is our own, and cautious.
    pub documented: bool,
}

impl Budget {
    /// Lambda `GetFunction`.
    pub const LAMBDA_GET_FUNCTION: Self = Self::of("lambda:GetFunction", 100, 1);
    /// Lambda `GetPolicy`.
    pub const LAMBDA_GET_POLICY: Self = Self::of("lambda:GetPolicy", 15, 1);
    /// All other operations of Lambda's control plane together.
    pub const LAMBDA_REST: Self = Self::of("lambda: all others", 15, 1);
    const STS: Self = Self::of("sts", 600, 1);

    const fn of(name: &'static str, per_second: u32, burst: u32) -> Self {
        Self {
            name,
            per_second,
            burst,
            documented: true,
        }
    }
}

/// One read-only operation: the guard lets it through, `lamppost permissions` asks for its action.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// The SDK's service name, as its metadata gives it.
    pub service: &'static str,
    /// The service's prefix in IAM actions; of the second of API Gateway's two services, which share one, its own name.
    pub prefix: &'static str,
    /// The operation's name.
    pub name: &'static str,
    /// The IAM action that allows it; `None` where AWS needs none.
    pub action: Option<&'static str>,
    /// Actions without which its answer has gaps.
    pub further: &'static [&'static str],
    /// What the action has to be allowed on, in the commercial partition; nothing where it must be everything.
    pub resources: &'static [&'static str],
    /// The quota that it draws on.
    pub budget: Budget,
    /// Whether it is called in the management account only.
    pub organization: bool,
}

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

impl Operation {
    /// The published operation of that service and name.
    pub fn find(service: &str, name: &str) -> Option<&'static Self> {
        OPERATIONS
            .iter()
            .find(|operation| operation.service == service && operation.name == name)
    }

    /// The published operation of that label.
    pub fn labelled(label: &str) -> Option<&'static Self> {
        OPERATIONS
            .iter()
            .find(|operation| operation.label() == label)
    }

    /// What the published operations want that action to be allowed on; nothing where it is everything.
    pub fn resources_of(action: &str) -> Vec<&'static str> {
        let wanting = OPERATIONS.iter().filter(|one| one.action == Some(action));
        wanting.flat_map(|one| one.resources).copied().collect()
    }

    /// `prefix:Name`, as gaps, the ledger and reports write it.
    pub fn label(&self) -> String {
        format!("{}:{}", self.prefix, self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn every_lambda_operation_draws_on_one_of_three_quotas() {
        for operation in OPERATIONS.iter().filter(|one| one.prefix == "lambda") {
            let expected = match operation.name {
                "GetFunction" => Budget::LAMBDA_GET_FUNCTION,
                "GetPolicy" => Budget::LAMBDA_GET_POLICY,
                _ => Budget::LAMBDA_REST,
            };
            assert_eq!(operation.budget, expected, "{}", operation.name);
        }
        let others = OPERATIONS.iter().filter(|one| one.prefix != "lambda");
        for operation in others {
            assert!(
                !operation.budget.name.starts_with("lambda"),
                "{}",
                operation.name
            );
        }
    }

    #[test]
    fn a_quota_has_one_rate() {
        let mut named = BTreeMap::new();
        for operation in OPERATIONS {
            let budget = operation.budget;
            assert_eq!(*named.entry(budget.name).or_insert(budget), budget);
            assert!(budget.per_second > 0 && budget.burst > 0);
        }
    }
}
