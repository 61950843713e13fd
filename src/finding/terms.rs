//! The terms of a report: what the user's settings did to it, so that no setting works in silence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use sha2::{Digest as _, Sha256};

use crate::check::{Persona, Severity};
use crate::inventory::hex;

/// Configuration under which findings were made: by whom they are meant to be read, and what the user changed.
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(default)]
pub struct ReportTerms {
    /// The persona whose checks were chosen; absent where checks were named one by one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub persona: Option<Persona>,
    /// The configuration in force; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<ConfigurationFile>,
    /// Ids of checks that the configuration switches off, or the command line leaves out.
    pub checks_disabled: Vec<String>,
    /// Checks that the configuration gives another severity.
    pub severities_overridden: Vec<SeverityOverride>,
    /// Accounts that the user names as their own.
    pub own_accounts: Vec<String>,
    /// Whether the user says that these are all.
    pub own_accounts_complete: bool,
    /// The organization that the user names as their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization_id: Option<String>,
    /// Accounts outside this one that the configuration trusts.
    pub trusted_accounts: Vec<String>,
    /// Organizations that the configuration trusts.
    pub trusted_organizations: Vec<String>,
}

/// Configuration file, so that two reports can be told to rest on the same settings.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct ConfigurationFile {
    /// As it was found or named.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl ConfigurationFile {
    /// The file with its content.
    pub fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            sha256: hex(&Sha256::digest(text)),
        }
    }
}

/// Severity that the configuration gives a check in place of the check's own.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct SeverityOverride {
    /// The check's id.
    pub check: String,
    /// What the check says.
    pub from: Severity,
    /// What counts.
    pub to: Severity,
}

/// Kinds of compute that run code for Lambda's customers and that no call of this version lists, with the reason.
///
/// Source: <https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html>.
pub const NOT_COVERED: &[(&str, &str)] = &[
    (
        "versions without an alias",
        "only versions that an alias names are read, beside $LATEST",
    ),
    (
        "Lambda MicroVMs",
        "no operation that this version calls lists them",
    ),
    (
        "Lambda web functions",
        "no operation that this version calls lists them",
    ),
    (
        "Bedrock AgentCore gateways and runtimes",
        "they are another service's",
    ),
    (
        "CloudFront Functions",
        "they are another service's, and hold no role",
    ),
];
