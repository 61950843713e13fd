//! Who becomes a role by a statement of its trust policy that is for everybody: asked like a function's policy.

use std::sync::Arc;

use super::trust::{Asker, Trusts};
use crate::analysis::exposure::{self, Callers, Door, Mentioned, Probe, UrlState, Whose};
use crate::inventory::Observed;
use crate::policy::{AskedKeys, Statement, Target};

/// What a grant to those who fit a pattern depends on.
const MADE: &str = "somebody makes an account, organisation or role that fits the pattern";

impl Asker<'_, '_> {
    /// Adds those whom a statement with the principal `*` or with `NotPrincipal` lets in, the widest class first: everyone,
    /// or those whom its conditions and the Denies name, or the own account.
    pub(super) fn anybody(&self, trusts: &mut Trusts, action: &str, statement: &Arc<Statement>) {
        let home = exposure::home(self.account);
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
        let strangers = std::iter::once(callers.stranger())
            .chain(callers.lone_stranger())
            .chain(callers.patterned());
        for probe in strangers {
            if let Some(mut trust) = self.ask_probe("*", &probe, action, statement) {
                if !probe.exists {
                    trust.depends_on.push(MADE.to_owned());
                }
                trusts.everyone.push(trust);
                return;
            }
        }
        let (owned, others): (Vec<Probe>, Vec<Probe>) = callers
            .named()
            .into_iter()
            .partition(|probe| probe.whose == Whose::Own);
        let mut found = false;
        for probe in others {
            let shown = match probe.organization.as_str() {
                "" => "*".to_owned(),
                id => format!("everybody in the organisation {id}"),
            };
            let Some(trust) = self.ask_probe(&shown, &probe, action, statement) else {
                continue;
            };
            found = true;
            let list = match probe.whose {
                Whose::Organization => &mut trusts.organization,
                Whose::Foreign => &mut trusts.foreign,
                Whose::Own | Whose::Trusted => continue,
                Whose::Unknown => {
                    if let Observed::Missing(gap) = &self.account.inventory.account.organization {
                        trusts.gaps.push(gap.clone());
                    }
                    continue;
                }
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
        if found {
            return;
        }
        let mut trust = owned
            .iter()
            .filter_map(|probe| self.ask_probe("*", probe, action, statement));
        trusts.own_account.extend(trust.next());
    }
}
