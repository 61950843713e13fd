//! One small call of each planned operation, to see which of them are allowed.

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_organizations::types::PolicyType;
use tokio_util::sync::CancellationToken;

use super::lambda::Lambda;
use super::place::{Place, together};
use super::region::closed;
use crate::aws::Session;
use crate::inventory::{Gap, GapKind, OPERATIONS, Operation, Plan, RegionName, RegionStatus};

/// Calls that are under way at once in one account.
const AT_ONCE: usize = 8;

/// A name that nothing has: AWS judges whether a call is allowed before it looks for what it names.
const NOBODY: &str = "lamppost-doctor";

/// How one operation was answered.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The operation.
    pub operation: &'static Operation,
    /// Why it was not answered; an error that says more than "denied" is an answer.
    pub refused: Option<Gap>,
    /// There was nothing to ask about, so that nothing is known.
    pub untried: bool,
}

/// A region, whether it lets the caller in, and what is there to ask about.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The region's name.
    pub region: String,
    /// Whether it can be looked into.
    pub status: RegionStatus,
    function: Option<String>,
    key: Option<String>,
}

impl Entry {
    /// Whether functions can be listed there.
    pub fn is_open(&self) -> bool {
        matches!(self.status, RegionStatus::Scanned | RegionStatus::Empty)
    }

    /// Whether there is a function to ask about.
    pub fn has_function(&self) -> bool {
        self.function.is_some()
    }
}

/// Tries the doors of these regions, `listed` if the account itself says that they are enabled.
pub async fn entries(
    session: &Session,
    regions: &[RegionName],
    listed: bool,
    cancel: &CancellationToken,
) -> Vec<Entry> {
    let plan = Plan::new([""; 0]);
    let plan = &plan;
    let doors = regions.iter().map(|region| async move {
        let place = place(session, region, plan, cancel);
        entry(session, &place, listed).await
    });
    together(doors, AT_ONCE).await
}

fn place<'a>(
    session: &'a Session,
    region: &'a str,
    plan: &'a Plan,
    cancel: &'a CancellationToken,
) -> Place<'a> {
    Place {
        partition: session.partition(),
        account: session.account(),
        region,
        plan,
        cancel,
    }
}

async fn entry(session: &Session, place: &Place<'_>, listed: bool) -> Entry {
    let lambda = Lambda {
        place,
        client: session.lambda(place.region),
        inspect: &|_, _| Vec::new(),
    };
    let mut entry = Entry {
        region: place.region.to_owned(),
        status: RegionStatus::Empty,
        function: None,
        key: None,
    };
    let settings = lambda.usage().await;
    if let Err(gap) = &settings
        && let Some(status) = closed(gap, false, listed)
    {
        entry.status = status;
        return entry;
    }
    let send = lambda.client.list_functions().max_items(50).send();
    let first = place
        .call("lambda:ListFunctions", None, send, |page| {
            let functions = page.functions();
            let name = functions.iter().find_map(|one| one.function_name());
            let key = functions.iter().find_map(|one| one.kms_key_arn());
            Ok((name.map(str::to_owned), key.map(str::to_owned)))
        })
        .await;
    entry.status = match (first, settings) {
        (Err(gap), _) => closed(&gap, true, listed).unwrap_or(RegionStatus::Unreachable(gap)),
        (Ok(_), Err(gap)) => RegionStatus::Denied(gap),
        (Ok((function, key)), Ok(_)) => {
            let found = function.is_some();
            (entry.function, entry.key) = (function, key);
            if found {
                RegionStatus::Scanned
            } else {
                RegionStatus::Empty
            }
        }
    };
    entry
}

/// Calls each planned operation once. Operations of the organisation are asked only where it is
/// `base`, the account that the scan begins in.
pub async fn probe(
    session: &Session,
    entry: &Entry,
    plan: &Plan,
    base: bool,
    cancel: &CancellationToken,
) -> Vec<Probed> {
    let place = place(session, &entry.region, plan, cancel);
    let place = &place;
    let planned = OPERATIONS.iter().filter(|operation| {
        let label = operation.label();
        // these were called to get here
        let done = operation.prefix == "sts" || Plan::ALWAYS.contains(&label.as_str());
        plan.contains(&label) && !done && (base || !operation.organization)
    });
    let asking = planned.map(|operation| async move {
        let nothing = operation.prefix == "kms" && entry.key.is_none();
        if nothing || operation.name == "DescribeRegions" {
            return Probed {
                operation,
                refused: None,
                untried: nothing,
            };
        }
        let answer = ask(session, place, entry, &operation.label()).await;
        Probed {
            operation,
            refused: answer.err().filter(|gap| gap.kind != GapKind::Refused),
            untried: false,
        }
    });
    together(asking, AT_ONCE).await
}

/// Makes one call of the operation that is wanted, out of those that are listed.
macro_rules! one_of {
    ($place:expr, $wanted:expr; $($label:literal => $request:expr),+ $(,)?) => {
        match $wanted {
            $($label => $place.call($label, None, $request.send(), |_| Ok(())).await,)+
            other => Err($place.gap(other, None, GapKind::NotPlanned, "it has no probe")),
        }
    };
}

async fn ask(session: &Session, place: &Place<'_>, entry: &Entry, label: &str) -> Result<(), Gap> {
    let region = place.region;
    let (lambda, ec2, kms) = (
        session.lambda(region),
        session.ec2(region),
        session.kms(region),
    );
    let (logs, iam, organization) = (session.logs(region), session.iam(), session.organizations());
    let (s3, sns, sqs) = (session.s3(), session.sns(region), session.sqs(region));
    let (events, rest_apis, http_apis) = (
        session.events(region),
        session.rest_apis(region),
        session.http_apis(region),
    );
    let balancers = session.balancers(region);
    let name = entry.function.as_deref().unwrap_or(NOBODY);
    let key = entry.key.as_deref().unwrap_or_default();
    let balancing = format!(
        "arn:{}:elasticloadbalancing:{region}:{}",
        place.partition, place.account
    );
    let signing = format!(
        "arn:{}:lambda:{region}:{}:code-signing-config:csc-00000000000000000",
        place.partition, place.account
    );
    if label == "lambda:GetFunction" {
        let send = lambda.get_function().function_name(name).send();
        let answer = place.call("lambda:GetFunction", None, send, Ok).await?;
        return tags(place, &answer).map_or(Ok(()), Err);
    }
    one_of!(place, label;
        "lambda:GetPolicy" => lambda.get_policy().function_name(name),
        "lambda:ListFunctionUrlConfigs" => lambda.list_function_url_configs().function_name(name).max_items(1),
        "lambda:ListAliases" => lambda.list_aliases().function_name(name).max_items(1),
        "lambda:ListEventSourceMappings" => lambda.list_event_source_mappings().max_items(1),
        "lambda:ListFunctionEventInvokeConfigs" =>
            lambda.list_function_event_invoke_configs().function_name(name).max_items(1),
        "lambda:ListLayers" => lambda.list_layers().max_items(1),
        "lambda:ListLayerVersions" => lambda.list_layer_versions().layer_name(NOBODY).max_items(1),
        "lambda:GetLayerVersionPolicy" =>
            lambda.get_layer_version_policy().layer_name(NOBODY).version_number(1),
        "lambda:ListCodeSigningConfigs" => lambda.list_code_signing_configs().max_items(1),
        "lambda:ListFunctionsByCodeSigningConfig" =>
            lambda.list_functions_by_code_signing_config().code_signing_config_arn(signing).max_items(1),
        "lambda:ListCapacityProviders" => lambda.list_capacity_providers().max_items(1),
        "lambda:GetRuntimeManagementConfig" => lambda.get_runtime_management_config().function_name(name),
        "lambda:GetFunctionRecursionConfig" => lambda.get_function_recursion_config().function_name(name),
        "iam:GetAccountAuthorizationDetails" => iam.get_account_authorization_details().max_items(1),
        "ec2:DescribeVpcs" => ec2.describe_vpcs().max_results(5),
        "ec2:DescribeSubnets" => ec2.describe_subnets().max_results(5),
        "ec2:DescribeRouteTables" => ec2.describe_route_tables().max_results(5),
        "ec2:DescribeNatGateways" => ec2.describe_nat_gateways().max_results(5),
        "ec2:DescribeSecurityGroups" => ec2.describe_security_groups().max_results(5),
        "ec2:DescribeNetworkAcls" => ec2.describe_network_acls().max_results(5),
        "ec2:DescribeVpcEndpoints" => ec2.describe_vpc_endpoints().max_results(5),
        "ec2:GetManagedPrefixListEntries" =>
            ec2.get_managed_prefix_list_entries().prefix_list_id("pl-00000000000000000").max_results(5),
        "elasticloadbalancing:DescribeTargetGroups" => balancers.describe_target_groups().page_size(1),
        "elasticloadbalancing:DescribeTargetHealth" => balancers.describe_target_health()
            .target_group_arn(format!("{balancing}:targetgroup/{NOBODY}/0000000000000000")),
        "elasticloadbalancing:DescribeLoadBalancers" => balancers.describe_load_balancers().page_size(1),
        "elasticloadbalancing:DescribeListeners" => balancers.describe_listeners()
            .load_balancer_arn(format!("{balancing}:loadbalancer/app/{NOBODY}/0000000000000000")),
        "elasticloadbalancing:DescribeRules" => balancers.describe_rules()
            .listener_arn(format!("{balancing}:listener/app/{NOBODY}/0000000000000000/0000000000000000")),
        "kms:DescribeKey" => kms.describe_key().key_id(key),
        "kms:GetKeyPolicy" => kms.get_key_policy().key_id(key).policy_name("default"),
        "kms:GetKeyRotationStatus" => kms.get_key_rotation_status().key_id(key),
        "logs:DescribeLogGroups" => logs.describe_log_groups().limit(1),
        "s3:ListBuckets" => s3.list_buckets().max_buckets(1),
        "sns:ListTopics" => sns.list_topics(),
        "sqs:ListQueues" => sqs.list_queues().max_results(1),
        "events:ListRules" => events.list_rules().limit(1),
        "apigateway:GetRestApis" => rest_apis.get_rest_apis().limit(1),
        "apigateway:GetDeployment" => rest_apis.get_deployment().rest_api_id(NOBODY).deployment_id(NOBODY),
        "apigateway:GetResources" => rest_apis.get_resources().rest_api_id(NOBODY).limit(1),
        "apigateway:GetStages" => rest_apis.get_stages().rest_api_id(NOBODY),
        "apigateway:GetDomainNames" => rest_apis.get_domain_names().limit(1),
        "apigateway:GetBasePathMappings" => rest_apis.get_base_path_mappings().domain_name(NOBODY).limit(1),
        "apigatewayv2:GetApis" => http_apis.get_apis().max_results("1"),
        "apigatewayv2:GetIntegrations" => http_apis.get_integrations().api_id(NOBODY).max_results("1"),
        "apigatewayv2:GetRoutes" => http_apis.get_routes().api_id(NOBODY).max_results("1"),
        "apigatewayv2:GetStages" => http_apis.get_stages().api_id(NOBODY).max_results("1"),
        "apigatewayv2:GetApiMappings" => http_apis.get_api_mappings().domain_name(NOBODY).max_results("1"),
        "apigatewayv2:ListRoutingRules" => http_apis.list_routing_rules().domain_name(NOBODY).max_results(1),
        "organizations:DescribeOrganization" => organization.describe_organization(),
        "organizations:ListAccounts" => organization.list_accounts().max_results(1),
        "organizations:ListRoots" => organization.list_roots().max_results(1),
        "organizations:ListOrganizationalUnitsForParent" =>
            organization.list_organizational_units_for_parent().parent_id("r-0000").max_results(1),
        "organizations:ListAccountsForParent" =>
            organization.list_accounts_for_parent().parent_id("r-0000").max_results(1),
        "organizations:ListTagsForResource" =>
            organization.list_tags_for_resource().resource_id(place.account),
        "organizations:ListPolicies" =>
            organization.list_policies().filter(PolicyType::ServiceControlPolicy).max_results(1),
        "organizations:DescribePolicy" => organization.describe_policy().policy_id("p-FullAWSAccess"),
        "organizations:ListTargetsForPolicy" =>
            organization.list_targets_for_policy().policy_id("p-FullAWSAccess").max_results(1),
    )
}

/// Tags come with the function, or AWS says that they were withheld.
fn tags(place: &Place<'_>, answer: &GetFunctionOutput) -> Option<Gap> {
    let error = answer.tags_error()?;
    let kind = GapKind::AccessDenied;
    let mut gap = place.gap("lambda:GetFunction", None, kind, error.message());
    gap.code = Some(error.error_code().to_owned());
    Some(gap)
}
