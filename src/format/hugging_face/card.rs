//! The data set card: `README.md` with what the columns hold as YAML in front.

use std::fmt::Write as _;

use super::Uses;
use super::feature::Feature;
use crate::model::Schema;
use crate::text::OffsetUnit;

const IN_MEMORY: &str = "a string takes what is written to it";

/// The card of a data set whose rows stand in `file`.
pub(super) fn card(file: &str, features: &Feature, uses: &Uses, schema: &Schema, unit: OffsetUnit) -> String {
    let mut yaml = String::new();
    if !uses.languages.is_empty() {
        yaml.push_str("language:\n");
    }
    for language in &uses.languages {
        writeln!(yaml, "- {}", scalar(language)).expect(IN_MEMORY);
    }
    yaml.push_str("task_categories:\n- token-classification\n");
    writeln!(
        yaml,
        "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: {file}\n\
         dataset_info:\n  features:"
    )
    .expect(IN_MEMORY);
    write_fields(&mut yaml, features, 2);

    let mut labels = String::new();
    for name in features.get("spans").and_then(|it| it.get("label")).map_or(&[][..], Feature::names) {
        let definition = schema.label(name).map_or("", |it| &it.definition);
        let count = uses.labels.get(name).unwrap_or(&0);
        writeln!(labels, "| {} | {count} | {} |", table_cell(name), table_cell(definition)).expect(IN_MEMORY);
    }
    let unit = match unit {
        OffsetUnit::CodePoint => "code points, as Python's `str` does",
        OffsetUnit::Utf16 => "UTF-16 units, as JavaScript and Java do",
        OffsetUnit::Byte => "bytes of UTF-8",
    };
    let name = table_cell(format!("{} {}", schema.id, schema.version).trim());
    format!(
        "---\n{yaml}---\n\n# Annotated articles\n\n\
         A row is an article with one annotator's spans, and there are {} rows{}.\n\n\
         - `start` and `end` count {unit}, from 0; `end` is exclusive. `text` is what the span covers.\n\
         - A span with several `fragments` is interrupted by text that does not belong to it.\n\
         - Spans may nest, cross and coincide.\n\
         - `relations` lead from the `id` of a span to another one's.\n\
         - An `entity` is the `id` of one of the row's `entities`.\n\
         - The `value` of an attribute is a text or, where it is none, JSON.\n\n\
         | label | spans | definition |\n|---|--:|---|\n{labels}",
        uses.n_articles,
        if schema.id.is_empty() { String::new() } else { format!(", annotated by the schema {name}") },
    )
}

/// The fields of a group as YAML, each at that depth.
fn write_fields(yaml: &mut String, feature: &Feature, depth: usize) {
    let Feature::Group(fields) = feature else { return };
    let indent = " ".repeat(depth);
    for (name, feature) in fields {
        writeln!(yaml, "{indent}- name: {name}").expect(IN_MEMORY);
        write_type(yaml, feature, "dtype", depth + 2);
    }
}

fn write_type(yaml: &mut String, feature: &Feature, key: &str, depth: usize) {
    let indent = " ".repeat(depth);
    match feature {
        Feature::Text => writeln!(yaml, "{indent}{key}: string").expect(IN_MEMORY),
        Feature::Number => writeln!(yaml, "{indent}{key}: int64").expect(IN_MEMORY),
        Feature::Class(names) => {
            writeln!(yaml, "{indent}{key}:\n{indent}  class_label:\n{indent}    names:").expect(IN_MEMORY);
            for (i, name) in names.iter().enumerate() {
                writeln!(yaml, "{indent}      '{i}': {}", scalar(name)).expect(IN_MEMORY);
            }
        }
        Feature::List(item) => match &**item {
            group @ Feature::Group(_) => {
                writeln!(yaml, "{indent}list:").expect(IN_MEMORY);
                write_fields(yaml, group, depth);
            }
            other => write_type(yaml, other, "list", depth),
        },
        Feature::Group(_) => {
            writeln!(yaml, "{indent}struct:").expect(IN_MEMORY);
            write_fields(yaml, feature, depth);
        }
    }
}

/// A text as a YAML scalar, quoted as JSON is, with all escaped that YAML does not allow.
fn scalar(text: &str) -> String {
    let mut scalar = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => scalar.extend(['\\', character]),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                write!(scalar, "\\u{:04x}", u32::from(character)).expect(IN_MEMORY);
            }
            it if it.is_control() => write!(scalar, "\\u{:04x}", u32::from(it)).expect(IN_MEMORY),
            it => scalar.push(it),
        }
    }
    scalar.push('"');
    scalar
}

/// A text as a cell of a Markdown table.
fn table_cell(text: &str) -> String {
    let mut cell = String::new();
    for character in text.chars() {
        match character {
            '|' | '\\' | '`' | '*' | '_' | '<' | '[' => cell.extend(['\\', character]),
            it if it.is_control() => cell.push(' '),
            it => cell.push(it),
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_for_yaml_and_markdown() {
        assert_eq!(scalar("no: \"#\\\n\u{7f}\u{2028}é😀"), "\"no: \\\"#\\\\\\u000a\\u007f\\u2028é😀\"");
        assert_eq!(table_cell("a|b\n*c* <d>"), "a\\|b \\*c\\* \\<d>");
    }
}
