//! A check file as it is written.

use std::collections::BTreeMap;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::facts::Scope;

/// How bad it is when a check fails.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    Eq,
    Hash,
    JsonSchema,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good practice that costs little to ignore.
    Low,
    /// Weakens a defence.
    Medium,
    /// One more mistake away from a breach.
    High,
    /// A breach waiting for somebody to look.
    Critical,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        })
    }
}

/// How sure a failing check is that something is wrong.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// An indication; look at it by hand.
    Low,
    /// Right more often than not.
    Medium,
    /// The facts leave no doubt.
    High,
}

/// For whom a check is meant; each includes those before it.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Deserialize,
    Eq,
    Hash,
    JsonSchema,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Persona {
    /// Everybody: security problems with little noise.
    #[default]
    Default,
    /// Teams that want good practice as well.
    Strict,
    /// Auditors who look at every indication by hand.
    Audit,
}

impl fmt::Display for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Default => "default",
            Self::Strict => "strict",
            Self::Audit => "audit",
        })
    }
}

/// Where a check stands in its life.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    Deserialize,
    Eq,
    Hash,
    JsonSchema,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// New; may still change.
    Preview,
    /// Will not change its meaning.
    #[default]
    Stable,
    /// Will be removed; its references name what replaces it.
    Deprecated,
}

/// One check: what ought to be, and all that a person needs to know about it.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Definition {
    /// Names the bad pattern in kebab case; never reused.
    pub id: String,
    /// The bad pattern in a few words, as a heading.
    pub title: String,
    /// What it judges.
    pub scope: Scope,
    /// How bad it is.
    pub severity: Severity,
    /// How sure it is where the evidence is certain; a finding whose evidence is not has the next lower one.
    pub confidence: Confidence,
    /// For whom it is meant.
    #[serde(default)]
    pub persona: Persona,
    /// The version of Lamppost that brought it.
    pub since: String,
    /// Where it stands in its life.
    #[serde(default)]
    pub status: Status,
    /// CEL: whether the check concerns the resource at all; absent: always.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies: Option<String>,
    /// CEL: whether the resource fails.
    pub fails: String,
    /// CEL: what to show when it fails; a list gives one finding for each item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Checks whose failure this one's contains: where it fails, they are not reported besides and do not count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub implies: Vec<String>,
    /// What findings have in common that one change would resolve; a template like the message, naming the thing to change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Fields of an evidence item that tell it from the others; part of the finding's id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity: Vec<String>,
    /// One sentence about this resource; a template over the facts, with the evidence item as `item`.
    pub message: String,
    /// Why it matters.
    pub why: String,
    /// When the finding is acceptable, if it ever is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acceptable: Option<String>,
    /// How to mend it.
    pub fix: Fix,
    /// Pages to read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// Ids in frameworks and other scanners, for example `security-hub = ["Lambda.1"]`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub maps: BTreeMap<Framework, Vec<String>>,
    /// Facts on which it must fail, pass, not know, or not apply.
    #[serde(default)]
    pub examples: Examples,
}

impl Definition {
    /// The confidence of a finding whose evidence is certain or not: the check's own, or the next lower one.
    #[must_use]
    pub fn confidence_in(&self, certain: bool) -> Confidence {
        match self.confidence {
            own if certain => own,
            Confidence::High => Confidence::Medium,
            Confidence::Medium | Confidence::Low => Confidence::Low,
        }
    }
}

/// How to mend a failing resource; every text is a template like the message.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Fix {
    /// In words.
    pub text: String,
    /// With the AWS command line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cli: Option<String>,
    /// In Terraform.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terraform: Option<String>,
    /// In CloudFormation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cloudformation: Option<String>,
}

/// A framework or scanner whose ids a check maps to.
#[derive(
    Clone,
    Copy,
    Debug,
    Deserialize,
    Eq,
    Hash,
    JsonSchema,
    Ord,
    PartialEq,
    PartialOrd,
    Serialize,
    clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Framework {
    /// AWS Security Hub controls.
    SecurityHub,
    /// CIS AWS Compute Services Benchmark and Foundations, as `compute-1.0:4.5`.
    Cis,
    /// NIST SP 800-53 revision 5.
    #[serde(rename = "nist-800-53")]
    #[value(name = "nist-800-53")]
    Nist80053,
    /// PCI DSS 4.0.
    PciDss,
    /// ISO/IEC 27001:2022, Annex A.
    #[serde(rename = "iso-27001")]
    #[value(name = "iso-27001")]
    Iso27001,
    /// SOC 2 trust services criteria.
    #[serde(rename = "soc-2")]
    #[value(name = "soc-2")]
    Soc2,
    /// HIPAA security rule.
    Hipaa,
    /// MITRE ATT&CK techniques.
    MitreAttack,
    /// Prowler check ids.
    Prowler,
    /// Checkov check ids.
    Checkov,
    /// pathfinding.cloud path ids.
    Pathfinding,
}

/// Facts with the verdict they must give.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Examples {
    /// The check must fail.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fail: Vec<Example>,
    /// The check must pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pass: Vec<Example>,
    /// The check must say that it does not know.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unknown: Vec<Example>,
    /// The check must say that it does not apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_applicable: Vec<Example>,
}

/// A fragment of facts; every fact that it does not name is missing.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// The facts.
    pub facts: Map<String, Value>,
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        })
    }
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SecurityHub => "AWS Security Hub",
            Self::Cis => "CIS",
            Self::Nist80053 => "NIST SP 800-53",
            Self::PciDss => "PCI DSS",
            Self::Iso27001 => "ISO/IEC 27001",
            Self::Soc2 => "SOC 2",
            Self::Hipaa => "HIPAA",
            Self::MitreAttack => "MITRE ATT&CK",
            Self::Prowler => "Prowler",
            Self::Checkov => "Checkov",
            Self::Pathfinding => "pathfinding.cloud",
        })
    }
}
