//! Small readings of what AWS answers in text.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;

use crate::secret::redact_policy;

/// Why a record could not be used; becomes the message of a gap.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Unreadable(pub(super) String);

/// What the SDK puts where AWS leaves out a member that its model calls required and an enum.
const UNSET: &str = "no value was set";

/// A member without which a record says nothing about anything.
///
/// # Errors
/// The member is absent or empty.
pub(super) fn required<'a>(value: Option<&'a str>, member: &str) -> Result<&'a str, Unreadable> {
    value
        .filter(|value| !value.is_empty() && *value != UNSET)
        .ok_or_else(|| Unreadable(format!("the answer lacks `{member}`")))
}

/// The list of an answer: AWS sends it also when it is empty, so its absence is no empty list.
///
/// # Errors
/// The list is absent.
pub(super) fn listed<'a, T>(list: Option<&'a Vec<T>>, member: &str) -> Result<&'a [T], Unreadable> {
    list.map(Vec::as_slice)
        .ok_or_else(|| Unreadable(format!("the answer lacks `{member}`")))
}

/// Text that AWS set; it writes "not set" also as an empty string.
pub(super) fn present(value: Option<&str>) -> Option<String> {
    value
        .filter(|value| !value.is_empty())
        .map(ToOwned::to_owned)
}

/// Text that may be absent, as text.
pub(super) fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

/// A policy without the secrets that its conditions ask for.
///
/// # Errors
/// It may name one, and is not JSON.
pub(super) fn without_secrets(policy: &str) -> Result<String, Unreadable> {
    redact_policy(policy)
        .ok_or_else(|| Unreadable("the policy may hold a secret, and is not JSON".to_owned()))
}

/// A time as AWS's JSON interfaces write it; nothing for one beyond all calendars.
pub(super) fn time(value: Option<&DateTime>) -> Option<String> {
    value.and_then(|time| time.fmt(Format::DateTime).ok())
}

/// The part of a Lambda function's ARN after its name: alias or version, `None` for the unqualified
/// function, which AWS also writes `$LATEST`.
///
/// Form: `arn:aws:lambda:region:account:function:name:qualifier`.
pub(super) fn qualifier(arn: &str) -> Option<String> {
    arn.split(':')
        .nth(7)
        .filter(|qualifier| !qualifier.is_empty() && *qualifier != "$LATEST")
        .map(ToOwned::to_owned)
}

/// The account that an ARN names; `None` for text that is no ARN or names none.
pub(super) fn account(arn: &str) -> Option<&str> {
    let mut parts = arn.split(':');
    if parts.next() != Some("arn") {
        return None;
    }
    parts.nth(3).filter(|account| !account.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_are_read_from_arns() {
        let cases = [
            ("arn:aws:lambda:eu-west-1:111122223333:function:api", None),
            (
                "arn:aws:lambda:eu-west-1:111122223333:function:api:$LATEST",
                None,
            ),
            (
                "arn:aws:lambda:eu-west-1:111122223333:function:api:live",
                Some("live"),
            ),
            (
                "arn:aws-cn:lambda:cn-north-1:111122223333:function:api:7",
                Some("7"),
            ),
            ("api", None),
            ("", None),
        ];
        for (arn, expected) in cases {
            assert_eq!(qualifier(arn).as_deref(), expected, "{arn}");
        }
    }

    #[test]
    fn accounts_are_read_from_arns() {
        let cases = [
            (
                "arn:aws:kms:eu-west-1:111122223333:key/1",
                Some("111122223333"),
            ),
            ("arn:aws:s3:::bucket", None),
            ("alias/aws/lambda", None),
        ];
        for (arn, expected) in cases {
            assert_eq!(account(arn), expected, "{arn}");
        }
    }
}
