//! Judging one document.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use cel::common::ast::{EntryExpr, Expr, LiteralValue};
use cel::common::types::{CelBool, CelString};
use cel::common::value::Val;
use cel::{Context, IdedExpr, Value as CelValue};
use minijinja::value::Serde;
use serde_json::{Map, Value};

use super::ceiling;
use super::certainty::is_certain;
use super::compile::Check;
use super::expression::{ENVIRONMENT, Expression, Failure, append_step, uncharged};
use super::value::{to_cel, to_json};
use super::verdict::{Judgement, Offence, Verdict};
use crate::facts::Document;
use crate::inventory::{Gap, GapKind};

/// The operation that our own gaps name.
const OPERATION: &str = "lamppost:judge";

/// A document, made ready once for all the checks that judge it.
pub struct Judge<'d> {
    document: &'d Document,
    context: Context<'static, 'static>,
    /// Facts that templates have read so far.
    shown: RefCell<BTreeMap<String, minijinja::Value>>,
}

impl<'d> Judge<'d> {
    /// Makes a document ready.
    pub fn new(document: &'d Document) -> Self {
        let mut context = Context::with_env(Arc::clone(&ENVIRONMENT));
        for (name, value) in &document.facts {
            context.add_variable_as_val(name.as_str(), to_cel(value));
        }
        Self {
            document,
            context,
            shown: RefCell::default(),
        }
    }

    /// What a check says of the document. A check of another scope does not apply to it.
    pub fn judge(&self, check: &Check) -> Judgement {
        if check.definition.scope != self.document.resource.scope || self.document.replica {
            return Judgement::without_reason(Verdict::NotApplicable);
        }
        if let Some(applies) = &check.applies {
            match applies.test(&self.context) {
                Ok(true) => {}
                Ok(false) => return Judgement::without_reason(Verdict::NotApplicable),
                Err(failure) => return self.unknown(check, applies, failure),
            }
        }
        match check.fails.test(&self.context) {
            Ok(true) => Judgement {
                verdict: Verdict::Fail,
                offences: self.offences(check),
                gaps: Vec::new(),
            },
            Ok(false) => Judgement::without_reason(Verdict::Pass),
            Err(failure) => self.unknown(check, &check.fails, failure),
        }
    }

    fn unknown(&self, check: &Check, expression: &Expression, failure: Failure) -> Judgement {
        let reads = || expression.reads.iter().map(String::as_str);
        let gaps = match failure {
            Failure::Broken(message) => {
                let message = format!("check `{}`: {message}", check.definition.id);
                vec![self.gap(GapKind::Malformed, message)]
            }
            Failure::Absent => {
                let gaps = self.document.gaps_behind(reads().collect::<Vec<_>>());
                // Nothing failed, and no further scan of the kind could decide it.
                let settled =
                    |gap: &Gap| matches!(gap.kind, GapKind::Deeper | GapKind::FeatureNotAvailable);
                if !gaps.is_empty() && gaps.iter().all(settled) {
                    return Judgement::without_reason(Verdict::NotApplicable);
                }
                if gaps.is_empty() {
                    let absent = reads().filter(|path| !present(&self.document.facts, path));
                    let absent: Vec<String> = absent.map(|path| format!("`{path}`")).collect();
                    let message = format!("not in the document: {}", absent.join(", "));
                    vec![self.gap(GapKind::Unrecognised, message)]
                } else {
                    gaps
                }
            }
        };
        Judgement {
            verdict: Verdict::Unknown,
            offences: Vec::new(),
            gaps,
        }
    }

    fn gap(&self, kind: GapKind, message: String) -> Gap {
        let resource = &self.document.resource;
        Gap::labelled(OPERATION, kind, message)
            .at(&resource.account, &resource.region)
            .about(&resource.arn)
    }

    /// What is wrong, with evidence as far as it is known; never empty.
    fn offences(&self, check: &Check) -> Vec<Offence> {
        let shown = check.evidence.as_ref();
        let shown = shown.and_then(|evidence| {
            let (shown, _) = ceiling::budgeted(|| show(&evidence.expr, &self.context));
            shown.ok()
        });
        let items = match shown {
            Some(Value::Array(items)) if !items.is_empty() => items,
            Some(Value::Array(_)) | None => vec![Value::Null],
            Some(one) => vec![one],
        };
        let mut seen = BTreeSet::new();
        let mut offences = Vec::new();
        for item in items {
            let identity = identity(&check.definition.identity, &item);
            if seen.insert(identity.clone()) {
                offences.push(self.offence(check, item, identity));
            }
        }
        offences
    }

    fn offence(&self, check: &Check, evidence: Value, identity: Vec<String>) -> Offence {
        let names = check.templates.names().iter();
        let values = names.filter_map(|name| {
            let value = match name.as_str() {
                "item" if evidence.is_null() => return None,
                "item" => minijinja::Value::from(Serde(&evidence)),
                name => self.shown(name)?,
            };
            Some((name.as_str(), value))
        });
        let context = minijinja::Value::from(values.collect::<BTreeMap<_, _>>());
        let message = check.templates.message(&context);
        Offence {
            certain: is_certain(&evidence),
            cause: check.templates.cause(&context),
            message: message.unwrap_or_else(|| check.definition.title.clone()),
            fix: check.templates.fix(&check.definition.fix, &context),
            evidence,
            identity,
        }
    }

    /// The resource, or a fact, as templates read it.
    fn shown(&self, name: &str) -> Option<minijinja::Value> {
        let mut shown = self.shown.borrow_mut();
        if let Some(value) = shown.get(name) {
            return Some(value.clone());
        }
        let value = match name {
            "resource" => minijinja::Value::from(Serde(&self.document.resource)),
            name => minijinja::Value::from(Serde(self.document.facts.get(name)?)),
        };
        shown.insert(name.to_owned(), value.clone());
        Some(value)
    }
}

impl Judgement {
    /// The judgement of a check that does not concern a resource.
    pub(crate) fn not_applicable() -> Self {
        Self::without_reason(Verdict::NotApplicable)
    }

    fn without_reason(verdict: Verdict) -> Self {
        Self {
            verdict,
            offences: Vec::new(),
            gaps: Vec::new(),
        }
    }
}

/// What tells an item from the others: the fields named, or the item itself where it has none.
fn identity(fields: &[String], item: &Value) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    match item {
        Value::Null | Value::Object(_) if fields.is_empty() => Vec::new(),
        Value::Object(_) => fields
            .iter()
            .map(|field| {
                let found = field
                    .split('.')
                    .try_fold(item, |value, name| value.get(name));
                found.map(text).unwrap_or_default()
            })
            .collect(),
        Value::Null => Vec::new(),
        scalar => vec![text(scalar)],
    }
}

/// Whether a document holds a value at a dotted path; in a list, every item must hold it.
fn present(facts: &Map<String, Value>, path: &str) -> bool {
    fn within(value: &Value, names: &[&str]) -> bool {
        let Some((name, rest)) = names.split_first() else {
            return true;
        };
        match value {
            Value::Object(map) => map.get(*name).is_some_and(|value| within(value, rest)),
            Value::Array(items) => items.iter().all(|item| within(item, names)),
            _ => false,
        }
    }
    let names: Vec<&str> = path.split('.').collect();
    match names.split_first() {
        Some((name, rest)) => facts.get(*name).is_some_and(|value| within(value, rest)),
        None => false,
    }
}

/// Evaluates evidence, leaving out what is absent: an item whose own filter is unknown, a field
/// that is missing. One unknown must not hide the offenders beside it.
fn show(expr: &IdedExpr, context: &Context<'_, '_>) -> Result<Value, Failure> {
    match &expr.expr {
        Expr::Map(map) => {
            let mut shown = Map::new();
            for entry in &map.entries {
                if let EntryExpr::MapEntry(entry) = &entry.expr
                    && let Expr::Literal(LiteralValue::String(key)) = &entry.key.expr
                    && let Ok(value) = show(&entry.value, context)
                {
                    shown.insert(key.inner().to_owned(), value);
                }
            }
            Ok(Value::Object(shown))
        }
        Expr::List(list) => {
            let shown = list
                .elements
                .iter()
                .filter_map(|item| show(item, context).ok());
            Ok(Value::Array(shown.collect()))
        }
        Expr::Comprehension(c) => match append_step(&c.loop_step) {
            Some((guard, item)) => {
                let mut shown = Vec::new();
                let values = range(uncharged(&c.iter_range), context)?;
                ceiling::charge(values.len())
                    .map_err(|spent| Failure::Broken(spent.to_string()))?;
                for value in values {
                    let mut inner = context.new_inner_scope();
                    inner.add_variable_as_val(c.iter_var.as_str(), value);
                    let kept = guard.is_none_or(|guard| holds(guard, &inner));
                    if kept && let Ok(value) = show(item, &inner) {
                        shown.push(value);
                    }
                }
                Ok(Value::Array(shown))
            }
            None => plain(expr, context),
        },
        _ => plain(expr, context),
    }
}

fn plain(expr: &IdedExpr, context: &Context<'_, '_>) -> Result<Value, Failure> {
    Ok(to_json(CelValue::resolve_val(expr, context)?.as_ref()))
}

fn holds(guard: &IdedExpr, context: &Context<'_, '_>) -> bool {
    let value = CelValue::resolve_val(guard, context);
    value.is_ok_and(|value| value.downcast_ref::<CelBool>().is_some_and(|b| *b.inner()))
}

/// The values that a loop of evidence goes through.
fn range(expr: &IdedExpr, context: &Context<'_, '_>) -> Result<Vec<Box<dyn Val>>, Failure> {
    let items = match &expr.expr {
        Expr::Comprehension(_) | Expr::List(_) => show(expr, context)?,
        _ => plain(expr, context)?,
    };
    Ok(match items {
        Value::Array(items) => items.iter().map(to_cel).collect(),
        Value::Object(map) => map
            .keys()
            .map(|key| Box::new(CelString::from(key.clone())) as Box<dyn Val>)
            .collect(),
        _ => Vec::new(),
    })
}
