//! Profiles of the AWS configuration, read to name what is wrong with one. What the SDK says of it is meant for programmers.

use aws_config::profile::{self, ProfileFileLoadError, ProfileSet};
use aws_types::os_shim_internal::{Env, Fs};

use super::credentials::is_role_arn;
use super::error::chain;
use super::identity::IdentityError;

/// Profiles that lend their credentials to each other one after the other at most; more is a circle or a mistake.
const LENDERS: usize = 64;

/// What is wrong with a profile, as far as the files say it; calls nobody.
pub(super) async fn fault(name: &str) -> Option<IdentityError> {
    let selected = Some(name.to_owned().into());
    match profile::load(&Fs::real(), &Env::real(), &Default::default(), selected).await {
        Err(error) => Some(unreadable(&error)),
        Ok(profiles) if profiles.get_profile(name).is_none() => {
            Some(IdentityError::UnknownProfile(name.to_owned()))
        }
        Ok(profiles) => reason(&profiles, name).map(|reason| IdentityError::Profile {
            profile: name.to_owned(),
            reason,
        }),
    }
}

/// The files of the configuration cannot be read, where that is so.
pub(super) async fn unread() -> Option<IdentityError> {
    let loaded = profile::load(&Fs::real(), &Env::real(), &Default::default(), None).await;
    loaded.err().map(|error| unreadable(&error))
}

fn unreadable(error: &ProfileFileLoadError) -> IdentityError {
    // the parser breaks its line before the message
    let said: Vec<String> = chain(error)
        .lines()
        .map(|line| line.trim().to_owned())
        .collect();
    let said = said.join(" ");
    let said = said.trim_start_matches("could not parse profile file: ");
    IdentityError::Configuration(said.replace("error parsing ", ""))
}

/// Why a profile leads to no credentials.
fn reason(profiles: &ProfileSet, name: &str) -> Option<String> {
    let mut seen: Vec<&str> = Vec::new();
    let mut at = name;
    loop {
        let whose = match at == name {
            true => "it".to_owned(),
            false => format!("its source profile `{at}`"),
        };
        let Some(profile) = profiles.get_profile(at) else {
            return Some(format!("{whose} is not defined"));
        };
        let get = |key: &str| profile.get(key).filter(|value| !value.is_empty());
        let (key, secret) = (get("aws_access_key_id"), get("aws_secret_access_key"));
        // a profile that lends its keys may name a role of its own, which is not assumed then
        if at != name && key.is_some() && secret.is_some() {
            return None;
        }
        if seen.contains(&at) || seen.len() > LENDERS {
            return Some(format!(
                "its source profiles form a circle ({} → {at})",
                seen.join(" → ")
            ));
        }
        seen.push(at);
        let Some(arn) = get("role_arn") else {
            return match (key, secret) {
                (Some(_), None) => Some(format!(
                    "{whose} has an `aws_access_key_id` and no `aws_secret_access_key`"
                )),
                (None, Some(_)) => Some(format!(
                    "{whose} has an `aws_secret_access_key` and no `aws_access_key_id`"
                )),
                (Some(_), Some(_)) => None,
                (None, None) if let Some(session) = lost_session(profiles, get("sso_session")) => {
                    Some(format!(
                        "{whose} names the SSO session `{session}`, which is not defined"
                    ))
                }
                (None, None) => OTHERS
                    .iter()
                    .all(|key| get(key).is_none())
                    .then(|| format!("{whose} names no key, role, login or process")),
            };
        };
        if !is_role_arn(arn) {
            return Some(
                format!("the `role_arn` of {whose}, `{arn}`, is not the ARN of an IAM role")
                    .replace("of it,", "in it,"),
            );
        }
        match (get("source_profile"), get("credential_source")) {
            (Some(_), Some(_)) => {
                return Some(format!(
                    "{whose} has both a `source_profile` and a `credential_source`"
                ));
            }
            (Some(source), None) if source == at && key.is_some() => return None,
            (Some(source), None) => at = source,
            (None, Some(source)) => {
                return (!SOURCES.contains(&source)).then(|| {
                    format!(
                        "the `credential_source` of {whose}, `{source}`, is none of {}",
                        SOURCES.join(", ")
                    )
                    .replace("of it,", "in it,")
                });
            }
            (None, None) => {
                return match get("web_identity_token_file") {
                    Some(file) => std::fs::File::open(file).err().map(|error| {
                        format!("the `web_identity_token_file` of {whose}, `{file}`, cannot be read: {error}")
                            .replace("of it,", "in it,")
                    }),
                    None => Some(format!(
                        "{whose} names a role, and no `source_profile`, `credential_source` or \
                         `web_identity_token_file` to assume it with"
                    )),
                };
            }
        }
    }
}

/// The SSO session of that name, where it is not defined.
fn lost_session<'a>(profiles: &ProfileSet, name: Option<&'a str>) -> Option<&'a str> {
    name.filter(|name| profiles.sso_session(name).is_none())
}

/// Settings by which a profile without keys and role leads to credentials.
const OTHERS: [&str; 5] = [
    "sso_session",
    "sso_start_url",
    "credential_process",
    "login_session",
    "web_identity_token_file",
];

/// The values of `credential_source`.
///
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-assume-role-credentials.html>
const SOURCES: [&str; 3] = ["Environment", "Ec2InstanceMetadata", "EcsContainer"];
