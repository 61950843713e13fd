//! Code-signing configurations, and by the inverse look-up which functions use them.

use aws_sdk_lambda::types as sdk;

use super::{Lambda, PARTS_AT_ONCE};
use crate::collect::place::together;
use crate::collect::text::{Unreadable, listed, required};
use crate::inventory::{CodeSigningConfig, Gap, Observed};
use crate::operation;

/// A configuration before its functions were asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
struct Bare {
    arn: String,
    untrusted_artifact: String,
    publishers: Vec<String>,
}

impl Lambda<'_> {
    /// All code-signing configurations of the region.
    pub(in crate::collect) async fn code_signing(&self) -> Observed<Vec<CodeSigningConfig>> {
        match self.code_signing_configs().await {
            Ok(configs) => {
                let configs = configs
                    .into_iter()
                    .map(|bare| self.code_signing_config(bare));
                let configs = together(configs, PARTS_AT_ONCE);
                Observed::Known(configs.await)
            }
            Err(gap) => Observed::Missing(gap),
        }
    }

    async fn code_signing_configs(&self) -> Result<Vec<Bare>, Gap> {
        let pages = self
            .client
            .list_code_signing_configs()
            .into_paginator()
            .send();
        let operation = &operation::lambda::LIST_CODE_SIGNING_CONFIGS;
        self.place
            .list(
                operation,
                None,
                pages,
                |page| page.next_marker(),
                |page| {
                    listed(page.code_signing_configs.as_ref(), "CodeSigningConfigs")?
                        .iter()
                        .map(bare)
                        .collect()
                },
            )
            .await
    }

    async fn code_signing_config(&self, bare: Bare) -> CodeSigningConfig {
        let pages = self
            .client
            .list_functions_by_code_signing_config()
            .code_signing_config_arn(&bare.arn)
            .into_paginator()
            .send();
        let operation = &operation::lambda::LIST_FUNCTIONS_BY_CODE_SIGNING_CONFIG;
        let functions = self
            .place
            .list(
                operation,
                Some(&bare.arn),
                pages,
                |page| page.next_marker(),
                |page| listed(page.function_arns.as_ref(), "FunctionArns").map(<[String]>::to_vec),
            )
            .await
            .map_err(super::gone)
            .into();
        CodeSigningConfig {
            arn: bare.arn,
            untrusted_artifact: bare.untrusted_artifact,
            publishers: bare.publishers,
            functions,
        }
    }
}

fn bare(from: &sdk::CodeSigningConfig) -> Result<Bare, Unreadable> {
    let untrusted_artifact = from
        .code_signing_policies()
        .and_then(|policies| policies.untrusted_artifact_on_deployment())
        .map(|policy| policy.as_str());
    Ok(Bare {
        arn: required(Some(from.code_signing_config_arn()), "CodeSigningConfigArn")?.to_owned(),
        untrusted_artifact: required(untrusted_artifact, "UntrustedArtifactOnDeployment")?
            .to_owned(),
        publishers: from
            .allowed_publishers()
            .map(|publishers| publishers.signing_profile_version_arns().to_vec())
            .unwrap_or_default(),
    })
}
