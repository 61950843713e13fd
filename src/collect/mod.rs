//! AWS calls in, observations out, no judgement.
//!
//! One file (or folder) for each AWS service turns answers into [`crate::inventory`] types;
//! `region` and `account` drive them. Three rules hold everywhere:
//!
//! - **Nothing disappears.** Every function that was listed is in the inventory; what could not be
//!   asked or read about it is a gap, with the call, the code and the place. A record that cannot be
//!   attributed to anything makes its list a gap, because it may concern anybody.
//! - **Absence is AWS's word.** "There is none" is decided on the error code, never on an HTTP
//!   status, a missing member or an empty answer.
//! - **No secret stays.** Environment values are judged and dropped when a page is read; shared
//!   secrets in policies are replaced; presigned addresses are never copied; no answer is printed.
//!
//! # Regions
//!
//! A region is left after one call where `GetAccountSettings` counts no function and no stored code:
//! layers take storage too, so nothing of ours is there. A region that a service control policy
//! closes costs one call, one that refuses `GetAccountSettings` otherwise a second
//! (`ListFunctions`).

mod account;
mod apis;
mod balancers;
mod collector;
mod ec2;
mod iam;
mod kms;
mod lambda;
mod logs;
mod named;
mod organizations;
mod place;
mod probe;
mod progress;
mod region;
mod seen;
mod sources;
mod sweep;
mod text;

pub use account::collect_account;
pub use collector::Collector;
pub use place::Inspect;
pub use probe::{Entry, Probed, entries, probe};
pub use progress::Progress;
pub use sweep::{Sweep, Visit, visits};
