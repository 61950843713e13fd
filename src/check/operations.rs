//! Operators and functions of expressions: which there are, and of what.

use std::sync::Arc;

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue, operators};

use super::types::Type;
use super::typing::Typer;

/// The loops over lists and maps, and the question for presence.
pub(super) const MACROS: &[&str] = &["all", "exists", "exists_one", "filter", "has", "map"];
const METHODS: &[&str] = &["contains", "endsWith", "matches", "size", "startsWith"];
const FUNCTIONS: &[&str] = &["size", "string"];

impl<'a> Typer<'a> {
    pub(super) fn call(&mut self, expr: &'a IdedExpr, call: &'a CallExpr) -> Type {
        match (&call.target, call.args.as_slice()) {
            (Some(target), args) => self.method(expr, target, &call.func_name, args),
            (None, [one]) => self.unary(expr, &call.func_name, one),
            (None, [one, other]) => self.binary(expr, &call.func_name, one, other),
            (None, [condition, one, other]) if call.func_name == operators::CONDITIONAL => {
                self.expect_bool(condition, "what stands before `?`");
                let (one, other) = (self.value(one), self.value(other));
                one.join(&other).unwrap_or_else(|| {
                    self.fault(
                        expr,
                        format!("either {one} or {other}"),
                        "both must be alike",
                    );
                    Type::Any
                })
            }
            (None, _) => {
                self.unknown_function(expr, &call.func_name, FUNCTIONS);
                Type::Any
            }
        }
    }

    fn unary(&mut self, expr: &'a IdedExpr, name: &str, operand: &'a IdedExpr) -> Type {
        match name {
            operators::LOGICAL_NOT => {
                self.expect_bool(operand, "what `!` turns round");
                Type::Bool
            }
            operators::NEGATE => match self.value(operand) {
                kind if kind.is_number() => kind,
                Type::Any => Type::Any,
                other => self.refuse(expr, format!("`-` is not for {other}")),
            },
            "size" => self.size(expr, operand),
            "string" => match self.value(operand) {
                Type::Bool | Type::Int | Type::Double | Type::Text(_) | Type::Any => Type::TEXT,
                other => self.refuse(expr, format!("{other} cannot be made a string")),
            },
            _ => {
                self.unknown_function(expr, name, FUNCTIONS);
                Type::Any
            }
        }
    }

    fn size(&mut self, expr: &'a IdedExpr, operand: &'a IdedExpr) -> Type {
        match self.value(operand) {
            Type::List(_) | Type::Map(_) | Type::Text(_) | Type::Any => Type::Int,
            other => self.refuse(expr, format!("{other} has no size")),
        }
    }

    fn method(
        &mut self,
        expr: &'a IdedExpr,
        target: &'a IdedExpr,
        name: &str,
        args: &'a [IdedExpr],
    ) -> Type {
        match (name, args) {
            ("size", []) => self.size(expr, target),
            ("startsWith" | "endsWith" | "contains" | "matches", [argument]) => {
                for (part, what) in [(target, "before the dot"), (argument, "in brackets")] {
                    let kind = self.value(part);
                    if !matches!(kind, Type::Text(_) | Type::Any) {
                        let message = format!("`{name}` needs a string {what}");
                        self.fault(part, message, format!("this is {kind}"));
                    }
                }
                if name == "matches" {
                    self.expect_pattern(argument);
                }
                Type::Bool
            }
            _ if METHODS.contains(&name) => {
                let span = self.name_before(expr, name);
                let arguments = if name == "size" {
                    "no argument"
                } else {
                    "one argument"
                };
                self.fault_at(span, format!("`{name}` takes {arguments}"), "", None);
                Type::Any
            }
            _ => {
                self.unknown_function(expr, name, METHODS);
                Type::Any
            }
        }
    }

    fn expect_pattern(&mut self, argument: &IdedExpr) {
        match &argument.expr {
            Expr::Literal(LiteralValue::String(pattern)) => {
                if let Err(error) = regex::Regex::new(pattern.inner()) {
                    let error = error.to_string();
                    let reason = error.lines().last().unwrap_or_default();
                    let reason = reason.strip_prefix("error: ").unwrap_or(reason);
                    self.fault(argument, "not a regular expression", reason);
                }
            }
            _ => self.fault(argument, "a regular expression must be written out", ""),
        }
    }

    fn binary(
        &mut self,
        expr: &'a IdedExpr,
        name: &str,
        one: &'a IdedExpr,
        other: &'a IdedExpr,
    ) -> Type {
        match name {
            operators::LOGICAL_AND | operators::LOGICAL_OR => {
                let symbol = name.trim_matches('_');
                self.expect_bool(one, &format!("what stands before `{symbol}`"));
                self.expect_bool(other, &format!("what stands after `{symbol}`"));
                Type::Bool
            }
            operators::EQUALS | operators::NOT_EQUALS => self.equality(expr, name, one, other),
            operators::LESS
            | operators::LESS_EQUALS
            | operators::GREATER
            | operators::GREATER_EQUALS => self.order(expr, name, one, other),
            operators::IN => self.membership(expr, one, other),
            operators::INDEX => self.index(expr, one, other),
            operators::ADD
            | operators::SUBSTRACT
            | operators::MULTIPLY
            | operators::DIVIDE
            | operators::MODULO => self.arithmetic(expr, name, one, other),
            _ => {
                self.unknown_function(expr, name, FUNCTIONS);
                Type::Any
            }
        }
    }

    fn equality(
        &mut self,
        expr: &'a IdedExpr,
        name: &str,
        one: &'a IdedExpr,
        other: &'a IdedExpr,
    ) -> Type {
        let (left, right) = (self.value(one), self.value(other));
        if left.has_fields() || right.has_fields() {
            // Two records differ as soon as one lacks a field, so absence would decide.
            self.fault(
                expr,
                "records and maps cannot be compared",
                "compare their fields",
            );
        } else if !comparable(&left, &right) {
            let symbol = name.trim_matches('_');
            self.fault(
                expr,
                format!("`{symbol}` between {left} and {right}"),
                "never equal",
            );
        } else {
            self.expect_choice(&left, other);
            self.expect_choice(&right, one);
        }
        Type::Bool
    }

    fn order(
        &mut self,
        expr: &'a IdedExpr,
        name: &str,
        one: &'a IdedExpr,
        other: &'a IdedExpr,
    ) -> Type {
        let (left, right) = (self.value(one), self.value(other));
        let ordered = match (&left, &right) {
            (Type::Any, _) | (_, Type::Any) | (Type::Text(_), Type::Text(_)) => true,
            (left, right) => left.is_number() && right.is_number(),
        };
        if !ordered {
            let symbol = name.trim_matches('_');
            let message = format!("`{symbol}` between {left} and {right}");
            self.fault(expr, message, "only numbers or strings have an order");
        }
        Type::Bool
    }

    fn membership(&mut self, expr: &'a IdedExpr, one: &'a IdedExpr, other: &'a IdedExpr) -> Type {
        let (left, right) = (self.value(one), self.value(other));
        match &right {
            Type::Any => {}
            Type::List(item) if left.has_fields() || item.has_fields() => {
                let help = "ask its items with `exists`";
                self.fault(expr, "records and maps cannot be compared", help);
            }
            Type::List(item) if !comparable(&left, item) => {
                self.fault(expr, format!("{left} is never in {right}"), "");
            }
            Type::List(item) => {
                self.expect_choice(item, one);
                if let Expr::List(list) = &other.expr {
                    for element in &list.elements {
                        self.expect_choice(&left, element);
                    }
                }
            }
            Type::Map(_) if matches!(left, Type::Text(_) | Type::Any) => {}
            Type::Map(_) => self.fault(expr, format!("{left} is never a key"), ""),
            Type::Record(_) => {
                let label = "its fields are known, absent ones unknown";
                self.fault(expr, "`in` does not ask a record", label);
            }
            other => self.fault(expr, format!("`in` does not ask {other}"), ""),
        }
        Type::Bool
    }

    fn index(&mut self, expr: &'a IdedExpr, one: &'a IdedExpr, other: &'a IdedExpr) -> Type {
        let (left, right) = (self.value(one), self.value(other));
        match &left {
            Type::Any => Type::Any,
            Type::Map(kind) if matches!(right, Type::Text(_) | Type::Any) => Type::clone(kind),
            Type::Map(_) => self.refuse(other, format!("{right} is never a key")),
            Type::List(_) => {
                let message = "an item has no fixed place in a list: ask for it with `exists`";
                self.refuse(expr, message.to_owned())
            }
            Type::Record(_) => self.refuse(expr, "a record's field is read with a dot".to_owned()),
            left => self.refuse(expr, format!("{left} has no items")),
        }
    }

    fn arithmetic(
        &mut self,
        expr: &'a IdedExpr,
        name: &str,
        one: &'a IdedExpr,
        other: &'a IdedExpr,
    ) -> Type {
        let (left, right) = (self.value(one), self.value(other));
        let symbol = name.trim_matches('_');
        match (&left, &right) {
            (Type::Any, _) | (_, Type::Any) => Type::Any,
            (Type::Text(_), Type::Text(_)) if name == operators::ADD => Type::TEXT,
            (Type::List(_), Type::List(_)) if name == operators::ADD => {
                left.join(&right).unwrap_or(Type::List(Arc::new(Type::Any)))
            }
            (Type::Double, Type::Double) if name != operators::MODULO => Type::Double,
            (Type::Int, Type::Int) => {
                let divides = matches!(name, operators::DIVIDE | operators::MODULO);
                let safe = matches!(
                    &other.expr,
                    Expr::Literal(LiteralValue::Int(divisor)) if *divisor.inner() > 0
                );
                if divides && !safe {
                    let message = format!("what follows `{symbol}` must be a number other than 0");
                    self.fault(other, message, "written out");
                }
                Type::Int
            }
            _ => self.refuse(expr, format!("`{symbol}` between {left} and {right}")),
        }
    }

    fn refuse(&mut self, expr: &IdedExpr, message: String) -> Type {
        self.fault(expr, message, "");
        Type::Any
    }
}

/// Whether two values can be equal at all.
fn comparable(one: &Type, other: &Type) -> bool {
    match (one, other) {
        (Type::Any, _) | (_, Type::Any) => true,
        (Type::Bool, Type::Bool) | (Type::Text(_), Type::Text(_)) => true,
        (Type::List(one), Type::List(other)) => comparable(one, other),
        (one, other) => one.is_number() && other.is_number(),
    }
}
