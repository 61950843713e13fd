//! Where the code comes from and whether that is checked.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Fact, Foreign, arn_account};
use crate::inventory::{CodeSigningConfig, Gap, Observed};
use crate::operation;
use crate::reference;

/// The code's origin.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct CodeFacts {
    /// Whether code signing can be asked for: not for container images.
    pub signing_applicable: Fact<bool>,
    /// Whether a code-signing configuration is attached.
    pub signing_configured: Fact<bool>,
    /// Whether that configuration refuses untrusted code instead of only warning.
    pub signing_enforced: Fact<bool>,
    /// ARN of that configuration; empty where none is attached.
    pub signing_config_arn: Fact<String>,
    /// Image as deployed; empty for zip packages.
    pub image_uri: Fact<String>,
    /// Account whose registry the image comes from; empty for zip packages and images outside ECR.
    pub image_account: Fact<String>,
    /// The image, if it comes from a registry that is neither own nor trusted.
    pub foreign_images: Fact<Vec<Foreign<Image>>>,
    /// Layers, in their order.
    pub layers: Vec<Layer>,
    /// Layers of accounts that are neither own, nor trusted, nor AWS's or a known vendor's.
    pub foreign_layers: Fact<Vec<Foreign<Layer>>>,
}

/// A container image.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Image {
    /// As deployed.
    pub image: String,
    /// Account whose registry it comes from.
    pub account: String,
}

/// A layer that the function uses.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct Layer {
    /// ARN with the version.
    pub arn: String,
    /// Account that owns it; empty where the ARN has none, as for layers of AWS.
    pub account: String,
    /// Who publishes it, where the reference data know; empty otherwise.
    pub publisher: String,
}

impl CodeFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let function = context.function;
        let image = context.is_image();
        let signing = signing(context);
        let image_uri = match &image {
            Fact::Known(true) => Fact::of_fact(&function.detail, |detail| {
                detail.code.image_uri.clone().map_or_else(
                    || {
                        Fact::unknown(&context.unrecognised(
                            &operation::lambda::GET_FUNCTION,
                            "image",
                            "",
                        ))
                    },
                    Fact::Known,
                )
            }),
            Fact::Known(false) => Fact::Known(String::new()),
            Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
        };
        let image_account =
            image_uri.map_ref(|uri| registry_account(uri).unwrap_or_default().to_owned());
        Self {
            signing_applicable: image.map_ref(|image| !image),
            signing_configured: signing.map_ref(Option::is_some),
            signing_enforced: match &signing {
                Fact::Known(Some(config)) => match config.untrusted_artifact.as_str() {
                    "Enforce" => Fact::Known(true),
                    "Warn" => Fact::Known(false),
                    other => Fact::unknown(&context.unrecognised(
                        &operation::lambda::LIST_CODE_SIGNING_CONFIGS,
                        "code signing policy",
                        other,
                    )),
                },
                Fact::Known(None) => Fact::Known(false),
                Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
            },
            signing_config_arn: signing
                .map(|config| config.map_or_else(String::new, |config| config.arn.clone())),
            foreign_images: foreign_images(context, &image_uri, &image_account),
            image_uri,
            image_account,
            layers: function
                .configuration
                .layers
                .iter()
                .map(|layer| Layer::of(&layer.arn))
                .collect(),
            foreign_layers: foreign_layers(context),
        }
    }
}

/// The configuration that the function uses: the inverse look-up of configurations to functions.
fn signing(context: Context<'_>) -> Fact<Option<&CodeSigningConfig>> {
    let configs = match &context.region.code_signing {
        Observed::Known(configs) => configs,
        Observed::Missing(gap) => return Fact::unknown(gap),
    };
    let uses = |config: &&CodeSigningConfig| {
        config
            .functions
            .known()
            .is_some_and(|functions| functions.contains(&context.function.arn))
    };
    if let Some(config) = configs.iter().find(uses) {
        return Fact::Known(Some(config));
    }
    let gaps: Vec<Gap> = configs
        .iter()
        .filter_map(|config| config.functions.gap().cloned())
        .collect();
    if gaps.is_empty() {
        Fact::Known(None)
    } else {
        Fact::Unknown(gaps)
    }
}

/// An image of a foreign registry. One outside ECR has no account, and nobody vouches for it.
fn foreign_images(
    context: Context<'_>,
    uri: &Fact<String>,
    account: &Fact<String>,
) -> Fact<Vec<Foreign<Image>>> {
    let (uri, account) = match (uri, account) {
        (Fact::Known(uri), Fact::Known(account)) => (uri, account),
        (Fact::Unknown(gaps), _) | (_, Fact::Unknown(gaps)) => return Fact::Unknown(gaps.clone()),
    };
    let image = Image {
        image: uri.clone(),
        account: account.clone(),
    };
    let home = context.account.home();
    let foreign = match (uri.is_empty(), account.is_empty()) {
        (true, _) => None,
        (false, true) => Some(Foreign {
            item: image,
            certain: true,
            depends_on: Vec::new(),
        }),
        (false, false) => Foreign::of(&home, account, image),
    };
    Fact::Known(foreign.into_iter().collect())
}

fn foreign_layers(context: Context<'_>) -> Fact<Vec<Foreign<Layer>>> {
    let home = context.account.home();
    let (mut foreign, mut gaps) = (Vec::new(), Vec::new());
    for reference in &context.function.configuration.layers {
        let layer = Layer::of(&reference.arn);
        if layer.arn.is_empty() {
            gaps.push(context.unrecognised(&operation::lambda::LIST_FUNCTIONS, "layer", ""));
            continue;
        }
        if layer.account.is_empty() || !layer.publisher.is_empty() {
            continue;
        }
        let account = layer.account.clone();
        foreign.extend(Foreign::of(&home, &account, layer));
    }
    Fact::offenders(foreign, gaps)
}

impl Layer {
    fn of(arn: &str) -> Self {
        let account =
            arn_account(arn).filter(|account| account.bytes().all(|byte| byte.is_ascii_digit()));
        Self {
            arn: arn.to_owned(),
            account: account.unwrap_or_default().to_owned(),
            publisher: reference::layer_publishers()
                .of_layer(arn)
                .map_or_else(String::new, |publisher| publisher.name.clone()),
        }
    }
}

/// The account of an ECR image: `account.dkr.ecr.region.amazonaws.com/repository`.
fn registry_account(uri: &str) -> Option<&str> {
    let (account, rest) = uri.split_once('.')?;
    (account.len() == 12
        && account.bytes().all(|byte| byte.is_ascii_digit())
        && rest.starts_with("dkr"))
    .then_some(account)
}
