//! `lamppost permissions`: the least that the scanner must be allowed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::args::PermissionsArgs;
use super::error::CliError;
use super::setup::{Setup, at_depth};
use crate::check;
use crate::finding::Outcome;
use crate::operation::{self, Plan};
use crate::report;

pub(super) fn run(args: &PermissionsArgs, setup: &Setup) -> Result<Outcome, CliError> {
    let registry = setup.registry(&args.checks)?;
    let checks = setup.select(&registry, &args.checks)?;
    let chosen = at_depth(checks, &args.checks, args.depth.depth);
    let plan = check::plan(chosen.checks.iter().copied()).at(chosen.depth);
    report::print_json(&policy(&plan, args.org, args.role_name.as_deref()))?;
    Ok(Outcome::Clean)
}

/// An IAM policy that allows exactly the plan's calls.
///
/// `organization` adds what lists an organisation: it only answers in the management account or
/// for a delegated administrator. Whether a foreign account is of the own organisation is asked
/// anyhow, by checks that need to know.
pub(super) fn policy(plan: &Plan, organization: bool, role_name: Option<&str>) -> Value {
    let chosen = || {
        operation::all().filter(|operation| {
            let asked = plan.contains(operation) && operation.depth <= plan.depth()
                || **operation == operation::ec2::DESCRIBE_REGIONS;
            let listing = operation.service == operation::organizations::SERVICE;
            (asked || listing && organization) && **operation != operation::sts::ASSUME_ROLE
        })
    };
    let actions: BTreeSet<&str> = chosen()
        .filter(|operation| operation.resources.is_empty())
        .flat_map(|operation| {
            operation
                .action
                .into_iter()
                .chain(operation.further.iter().copied())
        })
        .collect();
    let mut statements = vec![json!({
        "Sid": "Observe",
        "Effect": "Allow",
        "Action": actions,
        "Resource": "*",
    })];
    let mut bound: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operation in chosen() {
        if let (Some(action), [_, ..]) = (operation.action, operation.resources) {
            bound.entry(action).or_default().extend(operation.resources);
        }
    }
    statements.extend(bound.into_iter().map(|(action, resources)| {
        let name = action.split_once(':').map_or(action, |(_, name)| name);
        // the action of API Gateway for whatever has none of its own
        let subject = if name == "GET" {
            "Apis"
        } else {
            name.trim_start_matches("List")
        };
        json!({
            "Sid": format!("Observe{subject}"),
            "Effect": "Allow",
            "Action": action,
            "Resource": resources,
        })
    }));
    if let Some(role) = role_name {
        statements.push(json!({
            "Sid": "EnterAccounts",
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": format!("arn:aws:iam::*:role/{role}"),
        }));
    }
    json!({ "Version": "2012-10-17", "Statement": statements })
}
