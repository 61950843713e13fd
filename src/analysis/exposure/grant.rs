//! What one statement gives to one principal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::analysis::home::Whose;
use crate::reference::Ability;

/// How wide a grant is, from nobody to everybody.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Deserialize,
    Eq,
    Hash,
    JsonSchema,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Nobody: the statement has no effect.
    #[default]
    None,
    /// The own account, or a service that acts for it.
    OwnAccount,
    /// Accounts of the own organisation.
    Organization,
    /// Accounts outside the own organisation, by name.
    ExternalAccount,
    /// Every customer of a service, which would act for them.
    ConfusedDeputy,
    /// Every principal of every AWS account.
    AnyAwsAccount,
    /// Everybody, without credentials.
    Internet,
}

impl Reach {
    /// As documents write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OwnAccount => "own-account",
            Self::Organization => "organization",
            Self::ExternalAccount => "external-account",
            Self::ConfusedDeputy => "confused-deputy",
            Self::AnyAwsAccount => "any-aws-account",
            Self::Internet => "internet",
        }
    }
}

/// Why a grant has its class.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The principal is everybody, and nothing says who it must be.
    Everyone,
    /// The principal is everybody, and a pattern says who it must be; whoever goes on making accounts, organisations or
    /// roles gets one that fits.
    Patterned,
    /// The principal is everybody, and a condition names the accounts or the organisation.
    Scoped,
    /// The principal is named.
    Named,
    /// A service may act for any of its customers.
    AnySource,
    /// A service may act for whoever owns a source whose name can be taken over.
    ReclaimableSource,
    /// A service may act for a source of the accounts or the organisation in question.
    Source,
    /// A service of which is not known whom it acts for.
    UnknownService,
    /// The URL has one grant of two. AWS's exception for URLs from before October 2025 ended on 2026-11-01; whether that is
    /// enforced everywhere is not documented.
    HalfUrl,
    /// The principal was deleted.
    StalePrincipal,
    /// The service never calls under its own name.
    UnusedService,
    /// The principal is of a kind that cannot call Lambda.
    ImpossiblePrincipal,
    /// Another statement denies it.
    Denied,
    /// It is for a function URL, and there is none, or one of another kind.
    NoUrl,
    /// It is for another resource.
    OtherResource,
    /// It names no action that this resource knows.
    OtherAction,
    /// No request can meet its conditions.
    #[default]
    Impossible,
}

/// What one statement of a resource-based policy gives to one principal.
#[derive(Clone, Debug, JsonSchema, Serialize)]
#[schemars(rename = "PolicyGrant")]
pub struct Grant {
    /// The alias or version whose policy it is; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The statement's id; its place (`#1`) where it has none.
    pub statement: String,
    /// The principal as written; `*` for everybody, `everybody but …` for `NotPrincipal`.
    pub principal: String,
    /// The actions as written; `everything but …` for `NotAction`.
    pub actions: Vec<String>,
    /// `internet`, `any-aws-account`, `confused-deputy`, `external-account`, `organization`,
    /// `own-account` or `none`.
    pub class: Reach,
    /// Whether it holds for every request that fits; where not, `conditions` says what it depends on.
    pub certain: bool,
    /// Why, in one sentence.
    pub reason: String,
    /// The reason as a word: `everyone`, `patterned`, `scoped`, `named`, `any-source`, `reclaimable-source`,
    /// `source`, `unknown-service`, `half-url`, `stale-principal`, `unused-service`,
    /// `impossible-principal`, `denied`, `no-url`, `other-resource`, `other-action`, `impossible`.
    pub cause: Cause,
    /// `api` or `url`: the way in; empty where there is none.
    #[schemars(extend("enum" = ["api", "url", ""]))]
    pub through: String,
    /// What it allows: `invoke`, `invoke-url`, `read-code`, `read-configuration`, `change-code`,
    /// `change-configuration`, `change-policy`, `manage`, `download-layer`.
    #[schemars(with = "Vec<Ability>")]
    pub abilities: Vec<String>,
    /// Whether it allows more than to invoke the function, or to use the layer.
    pub beyond_use: bool,
    /// Accounts that get in by name, of a service those that it acts for.
    pub accounts: Vec<String>,
    /// Organisations that get in by name.
    pub organizations: Vec<String>,
    /// Who the accounts are, where that is known.
    pub vendor: String,
    /// The source that a service acts for, as the conditions name it.
    pub source: String,
    /// Condition keys by which the service can say whose source it acts for; empty for others.
    pub source_keys: Vec<String>,
    /// Addresses that it is limited to.
    pub addresses: Vec<String>,
    /// VPCs or VPC endpoints that it is limited to, with the condition key.
    pub networks: Vec<String>,
    /// What it depends on.
    pub conditions: Vec<String>,
    /// The class that it would have if the function got a URL without authentication; empty where
    /// it has that class already.
    #[schemars(extend("enum" = ["internet", "any-aws-account", "confused-deputy", "external-account", "organization", "own-account", "none", ""]))]
    pub latent: String,
    /// Whether it opens the URL to the internet and Lambda's API to every AWS account besides, so
    /// that nothing in front of the URL can hold them back.
    pub also_direct: bool,
    /// Whether it comes from `NotPrincipal`.
    pub not_principal: bool,
    /// Whether it comes from `NotAction`.
    pub not_action: bool,
    /// ARNs of the sources that a service must act for.
    #[serde(skip)]
    #[schemars(skip)]
    pub source_arns: Vec<String>,
    /// Whose the accounts and organisations are: the least trusted counts.
    #[serde(skip)]
    #[schemars(skip)]
    pub whose: Whose,
}

impl Grant {
    /// Whether addresses or networks limit it.
    pub fn is_narrowed(&self) -> bool {
        !self.addresses.is_empty() || !self.networks.is_empty()
    }

    /// Whether it is for somebody of whom only the id of a user or role is known.
    pub(in crate::analysis) fn is_by_id(&self) -> bool {
        self.whose == Whose::Presumed && self.accounts.is_empty() && self.organizations.is_empty()
    }

    /// Whether it is for somebody else, or so it is presumed.
    pub(in crate::analysis) fn is_foreign(&self) -> bool {
        self.whose >= Whose::Presumed && !self.is_by_id()
    }
}
