//! What several tests build on.

pub(crate) mod schema;
pub(crate) mod world;
