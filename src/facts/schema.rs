//! The published schema of the documents.

use serde_json::Value;

use super::{AccountDocument, FunctionDocument, LayerDocument, Scope};

/// JSON Schema of a scope's documents; without a field for a scope that has no documents yet.
///
/// No field is required: a fact that could not be derived is left out.
pub fn schema(scope: Scope) -> Value {
    let schema = match scope {
        Scope::Function => schemars::schema_for!(FunctionDocument),
        Scope::Layer => schemars::schema_for!(LayerDocument),
        Scope::Account => schemars::schema_for!(AccountDocument),
        Scope::Region => schemars::json_schema!({ "type": "object", "properties": {} }),
    };
    let mut schema = schema.to_value();
    relax(&mut schema);
    schema
}

fn relax(schema: &mut Value) {
    match schema {
        Value::Object(map) => {
            if map.get("required").is_some_and(Value::is_array) {
                map.remove("required");
                map.insert("additionalProperties".to_owned(), Value::Bool(false));
            }
            map.values_mut().for_each(relax);
        }
        Value::Array(items) => items.iter_mut().for_each(relax),
        _ => {}
    }
}
