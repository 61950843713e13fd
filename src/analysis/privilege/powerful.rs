//! Managed policies that make an administrator of whoever carries them.

use std::sync::LazyLock;

use serde_json::json;

use super::authority::{Answer, Authority};
use super::classes;
use super::estate::{Estate, Held};
use crate::policy::{Action, Policy};
use crate::reference::{PowerfulPolicy, escalations};

/// A managed policy by its ARN.
#[derive(Debug)]
pub(super) struct Powerful<'a> {
    pub(super) arn: String,
    /// `None`: one of AWS's, of that place in the table.
    own: Option<&'a str>,
    place: usize,
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
        let table = escalations().powerful_policies().iter().enumerate();
        let mut all: Vec<Self> = table
            .map(|(place, policy)| Self {
                arn: format!("arn:{partition}:iam::aws:policy/{}", policy.name),
                own: None,
                place,
            })
            .collect();
        let known: Vec<String> = all.iter().map(|one| one.arn.clone()).collect();
        let own = estate.managed().filter(|(arn, policy)| {
            !known.iter().any(|known| known == arn) && makes_admin(estate, arn, policy)
        });
        all.extend(own.map(|(arn, _)| Self {
            arn: arn.to_owned(),
            own: Some(arn),
            place: 0,
        }));
        all
    }

    pub(super) fn policy<'e>(&self, estate: &'e Estate<'a>) -> Option<&'e Policy> {
        match self.own {
            Some(arn) => estate.policy(arn),
            None => OF_AWS.get(self.place)?.as_ref(),
        }
    }
}

/// Whether a principal with nothing but this policy is an administrator, or can make itself one.
fn makes_admin(estate: &Estate<'_>, arn: &str, policy: &Policy) -> bool {
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
    let role = format!(
        "arn:{}:iam::{}:role/lamppost-probe",
        estate.partition(),
        estate.account()
    );
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
