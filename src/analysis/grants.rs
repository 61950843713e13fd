//! What resource-based policies say at first sight, for facts that need no evaluation.

use serde_json::Value;

use super::Context;
use crate::inventory::{Function, Gap, GapKind, Observed};

/// A policy that cannot be understood.
#[derive(Debug, thiserror::Error)]
pub(super) enum PolicyError {
    /// No JSON.
    #[error("the policy cannot be parsed: {0}")]
    Json(#[from] serde_json::Error),
    /// JSON, but no policy.
    #[error("the policy has no statements")]
    NoStatements,
}

/// The policies of a function by qualifier, of those that have one; the gap where one was not read.
///
/// `$LATEST` stands for the unqualified function, aliases and versions for themselves.
pub(super) fn policies(function: &Function) -> Vec<Result<(&str, &str), &Gap>> {
    let mut all = Vec::new();
    push(&mut all, "$LATEST", &function.policy);
    match &function.aliases {
        Observed::Known(aliases) => {
            for alias in aliases {
                push(&mut all, &alias.name, &alias.policy);
            }
        }
        Observed::Missing(gap) => all.push(Err(gap)),
    }
    match (&function.versions, &function.aliases) {
        (Observed::Known(versions), _) => {
            for version in versions {
                push(&mut all, &version.version, &version.policy);
            }
        }
        (Observed::Missing(gap), Observed::Known(aliases)) if !aliases.is_empty() => {
            all.push(Err(gap))
        }
        (Observed::Missing(_), _) => {}
    }
    all
}

fn push<'a>(
    all: &mut Vec<Result<(&'a str, &'a str), &'a Gap>>,
    qualifier: &'a str,
    policy: &'a Observed<Option<String>>,
) {
    match policy {
        Observed::Known(Some(text)) => all.push(Ok((qualifier, text))),
        Observed::Known(None) => {}
        Observed::Missing(gap) => all.push(Err(gap)),
    }
}

/// The gap for a policy of a function that cannot be understood.
pub(super) fn unparsable(context: Context<'_>, qualifier: &str, error: &PolicyError) -> Gap {
    Gap::new(
        "lambda:GetPolicy",
        GapKind::Malformed,
        format!("policy of `{qualifier}`: {error}"),
    )
    .at(context.account.id(), &context.region.region)
    .about(&context.function.arn)
}

/// Services that some statement allows something, whatever its conditions.
pub(super) fn services(text: &str) -> Result<Vec<String>, PolicyError> {
    let statements = statements(text)?;
    let allowed = statements.iter().filter(|statement| allows(statement));
    Ok(allowed
        .flat_map(|statement| {
            statement
                .pointer("/Principal/Service")
                .map(list)
                .unwrap_or_default()
        })
        .collect())
}

/// Statements that allow everybody something: principal `*` and no condition on the caller's
/// account or organisation. By id, or by place (`#1`) where there is none.
pub(super) fn public_statements(text: &str) -> Result<Vec<String>, PolicyError> {
    let all = statements(text)?;
    let public = all.iter().enumerate().filter(|(_, statement)| {
        allows(statement) && everybody(&statement["Principal"]) && !narrows(&statement["Condition"])
    });
    Ok(public
        .map(|(index, statement)| {
            statement["Sid"]
                .as_str()
                .map_or_else(|| format!("#{}", index + 1), str::to_owned)
        })
        .collect())
}

/// Whether a policy allows everybody everything, as the default policy of a VPC endpoint does.
pub(super) fn allows_everything(text: &str) -> Result<bool, PolicyError> {
    let statements = statements(text)?;
    let open = |statement: &Value| {
        allows(statement)
            && everybody(&statement["Principal"])
            && list(&statement["Action"])
                .iter()
                .any(|action| action == "*")
            && list(&statement["Resource"])
                .iter()
                .any(|resource| resource == "*")
            && statement["Condition"].is_null()
    };
    Ok(statements.iter().any(open) && statements.iter().all(allows))
}

fn statements(text: &str) -> Result<Vec<Value>, PolicyError> {
    let mut policy: Value = serde_json::from_str(text)?;
    match policy.get_mut("Statement").map(Value::take) {
        Some(Value::Array(statements)) => Ok(statements),
        Some(statement @ Value::Object(_)) => Ok(vec![statement]),
        _ => Err(PolicyError::NoStatements),
    }
}

fn allows(statement: &Value) -> bool {
    statement["Effect"] == "Allow"
}

fn everybody(principal: &Value) -> bool {
    principal == "*" || list(&principal["AWS"]).iter().any(|name| name == "*")
}

/// Whether a condition ties the caller to an account or organisation by a fixed value.
fn narrows(condition: &Value) -> bool {
    const KEYS: [&str; 3] = [
        "aws:principalorgid",
        "aws:principalaccount",
        "aws:sourceaccount",
    ];
    let positive = ["StringEquals", "StringEqualsIgnoreCase", "StringLike"];
    let keys = positive
        .iter()
        .filter_map(|operator| condition[*operator].as_object())
        .flatten();
    keys.into_iter().any(|(key, values)| {
        KEYS.contains(&key.to_ascii_lowercase().as_str())
            && list(values)
                .iter()
                .all(|value| !value.contains(['*', '?', '$']))
    })
}

/// A string or a list of strings, as policies allow everywhere.
fn list(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items
            .iter()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect(),
        _ => Vec::new(),
    }
}
