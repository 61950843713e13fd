//! Compiled expressions of checks.

use std::collections::BTreeSet;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use cel::common::ast::{CallExpr, EntryExpr, Expr, operators};
use cel::common::functions::Function;
use cel::common::types::{CelBool, CelString, DYN_TYPE, STRING_TYPE};
use cel::common::value::CowVal;
use cel::{Context, Env, ExecutionError, IdedExpr, Program, Value as CelValue};
use regex::Regex;

use super::ceiling::{self, OutOfSteps, TooLong};
use super::span::byte_of;
use super::types::{Type, renamed};
use super::typing::{Fault, Role, Typer};

/// The name under which an expression calls our `matches`, which compiles a pattern once.
const MATCHES: &str = "@matches";

/// The name under which a loop has what it goes through charged.
pub(super) const LOOP: &str = "@loop";

/// The name under which what is put together is measured.
const JOINED: &str = "@joined";

/// What expressions can call; shared by all of them.
pub(super) static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib();
    let arguments = vec![STRING_TYPE, STRING_TYPE];
    // The name cannot be written in an expression, so it cannot be taken.
    let added = env.add_overload(MATCHES, MATCHES, arguments, matches);
    debug_assert!(added.is_ok());
    for (name, function) in [(LOOP, looped as Function), (JOINED, joined as Function)] {
        let added = env.add_overload(name, name, vec![DYN_TYPE], function);
        debug_assert!(added.is_ok());
    }
    Arc::new(env)
});

/// Charges what a loop goes through, and gives it on as it is.
fn looped<'b, 'v>(mut args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = args.pop().ok_or_else(|| broken(LOOP, OutOfSteps))?;
    let items = value.as_sizer().map_or(1, |sizer| *sizer.size().inner());
    ceiling::charge(usize::try_from(items).unwrap_or_default())
        .map_err(|spent| broken(LOOP, spent))?;
    Ok(value)
}

/// Refuses what has grown too long by being put together.
fn joined<'b, 'v>(mut args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let value = args.pop().ok_or_else(|| broken(JOINED, TooLong))?;
    let length = value.as_sizer().map_or(0, |sizer| *sizer.size().inner());
    match usize::try_from(length) {
        Ok(length) if length > ceiling::LENGTH => Err(broken(JOINED, TooLong)),
        _ => Ok(value),
    }
}

fn broken(function: &str, error: impl std::fmt::Display) -> ExecutionError {
    ExecutionError::function_error(function, error)
}

static PATTERNS: LazyLock<RwLock<HashMap<String, Regex>>> = LazyLock::new(RwLock::default);

fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let text = |at: usize| {
        let value = args.get(at).and_then(|arg| arg.downcast_ref::<CelString>());
        value.map(CelString::inner).unwrap_or_default()
    };
    let (text, pattern) = (text(0), text(1));
    let known = PATTERNS.read().unwrap_or_else(PoisonError::into_inner);
    if let Some(regex) = known.get(pattern) {
        return Ok(CowVal::owned(CelBool::from(regex.is_match(text))));
    }
    drop(known);
    let regex = Regex::new(pattern).map_err(|e| ExecutionError::function_error("matches", e))?;
    let found = regex.is_match(text);
    let mut known = PATTERNS.write().unwrap_or_else(PoisonError::into_inner);
    known.insert(pattern.to_owned(), regex);
    Ok(CowVal::owned(CelBool::from(found)))
}

/// An expression that has been parsed and typed.
#[derive(Debug)]
pub(super) struct Expression {
    pub(super) expr: IdedExpr,
    /// The facts that it reads, as dotted paths.
    pub(super) reads: BTreeSet<String>,
    /// What it evaluates to.
    pub(super) kind: Type,
}

/// Why a value is not there.
#[derive(Debug)]
pub(super) enum Failure {
    /// A fact that it needs is absent.
    Absent,
    /// Something that typing should have found.
    Broken(String),
}

impl From<ExecutionError> for Failure {
    fn from(error: ExecutionError) -> Self {
        match error {
            ExecutionError::NoSuchKey(_) => Self::Absent,
            // A top-level fact is a variable, and its absence an undeclared one: typing has
            // made sure that the schema knows it.
            ExecutionError::UndeclaredReference(_) => Self::Absent,
            other => Self::Broken(other.to_string()),
        }
    }
}

impl Expression {
    /// Parses and types an expression.
    ///
    /// # Errors
    /// All faults that were found; none of them depends on what a document holds.
    pub(super) fn compile(text: &str, facts: &Type, role: Role) -> Result<Self, Vec<Fault>> {
        let program = Program::compile(text).map_err(|errors| {
            // what the parser says after it gave up follows from that
            let deep = errors.errors.iter().find(|error| is_too_deep(&error.msg));
            let faults = deep.map_or(errors.errors.as_slice(), std::slice::from_ref);
            let faults = faults.iter();
            faults
                .map(|error| syntax(text, error.pos, &error.msg))
                .collect::<Vec<_>>()
        })?;
        let mut expr = program.expression().clone();
        let mut typer = Typer::new(facts, program.source_info(), role);
        let kind = match role {
            Role::Verdict => {
                typer.expect_bool(&expr, "the expression");
                Type::Bool
            }
            Role::Evidence => typer.value(&expr),
        };
        if !typer.faults.is_empty() {
            return Err(typer.faults);
        }
        let reads = typer.reads;
        cache_patterns(&mut expr);
        bound(&mut expr);
        // loops over lists that stand in the expression itself need no document to be too many
        let nothing = Context::with_env(Arc::clone(&ENVIRONMENT));
        let run = || drop(CelValue::resolve_val(&expr, &nothing));
        if let ((), Err(spent)) = ceiling::budgeted(run) {
            return Err(vec![Fault {
                span: 0..text.len(),
                message: spent.to_string(),
                label: String::new(),
                help: Some("loop over fewer lists within each other".to_owned()),
            }]);
        }
        Ok(Self { expr, reads, kind })
    }

    /// The verdict of an expression that typing has found to be a bool.
    pub(super) fn test(&self, context: &Context<'_, '_>) -> Result<bool, Failure> {
        let (value, spent) = ceiling::budgeted(|| {
            let value = CelValue::resolve_val(&self.expr, context)?;
            match value.downcast_ref::<CelBool>() {
                Some(value) => Ok(*value.inner()),
                None => Err(Failure::Broken("the expression gave no bool".to_owned())),
            }
        });
        // `||` and `&&` may have swallowed that
        spent.map_err(|spent| Failure::Broken(spent.to_string()))?;
        value
    }
}

fn is_too_deep(message: &str) -> bool {
    message.contains("Recursion limit")
}

/// What the parser says, shortened to what a reader needs.
fn syntax(text: &str, (line, column): (isize, isize), message: &str) -> Fault {
    let message = message.strip_prefix("Syntax error: ").unwrap_or(message);
    let (message, _) = message.split_once(" expecting ").unwrap_or((message, ""));
    let line = usize::try_from(line).unwrap_or(1).saturating_sub(1);
    let column = usize::try_from(column).unwrap_or(1).saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(before..).unwrap_or_default();
    let start = before + byte_of(rest, column);
    let reserved = message.strip_prefix("reserved identifier: ");
    if let Some((old, new)) = reserved.and_then(|old| Some((old, renamed(old)?))) {
        return Fault {
            span: start..start + old.len(),
            message: format!("the part `{old}` of the facts is now `{new}`"),
            label: "a word that CEL reserves".to_owned(),
            help: Some(format!("replace `{old}` with `{new}`")),
        };
    }
    let length = text.get(start..).and_then(|rest| rest.chars().next());
    Fault {
        span: start..start + length.map_or(0, char::len_utf8),
        message: match message {
            _ if is_too_deep(message) => "the expression is nested too deeply".to_owned(),
            _ if message.contains("<EOF>") => "the expression breaks off".to_owned(),
            _ => format!("not an expression: {message}"),
        },
        label: String::new(),
        help: None,
    }
}

/// Lets `text.matches(pattern)` call the function that remembers compiled patterns.
fn cache_patterns(expr: &mut IdedExpr) {
    if let Expr::Call(call) = &mut expr.expr
        && call.func_name == "matches"
        && let Some(target) = call.target.take()
    {
        MATCHES.clone_into(&mut call.func_name);
        call.args.insert(0, *target);
    }
    for_each_part(expr, cache_patterns);
}

/// Has every loop charge what it goes through, and everything that is put together measured.
fn bound(expr: &mut IdedExpr) {
    for_each_part(expr, bound);
    match &mut expr.expr {
        Expr::Comprehension(comprehension) => wrap(&mut comprehension.iter_range, LOOP),
        Expr::Call(call) if call.func_name == operators::ADD && !is_append(&call.args) => {
            wrap(expr, JOINED);
        }
        _ => {}
    }
}

/// Whether these are the arguments of the step by which `map` and `filter` append.
fn is_append(args: &[IdedExpr]) -> bool {
    matches!(args.first().map(|first| &first.expr), Some(Expr::Ident(name)) if name.starts_with('@'))
}

fn wrap(expr: &mut IdedExpr, function: &str) {
    let inner = std::mem::take(expr);
    expr.id = inner.id;
    expr.expr = Expr::Call(CallExpr {
        func_name: function.to_owned(),
        target: None,
        args: vec![inner],
    });
}

/// Does something with each expression that another is made of.
fn for_each_part(expr: &mut IdedExpr, mut act: impl FnMut(&mut IdedExpr)) {
    match &mut expr.expr {
        Expr::Call(call) => {
            let parts = call.target.as_deref_mut().into_iter();
            parts.chain(&mut call.args).for_each(act);
        }
        Expr::Select(select) => act(&mut select.operand),
        Expr::List(list) => list.elements.iter_mut().for_each(act),
        Expr::Map(map) => {
            for entry in &mut map.entries {
                if let EntryExpr::MapEntry(entry) = &mut entry.expr {
                    act(&mut entry.key);
                    act(&mut entry.value);
                }
            }
        }
        Expr::Comprehension(comprehension) => {
            act(&mut comprehension.iter_range);
            act(&mut comprehension.loop_step);
        }
        Expr::Ident(_) | Expr::Literal(_) | Expr::Struct(_) | Expr::Unspecified => {}
    }
}

/// What a loop goes through, without the charge.
pub(super) fn uncharged(range: &IdedExpr) -> &IdedExpr {
    match &range.expr {
        Expr::Call(call) if call.func_name == LOOP => call.args.first().unwrap_or(range),
        _ => range,
    }
}

/// The parts of a `map` or `filter` loop step: its guard and the one item that it appends.
pub(super) fn append_step(step: &IdedExpr) -> Option<(Option<&IdedExpr>, &IdedExpr)> {
    let Expr::Call(call) = &step.expr else {
        return None;
    };
    match (call.func_name.as_str(), call.args.as_slice()) {
        (operators::CONDITIONAL, [guard, taken, _]) => {
            let (_, item) = append_step(taken)?;
            Some((Some(guard), item))
        }
        (operators::ADD, [_, item]) => match &item.expr {
            Expr::List(list) => list.elements.first().map(|item| (None, item)),
            _ => None,
        },
        _ => None,
    }
}
