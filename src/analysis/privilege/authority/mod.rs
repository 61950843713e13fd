//! What one principal may do: its policies, boundary and control policies, asked question by question.

mod answer;
mod forwarded;
mod telling;

use std::collections::BTreeMap;

use super::circumstances;
use super::estate::{Controls, Estate, Held, Member};
use super::evidence::StatementName;
use crate::inventory::{Gap, PrincipalKind};
use crate::policy::{
    Action, Caller, Context, Decision, Effect, KeyState, Layers, Open, Pattern, Policy, Request,
    Source, Statement, Target, authorize,
};
use crate::reference::{RequestKey, partitions, request_keys};

/// How a principal stands to one action.
#[derive(Clone, Debug)]
pub struct Standing {
    /// Whether it is allowed for certain.
    pub certain: bool,
    /// What it depends on.
    pub depends_on: Vec<String>,
    /// The statements that allow it.
    pub statements: Vec<StatementName>,
    /// The resource that the principal has to choose, where not just any will do.
    pub resource: Option<String>,
    /// Values of condition keys that the answer rests on: those that are known, and those that the principal has to choose.
    pub context: Vec<(String, String)>,
}

/// The answer to one question.
#[derive(Clone, Debug)]
pub enum Answer {
    /// Not allowed.
    No,
    /// Allowed, or may be.
    Yes(Standing),
    /// Depends on a policy of the principal that could not be read.
    Unknown,
}

impl Answer {
    /// Whether it is allowed for certain.
    pub(super) fn is_certain(&self) -> bool {
        matches!(self, Self::Yes(standing) if standing.certain)
    }

    /// Whether it is better for whoever asks. What was not read is no refusal.
    pub(super) fn is_better_than(&self, other: &Self) -> bool {
        let rank = |answer: &Self| match answer {
            Self::No => 0,
            Self::Unknown => 1,
            Self::Yes(standing) if !standing.certain => 2,
            Self::Yes(_) => 3,
        };
        rank(self) > rank(other)
    }

    /// The better of two, the first where they are alike.
    pub(super) fn or(self, other: Self) -> Self {
        match other.is_better_than(&self) {
            true => other,
            false => self,
        }
    }
}

/// The permissions boundary of a principal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Boundary<'e> {
    None,
    Policy(&'e str, &'e Policy),
    Unread,
}

/// What of a principal's permissions it may be able to change.
#[derive(Clone, Debug)]
pub(super) struct State<'e> {
    pub(super) held: Vec<Held<'e>>,
    pub(super) boundary: Boundary<'e>,
    /// Tags that are not as the account has them.
    pub(super) tags: Vec<(String, KeyState)>,
    /// Policies of its own that could not be read.
    pub(super) gaps: Vec<Gap>,
    /// Names of the identity-based ones among them.
    pub(super) unread: Vec<String>,
}

/// One principal with everything that decides what it may do.
#[derive(Clone, Debug)]
pub(super) struct Authority<'e> {
    pub(super) state: State<'e>,
    layers: Layers<'e>,
    /// Statements of its own policies that allow something: most questions end here.
    allowing: Vec<&'e Statement>,
    /// All statements that bear on it.
    statements: Vec<&'e Statement>,
    request: Request,
    /// Keys carried by requests that a statement asks for.
    carried: Vec<&'static RequestKey>,
    /// Whether a service may make requests for it that statements tell apart; `None`: not asked yet.
    forwarded: Option<bool>,
    account: &'e str,
    home: &'static str,
}

/// Tags of a resource, as condition keys have them.
const TAG_FAMILIES: [&str; 6] = [
    "aws:ResourceTag/*",
    "iam:ResourceTag/*",
    "ec2:ResourceTag/*",
    "s3:ExistingObjectTag/*",
    "secretsmanager:ResourceTag/*",
    "ssm:resourceTag/*",
];

/// Services whose requests go to one region, wherever the caller is.
const GLOBAL: [&str; 4] = ["iam", "organizations", "route53", "cloudfront"];

impl<'e> Authority<'e> {
    /// Of a user or role; `functions` are the functions that run as it, as far as all of them are known.
    pub(super) fn new<'a>(
        estate: &'e Estate<'a>,
        member: &'e Member<'a>,
        functions: Option<&[&str]>,
    ) -> Self {
        let identity = estate.identity(member);
        let mut gaps = identity.gaps;
        let boundary = match estate.boundary(member) {
            None => Boundary::None,
            Some(Ok((name, policy))) => Boundary::Policy(name, policy),
            Some(Err(gap)) => {
                gaps.push(gap);
                Boundary::Unread
            }
        };
        let state = State {
            held: identity.held,
            boundary,
            tags: Vec::new(),
            gaps,
            unread: identity.unread,
        };
        let principal = member.principal;
        let caller = match principal.kind {
            PrincipalKind::User => Caller::User(principal.arn.clone()),
            PrincipalKind::Role | PrincipalKind::Group => Caller::role(&principal.arn),
        };
        let context = circumstances::of(estate, member, functions);
        Self::assemble(estate, state, caller, context)
    }

    /// Of a user or role that somebody creates.
    pub(super) fn of_new(estate: &'e Estate<'_>, arn: &str, held: Vec<Held<'e>>) -> Self {
        let state = State {
            held,
            boundary: Boundary::None,
            tags: Vec::new(),
            gaps: Vec::new(),
            unread: Vec::new(),
        };
        let caller = if arn.contains(":user/") {
            Caller::User(arn.to_owned())
        } else {
            Caller::role(arn)
        };
        Self::assemble(estate, state, caller, circumstances::of_account(estate))
    }

    fn assemble(
        estate: &'e Estate<'_>,
        state: State<'e>,
        caller: Caller,
        context: Context,
    ) -> Self {
        let layers = Layers {
            identity: Vec::new(),
            resource: vec![estate.delegation()],
            boundary: None,
            session: None,
            service_control: estate.controls.sources(),
            resource_control: None,
            management_account: match &estate.controls {
                Controls::Levels { management, .. } => Some(management),
                Controls::None | Controls::Unread => None,
            },
        };
        let everything = Target::Any(Pattern::everything());
        let authority = Self {
            state,
            layers,
            allowing: Vec::new(),
            statements: Vec::new(),
            request: Request::new(caller, "*", everything, context),
            carried: Vec::new(),
            forwarded: None,
            account: estate.account(),
            home: partitions().home(estate.partition()),
        };
        authority.settled()
    }

    /// The same principal after a change to what decides its permissions.
    pub(super) fn changed(&self, change: impl FnOnce(&mut State<'e>)) -> Self {
        let mut authority = self.clone();
        change(&mut authority.state);
        authority.settled()
    }

    /// Derives all that follows from the state.
    fn settled(mut self) -> Self {
        let held = &self.state.held;
        self.layers.identity = held
            .iter()
            .map(|held| Source::new(held.name, held.policy))
            .collect();
        self.layers.boundary = match self.state.boundary {
            Boundary::None => None,
            Boundary::Policy(name, policy) => Some(Source::new(name, policy)),
            Boundary::Unread => Some(Source::unread("the permissions boundary")),
        };
        let statements = |policy: &'e Policy| policy.statements.iter().map(AsRef::as_ref);
        self.allowing = held
            .iter()
            .flat_map(|held| statements(held.policy))
            .filter(|statement| statement.effect == Effect::Allow)
            .collect();
        let sources = self.layers.identity.iter().chain(&self.layers.boundary);
        let controls = self.layers.service_control.iter().flatten().flatten();
        self.statements = sources
            .chain(controls)
            .filter_map(|source| source.policy)
            .flat_map(statements)
            .collect();
        let asked = |key: &&RequestKey| {
            let mut conditions = self.statements.iter().flat_map(|one| &one.conditions);
            conditions.any(|condition| key.is(&condition.key.to_lowercase()))
        };
        self.carried = request_keys().iter().filter(asked).collect();
        self.forwarded = None;
        for (key, state) in &self.state.tags {
            let key = format!("aws:PrincipalTag/{key}");
            self.request.context.set(&key, state.clone());
        }
        self
    }

    /// Whether that is the ARN of the user or role that asks.
    fn is_itself(&self, arn: &str) -> bool {
        match &self.request.caller {
            Caller::User(own) => own == arn,
            Caller::Role(session) => session.role == arn,
            _ => false,
        }
    }

    /// Policies of its own that could not be read.
    pub(super) fn gaps(&self) -> &[Gap] {
        &self.state.gaps
    }

    fn boundary_unread(&self) -> bool {
        matches!(self.state.boundary, Boundary::Unread)
    }

    /// Whether it may do that to a resource that no policy mentions, by a request that carries these keys: to all of its kind, in
    /// effect.
    pub(super) fn on_any_at_all(
        &mut self,
        action: &Action,
        arn: &str,
        region: &str,
        carries: &[(&str, KeyState)],
    ) -> Answer {
        self.question(action, Target::Exact(arn.to_owned()), region, true);
        self.carry(action, carries);
        self.decided()
    }

    /// Whether it may do that to some resource of its choice.
    pub(super) fn on_some(&mut self, action: &Action) -> Answer {
        self.ask(action, Target::Any(Pattern::everything()), "", false)
    }

    /// Whether it may do that to this resource, whose tags are given where they are known.
    pub(super) fn on(
        &mut self,
        action: &Action,
        arn: &str,
        tags: Option<&BTreeMap<String, String>>,
    ) -> Answer {
        self.on_with(action, arn, tags, &[])
    }

    /// The same of a request that carries these keys, as far as the action does.
    pub(super) fn on_with(
        &mut self,
        action: &Action,
        arn: &str,
        tags: Option<&BTreeMap<String, String>>,
        carries: &[(&str, KeyState)],
    ) -> Answer {
        self.question(action, Target::Exact(arn.to_owned()), region_of(arn), false);
        self.carry(action, carries);
        self.or_forwarded(|authority| authority.decided_with(arn, tags))
    }

    fn decided(&mut self) -> Answer {
        self.or_forwarded(|authority| {
            authority.answer(&authorize(&authority.layers, &authority.request))
        })
    }

    /// The answer to a question about a resource with these tags.
    fn decided_with(&self, arn: &str, tags: Option<&BTreeMap<String, String>>) -> Answer {
        let decision = authorize(&self.layers, &self.request);
        match tags {
            Some(tags) if asks_for_tags(&decision) => {
                let mut request = self.request.clone();
                for family in TAG_FAMILIES {
                    request.context.set(family, KeyState::Absent);
                    let prefix = family.trim_end_matches('*');
                    for (key, value) in tags {
                        let state = KeyState::one(value);
                        request.context.set(&format!("{prefix}{key}"), state);
                    }
                    if self.is_itself(arn) {
                        for (key, state) in &self.state.tags {
                            request
                                .context
                                .set(&format!("{prefix}{key}"), state.clone());
                        }
                    }
                }
                self.answer(&authorize(&self.layers, &request))
            }
            _ => self.answer(&decision),
        }
    }

    /// Whether it may do that to a resource of its choice whose ARN fits, by a request that carries these keys.
    pub(super) fn on_one_like(
        &mut self,
        action: &Action,
        pattern: &str,
        carries: &[(&str, KeyState)],
    ) -> Answer {
        self.question(action, Target::Any(Pattern::glob(pattern)), "", true);
        self.carry(action, carries);
        self.decided()
    }

    /// Whether it may do that to every resource whose ARN fits.
    pub(super) fn on_all_like(&mut self, action: &Action, pattern: &str, region: &str) -> Answer {
        self.ask(action, Target::Like(Pattern::glob(pattern)), region, false)
    }

    /// Whether it may pass every role whose ARN fits to that service.
    pub(super) fn pass_like(&mut self, action: &Action, pattern: &str, service: &str) -> Answer {
        self.question(action, Target::Like(Pattern::glob(pattern)), "", false);
        self.carry(action, &[(PASSED_TO, KeyState::one(service))]);
        self.answer(&authorize(&self.layers, &self.request))
    }

    /// What the policies of the principal and of a function together say.
    pub(super) fn with_resource_policy(
        &mut self,
        action: &Action,
        arn: &str,
        policy: Source<'_>,
        circumstances: &[(&str, KeyState)],
    ) -> Answer {
        self.question(action, Target::Exact(arn.to_owned()), region_of(arn), false);
        let mut request = self.request.clone();
        for (key, state) in circumstances {
            request.context.set(key, state.clone());
        }
        let mut layers = self.layers.clone();
        layers.resource = vec![policy];
        self.answer(&authorize(&layers, &request))
    }

    /// Whether it may pass that role to that service.
    pub(super) fn pass(
        &mut self,
        action: &Action,
        role: &str,
        tags: &BTreeMap<String, String>,
        service: &str,
    ) -> Answer {
        let carries = [(PASSED_TO, KeyState::one(service))];
        self.on_with(action, role, Some(tags), &carries)
    }

    /// Whether it may assume a role that has this trust policy.
    pub(super) fn assume(
        &mut self,
        action: &Action,
        role: &str,
        tags: &BTreeMap<String, String>,
        trust: Source<'e>,
    ) -> Answer {
        let delegation = std::mem::replace(&mut self.layers.resource, vec![trust]);
        let answer = self.on(action, role, Some(tags));
        self.layers.resource = delegation;
        answer
    }

    fn ask(&mut self, action: &Action, target: Target, region: &str, unheard_of: bool) -> Answer {
        self.question(action, target, region, unheard_of);
        self.decided()
    }

    /// Puts a question; a resource that is unheard of has no tags.
    fn question(&mut self, action: &Action, target: Target, region: &str, unheard_of: bool) {
        let request = &mut self.request;
        request.action = action.clone();
        request.resource = target;
        request.resource_account = Some(self.account.to_owned());
        let region = if GLOBAL.contains(&action.service()) {
            KeyState::one(self.home)
        } else if region.is_empty() {
            KeyState::Any
        } else {
            KeyState::one(region)
        };
        request.context.set("aws:RequestedRegion", region);
        for family in TAG_FAMILIES {
            request.context.set(
                family,
                if unheard_of {
                    KeyState::Absent
                } else {
                    KeyState::Unknown
                },
            );
        }
        let name = request.action.name().unwrap_or_default();
        for key in &self.carried {
            let state = match key.is_carried_by(name) {
                Some(false) => KeyState::Absent,
                Some(true) | None => KeyState::Any,
            };
            request.context.set(&key.key, state);
        }
    }

    /// Says what a request for the action carries; what it does not carry is absent.
    fn carry(&mut self, action: &Action, carries: &[(&str, KeyState)]) {
        let name = action.name().unwrap_or_default();
        for key in &self.carried {
            if key.is_carried_by(name) != Some(true) {
                continue;
            }
            let given = carries
                .iter()
                .filter(|(given, _)| key.is(&given.to_lowercase()));
            for (given, state) in given {
                self.request.context.set(given, state.clone());
            }
        }
    }
}

const PASSED_TO: &str = "iam:PassedToService";

/// Whether the answer depends on tags of the resource.
fn asks_for_tags(decision: &Decision<'_>) -> bool {
    decision.residual().any(|(_, open)| match open {
        Open::Condition(condition) => is_resource_tag(&condition.key),
        _ => false,
    })
}

fn is_resource_tag(key: &str) -> bool {
    let key = key.to_lowercase();
    TAG_FAMILIES
        .iter()
        .any(|family| key.starts_with(&family.trim_end_matches('*').to_lowercase()))
}

fn region_of(arn: &str) -> &str {
    arn.split(':').nth(3).unwrap_or_default()
}
