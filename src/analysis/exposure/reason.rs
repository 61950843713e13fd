//! Why a grant has its class, in one sentence.

use super::grant::{Cause, Grant, Reach};
use crate::analysis::home::{Home, Whose};
use crate::policy::Dependency;
use crate::reference;

/// The sentence.
pub(super) fn sentence(grant: &Grant, home: &Home<'_>) -> String {
    let mut text = match grant.class {
        Reach::None => nobody(grant),
        _ => format!("{} may {}{}", who(grant, home), what(grant), why(grant)),
    };
    if !grant.addresses.is_empty() {
        text.push_str(&format!(", but only from {}", grant.addresses.join(", ")));
    }
    if !grant.networks.is_empty() {
        let or = if grant.addresses.is_empty() {
            ", but only"
        } else {
            " or"
        };
        text.push_str(&format!("{or} by way of {}", grant.networks.join(" and ")));
    }
    if grant.class != Reach::None && !grant.certain && !grant.conditions.is_empty() {
        let parts = grant.conditions.iter().map(String::as_str);
        text.push_str(&format!(", {}", Dependency::clause(parts, usize::MAX)));
    }
    text.push('.');
    match text
        .strip_prefix("account ")
        .map(|rest| ("Account ", rest))
        .or_else(|| text.strip_prefix("the ").map(|rest| ("The ", rest)))
        .or_else(|| text.strip_prefix("whoever ").map(|rest| ("Whoever ", rest)))
    {
        Some((head, rest)) => format!("{head}{rest}"),
        None => text,
    }
}

fn who(grant: &Grant, home: &Home<'_>) -> String {
    let service = || {
        reference::service_principals()
            .get(&grant.principal)
            .map_or_else(|| grant.principal.clone(), |service| service.name.clone())
    };
    let parties = || parties(grant, home);
    match (grant.class, grant.cause) {
        (Reach::Internet, _) => "Anybody on the internet".to_owned(),
        (Reach::AnyAwsAccount, _) => "Anybody with an AWS account".to_owned(),
        (Reach::ConfusedDeputy, _) if grant.principal == "*" || grant.not_principal => {
            "Any customer of an AWS service, through that service,".to_owned()
        }
        (Reach::ConfusedDeputy, Cause::ReclaimableSource) => {
            let arns = grant
                .source
                .split(", ")
                .filter(|one| one.starts_with("arn:"));
            let arns: Vec<&str> = arns.collect();
            format!("Whoever owns {}, through {},", arns.join(" or "), service())
        }
        (Reach::ConfusedDeputy, Cause::UnknownService) => {
            format!(
                "{}, a service that this version does not know,",
                grant.principal
            )
        }
        (Reach::ConfusedDeputy, _) => format!("Any customer of {}, through it,", service()),
        (_, Cause::Source) if !grant.source.is_empty() => {
            format!("{}, acting for {},", service(), parties())
        }
        (_, Cause::Source) => service(),
        (_, Cause::Named) if grant.class == Reach::OwnAccount && !is_account(&grant.principal) => {
            format!("{} of the own account", grant.principal)
        }
        (_, Cause::Named) if is_account(&grant.principal) => parties(),
        (_, Cause::Named) => format!("{} of {}", grant.principal, parties()),
        (Reach::OwnAccount, _) => "Only principals of the own account".to_owned(),
        _ => parties(),
    }
}

/// The accounts and organisations that get in.
fn parties(grant: &Grant, home: &Home<'_>) -> String {
    let mut parties: Vec<String> = Vec::new();
    for account in &grant.accounts {
        parties.push(match home.account(account) {
            Whose::Organization => format!("your account {account}"),
            Whose::Trusted => format!("the trusted account {account}"),
            Whose::Own | Whose::Presumed | Whose::Foreign => format!("account {account}"),
        });
    }
    for id in &grant.organizations {
        parties.push(match home.organization(id) {
            Whose::Organization => format!("the own organisation {id}"),
            Whose::Trusted => format!("the trusted organisation {id}"),
            Whose::Own | Whose::Presumed => format!("the organisation {id}"),
            Whose::Foreign => format!("the foreign organisation {id}"),
        });
    }
    if parties.is_empty() {
        return match grant.class {
            Reach::OwnAccount => "the own account".to_owned(),
            _ => "whoever has an id that the conditions name".to_owned(),
        };
    }
    let mut text = parties.join(" and ");
    if !grant.vendor.is_empty() {
        text.push_str(&format!(" ({})", grant.vendor));
    }
    text
}

fn is_account(principal: &str) -> bool {
    crate::policy::is_account_id(principal)
}

fn what(grant: &Grant) -> String {
    let deeds: Vec<&str> = grant
        .abilities
        .iter()
        .map(|ability| match ability.as_str() {
            "invoke" | "invoke-url" if grant.through == "url" => "call the function URL",
            "invoke" => "invoke the function",
            "invoke-url" => "call the function URL",
            "download-layer" => "download and use the layer version",
            "read-configuration" => "read its configuration",
            "read-code" => "download its code and read its environment",
            "change-code" => "replace its code",
            "change-configuration" => "change its configuration",
            "change-policy" => "change who may use it",
            _ => "manage it",
        })
        .collect();
    let mut unique: Vec<&str> = Vec::new();
    for deed in deeds {
        if !unique.contains(&deed) {
            unique.push(deed);
        }
    }
    match unique.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => "use it".to_owned(),
    }
}

fn why(grant: &Grant) -> String {
    let text = match grant.cause {
        Cause::HalfUrl => {
            return "; the second of the two grants that a URL needs is missing, and whether AWS still opens URLs from before October 2025 without it, after the exception for them ended on 2026-11-01, is not documented".to_owned();
        }
        Cause::AnySource if grant.source.is_empty() => {
            ", because no condition says whose source it must act for"
        }
        Cause::AnySource => {
            ", because the condition on the source holds for those of every customer"
        }
        Cause::ReclaimableSource => {
            ": its ARN names no account, so whoever gets the name when it becomes free gets in"
        }
        Cause::UnknownService => ", and no condition ties it to an account",
        Cause::Patterned => {
            ", because a pattern says who it must be: whoever goes on making accounts, organisations or roles gets one that fits"
        }
        Cause::Everyone if grant.not_principal => {
            ": NotPrincipal in an Allow lets in everybody whom it does not list"
        }
        _ => "",
    };
    text.to_owned()
}

fn nobody(grant: &Grant) -> String {
    match grant.cause {
        Cause::StalePrincipal => format!(
            "Nobody gets in: {} is what AWS leaves behind of a user or role that was deleted",
            grant.principal
        ),
        Cause::UnusedService => format!(
            "Nobody gets in: {} does not call under its own name, but with a role",
            reference::service_principals()
                .get(&grant.principal)
                .map_or(grant.principal.as_str(), |service| service.name.as_str())
        ),
        Cause::ImpossiblePrincipal => {
            format!("Nobody gets in: {} is no principal that can call Lambda", grant.principal)
        }
        Cause::Denied => format!("Nobody gets in: denied by {}", grant.conditions.join(", ")),
        Cause::NoUrl if !grant.latent.is_empty() => "Nobody gets in now: it serves a function URL without authentication, and there is none; whoever makes one opens it to the internet".to_owned(),
        Cause::NoUrl => "Nobody gets in: it serves a function URL, and none of that kind and with both grants is there".to_owned(),
        Cause::OtherResource => "Nobody gets in: it is for another resource".to_owned(),
        Cause::OtherAction => {
            format!("Nobody gets in: {} is nothing that can be done here", grant.actions.join(", "))
        }
        _ => "Nobody gets in: no request can meet its conditions".to_owned(),
    }
}
