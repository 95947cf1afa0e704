//! The output contract as a JSON Schema, made from the columns.

use serde_json::{Map, Value as Json, json};

use super::json::SCHEMA_VERSION;
use crate::column::{Column, Type};

/// JSON Schema of one socket, which is a line of `--format ndjson` and a member of `sockets` in
/// `--format json`. CSV and TSV have the same keys as columns.
pub fn schema() -> String {
    let properties: Vec<(String, Json)> = Column::ALL
        .iter()
        .map(|column| {
            let mut property = value_schema(column.value_type());
            if let Json::Object(property) = &mut property {
                property.insert("description".to_owned(), json!(column.meaning()));
            }
            (column.name().to_owned(), property)
        })
        .collect();
    let required: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "portjoin: a socket with its owner",
        "description": format!("Output contract, version {SCHEMA_VERSION}. The order of `required` \
                                is the order of the keys."),
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties.into_iter().collect::<Map<String, Json>>(),
    });
    format!("{schema:#}\n")
}

fn value_schema(value_type: Type) -> Json {
    match value_type {
        Type::Text => json!({ "type": ["string", "null"] }),
        Type::Number => json!({ "type": ["integer", "null"], "minimum": 0 }),
        Type::Flag => json!({ "type": ["boolean", "null"] }),
        Type::Texts => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
        Type::Candidates => json!({
            "type": ["array", "null"],
            "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["image_name", "source", "line"],
                "properties": {
                    "image_name": { "type": "string" },
                    "source": { "type": "string" },
                    "line": { "type": "integer", "minimum": 1 },
                },
            },
        }),
    }
}
