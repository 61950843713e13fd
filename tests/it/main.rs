//! The one integration binary: every test that stands where a user stands.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test that meets the unexpected must stop"
)]

#[cfg(feature = "live")]
mod accept;
mod access;
mod account;
#[cfg(feature = "live")]
mod applications;
#[cfg(feature = "live")]
mod at_scale;
#[cfg(feature = "live")]
mod aws;
mod builtin;
#[cfg(feature = "live")]
mod canary;
mod certainty;
mod chain_laws;
mod chains;
mod check;
mod cli;
#[cfg(feature = "live")]
mod collect;
mod config;
#[cfg(feature = "live")]
mod credentials;
mod docs;
#[cfg(feature = "live")]
mod doctor;
mod escalation;
mod explain_access;
mod explain_exposure;
mod exposure;
mod exposure_laws;
mod facts;
#[cfg(feature = "live")]
mod faults;
mod federation;
#[cfg(feature = "live")]
mod hostile;
mod integrity;
#[cfg(feature = "live")]
mod interrupt;
mod lambda_actions;
mod material;
#[cfg(feature = "live")]
mod misuse;
mod mutated;
#[cfg(feature = "live")]
mod organisation;
mod outputs;
#[cfg(feature = "live")]
mod ownership;
mod passable;
mod paths;
#[cfg(feature = "live")]
mod plan;
mod policy;
mod policy_laws;
mod privilege;
mod privilege_laws;
#[cfg(feature = "live")]
mod reference;
mod remediation;
mod replay;
mod report;
#[cfg(feature = "live")]
mod run_folder;
#[cfg(feature = "live")]
mod scale;
#[cfg(feature = "live")]
mod scope;
mod secret;
mod support;
#[cfg(feature = "live")]
mod target;
mod trust;
#[cfg(feature = "live")]
mod truth;
mod unlocking;
#[cfg(feature = "live")]
mod watchdog;
