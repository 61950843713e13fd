//! Own layers with the policy of each of their versions.

use aws_sdk_lambda::types as sdk;

use super::{Lambda, NOT_FOUND, PARTS_AT_ONCE, records};
use crate::collect::place::{absent, together};
use crate::collect::text::{Unreadable, listed, present, required};
use crate::inventory::{Gap, LayerVersion, Observed};
use crate::operation;

/// A version before its policy was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Bare {
    arn: String,
    name: String,
    version: i64,
    created: Option<String>,
}

impl Lambda<'_> {
    /// All versions of all layers of the account in this region.
    pub(in crate::collect) async fn layers(&self) -> Observed<Vec<LayerVersion>> {
        self.try_layers().await.into()
    }

    async fn try_layers(&self) -> Result<Vec<LayerVersion>, Gap> {
        let pages = self.client.list_layers().into_paginator().send();
        let names = self
            .place
            .list(
                &operation::lambda::LIST_LAYERS,
                None,
                pages,
                |page| page.next_marker(),
                |page| {
                    listed(page.layers.as_ref(), "Layers")?
                        .iter()
                        .map(|layer| {
                            required(layer.layer_name(), "LayerName").map(ToOwned::to_owned)
                        })
                        .collect()
                },
            )
            .await?;
        let versions = names.into_iter().map(|name| self.versions(name));
        let mut bare = Vec::new();
        for versions in together(versions, PARTS_AT_ONCE).await {
            bare.extend(versions?);
        }
        let layers = bare.into_iter().map(|bare| self.layer_version(bare));
        Ok(together(layers, PARTS_AT_ONCE).await)
    }

    /// The versions of one layer; none where it was deleted meanwhile.
    async fn versions(&self, name: String) -> Result<Vec<Bare>, Gap> {
        let pages = self
            .client
            .list_layer_versions()
            .layer_name(&name)
            .into_paginator()
            .send();
        let operation = &operation::lambda::LIST_LAYER_VERSIONS;
        let versions = self
            .place
            .list(
                operation,
                Some(&name),
                pages,
                |page| page.next_marker(),
                |page| {
                    listed(page.layer_versions.as_ref(), "LayerVersions")?
                        .iter()
                        .map(|version| bare(&name, version))
                        .collect()
                },
            )
            .await;
        match versions {
            Err(gap) if gap.code.as_deref() == Some(NOT_FOUND) => Ok(Vec::new()),
            versions => versions,
        }
    }

    async fn layer_version(&self, bare: Bare) -> LayerVersion {
        let send = self
            .client
            .get_layer_version_policy()
            .layer_name(&bare.name)
            .version_number(bare.version)
            .send();
        let operation = &operation::lambda::GET_LAYER_VERSION_POLICY;
        let policy = self
            .place
            .call(operation, Some(&bare.arn), send, |output| {
                records::policy(output.policy())
            })
            .await;
        LayerVersion {
            arn: bare.arn,
            name: bare.name,
            version: bare.version,
            created: bare.created,
            policy: absent(policy, &[NOT_FOUND]),
        }
    }
}

fn bare(name: &str, from: &sdk::LayerVersionsListItem) -> Result<Bare, Unreadable> {
    let arn = required(from.layer_version_arn(), "LayerVersionArn")?;
    // The SDK reads an absent number as 0; versions start at 1.
    if from.version() == 0 {
        return Err(Unreadable("the answer lacks `Version`".to_owned()));
    }
    Ok(Bare {
        arn: arn.to_owned(),
        name: name.to_owned(),
        version: from.version(),
        created: present(from.created_date()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_without_its_number_or_arn_is_unreadable() {
        let arn = "arn:aws:lambda:eu-west-1:111122223333:layer:shared:3";
        let item = sdk::LayerVersionsListItem::builder();
        assert!(bare("shared", &item.clone().version(3).build()).is_err());
        assert!(bare("shared", &item.clone().layer_version_arn(arn).build()).is_err());
        let read = bare("shared", &item.layer_version_arn(arn).version(3).build()).unwrap();
        assert_eq!((read.version, read.created), (3, None));
    }
}
