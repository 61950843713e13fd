//! The principals of an account with their policies parsed: once for each account.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::evidence::DELEGATION;
use super::powerful::Powerful;
use crate::inventory::{
    AccountInventory, Gap, GapKind, Iam, ManagedPolicy, Observed, Organization, Principal,
    PrincipalKind, RegionInventory, RegionStatus,
};
use crate::operation::{self, Operation};
use crate::policy::{ParseError, Policy, Principal as Named, Source};

const OPERATION: &Operation = &operation::iam::GET_ACCOUNT_AUTHORIZATION_DETAILS;

/// A policy under its name, or why it could not be read.
#[derive(Debug)]
pub(super) struct Document<'a> {
    /// Name of the inline policy, or ARN of the managed one.
    pub(super) name: &'a str,
    pub(super) policy: Result<Policy, Gap>,
}

/// One user, role or group.
#[derive(Debug)]
pub(super) struct Member<'a> {
    pub(super) principal: &'a Principal,
    pub(super) trust: Option<Document<'a>>,
    inline: Vec<Document<'a>>,
    /// ARNs of attached managed policies.
    attached: Vec<&'a str>,
    /// Places of the groups that a user is in, and names of those that are not there.
    groups: Vec<usize>,
    lost_groups: Vec<&'a str>,
}

/// The principals of an account.
#[derive(Debug)]
pub(super) struct Estate<'a> {
    pub(super) inventory: &'a AccountInventory,
    pub(super) members: Vec<Member<'a>>,
    managed: HashMap<&'a str, Document<'a>>,
    versions: HashMap<&'a str, Vec<Document<'a>>>,
    delegation: Result<Policy, ParseError>,
    by_arn: HashMap<&'a str, usize>,
    pub(super) controls: Controls<'a>,
    pub(super) regions: Vec<&'a str>,
    powerful: OnceLock<Vec<Powerful<'a>>>,
    lesser: OnceLock<Vec<Powerful<'a>>>,
}

/// What the organisation's service control policies are.
#[derive(Debug)]
pub(super) enum Controls<'a> {
    /// No organisation, or the policy type is not in use.
    None,
    /// Level by level from the root.
    Levels {
        levels: Vec<Vec<Document<'a>>>,
        management: &'a str,
    },
    /// There may be some; they could not be read.
    Unread,
}

/// A policy that a principal carries, itself or through a group.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held<'e> {
    /// ARN of the user, role or group that carries it.
    pub(super) carrier: &'e str,
    /// Whether it is written into the carrier; otherwise it is a managed policy.
    pub(super) inline: bool,
    pub(super) name: &'e str,
    pub(super) policy: &'e Policy,
}

/// The policies of a principal: those that were read, and why others were not.
#[derive(Clone, Debug, Default)]
pub(super) struct Identity<'e> {
    pub(super) held: Vec<Held<'e>>,
    pub(super) gaps: Vec<Gap>,
    /// Names of those that were not read.
    pub(super) unread: Vec<String>,
}

impl Member<'_> {
    /// Whether its trust policy names a service; `None` where the policy could not be read.
    pub(super) fn trusts_service(&self, name: &str) -> Option<bool> {
        let policy = self.trust.as_ref()?.policy.as_ref().ok()?;
        let mut principals = policy
            .statements
            .iter()
            .filter_map(|one| one.principal.as_ref());
        Some(principals.any(|principal| {
            let mut items = principal.items.iter();
            principal.negated
                || items.any(|item| match item {
                    Named::Service(service) => service.service == name,
                    Named::Everyone => true,
                    _ => false,
                })
        }))
    }

    /// Whether IAM itself made it: nobody in the account can change such a role.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html> and
    /// <https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html>.
    pub(super) fn is_fixed(&self) -> bool {
        let arn = &self.principal.arn;
        arn.contains(":role/aws-service-role/") || arn.contains(":role/aws-reserved/")
    }

    /// Whether a service made it for itself alone.
    pub(super) fn is_service_linked(&self) -> bool {
        self.principal.arn.contains(":role/aws-service-role/")
    }
}

impl<'a> Estate<'a> {
    /// Parses the policies of an account.
    pub(super) fn new(inventory: &'a AccountInventory, iam: &'a Iam) -> Self {
        let gap = |name: &str, principal: &str, error: &ParseError| {
            Gap::new(
                OPERATION,
                GapKind::Malformed,
                format!("policy `{name}`: {error}"),
            )
            .at(&inventory.account.id, "")
            .about(principal)
        };
        let parse = |name: &'a str, text: &str, about: &str| Document {
            name,
            policy: Policy::parse(text).map_err(|error| gap(name, about, &error)),
        };
        let groups: HashMap<&str, usize> = iam
            .principals
            .iter()
            .enumerate()
            .filter(|(_, principal)| principal.kind == PrincipalKind::Group)
            .map(|(place, principal)| (principal.name.as_str(), place))
            .collect();
        let members: Vec<Member<'a>> = iam
            .principals
            .iter()
            .map(|principal| Member {
                principal,
                trust: principal
                    .trust_policy
                    .as_deref()
                    .map(|text| parse("trust policy", text, &principal.arn)),
                inline: principal
                    .inline
                    .iter()
                    .map(|policy| parse(&policy.name, &policy.document, &principal.arn))
                    .collect(),
                attached: principal
                    .attached
                    .iter()
                    .map(|policy| policy.arn.as_str())
                    .collect(),
                groups: principal
                    .groups
                    .iter()
                    .filter_map(|name| groups.get(name.as_str()).copied())
                    .collect(),
                lost_groups: principal
                    .groups
                    .iter()
                    .map(String::as_str)
                    .filter(|name| !groups.contains_key(name))
                    .collect(),
            })
            .collect();
        let document =
            |policy: &'a ManagedPolicy| parse(&policy.arn, &policy.document, &policy.arn);
        let regions = regions(inventory);
        Self {
            inventory,
            by_arn: members
                .iter()
                .enumerate()
                .map(|(place, member)| (member.principal.arn.as_str(), place))
                .collect(),
            members,
            managed: iam
                .policies
                .iter()
                .map(|policy| (policy.arn.as_str(), document(policy)))
                .collect(),
            versions: iam
                .policies
                .iter()
                .filter(|policy| !policy.versions.is_empty())
                .map(|policy| {
                    let versions = policy.versions.iter();
                    let versions = versions.map(|one| parse(&one.id, &one.document, &policy.arn));
                    (policy.arn.as_str(), versions.collect())
                })
                .collect(),
            delegation: delegation(&inventory.account.id),
            controls: Controls::of(&inventory.account.organization, &parse),
            regions,
            powerful: OnceLock::new(),
            lesser: OnceLock::new(),
        }
    }

    /// Managed policies that make an administrator, the strongest first.
    pub(super) fn powerful(&self) -> &[Powerful<'a>] {
        self.powerful.get_or_init(|| Powerful::all(self))
    }

    /// Managed policies that give something of note without making an administrator.
    pub(super) fn lesser(&self) -> &[Powerful<'a>] {
        self.lesser.get_or_init(|| Powerful::lesser(self))
    }

    /// Whether there is a managed policy of that ARN, even if it could not be read.
    pub(super) fn has_policy(&self, arn: &str) -> bool {
        self.managed.contains_key(arn)
    }

    /// A managed policy by its ARN, if it is known.
    pub(super) fn policy(&self, arn: &str) -> Option<&Policy> {
        self.managed.get(arn)?.policy.as_ref().ok()
    }

    /// The policy of a resource that leaves its account's administrators in charge.
    pub(super) fn delegation(&self) -> Source<'_> {
        Source {
            id: DELEGATION,
            policy: self.delegation.as_ref().ok(),
        }
    }

    /// The place of a principal, by its ARN.
    pub(super) fn place(&self, arn: &str) -> Option<usize> {
        self.by_arn.get(arn).copied()
    }

    /// The account's id.
    pub(super) fn account(&self) -> &'a str {
        &self.inventory.account.id
    }

    /// The account's partition.
    pub(super) fn partition(&self) -> &'a str {
        &self.inventory.account.partition
    }

    /// The account's organisation.
    pub(super) fn organization(&self) -> &'a Observed<Option<Organization>> {
        &self.inventory.account.organization
    }

    /// The identity-based policies of a principal, with those of its groups.
    pub(super) fn identity<'e>(&'e self, member: &'e Member<'a>) -> Identity<'e> {
        let mut identity = Identity::default();
        self.carried(member, &mut identity);
        for group in self.groups(member) {
            self.carried(group, &mut identity);
        }
        for name in &member.lost_groups {
            identity.gaps.push(self.unread(&format!("group `{name}`")));
            identity.unread.push(format!("of group {name}"));
        }
        identity
    }

    /// The policies that a user, role or group carries itself.
    pub(super) fn carried<'e>(&'e self, member: &'e Member<'a>, identity: &mut Identity<'e>) {
        let carrier = member.principal.arn.as_str();
        for document in &member.inline {
            identity.add(carrier, true, document);
        }
        for arn in &member.attached {
            match self.managed.get(arn) {
                Some(document) => identity.add(carrier, false, document),
                None => {
                    identity.gaps.push(self.unread(&format!("policy `{arn}`")));
                    identity.unread.push((*arn).to_owned());
                }
            }
        }
    }

    /// The managed policies that are known, by their ARNs, in order.
    pub(super) fn managed(&self) -> impl Iterator<Item = (&'a str, &Policy)> {
        let mut managed: Vec<(&'a str, &Policy)> = self
            .managed
            .iter()
            .filter_map(|(arn, document)| Some((*arn, document.policy.as_ref().ok()?)))
            .collect();
        managed.sort_by_key(|(arn, _)| *arn);
        managed.into_iter()
    }

    /// The other versions of a customer-managed policy.
    pub(super) fn versions(&self, arn: &str) -> &[Document<'a>] {
        self.versions
            .get(arn)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    /// Whether a policy is one of the account's own, which its principals can change.
    pub(super) fn is_own_policy(&self, arn: &str) -> bool {
        arn.contains(&format!("::{}:policy/", self.account()))
    }

    /// The permissions boundary of a principal by its ARN, if it has one.
    pub(super) fn boundary<'e>(
        &'e self,
        member: &'e Member<'a>,
    ) -> Option<Result<(&'e str, &'e Policy), Gap>> {
        let arn = member.principal.boundary.as_deref()?;
        Some(match self.managed.get(arn) {
            Some(document) => match &document.policy {
                Ok(policy) => Ok((arn, policy)),
                Err(gap) => Err(gap.clone()),
            },
            None => Err(self.unread(&format!("permissions boundary `{arn}`"))),
        })
    }

    /// Customer-managed policies that a principal carries, itself or through a group.
    pub(super) fn own_policies(&self, member: &Member<'a>) -> Vec<&'a str> {
        let groups = self.groups(member);
        std::iter::once(member)
            .chain(groups)
            .flat_map(|member| member.attached.iter().copied())
            .filter(|arn| self.is_own_policy(arn))
            .collect()
    }

    /// Groups that a user is in.
    pub(super) fn groups<'e>(
        &'e self,
        member: &'e Member<'a>,
    ) -> impl Iterator<Item = &'e Member<'a>> {
        member
            .groups
            .iter()
            .filter_map(|&place| self.members.get(place))
    }

    /// Trust policies that could not be read.
    pub(super) fn unread_trusts(&self) -> impl Iterator<Item = &Gap> {
        let documents = self
            .members
            .iter()
            .filter_map(|member| member.trust.as_ref());
        documents.filter_map(|document| document.policy.as_ref().err())
    }

    /// The gap for something of which IAM says that it is there, but not what it is.
    fn unread(&self, what: &str) -> Gap {
        Gap::new(
            OPERATION,
            GapKind::Malformed,
            format!("the answer lacks {what}"),
        )
        .at(self.account(), "")
    }
}

/// Regions in which principals are asked what they may do: those with functions, or all where there is no function yet. A
/// region that control policies close would make nobody of an administrator.
fn regions(inventory: &AccountInventory) -> Vec<&str> {
    let named = |keep: fn(&RegionInventory) -> bool| -> Vec<&str> {
        let regions = inventory.regions.iter().filter(|region| keep(region));
        regions.map(|region| region.region.as_str()).collect()
    };
    let mut regions = named(|region| !region.functions.is_empty());
    if regions.is_empty() {
        regions = named(|region| region.status != RegionStatus::NotEnabled);
    }
    if regions.is_empty() {
        regions.push("us-east-1");
    }
    regions
}

impl<'e> Identity<'e> {
    fn add(&mut self, carrier: &'e str, inline: bool, document: &'e Document<'_>) {
        match &document.policy {
            Ok(policy) => self.held.push(Held {
                carrier,
                inline,
                name: document.name,
                policy,
            }),
            Err(gap) => {
                self.gaps.push(gap.clone());
                self.unread.push(document.name.to_owned());
            }
        }
    }
}

impl<'a> Controls<'a> {
    fn of(
        organization: &'a Observed<Option<Organization>>,
        parse: &impl Fn(&'a str, &str, &str) -> Document<'a>,
    ) -> Self {
        let organization = match organization {
            Observed::Known(None) => return Self::None,
            Observed::Missing(_) => return Self::Unread,
            Observed::Known(Some(organization)) => organization,
        };
        match &organization.service_control_policies {
            Observed::Known(None) => Self::None,
            Observed::Missing(_) => Self::Unread,
            Observed::Known(Some(levels)) => Self::Levels {
                levels: levels
                    .iter()
                    .map(|level| {
                        let policies = level.iter();
                        policies
                            .map(|policy| parse(&policy.name, &policy.document, &policy.id))
                            .collect()
                    })
                    .collect(),
                management: &organization.management_account,
            },
        }
    }

    /// The levels as the engine takes them.
    pub(super) fn sources(&self) -> Option<Vec<Vec<Source<'_>>>> {
        match self {
            Self::None => None,
            Self::Unread => Some(vec![vec![Source::unread(UNREAD_CONTROLS)]]),
            Self::Levels { levels, .. } => Some(
                levels
                    .iter()
                    .map(|level| {
                        let documents = level.iter();
                        documents
                            .map(|document| Source {
                                id: document.name,
                                policy: document.policy.as_ref().ok(),
                            })
                            .collect()
                    })
                    .collect(),
            ),
        }
    }
}

fn delegation(account: &str) -> Result<Policy, ParseError> {
    let statement = serde_json::json!({
        "Effect": "Allow", "Principal": {"AWS": account}, "Action": "*", "Resource": "*",
    });
    Policy::parse(&serde_json::json!({"Statement": statement}).to_string())
}

/// Stands for service control policies that may be there but could not be read.
const UNREAD_CONTROLS: &str = "service control policy";
