//! Whom the trust policy of a role lets in.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html>.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::estate::{Document, Estate, Member};
use super::evidence::{depends_on, statement_name};
use crate::analysis::exposure::{Probe, Reach, Whose};
use crate::analysis::{AccountContext, Context as Place, Fact, Ownership};
use crate::inventory::{Gap, GapKind};
use crate::policy::{
    Action, Caller, Context, Decision, Effect, KeyState, Layer, Policy, Principal, Request, Source,
    Statement, Target, Truth, Verdict, evaluate,
};
use crate::reference;

/// Actions by which one becomes a role.
const ASSUME: [&str; 3] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
];

/// Services that take on a role because a function has it.
const OF_LAMBDA: [&str; 2] = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"];

/// Somebody whom a trust policy lets in.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Trust {
    /// As the policy names it.
    pub principal: String,
    /// Its account; empty where it has none.
    pub account: String,
    /// Who the account is, where that is known.
    pub vendor: String,
    /// `Sid` of the statement, or its place (`#1`) where it has none.
    pub statement: String,
    /// Whether the statement asks for an external id.
    pub external_id: bool,
    /// Whether it lets in for certain.
    pub certain: bool,
    /// Conditions that the account's configuration alone does not decide.
    pub depends_on: Vec<String>,
}

/// Whom the trust policy of a role lets in, by who that is.
#[derive(Clone, Debug, Default)]
pub struct Trusts {
    /// Lambda itself.
    pub lambda: Vec<Trust>,
    /// Services other than Lambda.
    pub services: Vec<Trust>,
    /// Everyone with an AWS account.
    pub everyone: Vec<Trust>,
    /// Accounts that are neither the own one nor trusted nor of the organisation.
    pub foreign: Vec<Trust>,
    /// Other accounts of the organisation.
    pub organization: Vec<Trust>,
    /// Principals of the own account.
    pub own_account: Vec<Trust>,
    /// Identity providers whose users are not narrowed down.
    pub federated: Vec<Trust>,
    /// Why not all is known.
    pub gaps: Vec<Gap>,
}

impl Trusts {
    /// One of the lists as a fact.
    pub fn list(&self, list: impl Fn(&Self) -> &Vec<Trust>) -> Fact<Vec<Trust>> {
        Fact::offenders(list(self).clone(), self.gaps.clone())
    }
}

/// Roles by the services that they trust.
pub(super) fn services(estate: &Estate<'_>) -> BTreeMap<String, Vec<usize>> {
    let mut trusting: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, member) in estate.members.iter().enumerate() {
        let Some(policy) = policy(member) else {
            continue;
        };
        let named = policy
            .policy
            .iter()
            .flat_map(|policy| &policy.statements)
            .filter(|statement| assumes(statement).is_some())
            .filter_map(|statement| statement.principal.as_ref())
            .filter(|principal| !principal.negated)
            .flat_map(|principal| &principal.items);
        for principal in named {
            let name = match principal {
                Principal::Service(service) => service.service.clone(),
                Principal::Federated(domain) => domain.clone(),
                _ => continue,
            };
            let places = trusting.entry(name).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
    }
    trusting
}

fn policy<'e>(member: &'e Member<'_>) -> Option<&'e Document<'e>> {
    member.trust.as_ref()
}

/// The action by which a statement lets somebody become the role.
fn assumes(statement: &Statement) -> Option<&'static str> {
    let allows = |action: &&str| {
        let listed = statement.action.items.contains(&Action::new(action));
        listed.negate_if(statement.action.negated) != Truth::False
    };
    (statement.effect == Effect::Allow)
        .then(|| ASSUME.into_iter().find(allows))
        .flatten()
}

/// Whom the trust policy of the function's role lets in: nobody where IAM has no such role.
///
/// # Errors
/// The gap where the policy was not read.
pub(in crate::analysis) fn trusts(context: Place<'_>) -> Result<Trusts, Vec<Gap>> {
    let account = context.account;
    let estate = &account
        .privileges()
        .map_err(|gap| vec![gap.clone()])?
        .estate;
    let mut trusts = Trusts::default();
    let Some(role) = context.function.configuration.role.as_deref() else {
        let gap = context.unrecognised("lambda:ListFunctions", "execution role", "");
        return Err(vec![gap]);
    };
    let place = estate.place(role);
    let Some(member) = place.and_then(|place| estate.members.get(place)) else {
        return Ok(trusts);
    };
    let missing = || {
        Gap::new(
            "iam:GetAccountAuthorizationDetails",
            GapKind::Malformed,
            "the answer lacks the trust policy",
        )
        .at(account.id(), "")
        .about(role)
    };
    let document = policy(member).ok_or_else(|| vec![missing()])?;
    let policy = document.policy.as_ref().map_err(|gap| vec![gap.clone()])?;
    let asker = Asker {
        account,
        role,
        policy,
        source: Source::new(document.name, policy),
    };
    for statement in &policy.statements {
        let (Some(action), Some(element)) = (assumes(statement), &statement.principal) else {
            continue;
        };
        if element.negated {
            asker.sort(&mut trusts, &Principal::Everyone, action, statement);
        } else {
            for principal in &element.items {
                asker.sort(&mut trusts, principal, action, statement);
            }
        }
    }
    Ok(trusts)
}

/// Puts questions to one trust policy.
pub(super) struct Asker<'c, 'a> {
    pub(super) account: &'c AccountContext<'a>,
    pub(super) role: &'c str,
    pub(super) policy: &'c Policy,
    source: Source<'c>,
}

impl Asker<'_, '_> {
    /// Adds a named principal to the list where it belongs, if the policy as a whole lets it in.
    fn sort(
        &self,
        trusts: &mut Trusts,
        principal: &Principal,
        action: &str,
        statement: &Arc<Statement>,
    ) {
        match principal {
            Principal::Everyone => self.anybody(trusts, action, statement),
            Principal::Service(service) => {
                let caller = Caller::Service(service.clone());
                if let Some(trust) = self.ask(principal, caller, action, statement) {
                    if OF_LAMBDA.contains(&service.service.as_str()) {
                        trusts.lambda.push(trust);
                    } else {
                        trusts.services.push(trust);
                    }
                }
            }
            Principal::Federated(provider) => {
                if !narrowed(provider, statement) {
                    let caller = Caller::Federated(provider.clone());
                    let trust = self.ask(principal, caller, action, statement);
                    trusts.federated.extend(trust);
                }
            }
            // Nobody has a deleted principal's id any more.
            Principal::Deleted(_) => {}
            _ => match principal.account() {
                Some(account) => self.account_of(trusts, principal, account, action, statement),
                None => trusts.gaps.push(
                    Gap::new(
                        "iam:GetAccountAuthorizationDetails",
                        GapKind::Unrecognised,
                        format!("principal `{principal}` is not known to this version"),
                    )
                    .at(self.account.id(), "")
                    .about(self.role),
                ),
            },
        }
    }

    fn account_of(
        &self,
        trusts: &mut Trusts,
        principal: &Principal,
        account: &str,
        action: &str,
        statement: &Statement,
    ) {
        let caller = match principal {
            Principal::User(arn) => Caller::User(arn.clone()),
            Principal::Role(arn) => Caller::role(arn),
            _ => Caller::SomeoneIn(account.to_owned()),
        };
        let Some(trust) = self.ask(principal, caller, action, statement) else {
            return;
        };
        match self.account.ownership(account) {
            Fact::Known(Ownership::Own) => trusts.own_account.push(trust),
            Fact::Known(Ownership::Organization) => trusts.organization.push(trust),
            Fact::Known(Ownership::Trusted) => {}
            Fact::Known(Ownership::Foreign) => trusts.foreign.push(trust),
            Fact::Unknown(gaps) => trusts.gaps.extend(gaps),
        }
    }

    /// What the whole policy says of a caller that one statement names.
    fn ask(
        &self,
        principal: &Principal,
        caller: Caller,
        action: &str,
        statement: &Statement,
    ) -> Option<Trust> {
        let mut context = Context::open();
        if matches!(caller, Caller::Service(_)) {
            // A service takes on roles for resources of the role's own account.
            context.set("aws:SourceAccount", KeyState::one(self.account.id()));
        }
        let account = caller.account().unwrap_or_default().to_owned();
        let probe = Probe::new(Reach::None, caller, context).of_account(&account, Whose::Unknown);
        self.ask_probe(&principal.to_string(), &probe, action, statement)
    }

    /// The same of one who stands for all of his kind.
    pub(super) fn ask_probe(
        &self,
        principal: &str,
        probe: &Probe,
        action: &str,
        statement: &Statement,
    ) -> Option<Trust> {
        let without = self.decide(probe, action, KeyState::Absent);
        let external_id = without.verdict == Verdict::Deny;
        let decision = if external_id {
            self.decide(probe, action, KeyState::present())
        } else {
            without
        };
        let vendor = reference::account_name(&probe.account);
        (decision.verdict != Verdict::Deny).then(|| Trust {
            principal: principal.to_owned(),
            vendor: vendor.unwrap_or_default().to_owned(),
            account: probe.account.clone(),
            statement: statement_name(statement),
            external_id,
            certain: probe.exists && decision.verdict == Verdict::Allow,
            depends_on: depends_on(&decision),
        })
    }

    fn decide(&self, probe: &Probe, action: &str, external_id: KeyState) -> Decision<'_> {
        let mut context = probe.context.clone();
        context.set("sts:ExternalId", external_id);
        for key in [
            "sts:RoleSessionName",
            "sts:SourceIdentity",
            "sts:TransitiveTagKeys",
            // STS answers in every region.
            "aws:RequestedRegion",
        ] {
            context.set(key, KeyState::Any);
        }
        let target = Target::Exact(self.role.to_owned());
        let request = Request::new(probe.caller.clone(), action, target, context);
        evaluate(Layer::Resource, &[self.source], &request)
    }
}

/// Whether a statement says which users of an identity provider it means.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html>: the audience tells applications
/// apart, and where a provider serves many customers with one audience, only the subject tells whose it is.
fn narrowed(provider: &str, statement: &Statement) -> bool {
    /// Providers of which everybody can be a user with the audience that AWS suggests.
    const SHARED: [&str; 5] = [
        "token.actions.githubusercontent.com",
        "gitlab.com",
        "app.terraform.io",
        "oidc.circleci.com",
        "agent.buildkite.com",
    ];
    let names = |suffix: &str| {
        statement.conditions.iter().any(|condition| {
            condition.key.to_lowercase().ends_with(suffix)
                && !condition.operator.negated
                && !condition.operator.if_exists
                && !condition.values.is_empty()
                && condition
                    .values
                    .iter()
                    .all(|value| !value.written().starts_with('*') && names_owner(value.written()))
        })
    };
    if SHARED.iter().any(|shared| provider.contains(shared)) {
        names(":sub")
    } else {
        names(":aud") || names(":sub")
    }
}

/// Whether the subject of a repository says whose it is: names that fit a pattern of owners can be had.
fn names_owner(subject: &str) -> bool {
    let path = ["repo:", "project_path:"];
    let path = path.iter().find_map(|head| subject.strip_prefix(head));
    let owner = path.and_then(|path| path.split('/').next());
    owner.is_none_or(|owner| !owner.contains(['*', '?']))
}
