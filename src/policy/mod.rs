//! The IAM policy language: documents, patterns, principals.
//!
//! Pure: text in, answers out. [`Policy::parse`] is the way in.
#![expect(dead_code, reason = "the evaluator that uses the rest lands next")]

mod action;
mod arn;
mod caller;
mod context;
mod document;
mod json;
mod operator;
mod parse;
mod pattern;
mod principal;
mod truth;
mod variable;

pub use action::{Action, ActionSet};
pub use arn::{Arn, is_account_id};
pub use caller::{Caller, RoleSession, STRANGER_ACCOUNT};
pub use context::{Context, KeyState};
pub use document::{Condition, Effect, Element, ParseError, Policy, Statement, Version};
pub use operator::{Operator, Order, Quantifier, Test};
pub use pattern::Pattern;
pub use principal::{Principal, ServicePrincipal};
pub use truth::Truth;
pub use variable::Template;
