//! The window as a person meets it: by the mouse, by keys, and by the names that a screen reader
//! says.
//!
//! The window is the real one over a copy of the sample project; only the display is missing. Disk
//! work is done within the frame, so what a step leaves on disk can be looked at after it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _, by};
use expect_test::expect;

use sorot::gui::canvas::fonts::Fonts;
use sorot::gui::canvas::{Affinity, CanvasView, Caret};
use sorot::gui::settings::{Settings, ThemeChoice};
use sorot::gui::{App, Part, Start};
use sorot::session::jobs::Opening;
use sorot::session::{COMMANDS, Session};
use sorot::text::OffsetUnit;

use crate::desk::fixed;

pub(crate) const SEED: &str = "topmedia-ukraina";
const MINISTER: &str = "Menteri pertahanan Amerika Serikat (AS)";
const PROMISE: &str = "Washington akan 'melibatkan aliansi Internasional' untuk memberikan bantuan militer ke Kyiv melawan agresi Rusia";

/// A copy of the sample project that vanishes with the test.
pub(crate) fn sample() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    sorot::store::sample::copy_to(folder.path()).unwrap();
    folder
}

/// The window before and after its first frame, which is when it gets its context.
pub(crate) struct Shown {
    start: Option<Start>,
    app: Option<App>,
}

/// A window without a display.
pub(crate) struct Window {
    pub(crate) harness: Harness<'static, Shown>,
}

impl Window {
    pub(crate) fn open(path: &Path) -> Window {
        Window::open_with(path, Settings { show_hint: false, ..Settings::default() })
    }

    pub(crate) fn open_with(path: &Path, settings: Settings) -> Window {
        let start = Start {
            open: Opening::Path(path.to_owned()),
            settings,
            settings_path: None,
            user: "rina".to_owned(),
            surroundings: fixed(),
            is_synchronous: true,
        };
        let show = |ui: &mut egui::Ui, shown: &mut Shown| {
            if let Some(start) = shown.start.take() {
                shown.app = Some(App::new(ui.ctx(), start, CanvasView::new(Fonts::bundled_only())));
            }
            if let Some(app) = &mut shown.app {
                app.logic(ui.ctx());
                app.ui(ui);
            }
        };
        let harness = Harness::builder()
            .with_size(vec2(1280.0, 1100.0))
            .with_max_steps(20)
            .build_ui_state(show, Shown { start: Some(start), app: None });
        let mut window = Window { harness };
        window.settle();
        window
    }

    /// Opens the sample project at an article, as a click on its row does.
    pub(crate) fn open_at(path: &Path, article: &str) -> Window {
        let mut window = Window::open(path);
        window.click_row(article);
        window
    }

    pub(crate) fn app(&self) -> &App {
        self.harness.state().app.as_ref().unwrap()
    }

    pub(crate) fn session(&self) -> &Session {
        self.app().session().unwrap()
    }

    pub(crate) fn article(&self) -> &str {
        self.session().document().unwrap().id.title()
    }

    /// Lets the window come to rest; egui_kittest looks for unnamed fields and buttons here.
    #[track_caller]
    pub(crate) fn settle(&mut self) {
        self.harness.run();
    }

    /// Presses keys, separated by blanks, with the text that they give.
    #[track_caller]
    pub(crate) fn press(&mut self, keys: &str) {
        for chord in keys.split_whitespace() {
            let (chord, is_plus) = match chord.strip_suffix('+') {
                Some(rest) => (rest, true),
                None => (chord, false),
            };
            let mut modifiers = Modifiers::NONE;
            let mut name = if is_plus { "Plus" } else { "" };
            for part in chord.split('+').filter(|part| !part.is_empty()) {
                match part {
                    "Ctrl" => modifiers |= Modifiers::CTRL | Modifiers::COMMAND,
                    "Alt" => modifiers |= Modifiers::ALT,
                    "Shift" => modifiers |= Modifiers::SHIFT,
                    other => name = other,
                }
            }
            let key = Key::from_name(name).unwrap_or_else(|| panic!("{name} is no key"));
            let events = &mut self.harness.input_mut().events;
            events.push(Event::ModifiersChanged(modifiers));
            events.push(Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers });
            let mut letters = name.chars();
            if let (Some(letter), None) = (letters.next(), letters.next())
                && !modifiers.command
                && !modifiers.alt
            {
                let text =
                    if modifiers.shift { letter.to_string() } else { letter.to_lowercase().to_string() };
                events.push(Event::Text(text));
            }
            events.push(Event::Key { key, physical_key: None, pressed: false, repeat: false, modifiers });
            events.push(Event::ModifiersChanged(Modifiers::NONE));
            self.settle();
        }
    }

    /// Types text into whatever has the keyboard.
    pub(crate) fn write(&mut self, text: &str) {
        self.harness.input_mut().events.push(Event::Text(text.to_owned()));
        self.settle();
    }

    /// What a person can act on under this name; mere text is not.
    #[track_caller]
    pub(crate) fn named<'a>(&'a self, name: &'a str) -> egui_kittest::Node<'a> {
        let mut found = self
            .harness
            .query_all(by().predicate(move |node| node.label().as_deref() == Some(name)))
            .collect::<Vec<_>>();
        let n = found.len();
        match found.pop() {
            Some(node) if n == 1 => node,
            _ => panic!("{n} things are named {name:?}, not one: {:#?}", self.names()),
        }
    }

    /// Clicks on what has this name.
    #[track_caller]
    pub(crate) fn click(&mut self, name: &str) {
        self.named(name).click();
        self.settle();
        self.harness.remove_cursor();
        self.settle();
    }

    /// Clicks on the row of an article.
    #[track_caller]
    pub(crate) fn click_row(&mut self, article: &str) {
        let row = format!("{article}, ");
        self.harness.get_by_label_contains(&row).click();
        self.settle();
    }

    /// Where a surface text begins and ends on screen, a hair inside it.
    #[track_caller]
    pub(crate) fn ends(&self, surface: &str) -> (Pos2, Pos2) {
        let text = &self.session().document().unwrap().text;
        let at = text.as_str().find(surface).unwrap_or_else(|| panic!("{surface} is not in the article"));
        let place = |byte: usize, affinity: Affinity| {
            let offset = text.locate(byte, OffsetUnit::Byte).unwrap();
            self.app().view().canvas.caret_pos(Caret { offset, affinity }).expect("the place is in view")
        };
        let start = place(at, Affinity::Downstream) + vec2(1.0, 0.0);
        let end = place(at + surface.len(), Affinity::Upstream) - vec2(1.0, 0.0);
        (start, end)
    }

    /// Drags the mouse over a surface text.
    #[track_caller]
    pub(crate) fn drag(&mut self, surface: &str) {
        self.drag_with(surface, Modifiers::NONE);
    }

    #[track_caller]
    pub(crate) fn drag_with(&mut self, surface: &str, modifiers: Modifiers) {
        let (from, to) = self.ends(surface);
        let button = |pos: Pos2, pressed: bool| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers,
        };
        for event in [
            Event::ModifiersChanged(modifiers),
            Event::PointerMoved(from),
            button(from, true),
            Event::PointerMoved(from + (to - from) / 2.0),
            Event::PointerMoved(to),
            button(to, false),
            Event::ModifiersChanged(Modifiers::NONE),
            Event::PointerGone,
        ] {
            self.harness.event(event);
        }
        self.settle();
    }

    /// The texts that are selected.
    pub(crate) fn selected(&self) -> Vec<String> {
        let text = &self.session().document().unwrap().text;
        self.session().selection().ranges(text).iter().map(|range| text.slice(*range).to_owned()).collect()
    }

    /// The surface text of the selected annotation, after its label.
    pub(crate) fn annotation(&self) -> Option<String> {
        let text = &self.session().document().unwrap().text;
        self.session().selected_annotation().map(|it| format!("{}: {}", it.label, text.surface(&it.span)))
    }

    #[track_caller]
    pub(crate) fn assert_says(&self, text: &str) {
        let names: Vec<String> = self.names();
        assert!(names.iter().any(|name| name.contains(text)), "nothing says {text:?}: {names:#?}");
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let nodes = self.harness.root().children_recursive();
        nodes
            .filter_map(|node| node.accesskit_node().label().or_else(|| node.accesskit_node().value()))
            .collect()
    }
}

/// An annotation file on disk, in short: status, spans in code points, relations.
fn on_disk(project: &Path, owner: &str, article: &str) -> String {
    let path = project.join("annotations").join(owner).join(format!("{article}.txt.json"));
    let Ok(bytes) = std::fs::read(path) else { return "no file".to_owned() };
    let file: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let text: Vec<char> = file["text"].as_str().unwrap().chars().collect();
    let mut lines = vec![file["status"].as_str().unwrap().to_owned()];
    let mut names = std::collections::BTreeMap::new();
    for span in file["spans"].as_array().unwrap() {
        let pair = |range: &serde_json::Value| {
            (range[0].as_u64().unwrap() as usize, range[1].as_u64().unwrap() as usize)
        };
        let pieces: Vec<(usize, usize)> = match span["fragments"].as_array() {
            Some(fragments) => fragments.iter().map(pair).collect(),
            None => vec![pair(&serde_json::json!([span["start"], span["end"]]))],
        };
        let surfaces: Vec<String> =
            pieces.iter().map(|&(start, end)| text[start..end].iter().collect()).collect();
        assert_eq!(surfaces.join(" "), span["text"].as_str().unwrap(), "every span repeats its surface");
        let places: Vec<String> = pieces.iter().map(|(start, end)| format!("{start}-{end}")).collect();
        let attributes = match &span["attributes"] {
            serde_json::Value::Null => String::new(),
            attributes => format!(" {attributes}"),
        };
        let label = span["label"].as_str().unwrap();
        lines.push(format!("{label} {} {}{attributes}", places.join(" "), surfaces.join(" … ")));
        names.insert(span["id"].as_str().unwrap().to_owned(), format!("{label} {}", places.join(" ")));
    }
    for relation in file["relations"].as_array().into_iter().flatten() {
        let end = |end: &str| &names[relation[end].as_str().unwrap()];
        lines.push(format!("{} {} {}", end("from"), relation["label"].as_str().unwrap(), end("to")));
    }
    lines.join("\n")
}

/// The whole of a person's main job, with a look at the disk after each step.
#[test]
fn the_main_job_leaves_the_right_json_after_each_step() {
    let project = sample();
    let disk = |article: &str| on_disk(project.path(), "rina", article);
    let mut window = Window::open(project.path());

    // Opening the seed article writes nothing.
    window.click_row(SEED);
    assert_eq!(window.article(), SEED);
    window.assert_says("Pada pembicaraan itu, Menteri Pertahanan Jerman");
    assert!(!project.path().join("annotations/rina").exists(), "looking is not annotating");

    // A speaker: the mouse selects, the button labels.
    window.drag(MINISTER);
    assert_eq!(window.selected(), [MINISTER]);
    window.click("Label speaker, key s");
    window.assert_says("saved");
    expect![[r#"
        in_progress
        speaker 11-50 Menteri pertahanan Amerika Serikat (AS)"#]]
    .assert_eq(&disk(SEED));

    // A quote: the mouse selects, a key labels.
    window.drag(PROMISE);
    window.press("Q");
    window.assert_says("1 quote without speaker");
    expect![[r#"
        in_progress
        speaker 11-50 Menteri pertahanan Amerika Serikat (AS)
        quote 62-174 Washington akan 'melibatkan aliansi Internasional' untuk memberikan bantuan militer ke Kyiv melawan agresi Rusia"#]]
    .assert_eq(&disk(SEED));

    // A country inside the speaker.
    window.drag("Amerika Serikat");
    window.click("Label country, key c");
    window.named("country: Amerika Serikat");
    expect![[r#"
        in_progress
        speaker 11-50 Menteri pertahanan Amerika Serikat (AS)
        country 30-45 Amerika Serikat
        quote 62-174 Washington akan 'melibatkan aliansi Internasional' untuk memberikan bantuan militer ke Kyiv melawan agresi Rusia"#]]
    .assert_eq(&disk(SEED));

    // The quote gets its speaker: a click on the quote, one key, a click on the candidate.
    window.click(&format!("quote: {PROMISE}"));
    assert_eq!(window.annotation(), Some(format!("quote: {PROMISE}")));
    window.press("R");
    window.click(&format!("Candidate 1, speaker: {MINISTER}"));
    assert!(!window.names().iter().any(|name| name.contains("without speaker")), "all quotes have one");
    expect![[r#"
        in_progress
        speaker 11-50 Menteri pertahanan Amerika Serikat (AS)
        country 30-45 Amerika Serikat
        quote 62-174 Washington akan 'melibatkan aliansi Internasional' untuk memberikan bantuan militer ke Kyiv melawan agresi Rusia
        speaker 11-50 says quote 62-174"#]]
    .assert_eq(&disk(SEED));
    let tied = disk(SEED);

    // A quote of two pieces in another article: drag, Ctrl-drag, key.
    let other = "id-ranjau-makassar";
    window.click_row(other);
    assert_eq!(window.article(), other);
    window.drag("\"Kami menemukan sebelas ranjau sejak Januari,\"");
    window.drag_with("\"dan semuanya masih bisa meledak.\"", Modifiers::CTRL | Modifiers::COMMAND);
    assert_eq!(
        window.selected(),
        ["\"Kami menemukan sebelas ranjau sejak Januari,\"", "\"dan semuanya masih bisa meledak.\""]
    );
    window.press("Q");
    expect![[r#"
        in_progress
        quote 174-220 256-290 "Kami menemukan sebelas ranjau sejak Januari," … "dan semuanya masih bisa meledak.""#]]
    .assert_eq(&disk(other));
    let two_pieces = disk(other);

    // Undo and redo across both articles.
    window.assert_says("undo: add quote");
    window.press("Ctrl+Z");
    expect!["no file"].assert_eq(&disk(other));
    window.press("Ctrl+Z");
    assert_eq!(window.article(), SEED, "undo goes to where it acts");
    assert!(!disk(SEED).contains("says"), "{}", disk(SEED));
    window.press("Ctrl+Z");
    assert!(!disk(SEED).contains("country"), "{}", disk(SEED));
    window.press("Ctrl+Shift+Z Ctrl+Y");
    assert_eq!(disk(SEED), tied);
    window.press("Ctrl+Shift+Z");
    assert_eq!(window.article(), other, "redo goes to where it acts");
    assert_eq!(disk(other), two_pieces);
    window.assert_says("saved");

    // A restart opens where one was, with the same history.
    let settings = window.app().settings().clone();
    drop(window);
    let mut window = Window::open_with(project.path(), settings);
    assert_eq!(window.article(), other);
    window.named(
        "quote: \"Kami menemukan sebelas ranjau sejak Januari,\" \"dan semuanya masih bisa meledak.\"",
    );
    window.assert_says("undo: add quote");
    window.press("Ctrl+Z");
    expect!["no file"].assert_eq(&disk(other));
    assert_eq!(disk(SEED), tied);

    // Done, and on to the next one.
    window.click_row(SEED);
    window.press("Ctrl+Enter");
    assert_eq!(disk(SEED), tied.replacen("in_progress", "done", 1));
    window.assert_says(&format!("{SEED}, done, 3 annotations"));
}

/// What a person can act on and cannot be told about.
fn unnamed(window: &Window) -> Vec<String> {
    use egui::accesskit::{Action, Role};
    let nodes = window.harness.root().children_recursive();
    let nodes = nodes.filter_map(|node| {
        let node = node.accesskit_node();
        let data = node.data();
        let acts = data.supports_action(Action::Click) || data.supports_action(Action::Focus);
        // Text says itself, and egui's own scroll bars act on what is named beside them.
        let is_plain = matches!(node.role(), Role::Label | Role::ScrollBar);
        if node.is_hidden() || is_plain || !(acts || node.role() == Role::Mark) {
            return None;
        }
        // What stands in a field is not its name.
        let name = match node.role() {
            Role::TextInput | Role::MultilineTextInput => node.label(),
            _ => node.label().or_else(|| node.value()),
        };
        let is_sayable = name.as_ref().is_some_and(|name| name.chars().any(char::is_alphanumeric));
        (!is_sayable).then(|| format!("{:?} {name:?} at {:?}", node.role(), node.raw_bounds()))
    });
    nodes.collect()
}

#[track_caller]
pub(crate) fn assert_named(window: &Window, place: &str) {
    let unnamed = unnamed(window);
    assert!(unnamed.is_empty(), "{place}: {unnamed:#?}");
}

#[test]
fn everything_one_can_act_on_has_a_name_to_say() {
    let project = sample();
    let mut window = Window::open_with(project.path(), Settings::default());
    window.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    assert_named(&window, "the first start");
    window.click("Got it");
    window.click_row(SEED);
    window.drag(MINISTER);
    window.press("S");
    assert_named(&window, "a speaker");
    window.drag(PROMISE);
    window.press("Q");
    assert_named(&window, "a quote");
    window.press("R");
    assert_named(&window, "an offer");
    window.press("Enter");
    assert_named(&window, "a quote with its speaker");
    window.drag("Rusia");
    window.press("C");
    assert_named(&window, "a country");
    window.press("Enter");
    assert_named(&window, "its attributes");
    window.press("Escape");
    window.drag("Gepard");
    window.press("W");
    assert_named(&window, "a weapon");
    for key in ["F1", "F4", "F8", "Ctrl+P"] {
        window.press(key);
        assert_named(&window, key);
        window.press(if key == "Ctrl+P" { "Escape" } else { key });
    }
    window.click("country: Rusia");
    window.press("+");
    assert_named(&window, "other occurrences");
    window.press("Escape");
    for menu in ["File", "Edit", "Annotate", "Go", "View", "Help"] {
        let button = by().role(egui::accesskit::Role::Button).label(menu);
        window.harness.get(button).click();
        window.settle();
        assert_named(&window, menu);
        window.press("Escape");
    }
    window.click("Annotator rina");
    assert_named(&window, "annotators");
}

#[test]
fn every_span_in_view_has_its_own_name() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    for (surface, key) in
        [(MINISTER, "S"), ("Amerika Serikat", "C"), ("Amerika Serikat", "S"), (PROMISE, "Q")]
    {
        // Else the drag would take hold of an edge of the span labelled before.
        window.press("Escape");
        window.drag(surface);
        window.press(key);
    }
    for (label, surface) in [
        ("speaker", MINISTER),
        ("country", "Amerika Serikat"),
        ("speaker", "Amerika Serikat"),
        ("quote", PROMISE),
    ] {
        let name = format!("{label}: {surface}");
        window.named(&name).click_accesskit();
        window.settle();
        assert_eq!(window.annotation(), Some(name), "two spans on the same words stay two");
    }
    window.named("Span country: Amerika Serikat");
    window.named("Article");
}

#[test]
fn the_key_sheet_lists_every_command_with_a_key() {
    let project = sample();
    let mut window = Window::open(project.path());
    window.press("F1");
    let names = window.names();
    for command in COMMANDS.iter().filter(|command| !command.keys.is_empty()) {
        let text = command.text.trim_end_matches('…');
        assert!(names.iter().any(|name| name == text), "{text} is not in the sheet: {names:#?}");
    }
    window.press("F1");
    assert!(window.app().view().keys.is_none());
    window.press("F1");
    window.click("Close");
    assert!(window.app().view().keys.is_none());
}

#[test]
fn the_palette_finds_and_runs_a_command() {
    let project = sample();
    let mut window = Window::open(project.path());
    window.press("Ctrl+P");
    assert!(window.named("Find a command").is_focused());
    window.write("larger te");
    window.press("Enter");
    assert!(window.app().view().palette.is_none());
    assert!(window.app().settings().zoom > 1.0);
    window.press("Ctrl+P");
    window.write("text size");
    window.press("Down Enter");
    assert!((window.app().settings().zoom - 1.0).abs() < f32::EPSILON);
    window.press("Ctrl+P Escape");
    assert!(window.app().view().palette.is_none());
    assert!(window.app().view().canvas.has_focus(), "the keyboard is back with the article");
}

#[test]
fn other_occurrences_are_ticked_and_labelled_by_keyboard() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.drag("Rusia");
    window.press("C");
    assert_eq!(window.session().set().unwrap().annotations().len(), 1);
    window.press("+");
    let n_ticked = window.names().iter().find_map(|name| name.strip_prefix("Label ")?.parse::<usize>().ok());
    let n_ticked = n_ticked.expect("a button says how many are ticked");
    assert!(n_ticked >= 5, "{n_ticked}");
    window.press("Down Space Down Space Enter");
    assert!(window.app().view().occurrences.is_none());
    assert_eq!(window.session().set().unwrap().annotations().len(), 1 + n_ticked - 2);
    window.press("Ctrl+Z");
    assert_eq!(window.session().set().unwrap().annotations().len(), 1, "all of them are one step");
}

#[test]
fn attributes_are_set_by_keyboard() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.drag(PROMISE);
    window.press("Q Enter");
    assert_eq!(window.app().view().part, Part::Inspector);
    window.press("3");
    assert_eq!(window.app().view().part, Part::Canvas, "the last attribute leads back to the article");
    window.drag("Jerman");
    window.press("C Enter");
    assert!(window.named("iso").is_focused());
    window.write("jerm");
    window.assert_says("Germany");
    window.press("Enter");
    assert_eq!(window.app().view().part, Part::Canvas);
    window.press("Alt+Left");
    expect![[r#"
        in_progress
        quote 62-174 Washington akan 'melibatkan aliansi Internasional' untuk memberikan bantuan militer ke Kyiv melawan agresi Rusia {"quote_type":"mixed"}
        country 435-441 Jerman {"iso":"DE"}"#]]
    .assert_eq(&on_disk(project.path(), "rina", SEED));
}

#[test]
fn a_label_key_typed_into_a_field_is_text() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.drag("Jerman");
    window.press("C");
    window.click("Note");
    window.press("S Q W Backspace");
    window.write("angat");
    // Leaving the field keeps what was written.
    let (place, _) = window.ends("Kyiv");
    window.harness.drag_at(place);
    window.harness.drop_at(place);
    window.settle();
    let file = project.path().join("annotations/rina").join(format!("{SEED}.txt.json"));
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(file["spans"][0]["note"], "sqangat");
    assert_eq!(file["spans"][0]["label"], "country");
}

#[test]
fn an_entity_is_entered_once_and_chosen_again() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.drag("Jerman");
    window.press("C");
    window.click("Entity");
    window.write("Germany");
    window.press("Enter");
    window.drag("Berlin");
    window.press("C");
    window.click("Entity");
    window.click("Germany");
    let file = project.path().join("annotations/rina").join(format!("{SEED}.txt.json"));
    let file: serde_json::Value = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(file["entities"].as_array().unwrap().len(), 1, "{file:#}");
    assert_eq!(file["entities"][0]["name"], "Germany");
    for span in file["spans"].as_array().unwrap() {
        assert_eq!(span["entity"], file["entities"][0]["id"], "{span}");
    }
    window.assert_says("Germany");
}

#[test]
fn view_commands_change_what_they_say() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.press("F9");
    assert_eq!(window.app().settings().theme, ThemeChoice::Light);
    window.assert_says("Light theme");
    window.press("F9");
    assert_eq!(window.app().settings().theme, ThemeChoice::Dark);
    assert!(window.harness.ctx.global_style().visuals.dark_mode);
    let place = |window: &Window| window.ends("Menteri pertahanan").1;
    let before = place(&window);
    window.press("Ctrl+Plus");
    assert_ne!(place(&window), before, "larger text stands elsewhere");
    window.press("Ctrl+0");
    assert_eq!(place(&window), before);
    window.drag("Rusia");
    window.press("C");
    let tags = window.named("country: Rusia").rect();
    window.press("F7");
    assert!(window.app().settings().is_compact);
    assert_ne!(window.named("country: Rusia").rect(), tags, "no tag is drawn");
    window.press("Ctrl+I");
    assert!(window.app().settings().show_invisibles);
    window.press("F10");
    assert!(window.app().settings().show_all_arcs);
    window.named("Span country: Rusia");
    window.press("F12");
    assert!(window.harness.query_by_label("Span country: Rusia").is_none());
    window.press("F2");
    assert!(window.harness.query_by_label_contains(&format!("{SEED}, ")).is_none());
    window.press("F2 F12");
    window.named("Span country: Rusia");
}

#[test]
fn articles_are_filtered_and_walked() {
    let project = sample();
    std::fs::write(project.path().join("articles/zz-extra.txt"), "Kanada.").unwrap();
    let mut window = Window::open(project.path());
    assert_eq!(window.harness.get_all_by_label_contains(", 0 annotations").count(), 8);
    window.click("Filter articles");
    window.write("MEKONG");
    assert_eq!(window.harness.get_all_by_label_contains(", 0 annotations").count(), 1);
    window.click_row("th-mekong-bombs");
    assert_eq!(window.article(), "th-mekong-bombs");
    window.press("Alt+Up");
    assert_eq!(window.article(), "ja-cable-watch", "a filter hides articles, the order stays");
    // F6 walks through the window's parts; arrows then choose an article.
    window.press("F6");
    while window.app().view().part != Part::Articles {
        window.press("F6");
    }
    window.press("Down Down");
    assert_eq!(window.article(), SEED);
    window.press("Enter");
    assert_eq!(window.app().view().part, Part::Canvas);
}

#[test]
fn the_annotator_is_changed_where_the_name_is_shown() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.drag("Rusia");
    window.press("C");
    window.click("Annotator rina");
    window.click("Another name");
    window.write("Budi");
    window.press("Enter");
    window.named("Annotator Budi");
    assert_eq!(window.session().owner().name(), "Budi");
    assert_eq!(window.session().set().map_or(0, |set| set.annotations().len()), 0);
    assert_eq!(window.app().settings().annotator.as_deref(), Some("Budi"));
    window.click("Annotator Budi");
    window.click("gold");
    assert_eq!(window.session().set().unwrap().annotations().len(), 68);
    window.click("Annotator gold");
    window.click("rina");
    window.named("country: Rusia");
}

#[test]
fn a_broken_annotation_file_is_a_problem_that_leads_to_its_place() {
    let project = sample();
    let mine = project.path().join("annotations/rina");
    std::fs::create_dir_all(&mine).unwrap();
    std::fs::write(mine.join("en-shell-count.txt.json"), "{ \"format\": ").unwrap();
    let gold =
        std::fs::read_to_string(project.path().join("annotations/gold").join(format!("{SEED}.txt.json")));
    let beyond = gold.unwrap().replacen("\"start\": 11, \"end\": 50", "\"start\": 11, \"end\": 99999", 1);
    std::fs::write(mine.join(format!("{SEED}.txt.json")), beyond).unwrap();
    let mut window = Window::open(project.path());
    window.click_row("en-shell-count");
    window.click_row("id-ranjau-makassar");
    assert_eq!(window.article(), "id-ranjau-makassar", "everything else still opens");
    window.click_row(SEED);
    assert_eq!(window.article(), SEED);
    let button =
        window.names().into_iter().find(|name| name.ends_with("problems") || name.ends_with(" problem"));
    let button = button.expect("the status bar counts the problems");
    if !window.app().view().shows_problems {
        window.click(&button);
    }
    window.click_row("id-ranjau-makassar");
    let problem =
        window.names().into_iter().find(|name| name.contains("99999") || name.contains("past the end"));
    let problem = problem.unwrap_or_else(|| panic!("{:#?}", window.names()));
    window.click(&problem);
    assert_eq!(window.article(), SEED, "a click goes to the article");
    // The file with the broken span keeps it; a change of another one must not lose it.
    window.drag("invasi");
    window.press("W Ctrl+Z");
    let kept = std::fs::read_to_string(mine.join(format!("{SEED}.txt.json"))).unwrap();
    assert!(kept.contains("99999"), "what could not be understood is kept");
    let broken = std::fs::read_to_string(mine.join("en-shell-count.txt.json")).unwrap();
    assert_eq!(broken, "{ \"format\": ", "what cannot be read is not written over");
    window.press("F8");
    assert!(!window.app().view().shows_problems);
}

#[derive(Debug)]
pub(crate) struct Dropped(pub(crate) PathBuf);

impl egui::DroppedFile for Dropped {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        std::fs::read(&self.0).map_err(|error| error.to_string())
    }
}

#[test]
fn a_file_dropped_where_no_project_is_open_is_opened() {
    let other = tempfile::tempdir().unwrap();
    let path = other.path().join("berita.txt");
    std::fs::write(&path, "Kanada mengirim kapal.").unwrap();
    // A folder without a project file holds nothing that would be missed.
    let folder = other.path().join("earlier");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("kabar.txt"), "Jerman.").unwrap();
    let mut window = Window::open(&folder);
    window.harness.input_mut().dropped_files.push(Arc::new(Dropped(path.clone())));
    window.settle();
    assert_eq!(window.article(), "berita");
    // What cannot be opened is said, and what was open stays.
    window.harness.input_mut().dropped_files.push(Arc::new(Dropped(other.path().join("nothing.txt"))));
    window.settle();
    assert_eq!(window.article(), "berita");
    window.assert_says("nothing.txt");
    window.harness.get_by_label_contains("berita, ");
}

#[test]
fn a_missing_path_gives_the_welcome_page() {
    let project = sample();
    let mut window = Window::open(&project.path().join("nowhere"));
    window.assert_says("nowhere");
    window.named("Open project…");
    window.named("Open the sample");
    assert_named(&window, "the welcome page");
    assert!(window.app().failure().is_some());
    // Keys that need a project do nothing, others what they always do.
    window.press("S F8 Ctrl+Z Ctrl+P");
    window.press("F1");
    assert!(window.app().view().keys.is_some());
    window.press("F1 F9");
    assert_eq!(window.app().settings().theme, ThemeChoice::Light);
    window.harness.input_mut().dropped_files.push(Arc::new(Dropped(project.path().to_owned())));
    window.settle();
    assert!(window.app().failure().is_none());
    assert!(window.session().document().is_some());
}

#[test]
fn the_guidelines_stand_beside_the_article() {
    let project = sample();
    let mut window = Window::open(project.path());
    // They cite Arabic and Japanese, which only the system's fonts have.
    window.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    window.press("F4");
    let guidelines = std::fs::read_to_string(project.path().join("guidelines.md")).unwrap();
    let title = guidelines.lines().find_map(|line| line.strip_prefix("# ")).unwrap();
    window.assert_says(title);
    assert!(window.session().document().is_some());
    window.press("F4");
    assert!(!window.names().iter().any(|name| name == title));
}

#[test]
fn menus_run_commands() {
    let project = sample();
    let mut window = Window::open_at(project.path(), SEED);
    window.drag("Rusia");
    window.press("C");
    window.click("Edit");
    let undo = window.harness.get_all_by_label_contains("Undo").next().unwrap();
    undo.click();
    window.settle();
    assert_eq!(window.session().set().unwrap().annotations().len(), 0);
}

#[test]
fn letters_without_a_font_are_named_in_the_status_bar() {
    let folder = tempfile::tempdir().unwrap();
    let article = folder.path().join("berita.txt");
    std::fs::write(&article, "Kata រដ្ឋមន្ត្រី: 中国.").unwrap();
    let window = Window::open(&article);
    window.harness.get_by_label_contains("No font for Han and Khmer: install ");
    std::fs::write(&article, "Kata menteri: \u{E000}.").unwrap();
    let window = Window::open(&article);
    assert!(window.harness.query_by_label_contains("No font for").is_none());
}

#[test]
fn an_article_too_large_to_open_is_refused_with_its_size() {
    let folder = tempfile::tempdir().unwrap();
    let book = folder.path().join("book.txt");
    std::fs::File::create(&book).unwrap().set_len(1_000_000_000).unwrap();
    let window = Window::open(&book);
    assert!(window.session().document().is_none());
    let said = window.harness.get_all_by_label_contains("has 1000 MB, and at most 256 MB can be opened");
    assert!(said.count() > 1, "in the middle and in the list of problems");
    assert!(window.harness.query_by_label("This project has no article yet").is_none());
}
