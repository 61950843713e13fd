//! The lists themselves, one for each service.

use std::collections::BTreeSet;

use tokio::sync::mpsc;

use super::sought::{List, Sought};
use crate::aws::Session;
use crate::collect::apis::Listed;
use crate::collect::balancers;
use crate::collect::logs;
use crate::collect::place::Place;
use crate::collect::probe::{Probe, probes};
use crate::collect::text::{Unreadable, listed, present, required};
use crate::inventory::{Gap, LogGroup, Observed};
use crate::operation;
use crate::policy::{Arn, Pattern};

/// A minimal call of each operation, to test whether it is allowed.
pub(in crate::collect) const S3_PROBES: &[Probe] = probes!(
    s3: |on| s3 = on.session.s3();
    LIST_BUCKETS => s3.list_buckets().max_buckets(1),
);
pub(in crate::collect) const SNS_PROBES: &[Probe] = probes!(
    sns: |on| sns = on.session.sns(on.region());
    LIST_TOPICS => sns.list_topics(),
);
pub(in crate::collect) const SQS_PROBES: &[Probe] = probes!(
    sqs: |on| sqs = on.session.sqs(on.region());
    LIST_QUEUES => sqs.list_queues().max_results(1),
);
pub(in crate::collect) const EVENTS_PROBES: &[Probe] = probes!(
    events: |on| events = on.session.events(on.region());
    LIST_RULES => events.list_rules().limit(1),
);

/// AWS's code for "there is no such event bus".
const NO_BUS: &str = "ResourceNotFoundException";

/// What a list holds, as far as it could be read.
#[derive(Debug, Default)]
pub(super) struct Found {
    names: BTreeSet<String>,
    gap: Option<Gap>,
}

impl Found {
    /// Whether something of that name is there; only a whole list can say that nothing is.
    pub(super) fn holds(&self, sought: &Sought<'_>) -> Observed<bool> {
        let pattern = Pattern::glob(sought.name);
        let there =
            self.names.contains(sought.name) || self.names.iter().any(|name| pattern.matches(name));
        match &self.gap {
            Some(gap) if !there => Observed::Missing(gap.clone()),
            _ => Observed::Known(there),
        }
    }

    fn add(&mut self, names: Result<Vec<String>, Gap>) {
        match names {
            Ok(names) => self.names.extend(names),
            Err(gap) => self.gap = self.gap.take().or(Some(gap)),
        }
    }
}

/// What was read of a region already, and is not read again.
pub(super) struct Known<'a> {
    pub(super) log_groups: &'a [LogGroup],
    pub(super) apis: Option<&'a Listed>,
    pub(super) target_groups: Option<&'a Result<Vec<balancers::Listed>, Gap>>,
}

impl List {
    /// Reads it to its last page. Log groups are asked for by their names.
    pub(super) async fn read(
        &self,
        session: &Session,
        place: &Place<'_>,
        sought: &[Sought<'_>],
        known: &Known<'_>,
    ) -> Found {
        let region = place.region;
        let mut found = Found::default();
        match self {
            Self::Buckets => found.add(buckets(place, &session.s3()).await),
            Self::Topics => found.add(topics(place, &session.sns(region)).await),
            Self::Queues => found.add(queues(place, &session.sqs(region)).await),
            Self::Rules { bus } => {
                let client = session.events(region);
                found.add(rules(place, &client, bus.as_deref()).await);
            }
            Self::Apis => {
                let read;
                let listed = match known.apis {
                    Some(listed) => listed,
                    None => {
                        read = Listed::read(session, place).await;
                        &read
                    }
                };
                for list in listed.both() {
                    match list {
                        Ok(apis) => found.names.extend(apis.iter().map(|api| api.id.clone())),
                        Err(gap) => found.add(Err(gap.clone())),
                    }
                }
            }
            Self::TargetGroups => {
                let groups = match known.target_groups {
                    Some(groups) => groups.clone(),
                    None => {
                        let client = session.balancers(region);
                        balancers::target_groups(place, &client).await
                    }
                };
                found.add(groups.map(|groups| groups.into_iter().filter_map(resource).collect()));
            }
            Self::LogGroups => {
                let known = known.log_groups.iter().map(|group| group.name.clone());
                found.names.extend(known);
                let client = session.logs(region);
                found.add(log_groups(place, &client, sought, &found.names).await);
            }
        }
        found
    }
}

/// Pages are asked for by their size: without it, an account with more buckets than AWS's default quota is refused.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html>
async fn buckets(place: &Place<'_>, client: &aws_sdk_s3::Client) -> Result<Vec<String>, Gap> {
    let pages = client.list_buckets().max_buckets(1000);
    place
        .list(
            &operation::s3::LIST_BUCKETS,
            None,
            pages.into_paginator().send(),
            |page| page.continuation_token(),
            |page| {
                let buckets = listed(page.buckets.as_ref(), "Buckets")?.iter();
                names(buckets.map(|bucket| required(bucket.name(), "Name")))
            },
        )
        .await
}

/// The part of a target group's ARN that names it.
fn resource(group: balancers::Listed) -> Option<String> {
    Arn::parse(&group.arn).map(|arn| arn.resource.to_owned())
}

async fn topics(place: &Place<'_>, client: &aws_sdk_sns::Client) -> Result<Vec<String>, Gap> {
    place
        .list(
            &operation::sns::LIST_TOPICS,
            None,
            client.list_topics().into_paginator().send(),
            |page| page.next_token(),
            |page| {
                let topics = listed(page.topics.as_ref(), "Topics")?.iter();
                names(topics.map(|topic| {
                    let arn = Arn::parse(required(topic.topic_arn(), "TopicArn")?);
                    arn.map(|arn| arn.resource)
                        .ok_or_else(|| Unreadable("a `TopicArn` is none".to_owned()))
                }))
            },
        )
        .await
}

/// Without a page size AWS names 1000 queues and says nothing of the others. Where there is no queue at
/// all, it leaves the list out.
///
/// Source: <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html>
async fn queues(place: &Place<'_>, client: &aws_sdk_sqs::Client) -> Result<Vec<String>, Gap> {
    let pages = client.list_queues().max_results(1000);
    place
        .list(
            &operation::sqs::LIST_QUEUES,
            None,
            pages.into_paginator().send(),
            |page| page.next_token(),
            |page| {
                let urls = page.queue_urls().iter();
                names(urls.map(|url| required(url.rsplit('/').next(), "QueueUrls")))
            },
        )
        .await
}

/// On a bus that is gone there is no rule.
async fn rules(
    place: &Place<'_>,
    client: &aws_sdk_eventbridge::Client,
    bus: Option<&str>,
) -> Result<Vec<String>, Gap> {
    let operation = &operation::events::LIST_RULES;
    let ask = |token| {
        client
            .list_rules()
            .set_event_bus_name(bus.map(str::to_owned))
            .limit(100)
            .set_next_token(token)
            .send()
    };
    let rules = place.pages(operation, bus, ask, |page| {
        let rules = listed(page.rules.as_ref(), "Rules")?.iter();
        let names = names(rules.map(|rule| required(rule.name(), "Name")))?;
        Ok((names, present(page.next_token())))
    });
    match rules.await {
        Err(gap) if bus.is_some() && gap.code.as_deref() == Some(NO_BUS) => Ok(Vec::new()),
        rules => rules,
    }
}

async fn log_groups(
    place: &Place<'_>,
    client: &aws_sdk_cloudwatchlogs::Client,
    sought: &[Sought<'_>],
    known: &BTreeSet<String>,
) -> Result<Vec<String>, Gap> {
    let mut asked = None;
    for one in sought {
        if !known.contains(one.name) {
            let (send, _) = asked.get_or_insert_with(mpsc::unbounded_channel);
            // the other end is below
            let _ = send.send(one.name.to_owned());
        }
    }
    let Some((send, asked)) = asked else {
        return Ok(Vec::new());
    };
    drop(send);
    match logs::collect(place, client, asked).await {
        Observed::Known(groups) => Ok(groups.into_iter().map(|group| group.name).collect()),
        Observed::Missing(gap) => Err(gap),
    }
}

fn names<'a>(
    read: impl Iterator<Item = Result<&'a str, Unreadable>>,
) -> Result<Vec<String>, Unreadable> {
    read.map(|name| name.map(str::to_owned)).collect()
}
