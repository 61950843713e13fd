//! Principals of an account, and the account that they are in.

use std::collections::BTreeMap;

use lamppost::analysis::{AccountContext, RoleFacts, Settings};
use lamppost::inventory::{
    AccountInventory, AttachedPolicy, Iam, InlinePolicy, ManagedPolicy, Observed, Principal,
    PrincipalKind, ServiceControlPolicy,
};
use serde_json::{Value, json};

use super::world::{ACCOUNT, quiet};

/// A role of that name with inline policies `p0`, `p1`, … of one statement each.
pub(crate) fn role(name: &str, trusted: &[&str], statements: &[Value]) -> Principal {
    let trust = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}]});
    Principal {
        kind: PrincipalKind::Role,
        arn: format!("arn:aws:iam::{ACCOUNT}:role/{name}"),
        name: name.to_owned(),
        id: format!("AROA{}", name.to_uppercase()),
        trust_policy: Some(trust.to_string()),
        inline: statements
            .iter()
            .enumerate()
            .map(|(number, statement)| InlinePolicy {
                name: format!("p{number}"),
                document: document(statement),
            })
            .collect(),
        attached: Vec::new(),
        boundary: None,
        groups: Vec::new(),
        tags: BTreeMap::new(),
        last_used: None,
    }
}

pub(crate) fn user(name: &str, statements: &[Value]) -> Principal {
    Principal {
        kind: PrincipalKind::User,
        arn: format!("arn:aws:iam::{ACCOUNT}:user/{name}"),
        id: format!("AIDA{}", name.to_uppercase()),
        trust_policy: None,
        ..role(name, &[], statements)
    }
}

pub(crate) fn document(statement: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [statement]}).to_string()
}

pub(crate) fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

pub(crate) fn managed(name: &str, document: String) -> ManagedPolicy {
    ManagedPolicy {
        arn: format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
        name: name.to_owned(),
        document,
        versions: Vec::new(),
    }
}

pub(crate) fn attached(name: &str) -> AttachedPolicy {
    AttachedPolicy {
        arn: format!("arn:aws:iam::{ACCOUNT}:policy/{name}"),
        name: name.to_owned(),
    }
}

/// An account whose function `quiet` runs as the first of these principals.
pub(crate) fn account(mut principals: Vec<Principal>) -> AccountInventory {
    let mut inventory = quiet();
    inventory.account.organization = Observed::Known(None);
    inventory.regions[0].functions[0].configuration.role =
        principals.first().map(|principal| principal.arn.clone());
    principals.sort_by(|one, other| one.arn.cmp(&other.arn));
    inventory.services.iam = Observed::Known(Iam {
        principals,
        policies: Vec::new(),
    });
    inventory
}

pub(crate) fn iam(inventory: &mut AccountInventory) -> &mut Iam {
    match &mut inventory.services.iam {
        Observed::Known(iam) => iam,
        Observed::Missing(gap) => panic!("{gap}"),
    }
}

pub(crate) fn scp(statement: &Value) -> ServiceControlPolicy {
    ServiceControlPolicy {
        id: "p-1".to_owned(),
        name: "Guardrail".to_owned(),
        document: document(statement),
    }
}

/// Puts an account under these levels of service control policies.
pub(crate) fn organise(inventory: &mut AccountInventory, levels: Vec<Vec<ServiceControlPolicy>>) {
    let mut organized = quiet().account.organization;
    if let Observed::Known(Some(organization)) = &mut organized {
        organization.service_control_policies = Observed::Known(Some(levels));
    }
    inventory.account.organization = organized;
}

pub(crate) fn admin_role(name: &str, trusted: &[&str]) -> Principal {
    role(name, trusted, &[allow(&["*"], "*")])
}

/// The facts of the role of the account's first function.
pub(crate) fn facts(inventory: &AccountInventory) -> RoleFacts {
    let settings = Settings::default();
    let account = AccountContext::new(inventory, &settings);
    let region = &inventory.regions[0];
    RoleFacts::derive(account.function(region, &region.functions[0]))
}
