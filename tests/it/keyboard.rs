//! The whole seed article by the keyboard alone, and how many key presses that takes.
//!
//! `tests/cases/keyboard/topmedia-ukraina.keys` holds the keys, a line a step, after `#` what the
//! step labels. Every press of a key that is no modifier counts as one, so a chord such as
//! Ctrl+Shift+Right is one, and so is `All`, the Enter that takes a checklist of occurrences. Tying
//! quotes to speakers counts; attributes, which no span needs in order to be there, are not set.

use std::collections::BTreeSet;
use std::path::Path;

use sorot::model::{AnnotationId, AnnotationSet, Owner, Report, SetKey};
use sorot::store::Folder;
use sorot::text::Span;

use crate::desk::{Desk, project};

const ARTICLE: &str = "articles/topmedia-ukraina.txt";

/// A label, and where it stands.
type Labelled = (String, Span);

/// What was labelled and what was tied, whatever the ids.
#[derive(Debug, PartialEq)]
struct Work {
    annotations: Vec<Labelled>,
    relations: Vec<(String, Labelled, Labelled)>,
}

impl Work {
    fn of(set: &AnnotationSet, names: &[&str]) -> Work {
        let labelled = |id: &AnnotationId| {
            let annotation = set.annotation(id).unwrap();
            (annotation.label.clone(), annotation.span.clone())
        };
        let annotations = set.in_order(names).iter().map(|it| labelled(&it.id)).collect();
        let mut relations: Vec<_> =
            set.relations().map(|it| (it.label.clone(), labelled(&it.from), labelled(&it.to))).collect();
        relations.sort_by_key(|(label, from, to)| {
            (label.clone(), to.1.start(), to.1.end(), from.1.start(), from.1.end())
        });
        Work { annotations, relations }
    }
}

/// A set as it stands on disk, with the schema of its folder.
fn on_disk(folder: &Path, owner: Owner) -> (AnnotationSet, Vec<String>) {
    let mut report = Report::default();
    let opened = Folder::open(folder, &mut report).unwrap();
    let key = SetKey { document: ARTICLE.into(), owner };
    let document = opened.folder.read_document(&key.document, &mut report).unwrap();
    let loaded = opened.folder.read_set(&key, &document, &opened.schema, &mut report).unwrap();
    let loaded = loaded.expect("the set was saved");
    assert!(loaded.outdated.is_none(), "the article is the one that was annotated");
    let names = opened.schema.label_names().into_iter().map(str::to_owned).collect();
    (loaded.set, names)
}

#[test]
fn the_seed_article_takes_at_most_four_presses_a_span() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (gold, names) = on_disk(&root.join("samples"), Owner::Gold);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let gold = Work::of(&gold, &names);
    assert_eq!((gold.annotations.len(), gold.relations.len()), (68, 10));

    let article = std::fs::read_to_string(root.join("samples").join(ARTICLE)).unwrap();
    let folder = project(&[("topmedia-ukraina.txt", &article)]);
    std::fs::copy(root.join("samples/sorot.json"), folder.path().join("sorot.json")).unwrap();
    let mut desk = Desk::open(folder.path(), "rina");
    assert_eq!(desk.session.document().unwrap().id.as_str(), ARTICLE);

    let script = root.join("tests/cases/keyboard/topmedia-ukraina.keys");
    let script = std::fs::read_to_string(script).unwrap();
    let wanted: BTreeSet<&Labelled> = gold.annotations.iter().collect();
    let mut n_presses = 0;
    for (i, line) in script.lines().enumerate() {
        let keys = line.split_once('#').map_or(line, |(keys, _)| keys);
        desk.press(keys);
        n_presses += keys.split_whitespace().count();
        // The first line that goes wrong tells more than all that follow from it.
        let work = desk.session.set().map(|set| Work::of(set, &names));
        for labelled in work.iter().flat_map(|work| &work.annotations) {
            let surface = desk.session.document().unwrap().text.surface(&labelled.1);
            let n = i + 1;
            assert!(wanted.contains(labelled), "line {n} leaves a {} “{surface}”: {line}", labelled.0);
        }
    }

    let work = Work::of(desk.session.set().unwrap(), &names);
    assert_eq!(work.annotations, gold.annotations);
    assert_eq!(work.relations, gold.relations);
    assert!(desk.session.is_saved());
    let (saved, _) = on_disk(folder.path(), Owner::named("rina"));
    let shown = desk.session.set().unwrap();
    assert!(saved.annotations().eq(shown.annotations()), "annotations on disk are not those shown");
    assert!(saved.relations().eq(shown.relations()), "relations on disk are not those shown");

    let n_spans = gold.annotations.len();
    let figure = n_presses as f64 / n_spans as f64;
    let said = format!("{n_presses} presses for {n_spans} spans and 10 relations: {figure:.2} a span");
    assert!(n_presses <= 4 * n_spans, "{said}");
}
