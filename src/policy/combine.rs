//! All layers together, in AWS's order.

use super::{
    caller::{Admission, Caller},
    compare::relation,
    decision::{Decision, Reason, Verdict},
    dependency::Dependency,
    evaluate::{Asked, Layer, Matched, Source, Tally, tally},
    pattern::Pattern,
    request::{Request, Target},
    truth::Truth,
    witness,
};
use crate::reference::resource_controlled;

/// The policies that apply to a request.
///
/// A policy that exists and could not be read is given as [`Source::unread`]; leaving it out would say that it does not exist.
#[derive(Clone, Debug, Default)]
pub struct Layers<'a> {
    /// Of the user with its groups, or of the role.
    pub identity: Vec<Source<'a>>,
    /// Of the resource: the bucket's, function's, key's or queue's policy, or the role's trust policy.
    pub resource: Vec<Source<'a>>,
    /// The user's or role's permissions boundary, if it has one.
    pub boundary: Option<Source<'a>>,
    /// The session's policies, if it was made with any.
    pub session: Option<Vec<Source<'a>>>,
    /// Service control policies of the caller's account, level by level from the root.
    /// `None`: no organisation, or the policy type is off.
    pub service_control: Option<Vec<Vec<Source<'a>>>>,
    /// Resource control policies of the resource's account, likewise.
    pub resource_control: Option<Vec<Vec<Source<'a>>>>,
    /// The organisation's management account, which neither of the two touches.
    pub management_account: Option<&'a str>,
}

/// Decides a request by all policies that apply.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html>.
///
/// - A Deny in any layer wins.
/// - Service and resource control policies must allow at every level, except for the management account and service-linked roles.
/// - Within an account, identity-based or resource-based policy must allow; across accounts, both.
///   The policy of a key or role must allow in any case, be it by naming the account.
/// - Permissions boundary and session policy limit what identity-based policies grant, and what a resource grants to the
///   role's ARN, but not what it grants to a user, a session or everyone in the same account.
/// - A Deny with `NotPrincipal` denies every user and role with a permissions boundary, listed or not.
/// - Of an action without resource types only statements for the resource `*` decide, and resource control policies say nothing.
/// - Where the resource's account is not known, there is no resource-based policy, and none must be, it counts as the caller's own.
pub fn authorize<'a>(layers: &Layers<'a>, request: &Request) -> Decision<'a> {
    witness::settle(request, |request| decide(layers, request))
}

/// What must be true, and why not if it is not.
#[derive(Clone, Copy)]
struct Claim {
    truth: Truth,
    /// The layer to blame where it is not true.
    blame: Layer,
}

impl Claim {
    fn new(truth: Truth, blame: Layer) -> Claim {
        Claim { truth, blame }
    }

    fn and(self, other: Claim) -> Claim {
        if other.truth < self.truth {
            other
        } else {
            self
        }
    }

    fn or(self, other: Claim) -> Claim {
        // Where both fail, a limit that undid a grant is more to blame than a grant that there never was.
        let limited = matches!(other.blame, Layer::Boundary | Layer::Session);
        if other.truth > self.truth || (other.truth == self.truth && limited) {
            other
        } else {
            self
        }
    }

    /// One of the two, it is not known which.
    fn one_of(self, other: Claim) -> Claim {
        Claim {
            truth: Truth::agreement([self.truth, other.truth]).unwrap_or_default(),
            blame: self.blame,
        }
    }
}

fn decide<'a>(layers: &Layers<'a>, request: &Request) -> Decision<'a> {
    if request.action.is("sts:getcalleridentity") == Truth::True
        && request.caller.account().is_some()
    {
        // Needs no permission, and cannot be denied.
        // See <https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html>.
        return Decision::new(Verdict::Allow, Reason::Allowed, Vec::new());
    }
    let bounded = match (&layers.boundary, &request.caller) {
        (Some(_), Caller::User(_) | Caller::Role(_)) => Truth::True,
        (Some(_), Caller::SomeoneIn(_)) => Truth::Unknown,
        _ => Truth::False,
    };
    let mut sum = Sum::new(Asked::new(request, bounded));
    let controls = controls(layers, &mut sum);
    let needed = needs_resource_policy(request);
    let resource = if layers.resource.is_empty() && needed != Truth::False {
        // A key or role always has a policy; if it was not given, it was not read.
        sum.add(Layer::Resource, &[Source::unread("resource-based policy")])
    } else {
        sum.add(Layer::Resource, &layers.resource)
    };
    let granted = match request.caller.account() {
        None => Claim::new(resource.any(), Layer::Resource),
        Some(account) => {
            let limits = limits(layers, &mut sum);
            let identity = match request.caller {
                Caller::Root(_) => Truth::True,
                _ => sum.add(Layer::Identity, &layers.identity).any(),
            };
            let sides = Sides {
                own: Claim::new(identity, Layer::Identity).and(limits),
                limits,
                resource,
            };
            let own = match &request.resource_account {
                Some(owner) => Some(owner == account),
                None => (layers.resource.is_empty() && needed == Truth::False).then_some(true),
            };
            if own != Some(false) && needed == Truth::Unknown {
                sum.doubts
                    .push(Dependency::If(NO_POLICY_OF_ITS_OWN.to_owned()));
            }
            sum.either_side = own == Some(true) && needed == Truth::False;
            let within = sides.within_account(needed);
            match own {
                Some(true) => within,
                Some(false) => sides.across_accounts(),
                None => {
                    let own = format!("the resource belongs to account {account}");
                    sum.doubts.push(Dependency::If(own));
                    within.one_of(sides.across_accounts())
                }
            }
        }
    };
    sum.decide(controls.and(granted))
}

/// The two sides that can grant.
struct Sides {
    /// What the caller's own policies say, within its limits.
    own: Claim,
    /// Boundary and session policy.
    limits: Claim,
    /// What the resource's policy says.
    resource: Admission,
}

impl Sides {
    fn within_account(&self, needs_resource_policy: Truth) -> Claim {
        let direct = Claim::new(self.resource.direct, Layer::Resource);
        let role = Claim::new(self.resource.role, Layer::Resource).and(self.limits);
        let account = Claim::new(self.resource.account, Layer::Resource).and(self.own);
        let either = self.own.or(direct).or(role);
        let resource_only = account.or(direct).or(role);
        match needs_resource_policy {
            Truth::False => either,
            Truth::True => resource_only,
            Truth::Unknown => either.one_of(resource_only),
        }
    }

    fn across_accounts(&self) -> Claim {
        self.own
            .and(Claim::new(self.resource.any(), Layer::Resource))
    }
}

/// Boundary and session policy.
fn limits<'a>(layers: &Layers<'a>, sum: &mut Sum<'a, '_>) -> Claim {
    let mut limits = Claim::new(Truth::True, Layer::Boundary);
    if matches!(sum.asked.request.caller, Caller::Root(_)) {
        return limits;
    }
    if let Some(boundary) = layers.boundary {
        limits = Claim::new(sum.add(Layer::Boundary, &[boundary]).any(), Layer::Boundary);
    }
    let session = match &layers.session {
        Some(policies) => sum.add(Layer::Session, policies).any(),
        // Federated users have nothing but what their session policy allows.
        None => Truth::from(!matches!(
            sum.asked.request.caller,
            Caller::FederatedUser(_)
        )),
    };
    limits.and(Claim::new(session, Layer::Session))
}

/// Service and resource control policies.
fn controls<'a>(layers: &Layers<'a>, sum: &mut Sum<'a, '_>) -> Claim {
    let request = sum.asked.request;
    let mut claim = Claim::new(Truth::True, Layer::ServiceControl);
    if request.caller.is_service_linked() {
        return claim;
    }
    let of_member =
        |account: Option<&str>| account.is_some() && account != layers.management_account;
    if of_member(request.caller.account()) {
        for (level, sources) in layers.service_control.iter().flatten().enumerate() {
            let allowed = sum.add_level(Layer::ServiceControl, level, sources).any();
            claim = claim.and(Claim::new(allowed, Layer::ServiceControl));
        }
    }
    let owner = request.resource_account.as_deref();
    if (owner.is_none() || of_member(owner)) && is_resource_controlled(sum.asked) {
        for (level, sources) in layers.resource_control.iter().flatten().enumerate() {
            let allowed = sum.add_level(Layer::ResourceControl, level, sources).any();
            claim = claim.and(Claim::new(allowed, Layer::ResourceControl));
        }
    }
    claim
}

/// Only what a request names in the column of resource types is controlled.
///
/// See <https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_rcps.html#rcp-effects-on-permissions>.
fn is_resource_controlled(asked: Asked<'_>) -> bool {
    let action = &asked.request.action;
    resource_controlled().contains(action.service())
        && action.is("kms:retiregrant") != Truth::True
        && !asked.without_resources
}

/// Whether the resource's own policy must allow even within its account: true of keys and roles.
///
/// See <https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html> and
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-trust-policy.html>.
fn needs_resource_policy(request: &Request) -> Truth {
    let resources = match request.action.service() {
        "kms" => "arn:*:kms:*:*:key/*",
        "sts" => "arn:*:iam::*:role/*",
        _ => return Truth::False,
    };
    let resources = Pattern::glob(resources);
    match &request.resource {
        Target::Exact(arn) => resources.matches(arn).into(),
        Target::Like(pattern) | Target::Any(pattern) => relation(&resources, pattern),
    }
}

/// Said where it is not known whether the resource is a key or role.
const NO_POLICY_OF_ITS_OWN: &str =
    "the resource is not a key or role, whose own policy must allow it";
/// Said where a grant is to one session, or role, and the caller may be another.
const SESSION: &str = "the caller is the principal that the resource-based policy names";

/// What all layers said so far.
struct Sum<'a, 'r> {
    asked: Asked<'r>,
    matched: Vec<Matched<'a>>,
    deny: Truth,
    denied_by: Layer,
    /// Whether either side is enough.
    either_side: bool,
    doubts: Vec<Dependency>,
}

impl<'a, 'r> Sum<'a, 'r> {
    fn new(asked: Asked<'r>) -> Sum<'a, 'r> {
        Sum {
            asked,
            matched: Vec::new(),
            deny: Truth::False,
            denied_by: Layer::Identity,
            either_side: false,
            doubts: Vec::new(),
        }
    }

    fn add(&mut self, layer: Layer, sources: &[Source<'a>]) -> Admission {
        self.add_level(layer, 0, sources)
    }

    fn add_level(&mut self, layer: Layer, level: usize, sources: &[Source<'a>]) -> Admission {
        let Tally {
            allow,
            deny,
            matched,
        } = tally(layer, level, sources, self.asked);
        if deny > self.deny {
            (self.deny, self.denied_by) = (deny, layer);
        }
        self.matched.extend(matched);
        allow
    }

    fn decide(self, allowed: Claim) -> Decision<'a> {
        let (verdict, reason) = match (self.deny, allowed.truth) {
            (Truth::True, _) => (Verdict::Deny, Reason::ExplicitDeny(self.denied_by)),
            (_, Truth::False) => (Verdict::Deny, Reason::NoAllow(allowed.blame)),
            (Truth::False, Truth::True) => (Verdict::Allow, Reason::Allowed),
            _ => (Verdict::Conditional, Reason::Depends),
        };
        let mut decision = Decision::new(verdict, reason, self.matched);
        decision.either_side = self.either_side;
        if verdict == Verdict::Conditional {
            let open = decision.residual().next().is_some();
            decision.doubts = self.doubts;
            if !open && decision.doubts.is_empty() {
                decision.doubts.push(Dependency::If(SESSION.to_owned()));
            }
        }
        decision
    }
}
