//! Operations of AWS Lambda.
//!
//! Actions: <https://docs.aws.amazon.com/service-authorization/latest/reference/list_awslambda.html>.

use super::{Estimate, Operation, Protocol, Quota, Service};

/// AWS Lambda.
pub const SERVICE: Service = Service::regional("Lambda", "lambda", Protocol::RestJson);

/// Quota that the operations of the control plane share, except those with a quota of their own.
pub const CONTROL_PLANE: Quota = Quota::published("lambda: all others", 15, 1);

/// Limits and usage of a region: number of functions, size of code.
pub const GET_ACCOUNT_SETTINGS: Operation = SERVICE
    .operation("lambda:GetAccountSettings")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Called);

/// The functions of a region, with their configuration.
pub const LIST_FUNCTIONS: Operation = SERVICE
    .operation("lambda:ListFunctions")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Called);

/// One function or version, with its tags and the location of its code. AWS omits the tags for a caller that may not
/// list them.
pub const GET_FUNCTION: Operation = SERVICE
    .operation("lambda:GetFunction")
    .further(&["lambda:ListTags"])
    .rate(100, 1);

/// The resource-based policy of a function or one of its aliases.
pub const GET_POLICY: Operation = SERVICE.operation("lambda:GetPolicy").rate(15, 1);

/// The URLs of one function. Standard depth reads those of functions whose policy allows calls of a URL.
pub const LIST_FUNCTION_URL_CONFIGS: Operation = SERVICE
    .operation("lambda:ListFunctionUrlConfigs")
    .quota(CONTROL_PLANE);

/// The aliases of one function.
pub const LIST_ALIASES: Operation = SERVICE
    .operation("lambda:ListAliases")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Listed)
    .leads_to(
        "policies of aliases and configurations of the versions behind them: one lambda:GetPolicy for each \
         alias, one lambda:GetFunction for each version",
    );

/// The event source mappings of a region.
pub const LIST_EVENT_SOURCE_MAPPINGS: Operation = SERVICE
    .operation("lambda:ListEventSourceMappings")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Listed);

/// Retries and destinations of the asynchronous invocations of one function.
pub const LIST_FUNCTION_EVENT_INVOKE_CONFIGS: Operation = SERVICE
    .operation("lambda:ListFunctionEventInvokeConfigs")
    .quota(CONTROL_PLANE)
    .deep();

/// The layers of a region.
pub const LIST_LAYERS: Operation = SERVICE
    .operation("lambda:ListLayers")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Listed)
    .leads_to(
        "versions of your own layers: one call for each layer, and one for each of its versions",
    );

/// The versions of one layer.
pub const LIST_LAYER_VERSIONS: Operation = SERVICE
    .operation("lambda:ListLayerVersions")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Listed);

/// The resource-based policy of one layer version.
pub const GET_LAYER_VERSION_POLICY: Operation = SERVICE
    .operation("lambda:GetLayerVersionPolicy")
    .quota(CONTROL_PLANE);

/// The code-signing configurations of a region.
pub const LIST_CODE_SIGNING_CONFIGS: Operation = SERVICE
    .operation("lambda:ListCodeSigningConfigs")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Listed)
    .leads_to("functions of code-signing configurations: one call for each configuration");

/// The functions that use one code-signing configuration.
pub const LIST_FUNCTIONS_BY_CODE_SIGNING_CONFIG: Operation = SERVICE
    .operation("lambda:ListFunctionsByCodeSigningConfig")
    .quota(CONTROL_PLANE)
    .estimate(Estimate::Listed);

/// The capacity providers of a region.
pub const LIST_CAPACITY_PROVIDERS: Operation = SERVICE
    .operation("lambda:ListCapacityProviders")
    .quota(CONTROL_PLANE);

/// The runtime update mode of one function.
pub const GET_RUNTIME_MANAGEMENT_CONFIG: Operation = SERVICE
    .operation("lambda:GetRuntimeManagementConfig")
    .quota(CONTROL_PLANE)
    .deep();

/// The recursive loop detection of one function.
pub const GET_FUNCTION_RECURSION_CONFIG: Operation = SERVICE
    .operation("lambda:GetFunctionRecursionConfig")
    .quota(CONTROL_PLANE)
    .deep();

/// The operations of this service.
pub const ALL: &[&Operation] = &[
    &GET_ACCOUNT_SETTINGS,
    &LIST_FUNCTIONS,
    &GET_FUNCTION,
    &GET_POLICY,
    &LIST_FUNCTION_URL_CONFIGS,
    &LIST_ALIASES,
    &LIST_EVENT_SOURCE_MAPPINGS,
    &LIST_FUNCTION_EVENT_INVOKE_CONFIGS,
    &LIST_LAYERS,
    &LIST_LAYER_VERSIONS,
    &GET_LAYER_VERSION_POLICY,
    &LIST_CODE_SIGNING_CONFIGS,
    &LIST_FUNCTIONS_BY_CODE_SIGNING_CONFIG,
    &LIST_CAPACITY_PROVIDERS,
    &GET_RUNTIME_MANAGEMENT_CONFIG,
    &GET_FUNCTION_RECURSION_CONFIG,
];
