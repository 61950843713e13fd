//! Secrets in environment variables, as found at intake.

use schemars::JsonSchema;
use serde::Serialize;

use super::runtime::aliased_offenders;
use super::{Context, Fact};
use crate::inventory::{EnvironmentVariable, Observed};

/// What was found in environment variables. Values never reach this place.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SecretFacts {
    /// Whether the function has environment variables.
    pub has_variables: Fact<bool>,
    /// Credentials found in values of environment variables.
    pub in_environment: Fact<Vec<FoundSecret>>,
    /// Credentials found in values of environment variables of published versions behind aliases.
    pub behind_alias: Fact<Vec<AliasedSecret>>,
    /// Variables that make the runtime load other code than the function's.
    pub code_injection_variables: Fact<Vec<CodeInjectionVariable>>,
}

/// A credential in an environment variable.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FoundSecret {
    /// The variable's name.
    pub variable: String,
    /// Id of the detector that found it.
    pub detector: String,
    /// What it is, in words.
    pub title: String,
    /// `high` or `medium`: how sure the detector is.
    pub confidence: String,
    /// Its length in bytes.
    pub length: i64,
    /// Keyed hash: equal within a run where the secret is equal.
    pub fingerprint: String,
}

/// A credential in an environment variable of a published version.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AliasedSecret {
    /// The alias.
    pub alias: String,
    /// The version that it sends traffic to.
    pub version: String,
    /// The variable's name.
    pub variable: String,
    /// What it is, in words.
    pub title: String,
    /// Id of the detector that found it.
    pub detector: String,
}

/// A variable that makes the runtime load other code.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CodeInjectionVariable {
    /// The variable's name.
    pub variable: String,
    /// What it does.
    pub effect: String,
}

/// Variables that make a runtime load other code, and what they do.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html> for the wrapper and
/// `JAVA_TOOL_OPTIONS`/`NODE_OPTIONS`; the others from the documentation of each runtime.
const CODE_INJECTION: &[(&str, &str)] = &[
    (
        "AWS_LAMBDA_EXEC_WRAPPER",
        "starts another program in place of the runtime",
    ),
    (
        "DOTNET_STARTUP_HOOKS",
        "loads assemblies before the function",
    ),
    (
        "JAVA_TOOL_OPTIONS",
        "adds options, such as agents, to the virtual machine",
    ),
    ("LD_LIBRARY_PATH", "changes where libraries are loaded from"),
    ("LD_PRELOAD", "loads a library into every process"),
    (
        "NODE_OPTIONS",
        "adds options, such as modules to load, to Node.js",
    ),
    ("PYTHONPATH", "changes where Python modules are loaded from"),
    ("PYTHONSTARTUP", "runs a Python file at start"),
    ("RUBYOPT", "adds options, such as files to load, to Ruby"),
];

impl SecretFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let variables = &context.function.configuration.environment.variables;
        Self {
            has_variables: Fact::of(variables, |variables| !variables.is_empty()),
            in_environment: Fact::of(variables, |variables| {
                credentials(variables)
                    .map(|(variable, found)| FoundSecret {
                        variable: variable.name.clone(),
                        detector: found.detector.clone(),
                        title: found.title.clone(),
                        confidence: found.confidence.clone(),
                        length: found.length as i64,
                        fingerprint: found.fingerprint.clone(),
                    })
                    .collect()
            }),
            behind_alias: aliased_offenders(
                context,
                |alias, version, configuration, offenders, gaps| match &configuration
                    .environment
                    .variables
                {
                    Observed::Known(variables) => {
                        offenders.extend(credentials(variables).map(|(variable, found)| {
                            AliasedSecret {
                                alias: alias.name.clone(),
                                version: version.version.clone(),
                                variable: variable.name.clone(),
                                title: found.title.clone(),
                                detector: found.detector.clone(),
                            }
                        }));
                    }
                    Observed::Missing(gap) => gaps.push(gap.clone()),
                },
            ),
            code_injection_variables: Fact::of(variables, |variables| {
                variables
                    .iter()
                    .filter_map(|variable| {
                        let (_, effect) = CODE_INJECTION
                            .iter()
                            .find(|(name, _)| *name == variable.name)?;
                        Some(CodeInjectionVariable {
                            variable: variable.name.clone(),
                            effect: (*effect).to_owned(),
                        })
                    })
                    .collect()
            }),
        }
    }
}

/// Matches that are sure enough to be called credentials.
fn credentials(
    variables: &[EnvironmentVariable],
) -> impl Iterator<Item = (&EnvironmentVariable, &crate::inventory::SecretMatch)> {
    variables.iter().flat_map(|variable| {
        let sure = variable
            .secrets
            .iter()
            .filter(|found| matches!(found.confidence.as_str(), "high" | "medium"));
        sure.map(move |found| (variable, found))
    })
}
