//! Who gets in by a policy: each Allow statement asked about each kind of caller, the widest first.

use super::ability::Ability;
use super::ask::{Case, Entry};
use super::door::{Door, Mentioned, UrlAge, UrlState, name};
use super::grant::{Cause, Grant, Reach};
use super::home::{Home, Whose};
use super::probe::{Callers, Probe, account_field, caller};
use super::reason;
use super::source::{self, Service};
use crate::policy::{Caller, Pattern, Principal, Statement, Target, is_account_id};
use crate::reference;

/// Everything that a resource-based policy grants, by statement and principal in their order;
/// statements without effect are among them, with the class `none`.
///
/// Service and resource control policies are left out on purpose: neither holds back callers from
/// outside the organisation. Source:
/// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html>
pub fn grants(door: &Door<'_>, home: &Home<'_>) -> Vec<Grant> {
    let mut grants = Vec::new();
    for statement in door.allows() {
        let mentioned = Mentioned::new(std::iter::once(statement).chain(door.denies()));
        let judge = Judge {
            case: Case::new(door, statement, &mentioned),
            callers: Callers {
                home,
                door,
                mentioned: &mentioned,
            },
            own: Mentioned::new(std::iter::once(statement)),
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

/// One statement.
struct Judge<'a> {
    case: Case<'a>,
    callers: Callers<'a>,
    /// What the statement itself mentions, without the Denies.
    own: Mentioned<'a>,
}

/// Somebody who gets in.
struct Hit {
    probe: Probe,
    entry: Entry,
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
        let [stranger, alone] = self.callers.strangers();
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
            .or_else(|| self.hits(vec![alone]))
            .or_else(|| self.hits(self.callers.patterned()))
        {
            return self.granted(principal, &hits, cause);
        }
        let services: Vec<Service<'_>> = source::behind_everyone(self.callers.mentioned)
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
            None => self.dead(principal, &[anonymous, stranger]),
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

    fn granted(&self, principal: &str, hits: &[Hit], cause: impl Fn(Reach) -> Cause) -> Grant {
        let reach = hits
            .iter()
            .map(|hit| hit.probe.reach)
            .max()
            .unwrap_or_default();
        let reclaimable = hits
            .iter()
            .find_map(|hit| hit.entry.reclaimable.as_ref())
            .filter(|_| reach == Reach::ConfusedDeputy);
        let half = hits.iter().all(|hit| hit.entry.half);
        let cause = match cause(reach) {
            _ if half => Cause::HalfUrl,
            Cause::AnySource if reclaimable.is_some() => Cause::ReclaimableSource,
            cause => cause,
        };
        let certain = !half && reclaimable.is_none() && hits.iter().any(|hit| hit.entry.certain);
        let unless_certain = |open: &Vec<String>| {
            if certain { Vec::new() } else { open.clone() }
        };
        let collect = |of: fn(&Hit) -> String| {
            let mut all: Vec<String> = hits.iter().map(of).filter(|one| !one.is_empty()).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let union = |of: fn(&Entry) -> &Vec<String>| {
            let mut all: Vec<String> = hits.iter().flat_map(|hit| of(&hit.entry).clone()).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let mut abilities: Vec<Ability> = hits
            .iter()
            .flat_map(|hit| hit.entry.abilities.iter().copied())
            .collect();
        abilities.sort_unstable();
        abilities.dedup();
        let accounts = match reach {
            Reach::OwnAccount => Vec::new(),
            _ => collect(|hit| hit.probe.account.clone()),
        };
        let mut grant = Grant {
            class: reach,
            certain,
            cause,
            through: if hits.iter().all(|hit| hit.entry.by_url) {
                "url"
            } else {
                "api"
            }
            .to_owned(),
            beyond_use: abilities.iter().any(|ability| !ability.is_use()),
            abilities: abilities
                .iter()
                .map(|ability| ability.as_str().to_owned())
                .collect(),
            vendor: vendor(&accounts),
            accounts,
            organizations: collect(|hit| hit.probe.organization.clone()),
            addresses: union(|entry| &entry.addresses),
            networks: union(|entry| &entry.networks),
            conditions: unless_certain(&union(|entry| &entry.open)),
            whose: hits
                .iter()
                .map(|hit| hit.probe.whose)
                .max()
                .unwrap_or_default(),
            ..self.blank(principal)
        };
        if reach != Reach::Internet {
            grant.latent = self.latent();
        }
        grant.reason = reason::sentence(&grant, self.callers.home);
        grant
    }

    /// A statement that lets nobody in: why not?
    fn dead(&self, principal: &str, asked: &[Probe]) -> Grant {
        if self.case.asked.is_empty() {
            return self.refused(principal, Cause::OtherAction, Vec::new());
        }
        let denied = asked
            .iter()
            .map(|probe| self.case.denied_by(probe))
            .find(|statements| !statements.is_empty());
        if let Some(statements) = denied {
            return self.refused(principal, Cause::Denied, statements);
        }
        if self.is_elsewhere() {
            return self.refused(principal, Cause::OtherResource, Vec::new());
        }
        if self.needs_url() {
            return self.refused(principal, Cause::NoUrl, Vec::new());
        }
        self.refused(principal, Cause::Impossible, Vec::new())
    }

    fn refused(&self, principal: &str, cause: Cause, conditions: Vec<String>) -> Grant {
        let mut grant = Grant {
            class: Reach::None,
            certain: true,
            cause,
            conditions,
            latent: self.latent(),
            ..self.blank(principal)
        };
        grant.reason = reason::sentence(&grant, self.callers.home);
        grant
    }

    /// Whether the statement serves a function URL only: by its action, or by its condition.
    fn needs_url(&self) -> bool {
        let url_only = self
            .case
            .asked
            .iter()
            .all(|asked| asked.ability == Ability::InvokeUrl);
        url_only
            || self
                .own
                .any(&["lambda:invokedviafunctionurl", "lambda:functionurlauthtype"])
    }

    /// Whether its resource is not the one in question, whoever asks.
    fn is_elsewhere(&self) -> bool {
        let Some(element) = &self.statement().resource else {
            return false;
        };
        let Target::Exact(arn) = &self.callers.door.resource else {
            return false;
        };
        let matches = element
            .items
            .iter()
            .any(|item| Pattern::glob(item.written()).matches(arn));
        matches == element.negated
    }

    /// The class that the statement would have if there were a URL that asks nobody who is calling.
    fn latent(&self) -> String {
        let serves = |asked: &&super::ability::Asked| {
            matches!(asked.ability, Ability::Invoke | Ability::InvokeUrl)
        };
        let everybody =
            self.statement().principal.as_ref().is_none_or(|element| {
                element.negated || element.items.contains(&Principal::Everyone)
            });
        if matches!(self.callers.door.url, UrlState::Open(_))
            || !everybody
            || self.callers.door.is_layer() == Some(true)
            || !self.case.asked.iter().any(serves)
        {
            return String::new();
        }
        let door = Door {
            url: UrlState::Open(UrlAge::New),
            ..self.callers.door.clone()
        };
        let case = Case::new(&door, self.statement(), self.callers.mentioned);
        match case.entry(&self.callers.anonymous()) {
            Some(_) => Reach::Internet.as_str().to_owned(),
            None => String::new(),
        }
    }

    fn blank(&self, principal: &str) -> Grant {
        let statement = self.statement();
        let action = &statement.action;
        let written = action.items.written();
        Grant {
            qualifier: self.callers.door.qualifier.to_owned(),
            statement: name(statement),
            principal: principal.to_owned(),
            actions: if action.negated {
                vec![format!("everything but {}", written.join(", "))]
            } else {
                written.to_vec()
            },
            class: Reach::None,
            certain: false,
            reason: String::new(),
            cause: Cause::Impossible,
            through: String::new(),
            abilities: Vec::new(),
            beyond_use: false,
            accounts: Vec::new(),
            organizations: Vec::new(),
            vendor: String::new(),
            source: source::shown(&self.own),
            source_keys: reference::service_principals()
                .get(principal)
                .map(|service| service.condition_keys.clone())
                .unwrap_or_default(),
            addresses: Vec::new(),
            networks: Vec::new(),
            conditions: Vec::new(),
            latent: String::new(),
            also_direct: false,
            not_principal: statement
                .principal
                .as_ref()
                .is_some_and(|element| element.negated),
            not_action: action.negated,
            whose: Whose::Own,
        }
    }

    fn statement(&self) -> &Statement {
        self.case.statement
    }
}

/// Who the accounts are.
fn vendor(accounts: &[String]) -> String {
    let names = accounts
        .iter()
        .filter_map(|account| reference::layer_publishers().get(account))
        .map(|publisher| publisher.name.clone());
    let mut names: Vec<String> = names.collect();
    names.dedup();
    names.join(", ")
}

/// The widest class of some grants.
pub fn reach<'a>(grants: impl IntoIterator<Item = &'a Grant>) -> Reach {
    grants
        .into_iter()
        .map(|grant| grant.class)
        .max()
        .unwrap_or_default()
}
