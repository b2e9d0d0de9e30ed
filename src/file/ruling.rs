//! What a curator decided, as it lies under the key `rulings` of gold's file: one line a ruling.

use crate::file::item::read_timestamp;
use crate::file::json::{Context, Fields, JsonFile, Object, elements, one_line, parse, string_array};
use crate::model::{AnnotationSet, Edit, Report, Ruling, SetKey, Statement, Timestamp};

/// The key of a set under which they lie.
pub(super) const RULINGS: &str = "rulings";

/// What was decided about an article, in the order of its file. What is no ruling stays in the file.
pub fn rulings(set: &AnnotationSet) -> Vec<Ruling> {
    let all = set.extra.get(RULINGS).and_then(elements).unwrap_or_default();
    all.into_iter().filter_map(read).collect()
}

/// The edit that adds a ruling to a set, or puts it in place of the one with its id. Nothing if the
/// key holds what is no list.
pub fn ruling_edit(key: &SetKey, set: &AnnotationSet, ruling: &Ruling) -> Option<Edit> {
    let before = set.extra.get(RULINGS).map(str::to_owned);
    let lines = elements(before.as_deref().unwrap_or("[]"))?;
    let mut lines: Vec<String> = lines.into_iter().map(one_line).collect();
    // What is no ruling stays, whatever it is called.
    let is_same = |json: &String| read(json).is_some_and(|it| it.id == ruling.id);
    match lines.iter().position(is_same) {
        Some(i) => lines[i] = write(ruling),
        None => lines.push(write(ruling)),
    }
    let after = Some(format!("[{}]", lines.join(", ")));
    Some(Edit::Extra { set: key.clone(), key: RULINGS.to_owned(), before, after })
}

fn read(json: &str) -> Option<Ruling> {
    let file = JsonFile::new(json.as_bytes(), "").ok()?;
    let mut object = file.root().ok()?;
    let mut report = Report::default();
    let mut context = Context::new(&file, &mut report);
    object.report_duplicates(&mut context);
    let id = object.take("id", parse::<String>)?;
    // What is written always must be understood, else it would be written twice.
    let statements = |json| elements(json)?.into_iter().map(read_statement).collect::<Option<Vec<_>>>();
    let (said, gold) = (object.take("said", statements)?, object.take("gold", statements)?);
    let taken = object.take("taken", parse)?;
    let mut string = |key| object.take(key, parse::<String>).unwrap_or_default();
    let (kind, reason, rule) = (string("kind"), string("reason"), string("rule"));
    let created = object.take("created", read_timestamp);
    Some(Ruling { id, kind, said, taken, gold, reason, rule, created, extra: object.into_extra() })
}

fn read_statement(json: &str) -> Option<Statement> {
    let mut object = Object::parse(json)?;
    let mut string = |key| object.take(key, parse::<String>).unwrap_or_default();
    Some(Statement {
        annotator: string("annotator"),
        id: string("id"),
        label: string("label"),
        text: string("text"),
        details: string("details"),
    })
}

fn write(ruling: &Ruling) -> String {
    let list = |all: &[Statement]| {
        let all: Vec<String> = all.iter().map(write_statement).collect();
        format!("[{}]", all.join(", "))
    };
    let mut fields = Fields::default();
    fields.string("id", &ruling.id);
    fields.nonempty("kind", &ruling.kind);
    fields.add("said", list(&ruling.said));
    fields.add("taken", string_array(&ruling.taken));
    fields.add("gold", list(&ruling.gold));
    fields.nonempty("reason", &ruling.reason);
    fields.nonempty("rule", &ruling.rule);
    if let Some(time) = ruling.created.and_then(Timestamp::iso) {
        fields.string("created", &time);
    }
    fields.extra(&ruling.extra);
    fields.one_line()
}

fn write_statement(statement: &Statement) -> String {
    let mut fields = Fields::default();
    for (key, value) in [
        ("annotator", &statement.annotator),
        ("id", &statement.id),
        ("label", &statement.label),
        ("text", &statement.text),
        ("details", &statement.details),
    ] {
        fields.nonempty(key, value);
    }
    fields.one_line()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{DocumentId, Owner};

    #[test]
    fn a_ruling_comes_back_and_what_is_none_stays() {
        let key = SetKey { document: DocumentId::new("a.txt"), owner: Owner::Gold };
        let mut set = AnnotationSet::default();
        let strange = r#"{"id": "u1", "said": 7}"#;
        set.extra.set(
            RULINGS,
            Some(&format!(
                r#"[{strange}, {{"id": "u1", "said": [], "taken": [], "gold": [], "later": [1]}}]"#
            )),
        );
        let mut ruling = rulings(&set).remove(0);
        assert_eq!(rulings(&set).len(), 1, "what says nothing is none");
        ruling.said = vec![Statement { annotator: "Rina".into(), ..Statement::default() }];
        ruling.reason = "clitics \"-nya\" stay".into();
        ruling.created = Some(Timestamp(0));
        for _ in 0..2 {
            let Some(Edit::Extra { after: Some(after), .. }) = ruling_edit(&key, &set, &ruling) else {
                panic!()
            };
            set.extra.set(RULINGS, Some(&after));
            assert_eq!(rulings(&set), [ruling.clone()]);
        }
        let json = set.extra.get(RULINGS).unwrap();
        assert!(json.contains(strange) && json.contains(r#""later": [1]"#), "{json}");
        set.extra.set(RULINGS, Some("7"));
        assert_eq!(ruling_edit(&key, &set, &ruling), None);
    }
}
