//! Actions that no service documents: mostly misspelt ones.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::check::nearest::nearest;
use crate::policy::{Pattern, Policy};
use crate::reference;

/// An action that no service documents.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub(super) struct UnknownAction {
    /// As written.
    action: String,
    /// The documented action that is nearest to it.
    nearest: Option<String>,
}

/// Those of some actions, as policies name them, that no service documents; each once.
pub(super) fn unknown<'a>(actions: impl IntoIterator<Item = &'a str>) -> Vec<UnknownAction> {
    let found: BTreeMap<&str, Option<String>> = actions
        .into_iter()
        .filter(|action| !is_known(action))
        .map(|action| (action, nearest_to(action)))
        .collect();
    found
        .into_iter()
        .map(|(action, nearest)| UnknownAction {
            action: action.to_owned(),
            nearest,
        })
        .collect()
}

/// The actions that policies name.
pub(super) fn named<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Vec<&'p str> {
    let statements = policies
        .into_iter()
        .flat_map(|policy| policy.statements.iter());
    statements
        .flat_map(|statement| statement.action.items.written())
        .map(String::as_str)
        .collect()
}

fn is_known(action: &str) -> bool {
    let lower = action.to_lowercase();
    let Some((service, name)) = lower.split_once(':') else {
        return lower.contains('*');
    };
    if service.contains(['*', '?']) {
        return true;
    }
    let actions = reference::actions();
    if !name.contains(['*', '?']) {
        // Lambda's own table is newer
        return actions.get(service, name).is_some()
            || reference::lambda_actions().place(action).is_some();
    }
    let pattern = Pattern::glob(name);
    let known = actions.of_service(service).unwrap_or_default();
    known.iter().any(|action| pattern.matches(action.lower()))
}

fn nearest_to(action: &str) -> Option<String> {
    let actions = reference::actions();
    let (service, name) = action.split_once(':')?;
    let lower = service.to_lowercase();
    let service = match actions.of_service(&lower) {
        Some(_) => lower,
        None => nearest(&lower, actions.services())?.to_owned(),
    };
    let known = actions.of_service(&service)?;
    let named = name.to_lowercase();
    if name.contains(['*', '?']) {
        // Of a pattern only the service can be put right.
        let pattern = Pattern::glob(&named);
        let fits = known.iter().any(|action| pattern.matches(action.lower()));
        return fits.then(|| format!("{service}:{name}"));
    }
    let exact = known.iter().find(|action| action.lower() == named);
    let name = match exact {
        Some(action) => action.name.as_str(),
        None => nearest(name, known.iter().map(|action| action.name.as_str()))?,
    };
    Some(format!("{service}:{name}"))
}

impl fmt::Display for UnknownAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not an action that AWS documents", self.action)?;
        if let Some(as_of) = reference::actions().provenance.as_of {
            write!(f, " (as of {as_of})")?;
        }
        match &self.nearest {
            Some(nearest) => write!(f, ". Did you mean {nearest}?"),
            None => f.write_str("."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_actions_are_named_with_the_nearest() {
        for (action, expected) in [
            ("s3:GetObject", None),
            ("S3:getobject", None),
            ("s3:Get*", None),
            ("*", None),
            ("*:GetObject", None),
            ("lambda:*", None),
            ("s3:GetObjct", Some(Some("s3:GetObject"))),
            ("s3:ListBuckets", Some(Some("s3:ListBucket"))),
            ("lamda:InvokeFunction", Some(Some("lambda:InvokeFunction"))),
            ("lamda:Invoke*", Some(Some("lambda:Invoke*"))),
            ("s3:Gett*", Some(None)),
            ("nothing:Whatever", Some(None)),
            ("lambda", Some(None)),
        ] {
            let found = unknown([action]);
            let found = found.first().map(|one| one.nearest.as_deref());
            assert_eq!(found, expected, "{action}");
        }
    }
}
