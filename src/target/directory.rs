//! Questions to Organizations, as few as possible.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_organizations::error::SdkError;
use aws_sdk_organizations::types::{Account, PolicyType};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use futures_util::stream::{self, StreamExt, TryStreamExt};

use crate::aws::{Call, Endless, Pages, Session, gap};
use crate::inventory::{AccountId, Gap, GapKind, Observed, ServiceControlPolicy};
use crate::operation::{self, Operation};
use crate::secret::redact_policy;

/// Units, accounts and policies that are read at once; AWS allows between two and five calls a
/// second.
const AT_ONCE: usize = 2;

/// An organisation and its accounts.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) id: String,
    pub(super) management_account: String,
    /// Told to the management account and to delegated administrators only.
    pub(super) accounts: Result<Vec<Account>, Gap>,
    pub(super) tree: Result<Tree, Gap>,
    pub(super) policies: Observed<Option<Attachments>>,
}

/// Units and accounts with the way down to them.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// The way from the root to each unit, itself included.
    pub(super) units: BTreeMap<String, Vec<String>>,
    /// Names of units by their ids.
    pub(super) names: BTreeMap<String, String>,
    /// The way from the root to each account's unit.
    pub(super) accounts: BTreeMap<String, Vec<String>>,
    /// Whether service control policies are in use.
    pub(super) policies_in_use: bool,
}

/// Service control policies by the root, unit or account that they are attached to.
pub(super) type Attachments = BTreeMap<String, Vec<ServiceControlPolicy>>;

/// Keys and values of an account's tags.
pub(super) type Tags = Vec<(String, String)>;

/// All pages of a list, or the gap that stands in its place.
macro_rules! all {
    ($asker:expr, $operation:expr, $about:expr, $request:expr, $field:ident) => {{
        let mut stream = $request.into_paginator().send();
        let mut pages = Pages::default();
        let mut items = Vec::new();
        let endless = |endless: Endless| {
            let gap = Gap::new($operation, GapKind::Malformed, endless.to_string());
            gap.at($asker.session.account(), "")
        };
        loop {
            match stream.next().await {
                None => break pages.end().map(|()| items).map_err(endless),
                Some(Err(error)) => break Err($asker.gap(&error, $operation, $about)),
                Some(Ok(page)) => {
                    let token = page.next_token().map(str::to_owned);
                    let found = page.$field.unwrap_or_default();
                    if let Err(why) = pages.turn(token.as_deref(), found.len()) {
                        break Err(endless(why));
                    }
                    items.extend(found);
                }
            }
        }
    }};
}

/// Asks Organizations.
pub(super) struct Asker<'a> {
    pub(super) session: &'a Session,
}

impl Asker<'_> {
    fn gap<E>(&self, error: &SdkError<E>, operation: &'static Operation, about: Option<&str>) -> Gap
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let call = Call {
            operation,
            account: self.session.account(),
            region: "",
            resource: about,
        };
        gap(error, &call)
    }

    /// The organisation; `None` for an account outside any.
    pub(super) async fn see(&self, tree: bool, policies: bool) -> Result<Option<Seen>, Gap> {
        let client = self.session.organizations();
        let described = match client.describe_organization().send().await {
            Ok(described) => described.organization,
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|error| error.is_aws_organizations_not_in_use_exception()) =>
            {
                return Ok(None);
            }
            Err(error) => {
                return Err(self.gap(
                    &error,
                    &operation::organizations::DESCRIBE_ORGANIZATION,
                    None,
                ));
            }
        };
        let Some(organization) = described else {
            let message = "the answer names no organisation";
            let operation = &operation::organizations::DESCRIBE_ORGANIZATION;
            return Err(
                Gap::new(operation, GapKind::Malformed, message).at(self.session.account(), "")
            );
        };
        let accounts = self.accounts().await;
        let not_planned = |operation| {
            Gap::new(operation, GapKind::NotPlanned, "no chosen check needs it")
                .at(self.session.account(), "")
        };
        let tree = match &accounts {
            // Who is not told the accounts is told nothing else.
            Err(gap) if tree => Err(gap.clone()),
            Ok(_) if tree => self.tree().await,
            _ => Err(not_planned(&operation::organizations::LIST_ROOTS)),
        };
        let policies = match &tree {
            _ if !policies => {
                Observed::Missing(not_planned(&operation::organizations::LIST_POLICIES))
            }
            Err(gap) => Observed::Missing(gap.clone()),
            Ok(tree) if !tree.policies_in_use => Observed::Known(None),
            Ok(_) => self.policies().await.map(Some).into(),
        };
        Ok(Some(Seen {
            id: organization.id.unwrap_or_default(),
            management_account: organization.master_account_id.unwrap_or_default(),
            accounts,
            tree,
            policies,
        }))
    }

    async fn accounts(&self) -> Result<Vec<Account>, Gap> {
        let client = self.session.organizations();
        let operation = &operation::organizations::LIST_ACCOUNTS;
        let accounts = all!(
            self,
            &operation::organizations::LIST_ACCOUNTS,
            None,
            client.list_accounts(),
            accounts
        )?;
        // ids become parts of role ARNs and of paths
        let mut ids = accounts
            .iter()
            .map(|account| AccountId::try_from(account.id().unwrap_or_default()));
        match ids.find_map(Result::err) {
            None => Ok(accounts),
            Some(why) => {
                let gap = Gap::new(operation, GapKind::Malformed, why);
                Err(gap.at(self.session.account(), ""))
            }
        }
    }

    /// Walks down from the root, level by level.
    async fn tree(&self) -> Result<Tree, Gap> {
        let client = self.session.organizations();
        let roots = all!(
            self,
            &operation::organizations::LIST_ROOTS,
            None,
            client.list_roots(),
            roots
        )?;
        let mut tree = Tree {
            policies_in_use: roots.iter().any(|root| {
                root.policy_types().iter().any(|policy| {
                    policy.r#type().map(PolicyType::as_str) == Some("SERVICE_CONTROL_POLICY")
                        && policy.status().map(|status| status.as_str()) != Some("PENDING_DISABLE")
                })
            }),
            ..Tree::default()
        };
        let mut level: Vec<(String, Vec<String>)> = Vec::new();
        for root in roots {
            let id = root.id.unwrap_or_default();
            tree.names.insert(id.clone(), root.name.unwrap_or_default());
            level.push((id.clone(), vec![id]));
        }
        while !level.is_empty() {
            let children: Vec<_> = stream::iter(level)
                .map(|(parent, path)| self.children(parent, path))
                .buffered(AT_ONCE)
                .try_collect()
                .await?;
            level = Vec::new();
            for children in children {
                for account in children.accounts {
                    tree.accounts.insert(account, children.path.clone());
                }
                for (id, name) in children.units {
                    let mut path = children.path.clone();
                    path.push(id.clone());
                    tree.names.insert(id.clone(), name);
                    // a unit that was seen before would never end
                    if !tree.units.contains_key(&id) {
                        level.push((id, path));
                    }
                }
                tree.units.insert(children.parent, children.path);
            }
        }
        Ok(tree)
    }

    async fn children(&self, parent: String, path: Vec<String>) -> Result<Children, Gap> {
        let client = self.session.organizations();
        let units = all!(
            self,
            &operation::organizations::LIST_ORGANIZATIONAL_UNITS_FOR_PARENT,
            Some(&parent),
            client
                .list_organizational_units_for_parent()
                .parent_id(&parent),
            organizational_units
        )?;
        let accounts = all!(
            self,
            &operation::organizations::LIST_ACCOUNTS_FOR_PARENT,
            Some(&parent),
            client.list_accounts_for_parent().parent_id(&parent),
            accounts
        )?;
        Ok(Children {
            parent,
            path,
            units: units
                .into_iter()
                .filter_map(|unit| Some((unit.id?, unit.name.unwrap_or_default())))
                .collect(),
            accounts: accounts
                .into_iter()
                .filter_map(|account| account.id)
                .collect(),
        })
    }

    /// The tags of each of these accounts, in their order.
    pub(super) async fn tags(&self, accounts: Vec<String>) -> Result<Vec<Tags>, Gap> {
        let asking = accounts.into_iter().map(|account| async move {
            let client = self.session.organizations();
            let tags = all!(
                self,
                &operation::organizations::LIST_TAGS_FOR_RESOURCE,
                Some(&account),
                client.list_tags_for_resource().resource_id(&account),
                tags
            )?;
            Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
        });
        let asking: Vec<_> = asking.collect();
        stream::iter(asking).buffered(AT_ONCE).try_collect().await
    }

    /// Every policy with where it is attached: far fewer calls than asking account by account.
    async fn policies(&self) -> Result<Attachments, Gap> {
        let summaries = all!(
            self,
            &operation::organizations::LIST_POLICIES,
            None,
            self.session
                .organizations()
                .list_policies()
                .filter(PolicyType::ServiceControlPolicy),
            policies
        )?;
        let ids: BTreeSet<String> = summaries
            .into_iter()
            .filter_map(|summary| summary.id)
            .collect();
        let read: Vec<_> = stream::iter(ids)
            .map(|id| self.policy(id))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        let mut attachments = Attachments::new();
        for (policy, targets) in read {
            for target in targets {
                attachments.entry(target).or_default().push(policy.clone());
            }
        }
        Ok(attachments)
    }

    async fn policy(&self, id: String) -> Result<(ServiceControlPolicy, Vec<String>), Gap> {
        let client = self.session.organizations();
        let operation = &operation::organizations::DESCRIBE_POLICY;
        let described = client
            .describe_policy()
            .policy_id(&id)
            .send()
            .await
            .map_err(|error| self.gap(&error, operation, Some(&id)))?
            .policy
            .unwrap_or_else(|| aws_sdk_organizations::types::Policy::builder().build());
        // a policy whose text is missing may deny anything
        let document = described.content.and_then(|text| redact_policy(&text));
        let Some(document) = document else {
            let message = "the answer holds no document that could be read";
            return Err(Gap::new(operation, GapKind::Malformed, message)
                .at(self.session.account(), "")
                .about(&id));
        };
        let targets = all!(
            self,
            &operation::organizations::LIST_TARGETS_FOR_POLICY,
            Some(&id),
            client.list_targets_for_policy().policy_id(&id),
            targets
        )?;
        let name = described
            .policy_summary
            .and_then(|summary| summary.name)
            .unwrap_or_default();
        let policy = ServiceControlPolicy { id, name, document };
        let targets = targets.into_iter().filter_map(|target| target.target_id);
        Ok((policy, targets.collect()))
    }
}

/// What stands directly below a root or unit.
struct Children {
    parent: String,
    path: Vec<String>,
    units: Vec<(String, String)>,
    accounts: Vec<String>,
}
