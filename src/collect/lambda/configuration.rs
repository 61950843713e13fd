//! `FunctionConfiguration` as Lambda answers it, into ours.

use aws_sdk_lambda::types as sdk;

use crate::collect::place::{Inspect, Place};
use crate::collect::text::{present, text};
use crate::inventory::{
    CodeLoading, Configuration, Environment, EnvironmentVariable, GapKind, ImageArgument,
    LayerReference, Logging, Observed, SecretMatch, VpcAttachment,
};
use crate::operation::Operation;
use crate::reference::code_variables;
use crate::secret::arguments;

/// Reads one configuration, which `operation` answered; environment values are judged and dropped.
pub(super) fn configuration(
    place: &Place<'_>,
    operation: &'static Operation,
    from: &sdk::FunctionConfiguration,
    inspect: &Inspect,
) -> Configuration {
    Configuration {
        version: present(from.version()).unwrap_or_else(|| "$LATEST".to_owned()),
        runtime: from
            .runtime()
            .and_then(|runtime| present(Some(runtime.as_str()))),
        role: present(from.role()),
        package_type: from
            .package_type()
            .map_or("", |kind| kind.as_str())
            .to_owned(),
        code_sha256: present(from.code_sha256()),
        last_modified: present(from.last_modified()),
        timeout: from.timeout(),
        memory: from.memory_size(),
        architectures: from
            .architectures()
            .iter()
            .map(|architecture| architecture.as_str().to_owned())
            .collect(),
        vpc: from.vpc_config().and_then(vpc),
        capacity_provider: from
            .capacity_provider_config()
            .and_then(|config| config.lambda_managed_instances_capacity_provider_config())
            .and_then(|config| present(Some(config.capacity_provider_arn()))),
        dead_letter: from
            .dead_letter_config()
            .and_then(|dead_letter| present(dead_letter.target_arn())),
        environment: Environment {
            variables: environment(place, operation, from, inspect),
        },
        image_command: image_command(place, operation, from, inspect),
        kms_key_arn: present(from.kms_key_arn()),
        tracing: from
            .tracing_config()
            .and_then(|tracing| tracing.mode())
            .map(|mode| mode.as_str().to_owned()),
        layers: from.layers().iter().map(layer).collect(),
        file_systems: from
            .file_system_configs()
            .iter()
            .map(|system| system.arn().to_owned())
            .collect(),
        snap_start: from
            .snap_start()
            .and_then(|snap_start| snap_start.apply_on())
            .map(|apply_on| apply_on.as_str().to_owned()),
        logging: from.logging_config().map(logging).unwrap_or_default(),
        master_arn: present(from.master_arn()),
        signing_job_arn: present(from.signing_job_arn()),
    }
}

/// A function outside every VPC may carry an empty `VpcConfig`.
fn vpc(from: &sdk::VpcConfigResponse) -> Option<VpcAttachment> {
    let vpc_id = present(from.vpc_id());
    if vpc_id.is_none() && from.subnet_ids().is_empty() {
        return None;
    }
    Some(VpcAttachment {
        vpc_id: vpc_id.unwrap_or_default(),
        subnets: from.subnet_ids().to_vec(),
        security_groups: from.security_group_ids().to_vec(),
        ipv6: from.ipv6_allowed_for_dual_stack().unwrap_or(false),
    })
}

fn layer(from: &sdk::Layer) -> LayerReference {
    LayerReference {
        arn: text(from.arn()),
        signed: present(from.signing_job_arn()).is_some()
            || present(from.signing_profile_version_arn()).is_some(),
    }
}

fn logging(from: &sdk::LoggingConfig) -> Logging {
    Logging {
        format: from.log_format().map(|format| format.as_str().to_owned()),
        application_level: from
            .application_log_level()
            .map(|level| level.as_str().to_owned()),
        system_level: from
            .system_log_level()
            .map(|level| level.as_str().to_owned()),
        group: present(from.log_group()),
    }
}

/// The variables in the order of their names, or why AWS withheld them.
fn environment(
    place: &Place<'_>,
    operation: &'static Operation,
    from: &sdk::FunctionConfiguration,
    inspect: &Inspect,
) -> Observed<Vec<EnvironmentVariable>> {
    let Some(environment) = from.environment() else {
        return Observed::Known(Vec::new());
    };
    if let Some(error) = environment.error() {
        let message = present(error.message())
            .unwrap_or_else(|| "the environment variables were withheld".to_owned());
        let mut gap = place.gap(
            operation,
            from.function_arn(),
            GapKind::Undecryptable,
            message,
        );
        gap.code = present(error.error_code());
        return Observed::Missing(gap);
    }
    let mut variables: Vec<EnvironmentVariable> = environment
        .variables()
        .into_iter()
        .flatten()
        .map(|(name, value)| EnvironmentVariable {
            name: name.clone(),
            secrets: inspect(name, value),
            loads_code: code_variables()
                .loads_code(name, value)
                .map(|loads| match loads {
                    Some(true) => CodeLoading::Yes,
                    Some(false) => CodeLoading::No,
                    None => CodeLoading::Perhaps,
                }),
        })
        .collect();
    variables.sort_by(|one, other| one.name.cmp(&other.name));
    Observed::Known(variables)
}

/// What overrides the entry point and the command of the image, or why AWS withheld it; arguments are judged and dropped.
fn image_command(
    place: &Place<'_>,
    operation: &'static Operation,
    from: &sdk::FunctionConfiguration,
    inspect: &Inspect,
) -> Observed<Vec<ImageArgument>> {
    let Some(response) = from.image_config_response() else {
        return Observed::Known(Vec::new());
    };
    if let Some(error) = response.error() {
        let message = present(error.message())
            .unwrap_or_else(|| "the image configuration was withheld".to_owned());
        let mut gap = place.gap(operation, from.function_arn(), GapKind::Refused, message);
        gap.code = present(error.error_code());
        return Observed::Missing(gap);
    }
    let Some(config) = response.image_config() else {
        return Observed::Known(Vec::new());
    };
    let parts = [
        ("ImageConfig.EntryPoint", config.entry_point()),
        ("ImageConfig.Command", config.command()),
    ];
    let read = parts.into_iter().filter(|(_, command)| !command.is_empty());
    Observed::Known(
        read.map(|(part, command)| {
            let mut secrets: Vec<SecretMatch> = Vec::new();
            for (name, value) in arguments(command) {
                for found in inspect(&name, &value) {
                    let known = |one: &SecretMatch| {
                        one.detector == found.detector && one.fingerprint == found.fingerprint
                    };
                    if !secrets.iter().any(known) {
                        secrets.push(found);
                    }
                }
            }
            ImageArgument {
                part: part.to_owned(),
                secrets,
            }
        })
        .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::place::tests::with_place;
    use crate::operation;

    fn read(from: &sdk::FunctionConfiguration) -> Configuration {
        let inspect = |_: &str, value: &str| {
            if value.starts_with("AKIA") {
                vec![SecretMatch {
                    detector: "aws-access-key".to_owned(),
                    title: "AWS access key".to_owned(),
                    confidence: "high".to_owned(),
                    length: value.len(),
                    fingerprint: "f".to_owned(),
                }]
            } else {
                Vec::new()
            }
        };
        with_place(|place| configuration(place, &operation::lambda::LIST_FUNCTIONS, from, &inspect))
    }

    #[test]
    fn an_empty_configuration_is_readable() {
        let read = read(&sdk::FunctionConfiguration::builder().build());
        assert_eq!(read.version, "$LATEST");
        assert_eq!(read.package_type, "");
        assert_eq!(read.runtime, None);
        assert_eq!(read.vpc, None);
        assert_eq!(read.environment.variables, Observed::Known(Vec::new()));
        assert_eq!(read.logging, Logging::default());
    }

    #[test]
    fn empty_strings_and_lists_are_absent() {
        let read = read(
            &sdk::FunctionConfiguration::builder()
                .kms_key_arn("")
                .role("")
                .runtime(sdk::Runtime::from(""))
                .vpc_config(
                    sdk::VpcConfigResponse::builder()
                        .vpc_id("")
                        .set_subnet_ids(Some(Vec::new()))
                        .build(),
                )
                .dead_letter_config(sdk::DeadLetterConfig::builder().build())
                .logging_config(sdk::LoggingConfig::builder().log_group("").build())
                .build(),
        );
        assert_eq!(read.kms_key_arn, None);
        assert_eq!(read.role, None);
        assert_eq!(read.runtime, None);
        assert_eq!(read.vpc, None);
        assert_eq!(read.dead_letter, None);
        assert_eq!(read.logging.group, None);
    }

    #[test]
    fn values_that_the_sdk_does_not_know_keep_their_text() {
        let read = read(
            &sdk::FunctionConfiguration::builder()
                .runtime(sdk::Runtime::from("cobol2030.x"))
                .package_type(sdk::PackageType::from("Tape"))
                .tracing_config(
                    sdk::TracingConfigResponse::builder()
                        .mode(sdk::TracingMode::from("Everything"))
                        .build(),
                )
                .build(),
        );
        assert_eq!(read.runtime.as_deref(), Some("cobol2030.x"));
        assert_eq!(read.package_type, "Tape");
        assert_eq!(read.tracing.as_deref(), Some("Everything"));
    }

    #[test]
    fn environment_values_are_judged_and_dropped() {
        let read = read(
            &sdk::FunctionConfiguration::builder()
                .environment(
                    sdk::EnvironmentResponse::builder()
                        .variables("STAGE", "canary-value")
                        .variables("KEY", "AKIA-canary-value")
                        .build(),
                )
                .build(),
        );
        let variables = read.environment.variables.known().unwrap();
        let found: Vec<(&str, usize)> = variables
            .iter()
            .map(|variable| (variable.name.as_str(), variable.secrets.len()))
            .collect();
        assert_eq!(found, [("KEY", 1), ("STAGE", 0)]);
        assert!(
            !serde_json::to_string(&read)
                .unwrap()
                .contains("canary-value")
        );
    }

    #[test]
    fn arguments_of_an_image_are_judged_and_dropped() {
        let config = sdk::ImageConfig::builder()
            .command("app.handler")
            .command("--key=AKIA-canary-value")
            .build();
        let response = sdk::ImageConfigResponse::builder().image_config(config);
        let read = read(
            &sdk::FunctionConfiguration::builder()
                .image_config_response(response.build())
                .build(),
        );
        let parts = read.image_command.known().unwrap();
        let found: Vec<(&str, usize)> = parts
            .iter()
            .map(|part| (part.part.as_str(), part.secrets.len()))
            .collect();
        assert_eq!(found, [("ImageConfig.Command", 1)]);
        assert!(
            !serde_json::to_string(&read)
                .unwrap()
                .contains("canary-value")
        );
    }

    #[test]
    fn variables_say_whether_they_load_code() {
        let environment = sdk::EnvironmentResponse::builder()
            .variables("NODE_OPTIONS", "--enable-source-maps")
            .variables("PYTHONPATH", "/mnt/efs")
            .variables("STAGE", "x")
            .build();
        let read = read(
            &sdk::FunctionConfiguration::builder()
                .environment(environment)
                .build(),
        );
        let variables = read.environment.variables.known().unwrap();
        let loads: Vec<_> = variables.iter().map(|one| one.loads_code).collect();
        assert_eq!(loads, [Some(CodeLoading::No), Some(CodeLoading::Yes), None]);
    }

    #[test]
    fn a_withheld_environment_is_a_gap() {
        let read = read(
            &sdk::FunctionConfiguration::builder()
                .environment(
                    sdk::EnvironmentResponse::builder()
                        .error(
                            sdk::EnvironmentError::builder()
                                .error_code("AccessDeniedException")
                                .message("Lambda was unable to decrypt")
                                .build(),
                        )
                        .build(),
                )
                .build(),
        );
        let gap = read.environment.variables.gap().unwrap();
        assert_eq!(gap.kind, GapKind::Undecryptable);
        assert_eq!(gap.code.as_deref(), Some("AccessDeniedException"));
        assert_eq!(gap.region, "eu-west-1");
    }
}
