//! Everything that is asked about one function.

use aws_sdk_lambda::operation::get_function::GetFunctionOutput;
use aws_sdk_lambda::types as sdk;

use super::configuration::configuration;
use super::{Lambda, NOT_FOUND, gone, records};
use crate::collect::logs::group_of;
use crate::collect::place::absent;
use crate::collect::text::{Unreadable, listed, required};
use crate::inventory::{
    Configuration, EventInvokeConfig, Function, FunctionDetail, Gap, GapKind, Observed,
    RuntimeManagement,
};
use crate::operation::{self, Depth};

/// A function as the list gave it.
#[derive(Clone, Debug)]
pub(in crate::collect) struct Listed {
    pub(super) arn: String,
    pub(super) name: String,
    pub(super) configuration: Configuration,
}

/// Whether a function can have this name; replicas of Lambda@Edge have dots in theirs.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html>.
fn is_name(name: &str) -> bool {
    let mut letters = name.bytes();
    name.len() <= 140
        && letters.all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
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
        if !is_name(&name) {
            return Err(Unreadable(
                "the answer names a function as none can be named".to_owned(),
            ));
        }
        let own = self.arn(&name);
        let arn = from.function_arn().filter(|arn| !arn.is_empty());
        // An answer about another account or region says nothing of this one.
        if arn.is_some_and(|arn| arn != own) {
            return Err(Unreadable(
                "the answer names a function of another place".to_owned(),
            ));
        }
        let arn = own;
        let configuration = configuration(
            self.place,
            &operation::lambda::LIST_FUNCTIONS,
            from,
            self.inspect,
        );
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
            .call(&operation::lambda::GET_FUNCTION, Some(arn), send, read)
            .await
            .map_err(gone)
            .into()
    }

    /// The policy of the function or of one qualifier. A function that vanished has no policy
    /// either, but must not be taken for one that was found without.
    pub(super) async fn policy(
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
            .call(&operation::lambda::GET_POLICY, Some(arn), send, |output| {
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

    async fn invoke_configs(&self, name: &str, arn: &str) -> Observed<Vec<EventInvokeConfig>> {
        let pages = self
            .client
            .list_function_event_invoke_configs()
            .function_name(name)
            .into_paginator()
            .send();
        let operation = &operation::lambda::LIST_FUNCTION_EVENT_INVOKE_CONFIGS;
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
        let operation = &operation::lambda::GET_RUNTIME_MANAGEMENT_CONFIG;
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
        let operation = &operation::lambda::GET_FUNCTION_RECURSION_CONFIG;
        self.place
            .call(operation, Some(arn), send, |output| {
                let value = output.recursive_loop().map(|value| value.as_str());
                required(value, "RecursiveLoop").map(ToOwned::to_owned)
            })
            .await
            .map_err(gone)
            .into()
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
