//! Observations that did not happen, and why.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::operation::Operation;

/// Why something could not be observed.
#[derive(
    Clone, Copy, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum GapKind {
    /// AWS refused the call: identity policy, boundary, session policy or resource policy.
    AccessDenied,
    /// AWS refused the call because of a service control policy.
    DeniedByScp,
    /// A service control policy closes the region to the account, or to the scanner: the first call was denied by one.
    ClosedByScp,
    /// The region does not have the feature.
    FeatureNotAvailable,
    /// Organizations does not tell the scanner of its organization, which it tells in full to the management account and
    /// to delegated administrators only: accounts that nobody names are presumed to be somebody else's.
    OrganizationUnread,
    /// Every attempt was throttled.
    Throttled,
    /// No answer within the deadline.
    Timeout,
    /// The connection could not be made or broke.
    Network,
    /// AWS answered with a fault of its own (HTTP 5xx).
    ServerFault,
    /// The answer could not be understood.
    Malformed,
    /// The credentials expired and could not be renewed.
    ExpiredCredentials,
    /// AWS could not decrypt the value for this caller.
    Undecryptable,
    /// A value that this version of Lamppost does not know, such as a new runtime.
    Unrecognised,
    /// AWS does not know the credentials there.
    UnrecognizedCredentials,
    /// AWS refused the request for another reason.
    Refused,
    /// It was deleted after it had been listed.
    Deleted,
    /// The chosen checks did not need it, so it was not asked for.
    NotPlanned,
    /// Standard depth leaves it out: it would cost a call for each function on the quota that all
    /// of Lambda's control plane shares.
    Deeper,
    /// The scan was interrupted before it was asked for.
    Interrupted,
}

impl GapKind {
    /// What a person can do about it.
    pub fn next_step(self) -> &'static str {
        match self {
            Self::AccessDenied => {
                "allow the action for the scanner's role (`lamppost permissions` prints the policy)"
            }
            Self::DeniedByScp => {
                "a service control policy forbids the call: exclude the region or exempt the scanner's role"
            }
            Self::ClosedByScp => {
                "nothing, if the region is closed on purpose; `--exclude-region` leaves it out"
            }
            Self::FeatureNotAvailable => "nothing: AWS does not offer the feature in this region",
            Self::OrganizationUnread => {
                "name your accounts with `--own-account` or `own-accounts` of `[trust]`, or scan with `--org` from the management account"
            }
            Self::Throttled => "scan again when less is going on in the account",
            Self::Timeout | Self::Network => {
                "check the network, proxy and endpoint settings, then scan again"
            }
            Self::ServerFault => "AWS failed: scan again later",
            Self::Malformed => {
                "check what answers at the endpoint; if it is AWS, report this as a bug"
            }
            Self::ExpiredCredentials => "renew the credentials and scan again",
            Self::Undecryptable => {
                "the function's KMS key does not let the scanner decrypt: look at the variables by hand"
            }
            Self::Unrecognised => "update Lamppost, or look at the value by hand",
            Self::UnrecognizedCredentials => {
                "enable the region for the account, or use a session token of a regional STS endpoint: tokens of the global one are not valid in regions that are disabled by default"
            }
            Self::Refused => "see AWS's message; `lamppost doctor` shows what else is refused",
            Self::Deleted => "nothing, or scan again: it was deleted while the scan ran",
            Self::NotPlanned => "scan again with the checks that need it",
            Self::Deeper => "scan with `--depth deep`",
            Self::Interrupted => "scan again and let it finish",
        }
    }
}

impl Gap {
    /// What a person can do about it. What concerns the way into an account, or its organization, is not a matter of the
    /// scanner's permissions inside it.
    pub fn next_step(&self) -> &'static str {
        use GapKind::{
            AccessDenied, ClosedByScp, DeniedByScp, ExpiredCredentials, Malformed, Refused,
            UnrecognizedCredentials,
        };

        let refused = matches!(self.kind, AccessDenied | Refused);
        let by_policy = matches!(self.kind, DeniedByScp | ClosedByScp);
        match self.operation.as_str() {
            "sts:AssumeRole" if refused => {
                "check that the role exists in the account under this name, that its trust policy allows the scanner (with \
                 `--external-id` where it asks for one), and that the scanner may call `sts:AssumeRole` on it \
                 (`lamppost permissions --role-name NAME` prints the policy)"
            }
            "sts:AssumeRole" if by_policy => {
                "a service control policy of the scanner's account forbids it: allow `sts:AssumeRole` on the role there, or \
                 scan from another account"
            }
            "sts:AssumeRole" if self.kind == UnrecognizedCredentials => {
                "check the access key: AWS does not know it"
            }
            "sts:AssumeRole" if self.kind == ExpiredCredentials => {
                "renew the credentials that the role is assumed with, and scan again"
            }
            "sts:GetCallerIdentity" if self.kind != Malformed => {
                "check the credentials and the profile; `lamppost doctor` shows whom they belong to"
            }
            name if name.starts_with("organizations:") && (refused || by_policy) => {
                "scan from the management account, or from a delegated administrator that is allowed the call \
                 (`lamppost permissions --org` prints the policy)"
            }
            _ => self.kind.next_step(),
        }
    }
}

/// One thing that could not be observed: which call, how it failed, where, and the next step.
#[derive(
    Clone, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize,
)]
pub struct Gap {
    /// The call, as `service:Operation`, for example `lambda:GetPolicy`.
    pub operation: String,
    /// How it failed.
    pub kind: GapKind,
    /// AWS's error code, for example `AccessDeniedException`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// AWS's message, or ours where AWS said nothing.
    pub message: String,
    /// AWS's request id, for a support case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The account that was asked.
    pub account: String,
    /// The region that was asked; empty for global services.
    pub region: String,
    /// The ARN or id of what was asked for, where the call names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
}

impl Gap {
    /// A gap without an answer from AWS.
    pub fn new(operation: &Operation, kind: GapKind, message: impl Into<String>) -> Self {
        Self::labelled(operation.label, kind, message)
    }

    /// The same for a label of which this version publishes no operation, such as one read from a file.
    pub fn labelled(operation: &str, kind: GapKind, message: impl Into<String>) -> Self {
        Self {
            operation: operation.to_owned(),
            kind,
            code: None,
            message: message.into(),
            request_id: None,
            account: String::new(),
            region: String::new(),
            resource: None,
        }
    }

    /// The same gap, at an account and region.
    #[must_use]
    pub fn at(mut self, account: &str, region: &str) -> Self {
        account.clone_into(&mut self.account);
        region.clone_into(&mut self.region);
        self
    }

    /// The same gap, about one resource.
    #[must_use]
    pub fn about(mut self, resource: &str) -> Self {
        self.resource = Some(resource.to_owned());
        self
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.operation)?;
        if let Some(code) = &self.code {
            write!(f, "{code}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// Label of an observation for which no operation was called.
const UNASKED: &str = "lamppost:scan";

/// A value as observed, or the reason why it was not.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Observed<T> {
    /// AWS answered.
    Known(T),
    /// AWS did not answer, or not with this.
    Missing(Gap),
}

impl<T> Observed<T> {
    /// The value, where there is one.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Missing(_) => None,
        }
    }

    /// The gap, where there is one.
    pub fn gap(&self) -> Option<&Gap> {
        match self {
            Self::Known(_) => None,
            Self::Missing(gap) => Some(gap),
        }
    }

    /// The value or the gap, borrowed.
    ///
    /// # Errors
    /// The gap, when the value is missing; it makes `?` usable in derivations.
    pub fn as_result(&self) -> Result<&T, &Gap> {
        match self {
            Self::Known(value) => Ok(value),
            Self::Missing(gap) => Err(gap),
        }
    }

    /// The same observation of something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Observed<U> {
        match self {
            Self::Known(value) => Observed::Known(change(value)),
            Self::Missing(gap) => Observed::Missing(gap),
        }
    }
}

impl<T> Default for Observed<T> {
    /// No operation was called.
    fn default() -> Self {
        Self::Missing(Gap::labelled(
            UNASKED,
            GapKind::NotPlanned,
            "the scan did not ask for it",
        ))
    }
}

impl<T> From<Result<T, Gap>> for Observed<T> {
    fn from(result: Result<T, Gap>) -> Self {
        match result {
            Ok(value) => Self::Known(value),
            Err(gap) => Self::Missing(gap),
        }
    }
}
