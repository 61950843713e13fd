//! `GetAccountSettings`: the call that tells an empty region.

use aws_sdk_lambda::operation::get_account_settings::GetAccountSettingsOutput;

use super::Lambda;
use crate::collect::text::Unreadable;
use crate::inventory::{AccountSettings, Gap};
use crate::operation;

/// Settings of a region, and whether anything is stored there.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::collect) struct Usage {
    pub(in crate::collect) settings: AccountSettings,
    /// Neither a function nor a layer: both take code storage.
    pub(in crate::collect) empty: bool,
}

impl Lambda<'_> {
    /// Limits and usage of the region.
    pub(in crate::collect) async fn usage(&self) -> Result<Usage, Gap> {
        let send = self.client.get_account_settings().send();
        self.place
            .call(
                &operation::lambda::GET_ACCOUNT_SETTINGS,
                None,
                send,
                |output| usage(&output),
            )
            .await
    }
}

/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_AccountUsage.html>: `TotalCodeSize`
/// counts deployment packages and layer archives.
fn usage(from: &GetAccountSettingsOutput) -> Result<Usage, Unreadable> {
    let missing = |member: &str| Unreadable(format!("the answer lacks `{member}`"));
    let limit = from
        .account_limit()
        .ok_or_else(|| missing("AccountLimit"))?;
    let used = from
        .account_usage()
        .ok_or_else(|| missing("AccountUsage"))?;
    let unreserved = limit
        .unreserved_concurrent_executions()
        .ok_or_else(|| missing("UnreservedConcurrentExecutions"))?;
    // The SDK reads an absent number as 0, which is no limit that AWS ever gives.
    if limit.concurrent_executions() == 0 {
        return Err(missing("ConcurrentExecutions"));
    }
    Ok(Usage {
        settings: AccountSettings {
            function_count: used.function_count(),
            concurrent_executions: limit.concurrent_executions().into(),
            unreserved_concurrent_executions: unreserved.into(),
        },
        empty: used.function_count() == 0 && used.total_code_size() == 0,
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::types::{AccountLimit, AccountUsage};

    use super::*;

    fn answer(functions: i64, bytes: i64) -> GetAccountSettingsOutput {
        GetAccountSettingsOutput::builder()
            .account_limit(
                AccountLimit::builder()
                    .concurrent_executions(1000)
                    .unreserved_concurrent_executions(900)
                    .build(),
            )
            .account_usage(
                AccountUsage::builder()
                    .function_count(functions)
                    .total_code_size(bytes)
                    .build(),
            )
            .build()
    }

    #[test]
    fn a_region_is_empty_when_neither_functions_nor_layers_take_room() {
        for (functions, bytes, empty) in [
            (0, 0, true),
            (0, 512, false),
            (3, 0, false),
            (3, 512, false),
        ] {
            assert_eq!(usage(&answer(functions, bytes)).unwrap().empty, empty);
        }
    }

    #[test]
    fn an_answer_in_part_proves_no_emptiness() {
        let mut no_usage = answer(0, 0);
        no_usage.account_usage = None;
        let mut no_limit = answer(0, 0);
        no_limit.account_limit = Some(AccountLimit::builder().build());
        assert!(usage(&no_usage).is_err());
        assert!(usage(&no_limit).is_err());
        assert!(usage(&GetAccountSettingsOutput::builder().build()).is_err());
    }
}
