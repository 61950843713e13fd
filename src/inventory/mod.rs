//! What was observed of one account: typed, serialisable, and free of judgement.
//!
//! Everything that AWS answered stands here in AWS's own terms, with the raw string of every enum.
//! What could not be read stands here too, as a [`Gap`] inside [`Observed::Missing`]; `Option` is
//! only ever AWS itself saying that something is absent. No secret value enters: environment
//! values are judged at intake and only what was found is kept.

mod account;
mod api;
mod balancer;
mod denial;
mod function;
mod gap;
mod gaps;
mod iam;
mod identifier;
mod key;
mod lines;
mod logs;
mod network;
mod region;
mod run;
mod services;
mod snapshot;
mod source;

pub use account::{AccountInventory, AccountRecord, Organization, ServiceControlPolicy};
pub use api::{
    AdmittedApis, Api, ApiDomain, ApiMethod, ApiRoute, ApiSettings, ApiStage, DomainTarget,
    GATEWAY, RegionApis,
};
pub use balancer::{
    BALANCING, Listener, ListenerRule, LoadBalancer, PrefixList, RegionBalancers, RuleAction,
    RuleCondition, TargetGroup, lets_balancers_in,
};
pub use denial::{Denial, DeniedBy};
pub use function::{
    Alias, Code, CodeLoading, Configuration, Environment, EnvironmentVariable, EventInvokeConfig,
    Function, FunctionDetail, FunctionUrl, ImageArgument, LayerReference, Logging,
    RuntimeManagement, SecretMatch, UrlCors, Version, VpcAttachment,
};
pub use gap::{Gap, GapKind, Observed};
pub use gaps::Gaps;
pub use iam::{
    AttachedPolicy, Iam, InlinePolicy, ManagedPolicy, PolicyVersion, Principal, PrincipalKind,
};
pub use identifier::{AccountId, RegionName};
pub use key::KmsKey;
#[cfg(feature = "live")]
pub(crate) use lines::{Ended, LineError, LineReader, LineWriter};
pub(crate) use lines::{ZSTD_MAGIC, header, hex};
pub use logs::LogGroup;
pub use network::{
    AclEntry, InternetProtocolRange, NatGateway, Network, NetworkAcl, Route, RouteTable,
    SecurityGroup, SecurityGroupRule, Subnet, Vpc, VpcEndpoint,
};
pub use region::{
    AccountSettings, CapacityProvider, CodeSigningConfig, EventSourceMapping, LayerVersion,
    RegionInventory, RegionStatus,
};
pub use run::{LedgerEntry, MissedAccount, MissedReason, RunRecord, RunScope};
pub use services::{AccountServices, RegionServices};
pub use snapshot::{SNAPSHOT_VERSION, SnapshotError, SnapshotReader, SnapshotWriter};
pub use source::TriggerSource;
