//! The IAM policy language: documents, patterns, principals.
//!
//! Pure: text in, answers out. [`Policy::parse`] is the way in.

mod action;
mod arn;
mod caller;
mod cidr;
mod combine;
mod compare;
mod condition;
mod context;
mod decision;
mod document;
mod evaluate;
mod json;
mod operator;
mod parse;
mod pattern;
mod principal;
mod request;
mod truth;
mod variable;
mod witness;

pub use action::{Action, ActionSet};
pub use arn::{Arn, is_account_id};
pub use caller::{Caller, RoleSession, STRANGER_ACCOUNT};
pub use cidr::AddressRanges;
pub use combine::{Layers, authorize};
pub use context::{Context, KeyState};
pub use decision::{Choice, Decision, Reason, Verdict};
pub use document::{Condition, Effect, Element, ParseError, Policy, Statement, Version};
pub use evaluate::{Layer, Matched, Open, Source, evaluate};
pub use operator::{Operator, Order, Quantifier, Test};
pub use pattern::Pattern;
pub use principal::{Principal, ServicePrincipal};
pub use request::{Request, Target};
pub use truth::Truth;
pub use variable::Template;
