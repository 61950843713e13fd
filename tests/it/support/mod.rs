//! What several tests build on.

pub(crate) mod world;
