//! What frames, opening and saving cost: `cargo bench --bench costs`, see `BENCHMARKS.md`.
//!
//! Times are of the thread's own processor time, which other work on the machine disturbs least;
//! where several threads work, of the whole process; where waiting is the point, wall time stands
//! beside it. Budgets are printed, never asserted: another machine is another judge.

#![expect(clippy::print_stdout, reason = "a table on the terminal is what a benchmark is for")]

mod common;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use cpu_time::{ProcessTime, ThreadTime};
use egui::{Key, Ui};

use common::{Article, CASES, Case, Screen, Window, key, pointer, press, wheel};
use sorot::file::write_set;
use sorot::gui::canvas::{Align, CanvasOptions, CanvasView, Caret, Link, Links, Mark, Marks, Scene};
use sorot::gui::theme;
use sorot::model::{Annotation, AnnotationId, Relation, Report};
use sorot::store::Folder;
use sorot::text::{Alignment, Carried, Offset, OffsetUnit, Text};

fn main() {
    // `cargo test --benches` only asks whether it runs.
    let is_test = std::env::args().all(|argument| argument != "--bench");
    println!("{:<28}{:<30}{:>10}{:>10}{:>10}", "", "milliseconds", "median", "95 %", "budget");
    for case in CASES.iter().take(if is_test { 1 } else { CASES.len() }) {
        let folder = tempfile::tempdir().expect("the system has a folder for temporary files");
        let article = Article::new(case, 1);
        article.write(folder.path());
        store(case, &article, folder.path());
        drift(case, &article);
        canvas(case, &article);
        window(case, folder.path());
    }
}

/// Prints a row of the table. A budget is for the 95th percentile.
fn report(case: &Case, what: &str, budget: Option<u32>, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: f64| times[((times.len() - 1) as f64 * part).round() as usize].as_secs_f64() * 1e3;
    let (median, high) = (at(0.5), at(0.95));
    let verdict = budget.map(|budget| {
        let budget = f64::from(budget) / 10.0;
        format!("{budget:>8} {}", if high <= budget { '✓' } else { '✗' })
    });
    println!("{:<28}{what:<30}{median:>10.2}{high:>10.2}{}", case.name, verdict.unwrap_or_default());
}

/// Budgets in tenths of a millisecond.
const STILL: Option<u32> = Some(5);
/// With a screen reader.
const STILL_READ: Option<u32> = Some(8);
const SCROLL: Option<u32> = Some(20);
const JUMP: Option<u32> = Some(60);
const EDIT: Option<u32> = Some(30);
const RESIZE: Option<u32> = Some(30);
const OPEN: Option<u32> = Some(3_000);

fn timed(work: impl FnOnce()) -> Duration {
    let start = ThreadTime::now();
    work();
    start.elapsed()
}

/// Reading and saving, as the thread for the disk does it.
fn store(case: &Case, article: &Article, folder: &Path) {
    let (mut read, mut bytes, mut save, mut save_wall) = (vec![], vec![], vec![], vec![]);
    for i in 0..case.n_runs.min(10) {
        let mut problems = Report::default();
        let start = ThreadTime::now();
        let opened = Folder::open(folder, &mut problems).expect("the project was just made");
        let document = opened.folder.read_document(&key().document, &mut problems).expect("it is there");
        let loaded = opened.folder.read_set(&key(), &document, &article.schema, &mut problems);
        let mut set = loaded.expect("it can be read").expect("it is there").set;
        read.push(start.elapsed());
        assert_eq!((set.annotations().len(), problems.problems.len()), (case.n_annotations, 0));

        // Another content each time: what is on disk already is not written again.
        set.n_saves = i as u64 + 1;
        bytes.push(timed(|| {
            assert!(write_set(&key(), &document, &set, &article.schema).len() > case.n_bytes);
        }));
        let wall = Instant::now();
        save.push(timed(|| {
            opened.folder.write_set(&key(), &document, &set, &article.schema).expect("it is writable");
        }));
        save_wall.push(wall.elapsed());
    }
    report(case, "read", None, read);
    report(case, "save, the file's bytes alone", None, bytes);
    report(case, "save", None, save);
    report(case, "save, wall", None, save_wall);
}

/// Taking all spans along to a copy of the article with other line ends and each hundredth word
/// another one.
fn drift(case: &Case, article: &Article) {
    let words = article.text.as_str().split_inclusive(' ').enumerate();
    let edited: String = words.map(|(i, word)| if i % 100 == 99 { "lain " } else { word }).collect();
    let edited = Text::new(edited.replace('\n', "\r\n"));
    let mut times = Vec::new();
    let mut n_carried = 0;
    for _ in 0..case.n_runs.min(10) {
        times.push(timed(|| {
            let alignment = Alignment::new(&article.text, &edited);
            let carried = article.set.annotations().map(|it| alignment.carry(&it.span));
            n_carried = carried.filter(|it| !matches!(it, Carried::Lost(_))).count();
        }));
    }
    assert!(10 * n_carried > 9 * case.n_annotations, "{n_carried} of {}", case.n_annotations);
    let budget = (case.n_bytes <= 1_000_000).then_some(2_000);
    report(case, "carry to an edited article", budget, times);
}

const N_FRAMES: usize = 200;

/// Frames after which all is laid out that lies ahead.
const N_AHEAD: usize = 20;

/// The article alone.
fn canvas(case: &Case, article: &Article) {
    let styles = theme::mark_styles(&article.schema, false);
    let mut view = CanvasView::new(case.fonts());
    let mut marks = Marks::new(&article.text, marks(article));
    let links: Links = article.set.relations().map(|it| link(it)).collect();
    let quotes = article.set.annotations().filter(|it| it.label == "quote" && !links.lead_to(&it.id));
    let untied: BTreeSet<AnnotationId> = quotes.map(|it| it.id.clone()).collect();
    let options = CanvasOptions::default();
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
    let length = article.text.length(OffsetUnit::Byte);
    let at = |byte: usize| {
        let byte = article.text.as_str().floor_char_boundary(byte);
        article.text.locate(byte, OffsetUnit::Byte).expect("a character starts here")
    };
    let mut random = fastrand::Rng::with_seed(2);
    report(
        case,
        "canvas: first frame",
        None,
        vec![timed(|| screen.frame(vec![], |ui| draw(ui, &mut view, &marks)))],
    );
    screen.frame(pointer(), |ui| draw(ui, &mut view, &marks));
    let ahead = (0..N_AHEAD).map(|_| timed(|| screen.frame(vec![], |ui| draw(ui, &mut view, &marks))));
    report(case, "canvas: idle, looking ahead", None, ahead.collect());
    let still = (0..N_FRAMES).map(|_| timed(|| screen.frame(vec![], |ui| draw(ui, &mut view, &marks))));
    report(case, "canvas: still", STILL, still.collect());
    let scroll = (0..N_FRAMES).map(|_| timed(|| screen.frame(wheel(60.0), |ui| draw(ui, &mut view, &marks))));
    report(case, "canvas: scroll by 60 points", SCROLL, scroll.collect());
    let page = (0..N_FRAMES).map(|_| timed(|| screen.frame(wheel(800.0), |ui| draw(ui, &mut view, &marks))));
    report(case, "canvas: unseen page", None, page.collect());
    let jump = (0..N_FRAMES).map(|_| {
        view.scroll_to(at(random.usize(..length)), Align::Top);
        timed(|| screen.frame(vec![], |ui| draw(ui, &mut view, &marks)))
    });
    report(case, "canvas: jump anywhere", JUMP, jump.collect());
    let resize = (0..N_FRAMES).map(|i| {
        screen.size.x = 500.0 + (i * 37 % 300) as f32;
        timed(|| screen.frame(vec![], |ui| draw(ui, &mut view, &marks)))
    });
    report(case, "canvas: resize", RESIZE, resize.collect());
    let (mut add, mut delete) = (vec![], vec![]);
    for _ in 0..case.n_runs {
        // Onto a span that is in view.
        let span = marks.get(random.usize(..marks.len())).expect("they are numbered from 0").span.clone();
        view.scroll_to(span.start(), Align::Center);
        for _ in 0..10 {
            screen.frame(vec![], |ui| draw(ui, &mut view, &marks));
        }
        add.push(timed(|| {
            marks.insert(Mark { id: "new".into(), span, style: 0, label: "speaker".to_owned(), lane: 0 });
            screen.frame(vec![], |ui| draw(ui, &mut view, &marks));
        }));
        delete.push(timed(|| {
            marks.remove(&"new".into());
            screen.frame(vec![], |ui| draw(ui, &mut view, &marks));
        }));
    }
    report(case, "canvas: add a span", EDIT, add);
    report(case, "canvas: delete a span", EDIT, delete);
    screen.size.x = 1200.0;
    view.scroll_to(at(length / 2), Align::Top);
    screen.context.enable_accesskit();
    for _ in 0..10 {
        screen.frame(vec![], |ui| draw(ui, &mut view, &marks));
    }
    let read = (0..N_FRAMES).map(|_| timed(|| screen.frame(vec![], |ui| draw(ui, &mut view, &marks))));
    report(case, "canvas: still, and read out", STILL_READ, read.collect());
}

fn marks(article: &Article) -> Vec<Mark> {
    let names = article.schema.label_names();
    let style = |label: &str| names.iter().position(|name| *name == label).unwrap_or_default();
    let mark = |it: &Arc<Annotation>| Mark {
        id: it.id.clone(),
        span: it.span.clone(),
        style: style(&it.label),
        label: it.label.clone(),
        lane: 0,
    };
    article.set.annotations().map(mark).collect()
}

fn link(relation: &Relation) -> Link {
    Link { from: relation.from.clone(), to: relation.to.clone(), label: relation.label.clone() }
}

/// The whole window, panels and lists included, as a person works in it.
fn window(case: &Case, folder: &Path) {
    let (mut open, mut open_wall) = (vec![], vec![]);
    for _ in 0..5 {
        let (start, wall) = (ProcessTime::now(), Instant::now());
        let window = Window::open(case, folder);
        open.push(start.elapsed());
        open_wall.push(wall.elapsed());
        drop(window);
    }
    report(case, "window: open to shown", OPEN, open);
    report(case, "window: open to shown, wall", None, open_wall);
    let mut window = Window::open(case, folder);
    window.frame(pointer());
    (0..N_AHEAD).for_each(|_| window.frame(vec![]));
    let mut frames = |n: usize, events: fn() -> Vec<egui::Event>| -> Vec<Duration> {
        (0..n).map(|_| timed(|| window.frame(events()))).collect()
    };
    report(case, "window: still", STILL, frames(N_FRAMES, Vec::new));
    report(case, "window: scroll by 60 points", SCROLL, frames(N_FRAMES, || wheel(60.0)));
    report(case, "window: page down", None, frames(N_FRAMES, || press(Key::PageDown)));
    let resize = (0..N_FRAMES).map(|i| {
        window.screen.size.x = 1000.0 + (i * 37 % 300) as f32;
        timed(|| window.frame(vec![]))
    });
    report(case, "window: resize", RESIZE, resize.collect());
    window.frame(press(Key::Home));
    let before = window.n_annotations();
    let (mut add, mut delete, mut after) = (vec![], vec![], vec![]);
    while add.len() < case.n_runs {
        // Away from what was labelled last; the frames after it follow the caret.
        window.frame(press(Key::ArrowUp));
        for _ in 0..10 {
            window.frame(vec![]);
        }
        // The key, and the frame that shows what it did.
        let added = timed(|| {
            window.frame(press(Key::W));
            window.frame(vec![]);
        });
        if window.n_annotations() == before {
            continue; // The word is a weapon already.
        }
        add.push(added);
        after.push(timed(|| window.frame(vec![])));
        delete.push(timed(|| {
            window.frame(press(Key::Delete));
            window.frame(vec![]);
        }));
        assert_eq!(window.n_annotations(), before, "keys reach the article");
    }
    report(case, "window: add a span", EDIT, add);
    report(case, "window: delete a span", EDIT, delete);
    report(case, "window: idle frame after that", None, after);
}
