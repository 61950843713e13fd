//! From decisions of the engine to answers about one principal.

use std::collections::BTreeMap;

use super::{Answer, Authority, Standing};
use crate::analysis::privilege::evidence::{DELEGATION, StatementName, depends_on};
use crate::policy::{Decision, Dependency, Effect, KeyState, Layer, Matched, Reason, Verdict};

impl<'e> Authority<'e> {
    pub(super) fn answer(&self, decision: &Decision<'_>) -> Answer {
        let denied = matches!(decision.reason, Reason::ExplicitDeny(_));
        let unread = !self.state.gaps.is_empty();
        match decision.verdict {
            Verdict::Deny if denied || !unread || self.boundary_unread_only() => Answer::No,
            Verdict::Deny => Answer::Unknown,
            Verdict::Conditional if self.boundary_unread() => Answer::Unknown,
            verdict => {
                let mut depends_on = depends_on(decision);
                let unread_policies = self.state.unread.iter();
                depends_on.extend(
                    unread_policies
                        .map(|name| Dependency::denied_by_unread(Layer::Identity, name))
                        .map(|dependency| dependency.to_string()),
                );
                let certain = verdict == Verdict::Allow && !unread;
                if !certain && depends_on.is_empty() {
                    depends_on.push("what the account's configuration does not say".to_owned());
                }
                Answer::Yes(Standing {
                    certain,
                    depends_on,
                    statements: self.granting(decision),
                    resource: decision
                        .chosen
                        .iter()
                        .find(|choice| choice.key == "Resource")
                        .and_then(|choice| choice.value.clone()),
                    context: self.context_of(decision),
                })
            }
        }
    }

    /// The statements that grant what was decided: of the principal's own policies or of the resource's.
    pub(super) fn granting(&self, decision: &Decision<'_>) -> Vec<StatementName> {
        let carrier = |matched: &Matched<'_>| {
            let statement = matched.statement?;
            let held = self.state.held.iter().find(|held| {
                let mut statements = held.policy.statements.iter();
                statements.any(|one| std::ptr::eq(one.as_ref(), statement))
            });
            held.map(|held| held.carrier.to_owned())
        };
        let granting = decision.statements.iter().filter(|matched| {
            matched.effect() == Some(Effect::Allow)
                && matched.policy != DELEGATION
                && matches!(matched.layer, Layer::Identity | Layer::Resource)
        });
        let mut names: Vec<StatementName> = granting
            .filter_map(|matched| StatementName::of(matched, carrier(matched).unwrap_or_default()))
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Values of the condition keys that statements about the action ask for.
    pub(super) fn context_of(&self, decision: &Decision<'_>) -> Vec<(String, String)> {
        let chosen = decision
            .chosen
            .iter()
            .filter(|choice| choice.key != "Resource");
        let mut context: BTreeMap<String, String> = chosen
            .filter_map(|choice| Some((choice.key.clone(), choice.value.clone()?)))
            .collect();
        for statement in self.bearing(&self.request.action) {
            for condition in &statement.conditions {
                let key = condition.key.to_lowercase();
                let chosen = decision.chosen.iter().any(|choice| choice.key == key);
                if let KeyState::Known(values) = self.request.context.state(&key)
                    && let ([value], false) = (values.as_slice(), chosen)
                {
                    context.insert(key, value.clone());
                }
            }
        }
        context.into_iter().collect()
    }

    /// A boundary that was not read takes away; what the policies do not give, it does not give either.
    pub(super) fn boundary_unread_only(&self) -> bool {
        self.boundary_unread() && self.state.gaps.len() == 1
    }
}
