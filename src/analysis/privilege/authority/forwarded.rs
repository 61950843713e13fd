//! Requests that a service makes with the permissions of whoever called it.
//!
//! AWS CloudFormation without a role of its own calls other services so, by forward access sessions: then `aws:CalledVia` names it and
//! `aws:ViaAWSService` is true. See
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access_forward_access_sessions.html>,
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-calledvia> and
//! <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html>.

use std::sync::LazyLock;

use super::{Answer, Authority};
use crate::policy::{Action, KeyState};

/// The service, and what makes it call others.
const SERVICE: &str = "cloudformation.amazonaws.com";
static CALLS: LazyLock<[Action; 2]> =
    LazyLock::new(|| ["cloudformation:CreateStack", "cloudformation:UpdateStack"].map(Action::new));

/// What requests of the service carry.
const KEYS: [(&str, &str); 4] = [
    ("aws:CalledVia", SERVICE),
    ("aws:CalledViaFirst", SERVICE),
    ("aws:CalledViaLast", SERVICE),
    ("aws:ViaAWSService", "true"),
];

impl Authority<'_> {
    /// The answer to a question, which the service may ask where the principal may not.
    pub(super) fn or_forwarded(&mut self, ask: impl Fn(&mut Self) -> Answer) -> Answer {
        let direct = ask(self);
        if direct.is_certain() || !self.is_forwarded() {
            return direct;
        }
        let before = KEYS.map(|(key, _)| self.request.context.state(key).clone());
        for (key, value) in KEYS {
            self.request.context.set(key, KeyState::one(value));
        }
        let mut forwarded = ask(self);
        for ((key, _), state) in KEYS.into_iter().zip(before) {
            self.request.context.set(key, state);
        }
        if let Answer::Yes(standing) = &mut forwarded {
            standing.certain = false;
            let how =
                format!("{SERVICE} requests it with the permissions of whoever makes a stack");
            standing.depends_on.push(how);
        }
        direct.or(forwarded)
    }

    /// Whether statements tell such requests apart, and the principal can have them made.
    fn is_forwarded(&mut self) -> bool {
        if let Some(known) = self.forwarded {
            return known;
        }
        let mut conditions = self.statements.iter().flat_map(|one| &one.conditions);
        let told_apart = conditions.any(|condition| {
            KEYS.iter()
                .any(|(key, _)| condition.key.eq_ignore_ascii_case(key))
        });
        let is_forwarded = told_apart && {
            let mut direct = self.clone();
            direct.forwarded = Some(false);
            let mut calls = CALLS.iter();
            calls.any(|action| matches!(direct.on_some(action), Answer::Yes(_)))
        };
        self.forwarded = Some(is_forwarded);
        is_forwarded
    }
}
