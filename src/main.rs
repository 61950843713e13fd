//! Parse, run, map the outcome to an exit code; nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    lamppost::cli::main()
}
