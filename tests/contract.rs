//! That the output has the keys and types of `docs/schema.json`, and that the schema is that of the
//! code.

use std::fs;
use std::path::Path;

use portjoin::render;
use serde_json::Value;

use crate::{entries, expect_file, fixtures};

#[test]
fn the_schema_is_that_of_the_code() {
    let mut failures = Vec::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema.json");
    expect_file(&path, &render::schema(), &mut failures);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_row_of_every_scenario_keeps_the_contract() {
    let schema: Value = serde_json::from_str(&render::schema()).unwrap();
    let keys: Vec<&str> =
        schema["required"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect();
    let mut rows = 0;
    for case in entries(&fixtures().join("scenarios")) {
        let files: Vec<_> = entries(&case)
            .into_iter()
            .filter(|path| path.extension().is_some_and(|extension| extension == "txt"))
            .map(|path| portjoin::read("x", fs::read(path).unwrap(), None))
            .collect();
        let assembly = portjoin::assemble(&files, &[]);
        let joined = portjoin::join(&assembly.captures);
        let mut out = Vec::new();
        render::write_ndjson(&mut out, &joined.sockets, portjoin::Column::ALL).unwrap();
        for line in String::from_utf8(out).unwrap().lines() {
            rows += 1;
            assert_keys_in_order(line, &keys);
            let row: Value = serde_json::from_str(line).unwrap();
            for key in &keys {
                let types = schema["properties"][key]["type"].as_array().unwrap();
                assert!(types.contains(&Value::from(type_of(&row[*key]))), "{key} in {line}");
            }
        }
    }
    assert!(rows > 100);
}

fn assert_keys_in_order(line: &str, keys: &[&str]) {
    let mut rest = line;
    for key in keys {
        let at = rest.find(&format!("\"{key}\":")).unwrap_or_else(|| panic!("{key} in {line}"));
        rest = &rest[at..];
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Every key of an object, and of what is in it.
fn keys(value: &serde_json::Value, found: &mut Vec<String>) {
    match value {
        serde_json::Value::Object(object) => {
            for (key, value) in object {
                found.push(key.clone());
                keys(value, found);
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

#[test]
fn every_key_of_a_verdict_is_documented() {
    let root = fixtures().join("..");
    let documented = std::fs::read_to_string(root.join("docs/verdict.md")).unwrap();
    let json = fixtures().join("scenarios/why_json/stdout");
    let json: serde_json::Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    let mut found = Vec::new();
    keys(&json, &mut found);
    assert!(found.len() > 50);
    for key in found {
        assert!(documented.contains(&format!("`{key}`")), "{key}");
    }
}
