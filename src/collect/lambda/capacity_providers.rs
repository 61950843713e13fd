//! Capacity providers, whose networks are those of the functions that run on them.

use aws_sdk_lambda::types as sdk;

use super::Lambda;
use crate::collect::text::{Unreadable, present, required};
use crate::inventory::{CapacityProvider, Function, Observed};
use crate::operation;

impl Lambda<'_> {
    /// All capacity providers of the region; nothing is asked where no function runs on one.
    pub(in crate::collect) async fn capacity_providers(
        &self,
        functions: &[Function],
    ) -> Observed<Vec<CapacityProvider>> {
        let mut configurations = functions.iter().map(|function| &function.configuration);
        if configurations.all(|configuration| configuration.capacity_provider.is_none()) {
            return Observed::Known(Vec::new());
        }
        let pages = self
            .client
            .list_capacity_providers()
            .into_paginator()
            .send();
        let list = self.place.list(
            &operation::lambda::LIST_CAPACITY_PROVIDERS,
            None,
            pages,
            |page| page.next_marker(),
            |page| page.capacity_providers().iter().map(provider).collect(),
        );
        list.await.into()
    }
}

fn provider(from: &sdk::CapacityProvider) -> Result<CapacityProvider, Unreadable> {
    let arn = required(Some(from.capacity_provider_arn()), "CapacityProviderArn")?;
    let vpc = from.vpc_config();
    let permissions = from.permissions_config();
    Ok(CapacityProvider {
        arn: arn.to_owned(),
        state: from.state().as_str().to_owned(),
        subnets: vpc.map_or_else(Vec::new, |vpc| vpc.subnet_ids().to_vec()),
        security_groups: vpc.map_or_else(Vec::new, |vpc| vpc.security_group_ids().to_vec()),
        operator_role: permissions
            .and_then(|one| present(Some(one.capacity_provider_operator_role_arn()))),
        kms_key_arn: present(from.kms_key_arn()),
    })
}
