//! JSON Schemas (2020-12) of the files, for people who read or make them with other programs.

use serde_json::Value;

/// The JSON Schema of an annotation file.
pub fn annotations_schema() -> Value {
    parse(include_str!("../../assets/schemas/annotations.schema.json"))
}

/// The JSON Schema of `sorot.json`.
pub fn project_schema() -> Value {
    parse(include_str!("../../assets/schemas/project.schema.json"))
}

/// The JSON Schema of a release's manifest, `release.json`.
pub fn release_schema() -> Value {
    parse(include_str!("../../assets/schemas/release.schema.json"))
}

fn parse(json: &str) -> Value {
    serde_json::from_str(json).expect("the built-in JSON Schemas are JSON, as a test proves")
}
