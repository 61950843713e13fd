//! Whether a function's policy lets a service in that calls for something of the own account.

use super::door::{self, Door, Mentioned, UrlState};
use super::probe::Callers;
use crate::analysis::Context;
use crate::analysis::home::{Home, Membership};
use crate::inventory::{Gap, GapKind, Observed};
use crate::operation;
use crate::policy::{
    AskedKeys, Caller, Decision, Effect, KeyState, Layer, Policy, Request, Source, Target, Verdict,
    evaluate,
};

/// How the service gets in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Admission {
    pub(super) certain: bool,
    /// Statements that let it in.
    pub(super) statements: Vec<String>,
    /// What that depends on.
    pub(super) conditions: Vec<String>,
}

impl Admission {
    /// It takes on a role instead of coming under its own name; what the role may do is not asked.
    pub(super) fn by_role(role: &str) -> Self {
        Self {
            certain: false,
            statements: Vec::new(),
            conditions: vec![format!("{role} may invoke the function")],
        }
    }

    /// By the policy of a qualifier, for one of these sources; `None`: it does not let it in.
    fn of(
        policy: &Policy,
        qualifier: &str,
        arn: String,
        home: &Home<'_>,
        service: &str,
        sent: Vec<String>,
    ) -> Option<Self> {
        let door = Door {
            qualifier,
            resource: Target::Exact(arn),
            policy,
            url: UrlState::Absent,
        };
        let mentioned = Mentioned::new(policy.statements.iter());
        let callers = Callers {
            home,
            door: &door,
            mentioned: &mentioned,
            own: &mentioned,
            asked: &AskedKeys::of(policy),
        };
        let mut context = callers.direct();
        context.set("aws:SourceAccount", KeyState::one(home.account));
        context.set("aws:SourceOwner", KeyState::Absent);
        match home.organization {
            Membership::Member { id, .. } => context.set("aws:SourceOrgID", KeyState::one(id)),
            Membership::Outside => context.set("aws:SourceOrgID", KeyState::Absent),
            Membership::Unknown => {}
        }
        context.set("lambda:EventSourceToken", KeyState::Absent);
        context.set("lambda:FunctionUrlAuthType", KeyState::Absent);
        context.set("lambda:InvokedViaFunctionUrl", KeyState::one("false"));
        let mut request = Request::new(
            Caller::service(service),
            "lambda:InvokeFunction",
            door.resource.clone(),
            context,
        );
        let sources = [Source::new("policy", policy)];
        let mut admission: Option<Self> = None;
        for arn in sent {
            request.context.set("aws:SourceArn", KeyState::one(arn));
            let decision = evaluate(Layer::Resource, &sources, &request);
            if decision.verdict == Verdict::Deny {
                continue;
            }
            let found = Self::decided(&decision);
            if found.certain {
                return Some(found);
            }
            admission.get_or_insert(found);
        }
        admission
    }

    fn decided(decision: &Decision<'_>) -> Self {
        let allowing = decision
            .statements
            .iter()
            .filter_map(|matched| matched.statement)
            .filter(|statement| statement.effect == Effect::Allow);
        let depends_on = decision.depends_on();
        Self {
            certain: decision.is_certain(),
            statements: allowing.map(door::name).collect(),
            conditions: depends_on.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Whether the policy of the qualifier lets a service in that calls for one of the sources that `sent` gives.
pub(super) fn admission(
    context: Context<'_>,
    home: &Home<'_>,
    policies: &[(String, Policy)],
    qualifier: &str,
    service: &str,
    sent: impl FnOnce(&Policy) -> Vec<String>,
) -> Observed<Option<Admission>> {
    let read = policies.iter().find(|(of, _)| of == qualifier);
    let Some((_, policy)) = read else {
        return without(context, qualifier);
    };
    let arn = match qualifier {
        "$LATEST" => context.function.arn.clone(),
        _ => format!("{}:{qualifier}", context.function.arn),
    };
    let sent = sent(policy);
    Observed::Known(Admission::of(policy, qualifier, arn, home, service, sent))
}

/// The qualifier in a function's ARN, where the ARN is that of this function; `$LATEST` where it has none.
pub(super) fn qualifier<'a>(function: &'a str, own: &str) -> Option<&'a str> {
    match function.strip_prefix(own)? {
        "" => Some("$LATEST"),
        rest => rest.strip_prefix(':').filter(|rest| !rest.is_empty()),
    }
}

/// Of a qualifier whose policy was not understood: `None` where it is known to have none, or not to be there at all.
fn without(context: Context<'_>, qualifier: &str) -> Observed<Option<Admission>> {
    let function = context.function;
    let unread = || Observed::Missing(unread(context, qualifier));
    let read = |policy: &Observed<Option<String>>| match policy {
        // one that cannot be understood
        Observed::Known(Some(_)) => unread(),
        Observed::Known(None) => Observed::Known(None),
        Observed::Missing(gap) => Observed::Missing(gap.clone()),
    };
    if qualifier == "$LATEST" {
        return read(&function.policy);
    }
    let versions = function.versions.known();
    let version = versions.and_then(|all| all.iter().find(|one| one.version == qualifier));
    if let Some(version) = version {
        return read(&version.policy);
    }
    if qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        return unread();
    }
    match &function.aliases {
        Observed::Known(aliases) => match aliases.iter().find(|one| one.name == qualifier) {
            Some(alias) => read(&alias.policy),
            None => Observed::Known(None),
        },
        Observed::Missing(gap) => Observed::Missing(gap.clone()),
    }
}

fn unread(context: Context<'_>, qualifier: &str) -> Gap {
    let message = format!("the policy of `{qualifier}` was not read or not understood");
    Gap::new(
        &operation::lambda::GET_POLICY,
        GapKind::Unrecognised,
        message,
    )
    .at(context.account.id(), &context.region.region)
    .about(&context.function.arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:f";

    #[test]
    fn only_the_function_itself_counts() {
        for (function, expected) in [
            (OWN.to_owned(), Some("$LATEST")),
            (format!("{OWN}:live"), Some("live")),
            (format!("{OWN}:7"), Some("7")),
            (format!("{OWN}:"), None),
            (format!("{OWN}2"), None),
            (format!("{OWN}2:live"), None),
            (
                "arn:aws:lambda:us-east-1:111122223333:function:f".to_owned(),
                None,
            ),
        ] {
            assert_eq!(qualifier(&function, OWN), expected, "{function}");
        }
    }
}
