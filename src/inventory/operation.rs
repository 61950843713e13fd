//! The published list of AWS operations that Lamppost may call, and nothing beyond it.

/// Which quota an operation draws on, per account and region.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>, table
/// "Lambda API requests", and the quota pages of the other services.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Budget {
    /// Lambda `GetFunction`: 100 requests a second.
    LambdaGetFunction,
    /// Lambda `GetPolicy`: 15 requests a second.
    LambdaGetPolicy,
    /// All other Lambda control-plane operations together: 15 requests a second.
    LambdaRest,
    /// A service other than Lambda, by its endpoint prefix.
    Service(&'static str),
}

/// One read-only operation: the guard lets it through, `lamppost permissions` asks for its action.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Operation {
    /// The SDK's service name, as its metadata gives it.
    pub service: &'static str,
    /// The operation's name.
    pub name: &'static str,
    /// The IAM action that allows it; `None` where AWS needs none.
    pub action: Option<&'static str>,
    /// Actions without which its answer has gaps.
    pub further: &'static [&'static str],
    /// The quota that it draws on.
    pub budget: Budget,
    /// Whether it is called in the management account only.
    pub organization: bool,
}

const fn lambda(name: &'static str, action: &'static str, budget: Budget) -> Operation {
    Operation {
        service: "Lambda",
        name,
        action: Some(action),
        further: &[],
        budget,
        organization: false,
    }
}

const fn read(
    service: &'static str,
    prefix: &'static str,
    name: &'static str,
    action: &'static str,
) -> Operation {
    Operation {
        service,
        name,
        action: Some(action),
        further: &[],
        budget: Budget::Service(prefix),
        organization: false,
    }
}

const fn organization(name: &'static str, action: &'static str) -> Operation {
    Operation {
        service: "Organizations",
        name,
        action: Some(action),
        further: &[],
        budget: Budget::Service("organizations"),
        organization: true,
    }
}

/// Every operation that Lamppost may call.
///
/// IAM actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/>.
pub const OPERATIONS: &[Operation] = &[
    lambda(
        "GetAccountSettings",
        "lambda:GetAccountSettings",
        Budget::LambdaRest,
    ),
    lambda("ListFunctions", "lambda:ListFunctions", Budget::LambdaRest),
    Operation {
        // Tags are left out for a caller who may not list them.
        further: &["lambda:ListTags"],
        ..lambda(
            "GetFunction",
            "lambda:GetFunction",
            Budget::LambdaGetFunction,
        )
    },
    lambda("GetPolicy", "lambda:GetPolicy", Budget::LambdaGetPolicy),
    lambda(
        "ListFunctionUrlConfigs",
        "lambda:ListFunctionUrlConfigs",
        Budget::LambdaRest,
    ),
    lambda("ListAliases", "lambda:ListAliases", Budget::LambdaRest),
    lambda(
        "ListEventSourceMappings",
        "lambda:ListEventSourceMappings",
        Budget::LambdaRest,
    ),
    lambda(
        "ListFunctionEventInvokeConfigs",
        "lambda:ListFunctionEventInvokeConfigs",
        Budget::LambdaRest,
    ),
    lambda("ListLayers", "lambda:ListLayers", Budget::LambdaRest),
    lambda(
        "ListLayerVersions",
        "lambda:ListLayerVersions",
        Budget::LambdaRest,
    ),
    lambda(
        "GetLayerVersionPolicy",
        "lambda:GetLayerVersionPolicy",
        Budget::LambdaRest,
    ),
    lambda(
        "ListCodeSigningConfigs",
        "lambda:ListCodeSigningConfigs",
        Budget::LambdaRest,
    ),
    lambda(
        "ListFunctionsByCodeSigningConfig",
        "lambda:ListFunctionsByCodeSigningConfig",
        Budget::LambdaRest,
    ),
    lambda(
        "GetRuntimeManagementConfig",
        "lambda:GetRuntimeManagementConfig",
        Budget::LambdaRest,
    ),
    lambda(
        "GetFunctionRecursionConfig",
        "lambda:GetFunctionRecursionConfig",
        Budget::LambdaRest,
    ),
    read(
        "IAM",
        "iam",
        "GetAccountAuthorizationDetails",
        "iam:GetAccountAuthorizationDetails",
    ),
    read("EC2", "ec2", "DescribeRegions", "ec2:DescribeRegions"),
    read("EC2", "ec2", "DescribeVpcs", "ec2:DescribeVpcs"),
    read("EC2", "ec2", "DescribeSubnets", "ec2:DescribeSubnets"),
    read(
        "EC2",
        "ec2",
        "DescribeRouteTables",
        "ec2:DescribeRouteTables",
    ),
    read(
        "EC2",
        "ec2",
        "DescribeNatGateways",
        "ec2:DescribeNatGateways",
    ),
    read(
        "EC2",
        "ec2",
        "DescribeSecurityGroups",
        "ec2:DescribeSecurityGroups",
    ),
    read(
        "EC2",
        "ec2",
        "DescribeNetworkAcls",
        "ec2:DescribeNetworkAcls",
    ),
    read(
        "EC2",
        "ec2",
        "DescribeVpcEndpoints",
        "ec2:DescribeVpcEndpoints",
    ),
    read("KMS", "kms", "DescribeKey", "kms:DescribeKey"),
    read("KMS", "kms", "GetKeyPolicy", "kms:GetKeyPolicy"),
    read(
        "KMS",
        "kms",
        "GetKeyRotationStatus",
        "kms:GetKeyRotationStatus",
    ),
    read(
        "CloudWatch Logs",
        "logs",
        "DescribeLogGroups",
        "logs:DescribeLogGroups",
    ),
    Operation {
        service: "STS",
        name: "GetCallerIdentity",
        action: None,
        further: &[],
        budget: Budget::Service("sts"),
        organization: false,
    },
    read("STS", "sts", "AssumeRole", "sts:AssumeRole"),
    organization("DescribeOrganization", "organizations:DescribeOrganization"),
    organization("ListAccounts", "organizations:ListAccounts"),
    organization("ListRoots", "organizations:ListRoots"),
    organization(
        "ListOrganizationalUnitsForParent",
        "organizations:ListOrganizationalUnitsForParent",
    ),
    organization(
        "ListAccountsForParent",
        "organizations:ListAccountsForParent",
    ),
    organization("ListPolicies", "organizations:ListPolicies"),
    organization("DescribePolicy", "organizations:DescribePolicy"),
    organization("ListTargetsForPolicy", "organizations:ListTargetsForPolicy"),
];

impl Operation {
    /// The published operation of that service and name.
    pub fn find(service: &str, name: &str) -> Option<&'static Self> {
        OPERATIONS
            .iter()
            .find(|operation| operation.service == service && operation.name == name)
    }

    /// `prefix:Name`, as gaps, the ledger and reports write it.
    pub fn label(&self) -> String {
        let prefix = match self.budget {
            Budget::LambdaGetFunction | Budget::LambdaGetPolicy | Budget::LambdaRest => "lambda",
            Budget::Service(prefix) => prefix,
        };
        format!("{prefix}:{}", self.name)
    }
}
