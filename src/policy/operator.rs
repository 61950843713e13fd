//! The names of condition operators, taken apart.

use std::fmt;

/// A condition operator: what is compared, how several values are counted, and what a missing key means.
///
/// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Operator {
    written: String,
    /// `ForAllValues:` or `ForAnyValue:`.
    pub quantifier: Option<Quantifier>,
    /// What is compared.
    pub test: Test,
    /// `…Not…`: holds where the test holds for no value.
    pub negated: bool,
    /// `…IfExists`: holds where the key is missing.
    pub if_exists: bool,
}

/// How the values of a multivalued key are counted.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Quantifier {
    /// Each value in the request must match; holds for none at all.
    All,
    /// Some value in the request must match.
    Any,
}

/// What is compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Test {
    /// Same text.
    StringEquals,
    /// Same text but for case.
    StringEqualsIgnoreCase,
    /// Text with wildcards.
    StringLike,
    /// Numbers.
    Numeric(Order),
    /// Times, as ISO 8601 or seconds since 1970.
    Date(Order),
    /// `true` or `false`.
    Bool,
    /// Base64.
    Binary,
    /// Address ranges.
    IpAddress,
    /// ARNs, field by field, with wildcards.
    Arn,
    /// Whether the key is missing.
    Null,
    /// An operator that this program does not know: never decided.
    Unknown,
}

/// How numbers and times are compared.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// `…Equals`
    Equal,
    /// `…LessThan`
    Less,
    /// `…LessThanEquals`
    LessOrEqual,
    /// `…GreaterThan`
    Greater,
    /// `…GreaterThanEquals`
    GreaterOrEqual,
}

/// Name in lower case, test, negated.
const OPERATORS: &[(&str, Test, bool)] = &[
    ("stringequals", Test::StringEquals, false),
    ("stringnotequals", Test::StringEquals, true),
    (
        "stringequalsignorecase",
        Test::StringEqualsIgnoreCase,
        false,
    ),
    (
        "stringnotequalsignorecase",
        Test::StringEqualsIgnoreCase,
        true,
    ),
    ("stringlike", Test::StringLike, false),
    ("stringnotlike", Test::StringLike, true),
    ("numericequals", Test::Numeric(Order::Equal), false),
    ("numericnotequals", Test::Numeric(Order::Equal), true),
    ("numericlessthan", Test::Numeric(Order::Less), false),
    (
        "numericlessthanequals",
        Test::Numeric(Order::LessOrEqual),
        false,
    ),
    ("numericgreaterthan", Test::Numeric(Order::Greater), false),
    (
        "numericgreaterthanequals",
        Test::Numeric(Order::GreaterOrEqual),
        false,
    ),
    ("dateequals", Test::Date(Order::Equal), false),
    ("datenotequals", Test::Date(Order::Equal), true),
    ("datelessthan", Test::Date(Order::Less), false),
    ("datelessthanequals", Test::Date(Order::LessOrEqual), false),
    ("dategreaterthan", Test::Date(Order::Greater), false),
    (
        "dategreaterthanequals",
        Test::Date(Order::GreaterOrEqual),
        false,
    ),
    ("bool", Test::Bool, false),
    ("binaryequals", Test::Binary, false),
    ("ipaddress", Test::IpAddress, false),
    ("notipaddress", Test::IpAddress, true),
    ("arnequals", Test::Arn, false),
    ("arnlike", Test::Arn, false),
    ("arnnotequals", Test::Arn, true),
    ("arnnotlike", Test::Arn, true),
    ("null", Test::Null, false),
];

impl Operator {
    /// Takes a name apart. A name that is not known is kept, with [`Test::Unknown`].
    pub fn parse(written: &str) -> Operator {
        let lower = written.to_ascii_lowercase();
        let (quantifier, name) = match lower.split_once(':') {
            Some(("forallvalues", name)) => (Some(Quantifier::All), name),
            Some(("foranyvalue", name)) => (Some(Quantifier::Any), name),
            _ => (None, lower.as_str()),
        };
        let (name, if_exists) = match name.strip_suffix("ifexists") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let (test, negated) = OPERATORS
            .iter()
            .find(|(known, ..)| *known == name)
            .map_or((Test::Unknown, false), |&(_, test, negated)| {
                (test, negated)
            });
        // `Null` asks for existence itself, so AWS has no such combination.
        let test = match test {
            Test::Null if if_exists || quantifier.is_some() => Test::Unknown,
            test => test,
        };
        Operator {
            written: written.to_owned(),
            quantifier,
            test,
            negated,
            if_exists,
        }
    }

    /// Whether `*` and `?` are wildcards in its values.
    pub fn takes_wildcards(&self) -> bool {
        matches!(self.test, Test::StringLike | Test::Arn)
    }

    /// Whether policy variables are replaced in its values.
    pub fn takes_variables(&self) -> bool {
        matches!(
            self.test,
            Test::StringEquals
                | Test::StringEqualsIgnoreCase
                | Test::StringLike
                | Test::Arn
                | Test::Bool
        )
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_taken_apart() {
        for (name, quantifier, test, negated, if_exists) in [
            ("StringEquals", None, Test::StringEquals, false, false),
            ("stringlike", None, Test::StringLike, false, false),
            ("ArnNotLikeIfExists", None, Test::Arn, true, true),
            (
                "ForAllValues:StringNotLikeIfExists",
                Some(Quantifier::All),
                Test::StringLike,
                true,
                true,
            ),
            (
                "ForAnyValue:IpAddress",
                Some(Quantifier::Any),
                Test::IpAddress,
                false,
                false,
            ),
            ("Null", None, Test::Null, false, false),
            ("NullIfExists", None, Test::Unknown, false, true),
            ("StringMatches", None, Test::Unknown, false, false),
            (
                "ForSomeValues:StringLike",
                None,
                Test::Unknown,
                false,
                false,
            ),
        ] {
            let operator = Operator::parse(name);
            assert_eq!(
                (
                    operator.quantifier,
                    operator.test,
                    operator.negated,
                    operator.if_exists
                ),
                (quantifier, test, negated, if_exists),
                "{name}"
            );
            assert_eq!(operator.to_string(), name);
        }
    }
}
