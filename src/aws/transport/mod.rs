//! Ways to answer a request; all of them are a `SharedHttpClient`.

mod live;

pub use live::live;
