//! The frame loop: what came back from disk, keys, panels, then the actions they asked for.

mod dialogs;
mod dropping;

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use egui::{CentralPanel, Frame, Panel, Ui};

use crate::gui::app::dialogs::message_ui;
use crate::gui::app::dropping::Saying;
use crate::gui::canvas::{Align, CanvasView, ScrollPosition};
use crate::gui::dialogs::{
    AgreementView, AssignView, Browser, CompareView, CorrectView, DeleteAllView, EvaluationView, ExportView,
    FreezeView, GoToView, ImportView, KeysView, LogView, LookView, OccurrencesView, OwnerView, PaletteView,
    Purpose, RulingsView, SchemaView, TrashView,
};
use crate::gui::keys;
use crate::gui::panels::{
    Actions, FindView, access_ui, articles_ui, canvas_ui, differences_ui, find_ui, follow_article,
    guidelines_ui, hint_ui, inspector_keys, inspector_ui, label_bar_ui, menu_ui, offer_ui, orphans_ui,
    outline_ui, problems_ui, spans_ui, status_ui,
};
use crate::gui::picker::{Picked, Picker};
use crate::gui::picture::{PictureKind, PictureOptions, picture};
use crate::gui::plot_ui;
use crate::gui::settings::{LastPlace, Settings, ThemeChoice};
use crate::gui::theme;
use crate::gui::view_state::{Part, ViewState};
use crate::model::{Owner, Severity};
use crate::session::commands::KeyMeaning;
use crate::session::jobs::{OpenResult, Opening, Worker, open_project};
use crate::session::release::FreezeAction;
use crate::session::{
    Action, AdjudicateAction, ArticleAction, AssignAction, Effect, NavigateAction, PictureAction, Session,
    Surroundings, TrashAction, WindowAction, commands,
};
use crate::text::{Offset, OffsetUnit};

/// What the window starts with.
pub struct Start {
    /// What to open: a project folder or an article.
    pub open: Opening,
    /// What the person had the last time.
    pub settings: Settings,
    /// Where settings are kept; nowhere in tests and pictures.
    pub settings_path: Option<PathBuf>,
    /// The name to annotate under where the settings name none.
    pub user: String,
    /// Where time and randomness come from.
    pub surroundings: Surroundings,
    /// True to do disk work in the frame instead of beside it, which makes tests and pictures
    /// repeatable.
    pub is_synchronous: bool,
}

/// The whole window.
pub struct App {
    session: Option<Session>,
    view: ViewState,
    settings: Settings,
    settings_path: Option<PathBuf>,
    saved_settings: Settings,
    user: String,
    surroundings: Surroundings,
    worker: Option<Worker>,
    opening: Option<Receiver<OpenResult>>,
    /// When to try again to save, in egui's time.
    save_at: Option<f64>,
    /// True if the person knows that closing the window loses something.
    was_warned: bool,
    failure: Option<String>,
    picker: Option<Picker>,
    browser: Option<Browser>,
    /// What hovers over the window, and what is said about it.
    hovered: Option<(Vec<PathBuf>, Saying)>,
    /// Where the window was when it was last closed, until the first article is there.
    returning: Option<LastPlace>,
}

impl App {
    /// Starts opening what `start` names.
    pub fn new(ctx: &egui::Context, start: Start, canvas: CanvasView) -> App {
        theme::install(ctx);
        let worker = if start.is_synchronous {
            None
        } else {
            let ctx = ctx.clone();
            Worker::start(move || ctx.request_repaint()).ok()
        };
        let mut app = App {
            session: None,
            view: ViewState::new(canvas),
            returning: start.settings.place.clone(),
            saved_settings: start.settings.clone(),
            settings: start.settings,
            settings_path: start.settings_path,
            user: start.user,
            surroundings: start.surroundings,
            worker,
            opening: None,
            save_at: None,
            was_warned: false,
            failure: None,
            picker: None,
            browser: None,
            hovered: None,
        };
        app.apply_theme(ctx);
        app.view.canvas.request_focus();
        app.open(ctx, start.open);
        app
    }

    /// What is open, for tests.
    pub fn session(&self) -> Option<&Session> {
        self.session.as_ref()
    }

    /// Why nothing is open.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// What the window shows, for tests.
    pub fn view(&self) -> &ViewState {
        &self.view
    }

    /// What the person would miss after a restart.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// True while something is on its way from disk.
    pub fn is_busy(&self) -> bool {
        self.opening.is_some()
            || self.session.as_ref().is_some_and(|session| session.loading().is_some() || !session.is_saved())
    }

    /// Takes in what other threads finished. Draws nothing.
    pub fn logic(&mut self, ctx: &egui::Context) {
        if let Some(opening) = &self.opening
            && let Ok(result) = opening.try_recv()
        {
            self.opening = None;
            self.opened(ctx, result);
        }
        for outcome in self.worker.as_ref().map(Worker::outcomes).unwrap_or_default() {
            if let Some(session) = &mut self.session {
                let effects = session.finish(outcome);
                self.run(ctx, effects);
            }
        }
        self.save_again(ctx);
        self.keep_open(ctx);
        if let Some(picker) = &mut self.picker {
            match picker.poll(ctx.input(|input| input.time)) {
                Picked::Waiting => {}
                Picked::Path(path) => {
                    let purpose = picker.purpose();
                    self.picker = None;
                    self.picked(ctx, purpose, path);
                }
                Picked::Cancelled => self.picker = None,
                Picked::Unavailable(purpose) => {
                    self.picker = None;
                    self.browse(purpose);
                }
            }
        }
    }

    /// Draws the window and does what the person asks for.
    pub fn ui(&mut self, ui: &mut Ui) {
        let ctx = ui.ctx().clone();
        let mut actions = Actions::new();
        self.take_keys(&ctx, &mut actions);
        self.take_dropped(&ctx, &mut actions);
        if let Some(session) = &self.session {
            self.view.marks.refresh(session);
        }
        self.return_to_place();
        self.panels_ui(ui, &mut actions);
        self.dialogs_ui(&ctx, &mut actions);
        self.hover_ui(&ctx);
        self.view.letters.flush(&ctx);
        let is_changed = !actions.is_empty();
        for action in actions {
            self.perform(&ctx, action);
        }
        if is_changed {
            ctx.request_repaint();
        }
        self.keep_settings(&ctx);
    }

    /// Saves once more what could not be saved, when the time has come; wakes up for that.
    fn save_again(&mut self, ctx: &egui::Context) {
        let Some(at) = self.save_at else { return };
        let left = at - ctx.input(|input| input.time);
        if left > 0.0 {
            ctx.request_repaint_after(Duration::from_secs_f64(left));
            return;
        }
        self.save_at = None;
        if let Some(session) = &mut self.session {
            let effects = session.perform(ArticleAction::Save.into());
            self.run(ctx, effects);
        }
    }

    /// Refuses once to close the window if it alone holds what was changed.
    fn keep_open(&mut self, ctx: &egui::Context) {
        let is_at_risk = self.session.as_ref().is_some_and(Session::is_at_risk);
        if is_at_risk && !self.was_warned && ctx.input(|input| input.viewport().close_requested()) {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.view.say(ctx, Severity::Error, "Your last changes are in this window only, since no disk takes them. Close it again to lose them");
            self.was_warned = true;
        }
        self.was_warned &= is_at_risk;
    }

    fn open(&mut self, ctx: &egui::Context, opening: Opening) {
        self.failure = None;
        let name = self.settings.annotator.clone().unwrap_or_else(|| self.user.clone());
        let owner = Owner::named(&name);
        let surroundings = self.surroundings.clone();
        let first = self.settings.place.clone();
        if self.worker.is_none() {
            let result =
                open_project(opening, owner, surroundings, |root| last_article(first.as_ref(), root));
            self.opened(ctx, result);
            return;
        }
        let (sender, receiver) = channel();
        let waker = ctx.clone();
        let thread = std::thread::Builder::new().name("sorot-open".to_owned()).spawn(move || {
            let result =
                open_project(opening, owner, surroundings, |root| last_article(first.as_ref(), root));
            if sender.send(result).is_ok() {
                waker.request_repaint();
            }
        });
        match thread {
            Ok(_) => self.opening = Some(receiver),
            Err(error) => self.failure = Some(format!("The system gives no thread to read with: {error}")),
        }
    }

    fn opened(&mut self, ctx: &egui::Context, result: OpenResult) {
        match result {
            Ok((session, effects)) => {
                self.settings.remember(session.folder().root().to_owned());
                self.session = Some(session);
                self.view.shown = None;
                self.view.scrolls.clear();
                self.view.shows_problems = false;
                self.run(ctx, effects);
                let session = self.session.as_ref();
                if session
                    .is_some_and(|it| it.problems().iter().any(|problem| problem.severity == Severity::Error))
                {
                    self.view.shows_problems = true;
                }
            }
            Err(message) if self.session.is_some() => self.view.say(ctx, Severity::Error, message),
            Err(message) => self.failure = Some(message),
        }
        ctx.request_repaint();
    }

    fn perform(&mut self, ctx: &egui::Context, action: Action) {
        match (&mut self.session, action) {
            (Some(session), action) => {
                if let Action::Article(ArticleAction::SetOwner(owner)) = &action {
                    self.settings.annotator = Some(owner.name().to_owned());
                }
                let is_work = !matches!(action, Action::Navigate(_) | Action::Window(_));
                if is_work && self.view.message.as_ref().is_some_and(|it| it.severity == Severity::Note) {
                    // What it said to do has been done, and it must not stay over the text.
                    self.view.message = None;
                }
                let effects = session.perform(action);
                self.run(ctx, effects);
            }
            (None, Action::Window(action)) => self.window_action(ctx, action),
            (None, _) => {}
        }
    }

    fn scroll_to(&mut self, offset: Offset, align: Align) {
        // An article that was just opened first stands where it was left; going there later would
        // undo this.
        if let Some(session) = &self.session {
            follow_article(session, &mut self.view);
        }
        self.view.canvas.scroll_to(offset, align);
    }

    fn run(&mut self, ctx: &egui::Context, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Start(job) => match &self.worker {
                    Some(worker) => {
                        if !worker.give(job) {
                            self.view.say(ctx, Severity::Error, "Not saved: the thread that writes has stopped; copy your last work and start Sorot again");
                        }
                    }
                    None => {
                        let outcome = job.run();
                        if let Some(session) = &mut self.session {
                            let effects = session.finish(outcome);
                            self.run(ctx, effects);
                        }
                    }
                },
                Effect::SaveAfter(pause) => {
                    self.save_at = Some(ctx.input(|input| input.time) + pause.as_secs_f64());
                }
                Effect::ScrollTo(offset) => self.scroll_to(offset, Align::Nearest),
                Effect::GoTo(offset) => self.scroll_to(offset, Align::Context),
                Effect::Notify(text) => self.view.say(ctx, Severity::Note, text),
                Effect::Copy(text) => ctx.copy_text(text),
                Effect::AskOccurrences(occurrences) => {
                    self.view.occurrences = Some(OccurrencesView::new(occurrences));
                }
                Effect::Window(action) => self.window_action(ctx, action),
            }
        }
    }

    fn window_action(&mut self, ctx: &egui::Context, action: WindowAction) {
        let settings = &mut self.settings;
        match action {
            WindowAction::OpenFolder => self.pick(ctx, Purpose::Folder),
            WindowAction::OpenArticle => self.pick(ctx, Purpose::Article),
            WindowAction::Open(path) => self.open(ctx, Opening::Path(path)),
            WindowAction::Keys => {
                self.view.keys = if self.view.keys.is_some() { None } else { Some(KeysView) };
            }
            WindowAction::Find => self.view.find = self.session.as_ref().map(FindView::new),
            WindowAction::Correct => self.view.correct = self.session.as_ref().map(CorrectView::new),
            WindowAction::GoTo => self.view.go_to = Some(GoToView::default()),
            WindowAction::Owner => self.view.owner = self.session.as_ref().map(OwnerView::new),
            WindowAction::Palette => self.view.palette = Some(PaletteView::default()),
            WindowAction::Labels => self.view.schema = Some(SchemaView::default()),
            WindowAction::Import => self.view.import = self.session.as_ref().map(ImportView::new),
            WindowAction::MergeFolder => self.view.import = self.session.as_ref().map(ImportView::of_copy),
            WindowAction::Export => {
                self.view.export = self.session.as_ref().map(ExportView::new);
                self.perform(ctx, FreezeAction::List.into());
            }
            WindowAction::Picture => self.pick(ctx, Purpose::PictureFile),
            WindowAction::Compare => self.view.compare = self.session.as_ref().map(CompareView::new),
            WindowAction::Explain => self.view.differences.wants_reason = true,
            WindowAction::Rulings => {
                self.view.rulings = Some(RulingsView::default());
                self.perform(ctx, AdjudicateAction::ReadRulings.into());
            }
            WindowAction::Agreement => {
                self.view.agreement = self.session.as_ref().map(AgreementView::new);
                if let Some(action) = self.view.agreement.as_ref().and_then(AgreementView::first) {
                    self.perform(ctx, action);
                }
            }
            WindowAction::Assign => {
                self.view.assign = self.session.as_ref().map(AssignView::new);
                self.perform(ctx, AssignAction::Read.into());
            }
            WindowAction::Freeze => {
                self.view.freeze = self.session.as_ref().map(FreezeView::new);
                self.perform(ctx, FreezeAction::List.into());
            }
            WindowAction::Evaluation => {
                self.view.evaluation = self.session.as_ref().map(EvaluationView::new);
                if let Some(action) = self.view.evaluation.as_ref().and_then(EvaluationView::first) {
                    self.perform(ctx, action);
                }
            }
            WindowAction::Trash => {
                self.view.trash = Some(TrashView::default());
                self.perform(ctx, TrashAction::List.into());
            }
            WindowAction::Log => {
                self.view.log = Some(LogView::default());
                self.perform(ctx, ArticleAction::ReadLog.into());
            }
            WindowAction::DeleteAll => self.view.delete_all = Some(DeleteAllView),
            WindowAction::Problems => self.view.shows_problems = !self.view.shows_problems,
            WindowAction::Guidelines => self.view.shows_guidelines = !self.view.shows_guidelines,
            WindowAction::Articles => settings.show_articles = !settings.show_articles,
            WindowAction::Outline => settings.show_outline = !settings.show_outline,
            WindowAction::Inspector => settings.show_inspector = !settings.show_inspector,
            WindowAction::Theme => {
                settings.theme = match settings.theme {
                    ThemeChoice::System => ThemeChoice::Light,
                    ThemeChoice::Light => ThemeChoice::Dark,
                    ThemeChoice::Dark => ThemeChoice::System,
                };
                let name = match settings.theme {
                    ThemeChoice::System => "The system's theme",
                    ThemeChoice::Light => "Light theme",
                    ThemeChoice::Dark => "Dark theme",
                };
                self.view.say(ctx, Severity::Note, name);
                self.apply_theme(ctx);
            }
            WindowAction::Zoom(steps) => settings.zoom_by(steps),
            WindowAction::LineSpacing(steps) => settings.space_by(steps),
            WindowAction::Column(steps) => settings.widen_by(steps),
            WindowAction::Look => {
                self.view.look = if self.view.look.is_some() { None } else { Some(LookView::default()) };
            }
            WindowAction::Invisibles => settings.show_invisibles = !settings.show_invisibles,
            WindowAction::Density => settings.is_compact = !settings.is_compact,
            WindowAction::Arcs => settings.show_all_arcs = !settings.show_all_arcs,
            WindowAction::NextPart => self.next_part(ctx),
            WindowAction::Attributes => {
                self.settings.show_inspector = true;
                self.view.part = Part::Inspector;
                self.view.inspector.enter();
                release_focus(ctx);
            }
            WindowAction::FullScreen => {
                let is_full = ctx.input(|input| input.viewport().fullscreen.unwrap_or_default());
                ctx.send_viewport_cmd(egui::ViewportCommand::Fullscreen(!is_full));
            }
            WindowAction::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
    }

    fn next_part(&mut self, ctx: &egui::Context) {
        self.view.part = match self.view.part {
            Part::Canvas if self.settings.show_inspector => Part::Inspector,
            Part::Canvas | Part::Inspector if self.settings.show_articles => Part::Articles,
            Part::Canvas | Part::Inspector | Part::Articles if self.settings.show_outline => Part::Outline,
            _ => Part::Canvas,
        };
        release_focus(ctx);
        match self.view.part {
            Part::Canvas => self.view.canvas.request_focus(),
            Part::Inspector => self.view.inspector.enter(),
            Part::Articles => {
                self.view.say(ctx, Severity::Note, "↑ ↓ choose an article, Enter goes to its text")
            }
            Part::Outline => {
                self.view.say(ctx, Severity::Note, "↑ ↓ go from section to section, Enter goes to the text")
            }
        }
    }

    fn pick(&mut self, ctx: &egui::Context, purpose: Purpose) {
        let folder = self.session.as_ref().map(|session| session.folder().root().to_owned());
        match Picker::start(purpose, folder, ctx) {
            Some(picker) => self.picker = Some(picker),
            None => self.browse(purpose),
        }
    }

    /// Does with a file or folder what it was chosen for.
    fn picked(&mut self, ctx: &egui::Context, purpose: Purpose, path: PathBuf) {
        let shown = path.display().to_string();
        match purpose {
            Purpose::Folder | Purpose::Article => self.open(ctx, Opening::Path(path)),
            Purpose::ImportFile | Purpose::ImportFolder => {
                self.view.import = self.view.import.take().map(|import| import.with(vec![path]));
            }
            Purpose::ExportFile | Purpose::ExportFolder => {
                if let Some(export) = &mut self.view.export {
                    export.path = shown;
                }
            }
            Purpose::PictureFile => self.save_picture(ctx, path),
            Purpose::PlotFile | Purpose::TableFile => self.save_agreement(ctx, purpose, path),
        }
    }

    /// Draws the passage that is worked on, and has it written.
    fn save_picture(&mut self, ctx: &egui::Context, path: PathBuf) {
        let Some(session) = &self.session else { return };
        let passage = session.passage(self.view.canvas.visible()).ok_or("there is no text to draw");
        let drawn = PictureKind::of(&path).and_then(|kind| {
            let fonts = self.view.canvas.fonts();
            picture(session, passage?, fonts, kind, &PictureOptions::default())
        });
        match drawn {
            Ok(bytes) => self.perform(ctx, PictureAction::Save { path, bytes: bytes.into() }.into()),
            Err(error) => self.view.say(ctx, Severity::Error, format!("No picture was saved: {error}")),
        }
    }

    /// Has the plot or the numbers of agreement written.
    fn save_agreement(&mut self, ctx: &egui::Context, purpose: Purpose, path: PathBuf) {
        let (Some(session), Some(view)) = (&self.session, &self.view.agreement) else { return };
        let is_latex = path.extension().is_some_and(|it| it.eq_ignore_ascii_case("tex"));
        let bytes = match purpose {
            Purpose::PlotFile => view.plot(session).map(|plot| match PictureKind::of(&path)? {
                PictureKind::Svg => Ok(plot.svg().into_bytes()),
                PictureKind::Png => plot_ui::png(&plot, self.view.canvas.fonts()),
            }),
            _ => view.table(session, is_latex).map(Ok),
        };
        match bytes {
            Some(Ok(bytes)) => {
                self.perform(ctx, PictureAction::Save { path, bytes: bytes.into() }.into());
            }
            Some(Err(error)) => {
                self.view.say(ctx, Severity::Error, format!("No plot was saved: {error}"));
            }
            None => {}
        }
    }

    fn browse(&mut self, purpose: Purpose) {
        let folder = self.session.as_ref().map(|session| session.folder().root().to_owned());
        let folder = folder.or_else(|| std::env::current_dir().ok()).unwrap_or_else(|| PathBuf::from("/"));
        self.browser = Some(Browser::new(purpose, folder));
    }

    fn apply_theme(&self, ctx: &egui::Context) {
        ctx.set_theme(match self.settings.theme {
            ThemeChoice::System => egui::ThemePreference::System,
            ThemeChoice::Light => egui::ThemePreference::Light,
            ThemeChoice::Dark => egui::ThemePreference::Dark,
        });
    }

    /// Turns key presses into actions, and takes them away from egui where they mean something
    /// here.
    fn take_keys(&mut self, ctx: &egui::Context, actions: &mut Actions) {
        if self.view.has_dialog() || self.browser.is_some() {
            return;
        }
        let is_typing = ctx.text_edit_focused();
        if self.view.part == Part::Canvas && !is_typing && ctx.memory(|memory| memory.focused()).is_none() {
            self.view.canvas.request_focus();
        }
        // A widget outside the article that has the keyboard keeps Tab, Enter, Space and arrows.
        let is_elsewhere = ctx.memory(|memory| memory.focused()).is_some()
            && !self.view.canvas.takes_keys(ctx)
            && self.view.part != Part::Inspector;
        let mut is_left = false;
        ctx.input_mut(|input| {
            input.events.retain(|event| {
                let Some(chord) = keys::chord(event) else { return true };
                if is_typing && !keys::is_for_window(&chord) {
                    let is_in_inspector = self.view.part == Part::Inspector;
                    if is_in_inspector && matches!(chord.as_str(), "Tab" | "Shift+Tab") {
                        is_left = true;
                        return !self.take_key(&chord, actions);
                    }
                    // In a note of several lines, Enter begins a new one.
                    let is_note = self.session.as_ref().is_some_and(|it| self.view.inspector.is_in_note(it));
                    if chord == "Escape" || (chord == "Enter" && is_in_inspector && !is_note) {
                        self.view.part = Part::Canvas;
                    }
                    return true;
                }
                let is_for_widgets = ["Tab", "Shift+Tab", "Enter", "Space", "Up", "Down", "Left", "Right"];
                if is_elsewhere && is_for_widgets.contains(&chord.as_str()) {
                    return true;
                }
                !self.take_key(&chord, actions)
            });
        });
        if is_left {
            release_focus(ctx);
        }
    }

    /// True if a key was taken.
    fn take_key(&mut self, chord: &str, actions: &mut Actions) -> bool {
        let Some(session) = &self.session else {
            let action = commands::command_for(chord).and_then(commands::without_project);
            actions.extend(action.clone().map(Action::Window));
            return action.is_some();
        };
        if self.view.part == Part::Inspector
            && inspector_keys(chord, session, &mut self.view.inspector, &mut self.view.part, actions)
        {
            if self.view.part == Part::Canvas {
                self.view.canvas.request_focus();
            }
            return true;
        }
        let action: Option<Action> = match (self.view.part, chord) {
            (Part::Articles, "Down") => Some(ArticleAction::Next.into()),
            (Part::Articles, "Up") => Some(ArticleAction::Previous.into()),
            (Part::Outline, "Down") => Some(NavigateAction::NextSection { forward: true }.into()),
            (Part::Outline, "Up") => Some(NavigateAction::NextSection { forward: false }.into()),
            (Part::Articles | Part::Outline, "Enter" | "Escape") => {
                self.view.part = Part::Canvas;
                self.view.canvas.request_focus();
                return true;
            }
            _ => None,
        };
        if let Some(action) = action {
            actions.push(action);
            return true;
        }
        if chord == "Escape" && (self.view.look.take().is_some() || self.view.find.take().is_some()) {
            self.view.canvas.request_focus();
            return true;
        }
        match commands::key_meaning(session, chord) {
            KeyMeaning::Nothing => false,
            KeyMeaning::NotNow => true,
            KeyMeaning::Action(action) => {
                actions.push(action);
                true
            }
        }
    }

    fn panels_ui(&mut self, ui: &mut Ui, actions: &mut Actions) {
        let bar = Frame::new().fill(ui.visuals().panel_fill).inner_margin(theme::BAR_MARGIN);
        let side = Frame::new().fill(ui.visuals().panel_fill).inner_margin(theme::PANEL_MARGIN);
        Panel::top("menu").frame(bar).show(ui, |ui| {
            menu_ui(ui, self.session.as_ref(), &self.settings, actions);
        });
        let Some(session) = &self.session else {
            CentralPanel::default().show(ui, |ui| self.welcome_ui(ui, actions));
            return;
        };
        Panel::bottom("status").frame(bar).show(ui, |ui| {
            status_ui(ui, session, &mut self.view.status, &self.view.marks, &self.view.missing, actions)
        });
        if self.view.shows_problems {
            Panel::bottom("problems").frame(side).show(ui, |ui| {
                problems_ui(ui, session, actions);
                orphans_ui(ui, session, &mut self.view.letters, actions);
            });
        }
        if !session.compared_owners().is_empty() {
            Panel::bottom("differences").frame(side).show(ui, |ui| {
                let view = &mut self.view;
                differences_ui(ui, session, &mut view.differences, &mut view.letters, actions);
            });
        }
        let styles = theme::mark_styles(session.schema(), ui.visuals().dark_mode);
        let widest = ui.available_width() * theme::PANEL_SHARE;
        if self.settings.show_articles || self.settings.show_outline {
            let panel = Panel::left("articles")
                .frame(side)
                .default_size(self.settings.articles_width)
                .min_size(theme::PANEL_MIN.min(widest))
                .max_size(widest)
                .show(ui, |ui| left_ui(ui, session, &self.settings, &mut self.view, actions));
            self.settings.articles_width = panel.response.rect.width().round();
        }
        if self.settings.show_inspector {
            let panel = Panel::right("inspector")
                .frame(side)
                .default_size(self.settings.inspector_width)
                .min_size(theme::PANEL_MIN.min(widest))
                .max_size(widest)
                .show(ui, |ui| {
                    let view = &mut self.view;
                    inspector_ui(ui, session, &mut view.inspector, view.part, &mut view.letters, actions);
                    ui.separator();
                    spans_ui(ui, session, &mut view.spans, &styles, &mut view.letters, actions);
                });
            self.settings.inspector_width = panel.response.rect.width().round();
        }
        if let Some(guidelines) = session.guidelines().filter(|_| self.view.shows_guidelines) {
            Panel::right("guidelines")
                .frame(side)
                .default_size(theme::INSPECTOR_WIDTH)
                .max_size(widest)
                .show(ui, |ui| guidelines_ui(ui, guidelines, &mut self.view.letters));
        }
        Panel::top("labels").frame(bar).show(ui, |ui| {
            self.view.only_label = label_bar_ui(ui, session, &self.view.marks, &styles, actions);
        });
        if session.access().holder().is_some() {
            Panel::top("access").frame(bar.fill(ui.visuals().selection.bg_fill)).show(ui, |ui| {
                access_ui(ui, session, actions);
            });
        }
        if self.settings.show_hint {
            let panel = Panel::top("hint").frame(bar.fill(ui.visuals().faint_bg_color));
            self.settings.show_hint = panel.show(ui, |ui| hint_ui(ui, session.schema())).inner;
        }
        if let Some(find) = &mut self.view.find {
            let panel = Panel::bottom("find").frame(bar);
            if panel.show(ui, |ui| find_ui(ui, session, find, actions)).inner {
                self.view.find = None;
                self.view.canvas.request_focus();
            }
        }
        let canvas = Frame::new().fill(theme::canvas_colors(ui.visuals().dark_mode).background);
        CentralPanel::default().frame(canvas).show(ui, |ui| {
            canvas_ui(ui, session, &mut self.view, &self.settings, &styles, actions);
            offer_ui(ui, session, &mut self.view.letters, actions);
            message_ui(ui, &mut self.view);
        });
    }

    /// Scrolls the first article to where it was when the window was last closed.
    fn return_to_place(&mut self) {
        let Some(document) = self.session.as_ref().and_then(Session::document) else { return };
        let Some(place) = self.returning.take() else { return };
        if place.article == document.id.as_str()
            && let Ok(offset) = document.text.locate(place.byte, OffsetUnit::Byte)
        {
            let position = ScrollPosition { offset, points: 0.0 };
            self.view.scrolls.insert(document.id.clone(), position);
        }
    }

    /// Writes settings when they have changed and no button is held.
    fn keep_settings(&mut self, ctx: &egui::Context) {
        let size = ctx.input(|input| input.viewport().inner_rect.map(|rect| (rect.width(), rect.height())));
        if let Some(size) = size {
            self.settings.window = Some(size);
        }
        if let Some(session) = &self.session
            && let Some(document) = session.document()
        {
            let byte = document.text.measure(self.view.canvas.position().offset, OffsetUnit::Byte);
            let article = document.id.as_str().to_owned();
            self.settings.place =
                Some(LastPlace { project: session.folder().root().to_owned(), article, byte });
        }
        let Some(path) = &self.settings_path else { return };
        let is_held = ctx.input(|input| input.pointer.any_down());
        let only_place = Settings { place: self.saved_settings.place.clone(), ..self.settings.clone() };
        let same_article = self.settings.place.as_ref().map(|it| &it.article)
            == self.saved_settings.place.as_ref().map(|it| &it.article);
        if is_held || (only_place == self.saved_settings && same_article) {
            return;
        }
        // Settings are a comfort: that they cannot be written must not interrupt anybody's work.
        let _is_written = self.settings.save(path).is_ok();
        self.saved_settings = self.settings.clone();
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Some(path) = &self.settings_path
            && self.settings != self.saved_settings
        {
            let _is_written = self.settings.save(path).is_ok();
        }
    }
}

/// The article of a project that was open last.
fn last_article(place: Option<&LastPlace>, root: &std::path::Path) -> Option<String> {
    place.filter(|place| place.project == root).map(|place| place.article.clone())
}

fn release_focus(ctx: &egui::Context) {
    ctx.memory_mut(|memory| {
        if let Some(id) = memory.focused() {
            memory.surrender_focus(id);
        }
    });
}

/// The list of articles, and under it the outline of the one that is shown.
fn left_ui(ui: &mut Ui, session: &Session, settings: &Settings, view: &mut ViewState, actions: &mut Actions) {
    let place = view.reading_place(session);
    let letters = &mut view.letters;
    match (settings.show_articles, settings.show_outline) {
        (true, true) => {
            let half = ui.available_height() / 2.0;
            let panel = Panel::bottom("outline").frame(Frame::new()).default_size(half).max_size(half * 1.5);
            panel.show(ui, |ui| {
                // Until the sections are known, it must not shrink to what there is to say.
                ui.take_available_height();
                outline_ui(ui, session, &mut view.outline, place, letters, actions);
            });
            articles_ui(ui, session, &mut view.articles, letters, actions);
        }
        (false, true) => outline_ui(ui, session, &mut view.outline, place, letters, actions),
        _ => articles_ui(ui, session, &mut view.articles, letters, actions),
    }
}
