//! What frames, opening and saving cost: `cargo bench`, see `BENCHMARKS.md`.
//!
//! Times are of the thread's own processor time, which other work on the machine disturbs least;
//! where waiting is the point, wall time stands beside it.

#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

use std::path::Path;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Ui, Vec2, pos2, vec2};

use sorot::file::{PRESETS, ProjectFile, write_set};
use sorot::gui::canvas::fonts::Fonts;
use sorot::gui::canvas::{Align, CanvasOptions, CanvasView, Caret, Link, Mark, Marks, Scene};
use sorot::gui::settings::Settings;
use sorot::gui::{App, Start, theme};
use sorot::model::{
    Annotation, AnnotationSet, DocumentId, Origin, Owner, Relation, Report, Schema, SetKey, Status, Timestamp,
};
use sorot::session::Surroundings;
use sorot::session::jobs::Opening;
use sorot::store::Folder;
use sorot::text::{Offset, OffsetUnit, Range, Span, Text};

const SIZE: Vec2 = vec2(1200.0, 900.0);

/// An article and how much is annotated in it.
struct Case {
    name: &'static str,
    n_bytes: usize,
    n_annotations: usize,
    /// How often the slow things are done.
    n_runs: usize,
}

const CASES: [Case; 3] = [
    Case { name: "2 KB, 40 spans", n_bytes: 2_000, n_annotations: 40, n_runs: 60 },
    Case { name: "1 MB, 5,000 spans", n_bytes: 1_000_000, n_annotations: 5_000, n_runs: 40 },
    Case { name: "10 MB, 20,000 spans", n_bytes: 10_000_000, n_annotations: 20_000, n_runs: 15 },
];

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().all(|argument| argument != "--bench");
    println!("{:<22}{:<38}{:>12}{:>12}", "", "milliseconds", "median", "95 %");
    for case in CASES.iter().take(if is_test { 1 } else { CASES.len() }) {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let article = Article::new(case);
        article.write(folder.path());
        store(case, &article, folder.path());
        canvas(case, &article);
        window(case, folder.path());
    }
}

/// Prints a row of the table.
fn report(case: &Case, what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize].as_secs_f64() * 1e3;
    println!("{:<22}{:<38}{:>12.2}{:>12.2}", case.name, what, at(0.5), at(0.95));
}

/// A text of the words of the samples, with annotations at even distances: the same each time.
struct Article {
    text: Text,
    set: AnnotationSet,
    schema: Schema,
}

impl Article {
    fn new(case: &Case) -> Article {
        const SAMPLES: [&str; 3] = [
            include_str!("../samples/articles/topmedia-ukraina.txt"),
            include_str!("../samples/articles/id-ranjau-makassar.txt"),
            include_str!("../samples/articles/en-shell-count.txt"),
        ];
        let words: Vec<&str> = SAMPLES.iter().flat_map(|sample| sample.split_whitespace()).collect();
        let mut random = fastrand::Rng::with_seed(1);
        let mut string = String::with_capacity(case.n_bytes + 100);
        // Where each word lies.
        let mut places = Vec::new();
        while string.len() < case.n_bytes {
            let word = words[random.usize(..words.len())];
            places.push((string.len(), string.len() + word.len()));
            string.push_str(word);
            string.push_str(match random.u32(..200) {
                0..2 => ".\n\n",
                2..15 => ". ",
                _ => " ",
            });
        }
        let text = Text::new(string);
        let at = |byte: usize| text.locate(byte, OffsetUnit::Byte).expect("words start between characters");
        let step = places.len() / case.n_annotations;
        // Labels of the default schema, and how many words they cover.
        let kinds = [("speaker", 2), ("quote", 12), ("country", 1), ("weapon", 1)];
        let annotations: Vec<Annotation> = (0..case.n_annotations)
            .map(|i| {
                let (label, n_words) = kinds[i % kinds.len()];
                let last = (i * step + n_words - 1).min(places.len() - 1);
                let range = Range::new(at(places[i * step].0), at(places[last].1));
                annotation(&format!("s{i:08}"), label, range.expect("words are not empty"))
            })
            .collect();
        // Two of three quotes have a speaker.
        let relations =
            annotations.chunks(kinds.len()).enumerate().filter(|(i, four)| i % 3 > 0 && four.len() > 1);
        let relations: Vec<Relation> = relations
            .map(|(i, four)| Relation {
                id: format!("r{i:08}").as_str().into(),
                label: "says".to_owned(),
                from: four[0].id.clone(),
                to: four[1].id.clone(),
                attributes: Default::default(),
                note: String::new(),
                origin: Origin::Manual,
                created: None,
                modified: None,
                extra: Default::default(),
            })
            .collect();
        let set = AnnotationSet::new(Status::InProgress, annotations, relations, []);
        Article { text, set, schema: PRESETS[0].schema() }
    }

    fn write(&self, folder: &Path) {
        let project = ProjectFile::new("benchmark", self.schema.clone());
        let folder = Folder::create(folder, &project).expect("the folder is empty");
        let path = folder.root().join("articles/article.txt");
        std::fs::write(path, self.text.as_str()).expect("the folder was just made");
        let document = folder.read_document(&key().document, &mut Report::default()).expect("it is there");
        folder.write_set(&key(), &document, &self.set, &self.schema).expect("the folder is writable");
    }

    fn marks(&self) -> Vec<Mark> {
        let names = self.schema.label_names();
        let mark = |it: &std::sync::Arc<Annotation>| Mark {
            id: it.id.clone(),
            span: it.span.clone(),
            style: names.iter().position(|name| *name == it.label).unwrap_or_default(),
            label: it.label.clone(),
            name: format!("{}: {}", it.label, self.text.surface(&it.span)),
        };
        self.set.in_order(&names).into_iter().map(mark).collect()
    }
}

fn key() -> SetKey {
    SetKey { document: DocumentId::new("articles/article.txt"), owner: Owner::named("bench") }
}

fn annotation(id: &str, label: &str, range: Range) -> Annotation {
    Annotation {
        id: id.into(),
        label: label.to_owned(),
        span: Span::from(range),
        entity: None,
        attributes: Default::default(),
        note: String::new(),
        flags: Vec::new(),
        origin: Origin::Manual,
        created: None,
        modified: None,
        extra: Default::default(),
    }
}

/// Opening: article, set and marks. Saving: the file's bytes, then all of it with the disk.
fn store(case: &Case, article: &Article, folder: &Path) {
    let (mut open, mut open_wall, mut bytes, mut save, mut save_wall) =
        (vec![], vec![], vec![], vec![], vec![]);
    for i in 0..case.n_runs {
        let mut report = Report::default();
        let (start, wall) = (ThreadTime::now(), Instant::now());
        let opened = Folder::open(folder, &mut report).expect("the project was just made");
        let document = opened.folder.read_document(&key().document, &mut report).expect("it is there");
        let loaded = opened.folder.read_set(&key(), &document, &article.schema, &mut report);
        let mut set = loaded.expect("it can be read").expect("it is there").set;
        let marks = Marks::new(&document.text, article.marks());
        open.push(start.elapsed());
        open_wall.push(wall.elapsed());
        assert_eq!((marks.len(), report.problems.len()), (case.n_annotations, 0));

        // Another content each time: what is on disk already is not written again.
        set.n_saves = i as u64 + 1;
        let start = ThreadTime::now();
        assert!(write_set(&key(), &document, &set, &article.schema).len() > case.n_bytes);
        bytes.push(start.elapsed());
        let (start, wall) = (ThreadTime::now(), Instant::now());
        opened.folder.write_set(&key(), &document, &set, &article.schema).expect("it is writable");
        save.push(start.elapsed());
        save_wall.push(wall.elapsed());
    }
    report(case, "open", open);
    report(case, "open, wall", open_wall);
    report(case, "save, the file's bytes alone", bytes);
    report(case, "save", save);
    report(case, "save, wall", save_wall);
}

/// A window without a screen.
struct Screen {
    context: egui::Context,
    time: f64,
    size: Vec2,
}

impl Screen {
    fn new() -> Screen {
        Screen { context: egui::Context::default(), time: 0.0, size: SIZE }
    }

    /// What one frame costs, from input to triangles.
    fn frame(&mut self, events: Vec<Event>, draw: impl FnMut(&mut Ui)) -> Duration {
        self.time += 1.0 / 60.0;
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(Pos2::ZERO, self.size)),
            time: Some(self.time),
            focused: true,
            max_texture_side: Some(4096),
            events,
            ..RawInput::default()
        };
        let start = ThreadTime::now();
        let mut output = self.context.run_ui(input, draw);
        let triangles = self.context.tessellate(output.shapes, output.pixels_per_point);
        let elapsed = start.elapsed();
        assert!(!triangles.is_empty());
        output.textures_delta.clear();
        elapsed
    }

    /// The pointer moves to the middle, so that the wheel means the article.
    fn point(&mut self, draw: impl FnMut(&mut Ui)) {
        self.frame(vec![Event::PointerMoved(pos2(600.0, 450.0))], draw);
    }
}

fn wheel(points: f32) -> Vec<Event> {
    vec![Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, -points),
        phase: TouchPhase::Move,
        modifiers: Modifiers::NONE,
        source: egui::MouseWheelSource::Unknown,
    }]
}

fn press(key: Key) -> Vec<Event> {
    let (modifiers, repeat, physical_key) = (Modifiers::NONE, false, None);
    vec![Event::Key { key, physical_key, pressed: true, repeat, modifiers }]
}

const N_FRAMES: usize = 200;

/// The article alone.
fn canvas(case: &Case, article: &Article) {
    let styles = theme::mark_styles(&article.schema, false);
    let mut view = CanvasView::new(Fonts::bundled_only());
    let all = article.marks();
    let mut marks = Marks::new(&article.text, all.clone());
    let links: Vec<Link> = article
        .set
        .relations()
        .filter_map(|it| {
            let (from, to) = (marks.position(&it.from)?, marks.position(&it.to)?);
            Some(Link { from, to, label: it.label.clone() })
        })
        .collect();
    let options = CanvasOptions::default();
    let untied: Vec<usize> = (0..all.len())
        .filter(|&mark| all[mark].label == "quote" && links.iter().all(|link| link.to != mark))
        .collect();
    let mut screen = Screen::new();
    let draw = |ui: &mut Ui, view: &mut CanvasView, marks: &Marks| {
        let scene = Scene {
            text: &article.text,
            marks,
            styles: &styles,
            links: &links,
            untied: &untied,
            selected: None,
            candidates: &[],
            selection: &[],
            caret: Some(Caret::new(Offset::START)),
            landmarks: Default::default(),
            options: &options,
        };
        view.ui(ui, &scene);
    };
    let first = screen.frame(vec![], |ui| draw(ui, &mut view, &marks));
    report(case, "canvas: first frame", vec![first]);
    screen.point(|ui| draw(ui, &mut view, &marks));
    let still = (0..N_FRAMES).map(|_| screen.frame(vec![], |ui| draw(ui, &mut view, &marks))).collect();
    report(case, "canvas: still", still);
    let scroll = (0..N_FRAMES).map(|_| screen.frame(wheel(60.0), |ui| draw(ui, &mut view, &marks))).collect();
    report(case, "canvas: scroll by 60 points", scroll);
    let length = article.text.length(OffsetUnit::Byte);
    let jump = (0..N_FRAMES).map(|i| {
        let byte = article.text.as_str().floor_char_boundary(length * ((i * 37) % N_FRAMES) / N_FRAMES);
        view.scroll_to(
            article.text.locate(byte, OffsetUnit::Byte).expect("a character starts here"),
            Align::Top,
        );
        screen.frame(vec![], |ui| draw(ui, &mut view, &marks))
    });
    report(case, "canvas: jump anywhere", jump.collect());
    let resize = (0..case.n_runs).map(|i| {
        screen.size.x = 700.0 + (i * 37 % 300) as f32;
        screen.frame(vec![], |ui| draw(ui, &mut view, &marks))
    });
    report(case, "canvas: resize", resize.collect());
    let add = (0..case.n_runs).map(|i| {
        let mut more = all.clone();
        let span = more[i % all.len()].span.clone();
        more.push(Mark {
            id: "new".into(),
            span,
            style: 0,
            label: "speaker".to_owned(),
            name: String::new(),
        });
        let start = ThreadTime::now();
        marks = Marks::new(&article.text, more);
        start.elapsed() + screen.frame(vec![], |ui| draw(ui, &mut view, &marks))
    });
    report(case, "canvas: one span more", add.collect());
}

/// The whole window, panels and lists included, as a person works in it.
fn window(case: &Case, folder: &Path) {
    let mut screen = Screen::new();
    let start = Start {
        open: Opening::Path(folder.to_owned()),
        settings: Settings { show_hint: false, ..Settings::default() },
        settings_path: None,
        user: "bench".to_owned(),
        surroundings: Surroundings {
            clock: || Timestamp(1_700_000_000),
            random: fastrand::Rng::with_seed(1),
        },
        is_synchronous: false,
    };
    let mut app = App::new(&screen.context, start, CanvasView::new(Fonts::bundled_only()));
    let frame = |screen: &mut Screen, app: &mut App, events: Vec<Event>| {
        screen.frame(events, |ui| {
            app.logic(ui.ctx());
            app.ui(ui);
        })
    };
    let wall = Instant::now();
    while app.session().is_none_or(|session| session.document().is_none()) {
        assert_eq!(app.failure(), None);
        frame(&mut screen, &mut app, vec![]);
        std::thread::sleep(Duration::from_millis(1));
    }
    frame(&mut screen, &mut app, vec![]);
    report(case, "window: open to shown, wall", vec![wall.elapsed()]);
    let n_spans = |app: &App| app.session().and_then(|it| it.set()).map_or(0, |set| set.annotations().len());
    assert_eq!(n_spans(&app), case.n_annotations);
    frame(&mut screen, &mut app, vec![Event::PointerMoved(pos2(600.0, 450.0))]);
    let still = (0..N_FRAMES).map(|_| frame(&mut screen, &mut app, vec![])).collect();
    report(case, "window: still", still);
    let scroll = (0..N_FRAMES).map(|_| frame(&mut screen, &mut app, wheel(60.0))).collect();
    report(case, "window: scroll by 60 points", scroll);
    let page = (0..N_FRAMES).map(|_| frame(&mut screen, &mut app, press(Key::PageDown))).collect();
    report(case, "window: page down", page);
    let resize = (0..case.n_runs).map(|i| {
        screen.size.x = 1000.0 + (i * 37 % 300) as f32;
        frame(&mut screen, &mut app, vec![])
    });
    report(case, "window: resize", resize.collect());
    frame(&mut screen, &mut app, press(Key::Home));
    let before = n_spans(&app);
    let label = (0..case.n_runs).map(|_| {
        // Away from what was labelled last; the second frame follows the caret.
        frame(&mut screen, &mut app, press(Key::ArrowUp));
        frame(&mut screen, &mut app, vec![]);
        // The key, and the frame that shows what it did.
        frame(&mut screen, &mut app, press(Key::W)) + frame(&mut screen, &mut app, vec![])
    });
    report(case, "window: label the word, and show it", label.collect());
    assert!(n_spans(&app) > before, "keys reach the article");
}
