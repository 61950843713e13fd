//! What is known of the condition keys when a principal of the account makes a request.
//!
//! See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html> and
//! <https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html>.

use super::estate::{Estate, Member};
use crate::inventory::{Observed, PrincipalKind};
use crate::policy::{Context, KeyState};
use crate::reference;

/// Keys of which whoever runs code with the principal's credentials chooses the value, beside those of Lambda's own.
const CHOSEN: &[&str] = &[
    "aws:RequestTag/*",
    "aws:TagKeys",
    "aws:UserAgent",
    "aws:Referer",
    "iam:PassedToService",
    "iam:AssociatedResourceArn",
    "iam:PolicyARN",
    "s3:prefix",
    "s3:delimiter",
    "s3:max-keys",
    "dynamodb:Attributes",
    "dynamodb:LeadingKeys",
    "dynamodb:Select",
    "ec2:InstanceType",
    "sts:RoleSessionName",
];

/// Keys that a session of a role which a service assumed does not have.
const NOT_OF_SERVICE_ROLES: [&str; 6] = [
    "aws:MultiFactorAuthPresent",
    "aws:MultiFactorAuthAge",
    "aws:FederatedProvider",
    "aws:SourceIdentity",
    "aws:CalledVia",
    "kms:ViaService",
];

/// The service that runs functions.
pub(super) const LAMBDA: &str = "lambda.amazonaws.com";

/// The circumstances of a principal; `functions` are those that run as it, as far as all of them are known.
pub(super) fn of(estate: &Estate<'_>, member: &Member<'_>, functions: Option<&[&str]>) -> Context {
    let mut context = of_account(estate);
    let mut say = |key: &str, state: KeyState| context.set(key, state);
    let principal = member.principal;
    for (key, value) in &principal.tags {
        say(&format!("aws:PrincipalTag/{key}"), KeyState::one(value));
    }
    match principal.kind {
        // Only the code of a function has it.
        PrincipalKind::User => say("lambda:SourceFunctionArn", KeyState::Absent),
        PrincipalKind::Role => {
            if !principal.id.is_empty() {
                let session = crate::policy::Pattern::glob(&format!("{}:*", principal.id));
                say("aws:userid", KeyState::Like(vec![session]));
            }
            if member.trusts_service(LAMBDA) == Some(false) {
                say("lambda:SourceFunctionArn", KeyState::Absent);
            }
        }
        PrincipalKind::Group => {}
    }
    if let Some(functions) = functions {
        for key in NOT_OF_SERVICE_ROLES {
            say(key, KeyState::Absent);
        }
        let arns = functions.iter().map(|&arn| arn.to_owned()).collect();
        say("lambda:SourceFunctionArn", KeyState::OneOf(arns));
    }
    context
}

/// The circumstances of every principal of the account, one without tags.
pub(super) fn of_account(estate: &Estate<'_>) -> Context {
    let mut context = Context::open();
    let mut say = |key: &str, state: KeyState| context.set(key, state);
    for key in CHOSEN {
        say(key, KeyState::Any);
    }
    for key in reference::lambda_actions().condition_keys() {
        if key.chosen {
            say(&format!("lambda:{}", key.name), KeyState::Any);
        }
    }
    let now = estate.inventory.account.observed_at;
    say("aws:CurrentTime", KeyState::one(now.to_string()));
    say("aws:EpochTime", KeyState::one(now.as_second().to_string()));
    say("aws:SecureTransport", KeyState::one("true"));
    say("aws:ViaAWSService", KeyState::one("false"));
    say("aws:PrincipalTag/*", KeyState::Absent);
    say("aws:ResourceAccount", KeyState::one(estate.account()));
    match estate.organization() {
        Observed::Missing(_) => {}
        Observed::Known(None) => {
            for key in [
                "aws:PrincipalOrgID",
                "aws:PrincipalOrgPaths",
                "aws:ResourceOrgID",
                "aws:ResourceOrgPaths",
            ] {
                say(key, KeyState::Absent);
            }
        }
        Observed::Known(Some(organization)) => {
            for key in ["aws:PrincipalOrgID", "aws:ResourceOrgID"] {
                say(key, KeyState::one(&organization.id));
            }
            if !organization.path.is_empty() {
                let path = format!("{}/{}/", organization.id, organization.path.join("/"));
                for key in ["aws:PrincipalOrgPaths", "aws:ResourceOrgPaths"] {
                    say(key, KeyState::one(&path));
                }
            }
        }
    }
    context
}
