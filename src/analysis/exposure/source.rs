//! Services that call for somebody: whose sources they may act for.

use super::door::{Door, Mentioned};
use super::fitting::{self, fitting_accounts, names_its_accounts};
use super::grant::Reach;
use super::probe::{Callers, Probe};
use super::standing::{paths_of, reach_of_organization};
use crate::analysis::home::{Home, Whose};
use crate::policy::{
    Caller, KeyState, Pattern, Principal, STRANGER_ACCOUNT, Shape, Test, text_cells,
};
use crate::reference::{self, Authorisation};

const ARN_KEYS: [&str; 1] = ["aws:sourcearn"];
const ACCOUNT_KEYS: [&str; 2] = ["aws:sourceaccount", "aws:sourceowner"];
const ORGANIZATION_KEYS: [&str; 2] = ["aws:sourceorgid", "aws:sourceorgpaths"];
/// Every key by which a source can be named, for showing it.
const SOURCE_KEYS: [&str; 6] = [
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceowner",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "lambda:eventsourcetoken",
];

/// Keys by which conditions name services.
const NAME_KEYS: [&str; 2] = ["aws:principalservicename", "aws:principalservicenameslist"];

/// A service as a caller.
pub(super) struct Service<'a> {
    pub(super) principal: String,
    pub(super) known: Option<&'static reference::ServicePrincipal>,
    pub(super) callers: &'a Callers<'a>,
}

/// For whom a service acts.
struct Master<'a> {
    account: &'a str,
    organization: KeyState,
    token: KeyState,
}

impl<'a> Service<'a> {
    pub(super) fn new(principal: &str, callers: &'a Callers<'a>) -> Self {
        Self {
            principal: principal.to_owned(),
            known: reference::service_principals().get(principal),
            callers,
        }
    }

    /// Whether a statement for it grants nothing, because it calls with a role.
    pub(super) fn never_calls(&self) -> bool {
        self.known
            .is_some_and(|known| known.authorisation != Authorisation::ResourcePolicy)
    }

    /// The service acting for a customer whom nobody named; for one whose account only a pattern
    /// names, too: accounts can be had until one fits.
    pub(super) fn any_customer(&self) -> Vec<Probe> {
        if self.known.is_some_and(|known| !known.any_customer) {
            return Vec::new();
        }
        let mentioned = self.mentioned();
        // A customer may be in no organisation at all, which negated operators and set operators tell apart.
        let crossed = fitting::crossed(
            fitting_accounts(mentioned, &ACCOUNT_KEYS, &ARN_KEYS),
            fitting::fitting_organizations(mentioned, &ORGANIZATION_KEYS),
            mentioned.any(&ORGANIZATION_KEYS),
        );
        let probes = crossed.into_iter().map(|made| {
            let master = Master {
                account: &made.account,
                organization: made.organization,
                token: self.token(),
            };
            let mut probe = self.acting(Reach::ConfusedDeputy, &master);
            probe.exists = self.known.is_some() && made.ordinary;
            probe
        });
        probes.collect()
    }

    /// The service acting for each account and organisation that conditions name, and for the own ones.
    pub(super) fn named_customers(&self) -> Vec<Probe> {
        let home = self.home();
        let mentioned = self.mentioned();
        // A service that acts for nobody but the owner of the function.
        let own_only = self.known.is_some_and(|known| !known.any_customer);
        let mut accounts: Vec<&str> = fitting::accounts(mentioned, &ACCOUNT_KEYS, &ARN_KEYS)
            .filter(|_| !own_only)
            .chain([home.account])
            .collect();
        accounts.sort_unstable();
        accounts.dedup();
        let mut probes = Vec::new();
        for account in accounts {
            let mut own = fitting::accounts(self.callers.own, &ACCOUNT_KEYS, &ARN_KEYS);
            let explicit = own.any(|id| id == account);
            let standings = self
                .callers
                .standings(account, &ORGANIZATION_KEYS, explicit);
            for standing in standings {
                let mut probe = self.acting(
                    standing.reach,
                    &Master {
                        account,
                        organization: standing.organization,
                        // Whose a token is, its text does not say: in all likelihood one's own.
                        token: match standing.whose {
                            Whose::Own => KeyState::Unknown,
                            _ => self.token(),
                        },
                    },
                );
                account.clone_into(&mut probe.account);
                probe.whose = standing.whose;
                probe.exists = standing.sure;
                probes.push(probe);
            }
        }
        if own_only {
            return probes;
        }
        let made = fitting_accounts(mentioned, &ACCOUNT_KEYS, &ARN_KEYS);
        let patterned = made.patterned.iter().map(|account| (false, account));
        let ordinary = made.ordinary.iter().map(|account| (true, account));
        let made: Vec<(bool, &String)> = patterned.chain(ordinary).collect();
        for (id, organization) in self.callers.organizations(&ORGANIZATION_KEYS) {
            let whose = home.organization(&id);
            for (ordinary, account) in &made {
                let master = Master {
                    account: account.as_str(),
                    organization: organization.clone(),
                    token: self.token(),
                };
                let mut probe = self.acting(reach_of_organization(whose), &master);
                probe.exists = !id.is_empty() && *ordinary;
                probe.organization.clone_from(&id);
                probe.whose = whose;
                probes.push(probe);
            }
        }
        probes
    }

    /// The service acting for somebody of whom nothing is known, where there are more kinds of accounts and organisations
    /// than can be asked about.
    pub(super) fn beyond(&self) -> Option<Probe> {
        let mentioned = self.mentioned();
        let accounts = fitting_accounts(mentioned, &ACCOUNT_KEYS, &ARN_KEYS);
        let organizations = fitting::fitting_organizations(mentioned, &ORGANIZATION_KEYS);
        let named = names_its_accounts(self.callers.own, &ACCOUNT_KEYS, &ARN_KEYS);
        let cut = (accounts.cut || organizations.cut) && !named;
        if !cut || self.known.is_some_and(|one| !one.any_customer) {
            return None;
        }
        let master = Master {
            account: STRANGER_ACCOUNT,
            organization: KeyState::Unknown,
            token: KeyState::Unknown,
        };
        let mut probe = self.acting(Reach::ConfusedDeputy, &master);
        for key in ["aws:SourceAccount", "aws:SourceOwner", "aws:SourceArn"] {
            probe.context.set(key, KeyState::Unknown);
        }
        probe.exists = false;
        Some(probe)
    }

    /// What another customer's event source is called: by none of the names that conditions have.
    fn token(&self) -> KeyState {
        let written = self.mentioned().values(&["lambda:eventsourcetoken"]);
        let (patterns, literals): (Vec<&str>, Vec<&str>) =
            written.partition(|text| text.contains(['*', '?']));
        if patterns.is_empty() && !literals.contains(&"lamppost") {
            return KeyState::one("lamppost");
        }
        let patterns: Vec<Pattern> = patterns.into_iter().map(Pattern::glob).collect();
        let found = text_cells(&Shape::name(), &patterns, &literals);
        if found.cut || found.cells.is_empty() {
            return KeyState::Unknown;
        }
        let texts = found.cells.iter();
        KeyState::AnyLike(texts.map(|cell| Pattern::literal(&cell.text)).collect())
    }

    fn acting(&self, reach: Reach, master: &Master<'_>) -> Probe {
        let mut context = self.callers.direct();
        for key in ["aws:SourceAccount", "aws:SourceOwner"] {
            context.set_with(key, || {
                self.sent("aws:SourceAccount", KeyState::one(master.account))
            });
        }
        context.set_with("aws:SourceArn", || {
            let sources = KeyState::AnyLike(self.sources(master.account));
            self.sent("aws:SourceArn", sources)
        });
        if let Some(paths) = paths_of(&master.organization) {
            context.set("aws:SourceOrgPaths", paths);
        }
        context.set("aws:SourceOrgID", master.organization.clone());
        context.set("aws:userid", KeyState::Absent);
        context.set("lambda:EventSourceToken", master.token.clone());
        Probe::new(reach, Caller::service(&self.principal), context)
    }

    /// What a service says under a key that it sends; some send none.
    fn sent(&self, key: &str, state: KeyState) -> KeyState {
        let sends = |known: &reference::ServicePrincipal| {
            let mut keys = known.condition_keys.iter();
            keys.any(|sent| sent.eq_ignore_ascii_case(key))
        };
        match self.known {
            Some(known) if !sends(known) => KeyState::Absent,
            _ => state,
        }
    }

    /// ARNs that sources of an account have. Only the last field is open, so that no wildcard can
    /// reach over the account.
    fn sources(&self, account: &str) -> Vec<Pattern> {
        let door = self.door();
        let label = self.label();
        let accountless = self.known.is_some_and(|known| !known.account_in_source_arn);
        let own = |field: Option<&str>, default: &str| -> String {
            match field {
                Some(field) if !field.contains(['*', '?', '$']) => field.to_owned(),
                _ => default.to_owned(),
            }
        };
        let mut made = Vec::new();
        let mut add = |partition: &str, service: &str, region: &str, of_nobody: bool| {
            let head = format!("arn:{partition}:{service}:{region}");
            if accountless || of_nobody {
                made.push(format!("{head}::*"));
            }
            if !accountless {
                made.push(format!("{head}:{account}:*"));
            }
        };
        let mentioned = self.mentioned();
        for text in mentioned.values(&ARN_KEYS) {
            let fields: Vec<&str> = text.splitn(6, ':').collect();
            let field = |place: usize| fields.get(place).copied();
            let partition = own(field(1), door.partition());
            let service = own(field(2), &label);
            let region = own(field(3).filter(|one| is_region(one)), door.region());
            add(&partition, &service, &region, field(4) == Some(""));
        }
        let partition = door.partition();
        if accountless {
            add(partition, &label, "", true);
        } else {
            for region in self.regions() {
                add(partition, &label, &region, false);
            }
            add(partition, &label, "", false);
        }
        made.sort_unstable();
        made.dedup();
        let limits: Vec<Pattern> = made.iter().map(|text| Pattern::glob(text)).collect();
        if self.may_reach_over() || self.compares_stars() {
            self.real(&limits)
        } else {
            limits
        }
    }

    /// Regions of sources: the function's own, and where conditions say something of regions, one for each way to fit.
    fn regions(&self) -> Vec<String> {
        let fields = self.mentioned().values(&ARN_KEYS);
        let fields = fields.filter_map(|text| text.split(':').nth(3));
        let fields = fields.filter(|field| !field.contains('$') && *field != "*");
        let (patterns, literals): (Vec<&str>, Vec<&str>) =
            fields.partition(|field| field.contains(['*', '?']));
        let own = self.door().region().to_owned();
        if patterns.is_empty() && literals.is_empty() {
            return vec![own];
        }
        let patterns: Vec<Pattern> = patterns.into_iter().map(Pattern::glob).collect();
        let found = text_cells(&Shape::label(), &patterns, &literals).cells;
        found
            .into_iter()
            .map(|cell| cell.text)
            .chain([own])
            .collect()
    }

    /// What ARNs of its sources call the service.
    fn label(&self) -> String {
        label(&self.principal).to_owned()
    }

    /// Whether a pattern of `StringLike` could reach over the account, if only sources had such names: few services
    /// let a name hold the colons which that takes. Where several conditions must hold at once, no single source
    /// stands for all, so nothing is said of them.
    fn may_reach_over(&self) -> bool {
        let mut conditions = self.callers.own.of(&ARN_KEYS);
        let (Some(only), None) = (conditions.next(), conditions.next()) else {
            return false;
        };
        only.operator.test == Test::StringLike
            && !only.operator.negated
            && self.known.is_some_and(|known| !known.colons_in_source_name)
    }

    /// Whether a condition asks for a `*` in the ARN of a source whose service allows none: all but those that allow
    /// colons, the ARNs of log groups among them, which end in one.
    fn compares_stars(&self) -> bool {
        self.callers.own.compares_stars(&ARN_KEYS)
            && self.known.is_some_and(|known| !known.colons_in_source_name)
    }

    /// Sources that can exist: one for each pattern that conditions mention, and one that none does.
    fn real(&self, limits: &[Pattern]) -> Vec<Pattern> {
        let mentioned = self.mentioned();
        let wanted: Vec<Pattern> = mentioned.values(&ARN_KEYS).map(Pattern::glob).collect();
        let unheard_of = Pattern::glob("*:lamppost");
        let common = limits.iter().flat_map(|limit| {
            let patterns = wanted.iter().chain([&unheard_of]);
            patterns.filter_map(|pattern| pattern.common(limit))
        });
        let real = common.filter(|arn| !reaches_over(arn, mentioned));
        real.map(|arn| Pattern::literal(&arn)).collect()
    }

    fn home(&self) -> &Home<'a> {
        self.callers.home
    }

    fn door(&self) -> &Door<'a> {
        self.callers.door
    }

    fn mentioned(&self) -> &Mentioned<'a> {
        self.callers.mentioned
    }
}

/// What ARNs call a service: what stands last before `amazonaws.com` in its principal, with few exceptions.
fn label(principal: &str) -> &str {
    let stem = principal.split(".amazon").next().unwrap_or_default();
    let stem = match stem.rsplit_once('.') {
        Some((service, region)) if is_region(region) && region.contains('-') => service,
        _ => stem,
    };
    match stem.rsplit('.').next().unwrap_or_default() {
        "apigateway" => "execute-api",
        "lexv2" => "lex",
        label => label,
    }
}

/// Whether a field of an ARN can be that of a region.
fn is_region(field: &str) -> bool {
    let named = field.contains('-') && !field.starts_with("vpc-");
    field.is_empty() || field.contains(['*', '?']) || named
}

/// Services that may stand behind a principal `*`: all that call functions by their policies, as far as conditions can
/// tell them apart, and one that this version does not know. Where nothing is asked of the source, one does.
pub(super) fn behind_everyone(callers: &Callers<'_>) -> Vec<String> {
    if are_alike(callers) {
        return vec!["events.amazonaws.com".to_owned()];
    }
    let mentioned = callers.mentioned;
    let known = reference::service_principals().iter();
    let calling = known.filter(|one| one.authorisation == Authorisation::ResourcePolicy);
    let calling: Vec<&str> = calling.map(|one| one.principal.as_str()).collect();
    let fitting = calling.iter().filter(|name| may_fit(callers.own, name));
    let mut services: Vec<String> = fitting.map(|name| (*name).to_owned()).collect();
    let wild = |text: &&str| text.contains(['*', '?']);
    // Those of which conditions speak, and that are not known.
    let fields = mentioned.values(&ARN_KEYS);
    let fields = fields.filter_map(|text| text.split(':').nth(2));
    let fields = fields.filter(|field| !field.is_empty() && !field.contains('$'));
    let (patterns, literals): (Vec<&str>, Vec<&str>) = fields.partition(wild);
    let strange = |label: &&&str| calling.iter().all(|name| self::label(name) != **label);
    let labels = literals
        .iter()
        .filter(strange)
        .map(|label| (*label).to_owned());
    let patterns: Vec<Pattern> = patterns.into_iter().map(Pattern::glob).collect();
    let mut labels: Vec<String> = labels.collect();
    if !patterns.is_empty() {
        let unheard_of = text_cells(&Shape::label(), &patterns, &literals).cells;
        labels.extend(unheard_of.into_iter().map(|cell| cell.text));
    }
    services.extend(labels.iter().map(|label| format!("{label}.amazonaws.com")));
    let names = mentioned
        .values(&NAME_KEYS)
        .filter(|name| !name.contains('$'));
    let (patterns, literals): (Vec<&str>, Vec<&str>) = names.partition(wild);
    let patterns: Vec<Pattern> = patterns.into_iter().map(Pattern::glob).collect();
    if !patterns.is_empty() {
        let named: Vec<&str> = literals.iter().chain(&calling).copied().collect();
        let unheard_of = text_cells(&Shape::service(), &patterns, &named).cells;
        services.extend(unheard_of.into_iter().map(|cell| cell.text));
    }
    services.extend(literals.into_iter().map(str::to_owned));
    services.sort_unstable();
    services.dedup();
    services
}

/// Whether a service may send sources such as a statement asks for, as far as one can tell from what they call it.
fn may_fit(own: &Mentioned<'_>, principal: &str) -> bool {
    own.of(&ARN_KEYS).all(|condition| {
        let lenient = condition.operator.negated
            || condition.operator.if_exists
            || condition.operator.quantifier.is_some()
            || !matches!(
                condition.operator.test,
                Test::Arn | Test::StringLike | Test::StringEquals
            );
        let mut values = condition.values.iter().map(|value| value.written());
        lenient
            || values.any(|text| {
                let short = text.split(':').count() < 4;
                let field = text.split(':').nth(2).unwrap_or("*");
                short || field.contains('$') || Pattern::glob(field).matches(label(principal))
            })
    })
}

/// Whether nothing that the policy says tells one service from another.
fn are_alike(callers: &Callers<'_>) -> bool {
    let asked = callers.asked;
    let mut denies = callers.door.denies();
    !asked.any(&SOURCE_KEYS)
        && !asked.any(&NAME_KEYS)
        && !denies.any(|deny| {
            let mut named = deny.principal.iter().flat_map(|element| &element.items);
            named.any(|one| matches!(one, Principal::Service(_)))
        })
}

/// Whether the ARN fits a pattern as text only, not field by field.
fn reaches_over(arn: &str, mentioned: &Mentioned<'_>) -> bool {
    let given: Vec<&str> = arn.splitn(6, ':').collect();
    if !given.last().is_some_and(|name| name.contains(':')) {
        return false;
    }
    mentioned.values(&ARN_KEYS).any(|text| {
        let wanted: Vec<&str> = text.splitn(6, ':').collect();
        let mut fields = wanted.iter().zip(&given);
        let field_by_field =
            wanted.len() == 6 && fields.all(|(want, have)| Pattern::glob(want).matches(have));
        Pattern::glob(text).matches(arn) && !field_by_field
    })
}

/// The sources that conditions name, for showing them.
pub(super) fn shown(mentioned: &Mentioned<'_>) -> String {
    let values: Vec<&str> = mentioned.values(&SOURCE_KEYS).collect();
    values.join(", ")
}
