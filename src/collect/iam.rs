//! Principals and policies of an account, in one stream of `GetAccountAuthorizationDetails`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::Client;
use aws_sdk_iam::operation::get_account_authorization_details::GetAccountAuthorizationDetailsOutput;
use aws_sdk_iam::types as sdk;
use percent_encoding::percent_decode_str;

use super::place::Place;
use super::probe::{Probe, probes};
use super::text::{Unreadable, present, required, text, time};
use crate::inventory::{
    AttachedPolicy, Iam, InlinePolicy, ManagedPolicy, Observed, PolicyVersion, Principal,
    PrincipalKind,
};
use crate::operation::{self, Operation};
use crate::secret::redact_policy;

/// A minimal call of each operation, to test whether it is allowed.
pub(super) const PROBES: &[Probe] = probes!(
    iam: |on| iam = on.session.iam();
    GET_ACCOUNT_AUTHORIZATION_DETAILS => iam.get_account_authorization_details().max_items(1),
);

const OPERATION: &Operation = &operation::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS;

const FILTERS: [sdk::EntityType; 5] = [
    sdk::EntityType::User,
    sdk::EntityType::Role,
    sdk::EntityType::Group,
    sdk::EntityType::LocalManagedPolicy,
    sdk::EntityType::AwsManagedPolicy,
];

/// Everything of one account. A stream that broke off says nothing: a role on a page that was not
/// read would look deleted.
pub(super) async fn collect(place: &Place<'_>, client: &Client) -> Observed<Iam> {
    let pages = client
        .get_account_authorization_details()
        .set_filter(Some(FILTERS.to_vec()))
        .max_items(1000)
        .into_paginator()
        .send();
    place
        .list(OPERATION, None, pages, |page| page.marker(), entities)
        .await
        .map(join)
        .into()
}

/// What a page lists.
#[derive(Clone, Debug)]
enum Entity {
    Principal(Principal),
    Policy(ManagedPolicy),
}

fn entities(page: &GetAccountAuthorizationDetailsOutput) -> Result<Vec<Entity>, Unreadable> {
    let lists = [
        page.user_detail_list.is_some(),
        page.role_detail_list.is_some(),
        page.group_detail_list.is_some(),
        page.policies.is_some(),
    ];
    if !lists.contains(&true) {
        return Err(Unreadable("the answer lacks all of its lists".to_owned()));
    }
    let users = page.user_detail_list().iter().map(user);
    let roles = page.role_detail_list().iter().map(role);
    let groups = page.group_detail_list().iter().map(group);
    let principals = users.chain(roles).chain(groups);
    let policies = page.policies().iter().map(policy);
    principals
        .map(|principal| principal.map(Entity::Principal))
        .chain(policies.map(|policy| policy.map(Entity::Policy)))
        .collect()
}

/// Keeps the account's own managed policies, which somebody may attach, and of AWS's, of which there are over a thousand, those
/// that are attached or serve as a boundary.
fn join(entities: Vec<Entity>) -> Iam {
    let mut principals = Vec::new();
    let mut policies = BTreeMap::new();
    for entity in entities {
        match entity {
            Entity::Principal(principal) => principals.push(principal),
            Entity::Policy(policy) => {
                policies.insert(policy.arn.clone(), policy);
            }
        }
    }
    principals.sort_by(|one, other| one.arn.cmp(&other.arn));
    let used: BTreeSet<&str> = principals
        .iter()
        .flat_map(|principal| {
            let attached = principal.attached.iter().map(|policy| policy.arn.as_str());
            attached.chain(principal.boundary.as_deref())
        })
        .collect();
    policies.retain(|arn, _| !is_of_aws(arn) || used.contains(arn.as_str()));
    Iam {
        policies: policies.into_values().collect(),
        principals,
    }
}

fn is_of_aws(policy: &str) -> bool {
    policy.contains(":iam::aws:policy/")
}

fn user(from: &sdk::UserDetail) -> Result<Principal, Unreadable> {
    Ok(Principal {
        kind: PrincipalKind::User,
        arn: required(from.arn(), "Arn")?.to_owned(),
        name: text(from.user_name()),
        id: text(from.user_id()),
        trust_policy: None,
        inline: inline(from.user_policy_list()),
        attached: attached(from.attached_managed_policies()),
        boundary: boundary(from.permissions_boundary()),
        groups: from.group_list().to_vec(),
        tags: tags(from.tags()),
        last_used: None,
    })
}

fn role(from: &sdk::RoleDetail) -> Result<Principal, Unreadable> {
    Ok(Principal {
        kind: PrincipalKind::Role,
        arn: required(from.arn(), "Arn")?.to_owned(),
        name: text(from.role_name()),
        id: text(from.role_id()),
        trust_policy: from.assume_role_policy_document().map(document),
        inline: inline(from.role_policy_list()),
        attached: attached(from.attached_managed_policies()),
        boundary: boundary(from.permissions_boundary()),
        groups: Vec::new(),
        tags: tags(from.tags()),
        last_used: from
            .role_last_used()
            .and_then(|used| time(used.last_used_date())),
    })
}

fn group(from: &sdk::GroupDetail) -> Result<Principal, Unreadable> {
    Ok(Principal {
        kind: PrincipalKind::Group,
        arn: required(from.arn(), "Arn")?.to_owned(),
        name: text(from.group_name()),
        id: text(from.group_id()),
        trust_policy: None,
        inline: inline(from.group_policy_list()),
        attached: attached(from.attached_managed_policies()),
        boundary: None,
        groups: Vec::new(),
        tags: BTreeMap::new(),
        last_used: None,
    })
}

/// An inline policy without a document keeps an empty one, which no policy parser takes for "allows nothing".
fn inline(from: &[sdk::PolicyDetail]) -> Vec<InlinePolicy> {
    from.iter()
        .map(|policy| InlinePolicy {
            name: text(policy.policy_name()),
            document: policy.policy_document().map(document).unwrap_or_default(),
        })
        .collect()
}

fn attached(from: &[sdk::AttachedPolicy]) -> Vec<AttachedPolicy> {
    from.iter()
        .map(|policy| AttachedPolicy {
            arn: text(policy.policy_arn()),
            name: text(policy.policy_name()),
        })
        .collect()
}

fn boundary(from: Option<&sdk::AttachedPermissionsBoundary>) -> Option<String> {
    from.and_then(|boundary| present(boundary.permissions_boundary_arn()))
}

fn tags(from: &[sdk::Tag]) -> BTreeMap<String, String> {
    from.iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect()
}

fn policy(from: &sdk::ManagedPolicyDetail) -> Result<ManagedPolicy, Unreadable> {
    let default = from.policy_version_list().iter().find(|version| {
        version.is_default_version()
            || (version.version_id().is_some() && version.version_id() == from.default_version_id())
    });
    let arn = required(from.arn(), "Arn")?.to_owned();
    // Only the account's own policies can be given another default version.
    let others = from
        .policy_version_list()
        .iter()
        .filter(|version| !is_of_aws(&arn) && default.is_none_or(|default| *version != default));
    let versions = others.map(|version| PolicyVersion {
        id: text(version.version_id()),
        document: version.document().map(document).unwrap_or_default(),
    });
    Ok(ManagedPolicy {
        name: text(from.policy_name()),
        versions: versions.collect(),
        arn,
        document: default
            .and_then(|version| version.document())
            .map(document)
            .unwrap_or_default(),
    })
}

/// IAM gives documents percent-encoded (RFC 3986), so `{` never stands for itself in one. What cannot
/// be decoded is kept as it is: nothing that reads policies will take it for one.
fn decode(document: &str) -> String {
    if document.trim_start().starts_with('{') {
        return document.to_owned();
    }
    match percent_decode_str(document).decode_utf8() {
        Ok(decoded) => decoded.into_owned(),
        Err(_) => document.to_owned(),
    }
}

/// A document without shared secrets; empty where they could not be taken out.
fn document(encoded: &str) -> String {
    redact_policy(&decode(encoded)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_are_decoded_once() {
        let cases = [
            (
                "%7B%22Version%22%3A%222012-10-17%22%7D",
                r#"{"Version":"2012-10-17"}"#,
            ),
            (
                r#"{"Resource":"arn:aws:s3:::b/%2A+x"}"#,
                r#"{"Resource":"arn:aws:s3:::b/%2A+x"}"#,
            ),
            ("%7B%22a%22%3A%22%252A%20+%22%7D", r#"{"a":"%2A +"}"#),
            ("%7B%FF", "%7B%FF"),
            ("", ""),
        ];
        for (given, expected) in cases {
            assert_eq!(decode(given), expected, "{given}");
        }
    }

    #[test]
    fn documents_are_kept_without_secrets() {
        let statement = |value: &str| {
            format!(
                r#"{{"Statement":[{{"Condition":{{"StringEquals":{{"aws:Referer":"{value}"}}}}}}]}}"#
            )
        };
        assert_eq!(document(&statement("sesame")), statement("(redacted)"));
        assert_eq!(document(r#"{"aws:Referer":"sesame"#), "");
    }

    #[test]
    fn policies_of_aws_are_kept_only_where_they_are_in_use() {
        const A: &str = "arn:aws:iam::aws:policy/a";
        const B: &str = "arn:aws:iam::aws:policy/b";
        const OWN: &str = "arn:aws:iam::111122223333:policy/own";
        let version = |id: &str, default: bool| {
            sdk::PolicyVersion::builder()
                .version_id(id)
                .is_default_version(default)
                .document(format!("%7B%22Id%22%3A%22{id}%22%7D"))
                .build()
        };
        let managed = |arn: &str| {
            sdk::ManagedPolicyDetail::builder()
                .arn(arn)
                .policy_version_list(version("v1", false))
                .policy_version_list(version("v2", true))
                .build()
        };
        let page = GetAccountAuthorizationDetailsOutput::builder()
            .role_detail_list(
                sdk::RoleDetail::builder()
                    .arn("arn:aws:iam::111122223333:role/api")
                    .attached_managed_policies(sdk::AttachedPolicy::builder().policy_arn(A).build())
                    .permissions_boundary(
                        sdk::AttachedPermissionsBoundary::builder()
                            .permissions_boundary_arn(B)
                            .build(),
                    )
                    .build(),
            )
            .policies(managed(A))
            .policies(managed(B))
            .policies(managed("arn:aws:iam::aws:policy/c"))
            .policies(managed(OWN))
            .build();
        let iam = join(entities(&page).unwrap());
        let kept: Vec<(&str, &str)> = iam
            .policies
            .iter()
            .map(|policy| (policy.arn.as_str(), policy.document.as_str()))
            .collect();
        assert_eq!(kept, [OWN, A, B].map(|arn| (arn, r#"{"Id":"v2"}"#)));
        assert_eq!(iam.principals.len(), 1);
    }

    #[test]
    fn a_nameless_principal_or_an_empty_answer_is_unreadable() {
        let empty = GetAccountAuthorizationDetailsOutput::builder();
        assert!(entities(&empty.clone().build()).is_err());
        let nameless = empty.role_detail_list(sdk::RoleDetail::builder().build());
        assert!(entities(&nameless.build()).is_err());
    }
}
