//! Who gets in by a policy: each Allow statement asked about each kind of caller, the widest first.

use super::ask::{Case, Entry};
use super::door::{Door, Mentioned, UrlAge, UrlState};
use super::fitting::account_field;
use super::grant::{Cause, Grant, Reach};
use super::network::VPC_KEYS;
use super::probe::{Callers, Probe, caller};
use super::reason;
use super::source::{self, Service};
use crate::analysis::home::Home;
use crate::policy::{AskedKeys, Caller, Principal, Statement, is_account_id};

/// Everything that a resource-based policy grants, by statement and principal in their order;
/// statements without effect are among them, with the class `none`.
///
/// Service and resource control policies are left out on purpose: neither holds back callers from
/// outside the organisation. Source:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
pub fn grants(door: &Door<'_>, home: &Home<'_>) -> Vec<Grant> {
    let mut grants = Vec::new();
    // The organisation decides what endpoint a caller has, whether or not a condition names it.
    let mut asked = AskedKeys::of(door.policy);
    if asked.any(&VPC_KEYS) {
        asked = asked.and("aws:principalorgid");
    }
    for statement in door.allows() {
        let own = Mentioned::new(std::iter::once(statement));
        // The second grant that a URL needs may stand in another statement.
        let mentioned = match door.url {
            UrlState::Absent => Mentioned::new(std::iter::once(statement).chain(door.denies())),
            _ => Mentioned::new(door.policy.statements.iter()),
        };
        let judge = Judge {
            case: Case::new(door, statement, &mentioned),
            callers: Callers {
                home,
                door,
                mentioned: &mentioned,
                own: &own,
                asked: &asked,
            },
        };
        match &statement.principal {
            Some(element) if !element.negated && !element.items.contains(&Principal::Everyone) => {
                grants.extend(element.items.iter().map(|one| judge.one(one)));
            }
            _ => grants.push(judge.everyone()),
        }
    }
    grants
}

/// The same where it is not known whether there is a function URL, and of which kind: what depends on it is not certain.
/// The door's own URL state does not count.
pub fn grants_whatever_url(door: &Door<'_>, home: &Home<'_>, age: UrlAge) -> Vec<Grant> {
    let with = |url| {
        let door = Door {
            url,
            ..door.clone()
        };
        grants(&door, home)
    };
    let absent = with(UrlState::Absent);
    let by_url = [
        (UrlState::Open(age), "NONE"),
        (UrlState::Signed(age), "AWS_IAM"),
    ];
    let by_url = by_url.map(|(url, kind)| (with(url), kind));
    let each = absent.into_iter().enumerate().map(|(place, grant)| {
        let others = by_url
            .iter()
            .filter_map(|(grants, kind)| Some((grants.get(place)?, kind)));
        let wider = others.filter(|(other, _)| other.class > grant.class);
        // of two that are as wide the one that is certain
        let Some((widest, kind)) = wider.max_by_key(|(other, _)| (other.class, other.certain))
        else {
            return grant;
        };
        let mut widest = widest.clone();
        widest.certain = false;
        widest.latent.clear();
        widest.conditions.insert(
            0,
            format!("the function has a URL with the auth type {kind}"),
        );
        widest.reason = reason::sentence(&widest, home);
        widest
    });
    each.collect()
}

/// One statement.
pub(super) struct Judge<'a> {
    pub(super) case: Case<'a>,
    pub(super) callers: Callers<'a>,
}

/// Somebody who gets in.
pub(super) struct Hit {
    pub(super) probe: Probe,
    pub(super) entry: Entry,
}

impl Judge<'_> {
    /// Principal `*`, `NotPrincipal` or none.
    fn everyone(&self) -> Grant {
        let element = self.statement().principal.as_ref();
        let principal = match element {
            Some(element) if element.negated => {
                let names: Vec<String> = element.items.iter().map(ToString::to_string).collect();
                format!("everybody but {}", names.join(", "))
            }
            _ => "*".to_owned(),
        };
        self.everyone_as(&principal)
    }

    fn everyone_as(&self, principal: &str) -> Grant {
        let anonymous = self.callers.anonymous();
        let stranger = self.callers.stranger();
        let cause = |reach| match reach {
            Reach::Internet | Reach::AnyAwsAccount => Cause::Everyone,
            Reach::ConfusedDeputy => Cause::AnySource,
            _ => Cause::Scoped,
        };
        if let Some(hits) = self.hits(vec![anonymous.clone()]) {
            let mut grant = self.granted(principal, &hits, cause);
            let direct = self.case.entry(&stranger);
            grant.also_direct = direct.is_some_and(|entry| {
                !entry.by_url && entry.addresses.is_empty() && entry.networks.is_empty()
            });
            return grant;
        }
        if let Some(hits) = self
            .hits(vec![stranger.clone()])
            .or_else(|| self.hits(self.callers.lone_stranger().into_iter().collect()))
        {
            return self.granted(principal, &hits, cause);
        }
        if let Some(hits) = self.hits(self.callers.patterned()) {
            return self.granted(principal, &hits, |_| Cause::Patterned);
        }
        let services: Vec<Service<'_>> = source::behind_everyone(&self.callers)
            .iter()
            .map(|name| Service::new(name, &self.callers))
            .collect();
        let customers = services.iter().flat_map(Service::any_customer).collect();
        let hits = self.hits(customers).or_else(|| {
            let named = services.iter().flat_map(Service::named_customers);
            self.widest(self.callers.named().into_iter().chain(named).collect())
        });
        match hits {
            Some(hits) => self.granted(principal, &hits, cause),
            None => {
                let beyond = self.callers.beyond().into_iter();
                let beyond = beyond.chain(services.iter().filter_map(Service::beyond));
                match self.widest(beyond.collect()) {
                    Some(hits) => self.granted(principal, &hits, |_| Cause::Patterned),
                    None => self.dead(principal, &[anonymous, stranger]),
                }
            }
        }
    }

    /// A principal that is named.
    fn one(&self, principal: &Principal) -> Grant {
        let shown = principal.to_string();
        match principal {
            Principal::Service(service) if service.service != "*" => self.service(&shown),
            Principal::Deleted(_) => self.refused(&shown, Cause::StalePrincipal, Vec::new()),
            // Only S3 knows canonical ids, and only trust policies identity providers.
            Principal::Federated(_) | Principal::CanonicalUser(_) => {
                self.refused(&shown, Cause::ImpossiblePrincipal, Vec::new())
            }
            Principal::Other { id, .. } if account_field(id).is_some_and(is_account_id) => {
                let account = account_field(id).unwrap_or_default();
                let known = Caller::SomeoneIn(account.to_owned());
                let mut probes = self.callers.principal(account, &known);
                for probe in &mut probes {
                    probe.exists = false;
                }
                self.named(&shown, probes)
            }
            Principal::Everyone | Principal::Service(_) | Principal::Other { .. } => {
                self.everyone_as(&shown)
            }
            Principal::Account(_)
            | Principal::User(_)
            | Principal::Role(_)
            | Principal::Session { .. }
            | Principal::FederatedUser(_) => {
                let account = principal.account().unwrap_or_default().to_owned();
                match caller(principal, self.callers.door.partition()) {
                    Some(caller) => {
                        let probes = self.callers.principal(&account, &caller);
                        self.named(&shown, probes)
                    }
                    None => self.refused(&shown, Cause::ImpossiblePrincipal, Vec::new()),
                }
            }
        }
    }

    fn named(&self, shown: &str, probes: Vec<Probe>) -> Grant {
        match self.hits(probes.clone()) {
            Some(hits) => self.granted(shown, &hits, |_| Cause::Named),
            None => self.dead(shown, &probes),
        }
    }

    fn service(&self, shown: &str) -> Grant {
        let service = Service::new(shown, &self.callers);
        if service.never_calls() {
            return self.refused(shown, Cause::UnusedService, Vec::new());
        }
        let customers = service.any_customer();
        let known = service.known.is_some();
        let cause = |reach| match reach {
            Reach::ConfusedDeputy if known => Cause::AnySource,
            Reach::ConfusedDeputy => Cause::UnknownService,
            _ => Cause::Source,
        };
        if let Some(hits) = self.hits(customers.clone()) {
            return self.granted(shown, &hits, cause);
        }
        match self.widest(service.named_customers()) {
            Some(hits) => self.granted(shown, &hits, cause),
            None => {
                if let Some(hits) = self.hits(service.beyond().into_iter().collect()) {
                    return self.granted(shown, &hits, cause);
                }
                let mut asked = customers;
                asked.extend(service.named_customers());
                self.dead(shown, &asked)
            }
        }
    }

    fn hits(&self, probes: Vec<Probe>) -> Option<Vec<Hit>> {
        let hits: Vec<Hit> = probes
            .into_iter()
            .filter_map(|probe| {
                let entry = self.case.entry(&probe)?;
                Some(Hit { probe, entry })
            })
            .collect();
        (!hits.is_empty()).then_some(hits)
    }

    /// Those of the widest class who get in.
    fn widest(&self, probes: Vec<Probe>) -> Option<Vec<Hit>> {
        let mut hits = self.hits(probes)?;
        let widest = hits.iter().map(|hit| hit.probe.reach).max()?;
        hits.retain(|hit| hit.probe.reach == widest);
        Some(hits)
    }

    pub(super) fn statement(&self) -> &Statement {
        self.case.statement
    }
}

/// The widest class of some grants.
pub fn reach<'a>(grants: impl IntoIterator<Item = &'a Grant>) -> Reach {
    grants
        .into_iter()
        .map(|grant| grant.class)
        .max()
        .unwrap_or_default()
}
