//! ARNs: `arn:partition:service:region:account:resource`.

use super::{
    glob::{MANY, glob},
    meet::overlap,
    pattern::Pattern,
    truth::Truth,
};

/// The six fields of an ARN; the last may hold further colons.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`…
    pub partition: &'a str,
    /// `iam`, `lambda`…
    pub service: &'a str,
    /// Empty for global services.
    pub region: &'a str,
    /// Empty where the service leaves it out, as S3 does.
    pub account: &'a str,
    /// The rest.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// `None` if the text does not have the six fields.
    pub fn parse(text: &'a str) -> Option<Arn<'a>> {
        let mut fields = text.splitn(6, ':');
        (fields.next()? == "arn").then_some(())?;
        Some(Arn {
            partition: fields.next()?,
            service: fields.next()?,
            region: fields.next()?,
            account: fields.next()?,
            resource: fields.next()?,
        })
    }
}

/// Whether the text is an account id.
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `ArnLike` and `ArnEquals`: each of the six fields is compared by itself, so that no wildcard reaches over a colon.
///
/// What a pattern with fewer fields that ends in `*` matches is documented nowhere, so it is unknown; `*` alone matches everything.
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>.
pub(super) fn arn_like(pattern: &Pattern, text: &str) -> Truth {
    if pattern.is_everything() {
        return Truth::True;
    }
    let (wanted, given) = (pattern.segments(6), text.splitn(6, ':'));
    let given: Vec<&[u8]> = given.map(str::as_bytes).collect();
    let fields_match = wanted
        .iter()
        .zip(&given)
        .all(|(want, have)| glob(want, have));
    if !fields_match {
        return Truth::False;
    }
    if wanted.len() == 6 {
        return (given.len() == 6).into();
    }
    let ends_open = wanted.last().is_some_and(|last| last.last() == Some(&MANY));
    if ends_open {
        Truth::Unknown
    } else {
        Truth::False
    }
}

/// The same for a text of which only a pattern is known.
pub(super) fn arn_like_pattern(pattern: &Pattern, text: &Pattern) -> Truth {
    if let Some(text) = text.as_literal() {
        return arn_like(pattern, text);
    }
    if pattern.is_everything() {
        return Truth::True;
    }
    let (wanted, given) = (pattern.segments(6), text.segments(6));
    if wanted.len() < 6 || given.len() < 6 {
        return Truth::Unknown;
    }
    if wanted
        .iter()
        .zip(&given)
        .any(|(want, have)| !overlap(want, have))
        && !crosses_colons(&given)
    {
        Truth::False
    } else if wanted
        .iter()
        .zip(&given)
        .all(|(want, have)| glob(want, have))
        && !crosses_colons(&given)
    {
        Truth::True
    } else {
        Truth::Unknown
    }
}

/// Whether a wildcard before the last field could swallow a colon, so that fields shift.
fn crosses_colons(fields: &[&[u8]]) -> bool {
    fields
        .iter()
        .take(5)
        .any(|field| std::str::from_utf8(field).is_err())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_by_field() {
        use Truth::{False, True, Unknown};
        for (pattern, text, expected) in [
            (
                "arn:aws:sns:*:111122223333:topic",
                "arn:aws:sns:us-east-1:111122223333:topic",
                True,
            ),
            (
                "arn:aws:sns:*:topic",
                "arn:aws:sns:us-east-1:111122223333:topic",
                False,
            ),
            ("arn:aws:s3:::*", "arn:aws:s3:::bucket/a:b", True),
            (
                "arn:aws:x:*:1:finance/*",
                "arn:aws:x:r:9:store/abc:1:finance/d",
                False,
            ),
            ("*", "arn:aws:s3:::bucket", True),
            (
                "arn:aws:iam::*",
                "arn:aws:iam::111122223333:role/x",
                Unknown,
            ),
            ("arn:aws:iam::*", "arn:aws:s3:::bucket", False),
            (
                "arn:aws:iam::111122223333",
                "arn:aws:iam::111122223333:role/x",
                False,
            ),
            ("arn:aws:s3:::bucket", "bucket", False),
        ] {
            assert_eq!(
                arn_like(&Pattern::glob(pattern), text),
                expected,
                "{pattern} {text}"
            );
        }
    }
}
