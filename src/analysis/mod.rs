//! Inventory to facts: one file for each subject. Here lives every hard thing.
//!
//! A subject's file owns the type of its facts, documented for check authors, and derives them.
//! A derivation may not guess: what it cannot know becomes [`Fact::Unknown`] with the gaps behind it.

mod access;
mod code;
mod context;
mod encryption;
mod events;
pub mod exposure;
mod fact;
mod function;
mod grants;
mod home;
mod iam;
mod layer;
mod logging;
mod network;
mod paths;
mod privilege;
mod role;
mod route;
mod runtime;
mod secrets;
mod sources;

pub use access::{AccessFacts, AccessList};
pub use code::{CodeFacts, Layer};
pub use context::{AccountContext, Context, Settings, arn_account};
pub use encryption::EncryptionFacts;
pub use events::{Destination, EventFacts, MappedSource, Mapping};
pub use exposure::{
    ExposureFacts, GrantedSource, OpenUrl, ReachingRoute, ReachingRule, SplitAlias, Url,
};
pub use fact::{Fact, MISSING_KEY};
pub use function::FunctionFacts;
pub use home::{Foreign, Home, Membership, Whose};
pub use iam::{IamFacts, PassableRole, PolicyCarrier, RolePasser};
pub use layer::LayerFacts;
pub use logging::LoggingFacts;
pub use network::{Endpoint, NetworkFacts};
pub use paths::{Hop, Path, PathFacts};
pub use privilege::{
    Answer, Escalation, EscalationHop, Grant, HopRequest, PermissionsGrant, Powers,
    PrincipalAccess, Privileges, Reached, Standing, StatementName, Trust, Trusts, statement_name,
};
pub use role::RoleFacts;
pub use runtime::{AliasedRuntime, RuntimeFacts};
pub use secrets::{AliasedSecret, CodeInjectionVariable, FoundSecret, SecretFacts};
