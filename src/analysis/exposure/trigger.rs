//! The sources that services act for, and whether they are there.

use schemars::JsonSchema;
use serde::Serialize;

use super::grant::{Cause, Grant, Reach};
use super::lists::Found;
use crate::analysis::sources::{Presence, kind};
use crate::analysis::{Context, Fact};

/// A source that a statement lets a service act for.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct GrantedSource {
    /// The alias or version whose policy it is; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The statement's id; its place (`#1`) where it has none.
    pub statement: String,
    /// The service.
    pub principal: String,
    /// The source's ARN as the statement has it; it may hold wildcards.
    pub source: String,
    /// `bucket`, `topic`, `rule`, `API`, `log group` or, of another kind, `source`.
    #[schemars(extend("enum" = ["bucket", "topic", "queue", "rule", "API", "target group", "log group", "source"]))]
    pub kind: String,
    /// `there`; `gone`: the account has nothing of that name; `unknown`: the list could not be read;
    /// `not-looked-for`: it is of a kind, a region or an account that was not looked into.
    #[schemars(extend("enum" = ["there", "gone", "unknown", "not-looked-for"]))]
    pub presence: String,
    /// Whom the statement lets in, and why, in one sentence.
    pub reason: String,
    /// Other sources that the same statement names.
    pub others: Vec<String>,
}

/// The sources that grants name.
pub(super) struct Triggers {
    /// Of the own account, where one was looked for.
    pub(super) sought: Fact<Vec<GrantedSource>>,
    /// Those of them that are gone.
    pub(super) vanished: Fact<Vec<GrantedSource>>,
    /// Those whose name alone decides, whoever owns it.
    pub(super) reclaimable: Fact<Vec<GrantedSource>>,
}

impl Triggers {
    pub(super) fn of(context: Context<'_>, found: &Found) -> Self {
        let (mut sought, mut vanished, mut gaps) = (Vec::new(), Vec::new(), found.all_gaps());
        let mut reclaimable = Vec::new();
        for (grant, arn) in found.grants().flat_map(sources) {
            let presence = Presence::of(context, arn);
            let source = GrantedSource::new(grant, arn, presence);
            match grant.cause {
                Cause::ReclaimableSource => reclaimable.push(source),
                _ if presence == Presence::NotLookedFor => {}
                _ => {
                    gaps.extend(presence.gap().cloned());
                    if presence == Presence::Gone {
                        vanished.push(source.clone());
                    }
                    sought.push(source);
                }
            }
        }
        Self {
            sought: Fact::offenders(sought, found.all_gaps()),
            vanished: Fact::offenders(vanished, gaps),
            reclaimable: Fact::offenders(reclaimable, found.all_gaps()),
        }
    }
}

/// The sources that a grant names, where they must be the own account's or may be anybody's.
fn sources(grant: &Grant) -> impl Iterator<Item = (&Grant, &str)> {
    let chosen = match grant.cause {
        Cause::Source => grant.class == Reach::OwnAccount,
        Cause::ReclaimableSource => true,
        _ => false,
    };
    let arns = grant.source_arns.iter().filter(move |arn| {
        let nobodys = arn.split(':').nth(4) == Some("");
        chosen && (nobodys || grant.cause == Cause::Source)
    });
    arns.map(move |arn| (grant, arn.as_str()))
}

impl GrantedSource {
    fn new(grant: &Grant, arn: &str, presence: Presence<'_>) -> Self {
        let others = grant.source_arns.iter().filter(|other| *other != arn);
        Self {
            qualifier: grant.qualifier.clone(),
            statement: grant.statement.clone(),
            principal: grant.principal.clone(),
            source: arn.to_owned(),
            kind: kind(arn).to_owned(),
            presence: presence.as_str().to_owned(),
            reason: grant.reason.clone(),
            others: others.cloned().collect(),
        }
    }
}
