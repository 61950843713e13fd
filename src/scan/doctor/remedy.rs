//! What would mend what is denied.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::{Diagnosis, denial};
use crate::inventory::{Denial, DeniedBy, Gap, MissedReason, RegionStatus};
use crate::operation::Operation;

/// What would mend some denied calls.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Remedy {
    /// By what they are denied.
    pub by: DeniedBy,
    /// A statement denies them; otherwise none allows them.
    pub explicit: bool,
    /// The accounts in which that is so.
    pub accounts: BTreeSet<String>,
    /// The denied actions.
    pub actions: BTreeSet<String>,
    /// What to do, and who can.
    pub advice: String,
    /// The statement to add there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<Value>,
    /// What AWS said of the first of them.
    pub message: String,
}

/// Calls that are denied in the same way to callers of the same name.
type Key = (DeniedBy, bool, String, Option<String>);

struct Case {
    denial: Denial,
    message: String,
    accounts: BTreeSet<String>,
    actions: BTreeSet<String>,
}

/// What would mend everything in a diagnosis, and what kept it from beginning. Calls that are denied
/// alike in several accounts are mended alike.
pub(super) fn remedies(
    diagnosis: &Diagnosis,
    stopped: Option<&Gap>,
    external_id: bool,
) -> Vec<Remedy> {
    let mut cases: BTreeMap<Key, Case> = BTreeMap::new();
    for gap in gaps(diagnosis).chain(stopped) {
        let Some(denial) = denial(gap) else { continue };
        let action = denial
            .action
            .clone()
            .unwrap_or_else(|| gap.operation.clone());
        let who = denial.principal.as_deref().map_or(String::new(), name);
        let about = match denial.by {
            DeniedBy::KeyPolicy | DeniedBy::ResourcePolicy => denial.resource.clone(),
            _ => None,
        };
        let whose = match action.as_str() {
            "sts:AssumeRole" => gap
                .resource
                .as_deref()
                .and_then(account)
                .unwrap_or(&gap.account),
            _ => &gap.account,
        };
        // entering an account is mended apart from what is done inside
        let who = match action.as_str() {
            "sts:AssumeRole" => format!(
                "{who} assumes {}",
                gap.resource.as_deref().map_or(String::new(), name)
            ),
            _ => who,
        };
        let case = cases
            .entry((denial.by, denial.explicit, who, about))
            .or_insert_with(|| Case {
                denial: denial.clone(),
                message: gap.message.clone(),
                accounts: BTreeSet::new(),
                actions: BTreeSet::new(),
            });
        case.accounts.insert(whose.to_owned());
        case.actions.insert(action);
    }
    cases
        .into_values()
        .map(|case| case.mended(external_id))
        .collect()
}

fn gaps(diagnosis: &Diagnosis) -> impl Iterator<Item = &Gap> {
    let missed = diagnosis
        .missed
        .iter()
        .filter_map(|missed| match &missed.reason {
            MissedReason::Unreachable(gap) => Some(gap),
            MissedReason::Skipped(_) => None,
        });
    let inside = diagnosis.accounts.iter().flat_map(|account| {
        let regions = account
            .regions
            .iter()
            .filter_map(|region| match &region.status {
                RegionStatus::Denied(gap) | RegionStatus::Unreachable(gap) => Some(gap),
                _ => None,
            });
        let actions = account
            .actions
            .iter()
            .filter_map(|action| action.gap.as_ref());
        regions.chain(actions).chain(&account.unlisted_regions)
    });
    missed.chain(inside)
}

impl Case {
    fn mended(self, external_id: bool) -> Remedy {
        let (advice, statement) = match self.actions.contains("sts:AssumeRole") {
            true => self.entering(external_id),
            false => self.inside(),
        };
        Remedy {
            by: self.denial.by,
            explicit: self.denial.explicit,
            accounts: self.accounts,
            actions: self.actions,
            advice,
            statement,
            message: self.message,
        }
    }

    /// The name of the caller, or our word for it.
    fn caller(&self) -> String {
        let principal = self.denial.principal.as_deref();
        principal.map_or_else(
            || "the scanner's role".to_owned(),
            |arn| format!("`{}`", name(arn)),
        )
    }

    /// One statement, or several where some of the actions must not be allowed on everything.
    fn allow(&self) -> Value {
        let mut bound: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
        for action in &self.actions {
            let resources = Operation::resources_of(action);
            bound.entry(resources).or_default().push(action);
        }
        let statements = bound
            .into_iter()
            .map(|(resources, actions)| match resources.is_empty() {
                true => json!({"Effect": "Allow", "Action": actions, "Resource": "*"}),
                false => json!({"Effect": "Allow", "Action": actions, "Resource": resources}),
            });
        let statements: Vec<Value> = statements.collect();
        match <[Value; 1]>::try_from(statements) {
            Ok([statement]) => statement,
            Err(statements) => Value::Array(statements),
        }
    }

    /// Only the caller, in the terms of a policy of something else.
    fn allow_caller(&self) -> Value {
        let caller = self.denial.principal.as_deref().map(role);
        json!({
            "Effect": "Allow",
            "Principal": {"AWS": caller.unwrap_or_else(|| "the scanner's role".to_owned())},
            "Action": self.actions,
            "Resource": "*",
        })
    }

    fn policy(&self) -> String {
        let named = self.denial.policy.as_ref();
        named.map_or_else(String::new, |arn| format!(" `{arn}`"))
    }

    fn inside(&self) -> (String, Option<Value>) {
        let (by, caller, policy) = (self.denial.by, self.caller(), self.policy());
        if by == DeniedBy::Unsaid
            && self
                .actions
                .iter()
                .all(|action| action.starts_with("organizations:"))
        {
            let advice = "Organizations answers in the management account, and to delegated administrators that are \
                          allowed these actions: scan from there, or live with UNKNOWN where checks ask about the organisation";
            return (advice.to_owned(), Some(self.allow()));
        }
        match (by, self.denial.explicit) {
            (DeniedBy::ServiceControlPolicy | DeniedBy::ResourceControlPolicy, explicit) => {
                let what = match explicit {
                    true => format!(
                        "exempt {caller} from its Deny statement, by a condition such as `ArnNotLike` on `aws:PrincipalArn`"
                    ),
                    false => "allow these actions in it".to_owned(),
                };
                (
                    format!(
                        "only the organisation's administrators can change the {by}{policy}: let them {what}"
                    ),
                    None,
                )
            }
            (_, true) => (
                format!(
                    "{}{policy} of {caller} denies these actions: take them out of its Deny statement, since no Allow outweighs it",
                    by.a()
                ),
                None,
            ),
            (DeniedBy::IdentityPolicy, _) => (
                format!("add to the policies of {caller}"),
                Some(self.allow()),
            ),
            (DeniedBy::PermissionsBoundary, _) => (
                format!("add to the permissions boundary{policy} of {caller}"),
                Some(self.allow()),
            ),
            (DeniedBy::SessionPolicy, _) => (
                format!(
                    "add to the session policy that is passed when {caller} is assumed, or pass none"
                ),
                Some(self.allow()),
            ),
            (DeniedBy::EndpointPolicy, _) => (
                "add to the policy of the VPC endpoint that the scanner calls through".to_owned(),
                Some(self.allow_caller()),
            ),
            (DeniedBy::KeyPolicy | DeniedBy::ResourcePolicy | DeniedBy::TrustPolicy, _) => {
                let of = self.denial.resource.as_deref().unwrap_or("the resource");
                (
                    format!("add to the {by} of `{of}`"),
                    Some(self.allow_caller()),
                )
            }
            (DeniedBy::Unsaid, _) => (
                format!(
                    "AWS does not say what denies it; most often a statement is missing, so add to the policies of {caller}"
                ),
                Some(self.allow()),
            ),
        }
    }

    /// Assuming a role takes a statement on either side.
    fn entering(&self, external_id: bool) -> (String, Option<Value>) {
        let target = self
            .denial
            .resource
            .as_deref()
            .map_or("the role", name_of_role);
        let caller = self.caller();
        if matches!(
            self.denial.by,
            DeniedBy::ServiceControlPolicy
                | DeniedBy::ResourceControlPolicy
                | DeniedBy::PermissionsBoundary
                | DeniedBy::SessionPolicy
        ) {
            return self.inside();
        }
        let mut trust = self.allow_caller();
        if let Some(members) = trust.as_object_mut() {
            members.shift_remove("Resource");
            if external_id {
                let condition =
                    json!({"StringEquals": {"sts:ExternalId": "the external id that you give"}});
                members.insert("Condition".to_owned(), condition);
            }
        }
        let identity = json!({
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Resource": format!("arn:{}:iam::*:role/{target}", partition(self.denial.resource.as_deref())),
        });
        match self.denial.by {
            DeniedBy::IdentityPolicy if !self.denial.explicit => {
                (format!("add to the policies of {caller}"), Some(identity))
            }
            DeniedBy::IdentityPolicy => self.inside(),
            _ => (
                format!(
                    "the role `{target}` must exist there and its trust policy must name {caller}{}: add to it; {caller} itself needs \
                     sts:AssumeRole on it too (`lamppost permissions --role-name {target}`)",
                    if external_id {
                        ", with the external id that you give"
                    } else {
                        ""
                    },
                ),
                Some(trust),
            ),
        }
    }
}

fn account(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

fn partition(arn: Option<&str>) -> &str {
    arn.and_then(|arn| arn.split(':').nth(1)).unwrap_or("aws")
}

/// `role/audit` of a role or of a session of it, `user/scanner` of a user.
fn name(arn: &str) -> String {
    let resource = arn.splitn(6, ':').nth(5).unwrap_or(arn);
    match resource.strip_prefix("assumed-role/") {
        Some(session) => format!("role/{}", session.split('/').next().unwrap_or_default()),
        None => resource.to_owned(),
    }
}

fn name_of_role(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or(arn)
}

/// The ARN of a principal as policies name it: a role instead of its session.
fn role(arn: &str) -> String {
    match (arn.contains(":assumed-role/"), account(arn)) {
        (true, Some(account)) => {
            format!("arn:{}:iam::{account}:{}", partition(Some(arn)), name(arn))
        }
        _ => arn.to_owned(),
    }
}
