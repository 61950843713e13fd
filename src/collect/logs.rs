//! The log groups that functions write to.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types as sdk;

use super::place::{Place, together};
use super::text::{Unreadable, listed, present, required};
use crate::inventory::{Function, Gap, LogGroup, Observed};

const OPERATION: &str = "logs:DescribeLogGroups";

/// The most identifiers that one call takes.
const BATCH: usize = 50;

/// How many batches are asked for at once.
const BATCHES_AT_ONCE: usize = 4;

/// The log groups of all functions, asked for by name; a group that AWS leaves out does not exist.
pub(super) async fn collect(
    place: &Place<'_>,
    client: &Client,
    functions: &[Function],
) -> Observed<Vec<LogGroup>> {
    if let Some(gap) = place.forbidden(OPERATION, None) {
        return Observed::Missing(gap);
    }
    let names: BTreeSet<String> = functions.iter().map(group_of).collect();
    let names: Vec<String> = names.into_iter().collect();
    let batches = names
        .chunks(BATCH)
        .map(|names| batch(place, client, names.to_vec()));
    let mut groups = Vec::new();
    for batch in together(batches, BATCHES_AT_ONCE).await {
        match batch {
            Ok(batch) => groups.extend(batch),
            Err(gap) => return Observed::Missing(gap),
        }
    }
    // Who does not know the filter answers with every group there is.
    groups.retain(|group| names.binary_search(&group.name).is_ok());
    Observed::Known(groups)
}

fn group_of(function: &Function) -> String {
    function
        .configuration
        .logging
        .group
        .clone()
        .unwrap_or_else(|| format!("/aws/lambda/{}", function.name))
}

async fn batch(
    place: &Place<'_>,
    client: &Client,
    names: Vec<String>,
) -> Result<Vec<LogGroup>, Gap> {
    let pages = client
        .describe_log_groups()
        .set_log_group_identifiers(Some(names))
        .into_paginator()
        .send();
    place
        .list(
            OPERATION,
            None,
            pages,
            |page| page.next_token(),
            |page| {
                listed(page.log_groups.as_ref(), "logGroups")?
                    .iter()
                    .map(group)
                    .collect()
            },
        )
        .await
}

fn group(from: &sdk::LogGroup) -> Result<LogGroup, Unreadable> {
    Ok(LogGroup {
        name: required(from.log_group_name(), "logGroupName")?.to_owned(),
        retention_days: from.retention_in_days(),
        kms_key_arn: present(from.kms_key_id()),
        class: from
            .log_group_class()
            .map_or("", |class| class.as_str())
            .to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_bear_missing_members_but_not_a_missing_name() {
        let named = sdk::LogGroup::builder().log_group_name("/aws/lambda/api");
        let read = group(&named.clone().build()).unwrap();
        assert_eq!(
            (read.retention_days, read.kms_key_arn, read.class.as_str()),
            (None, None, "")
        );
        let read = group(
            &named
                .log_group_class(sdk::LogGroupClass::from("FROZEN"))
                .build(),
        );
        assert_eq!(read.unwrap().class, "FROZEN");
        assert!(group(&sdk::LogGroup::builder().build()).is_err());
    }
}
