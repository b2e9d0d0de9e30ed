//! What is dragged onto the window: while it hovers, the window says what dropping it will do.

use std::path::{Path, PathBuf};

use egui::{Area, Frame, Id, Label, Order, Pos2, RichText, Stroke, StrokeKind, UiBuilder};

use crate::gui::app::App;
use crate::gui::dialogs::{ImportView, opens};
use crate::gui::panels::Actions;
use crate::gui::theme;
use crate::model::Severity;
use crate::session::WindowAction;
use crate::session::jobs::Opening;

/// What becomes of files that are dropped.
enum Dropping {
    /// A project or an article is opened.
    Open(PathBuf),
    /// The import dialog shows what would come in.
    Import(Vec<PathBuf>),
    /// Nothing, and why.
    Refused(&'static str),
}

/// What is said while files hover, and a line below.
pub(super) type Saying = (String, &'static str);

impl App {
    /// What dropping these would do now.
    fn dropping(&self, paths: Vec<PathBuf>) -> Dropping {
        if self.browser.is_some() || self.picker.is_some() || self.opening.is_some() {
            return Dropping::Refused("Nothing can be dropped now");
        }
        let Some(session) = &self.session else {
            return match paths.as_slice() {
                [path] if path.is_dir() || opens(path) => Dropping::Open(path.clone()),
                _ => Dropping::Refused("Open a project first, then drop files onto it"),
            };
        };
        if session.import_progress().is_some() {
            return Dropping::Refused("Another import is under way");
        }
        if self.view.import.is_some() {
            return Dropping::Import(paths);
        }
        if self.view.has_dialog() {
            return Dropping::Refused("Close the dialog first, then drop files");
        }
        match paths.as_slice() {
            // A project stays open unless another one is dropped: its articles come in otherwise.
            [path] if is_project(path) || (session.folder().is_implicit() && opens(path)) => {
                Dropping::Open(path.clone())
            }
            _ => Dropping::Import(paths),
        }
    }

    /// Does what the window said while files hovered.
    pub(super) fn take_dropped(&mut self, ctx: &egui::Context, actions: &mut Actions) {
        let dropped = ctx.input_mut(|input| std::mem::take(&mut input.raw.dropped_files));
        let paths: Vec<PathBuf> = dropped.into_iter().map(|file| file.path().to_owned()).collect();
        if paths.is_empty() {
            return;
        }
        match (self.dropping(paths), &self.session) {
            (Dropping::Open(path), Some(_)) => actions.push(WindowAction::Open(path).into()),
            (Dropping::Open(path), None) => self.open(ctx, Opening::Path(path)),
            (Dropping::Import(paths), Some(session)) => {
                let is_there = self.view.import.take();
                self.view.import = Some(match is_there {
                    Some(import) => import.with(paths),
                    None => ImportView::dropped(session, paths),
                });
            }
            (Dropping::Refused(why), _) => self.view.say(ctx, Severity::Warning, why),
            (Dropping::Import(_), None) => {}
        }
    }

    fn saying(&self, paths: &[PathBuf]) -> Saying {
        let what = match paths {
            [path] => name(path),
            paths => format!("{} files", paths.len()),
        };
        match self.dropping(paths.to_vec()) {
            Dropping::Open(path) if is_project(&path) => (format!("Drop to open the project {what}"), ""),
            Dropping::Open(_) => (format!("Drop to open {what}"), ""),
            Dropping::Import(_) => (format!("Drop to bring in {what}"), "What would come in is shown first"),
            Dropping::Refused(why) => (why.to_owned(), ""),
        }
    }

    /// Says over the whole window what dropping will do, while files hover.
    pub(super) fn hover_ui(&mut self, ctx: &egui::Context) {
        let hovered = ctx.input(|input| input.raw.hovered_files.clone());
        let paths: Vec<PathBuf> = hovered.into_iter().filter_map(|it| it.path).collect();
        if paths.is_empty() {
            self.hovered = None;
            return;
        }
        // Frames come one after the other while something hovers, and folders are looked into once.
        let (said, more) = match self.hovered.take() {
            Some((before, saying)) if before == paths => saying,
            _ => self.saying(&paths),
        };
        self.hovered = Some((paths, (said.clone(), more)));
        let rect = ctx.content_rect();
        let style = ctx.global_style();
        let visuals = &style.visuals;
        let area = Area::new(Id::unique("hover")).order(Order::Tooltip).fixed_pos(Pos2::ZERO);
        area.interactable(false).constrain(false).show(ctx, |ui| {
            ui.painter().rect_filled(rect, 0.0, visuals.window_fill.gamma_multiply(0.7));
            let stroke = Stroke::new(2.0, visuals.selection.stroke.color);
            ui.painter().rect_stroke(rect.shrink(6.0), 8.0, stroke, StrokeKind::Inside);
            let size = egui::vec2((rect.width() - 60.0).min(440.0), 70.0);
            let middle = egui::Rect::from_center_size(rect.center(), size);
            ui.scope_builder(UiBuilder::new().max_rect(middle), |ui| {
                ui.vertical_centered(|ui| {
                    Frame::popup(&style).inner_margin(theme::DIALOG_MARGIN).show(ui, |ui| {
                        ui.add(Label::new(RichText::new(said).heading()).wrap());
                        if !more.is_empty() {
                            ui.label(RichText::new(more).weak());
                        }
                    });
                });
            });
        });
    }
}

fn is_project(path: &Path) -> bool {
    path.join("sorot.json").is_file()
}

/// What a file or folder is called, without the folders that it lies in.
fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |it| it.to_string_lossy().into_owned())
}
