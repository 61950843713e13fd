//! The KMS keys that functions refer to.

use aws_sdk_kms::Client;
use aws_sdk_kms::types as sdk;

use super::place::{Place, absent, together};
use super::probe::{Probe, probes};
use super::text::{Unreadable, account, required, without_secrets};
use crate::inventory::{Function, Gap, GapKind, KmsKey, Observed};
use crate::operation;

/// A minimal call of each operation, to test whether it is allowed.
pub(super) const PROBES: &[Probe] = probes!(
    kms: |on| kms = on.session.kms(on.region());
    DESCRIBE_KEY => kms.describe_key().key_id(on.key?),
    GET_KEY_POLICY => kms.get_key_policy().key_id(on.key?).policy_name("default"),
    GET_KEY_ROTATION_STATUS => kms.get_key_rotation_status().key_id(on.key?),
);

/// How many keys are asked about at once.
const KEYS_AT_ONCE: usize = 8;

/// AWS's code for "there is no such key".
const NOT_FOUND: &str = "NotFoundException";

/// The keys that functions, their versions in use and their packages refer to, in the order of their names.
pub(super) async fn collect(
    place: &Place<'_>,
    client: &Client,
    functions: &[Function],
) -> Vec<(String, Observed<Option<KmsKey>>)> {
    let mut names: Vec<String> = functions.iter().flat_map(referred).cloned().collect();
    names.sort();
    names.dedup();
    let keys = names.into_iter().map(|name| async move {
        let key = key(place, client, &name).await;
        (name, key)
    });
    together(keys, KEYS_AT_ONCE).await
}

fn referred(function: &Function) -> impl Iterator<Item = &String> {
    let versions = function.versions.known().into_iter().flatten();
    let of_versions = versions
        .filter_map(|version| version.configuration.known())
        .filter_map(|configuration| configuration.kms_key_arn.as_ref());
    let of_package = function
        .detail
        .known()
        .and_then(|detail| detail.code.source_kms_key_arn.as_ref());
    function
        .configuration
        .kms_key_arn
        .iter()
        .chain(of_package)
        .chain(of_versions)
}

async fn key(place: &Place<'_>, client: &Client, name: &str) -> Observed<Option<KmsKey>> {
    let send = client.describe_key().key_id(name).send();
    let described = place
        .call(&operation::kms::DESCRIBE_KEY, Some(name), send, |output| {
            described(output.key_metadata())
        })
        .await;
    match described {
        Ok(mut key) => {
            let (policy, rotation) = tokio::join!(
                policy(place, client, &key.arn),
                rotation(place, client, &key)
            );
            key.policy = policy;
            key.rotation = rotation;
            Observed::Known(Some(key))
        }
        Err(gap) => absent(Err(gap), &[NOT_FOUND]),
    }
}

/// The key without its policy and rotation.
fn described(from: Option<&sdk::KeyMetadata>) -> Result<KmsKey, Unreadable> {
    let from = from.ok_or_else(|| Unreadable("the answer lacks `KeyMetadata`".to_owned()))?;
    let state = from.key_state().map(|state| state.as_str());
    let manager = from.key_manager().map(|manager| manager.as_str());
    let origin = from.origin().map(|origin| origin.as_str());
    let spec = from.key_spec().map(|spec| spec.as_str());
    Ok(KmsKey {
        arn: required(from.arn(), "Arn")?.to_owned(),
        state: required(state, "KeyState")?.to_owned(),
        manager: required(manager, "KeyManager")?.to_owned(),
        origin: required(origin, "Origin")?.to_owned(),
        spec: required(spec, "KeySpec")?.to_owned(),
        rotation: Observed::Known(None),
        policy: Observed::Missing(Gap::new(
            &operation::kms::GET_KEY_POLICY,
            GapKind::NotPlanned,
            "",
        )),
    })
}

/// Key policies can be read in the key's own account only.
///
/// Source: <https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyPolicy.html>, "Cross-account use: No".
async fn policy(place: &Place<'_>, client: &Client, arn: &str) -> Observed<String> {
    let operation = &operation::kms::GET_KEY_POLICY;
    if let Some(gap) = place.forbidden(operation, Some(arn)) {
        return Observed::Missing(gap);
    }
    if account(arn) != Some(place.account) {
        let message = "AWS shows a key's policy in the key's own account only";
        return Observed::Missing(place.gap(operation, Some(arn), GapKind::Refused, message));
    }
    let send = client
        .get_key_policy()
        .key_id(arn)
        .policy_name("default")
        .send();
    place
        .call(operation, Some(arn), send, |output| {
            without_secrets(required(output.policy(), "Policy")?)
        })
        .await
        .into()
}

async fn rotation(place: &Place<'_>, client: &Client, key: &KmsKey) -> Observed<Option<bool>> {
    if !rotates(key) || account(&key.arn) != Some(place.account) {
        return Observed::Known(None);
    }
    let send = client.get_key_rotation_status().key_id(&key.arn).send();
    place
        .call(
            &operation::kms::GET_KEY_ROTATION_STATUS,
            Some(&key.arn),
            send,
            |output| Ok(Some(output.key_rotation_enabled())),
        )
        .await
        .into()
}

/// Whether automatic rotation exists for such a key and is its owner's to switch.
///
/// Source: <https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html>
fn rotates(key: &KmsKey) -> bool {
    key.manager == "CUSTOMER" && key.origin == "AWS_KMS" && key.spec == "SYMMETRIC_DEFAULT"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_in_part_is_none() {
        let whole = sdk::KeyMetadata::builder()
            .key_id("1")
            .arn("arn:aws:kms:eu-west-1:111122223333:key/1")
            .key_state(sdk::KeyState::from("Resting"))
            .key_manager(sdk::KeyManagerType::Customer)
            .origin(sdk::OriginType::AwsKms)
            .key_spec(sdk::KeySpec::SymmetricDefault);
        let key = described(Some(&whole.clone().build().unwrap())).unwrap();
        assert_eq!(key.state, "Resting");
        assert!(rotates(&key));
        assert!(described(None).is_err());
        for stripped in [
            whole.clone().set_key_state(None),
            whole.clone().set_key_manager(None),
            whole.clone().set_origin(None),
            whole.clone().set_key_spec(None),
            whole.set_arn(None),
        ] {
            assert!(described(Some(&stripped.build().unwrap())).is_err());
        }
    }

    #[test]
    fn only_symmetric_customer_keys_with_material_of_kms_rotate() {
        let key = |manager: &str, origin: &str, spec: &str| KmsKey {
            arn: String::new(),
            state: "Enabled".to_owned(),
            manager: manager.to_owned(),
            origin: origin.to_owned(),
            spec: spec.to_owned(),
            rotation: Observed::Known(None),
            policy: Observed::Known(String::new()),
        };
        let cases = [
            (key("CUSTOMER", "AWS_KMS", "SYMMETRIC_DEFAULT"), true),
            (key("AWS", "AWS_KMS", "SYMMETRIC_DEFAULT"), false),
            (key("CUSTOMER", "EXTERNAL", "SYMMETRIC_DEFAULT"), false),
            (key("CUSTOMER", "AWS_KMS", "RSA_2048"), false),
        ];
        for (key, expected) in cases {
            assert_eq!(rotates(&key), expected, "{key:?}");
        }
    }
}
