//! Versions of own layers.

use schemars::JsonSchema;
use serde::Serialize;

use super::exposure::{self, Door, Grant, Reach, UrlState};
use super::{AccountContext, Fact};
use crate::inventory::{Gap, GapKind, LayerVersion};
use crate::operation;
use crate::policy::{Policy, Target};

/// A version of an own layer.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct LayerFacts {
    /// The layer's name.
    pub name: String,
    /// ARN with the version.
    pub arn: String,
    /// The version.
    pub version: i64,
    /// When it was published, as AWS writes it; empty where AWS does not say.
    pub created: String,
    /// Whether it has a policy, that is, whether anybody else may use it.
    pub shared: Fact<bool>,
    /// The widest class of all its grants, named as for functions.
    #[schemars(with = "exposure::Reach")]
    pub reach: Fact<String>,
    /// What its policy grants, by statement and principal.
    pub grants: Fact<Vec<Grant>>,
    /// Grants to every AWS account.
    pub public_grants: Fact<Vec<Grant>>,
    /// Grants to accounts or organisations that are neither own nor trusted.
    pub external_grants: Fact<Vec<Grant>>,
}

impl LayerFacts {
    /// Derives them.
    pub fn derive(account: &AccountContext<'_>, region: &str, layer: &LayerVersion) -> Self {
        let grants = grants(account, region, layer);
        let select = |choose: fn(&Grant) -> bool| {
            grants.map_ref(|all| {
                let chosen = all.iter().filter(|grant| choose(grant));
                chosen.cloned().collect::<Vec<_>>()
            })
        };
        Self {
            name: layer.name.clone(),
            arn: layer.arn.clone(),
            version: layer.version,
            created: layer.created.clone().unwrap_or_default(),
            shared: Fact::of(&layer.policy, Option::is_some),
            reach: grants.map_ref(|all| exposure::reach(all).as_str().to_owned()),
            public_grants: select(|grant| grant.class >= Reach::AnyAwsAccount),
            external_grants: select(|grant| {
                grant.class == Reach::ExternalAccount && grant.is_foreign()
            }),
            grants,
        }
    }
}

fn grants(account: &AccountContext<'_>, region: &str, layer: &LayerVersion) -> Fact<Vec<Grant>> {
    Fact::of_fact(&layer.policy, |policy| {
        let Some(text) = policy else {
            return Fact::Known(Vec::new());
        };
        match Policy::parse(text) {
            Ok(policy) => {
                let door = Door {
                    qualifier: &layer.version.to_string(),
                    resource: Target::Exact(layer.arn.clone()),
                    policy: &policy,
                    url: UrlState::Absent,
                };
                Fact::Known(exposure::grants(&door, &account.home()))
            }
            Err(error) => Fact::unknown(
                &Gap::new(
                    &operation::lambda::GET_LAYER_VERSION_POLICY,
                    GapKind::Malformed,
                    error.to_string(),
                )
                .at(account.id(), region)
                .about(&layer.arn),
            ),
        }
    })
}
