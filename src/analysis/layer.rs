//! Versions of own layers.

use schemars::JsonSchema;
use serde::Serialize;

use super::{AccountContext, Fact, grants};
use crate::inventory::{Gap, GapKind, LayerVersion};

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
    /// Statements that let every AWS account read it.
    pub public_statements: Fact<Vec<LayerGrant>>,
}

/// A statement of a layer version's policy.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct LayerGrant {
    /// The statement's id; its place (`#1`) where it has none.
    pub statement: String,
}

impl LayerFacts {
    /// Derives them.
    pub fn derive(account: &AccountContext<'_>, region: &str, layer: &LayerVersion) -> Self {
        Self {
            name: layer.name.clone(),
            arn: layer.arn.clone(),
            version: layer.version,
            created: layer.created.clone().unwrap_or_default(),
            shared: Fact::of(&layer.policy, Option::is_some),
            public_statements: Fact::of_fact(&layer.policy, |policy| match policy {
                None => Fact::Known(Vec::new()),
                Some(text) => match grants::public_statements(text) {
                    Ok(found) => Fact::Known(
                        found
                            .into_iter()
                            .map(|statement| LayerGrant { statement })
                            .collect(),
                    ),
                    Err(error) => Fact::unknown(
                        &Gap::new(
                            "lambda:GetLayerVersionPolicy",
                            GapKind::Malformed,
                            error.to_string(),
                        )
                        .at(account.id(), region)
                        .about(&layer.arn),
                    ),
                },
            }),
        }
    }
}
