//! Aliases, and the versions behind them.

use std::collections::BTreeSet;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;

use super::configuration::configuration;
use super::{Lambda, PARTS_AT_ONCE, gone, records};
use crate::collect::place::together;
use crate::collect::text::{Unreadable, listed};
use crate::inventory::{Alias, Gap, GapKind, Observed, Version};
use crate::operation::{self, Depth};

impl Lambda<'_> {
    /// Aliases with their policies, and the versions that they send traffic to.
    pub(super) async fn qualifiers(
        &self,
        name: &str,
        arn: &str,
    ) -> (Observed<Vec<Alias>>, Observed<Vec<Version>>) {
        let bare = match self.bare_aliases(name, arn).await {
            Ok(bare) => bare,
            Err(gap) => return (Observed::Missing(gap.clone()), Observed::Missing(gap)),
        };
        let numbers: BTreeSet<String> = bare
            .iter()
            .flat_map(|alias| alias.weights.keys().chain([&alias.version]))
            .filter(|version| *version != "$LATEST")
            .cloned()
            .collect();
        let aliases = bare.into_iter().map(|bare| self.alias(name, arn, bare));
        let versions = numbers
            .into_iter()
            .map(|number| self.version(name, arn, number));
        let (aliases, versions) = tokio::join!(
            together(aliases, PARTS_AT_ONCE),
            together(versions, PARTS_AT_ONCE),
        );
        (Observed::Known(aliases), Observed::Known(versions))
    }

    async fn bare_aliases(&self, name: &str, arn: &str) -> Result<Vec<records::BareAlias>, Gap> {
        let pages = self
            .client
            .list_aliases()
            .function_name(name)
            .into_paginator()
            .send();
        self.place
            .list(
                &operation::lambda::LIST_ALIASES,
                Some(arn),
                pages,
                |page| page.next_marker(),
                |page| {
                    listed(page.aliases.as_ref(), "Aliases")?
                        .iter()
                        .map(records::alias)
                        .collect()
                },
            )
            .await
            .map_err(gone)
    }

    async fn alias(&self, name: &str, arn: &str, bare: records::BareAlias) -> Alias {
        let qualified = format!("{arn}:{}", bare.name);
        let policy = self.policy(name, &qualified, Some(&bare.name)).await;
        Alias {
            name: bare.name,
            arn: if bare.arn.is_empty() {
                qualified
            } else {
                bare.arn
            },
            version: bare.version,
            weights: bare.weights,
            policy,
        }
    }

    async fn version(&self, name: &str, arn: &str, number: String) -> Version {
        let qualified = format!("{arn}:{number}");
        let send = self
            .client
            .get_function()
            .function_name(name)
            .qualifier(&number)
            .send();
        let read = |output: GetFunctionOutput| {
            let from = output
                .configuration()
                .ok_or_else(|| Unreadable("the answer lacks `Configuration`".to_owned()))?;
            Ok(configuration(
                self.place,
                &operation::lambda::GET_FUNCTION,
                from,
                self.inspect,
            ))
        };
        let configuration = async {
            self.place
                .call(
                    &operation::lambda::GET_FUNCTION,
                    Some(&qualified),
                    send,
                    read,
                )
                .await
        };
        let policy = async {
            if self.place.plan.depth() == Depth::Deep {
                return self.policy(name, &qualified, Some(&number)).await;
            }
            let message = "standard depth reads the policies of functions and aliases";
            let operation = &operation::lambda::GET_POLICY;
            Observed::Missing(
                self.place
                    .gap(operation, Some(&qualified), GapKind::Deeper, message),
            )
        };
        let (configuration, policy) = tokio::join!(configuration, policy);
        Version {
            version: number,
            configuration: configuration.map_err(gone).into(),
            policy,
        }
    }
}
