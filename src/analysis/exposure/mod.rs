//! How a function can be reached.
//!
//! | question | file |
//! |---|---|
//! | Who gets in by a policy, statement by statement? | `judge` |
//! | Does one statement let one caller in, by the API or by the URL? | `ask` |
//! | Which callers stand for all of their kind? | `probe`, for services `source` |
//! | Which accounts and organisations do conditions name, or fit? | `fitting` |
//! | Over which networks may they come? | `network` |
//! | Whose is the id of a user or role? | `identity` |
//! | Are the sources there that services act for? | `trigger` |
//! | Which routes of APIs reach it, and what do they ask for? | `api` |
//! | Which rules of load balancers reach it, and whom do they let in? | `balancer` |
//! | What have these in common? | `front`, `admission` |
//! | What does a grant say, and why? | `grant`, `verdict`, `reason` |
//! | Which of them do checks want to see? | `lists` |
//!
//! Everything is asked of [the policy engine](crate::policy); nothing compares texts of policies.

mod ability;
mod admission;
mod api;
mod ask;
mod balancer;
mod door;
mod fitting;
mod front;
mod grant;
mod identity;
mod judge;
mod lists;
mod network;
mod probe;
mod reason;
mod source;
mod standing;
mod trigger;
mod url;
mod verdict;

pub use api::ReachingRoute;
pub use balancer::ReachingRule;
pub(super) use door::Mentioned;
pub use door::{Door, UrlAge, UrlState};
pub use grant::{Cause, Grant, Reach};
pub use judge::{grants, grants_whatever_url, reach};
pub(super) use probe::{Callers, Probe};
pub use trigger::GrantedSource;
pub use url::{OpenUrl, SplitAlias, Url};

use schemars::JsonSchema;
use serde::Serialize;

use self::lists::Found;
use self::trigger::Triggers;
use super::{Context, Fact};
pub use crate::analysis::home::{Home, Membership, Whose};
use crate::inventory::{FunctionUrl, GapKind, Observed};
use crate::operation;

/// The doors of a function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ExposureFacts {
    /// Its function URLs, of all qualifiers.
    pub urls: Fact<Vec<Url>>,
    /// Those that do not ask who is calling (`AuthType` is `NONE`).
    pub unauthenticated_urls: Fact<Vec<Url>>,
    /// Those of them that the resource-based policy opens to the internet, with both grants.
    pub open_urls: Fact<Vec<OpenUrl>>,
    /// Those that it opens to the internet from some addresses only.
    pub address_bound_urls: Fact<Vec<OpenUrl>>,
    /// Those with one grant of the two that a URL has needed since October 2025, and made before.
    pub half_open_urls: Fact<Vec<OpenUrl>>,
    /// Those that nobody gets through, for want of a grant.
    pub dormant_urls: Fact<Vec<OpenUrl>>,
    /// How many URLs have CORS settings.
    pub cors_urls: Fact<i64>,
    /// Those that answer scripts of every web site, without credentials.
    pub wildcard_cors_urls: Fact<Vec<Url>>,
    /// Those that answer scripts of every web site, and let them send the visitor's credentials.
    pub credentialed_wildcard_cors_urls: Fact<Vec<Url>>,
    /// How many aliases it has.
    pub aliases: Fact<i64>,
    /// Aliases that send a share of their traffic to a second version.
    pub split_aliases: Fact<Vec<SplitAlias>>,
    /// How many resource-based policies it has: its own, those of aliases, and those of the versions
    /// behind them.
    pub policies: Fact<i64>,
    /// The widest class of all grants, as far as they may hold: `internet`, `any-aws-account`,
    /// `confused-deputy`, `external-account`, `organization`, `own-account` or `none`.
    #[schemars(with = "Reach")]
    pub reach: Fact<String>,
    /// What the policies grant, by qualifier, statement and principal; those without effect too.
    pub grants: Fact<Vec<Grant>>,
    /// Grants to every AWS account to use Lambda's API, unless a network limits them.
    pub public_grants: Fact<Vec<Grant>>,
    /// Grants to every AWS account to call a URL that asks for signed requests.
    pub any_account_url_grants: Fact<Vec<Grant>>,
    /// Grants to everybody, or to every AWS account, from some addresses or networks only.
    pub network_bound_grants: Fact<Vec<Grant>>,
    /// Grants to a service that may act for any of its customers.
    pub unbound_service_grants: Fact<Vec<Grant>>,
    /// Sources that a service acts for whoever owns them: somebody else may take their name over, or
    /// has, where the own account has nothing of that name.
    pub reclaimable_source_grants: Fact<Vec<GrantedSource>>,
    /// Sources of the own account that services act for, as far as they were looked for.
    pub sought_source_grants: Fact<Vec<GrantedSource>>,
    /// Those of them that are gone.
    pub vanished_source_grants: Fact<Vec<GrantedSource>>,
    /// Routes of the own account's APIs that call the function, in each stage that something is deployed to; of APIs
    /// that its policies let in.
    pub api_routes: Fact<Vec<ReachingRoute>>,
    /// Those of them that let anybody in, of a private API anybody with a VPC endpoint in any account: nothing asks who is
    /// calling, not even for an API key. What browsers ask before they send credentials (`OPTIONS`) is left out.
    pub open_api_routes: Fact<Vec<ReachingRoute>>,
    /// Those of them that would, did the API's resource policy not limit callers to some addresses.
    pub address_bound_api_routes: Fact<Vec<ReachingRoute>>,
    /// Rules of the own account's load balancers that send requests to the function, if its policies let load balancers in.
    pub load_balancer_rules: Fact<Vec<ReachingRule>>,
    /// Those of them that let anybody on the internet in: nothing asks who is calling, and no address is kept out.
    pub open_load_balancer_rules: Fact<Vec<ReachingRule>>,
    /// Grants to a service that acts for accounts that are neither own nor trusted.
    pub foreign_source_grants: Fact<Vec<Grant>>,
    /// Grants to accounts or organisations that are neither own nor trusted, to use the function.
    pub external_grants: Fact<Vec<Grant>>,
    /// Grants outside the own account, to anybody who is not trusted by configuration, that allow
    /// more than to use the function.
    pub control_grants: Fact<Vec<Grant>>,
    /// Grants to the whole own organisation.
    pub organization_grants: Fact<Vec<Grant>>,
    /// Grants outside the own account that rest on `NotPrincipal` or `NotAction`.
    pub inverted_grants: Fact<Vec<Grant>>,
    /// Grants to users and roles that were deleted.
    pub stale_grants: Fact<Vec<Grant>>,
    /// Grants without effect that would open a URL without authentication as soon as there is one.
    pub latent_grants: Fact<Vec<Grant>>,
    /// Other grants without effect.
    pub dead_grants: Fact<Vec<Grant>>,
    /// Grants to anybody outside the own account, for attack paths.
    #[serde(skip)]
    #[schemars(skip)]
    pub entries: Fact<Vec<Grant>>,
}

impl ExposureFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let function = context.function;
        let found = Found::new(context);
        let triggers = Triggers::of(context, &found);
        let routes = api::routes(context, &found);
        let rules = balancer::rules(context, &found);
        let select = |choose: fn(&FunctionUrl) -> bool| {
            Fact::of(&function.urls, |urls| {
                urls.iter()
                    .filter(|url| choose(url))
                    .map(Url::from)
                    .collect::<Vec<_>>()
            })
        };
        Self {
            urls: select(|_| true),
            unauthenticated_urls: unauthenticated(context),
            open_urls: found.urls(context, lists::is_open),
            address_bound_urls: found.urls(context, lists::is_address_bound),
            half_open_urls: found.urls(context, lists::is_half_open),
            dormant_urls: found.dormant_urls(context),
            cors_urls: Fact::of(&function.urls, |urls| {
                urls.iter().filter(|url| url.cors.is_some()).count() as i64
            }),
            wildcard_cors_urls: select(|url| {
                url.cors.as_ref().is_some_and(|cors| {
                    !cors.allow_credentials && cors.allow_origins.iter().any(|origin| origin == "*")
                })
            }),
            credentialed_wildcard_cors_urls: select(|url| {
                url.cors.as_ref().is_some_and(|cors| {
                    cors.allow_credentials
                        && cors
                            .allow_origins
                            .iter()
                            .any(|origin| matches!(origin.as_str(), "*" | "http://*" | "https://*"))
                })
            }),
            aliases: Fact::of(&function.aliases, |aliases| aliases.len() as i64),
            split_aliases: Fact::of(&function.aliases, |aliases| {
                aliases
                    .iter()
                    .flat_map(|alias| {
                        alias.weights.iter().map(|(version, weight)| SplitAlias {
                            alias: alias.name.clone(),
                            version: alias.version.clone(),
                            second_version: version.clone(),
                            percent: percent(*weight),
                        })
                    })
                    .collect()
            }),
            policies: found.policies(),
            reach: found.reach(),
            public_grants: found.list(lists::is_public),
            any_account_url_grants: found.list(lists::is_any_account_url),
            network_bound_grants: found.list(lists::is_network_bound),
            unbound_service_grants: found.list(lists::is_unbound_service),
            reclaimable_source_grants: triggers.reclaimable,
            sought_source_grants: triggers.sought,
            vanished_source_grants: triggers.vanished,
            api_routes: routes.all,
            open_api_routes: routes.open,
            address_bound_api_routes: routes.bound,
            load_balancer_rules: rules.all,
            open_load_balancer_rules: rules.open,
            foreign_source_grants: found.untrusted(lists::is_external_source),
            external_grants: found.untrusted(lists::is_external_use),
            control_grants: found.list(lists::is_control),
            organization_grants: found.list(lists::is_whole_organization),
            inverted_grants: found.list(lists::is_inverted),
            stale_grants: found.list(|grant| grant.cause == Cause::StalePrincipal),
            latent_grants: found.list(lists::is_latent),
            dead_grants: found.list(lists::is_dead),
            entries: found.list(|grant| grant.class > Reach::OwnAccount),
            grants: found.all(),
        }
    }
}

/// URLs that ask nobody who they are; an auth type that is not known might be one.
fn unauthenticated(context: Context<'_>) -> Fact<Vec<Url>> {
    match &context.function.urls {
        Observed::Known(urls) => {
            let gaps = urls
                .iter()
                .filter(|url| !matches!(url.auth_type.as_str(), "NONE" | "AWS_IAM"))
                .map(|url| {
                    context.unrecognised(
                        &operation::lambda::LIST_FUNCTION_URL_CONFIGS,
                        "auth type",
                        &url.auth_type,
                    )
                })
                .collect();
            let found = urls
                .iter()
                .filter(|url| url.auth_type == "NONE")
                .map(Url::from)
                .collect();
            Fact::offenders(found, gaps)
        }
        // no policy opens one: a URL that asks nobody who they are then answers with HTTP 403
        Observed::Missing(gap) if gap.kind == GapKind::Deeper => {
            Fact::offenders(Vec::new(), Vec::new())
        }
        Observed::Missing(gap) => Fact::unknown(gap),
    }
}

fn percent(weight: f64) -> i64 {
    // A weight lies between 0 and 1, so the product fits whatever it is rounded to.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the clamp")]
    let percent = (weight * 100.0).round().clamp(0.0, 100.0) as i64;
    percent
}
