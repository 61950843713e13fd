//! Managed policies that make an administrator of whoever carries them, and those that give less.

use std::sync::{LazyLock, OnceLock};

use serde_json::json;

use super::authority::{Answer, Authority};
use super::change;
use super::classes;
use super::estate::{Estate, Held};
use super::names::Names;
use crate::policy::{Action, Policy};
use crate::reference::{AwsManagedPolicy, PowerfulPolicy, escalations, managed_policies};

/// A managed policy by its ARN.
#[derive(Debug)]
pub(super) struct Powerful<'a> {
    pub(super) arn: String,
    document: Document<'a>,
    names: OnceLock<Names>,
}

#[derive(Debug)]
enum Document<'a> {
    /// In the account, by its ARN.
    Account(&'a str),
    /// Of AWS, as the table has it.
    Table(Option<&'static Policy>),
}

/// What an inline policy or a new version of a policy says if its writer wants everything.
pub(super) static EVERYTHING: LazyLock<Option<Policy>> =
    LazyLock::new(|| parse(&json!({"Effect": "Allow", "Action": "*", "Resource": "*"})));

/// The policies of AWS, in the order of the table.
static OF_AWS: LazyLock<Vec<Option<Policy>>> = LazyLock::new(|| {
    let policy = |policy: &PowerfulPolicy| {
        let (element, actions) = match policy.action.is_empty() {
            true => ("NotAction", &policy.not_action),
            false => ("Action", &policy.action),
        };
        parse(&json!({"Effect": "Allow", element: actions, "Resource": "*"}))
    };
    escalations()
        .powerful_policies()
        .iter()
        .map(policy)
        .collect()
});

/// The lesser policies of AWS, in the order of the table.
static LESSER_OF_AWS: LazyLock<Vec<Option<Policy>>> = LazyLock::new(|| {
    let policy = |policy: &AwsManagedPolicy| {
        parse(&json!({"Effect": "Allow", "Action": policy.action, "Resource": "*"}))
    };
    managed_policies().iter().map(policy).collect()
});

/// Any one of these on its own principal, and it can give itself the rest.
static RAISING: LazyLock<[Action; 4]> = LazyLock::new(|| {
    [
        "iam:PutRolePolicy",
        "iam:PutUserPolicy",
        "iam:AttachRolePolicy",
        "iam:AttachUserPolicy",
    ]
    .map(Action::new)
});

fn parse(statement: &serde_json::Value) -> Option<Policy> {
    let document = json!({"Version": "2012-10-17", "Statement": [statement]});
    Policy::parse(&document.to_string()).ok()
}

impl<'a> Powerful<'a> {
    /// Those of AWS and of the account, the strongest first.
    pub(super) fn all(estate: &Estate<'a>) -> Vec<Self> {
        let partition = estate.partition();
        let table = escalations().powerful_policies().iter().zip(&*OF_AWS);
        let mut all: Vec<Self> = table
            .map(|(one, policy)| Self::of_aws(partition, &one.name, policy.as_ref()))
            .collect();
        let own = estate.managed().filter(|(arn, policy)| {
            !all.iter().any(|known| known.arn == *arn) && makes_admin(estate, arn, policy)
        });
        let own: Vec<Self> = own.map(|(arn, _)| Self::of_account(arn)).collect();
        all.extend(own);
        all
    }

    /// Those of AWS and of the account that give something of note, without the powerful ones.
    pub(super) fn lesser(estate: &Estate<'a>) -> Vec<Self> {
        let is_powerful = |arn: &str| estate.powerful().iter().any(|one| one.arn == arn);
        let own = estate.managed().filter(|(arn, _)| !is_powerful(arn));
        let own = own.map(|(arn, _)| Self::of_account(arn));
        let table = managed_policies().iter().zip(&*LESSER_OF_AWS);
        let table = table
            .map(|(one, policy)| Self::of_aws(estate.partition(), &one.name, policy.as_ref()))
            .filter(|one| !estate.has_policy(&one.arn) && !is_powerful(&one.arn));
        own.chain(table).collect()
    }

    fn of_aws(partition: &str, name: &str, policy: Option<&'static Policy>) -> Self {
        Self {
            arn: format!("arn:{partition}:iam::aws:policy/{name}"),
            document: Document::Table(policy),
            names: OnceLock::new(),
        }
    }

    fn of_account(arn: &'a str) -> Self {
        Self {
            arn: arn.to_owned(),
            document: Document::Account(arn),
            names: OnceLock::new(),
        }
    }

    pub(super) fn policy<'e>(&self, estate: &'e Estate<'a>) -> Option<&'e Policy> {
        match self.document {
            Document::Account(arn) => estate.policy(arn),
            Document::Table(policy) => policy,
        }
    }

    /// What a principal with nothing but this policy may do to everything, or perhaps.
    pub(super) fn names(&self, estate: &Estate<'a>) -> Names {
        *self.names.get_or_init(|| {
            let held = self.policy(estate).map(|policy| Held {
                carrier: "",
                inline: false,
                name: &self.arn,
                policy,
            });
            let mut authority =
                Authority::of_new(estate, &probe(estate), held.into_iter().collect());
            change::outcome(estate, &mut authority).possible
        })
    }
}

fn probe(estate: &Estate<'_>) -> String {
    format!(
        "arn:{}:iam::{}:role/lamppost-probe",
        estate.partition(),
        estate.account()
    )
}

/// Whether a principal with nothing but this policy is an administrator, or can make itself one.
pub(super) fn makes_admin(estate: &Estate<'_>, arn: &str, policy: &Policy) -> bool {
    let held = Held {
        carrier: "",
        inline: false,
        name: arn,
        policy,
    };
    make_admin(estate, vec![held])
}

/// The same of several policies.
pub(super) fn make_admin(estate: &Estate<'_>, held: Vec<Held<'_>>) -> bool {
    let role = probe(estate);
    let mut authority = Authority::of_new(estate, &role, held);
    if !classes::admin(estate, &mut authority).is_empty() {
        return true;
    }
    RAISING.iter().any(|action| {
        let user = action.name().is_some_and(|name| name.contains("user"));
        let probe = role.replace(":role/", if user { ":user/" } else { ":role/" });
        authority.mentions(action)
            && matches!(
                authority.on_any_at_all(action, &probe, "", &[]),
                Answer::Yes(_)
            )
    })
}
