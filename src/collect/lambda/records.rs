//! What hangs on one function, as Lambda answers it, into ours.

use std::collections::BTreeMap;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::operation::get_runtime_management_config::GetRuntimeManagementConfigOutput;
use aws_sdk_lambda::types as sdk;

use crate::collect::place::Place;
use crate::collect::text::{Unreadable, present, qualifier, required, text, without_secrets};
use crate::inventory::{
    Code, EventInvokeConfig, FunctionDetail, FunctionUrl, GapKind, Observed, RuntimeManagement,
    UrlCors,
};
use crate::operation;

/// `GetFunction`, without the presigned address of the code.
pub(super) fn detail(
    place: &Place<'_>,
    arn: &str,
    from: &GetFunctionOutput,
) -> Result<FunctionDetail, Unreadable> {
    let missing = |member: &str| Unreadable(format!("the answer lacks `{member}`"));
    let configuration = from
        .configuration()
        .ok_or_else(|| missing("Configuration"))?;
    let location = from.code().ok_or_else(|| missing("Code"))?;
    Ok(FunctionDetail {
        state: configuration.state().map(|state| state.as_str().to_owned()),
        state_reason_code: configuration
            .state_reason_code()
            .map(|code| code.as_str().to_owned()),
        tags: tags(place, arn, from),
        reserved_concurrency: from
            .concurrency()
            .and_then(sdk::Concurrency::reserved_concurrent_executions),
        code: code(location),
    })
}

fn tags(
    place: &Place<'_>,
    arn: &str,
    from: &GetFunctionOutput,
) -> Observed<BTreeMap<String, String>> {
    if let Some(error) = from.tags_error() {
        let code = error.error_code();
        let kind = if code.contains("AccessDenied") {
            GapKind::AccessDenied
        } else {
            GapKind::Refused
        };
        let message = format!(
            "the tags were withheld, which take the action `lambda:ListTags`: {}",
            error.message()
        );
        let mut gap = place.gap(&operation::lambda::GET_FUNCTION, Some(arn), kind, message);
        gap.code = present(Some(code));
        return Observed::Missing(gap);
    }
    Observed::Known(
        from.tags()
            .into_iter()
            .flatten()
            .map(|(key, value)| (key.clone(), value.clone()))
            .collect(),
    )
}

fn code(from: &sdk::FunctionCodeLocation) -> Code {
    Code {
        image_uri: present(from.image_uri()),
        resolved_image_uri: present(from.resolved_image_uri()),
        source_kms_key_arn: present(from.source_kms_key_arn()),
        bucket: from
            .resolved_s3_object()
            .and_then(|object| present(object.s3_bucket())),
    }
}

/// A resource-based policy, without shared secrets.
pub(super) fn policy(from: Option<&str>) -> Result<String, Unreadable> {
    without_secrets(required(from, "Policy")?)
}

/// One function URL.
pub(super) fn url(from: &sdk::FunctionUrlConfig) -> Result<FunctionUrl, Unreadable> {
    Ok(FunctionUrl {
        qualifier: qualifier(required(Some(from.function_arn()), "FunctionArn")?),
        url: from.function_url().to_owned(),
        auth_type: required(Some(from.auth_type().as_str()), "AuthType")?.to_owned(),
        invoke_mode: from.invoke_mode().map(|mode| mode.as_str().to_owned()),
        created: present(Some(from.creation_time())),
        cors: from.cors().map(|cors| UrlCors {
            allow_credentials: cors.allow_credentials().unwrap_or(false),
            allow_origins: cors.allow_origins().to_vec(),
            allow_methods: cors.allow_methods().to_vec(),
            allow_headers: cors.allow_headers().to_vec(),
        }),
    })
}

/// An alias before its policy was asked for.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct BareAlias {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) version: String,
    pub(super) weights: BTreeMap<String, f64>,
}

/// One alias.
pub(super) fn alias(from: &sdk::AliasConfiguration) -> Result<BareAlias, Unreadable> {
    Ok(BareAlias {
        name: required(from.name(), "Name")?.to_owned(),
        arn: text(from.alias_arn()),
        version: required(from.function_version(), "FunctionVersion")?.to_owned(),
        weights: from
            .routing_config()
            .and_then(|routing| routing.additional_version_weights())
            .into_iter()
            .flatten()
            .map(|(version, weight)| (version.clone(), *weight))
            .collect(),
    })
}

/// Asynchronous invocation settings of one qualifier.
pub(super) fn invoke_config(
    from: &sdk::FunctionEventInvokeConfig,
) -> Result<EventInvokeConfig, Unreadable> {
    let destinations = from.destination_config();
    Ok(EventInvokeConfig {
        qualifier: qualifier(required(from.function_arn(), "FunctionArn")?),
        maximum_retry_attempts: from.maximum_retry_attempts(),
        maximum_event_age: from.maximum_event_age_in_seconds(),
        on_failure: destinations
            .and_then(|to| to.on_failure())
            .and_then(|to| present(to.destination())),
        on_success: destinations
            .and_then(|to| to.on_success())
            .and_then(|to| present(to.destination())),
    })
}

/// How the runtime is updated.
pub(super) fn runtime_management(
    from: &GetRuntimeManagementConfigOutput,
) -> Result<RuntimeManagement, Unreadable> {
    let update_on = from.update_runtime_on().map(|update_on| update_on.as_str());
    Ok(RuntimeManagement {
        update_on: required(update_on, "UpdateRuntimeOn")?.to_owned(),
        runtime_version_arn: present(from.runtime_version_arn()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::place::tests::with_place;

    const ARN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:api";

    fn read(from: &GetFunctionOutput) -> Result<FunctionDetail, Unreadable> {
        with_place(|place| detail(place, ARN, from))
    }

    #[test]
    fn the_presigned_address_is_not_kept() {
        let detail = read(
            &GetFunctionOutput::builder()
                .configuration(
                    sdk::FunctionConfiguration::builder()
                        .state(sdk::State::from("Dreaming"))
                        .build(),
                )
                .code(
                    sdk::FunctionCodeLocation::builder()
                        .location("https://canary.example/?X-Amz-Signature=1")
                        .image_uri("")
                        .build(),
                )
                .concurrency(
                    sdk::Concurrency::builder()
                        .reserved_concurrent_executions(0)
                        .build(),
                )
                .tags("team", "red")
                .build(),
        )
        .unwrap();
        assert_eq!(detail.state.as_deref(), Some("Dreaming"));
        assert_eq!(detail.reserved_concurrency, Some(0));
        assert_eq!(detail.code, Code::default());
        assert_eq!(detail.tags.known().map(BTreeMap::len), Some(1));
        assert!(!serde_json::to_string(&detail).unwrap().contains("canary"));
    }

    #[test]
    fn an_answer_without_its_parts_is_no_answer() {
        let whole = GetFunctionOutput::builder()
            .configuration(sdk::FunctionConfiguration::builder().build())
            .code(sdk::FunctionCodeLocation::builder().build());
        assert!(read(&whole.clone().build()).is_ok());
        assert!(read(&whole.clone().set_code(None).build()).is_err());
        assert!(read(&whole.set_configuration(None).build()).is_err());
        assert!(policy(None).is_err());
        assert!(policy(Some("")).is_err());
        assert!(alias(&sdk::AliasConfiguration::builder().name("live").build()).is_err());
        assert!(runtime_management(&GetRuntimeManagementConfigOutput::builder().build()).is_err());
        assert!(invoke_config(&sdk::FunctionEventInvokeConfig::builder().build()).is_err());
    }

    #[test]
    fn withheld_tags_are_a_gap() {
        let detail = read(
            &GetFunctionOutput::builder()
                .configuration(sdk::FunctionConfiguration::builder().build())
                .code(sdk::FunctionCodeLocation::builder().build())
                .tags_error(
                    sdk::TagsError::builder()
                        .error_code("AccessDenied")
                        .message("not authorized to perform: lambda:ListTags")
                        .build()
                        .unwrap(),
                )
                .build(),
        )
        .unwrap();
        assert_eq!(
            detail.tags.gap().map(|gap| gap.kind),
            Some(GapKind::AccessDenied)
        );
    }

    #[test]
    fn urls_know_their_qualifier() {
        let config = |arn: &str| {
            sdk::FunctionUrlConfig::builder()
                .function_arn(arn)
                .function_url("https://x.lambda-url.eu-west-1.on.aws/")
                .auth_type(sdk::FunctionUrlAuthType::from("PASSWORD"))
                .creation_time("2026-01-01T00:00:00Z")
                .last_modified_time("2026-01-01T00:00:00Z")
                .build()
                .unwrap()
        };
        let plain = url(&config(ARN)).unwrap();
        assert_eq!(plain.qualifier, None);
        assert_eq!(plain.auth_type, "PASSWORD");
        assert_eq!(plain.cors, None);
        let alias = url(&config(&format!("{ARN}:live"))).unwrap();
        assert_eq!(alias.qualifier.as_deref(), Some("live"));
        assert!(url(&config("")).is_err());
    }
}
