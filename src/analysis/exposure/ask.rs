//! One statement, asked about one caller.

use std::sync::Arc;

use super::ability::{self, Ability, Asked};
use super::door::{Door, Mentioned, UrlAge, UrlState, name};
use super::identity::kinds;
use super::network::{FromInternet, Origin, Way, ways, ways_of_service};
use super::probe::Probe;
use crate::analysis::home::Whose;
use crate::policy::{
    Caller, Condition, Decision, Dependency, Effect, KeyState, Layer, Open, Policy, Request,
    Source, Statement, Verdict, evaluate,
};

const AUTH_TYPE: &str = "lambda:FunctionUrlAuthType";
const VIA_URL: &str = "lambda:InvokedViaFunctionUrl";
const SOURCE_ARN: &str = "aws:sourcearn";

/// An Allow statement by itself, with the Denies of its policy.
pub(super) struct Case<'a> {
    pub(super) door: &'a Door<'a>,
    pub(super) statement: &'a Arc<Statement>,
    pub(super) mentioned: &'a Mentioned<'a>,
    /// What it and the Denies say of networks; for a URL, what the whole policy says, because the
    /// other grant may stand in another statement.
    networks: Mentioned<'a>,
    /// The statement and every Deny.
    alone: Policy,
    /// The actions that the statement names.
    pub(super) asked: Vec<&'static Asked>,
}

/// How somebody gets in.
#[derive(Clone, Debug, Default)]
pub(super) struct Entry {
    pub(super) certain: bool,
    /// Whether it is by a function URL, rather than by Lambda's API.
    pub(super) by_url: bool,
    /// Whether a function URL would want a second grant, had it been made since October 2025.
    pub(super) half: bool,
    /// The source whose name decides, where it names no account and so can be another's tomorrow.
    pub(super) reclaimable: Option<String>,
    pub(super) abilities: Vec<Ability>,
    pub(super) addresses: Vec<String>,
    pub(super) networks: Vec<String>,
    pub(super) open: Vec<String>,
}

/// What one question gave.
struct Answer {
    certain: bool,
    reclaimable: Option<String>,
    networks: Vec<String>,
    open: Vec<String>,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        door: &'a Door<'a>,
        statement: &'a Arc<Statement>,
        mentioned: &'a Mentioned<'a>,
    ) -> Self {
        Self {
            door,
            statement,
            mentioned,
            networks: match door.url {
                UrlState::Absent => mentioned.clone(),
                _ => Mentioned::new(door.policy.statements.iter()),
            },
            alone: Policy {
                version: door.policy.version,
                id: None,
                statements: std::iter::once(statement)
                    .chain(door.denies())
                    .cloned()
                    .collect(),
            },
            asked: ability::named(statement, door.is_layer()),
        }
    }

    /// Whether the statement would let the caller in, were it not for the Denies.
    pub(super) fn denied_by(&self, probe: &Probe) -> Vec<String> {
        let without = |policy: &Policy| {
            let mut policy = policy.clone();
            policy.statements.retain(|one| one.effect == Effect::Allow);
            policy
        };
        let policy = without(self.door.policy);
        let door = Door {
            policy: &policy,
            ..self.door.clone()
        };
        let undenied = Case {
            door: &door,
            statement: self.statement,
            mentioned: self.mentioned,
            networks: self.networks.clone(),
            alone: without(&self.alone),
            asked: self.asked.clone(),
        };
        if undenied.entry(probe).is_none() {
            return Vec::new();
        }
        self.door.denies().map(|one| name(one)).collect()
    }

    /// How the caller gets in by this statement; `None`: it does not.
    pub(super) fn entry(&self, probe: &Probe) -> Option<Entry> {
        let kinds = kinds(probe, self.mentioned);
        let mut entries = kinds.iter().filter_map(|probe| self.entry_of(probe));
        let mut total = entries.next()?;
        for entry in entries {
            total.widen(entry);
        }
        Some(total)
    }

    fn entry_of(&self, probe: &Probe) -> Option<Entry> {
        let organization = probe.context.state("aws:PrincipalOrgID");
        let account = probe.caller.account().unwrap_or_default();
        if let Caller::Service(_) = probe.caller {
            return self.entry_of_service(probe);
        }
        let ways = ways(&self.networks, self.door, account, organization);
        let mut internet = FromInternet::new();
        let mut others = Vec::new();
        for way in ways {
            let Some(entry) = self.entry_by(probe, &way) else {
                continue;
            };
            match way.from {
                Some(from) => internet.add(entry, from),
                None if way.named_network => others.push(entry),
                None => others.push(entry.unlimited()),
            }
        }
        let mut total = internet
            .settle(|entry| entry.certain)
            .and_then(|(origin, entries)| Entry::from(origin, entries));
        if total.as_ref().is_some_and(Entry::is_narrow) || total.is_none() {
            for entry in others {
                // It depends on no network, so none holds the caller back.
                if !entry.is_narrow() {
                    return Some(entry);
                }
                match &mut total {
                    Some(total) => total.add(entry),
                    None => total = Some(entry),
                }
            }
        }
        total
    }

    /// From which address a service comes nobody can tell: what not every one gives is not certain.
    fn entry_of_service(&self, probe: &Probe) -> Option<Entry> {
        let (some, cells) = ways_of_service(&self.networks);
        let from = |way: &Way| self.entry_by(probe, way);
        let found: Vec<Entry> = cells.iter().filter_map(from).collect();
        if found.is_empty() && !cells.is_empty() {
            return None;
        }
        let everywhere = found.len() == cells.len() && found.iter().all(|one| one.certain);
        let mut all = found.into_iter().filter(|_| everywhere);
        let entry = match all.next() {
            Some(mut total) => {
                all.for_each(|entry| total.add(entry));
                total
            }
            None => self.entry_by(probe, &some)?,
        };
        Some(entry.unlimited())
    }

    fn entry_by(&self, probe: &Probe, way: &Way) -> Option<Entry> {
        let mut context = probe.context.clone();
        way.enter(&mut context);
        let resource = self.door.resource.clone();
        let mut request = Request::new(
            probe.caller.clone(),
            "lambda:InvokeFunction",
            resource,
            context,
        );
        let mut total: Option<Entry> = None;
        if !matches!(probe.caller, Caller::Anonymous) {
            total = self.by_api(&mut request, probe);
        }
        if !way.private
            && total.as_ref().is_none_or(|entry| !entry.certain)
            && let Some(entry) = self.by_url(&mut request, probe)
        {
            match &mut total {
                Some(total) => total.add(entry),
                None => total = Some(entry),
            }
        }
        total
    }

    /// Through Lambda's API.
    fn by_api(&self, request: &mut Request, probe: &Probe) -> Option<Entry> {
        request.context.set(AUTH_TYPE, KeyState::Absent);
        request.context.set(VIA_URL, KeyState::one("false"));
        let mut total: Option<Entry> = None;
        for asked in &self.asked {
            // By itself it does nothing: nobody calls a URL through the API.
            if asked.ability == Ability::InvokeUrl {
                continue;
            }
            // Services invoke; nothing else of Lambda's API is theirs.
            request.action = asked.action.clone();
            let Some(answer) = self.answer(&self.alone, request) else {
                continue;
            };
            let entry = Entry {
                certain: answer.certain && probe.exists,
                by_url: false,
                half: false,
                reclaimable: answer.reclaimable,
                abilities: vec![asked.ability],
                addresses: Vec::new(),
                networks: answer.networks,
                open: answer.open,
            };
            match &mut total {
                Some(total) => total.add(entry),
                None => total = Some(entry),
            }
        }
        total
    }

    /// Through the function URL of the qualifier.
    fn by_url(&self, request: &mut Request, probe: &Probe) -> Option<Entry> {
        let anonymous = matches!(probe.caller, Caller::Anonymous);
        let (auth, age) = match (self.door.url, anonymous) {
            (UrlState::Open(age), true) => ("NONE", age),
            (UrlState::Signed(age), false) => ("AWS_IAM", age),
            _ => return None,
        };
        // Within the account an identity-based policy may give the rest.
        let own = probe.whose == Whose::Own && probe.caller.account().is_some();
        let names = |ability| self.asked.iter().any(|asked| asked.ability == ability);
        let mut ask = |policy: &Policy, url: bool| {
            let (action, auth, via) = if url {
                (&*ability::INVOKE_URL, KeyState::one(auth), KeyState::Absent)
            } else {
                (&*ability::INVOKE, KeyState::Absent, KeyState::one("true"))
            };
            request.action = action.clone();
            request.context.set(AUTH_TYPE, auth);
            request.context.set(VIA_URL, via);
            self.answer(policy, request)
        };
        let url = names(Ability::InvokeUrl)
            .then(|| ask(&self.alone, true))
            .flatten();
        let invoke = names(Ability::Invoke)
            .then(|| ask(&self.alone, false))
            .flatten();
        let mut abilities = Vec::new();
        if url.is_some() {
            abilities.push(Ability::InvokeUrl);
        }
        if invoke.is_some() {
            abilities.push(Ability::Invoke);
        }
        // What this statement lacks, another may give.
        let (url, invoke, half) = match (url, invoke) {
            (Some(url), Some(invoke)) => (url, Some(invoke), false),
            (Some(url), None) => {
                let invoke = ask(self.door.policy, false);
                let half = invoke.is_none();
                (url, invoke, half)
            }
            (None, Some(invoke)) => match ask(self.door.policy, true) {
                Some(url) => (url, Some(invoke), false),
                None if own => (Answer::open(), Some(invoke), false),
                None => return None,
            },
            (None, None) => return None,
        };
        if half && !own && age == UrlAge::New {
            return None;
        }
        let mut open = url.open;
        let mut certain = url.certain && probe.exists;
        let mut networks = url.networks;
        if let Some(invoke) = invoke {
            certain &= invoke.certain;
            open.extend(invoke.open);
            networks.extend(invoke.networks);
        } else {
            certain = false;
        }
        open.dedup();
        networks.sort_unstable();
        networks.dedup();
        Some(Entry {
            certain,
            by_url: true,
            half: half && !own,
            reclaimable: url.reclaimable,
            abilities,
            addresses: Vec::new(),
            networks,
            open,
        })
    }

    fn answer(&self, policy: &Policy, request: &Request) -> Option<Answer> {
        let sources = [Source::new("policy", policy)];
        let decision = evaluate(Layer::Resource, &sources, request);
        if decision.verdict == Verdict::Deny {
            return None;
        }
        let (networks, open) = residual(&decision);
        let reclaimable = decision
            .chosen
            .iter()
            .find(|choice| choice.key == SOURCE_ARN)
            .and_then(|choice| choice.value.clone())
            .filter(|arn| arn.split(':').nth(4) == Some(""))
            .filter(|arn| {
                let mut named = self.mentioned.values(&[SOURCE_ARN]);
                named.any(|value| value == arn)
            });
        Some(Answer {
            certain: decision.is_certain() || (open.is_empty() && !networks.is_empty()),
            reclaimable,
            networks,
            open,
        })
    }
}

impl Answer {
    fn open() -> Self {
        Self {
            certain: false,
            reclaimable: None,
            networks: Vec::new(),
            open: Vec::new(),
        }
    }
}

/// What a decision depends on: networks, and the rest.
fn residual(decision: &Decision<'_>) -> (Vec<String>, Vec<String>) {
    let (mut networks, mut rest) = (Vec::new(), Vec::new());
    for dependency in decision.depends_on() {
        let network = decision
            .residual()
            .filter(|(matched, _)| {
                // the conditions of a Deny deny only together
                matched.effect() != Some(Effect::Deny) || matched.open.len() == 1
            })
            .find_map(|(_, open)| match open {
                Open::Condition(condition)
                    if dependency == Dependency::If(open.to_string())
                        || dependency == Dependency::Unless(open.to_string()) =>
                {
                    network(condition)
                }
                _ => None,
            });
        match network {
            Some(network) => networks.push(network),
            None => rest.push(dependency.to_string()),
        }
    }
    networks.sort_unstable();
    networks.dedup();
    (networks, rest)
}

/// The network that a condition names.
fn network(condition: &Condition) -> Option<String> {
    let mut keys = super::network::VPC_KEYS.iter();
    keys.any(|key| condition.key.eq_ignore_ascii_case(key))
        .then(|| {
            let values: Vec<&str> = condition
                .values
                .iter()
                .map(|value| value.written())
                .collect();
            format!("{} {}", condition.key, values.join(", "))
        })
}

impl Entry {
    /// From the internet, or some addresses of it.
    fn from(origin: Origin, entries: Vec<Self>) -> Option<Self> {
        let undecided = |entry: &Self| entry.certain == origin.certain;
        let (telling, others): (Vec<Self>, Vec<Self>) = entries.into_iter().partition(undecided);
        let mut all = telling.into_iter();
        let mut total = all.next()?;
        all.for_each(|entry| total.add(entry));
        // Where it is not certain, those for whom it is have no say in why.
        for mut entry in others.into_iter().filter(|_| !origin.certain) {
            entry.certain = false;
            entry.open.clear();
            total.add(entry);
        }
        total.addresses = origin.addresses;
        Some(match total.addresses.is_empty() {
            true => total.unlimited(),
            false => total,
        })
    }

    /// A network on which the way of all may depend limits nobody for certain.
    fn unlimited(mut self) -> Self {
        self.certain &= self.networks.is_empty();
        self.open.append(&mut self.networks);
        self
    }

    /// Another identity of the same caller: he uses the one that gets him furthest.
    fn widen(&mut self, other: Self) {
        let everywhere = !self.is_narrow() || !other.is_narrow();
        if other.is_narrow() && !self.is_narrow() && self.certain {
            return;
        }
        if self.is_narrow() && !other.is_narrow() && other.certain {
            *self = other;
            return;
        }
        self.add(other);
        if everywhere {
            self.addresses.clear();
            self.networks.clear();
        }
    }

    fn is_narrow(&self) -> bool {
        !self.addresses.is_empty() || !self.networks.is_empty()
    }

    /// Another way in for the same caller.
    fn add(&mut self, other: Self) {
        // A way that is certain says more than one that depends.
        if other.certain && !self.certain {
            self.open.clear();
            self.half = other.half;
            self.by_url = other.by_url;
            self.reclaimable.clone_from(&other.reclaimable);
            self.certain = true;
        } else if !self.certain {
            self.open.extend(other.open);
            self.open.sort_unstable();
            self.open.dedup();
        }
        for ability in other.abilities {
            if !self.abilities.contains(&ability) {
                self.abilities.push(ability);
            }
        }
        for (own, others) in [
            (&mut self.addresses, other.addresses),
            (&mut self.networks, other.networks),
        ] {
            for one in others {
                if !own.contains(&one) {
                    own.push(one);
                }
            }
        }
    }
}
