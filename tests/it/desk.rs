//! The desk without a window: keys on an article, and the annotations they leave.
//!
//! A case under `tests/cases/desk/` is an article in which `|` marks the caret, lines of keys after
//! `> `, and the expected annotations in the marked notation. Key names are those of the table of
//! commands; `All` takes the ticked occurrences of a checklist, `find:Kyiv` types into the search
//! field, where `␣` is a space, and `go:1:8` into the field that asks where to go.

use std::collections::VecDeque;
use std::path::Path;

use sorot::model::{AnnotationSet, History, Owner, Report, SetKey, Timestamp};
use sorot::session::commands::{KeyMeaning, key_meaning};
use sorot::session::jobs::{Opening, open_project};
use sorot::session::{
    Action, AnnotateAction, ArticleAction, Effect, Job, Look, NavigateAction, Outcome, Query, Session,
    Surroundings,
};
use sorot::store::{Folder, Storage};
use sorot::text::marked::{Marked, MarkedLabel, MarkedRelation};
use sorot::text::{OffsetUnit, Text};

/// Surroundings in which every run is the same.
pub(crate) fn fixed() -> Surroundings {
    Surroundings {
        clock: || Timestamp(1_700_000_000),
        random: fastrand::Rng::with_seed(7),
        storage: Storage::default(),
    }
}

/// A session over a folder whose disk work is done at once.
pub(crate) struct Desk {
    pub(crate) session: Session,
    pub(crate) notes: Vec<String>,
    pub(crate) occurrences: Vec<sorot::session::Occurrence>,
    /// What the thread for the disk would look at while nothing else is to be done.
    look: Option<Look>,
}

impl Desk {
    pub(crate) fn open(folder: &Path, owner: &str) -> Desk {
        Desk::open_with(folder, owner, fixed())
    }

    pub(crate) fn open_with(folder: &Path, owner: &str, surroundings: Surroundings) -> Desk {
        Desk::try_open(folder, owner, surroundings).unwrap()
    }

    pub(crate) fn try_open(folder: &Path, owner: &str, surroundings: Surroundings) -> Result<Desk, String> {
        let opening = Opening::Path(folder.to_owned());
        let (session, effects) = open_project(opening, Owner::named(owner), surroundings, |_| None)?;
        let mut desk = Desk { session, notes: Vec::new(), occurrences: Vec::new(), look: None };
        desk.run(effects);
        Ok(desk)
    }

    pub(crate) fn perform(&mut self, action: impl Into<Action>) {
        let effects = self.session.perform(action.into());
        self.run(effects);
    }

    /// Does what a session asked for, and what comes of that, one after the other.
    fn run(&mut self, effects: Vec<Effect>) {
        let mut effects = VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            match effect {
                Effect::Start(job) => {
                    if let Job::Look(look) = &job {
                        self.look = Some(look.again());
                    }
                    effects.extend(self.session.finish(job.run()));
                }
                Effect::Notify(note) => self.notes.push(note),
                Effect::AskOccurrences(occurrences) => self.occurrences = occurrences,
                Effect::ScrollTo(_)
                | Effect::GoTo(_)
                | Effect::Copy(_)
                | Effect::SaveAfter(_)
                | Effect::Window(_) => {}
            }
        }
    }

    /// Looks once more whether others changed something.
    pub(crate) fn look(&mut self) {
        let outcome = Outcome::Looked(self.look.as_ref().and_then(Look::run));
        let effects = self.session.finish(outcome);
        self.run(effects);
    }

    /// Presses keys, separated by blanks.
    pub(crate) fn press(&mut self, keys: &str) {
        for key in keys.split_whitespace() {
            if key == "All" {
                let ticked = std::mem::take(&mut self.occurrences).into_iter().filter(|it| it.is_word);
                let ranges = ticked.map(|it| it.range).collect();
                self.perform(AnnotateAction::AddOccurrences(ranges));
                continue;
            }
            if let Some(typed) = key.strip_prefix("find:") {
                let query = Query { pattern: typed.replace('␣', " "), ..Query::default() };
                self.perform(NavigateAction::Find { query, goes: true });
                continue;
            }
            if let Some(typed) = key.strip_prefix("go:") {
                match self.session.destination(typed) {
                    Some(Ok(destination)) => self.perform(destination.action),
                    other => panic!("{typed} leads nowhere: {other:?}"),
                }
                continue;
            }
            match key_meaning(&self.session, key) {
                KeyMeaning::Action(action) => self.perform(action),
                KeyMeaning::NotNow => {}
                KeyMeaning::Nothing => panic!("the key {key} means nothing"),
            }
        }
    }

    pub(crate) fn place_caret(&mut self, byte: usize) {
        let text = self.session.document().unwrap().text.clone();
        let offset = text.locate(byte, OffsetUnit::Byte).unwrap();
        self.perform(NavigateAction::To {
            caret: sorot::session::Caret { offset, upstream: false },
            extend: false,
        });
    }

    /// The shown article's annotations, printed.
    pub(crate) fn marked(&self) -> String {
        let document = self.session.document().unwrap();
        match self.session.set() {
            Some(set) => print(&document.text, set, &self.session.schema().label_names()),
            None => Marked { text: document.text.as_str().to_owned(), ..Marked::default() }.to_string(),
        }
    }
}

/// Annotations in the marked notation, numbered in file order.
pub(crate) fn print(text: &Text, set: &AnnotationSet, names: &[&str]) -> String {
    let order = set.in_order(names);
    let number =
        |id: &sorot::model::AnnotationId| order.iter().position(|it| it.id == *id).unwrap() as u32 + 1;
    let mut marked = Marked { text: text.as_str().to_owned(), ..Marked::default() };
    for (i, annotation) in order.iter().enumerate() {
        let n = i as u32 + 1;
        marked.spans.insert(n, annotation.span.clone());
        let attributes = annotation.attributes.iter().map(|(name, value)| match value {
            sorot::model::Value::Text(value) => (name.clone(), value.clone()),
            other => (name.clone(), format!("{other:?}")),
        });
        let attributes = attributes.collect();
        marked.labels.insert(n, MarkedLabel { label: annotation.label.clone(), attributes });
    }
    marked.relations = set
        .relations()
        .map(|it| MarkedRelation {
            label: it.label.clone(),
            from: number(&it.from),
            to: number(&it.to),
            attributes: Default::default(),
        })
        .collect();
    marked.relations.sort_by_key(|it| (it.from, it.to));
    marked.to_string()
}

/// A project folder with one article.
pub(crate) fn project(articles: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("articles")).unwrap();
    for (name, text) in articles {
        std::fs::write(folder.path().join("articles").join(name), text).unwrap();
    }
    folder
}

#[test]
fn keys_leave_the_annotations_that_the_cases_say() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/desk");
    let mut n_cases = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let case = std::fs::read_to_string(&path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let (before, rest) = case.split_once("\n> ").unwrap_or_else(|| panic!("{name} has no keys"));
        let (keys, expected) = rest.split_once("\n===\n").unwrap_or_else(|| panic!("{name} expects nothing"));
        let caret = before.find('|').unwrap_or_else(|| panic!("{name} has no caret"));
        let project = project(&[("a.txt", &before.replacen('|', "", 1))]);
        let mut desk = Desk::open(project.path(), "rina");
        desk.place_caret(caret);
        for line in keys.split("\n> ") {
            desk.press(line);
        }
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            let renewed = format!("{before}\n> {keys}\n===\n{}\n", desk.marked().trim_end());
            std::fs::write(&path, renewed).unwrap();
        } else {
            assert_eq!(desk.marked().trim_end(), expected.trim_end(), "{name}; notes: {:?}", desk.notes);
        }
        // What the desk shows is what a stranger reads from disk.
        let again = Desk::open(project.path(), "rina");
        assert_eq!(again.marked(), desk.marked(), "{name}, read again");
        n_cases += 1;
    }
    assert!(n_cases >= 12, "only {n_cases} cases were found");
}

#[test]
fn history_goes_across_articles_and_restarts() {
    let project = project(&[("a.txt", "Rusia menyerang."), ("b.txt", "Jerman membayar.")]);
    let mut desk = Desk::open(project.path(), "rina");
    desk.press("C Alt+Down C W");
    assert_eq!(desk.session.document().unwrap().id.as_str(), "articles/b.txt");
    desk.press("Ctrl+Z Ctrl+Z");
    assert!(desk.marked().starts_with("Jerman membayar."), "{}", desk.marked());
    desk.press("Ctrl+Z");
    assert_eq!(desk.session.document().unwrap().id.as_str(), "articles/a.txt", "undo goes to where it acts");
    assert!(desk.marked().starts_with("Rusia menyerang."));
    desk.press("Ctrl+Shift+Z Ctrl+Shift+Z");
    assert!(desk.session.is_saved());
    drop(desk);

    let mut desk = Desk::open(project.path(), "rina");
    assert_eq!(desk.session.history().next_undo().unwrap().name, "add country");
    assert_eq!(desk.session.history().next_redo().unwrap().name, "change label to weapon");
    desk.press("Ctrl+Z");
    assert_eq!(desk.session.document().unwrap().id.as_str(), "articles/b.txt");
    assert!(desk.marked().starts_with("Jerman membayar."));
    desk.press("Ctrl+Z Ctrl+Z");
    assert!(
        desk.notes.iter().any(|note| note.contains("nothing more to undo"))
            || desk.session.history().next_undo().is_none()
    );
}

#[test]
fn status_is_an_undoable_change_and_finishing_goes_on() {
    let project = project(&[("a.txt", "Rusia."), ("b.txt", "Jerman.")]);
    let mut desk = Desk::open(project.path(), "rina");
    desk.press("C Ctrl+Enter");
    assert_eq!(desk.session.document().unwrap().id.as_str(), "articles/b.txt");
    let on_disk = std::fs::read_to_string(project.path().join("annotations/rina/a.txt.json"));
    let on_disk = on_disk
        .or_else(|_| std::fs::read_to_string(project.path().join("annotations/rina/articles/a.txt.json")))
        .unwrap();
    assert!(on_disk.contains("\"status\": \"done\""), "{on_disk}");
    desk.press("Ctrl+Z");
    assert_eq!(desk.session.articles()[0].status, sorot::model::Status::InProgress);
    desk.press("Ctrl+Z");
    assert_eq!(desk.session.articles()[0].status, sorot::model::Status::New);
}

#[test]
fn looking_at_an_article_writes_nothing() {
    let project = project(&[("a.txt", "Rusia."), ("b.txt", "Jerman.")]);
    let mut desk = Desk::open(project.path(), "rina");
    desk.press("Alt+Down Alt+Up Ctrl+Right Ctrl+S F8");
    let entries: Vec<_> =
        std::fs::read_dir(project.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(entries, ["articles"], "only what was there");
}

#[test]
fn owners_work_apart() {
    let project = project(&[("a.txt", "Rusia menyerang.")]);
    let mut desk = Desk::open(project.path(), "rina");
    desk.press("C");
    desk.perform(ArticleAction::SetOwner(Owner::named("budi")));
    assert_eq!(desk.session.owner().name(), "budi");
    assert_eq!(desk.session.set().map_or(0, |set| set.annotations().len()), 0);
    assert!(desk.session.history().next_undo().is_none(), "nobody undoes another's work");
    desk.press("W");
    desk.perform(ArticleAction::SetOwner(Owner::named("rina")));
    assert_eq!(desk.session.set().unwrap().annotations().next().unwrap().label, "country");
    assert_eq!(desk.session.owners().len(), 2);
}

#[test]
fn an_article_that_cannot_be_read_is_a_problem_and_others_open() {
    let project = project(&[("a.txt", "Rusia."), ("b.txt", "Jerman.")]);
    std::fs::write(project.path().join("articles/b.txt"), [0x00, 0xff, 0x01, 0xfe, 0x00, 0x80, 0x02])
        .unwrap();
    let mut desk = Desk::open(project.path(), "rina");
    desk.press("Alt+Down");
    assert_eq!(desk.session.document().unwrap().id.as_str(), "articles/a.txt");
    assert!(desk.session.articles()[1].failure.is_some());
    assert!(
        desk.session.problems().iter().any(|it| it
            .place
            .document
            .as_ref()
            .is_some_and(|id| id.as_str() == "articles/b.txt"))
    );
    desk.press("C");
    assert_eq!(desk.session.set().unwrap().annotations().len(), 1);
}

#[test]
fn a_failed_save_is_said_and_the_next_one_mends_it() {
    let project = project(&[("a.txt", "Rusia menyerang.")]);
    let mut desk = Desk::open(project.path(), "rina");
    // A file where the folder should be: no set can be written.
    std::fs::write(project.path().join("annotations"), "in the way").unwrap();
    desk.press("C");
    assert!(!desk.session.is_saved());
    assert!(desk.session.save_error().unwrap().starts_with("Not saved"), "{:?}", desk.session.save_error());
    std::fs::remove_file(project.path().join("annotations")).unwrap();
    desk.press("Ctrl+S");
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    let key = desk.session.set_key().unwrap();
    let mut report = Report::default();
    let opened = Folder::open(project.path(), &mut report).unwrap();
    let document = desk.session.document().unwrap();
    let set = opened.folder.read_set(&key, document, &opened.schema, &mut report).unwrap().unwrap();
    assert_eq!(set.set.annotations().len(), 1);
    let history: History = opened.folder.open_journal(&Owner::named("rina"), &mut report).history;
    assert_eq!(history.done().len(), 1);
    let _key: SetKey = key;
}

#[test]
fn everyone_works_on_the_article_as_it_is() {
    let project = project(&[("a.txt", "Rusia menyerang Ukraina.")]);
    Desk::open(project.path(), "rina").press("C");
    std::fs::write(project.path().join("articles/a.txt"), "BARU: Rusia menyerang Ukraina.").unwrap();
    let mut desk = Desk::open(project.path(), "budi");
    desk.press("Ctrl+Right Ctrl+Right C");
    let budi = desk.marked();
    assert!(budi.starts_with("BARU: {1}Rusia{/1}"), "{budi}");
    desk.perform(ArticleAction::SetOwner(Owner::named("rina")));
    assert!(desk.marked().starts_with("BARU: {1}Rusia{/1}"), "{}", desk.marked());
    desk.perform(ArticleAction::SetOwner(Owner::named("budi")));
    assert_eq!(desk.marked(), budi);
}

#[test]
fn no_key_reaches_a_set_that_is_on_its_way() {
    let project = project(&[("a.txt", "Rusia menyerang Ukraina.")]);
    Desk::open(project.path(), "rina").press("C Ctrl+Right Ctrl+Right W");
    let file = project.path().join("annotations/rina/a.txt.json");
    let before = std::fs::read(&file).unwrap();

    let mut desk = Desk::open(project.path(), "budi");
    let effects = desk.session.perform(ArticleAction::SetOwner(Owner::named("rina")).into());
    let mut waiting = Vec::new();
    for effect in effects {
        if let Effect::Start(job) = effect {
            waiting.extend(desk.session.finish(job.run()));
        }
    }
    assert!(desk.session.loading().is_some(), "the set is still to be read");
    assert_eq!(key_meaning(&desk.session, "S"), KeyMeaning::Nothing);
    desk.perform(AnnotateAction::Label("speaker".to_owned()));
    desk.run(waiting);
    assert_eq!(desk.session.set().unwrap().annotations().len(), 2);
    assert_eq!(std::fs::read(&file).unwrap(), before);
}
