//! How a function can be reached.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Fact};
use crate::inventory::{FunctionUrl, Observed};

/// The doors of a function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct ExposureFacts {
    /// Its function URLs, of all qualifiers.
    pub urls: Fact<Vec<Url>>,
    /// Those that do not ask who is calling (`AuthType` is `NONE`).
    pub unauthenticated_urls: Fact<Vec<Url>>,
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
}

/// A function URL.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Url {
    /// The alias that it belongs to; `$LATEST` for the unqualified function.
    pub qualifier: String,
    /// The address.
    pub url: String,
    /// `NONE` or `AWS_IAM`, as AWS writes it.
    pub auth_type: String,
    /// Origins that CORS allows.
    pub allow_origins: Vec<String>,
    /// Whether CORS allows credentials.
    pub allow_credentials: bool,
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

impl ExposureFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let function = context.function;
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
                        "lambda:ListFunctionUrlConfigs",
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
        Observed::Missing(gap) => Fact::unknown(gap),
    }
}

fn percent(weight: f64) -> i64 {
    // A weight lies between 0 and 1, so the product fits whatever it is rounded to.
    #[expect(clippy::cast_possible_truncation, reason = "bounded by the clamp")]
    let percent = (weight * 100.0).round().clamp(0.0, 100.0) as i64;
    percent
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
