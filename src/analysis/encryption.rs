//! The key that encrypts environment, snapshots and package.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Context, Fact, arn_account};
use crate::inventory::{KmsKey, Observed};
use crate::operation;

/// The customer key of the function.
#[derive(Clone, Debug, JsonSchema, Serialize)]
pub struct EncryptionFacts {
    /// Whether a customer key is set; otherwise Lambda's own key encrypts.
    pub customer_key: bool,
    /// ARN of the key; empty where none is set.
    pub key_arn: String,
    /// `Enabled`, `Disabled`, `PendingDeletion` and so on, as AWS writes it; `NotFound` for no such key; empty where none is set.
    pub key_state: Fact<String>,
    /// Whether the key can be used.
    pub key_usable: Fact<bool>,
    /// Whether AWS could rotate the key: a customer-managed symmetric key with material from KMS, in the own account, and in a
    /// state in which rotation can be switched on: AWS refuses that for disabled keys and for those that are to be deleted.
    pub rotation_applicable: Fact<bool>,
    /// Whether AWS rotates it.
    pub rotation_enabled: Fact<bool>,
}

impl EncryptionFacts {
    /// Derives them.
    pub fn derive(context: Context<'_>) -> Self {
        let arn = context.function.configuration.kms_key_arn.as_deref();
        let key = arn.map(|arn| find(context, arn));
        let state = match &key {
            None => Fact::Known(String::new()),
            Some(key) => key
                .map_ref(|key| key.map_or_else(|| "NotFound".to_owned(), |key| key.state.clone())),
        };
        let rotatable = match (arn, &key) {
            (Some(arn), _)
                if arn_account(arn).is_some_and(|owner| owner != context.account.id()) =>
            {
                Fact::Known(false)
            }
            (_, Some(key)) => Fact::all([
                key.map_ref(|key| key.is_some_and(rotatable)),
                usable(context, &state),
            ]),
            (_, None) => Fact::Known(false),
        };
        Self {
            customer_key: arn.is_some(),
            key_arn: arn.unwrap_or_default().to_owned(),
            key_usable: usable(context, &state),
            key_state: state,
            rotation_applicable: rotatable,
            rotation_enabled: match key {
                Some(Fact::Known(Some(key))) => {
                    Fact::of(&key.rotation, |enabled| enabled.unwrap_or(false))
                }
                Some(Fact::Unknown(gaps)) => Fact::Unknown(gaps),
                None | Some(Fact::Known(None)) => Fact::Known(false),
            },
        }
    }
}

/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html>
fn usable(context: Context<'_>, state: &Fact<String>) -> Fact<bool> {
    match state {
        Fact::Known(state) => match state.as_str() {
            "Enabled" | "Updating" => Fact::Known(true),
            ""
            | "NotFound"
            | "Creating"
            | "Disabled"
            | "PendingDeletion"
            | "PendingImport"
            | "PendingReplicaDeletion"
            | "Unavailable" => Fact::Known(false),
            other => Fact::unknown(&context.unrecognised(
                &operation::kms::DESCRIBE_KEY,
                "key state",
                other,
            )),
        },
        Fact::Unknown(gaps) => Fact::Unknown(gaps.clone()),
    }
}

fn find<'a>(context: Context<'a>, arn: &str) -> Fact<Option<&'a KmsKey>> {
    match context
        .region
        .services
        .keys
        .iter()
        .find(|(asked, _)| asked == arn)
    {
        Some((_, Observed::Known(key))) => Fact::Known(key.as_ref()),
        Some((_, Observed::Missing(gap))) => Fact::unknown(gap),
        None => Fact::unknown(&context.unrecognised(&operation::kms::DESCRIBE_KEY, "key", arn)),
    }
}

/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>
fn rotatable(key: &KmsKey) -> bool {
    key.manager == "CUSTOMER" && key.origin == "AWS_KMS" && key.spec == "SYMMETRIC_DEFAULT"
}
