//! Services that call for somebody: whose sources they may act for.

use super::door::{Door, Mentioned};
use super::fitting::{self, ENOUGH, fitting_accounts};
use super::grant::Reach;
use super::home::{Home, Whose};
use super::probe::{Callers, Probe};
use super::standing::{paths_of, reach_of_organization};
use crate::policy::{Arn, Caller, KeyState, Pattern, Principal, STRANGER_ACCOUNT, Test};
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
                token: KeyState::one("lamppost"),
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
                            _ => KeyState::one("lamppost"),
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
        for (id, organization) in self.callers.organizations(&ORGANIZATION_KEYS) {
            let whose = home.organization(&id);
            let made = made.iter().map(String::as_str).take(ENOUGH);
            for account in made.chain([STRANGER_ACCOUNT]) {
                let master = Master {
                    account,
                    organization: organization.clone(),
                    token: KeyState::one("lamppost"),
                };
                let mut probe = self.acting(reach_of_organization(whose), &master);
                probe.exists = !id.is_empty() && account == STRANGER_ACCOUNT;
                probe.organization.clone_from(&id);
                probe.whose = whose;
                probes.push(probe);
            }
        }
        probes
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
        let label = self.principal.split('.').next().unwrap_or_default();
        let accountless = self.known.is_some_and(|known| !known.account_in_source_arn);
        let own = |field: &str, default: &str| -> String {
            if field.contains(['*', '?', '$']) {
                default.to_owned()
            } else {
                field.to_owned()
            }
        };
        let mut made = Vec::new();
        for text in self.mentioned().values(&ARN_KEYS) {
            let Some(arn) = Arn::parse(text) else {
                continue;
            };
            let head = format!(
                "arn:{}:{}:{}",
                own(arn.partition, door.partition()),
                own(arn.service, label),
                own(arn.region, door.region())
            );
            if accountless || arn.account.is_empty() {
                made.push(format!("{head}::*"));
            }
            if !accountless {
                made.push(format!("{head}:{account}:*"));
            }
        }
        let partition = door.partition();
        if accountless {
            made.push(format!("arn:{partition}:{label}:::*"));
        } else {
            let region = door.region();
            made.push(format!("arn:{partition}:{label}:{region}:{account}:*"));
            made.push(format!("arn:{partition}:{label}::{account}:*"));
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

/// Services that may stand behind a principal `*`: those whose sources conditions mention, else those whose names they
/// mention and some that stand for all. Where nothing is asked of the source, one does.
pub(super) fn behind_everyone(callers: &Callers<'_>) -> Vec<String> {
    /// One whose sources' ARNs name their account, one whose do not, and one that sends neither ARN nor account.
    const ALL: [&str; 3] = [
        "events.amazonaws.com",
        "s3.amazonaws.com",
        "alexa-appkit.amazon.com",
    ];
    let mentioned = callers.mentioned;
    let of_arn = mentioned
        .values(&ARN_KEYS)
        .filter_map(Arn::parse)
        .filter(|arn| !arn.service.is_empty() && !arn.service.contains(['*', '?', '$']))
        .map(|arn| match arn.service {
            "execute-api" => "apigateway.amazonaws.com".to_owned(),
            service => format!("{service}.amazonaws.com"),
        });
    let mut services: Vec<String> = of_arn.collect();
    if services.is_empty() {
        let all = ALL
            .iter()
            .take(if are_alike(callers) { 1 } else { ALL.len() });
        services.extend(all.map(|&one| one.to_owned()));
    }
    let named = mentioned
        .values(&NAME_KEYS)
        .filter(|name| !name.contains(['*', '?', '$']));
    services.extend(named.map(str::to_owned));
    services.sort_unstable();
    services.dedup();
    services
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
