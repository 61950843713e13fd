//! What one principal may do: its policies, boundary and control policies, asked question by question.

use std::collections::BTreeMap;

use super::circumstances;
use super::estate::{Controls, Estate, Member};
use super::evidence::{StatementName, depends_on, granting};
use crate::inventory::{Gap, PrincipalKind};
use crate::policy::{
    Action, Caller, Decision, Dependency, Effect, KeyState, Layer, Layers, Open, Pattern, Reason,
    Request, Source, Statement, Target, Truth, Verdict, authorize,
};

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

/// One principal with everything that decides what it may do.
#[derive(Debug)]
pub(super) struct Authority<'e> {
    layers: Layers<'e>,
    /// Statements of its own policies that allow something: most questions end here.
    allowing: Vec<&'e Statement>,
    /// All statements that bear on it.
    statements: Vec<&'e Statement>,
    request: Request,
    /// Policies of its own that could not be read.
    pub(super) gaps: Vec<Gap>,
    /// The identity-based ones among them.
    unread: Vec<String>,
    boundary_unread: bool,
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
        let (boundary, boundary_unread) = match estate.boundary(member) {
            None => (None, false),
            Some(Ok(source)) => (Some(source), false),
            Some(Err(_)) => (Some(Source::unread("the permissions boundary")), true),
        };
        let mut gaps = identity.gaps;
        gaps.extend(estate.boundary(member).and_then(Result::err));
        let allowing = identity
            .sources
            .iter()
            .filter_map(|source| source.policy)
            .flat_map(|policy| policy.statements.iter().map(AsRef::as_ref))
            .filter(|statement| statement.effect == Effect::Allow)
            .collect();
        let layers = Layers {
            identity: identity.sources,
            resource: vec![estate.delegation()],
            boundary,
            session: None,
            service_control: estate.controls.sources(),
            resource_control: None,
            management_account: match &estate.controls {
                Controls::Levels { management, .. } => Some(management),
                Controls::None | Controls::Unread => None,
            },
        };
        let sources = layers.identity.iter().chain(&layers.boundary);
        let controls = layers.service_control.iter().flatten().flatten();
        let statements = sources
            .chain(controls)
            .filter_map(|source| source.policy)
            .flat_map(|policy| policy.statements.iter().map(AsRef::as_ref))
            .collect();
        let principal = member.principal;
        let caller = match principal.kind {
            PrincipalKind::User => Caller::User(principal.arn.clone()),
            PrincipalKind::Role | PrincipalKind::Group => Caller::role(&principal.arn),
        };
        let everything = Target::Any(Pattern::everything());
        let context = circumstances::of(estate, member, functions);
        Self {
            layers,
            allowing,
            statements,
            request: Request::new(caller, "*", everything, context),
            gaps,
            unread: identity.unread,
            boundary_unread,
            account: estate.account(),
            home: match estate.partition() {
                "aws-cn" => "cn-north-1",
                "aws-us-gov" => "us-gov-west-1",
                _ => "us-east-1",
            },
        }
    }

    /// Whether some statement of its own allows the action on something. Cheap.
    pub(super) fn mentions(&self, action: &Action) -> bool {
        self.allowing.iter().any(|statement| {
            let listed = statement.action.items.contains(action);
            listed.negate_if(statement.action.negated) != Truth::False
        })
    }

    /// Whether it may do that to a resource that no policy mentions: to all of its kind, in effect.
    pub(super) fn on_any_at_all(&mut self, action: &Action, arn: &str, region: &str) -> Answer {
        self.ask(action, Target::Exact(arn.to_owned()), region, true)
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
        self.question(action, Target::Exact(arn.to_owned()), region_of(arn), false);
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
                }
                self.answer(&authorize(&self.layers, &request))
            }
            _ => self.answer(&decision),
        }
    }

    /// Whether it may do that to every resource whose ARN fits.
    pub(super) fn on_all_like(&mut self, action: &Action, pattern: &str, region: &str) -> Answer {
        self.ask(action, Target::Like(Pattern::glob(pattern)), region, false)
    }

    /// Whether it may pass every role whose ARN fits to that service.
    pub(super) fn pass_like(&mut self, action: &Action, pattern: &str, service: &str) -> Answer {
        let key = "iam:PassedToService";
        self.request.context.set(key, KeyState::one(service));
        let answer = self.on_all_like(action, pattern, "");
        self.request.context.set(key, KeyState::Any);
        answer
    }

    /// How each of its statements that names resources stands to this one: what is alike in all of them gets the same answers.
    pub(super) fn signature(&mut self, arn: &str) -> Vec<Truth> {
        self.request.resource = Target::Exact(arn.to_owned());
        let request = &self.request;
        let statements = self.statements.iter();
        statements
            .filter(|statement| statement.names_resources())
            .map(|statement| statement.resource_matches(request))
            .collect()
    }

    /// Whether some statement asks for tags of the resource.
    pub(super) fn asks_for_tags(&self) -> bool {
        let mut keys = self
            .statements
            .iter()
            .flat_map(|statement| &statement.conditions);
        keys.any(|condition| is_resource_tag(&condition.key))
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
        let context = &mut self.request.context;
        context.set("iam:PassedToService", KeyState::one(service));
        let answer = self.on(action, role, Some(tags));
        self.request
            .context
            .set("iam:PassedToService", KeyState::Any);
        answer
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
        self.answer(&authorize(&self.layers, &self.request))
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
    }

    fn answer(&self, decision: &Decision<'_>) -> Answer {
        let denied = matches!(decision.reason, Reason::ExplicitDeny(_));
        let unread = !self.gaps.is_empty();
        match decision.verdict {
            Verdict::Deny if denied || !unread || self.boundary_unread_only() => Answer::No,
            Verdict::Deny => Answer::Unknown,
            Verdict::Conditional if self.boundary_unread => Answer::Unknown,
            verdict => {
                let mut depends_on = depends_on(decision);
                let unread_policies = self.unread.iter();
                depends_on.extend(
                    unread_policies
                        .map(|name| Dependency::denied_by_unread(Layer::Identity, name))
                        .map(|dependency| dependency.to_string()),
                );
                Answer::Yes(Standing {
                    certain: verdict == Verdict::Allow && !unread,
                    depends_on,
                    statements: granting(decision),
                    resource: decision
                        .chosen
                        .iter()
                        .find(|choice| choice.key == "Resource")
                        .and_then(|choice| choice.value.clone()),
                })
            }
        }
    }

    /// A boundary that was not read takes away; what the policies do not give, it does not give either.
    fn boundary_unread_only(&self) -> bool {
        self.boundary_unread && self.gaps.len() == 1
    }
}

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
