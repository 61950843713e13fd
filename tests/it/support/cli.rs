//! The binary as a user runs it, in an environment of which nothing of this machine is left.

use std::path::PathBuf;
use std::process::{Command, Output};

use serde_json::Value;

/// A command line to run.
pub(crate) struct Lamppost(Command);

impl Lamppost {
    /// `lamppost` with these arguments, in a folder without a configuration.
    pub(crate) fn new<Argument: AsRef<std::ffi::OsStr>>(
        arguments: impl IntoIterator<Item = Argument>,
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lamppost"));
        command
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", "/nonexistent")
            .env("COLUMNS", "100");
        command.current_dir(std::env::temp_dir()).args(arguments);
        Self(command)
    }

    /// With credentials of the emulated management account, at this address.
    #[cfg(feature = "live")]
    pub(crate) fn at(self, endpoint: &str) -> Self {
        self.env("AWS_ENDPOINT_URL", endpoint)
            .env("AWS_ACCESS_KEY_ID", "AKIALAMPPOSTTEST0000")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
    }

    /// In another folder, which is its home too.
    #[cfg(feature = "live")]
    pub(crate) fn home(mut self, folder: &std::path::Path) -> Self {
        self.0.current_dir(folder).env("HOME", folder);
        self
    }

    #[cfg(feature = "live")]
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// With further arguments.
    #[cfg(feature = "live")]
    pub(crate) fn args<Argument: AsRef<std::ffi::OsStr>>(
        mut self,
        arguments: impl IntoIterator<Item = Argument>,
    ) -> Self {
        self.0.args(arguments);
        self
    }

    /// Starts it, with its output kept.
    #[cfg(feature = "live")]
    pub(crate) fn spawn(mut self) -> std::process::Child {
        use std::process::Stdio;

        let piped = self.0.stdout(Stdio::piped()).stderr(Stdio::piped());
        piped.stdin(Stdio::null()).spawn().expect("the binary runs")
    }

    /// Runs it.
    pub(crate) fn run(mut self) -> Ended {
        Ended(self.0.output().expect("the binary runs"))
    }
}

/// How it ended.
pub(crate) struct Ended(Output);

impl Ended {
    pub(crate) fn code(&self) -> i32 {
        self.0.status.code().expect("it was not killed")
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).expect("text")
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).expect("text")
    }

    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.0.stdout).unwrap_or_else(|error| {
            panic!("no JSON on stdout ({error}); stderr:\n{}", self.stderr())
        })
    }
}

/// A folder of its own for one test, gone at its end.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a temporary folder")
}

/// A file of the project.
pub(crate) fn project(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}
