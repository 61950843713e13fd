//! What several tests build on.

pub(crate) mod cli;
#[cfg(feature = "live")]
pub(crate) mod emulator;
pub(crate) mod principals;
#[cfg(feature = "live")]
pub(crate) mod simulator;
#[cfg(feature = "live")]
pub(crate) mod stub;
pub(crate) mod world;

/// So many random cases, or as many as `PROPTEST_CASES` says.
pub(crate) fn cases(usual: u32) -> proptest::test_runner::Config {
    let mut config = proptest::test_runner::Config::default();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = usual;
    }
    config
}
