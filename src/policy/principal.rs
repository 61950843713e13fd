//! The principals that a policy names.

use std::fmt;

use super::arn::{Arn, is_account_id};

/// One principal of a `Principal` or `NotPrincipal` element.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html>.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub enum Principal {
    /// `"*"` or `{"AWS": "*"}`: everyone, signed in or not. An empty string counts as this, as it does for Security Hub.
    Everyone,
    /// An account, by id or by its root ARN: authority is delegated to its administrators.
    Account(String),
    /// An IAM user, by ARN.
    User(String),
    /// An IAM role, by ARN: all its sessions.
    Role(String),
    /// One session of a role.
    Session {
        /// The session's ARN as written.
        arn: String,
        /// Account of the role.
        account: String,
        /// Name of the role, without its path.
        role: String,
        /// Name of the session.
        session: String,
    },
    /// A session from `GetFederationToken`, by ARN.
    FederatedUser(String),
    /// An AWS service.
    Service(ServicePrincipal),
    /// An identity provider, by ARN or domain.
    Federated(String),
    /// An account by the canonical id that S3 uses.
    CanonicalUser(String),
    /// The unique id (`AIDA…`, `AROA…`) that AWS leaves behind where a user or role was deleted.
    Deleted(String),
    /// Anything else. It may or may not match.
    Other {
        /// `AWS`, `Service`…
        kind: String,
        /// As written.
        id: String,
    },
}

impl Principal {
    /// From a principal type (`AWS`, `Service`, `Federated`, `CanonicalUser`) and one of its strings.
    pub fn parse(kind: &str, id: &str) -> Principal {
        match kind {
            "AWS" => Principal::aws(id),
            "Service" => Principal::Service(ServicePrincipal::parse(id)),
            "Federated" => Principal::Federated(id.to_owned()),
            "CanonicalUser" => Principal::CanonicalUser(id.to_owned()),
            _ => Principal::other(kind, id),
        }
    }

    fn other(kind: &str, id: &str) -> Principal {
        Principal::Other {
            kind: kind.to_owned(),
            id: id.to_owned(),
        }
    }

    fn aws(id: &str) -> Principal {
        if id.is_empty() || id == "*" {
            return Principal::Everyone;
        }
        if is_account_id(id) {
            return Principal::Account(id.to_owned());
        }
        let arn =
            Arn::parse(id).filter(|arn| is_account_id(arn.account) && !id.contains(['*', '?']));
        let Some(arn) = arn else {
            let is_unique_id = id.len() >= 16
                && ["AIDA", "AROA", "AGPA", "ANPA", "ANVA"]
                    .iter()
                    .any(|prefix| id.starts_with(prefix))
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
            return if is_unique_id {
                Principal::Deleted(id.to_owned())
            } else {
                Principal::other("AWS", id)
            };
        };
        let (kind, name) = arn.resource.split_once('/').unwrap_or((arn.resource, ""));
        match (arn.service, kind) {
            ("iam", "root") if name.is_empty() => Principal::Account(arn.account.to_owned()),
            ("iam", "user") => Principal::User(id.to_owned()),
            ("iam", "role") => Principal::Role(id.to_owned()),
            ("sts", "federated-user") => Principal::FederatedUser(id.to_owned()),
            ("sts", "assumed-role") => match name.split_once('/') {
                Some((role, session)) => Principal::Session {
                    arn: id.to_owned(),
                    account: arn.account.to_owned(),
                    role: role.to_owned(),
                    session: session.to_owned(),
                },
                None => Principal::other("AWS", id),
            },
            _ => Principal::other("AWS", id),
        }
    }

    /// The account that the principal belongs to, where its name says so.
    pub fn account(&self) -> Option<&str> {
        match self {
            Principal::Account(account) | Principal::Session { account, .. } => Some(account),
            Principal::User(arn) | Principal::Role(arn) | Principal::FederatedUser(arn) => {
                Arn::parse(arn).map(|arn| arn.account)
            }
            Principal::Federated(provider) => Arn::parse(provider).map(|arn| arn.account),
            _ => None,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Everyone => f.write_str("*"),
            Principal::Service(service) => service.fmt(f),
            Principal::Session { arn: text, .. }
            | Principal::Account(text)
            | Principal::User(text)
            | Principal::Role(text)
            | Principal::FederatedUser(text)
            | Principal::Federated(text)
            | Principal::CanonicalUser(text)
            | Principal::Deleted(text)
            | Principal::Other { id: text, .. } => f.write_str(text),
        }
    }
}

/// A service principal such as `events.amazonaws.com` or `logs.eu-west-1.amazonaws.com`.
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct ServicePrincipal {
    written: String,
    /// The name without region, in lower case: `logs.amazonaws.com`.
    pub service: String,
    /// The region in a regional name.
    pub region: Option<String>,
}

impl ServicePrincipal {
    /// Takes a name apart.
    pub fn parse(written: &str) -> ServicePrincipal {
        let lower = written.to_ascii_lowercase();
        let (service, region) = match lower
            .split_once(".amazonaws.com")
            .and_then(|(name, suffix)| Some((name.rsplit_once('.')?, suffix)))
        {
            Some(((name, region), suffix)) if is_region(region) => (
                format!("{name}.amazonaws.com{suffix}"),
                Some(region.to_owned()),
            ),
            _ => (lower, None),
        };
        ServicePrincipal {
            written: written.to_owned(),
            service,
            region,
        }
    }
}

impl fmt::Display for ServicePrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

/// Whether a label looks like a region: `eu-west-1`, `us-gov-east-1`.
fn is_region(label: &str) -> bool {
    let parts: Vec<&str> = label.split('-').collect();
    match parts.as_slice() {
        [area, middle @ .., number] => {
            area.len() == 2
                && !middle.is_empty()
                && number.len() == 1
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        let account = || Principal::Account("111122223333".to_owned());
        for (kind, id, expected) in [
            ("AWS", "*", Principal::Everyone),
            ("AWS", "", Principal::Everyone),
            ("AWS", "111122223333", account()),
            ("AWS", "arn:aws:iam::111122223333:root", account()),
            ("AWS", "arn:aws-cn:iam::111122223333:root", account()),
            (
                "AWS",
                "arn:aws:iam::111122223333:role/path/Name",
                Principal::Role("arn:aws:iam::111122223333:role/path/Name".to_owned()),
            ),
            (
                "AWS",
                "AROAEXAMPLEID12345678",
                Principal::Deleted("AROAEXAMPLEID12345678".to_owned()),
            ),
            (
                "AWS",
                "arn:aws:iam::111122223333:role/*",
                Principal::other("AWS", "arn:aws:iam::111122223333:role/*"),
            ),
            ("*", "*", Principal::other("*", "*")),
        ] {
            assert_eq!(Principal::parse(kind, id), expected, "{kind} {id}");
        }
    }

    #[test]
    fn regional_services() {
        for (name, service, region) in [
            (
                "logs.eu-west-1.amazonaws.com",
                "logs.amazonaws.com",
                Some("eu-west-1"),
            ),
            ("logs.amazonaws.com", "logs.amazonaws.com", None),
            (
                "replicator.lambda.amazonaws.com",
                "replicator.lambda.amazonaws.com",
                None,
            ),
            (
                "ec2.cn-north-1.amazonaws.com.cn",
                "ec2.amazonaws.com.cn",
                Some("cn-north-1"),
            ),
            ("alexa-appkit.amazon.com", "alexa-appkit.amazon.com", None),
        ] {
            let parsed = ServicePrincipal::parse(name);
            assert_eq!(
                (parsed.service.as_str(), parsed.region.as_deref()),
                (service, region),
                "{name}"
            );
        }
    }
}
