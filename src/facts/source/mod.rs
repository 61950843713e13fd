//! Where facts come from: the calls behind every field that a check may read.
//!
//! With the fields that an expression reads this gives the call plan of a scan and the
//! permissions that it needs.

mod table;

use std::collections::BTreeSet;

use self::table::SOURCES;

/// Labels of the operations that yield the facts at a dotted path, and everything below it.
pub fn operations(path: &str) -> BTreeSet<&'static str> {
    let nearest = SOURCES
        .iter()
        .filter(|(source, _)| within(path, source))
        .max_by_key(|(source, _)| source.len());
    let below = SOURCES.iter().filter(|(source, _)| within(source, path));
    nearest
        .into_iter()
        .chain(below)
        .flat_map(|(_, calls)| calls.iter().copied().flatten().copied())
        .collect()
}

/// Calls that each cost one a function on the quota that Lambda's control plane shares.
const DEEP: [&str; 3] = [
    "lambda:GetFunctionRecursionConfig",
    "lambda:GetRuntimeManagementConfig",
    "lambda:ListFunctionEventInvokeConfigs",
];

/// Facts about all URLs of a function. For the others those suffice that a policy lets somebody
/// outside call, which standard depth reads.
const ALL_URLS: &[&str] = &[
    "exposure.cors_urls",
    "exposure.credentialed_wildcard_cors_urls",
    "exposure.dormant_urls",
    "exposure.urls",
    "exposure.wildcard_cors_urls",
];

/// Whether only deep depth makes the calls of an operation.
pub fn is_deep(operation: &str) -> bool {
    DEEP.contains(&operation)
}

/// What standard depth knows of a fact.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum AtStandard {
    /// Nothing: every call behind it is one that standard depth leaves out.
    Nothing,
    /// What other calls say: of some functions it is known, and of lists a part.
    Part,
    /// All of it.
    Whole,
}

/// What standard depth knows of the facts at a dotted path, and everything below it.
pub fn at_standard(path: &str) -> AtStandard {
    let operations = operations(path);
    let left_out = |operation: &&str| DEEP.contains(operation);
    let all_urls = ALL_URLS
        .iter()
        .any(|urls| within(path, urls) || within(urls, path));
    if !operations.is_empty() && operations.iter().all(left_out) {
        AtStandard::Nothing
    } else if all_urls || operations.iter().any(left_out) {
        AtStandard::Part
    } else {
        AtStandard::Whole
    }
}

fn within(inner: &str, outer: &str) -> bool {
    inner
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::facts::{Scope, schema};
    use crate::inventory::{OPERATIONS, Operation};

    #[test]
    fn every_operation_named_is_published() {
        let published: BTreeSet<String> = OPERATIONS.iter().map(Operation::label).collect();
        for (path, calls) in SOURCES {
            for operation in calls.iter().copied().flatten() {
                assert!(published.contains(*operation), "{path} names {operation}");
            }
        }
    }

    #[test]
    fn fields_that_need_a_call_of_their_own_say_so() {
        // A field that takes its part's source must be read off the configuration alone.
        let known: BTreeSet<String> = parts()
            .into_iter()
            .flat_map(|(part, fields)| {
                let paths: Vec<String> = fields
                    .iter()
                    .map(|field| format!("{part}.{field}"))
                    .collect();
                std::iter::once(part).chain(paths)
            })
            .collect();
        for (path, _) in SOURCES {
            assert!(known.contains(*path), "{path} is no field");
        }
        for (part, _) in parts() {
            assert!(
                SOURCES.iter().any(|(source, _)| *source == part),
                "{part} has no source"
            );
        }
    }

    #[test]
    fn what_needs_a_call_a_function_is_deep() {
        for path in [
            "exposure",
            "exposure.urls",
            "function.recursion_allowed",
            "events.destinations",
        ] {
            assert_ne!(at_standard(path), AtStandard::Whole, "{path}");
        }
        assert_eq!(
            at_standard("function.recursion_allowed"),
            AtStandard::Nothing
        );
        assert_eq!(at_standard("events.destinations"), AtStandard::Part);
        for path in [
            "exposure.unauthenticated_urls",
            "exposure.aliases",
            "runtime.id",
            "events.mappings",
        ] {
            assert_eq!(at_standard(path), AtStandard::Whole, "{path}");
        }
        let published: BTreeSet<String> = OPERATIONS.iter().map(Operation::label).collect();
        assert!(DEEP.iter().all(|operation| published.contains(*operation)));
    }

    #[test]
    fn the_nearest_source_counts() {
        assert_eq!(
            operations("role.exists"),
            BTreeSet::from(["iam:GetAccountAuthorizationDetails"])
        );
        assert_eq!(
            operations("role.shared"),
            BTreeSet::from(["lambda:ListFunctions"])
        );
        assert!(operations("role").contains("iam:GetAccountAuthorizationDetails"));
    }

    fn parts() -> Vec<(String, Vec<String>)> {
        let schemas = [Scope::Function, Scope::Layer, Scope::Account].map(schema);
        let parts = schemas.iter().flat_map(|schema| {
            let parts = schema["properties"].as_object().unwrap();
            parts.iter().map(move |(part, value)| (part, value, schema))
        });
        parts
            .map(|(part, value, schema): (&String, &Value, &Value)| {
                let name = value["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
                let fields = schema["$defs"][name]["properties"].as_object().unwrap();
                (part.clone(), fields.keys().cloned().collect())
            })
            .collect()
    }
}
