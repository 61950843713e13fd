//! The log groups that functions write to.

use std::collections::BTreeSet;

use aws_sdk_cloudwatchlogs::Client;
use aws_sdk_cloudwatchlogs::types as sdk;
use futures_util::StreamExt as _;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc::UnboundedReceiver;

use super::place::Place;
use super::probe::{Probe, probes};
use super::text::{Unreadable, listed, present, required};
use crate::inventory::{Configuration, Gap, LogGroup, Observed};
use crate::operation::{self, Operation};

/// A minimal call of each operation, to test whether it is allowed.
pub(super) const PROBES: &[Probe] = probes!(
    logs: |on| logs = on.session.logs(on.region());
    DESCRIBE_LOG_GROUPS => logs.describe_log_groups().limit(1),
);

const OPERATION: &Operation = &operation::logs::DESCRIBE_LOG_GROUPS;

/// The most identifiers that one call takes.
const BATCH: usize = 50;

/// How many batches are asked for at once.
const BATCHES_AT_ONCE: usize = 4;

/// The log groups of those names, asked for by name while further names arrive; a group that AWS
/// leaves out does not exist.
pub(super) async fn collect(
    place: &Place<'_>,
    client: &Client,
    mut names: UnboundedReceiver<String>,
) -> Observed<Vec<LogGroup>> {
    if let Some(gap) = place.forbidden(OPERATION, None) {
        return Observed::Missing(gap);
    }
    let mut known = BTreeSet::new();
    let mut waiting = Vec::new();
    let mut asking = FuturesUnordered::new();
    let mut groups = Vec::new();
    let mut more = true;
    loop {
        while asking.len() < BATCHES_AT_ONCE
            && (waiting.len() >= BATCH || (!more && !waiting.is_empty()))
        {
            let mut names: Vec<String> = waiting.drain(..waiting.len().min(BATCH)).collect();
            names.sort();
            asking.push(batch(place, client, names));
        }
        tokio::select! {
            name = names.recv(), if more => match name {
                Some(name) if known.insert(name.clone()) => waiting.push(name),
                Some(_) => {}
                None => more = false,
            },
            Some(batch) = asking.next(), if !asking.is_empty() => match batch {
                Ok(batch) => groups.extend(batch),
                Err(gap) => return Observed::Missing(gap),
            },
            else => break,
        }
    }
    // Who does not know the filter answers with every group there is.
    groups.retain(|group: &LogGroup| known.contains(&group.name));
    groups.sort_by(|one, other| one.name.cmp(&other.name));
    groups.dedup_by(|one, other| one.name == other.name);
    Observed::Known(groups)
}

/// The log group that a function of that name writes to.
pub(super) fn group_of(name: &str, configuration: &Configuration) -> String {
    configuration
        .logging
        .group
        .clone()
        .unwrap_or_else(|| format!("/aws/lambda/{name}"))
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
