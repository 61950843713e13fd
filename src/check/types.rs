//! Types of facts, read from their JSON Schema.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde_json::Value;

use super::nearest::nearest;

/// What an expression or a fact is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    /// True or false.
    Bool,
    /// A whole number.
    Int,
    /// A number with a fraction.
    Double,
    /// A string; with its possible values where the schema lists them.
    Text(Option<Arc<BTreeSet<String>>>),
    /// A list of items of one type.
    List(Arc<Type>),
    /// Any keys, values of one type.
    Map(Arc<Type>),
    /// Known fields.
    Record(Arc<BTreeMap<String, Type>>),
    /// The schema does not say, or an error has been reported already.
    Any,
}

impl Type {
    /// A string of which nothing more is known.
    pub(super) const TEXT: Self = Self::Text(None);

    /// The type that a JSON Schema describes.
    pub(super) fn from_schema(schema: &Value) -> Self {
        Self::read(schema, schema, &mut Vec::new())
    }

    fn read<'s>(schema: &'s Value, root: &'s Value, path: &mut Vec<&'s str>) -> Self {
        let Some(object) = schema.as_object() else {
            return Self::Any;
        };
        if let Some(reference) = object.get("$ref").and_then(Value::as_str) {
            // A schema that contains itself has no finite type.
            if path.contains(&reference) {
                return Self::Any;
            }
            let target = reference.strip_prefix('#').and_then(|at| root.pointer(at));
            path.push(reference);
            let found = target.map_or(Self::Any, |target| Self::read(target, root, path));
            path.pop();
            return found;
        }
        let mut variants = Vec::new();
        for key in ["oneOf", "anyOf", "allOf"] {
            let listed = object.get(key).and_then(Value::as_array);
            for variant in listed.into_iter().flatten() {
                if variant.get("type").and_then(Value::as_str) != Some("null") {
                    variants.push(Self::read(variant, root, path));
                }
            }
        }
        let own = match type_name(object.get("type")) {
            Some("boolean") => Some(Self::Bool),
            Some("integer") => Some(Self::Int),
            Some("number") => Some(Self::Double),
            Some("string") => Some(Self::Text(choices(schema).map(Arc::new))),
            Some("array") => {
                let items = object.get("items");
                let item = items.map_or(Self::Any, |items| Self::read(items, root, path));
                Some(Self::List(Arc::new(item)))
            }
            Some("object") => Some(Self::object(schema, root, path)),
            _ => choices(schema).map(|choices| Self::Text(Some(Arc::new(choices)))),
        };
        let mut all = own.into_iter().chain(variants);
        let first = all.next().unwrap_or(Self::Any);
        all.fold(first, |joined, next| {
            joined.join(&next).unwrap_or(Self::Any)
        })
    }

    fn object<'s>(schema: &'s Value, root: &'s Value, path: &mut Vec<&'s str>) -> Self {
        let properties = schema.get("properties").and_then(Value::as_object);
        match (properties, schema.get("additionalProperties")) {
            (Some(properties), _) => Self::Record(Arc::new(
                properties
                    .iter()
                    .map(|(name, schema)| (name.clone(), Self::read(schema, root, path)))
                    .collect(),
            )),
            (None, Some(values)) if values.is_object() => {
                Self::Map(Arc::new(Self::read(values, root, path)))
            }
            _ => Self::Record(Arc::default()),
        }
    }

    /// The type that covers both, if there is one.
    pub(super) fn join(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Any, _) | (_, Self::Any) => Self::Any,
            (Self::Text(Some(one)), Self::Text(Some(other))) => {
                Self::Text(Some(Arc::new(one.union(other).cloned().collect())))
            }
            (Self::Text(_), Self::Text(_)) => Self::TEXT,
            (Self::List(one), Self::List(other)) => Self::List(Arc::new(one.join(other)?)),
            (Self::Map(one), Self::Map(other)) => Self::Map(Arc::new(one.join(other)?)),
            (Self::Record(one), Self::Record(other)) => {
                let mut fields = BTreeMap::clone(one);
                for (name, kind) in other.iter() {
                    let joined = fields
                        .get(name)
                        .map_or(Some(kind.clone()), |f| f.join(kind));
                    fields.insert(name.clone(), joined.unwrap_or(Self::Any));
                }
                Self::Record(Arc::new(fields))
            }
            (one, other) if one == other => one.clone(),
            _ => return None,
        })
    }

    /// The type of a field, where this is a record that has it.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Record(fields) => fields.get(name),
            _ => None,
        }
    }

    /// The type of the value at a dotted path of fields.
    pub(super) fn at(&self, path: &str) -> Option<&Self> {
        path.split('.').try_fold(self, Self::field)
    }

    /// The field whose name is nearest to a misspelt one.
    pub(super) fn nearest_field(&self, name: &str) -> Option<&str> {
        match self {
            Self::Record(fields) => nearest(name, fields.keys().map(String::as_str)),
            _ => None,
        }
    }

    /// What to write instead of a field that does not exist: its name today where it was renamed, or the nearest one.
    pub(super) fn suggestion(&self, name: &str) -> Option<String> {
        if let Some(new) = renamed(name).filter(|new| self.field(new).is_some()) {
            return Some(format!("the part `{name}` of the facts is now `{new}`"));
        }
        let near = self.nearest_field(name)?;
        Some(format!("did you mean `{near}`?"))
    }

    /// The items of a list.
    pub(super) fn item(&self) -> Option<&Self> {
        match self {
            Self::List(item) => Some(item),
            _ => None,
        }
    }

    /// Whether it is a number.
    pub(super) fn is_number(&self) -> bool {
        matches!(self, Self::Int | Self::Double)
    }

    /// Whether it is a record or a map, or a list of them, whose equality absence would falsify.
    pub(super) fn has_fields(&self) -> bool {
        match self {
            Self::Record(_) | Self::Map(_) => true,
            Self::List(item) => item.has_fields(),
            _ => false,
        }
    }

    /// Where a value is not of this type.
    pub(super) fn mismatch(&self, value: &Value, path: &str) -> Option<Mismatch> {
        let wrong = |help: Option<String>| {
            Some(Mismatch {
                is_name: false,
                path: path.to_owned(),
                message: format!("`{path}` is {self}, not {}", describe(value)),
                help,
            })
        };
        match (self, value) {
            (Self::Any, _) | (Self::Bool, Value::Bool(_)) => None,
            (Self::Int, Value::Number(number)) if !number.is_f64() => None,
            (Self::Double, Value::Number(number)) if number.is_f64() => None,
            (Self::Double, Value::Number(number)) => wrong(Some(format!("write `{number}.0`"))),
            (Self::Text(Some(choices)), Value::String(value)) if !choices.contains(value) => {
                Some(Mismatch {
                    is_name: false,
                    path: path.to_owned(),
                    message: format!("`{path}` is never `{value}`"),
                    help: Some(offer(value, choices)),
                })
            }
            (Self::Text(_), Value::String(_)) => None,
            (Self::List(item), Value::Array(items)) => items
                .iter()
                .enumerate()
                .find_map(|(index, value)| item.mismatch(value, &format!("{path}[{index}]"))),
            (Self::Map(kind), Value::Object(map)) => map
                .iter()
                .find_map(|(key, value)| kind.mismatch(value, &join_path(path, key))),
            (Self::Record(fields), Value::Object(map)) => map.iter().find_map(|(key, value)| {
                let path = join_path(path, key);
                match fields.get(key) {
                    Some(kind) => kind.mismatch(value, &path),
                    None => Some(Mismatch {
                        is_name: true,
                        message: format!("no fact `{path}`"),
                        help: self.suggestion(key),
                        path,
                    }),
                }
            }),
            _ => wrong(None),
        }
    }

    /// A value of this type, to try templates on: everything there and true, or as empty as can be.
    pub(super) fn specimen(&self, full: bool) -> Value {
        match self {
            Self::Bool => Value::Bool(full),
            Self::Int => Value::from(i64::from(full)),
            Self::Double => Value::from(f64::from(u8::from(full))),
            Self::Text(Some(choices)) => {
                let mut choices = choices.iter();
                let chosen = if full {
                    choices.next()
                } else {
                    choices.next_back()
                };
                chosen.map_or(Value::Null, |choice| Value::from(choice.as_str()))
            }
            Self::Text(None) | Self::Any => Value::from(if full { "text" } else { "" }),
            Self::List(item) if full => Value::Array(vec![item.specimen(full)]),
            Self::List(_) => Value::Array(Vec::new()),
            Self::Map(kind) if full => Value::Object(
                [("key".to_owned(), kind.specimen(full))]
                    .into_iter()
                    .collect(),
            ),
            Self::Map(_) => Value::Object(serde_json::Map::new()),
            Self::Record(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, kind)| (name.clone(), kind.specimen(full)))
                    .collect(),
            ),
        }
    }
}

/// A value in an example that is not what the schema says.
#[derive(Debug)]
pub(super) struct Mismatch {
    /// Whether the name is wrong, not the value.
    pub(super) is_name: bool,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool => f.write_str("a bool"),
            Self::Int => f.write_str("an int"),
            Self::Double => f.write_str("a double"),
            Self::Text(_) => f.write_str("a string"),
            Self::List(item) => match item.as_ref() {
                Self::Any => f.write_str("a list"),
                Self::Bool => f.write_str("a list of bools"),
                Self::Int => f.write_str("a list of ints"),
                Self::Double => f.write_str("a list of doubles"),
                Self::Text(_) => f.write_str("a list of strings"),
                Self::List(_) => f.write_str("a list of lists"),
                Self::Map(_) => f.write_str("a list of maps"),
                Self::Record(_) => f.write_str("a list of records"),
            },
            Self::Map(_) => f.write_str("a map"),
            Self::Record(_) => f.write_str("a record"),
            Self::Any => f.write_str("of no declared type"),
        }
    }
}

/// Parts of the facts that were renamed, each with its name today.
const RENAMED: [(&str, &str); 1] = [("function", "lambda")];

/// The name today of a part of the facts that was renamed.
pub(super) fn renamed(old: &str) -> Option<&'static str> {
    let mut names = RENAMED.into_iter();
    names.find_map(|(name, new)| (name == old).then_some(new))
}

/// The values that a string may have, with the nearest to a wrong one first.
pub(super) fn offer(wrong: &str, choices: &BTreeSet<String>) -> String {
    let listed: Vec<String> = choices
        .iter()
        .map(|choice| match choice.as_str() {
            "" => "empty".to_owned(),
            choice => format!("`{choice}`"),
        })
        .collect();
    let listed = listed.join(", ");
    match nearest(wrong, choices.iter().map(String::as_str)) {
        Some(choice) => format!("did you mean `{choice}`? It is one of {listed}"),
        None => format!("it is one of {listed}"),
    }
}

pub(super) fn join_path(path: &str, field: &str) -> String {
    if path.is_empty() {
        field.to_owned()
    } else {
        format!("{path}.{field}")
    }
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a bool",
        Value::Number(number) if number.is_f64() => "a double",
        Value::Number(_) => "an int",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a record",
    }
}

/// The one type that a schema names beside null.
fn type_name(types: Option<&Value>) -> Option<&str> {
    match types? {
        Value::String(name) => Some(name),
        Value::Array(names) => {
            let mut names = names
                .iter()
                .filter_map(Value::as_str)
                .filter(|n| *n != "null");
            names.next().filter(|_| names.next().is_none())
        }
        _ => None,
    }
}

fn choices(schema: &Value) -> Option<BTreeSet<String>> {
    let listed = match (schema.get("const"), schema.get("enum")) {
        (Some(only), _) => std::slice::from_ref(only),
        (None, Some(Value::Array(listed))) => listed,
        _ => return None,
    };
    listed
        .iter()
        .filter(|value| !value.is_null())
        .map(|value| value.as_str().map(str::to_owned))
        .collect()
}
