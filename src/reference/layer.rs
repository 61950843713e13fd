//! Accounts that publish Lambda layers for everyone.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Provenance;

const FILE: &str = include_str!("../../checks/reference/layer-vendors.toml");

static PUBLISHERS: LazyLock<LayerPublishers> =
    LazyLock::new(|| toml::from_str(FILE).unwrap_or_default());

/// AWS itself, as the publisher of layers that belong to no account.
static AWS: LazyLock<LayerPublisher> = LazyLock::new(|| LayerPublisher {
    name: "AWS".to_owned(),
    kind: PublisherKind::Aws,
    accounts: Vec::new(),
    source: "https://docs.aws.amazon.com/lambda/latest/api/API_Layer.html".to_owned(),
});

/// The embedded publishers.
pub fn layer_publishers() -> &'static LayerPublishers {
    &PUBLISHERS
}

/// All known publishers.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct LayerPublishers {
    /// Where the data comes from.
    #[serde(flatten)]
    pub provenance: Provenance,
    publishers: Vec<LayerPublisher>,
}

impl LayerPublishers {
    /// The publisher that owns an account.
    pub fn get(&self, account: &str) -> Option<&LayerPublisher> {
        self.publishers
            .iter()
            .find(|publisher| publisher.accounts.iter().any(|own| own == account))
    }

    /// The publisher of a layer, by the layer's ARN with or without a version.
    ///
    /// AWS's own form `arn:aws:lambda:::awslayer:…` names neither region nor account.
    pub fn of_layer(&self, arn: &str) -> Option<&LayerPublisher> {
        let mut parts = arn.split(':').skip(2);
        if parts.next() != Some("lambda") {
            return None;
        }
        match (parts.next()?, parts.next()?, parts.next()?) {
            ("", "", "awslayer") => Some(&AWS),
            (_, account, "layer") => self.get(account),
            _ => None,
        }
    }

    /// All publishers.
    pub fn iter(&self) -> impl Iterator<Item = &LayerPublisher> {
        self.publishers.iter()
    }
}

/// One publisher.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerPublisher {
    /// What it publishes, or who it is.
    pub name: String,
    /// AWS or a vendor.
    pub kind: PublisherKind,
    /// Its accounts.
    pub accounts: Vec<String>,
    /// Where the accounts were seen.
    pub source: String,
}

/// Who publishes a layer.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub enum PublisherKind {
    /// AWS.
    Aws,
    /// Somebody whose layers are widely used.
    Vendor,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_embedded_file_is_sound() {
        let publishers: LayerPublishers = toml::from_str(FILE).unwrap();
        assert!(publishers.provenance.as_of.is_some());
        let mut seen = BTreeSet::new();
        for publisher in publishers.iter() {
            assert!(publisher.source.starts_with("https://"), "{publisher:?}");
            for account in &publisher.accounts {
                assert!(
                    account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit()),
                    "{account}"
                );
                assert!(seen.insert(account), "{account} stands twice");
            }
        }
    }

    #[test]
    fn publishers_are_found_by_layer() {
        let of = |arn| {
            layer_publishers()
                .of_layer(arn)
                .map(|publisher| (publisher.kind, publisher.name.as_str()))
        };
        let cases = [
            (
                "arn:aws:lambda:us-east-1:580247275435:layer:LambdaInsightsExtension:56",
                Some((PublisherKind::Aws, "CloudWatch Lambda Insights")),
            ),
            (
                "arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64",
                Some((PublisherKind::Aws, "Powertools for AWS Lambda")),
            ),
            (
                "arn:aws:lambda:::awslayer:AmazonLinux1803",
                Some((PublisherKind::Aws, "AWS")),
            ),
            (
                "arn:aws-us-gov:lambda:us-gov-west-1:002406178527:layer:Datadog-Extension:103",
                Some((PublisherKind::Vendor, "Datadog")),
            ),
            ("arn:aws:lambda:eu-west-1:111122223333:layer:ours:1", None),
            ("arn:aws:s3:eu-west-1:580247275435:layer:x:1", None),
            ("awslayer", None),
            ("", None),
        ];
        for (arn, expected) in cases {
            assert_eq!(of(arn), expected, "{arn}");
        }
    }
}
