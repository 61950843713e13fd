//! The IAM policy language, pure: text in, answers with their reasons out.
//!
//! A scanner does not have the request that AWS would see, so nothing here is merely true or false.
//! Every question is answered in Kleene's three values ([`Truth`]), and an answer that depends names what it depends on.
//!
//! ```
//! use lamppost::policy::{Caller, Context, Layer, Policy, Request, Source, Target, Verdict, evaluate};
//!
//! let policy = Policy::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Sid": "bucket", "Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"},
//!         "Action": "lambda:InvokeFunction", "Resource": "*",
//!         "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}}}"#,
//! )?;
//! let function = "arn:aws:lambda:eu-west-1:111122223333:function:f";
//! let request = Request::new(
//!     Caller::service("s3.amazonaws.com"),
//!     "lambda:InvokeFunction",
//!     Target::Exact(function.to_owned()),
//!     Context::open(),
//! );
//! let sources = [Source::new("policy of f", &policy)];
//! let decision = evaluate(Layer::Resource, &sources, &request);
//! assert_eq!(decision.verdict, Verdict::Conditional);
//! let depends_on: Vec<String> = decision.depends_on().iter().map(ToString::to_string).collect();
//! assert_eq!(depends_on, ["aws:SourceAccount StringEquals 111122223333"]);
//! # Ok::<(), lamppost::policy::ParseError>(())
//! ```
//!
//! # The map
//!
//! | question | types | file |
//! |---|---|---|
//! | What does the document say? | [`Policy`], [`Statement`], [`ParseError`] | `document`, `parse`, `json` |
//! | Which texts does a pattern match, and which patterns does it cover or meet? | [`Pattern`], [`ActionSet`], [`Arn`], [`Template`] | `pattern`, `glob`, `meet`, `action`, `arn`, `variable` |
//! | Which texts stand for all that patterns tell apart? | [`text_cells`], [`Shape`] | `cell` |
//! | Whom does it name, and who is calling? | [`Principal`], [`Caller`] | `principal`, `caller` |
//! | Does a condition hold? | [`Condition`], [`Operator`], [`AddressRanges`], [`AddressCell`] | `condition`, `operator`, `compare`, `cidr` |
//! | What is known of the request? | [`Request`], [`Target`], [`Context`], [`AskedKeys`], [`KeyState`] | `request`, `context` |
//! | What do the policies of one layer say? | [`evaluate`], [`Source`], [`Layer`] | `evaluate` |
//! | What do all layers say together? | [`authorize`], [`Layers`] | `combine` |
//! | What must the caller choose to get in? | [`Choice`] | `witness` |
//! | What is the answer, and why? | [`Decision`], [`Verdict`], [`Reason`], [`Matched`], [`Open`] | `decision` |
//! | What does a conditional answer depend on? | [`Dependency`] | `dependency` |
//!
//! # What to rely on
//!
//! - An Allow is certain for every request that fits what was given; where the caller controls something
//!   ([`KeyState::Any`], [`Target::Any`]), it is certain for the choice in [`Decision::chosen`].
//! - A Deny is certain for every request that fits.
//! - Conditional says nothing but what [`Decision::depends_on`] lists. It is the answer to everything that AWS does not document.
//! - A policy that could not be read is [`Source::unread`], never an empty one.

mod action;
mod arn;
mod caller;
mod cell;
mod cidr;
mod combine;
mod compare;
mod condition;
mod context;
mod decision;
mod dependency;
mod document;
mod evaluate;
mod glob;
mod json;
mod meet;
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
pub use cell::{Shape, TextCell, TextCells, text_cells};
pub use cidr::{AddressCell, AddressRanges};
pub use combine::{Layers, authorize};
pub use context::{AskedKeys, Context, KeyState};
pub use decision::{Choice, Decision, Reason, Verdict};
pub use dependency::Dependency;
pub use document::{Condition, Effect, Element, ParseError, Policy, Statement, Version};
pub use evaluate::{Layer, Matched, Open, Source, evaluate};
pub use operator::{Operator, Order, Quantifier, Test};
pub use pattern::Pattern;
pub use principal::{Principal, ServicePrincipal};
pub use request::{Request, Target};
pub use truth::Truth;
pub use variable::Template;
