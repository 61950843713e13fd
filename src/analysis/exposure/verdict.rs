//! What is said of a statement once it is known whom it lets in.

use super::ability::Ability;
use super::ask::{Case, Entry};
use super::door::{Door, UrlAge, UrlState, name};
use super::grant::{Cause, Grant, Reach};
use super::judge::{Hit, Judge};
use super::probe::Probe;
use super::{reason, source};
use crate::analysis::home::{Whose, presumption};
use crate::policy::{AddressRanges, Pattern, Principal, Target};
use crate::reference;

impl Judge<'_> {
    pub(super) fn granted(
        &self,
        principal: &str,
        hits: &[Hit],
        cause: impl Fn(Reach) -> Cause,
    ) -> Grant {
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
        let collect = |of: fn(&Hit) -> String| {
            let mut all: Vec<String> = hits.iter().map(of).filter(|one| !one.is_empty()).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        let whose = hits.iter().map(|hit| hit.probe.whose).max();
        let whose = whose.unwrap_or_default();
        let accounts = match reach {
            Reach::OwnAccount => Vec::new(),
            _ => collect(|hit| hit.probe.account.clone()),
        };
        let organizations = collect(|hit| hit.probe.organization.clone());
        let presumed = presumptions(reach, whose, &accounts, &organizations);
        let certain = !half
            && reclaimable.is_none()
            && presumed.is_empty()
            && hits.iter().any(|hit| hit.entry.certain);
        let unless_certain = |open: &Vec<String>| {
            if certain { Vec::new() } else { open.clone() }
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
        let mut conditions = unless_certain(&union(|entry| &entry.open));
        conditions.extend(presumed);
        if let Some(assumed) = assumption(cause, principal, hits)
            .filter(|(_, always)| !certain && (*always || conditions.is_empty()))
            .map(|(assumed, _)| assumed)
        {
            conditions.push(assumed);
        }
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
            organizations,
            addresses: merged(&union(|entry| &entry.addresses)),
            networks: union(|entry| &entry.networks),
            conditions,
            whose,
            ..self.blank(principal)
        };
        if reach != Reach::Internet {
            grant.latent = self.latent();
        }
        grant.reason = reason::sentence(&grant, self.callers.home);
        grant
    }

    /// A statement that lets nobody in: why not?
    pub(super) fn dead(&self, principal: &str, asked: &[Probe]) -> Grant {
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

    pub(super) fn refused(&self, principal: &str, cause: Cause, conditions: Vec<String>) -> Grant {
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
                .callers
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
        let case = Case::new(&door, self.case.statement, self.callers.mentioned);
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
            source: source::shown(self.callers.own),
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
            source_arns: statement
                .wanted("aws:sourcearn")
                .map(str::to_owned)
                .collect(),
            whose: Whose::Own,
        }
    }
}

/// What is presumed of those who get in: that accounts are somebody else's, that an organization is the own one.
fn presumptions(
    reach: Reach,
    whose: Whose,
    accounts: &[String],
    organizations: &[String],
) -> Vec<String> {
    match reach {
        Reach::ExternalAccount => accounts
            .iter()
            .filter_map(|account| presumption(whose, account))
            .collect(),
        Reach::Organization if whose == Whose::Presumed => organizations
            .iter()
            .map(|id| format!("{id} is your organization"))
            .collect(),
        _ => Vec::new(),
    }
}

/// What a grant that is not certain depends on where no condition of the policy says so, and whether to say so in any case.
fn assumption(cause: Cause, principal: &str, hits: &[Hit]) -> Option<(String, bool)> {
    let assumed = match cause {
        Cause::HalfUrl => "AWS does not ask for both grants of this URL yet",
        Cause::ReclaimableSource => "the name is free or becomes free",
        Cause::UnknownService => {
            return Some((format!("{principal} acts for other customers"), false));
        }
        Cause::Patterned => {
            "somebody creates an account, organization or role that fits the pattern"
        }
        _ if hits
            .iter()
            .any(|hit| hit.entry.by_url && hit.probe.whose == Whose::Own) =>
        {
            "an identity-based policy allows the other action that a URL needs"
        }
        _ => "somebody is as the conditions say",
    };
    let always = matches!(cause, Cause::HalfUrl | Cause::ReclaimableSource);
    Some((assumed.to_owned(), always))
}

/// Ranges in order, as few as can be.
pub(super) fn merged(ranges: &[String]) -> Vec<String> {
    AddressRanges::new(ranges.iter().map(String::as_str)).texts()
}

/// Who the accounts are.
fn vendor(accounts: &[String]) -> String {
    let names = accounts
        .iter()
        .filter_map(|account| reference::account_name(account));
    let mut names: Vec<&str> = names.collect();
    names.dedup();
    names.join(", ")
}
