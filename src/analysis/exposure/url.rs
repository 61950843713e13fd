//! Function URLs and aliases, as checks see them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::inventory::FunctionUrl;

/// A function URL.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Url {
    /// The alias that it belongs to; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The address.
    pub url: String,
    /// `NONE` or `AWS_IAM`, as AWS writes it.
    #[schemars(extend("enum" = ["NONE", "AWS_IAM"]))]
    pub auth_type: String,
    /// Origins that CORS allows.
    pub allow_origins: Vec<String>,
    /// Whether CORS allows credentials.
    pub allow_credentials: bool,
}

/// A function URL that asks nobody who is calling, with the grants behind it.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct OpenUrl {
    /// The alias that it belongs to; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The address.
    pub url: String,
    /// `NONE`, as AWS writes it.
    #[schemars(extend("enum" = ["NONE", "AWS_IAM"]))]
    pub auth_type: String,
    /// The statements that let callers through.
    pub statements: Vec<String>,
    /// Addresses that they are limited to.
    pub addresses: Vec<String>,
    /// Whether what is said of callers holds for certain.
    pub certain: bool,
    /// What it depends on.
    pub conditions: Vec<String>,
}

/// An alias that splits its traffic.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct SplitAlias {
    /// The alias.
    pub alias: String,
    /// The version that gets the rest.
    pub version: String,
    /// The version that gets the share.
    pub second_version: String,
    /// The share, in percent.
    pub percent: i64,
}

impl From<&FunctionUrl> for Url {
    fn from(url: &FunctionUrl) -> Self {
        let cors = url.cors.clone().unwrap_or_default();
        Self {
            qualifier: url
                .qualifier
                .clone()
                .unwrap_or_else(|| "$LATEST".to_owned()),
            url: url.url.clone(),
            auth_type: url.auth_type.clone(),
            allow_origins: cors.allow_origins,
            allow_credentials: cors.allow_credentials,
        }
    }
}
