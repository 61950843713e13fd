//! Lamppost reads live AWS accounts and says of every Lambda function how well it is secured.
//!
//! Rust says what is; a check, one data file in `checks/`, says what ought to be. A value moves in one direction:
//!
//! | room | what comes out of it |
//! |---|---|
//! | [`cli`], [`config`] | what was typed and set |
//! | `target` | which accounts and regions, entered |
//! | [`operation`] | the AWS operations that may be called, and the plan of a scan |
//! | `aws` | clients that only read, within limits, and count their calls |
//! | `collect` | one account's answers, as an inventory |
//! | [`secret`] | what a value gave away; the value itself goes no further |
//! | [`inventory`] | typed observations and gaps, snapshots |
//! | [`policy`], [`reference`](mod@reference) | the IAM language; dated data |
//! | [`analysis`] | typed facts, each known or unknown |
//! | [`facts`] | the documents that checks read |
//! | [`check`] | verdicts |
//! | [`finding`] | findings, scores, the report as a value |
//! | [`report`] | the report in some format |
//!
//! `aws`, `target` and `collect` need the cargo feature `live`; all the rest builds without the AWS SDK.

pub mod analysis;
#[cfg(feature = "live")]
pub mod aws;
pub mod check;
pub mod cli;
#[cfg(feature = "live")]
pub mod collect;
pub mod config;
mod disk;
pub mod facts;
pub mod finding;
pub mod inventory;
pub mod operation;
mod plain;
pub mod policy;
pub mod reference;
pub mod report;
#[cfg(feature = "live")]
pub mod scan;
pub mod secret;
#[cfg(feature = "live")]
pub mod target;
mod terminal;
