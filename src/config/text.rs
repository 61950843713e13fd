//! Texts that must have a certain shape.

use std::fmt;
use std::ops::Deref;
use std::sync::LazyLock;

use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;

macro_rules! text {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $shape:literal) => {
        text! { $(#[$doc])* $name, $pattern, |text| format!("`{text}` is not {}", $shape) }
    };
    ($(#[$doc:meta])* $name:ident, $pattern:literal, |$text:ident| $wrong:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Eq, JsonSchema, Ord, PartialEq, PartialOrd)]
        #[serde(try_from = "String")]
        #[schemars(extend("pattern" = $pattern))]
        pub struct $name(String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                // A pattern that did not compile would match nothing, which the tests would notice.
                static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new($pattern).ok());
                if PATTERN.as_ref().is_some_and(|pattern| pattern.is_match(&text)) {
                    return Ok(Self(text));
                }
                let $text = text;
                Err($wrong)
            }
        }

        impl Deref for $name {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text! {
    /// An organization's id.
    ///
    /// Source: <https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html>.
    OrganizationId, "^o-[a-z0-9]{10,32}$", "an organization's id, such as `o-a1b2c3d4e5`"
}

text! {
    /// A role's name, with its path where it has one, and without the account. A path with a colon, which IAM
    /// allows, is refused: it would let an ARN pass for a name.
    ///
    /// Source: <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>.
    RoleName, "^([\\x21-\\x39\\x3b-\\x7e]+/)?[A-Za-z0-9+=,.@_-]{1,64}$", "a role's name, written without `arn:` and the account"
}

text! {
    /// The name of an assumed role's session, as CloudTrail shows it.
    ///
    /// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
    SessionName, "^[A-Za-z0-9+=,.@_-]{2,64}$", "a session name: 2 to 64 letters, digits and `+=,.@_-`"
}

text! {
    /// The external id that a role asks for. Errors do not show it: who knows it is let in.
    ///
    /// Source: <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>.
    ExternalId, "^[A-Za-z0-9+=,.@:/_-]{2,1224}$", |_text| "an external id is 2 to 1224 letters, digits and `+=,.@:/_-`, and this is not".to_owned()
}

text! {
    /// A call as reports write it, with wildcards.
    CallPattern, "^[a-z0-9*?-]+:[A-Za-z0-9*?]+$", "a call as reports write it, such as `lambda:GetFunction`; `*` and `?` are wildcards"
}

text! {
    /// The id of an account, with wildcards.
    AccountPattern, "^([0-9]{12}|[0-9*?]{0,12}[*?][0-9*?]{0,12})$", "an account id of twelve digits; `*` and `?` are wildcards"
}

text! {
    /// The name of a region, with wildcards.
    RegionPattern, "^([a-z]{2,}(-[a-z]+)+-[0-9]+|[a-z0-9*?-]*[*?][a-z0-9*?-]*)$", "a region, such as `eu-west-1`; `*` and `?` are wildcards"
}
