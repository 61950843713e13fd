//! The execution role.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Fact};

/// The execution role of the function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct RoleFacts {
    /// Its ARN; empty where AWS names none.
    pub arn: String,
    /// Its name, without path; empty where AWS names none.
    pub name: String,
    /// Whether it exists in the account's IAM.
    pub exists: Fact<bool>,
    /// Whether other functions of the account use it too, in whatever region.
    pub shared: Fact<bool>,
    /// ARNs of up to twenty other functions that are known to use it.
    pub shared_with: Vec<String>,
    /// How many functions are known to use it, this one included.
    pub functions: i64,
}

/// Names that a report needs; beyond them the number says enough.
const NAMED: usize = 20;

impl RoleFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let account = context.account;
        let role = context.function.configuration.role.as_deref();
        let users = role
            .and_then(|role| account.role_users.get(role))
            .map(Vec::as_slice)
            .unwrap_or_default();
        let others: Vec<String> = users
            .iter()
            .filter(|arn| **arn != context.function.arn)
            .map(|arn| (*arn).to_owned())
            .collect();
        let shared = if !others.is_empty() {
            Fact::Known(true)
        } else if account.unlisted.is_empty() {
            Fact::Known(false)
        } else {
            Fact::Unknown(account.unlisted.clone())
        };
        Self {
            arn: role.unwrap_or_default().to_owned(),
            name: role
                .and_then(|role| role.rsplit('/').next())
                .unwrap_or_default()
                .to_owned(),
            exists: match role {
                Some(role) => Fact::of(&account.inventory.iam, |iam| iam.role(role).is_some()),
                None => Fact::unknown(&context.unrecognised(
                    "lambda:ListFunctions",
                    "execution role",
                    "",
                )),
            },
            shared,
            functions: others.len() as i64 + 1,
            shared_with: others.into_iter().take(NAMED).collect(),
        }
    }
}
