//! The one integration binary: every test that stands where a user stands.

mod facts;
mod support;
