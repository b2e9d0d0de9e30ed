//! The articles that benchmarks work on, and a window without a screen.

mod articles;

use std::path::Path;

use egui::{Event, Key, Modifiers, MouseWheelUnit, Pos2, RawInput, Rect, TouchPhase, Ui, Vec2, pos2, vec2};

use sorot::file::ProjectFile;
use sorot::gui::canvas::CanvasView;
use sorot::gui::canvas::fonts::Fonts;
use sorot::gui::settings::Settings;
use sorot::gui::{App, Start};
use sorot::model::{DocumentId, Owner, Report, SetKey, Timestamp};
use sorot::session::Surroundings;
use sorot::session::jobs::Opening;
use sorot::session::jobs::Storage;
use sorot::store::Folder;

pub(crate) use articles::{Article, Case, Kind};

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

impl Article {
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
