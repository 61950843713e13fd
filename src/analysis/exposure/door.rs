//! A policy and the resource that it opens.

use std::sync::Arc;

use crate::policy::{Arn, Condition, Effect, Policy, Principal, Statement, Target};

/// A resource-based policy on one function, alias, version or layer version.
#[derive(Clone, Debug)]
pub struct Door<'a> {
    /// The alias or version; `$LATEST` for the unqualified function.
    pub qualifier: &'a str,
    /// What callers ask for: the ARN with the qualifier.
    pub resource: Target,
    /// The policy.
    pub policy: &'a Policy,
    /// The function URL of that qualifier.
    pub url: UrlState,
}

/// Whether a function URL answers for a qualifier, and whom.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UrlState {
    /// There is none.
    Absent,
    /// One that asks nobody who is calling (`NONE`).
    Open(UrlAge),
    /// One for signed requests (`AWS_IAM`).
    Signed(UrlAge),
}

/// Which rule holds for a URL: since October 2025 new ones need two grants, to
/// `lambda:InvokeFunctionUrl` and to `lambda:InvokeFunction`.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UrlAge {
    /// Made since: both grants are needed.
    New,
    /// Made before, or it is not known when: one grant may still do.
    Old,
}

impl UrlAge {
    /// From the time of creation as AWS writes it; AWS does not say on which day of October the
    /// rule changed.
    pub fn of(created: Option<&str>) -> Self {
        match created {
            Some(created) if created.get(..7).is_some_and(|month| month > "2025-10") => Self::New,
            _ => Self::Old,
        }
    }
}

impl<'a> Door<'a> {
    /// Its Allow statements.
    pub(super) fn allows(&self) -> impl Iterator<Item = &'a Arc<Statement>> {
        statements(self.policy, Effect::Allow)
    }

    /// Its Deny statements.
    pub(in crate::analysis) fn denies(&self) -> impl Iterator<Item = &'a Arc<Statement>> {
        statements(self.policy, Effect::Deny)
    }

    fn arn(&self) -> Option<Arn<'_>> {
        match &self.resource {
            Target::Exact(arn) => Arn::parse(arn),
            Target::Like(_) | Target::Any(_) => None,
        }
    }

    pub(super) fn region(&self) -> &str {
        self.arn()
            .map(|arn| arn.region)
            .filter(|region| !region.is_empty())
            .unwrap_or("us-east-1")
    }

    pub(super) fn partition(&self) -> &str {
        self.arn().map_or("aws", |arn| arn.partition)
    }

    /// Whether it is a layer version; `None` where the resource is not known.
    pub(super) fn is_layer(&self) -> Option<bool> {
        self.arn().map(|arn| arn.resource.starts_with("layer:"))
    }
}

fn statements(policy: &Policy, effect: Effect) -> impl Iterator<Item = &Arc<Statement>> {
    policy
        .statements
        .iter()
        .filter(move |statement| statement.effect == effect)
}

/// A statement's id, or its place where it has none.
pub(super) fn name(statement: &Statement) -> String {
    match &statement.sid {
        Some(sid) if !sid.is_empty() => sid.clone(),
        _ => format!("#{}", statement.index + 1),
    }
}

/// What the conditions of some statements say of some keys.
#[derive(Clone, Debug, Default)]
pub(in crate::analysis) struct Mentioned<'a> {
    conditions: Vec<&'a Condition>,
    /// Principals that `NotPrincipal` exempts.
    pub(super) exempt: Vec<&'a Principal>,
    /// Principals that a Deny is for.
    denied: Vec<&'a Principal>,
}

impl<'a> Mentioned<'a> {
    pub(in crate::analysis) fn new(statements: impl Iterator<Item = &'a Arc<Statement>>) -> Self {
        let mut mentioned = Self::default();
        for statement in statements {
            mentioned.conditions.extend(&statement.conditions);
            match &statement.principal {
                Some(element) if element.negated => mentioned.exempt.extend(&element.items),
                Some(element) if statement.effect == Effect::Deny => {
                    mentioned.denied.extend(&element.items);
                }
                _ => {}
            }
        }
        mentioned
    }

    /// Principals that statements treat otherwise than the rest.
    pub(super) fn principals(&self) -> impl Iterator<Item = &'a Principal> {
        self.exempt.iter().chain(&self.denied).copied()
    }

    pub(super) fn any(&self, keys: &[&str]) -> bool {
        self.of(keys).next().is_some()
    }

    /// Values as written, of keys that are given in lower case.
    pub(super) fn values(&self, keys: &[&str]) -> impl Iterator<Item = &'a str> {
        self.of(keys)
            .flat_map(|condition| &condition.values)
            .map(|value| value.written())
    }

    /// Whether a single condition is on these keys, and it compares with a `*` or `?` that is no wildcard to it: names
    /// that hold one are not to be had.
    pub(super) fn compares_stars(&self, keys: &[&str]) -> bool {
        let mut conditions = self.of(keys);
        let (Some(only), None) = (conditions.next(), conditions.next()) else {
            return false;
        };
        let mut values = only.values.iter().map(|value| value.written());
        !only.operator.takes_wildcards() && values.any(|value| value.contains(['*', '?']))
    }

    /// The conditions on keys that are given in lower case.
    pub(super) fn of(&self, keys: &[&str]) -> impl Iterator<Item = &'a Condition> {
        self.conditions.iter().copied().filter(move |condition| {
            keys.iter()
                .any(|key| condition.key.eq_ignore_ascii_case(key))
        })
    }
}
