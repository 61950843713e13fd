//! The principals of an account, as far as they endanger functions that do not exist yet.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use super::privilege::{self, Passable, Passer, Trust};
use super::{AccountContext, Fact};
use crate::inventory::Gap;

/// The principals of the account.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct IamFacts {
    /// Administrator roles, and roles that can become administrators, that trust Lambda, with the principals that can create a
    /// function with such a role and run it. Roles that only administrators can pass are left out.
    pub roles_passable_to_new_functions: Fact<Vec<PassableRole>>,
}

/// A powerful role that can be passed to a function that does not exist yet.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PassableRole {
    /// Its ARN.
    pub arn: String,
    /// Its name, without path.
    pub name: String,
    /// Whether it is an administrator itself, or may be.
    pub administrator: bool,
    /// Id of the path by which it becomes one, such as `iam-005`; empty where it is one.
    pub escalation: String,
    /// Whether it has that power for certain, trusts Lambda for certain, and one of the principals can pass and run it for
    /// certain.
    pub certain: bool,
    /// Conditions of its permissions and its trust policy that the account's configuration alone does not decide.
    pub depends_on: Vec<String>,
    /// How many functions are known to use it already.
    pub functions: i64,
    /// Up to twenty users and roles that can create a function with it and run it; administrators and execution roles of
    /// functions left out. Those that can for certain come first.
    pub principals: Vec<RolePasser>,
    /// How many such users and roles there are.
    pub count: i64,
    /// Up to twenty execution roles of functions that can do the same. Checks of functions report them.
    pub execution_roles: Vec<RolePasser>,
}

/// A user or role that can create a function with a role and run it, or may.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct RolePasser {
    /// Its ARN.
    pub arn: String,
    /// Name of the inline policy that allows iam:PassRole, or ARN of the managed one.
    pub policy: String,
    /// Its `Sid`, or its place (`#1`) where it has none.
    pub statement: String,
    /// What carries that policy: the principal itself, or a group of the user.
    pub attached_to: PolicyCarrier,
    /// Id of the path in the catalogue of privilege escalation, such as `lambda-001`.
    pub path: String,
    /// The actions of the path besides iam:PassRole.
    pub actions: Vec<String>,
    /// Whether it works for certain; otherwise `depends_on` says on what it depends.
    pub certain: bool,
    /// Conditions that the account's configuration alone does not decide.
    pub depends_on: Vec<String>,
}

/// A user, role or group with a policy.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct PolicyCarrier {
    /// `user`, `role` or `group`, as in commands of IAM.
    #[schemars(extend("enum" = ["user", "role", "group"]))]
    pub kind: String,
    /// Its name, without path.
    pub name: String,
}

/// Names that a report needs; beyond them the number says enough.
const NAMED: usize = 20;

impl IamFacts {
    /// Derives them.
    pub fn derive(account: &AccountContext<'_>) -> Self {
        Self {
            roles_passable_to_new_functions: passable(account),
        }
    }
}

fn passable(account: &AccountContext<'_>) -> Fact<Vec<PassableRole>> {
    let privileges = match account.privileges() {
        Ok(privileges) => privileges,
        Err(gap) => return Fact::unknown(gap),
    };
    let (roles, mut gaps) = privileges.passable_to_new_functions();
    let mut found = Vec::new();
    for role in roles {
        match trust_in_lambda(account, &role.role.arn) {
            Ok(Some(trust)) => found.push(PassableRole::of(account, &role, &trust)),
            Ok(None) => {}
            Err(unread) => gaps.extend(unread),
        }
    }
    // Where functions may be missing, a role that trusts Lambda may be the execution role of one of them.
    if !account.unlisted.is_empty() {
        gaps.extend(account.unlisted.iter().cloned());
        let executes = |arn: &str| {
            !arn.contains(":user/") && !matches!(trust_in_lambda(account, arn), Ok(None))
        };
        let other = |passer: &RolePasser| !executes(&passer.arn);
        found.retain(|role: &PassableRole| role.principals.iter().any(other));
    }
    // Roles that execution roles alone can pass decide nothing about others.
    let decided = gaps.is_empty() || found.iter().any(|role| !role.principals.is_empty());
    if decided {
        Fact::Known(found)
    } else {
        Fact::Unknown(gaps)
    }
}

/// The statement by which a role lets Lambda assume it, the surest first; none where conditions or a Deny keep Lambda out.
fn trust_in_lambda(account: &AccountContext<'_>, role: &str) -> Result<Option<Trust>, Vec<Gap>> {
    let trusts = privilege::trusts_of(account, role)?;
    let mut trusts: Vec<Trust> = trusts.lambda;
    // Lambda@Edge cannot use it without Lambda, which creates the function.
    trusts.retain(|trust| !trust.principal.contains("edgelambda"));
    trusts.sort_by_key(|trust| !trust.certain);
    Ok(trusts.into_iter().next())
}

impl PassableRole {
    fn of(account: &AccountContext<'_>, passable: &Passable<'_>, trust: &Trust) -> Self {
        let role = passable.role;
        let (executing, others): (Vec<&Passer<'_>>, Vec<&Passer<'_>>) =
            passable.passers.iter().partition(|passer| {
                account
                    .role_users
                    .contains_key(passer.principal.arn.as_str())
            });
        let power = &passable.power;
        let named = |passers: &[&Passer<'_>]| {
            let passers = passers.iter().take(NAMED);
            passers.map(|passer| RolePasser::of(passer)).collect()
        };
        let depends_on: BTreeSet<&String> =
            trust.depends_on.iter().chain(&power.depends_on).collect();
        Self {
            arn: role.arn.clone(),
            name: role.name.clone(),
            administrator: power.path.is_none(),
            escalation: power.path.clone().unwrap_or_default(),
            certain: power.certain && trust.certain && others.iter().any(|passer| passer.certain),
            depends_on: depends_on.into_iter().cloned().collect(),
            functions: account
                .role_users
                .get(role.arn.as_str())
                .map_or(0, |users| i64::try_from(users.len()).unwrap_or(i64::MAX)),
            principals: named(&others),
            count: i64::try_from(others.len()).unwrap_or(i64::MAX),
            execution_roles: named(&executing),
        }
    }
}

impl RolePasser {
    fn of(passer: &Passer<'_>) -> Self {
        let by = passer.statement.clone().unwrap_or_default();
        Self {
            arn: passer.principal.arn.clone(),
            attached_to: PolicyCarrier::of(&by.carrier),
            policy: by.policy,
            statement: by.statement,
            path: passer.path.to_owned(),
            actions: passer.actions.clone(),
            certain: passer.certain,
            depends_on: passer.depends_on.clone(),
        }
    }
}

impl PolicyCarrier {
    /// By its ARN.
    fn of(arn: &str) -> Self {
        let resource = arn.rsplit(':').next().unwrap_or_default();
        let (kind, path) = resource.split_once('/').unwrap_or_default();
        Self {
            kind: kind.to_owned(),
            name: path.rsplit('/').next().unwrap_or_default().to_owned(),
        }
    }
}
