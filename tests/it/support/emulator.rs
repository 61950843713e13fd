//! The emulated AWS as a child process: set up, started, seeded and stopped by the tests themselves.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

/// A running server; closing its standard input, which the end of the test process does too, ends it.
pub(crate) struct Emulator {
    endpoint: String,
    _server: Child,
}

fn localstack() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("localstack")
}

/// The interpreter of the virtual environment, which the first call sets up.
pub(crate) fn python() -> &'static PathBuf {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let setup = Command::new("bash")
            .arg(localstack().join("setup.sh"))
            .output();
        let setup = setup.expect("bash and Python 3 are needed to emulate AWS");
        assert!(
            setup.status.success(),
            "localstack/setup.sh failed; tests against AWS need Python 3:\n{}",
            String::from_utf8_lossy(&setup.stderr)
        );
        localstack().join(".venv/bin/python")
    })
}

impl Emulator {
    /// The seeded organisation, shared by all tests that only read it.
    pub(crate) fn organisation() -> &'static Self {
        static SHARED: OnceLock<Emulator> = OnceLock::new();
        SHARED.get_or_init(|| {
            let emulator = Self::start(&[]);
            emulator.seed(&[]);
            emulator
        })
    }

    /// A server of one's own, empty, with these environment variables.
    pub(crate) fn start(environment: &[(&str, &str)]) -> Self {
        let mut server = Command::new(python())
            .arg(localstack().join("server.py"))
            .arg("run")
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the emulator starts");
        let mut line = String::new();
        let output = server
            .stdout
            .take()
            .expect("the emulator's output is piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("the emulator says where it is");
        let endpoint = line.trim().strip_prefix("endpoint ");
        let endpoint = endpoint.expect("the emulator says where it is").to_owned();
        Self {
            endpoint,
            _server: server,
        }
    }

    /// Seeds it with `seed.py` and these arguments.
    pub(crate) fn seed(&self, arguments: &[&str]) {
        let seed = Command::new(python())
            .arg(localstack().join("seed.py"))
            .args(["--endpoint", &self.endpoint])
            .args(arguments)
            .output()
            .expect("the seed runs");
        assert!(
            seed.status.success(),
            "seeding failed:\n{}",
            String::from_utf8_lossy(&seed.stderr)
        );
    }

    /// Deploys every application of `localstack/applications`; what was made, a line of JSON each.
    pub(crate) fn deploy_applications(&self) -> String {
        let deploy = Command::new(python())
            .arg(localstack().join("deploy.py"))
            .args(["--applications", "--endpoint", &self.endpoint])
            .output()
            .expect("the deployer runs");
        assert!(
            deploy.status.success(),
            "deploying failed:\n{}",
            String::from_utf8_lossy(&deploy.stderr)
        );
        String::from_utf8(deploy.stdout).expect("the deployer writes text")
    }

    /// Its address.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }
}
