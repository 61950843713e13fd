//! The documents that checks read. Their schema is the contract with every check author.

mod document;

pub use document::{Document, MissingFact, Resource, Scope};
