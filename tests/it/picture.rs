//! Pictures of passages: kept ones, and what each promises whatever its text.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use quick_xml::events::Event;
use sorot::compare::agreement::Undefined;
use sorot::gui::picture::{PictureKind, PictureOptions, picture};
use sorot::gui::plot_ui;
use sorot::session::plot::{self, Bar, Point};
use sorot::session::{ArticleAction, NavigateAction, Passage, PictureAction};
use sorot::store::sample;
use sorot::text::{OffsetUnit, Range};

use crate::desk::{self, Desk};
use crate::drawing::fonts;

/// The gold annotations of an article of the sample.
fn gold(article: &str) -> (tempfile::TempDir, Desk) {
    let folder = tempfile::tempdir().unwrap();
    sample::copy_to(folder.path()).unwrap();
    let mut desk = Desk::open(folder.path(), "gold");
    desk.perform(ArticleAction::Open(format!("articles/{article}").as_str().into()));
    (folder, desk)
}

fn drawn(desk: &Desk, passage: &Passage, options: &PictureOptions) -> Svg {
    let range = desk.session.range_of(passage).unwrap();
    let bytes = picture(&desk.session, range, &fonts(), PictureKind::Svg, options).unwrap();
    Svg::read(String::from_utf8(bytes).unwrap())
}

/// An SVG file, whose promises were looked at.
#[derive(Debug, Default)]
struct Svg {
    source: String,
    /// What the letters say, row by row, then the tags, then the relations.
    said: Vec<String>,
    /// The colours of highlights, one for each stretch.
    tints: Vec<String>,
    n_images: usize,
    n_outlines: usize,
}

impl Svg {
    fn read(source: String) -> Svg {
        let mut svg = Svg::default();
        let mut reader = quick_xml::Reader::from_str(&source);
        let mut depth = 0;
        let mut names = BTreeSet::new();
        loop {
            let event = reader.read_event().unwrap();
            let (start, opens) = match &event {
                Event::Start(start) => (start, 1),
                Event::Empty(start) => (start, 0),
                Event::End(_) => {
                    depth -= 1;
                    continue;
                }
                Event::Eof => break,
                _ => continue,
            };
            depth += opens;
            let name = start.name().as_ref().to_owned();
            let mut is_tint = name == "rect" || name == "path";
            let mut fill = String::new();
            for attribute in start.attributes() {
                let attribute = attribute.unwrap();
                let key = attribute.key.as_ref().to_owned();
                let value = attribute.value.to_string();
                for word in ["NaN", "inf", "url("] {
                    assert!(key == "aria-label" || !value.contains(word), "{key}={value}");
                }
                match key.as_str() {
                    "d" => {
                        assert!(value.starts_with('M'), "{value}");
                        svg.n_outlines += usize::from(value.contains('Q') || value.contains('C'));
                    }
                    "aria-label" => svg.said.push(value),
                    "href" => assert!(value.starts_with("data:image/png;base64,"), "{value}"),
                    "xmlns" => assert_eq!(value, "http://www.w3.org/2000/svg"),
                    "fill" => fill = value,
                    "fill-opacity" => is_tint &= value == "0.2",
                    other => assert!(!other.starts_with("on") && !other.contains(':'), "{other}"),
                }
            }
            if is_tint && source.contains(&format!("fill=\"{fill}\" fill-opacity=\"0.2\"")) {
                svg.tints.push(fill);
            }
            svg.n_images += usize::from(name == "image");
            names.insert(name);
        }
        assert_eq!(depth, 0, "every element ends");
        let known = ["circle", "desc", "g", "image", "path", "rect", "svg", "title"];
        assert!(names.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
        svg.source = source;
        svg
    }

    /// How often something is said by letters.
    fn count(&self, said: &str) -> usize {
        self.said.iter().filter(|it| *it == said).count()
    }
}

/// Compares with a file that the repository keeps; `UPDATE_EXPECT=1` keeps this one. Look at it
/// before committing it.
fn check_file(name: &str, bytes: &[u8]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/pictures").join(name);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&path, bytes).unwrap();
    }
    let kept = fs::read(&path).unwrap_or_default();
    if kept != bytes {
        let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        fs::write(&new, bytes).unwrap();
        panic!("{name} is drawn differently. See {}; UPDATE_EXPECT=1 keeps it", new.display());
    }
}

#[test]
fn a_passage_is_drawn_as_the_kept_pictures_show() {
    let (_folder, desk) = gold("en-shell-count.txt");
    let range = desk.session.range_of(&Passage::Lines(3, 3)).unwrap();
    let options = PictureOptions { width: 300.0, dpi: 144.0, has_legend: true, ..PictureOptions::default() };
    for (name, kind) in [("passage.svg", PictureKind::Svg), ("passage.png", PictureKind::Png)] {
        let bytes = picture(&desk.session, range, &fonts(), kind, &options).unwrap();
        check_file(name, &bytes);
    }
    let dark = PictureOptions { is_dark: true, has_legend: false, ..options };
    let svg = drawn(&desk, &Passage::Lines(3, 3), &dark);
    assert!(svg.source.contains("fill=\"#1b1d20\""), "the dark theme's ground");
}

#[test]
fn a_plot_is_drawn_with_names_in_any_script() {
    let names = ["Rina", "محمد", "สมชาย"].map(str::to_owned);
    let plot = plot::matrix(&names, |i, j| (i != j).then_some(Ok(if i + j == 1 { 0.93 } else { 0.21 })));
    check_file("plot.png", &plot_ui::png(&plot, &fonts()).unwrap());
    let bar = |name: &str, interval| Bar { name: name.to_owned(), answer: Ok(0.5), interval };
    let plot = plot::bars(&[bar("人名", Some((0.25, 0.75))), bar("quote", None)]);
    check_file("plot-bars.png", &plot_ui::png(&plot, &fonts()).unwrap());
    let point = |name: &str, answer, interval| Point { name: name.to_owned(), answer, interval };
    let points = [
        point("1–5", Ok(0.35), Some((0.1, 0.6))),
        point("6–10", Ok(0.55), Some((0.4, 0.7))),
        point("11–15", Err(Undefined::NothingMarked), None),
        point("16–20", Ok(1.0), Some((1.0, 1.0))),
    ];
    let plot = plot::curve(&points, "articles in the order in which they were annotated");
    check_file("plot-curve.png", &plot_ui::png(&plot, &fonts()).unwrap());
}

#[test]
fn a_plot_too_large_for_its_pixels_is_drawn_with_fewer() {
    let names: Vec<String> = (0..60).map(|it| format!("annotator with a name {it}")).collect();
    let plot = plot::matrix(&names, |_, _| Some(Ok(1.0)));
    let bytes = plot_ui::png(&plot, &fonts()).unwrap();
    let reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().unwrap();
    assert!((8_000..=8_192).contains(&reader.info().width), "{}", reader.info().width);
}

#[test]
fn every_span_has_its_tag_and_every_row_its_outlines() {
    for article in
        ["en-shell-count.txt", "ar-border-crossing.txt", "ja-cable-watch.txt", "th-mekong-bombs.txt"]
    {
        let (_folder, desk) = gold(article);
        let options = PictureOptions::default();
        let svg = drawn(&desk, &Passage::Article, &options);
        for label in desk.session.schema().label_names() {
            let set = desk.session.set().unwrap();
            let n = set.annotations().filter(|it| it.label == label).count();
            let letter = desk.session.schema().label(label).and_then(|it| it.key).unwrap().to_string();
            assert_eq!(svg.count(label) + svg.count(&letter), n, "{article}: {label}");
        }
        let n_relations = desk.session.set().unwrap().relations().count();
        assert_eq!(svg.count("says"), n_relations, "{article}");
        assert!(svg.n_outlines >= svg.said.len(), "{article}: each word is drawn");
        // The fonts of the tests lack some of its characters, which show as their codes.
        assert!(svg.n_images == 0 || article.starts_with("ja-"), "{article}: nothing of it is pixels");
        let text: String = desk.session.document().unwrap().text.as_str().split_whitespace().collect();
        let rows: String = svg.said.concat().replace("&quot;", "\"").replace("&apos;", "'");
        let rows: String = rows.split_whitespace().collect();
        assert!(rows.starts_with(&text), "{article}: all of the text is said, in its order");
    }
}

#[test]
fn a_span_that_begins_before_the_passage_goes_on_without_a_tag() {
    let (_folder, desk) = gold("en-shell-count.txt");
    let text = desk.session.document().unwrap().text.clone();
    let code_point = |wanted: &str| {
        let byte = text.as_str().find(wanted).unwrap();
        text.measure(text.locate(byte, OffsetUnit::Byte).unwrap(), OffsetUnit::CodePoint)
    };
    // The quote is "they would meet again in May", and its speaker stands before it.
    let inside = Passage::CodePoints(code_point("would meet"), code_point(" in May"));
    let svg = drawn(&desk, &inside, &PictureOptions::default());
    assert_eq!(svg.said, ["would meet again", "says"], "the relation leads there from outside");
    assert_eq!(svg.tints.len(), 1);
    let speaker = Passage::CodePoints(code_point("though delegates"), code_point(" they would meet"));
    let svg = drawn(&desk, &speaker, &PictureOptions::default());
    assert_eq!((svg.count("speaker"), svg.count("quote"), svg.count("says")), (1, 0, 1));
}

#[test]
fn all_pieces_of_a_span_are_drawn_under_one_tag() {
    let (_folder, desk) = gold("ja-cable-watch.txt");
    let quote = desk.session.set().unwrap().annotations().find(|it| it.span.is_discontinuous()).unwrap();
    let svg = drawn(
        &desk,
        &Passage::Around(quote.id.clone()),
        &PictureOptions { width: 1000.0, ..PictureOptions::default() },
    );
    assert_eq!((svg.count("quote"), svg.count("says")), (1, 1));
    let amber = svg.tints.iter().filter(|it| *it == &svg.tints[0]).count();
    assert_eq!(amber, 2, "{:?}", svg.tints);
}

#[test]
fn chinese_and_japanese_are_outlines() {
    let project = desk::project(&[("a.txt", "日本政府の代表は「国の中」と述べた。")]);
    let mut desk = Desk::open(project.path(), "rina");
    desk.press("Ctrl+Shift+Right C");
    let svg = drawn(&desk, &Passage::Article, &PictureOptions::default());
    assert_eq!((svg.said[0].as_str(), svg.n_images), ("日本政府の代表は「国の中」と述べた。", 0));
    assert_eq!(svg.count("country"), 1);
}

#[test]
fn emoji_and_characters_that_files_cannot_hold_are_in_the_picture() {
    let project = desk::project(&[("a.txt", "Kyiv \u{1}<&> 😀 👩🏽\u{200d}🚀 \u{10380}.")]);
    let mut desk = Desk::open(project.path(), "rina");
    desk.press("C");
    let svg = drawn(&desk, &Passage::Article, &PictureOptions::default());
    assert!(svg.n_images >= 3, "two emoji, and a code in hex: {}", svg.n_images);
    assert!(svg.source.contains("Kyiv \u{fffd}&lt;&amp;&gt; 😀"), "{}", svg.source);
    let range = desk.session.range_of(&Passage::Article).unwrap();
    picture(&desk.session, range, &fonts(), PictureKind::Png, &PictureOptions::default()).unwrap();
}

#[test]
fn what_is_too_large_is_refused_with_its_size() {
    let project = desk::project(&[("a.txt", &"Kyiv diserang. ".repeat(2000))]);
    let desk = Desk::open(project.path(), "rina");
    let refused = |passage, kind| {
        let range = desk.session.range_of(&passage).unwrap();
        let options = PictureOptions { dpi: 1200.0, ..PictureOptions::default() };
        picture(&desk.session, range, &fonts(), kind, &options).map(drop).unwrap_err()
    };
    let said = refused(Passage::Article, PictureKind::Svg);
    assert_eq!(said, "the passage is too long for one picture: 29999 bytes, at most 20000");
    let said = refused(Passage::CodePoints(0, 9000), PictureKind::Png);
    assert!(said.ends_with("at most 8192 a side: take fewer pixels an inch, less text, or SVG"), "{said}");
}

#[test]
fn the_passage_is_the_selection_or_the_sentence_or_what_is_in_view() {
    let project = desk::project(&[("a.txt", "Kyiv diserang. Rusia menyerang Kyiv. Jerman membayar.")]);
    let mut desk = Desk::open(project.path(), "rina");
    let text = desk.session.document().unwrap().text.clone();
    let at = |byte: usize| text.locate(byte, OffsetUnit::Byte).unwrap();
    let visible = Range::new(at(0), at(4));
    let shown = |desk: &Desk| text.slice(desk.session.passage(visible).unwrap()).to_owned();
    assert_eq!(shown(&desk), "Kyiv");
    desk.place_caret(15);
    desk.press("C");
    assert_eq!(shown(&desk).trim(), "Rusia menyerang Kyiv.");
    desk.place_caret(5);
    desk.press("Ctrl+Shift+Right");
    assert_eq!(shown(&desk), "diserang");
    desk.perform(NavigateAction::Show(at(0)));
    assert_eq!(shown(&desk), "Kyiv");
}

#[test]
fn a_picture_is_written_or_it_is_said_why_not() {
    let project = desk::project(&[("a.txt", "Kyiv.")]);
    let mut desk = Desk::open(project.path(), "rina");
    let path = project.path().join("a.svg");
    desk.perform(PictureAction::Save { path: path.clone(), bytes: b"<svg/>".to_vec().into() });
    assert_eq!(fs::read(&path).unwrap(), b"<svg/>");
    assert_eq!(desk.notes, [format!("Saved: {}", path.display())]);
    let nowhere = path.join("b.svg");
    desk.perform(PictureAction::Save { path: nowhere.clone(), bytes: b"".to_vec().into() });
    let note = desk.notes.last().unwrap();
    assert!(note.starts_with("Cannot save") && note.ends_with(&nowhere.display().to_string()), "{note}");
}
