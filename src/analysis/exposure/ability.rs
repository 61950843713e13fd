//! Actions of resource-based policies, and what they let somebody do.

use std::sync::LazyLock;

use crate::policy::{Action, Statement, Truth};
pub(super) use crate::reference::Ability;
use crate::reference::{LambdaAction, LambdaResource, lambda_actions};

/// An action to ask about.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) action: Action,
    pub(super) ability: Ability,
    of: &'static LambdaAction,
}

/// Each action that the policy of a function or layer version bears on, in its place among all actions.
static ASKED: LazyLock<Vec<Option<Asked>>> = LazyLock::new(|| {
    let asked = |of: &'static LambdaAction| {
        Some(Asked {
            action: Action::new(&format!("lambda:{}", of.name)),
            ability: of.ability?,
            of,
        })
    };
    lambda_actions().iter().map(asked).collect()
});

pub(super) static INVOKE: LazyLock<Action> = LazyLock::new(|| Action::new("lambda:InvokeFunction"));
pub(super) static INVOKE_URL: LazyLock<Action> =
    LazyLock::new(|| Action::new("lambda:InvokeFunctionUrl"));

/// The actions that a statement names, by themselves or by a pattern, the common ones first: on a layer version those of
/// layer versions, on a function those of functions; where it is not known which it is, all.
pub(super) fn named(statement: &Statement, layer: Option<bool>) -> Vec<&'static Asked> {
    let resource = match layer {
        Some(true) => Some(LambdaResource::LayerVersion),
        Some(false) => Some(LambdaResource::Function),
        None => None,
    };
    let fits = |asked: &&Asked| resource.is_none_or(|resource| asked.of.is_for(resource));
    let written = statement.action.items.written();
    if statement.action.negated || written.iter().any(|text| text.contains(['*', '?'])) {
        let all = ASKED.iter().flatten().filter(fits);
        let named = |asked: &&Asked| {
            let named = statement.action.items.contains(&asked.action);
            named.negate_if(statement.action.negated) != Truth::False
        };
        return all.filter(named).collect();
    }
    let places = written
        .iter()
        .filter_map(|text| lambda_actions().place(text));
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    places.dedup();
    let asked = places
        .into_iter()
        .filter_map(|place| ASKED.get(place)?.as_ref());
    asked.filter(fits).collect()
}
