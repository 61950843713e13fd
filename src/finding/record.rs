//! One finding, and how a judgement becomes findings.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::gaps::GapTable;
use super::id::{canonical, cause_id, finding_id};
use crate::check::{Confidence, Definition, Fix, Framework, Judgement, Offence, Severity, Verdict};
use crate::facts::{Resource, Scope};

/// One verdict worth telling: an offence, or a check that does not know, passed or did not apply.
#[derive(Clone, Debug, Deserialize, JsonSchema, PartialEq, Serialize)]
pub struct Finding {
    /// The same in every run for the same offence of the same check and resource.
    pub id: String,
    /// The check's id.
    pub check: String,
    /// What the check says.
    pub verdict: Verdict,
    /// How bad it is when the check fails.
    pub severity: Severity,
    /// How sure the check is of this finding.
    pub confidence: Confidence,
    /// The resource's account.
    pub account: String,
    /// The resource's region; empty for global resources.
    pub region: String,
    /// The resource's ARN.
    pub resource: String,
    /// The resource's name.
    pub resource_name: String,
    /// What kind of resource it is.
    pub scope: Scope,
    /// The bad pattern in a few words.
    pub title: String,
    /// One sentence about this resource.
    pub message: String,
    /// What shows it; null where the check shows nothing.
    pub evidence: Value,
    /// What one change would resolve, which other findings may have in common.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// How to mend it; only where the check failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation>,
    /// Pages to read.
    pub references: Vec<String>,
    /// Ids in frameworks and other scanners.
    pub maps: BTreeMap<Framework, Vec<String>>,
    /// Why the verdict is UNKNOWN: indices into the report's `gaps`.
    pub gaps: Vec<usize>,
}

/// What one change would resolve.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Cause {
    /// The same for all findings of an account that it brings about.
    pub id: String,
    /// What to change, such as a statement of a role's policy.
    pub text: String,
}

/// How to mend a resource, with its real names.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Remediation {
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

impl From<Fix> for Remediation {
    fn from(fix: Fix) -> Self {
        Self {
            text: fix.text,
            cli: fix.cli,
            terraform: fix.terraform,
            cloudformation: fix.cloudformation,
        }
    }
}

impl Finding {
    /// The findings of one judgement: for a FAIL one for each distinct offence, otherwise one.
    pub(super) fn of(
        check: &Definition,
        resource: &Resource,
        judgement: Judgement,
        gaps: &mut GapTable,
    ) -> Vec<Self> {
        let blank = Self {
            id: finding_id(&check.id, &resource.arn, &[]),
            check: check.id.clone(),
            verdict: judgement.verdict,
            severity: check.severity,
            confidence: check.confidence,
            account: resource.account.clone(),
            region: resource.region.clone(),
            resource: resource.arn.clone(),
            resource_name: resource.name.clone(),
            scope: resource.scope,
            title: check.title.clone(),
            message: String::new(),
            evidence: Value::Null,
            cause: None,
            remediation: None,
            references: check.references.clone(),
            maps: check.maps.clone(),
            gaps: Vec::new(),
        };
        match judgement.verdict {
            Verdict::Fail if judgement.offences.is_empty() => vec![Self {
                message: check.title.clone(),
                ..blank
            }],
            Verdict::Fail => distinct(judgement.offences)
                .into_iter()
                .map(|offence| Self {
                    id: finding_id(&check.id, &resource.arn, &offence.identity),
                    confidence: check.confidence_in(offence.certain),
                    cause: offence.cause.map(|text| Cause {
                        id: cause_id(&resource.account, &text),
                        text,
                    }),
                    message: offence.message,
                    evidence: offence.evidence,
                    remediation: Some(offence.fix.into()),
                    ..blank.clone()
                })
                .collect(),
            Verdict::Unknown => {
                let message = match judgement.gaps.as_slice() {
                    [] => "not evaluated: what decides is not known".to_owned(),
                    [gap] => format!("not evaluated: {gap}"),
                    [gap, more @ ..] => format!("not evaluated: {gap} (and {} more)", more.len()),
                };
                let distinct: BTreeSet<_> = judgement.gaps.into_iter().collect();
                vec![Self {
                    message,
                    gaps: distinct.into_iter().map(|gap| gaps.add(gap, 1)).collect(),
                    ..blank
                }]
            }
            Verdict::Pass => vec![Self {
                message: "as it ought to be".to_owned(),
                ..blank
            }],
            Verdict::NotApplicable => vec![Self {
                message: "the check does not concern it".to_owned(),
                ..blank
            }],
        }
    }
}

/// Offences with identities that tell them apart.
///
/// Where a check's identity parts do not, the evidence itself becomes a part; offences that are
/// equal in that too are one offence.
fn distinct(offences: Vec<Offence>) -> Vec<Offence> {
    let mut groups: BTreeMap<Vec<String>, Vec<Offence>> = BTreeMap::new();
    for offence in offences {
        groups
            .entry(offence.identity.clone())
            .or_default()
            .push(offence);
    }
    groups
        .into_values()
        .flat_map(|group| match group.len() {
            1 => group,
            _ => {
                let by_evidence: BTreeMap<String, Offence> = group
                    .into_iter()
                    .map(|offence| (canonical(&offence.evidence), offence))
                    .collect();
                if by_evidence.len() == 1 {
                    return by_evidence.into_values().collect();
                }
                by_evidence
                    .into_iter()
                    .map(|(evidence, mut offence)| {
                        offence.identity.push(evidence);
                        offence
                    })
                    .collect()
            }
        })
        .collect()
}
