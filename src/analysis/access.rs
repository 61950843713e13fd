//! Who of the account can do something to the function.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::privilege::{Holders, PrincipalAccess, Verb};
use super::{Context, Fact};

/// Who of the account can do something to the function, by identity-based policies, boundaries and control policies, and
/// for invoking by the function's own policy too.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AccessFacts {
    /// Who owns it in effect: can change its code or its configuration.
    pub owners: AccessList,
    /// Who can change its code.
    pub code: AccessList,
    /// Who can change its configuration: layers, variables, role.
    pub configuration: AccessList,
    /// Who can read its environment variables, as far as their key lets them.
    pub environment: AccessList,
    /// Who can invoke it.
    pub invoke: AccessList,
    /// Who can write its resource-based policy.
    pub policy: AccessList,
    /// Who can pass its execution role to another function.
    pub pass_role: AccessList,
    /// Whether its own execution role can change its code or configuration, though it is no administrator.
    pub self_modifying: Fact<bool>,
    /// That role; none where it cannot.
    pub own_role: Fact<Vec<PrincipalAccess>>,
    /// Execution roles of other functions that can change its code or configuration, administrators left out.
    pub other_functions: Fact<Vec<PrincipalAccess>>,
}

/// Users and roles that can do one thing to a function, or may.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct AccessList {
    /// How many there are, administrators left out.
    pub count: Fact<i64>,
    /// How many administrators are known to, who can do everything anyway.
    pub administrators: Fact<i64>,
    /// Up to ten of them, administrators left out.
    pub principals: Fact<Vec<PrincipalAccess>>,
}

/// Names that a report needs; beyond them the number says enough.
const NAMED: usize = 10;

impl AccessFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let list = |verb| AccessList::of(&holders(context, verb));
        let owners = owners(context);
        let role = context.function.configuration.role.as_deref();
        let functions_roles = &context.account.role_users;
        let some = |keep: &dyn Fn(&str) -> bool| match &owners {
            Fact::Known(holders) => {
                let kept = holders.others.iter().filter(|(arn, _)| keep(arn));
                let named = kept.take(NAMED).map(PrincipalAccess::new);
                Fact::offenders(named.collect::<Vec<_>>(), holders.gaps(keep))
            }
            Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
        };
        let itself = |arn: &str| Some(arn) == role;
        Self {
            own_role: some(&itself),
            self_modifying: some(&itself).map(|itself| !itself.is_empty()),
            other_functions: some(&|arn| !itself(arn) && functions_roles.contains_key(arn)),
            owners: AccessList::of(&owners),
            code: list(Verb::Code),
            configuration: list(Verb::Configuration),
            environment: list(Verb::Environment),
            invoke: list(Verb::Invoke),
            policy: list(Verb::Policy),
            pass_role: list(Verb::PassRole),
        }
    }
}

fn holders<'a>(context: Context<'a>, verb: Verb) -> Fact<Holders<'a>> {
    let privileges = match context.account.privileges() {
        Ok(privileges) => privileges,
        Err(gap) => return Fact::unknown(gap),
    };
    let mut holders = privileges.holders(verb, &context.function.arn);
    if let (Verb::Invoke, Some(gap)) = (verb, context.function.policy.gap()) {
        holders.unknown.push((String::new(), vec![gap.clone()]));
    }
    Fact::Known(holders)
}

/// Who can change the code, the configuration, or both.
pub(super) fn owners<'a>(context: Context<'a>) -> Fact<Holders<'a>> {
    let Fact::Known(mut owners) = holders(context, Verb::Code) else {
        return holders(context, Verb::Code);
    };
    let Fact::Known(configuration) = holders(context, Verb::Configuration) else {
        return Fact::Known(owners);
    };
    let known: BTreeSet<&str> = owners.others.iter().map(|(arn, _)| *arn).collect();
    let more = configuration.others.into_iter();
    owners
        .others
        .extend(more.filter(|(arn, _)| !known.contains(arn)));
    owners.administrators = owners.administrators.max(configuration.administrators);
    owners.unknown.extend(configuration.unknown);
    Fact::Known(owners)
}

impl AccessList {
    fn of(holders: &Fact<Holders<'_>>) -> Self {
        let counted = |count: fn(&Holders<'_>) -> usize| match holders {
            Fact::Known(holders) if holders.unknown.is_empty() => {
                Fact::Known(i64::try_from(count(holders)).unwrap_or(i64::MAX))
            }
            Fact::Known(holders) => Fact::Unknown(holders.gaps(|_| true)),
            Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
        };
        Self {
            count: counted(|holders| holders.others.len()),
            administrators: counted(|holders| holders.administrators),
            principals: match holders {
                Fact::Known(holders) => Fact::offenders(
                    holders
                        .others
                        .iter()
                        .take(NAMED)
                        .map(PrincipalAccess::new)
                        .collect(),
                    holders.gaps(|_| true),
                ),
                Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
            },
        }
    }
}
