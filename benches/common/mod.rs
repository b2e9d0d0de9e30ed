//! The articles that benchmarks work on, and a window without a screen.

use std::path::Path;

use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Ui, Vec2, pos2, vec2};

use sorot::file::{PRESETS, ProjectFile};
use sorot::gui::canvas::CanvasView;
use sorot::gui::canvas::fonts::Fonts;
use sorot::gui::settings::Settings;
use sorot::gui::{App, Start};
use sorot::model::{
    Annotation, AnnotationSet, DocumentId, Origin, Owner, Relation, Report, Schema, SetKey, Status, Timestamp,
};
use sorot::session::Surroundings;
use sorot::session::jobs::Opening;
use sorot::session::jobs::Storage;
use sorot::store::Folder;
use sorot::text::{OffsetUnit, Range, Span, Text};

/// An article and how much is annotated in it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) n_bytes: usize,
    pub(crate) n_annotations: usize,
    pub(crate) kind: Kind,
    /// How often the slow things are done.
    pub(crate) n_runs: usize,
}

/// What the text of a case is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Paragraphs of Indonesian and English.
    Latin,
    /// Paragraphs of sentences in eight scripts, one after the other.
    Mixed,
    /// One line without an end.
    OneParagraph,
    /// Lines of some forty bytes.
    ShortLines,
}

pub(crate) const CASES: [Case; 6] = [
    Case { name: "2 KB, 40 spans", n_bytes: 2_000, n_annotations: 40, kind: Kind::Latin, n_runs: 60 },
    Case { name: "1 MB, 5,000", n_bytes: 1_000_000, n_annotations: 5_000, kind: Kind::Latin, n_runs: 40 },
    Case { name: "10 MB, 20,000", n_bytes: 10_000_000, n_annotations: 20_000, kind: Kind::Latin, n_runs: 20 },
    Case {
        name: "10 MB mixed scripts, 20,000",
        n_bytes: 10_000_000,
        n_annotations: 20_000,
        kind: Kind::Mixed,
        n_runs: 20,
    },
    Case {
        name: "10 MB one paragraph, 20,000",
        n_bytes: 10_000_000,
        n_annotations: 20_000,
        kind: Kind::OneParagraph,
        n_runs: 20,
    },
    Case {
        name: "10 MB short lines, 20,000",
        n_bytes: 10_000_000,
        n_annotations: 20_000,
        kind: Kind::ShortLines,
        n_runs: 20,
    },
];

impl Case {
    /// What it is drawn with: for mixed scripts also the fonts of the tests, so that all glyphs are
    /// really shaped and drawn.
    pub(crate) fn fonts(&self) -> Fonts {
        const FILES: [&[u8]; 6] = [
            include_bytes!("../../tests/fonts/NotoSansArabic-subset.ttf"),
            include_bytes!("../../tests/fonts/NotoSansHebrew-subset.ttf"),
            include_bytes!("../../tests/fonts/NotoSansThai-subset.ttf"),
            include_bytes!("../../tests/fonts/NotoSansDevanagari-subset.ttf"),
            include_bytes!("../../tests/fonts/NotoSansCJK-subset.otf"),
            include_bytes!("../../tests/fonts/NotoColorEmoji-subset.ttf"),
        ];
        match self.kind {
            Kind::Mixed => Fonts::bundled_and(FILES.map(<[u8]>::to_vec)),
            _ => Fonts::bundled_only(),
        }
    }
}

/// A text with annotations that nest, cross, coincide and have several pieces: the same each time.
pub(crate) struct Article {
    pub(crate) text: Text,
    pub(crate) set: AnnotationSet,
    pub(crate) schema: Schema,
}

impl Article {
    pub(crate) fn new(case: &Case) -> Article {
        let mut random = fastrand::Rng::with_seed(1);
        let (text, places) = write_text(case, &mut random);
        let annotations = annotate(case, &text, &places, &mut random);
        let relations = relate(&annotations);
        let set = AnnotationSet::new(Status::InProgress, annotations, relations, []);
        Article { text, set, schema: PRESETS[0].schema() }
    }

    /// Makes a project of it.
    pub(crate) fn write(&self, folder: &Path) {
        let project = ProjectFile::new("benchmark", self.schema.clone());
        let folder = Folder::create(folder, &project).expect("the folder is empty");
        let path = folder.root().join("articles/article.txt");
        std::fs::write(path, self.text.as_str()).expect("the folder was just made");
        let document = folder.read_document(&key().document, &mut Report::default()).expect("it is there");
        folder.write_set(&key(), &document, &self.set, &self.schema).expect("the folder is writable");
    }
}

pub(crate) fn key() -> SetKey {
    SetKey { document: DocumentId::new("articles/article.txt"), owner: Owner::named("bench") }
}

/// The text, and where each of its words lies. In scripts without spaces a word is three
/// characters.
fn write_text(case: &Case, random: &mut fastrand::Rng) -> (Text, Vec<(usize, usize)>) {
    const LATIN: [&str; 3] = [
        include_str!("../../samples/articles/topmedia-ukraina.txt"),
        include_str!("../../samples/articles/id-ranjau-makassar.txt"),
        include_str!("../../samples/articles/en-shell-count.txt"),
    ];
    const ARABIC: &str = include_str!("../../samples/articles/ar-border-crossing.txt");
    const JAPANESE: &str = include_str!("../../samples/articles/ja-cable-watch.txt");
    const THAI: &str = include_str!("../../samples/articles/th-mekong-bombs.txt");
    const HEBREW: &str = "שר הביטחון אמר ביום שני כי המדינה תעביר לאוקראינה טנקים ותחמושת לפני סוף השנה";
    const HINDI: &str = "रक्षा मंत्री ने सोमवार को कहा कि देश साल के अंत से पहले टैंक और गोला बारूद भेजेगा";
    const EMOJI: &str = "👍🏽 👨\u{200d}👩\u{200d}👧 🇦🇷 ⚔\u{fe0f}";
    let spaced = |string: &str| string.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let latin = spaced(&LATIN.join(" "));
    let vocabularies: Vec<(Vec<String>, &str)> = match case.kind {
        Kind::Mixed => vec![
            (latin, " "),
            (spaced(ARABIC), " "),
            (spaced(HINDI), " "),
            (unspaced(THAI), ""),
            (unspaced(JAPANESE), ""),
            (spaced(HEBREW), " "),
            (spaced(EMOJI), " "),
        ],
        _ => vec![(latin, " ")],
    };
    let mut string = String::with_capacity(case.n_bytes + 1_000);
    let mut places = Vec::new();
    let mut line_start = 0;
    while string.len() < case.n_bytes {
        let (words, space) = &vocabularies[random.usize(..vocabularies.len())];
        let first = random.usize(..words.len());
        for word in words.iter().cycle().skip(first).take(random.usize(6..20)) {
            places.push((string.len(), string.len() + word.len()));
            string.push_str(word);
            string.push_str(space);
            if case.kind == Kind::ShortLines && string.len() - line_start > 36 {
                string.push('\n');
                line_start = string.len();
            }
        }
        let ends_paragraph = matches!(case.kind, Kind::Latin | Kind::Mixed) && random.u32(..8) == 0;
        string.push_str(if ends_paragraph { ".\n\n" } else { ". " });
    }
    (Text::new(string), places)
}

/// Three characters at a time.
fn unspaced(string: &str) -> Vec<String> {
    let text = Text::new(string.split_whitespace().collect::<String>());
    let graphemes: Vec<&str> =
        text.whole().into_iter().flat_map(|it| text.graphemes(it)).map(|it| text.slice(it)).collect();
    graphemes.chunks(3).map(<[&str]>::concat).collect()
}

/// Groups of ten annotations at random places. Groups overlap where they fall together.
fn annotate(
    case: &Case,
    text: &Text,
    places: &[(usize, usize)],
    random: &mut fastrand::Rng,
) -> Vec<Annotation> {
    /// Labels of the default schema, and which words of the group they cover.
    const GROUP: [(&str, &[(usize, usize)]); 10] = [
        ("quote", &[(0, 12)]),
        ("speaker", &[(13, 15)]),
        ("country", &[(3, 4)]),             // nested
        ("weapon", &[(5, 7)]),              // nested
        ("country", &[(5, 7)]),             // the same characters
        ("speaker", &[(10, 14)]),           // crosses quote and speaker
        ("quote", &[(16, 20), (23, 28)]),   // two pieces
        ("weapon", &[(18, 25)]),            // crosses both
        ("country", &[(2, 9)]),             // around others
        ("speaker", &[(30, 31), (33, 34)]), // two pieces
    ];
    const LENGTH: usize = 34;
    let at = |byte: usize| text.locate(byte, OffsetUnit::Byte).expect("words start between characters");
    let mut annotations = Vec::with_capacity(case.n_annotations);
    let mut first = 0;
    for i in 0..case.n_annotations {
        if i % GROUP.len() == 0 {
            first = random.usize(..places.len() - LENGTH);
        }
        let (label, pieces) = GROUP[i % GROUP.len()];
        let ranges = pieces.iter().map(|&(from, to)| {
            let range = Range::new(at(places[first + from].0), at(places[first + to - 1].1));
            range.expect("words are not empty")
        });
        let span = Span::new(ranges).expect("there is a piece");
        annotations.push(annotation(&format!("s{i:08}"), label, span));
    }
    annotations
}

pub(crate) fn annotation(id: &str, label: &str, span: Span) -> Annotation {
    Annotation { origin: Origin::Manual, ..Annotation::new(id.into(), label, span) }
}

/// Two of three groups have a speaker for their first quote.
fn relate(annotations: &[Annotation]) -> Vec<Relation> {
    let groups = annotations.chunks(10).enumerate().filter(|(i, group)| i % 3 > 0 && group.len() > 1);
    groups
        .map(|(i, group)| Relation {
            id: format!("r{i:08}").as_str().into(),
            label: "says".to_owned(),
            from: group[1].id.clone(),
            to: group[0].id.clone(),
            attributes: Default::default(),
            note: String::new(),
            origin: Origin::Manual,
            created: None,
            modified: None,
            extra: Default::default(),
        })
        .collect()
}

/// What is needed to start the program on a folder.
pub(crate) fn start(folder: &Path) -> Start {
    Start {
        open: Opening::Path(folder.to_owned()),
        settings: Settings { show_hint: false, ..Settings::default() },
        settings_path: None,
        user: "bench".to_owned(),
        surroundings: Surroundings {
            clock: || Timestamp(1_700_000_000),
            random: fastrand::Rng::with_seed(1),
            storage: Storage::default(),
        },
        is_synchronous: false,
    }
}

/// A window without a screen.
pub(crate) struct Screen {
    pub(crate) context: egui::Context,
    pub(crate) size: Vec2,
    time: f64,
}

impl Screen {
    pub(crate) fn new() -> Screen {
        Screen { context: egui::Context::default(), size: vec2(1200.0, 900.0), time: 0.0 }
    }

    /// A frame, from input to triangles.
    pub(crate) fn frame(&mut self, events: Vec<Event>, draw: impl FnMut(&mut Ui)) {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time),
            focused: true,
            max_texture_side: Some(4096),
            events,
            ..RawInput::default()
        };
        let mut output = self.context.run_ui(input, draw);
        let triangles = self.context.tessellate(output.shapes, output.pixels_per_point);
        assert!(!triangles.is_empty());
        output.textures_delta.clear();
    }
}

/// The program on a screen, with its article open and shown.
pub(crate) struct Window {
    pub(crate) screen: Screen,
    pub(crate) app: App,
}

impl Window {
    pub(crate) fn open(case: &Case, folder: &Path) -> Window {
        let screen = Screen::new();
        let app = App::new(&screen.context, start(folder), CanvasView::new(case.fonts()));
        let mut window = Window { screen, app };
        while window.app.session().is_none_or(|session| session.document().is_none()) {
            assert_eq!(window.app.failure(), None);
            // As a real window, which sleeps until something happens.
            while !window.screen.context.has_requested_repaint() {
                std::thread::sleep(std::time::Duration::from_millis(1));
            }
            window.frame(vec![]);
        }
        window.frame(vec![]);
        assert_eq!(window.n_annotations(), case.n_annotations);
        window
    }

    pub(crate) fn frame(&mut self, events: Vec<Event>) {
        let app = &mut self.app;
        self.screen.frame(events, |ui| {
            app.logic(ui.ctx());
            app.ui(ui);
        });
    }

    pub(crate) fn n_annotations(&self) -> usize {
        self.app.session().and_then(|it| it.set()).map_or(0, |set| set.annotations().len())
    }
}

/// The pointer in the middle, so that the wheel means the article.
pub(crate) fn pointer() -> Vec<Event> {
    vec![Event::PointerMoved(pos2(600.0, 450.0))]
}

pub(crate) fn wheel(points: f32) -> Vec<Event> {
    vec![Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -points),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    }]
}

pub(crate) fn press(key: Key) -> Vec<Event> {
    let (modifiers, repeat, physical_key) = (Modifiers::NONE, false, None);
    vec![Event::Key { key, physical_key, pressed: true, repeat, modifiers }]
}
