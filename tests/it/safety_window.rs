//! What keeps work safe, in the window: correcting the text, spans that lost their place, and a
//! second window on the same annotations.

use std::fs;

use sorot::gui::Part;
use sorot::model::Status;
use sorot::session::{ArticleAction, Surroundings};

use crate::desk::{Desk, fixed};
use crate::gui::{SEED, Window, sample};

const ARTICLE: &str = "articles/topmedia-ukraina.txt";

#[test]
fn the_text_is_corrected_and_undone_by_keys() {
    let dir = sample();
    let article = || fs::read_to_string(dir.path().join(ARTICLE)).unwrap();
    let before = article();
    let mut window = Window::open_at(dir.path(), SEED);
    window.drag("Menteri pertahanan Amerika");
    window.press("S");

    window.drag("pertahanan");
    window.press("Ctrl+R");
    window.write(" X");
    window.press("Escape");
    assert!(window.app().view().correct.is_none());
    assert_eq!(article(), before, "Escape changes nothing");
    assert_eq!(window.selected(), ["pertahanan"]);

    window.press("Ctrl+R");
    window.write(" luar");
    window.press("Enter");
    assert!(window.app().view().correct.is_none());
    assert_eq!(window.app().view().part, Part::Canvas);
    assert_eq!(article(), before.replacen("pertahanan", "pertahanan luar", 1));
    window.assert_says("Span speaker: Menteri pertahanan luar Amerika");

    window.press("Ctrl+Z");
    assert_eq!(article(), before);
    window.named("Span speaker: Menteri pertahanan Amerika");
}

#[test]
fn a_lost_span_is_placed_on_the_selection() {
    let dir = sample();
    let mut window = Window::open_at(dir.path(), SEED);
    window.drag("Menteri pertahanan");
    window.press("S");
    drop(window);
    let article = fs::read_to_string(dir.path().join(ARTICLE)).unwrap();
    let edited = article.replacen("Menteri pertahanan Amerika Serikat (AS)", "Dia", 1);
    fs::write(dir.path().join(ARTICLE), edited).unwrap();

    let mut window = Window::open_at(dir.path(), SEED);
    assert_eq!(window.session().set().unwrap().annotations().len(), 0);
    window.press("F8");
    window.assert_says("Lost their place: 1");
    window.drag("Dia");
    window.click("Place on selection: Menteri pertahanan");
    window.named("Span speaker: Dia");
    assert!(!window.names().iter().any(|name| name.starts_with("Lost their place")));
    window.press("Ctrl+Z");
    window.assert_says("Lost their place: 1");
    window.click("Dismiss: Menteri pertahanan");
    assert!(!window.names().iter().any(|name| name.starts_with("Lost their place")));
}

#[test]
fn a_second_window_looks_and_takes_over() {
    let dir = sample();
    let surroundings = Surroundings { random: fastrand::Rng::with_seed(8), ..fixed() };
    let mut other = Desk::open_with(dir.path(), "rina", surroundings);
    other.perform(ArticleAction::SetStatus(Status::Done));

    let mut window = Window::open_at(dir.path(), SEED);
    window.assert_says("You can only look: another window");
    window.drag("Menteri pertahanan");
    window.press("S");
    assert_eq!(window.session().set().unwrap().annotations().len(), 0);

    window.click("Take over");
    window.assert_says("Waiting for another window");
    other.look();
    // Opening an article looks at the lock, as the thread for the disk does now and then.
    window.click_row("en-shell-count");
    window.click_row(SEED);
    assert!(!window.names().iter().any(|name| name.starts_with("Waiting for")));
    window.drag("Menteri pertahanan");
    window.press("S");
    assert_eq!(window.annotation().as_deref(), Some("speaker: Menteri pertahanan"));
    assert!(window.session().is_saved());
}
