//! Who becomes a role by a statement of its trust policy that is for everybody: asked like a function's policy.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::trust::{Asker, Trusts};
use crate::analysis::exposure::{Callers, Door, Mentioned, Probe, UrlState, Whose};
use crate::analysis::home::presumption;
use crate::policy::{AskedKeys, Condition, Statement, Target};

/// Keys by which conditions name callers with credentials.
const CALLERS: [&str; 5] = [
    "aws:PrincipalAccount",
    "aws:PrincipalArn",
    "aws:PrincipalOrgID",
    "aws:PrincipalOrgPaths",
    "aws:userid",
];

impl Asker<'_, '_> {
    /// Adds those whom a statement with the principal `*` or with `NotPrincipal` lets in with credentials of AWS: everyone, or
    /// each account and organisation that its conditions and the Denies name, or the own account.
    pub(super) fn anybody(&self, trusts: &mut Trusts, statement: &Arc<Statement>) {
        let home = self.account.home();
        let door = Door {
            qualifier: "",
            resource: Target::Exact(self.role.to_owned()),
            policy: self.policy,
            url: UrlState::Absent,
        };
        let own = Mentioned::new(std::iter::once(statement));
        let mentioned = Mentioned::new(std::iter::once(statement).chain(door.denies()));
        let asked = AskedKeys::of(self.policy);
        let callers = Callers {
            home: &home,
            door: &door,
            mentioned: &mentioned,
            own: &own,
            asked: &asked,
        };
        let strangers = std::iter::once(callers.stranger()).chain(callers.lone_stranger());
        let ask = |probe: &Probe| self.ask_probe("*", probe, statement);
        if let Some(trust) = strangers.into_iter().find_map(|probe| ask(&probe)) {
            trusts.everyone.push(trust);
            return;
        }
        // Some could fit; those who do are named below.
        let fitting = callers.patterned().iter().find_map(ask);
        let perhaps = fitting.is_some();
        trusts.everyone.extend(fitting.map(|mut trust| {
            trust.depends_on.push(made(statement));
            trust
        }));
        let (owned, others): (Vec<Probe>, Vec<Probe>) = callers
            .named()
            .into_iter()
            .partition(|probe| probe.whose == Whose::Own);
        let mut found = false;
        for probe in others {
            if perhaps && !(probe.exists && probe.whose == Whose::Foreign) {
                continue;
            }
            let shown = match probe.organization.as_str() {
                "" => "*".to_owned(),
                id => format!("everybody in the organisation {id}"),
            };
            let Some(mut trust) = self.ask_probe(&shown, &probe, statement) else {
                continue;
            };
            found = true;
            let list = match probe.whose {
                // An id that no account is known by.
                Whose::Presumed if probe.account.is_empty() && probe.organization.is_empty() => {
                    trusts
                        .gaps
                        .extend(self.account.inventory.services.iam.gap().cloned());
                    continue;
                }
                Whose::Presumed if probe.account.is_empty() => {
                    trust.presume(Some(format!("{} is your organization", probe.organization)));
                    &mut trusts.organization
                }
                Whose::Presumed | Whose::Foreign => {
                    trust.presume(presumption(probe.whose, &probe.account));
                    &mut trusts.foreign
                }
                Whose::Organization => &mut trusts.organization,
                Whose::Own | Whose::Trusted => continue,
            };
            let same = |one: &&mut super::trust::Trust| {
                one.statement == trust.statement
                    && one.principal == trust.principal
                    && one.account == trust.account
            };
            match list.iter_mut().find(same) {
                Some(known) if known.certain || !trust.certain => {}
                Some(known) => *known = trust,
                None => list.push(trust),
            }
        }
        let by_name = statement.conditions.iter().flat_map(|one| &one.values);
        let mut by_name = by_name.filter(|value| value.written().contains(self.account.id()));
        if (found || perhaps) && by_name.next().is_none() {
            return;
        }
        let mut trust = owned
            .iter()
            .filter_map(|probe| self.ask_probe("*", probe, statement));
        trusts.own_account.extend(trust.next());
    }
}

/// What a grant to those who fit patterns depends on.
fn made(statement: &Statement) -> String {
    let named = |condition: &&Condition| {
        let mut keys = CALLERS.iter();
        condition.operator.takes_wildcards()
            && keys.any(|key| condition.key.eq_ignore_ascii_case(key))
    };
    let conditions = statement.conditions.iter().filter(named);
    let patterns: BTreeSet<&str> = conditions
        .flat_map(|condition| &condition.values)
        .map(|value| value.written())
        .filter(|value| value.contains(['*', '?']))
        .collect();
    let patterns: Vec<&str> = patterns.into_iter().collect();
    let patterns = match patterns.as_slice() {
        [] => "the pattern".to_owned(),
        patterns => patterns.join(" or "),
    };
    format!("somebody makes an account, organisation or role that fits {patterns}")
}
