//! One Lambda function with all that is kept about it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gaps::gaps;
use super::{Gap, GapKind, Observed};
use crate::operation;

/// A function, its `$LATEST` configuration and what hangs on it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Function {
    /// ARN without a qualifier.
    pub arn: String,
    /// Its name.
    pub name: String,
    /// Configuration of `$LATEST`, as listed.
    pub configuration: Configuration,
    /// What only `GetFunction` says.
    pub detail: Observed<FunctionDetail>,
    /// Resource-based policy of the unqualified function, as text; `Known(None)`: it has none.
    pub policy: Observed<Option<String>>,
    /// Function URLs of all qualifiers.
    pub urls: Observed<Vec<FunctionUrl>>,
    /// Aliases, each with its own policy.
    pub aliases: Observed<Vec<Alias>>,
    /// Published versions that an alias sends traffic to.
    pub versions: Observed<Vec<Version>>,
    /// Asynchronous invocation settings of all qualifiers.
    pub invoke_configs: Observed<Vec<EventInvokeConfig>>,
    /// How its runtime is updated.
    pub runtime_management: Observed<RuntimeManagement>,
    /// `Allow` or `Terminate`, raw.
    pub recursive_loop: Observed<String>,
}

/// `FunctionConfiguration` of one version.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html>. The
/// description is left out: it may hold secrets and no check needs it.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Configuration {
    /// `$LATEST` or a number.
    pub version: String,
    /// Runtime id, raw; absent for images.
    pub runtime: Option<String>,
    /// ARN of the execution role.
    pub role: Option<String>,
    /// `Zip` or `Image`, raw; AWS means `Zip` where it says nothing.
    pub package_type: String,
    /// SHA-256 of the package.
    pub code_sha256: Option<String>,
    /// When it was last changed, as AWS writes it.
    pub last_modified: Option<String>,
    /// Seconds.
    pub timeout: Option<i32>,
    /// MB.
    pub memory: Option<i32>,
    /// Instruction sets, raw.
    pub architectures: Vec<String>,
    /// Its VPC, where it is attached to one.
    pub vpc: Option<VpcAttachment>,
    /// ARN of the capacity provider whose instances it runs on, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capacity_provider: Option<String>,
    /// ARN of its dead-letter queue or topic.
    pub dead_letter: Option<String>,
    /// Its environment, already judged.
    pub environment: Environment,
    /// The command of its image, already judged.
    #[serde(default = "not_read")]
    pub image_command: Observed<Vec<ImageArgument>>,
    /// Customer key for environment, snapshots and package.
    pub kms_key_arn: Option<String>,
    /// `Active` or `PassThrough`, raw.
    pub tracing: Option<String>,
    /// Layers, in their order.
    pub layers: Vec<LayerReference>,
    /// ARNs of file system access points.
    pub file_systems: Vec<String>,
    /// `PublishedVersions` or `None`, raw.
    pub snap_start: Option<String>,
    /// Where and what it logs.
    pub logging: Logging,
    /// ARN of the master of a Lambda@Edge replica.
    pub master_arn: Option<String>,
    /// Signing job of the deployed package.
    pub signing_job_arn: Option<String>,
}

/// The VPC that a function is attached to.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct VpcAttachment {
    /// `vpc-…`.
    pub vpc_id: String,
    /// Subnets.
    pub subnets: Vec<String>,
    /// Security groups.
    pub security_groups: Vec<String>,
    /// Whether IPv6 may leave dual-stack subnets.
    pub ipv6: bool,
}

/// Environment variables after intake: names and what was found, never values.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Environment {
    /// The variables, or why AWS did not show them (`Environment.Error`).
    pub variables: Observed<Vec<EnvironmentVariable>>,
}

/// One environment variable.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct EnvironmentVariable {
    /// Its name.
    pub name: String,
    /// Secrets found in its value.
    pub secrets: Vec<SecretMatch>,
    /// Whether the value makes the runtime load other code; absent for variables that never do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loads_code: Option<CodeLoading>,
}

/// What overrides the entry point or the command of a function's image, after intake.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct ImageArgument {
    /// `ImageConfig.EntryPoint` or `ImageConfig.Command`.
    pub part: String,
    /// Secrets found in its arguments.
    pub secrets: Vec<SecretMatch>,
}

/// What older snapshots hold of the command of an image.
fn not_read() -> Observed<Vec<ImageArgument>> {
    let message = "the snapshot was taken by a version that did not read it";
    Observed::Missing(Gap::new(
        &operation::lambda::LIST_FUNCTIONS,
        GapKind::NotPlanned,
        message,
    ))
}

/// What the value of an environment variable by which a runtime can be made to load other code does.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodeLoading {
    /// It loads no other code than the function's.
    No,
    /// It holds options of which it is not known.
    Perhaps,
    /// It loads other code.
    Yes,
}

/// A secret that was found: everything about it but itself.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct SecretMatch {
    /// Id of the detector that found it.
    pub detector: String,
    /// What it is, in words.
    pub title: String,
    /// `high`, `medium` or `low`: how sure the detector is.
    pub confidence: String,
    /// Its length in bytes.
    pub length: usize,
    /// Keyed hash: equal secrets of one run have equal fingerprints, and nobody without the key can guess.
    pub fingerprint: String,
}

/// A layer that a function uses.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct LayerReference {
    /// ARN with the version.
    pub arn: String,
    /// Whether it was signed.
    pub signed: bool,
}

/// `LoggingConfig`.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Logging {
    /// `Text` or `JSON`, raw.
    pub format: Option<String>,
    /// Application log level, raw.
    pub application_level: Option<String>,
    /// System log level, raw.
    pub system_level: Option<String>,
    /// The log group; absent: `/aws/lambda/` and the function's name.
    pub group: Option<String>,
}

/// What `GetFunction` says beyond the configuration.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FunctionDetail {
    /// `Active`, `Inactive`, `Failed`, …, raw.
    pub state: Option<String>,
    /// Why it is in that state, raw code.
    pub state_reason_code: Option<String>,
    /// Tags, or why they were not shown (`TagsError`).
    pub tags: Observed<BTreeMap<String, String>>,
    /// Reserved concurrency; 0 switches the function off.
    pub reserved_concurrency: Option<i32>,
    /// Where its code lies.
    pub code: Code,
}

/// Where a function's code lies. The presigned download address is a secret and is not kept.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Code {
    /// Image as deployed, with tag or digest.
    pub image_uri: Option<String>,
    /// Image as resolved, with digest.
    pub resolved_image_uri: Option<String>,
    /// Customer key of the package.
    pub source_kms_key_arn: Option<String>,
    /// Bucket that the code stays in, where it was not copied.
    pub bucket: Option<String>,
}

/// A function URL.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FunctionUrl {
    /// Alias that it belongs to; absent: the unqualified function.
    pub qualifier: Option<String>,
    /// The address.
    pub url: String,
    /// `NONE` or `AWS_IAM`, raw.
    pub auth_type: String,
    /// `BUFFERED` or `RESPONSE_STREAM`, raw.
    pub invoke_mode: Option<String>,
    /// When it was made, as AWS writes it.
    pub created: Option<String>,
    /// Its CORS settings.
    pub cors: Option<UrlCors>,
}

/// CORS settings of a function URL.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct UrlCors {
    /// Whether cookies and credentials are allowed.
    pub allow_credentials: bool,
    /// Origins.
    pub allow_origins: Vec<String>,
    /// Methods.
    pub allow_methods: Vec<String>,
    /// Headers.
    pub allow_headers: Vec<String>,
}

/// An alias.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Alias {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The version that it points to.
    pub version: String,
    /// Further versions with their share of traffic, 0 to 1.
    pub weights: BTreeMap<String, f64>,
    /// Its own resource-based policy, as text; `Known(None)`: it has none.
    pub policy: Observed<Option<String>>,
}

/// A published version that an alias sends traffic to.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Version {
    /// Its number.
    pub version: String,
    /// Its configuration.
    pub configuration: Observed<Configuration>,
    /// Its own resource-based policy, as text; `Known(None)`: it has none.
    pub policy: Observed<Option<String>>,
}

/// Asynchronous invocation settings.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct EventInvokeConfig {
    /// Alias or version; absent: the unqualified function.
    pub qualifier: Option<String>,
    /// Retries, 0 to 2.
    pub maximum_retry_attempts: Option<i32>,
    /// Seconds that an event is kept.
    pub maximum_event_age: Option<i32>,
    /// ARN that failed events go to.
    pub on_failure: Option<String>,
    /// ARN that results go to.
    pub on_success: Option<String>,
}

/// How a runtime is updated.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct RuntimeManagement {
    /// `Auto`, `Manual` or `FunctionUpdate`, raw.
    pub update_on: String,
    /// The runtime version that a `Manual` setting pins.
    pub runtime_version_arn: Option<String>,
}

gaps! {
    Function {
        arn, name, configuration, detail, policy, urls, aliases, versions, invoke_configs,
        runtime_management, recursive_loop,
    }
    Configuration {
        version, runtime, role, package_type, code_sha256, last_modified, timeout, memory,
        architectures, vpc, capacity_provider, dead_letter, environment, image_command,
        kms_key_arn, tracing, layers, file_systems, snap_start, logging, master_arn,
        signing_job_arn,
    }
    VpcAttachment { vpc_id, subnets, security_groups, ipv6 }
    Environment { variables }
    EnvironmentVariable { name, secrets, loads_code }
    ImageArgument { part, secrets }
    SecretMatch { detector, title, confidence, length, fingerprint }
    LayerReference { arn, signed }
    Logging { format, application_level, system_level, group }
    FunctionDetail { state, state_reason_code, tags, reserved_concurrency, code }
    Code { image_uri, resolved_image_uri, source_kms_key_arn, bucket }
    FunctionUrl { qualifier, url, auth_type, invoke_mode, created, cors }
    UrlCors { allow_credentials, allow_origins, allow_methods, allow_headers }
    Alias { name, arn, version, weights, policy }
    Version { version, configuration, policy }
    EventInvokeConfig {
        qualifier, maximum_retry_attempts, maximum_event_age, on_failure, on_success,
    }
    RuntimeManagement { update_on, runtime_version_arn }
}
