//! Checks: files that say what ought to be, and the engine that reads facts by them.
//!
//! The only room that names the expression language's crate.

mod definition;
mod verdict;

pub use definition::{
    Confidence, Definition, Example, Examples, Fix, Framework, Persona, Severity, Status,
};
pub use verdict::{Judgement, Offence, Verdict};
