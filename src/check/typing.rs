//! Types of expressions: whatever could go wrong at run time is found here, absence apart.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use cel::IdedExpr;
use cel::common::ast::{
    ComprehensionExpr, EntryExpr, Expr, LiteralValue, MapExpr, SelectExpr, SourceInfo, operators,
};

use super::nearest::nearest;
use super::operations::MACROS;
use super::types::{Type, join_path, offer};

/// One thing that is wrong with an expression, at some of its bytes.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub(super) span: Range<usize>,
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: Option<String>,
}

/// What an expression is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Role {
    /// It decides a verdict: absence must stay visible.
    Verdict,
    /// It shows what was found: absence may be asked about.
    Evidence,
}

/// What an expression evaluates to, and the fact that it is, if it is one.
#[derive(Clone, Debug)]
pub(super) struct Typed {
    pub(super) kind: Type,
    path: Option<String>,
}

impl From<Type> for Typed {
    fn from(kind: Type) -> Self {
        Self { kind, path: None }
    }
}

/// Walks an expression once.
pub(super) struct Typer<'a> {
    facts: &'a Type,
    pub(super) source: &'a SourceInfo,
    role: Role,
    variables: Vec<(&'a str, Typed)>,
    pub(super) reads: BTreeSet<String>,
    pub(super) faults: Vec<Fault>,
}

impl<'a> Typer<'a> {
    pub(super) fn new(facts: &'a Type, source: &'a SourceInfo, role: Role) -> Self {
        Self {
            facts,
            source,
            role,
            variables: Vec::new(),
            reads: BTreeSet::new(),
            faults: Vec::new(),
        }
    }

    /// The type of an expression whose value is used.
    pub(super) fn value(&mut self, expr: &'a IdedExpr) -> Type {
        let typed = self.place(expr);
        if let Some(path) = typed.path {
            self.reads.insert(path);
        }
        typed.kind
    }

    /// The type of an expression of which a part may be used.
    fn place(&mut self, expr: &'a IdedExpr) -> Typed {
        match &expr.expr {
            Expr::Ident(name) => self.ident(expr, name),
            Expr::Select(select) => self.select(expr, select),
            Expr::Literal(literal) => self.literal(expr, literal).into(),
            Expr::List(list) => {
                let mut item: Option<Type> = None;
                for element in &list.elements {
                    let kind = self.value(element);
                    item = Some(match item {
                        None => kind,
                        Some(item) => item.join(&kind).unwrap_or_else(|| {
                            self.fault(element, format!("{kind} in {}", list_of(&item)), "");
                            Type::Any
                        }),
                    });
                }
                Type::List(Arc::new(item.unwrap_or(Type::Any))).into()
            }
            Expr::Map(map) => self.map(map).into(),
            Expr::Comprehension(comprehension) => self.comprehension(expr, comprehension).into(),
            Expr::Call(call) => self.call(expr, call).into(),
            Expr::Struct(_) | Expr::Unspecified => {
                self.fault(expr, "not an expression that checks may use", "");
                Type::Any.into()
            }
        }
    }

    fn ident(&mut self, expr: &'a IdedExpr, name: &str) -> Typed {
        let bound = self
            .variables
            .iter()
            .rev()
            .find(|(bound, _)| *bound == name);
        if let Some((_, typed)) = bound {
            return typed.clone();
        }
        if let Some(kind) = self.facts.field(name) {
            return Typed {
                kind: kind.clone(),
                path: Some(name.to_owned()),
            };
        }
        let variables = self.variables.iter().map(|(variable, _)| *variable);
        let help = match nearest(name, variables.filter(|name| !name.starts_with('@'))) {
            Some(variable) => Some(format!("did you mean `{variable}`?")),
            None => self.facts.suggestion(name),
        };
        let span = self.span(expr, name);
        self.fault_at(span, format!("no fact `{name}`"), "not a fact", help);
        Type::Any.into()
    }

    fn select(&mut self, expr: &'a IdedExpr, select: &'a SelectExpr) -> Typed {
        let operand = self.place(&select.operand);
        let field = &select.field;
        if select.test {
            return self.presence(expr, operand, field).into();
        }
        let path = operand.path.map(|path| join_path(&path, field));
        let kind = match &operand.kind {
            Type::Any => Type::Any,
            // The field of a map is one of its keys, so the fact is the map.
            Type::Map(kind) => Type::clone(kind),
            record @ Type::Record(_) => match record.field(field) {
                Some(kind) => kind.clone(),
                None => {
                    let help = record.suggestion(field);
                    let span = self.field_span(expr, field);
                    self.fault_at(span, format!("no field `{field}`"), "no such field", help);
                    return Type::Any.into();
                }
            },
            other => {
                let span = self.field_span(expr, field);
                let help = other.item().and_then(|item| item.field(field)).map(|_| {
                    format!("its items have it: `.exists(item, item.{field} …)` asks each of them")
                });
                self.fault_at(span, format!("no field `{field}` in {other}"), "", help);
                return Type::Any.into();
            }
        };
        Typed { kind, path }
    }

    fn presence(&mut self, expr: &'a IdedExpr, operand: Typed, field: &str) -> Type {
        if let Some(path) = operand.path {
            self.reads.insert(join_path(&path, field));
        }
        let span = self.span(expr, "has");
        match &operand.kind {
            Type::Any | Type::Map(_) => {}
            record @ Type::Record(_) if record.field(field).is_none() => {
                let help = record.suggestion(field);
                self.fault_at(span, format!("no field `{field}`"), "", help);
            }
            Type::Record(_) if self.role == Role::Evidence => {}
            Type::Record(_) => self.fault_at(
                span,
                "`has` would make a verdict of what could not be observed",
                "a field is only absent when it is unknown",
                Some("read the field: the verdict is UNKNOWN where it is absent".to_owned()),
            ),
            other => self.fault_at(span, format!("no field `{field}` in {other}"), "", None),
        }
        Type::Bool
    }

    fn literal(&mut self, expr: &IdedExpr, literal: &LiteralValue) -> Type {
        match literal {
            LiteralValue::Boolean(_) => Type::Bool,
            LiteralValue::Int(_) => Type::Int,
            LiteralValue::Double(_) => Type::Double,
            LiteralValue::String(_) => Type::TEXT,
            LiteralValue::Null => {
                self.fault(expr, "no fact is ever null", "an unknown fact is absent");
                Type::Any
            }
            LiteralValue::Bytes(_) | LiteralValue::UInt(_) => {
                self.fault(expr, "no fact is of this type", "");
                Type::Any
            }
        }
    }

    fn map(&mut self, map: &'a MapExpr) -> Type {
        let mut fields = BTreeMap::new();
        for entry in &map.entries {
            let EntryExpr::MapEntry(entry) = &entry.expr else {
                continue;
            };
            let kind = self.value(&entry.value);
            match &entry.key.expr {
                Expr::Literal(LiteralValue::String(key)) => {
                    if fields.insert(key.inner().to_owned(), kind).is_some() {
                        self.fault(&entry.key, format!("`{}` is there twice", key.inner()), "");
                    }
                }
                _ => self.fault(&entry.key, "a key must be a quoted name", ""),
            }
        }
        Type::Record(Arc::new(fields))
    }

    fn comprehension(&mut self, expr: &'a IdedExpr, c: &'a ComprehensionExpr) -> Type {
        let range = self.place(&c.iter_range);
        let item = match &range.kind {
            Type::List(item) => Typed {
                kind: Type::clone(item),
                path: range.path.clone(),
            },
            Type::Map(_) => Type::TEXT.into(),
            Type::Any => Type::Any.into(),
            other => {
                let message = format!("{other} has no items to go through");
                self.fault(&c.iter_range, message, "");
                Type::Any.into()
            }
        };
        let outside = std::mem::take(&mut self.reads);
        self.variables.push((&c.accu_var, Type::Any.into()));
        self.variables.push((&c.iter_var, item));
        let kind = self.step(expr, c);
        self.variables
            .truncate(self.variables.len().saturating_sub(2));
        let inside = std::mem::replace(&mut self.reads, outside);
        if let Some(path) = range.path {
            let within = |read: &String| {
                read.strip_prefix(&path)
                    .is_some_and(|rest| !rest.is_empty())
            };
            if !inside.iter().any(within) {
                self.reads.insert(path);
            }
        }
        self.reads.extend(inside);
        kind
    }

    /// What the macros `all`, `exists`, `exists_one`, `map` and `filter` have been expanded to.
    fn step(&mut self, expr: &'a IdedExpr, c: &'a ComprehensionExpr) -> Type {
        let mut step = &c.loop_step;
        if let Expr::Call(call) = &step.expr
            && call.func_name == operators::CONDITIONAL
            && let [guard, taken, _] = call.args.as_slice()
        {
            self.expect_bool(guard, "the condition");
            step = taken;
        }
        if let Expr::Call(call) = &step.expr
            && let [_, operand] = call.args.as_slice()
        {
            match (call.func_name.as_str(), &operand.expr) {
                (operators::LOGICAL_AND | operators::LOGICAL_OR, _) => {
                    self.expect_bool(operand, "the condition");
                    return Type::Bool;
                }
                (operators::ADD, Expr::List(_)) => return self.value(operand),
                (operators::ADD, Expr::Literal(_)) => return Type::Bool,
                _ => {}
            }
        }
        self.fault(expr, "not a loop that checks may use", "");
        Type::Any
    }

    pub(super) fn expect_bool(&mut self, expr: &'a IdedExpr, what: &str) {
        let kind = self.value(expr);
        if !matches!(kind, Type::Bool | Type::Any) {
            self.fault(
                expr,
                format!("{what} must be a bool"),
                format!("this is {kind}"),
            );
        }
    }

    /// Text that a schema lists the values of, compared with a literal that is none of them.
    pub(super) fn expect_choice(&mut self, kind: &Type, literal: &IdedExpr) {
        if let (Type::Text(Some(choices)), Expr::Literal(LiteralValue::String(text))) =
            (kind, &literal.expr)
            && !choices.contains(text.inner())
        {
            let help = Some(offer(text.inner(), choices));
            let span = self.whole(literal);
            self.fault_at(span, format!("it is never `{}`", text.inner()), "", help);
        }
    }

    /// A function that does not exist, or not like this.
    pub(super) fn unknown_function(&mut self, expr: &IdedExpr, name: &str, known: &[&str]) {
        let (message, help) = if MACROS.contains(&name) {
            let help = "it takes a variable and an expression: `list.exists(item, item.public)`";
            (
                format!("`{name}` is not used like this"),
                Some(help.to_owned()),
            )
        } else {
            let known: Vec<&str> = known.iter().chain(MACROS).copied().collect();
            let help = match nearest(name, known.iter().copied()) {
                Some(name) => format!("did you mean `{name}`?"),
                None => format!("there are {}", known.join(", ")),
            };
            (format!("no function `{name}`"), Some(help))
        };
        let span = self.name_before(expr, name);
        self.fault_at(span, message, "", help);
    }

    pub(super) fn fault(
        &mut self,
        expr: &IdedExpr,
        message: impl Into<String>,
        label: impl Into<String>,
    ) {
        let span = self.whole(expr);
        self.fault_at(span, message, label, None);
    }

    pub(super) fn fault_at(
        &mut self,
        span: Range<usize>,
        message: impl Into<String>,
        label: impl Into<String>,
        help: Option<String>,
    ) {
        self.faults.push(Fault {
            span,
            message: message.into(),
            label: label.into(),
            help,
        });
    }
}

fn list_of(item: &Type) -> String {
    Type::List(Arc::new(item.clone())).to_string()
}
