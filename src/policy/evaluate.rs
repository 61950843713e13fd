//! Statements against a request: what one layer of policies says.

use serde::Serialize;

use super::{
    action::ActionSet,
    caller::Admission,
    compare::relation,
    decision::{Decision, Reason, Verdict},
    document::{Condition, Effect, Element, Policy, Statement},
    pattern::Pattern,
    principal::Principal,
    request::{Request, Target},
    truth::Truth,
    variable::Template,
    witness,
};

/// A policy with the name under which findings mention it.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// An ARN, or the name of an inline policy.
    pub id: &'a str,
    /// `None`: there is such a policy, but it could not be read. It may say anything.
    pub policy: Option<&'a Policy>,
}

impl<'a> Source<'a> {
    /// A policy that was read.
    pub fn new(id: &'a str, policy: &'a Policy) -> Source<'a> {
        Source {
            id,
            policy: Some(policy),
        }
    }

    /// A policy that could not be read.
    pub fn unread(id: &'a str) -> Source<'a> {
        Source { id, policy: None }
    }
}

/// Where a policy hangs.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    /// On the user, group or role.
    Identity,
    /// On the resource; a trust policy or key policy is one too.
    Resource,
    /// Permissions boundary of the user or role.
    Boundary,
    /// Session policy.
    Session,
    /// Service control policy of the caller's organisation.
    ServiceControl,
    /// Resource control policy of the resource's organisation.
    ResourceControl,
}

impl Layer {
    /// Whether its statements name principals.
    fn names_principals(self) -> bool {
        matches!(self, Layer::Resource | Layer::ResourceControl)
    }

    /// Whether AWS completes ARNs of resources that have fewer than six fields: in identity-based policies, and in those that
    /// share their syntax. STS refuses session policies with such ARNs, and of policies of resources nothing is documented.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns> and
    /// <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_syntax.html>.
    fn completes_arns(self) -> bool {
        matches!(
            self,
            Layer::Identity | Layer::Boundary | Layer::ServiceControl
        )
    }
}

/// A statement that matches the request, or may.
#[derive(Clone, Debug)]
pub struct Matched<'a> {
    /// Where its policy hangs.
    pub layer: Layer,
    /// Level of its policy among control policies, from 0 at the root; 0 in other layers.
    pub level: usize,
    /// Id of its policy.
    pub policy: &'a str,
    /// The statement; `None` stands for whatever an unread policy says.
    pub statement: Option<&'a Statement>,
    /// Why it is not certain that it matches. Empty: it is.
    pub open: Vec<Open<'a>>,
}

/// A part of a statement of which it is not known whether it matches.
#[derive(Clone, Copy, Debug)]
pub enum Open<'a> {
    /// The action in question is not one, but some that fit a pattern.
    Action(&'a Element<ActionSet>),
    /// The resource is not fully known, or a variable in the statement is not.
    Resource(&'a Element<Vec<Template>>),
    /// The principal may or may not be the caller. `None`: the statement names none, though it should.
    Principal(Option<&'a Element<Vec<Principal>>>),
    /// The context does not say whether the condition holds.
    Condition(&'a Condition),
    /// The policy could not be read.
    Unread,
}

impl Matched<'_> {
    /// Whether it certainly matches.
    pub fn is_certain(&self) -> bool {
        self.open.is_empty()
    }

    /// What the statement does; `None` for an unread policy.
    pub fn effect(&self) -> Option<Effect> {
        self.statement.map(|statement| statement.effect)
    }
}

/// What the policies of one layer say.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally<'a> {
    pub(super) allow: Admission,
    pub(super) deny: Truth,
    pub(super) matched: Vec<Matched<'a>>,
}

/// A request, with what has to be found out about it once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'r> {
    pub(super) request: &'r Request,
    /// Whether the caller has a permissions boundary.
    pub(super) bounded: Truth,
    /// Whether the action has no resource types.
    pub(super) without_resources: bool,
}

impl<'r> Asked<'r> {
    pub(super) fn new(request: &'r Request, bounded: Truth) -> Asked<'r> {
        Asked {
            request,
            bounded,
            without_resources: request.action.is_without_resources(),
        }
    }
}

pub(super) fn tally<'a>(
    layer: Layer,
    level: usize,
    sources: &[Source<'a>],
    asked: Asked<'_>,
) -> Tally<'a> {
    let mut tally = Tally::default();
    let mut certain = Admission::default();
    let mut grants = Vec::new();
    for source in sources {
        let Some(policy) = source.policy else {
            tally.allow = tally.allow.or(Admission {
                direct: Truth::Unknown,
                role: Truth::Unknown,
                account: Truth::Unknown,
            });
            tally.deny = tally.deny.or(Truth::Unknown);
            tally.matched.push(Matched {
                layer,
                level,
                policy: source.id,
                statement: None,
                open: vec![Open::Unread],
            });
            continue;
        };
        for statement in &policy.statements {
            let Some((admission, open)) = statement.admission(layer, asked) else {
                continue;
            };
            match statement.effect {
                Effect::Allow => {
                    tally.allow = tally.allow.or(admission);
                    if open.is_empty() {
                        certain = certain.or(admission);
                    }
                    grants.push((tally.matched.len(), admission));
                }
                Effect::Deny => tally.deny = tally.deny.or(admission.any()),
            }
            tally.matched.push(Matched {
                layer,
                level,
                policy: source.id,
                statement: Some(statement),
                open,
            });
        }
    }
    // Where a grant is certain, nothing depends on one that is not and adds nothing.
    for (place, admission) in grants.into_iter().rev() {
        let idle = certain.or(admission) == certain;
        if idle
            && tally
                .matched
                .get(place)
                .is_some_and(|one| !one.is_certain())
        {
            tally.matched.remove(place);
        }
    }
    tally
}

impl Statement {
    /// Whether it is for some resources only: two requests that differ in the resource alone may then be answered apart.
    pub fn names_resources(&self) -> bool {
        self.resource.as_ref().is_some_and(|element| {
            element.negated || !element.items.iter().any(|item| item.written() == "*")
        })
    }

    /// Whether the resource of a request is among those that the statement is for.
    pub fn resource_matches(&self, request: &Request) -> Truth {
        match &self.resource {
            Some(element) => resource_matches(element, Layer::Identity, request, false),
            None => Truth::True,
        }
    }

    /// How the statement matches, and what leaves that open; `None` if it certainly does not.
    fn admission(&self, layer: Layer, asked: Asked<'_>) -> Option<(Admission, Vec<Open<'_>>)> {
        let request = asked.request;
        // Cheapest first: most statements fail on the action.
        let mut open = Vec::new();
        let mut certain = Truth::True;
        let mut require = |truth: Truth, part| {
            if truth == Truth::Unknown {
                open.push(part);
            }
            certain = certain.and(truth);
            certain != Truth::False
        };
        let action = self.action.items.contains(&request.action);
        if !require(
            action.negate_if(self.action.negated),
            Open::Action(&self.action),
        ) {
            return None;
        }
        let mut admission = Admission::everything();
        if layer.names_principals() {
            admission = match &self.principal {
                // AWS documents that such a statement denies whoever has a permissions boundary, listed or not.
                // See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html>.
                Some(element) if element.negated && self.effect == Effect::Deny => {
                    let by_boundary = Admission::everything().and(asked.bounded);
                    request.caller.admitted_by(element).or(by_boundary)
                }
                Some(element) => request.caller.admitted_by(element),
                None => Admission {
                    direct: Truth::Unknown,
                    ..Admission::default()
                },
            };
            if !require(admission.any(), Open::Principal(self.principal.as_ref())) {
                return None;
            }
        }
        if let Some(element) = &self.resource
            && !require(
                resource_matches(element, layer, request, asked.without_resources),
                Open::Resource(element),
            )
        {
            return None;
        }
        for condition in &self.conditions {
            if !require(
                condition.holds(&request.context),
                Open::Condition(condition),
            ) {
                return None;
            }
        }
        Some((admission.and(certain), open))
    }
}

fn resource_matches(
    element: &Element<Vec<Template>>,
    layer: Layer,
    request: &Request,
    without_resources: bool,
) -> Truth {
    let test = |pattern: &Pattern| match &request.resource {
        _ if without_resources => pattern.matches("*").into(),
        Target::Exact(arn) => pattern.matches(arn).into(),
        Target::Like(given) | Target::Any(given) => relation(pattern, given),
    };
    let matches = |template: &Template| {
        let written = template.resolve(&request.context).test(test);
        let Some(completed) = template.resolve_completed(&request.context) else {
            return written;
        };
        let completed = completed.test(test);
        if layer.completes_arns() && written <= completed {
            completed
        } else {
            Truth::agreement([written, completed]).unwrap_or_default()
        }
    };
    Truth::any(element.items.iter().map(matches)).negate_if(element.negated)
}

/// What the policies of one layer by themselves say of a request: Allow, Deny, or Conditional.
///
/// For [`Layer::Resource`] an Allow means that the resource's side admits the caller, be it through the caller's account.
/// To combine layers, see [`authorize`](super::authorize).
pub fn evaluate<'a>(layer: Layer, sources: &[Source<'a>], request: &Request) -> Decision<'a> {
    witness::settle(request, |request| {
        let Tally {
            allow,
            deny,
            matched,
        } = tally(layer, 0, sources, Asked::new(request, Truth::False));
        let allow = allow.any();
        let (verdict, reason) = match (deny, allow) {
            (Truth::True, _) => (Verdict::Deny, Reason::ExplicitDeny(layer)),
            (_, Truth::False) => (Verdict::Deny, Reason::NoAllow(layer)),
            (Truth::False, Truth::True) => (Verdict::Allow, Reason::Allowed),
            _ => (Verdict::Conditional, Reason::Depends),
        };
        Decision::new(verdict, reason, matched)
    })
}
