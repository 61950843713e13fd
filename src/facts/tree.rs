//! The tree of facts as text: every field with its type and meaning, or with its value for one resource.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::{Document, Scope, schema};

/// A fact, or a field of one, as the published schema describes it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Field {
    /// Dotted path through fields and list items.
    pub path: String,
    /// Type, in a few words.
    pub kind: String,
    /// Meaning.
    pub meaning: String,
    /// Whether it is a field of items of a list.
    pub in_list: bool,
    /// Whether it holds fields of its own.
    pub is_record: bool,
}

impl Field {
    fn depth(&self) -> usize {
        self.path.matches('.').count()
    }

    fn name(&self) -> &str {
        self.path.rsplit('.').next().unwrap_or(&self.path)
    }
}

/// The fields of a scope's documents, each before those within it.
pub fn tree(scope: Scope) -> Vec<Field> {
    let root = schema(scope);
    let mut fields = Vec::new();
    grow(&root, &root, "", false, &mut Vec::new(), &mut fields);
    fields
}

/// The fields at a dotted path and below it; all of them for an empty path.
pub fn below<'f>(fields: &'f [Field], path: &str) -> Vec<&'f Field> {
    let within = |field: &&Field| {
        let rest = field.path.strip_prefix(path);
        path.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    fields.iter().filter(within).collect()
}

/// One line for each field: its name, type and meaning.
pub fn outline(fields: &[&Field]) -> String {
    let Some(top) = fields.first().map(|field| field.depth()) else {
        return String::new();
    };
    let label = |field: &Field| {
        let indent = 2 * field.depth().saturating_sub(top);
        match indent {
            0 => field.path.clone(),
            indent => format!("{:indent$}{}", "", field.name()),
        }
    };
    let longest = |lengths: &mut dyn Iterator<Item = usize>| lengths.max().unwrap_or_default();
    let names = longest(&mut fields.iter().map(|field| label(field).chars().count()));
    let kinds = longest(&mut fields.iter().map(|field| field.kind.chars().count()));
    let mut text = String::new();
    for field in fields {
        let line = format!(
            "{:names$}  {:kinds$}  {}",
            label(field),
            field.kind,
            field.meaning
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// One line for each fact of a document: its value, or why it is unknown. Items of lists have a line each.
pub fn values(document: &Document, fields: &[&Field]) -> String {
    let facts: Vec<&&Field> = fields
        .iter()
        .filter(|field| !field.in_list && !field.is_record)
        .collect();
    let lengths = facts.iter().map(|field| field.path.chars().count());
    let width = lengths.max().unwrap_or_default();
    let mut text = String::new();
    for field in facts {
        let path = &field.path;
        match value(&document.facts, path) {
            Some(Value::Array(items)) if items.iter().any(Value::is_object) => {
                let count = match items.len() {
                    1 => "1 item".to_owned(),
                    count => format!("{count} items"),
                };
                let _ = writeln!(text, "{path:width$}  {count}");
                for item in items {
                    let _ = writeln!(text, "  - {item}");
                }
            }
            Some(value) => {
                let _ = writeln!(text, "{path:width$}  {value}");
            }
            None => {
                let reasons: Vec<String> = document
                    .gaps_behind([path.as_str()])
                    .iter()
                    .map(ToString::to_string)
                    .collect();
                let reasons = match reasons.is_empty() {
                    true => "no reason is known".to_owned(),
                    false => reasons.join("; "),
                };
                let _ = writeln!(text, "{path:width$}  unknown: {reasons}");
            }
        }
    }
    text
}

fn value<'v>(facts: &'v Map<String, Value>, path: &str) -> Option<&'v Value> {
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let value = facts.get(first)?;
    let mut names = rest.split('.').filter(|name| !name.is_empty());
    names.try_fold(value, |value, name| value.get(name))
}

fn grow<'s>(
    schema: &'s Value,
    root: &'s Value,
    path: &str,
    in_list: bool,
    seen: &mut Vec<&'s str>,
    fields: &mut Vec<Field>,
) {
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, property) in properties.into_iter().flatten() {
        let path = match path {
            "" => name.clone(),
            path => format!("{path}.{name}"),
        };
        let (own, reference) = resolved(property, root);
        let (item, inner) = match own.get("items") {
            Some(items) => resolved(items, root),
            None => (own, reference),
        };
        let values = own.get("additionalProperties").filter(|v| v.is_object());
        fields.push(Field {
            kind: kind(own, values.is_some()),
            meaning: meaning(property, own, item),
            in_list,
            is_record: own.get("properties").is_some(),
            path: path.clone(),
        });
        // a schema that contains itself has no finite tree
        if inner.is_some_and(|inner| seen.contains(&inner)) {
            continue;
        }
        seen.extend(inner);
        let list = in_list || own.get("items").is_some();
        grow(item, root, &path, list, seen, fields);
        seen.truncate(seen.len() - usize::from(inner.is_some()));
    }
}

/// What a schema refers to, and by which name.
fn resolved<'s>(schema: &'s Value, root: &'s Value) -> (&'s Value, Option<&'s str>) {
    let reference = schema.get("$ref").and_then(Value::as_str);
    let pointer = reference.and_then(|reference| reference.strip_prefix('#'));
    match pointer.and_then(|pointer| root.pointer(pointer)) {
        Some(target) => (target, reference),
        None => (schema, None),
    }
}

fn kind(schema: &Value, is_map: bool) -> String {
    let name = match schema.get("type").and_then(Value::as_str) {
        Some("boolean") => "bool",
        Some("integer") => "int",
        Some("number") => "double",
        Some("array") => "list",
        Some("object") if is_map => "map",
        Some("object") => "record",
        _ => "string",
    };
    name.to_owned()
}

/// What a field means, and the values that it has where they are fixed and not told.
fn meaning(property: &Value, own: &Value, item: &Value) -> String {
    let told = |schema: &Value| {
        let text = schema.get("description").and_then(Value::as_str);
        text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let mut meaning = told(property).or_else(|| told(own)).unwrap_or_default();
    let choices = choices(item);
    let untold = |choice: &&String| !choice.is_empty() && !meaning.contains(choice.as_str());
    if choices.iter().any(|choice| untold(&choice)) {
        let _ = write!(meaning, " One of {}.", choices.join(", "));
    }
    meaning
}

fn choices(schema: &Value) -> Vec<String> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let listed = schema.get("enum").and_then(Value::as_array);
    let variants = schema.get("oneOf").and_then(Value::as_array);
    let variants = variants.into_iter().flatten();
    let listed = listed.into_iter().flatten().filter_map(text);
    listed
        .chain(variants.flat_map(choices))
        .chain(schema.get("const").and_then(text))
        .collect()
}
