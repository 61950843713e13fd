//! What several tests build on.

#[cfg(feature = "live")]
pub(crate) mod emulator;
pub(crate) mod schema;
pub(crate) mod world;
