//! Identifiers that become parts of paths and host names, and so can hold nothing else.

use std::borrow::Borrow;
use std::fmt;
use std::ops::Deref;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $pattern:literal, $shaped:path, $shape:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Deserialize, Eq, Hash, JsonSchema, Ord, PartialEq, PartialOrd, Serialize)]
        #[serde(try_from = "String")]
        #[schemars(extend("pattern" = $pattern))]
        pub struct $name(String);

        impl $name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<Self, String> {
                if $shaped(&text) {
                    Ok(Self(text))
                } else {
                    Err(format!("`{text}` is not {}", $shape))
                }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = String;

            fn try_from(text: &str) -> Result<Self, String> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(identifier: $name) -> Self {
                identifier.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
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

        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.0 == **other
            }
        }

        impl PartialEq<String> for $name {
            fn eq(&self, other: &String) -> bool {
                self.0 == *other
            }
        }

        impl PartialEq<$name> for String {
            fn eq(&self, other: &$name) -> bool {
                *self == other.0
            }
        }

        impl PartialEq<$name> for str {
            fn eq(&self, other: &$name) -> bool {
                *self == other.0
            }
        }
    };
}

identifier! {
    /// An AWS account id.
    AccountId, "^[0-9]{12}$", twelve_digits, "an account id: twelve digits, in quotes"
}

identifier! {
    /// A region's name by its shape; whether there is such a region, AWS says.
    RegionName, "^[a-z]{2,4}(-[a-z]+)+-[0-9]{1,2}$", region, "a region, such as `eu-west-1`"
}

fn twelve_digits(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Letters between hyphens, then a number.
fn region(text: &str) -> bool {
    let letters =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut parts = text.split('-');
    let partition = parts.next().unwrap_or_default();
    let number = parts.next_back().unwrap_or_default();
    let words: Vec<&str> = parts.collect();
    letters(partition)
        && (2..=4).contains(&partition.len())
        && !words.is_empty()
        && words.into_iter().all(letters)
        && (1..=2).contains(&number.len())
        && number.bytes().all(|byte| byte.is_ascii_digit())
        && text.len() <= 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_else_is_an_identifier() {
        assert!(AccountId::try_from("111122223333").is_ok());
        for text in [
            "",
            "11112222333",
            "1111222233334",
            "../../111111",
            "11112222333/",
            "١١١١٢٢٢٢٣٣٣٣",
            "11112222333\n",
            "111122223333\0",
        ] {
            assert!(AccountId::try_from(text).is_err(), "{text:?}");
            let json = serde_json::to_string(text).unwrap();
            assert!(
                serde_json::from_str::<AccountId>(&json).is_err(),
                "{text:?}"
            );
        }
        for text in [
            "eu-west-1",
            "us-gov-east-1",
            "eusc-de-east-1",
            "ap-southeast-7",
        ] {
            assert!(RegionName::try_from(text).is_ok(), "{text}");
        }
        for text in [
            "",
            "eu-west",
            "eu-1",
            "eu--1",
            "eu-west-1a",
            "../..-1",
            "evil.example/-x-1",
            "eu-west-1\n",
            "eu-west-100",
            "europe-west-1",
        ] {
            assert!(RegionName::try_from(text).is_err(), "{text:?}");
        }
    }
}
