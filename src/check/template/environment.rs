//! What templates can do: filters, tests, and how a value is written where it stands.

use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, Output, State, UndefinedBehavior};

use super::super::ceiling;
use super::super::certainty::{is_certain, proviso};
use super::super::quoting::{inside, shell, terraform, yaml};
use super::UNKNOWN;

/// A text as far as a template has room for one.
fn within(text: String) -> Result<String, Error> {
    match text.len() > ceiling::OUTPUT {
        true => Err(Error::from(ErrorKind::WriteFailure)),
        false => Ok(text),
    }
}

/// The filters that take no argument by which their result could grow; ours are added to them.
fn filters(environment: &mut Environment<'static>) {
    use minijinja::filters;

    environment.add_filter("abs", filters::abs);
    environment.add_filter("bool", filters::bool);
    environment.add_filter("capitalize", filters::capitalize);
    environment.add_filter("count", filters::length);
    environment.add_filter("default", filters::default);
    environment.add_filter("dictsort", filters::dictsort);
    environment.add_filter("first", filters::first);
    environment.add_filter("int", filters::int);
    environment.add_filter("items", filters::items);
    environment.add_filter("last", filters::last);
    environment.add_filter("length", filters::length);
    environment.add_filter("list", filters::list);
    environment.add_filter("lower", filters::lower);
    environment.add_filter("map", filters::map);
    environment.add_filter("max", filters::max);
    environment.add_filter("min", filters::min);
    environment.add_filter("reject", filters::reject);
    environment.add_filter("rejectattr", filters::rejectattr);
    environment.add_filter("reverse", filters::reverse);
    environment.add_filter("round", filters::round);
    environment.add_filter("select", filters::select);
    environment.add_filter("selectattr", filters::selectattr);
    environment.add_filter("sort", filters::sort);
    environment.add_filter("string", filters::string);
    environment.add_filter("title", filters::title);
    environment.add_filter("trim", filters::trim);
    environment.add_filter("unique", filters::unique);
    environment.add_filter("upper", filters::upper);
}

fn tests(environment: &mut Environment<'static>) {
    use minijinja::tests;

    environment.add_test("defined", tests::is_defined);
    environment.add_test("undefined", tests::is_undefined);
    environment.add_test("none", tests::is_none);
    environment.add_test("string", tests::is_string);
    environment.add_test("number", tests::is_number);
    environment.add_test("sequence", tests::is_sequence);
    environment.add_test("mapping", tests::is_mapping);
    environment.add_test("startingwith", tests::is_startingwith);
    environment.add_test("endingwith", tests::is_endingwith);
    environment.add_test("in", tests::is_in);
    environment.add_test("eq", tests::is_eq);
    environment.add_test("ne", tests::is_ne);
}

/// An environment in which templates only fill in.
pub(super) fn environment() -> Environment<'static> {
    // without the filters and functions of MiniJinja: `batch`, `indent`, `format`, `range` and others make
    // what they are told to, however long
    let mut environment = Environment::empty();
    filters(&mut environment);
    tests(&mut environment);
    environment.set_fuel(Some(ceiling::FUEL));
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_auto_escape_callback(|name| match name {
        "fix.cli" => AutoEscape::Custom("shell".into()),
        "fix.terraform" => AutoEscape::Custom("terraform".into()),
        "fix.cloudformation" => AutoEscape::Custom("yaml".into()),
        // so that what a macro makes can be told from a value
        _ => AutoEscape::Custom("text".into()),
    });
    environment.set_formatter(write_value);
    environment.add_filter("inside", |value: Value| -> Value {
        let text = if value.is_undefined() {
            UNKNOWN.to_owned()
        } else {
            value.to_string()
        };
        written(inside(&text))
    });
    environment.add_filter("safe", |value: Value| -> Value {
        match value.is_undefined() || value.is_safe() {
            true => value,
            false => written(value.to_string()),
        }
    });
    environment.add_filter("shell", |value: Value| -> Result<Value, Error> {
        if value.is_undefined() {
            return Ok(value);
        }
        Ok(written(within(each(&value, " ", shell))?))
    });
    environment.add_filter("may", |value: Value, certain: String, bare: String| {
        if is_certain(&json(&value)) {
            certain
        } else {
            format!("may {bare}")
        }
    });
    environment.add_filter("can", |value: Value| {
        if is_certain(&json(&value)) {
            "can"
        } else {
            "may"
        }
    });
    environment.add_filter("proviso", |value: Value| proviso(&json(&value)));
    environment.add_filter("argument", |value: Value| -> Result<Value, Error> {
        let value = if value.is_undefined() {
            Value::from(UNKNOWN)
        } else {
            value
        };
        let text = if value.is_safe() {
            value.to_string()
        } else {
            clean(&each(&value, " ", shell))
        };
        let separator = if value.to_string().starts_with('-') {
            '='
        } else {
            ' '
        };
        Ok(Value::from_safe_string(within(format!(
            "{separator}{text}"
        ))?))
    });
    let join = |value: Value, separator: Option<String>| -> Result<Value, Error> {
        if value.is_undefined() {
            return Ok(value);
        }
        let separator = separator.unwrap_or_else(|| ", ".to_owned());
        Ok(Value::from(within(each(
            &value,
            &separator,
            str::to_owned,
        ))?))
    };
    environment.add_filter("join", join);
    environment
}

/// A text without control characters: a line end would leave a comment, and an escape sequence would speak to the
/// terminal.
fn clean(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

/// A value that is written as it is: nothing is quoted in it any more.
fn written(text: String) -> Value {
    Value::from_safe_string(clean(&text))
}

fn json(value: &Value) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn write_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), Error> {
    let value = if value.is_undefined() {
        if state.undefined_behavior() == UndefinedBehavior::Strict {
            return Err(Error::from(ErrorKind::UndefinedError));
        }
        Value::from(UNKNOWN)
    } else {
        value.clone()
    };
    let place = match state.auto_escape() {
        AutoEscape::Custom(place) => place.as_ref(),
        _ => "",
    };
    let text = match place {
        _ if value.is_safe() => value.to_string(),
        "shell" => clean(&each(&value, " ", shell)),
        "terraform" => clean(&each(&value, ", ", terraform)),
        "yaml" => clean(&each(&value, ", ", yaml)),
        _ => clean(&each(&value, ", ", str::to_owned)),
    };
    if !ceiling::takes(text.len()) {
        return Err(Error::from(ErrorKind::WriteFailure));
    }
    out.write_str(&text).map_err(Error::from)
}

/// A value as text; the items of a list one by one.
fn each(value: &Value, separator: &str, quote: impl Fn(&str) -> String) -> String {
    if value.kind() == ValueKind::Seq
        && let Ok(items) = value.try_iter()
    {
        let items: Vec<String> = items.map(|item| quote(&item.to_string())).collect();
        items.join(separator)
    } else {
        quote(&value.to_string())
    }
}
