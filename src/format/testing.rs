//! What tests of formats have in common: articles to write, and in words what was read.

use std::sync::Arc;

use crate::file::{PRESETS, read_set};
use crate::format::{Article, Bundle, Format, ImportOptions};
use crate::model::{Document, Owner, Report};

/// Rina's annotations on a text: lists of spans and relations as annotation files have them, into
/// which the surfaces are put.
pub(super) fn article(text: &str, spans: &str, relations: &str) -> Article {
    let letters: Vec<char> = text.chars().collect();
    let mut spans: serde_json::Value = serde_json::from_str(spans).expect("JSON");
    for span in spans.as_array_mut().expect("a list") {
        let number = |it: &serde_json::Value| it.as_u64().expect("a number") as usize;
        let whole = serde_json::json!([[span["start"], span["end"]]]);
        let pieces = span.get("fragments").unwrap_or(&whole).as_array().expect("a list").iter();
        let pieces = pieces.map(|it| letters[number(&it[0])..number(&it[1])].iter().collect::<String>());
        span["text"] = pieces.collect::<Vec<_>>().join(" ").into();
    }
    let relations: serde_json::Value = serde_json::from_str(relations).expect("JSON");
    let set = serde_json::json!({
        "format": "sorot-annotations", "version": 1, "annotator": "rina", "status": "done",
        "article": {"path": "articles/a.txt"}, "text": text,
        "entities": [{"id": "e1", "kind": "person", "name": "Éva Balázs"}],
        "spans": spans, "relations": relations,
    });
    let mut report = Report::default();
    let stored = read_set(set.to_string().as_bytes(), "a.json", &PRESETS[0].schema(), &mut report);
    let stored = stored.expect("an annotation file");
    let document = Document { id: stored.path.as_str().into(), text: stored.text, source: stored.source };
    Article {
        owner: Owner::named(&stored.annotator),
        document: Arc::new(document),
        set: Arc::new(stored.set),
    }
}

/// What comes in, a line each: articles with their spans and relations, then problems.
pub(super) fn imported(format: &dyn Format, files: &[(&str, &str)]) -> String {
    let files = files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    let mut report = Report::default();
    let schema = PRESETS[0].schema();
    let mut out = match format.import(&Bundle { files }, &ImportOptions::default(), &schema, &mut report) {
        Ok(articles) => articles.iter().map(shown).collect(),
        Err(error) => format!("{error}\n"),
    };
    report.problems.iter().for_each(|it| out.push_str(&format!("! {it}\n")));
    out
}

fn shown(article: &Article) -> String {
    let mut out = format!("{} of {}\n", article.document.id, article.owner);
    for it in article.set.annotations() {
        let text = article.document.text.surface(&it.span);
        out.push_str(&format!("  {} {} {text:?}", it.id, it.label));
        if let Some(entity) = &it.entity {
            let name = article.set.entity(entity).map(|it| it.name.as_str()).unwrap_or_default();
            out.push_str(&format!(" is {entity} {name:?}"));
        }
        it.attributes.iter().for_each(|(name, value)| out.push_str(&format!(" {name}={value:?}")));
        it.flags.iter().for_each(|flag| out.push_str(&format!(" #{flag}")));
        if !it.note.is_empty() {
            out.push_str(&format!(" note {:?}", it.note));
        }
        out.push('\n');
    }
    for it in article.set.relations() {
        out.push_str(&format!("  {} {} {} -> {} {:?}", it.id, it.label, it.from, it.to, it.note));
        it.attributes.iter().for_each(|(name, value)| out.push_str(&format!(" {name}={value:?}")));
        out.push('\n');
    }
    out
}
