//! Secrets in environment variables, as found at intake.

use schemars::JsonSchema;
use serde::Serialize;

use super::runtime::aliased_offenders;
use super::{Context, Fact};
use crate::inventory::{CodeLoading, EnvironmentVariable, Observed, SecretMatch};
use crate::reference::code_variables;

/// What was found in environment variables. Values never reach this place.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SecretFacts {
    /// Whether the function has environment variables.
    pub has_variables: Fact<bool>,
    /// Whether the function's configuration overrides the entry point or the command of its image.
    pub has_image_command: Fact<bool>,
    /// Credentials found in values of environment variables, and in the entry point and the command of an image.
    pub in_environment: Fact<Vec<FoundSecret>>,
    /// Credentials found in values of environment variables of published versions behind aliases.
    pub behind_alias: Fact<Vec<AliasedSecret>>,
    /// Variables that make the runtime load other code than the function's.
    pub code_injection_variables: Fact<Vec<CodeInjectionVariable>>,
}

/// A credential in an environment variable.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct FoundSecret {
    /// The variable's name; `ImageConfig.EntryPoint` or `ImageConfig.Command` of an image.
    pub variable: String,
    /// Whether it stands in the command of an image rather than in a variable.
    pub in_command: bool,
    /// Id of the detector that found it.
    pub detector: String,
    /// What it is, in words.
    pub title: String,
    /// `high`, `medium` or `low`: how sure the detector is.
    #[schemars(extend("enum" = ["high", "medium", "low"]))]
    pub confidence: String,
    /// Whether that is more than `low`.
    pub certain: bool,
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
    /// Whether the detector is more than a little sure.
    pub certain: bool,
}

/// A variable that makes the runtime load other code.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CodeInjectionVariable {
    /// The variable's name.
    pub variable: String,
    /// What it does.
    pub effect: String,
    /// Whether the value is known to load other code.
    pub certain: bool,
}

impl SecretFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let configuration = &context.function.configuration;
        let variables = &configuration.environment.variables;
        let image = &configuration.image_command;
        Self {
            has_variables: Fact::of(variables, |variables| !variables.is_empty()),
            has_image_command: Fact::of(image, |parts| !parts.is_empty()),
            in_environment: in_environment(context),
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
                                certain: is_sure(found),
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
                        let known = code_variables().get(&variable.name)?;
                        Some(CodeInjectionVariable {
                            variable: variable.name.clone(),
                            effect: known.effect.clone(),
                            certain: match variable.loads_code {
                                Some(CodeLoading::No) => return None,
                                Some(CodeLoading::Yes) => true,
                                Some(CodeLoading::Perhaps) | None => false,
                            },
                        })
                    })
                    .collect()
            }),
        }
    }
}

/// Credentials in the variables and in the command of an image. One that is known decides, whatever could not be read.
fn in_environment(context: Context<'_>) -> Fact<Vec<FoundSecret>> {
    let configuration = &context.function.configuration;
    let mut found = Vec::new();
    let mut gaps = Vec::new();
    match &configuration.environment.variables {
        Observed::Known(variables) => found.extend(
            credentials(variables)
                .map(|(variable, secret)| FoundSecret::new(&variable.name, false, secret)),
        ),
        Observed::Missing(gap) => gaps.push(gap.clone()),
    }
    match &configuration.image_command {
        Observed::Known(parts) => {
            for part in parts {
                let counted = part.secrets.iter().filter(|found| counts(found));
                found.extend(counted.map(|secret| FoundSecret::new(&part.part, true, secret)));
            }
        }
        Observed::Missing(gap) => gaps.push(gap.clone()),
    }
    Fact::offenders(found, gaps)
}

impl FoundSecret {
    fn new(variable: &str, in_command: bool, found: &SecretMatch) -> Self {
        Self {
            variable: variable.to_owned(),
            in_command,
            detector: found.detector.clone(),
            title: found.title.clone(),
            confidence: found.confidence.clone(),
            certain: is_sure(found),
            length: found.length as i64,
            fingerprint: found.fingerprint.clone(),
        }
    }
}

/// Whether a match is, or may be, a credential; others are for information.
fn counts(found: &SecretMatch) -> bool {
    is_sure(found) || found.confidence == "low"
}

fn is_sure(found: &SecretMatch) -> bool {
    matches!(found.confidence.as_str(), "high" | "medium")
}

/// Matches that are, or may be, credentials.
fn credentials(
    variables: &[EnvironmentVariable],
) -> impl Iterator<Item = (&EnvironmentVariable, &SecretMatch)> {
    variables.iter().flat_map(|variable| {
        let counted = variable.secrets.iter().filter(|found| counts(found));
        counted.map(move |found| (variable, found))
    })
}
