//! Everything that is asked about one function.

use std::collections::BTreeSet;

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types as sdk;

use super::configuration::configuration;
use super::{Lambda, NOT_FOUND, PARTS_AT_ONCE, gone, records};
use crate::collect::logs::group_of;
use crate::collect::place::{absent, together};
use crate::collect::text::{Unreadable, listed, required};
use crate::inventory::{
    Alias, Configuration, Depth, EventInvokeConfig, Function, FunctionDetail, FunctionUrl, Gap,
    GapKind, Observed, RuntimeManagement, Version,
};
use crate::policy::{Action, Effect, Policy, Truth};

/// A function as the list gave it.
#[derive(Clone, Debug)]
pub(in crate::collect) struct Listed {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) configuration: Configuration,
}

impl Listed {
    /// The log group that it writes to.
    pub(in crate::collect) fn log_group(&self) -> String {
        group_of(&self.name, &self.configuration)
    }
}

impl Lambda<'_> {
    /// Reads one entry of the list.
    ///
    /// # Errors
    /// It has neither a name nor an ARN.
    pub(super) fn listed(&self, from: &sdk::FunctionConfiguration) -> Result<Listed, Unreadable> {
        let named = from
            .function_name()
            .or_else(|| from.function_arn().and_then(|arn| arn.split(':').nth(6)));
        let name = required(named, "FunctionName")?.to_owned();
        let arn = from
            .function_arn()
            .filter(|arn| !arn.is_empty())
            .map_or_else(|| self.arn(&name), ToOwned::to_owned);
        let configuration = configuration(self.place, "lambda:ListFunctions", from, self.inspect);
        Ok(Listed {
            arn,
            name,
            configuration,
        })
    }

    fn arn(&self, name: &str) -> String {
        let (partition, place) = (self.place.partition, self.place);
        format!(
            "arn:{partition}:lambda:{}:{}:function:{name}",
            place.region, place.account
        )
    }

    /// Asks everything planned about one function; never fails, since what fails is a gap in it.
    pub(in crate::collect) async fn function(&self, listed: Listed) -> Function {
        let Listed {
            arn,
            name,
            configuration,
        } = listed;
        let deep = self.place.plan.depth() == Depth::Deep;
        let all_urls = async {
            match deep {
                true => Some(self.urls(&name, &arn).await),
                false => None,
            }
        };
        let (detail, policy, urls, (aliases, versions), invoke_configs, runtime, recursion) = tokio::join!(
            self.detail(&name, &arn),
            self.policy(&name, &arn, None),
            all_urls,
            self.qualifiers(&name, &arn),
            self.invoke_configs(&name, &arn),
            self.runtime_management(&name, &arn),
            self.recursive_loop(&name, &arn),
        );
        let urls = match urls {
            Some(urls) => urls,
            None => self.urls_if_open(&name, &arn, &policy, &aliases).await,
        };
        let deleted = detail
            .gap()
            .filter(|gap| gap.kind == GapKind::Deleted)
            .cloned();
        let mut function = Function {
            arn,
            name,
            configuration,
            detail,
            policy,
            urls,
            aliases,
            versions,
            invoke_configs,
            runtime_management: runtime,
            recursive_loop: recursion,
        };
        if let Some(gap) = deleted {
            forget(&mut function, &gap);
        }
        function
    }

    async fn detail(&self, name: &str, arn: &str) -> Observed<FunctionDetail> {
        let send = self.client.get_function().function_name(name).send();
        let read = |output: GetFunctionOutput| records::detail(self.place, arn, &output);
        self.place
            .call("lambda:GetFunction", Some(arn), send, read)
            .await
            .map_err(gone)
            .into()
    }

    /// The policy of the function or of one qualifier. A function that vanished has no policy
    /// either, but must not be taken for one that was found without.
    async fn policy(
        &self,
        name: &str,
        arn: &str,
        qualifier: Option<&str>,
    ) -> Observed<Option<String>> {
        let send = self
            .client
            .get_policy()
            .function_name(name)
            .set_qualifier(qualifier.map(ToOwned::to_owned))
            .send();
        let answer = self
            .place
            .call("lambda:GetPolicy", Some(arn), send, |output| {
                records::policy(output.policy())
            })
            .await;
        match answer {
            Err(gap) if gap.message.starts_with("Function not found") => {
                Observed::Missing(gone(gap))
            }
            answer => absent(answer, &[NOT_FOUND]),
        }
    }

    /// The SDK reads an answer without its list as one with an empty list here, because the model says
    /// that the list is never absent; every other list is told from its absence.
    async fn urls(&self, name: &str, arn: &str) -> Observed<Vec<FunctionUrl>> {
        let pages = self
            .client
            .list_function_url_configs()
            .function_name(name)
            .into_paginator()
            .send();
        let operation = "lambda:ListFunctionUrlConfigs";
        self.place
            .list(
                operation,
                Some(arn),
                pages,
                |page| page.next_marker(),
                |page| {
                    page.function_url_configs()
                        .iter()
                        .map(records::url)
                        .collect()
                },
            )
            .await
            .map_err(gone)
            .into()
    }

    /// The URLs, where a policy may let somebody from outside call them: without one a URL that asks
    /// nobody who they are answers with HTTP 403.
    ///
    /// Source: <https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html>
    async fn urls_if_open(
        &self,
        name: &str,
        arn: &str,
        policy: &Observed<Option<String>>,
        aliases: &Observed<Vec<Alias>>,
    ) -> Observed<Vec<FunctionUrl>> {
        let of_aliases = aliases.known().into_iter().flatten();
        let mut policies = of_aliases.map(|alias| &alias.policy).chain([policy]);
        if aliases.gap().is_some() || policies.any(may_open_url) {
            return self.urls(name, arn).await;
        }
        let operation = "lambda:ListFunctionUrlConfigs";
        let message =
            "standard depth reads the URLs that a policy lets somebody call, and no policy does";
        Observed::Missing(
            self.place
                .gap(operation, Some(arn), GapKind::Deeper, message),
        )
    }

    async fn invoke_configs(&self, name: &str, arn: &str) -> Observed<Vec<EventInvokeConfig>> {
        let pages = self
            .client
            .list_function_event_invoke_configs()
            .function_name(name)
            .into_paginator()
            .send();
        let operation = "lambda:ListFunctionEventInvokeConfigs";
        self.place
            .list(
                operation,
                Some(arn),
                pages,
                |page| page.next_marker(),
                |page| {
                    let configs = page.function_event_invoke_configs.as_ref();
                    listed(configs, "FunctionEventInvokeConfigs")?
                        .iter()
                        .map(records::invoke_config)
                        .collect()
                },
            )
            .await
            .map_err(gone)
            .into()
    }

    async fn runtime_management(&self, name: &str, arn: &str) -> Observed<RuntimeManagement> {
        let send = self
            .client
            .get_runtime_management_config()
            .function_name(name)
            .send();
        let operation = "lambda:GetRuntimeManagementConfig";
        self.place
            .call(operation, Some(arn), send, |output| {
                records::runtime_management(&output)
            })
            .await
            .map_err(gone)
            .into()
    }

    async fn recursive_loop(&self, name: &str, arn: &str) -> Observed<String> {
        let send = self
            .client
            .get_function_recursion_config()
            .function_name(name)
            .send();
        let operation = "lambda:GetFunctionRecursionConfig";
        self.place
            .call(operation, Some(arn), send, |output| {
                let value = output.recursive_loop().map(|value| value.as_str());
                required(value, "RecursiveLoop").map(ToOwned::to_owned)
            })
            .await
            .map_err(gone)
            .into()
    }

    /// Aliases with their policies, and the versions that they send traffic to.
    async fn qualifiers(
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
                "lambda:ListAliases",
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
                "lambda:GetFunction",
                from,
                self.inspect,
            ))
        };
        let configuration = async {
            self.place
                .call("lambda:GetFunction", Some(&qualified), send, read)
                .await
        };
        let policy = async {
            if self.place.plan.depth() == Depth::Deep {
                return self.policy(name, &qualified, Some(&number)).await;
            }
            let message = "standard depth reads the policies of functions and aliases";
            let operation = "lambda:GetPolicy";
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

/// Nothing asked about a deleted function holds, whatever single calls answered before it went.
fn forget(function: &mut Function, gap: &Gap) {
    fn lose<T>(observed: &mut Observed<T>, gap: &Gap) {
        if observed.known().is_some() {
            *observed = Observed::Missing(gap.clone());
        }
    }
    lose(&mut function.policy, gap);
    lose(&mut function.urls, gap);
    lose(&mut function.aliases, gap);
    lose(&mut function.versions, gap);
    lose(&mut function.invoke_configs, gap);
    lose(&mut function.runtime_management, gap);
    lose(&mut function.recursive_loop, gap);
}

/// Whether the policy may let somebody call a URL; one that is not known or not understood may.
fn may_open_url(policy: &Observed<Option<String>>) -> bool {
    let text = match policy {
        Observed::Known(None) => return false,
        Observed::Known(Some(text)) => text,
        Observed::Missing(_) => return true,
    };
    let Ok(policy) = Policy::parse(text) else {
        return true;
    };
    // half of what a URL needs is worth knowing too
    if text.to_ascii_lowercase().contains("functionurl") {
        return true;
    }
    let call = Action::new("lambda:InvokeFunctionUrl");
    policy.statements.iter().any(|statement| {
        let listed = statement.action.items.contains(&call);
        let ruled_out = match statement.action.negated {
            true => listed == Truth::True,
            false => listed == Truth::False,
        };
        statement.effect == Effect::Allow && !ruled_out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_policy_that_cannot_open_a_url_saves_the_call() {
        let policy = |element: &str| {
            Observed::Known(Some(format!(
                r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Principal":"*",{element},"Resource":"*"}}}}"#
            )))
        };
        for (element, opens) in [
            (r#""Action":"lambda:InvokeFunction""#, false),
            (
                r#""Action":["lambda:InvokeFunction","lambda:GetFunction"]"#,
                false,
            ),
            (r#""NotAction":"lambda:*""#, false),
            (r#""Action":"lambda:InvokeFunctionUrl""#, true),
            (r#""Action":"lambda:invoke*""#, true),
            (r#""Action":"*""#, true),
            (r#""NotAction":"lambda:InvokeFunction""#, true),
        ] {
            assert_eq!(may_open_url(&policy(element)), opens, "{element}");
        }
        assert!(!may_open_url(&Observed::Known(None)));
        assert!(may_open_url(&Observed::Known(Some("{".to_owned()))));
        let gap = Gap::new("lambda:GetPolicy", GapKind::AccessDenied, "");
        assert!(may_open_url(&Observed::Missing(gap)));
    }
}
