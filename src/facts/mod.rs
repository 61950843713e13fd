//! The documents that checks read. Their schema is the contract with every check author.

mod account;
mod document;
mod schema;
mod source;
mod tree;

pub use account::{
    AccountDocument, AccountFacts, FunctionDocument, LayerDocument, RegionFacts, Subject,
    documents, subjects,
};
pub use document::{Document, MissingFact, Resource, Scope};
pub use schema::schema;
pub use source::{AtStandard, at_standard, operations};
pub use tree::{Field, below, outline, tree, values};
