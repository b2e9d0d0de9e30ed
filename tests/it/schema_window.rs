//! Labels, the trash and the log in the window, by the names that a screen reader says.

use egui_kittest::kittest::Queryable as _;

use crate::gui::{Window, sample};
use crate::schema_change::{corpus, files};

#[test]
fn a_label_is_deleted_in_the_window_and_comes_back_after_a_restart() {
    let dir = corpus();
    let before = files(dir.path());
    let mut window = Window::open(dir.path());
    window.press("Ctrl+L");
    window.assert_says("15 annotation files");
    window.click("label speaker");
    window.click("Delete…");
    window.click("Count what it touches");
    window.assert_says("It touches 900 annotations and 300 relations in 15 files of 3 annotators.");
    assert_eq!(files(dir.path()), before);
    window.click("Delete label");
    assert!(window.session().schema().label("speaker").is_none());
    window.assert_says("label quote");
    assert_ne!(files(dir.path()), before);
    drop(window);

    let mut window = Window::open(dir.path());
    window.press("Ctrl+Z");
    assert!(window.session().schema().label("speaker").is_some());
    assert!(files(dir.path()) == before);
}

#[test]
fn a_label_is_split_by_keys() {
    let dir = corpus();
    let mut window = Window::open(dir.path());
    window.press("Ctrl+L");
    window.click("label speaker");
    window.click("Split…");
    window.write("person, office");
    window.press("Enter");
    window.assert_says("Split speaker");
    // 15 annotations of each text: all of the first are persons, and of the second offices.
    window.press("1 2");
    window.click("Split off 30 of 900");
    let labels = window.session().schema().label_names();
    assert_eq!(labels, ["speaker", "person", "office", "quote", "country", "weapon"]);
    window.assert_says("label person");
    window.press("Escape Ctrl+Z");
    assert_eq!(window.session().schema().labels.len(), 4);
}

#[test]
fn all_annotations_go_after_a_question_and_the_trash_has_them() {
    let dir = sample();
    let mut window = Window::open_at(dir.path(), crate::gui::SEED);
    window.drag("Menteri pertahanan");
    window.press("S");
    window.press("Ctrl+P");
    window.write("Delete all");
    window.press("Enter");
    window.assert_says("1 annotations and 0 relations");
    window.click("Delete 1");
    assert!(window.session().set().unwrap().annotations().len() == 0);

    window.press("Ctrl+P");
    window.write("Trash");
    window.press("Enter");
    window.assert_says("rina: delete all annotations");
    window.click("Put back");
    assert!(window.session().set().unwrap().annotations().len() == 1);
    window.press("Escape");

    window.press("Ctrl+H");
    window.assert_says("rina: delete all annotations");
    window.assert_says("rina: add speaker");
    assert!(window.harness.query_by_label_contains("Nothing was changed").is_none());
    window.press("Enter");
    assert!(window.app().view().log.is_none(), "Enter goes there");
    assert_eq!(window.annotation().as_deref(), Some("speaker: Menteri pertahanan"));
}
