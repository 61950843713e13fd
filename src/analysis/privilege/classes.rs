//! What a principal may do to everything, by what that gives away.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use super::authority::{Answer, Authority};
use super::estate::Estate;
use super::evidence::{Grant, Grants};
use super::weapon::{POLICY, POLICY_KEY, weapons};
use crate::analysis::Fact;
use crate::inventory::Gap;
use crate::policy::{Action, KeyState};
use crate::reference::{PermissionClass, permissions};

/// What a principal may do to everything of a kind.
#[derive(Clone, Debug, Default)]
pub struct Powers {
    /// Everything: the statements that allow all of it together.
    pub admin: Vec<Grant>,
    /// All actions of a service.
    pub services: Vec<Grant>,
    /// Getting or making credentials.
    pub credentials: Vec<Grant>,
    /// Passing any role to a service.
    pub passing: Vec<Grant>,
    /// Reading data.
    pub data: Vec<Grant>,
    /// Opening resources to others.
    pub exposure: Vec<Grant>,
    /// Changing or destroying what others run.
    pub infrastructure: Vec<Grant>,
    /// Giving permissions to others.
    pub permissions: Vec<Grant>,
    /// Classes that a policy which could not be read leaves open.
    open: BTreeSet<&'static str>,
    gaps: Vec<Gap>,
}

/// A class with its actions ready to be asked.
struct Class {
    name: &'static str,
    actions: Vec<(String, Action)>,
}

struct Classes {
    admin: Class,
    credentials: Class,
    passing: Class,
    data: Class,
    exposure: Class,
    infrastructure: Class,
    permissions: Class,
    services: Vec<(String, Action)>,
}

static CLASSES: LazyLock<Classes> = LazyLock::new(|| {
    let of = |name: &'static str, class: &PermissionClass| Class {
        name,
        actions: class
            .actions
            .iter()
            .map(|action| (action.clone(), Action::new(action)))
            .collect(),
    };
    let classes = &permissions().classes;
    Classes {
        admin: of("admin", &classes.admin),
        credentials: of("credentials", &classes.credentials),
        passing: of("passing", &classes.passing),
        data: of("data", &classes.data),
        exposure: of("exposure", &classes.exposure),
        infrastructure: of("infrastructure", &classes.infrastructure),
        permissions: of("permissions", &classes.permissions),
        services: permissions()
            .services()
            .map(|service| {
                // An action that no policy lists by name is allowed where all are.
                let unheard_of = Action::new(&format!("{service}:LamppostProbe"));
                (format!("{service}:*"), unheard_of)
            })
            .collect(),
    }
});

/// ARNs that no policy mentions, for one account.
#[derive(Debug, Default)]
pub(super) struct Probes(BTreeMap<(String, String), String>);

impl Probes {
    fn get(&mut self, estate: &Estate<'_>, action: &str, region: &str) -> String {
        // Actions of IAM are for users, roles, groups and policies.
        let name = match action.split_once(':') {
            Some((service, _)) if service != "iam" => service,
            _ => action,
        };
        let key = (name.to_owned(), region.to_owned());
        let probe = || permissions().probe(name, estate.partition(), region, estate.account());
        self.0.entry(key).or_insert_with(probe).clone()
    }
}

/// Asks for everything only: the statements that allow all of it together.
pub(super) fn admin(estate: &Estate<'_>, authority: &mut Authority<'_>) -> Vec<Grant> {
    let mut asker = Asker {
        estate,
        authority,
        probes: Probes::default(),
        open: BTreeSet::new(),
    };
    asker.all_of(&CLASSES.admin)
}

/// Asks for all classes.
pub(super) fn powers(estate: &Estate<'_>, authority: &mut Authority<'_>) -> Powers {
    let mut asker = Asker {
        estate,
        authority,
        probes: Probes::default(),
        open: BTreeSet::new(),
    };
    let classes = &*CLASSES;
    let mut powers = Powers {
        admin: asker.all_of(&classes.admin),
        services: asker.any_of("services", &classes.services),
        credentials: asker.any_of(classes.credentials.name, &classes.credentials.actions),
        passing: asker.any_of(classes.passing.name, &classes.passing.actions),
        data: asker.any_of(classes.data.name, &classes.data.actions),
        exposure: asker.any_of(classes.exposure.name, &classes.exposure.actions),
        infrastructure: asker.any_of(classes.infrastructure.name, &classes.infrastructure.actions),
        permissions: asker.permissions(&classes.permissions.actions),
        open: BTreeSet::new(),
        gaps: Vec::new(),
    };
    powers.open = asker.open;
    if !powers.open.is_empty() {
        powers.gaps = asker.authority.gaps().to_vec();
    }
    powers
}

struct Asker<'q, 'e, 'a> {
    estate: &'q Estate<'a>,
    authority: &'q mut Authority<'e>,
    probes: Probes,
    /// Classes that an unread policy leaves open.
    open: BTreeSet<&'static str>,
}

impl Asker<'_, '_, '_> {
    /// The best answer over the regions that have functions.
    fn ask(&mut self, action: &Action) -> Answer {
        self.ask_with(action, &[])
    }

    /// The same of a request that carries these keys.
    fn ask_with(&mut self, action: &Action, carries: &[(&str, KeyState)]) -> Answer {
        let estate = self.estate;
        if self.authority.gaps().is_empty() && !self.authority.mentions(action) {
            return Answer::No;
        }
        let mut best = Answer::No;
        for region in &estate.regions {
            let name = action.name().unwrap_or_default();
            let probe = self.probes.get(estate, name, region);
            let answer = self
                .authority
                .on_any_at_all(action, &probe, region, carries);
            best = best.or(answer);
            if best.is_certain() {
                return best;
            }
            if action.service() == "iam" || action.service() == "sts" {
                break;
            }
        }
        best
    }

    fn any_of(&mut self, class: &'static str, actions: &[(String, Action)]) -> Vec<Grant> {
        let mut grants = Grants::default();
        for (name, action) in actions {
            match self.ask(action) {
                Answer::No => {}
                Answer::Yes(standing) => grants.add(name, &standing),
                Answer::Unknown => {
                    self.open.insert(class);
                }
            }
        }
        grants.finish()
    }

    /// Permissions of others: attaching only what is no harmless policy, to principals without a boundary.
    fn permissions(&mut self, actions: &[(String, Action)]) -> Vec<Grant> {
        let mut grants = Grants::default();
        for (name, action) in actions {
            let answer = match self.authority.asks_for(POLICY_KEY, action) {
                false => self.ask(action),
                true => self.attach(action),
            };
            match answer {
                Answer::No => {}
                Answer::Yes(standing) => grants.add(name, &standing),
                Answer::Unknown => {
                    self.open.insert(CLASSES.permissions.name);
                }
            }
        }
        grants.finish()
    }

    fn attach(&mut self, action: &Action) -> Answer {
        let mut best = Answer::No;
        let weapons = weapons(self.estate, self.authority, action, POLICY);
        for weapon in weapons.iter().filter(|weapon| weapon.strong) {
            let answer = self.ask_with(action, &[weapon.carried(POLICY)]);
            best = best.or(weapon.after(answer));
            if best.is_certain() {
                break;
            }
        }
        best
    }

    /// The statements that together allow all actions, or none.
    fn all_of(&mut self, class: &Class) -> Vec<Grant> {
        let mut grants = Grants::default();
        let mut unknown = false;
        for (name, action) in &class.actions {
            match self.ask(action) {
                Answer::No => return Vec::new(),
                Answer::Yes(standing) => grants.add(name, &standing),
                Answer::Unknown => unknown = true,
            }
        }
        if unknown {
            self.open.insert(class.name);
            return Vec::new();
        }
        let mut grants = grants.finish();
        // Everything is certain only where each part of it is.
        let certain = grants.iter().all(|grant| grant.certain);
        for grant in &mut grants {
            grant.certain = certain;
        }
        grants
    }
}

impl Powers {
    /// What it can do to everything, by class.
    pub(super) fn lists(&self) -> [&Vec<Grant>; 6] {
        [
            &self.services,
            &self.credentials,
            &self.data,
            &self.exposure,
            &self.infrastructure,
            &self.permissions,
        ]
    }

    /// A list as a fact: unknown where it is empty and a policy that could not be read leaves the class open.
    fn fact(&self, class: &'static str, grants: &[Grant]) -> Fact<Vec<Grant>> {
        if grants.is_empty() && self.open.contains(class) {
            Fact::Unknown(self.gaps.clone())
        } else {
            Fact::Known(grants.to_vec())
        }
    }

    /// Everything, as a fact.
    pub fn admin_fact(&self) -> Fact<Vec<Grant>> {
        self.fact("admin", &self.admin)
    }

    /// Whole services, as a fact.
    pub fn services_fact(&self) -> Fact<Vec<Grant>> {
        self.fact("services", &self.services)
    }

    /// Credentials, as a fact.
    pub fn credentials_fact(&self) -> Fact<Vec<Grant>> {
        self.fact("credentials", &self.credentials)
    }

    /// Passing any role, as a fact.
    pub fn passing_fact(&self) -> Fact<Vec<Grant>> {
        self.fact("passing", &self.passing)
    }

    /// Data, as a fact.
    pub fn data_fact(&self) -> Fact<Vec<Grant>> {
        self.fact("data", &self.data)
    }

    /// Opening to others, as a fact.
    pub fn exposure_fact(&self) -> Fact<Vec<Grant>> {
        self.fact("exposure", &self.exposure)
    }

    /// Changing what others run, as a fact.
    pub fn infrastructure_fact(&self) -> Fact<Vec<Grant>> {
        self.fact("infrastructure", &self.infrastructure)
    }

    /// Why it may be able to give more permissions to others than is known.
    pub(super) fn open_permissions(&self) -> &[Gap] {
        match self.open.contains("permissions") {
            true => &self.gaps,
            false => &[],
        }
    }

    /// Why not all of it is known.
    pub(super) fn gaps(&self) -> &[Gap] {
        &self.gaps
    }

    /// Whether it can do everything, or may.
    pub fn is_admin(&self) -> bool {
        !self.admin.is_empty()
    }
}
