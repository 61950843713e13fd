//! How Lamppost talks to AWS.
//!
//! A [`Connection`] is what the whole process shares: the HTTP transport, the budgets, the cap on
//! requests in flight, the ledger. A [`Session`] is one identity in one account, and hands out SDK clients.
//! Every attempt of every call passes the same four places:
//!
//! ```text
//! SDK client ─► guard (refuses what is not published) ─► gate (charges the budget, waits its turn, keeps deadlines, counts)
//!            ─► transport: live │ record │ replay │ fault
//! ```
//!
//! When a call fails, [`gap`] turns the SDK's error into a [`crate::inventory::Gap`].

mod budget;
mod cached;
mod client;
mod credentials;
mod endpoint;
mod error;
mod gate;
mod guard;
mod identity;
mod ledger;
mod pages;
mod profile;
pub mod transport;
mod watchdog;

pub use budget::{NoShare, Share};
pub use client::{Connection, Limits, Session};
pub use credentials::{Base, Mfa, Role, is_role_arn};
pub use endpoint::WrongEndpoint;
pub use error::{Call, gap};
pub use guard::{Refusal, Ticket};
pub use identity::IdentityError;
pub use ledger::{Ledger, LedgerRow};
pub(crate) use pages::{Endless, Pages};
pub use watchdog::Stuck;

#[cfg(test)]
mod tests;
