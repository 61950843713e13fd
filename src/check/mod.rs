//! Checks: files that say what ought to be, and the engine that reads facts by them.
//!
//! The only room that names the expression language's crate. A check file is read ([`Registry`]),
//! its expressions are typed against the JSON Schema of the facts, and then it judges documents
//! ([`Judge`]). Whatever could go wrong at run time is found when the file is loaded, except that
//! a fact is absent; and absence is a verdict of its own.

mod ceiling;
mod certainty;
mod compile;
mod definition;
mod expression;
mod judge;
mod lint;
mod listing;
pub(crate) mod nearest;
mod operations;
mod page;
mod plan;
mod problem;
mod quoting;
mod registry;
mod scaffold;
mod source;
mod span;
mod template;
mod types;
mod typing;
mod value;
mod verdict;

pub use compile::{Check, Schemas};
pub use definition::{
    Confidence, Definition, Example, Examples, Fix, Framework, Persona, Severity, Status,
};
pub use judge::Judge;
pub use lint::{example_document, lint, lint_builtin};
pub use listing::{index, table};
pub(crate) use nearest::nearest;
pub use page::{page, terminal_page};
pub use plan::plan;
pub use problem::Problem;
pub use registry::{LoadError, Registry, SelectError, Selection};
pub use scaffold::{definition_schema, is_id, scaffold};
pub use verdict::{Judgement, Offence, Verdict};
