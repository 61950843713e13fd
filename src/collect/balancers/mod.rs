//! Load balancers in front of functions.
//!
//! Nothing is asked in a region where no policy of a function lets load balancers in. Of the target groups there those
//! of functions are kept, and of the load balancers those that send requests to these.

mod records;

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_elasticloadbalancingv2 as sdk;

use super::collector::Collector;
use super::ec2;
use super::place::{Place, together};
use super::probe::{NOBODY, Probe, Subject, probes};
use super::text::{listed, required};
use crate::aws::Session;
use crate::inventory::{
    AccountRecord, Gap, Listener, ListenerRule, LoadBalancer, Observed, PrefixList,
    RegionBalancers, SecurityGroup, TargetGroup,
};
use crate::operation;

/// A minimal call of each operation, to test whether it is allowed.
pub(super) const PROBES: &[Probe] = probes!(
    elasticloadbalancing: |on| balancers = on.session.balancers(on.region());
    DESCRIBE_TARGET_GROUPS => balancers.describe_target_groups().page_size(1),
    DESCRIBE_TARGET_HEALTH => balancers
        .describe_target_health()
        .target_group_arn(nowhere(on, "targetgroup", "0000000000000000")),
    DESCRIBE_LOAD_BALANCERS => balancers.describe_load_balancers().page_size(1),
    DESCRIBE_LISTENERS => balancers
        .describe_listeners()
        .load_balancer_arn(nowhere(on, "loadbalancer/app", "0000000000000000")),
    DESCRIBE_RULES => balancers
        .describe_rules()
        .listener_arn(nowhere(on, "listener/app", "0000000000000000/0000000000000000")),
);

/// An ARN that nothing has.
fn nowhere(on: &Subject<'_>, kind: &str, id: &str) -> String {
    on.arn("elasticloadbalancing", &format!("{kind}/{NOBODY}/{id}"))
}

/// Records on a page, as many as there may be.
const PAGE: i32 = 400;

/// Things that are read at once, in each region and of each of their kind.
const AT_ONCE: usize = 4;

/// A target group of functions, as the list of target groups shows it.
#[derive(Clone, Debug)]
pub(super) struct Listed {
    pub(super) arn: String,
    load_balancers: Vec<String>,
}

/// The target groups of each region in which load balancers are let in.
pub(super) type Lists = BTreeMap<String, Result<Vec<Listed>, Gap>>;

/// Reads the lists of target groups of the regions in which load balancers are let in, if anybody wants to know.
pub(super) async fn lists(
    session: &Session,
    account: &AccountRecord,
    admitting: &BTreeSet<String>,
    collector: &Collector<'_>,
) -> Lists {
    if !collector
        .plan
        .contains(&operation::elasticloadbalancing::DESCRIBE_RULES)
    {
        return Lists::new();
    }
    let reading = admitting.iter().map(|region| async move {
        let place = collector.place(account, region);
        let client = session.balancers(region);
        (region.clone(), target_groups(&place, &client).await)
    });
    together(reading, AT_ONCE).await.into_iter().collect()
}

/// Target groups of functions.
pub(super) async fn target_groups(
    place: &Place<'_>,
    client: &sdk::Client,
) -> Result<Vec<Listed>, Gap> {
    let pages = client.describe_target_groups().page_size(PAGE);
    let groups = place.list(
        &operation::elasticloadbalancing::DESCRIBE_TARGET_GROUPS,
        None,
        pages.into_paginator().send(),
        |page| page.next_marker(),
        |page| {
            let groups = listed(page.target_groups.as_ref(), "TargetGroups")?.iter();
            groups.map(records::target_group).collect()
        },
    );
    Ok(groups.await?.into_iter().flatten().collect())
}

/// Target groups of functions with the load balancers in front of them, by region.
pub(super) async fn collect(
    session: &Session,
    account: &AccountRecord,
    lists: &Lists,
    collector: &Collector<'_>,
) -> Vec<RegionBalancers> {
    let reading = lists.iter().map(|(region, listed)| async move {
        match listed {
            Ok(groups) => of_region(session, &collector.place(account, region), groups).await,
            Err(gap) => RegionBalancers {
                region: region.clone(),
                target_groups: Observed::Missing(gap.clone()),
                load_balancers: Observed::Missing(gap.clone()),
                security_groups: Observed::Missing(gap.clone()),
                prefix_lists: Vec::new(),
            },
        }
    });
    together(reading, AT_ONCE).await
}

async fn of_region(session: &Session, place: &Place<'_>, listed: &[Listed]) -> RegionBalancers {
    let client = &session.balancers(place.region);
    let targets = listed.iter().map(|group| async move {
        TargetGroup {
            arn: group.arn.clone(),
            load_balancers: group.load_balancers.clone(),
            functions: targets(place, client, &group.arn).await.into(),
        }
    });
    let wanted: BTreeSet<&str> = listed
        .iter()
        .flat_map(|group| &group.load_balancers)
        .map(String::as_str)
        .collect();
    let (target_groups, load_balancers) = tokio::join!(
        together(targets, AT_ONCE),
        load_balancers(place, client, &wanted)
    );
    let (security_groups, prefix_lists) = match &load_balancers {
        Ok(load_balancers) => entrances(session, place, load_balancers).await,
        Err(gap) => (Observed::Missing(gap.clone()), Vec::new()),
    };
    RegionBalancers {
        region: place.region.to_owned(),
        target_groups: Observed::Known(target_groups),
        load_balancers: load_balancers.into(),
        security_groups,
        prefix_lists,
    }
}

/// The functions in a target group. AWS does not page them: there is one at most.
///
/// Source: <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html>
async fn targets(place: &Place<'_>, client: &sdk::Client, group: &str) -> Result<Vec<String>, Gap> {
    let send = client
        .describe_target_health()
        .target_group_arn(group)
        .send();
    let operation = &operation::elasticloadbalancing::DESCRIBE_TARGET_HEALTH;
    place
        .call(operation, Some(group), send, |answer| {
            let member = "TargetHealthDescriptions";
            let targets = listed(answer.target_health_descriptions.as_ref(), member)?.iter();
            let ids = targets.map(|one| {
                let id = required(one.target().and_then(|target| target.id()), "Id")?;
                Ok(id.to_owned())
            });
            ids.collect()
        })
        .await
}

async fn load_balancers(
    place: &Place<'_>,
    client: &sdk::Client,
    wanted: &BTreeSet<&str>,
) -> Result<Vec<LoadBalancer>, Gap> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let pages = client.describe_load_balancers().page_size(PAGE);
    let mut all = place
        .list(
            &operation::elasticloadbalancing::DESCRIBE_LOAD_BALANCERS,
            None,
            pages.into_paginator().send(),
            |page| page.next_marker(),
            |page| {
                let all = listed(page.load_balancers.as_ref(), "LoadBalancers")?.iter();
                let wanted = all.filter(|one| {
                    // one without an ARN may be any
                    one.load_balancer_arn()
                        .is_none_or(|arn| wanted.contains(arn))
                });
                wanted.map(records::load_balancer).collect()
            },
        )
        .await?;
    all.sort_by(|one: &LoadBalancer, other| one.arn.cmp(&other.arn));
    let reading = all.into_iter().map(|balancer| async move {
        let listeners = listeners(place, client, &balancer.arn).await;
        LoadBalancer {
            listeners: listeners.into(),
            ..balancer
        }
    });
    Ok(together(reading, AT_ONCE).await)
}

async fn listeners(
    place: &Place<'_>,
    client: &sdk::Client,
    balancer: &str,
) -> Result<Vec<Listener>, Gap> {
    let pages = client
        .describe_listeners()
        .load_balancer_arn(balancer)
        .page_size(PAGE);
    let mut all: Vec<Listener> = place
        .list(
            &operation::elasticloadbalancing::DESCRIBE_LISTENERS,
            Some(balancer),
            pages.into_paginator().send(),
            |page| page.next_marker(),
            |page| {
                let all = listed(page.listeners.as_ref(), "Listeners")?.iter();
                all.map(records::listener).collect()
            },
        )
        .await?;
    all.sort_by_key(|listener| listener.port);
    let reading = all.into_iter().map(|listener| async move {
        let rules = rules(place, client, &listener.arn).await;
        Listener {
            rules: rules.into(),
            ..listener
        }
    });
    Ok(together(reading, AT_ONCE).await)
}

/// The rules of a listener, that for everything else as the last one.
async fn rules(
    place: &Place<'_>,
    client: &sdk::Client,
    listener: &str,
) -> Result<Vec<ListenerRule>, Gap> {
    let pages = client
        .describe_rules()
        .listener_arn(listener)
        .page_size(PAGE);
    let mut rules: Vec<ListenerRule> = place
        .list(
            &operation::elasticloadbalancing::DESCRIBE_RULES,
            Some(listener),
            pages.into_paginator().send(),
            |page| page.next_marker(),
            |page| {
                let rules = listed(page.rules.as_ref(), "Rules")?.iter();
                rules.map(records::rule).collect()
            },
        )
        .await?;
    // `default` is no number
    rules.sort_by_key(|rule| rule.priority.parse::<u32>().unwrap_or(u32::MAX));
    Ok(rules)
}

/// What lets callers of the internet in: security groups, and the prefix lists that these name.
async fn entrances(
    session: &Session,
    place: &Place<'_>,
    load_balancers: &[LoadBalancer],
) -> (Observed<Vec<SecurityGroup>>, Vec<PrefixList>) {
    let client = session.ec2(place.region);
    let facing = load_balancers
        .iter()
        .filter(|balancer| balancer.scheme != "internal");
    let ids: BTreeSet<&str> = facing
        .flat_map(|balancer| &balancer.security_groups)
        .map(String::as_str)
        .collect();
    let groups = ec2::security_groups(place, &client, &ids).await;
    let named: BTreeSet<&str> = groups
        .known()
        .into_iter()
        .flatten()
        .flat_map(|group| &group.ingress)
        .flat_map(|rule| &rule.others)
        .filter(|other| other.starts_with("pl-"))
        .map(String::as_str)
        .collect();
    let reading = named
        .into_iter()
        .map(|list| ec2::prefix_list(place, &client, list));
    let lists = together(reading, AT_ONCE).await;
    (groups, lists)
}
