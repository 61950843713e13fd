//! Inventory to facts: one file for each subject. Here lives every hard thing.

mod fact;

pub use fact::{Fact, MISSING_KEY};
