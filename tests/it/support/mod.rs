//! What several tests build on.

pub(crate) mod cli;
#[cfg(feature = "live")]
pub(crate) mod emulator;
pub(crate) mod world;
