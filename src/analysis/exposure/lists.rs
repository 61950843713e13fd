//! The grants of a function over all its qualifiers, and the lists of them that checks want to see.

use super::door::{Door, UrlAge, UrlState};
use super::grant::{Cause, Grant, Reach};
use super::judge;
use super::url::OpenUrl;
use super::verdict::merged;
use crate::analysis::grants::{Policies, unparsable};
use crate::analysis::home::{Home, Whose};
use crate::analysis::{Context, Fact};
use crate::inventory::{FunctionUrl, Gap, GapKind, Observed};
use crate::operation;
use crate::policy::{Policy, Target};

/// What was found in the policies of one function.
pub(super) struct Found {
    grants: Vec<Grant>,
    /// Qualifiers whose policies were read.
    read: Vec<String>,
    /// Policies that were understood, by qualifier.
    policies: Vec<(String, Policy)>,
    /// Why others were not.
    unparsable: Vec<Gap>,
    /// Why there may be more, by qualifier; none: of a qualifier that is not known.
    gaps: Vec<(Option<String>, Gap)>,
    /// Why it is not known whose ids of users and roles are.
    principals: Option<Gap>,
}

impl Found {
    pub(super) fn new(context: Context<'_>) -> Self {
        let policies = Policies::of(context.function);
        let home = context.account.home();
        let unread = policies
            .unread
            .iter()
            .map(|(qualifier, gap)| (Some((*qualifier).to_owned()), (*gap).clone()));
        let unlisted = policies.unlisted.iter().map(|gap| (None, (*gap).clone()));
        let mut found = Self {
            grants: Vec::new(),
            read: policies
                .read
                .iter()
                .map(|(qualifier, _)| (*qualifier).to_owned())
                .collect(),
            policies: Vec::new(),
            unparsable: Vec::new(),
            gaps: unread.chain(unlisted).collect(),
            principals: context.account.inventory.services.iam.gap().cloned(),
        };
        for (qualifier, text) in policies.read {
            match Policy::parse(text) {
                Ok(policy) => {
                    found.judge(context, &home, qualifier, &policy);
                    found.policies.push((qualifier.to_owned(), policy));
                }
                Err(error) => {
                    let gap = unparsable(context, qualifier, &error);
                    found.unparsable.push(gap.clone());
                    found.gaps.push((Some(qualifier.to_owned()), gap));
                }
            }
        }
        found
    }

    fn judge(&mut self, context: Context<'_>, home: &Home<'_>, qualifier: &str, policy: &Policy) {
        let arn = &context.function.arn;
        let resource = match qualifier {
            "$LATEST" => arn.clone(),
            _ => format!("{arn}:{qualifier}"),
        };
        let mut door = Door {
            qualifier,
            resource: Target::Exact(resource),
            policy,
            url: UrlState::Absent,
        };
        match url_state(context, qualifier) {
            Ok(url) => {
                door.url = url;
                self.grants.extend(judge::grants(&door, home));
            }
            Err(gap) => {
                // What is the same whatever URL there is, is known.
                let grants = judge::grants(&door, home);
                let others = [UrlState::Open(UrlAge::Old), UrlState::Signed(UrlAge::Old)];
                let others = others.map(|url| {
                    door.url = url;
                    judge::grants(&door, home)
                });
                for (index, grant) in grants.into_iter().enumerate() {
                    let same = others.iter().all(|other| {
                        other
                            .get(index)
                            .is_some_and(|other| other.class == grant.class)
                    });
                    if same {
                        self.grants.push(grant);
                    } else {
                        self.gaps.push((Some(qualifier.to_owned()), (*gap).clone()));
                    }
                }
            }
        }
    }

    pub(super) fn grants(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter()
    }

    /// The policies that were understood, by qualifier.
    pub(super) fn understood(&self) -> &[(String, Policy)] {
        &self.policies
    }

    /// Why others were not.
    pub(super) fn unparsable(&self) -> &[Gap] {
        &self.unparsable
    }

    pub(super) fn all_gaps(&self) -> Vec<Gap> {
        let mut gaps: Vec<Gap> = self.gaps.iter().map(|(_, gap)| gap.clone()).collect();
        gaps.sort();
        gaps.dedup();
        gaps
    }

    pub(super) fn all(self) -> Fact<Vec<Grant>> {
        match self.all_gaps() {
            gaps if gaps.is_empty() => Fact::Known(self.grants),
            gaps => Fact::Unknown(gaps),
        }
    }

    /// How many policies; a policy that is known to be there decides, whatever else is not known.
    pub(super) fn policies(&self) -> Fact<i64> {
        match self.all_gaps() {
            gaps if gaps.is_empty() || !self.read.is_empty() => Fact::Known(self.read.len() as i64),
            gaps => Fact::Unknown(gaps),
        }
    }

    pub(super) fn reach(&self) -> Fact<String> {
        let reach = judge::reach(&self.grants);
        match self.all_gaps() {
            gaps if gaps.is_empty() || reach == Reach::Internet => {
                Fact::Known(reach.as_str().to_owned())
            }
            gaps => Fact::Unknown(gaps),
        }
    }

    /// The grants that `choose` picks.
    pub(super) fn list(&self, choose: impl Fn(&Grant) -> bool) -> Fact<Vec<Grant>> {
        let chosen = self.grants.iter().filter(|grant| choose(grant));
        Fact::offenders(chosen.cloned().collect(), self.all_gaps())
    }

    /// Those of them that are for nobody who is trusted.
    pub(super) fn untrusted(&self, choose: impl Fn(&Grant) -> bool) -> Fact<Vec<Grant>> {
        let mut gaps = self.all_gaps();
        let undecided = self.grants.iter();
        if undecided
            .filter(|one| choose(one))
            .any(|grant| grant.is_by_id())
        {
            gaps.extend(self.principals.clone());
        }
        gaps.sort();
        gaps.dedup();
        let chosen = self
            .grants
            .iter()
            .filter(|grant| choose(grant) && grant.is_foreign());
        Fact::offenders(chosen.cloned().collect(), gaps)
    }

    /// The URLs without authentication that grants of a kind open.
    pub(super) fn urls(
        &self,
        context: Context<'_>,
        choose: impl Fn(&Grant) -> bool,
    ) -> Fact<Vec<OpenUrl>> {
        self.unauthenticated(context, |url| {
            let qualifier = url.qualifier.as_deref().unwrap_or("$LATEST");
            let behind: Vec<&Grant> = self
                .grants
                .iter()
                .filter(|grant| grant.qualifier == qualifier && choose(grant))
                .collect();
            (!behind.is_empty()).then(|| open_url(url, qualifier, &behind))
        })
    }

    /// The URLs without authentication that nobody gets through.
    pub(super) fn dormant_urls(&self, context: Context<'_>) -> Fact<Vec<OpenUrl>> {
        self.unauthenticated(context, |url| {
            let qualifier = url.qualifier.as_deref().unwrap_or("$LATEST");
            let open = self
                .grants
                .iter()
                .any(|grant| grant.qualifier == qualifier && grant.class == Reach::Internet);
            let unsure = self.gaps_of(qualifier).next().is_some();
            (!open && !unsure).then(|| open_url(url, qualifier, &[]))
        })
    }

    /// Why the policy of a qualifier may not be known. One that was not listed is known to have none
    /// only if it is the function itself or was read.
    fn gaps_of<'s>(&'s self, qualifier: &'s str) -> impl Iterator<Item = &'s Gap> {
        let listed = qualifier == "$LATEST" || self.read.iter().any(|read| read == qualifier);
        let concerns = move |of: &Option<String>| match of {
            Some(of) => of == qualifier,
            None => !listed,
        };
        self.gaps
            .iter()
            .filter(move |(of, _)| concerns(of))
            .map(|(_, gap)| gap)
    }

    fn unauthenticated(
        &self,
        context: Context<'_>,
        choose: impl Fn(&FunctionUrl) -> Option<OpenUrl>,
    ) -> Fact<Vec<OpenUrl>> {
        let urls = match &context.function.urls {
            Observed::Known(urls) => urls.as_slice(),
            // no policy opens one
            Observed::Missing(gap) if gap.kind == GapKind::Deeper => &[],
            Observed::Missing(gap) => return Fact::unknown(gap),
        };
        let mut gaps = Vec::new();
        let mut found = Vec::new();
        for url in urls {
            let qualifier = url.qualifier.as_deref().unwrap_or("$LATEST");
            match url.auth_type.as_str() {
                "NONE" => {
                    found.extend(choose(url));
                    gaps.extend(self.gaps_of(qualifier).cloned());
                }
                "AWS_IAM" => {}
                other => gaps.push(unknown_auth_type(context, other)),
            }
        }
        Fact::offenders(found, gaps)
    }
}

fn open_url(url: &FunctionUrl, qualifier: &str, behind: &[&Grant]) -> OpenUrl {
    let mut statements: Vec<String> = behind.iter().map(|grant| grant.statement.clone()).collect();
    statements.dedup();
    let addresses: Vec<String> = behind
        .iter()
        .flat_map(|grant| grant.addresses.clone())
        .collect();
    let mut conditions: Vec<String> = behind
        .iter()
        .flat_map(|grant| grant.conditions.clone())
        .collect();
    conditions.sort_unstable();
    conditions.dedup();
    OpenUrl {
        qualifier: qualifier.to_owned(),
        url: url.url.clone(),
        auth_type: url.auth_type.clone(),
        statements,
        addresses: merged(&addresses),
        certain: behind.is_empty() || behind.iter().any(|grant| grant.certain),
        conditions,
    }
}

/// The URL of a qualifier, or why it is not known.
fn url_state(context: Context<'_>, qualifier: &str) -> Result<UrlState, Box<Gap>> {
    let urls = match &context.function.urls {
        Observed::Known(urls) => urls,
        // standard depth reads the URLs of every function with a policy that may open one
        Observed::Missing(gap) if gap.kind == GapKind::Deeper => return Ok(UrlState::Absent),
        Observed::Missing(gap) => return Err(Box::new(gap.clone())),
    };
    let url = urls
        .iter()
        .find(|url| url.qualifier.as_deref().unwrap_or("$LATEST") == qualifier);
    let Some(url) = url else {
        return Ok(UrlState::Absent);
    };
    let age = UrlAge::of(url.created.as_deref());
    match url.auth_type.as_str() {
        "NONE" => Ok(UrlState::Open(age)),
        "AWS_IAM" => Ok(UrlState::Signed(age)),
        other => Err(Box::new(unknown_auth_type(context, other))),
    }
}

fn unknown_auth_type(context: Context<'_>, auth_type: &str) -> Gap {
    context.unrecognised(
        &operation::lambda::LIST_FUNCTION_URL_CONFIGS,
        "auth type",
        auth_type,
    )
}

fn for_everybody(grant: &Grant) -> bool {
    matches!(grant.class, Reach::Internet | Reach::AnyAwsAccount)
}

pub(super) fn is_open(grant: &Grant) -> bool {
    grant.class == Reach::Internet && grant.cause != Cause::HalfUrl && !grant.is_narrowed()
}

pub(super) fn is_address_bound(grant: &Grant) -> bool {
    grant.class == Reach::Internet && grant.cause != Cause::HalfUrl && grant.is_narrowed()
}

pub(super) fn is_half_open(grant: &Grant) -> bool {
    grant.class == Reach::Internet && grant.cause == Cause::HalfUrl
}

pub(in crate::analysis) fn is_public(grant: &Grant) -> bool {
    let direct = grant.class == Reach::AnyAwsAccount && grant.through == "api";
    (direct && !grant.is_narrowed()) || grant.also_direct
}

pub(super) fn is_any_account_url(grant: &Grant) -> bool {
    grant.class == Reach::AnyAwsAccount && grant.through == "url" && !grant.is_narrowed()
}

pub(super) fn is_network_bound(grant: &Grant) -> bool {
    for_everybody(grant) && grant.is_narrowed()
}

pub(super) fn is_unbound_service(grant: &Grant) -> bool {
    grant.class == Reach::ConfusedDeputy && grant.cause != Cause::ReclaimableSource
}

pub(super) fn is_external_source(grant: &Grant) -> bool {
    grant.class == Reach::ExternalAccount && grant.cause == Cause::Source
}

pub(in crate::analysis) fn is_external_use(grant: &Grant) -> bool {
    grant.class == Reach::ExternalAccount && grant.cause != Cause::Source && !grant.beyond_use
}

pub(super) fn is_control(grant: &Grant) -> bool {
    grant.beyond_use && grant.class > Reach::OwnAccount && grant.whose != Whose::Trusted
}

pub(super) fn is_whole_organization(grant: &Grant) -> bool {
    grant.class == Reach::Organization && !grant.organizations.is_empty()
}

pub(super) fn is_inverted(grant: &Grant) -> bool {
    (grant.not_principal || grant.not_action) && grant.class > Reach::OwnAccount
}

pub(super) fn is_latent(grant: &Grant) -> bool {
    grant.class == Reach::None && !grant.latent.is_empty()
}

pub(in crate::analysis) fn is_dead(grant: &Grant) -> bool {
    grant.class == Reach::None && grant.latent.is_empty() && grant.cause != Cause::StalePrincipal
}
