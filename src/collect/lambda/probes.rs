//! Probes of the operations of Lambda.

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;

use crate::collect::place::Place;
use crate::collect::probe::{NOBODY, Probe, probes};
use crate::inventory::{Gap, GapKind};
use crate::operation;

/// A minimal call of each operation, to test whether it is allowed.
pub(in crate::collect) const PROBES: &[Probe] = probes!(
    lambda: |on| lambda = on.session.lambda(on.region());
    GET_FUNCTION => lambda.get_function().function_name(on.function) => withheld_tags,
    GET_POLICY => lambda.get_policy().function_name(on.function),
    LIST_FUNCTION_URL_CONFIGS => lambda
        .list_function_url_configs()
        .function_name(on.function)
        .max_items(1),
    LIST_ALIASES => lambda.list_aliases().function_name(on.function).max_items(1),
    LIST_EVENT_SOURCE_MAPPINGS => lambda.list_event_source_mappings().max_items(1),
    LIST_FUNCTION_EVENT_INVOKE_CONFIGS => lambda
        .list_function_event_invoke_configs()
        .function_name(on.function)
        .max_items(1),
    LIST_LAYERS => lambda.list_layers().max_items(1),
    LIST_LAYER_VERSIONS => lambda.list_layer_versions().layer_name(NOBODY).max_items(1),
    GET_LAYER_VERSION_POLICY => lambda
        .get_layer_version_policy()
        .layer_name(NOBODY)
        .version_number(1),
    LIST_CODE_SIGNING_CONFIGS => lambda.list_code_signing_configs().max_items(1),
    LIST_FUNCTIONS_BY_CODE_SIGNING_CONFIG => lambda
        .list_functions_by_code_signing_config()
        .code_signing_config_arn(on.arn("lambda", "code-signing-config:csc-00000000000000000"))
        .max_items(1),
    LIST_CAPACITY_PROVIDERS => lambda.list_capacity_providers().max_items(1),
    GET_RUNTIME_MANAGEMENT_CONFIG => lambda
        .get_runtime_management_config()
        .function_name(on.function),
    GET_FUNCTION_RECURSION_CONFIG => lambda
        .get_function_recursion_config()
        .function_name(on.function),
);

/// Tags come with the function, or AWS says that they were withheld.
fn withheld_tags(place: &Place<'_>, answer: &GetFunctionOutput) -> Option<Gap> {
    let error = answer.tags_error()?;
    let kind = GapKind::AccessDenied;
    let mut gap = place.gap(
        &operation::lambda::GET_FUNCTION,
        None,
        kind,
        error.message(),
    );
    gap.code = Some(error.error_code().to_owned());
    Some(gap)
}
