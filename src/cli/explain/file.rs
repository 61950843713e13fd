//! Files with policies, as people have them.

use std::io::Read as _;
use std::path::Path;

use serde_json::Value;

use crate::cli::error::CliError;
use crate::disk::{self, Ceiling};
use crate::policy::Policy;

/// The largest file: twice the largest policy, since the text of one may stand in another.
const FILE: Ceiling = Ceiling {
    of: "policies",
    bytes: 1 << 20,
};

/// The policy of a file, which may be wrapped as `aws lambda get-policy`, `aws iam get-role-policy` and `aws iam get-policy-version` print it.
pub(super) fn read(path: &Path) -> Result<Policy, CliError> {
    let read = || {
        if path.as_os_str() == "-" {
            let mut text = String::new();
            std::io::stdin()
                .take(FILE.bytes)
                .read_to_string(&mut text)
                .map(|_| text)
        } else {
            disk::read_text(path, FILE)
        }
    };
    let read = read().map_err(|source| CliError::Read {
        path: path.to_owned(),
        source,
    })?;
    // what some editors and shells put before the text
    let text = read.trim_start_matches('\u{feff}');
    let wrapped = serde_json::from_str::<Value>(text).ok();
    let inner = wrapped.as_ref().and_then(|value| {
        let places = ["/Policy", "/PolicyDocument", "/PolicyVersion/Document"];
        let inner = places.iter().find_map(|place| value.pointer(place))?;
        Some(
            inner
                .as_str()
                .map_or_else(|| inner.to_string(), str::to_owned),
        )
    });
    Policy::parse(inner.as_deref().unwrap_or(text)).map_err(|error| CliError::Policy {
        path: path.to_owned(),
        error,
    })
}
