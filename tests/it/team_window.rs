//! What a team does in the window: giving out articles, merging another copy, and deciding while
//! colleagues' files arrive.

use std::fs;

use sorot::file::rulings;
use sorot::model::Owner;
use sorot::session::{AdjudicateAction, Among, ArticleAction, AssignAction, GiveOut, Round};
use tempfile::TempDir;

use crate::cli::run;
use crate::comparing::team;
use crate::desk::Desk;
use crate::gui::Window;

fn assignments(dir: &TempDir) -> Option<String> {
    fs::read_to_string(dir.path().join("assignments.json")).ok()
}

/// The window with the dialog, opened by keys.
fn giving_out(dir: &TempDir) -> Window {
    let mut window = Window::open_at(dir.path(), "a");
    window.press("Ctrl+P");
    window.write("Give out");
    window.press("Enter");
    window
}

#[test]
fn articles_are_given_out_by_keys_and_as_the_command_does() {
    let dir = team();
    let mut window = giving_out(&dir);
    // The names that are known are ticked, and the keyboard is in the field for new ones.
    window.write("Wati");
    window.assert_says("0 → 1");
    window.assert_says("3 articles given to somebody who does not have them");
    window.assert_says("Then: 3 of 3 articles given out");
    assert_eq!(assignments(&dir), None, "nothing is written before somebody saw it");
    window.press("Ctrl+Enter");
    window.assert_says("Nothing would change: 3 of 3 articles given out");
    let other = team();
    assert!(run(&other, "assign --annotators Budi,Rina,Sari,Wati").status.success());
    assert_eq!(assignments(&dir), assignments(&other));
    window.press("Escape");
    assert!(window.app().view().assign.is_none());
    // Nobody has to type a name that is known already.
    window.press("Ctrl+Shift+A");
    window.click("Wati");
    assert_eq!(*window.session().owner(), Owner::named("Wati"));

    let mut window = giving_out(&dir);
    window.write("gold");
    window.assert_says("Articles are given to people, each named once: Budi,Rina,Sari,Wati,gold");
    window.press("Ctrl+Enter Escape");
    assert_eq!(assignments(&dir), assignments(&other));
}

#[test]
fn the_round_is_closed_and_opened() {
    let dir = team();
    let mut window = giving_out(&dir);
    window.press("Ctrl+Enter");
    for (button, says) in
        [("Begin the blind round", "annotators work blind"), ("Open the round", "the round is open")]
    {
        window.click("blind: others' annotations are out of sight until one's own are done");
        window.click(button);
        window.assert_says(&format!("Nothing would change: 3 of 3 articles given out; {says}"));
        assert_eq!(window.session().is_round_closed(), button == "Begin the blind round");
    }
    let file = assignments(&dir).expect("it is written");
    assert!(file.contains(r#""blind": true"#) && file.contains(r#""open": true"#), "{file}");
}

#[test]
fn what_somebody_else_gave_out_meanwhile_is_not_replaced() {
    let dir = team();
    let mut window = giving_out(&dir);
    assert!(run(&dir, "assign --annotators Rina --per-article 1").status.success());
    let theirs = assignments(&dir);
    window.press("Ctrl+Enter");
    window.assert_says("Somebody else gave out articles meanwhile; look again");
    assert_eq!(assignments(&dir), theirs);
    window.press("Escape");
    giving_out(&dir).assert_says("3 of 3 articles given out");

    // A round does not open because its file is broken.
    fs::write(dir.path().join("assignments.json"), "{").expect("the file can be written");
    let mut desk = Desk::open(dir.path(), "Rina");
    let annotators = vec![Owner::named("Rina"), Owner::named("Budi")];
    desk.perform(AssignAction::GiveOut(GiveOut { annotators, per_article: 1, ..GiveOut::default() }));
    assert!(desk.session.assign_error().is_some_and(|it| it.contains("nobody has articles")));
    assert_eq!(assignments(&dir).as_deref(), Some("{"));
    assert_eq!(run(&dir, "assign --annotators Rina,Budi").status.code(), Some(2));
}

#[test]
fn articles_are_chosen_by_folder_and_by_who_has_them() {
    let articles = ["articles/new/a.txt", "articles/new/b.txt", "articles/newer/c.txt"].map(Into::into);
    let people = |names: &[&str]| names.iter().map(|it| Owner::named(it)).collect::<Vec<_>>();
    let give = |names: &[&str], per_article, among, is_anew| GiveOut {
        annotators: people(names),
        per_article,
        seed: 1,
        among,
        is_anew,
        round: Round::Same,
    };
    let folder = || Among::Folder("articles/new/".into());
    let first = give(&["Rina"], 1, folder(), false).applied(&Default::default(), &articles).unwrap();
    assert_eq!(
        first.articles.keys().map(|it| it.as_str()).collect::<Vec<_>>(),
        ["articles/new/a.txt", "articles/new/b.txt"]
    );
    let rest = give(&["Budi"], 1, Among::Unassigned, false).applied(&first, &articles).unwrap();
    assert_eq!(rest.loads(), [(&Owner::named("Budi"), 1), (&Owner::named("Rina"), 2)].into());
    let anew = give(&["Sari"], 1, folder(), true).applied(&rest, &articles).unwrap();
    assert_eq!(anew.loads(), [(&Owner::named("Budi"), 1), (&Owner::named("Sari"), 2)].into());
    for wrong in [
        give(&["Rina", "Rina"], 1, Among::All, false),
        give(&["gold"], 1, Among::All, false),
        give(&["Rina"], 2, Among::All, false),
        give(&["Rina"], 0, Among::All, false),
        give(&["Rina"], 1, Among::Folder("elsewhere".into()), false),
    ] {
        assert!(wrong.applied(&rest, &articles).is_err(), "{wrong:?}");
    }
}

#[test]
fn another_copy_is_merged_from_the_file_menu() {
    let dir = team();
    let stick = team();
    let lines = run(&stick, "export jsonl --annotator Sari").stdout;
    fs::write(stick.path().join("lines.jsonl"), lines).expect("the file can be written");
    assert!(run(&stick, "import jsonl lines.jsonl --into . --annotator Wati").status.success());
    let path = stick.path().display().to_string();
    let came = dir.path().join("annotations/wati/a.txt.json");

    let mut window = Window::open_at(dir.path(), "a");
    window.press("Ctrl+P");
    window.write("Merge a folder");
    window.press("Enter");
    window.assert_says("Choose another copy of this project");
    window.write(&path);
    window.press("Tab");
    window.assert_says("1 article with");
    window.assert_says("Nothing stays out");
    assert!(!came.exists(), "nothing comes in before somebody saw it");
    // The keyboard is on the button that chooses a folder, which is not what Ctrl+Enter means.
    window.press("Ctrl+Enter");
    assert!(came.exists());
    assert!(!window.names().iter().any(|it| it == "This folder"));
    assert!(window.app().view().import.is_none());
    window.press("Ctrl+Z");
    assert!(!came.exists());
}

#[test]
fn a_colleagues_file_that_arrives_shows_and_leaves_the_ruling_alone() {
    let dir = team();
    let mut gold = Desk::open(dir.path(), "gold");
    gold.perform(AdjudicateAction::Compare(vec![Owner::named("Rina"), Owner::named("Budi")]));
    gold.press("Alt+N 1");
    let said = |desk: &Desk| {
        let case = desk.session.case().expect("they are compared");
        case.units().iter().map(|it| case.statements(&it.compared)).collect::<Vec<_>>()
    };
    let place = |desk: &Desk| {
        let unit = desk.session.shown_unit().expect("one is shown");
        desk.session.case().unwrap().units()[unit].compared.place
    };
    let (before, shown, ruling) = (said(&gold), place(&gold), gold.session.last_ruling().cloned());
    assert!(ruling.is_some());
    gold.look();
    assert_eq!(said(&gold), before, "nothing is new");

    let mut budi = Desk::open(dir.path(), "Budi");
    budi.perform(ArticleAction::Open(gold.session.document().unwrap().id.clone()));
    budi.place_caret(0);
    budi.press("C");
    drop(budi);
    let notes = gold.notes.len();
    gold.look();
    assert_ne!(said(&gold), before);
    assert_eq!(gold.notes[notes..], ["Read again, since it changed: what Budi has here"]);
    assert_eq!(place(&gold), shown);
    assert_eq!(gold.session.last_ruling().cloned(), ruling);
    let now = said(&gold);
    gold.look();
    assert_eq!((said(&gold), gold.notes.len()), (now, notes + 1), "it is told once");

    // The reason goes to the ruling that it was meant for.
    gold.perform(AdjudicateAction::Explain { reason: "so it is".into(), rule: String::new() });
    assert_eq!(rulings(gold.session.set().unwrap()).last().unwrap().reason, "so it is");

    // Who had nothing there may have something now, and the other way round.
    fs::remove_file(dir.path().join("annotations/budi/a.txt.json")).expect("it is there");
    gold.look();
    assert_eq!(gold.session.case().unwrap().names(), ["Rina"]);
    let theirs = fs::read(dir.path().join("annotations/Rina/a.txt.json")).expect("it is there");
    let theirs = String::from_utf8(theirs).expect("it is text").replace("\"Rina\"", "\"Budi\"");
    fs::write(dir.path().join("annotations/budi/a.txt.json"), theirs).expect("it can be written");
    gold.look();
    assert_eq!(gold.session.case().unwrap().names(), ["Rina", "Budi"]);
}
