//! `lamppost.toml`: what the user told once instead of on every command line.
//!
//! The file is read strictly: an unknown key or a value that cannot be right is an error with its
//! place marked, because a setting that silently does nothing is worse than none.

mod load;
mod settings;
mod text;

pub use load::{CONFIG_FILE, ConfigError};
pub use settings::{AcceptedGap, CheckOverride, Config, Secrets, Targets, Thresholds, Trust};
pub use text::{
    AccountPattern, CallPattern, ExternalId, OrganizationId, RegionPattern, RoleName, SessionName,
};
