//! Finds credentials in the values of environment variables, and forgets the values.
//!
//! The value decides and the name only weighs: a rule knows the shape of a credential, or judges
//! whether a value looks random under a name that promises a secret. Rules are data
//! (`checks/reference/secrets.toml`). What is found is told by detector, length and keyed
//! fingerprint; no type of this room prints a value, and nothing here logs. Values of conditions by which callers show
//! that they know a secret are taken out of policies.

mod arguments;
mod detector;
mod harmless;
mod key;
mod policy;
mod rule;
mod shape;
mod view;

pub use arguments::arguments;
pub use detector::Detector;
pub use key::{FingerprintKey, KeyError};
pub use policy::redact_policy;
pub use rule::RuleError;
