//! What several tests build on.

pub(crate) mod cli;
#[cfg(feature = "live")]
pub(crate) mod emulator;
pub(crate) mod principals;
#[cfg(feature = "live")]
pub(crate) mod simulator;
#[cfg(feature = "live")]
pub(crate) mod stub;
pub(crate) mod world;
