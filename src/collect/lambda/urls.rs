//! Function URLs.

use super::{Lambda, gone, records};
use crate::inventory::{Alias, FunctionUrl, GapKind, Observed};
use crate::operation;
use crate::policy::{Action, Effect, Policy, Truth};

impl Lambda<'_> {
    /// The SDK reads an answer without its list as one with an empty list here, because the model says
    /// that the list is never absent; every other list is told from its absence.
    pub(super) async fn urls(&self, name: &str, arn: &str) -> Observed<Vec<FunctionUrl>> {
        let pages = self
            .client
            .list_function_url_configs()
            .function_name(name)
            .into_paginator()
            .send();
        let operation = &operation::lambda::LIST_FUNCTION_URL_CONFIGS;
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
    pub(super) async fn urls_if_open(
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
        let operation = &operation::lambda::LIST_FUNCTION_URL_CONFIGS;
        let message =
            "standard depth reads the URLs that a policy lets somebody call, and no policy does";
        Observed::Missing(
            self.place
                .gap(operation, Some(arn), GapKind::Deeper, message),
        )
    }
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
    use crate::inventory::Gap;

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
        let gap = Gap::new(&operation::lambda::GET_POLICY, GapKind::AccessDenied, "");
        assert!(may_open_url(&Observed::Missing(gap)));
    }
}
