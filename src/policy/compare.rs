//! Comparing one value of a request with one value of a policy.

use std::{cmp::Ordering, net::IpAddr};

use jiff::{Timestamp, civil, tz::TimeZone};

use super::{
    arn::{arn_like, arn_like_pattern},
    cidr,
    context::Context,
    operator::{Order, Test},
    pattern::Pattern,
    truth::Truth,
    variable::Template,
};

/// Whether a value that is known passes. What cannot be read as the operator wants it is unknown.
pub(super) fn value(test: Test, wanted: &Template, given: &str, context: &Context) -> Truth {
    let ordered = |order: Order, ordering: Option<Ordering>| match ordering {
        Some(ordering) => Truth::from(holds(order, ordering)),
        None => Truth::Unknown,
    };
    match test {
        Test::StringEquals | Test::StringLike => wanted
            .resolve(context)
            .test(|pattern| pattern.matches(given).into()),
        Test::StringEqualsIgnoreCase => wanted
            .resolve(context)
            .test(|pattern| pattern.to_lowercase().matches(&given.to_lowercase()).into()),
        Test::Arn => wanted
            .resolve(context)
            .test(|pattern| arn_like(pattern, given)),
        Test::Binary => (wanted.written() == given).into(),
        Test::Bool => wanted.resolve(context).test(|pattern| {
            match (pattern.as_literal().and_then(boolean), boolean(given)) {
                (Some(wanted), Some(given)) => (wanted == given).into(),
                _ => Truth::Unknown,
            }
        }),
        Test::Numeric(order) => ordered(
            order,
            number(given).and_then(|given| given.partial_cmp(&number(wanted.written())?)),
        ),
        Test::Date(order) => ordered(
            order,
            time(given).and_then(|given| Some(given.cmp(&time(wanted.written())?))),
        ),
        Test::IpAddress => match (
            cidr::parse(wanted.written()),
            given.trim().parse::<IpAddr>(),
        ) {
            (Some(range), Ok(address)) => range.contains(&address).into(),
            _ => Truth::Unknown,
        },
        Test::Null | Test::Unknown => Truth::Unknown,
    }
}

/// The same for a value of which only a pattern is known.
pub(super) fn like(test: Test, wanted: &Template, given: &Pattern, context: &Context) -> Truth {
    if let Some(literal) = given.as_literal() {
        return value(test, wanted, literal, context);
    }
    match test {
        Test::StringEquals | Test::StringLike => wanted
            .resolve(context)
            .test(|pattern| relation(pattern, given)),
        Test::StringEqualsIgnoreCase => wanted
            .resolve(context)
            .test(|pattern| relation(&pattern.to_lowercase(), &given.to_lowercase())),
        Test::Arn => wanted
            .resolve(context)
            .test(|pattern| arn_like_pattern(pattern, given)),
        _ => Truth::Unknown,
    }
}

/// True if every text of `given` matches, false if none does.
pub(super) fn relation(wanted: &Pattern, given: &Pattern) -> Truth {
    if wanted.covers(given) {
        Truth::True
    } else if wanted.overlaps(given) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

fn holds(order: Order, given_to_wanted: Ordering) -> bool {
    match order {
        Order::Equal => given_to_wanted.is_eq(),
        Order::Less => given_to_wanted.is_lt(),
        Order::LessOrEqual => given_to_wanted.is_le(),
        Order::Greater => given_to_wanted.is_gt(),
        Order::GreaterOrEqual => given_to_wanted.is_ge(),
    }
}

pub(super) fn boolean(text: &str) -> Option<bool> {
    if text.eq_ignore_ascii_case("true") {
        Some(true)
    } else if text.eq_ignore_ascii_case("false") {
        Some(false)
    } else {
        None
    }
}

pub(super) fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|number: &f64| number.is_finite())
}

/// A time in one of the forms of ISO 8601 that AWS documents, or in seconds since 1970. Without an offset it is UTC.
pub(super) fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Timestamp::from_second(seconds).ok();
    }
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let local: civil::DateTime = match text.parse::<civil::DateTime>() {
        Ok(local) => local,
        Err(_) => text.parse::<civil::Date>().ok()?.at(0, 0, 0, 0),
    };
    TimeZone::UTC.to_timestamp(local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let second = |text| time(text).map(Timestamp::as_second);
        for (text, expected) in [
            ("1970-01-01T00:01:00Z", Some(60)),
            ("1970-01-01T01:00:00+01:00", Some(0)),
            ("60", Some(60)),
            ("1970-01-02", Some(86_400)),
            ("1970-01-01T00:01:00", Some(60)),
            ("soon", None),
        ] {
            assert_eq!(second(text), expected, "{text}");
        }
    }
}
