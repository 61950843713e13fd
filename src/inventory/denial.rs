//! By what a call was denied, as AWS's message says it.

use std::fmt;

use serde::Serialize;

/// The kind of policy that stood in the way.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeniedBy {
    /// A policy of the caller.
    IdentityPolicy,
    /// The boundary of what the caller's policies may allow.
    PermissionsBoundary,
    /// The policy that was passed when the caller's role was assumed.
    SessionPolicy,
    /// The policy of the role that was to be assumed, which says who may.
    TrustPolicy,
    /// A policy of the resource.
    ResourcePolicy,
    /// The policy of a KMS key.
    KeyPolicy,
    /// The policy of the VPC endpoint that the call went through.
    EndpointPolicy,
    /// A policy of the organisation, which binds accounts.
    ServiceControlPolicy,
    /// A policy of the organisation, which binds resources.
    ResourceControlPolicy,
    /// AWS does not say it.
    Unsaid,
}

impl DeniedBy {
    /// What AWS calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::IdentityPolicy => "identity policy",
            Self::PermissionsBoundary => "permissions boundary",
            Self::SessionPolicy => "session policy",
            Self::TrustPolicy => "trust policy",
            Self::ResourcePolicy => "resource policy",
            Self::KeyPolicy => "key policy",
            Self::EndpointPolicy => "VPC endpoint policy",
            Self::ServiceControlPolicy => "service control policy",
            Self::ResourceControlPolicy => "resource control policy",
            Self::Unsaid => "something that AWS does not name",
        }
    }
}

impl DeniedBy {
    /// The name with its article.
    pub fn a(self) -> String {
        let article = match self {
            Self::IdentityPolicy => "an ",
            Self::Unsaid => "",
            _ => "a ",
        };
        format!("{article}{}", self.name())
    }
}

impl fmt::Display for DeniedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What a message says of a denied call; what it does not say is absent.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html>
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Denial {
    /// The kind of policy.
    pub by: DeniedBy,
    /// A statement denies it; otherwise none allows it.
    pub explicit: bool,
    /// The caller's ARN.
    pub principal: Option<String>,
    /// The IAM action.
    pub action: Option<String>,
    /// The ARN that the call was about.
    pub resource: Option<String>,
    /// The ARN of the policy.
    pub policy: Option<String>,
}

/// The words for each kind; those that hold others come first.
const WORDS: [(&str, DeniedBy); 9] = [
    ("service control policy", DeniedBy::ServiceControlPolicy),
    ("resource control policy", DeniedBy::ResourceControlPolicy),
    ("permissions boundary", DeniedBy::PermissionsBoundary),
    ("session policy", DeniedBy::SessionPolicy),
    ("trust policy", DeniedBy::TrustPolicy),
    ("endpoint policy", DeniedBy::EndpointPolicy),
    ("identity-based policy", DeniedBy::IdentityPolicy),
    ("resource-based policy", DeniedBy::ResourcePolicy),
    ("key policy", DeniedBy::KeyPolicy),
];

impl Denial {
    /// Reads a message.
    pub fn read(message: &str) -> Self {
        let words = |after: &str| {
            let (_, rest) = message.split_once(after)?;
            let word = rest.split_whitespace().next()?;
            let word = word.trim_matches(['"', '\'', '`', ',', '.']);
            (!word.is_empty()).then(|| word.to_owned())
        };
        // the reason stands at the end; names before it may hold anything
        let reason = ["because no ", "with an explicit deny in "]
            .iter()
            .filter_map(|start| message.rfind(start))
            .max()
            .and_then(|at| message.get(at..));
        let action = words("is not authorized to perform: ");
        let by = WORDS
            .iter()
            .find(|(words, _)| reason.is_some_and(|reason| reason.contains(words)))
            .map_or(DeniedBy::Unsaid, |(_, by)| *by);
        let of_key = action
            .as_ref()
            .is_some_and(|action| action.starts_with("kms:"));
        Self {
            by: match by {
                DeniedBy::ResourcePolicy if of_key => DeniedBy::KeyPolicy,
                by => by,
            },
            explicit: reason.is_some_and(|reason| reason.starts_with("with an explicit deny")),
            principal: words("User: "),
            action,
            resource: words("on resource: "),
            policy: reason.and_then(|reason| {
                let mut words = reason.split_whitespace();
                let arn =
                    words.find(|word| word.starts_with("arn:") && word.contains(":policy/"))?;
                Some(arn.trim_end_matches(['.', ',']).to_owned())
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USER: &str = "User: arn:aws:sts::111122223333:assumed-role/audit/lamppost is not authorized to perform: ";

    #[test]
    fn every_form_of_the_message_names_its_policy() {
        let allows = |kind: &str| {
            format!("{USER}lambda:GetPolicy because no {kind} allows the lambda:GetPolicy action")
        };
        let denies = |kind: &str| format!("{USER}lambda:GetPolicy with an explicit deny in {kind}");
        for (words, article, by) in [
            (
                "service control policy",
                "a",
                DeniedBy::ServiceControlPolicy,
            ),
            (
                "resource control policy",
                "a",
                DeniedBy::ResourceControlPolicy,
            ),
            ("identity-based policy", "an", DeniedBy::IdentityPolicy),
            ("permissions boundary", "a", DeniedBy::PermissionsBoundary),
            ("session policy", "a", DeniedBy::SessionPolicy),
            ("resource-based policy", "a", DeniedBy::ResourcePolicy),
            ("VPC endpoint policy", "a", DeniedBy::EndpointPolicy),
            ("role trust policy", "the", DeniedBy::TrustPolicy),
        ] {
            let read = Denial::read(&allows(words));
            assert_eq!((read.by, read.explicit), (by, false), "{words}");
            assert_eq!(read.action.as_deref(), Some("lambda:GetPolicy"));
            let read = Denial::read(&denies(&format!("{article} {words}")));
            assert_eq!((read.by, read.explicit), (by, true), "{words}");
        }
    }

    #[test]
    fn what_else_the_message_says() {
        let read = Denial::read(&format!(
            "{USER}kms:DescribeKey on resource: arn:aws:kms:eu-west-1:111122223333:key/1 because no resource-based policy allows the kms:DescribeKey action"
        ));
        assert_eq!(
            read,
            Denial {
                by: DeniedBy::KeyPolicy,
                explicit: false,
                principal: Some("arn:aws:sts::111122223333:assumed-role/audit/lamppost".to_owned()),
                action: Some("kms:DescribeKey".to_owned()),
                resource: Some("arn:aws:kms:eu-west-1:111122223333:key/1".to_owned()),
                policy: None,
            }
        );
        let read = Denial::read(&format!(
            "You are not authorized to perform this operation. {USER}ec2:DescribeVpcs with an explicit deny in a service control policy: arn:aws:organizations::111122223333:policy/o-x/service_control_policy/p-1. Encoded authorization failure message: abc"
        ));
        assert_eq!(
            (read.by, read.policy.as_deref()),
            (
                DeniedBy::ServiceControlPolicy,
                Some("arn:aws:organizations::111122223333:policy/o-x/service_control_policy/p-1")
            )
        );
        for message in [
            "",
            "Access Denied",
            "User: x is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::1:role/because no session policy",
        ] {
            assert!(!Denial::read(message).explicit, "{message}");
        }
        assert_eq!(Denial::read("Access Denied").by, DeniedBy::Unsaid);
    }
}
