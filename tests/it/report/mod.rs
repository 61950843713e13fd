//! Reports from judged accounts: model, order, exit codes, formats.

mod fixture;
mod formats;
mod judged;
mod model;
mod outcome;
