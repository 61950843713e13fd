//! The execution role.

use schemars::JsonSchema;
use serde::Serialize;

use super::privilege::{
    self, Escalation, Grant, PermissionsGrant, Powers, StatementName, Trust, Trusts,
};
use super::{Context, Fact};
use crate::inventory::Gap;
use crate::operation;
use crate::policy::{Effect, Policy};

/// The execution role of the function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RoleFacts {
    /// Its ARN; empty where AWS names none.
    pub arn: String,
    /// Its name, without path; empty where AWS names none.
    pub name: String,
    /// Whether it exists in the account's IAM.
    pub exists: Fact<bool>,
    /// Whether other functions of the account use it too, in whatever region.
    pub shared: Fact<bool>,
    /// ARNs of up to twenty other functions that are known to use it.
    pub shared_with: Vec<String>,
    /// Whether it may do nothing but what every function needs: write logs and traces, and join a VPC.
    pub basic: Fact<bool>,
    /// How many functions are known to use it, this one included.
    pub functions: i64,
    /// Whether the role has a permissions boundary.
    pub bounded: Fact<bool>,
    /// Statements that together allow everything, or may; empty for a role that is no administrator.
    pub admin: Fact<Vec<Grant>>,
    /// Statements that allow every action of a service on everything.
    pub service_wide: Fact<Vec<Grant>>,
    /// Statements that allow getting or making credentials of other principals.
    pub credential_access: Fact<Vec<Grant>>,
    /// Statements that allow passing any role to some service.
    pub passes_any_role: Fact<Vec<Grant>>,
    /// Statements that allow reading all data of a kind: every bucket, every table, every secret.
    pub data_access: Fact<Vec<Grant>>,
    /// Statements that allow opening every resource of a kind to others.
    pub resource_exposure: Fact<Vec<Grant>>,
    /// Statements that allow changing or destroying every resource of a kind.
    pub infrastructure_change: Fact<Vec<Grant>>,
    /// Statements that allow giving permissions to other principals: to all, or to some that there are. None for an
    /// administrator, who can do so anyway.
    pub permissions_management: Fact<Vec<PermissionsGrant>>,
    /// Ways to more permissions. None for an administrator, who has nothing to gain.
    pub escalations: Fact<Vec<Escalation>>,
    /// The statements that allow the first hops of these ways, each once, without policies of resources.
    pub escalation_statements: Fact<Vec<StatementName>>,
    /// Whether it may write to the function's log group.
    pub can_log: Fact<bool>,
    /// Whether its trust policy lets Lambda take it on.
    pub trusts_lambda: Fact<bool>,
    /// Services other than Lambda that may take it on.
    pub trusted_services: Fact<Vec<Trust>>,
    /// Principals through which everyone with an AWS account may assume it.
    pub public_trusts: Fact<Vec<Trust>>,
    /// Principals of accounts that are neither the own one nor trusted nor of the same organisation.
    pub foreign_trusts: Fact<Vec<Trust>>,
    /// Principals of other accounts of the organisation.
    pub organization_trusts: Fact<Vec<Trust>>,
    /// Principals of the own account.
    pub own_account_trusts: Fact<Vec<Trust>>,
    /// Identity providers of which any user may assume it.
    pub federated_trusts: Fact<Vec<Trust>>,
}

/// Names that a report needs; beyond them the number says enough.
const NAMED: usize = 20;

impl RoleFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let account = context.account;
        let role = context.function.configuration.role.as_deref();
        let users = role
            .and_then(|role| account.role_users.get(role))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let others: Vec<String> = users
            .iter()
            .filter(|arn| **arn != context.function.arn)
            .map(|arn| (*arn).to_owned())
            .collect();
        let shared = if !others.is_empty() {
            Fact::Known(true)
        } else if account.unlisted.is_empty() {
            Fact::Known(false)
        } else {
            Fact::Unknown(account.unlisted.clone())
        };
        let privileges = account.privileges();
        let powers = |list: fn(&Powers) -> Fact<Vec<Grant>>| match (&privileges, role) {
            (Err(gap), _) => Fact::unknown(gap),
            (Ok(privileges), Some(role)) => privileges
                .powers(role)
                .map_or_else(|| Fact::Known(Vec::new()), list),
            (Ok(_), None) => Fact::unknown(&unnamed(context)),
        };
        let escalations = match (&privileges, role) {
            (Err(gap), _) => Fact::unknown(gap),
            (Ok(privileges), Some(role)) => privileges
                .escalations(role)
                .unwrap_or_else(|| Fact::Known(Vec::new())),
            (Ok(_), None) => Fact::unknown(&unnamed(context)),
        };
        let permissions_management = match (&privileges, role) {
            (Err(gap), _) => Fact::unknown(gap),
            (Ok(privileges), Some(role)) => match privileges.powers(role) {
                Some(powers) if !powers.is_admin() => privileges
                    .permissions_management(role)
                    .unwrap_or_else(|| Fact::Known(Vec::new())),
                _ => Fact::Known(Vec::new()),
            },
            (Ok(_), None) => Fact::unknown(&unnamed(context)),
        };
        let trusts = privilege::trusts(context);
        let trust = |list: fn(&Trusts) -> &Vec<Trust>| match &trusts {
            Ok(trusts) => trusts.list(list),
            Err(gaps) => Fact::Unknown(gaps.clone()),
        };
        Self {
            basic: basic(context, role),
            bounded: Fact::of(&account.inventory.services.iam, |iam| {
                let role = role.and_then(|role| iam.role(role));
                role.is_some_and(|role| role.boundary.is_some())
            }),
            admin: powers(Powers::admin_fact),
            service_wide: powers(Powers::services_fact),
            credential_access: powers(Powers::credentials_fact),
            passes_any_role: powers(Powers::passing_fact),
            data_access: powers(Powers::data_fact),
            resource_exposure: powers(Powers::exposure_fact),
            infrastructure_change: powers(Powers::infrastructure_fact),
            permissions_management,
            escalation_statements: escalations.map_ref(|ways| {
                let named = ways.iter().flat_map(|way| &way.statements);
                let carried = named.filter(|one| !one.carrier.is_empty()).cloned();
                let once: std::collections::BTreeSet<StatementName> = carried.collect();
                once.into_iter().collect()
            }),
            escalations,
            can_log: match (&privileges, role) {
                (Err(gap), _) => Fact::unknown(gap),
                (Ok(privileges), Some(role)) => privileges
                    .can_log(role, &context.region.region, &log_group(context))
                    .unwrap_or(Fact::Known(false)),
                (Ok(_), None) => Fact::unknown(&unnamed(context)),
            },
            trusts_lambda: trust(|trusts| &trusts.lambda).map(|lambda| !lambda.is_empty()),
            trusted_services: trust(|trusts| &trusts.services),
            public_trusts: trust(|trusts| &trusts.everyone),
            foreign_trusts: trust(|trusts| &trusts.foreign),
            organization_trusts: trust(|trusts| &trusts.organization),
            own_account_trusts: trust(|trusts| &trusts.own_account),
            federated_trusts: trust(|trusts| &trusts.federated),
            arn: role.unwrap_or_default().to_owned(),
            name: role
                .and_then(|role| role.rsplit('/').next())
                .unwrap_or_default()
                .to_owned(),
            exists: match role {
                Some(role) => Fact::of(&account.inventory.services.iam, |iam| {
                    iam.role(role).is_some()
                }),
                None => Fact::unknown(&unnamed(context)),
            },
            shared,
            functions: others.len() as i64 + 1,
            shared_with: others.into_iter().take(NAMED).collect(),
        }
    }
}

/// Actions that every function needs, by the policies that AWS documents for execution roles.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html>
const BASIC: [&str; 14] = [
    "logs:createloggroup",
    "logs:createlogstream",
    "logs:putlogevents",
    "xray:puttracesegments",
    "xray:puttelemetryrecords",
    "xray:getsamplingrules",
    "xray:getsamplingtargets",
    "xray:getsamplingstatisticsummaries",
    "ec2:createnetworkinterface",
    "ec2:describenetworkinterfaces",
    "ec2:describesubnets",
    "ec2:deletenetworkinterface",
    "ec2:assignprivateipaddresses",
    "ec2:unassignprivateipaddresses",
];

/// Whether all that its policies allow is what every function needs; a policy that was not read leaves that open, unless
/// another decides it.
fn basic(context: Context<'_>, role: Option<&str>) -> Fact<bool> {
    let privileges = match context.account.privileges() {
        Ok(privileges) => privileges,
        Err(gap) => return Fact::unknown(gap),
    };
    let Some((policies, gaps)) = role.and_then(|role| privileges.policies(role)) else {
        return Fact::Known(false);
    };
    if !policies.into_iter().all(only_basic) {
        Fact::Known(false)
    } else if gaps.is_empty() {
        Fact::Known(true)
    } else {
        Fact::Unknown(gaps)
    }
}

fn only_basic(policy: &Policy) -> bool {
    let mut allows = policy
        .statements
        .iter()
        .filter(|statement| statement.effect == Effect::Allow);
    allows.all(|statement| {
        let mut actions = statement.action.items.written().iter();
        !statement.action.negated
            && actions.all(|action| BASIC.contains(&action.to_ascii_lowercase().as_str()))
    })
}

/// The gap for a function of which AWS names no role.
fn unnamed(context: Context<'_>) -> Gap {
    context.unrecognised(&operation::lambda::LIST_FUNCTIONS, "execution role", "")
}

/// The log group that the function writes to.
fn log_group(context: Context<'_>) -> String {
    match &context.function.configuration.logging.group {
        Some(group) => group.clone(),
        None => format!("/aws/lambda/{}", context.function.name),
    }
}
