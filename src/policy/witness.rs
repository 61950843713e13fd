//! What a caller has to choose to be let in.
//!
//! Where the caller controls a key, "it depends" is not the answer: he will choose what opens the door, if anything does.
//! The search tries the values that the open statements themselves mention. A value found is a proof,
//! because the whole question is asked again with it; none found proves nothing, and the answer stays conditional.

use super::{
    cidr, compare,
    context::{Context, KeyState},
    decision::{Choice, Decision, Verdict},
    document::{Condition, Effect},
    evaluate::Open,
    operator::Test,
    pattern::Pattern,
    request::{Request, Target},
    variable::{Resolved, Template},
};

/// At most so many combinations are tried.
const ATTEMPTS: usize = 512;
/// A value that no policy mentions.
const UNHEARD_OF: &str = "lamppost";
/// The choice that stands for the resource.
const RESOURCE: &str = "Resource";

/// Decides; and where that depends on what the caller chooses, looks for a choice that is allowed.
pub(super) fn settle<'a>(
    request: &Request,
    decide: impl Fn(&Request) -> Decision<'a>,
) -> Decision<'a> {
    let undecided = decide(request);
    if undecided.verdict != Verdict::Conditional {
        return undecided;
    }
    let options = options(&undecided, request);
    if options.is_empty() {
        return undecided;
    }
    let combinations = options.iter().fold(1, |product: usize, (_, values)| {
        product.saturating_mul(values.len())
    });
    for number in 0..combinations.min(ATTEMPTS) {
        let chosen = combination(&options, number);
        let mut decision = decide(&with(request, &chosen));
        if decision.verdict == Verdict::Allow {
            decision.chosen = chosen;
            return decision;
        }
    }
    undecided
}

/// The keys that the caller chooses and the answer depends on, with the values worth trying.
fn options(decision: &Decision<'_>, request: &Request) -> Vec<(String, Vec<Option<String>>)> {
    let mut keys: Vec<(String, Vec<Option<String>>)> = Vec::new();
    let mut offer = |key: &str, values: Vec<Option<String>>| {
        let place = keys.iter().position(|(known, _)| known == key);
        let place = place.unwrap_or_else(|| {
            keys.push((key.to_owned(), Vec::new()));
            keys.len() - 1
        });
        if let Some((_, known)) = keys.get_mut(place) {
            for value in values {
                if !known.contains(&value) {
                    known.push(value);
                }
            }
        }
    };
    for (matched, open) in decision.residual() {
        match open {
            Open::Condition(condition) => {
                let state = request.context.get(&condition.lower_key);
                if state.is_chosen() {
                    // What helps the caller most comes first, so that the first combination is the best guess.
                    let denies = matched.effect() == Some(Effect::Deny);
                    let [near, beyond] = values(condition, state, &request.context);
                    let (first, last) = if denies == condition.operator.negated {
                        (near, beyond)
                    } else {
                        (beyond, near)
                    };
                    offer(&condition.lower_key, first);
                    offer(&condition.lower_key, last);
                }
            }
            Open::Resource(element) => {
                if let Target::Any(wanted) = &request.resource {
                    let fitting = element
                        .items
                        .iter()
                        .flat_map(|template| resources(template, &request.context))
                        .filter_map(|pattern| pattern.common(wanted));
                    offer(RESOURCE, fitting.map(Some).collect());
                    offer(RESOURCE, vec![unheard_of(&[wanted])]);
                }
            }
            Open::Action(_) | Open::Principal(_) | Open::Unread => {}
        }
    }
    for (_, values) in &mut keys {
        values.retain(|value| value.as_deref() != Some(""));
    }
    keys.retain(|(_, values)| !values.is_empty());
    keys
}

/// Values near the edge of a condition, and values that are far from it.
fn values(condition: &Condition, state: &KeyState, context: &Context) -> [Vec<Option<String>>; 2] {
    let everything = [Pattern::everything()];
    let limits: &[Pattern] = match state {
        KeyState::AnyLike(patterns) => patterns,
        _ => &everything,
    };
    let texts = || condition.values.iter().map(Template::written);
    let near: Vec<String> = match condition.operator.test {
        Test::Numeric(_) => texts()
            .filter_map(compare::number)
            .flat_map(|number| [number, number - 1.0, number + 1.0])
            .map(|number| number.to_string())
            .collect(),
        Test::Date(_) => texts()
            .filter_map(compare::time)
            .flat_map(|time| [-1, 0, 1].map(|step| time.as_second().saturating_add(step)))
            .map(|second| second.to_string())
            .collect(),
        Test::Bool => vec!["true".to_owned(), "false".to_owned()],
        Test::IpAddress => texts()
            .filter_map(cidr::parse)
            .map(|range| range.addr().to_string())
            .chain(["192.0.2.1".to_owned(), "198.51.100.1".to_owned()])
            .collect(),
        _ => {
            let patterns: Vec<Pattern> = condition
                .values
                .iter()
                .filter_map(|template| fixed(template, context))
                .collect();
            limits
                .iter()
                .flat_map(|limit| patterns.iter().filter_map(|pattern| pattern.common(limit)))
                .collect()
        }
    };
    let near = near
        .into_iter()
        .filter(|value| limits.iter().any(|limit| limit.matches(value)))
        .map(Some)
        .collect();
    let mut beyond = vec![unheard_of(&limits.iter().collect::<Vec<_>>())];
    if matches!(state, KeyState::Any) {
        beyond.push(None);
    }
    [near, beyond]
}

/// Some value within the limits that nobody would have thought of.
fn unheard_of(limits: &[&Pattern]) -> Option<String> {
    let strange = Pattern::glob(&format!("*{UNHEARD_OF}*"));
    limits
        .iter()
        .find_map(|limit| strange.common(limit))
        .or_else(|| {
            limits
                .iter()
                .find_map(|limit| limit.common(&Pattern::everything()))
        })
}

fn fixed(template: &Template, context: &Context) -> Option<Pattern> {
    known(template.resolve(context))
}

/// A resource, as written and with its ARN completed.
fn resources(template: &Template, context: &Context) -> impl Iterator<Item = Pattern> {
    let completed = template.resolve_completed(context).and_then(known);
    fixed(template, context).into_iter().chain(completed)
}

fn known(resolved: Resolved<'_>) -> Option<Pattern> {
    match resolved {
        Resolved::Known(pattern) => Some(pattern.into_owned()),
        Resolved::Open(_) | Resolved::Null => None,
    }
}

/// The combination of that number, counting through all values of all keys.
fn combination(options: &[(String, Vec<Option<String>>)], mut number: usize) -> Vec<Choice> {
    options
        .iter()
        .map(|(key, values)| {
            let place = number % values.len().max(1);
            number /= values.len().max(1);
            Choice {
                key: key.clone(),
                value: values.get(place).cloned().flatten(),
            }
        })
        .collect()
}

fn with(request: &Request, chosen: &[Choice]) -> Request {
    let mut request = request.clone();
    for choice in chosen {
        match &choice.value {
            Some(resource) if choice.key == RESOURCE => {
                request.resource = Target::Exact(resource.clone());
            }
            Some(value) => request.context.set(&choice.key, KeyState::one(value)),
            None => request.context.set(&choice.key, KeyState::Absent),
        }
    }
    request
}
