//! Rules of load balancers that reach a function, and which of them let anybody in.
//!
//! Six things must come together for that: a load balancer on the internet, security groups that let everybody come to the
//! listener's port, a listener that asks for no certificate, a rule that no earlier one takes the requests from and that asks
//! nobody who is calling, a target group with the function in it, and a policy of the function that lets the load balancer
//! in. What was not read is unknown, never taken for closed.

mod conditions;
mod entrance;
mod rule;

pub use self::rule::ReachingRule;
use super::admission::{Admission, qualifier};
use super::front::{self, Fronts};
use super::lists::Found;
use crate::analysis::{Context, Fact};
use crate::inventory::{
    BALANCING, GapKind, Listener, ListenerRule, LoadBalancer, Observed, RegionBalancers,
    TargetGroup, lets_balancers_in,
};
use crate::operation;
use crate::policy::Policy;

type Search<'a, 'f> = front::Search<'a, 'f, ReachingRule>;

/// The rules that reach a function.
pub(super) fn rules(context: Context<'_>, found: &Found) -> Fronts<ReachingRule> {
    let mut search = Search::new(context, found);
    let mut policies = search.policies.iter();
    if policies.any(|(_, policy)| lets_balancers_in(policy)) {
        let region = &context.region.region;
        match context.account.balancers(region) {
            Some(balancers) => search.region(balancers),
            None => {
                // no chosen check needed them
                let message = format!("the load balancers of {region} were not looked into");
                let operation = &operation::elasticloadbalancing::DESCRIBE_TARGET_GROUPS;
                search.miss(search.gap(operation, GapKind::NotPlanned, message, region));
            }
        }
    }
    search.finish()
}

/// How a target group reaches the function.
struct Target<'a> {
    group: &'a TargetGroup,
    qualifier: &'a str,
    admission: Observed<Option<Admission>>,
}

/// A listener, with what it belongs to.
#[derive(Clone, Copy)]
struct Place<'a> {
    region: &'a RegionBalancers,
    balancer: &'a LoadBalancer,
    listener: &'a Listener,
}

impl<'a> Search<'a, '_> {
    fn region(&mut self, region: &'a RegionBalancers) {
        let groups = match &region.target_groups {
            Observed::Known(groups) => groups,
            Observed::Missing(gap) => return self.miss(gap.clone()),
        };
        for group in groups {
            let functions = match &group.functions {
                Observed::Known(functions) => functions,
                Observed::Missing(gap) => {
                    self.miss(gap.clone());
                    continue;
                }
            };
            let own = &self.context.function.arn;
            for qualifier in functions.iter().filter_map(|one| qualifier(one, own)) {
                self.target(region, group, qualifier);
            }
        }
    }

    fn target(&mut self, region: &'a RegionBalancers, group: &'a TargetGroup, qualifier: &'a str) {
        if group.load_balancers.is_empty() {
            return;
        }
        let sent = |_: &Policy| vec![group.arn.clone()];
        let target = Target {
            group,
            qualifier,
            admission: self.admission(qualifier, BALANCING, sent),
        };
        let balancers = match &region.load_balancers {
            Observed::Known(balancers) => balancers,
            Observed::Missing(gap) => return self.miss(gap.clone()),
        };
        for balancer in balancers {
            if !group.load_balancers.contains(&balancer.arn) {
                continue;
            }
            match &balancer.listeners {
                Observed::Known(listeners) => {
                    for listener in listeners {
                        let place = Place {
                            region,
                            balancer,
                            listener,
                        };
                        self.listener(place, &target);
                    }
                }
                Observed::Missing(gap) => self.miss(gap.clone()),
            }
        }
    }

    fn listener(&mut self, place: Place<'a>, target: &Target<'a>) {
        let rules = match &place.listener.rules {
            Observed::Known(rules) => rules,
            Observed::Missing(gap) => return self.miss(gap.clone()),
        };
        for rule in rules {
            let mut forwarded = rule.actions.iter().flat_map(|action| &action.target_groups);
            if forwarded.any(|arn| *arn == target.group.arn) {
                self.rule(place, rule, target);
            }
            if conditions::are_met_by_all(rule) {
                // no later rule gets any request
                break;
            }
        }
    }

    fn rule(&mut self, place: Place<'a>, rule: &ListenerRule, target: &Target<'a>) {
        let Place {
            balancer, listener, ..
        } = place;
        let asked = self.asks(place, rule);
        let entrance = self.entrance(place, rule);
        let let_in = target.admission.known().and_then(Option::as_ref);
        let found = ReachingRule {
            qualifier: target.qualifier.to_owned(),
            load_balancer: balancer.name.clone(),
            load_balancer_arn: balancer.arn.clone(),
            scheme: balancer.scheme.clone(),
            listener_arn: listener.arn.clone(),
            protocol: listener.protocol.clone(),
            port: listener.port,
            rule_arn: rule.arn.clone(),
            priority: rule.priority.clone(),
            requests: rule.conditions.iter().map(conditions::in_words).collect(),
            target_group: target.group.arn.clone(),
            authentication: asked.by.to_owned(),
            callers: entrance.callers().to_owned(),
            addresses: entrance.addresses.clone(),
            statements: let_in.map(|one| one.statements.clone()).unwrap_or_default(),
            certain: let_in.is_some_and(|one| one.certain),
            conditions: let_in.map(|one| one.conditions.clone()).unwrap_or_default(),
        };
        let open = Fact::all([
            asked.nobody,
            self.on_the_internet(place),
            entrance.everybody,
            Fact::of(&target.admission, Option::is_some),
            self.needs_no_secret(place, rule),
        ]);
        self.add(found, open);
    }
}
