//! Whether a condition holds.

use super::{
    cidr::AddressRanges,
    compare,
    context::{Context, KeyState},
    document::Condition,
    operator::{Operator, Quantifier, Test},
    pattern::Pattern,
    truth::Truth,
};

/// Keys that hold an address, and take only the operators for addresses.
const ADDRESSES: [&str; 2] = ["aws:sourceip", "aws:vpcsourceip"];

impl Condition {
    /// Whether the condition holds, as far as the context says.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html>.
    pub fn holds(&self, context: &Context) -> Truth {
        let state = context.get(&self.lower_key);
        match self.operator.test {
            Test::Unknown => return Truth::Unknown,
            Test::Null => return self.is_null(state),
            _ => {}
        }
        match state {
            KeyState::Absent => self.operator.without_key(),
            KeyState::Known(values) if values.is_empty() => self.operator.without_key(),
            _ if self.takes_address_for_text() => Truth::Unknown,
            KeyState::Known(values) => self.with_values(values, context),
            KeyState::OneOf(values) => Truth::agreement(
                values
                    .iter()
                    .map(|value| self.with_values(std::slice::from_ref(value), context)),
            )
            .unwrap_or(Truth::Unknown),
            KeyState::Like(patterns) | KeyState::AnyLike(patterns) => Truth::agreement(
                patterns
                    .iter()
                    .map(|pattern| self.with_some(pattern, context)),
            )
            .unwrap_or(Truth::Unknown),
            KeyState::Any | KeyState::Unknown => {
                let present = self.with_some(&Pattern::everything(), context);
                Truth::agreement([self.operator.without_key(), present]).unwrap_or(Truth::Unknown)
            }
        }
    }

    /// Whether an address is compared as if it were another type of value. What AWS does then is documented nowhere.
    ///
    /// See <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourceip>.
    fn takes_address_for_text(&self) -> bool {
        ADDRESSES.contains(&self.lower_key.as_str()) && self.operator.test != Test::IpAddress
    }

    fn is_null(&self, state: &KeyState) -> Truth {
        let missing = match state {
            KeyState::Absent => Truth::True,
            KeyState::Known(values) => values.is_empty().into(),
            KeyState::Any | KeyState::Unknown => Truth::Unknown,
            KeyState::OneOf(_) | KeyState::Like(_) | KeyState::AnyLike(_) => Truth::False,
        };
        Truth::any(
            self.values
                .iter()
                .map(|value| match compare::boolean(value.written()) {
                    Some(wanted) => missing.negate_if(!wanted),
                    None => Truth::Unknown,
                }),
        )
    }

    fn with_values(&self, given: &[String], context: &Context) -> Truth {
        let mut each = given
            .iter()
            .filter(|value| !value.is_empty())
            .map(|value| self.with_value(value, context));
        match self.operator.quantifier {
            // Several values without a set operator: AWS documents no rule.
            None => Truth::agreement(given.iter().map(|value| self.with_value(value, context)))
                .unwrap_or(Truth::Unknown),
            Some(quantifier) if given.iter().all(String::is_empty) => null_set(quantifier),
            Some(Quantifier::All) => Truth::all(&mut each),
            Some(Quantifier::Any) => Truth::any(&mut each),
        }
    }

    fn with_value(&self, given: &str, context: &Context) -> Truth {
        Truth::any(
            self.values
                .iter()
                .map(|wanted| compare::value(self.operator.test, wanted, given, context)),
        )
        .negate_if(self.operator.negated)
    }

    /// For a value of which only a pattern is known.
    fn with_some(&self, given: &Pattern, context: &Context) -> Truth {
        let positive = if self.operator.test == Test::IpAddress && given.is_everything() {
            let ranges = AddressRanges::new(self.values.iter().map(|value| value.written()));
            if ranges.covers_ipv4() && ranges.covers_ipv6() {
                Truth::True
            } else if self.values.is_empty() {
                Truth::False
            } else {
                Truth::Unknown
            }
        } else {
            Truth::any(
                self.values
                    .iter()
                    .map(|wanted| compare::like(self.operator.test, wanted, given, context)),
            )
        };
        let truth = positive.negate_if(self.operator.negated);
        match self.operator.quantifier {
            // The value may be the empty string.
            Some(quantifier) if given.matches("") => {
                Truth::agreement([truth, null_set(quantifier)]).unwrap_or(Truth::Unknown)
            }
            _ => truth,
        }
    }
}

impl Operator {
    /// Whether a condition holds whose key is not in the request.
    fn without_key(&self) -> Truth {
        let holds = self.if_exists
            || match self.quantifier {
                Some(quantifier) => return null_set(quantifier),
                None => self.negated,
            };
        holds.into()
    }
}

/// Whether a set operator holds for no values at all, which an empty string counts as.
fn null_set(quantifier: Quantifier) -> Truth {
    (quantifier == Quantifier::All).into()
}
