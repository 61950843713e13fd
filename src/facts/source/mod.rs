//! Where facts come from: the calls behind every field that a check may read.
//!
//! With the fields that an expression reads this gives the call plan of a scan and the
//! permissions that it needs.

mod table;

use std::collections::BTreeSet;

use self::table::SOURCES;
use crate::operation::{Depth, Operation};

/// The operations that yield the facts at a dotted path, and everything below it.
pub fn operations(path: &str) -> BTreeSet<&'static Operation> {
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

/// Facts about all URLs of a function. For the others those suffice that a policy lets somebody
/// outside call, which standard depth reads.
const ALL_URLS: &[&str] = &[
    "exposure.cors_urls",
    "exposure.credentialed_wildcard_cors_urls",
    "exposure.dormant_urls",
    "exposure.urls",
    "exposure.wildcard_cors_urls",
];

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
    let left_out = |operation: &&Operation| operation.depth == Depth::Deep;
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
    use crate::operation::{iam, lambda};

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
            "lambda.recursion_allowed",
            "events.destinations",
        ] {
            assert_ne!(at_standard(path), AtStandard::Whole, "{path}");
        }
        assert_eq!(at_standard("lambda.recursion_allowed"), AtStandard::Nothing);
        assert_eq!(at_standard("events.destinations"), AtStandard::Part);
        for path in [
            "exposure.unauthenticated_urls",
            "exposure.aliases",
            "runtime.id",
            "events.mappings",
        ] {
            assert_eq!(at_standard(path), AtStandard::Whole, "{path}");
        }
    }

    #[test]
    fn the_nearest_source_counts() {
        assert_eq!(
            operations("role.exists"),
            BTreeSet::from([&iam::GET_ACCOUNT_AUTHORIZATION_DETAILS])
        );
        assert_eq!(
            operations("role.shared"),
            BTreeSet::from([&lambda::LIST_FUNCTIONS])
        );
        assert!(operations("role").contains(&iam::GET_ACCOUNT_AUTHORIZATION_DETAILS));
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
