//! Import, export and dropped files in the window, as the commands of the same names do them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use egui_kittest::kittest::{NodeT as _, Queryable as _};
use sorot::format::{ExportOption, FORMATS};
use tempfile::TempDir;

use crate::cli::run;
use crate::gui::{Dropped, SEED, Window, sample};

/// All files below a folder, but for the project's own notes.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            if entry.file_name() != ".sorot" {
                files.extend(self::files(&path));
            }
        } else {
            files.insert(path.clone(), fs::read(path).unwrap());
        }
    }
    files
}

/// The name of the only thing whose name begins so.
#[track_caller]
fn name(window: &Window, begin: &str) -> String {
    let names: Vec<String> = window.names().into_iter().filter(|it| it.starts_with(begin)).collect();
    assert_eq!(names.len(), 1, "{begin}: {names:?} of {:#?}", window.names());
    names[0].clone()
}

fn has(window: &Window, begin: &str) -> bool {
    window.names().iter().any(|it| it.starts_with(begin))
}

/// Presses Tab until what begins so has the keyboard.
#[track_caller]
fn tab_to(window: &mut Window, begin: &str) {
    for _ in 0..60 {
        let focused = window.harness.root().children_recursive().find(|it| it.is_focused());
        if focused.and_then(|it| it.accesskit_node().label()).is_some_and(|it| it.starts_with(begin)) {
            return;
        }
        window.press("Tab");
    }
    panic!("Tab never comes to {begin}: {:#?}", window.names());
}

/// Goes to a list by Tab, and through it by the arrow keys.
#[track_caller]
fn choose(window: &mut Window, list: &str, value: &str) {
    tab_to(window, &format!("{list}: "));
    let wanted = format!("{list}: {value}");
    for key in ["Down", "Up"] {
        for _ in 0..40 {
            if name(window, &format!("{list}: ")).starts_with(&wanted) {
                return;
            }
            window.press(key);
        }
    }
    panic!("{list} has no {value}");
}

fn exporting(project: &Path) -> Window {
    let mut window = Window::open_at(project, SEED);
    // The preview shows scripts that only the system's fonts have.
    window.harness.ctx.set_missing_glyph_policy(egui::MissingGlyphPolicy::Tofu);
    window.press("Ctrl+Shift+E");
    window
}

#[test]
fn the_export_dialog_offers_what_the_format_heeds() {
    let project = sample();
    let mut window = exporting(project.path());
    tab_to(&mut window, "More");
    window.press("Space");
    let writers: Vec<_> = FORMATS.iter().filter(|it| it.capabilities().writes).collect();
    tab_to(&mut window, "Format: ");
    for (i, format) in writers.iter().enumerate() {
        let id = format.id();
        assert!(name(&window, "Format: ").starts_with(&format!("Format: {id}: ")), "{id}");
        let heeds = |option| format.capabilities().options.contains(&option);
        assert_eq!(has(&window, "Tags: "), heeds(ExportOption::Scheme), "{id}");
        assert_eq!(has(&window, "one column for all labels"), heeds(ExportOption::OneColumn), "{id}");
        assert_eq!(has(&window, "Overlaps: "), heeds(ExportOption::Overlap), "{id}");
        assert_eq!(has(&window, "no formulas"), heeds(ExportOption::FormulaSafe), "{id}");
        assert_eq!(has(&window, "without texts"), heeds(ExportOption::WithoutText), "{id}");
        let units = format.capabilities().options.iter().any(|it| matches!(it, ExportOption::Unit(_)));
        assert_eq!(has(&window, "Offsets count: "), units, "{id}");
        // The schema has quotes of a kind and countries with a code.
        name(&window, "quote.quote_type: any");
        assert!(has(&window, "country.iso"), "{id}");
        window.press(if i + 1 < writers.len() { "Down" } else { "Escape" });
    }
    assert!(window.app().view().export.is_none());
}

/// What the dialog writes is what the command writes with the same choices.
#[test]
fn every_choice_of_an_export_is_made_by_keyboard_alone() {
    let project = sample();
    let out = TempDir::new().unwrap();
    let written = out.path().join("written.conll");
    let mut window = exporting(project.path());
    choose(&mut window, "Annotations of", "gold");
    choose(&mut window, "Format", "conll");
    tab_to(&mut window, "More");
    window.press("Enter");
    choose(&mut window, "quote.quote_type", "direct");
    // A list opens, and Escape closes it alone.
    window.press("Space");
    assert!(window.names().iter().any(|it| it == "mixed"));
    window.press("Escape");
    assert!(!window.names().iter().any(|it| it == "mixed"));
    assert!(window.named("quote.quote_type: direct").is_focused());
    choose(&mut window, "Tags", "BILOU");
    tab_to(&mut window, "one column for all labels");
    window.press("Space");
    choose(&mut window, "Overlaps", "the span stays whose label comes first");
    tab_to(&mut window, "country, 3");
    window.press("Space");
    name(&window, "country, 1");
    choose(&mut window, "Examples", "so many words");
    tab_to(&mut window, "Where to");
    window.write(&written.display().to_string());
    assert!(!written.exists(), "nothing is written before somebody says so");
    window.press("Enter");
    window.assert_says("Written: ");
    let command = "export conll . --annotator gold --only quote.quote_type=direct --scheme bilou --one-column \
                   --overlap country,speaker,quote,weapon --examples 128";
    let expected = run(&project, command).stdout;
    assert!(!expected.is_empty());
    assert_eq!(String::from_utf8(fs::read(&written).unwrap()), String::from_utf8(expected));

    // Who types a path may not know that something is there.
    fs::write(&written, "something else").unwrap();
    tab_to(&mut window, "Where to");
    window.press("Enter");
    assert_eq!(fs::read(&written).unwrap(), b"something else");
    assert!(window.named("Replace").is_focused());
    window.press("Enter");
    assert_ne!(fs::read(&written).unwrap(), b"something else");
    window.press("Escape");
    assert!(window.app().view().export.is_none());
}

#[test]
fn cells_units_and_texts_are_chosen_for_tables() {
    let project = sample();
    let out = TempDir::new().unwrap();
    let (written, expected) = (out.path().join("written"), out.path().join("expected"));
    let mut window = exporting(project.path());
    choose(&mut window, "Annotations of", "gold");
    choose(&mut window, "Format", "csv");
    window.click("More");
    choose(&mut window, "Offsets count", "bytes");
    window.click("no formulas");
    window.click("without texts");
    window.click("country.iso");
    window.write("US");
    window.assert_says("More (4 chosen)");
    window.click("Where to");
    window.write(&written.display().to_string());
    window.press("Ctrl+Enter");
    let command = format!(
        "export csv . --annotator gold --unit byte --no-text --only country.iso=US --out {}",
        expected.display()
    );
    assert!(run(&project, &command).status.success());
    let below = |folder: &Path| {
        let files = files(folder).into_iter();
        files
            .map(|(path, bytes)| (path.strip_prefix(folder).unwrap().to_owned(), bytes))
            .collect::<BTreeMap<_, _>>()
    };
    assert_eq!(below(&written), below(&expected));
    // Another format does not count in bytes, and is not asked to.
    choose(&mut window, "Format", "bdocjs");
    name(&window, "Offsets count: code points");
}

#[test]
fn a_part_of_a_release_is_exported_from_the_window() {
    let project = sample();
    let freeze = "freeze --name 1.0 --status any --split train=0.5,test=0.5";
    let frozen = run(&project, freeze);
    assert!(frozen.status.success(), "{}", String::from_utf8_lossy(&frozen.stderr));
    let expected = run(&project, "export jsonl . --split test").stdout;
    // What happens afterwards changes nothing.
    fs::remove_dir_all(project.path().join("annotations")).unwrap();
    let mut window = exporting(project.path());
    choose(&mut window, "Annotations of", "release 1.0: test");
    tab_to(&mut window, "Where to");
    let written = project.path().join("test.jsonl");
    window.write(&written.display().to_string());
    window.press("Enter");
    assert_eq!(String::from_utf8(fs::read(written).unwrap()), String::from_utf8(expected));
}

/// Offsets of a file that says no text: only a person can know what they count.
#[test]
fn the_unit_of_an_import_is_chosen_by_keyboard_alone() {
    let files = TempDir::new().unwrap();
    fs::write(files.path().join("a.bdocjs"), r#"{"text": "😀 Kyiv", "offset_type": "p", "annotation_sets": {"": {"annotations": [{"type": "country", "start": 3, "end": 7, "id": 0, "features": {}}]}}}"#).unwrap();
    for (unit, span) in [("what the format says", ""), ("UTF-16 units", "2-6"), ("bytes", "")] {
        let project = sample();
        let mut window = Window::open_at(project.path(), SEED);
        window.press("Ctrl+Shift+I");
        window.write(&files.path().display().to_string());
        // What is typed is looked at as soon as the field is left.
        window.press("Tab");
        assert!(name(&window, "Format: ").starts_with("Format: bdocjs: "));
        choose(&mut window, "Offsets count", unit);
        if span.is_empty() {
            continue;
        }
        window.assert_says("1 span");
        tab_to(&mut window, "Import");
        window.press("Enter");
        assert!(window.app().view().import.is_none());
        let file = fs::read_to_string(project.path().join("annotations/rina/a.txt.json")).unwrap();
        assert!(file.contains("\"start\": 2"), "{file}");
    }
}

/// On a slow machine, the next key is there before a second frame is.
#[test]
fn an_arrow_right_after_tab_goes_through_the_list() {
    let project = sample();
    let mut window = exporting(project.path());
    tab_to(&mut window, "Close");
    for key in [egui::Key::Tab, egui::Key::ArrowDown, egui::Key::ArrowDown] {
        for pressed in [true, false] {
            let modifiers = egui::Modifiers::NONE;
            let event = egui::Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
            window.harness.input_mut().events.push(event);
        }
        window.harness.step();
    }
    window.settle();
    let format = name(&window, "Format: ");
    assert!(format.starts_with("Format: spacy: "), "{format}");
    assert!(window.named(&format).is_focused());
}

fn hover(window: &mut Window, paths: &[PathBuf]) {
    let hovered =
        paths.iter().map(|path| egui::HoveredFile { path: Some(path.clone()), ..Default::default() });
    window.harness.input_mut().hovered_files = hovered.collect();
    // As long as something hovers there is another frame.
    window.harness.run_steps(3);
}

fn drop_files(window: &mut Window, paths: &[PathBuf]) {
    let input = window.harness.input_mut();
    input.hovered_files.clear();
    input.dropped_files = paths.iter().map(|path| Arc::new(Dropped(path.clone())) as _).collect();
    window.settle();
}

#[test]
fn an_article_that_is_dropped_comes_in_and_the_project_stays_open() {
    let project = sample();
    let other = TempDir::new().unwrap();
    let path = other.path().join("berita.txt");
    fs::write(&path, "Kanada mengirim kapal.").unwrap();
    let mut window = Window::open_at(project.path(), SEED);
    let before = files(project.path());
    hover(&mut window, std::slice::from_ref(&path));
    window.assert_says("Drop to bring in berita.txt");
    hover(&mut window, &[]);
    assert!(!has(&window, "Drop to"), "dragged away again");
    drop_files(&mut window, std::slice::from_ref(&path));
    window.assert_says("1 article");
    assert_eq!(files(project.path()), before, "nothing is written before somebody said so");
    window.press("Enter");
    window.harness.get_by_label_contains("berita, ");
    assert!(project.path().join("articles/berita.txt").exists());
    window.press("Ctrl+Z");
    assert_eq!(files(project.path()), before);
}

#[test]
fn a_folder_of_mixed_files_comes_in_with_a_list_of_what_does_not() {
    let project = sample();
    let other = TempDir::new().unwrap();
    let write = |name: &str, content: &[u8]| {
        let path = other.path().join("mixed").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    };
    write(
        "page.html",
        b"<html><body><article><p>Kanada mengirim kapal ke Kyiv, kata menteri.</p></article></body></html>",
    );
    write("below/berita.txt", b"Jerman mengirim kapal.");
    write("broken.docx", b"PK no archive");
    write("picture.png", b"\x89PNG");
    // It would pass for annotations, and everything else would be left without a word.
    write("stray.ann", b"T1\tcountry 0 6\tJerman\n");
    let mut window = Window::open_at(project.path(), SEED);
    let before = files(project.path());
    let paths = [other.path().join("mixed")];
    hover(&mut window, &paths);
    window.assert_says("Drop to bring in mixed");
    // The dialog may be there already, with the keyboard in its field.
    hover(&mut window, &[]);
    window.press("Ctrl+Shift+I");
    drop_files(&mut window, &paths);
    window.assert_says("Format: articles");
    window.assert_says("2 articles");
    for left in ["broken.docx", "picture.png", "stray.ann"] {
        assert!(window.names().iter().any(|it| it.contains(left)), "{left}: {:#?}", window.names());
    }
    assert_eq!(files(project.path()), before);
    window.press("Enter");
    let after: Vec<_> = files(project.path()).into_keys().filter(|it| !before.contains_key(it)).collect();
    assert_eq!(after.len(), 4, "two articles, and where each is from: {after:?}");
    window.press("Ctrl+Z");
    assert_eq!(files(project.path()), before);
}

/// Annotations of other programs are known by their files, whatever is dropped: a file, a folder,
/// or several.
#[test]
fn annotations_that_are_dropped_are_known_by_their_files() {
    let project = sample();
    let out = TempDir::new().unwrap();
    for format in ["brat", "conll"] {
        let command = format!("export {format} . --annotator gold --out {}/{format}", out.path().display());
        assert!(run(&project, &command).status.code().is_some_and(|it| it < 2));
    }
    for label in ["speaker", "country"] {
        let command = format!(
            "export jsonl . --annotator gold --labels {label} --out {}/{label}.jsonl",
            out.path().display()
        );
        assert!(run(&project, &command).status.success());
    }
    fs::rename(out.path().join("conll"), out.path().join("all.conll")).unwrap();
    for (dropped, format) in
        [(vec!["brat"], "brat"), (vec!["all.conll"], "conll"), (vec!["speaker.jsonl"], "jsonl")]
    {
        let target = sample();
        let mut window = Window::open_at(target.path(), SEED);
        let paths: Vec<PathBuf> = dropped.iter().map(|it| out.path().join(it)).collect();
        drop_files(&mut window, &paths);
        assert!(name(&window, "Format: ").starts_with(&format!("Format: {format}: ")), "{dropped:?}");
        window.assert_says("6 articles with");
        window.press("Enter");
        assert_eq!(
            fs::read_dir(target.path().join("annotations/rina/articles"))
                .or_else(|_| fs::read_dir(target.path().join("annotations/rina")))
                .unwrap()
                .count(),
            6,
            "{dropped:?}"
        );
        window.press("Ctrl+Z");
        assert!(!target.path().join(format!("annotations/rina/{SEED}.txt.json")).exists());
    }
    // Several files are all read: here the second one is of the same annotator, and is refused by name.
    let target = sample();
    let mut window = Window::open_at(target.path(), SEED);
    drop_files(&mut window, &["speaker.jsonl", "country.jsonl"].map(|it| out.path().join(it)));
    window.assert_says("annotations of rina on this article came in already");
}

#[test]
fn a_project_that_is_dropped_is_opened_but_not_under_a_dialog() {
    let project = sample();
    let other = sample();
    fs::write(other.path().join("articles/zz-extra.txt"), "Kanada.").unwrap();
    let mut window = Window::open_at(project.path(), SEED);
    let paths = [other.path().to_owned()];
    window.press("Ctrl+Shift+E");
    hover(&mut window, &paths);
    window.assert_says("Close the dialog first, then drop files");
    drop_files(&mut window, &paths);
    assert_eq!(window.session().folder().root(), project.path());
    window.press("Escape");
    hover(&mut window, &paths);
    window.assert_says("Drop to open the project");
    drop_files(&mut window, &paths);
    assert_eq!(window.session().folder().root(), other.path());
    window.harness.get_by_label_contains("zz-extra, ");
}
