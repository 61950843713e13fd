//! From text to [`Policy`]: lenient in form, strict in meaning.

use std::sync::Arc;
use std::{borrow::Cow, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, Visitor, value::MapAccessDeserializer},
};

use serde_json::error::Category;

use super::{
    action::ActionSet,
    document::{Condition, Effect, Element, Policy, Statement, Version},
    json::{List, Object, Pairs, Scalar, given},
    operator::Operator,
    principal::Principal,
    variable::Template,
};
use crate::plain::plain;

/// Why a text is not a policy document.
#[derive(Debug, thiserror::Error)]
pub enum ParseError {
    /// There is no text.
    #[error("the policy document is empty")]
    Empty,
    /// There is more text than AWS takes as a policy of any kind.
    #[error("the policy document is larger than {LARGEST} bytes, the ceiling for policies")]
    TooLarge,
    /// The URL-encoded text does not decode to UTF-8.
    #[error("the URL-encoded policy document is not UTF-8")]
    Encoding(#[source] std::str::Utf8Error),
    /// Not JSON, or not a policy.
    #[error("{}", wrong(.0))]
    Document(serde_json::Error),
}

/// What is wrong with a document, in plain words.
fn wrong(error: &serde_json::Error) -> String {
    let place = format!("line {}, column {}", error.line(), error.column());
    match error.classify() {
        Category::Eof => format!("the policy document breaks off at {place}"),
        Category::Syntax | Category::Io => {
            let said = error.to_string();
            format!(
                "the policy document is not JSON: {} at {place}",
                plain(&said)
            )
        }
        Category::Data => {
            let said = error.to_string();
            format!("not a policy document: {} at {place}", plain(&said))
        }
    }
}

impl ParseError {
    /// Line and column, from 1, in the decoded text.
    pub fn place(&self) -> Option<(usize, usize)> {
        match self {
            ParseError::Document(error) => Some((error.line(), error.column())),
            ParseError::Empty | ParseError::TooLarge | ParseError::Encoding(_) => None,
        }
    }
}

/// The largest policy in bytes. AWS takes no more than 100 KiB of any kind, and percent-encoding triples
/// that at most.
///
/// Source: <https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html>, the quotas of the
/// services that have resource-based policies.
const LARGEST: usize = 384 << 10;

pub(super) fn policy(text: &str) -> Result<Policy, ParseError> {
    if text.len() > LARGEST {
        return Err(ParseError::TooLarge);
    }
    let text = text.trim_start_matches('\u{feff}').trim();
    // JSON cannot start with a percent sign.
    let text = if text.starts_with('%') {
        percent_encoding::percent_decode_str(text)
            .decode_utf8()
            .map_err(ParseError::Encoding)?
    } else {
        Cow::Borrowed(text)
    };
    if text.is_empty() {
        return Err(ParseError::Empty);
    }
    let Object(document): Object<RawPolicy> =
        serde_json::from_str(&text).map_err(ParseError::Document)?;
    let variables = document.version == Version::V2012;
    Ok(Policy {
        version: document.version,
        id: document.id.map(|id| id.0),
        statements: document
            .statement
            .0
            .into_iter()
            .enumerate()
            .map(|(index, Object(raw))| Arc::new(raw.compile(index, variables)))
            .collect(),
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct RawPolicy {
    #[serde(default)]
    version: Version,
    #[serde(default, deserialize_with = "given")]
    id: Option<Scalar>,
    statement: List<Object<RawStatement>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Fields {
    #[serde(default, deserialize_with = "given")]
    sid: Option<Scalar>,
    effect: Effect,
    #[serde(default, deserialize_with = "given")]
    principal: Option<RawPrincipal>,
    #[serde(default, deserialize_with = "given")]
    not_principal: Option<RawPrincipal>,
    #[serde(default, deserialize_with = "given")]
    action: Option<List<String>>,
    #[serde(default, deserialize_with = "given")]
    not_action: Option<List<String>>,
    #[serde(default, deserialize_with = "given")]
    resource: Option<List<String>>,
    #[serde(default, deserialize_with = "given")]
    not_resource: Option<List<String>>,
    #[serde(default, deserialize_with = "given")]
    condition: Option<Pairs<Pairs<List<Scalar>>>>,
}

/// [`Fields`] of which no two contradict each other.
#[derive(Deserialize)]
#[serde(try_from = "Fields")]
struct RawStatement {
    sid: Option<Scalar>,
    effect: Effect,
    principal: Option<Element<RawPrincipal>>,
    action: Element<List<String>>,
    resource: Option<Element<List<String>>>,
    condition: Pairs<Pairs<List<Scalar>>>,
}

impl TryFrom<Fields> for RawStatement {
    type Error = String;

    fn try_from(fields: Fields) -> Result<RawStatement, String> {
        Ok(RawStatement {
            sid: fields.sid,
            effect: fields.effect,
            principal: either("Principal", fields.principal, fields.not_principal)?,
            action: either("Action", fields.action, fields.not_action)?
                .ok_or("a statement needs `Action` or `NotAction`")?,
            resource: either("Resource", fields.resource, fields.not_resource)?,
            condition: fields.condition.unwrap_or_else(|| Pairs(Vec::new())),
        })
    }
}

fn either<T>(name: &str, plain: Option<T>, not: Option<T>) -> Result<Option<Element<T>>, String> {
    match (plain, not) {
        (Some(_), Some(_)) => Err(format!(
            "a statement cannot have both `{name}` and `Not{name}`"
        )),
        (Some(items), None) => Ok(Some(Element {
            negated: false,
            items,
        })),
        (None, Some(items)) => Ok(Some(Element {
            negated: true,
            items,
        })),
        (None, None) => Ok(None),
    }
}

impl RawStatement {
    fn compile(self, index: usize, variables: bool) -> Statement {
        let conditions = self.condition.0.into_iter().flat_map(|(operator, keys)| {
            let operator = Operator::parse(&operator);
            keys.0.into_iter().map(move |(key, values)| Condition {
                lower_key: key.to_lowercase(),
                values: values
                    .0
                    .into_iter()
                    .map(|value| {
                        Template::new(
                            value.0,
                            operator.takes_wildcards(),
                            variables && operator.takes_variables(),
                        )
                    })
                    .collect(),
                operator: operator.clone(),
                key,
            })
        });
        Statement {
            index,
            sid: self.sid.map(|sid| sid.0),
            effect: self.effect,
            principal: self.principal.map(|element| {
                element.map(|raw| {
                    raw.0
                        .into_iter()
                        .map(|(kind, id)| Principal::parse(&kind, &id))
                        .collect()
                })
            }),
            action: self.action.map(|list| ActionSet::new(list.0)),
            resource: self.resource.map(|element| {
                element.map(|list| {
                    list.0
                        .into_iter()
                        .map(|text| Template::resource(text, variables))
                        .collect()
                })
            }),
            conditions: conditions.collect(),
        }
    }
}

impl<T> Element<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Element<U> {
        Element {
            negated: self.negated,
            items: change(self.items),
        }
    }
}

/// The principals as (type, id); `"*"` is of type `AWS`.
struct RawPrincipal(Vec<(String, String)>);

impl<'de> Deserialize<'de> for RawPrincipal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RawPrincipal, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = RawPrincipal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`\"*\"` or a map from principal types to principals")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawPrincipal, E> {
                // Anything but the star is not in the grammar; it is kept, and matches nobody for certain.
                Ok(RawPrincipal(vec![("AWS".to_owned(), text.to_owned())]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawPrincipal, A::Error> {
                let Pairs(types): Pairs<List<Scalar>> =
                    Deserialize::deserialize(MapAccessDeserializer::new(map))?;
                Ok(RawPrincipal(
                    types
                        .into_iter()
                        .flat_map(|(kind, ids)| {
                            ids.0.into_iter().map(move |id| (kind.clone(), id.0))
                        })
                        .collect(),
                ))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_aws_accepts() {
        for text in [
            r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#,
            r#"{"Version":"2012-10-17","Statement":[]}"#,
            r#"{"Statement":[{"Sid":1,"Effect":"Deny","NotAction":["a:b"],"NotResource":["*"],"NotPrincipal":{"AWS":["1"],"Service":"s"}}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"a:b","Condition":{"Bool":{"k":true},"NumericLessThan":{"n":[1,2.5,-3]},"Future":{"k":"v"}}}]}"#,
            "%7B%22Statement%22%3A%7B%22Effect%22%3A%22Allow%22%2C%22Action%22%3A%22%2A%22%7D%7D",
            "\u{feff} {\"Statement\":[]} ",
        ] {
            policy(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }

    #[test]
    fn scalars_keep_their_text() {
        let document = policy(
            r#"{"Statement":{"Effect":"Allow","Action":"*","Condition":{"X":{"k":[true,2.5,7,"s"]}}}}"#,
        )
        .unwrap();
        let values: Vec<&str> = document.statements[0].conditions[0]
            .values
            .iter()
            .map(Template::written)
            .collect();
        assert_eq!(values, ["true", "2.5", "7", "s"]);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_with_its_place() {
        let report: Vec<String> = [
            "",
            "{",
            "[]",
            "null",
            r#"["2012-10-17", null, []]"#,
            r#"{"Version":"2012-10-17"}"#,
            r#"{"Version":"2013-01-01","Statement":[]}"#,
            r#"{"Statement":[["s","Allow"]]}"#,
            r#"{"Statement":[{"Effect":"allow","Action":"*"}]}"#,
            r#"{"Statement":[{"Action":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"s3:*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Effect":"Deny","Action":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","condition":{}}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":5}]}"#,
            "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"*\",\n\"Condition\":{\"Bool\":{\"k\":\"1\",\"k\":\"2\"}}}]}",
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Condition":{"Bool":{},"Bool":{}}}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Condition":{"Bool":{"k":null}}}]}"#,
            r#"{"Version":null,"Statement":[]}"#,
            r#"{"Id":null,"Statement":[]}"#,
            r#"{"Statement":null}"#,
            r#"{"Statement":[null]}"#,
            r#"{"Statement":[{"Sid":null,"Effect":"Allow","Action":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Principal":null,"Action":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":null},"Action":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","NotPrincipal":null,"Action":"*"}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","NotAction":null}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":[null]}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Resource":null}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Condition":null}]}"#,
            r#"{"Statement":[{"Effect":"Allow","Action":"*","Condition":{"Bool":null}}]}"#,
            r#"{"Statement":[]} trailing"#,
            "%7B%FF",
        ]
        .into_iter()
        .map(|text| policy(text).unwrap_err().to_string())
        .collect();
        insta::assert_snapshot!(report.join("\n"), @r##"
        the policy document is empty
        the policy document breaks off at line 1, column 1
        not a policy document: this is a list, and an object is expected at line 1, column 0
        not a policy document: this is nothing (null), and an object is expected at line 1, column 4
        not a policy document: this is a list, and an object is expected at line 1, column 0
        not a policy document: `Statement` is missing at line 1, column 24
        not a policy document: unknown value `2013-01-01`; possible values: `2008-10-17`, `2012-10-17` at line 1, column 23
        not a policy document: this is a list, and an object is expected at line 1, column 14
        not a policy document: unknown value `allow`; possible values: `Allow`, `Deny` at line 1, column 31
        not a policy document: `Effect` is missing at line 1, column 28
        not a policy document: a statement needs `Action` or `NotAction` at line 1, column 32
        not a policy document: a statement cannot have both `Action` and `NotAction` at line 1, column 64
        not a policy document: `Effect` stands here twice at line 1, column 40
        not a policy document: unknown key `condition`; known keys: `Sid`, `Effect`, `Principal`, `NotPrincipal`, `Action`, `NotAction`, `Resource`, `NotResource`, `Condition` at line 1, column 56
        not a policy document: this is the number `5`, and a text in quotes is expected at line 1, column 42
        not a policy document: `k` occurs twice at line 2, column 32
        not a policy document: `Bool` occurs twice at line 1, column 74
        not a policy document: this is nothing (null), and one value or an array of them is expected at line 1, column 74
        the policy document is not JSON: a value is expected at line 1, column 12
        not a policy document: this is nothing (null), and a string, number or boolean is expected at line 1, column 10
        not a policy document: this is nothing (null), and one value or an array of them is expected at line 1, column 17
        not a policy document: this is nothing (null), and an object is expected at line 1, column 18
        not a policy document: this is nothing (null), and a string, number or boolean is expected at line 1, column 25
        not a policy document: this is nothing (null), and `"*"` or a map from principal types to principals is expected at line 1, column 48
        not a policy document: this is nothing (null), and one value or an array of them is expected at line 1, column 55
        not a policy document: this is nothing (null), and `"*"` or a map from principal types to principals is expected at line 1, column 51
        not a policy document: this is nothing (null), and one value or an array of them is expected at line 1, column 61
        not a policy document: this is nothing (null), and a text in quotes is expected at line 1, column 46
        not a policy document: this is nothing (null), and one value or an array of them is expected at line 1, column 60
        not a policy document: this is nothing (null), and an object is expected at line 1, column 61
        not a policy document: this is nothing (null), and an object is expected at line 1, column 69
        the policy document is not JSON: more text follows its end at line 1, column 18
        the URL-encoded policy document is not UTF-8
        "##);
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".{0,200}") {
            let _ = policy(&text);
        }

        #[test]
        fn no_mutilated_document_panics(at in 0_usize..200, with in ".{0,3}") {
            let text = r#"{"Version":"2012-10-17","Statement":[{"Sid":"a","Effect":"Allow","Principal":{"AWS":["*"]},"Action":"s3:*","Resource":"arn:aws:s3:::b/${aws:username}","Condition":{"StringLike":{"k":["*"]}}}]}"#;
            let mutilated: String = text.chars().take(at).chain(with.chars()).chain(text.chars().skip(at + 1)).collect();
            let _ = policy(&mutilated);
        }
    }
}
