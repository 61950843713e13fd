//! Whom the trust policy of a role lets in.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user_externalid.html>.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::estate::{Document, Estate, Member};
use super::evidence::{depends_on, statement_name};
use super::federation::{BY_ASSERTION, BY_TOKEN};
use crate::analysis::exposure::{Probe, Reach, Whose};
use crate::analysis::home::presumption;
use crate::analysis::{AccountContext, Context as Place, Fact};
use crate::inventory::{Gap, GapKind};
use crate::operation;
use crate::policy::{
    Action, Caller, Context, Decision, Effect, KeyState, Layer, Policy, Principal, Request, Source,
    Statement, Target, Truth, Verdict, evaluate,
};
use crate::reference;

/// The action by which one becomes a role with credentials of AWS.
const BY_CREDENTIALS: &str = "sts:AssumeRole";
/// All by which one becomes a role.
const ASSUME: [&str; 3] = [BY_CREDENTIALS, BY_ASSERTION, BY_TOKEN];

/// Services that take on a role because a function has it.
const OF_LAMBDA: [&str; 2] = ["lambda.amazonaws.com", "edgelambda.amazonaws.com"];

/// Somebody whom a trust policy lets in.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Trust {
    /// As the policy names it.
    pub principal: String,
    /// Who gets in through an identity provider (`anyone with a GitHub account`); empty for everybody else.
    pub caller: String,
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

impl Trust {
    /// Adds what is presumed of whom it lets in, if anything.
    pub(super) fn presume(&mut self, presumed: Option<String>) {
        self.certain &= presumed.is_none();
        self.depends_on.extend(presumed);
    }
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
            .filter(|statement| assumes(statement))
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

/// Whether a statement lets somebody become the role.
fn assumes(statement: &Statement) -> bool {
    ASSUME.iter().any(|action| assumes_by(statement, action))
}

/// Whether a statement lets somebody become the role by an action.
pub(super) fn assumes_by(statement: &Statement, action: &str) -> bool {
    let listed = statement.action.items.contains(&Action::new(action));
    statement.effect == Effect::Allow && listed.negate_if(statement.action.negated) != Truth::False
}

/// Whom the trust policy of the function's role lets in: nobody where IAM has no such role.
///
/// # Errors
/// The gap where the policy was not read.
pub(in crate::analysis) fn trusts(context: Place<'_>) -> Result<Trusts, Vec<Gap>> {
    context
        .account
        .privileges()
        .map_err(|gap| vec![gap.clone()])?;
    match context.function.configuration.role.as_deref() {
        Some(role) => trusts_of(context.account, role),
        None => {
            let gap =
                context.unrecognised(&operation::lambda::LIST_FUNCTIONS, "execution role", "");
            Err(vec![gap])
        }
    }
}

/// Whom the trust policy of a role of the account lets in: nobody where IAM has no such role.
///
/// # Errors
/// The gap where the policy was not read.
pub(in crate::analysis) fn trusts_of(
    account: &AccountContext<'_>,
    role: &str,
) -> Result<Trusts, Vec<Gap>> {
    let estate = &account
        .privileges()
        .map_err(|gap| vec![gap.clone()])?
        .estate;
    let mut trusts = Trusts::default();
    let place = estate.place(role);
    let Some(member) = place.and_then(|place| estate.members.get(place)) else {
        return Ok(trusts);
    };
    let missing = || {
        Gap::new(
            &operation::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
            GapKind::Malformed,
            "the answer lacks the trust policy",
        )
        .at(account.id(), "")
        .about(role)
    };
    let document = policy(member).ok_or_else(|| vec![missing()])?;
    let policy = document.policy.as_ref().map_err(|gap| vec![gap.clone()])?;
    for statement in &policy.statements {
        let Some(element) = statement.principal.as_ref().filter(|_| assumes(statement)) else {
            continue;
        };
        let alone = policy.with_one_allow(statement);
        let asker = Asker {
            account,
            role,
            policy,
            source: Source::new(document.name, &alone),
        };
        if element.negated {
            asker.sort(&mut trusts, &Principal::Everyone, statement);
        } else {
            for principal in &element.items {
                asker.sort(&mut trusts, principal, statement);
            }
        }
    }
    Ok(trusts)
}

/// Puts questions to one statement of a trust policy, within what the policy denies.
pub(super) struct Asker<'c, 'a> {
    pub(super) account: &'c AccountContext<'a>,
    pub(super) role: &'c str,
    /// The whole policy.
    pub(super) policy: &'c Policy,
    /// Of it the statement and the Denies: what other statements let in is theirs.
    source: Source<'c>,
}

impl Asker<'_, '_> {
    /// Adds a named principal to the list where it belongs, if the policy as a whole lets it in: with credentials of AWS by
    /// one action, with those of an identity provider by others.
    fn sort(&self, trusts: &mut Trusts, principal: &Principal, statement: &Arc<Statement>) {
        match principal {
            Principal::Federated(provider) => {
                return self.federated(trusts, provider, statement);
            }
            _ if !assumes_by(statement, BY_CREDENTIALS) => {}
            Principal::Everyone => self.anybody(trusts, statement),
            Principal::Service(service) => {
                let caller = Caller::Service(service.clone());
                if let Some(trust) = self.ask(principal, caller, statement) {
                    if OF_LAMBDA.contains(&service.service.as_str()) {
                        trusts.lambda.push(trust);
                    } else {
                        trusts.services.push(trust);
                    }
                }
            }
            // Nobody has a deleted principal's id any more.
            Principal::Deleted(_) => {}
            _ => match principal.account() {
                Some(account) => self.account_of(trusts, principal, account, statement),
                None => trusts.gaps.push(
                    Gap::new(
                        &operation::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS,
                        GapKind::Unrecognised,
                        format!("principal `{principal}` is not known to this version"),
                    )
                    .at(self.account.id(), "")
                    .about(self.role),
                ),
            },
        }
        if *principal == Principal::Everyone {
            self.by_any_provider(trusts, "*", statement);
        }
    }

    fn account_of(
        &self,
        trusts: &mut Trusts,
        principal: &Principal,
        account: &str,
        statement: &Statement,
    ) {
        let caller = match principal {
            Principal::User(arn) => Caller::User(arn.clone()),
            Principal::Role(arn) => Caller::role(arn),
            _ => Caller::SomeoneIn(account.to_owned()),
        };
        let Some(mut trust) = self.ask(principal, caller, statement) else {
            return;
        };
        let whose = self.account.home().account(account);
        trust.presume(presumption(whose, account));
        match whose {
            Whose::Own => trusts.own_account.push(trust),
            Whose::Organization => trusts.organization.push(trust),
            Whose::Trusted => {}
            Whose::Presumed | Whose::Foreign => trusts.foreign.push(trust),
        }
    }

    /// What the policy says of a caller that the statement names.
    fn ask(&self, principal: &Principal, caller: Caller, statement: &Statement) -> Option<Trust> {
        let mut context = Context::open();
        if matches!(caller, Caller::Service(_)) {
            // A service takes on roles for resources of the role's own account.
            context.set("aws:SourceAccount", KeyState::one(self.account.id()));
        }
        let account = caller.account().unwrap_or_default().to_owned();
        let probe = Probe::new(Reach::None, caller, context).of_account(&account, Whose::Presumed);
        self.ask_probe(&principal.to_string(), &probe, statement)
    }

    /// The same of one who stands for all of his kind.
    pub(super) fn ask_probe(
        &self,
        principal: &str,
        probe: &Probe,
        statement: &Statement,
    ) -> Option<Trust> {
        let decide = |external_id| {
            let context = probe.context.clone();
            self.decide(&probe.caller, context, BY_CREDENTIALS, external_id)
        };
        let without = decide(KeyState::Absent);
        let external_id = without.verdict == Verdict::Deny;
        let decision = if external_id {
            decide(KeyState::present())
        } else {
            without
        };
        let vendor = reference::account_name(&probe.account);
        (decision.verdict != Verdict::Deny).then(|| Trust {
            principal: principal.to_owned(),
            caller: String::new(),
            vendor: vendor.unwrap_or_default().to_owned(),
            account: probe.account.clone(),
            statement: statement_name(statement),
            external_id,
            certain: probe.exists && decision.verdict == Verdict::Allow,
            depends_on: depends_on(&decision),
        })
    }

    /// What the policy says of a caller under circumstances of which what every call has in common is not said.
    pub(super) fn decide(
        &self,
        caller: &Caller,
        mut context: Context,
        action: &str,
        external_id: KeyState,
    ) -> Decision<'_> {
        context.set("sts:ExternalId", external_id);
        for key in [
            "sts:RoleSessionName",
            "sts:SourceIdentity",
            "sts:TransitiveTagKeys",
            // STS answers in every region.
            "aws:RequestedRegion",
        ] {
            context.set_default(key, KeyState::Any);
        }
        let target = Target::Exact(self.role.to_owned());
        let request = Request::new(caller.clone(), action, target, context);
        evaluate(Layer::Resource, &[self.source], &request)
    }
}
