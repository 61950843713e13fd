//! The resource-based policies of a function, and two questions about them that need no caller.

use super::Context;
use crate::inventory::{Function, Gap, GapKind, Observed};
use crate::operation;
use crate::policy::{
    Caller, Effect, Layer, ParseError, Policy, Principal, Request, Source, Target, Verdict,
    evaluate,
};

/// The policies of a function, and why there may be more.
pub(super) struct Policies<'a> {
    /// By qualifier, of those that have one; `$LATEST` stands for the unqualified function.
    pub(super) read: Vec<(&'a str, &'a str)>,
    /// Those that were not read, by qualifier.
    pub(super) unread: Vec<(&'a str, &'a Gap)>,
    /// Why there may be qualifiers that are not known.
    pub(super) unlisted: Vec<&'a Gap>,
}

impl<'a> Policies<'a> {
    /// Of the unqualified function, its aliases, and the versions behind them.
    pub(super) fn of(function: &'a Function) -> Self {
        let mut all = Self {
            read: Vec::new(),
            unread: Vec::new(),
            unlisted: Vec::new(),
        };
        all.push("$LATEST", &function.policy);
        match &function.aliases {
            Observed::Known(aliases) => {
                for alias in aliases {
                    all.push(&alias.name, &alias.policy);
                }
            }
            Observed::Missing(gap) => all.unlisted.push(gap),
        }
        match (&function.versions, &function.aliases) {
            (Observed::Known(versions), _) => {
                for version in versions {
                    all.push(&version.version, &version.policy);
                }
            }
            (Observed::Missing(gap), Observed::Known(aliases)) if !aliases.is_empty() => {
                all.unlisted.push(gap);
            }
            (Observed::Missing(_), _) => {}
        }
        all
    }

    fn push(&mut self, qualifier: &'a str, policy: &'a Observed<Option<String>>) {
        match policy {
            Observed::Known(Some(text)) => self.read.push((qualifier, text)),
            Observed::Known(None) => {}
            // standard depth claims nothing about the policies of single versions, and the report says so
            Observed::Missing(gap) if gap.kind == GapKind::Deeper => {}
            Observed::Missing(gap) => self.unread.push((qualifier, gap)),
        }
    }

    /// Every reason why a policy may be missing.
    pub(super) fn gaps(&self) -> impl Iterator<Item = &'a Gap> {
        let unread = self.unread.iter().map(|(_, gap)| *gap);
        unread.chain(self.unlisted.iter().copied())
    }
}

/// The gap for a policy of a function that cannot be understood.
pub(super) fn unparsable(context: Context<'_>, qualifier: &str, error: &ParseError) -> Gap {
    Gap::new(
        &operation::lambda::GET_POLICY,
        GapKind::Malformed,
        format!("policy of `{qualifier}`: {error}"),
    )
    .at(context.account.id(), &context.region.region)
    .about(&context.function.arn)
}

/// Services that some statement allows something, whatever its conditions, each with the ARNs of the sources that the
/// statement names.
pub(super) fn services(text: &str) -> Result<Vec<(String, Vec<String>)>, ParseError> {
    let policy = Policy::parse(text)?;
    let mut services = Vec::new();
    for statement in &policy.statements {
        let Some(principal) = &statement.principal else {
            continue;
        };
        if statement.effect != Effect::Allow || principal.negated {
            continue;
        }
        for one in &principal.items {
            if let Principal::Service(service) = one {
                let sources = statement.wanted("aws:sourcearn").map(str::to_owned);
                services.push((service.service.clone(), sources.collect()));
            }
        }
    }
    Ok(services)
}

/// Whether a policy allows everybody everything, as the default policy of a VPC endpoint does.
pub(super) fn allows_everything(text: &str) -> Result<bool, ParseError> {
    let policy = Policy::parse(text)?;
    let anything = Target::Like(crate::policy::Pattern::everything());
    let context = crate::policy::Context::open();
    let request = Request::new(Caller::Anonymous, "*", anything, context);
    let decision = evaluate(Layer::Resource, &[Source::new("policy", &policy)], &request);
    Ok(decision.verdict == Verdict::Allow)
}
