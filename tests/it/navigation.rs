//! Getting about in the window: finding, going to places, walking from span to span.

use egui_kittest::kittest::{NodeT as _, Queryable as _, by};

use sorot::gui::Part;
use sorot::gui::settings::{Settings, ThemeChoice};

use crate::gui::{SEED, Window, assert_named, sample};

#[test]
fn find_escape_key_is_the_quick_way_to_annotate() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.press("Ctrl+F");
    assert!(window.named("Find in article").is_focused());
    assert_named(&window, "the search bar");
    window.write("kyiv");
    window.assert_says("1 of 5");
    assert_eq!(window.selected(), ["Kyiv"]);
    let first = window.session().selection().clone();
    window.press("Enter");
    window.assert_says("2 of 5");
    assert!(window.named("Find in article").is_focused(), "the field keeps the keyboard");
    window.press("Shift+Enter");
    assert_eq!(*window.session().selection(), first);
    window.press("Shift+Enter");
    window.assert_says("5 of 5");
    window.press("Escape");
    assert!(window.app().view().find.is_none());
    assert!(window.app().view().canvas.has_focus());
    window.press("C");
    assert_eq!(window.annotation().as_deref(), Some("country: Kyiv"));
    // The search goes on without its bar.
    window.press("F3");
    assert_eq!(*window.session().selection(), first, "the walk goes round the end");
    window.press("Shift+F3");
    assert_eq!(window.session().current_match(), Some(4));
}

#[test]
fn the_search_says_what_it_does() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.press("Ctrl+F");
    window.write("rusia");
    let n = window.session().matches().unwrap().ranges().len();
    window.assert_says(&format!("1 of {n}"));
    // Typing on goes on from the match one is at; a text that is nowhere leaves it selected.
    window.write("xyz");
    window.assert_says("no match");
    assert_eq!(window.selected(), ["Rusia"]);
    window.press("Ctrl+A");
    window.write("R(us");
    window.press("Alt+R");
    window.assert_says("Unclosed group, at character 2 of the pattern");
    assert!(window.session().matches().is_none());
    window.write("ia|omania)\\b");
    window.assert_says(" of ");
    window.press("Alt+C");
    window.click("Match case");
    window.click("Whole words");
    let query = window.session().search().query().clone();
    assert!(query.is_regex && query.is_whole_words && !query.matches_case, "{query:?}");
    window.click("Previous match");
    assert_eq!(
        window.session().current_match(),
        Some(window.session().matches().unwrap().ranges().len() - 1)
    );
    window.click("Close search");
    assert!(window.app().view().find.is_none());
}

#[test]
fn a_search_begins_with_the_selection_and_follows_to_other_articles() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.drag("Jerman");
    window.press("Ctrl+F");
    assert_eq!(window.session().search().query().pattern, "Jerman");
    assert!(window.session().current_match().is_some());
    window.assert_says("1 of ");
    window.press("Alt+Up");
    assert_ne!(window.article(), SEED);
    let text = &window.session().document().unwrap().text;
    assert_eq!(window.session().selection().ranges(text), [], "its own place is kept");
    assert!(window.session().matches().is_some(), "it is searched, too");
    window.press("Alt+Down F3");
    assert_eq!(window.selected(), ["Jerman"]);
    // Esc in the article closes the bar before it gives up the selection.
    let (place, _) = window.ends("Jerman");
    window.harness.drag_at(place);
    window.harness.drop_at(place);
    window.settle();
    window.press("Escape");
    assert!(window.app().view().find.is_none());
}

#[test]
fn a_typed_place_is_gone_to() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.press("Ctrl+G");
    assert!(window.named("Go to").is_focused());
    assert_named(&window, "the question where to go");
    window.harness.get(by().role(egui::accesskit::Role::Dialog).label("Where to go"));
    window.write("3:5");
    window.assert_says("Line 3, column 5; @");
    window.press("Enter");
    assert!(window.app().view().go_to.is_none());
    window.assert_says("Ln 3, Col 5");
    window.press("Ctrl+G");
    window.write("@999999");
    window.assert_says("Code point 999999 lies past the end of the text");
    window.press("Enter");
    assert!(window.app().view().go_to.is_some(), "there is nowhere to go");
    window.press("Escape");
    window.drag("Rusia");
    window.press("C Ctrl+Home Ctrl+G");
    window.write("cou");
    window.assert_says("country, line ");
    window.press("Enter");
    assert_eq!(window.annotation().as_deref(), Some("country: Rusia"));
    let id = window.session().selected_annotation().unwrap().id.clone();
    window.press("Ctrl+Home Ctrl+G");
    window.write(&format!("#{id}"));
    window.press("Enter");
    assert_eq!(window.annotation().as_deref(), Some("country: Rusia"));
    window.press("Ctrl+G");
    window.write("nothing");
    window.assert_says("No label begins with nothing");
    window.press("Escape");
    assert!(window.harness.query_by_label("Go to").is_none());
}

#[test]
fn the_outline_lists_sections_and_follows() {
    let project = sample();
    let text =
        format!("# Awal\n{}\n# Tengah\n{}\n# Akhir\nTamat.\n", "Satu.\n".repeat(60), "Dua.\n".repeat(60));
    std::fs::write(project.path().join("articles/buku.txt"), text).unwrap();
    let mut window = Window::open_at(project.path(), "buku");
    window.press("F5");
    assert!(window.app().settings().show_outline);
    assert_named(&window, "the outline");
    let is_current = |window: &Window, name: &str| {
        window.named(name).accesskit_node().toggled() == Some(egui::accesskit::Toggled::True)
    };
    assert!(is_current(&window, "Section 1: Awal"));
    window.click("Section 3: Akhir");
    window.assert_says("Ln 125, Col 1");
    assert!(is_current(&window, "Section 3: Akhir"));
    window.press("Alt+PageUp");
    window.assert_says("Ln 63, Col 1");
    assert!(is_current(&window, "Section 2: Tengah"));
    window.press("Alt+PageDown Alt+PageDown");
    window.assert_says("This is the last section");
    // By F6 and the arrows, as the list of articles.
    while window.app().view().part != Part::Outline {
        window.press("F6");
    }
    window.press("Up Up");
    window.assert_says("Ln 1, Col 1");
    window.press("Enter");
    assert_eq!(window.app().view().part, Part::Canvas);
    window.press("F2");
    window.named("Section 3: Akhir");
    window.press("F5");
    assert!(window.harness.query_by_label("Section 3: Akhir").is_none());
    // An article without headings is listed by its paragraphs.
    window.press("F2 F5");
    window.click_row(SEED);
    window.harness.get_by_label_contains("Section 1: TOPMEDIA – Menteri");
}

#[test]
fn the_overview_shows_and_leads_to_what_lies_far_away() {
    let project = sample();
    let mut text = "Satu dua.\n".repeat(600);
    text.push_str("Kyiv.\n");
    text.push_str(&"Tiga empat.\n".repeat(200));
    std::fs::write(project.path().join("articles/buku.txt"), text).unwrap();
    let mut window = Window::open_at(project.path(), "buku");
    window.press("Ctrl+F");
    window.write("kyiv");
    window.press("Escape C");
    let caret = window.session().selection().caret;
    window.press("Ctrl+Home");
    assert!(window.harness.query_by_label("country: Kyiv").is_none(), "it is out of view");
    // Three quarters down, as the span is; a tick is hit although the pointer is a little beside.
    let strip = window.named("Overview of the article").rect();
    let tick = strip.left_top() + strip.size() * egui::vec2(0.7, 0.7501);
    window.harness.hover_at(tick);
    window.harness.run_steps(60);
    window.assert_says("country, line 601");
    window.harness.drag_at(tick);
    window.harness.drop_at(tick);
    window.settle();
    window.named("country: Kyiv");
    assert_ne!(window.session().selection().caret, caret, "looking does not move the caret");
    assert_eq!(window.session().selection().caret.offset, sorot::text::Offset::START);
    // Elsewhere a click leads to where it was.
    window.harness.drag_at(strip.center_top());
    window.harness.drop_at(strip.center_top());
    window.settle();
    assert!(window.harness.query_by_label("country: Kyiv").is_none());
}

#[test]
fn a_label_is_walked_from_the_bar_and_the_palette() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    for surface in ["Amerika Serikat", "Kyiv", "Rusia"] {
        window.press("Escape");
        window.drag(surface);
        window.press("C");
    }
    window.press("Ctrl+Home");
    let pos = window.named("Label country, key c").rect().center();
    let mut ctrl_click = |modifiers: egui::Modifiers| {
        window.harness.event(egui::Event::ModifiersChanged(modifiers));
        for pressed in [true, false] {
            window.harness.event(egui::Event::PointerMoved(pos));
            let button = egui::PointerButton::Primary;
            window.harness.event(egui::Event::PointerButton { pos, button, pressed, modifiers });
        }
        window.harness.event(egui::Event::ModifiersChanged(egui::Modifiers::NONE));
        window.settle();
        window.annotation()
    };
    let ctrl = egui::Modifiers::CTRL | egui::Modifiers::COMMAND;
    assert_eq!(ctrl_click(ctrl).as_deref(), Some("country: Amerika Serikat"));
    assert_eq!(ctrl_click(ctrl).as_deref(), Some("country: Kyiv"));
    assert_eq!(ctrl_click(ctrl | egui::Modifiers::SHIFT).as_deref(), Some("country: Amerika Serikat"));
    assert_eq!(window.app().view().only_label, Some(2), "the overview shows the label under the pointer");
    window.press("Ctrl+P");
    window.write("previous coun");
    window.press("Enter");
    assert_eq!(window.annotation().as_deref(), Some("country: Rusia"), "round the end");
    window.press("Alt+Shift+Left");
    assert_eq!(window.annotation().as_deref(), Some("country: Kyiv"));
}

#[test]
fn the_look_of_the_article_is_set_and_its_place_kept() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.press("Ctrl+G");
    window.write("8");
    window.press("Enter");
    let settings = window.app().settings().clone();
    let place = window.app().view().canvas.position();
    for _ in 0..8 {
        window.press("Ctrl+Plus");
    }
    assert!((window.app().settings().zoom - 4.0).abs() < 1e-6);
    for _ in 0..12 {
        window.press("Ctrl+Minus");
    }
    assert!((window.app().settings().zoom - 0.5).abs() < 1e-6);
    window.press("Ctrl+0");
    assert_eq!(window.app().view().canvas.position(), place, "there and back is where one was");

    window.press("Ctrl+Comma");
    window.assert_says("Zoom");
    assert_named(&window, "the settings of the view");
    // The first slider has the keyboard; Tab leads on.
    window.press("Right Right");
    assert!((window.app().settings().zoom - 1.1).abs() < 1e-6, "{}", window.app().settings().zoom);
    window.click("Label tags");
    window.click("Invisible characters");
    window.click("Dark");
    let changed = window.app().settings();
    assert!(changed.is_compact && changed.show_invisibles, "{changed:?}");
    assert_eq!(changed.theme, ThemeChoice::Dark);
    window.click("As usual");
    assert!((window.app().settings().zoom - 1.0).abs() < 1e-6);
    window.press("Escape");
    assert!(window.app().view().look.is_none());
    assert!(window.app().view().canvas.has_focus());

    for (command, is_changed) in [
        ("more space", (|a, b| a.line_spacing > b.line_spacing) as fn(&Settings, &Settings) -> bool),
        ("less space", |a, b| a.line_spacing <= b.line_spacing),
        ("wider col", |a, b| a.column > b.column),
        ("narrower col", |a, b| a.column <= b.column),
    ] {
        window.press("Ctrl+P");
        window.write(command);
        window.press("Enter");
        assert!(is_changed(window.app().settings(), &settings), "{command}");
    }
}

#[test]
fn the_wheel_with_ctrl_zooms() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    let (over_text, _) = window.ends("TOPMEDIA");
    window.harness.hover_at(over_text);
    for (delta, is_larger) in [(1.25, true), (0.8, false)] {
        let before = window.app().settings().zoom;
        window.harness.event(egui::Event::Zoom(delta));
        window.settle();
        assert_eq!(window.app().settings().zoom > before, is_larger);
    }
    assert!((window.app().settings().zoom - 1.0).abs() < 1e-6);
}
