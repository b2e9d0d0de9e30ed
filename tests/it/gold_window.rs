//! From annotators to a frozen release in the window, with the keyboard where there is a key.

use std::fs;

use sorot::file::rulings;
use sorot::gui::canvas::{Affinity, Caret};
use sorot::gui::settings::Settings;
use sorot::model::Owner;
use sorot::session::{AdjudicateAction, EvaluateAction};
use tempfile::TempDir;

use crate::cli::run;
use crate::comparing::team;
use crate::desk::Desk;
use crate::gui::{SEED, Window, sample};

/// The window as gold, with Rina and Budi in lanes.
fn curator(dir: &TempDir) -> Window {
    let mut window = Window::open_at(dir.path(), "a");
    window.press("Ctrl+Shift+A");
    window.write("gold");
    window.press("Enter");
    assert_eq!(*window.session().owner(), Owner::Gold);
    window.press("Ctrl+Shift+D");
    window.click("Sari");
    window.click("Show side by side");
    window
}

#[test]
fn a_curator_decides_by_keys_and_says_why() {
    let dir = team();
    let mut window = curator(&dir);
    window.assert_says("Gold from Budi, Rina");
    let n_open = window.session().case().unwrap().n_open();
    window.press("Alt+G Alt+N");
    assert!(window.session().shown_unit().is_some());
    window.press("1 0");
    assert!(window.session().case().unwrap().n_open() < n_open - 2);
    window.press("Alt+R");
    window.write("nobody speaks here");
    window.press("Enter");
    let said = rulings(window.session().set().unwrap());
    assert_eq!(said.last().unwrap().reason, "nobody speaks here");
    window.press("Ctrl+Shift+L");
    window.assert_says("2 rulings");
    window.write("nobody speaks");
    window.assert_says("1 of 2 rulings");
    window.press("Escape");
    window.click("Close");
    assert!(window.session().compared_owners().is_empty());
}

#[test]
fn a_strategy_fills_all_articles_and_undo_empties_them() {
    let dir = team();
    let mut window = curator(&dir);
    window.press("Ctrl+Shift+D");
    window.click("Try");
    window.assert_says("2 annotation sets left out, not done");
    window.click("Also annotations that are not done");
    window.click("Try");
    window.assert_says("left to decide");
    assert!(!dir.path().join("annotations/gold").exists());
    window.click("Fill gold");
    assert!(dir.path().join("annotations/gold/b.txt.json").exists());
    window.press("Escape");
    window.press("Ctrl+Z");
    assert!(!dir.path().join("annotations/gold/b.txt.json").exists());
}

#[test]
fn every_number_opens_its_cases() {
    let dir = team();
    let mut window = Window::open_at(dir.path(), "a");
    window.press("Ctrl+Shift+M");
    // Sari has not seen the second article.
    window.assert_says("1 article seen by all");
    window.click("Sari");
    window.assert_says("2 articles seen by all");
    window.click("0.6000");
    window.assert_says("differences; a click goes there");
    window.click("Pairs");
    window.click("Labels");
    window.click("Confusion");
    window.press("Escape");
    assert!(window.app().view().agreement.is_none());
}

#[test]
fn predictions_are_held_against_gold_and_it_is_frozen() {
    let dir = team();
    run(&dir, "adjudicate --annotators Rina,Budi --strategy first --status any");
    run(&dir, "adjudicate --annotators Rina,Budi --strategy union --status any");
    let mut window = Window::open_at(dir.path(), "a");
    window.press("Ctrl+Shift+P");
    window.click("Budi");
    window.assert_says("2 articles in gold and seen by all");
    let errors = window.session().evaluated().unwrap().errors.len();
    window.click(&format!("Errors ({errors})"));
    window.assert_says("A click goes there");
    let error = window.session().evaluated().unwrap().errors[0].clone();
    let row =
        window.names().into_iter().find(|it| it.starts_with(error.kind.name()) && it.contains("gold: "));
    window.click(&row.expect("errors are listed"));
    assert_eq!(window.session().compared_owners(), [Owner::named("Budi")]);
    assert!(window.session().shown_unit().is_some(), "a key can rule at once");

    window.press("Ctrl+P");
    window.write("Freeze gold");
    window.press("Enter");
    window.write("1.0");
    window.press("Ctrl+Enter");
    window.assert_says("Release 1.0 is frozen");
    window.press("Escape");
    assert!(dir.path().join("releases/1.0/release.json").exists());
    assert!(run(&dir, "check").status.success());
    fs::remove_file(dir.path().join("releases/1.0/DATASHEET.md")).unwrap();
    assert_eq!(run(&dir, "check").status.code(), Some(1));
}

#[test]
fn an_error_of_another_article_comes_into_view() {
    let dir = sample();
    let speakers = run(&dir, "export jsonl --annotator gold --labels speaker,quote").stdout;
    fs::write(dir.path().join("model.jsonl"), speakers).unwrap();
    assert!(run(&dir, "import jsonl model.jsonl --into . --annotator model").status.success());
    let settings = Settings { show_hint: false, zoom: 3.0, ..Settings::default() };
    let mut window = Window::open_with(dir.path(), settings);
    window.press("Ctrl+Shift+P");
    let errors = window.session().evaluated().unwrap().errors.clone();
    let error = &errors[0];
    let article = error.document.title();
    window.press("Escape");
    window.click_row(article);
    window.press("Ctrl+End");
    let is_in_view = |window: &Window| {
        let caret = Caret { offset: error.offset, affinity: Affinity::Downstream };
        window.app().view().canvas.caret_pos(caret).is_some()
    };
    assert!(!is_in_view(&window), "the first error is not at the end");
    window.click_row(SEED);
    window.press("Ctrl+Shift+P");
    window.click(&format!("Errors ({})", errors.len()));
    let (line, column) = error.line_column;
    let place = format!("{article}:{line}:{column}");
    let row = window.names().into_iter().find(|it| it.contains(&place));
    window.click(&row.expect("the first error is listed"));
    assert_eq!(window.article(), article);
    assert!(is_in_view(&window), "the error is in view");
}

#[test]
fn who_works_blind_sees_nobody_else() {
    let dir = team();
    let mut gold = Desk::open(dir.path(), "gold");
    gold.perform(AdjudicateAction::Compare(vec![Owner::named("Rina"), Owner::named("Budi")]));
    gold.press("Alt+N 1");
    drop(gold);
    assert!(run(&dir, "assign --annotators Rina,Budi --per-article 2 --blind").status.success());
    let mut desk = Desk::open(dir.path(), "Budi");
    desk.perform(AdjudicateAction::Compare(vec![Owner::named("Rina")]));
    let is_done = desk.session.set().unwrap().status() == sorot::model::Status::Done;
    assert_eq!(desk.session.case().is_some(), is_done);
    desk.perform(sorot::session::ArticleAction::SetStatus(sorot::model::Status::InProgress));
    assert!(desk.session.is_blind() && desk.session.case().is_none());
    desk.perform(EvaluateAction::Evaluate(vec![Owner::named("Rina")]));
    assert!(desk.session.evaluated().is_none());
    let ruled = |desk: &mut Desk| {
        desk.perform(AdjudicateAction::ReadRulings);
        desk.session.rulings().unwrap().len()
    };
    assert_eq!(ruled(&mut desk), 0, "rulings quote what others said");
    desk.perform(sorot::session::ArticleAction::SetStatus(sorot::model::Status::Done));
    assert!(desk.session.case().is_some());
    assert_eq!(ruled(&mut desk), 1);
    drop(desk);
    assert!(run(&dir, "assign --open").status.success());
    let mut desk = Desk::open(dir.path(), "Budi");
    desk.perform(sorot::session::ArticleAction::SetStatus(sorot::model::Status::InProgress));
    assert!(!desk.session.is_blind());
}
