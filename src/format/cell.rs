//! Attribute values in one piece of text each, for cells of tables.
//!
//! A text stands as it is, and everything else as JSON; so does a text that would otherwise be
//! taken for something else: `12` is a number, and `"12"` a text. Nothing is lost by this.

use serde_json::value::RawValue;

use crate::model::Value;

/// The value as the text of a cell; never empty.
pub(super) fn write(value: &Value) -> String {
    match value {
        Value::Text(text) if !text.is_empty() && !looks_like_json(text) => text.clone(),
        Value::Text(text) => serde_json::Value::from(text.as_str()).to_string(),
        Value::Boolean(boolean) => boolean.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::List(list) => serde_json::Value::from(list.as_slice()).to_string(),
        Value::Json(json) => json.clone(),
    }
}

/// What the text of a cell says; an empty one is an empty text.
pub(super) fn read(cell: &str) -> Value {
    if !looks_like_json(cell) {
        return Value::Text(cell.to_owned());
    }
    let text = serde_json::from_str(cell).map(Value::Text);
    let boolean = || serde_json::from_str(cell).map(Value::Boolean);
    let integer = || serde_json::from_str(cell).map(Value::Integer);
    let list = || serde_json::from_str(cell).map(Value::List);
    text.or_else(|_| boolean())
        .or_else(|_| integer())
        .or_else(|_| list())
        .unwrap_or_else(|_| Value::Json(cell.to_owned()))
}

fn looks_like_json(cell: &str) -> bool {
    // Most cells hold words, and are not worth a parser.
    let may_begin = |byte: &u8| b"\"[{-0123456789 \t\r\ntfn".contains(byte);
    cell.as_bytes().first().is_some_and(may_begin) && serde_json::from_str::<&RawValue>(cell).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_says_is_what_was_written() {
        let text = |it: &str| Value::Text(it.to_owned());
        let json = |it: &str| Value::Json(it.to_owned());
        let list = |it: &[&str]| Value::List(it.iter().map(|&it| it.to_owned()).collect());
        for (value, cell) in [
            (text("direct"), "direct"),
            (text("true crime"), "true crime"),
            (text("true"), "\"true\""),
            (text("12"), "\"12\""),
            (text(" 12 "), "\" 12 \""),
            (text("-5,3"), "-5,3"),
            (text(""), "\"\""),
            (text("\"Ya\""), "\"\\\"Ya\\\"\""),
            (text("“Ya”\n"), "“Ya”\n"),
            (Value::Boolean(true), "true"),
            (Value::Integer(-12), "-12"),
            (list(&[]), "[]"),
            (list(&["a", "b,c"]), "[\"a\",\"b,c\"]"),
            (json("null"), "null"),
            (json("1.50"), "1.50"),
            (json("[1, 2]"), "[1, 2]"),
            (json("99999999999999999999"), "99999999999999999999"),
        ] {
            assert_eq!(write(&value), cell);
            assert_eq!(read(cell), value, "{cell}");
        }
        assert_eq!(read(""), text(""));
    }
}
