//! Ways in: grants of the function's policies, and principals of the account that can change it. Those by
//! routes of APIs and by rules of load balancers have files of their own.

use std::collections::BTreeSet;

use super::super::access::owners;
use super::super::exposure::{Cause, Grant, Reach, ReachingRoute, ReachingRule, Whose};
use super::super::{Context, ExposureFacts, Fact, RoleFacts};
use super::place;
use crate::inventory::Gap;

/// A way in.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) class: Reach,
    pub(super) qualifier: String,
    pub(super) statements: Vec<String>,
    pub(super) principal: String,
    pub(super) through: String,
    pub(super) certain: bool,
    /// On what it depends where it is not certain.
    pub(super) depends_on: Vec<String>,
    pub(super) reason: String,
    /// Whether it changes the function instead of calling it.
    pub(super) changes: bool,
    /// The statements with their policies, and what else lets in.
    pub(super) evidence: Vec<String>,
    /// The routes that it goes through; none unless it goes through an API.
    pub(super) routes: Vec<ReachingRoute>,
    /// The rules that it goes through; none unless it goes through a load balancer.
    pub(super) rules: Vec<ReachingRule>,
}

/// Routes and rules that a sentence names; beyond them the number says enough.
const TOLD: usize = 3;

/// Routes and rules that evidence and remediation show.
pub(super) const SHOWN: usize = 10;

/// The ways in of several kinds: one that is known counts, whatever is not known of others.
pub(super) fn together(kinds: impl IntoIterator<Item = Fact<Vec<Entry>>>) -> Fact<Vec<Entry>> {
    let (mut entries, mut gaps) = (Vec::new(), Vec::new());
    for kind in kinds {
        match kind {
            Fact::Known(found) => entries.extend(found),
            Fact::Unknown(missing) => gaps.extend(missing),
        }
    }
    gaps.sort();
    gaps.dedup();
    Fact::offenders(entries, gaps)
}

/// A grant that makes the function run.
fn invokes(grant: &Grant) -> bool {
    let mut abilities = grant.abilities.iter();
    abilities.any(|ability| matches!(ability.as_str(), "invoke" | "invoke-url"))
}

/// A grant to everybody that no address limits.
pub(super) fn is_public(grant: &Grant) -> bool {
    matches!(grant.class, Reach::Internet | Reach::AnyAwsAccount)
        && invokes(grant)
        && !grant.is_narrowed()
}

/// A grant to a stranger by name, or to a service that acts for any customer.
fn is_outside(grant: &Grant) -> bool {
    let deputy = grant.class == Reach::ConfusedDeputy && grant.cause == Cause::AnySource;
    let stranger = grant.class == Reach::ExternalAccount && grant.is_foreign();
    (deputy || stranger) && invokes(grant)
}

/// A grant that lets somebody outside replace or redirect the code.
pub(super) fn is_control(grant: &Grant) -> bool {
    let changes = grant.abilities.iter().any(|ability| {
        matches!(
            ability.as_str(),
            "change-code" | "change-configuration" | "change-policy"
        )
    });
    changes && grant.class > Reach::OwnAccount && grant.whose != Whose::Trusted
}

/// The ways in by grants of a kind.
pub(super) fn by_policy(
    context: Context<'_>,
    exposure: &ExposureFacts,
    choose: fn(&Grant) -> bool,
    changes: bool,
) -> Fact<Vec<Entry>> {
    exposure
        .entries
        .map_ref(|grants| entries(context, grants, choose, changes))
}

/// Grants to strangers; unknown where it is not known who is one.
pub(super) fn outside(context: Context<'_>, exposure: &ExposureFacts) -> Fact<Vec<Entry>> {
    let found = by_policy(context, exposure, is_outside, false);
    let undecided = exposure.entries.known().is_some_and(|grants| {
        let mut grants = grants.iter();
        grants.any(|grant| grant.class == Reach::ExternalAccount && grant.is_by_id())
    });
    match (&found, undecided) {
        (Fact::Known(entries), true) if entries.is_empty() => {
            Fact::Unknown(exposure.external_grants.gaps().to_vec())
        }
        _ => found,
    }
}

/// The ways in, those of one URL or API together.
fn entries(
    context: Context<'_>,
    grants: &[Grant],
    choose: fn(&Grant) -> bool,
    changes: bool,
) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for grant in grants.iter().filter(|grant| choose(grant)) {
        let place = place(&context.function.name, &grant.qualifier);
        let evidence = format!(
            "resource-based policy of {place}, statement {}",
            grant.statement
        );
        let same = |entry: &&mut Entry| {
            entry.class == grant.class
                && entry.qualifier == grant.qualifier
                && entry.through == grant.through
                && entry.principal == grant.principal
        };
        match entries.iter_mut().find(same) {
            Some(entry) => {
                entry.statements.push(grant.statement.clone());
                entry.evidence.push(evidence);
                entry.certain |= grant.certain;
            }
            None => entries.push(Entry {
                class: grant.class,
                qualifier: grant.qualifier.clone(),
                statements: vec![grant.statement.clone()],
                principal: grant.principal.clone(),
                through: grant.through.clone(),
                certain: grant.certain,
                depends_on: Vec::new(),
                reason: grant.reason.clone(),
                changes,
                evidence: vec![evidence],
                routes: Vec::new(),
                rules: Vec::new(),
            }),
        }
    }
    entries
}

/// Names that a report needs; beyond them the number says enough.
pub(super) const NAMED: usize = 10;

/// Who of the account gets in.
#[derive(Debug)]
pub(super) struct Insiders {
    /// Those that can for certain first.
    pub(super) entries: Vec<Entry>,
    /// Why there may be more.
    pub(super) gaps: Vec<Gap>,
}

/// Users and roles of the account, administrators left out, that can change the code or the configuration of the
/// function and would have more with its role than they have, as far as it is known what that may do.
pub(super) fn inside(
    context: Context<'_>,
    role: &RoleFacts,
    role_is_known: bool,
) -> Fact<Insiders> {
    let privileges = match context.account.privileges() {
        Ok(privileges) => privileges,
        Err(gap) => return Fact::unknown(gap),
    };
    let owners = match owners(context) {
        Fact::Known(owners) => owners,
        Fact::Unknown(gaps) => return Fact::Unknown(gaps),
    };
    let function = &context.function.name;
    let mut entries: Vec<Entry> = owners
        .others
        .iter()
        .filter(|(arn, _)| *arn != role.arn)
        .filter(|(arn, _)| !role_is_known || privileges.gains(arn, &role.arn).is_some())
        .map(|(arn, standing)| Entry {
            class: Reach::OwnAccount,
            qualifier: "$LATEST".to_owned(),
            statements: standing
                .statements
                .iter()
                .map(|name| name.statement.clone())
                .collect(),
            principal: (*arn).to_owned(),
            through: "api".to_owned(),
            certain: standing.certain,
            depends_on: match standing.certain {
                true => Vec::new(),
                false => standing.depends_on.clone(),
            },
            reason: format!(
                "{arn} {} change the code or the configuration of {function}",
                if standing.certain { "can" } else { "may" }
            ),
            changes: true,
            evidence: standing
                .statements
                .iter()
                .map(|name| format!("{}, statement {}", name.policy, name.statement))
                .collect(),
            routes: Vec::new(),
            rules: Vec::new(),
        })
        .collect();
    entries.sort_by_key(|entry| !entry.certain);
    Fact::Known(Insiders {
        entries,
        gaps: owners.gaps(|arn| arn != role.arn),
    })
}

/// What belongs together by a key, in the order in which it is met.
pub(super) fn together_by<'a, T, Key: PartialEq>(
    all: &'a [T],
    key: impl Fn(&'a T) -> Key,
) -> Vec<Vec<&'a T>> {
    let mut groups: Vec<Vec<&T>> = Vec::new();
    for one in all {
        let mut places = groups.iter_mut();
        let same =
            |group: &&mut Vec<&'a T>| group.first().is_some_and(|first| key(first) == key(one));
        match places.find(same) {
            Some(group) => group.push(one),
            None => groups.push(vec![one]),
        }
    }
    groups
}

/// Statements that let something in, each once, and what they are evidence of.
pub(super) fn letting<'a>(
    context: Context<'_>,
    qualifier: &str,
    named: impl Iterator<Item = &'a String>,
) -> (Vec<String>, Vec<String>) {
    let place = place(&context.function.name, qualifier);
    let statements: BTreeSet<&String> = named.collect();
    let evidence = statements
        .iter()
        .map(|statement| format!("resource-based policy of {place}, statement {statement}"));
    let evidence = evidence.collect();
    (statements.into_iter().cloned().collect(), evidence)
}

/// `GET /a, GET /b, GET /c and 2 more routes`.
pub(super) fn listed(names: &[String], what: &str) -> String {
    match names {
        [] => String::new(),
        [only] => only.clone(),
        all if all.len() > TOLD => {
            let more = match all.len() - TOLD {
                1 => format!("1 more {what}"),
                more => format!("{more} more {what}s"),
            };
            let some: Vec<&str> = all.iter().take(TOLD).map(String::as_str).collect();
            format!("{} and {more}", some.join(", "))
        }
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}
