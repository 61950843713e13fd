//! Lamppost reads live AWS accounts and says of every Lambda function how well it is secured.

pub mod analysis;
#[cfg(feature = "live")]
pub mod aws;
pub mod check;
pub mod cli;
#[cfg(feature = "live")]
pub mod collect;
pub mod config;
pub mod facts;
pub mod finding;
pub mod inventory;
pub mod policy;
pub mod reference;
pub mod report;
#[cfg(feature = "live")]
pub mod scan;
pub mod secret;
#[cfg(feature = "live")]
pub mod target;
