//! Every script: each text of `tests/cases/scripts/` is drawn, hit with the pointer, and compared
//! with how a browser sets it.
//!
//! `NAME.marked` is a text in the marked notation, `NAME.browser` what `browser.py` there found. The
//! picture of a case is `tests/pictures/scripts/NAME.png`; `UPDATE_EXPECT=1` renews it.

use std::fs;
use std::path::{Path, PathBuf};

use egui::vec2;
use sorot::gui::canvas::{Affinity, Caret, Link};
use sorot::model::AnnotationId;
use sorot::text::marked::Marked;
use sorot::text::{Offset, OffsetUnit, Range, Text, Unit};

use crate::drawing::{Drawing, Grapheme, check_picture, fonts};

/// Width of the column in points, as in `browser.py`.
const COLUMN: f32 = 400.0;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/scripts")
}

struct Case {
    name: String,
    marked: Marked,
}

fn cases() -> Vec<Case> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|it| it == "marked")).collect();
    files.sort();
    let cases = files.into_iter().map(|path| Case {
        name: path.file_stem().unwrap().to_str().unwrap().to_owned(),
        marked: Marked::parse(&fs::read_to_string(&path).unwrap()).unwrap(),
    });
    let cases: Vec<Case> = cases.collect();
    assert!(cases.len() >= 17, "{} cases", cases.len());
    cases
}

impl Case {
    fn drawing(&self, fonts: &sorot::gui::canvas::fonts::Fonts) -> Drawing {
        let label = |number: &u32| self.marked.labels[number].label.as_str();
        let spans = self.marked.spans.iter().map(|(number, span)| (label(number), span.clone()));
        let mut drawing = Drawing::new(fonts, Text::new(self.marked.text.as_str()), spans, COLUMN);
        let id = |number: u32| {
            let place = self.marked.spans.keys().position(|it| *it == number).unwrap();
            AnnotationId::from(place.to_string().as_str())
        };
        let links = self.marked.relations.iter();
        drawing.links =
            links.map(|it| Link { from: id(it.from), to: id(it.to), label: it.label.clone() }).collect();
        drawing
    }
}

#[test]
fn every_script_looks_as_its_picture() {
    let fonts = fonts();
    for case in cases() {
        let picture = case.drawing(&fonts).draw(1000);
        check_picture(&format!("scripts/{}.png", case.name), &picture);
    }
}

/// Where a browser's dictionary cuts words of a script without spaces elsewhere than ours: both are
/// guesses, and neither is wrong. Orders and widths are compared in all other cases.
const OTHER_WORDS: [&str; 2] = ["khmer", "thai"];

#[test]
fn rows_stand_as_a_browser_sets_them() {
    let fonts = fonts();
    for case in cases() {
        let mut drawing = case.drawing(&fonts);
        drawing.draw(1000);
        let rows: Vec<(String, f32)> =
            rows(&drawing).iter().map(|row| described(&drawing.text, row)).collect();
        let browser = fs::read_to_string(folder().join(format!("{}.browser", case.name))).unwrap();
        let browser: Vec<(String, f32)> = browser
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split_once("  ").unwrap())
            .map(|(runs, width)| (runs.to_owned(), width.parse().unwrap()))
            .collect();
        let is_same = rows.len() == browser.len()
            && rows.iter().zip(&browser).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 0.6);
        assert_eq!(
            is_same,
            !OTHER_WORDS.contains(&case.name.as_str()),
            "{}: {rows:?} {browser:?}",
            case.name
        );
    }
}

/// Between any two graphemes a caret stands in one place, and a click there finds it again; or it
/// stands in two, at the end of a row or where the direction changes, and each of them is found on
/// its own side. Which those are is listed in `carets.txt`.
#[test]
fn every_caret_is_hit_where_it_stands() {
    let fonts = fonts();
    let mut listed = String::new();
    for case in cases() {
        let mut drawing = case.drawing(&fonts);
        drawing.draw(1000);
        let mut places = vec![];
        let mut n_single = 0;
        for offset in boundaries(&drawing.text) {
            let [before, after] = carets(offset).map(|caret| drawing.view.caret_pos(caret).unwrap());
            if (before - after).length() < 0.01 {
                let hit = drawing.view.hit(before).map(|it| it.offset);
                assert_eq!(hit, Some(offset), "{}", case.name);
                n_single += 1;
            } else {
                places.push(drawing.text.measure(offset, OffsetUnit::CodePoint).to_string());
            }
        }
        listed += &format!("{}: {n_single} in one place; in two: {}\n", case.name, places.join(" "));
    }
    expect_test::expect_file![folder().join("carets.txt")].assert_eq(&listed);
}

#[test]
fn every_grapheme_is_hit_on_both_sides_at_any_zoom() {
    let fonts = fonts();
    for case in cases() {
        for (zoom, pixels_per_point, height) in
            [(0.5, 1.0, 400), (1.0, 2.0, 600), (1.1, 1.5, 600), (4.0, 1.0, 6000)]
        {
            let mut drawing = case.drawing(&fonts).with_pixels_per_point(pixels_per_point);
            drawing.options.text_size *= zoom;
            drawing.draw(height);
            let mut n = 0;
            for it in drawing.graphemes().iter().filter(|it| it.x1 - it.x0 > 0.5) {
                for caret in [Caret::new(it.start), Caret { offset: it.end, affinity: Affinity::Upstream }] {
                    let pos = drawing.view.caret_pos(caret).unwrap();
                    let inwards = vec2(if pos.x < (it.x0 + it.x1) / 2.0 { 0.2 } else { -0.2 }, 0.0);
                    assert_eq!(drawing.view.hit(pos + inwards), Some(caret), "{} at {zoom}", case.name);
                    n += 1;
                }
            }
            assert!(n > 60, "{} at {zoom}: {n}", case.name);
        }
    }
}

/// All places between graphemes, from the text's start to its end.
fn boundaries(text: &Text) -> Vec<Offset> {
    let mut boundaries = vec![Offset::START];
    while let Some(&last) = boundaries.last().filter(|&&last| last < text.end()) {
        boundaries.push(text.next(last, Unit::Grapheme));
    }
    boundaries
}

fn carets(offset: Offset) -> [Caret; 2] {
    [Affinity::Upstream, Affinity::Downstream].map(|affinity| Caret { offset, affinity })
}

/// Graphemes by row, in the order of the text.
fn rows(drawing: &Drawing) -> Vec<Vec<Grapheme>> {
    let mut rows: Vec<Vec<Grapheme>> = vec![];
    for grapheme in drawing.graphemes().into_iter().filter(|it| it.x1 - it.x0 > 0.01) {
        match rows.last_mut() {
            Some(row) if (row[0].y - grapheme.y).abs() < 0.1 => row.push(grapheme),
            _ => rows.push(vec![grapheme]),
        }
    }
    rows
}

/// A row as `browser.py` says it: runs from left to right in code points, and the width in points.
fn described(text: &Text, row: &[Grapheme]) -> (String, f32) {
    let inked = row.iter().rposition(|it| !it.is_space).map_or(0, |last| last + 1);
    let mut row = row[..inked].to_vec();
    row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    let number = |offset| text.measure(offset, OffsetUnit::CodePoint);
    let mut runs: Vec<(usize, usize, char)> = vec![];
    for it in &row {
        let (start, end) = (number(it.start), number(it.end));
        match runs.last_mut() {
            Some(run) if run.2 != '←' && run.1 == start => *run = (run.0, end, '→'),
            Some(run) if run.2 != '→' && end == run.0 => *run = (start, run.1, '←'),
            _ => runs.push((start, end, ' ')),
        }
    }
    let runs = runs
        .iter()
        .map(|&(start, end, sign)| format!("{start}{}{end}", if sign == ' ' { '→' } else { sign }));
    let width = row.last().map_or(0.0, |it| it.x1) - row.first().map_or(0.0, |it| it.x0);
    (runs.collect::<Vec<_>>().join(" "), width)
}

/// Characters without ink that have a sign on demand, each where it joins, parts, stacks or turns.
#[test]
fn signs_of_invisible_characters_move_nothing() {
    const INVISIBLE: &str = "\t\u{A0}\u{AD}\u{34F}\u{61C}\u{180E}\u{2003}\u{2009}\u{200B}\u{200C}\u{200D}\u{200E}\u{200F}\
                             \u{202F}\u{2060}\u{2062}\u{206A}\u{3000}\u{3164}\u{FE0E}\u{FE0F}\u{FEFF}\u{E0101}\u{E0041}";
    let fonts = fonts();
    for character in INVISIBLE.chars() {
        for context in ["ab|cd (e) 12", "بب|بب (ab) क्|ष", "👩|👩 שלום |(a)"] {
            let text = Text::new(context.replace('|', &character.to_string()));
            let mut drawing = Drawing::new(&fonts, text.clone(), [], COLUMN);
            let hidden = drawing.draw(100);
            let places = drawing.graphemes();
            drawing.options.show_invisibles = true;
            let shown = drawing.draw(100);
            assert_eq!(drawing.graphemes(), places, "{text:?}");
            assert_ne!(shown, hidden, "{text:?}");
        }
    }
}

/// Controls, and what could turn other text around, are seen at all times and turn nothing.
#[test]
fn controls_and_overrides_are_always_seen_and_turn_nothing() {
    let is_line_end = |it: &char| ['\n', '\r', '\u{85}'].contains(it);
    let controls =
        ('\u{0}'..='\u{1F}').chain('\u{7F}'..='\u{9F}').filter(|it| *it != '\t' && !is_line_end(it));
    let overrides = ('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}');
    let fonts = fonts();
    let drawn = |surface: &str| {
        let text = Text::new("ab|cd (e) 12\nبب |(ab) 12".replace('|', surface));
        let mut drawing = Drawing::new(&fonts, text.clone(), [], COLUMN);
        let picture = drawing.draw(100);
        let mut graphemes = drawing.graphemes();
        graphemes.sort_by(|a, b| a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0)));
        let order = graphemes.iter().map(|it| text.slice(Range::new(it.start, it.end).unwrap()).to_owned());
        (order.filter(|it| it != surface).collect::<Vec<_>>(), picture)
    };
    let (order, plain) = drawn("");
    for character in controls.chain(overrides) {
        let (with, picture) = drawn(&character.to_string());
        assert_eq!(with, order, "{character:?}");
        assert_ne!(picture, plain, "{character:?}");
    }
}

#[test]
fn invisible_characters_look_as_their_picture() {
    let text = "Satu dua\tribu\u{A0}rupiah, «\u{202F}oui\u{202F}», Ameri\u{AD}ka, ta\u{200B}nk, a\u{2060}b, a\u{FEFF}b\r\n\
                क्\u{200D}ष क्\u{200C}ष می\u{200C}گوید 👨\u{200D}👩\u{200D}👧 ❤\u{FE0F} هبهب\u{200E}\u{200E} (RLM)\u{200F}.\r\
                Selalu: a\u{202E}bc\u{202C}d \u{2067}e\u{2069} \u{7} \u{1B} U+E000 \u{E000} \u{10FFFD} n\u{16FE4}\n\
                قال می\u{200C}شود (ab\u{200F}) ١٢\u{3000}؟";
    let mut drawing = Drawing::new(&fonts(), Text::new(text), [], 520.0);
    drawing.options.show_invisibles = true;
    check_picture("invisibles.png", &drawing.draw(500));
    drawing.options.show_invisibles = false;
    check_picture("invisibles-hidden.png", &drawing.draw(500));
}
