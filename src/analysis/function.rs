//! What the function itself is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Fact};
use crate::operation;

/// The function itself.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FunctionFacts {
    /// Its name.
    pub name: String,
    /// Its ARN, without a qualifier.
    pub arn: String,
    /// `Zip` or `Image`, as AWS writes it.
    #[schemars(extend("enum" = ["Zip", "Image"]))]
    pub package_type: Fact<String>,
    /// Whether it is a replica that Lambda@Edge made of a function in another region.
    pub edge_replica: bool,
    /// Which tool made it and would undo a change by hand, from its tags; empty where none shows.
    pub managed_by: Fact<String>,
    /// Its tags.
    pub tags: Fact<BTreeMap<String, String>>,
    /// `Active`, `Inactive`, `Failed` and so on, as AWS writes it.
    pub state: Fact<String>,
    /// Seconds that one invocation may take; 0 where AWS does not say.
    pub timeout_seconds: i32,
    /// Memory in MB; 0 where AWS does not say.
    pub memory_mb: i32,
    /// When it was last changed, as AWS writes it; empty where AWS does not say.
    pub last_modified: String,
    /// Whether it sends traces to X-Ray of its own accord (`TracingConfig.Mode` is `Active`).
    pub active_tracing: Fact<bool>,
    /// Whether an execution that calls itself without end is allowed (`RecursiveLoop` is `Allow`).
    pub recursion_allowed: Fact<bool>,
    /// Whether a part of the account's concurrency is reserved for it, which also caps it.
    pub concurrency_reserved: Fact<bool>,
}

/// Tags by which tools mark what they manage. A tool that marks nothing is not recognised.
const MANAGERS: &[(&str, &str)] = &[
    ("aws:cloudformation:stack-name", "cloudformation"),
    ("serverless:application", "serverless"),
    ("sst:app", "sst"),
    ("pulumi:project", "pulumi"),
    ("amplify:app-id", "amplify"),
];

impl FunctionFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let function = context.function;
        let configuration = &function.configuration;
        let tags = Fact::of_fact(&function.detail, |detail| {
            Fact::of(&detail.tags, Clone::clone)
        });
        Self {
            name: function.name.clone(),
            arn: function.arn.clone(),
            package_type: context
                .is_image()
                .map(|_| configuration.package_type.clone()),
            edge_replica: configuration.master_arn.is_some(),
            managed_by: tags.map_ref(managed_by),
            tags,
            state: Fact::of(&function.detail, |detail| {
                detail.state.clone().unwrap_or_default()
            }),
            timeout_seconds: configuration.timeout.unwrap_or_default(),
            memory_mb: configuration.memory.unwrap_or_default(),
            last_modified: configuration.last_modified.clone().unwrap_or_default(),
            active_tracing: match configuration.tracing.as_deref().unwrap_or_default() {
                "Active" => Fact::Known(true),
                "PassThrough" => Fact::Known(false),
                other => Fact::unknown(&context.unrecognised(
                    &operation::lambda::LIST_FUNCTIONS,
                    "tracing mode",
                    other,
                )),
            },
            recursion_allowed: Fact::of_fact(&function.recursive_loop, |value| {
                match value.as_str() {
                    "Allow" => Fact::Known(true),
                    "Terminate" => Fact::Known(false),
                    other => Fact::unknown(&context.unrecognised(
                        &operation::lambda::GET_FUNCTION_RECURSION_CONFIG,
                        "recursion setting",
                        other,
                    )),
                }
            }),
            concurrency_reserved: Fact::of(&function.detail, |detail| {
                detail.reserved_concurrency.is_some()
            }),
        }
    }
}

fn managed_by(tags: &BTreeMap<String, String>) -> String {
    if tags.get("lambda:createdBy").is_some_and(|by| by == "SAM") {
        return "sam".to_owned();
    }
    MANAGERS
        .iter()
        .find(|(tag, _)| tags.contains_key(*tag))
        .map_or_else(String::new, |(_, manager)| (*manager).to_owned())
}
