//! What resource-based policies say at first sight, for facts that need no evaluation.

use super::Context;
use crate::inventory::{Function, Gap, GapKind, Observed};
use crate::policy::{Condition, Effect, ParseError, Policy, Principal, Statement, Test};

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
pub(super) fn unparsable(context: Context<'_>, qualifier: &str, error: &ParseError) -> Gap {
    Gap::new(
        "lambda:GetPolicy",
        GapKind::Malformed,
        format!("policy of `{qualifier}`: {error}"),
    )
    .at(context.account.id(), &context.region.region)
    .about(&context.function.arn)
}

/// Services that some statement allows something, whatever its conditions.
pub(super) fn services(text: &str) -> Result<Vec<String>, ParseError> {
    let policy = Policy::parse(text)?;
    let principals = allowing(&policy).filter_map(|statement| statement.principal.as_ref());
    Ok(principals
        .filter(|principal| !principal.negated)
        .flat_map(|principal| &principal.items)
        .filter_map(|principal| match principal {
            Principal::Service(service) => Some(service.service.clone()),
            _ => None,
        })
        .collect())
}

/// Statements that allow everybody something: every principal, and no condition that ties the
/// caller to an account or organisation. By id, or by place (`#1`) where there is none.
pub(super) fn public_statements(text: &str) -> Result<Vec<String>, ParseError> {
    let policy = Policy::parse(text)?;
    Ok(allowing(&policy)
        .filter(|statement| everybody(statement) && !statement.conditions.iter().any(narrows))
        .map(|statement| {
            statement
                .sid
                .clone()
                .unwrap_or_else(|| format!("#{}", statement.index + 1))
        })
        .collect())
}

/// Whether a policy allows everybody everything, as the default policy of a VPC endpoint does.
pub(super) fn allows_everything(text: &str) -> Result<bool, ParseError> {
    let policy = Policy::parse(text)?;
    let open = |statement: &Statement| {
        let all_resources = statement.resource.as_ref().is_some_and(|resource| {
            !resource.negated && resource.items.iter().any(|item| item.written() == "*")
        });
        everybody(statement)
            && !statement.action.negated
            && statement
                .action
                .items
                .written()
                .iter()
                .any(|action| action == "*")
            && all_resources
            && statement.conditions.is_empty()
    };
    let denies = policy
        .statements
        .iter()
        .any(|statement| statement.effect == Effect::Deny);
    Ok(!denies && allowing(&policy).any(open))
}

fn allowing(policy: &Policy) -> impl Iterator<Item = &Statement> {
    policy
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow)
}

/// Whether it names everybody; all but some are everybody too.
fn everybody(statement: &Statement) -> bool {
    statement.principal.as_ref().is_some_and(|principal| {
        principal.negated || principal.items.contains(&Principal::Everyone)
    })
}

/// Whether a condition ties the caller to an account or organisation by fixed values.
fn narrows(condition: &Condition) -> bool {
    const KEYS: [&str; 3] = [
        "aws:principalorgid",
        "aws:principalaccount",
        "aws:sourceaccount",
    ];
    let operator = &condition.operator;
    let equality = matches!(
        operator.test,
        Test::StringEquals | Test::StringEqualsIgnoreCase | Test::StringLike
    );
    equality
        && !operator.negated
        && !operator.if_exists
        && operator.quantifier.is_none()
        && KEYS.contains(&condition.key.to_ascii_lowercase().as_str())
        && condition
            .values
            .iter()
            .all(|value| !value.written().contains(['*', '?', '$']))
}
