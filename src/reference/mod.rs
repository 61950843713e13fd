//! Dated data that facts rest on, embedded in the binary from `checks/reference/`.
//!
//! Each file says where its data comes from, under which licence and as of which day. A file that
//! cannot be read would give an empty table, and so UNKNOWN where a runtime is looked up; a unit
//! test reads every file strictly, so that no such binary is ever built.

mod action;
mod escalation;
mod identity;
mod lambda;
mod layer;
mod managed_policy;
mod partition;
mod permission;
mod request_key;
mod resource_control;
mod runtime;
mod service;
mod variable;
mod vendor;

pub use action::{Actions, KnownAction, actions};
pub use escalation::{
    Change, EscalationCategory, EscalationPath, Escalations, On, PowerfulPolicy, Requirement,
    RequirementError, Subject, Takes, escalations,
};
pub use identity::{
    ClaimPart, ClaimTemplate, IdentityProvider, IdentityProviders, Tenancy, Token,
    identity_providers,
};
pub use lambda::{
    Ability, AccessLevel, KeyKind, LambdaAction, LambdaActions, LambdaKey, LambdaResource,
    lambda_actions,
};
pub use layer::{LayerPublisher, LayerPublishers, PublisherKind, layer_publishers};
pub use managed_policy::{AwsManagedPolicy, ManagedPolicies, managed_policies};
pub use partition::{Partition, Partitions, partitions};
pub use permission::{PermissionClass, PermissionClasses, Permissions, permissions};
pub use request_key::{RequestKey, RequestKeys, request_keys};
pub use resource_control::{ResourceControlled, resource_controlled};
pub use runtime::{OperatingSystem, Runtime, RuntimeKind, Runtimes, runtimes};
pub use service::{
    Authorisation, Invocation, ServicePrincipal, ServicePrincipals, service_principals,
};
pub use variable::{CodeVariable, CodeVariables, code_variables};
pub use vendor::{Vendor, Vendors, account_name, vendors};

use serde::Deserialize;

/// Where a file's data comes from.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Provenance {
    /// Pages and data sets that it was taken from.
    pub source: Vec<String>,
    /// Their licence; `facts` where only facts were taken.
    pub licence: String,
    /// The day on which it was last compared with its sources.
    pub as_of: Option<jiff::civil::Date>,
}
