//! Bringing in annotations of other programs: what would come in is seen first.

use std::collections::BTreeMap;
use std::path::PathBuf;

use egui::{Key, Modifiers, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::file::counted;
use crate::format::{self, FORMATS};
use crate::gui::dialogs::{Purpose, combo, entered_alone, page_by_keys};
use crate::gui::panels::shorten;
use crate::gui::shaped::{Letters, isolated};
use crate::gui::theme;
use crate::model::{Owner, Problem, Severity};
use crate::reader::ReadOptions;
use crate::session::{
    Action, ExtractRequest, ImportAction, ImportPlan, ImportRequest, Progress, Session, recognise,
};
use crate::text::OffsetUnit;

/// What is being filled in while the dialog is open.
#[derive(Debug)]
pub struct ImportView {
    /// The id of a format, [`ARTICLES`] or [`COPY`].
    format: &'static str,
    /// True if somebody chose the format; until then it is what the files seem to be.
    is_chosen: bool,
    /// The file or folder, as it is typed or chosen.
    path: String,
    /// Files that were dropped onto the window, while they are what is to come in.
    dropped: Vec<PathBuf>,
    annotator: String,
    keeps_annotators: bool,
    unit: Option<OffsetUnit>,
    text_column: String,
    takes_everything: bool,
    /// What the shown preview was asked with.
    asked: Option<ImportAction>,
    is_new: bool,
    /// True if files were chosen or dropped, whatever has the keyboard.
    is_settled: bool,
}

/// What stands in the list of formats for articles without annotations.
const ARTICLES: &str = "articles";

/// What stands there for another copy of the project.
const COPY: &str = "copy";

/// How many problems are listed: nobody reads more, and the first tell the kind.
const MAX_PROBLEMS: usize = 200;

/// How many spans of the first article are shown.
const MAX_SPANS: usize = 8;

impl ImportView {
    /// Begins with the person's own name.
    pub fn new(session: &Session) -> ImportView {
        ImportView {
            format: ARTICLES,
            is_chosen: false,
            path: String::new(),
            dropped: Vec::new(),
            annotator: session.owner().name().to_owned(),
            keeps_annotators: false,
            unit: None,
            text_column: String::new(),
            takes_everything: false,
            asked: None,
            is_new: true,
            is_settled: false,
        }
    }

    /// Begins with files that were dropped onto the window.
    pub fn dropped(session: &Session, paths: Vec<PathBuf>) -> ImportView {
        ImportView { is_new: false, ..ImportView::new(session) }.with(paths)
    }

    /// Begins with another copy of the project, to be merged into this one.
    pub fn of_copy(session: &Session) -> ImportView {
        ImportView { format: COPY, is_chosen: true, ..ImportView::new(session) }
    }

    /// Takes files or folders instead of what is there.
    pub fn with(mut self, paths: Vec<PathBuf>) -> ImportView {
        self.path = match paths.as_slice() {
            [path] => path.display().to_string(),
            paths => format!("{} files", paths.len()),
        };
        self.dropped = paths;
        self.is_settled = true;
        self.recognise();
        self
    }

    fn recognise(&mut self) {
        if !self.is_chosen {
            self.format = recognise(&self.paths()).unwrap_or(ARTICLES);
        }
    }

    fn paths(&self) -> Vec<PathBuf> {
        match self.path.trim() {
            "" => Vec::new(),
            _ if !self.dropped.is_empty() => self.dropped.clone(),
            path => vec![PathBuf::from(path)],
        }
    }

    /// True if somebody may say what the offsets of the files count.
    fn takes_unit(&self) -> bool {
        format::find(self.format).is_some_and(|it| it.capabilities().takes_unit)
    }

    fn preview(&self) -> Option<ImportAction> {
        let paths = self.paths();
        let first = paths.first()?.clone();
        if self.format == ARTICLES {
            let text_column = Some(self.text_column.trim().to_owned()).filter(|it| !it.is_empty());
            let options = ReadOptions { everything: self.takes_everything, text_column };
            return Some(ImportAction::PreviewArticles(ExtractRequest { paths, options }));
        }
        if self.format == COPY {
            return Some(ImportAction::PreviewCopy(first));
        }
        let name = self.annotator.trim();
        if name.is_empty() && !self.keeps_annotators {
            return None;
        }
        let owner = (!self.keeps_annotators).then(|| Owner::named(name));
        let unit = self.unit.filter(|_| self.takes_unit());
        let request = ImportRequest { format: self.format.to_owned(), paths, owner, unit };
        Some(ImportAction::Preview(request))
    }
}

/// Draws the dialog. Tells whether it should close, what to do, and whether a file or folder should
/// be chosen in the system's dialog.
pub fn import_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut ImportView,
    letters: &mut Letters,
) -> (bool, Vec<Action>, Option<Purpose>) {
    let (mut actions, mut purpose) = (Vec::new(), None);
    let mut is_done = false;
    let modal = theme::dialog(ctx, "import").show(ctx, |ui| {
        theme::name_dialog(ui, "Import");
        let is_entered = entered(ui);
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(640.0));
        let is_copy = view.format == COPY;
        ui.heading(if is_copy { "Merge a folder into this project" } else { "Import" });
        let is_busy = session.import_progress().is_some();
        let mut is_settled = std::mem::take(&mut view.is_settled) || is_entered;
        let top = ui.cursor().top();
        ui.add_enabled_ui(!is_busy, |ui| {
            egui::Grid::new("import").num_columns(2).min_col_width(90.0).show(ui, |ui| {
                ui.label("Format");
                let readers = FORMATS.iter().filter(|it| it.capabilities().reads);
                let ids = [ARTICLES, COPY].into_iter().chain(readers.map(|it| it.id()));
                if format_ui(ui, &mut view.format, ids) {
                    (view.is_chosen, is_settled) = (true, true);
                }
                ui.end_row();
                ui.label("From");
                ui.horizontal(|ui| {
                    let width = (ui.available_width() - 190.0).max(120.0);
                    let hint = if is_copy { "Folder of the other copy" } else { "File or folder" };
                    let field = TextEdit::singleline(&mut view.path).hint_text(hint);
                    let field = ui.add(field.desired_width(width));
                    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, hint));
                    if std::mem::take(&mut view.is_new) {
                        field.request_focus();
                    }
                    if field.changed() {
                        view.dropped.clear();
                    }
                    if field.lost_focus() {
                        view.recognise();
                        is_settled = true;
                    }
                    if !is_copy && ui.button("File…").clicked() {
                        purpose = Some(Purpose::ImportFile);
                    }
                    if ui.button("Folder…").clicked() {
                        purpose = Some(Purpose::ImportFolder);
                    }
                });
                ui.end_row();
                if view.format == COPY {
                    return;
                }
                if view.format == ARTICLES {
                    ui.label("Web pages");
                    let text = "everything, not the main text alone";
                    is_settled |= ui.checkbox(&mut view.takes_everything, text).changed();
                    ui.end_row();
                    ui.label("Tables");
                    let field = TextEdit::singleline(&mut view.text_column).desired_width(220.0);
                    let field = ui.add(field.hint_text("Column of the texts"));
                    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Column of the texts"));
                    is_settled |= field.lost_focus();
                    ui.end_row();
                    return;
                }
                ui.label("Annotator");
                ui.horizontal(|ui| {
                    let field = TextEdit::singleline(&mut view.annotator).desired_width(160.0);
                    let field = ui.add_enabled(!view.keeps_annotators, field);
                    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Annotator's name"));
                    is_settled |= field.lost_focus();
                    let keeps = ui.checkbox(&mut view.keeps_annotators, "as the files say");
                    is_settled |= keeps.changed();
                });
                ui.end_row();
                if view.takes_unit() {
                    ui.label("Offsets count");
                    let units = [OffsetUnit::CodePoint, OffsetUnit::Utf16, OffsetUnit::Byte];
                    let units = units.map(|it| (Some(it), unit_name(it).to_owned()));
                    let usual = (None, "what the format says and the text shows".to_owned());
                    let all = [usual].into_iter().chain(units);
                    is_settled |= combo(ui, "Offsets count", None, &mut view.unit, all);
                    ui.end_row();
                }
            });
        });
        let is_focused = ui.memory(|memory| memory.focused().is_some());
        let preview = view.preview();
        if (is_settled || !is_focused) && preview.is_some() && preview != view.asked && !is_busy {
            view.asked.clone_from(&preview);
            actions.extend(preview.clone().map(Action::Import));
        }
        let plan = session.import_plan().filter(|_| preview == view.asked && view.asked.is_some());
        let height = (size.y - 190.0 - (ui.cursor().top() - top)).max(100.0);
        ui.separator();
        ScrollArea::vertical()
            .id_salt("import preview")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, false])
            .show(ui, |ui| {
                page_by_keys(ui);
                match plan {
                _ if is_busy => progress_ui(ui, session.import_progress(), "Reading…"),
                Some(Ok(plan)) => plan_ui(ui, plan, letters),
                Some(Err(error)) => {
                    let color = theme::severity_color(Severity::Error, ui.visuals());
                    ui.label(RichText::new(crate::session::sentence(error)).color(color));
                }
                None => {
                    let text = match is_copy {
                        true => "Choose another copy of this project, as on a stick, to see what it has and this one lacks",
                        false => "Choose a file or folder to see what would come in",
                    };
                    ui.label(RichText::new(text).weak());
                }
            }});
        ui.separator();
        ui.horizontal(|ui| {
            let can_import = matches!(&plan, Some(Ok(plan)) if !plan.is_empty()) && !is_busy;
            let is_entered = can_import && (is_entered || entered_alone(ui));
            if ui.add_enabled(can_import, egui::Button::new(if is_copy { "Merge" } else { "Import" })).clicked() || is_entered {
                actions.push(ImportAction::Import.into());
                is_done = true;
            }
            let text = if is_busy { "Stop" } else { "Cancel" };
            let is_cancelled = ui.button(text).clicked();
            let does = if is_copy { "merges" } else { "imports" };
            let text = format!("Ctrl+Enter {does}; Undo takes all of it out again");
            ui.label(RichText::new(text).small().weak());
            is_cancelled
        })
        .inner
    });
    let is_closed = modal.should_close() || modal.inner;
    if is_closed {
        actions.push(ImportAction::Cancel.into());
    }
    (is_closed || is_done, actions, purpose)
}

/// True if somebody pressed Ctrl+Enter. The event itself says so: on a slow machine the keys are up
/// again when the frame begins. To be asked before anything is drawn: a button that has the keyboard
/// takes any Enter for a click.
pub(super) fn entered(ui: &Ui) -> bool {
    ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::Enter))
}

/// The choice of a format, by id and summary. True if another one was chosen.
pub(super) fn format_ui(
    ui: &mut Ui,
    chosen: &mut &'static str,
    ids: impl Iterator<Item = &'static str>,
) -> bool {
    let line = |id: &str| {
        let summary = match id {
            ARTICLES => "texts out of web pages, Word, PDF and other files, and archives",
            COPY => "what another copy of this project has and this one lacks",
            _ => format::find(id).map_or("", |it| it.summary()),
        };
        format!("{id}: {}", shorten(summary, 70))
    };
    let width = ui.available_width() - 10.0;
    combo(ui, "Format", Some(width), chosen, ids.map(|id| (id, line(id))))
}

/// What offsets count, in a word.
pub(super) fn unit_name(unit: OffsetUnit) -> &'static str {
    match unit {
        OffsetUnit::CodePoint => "code points",
        OffsetUnit::Utf16 => "UTF-16 units",
        OffsetUnit::Byte => "bytes",
    }
}

/// How far something is.
pub(super) fn progress_ui(ui: &mut Ui, progress: Option<&std::sync::Arc<Progress>>, doing: &str) {
    match progress.and_then(|it| it.at()) {
        Some((done, total)) => {
            let share = done as f32 / total.max(1) as f32;
            ui.add(egui::ProgressBar::new(share).text(format!("{done} of {total}")));
        }
        None => drop(ui.label(doing)),
    }
    ui.ctx().request_repaint_after(std::time::Duration::from_millis(100));
}

fn plan_ui(ui: &mut Ui, plan: &ImportPlan, letters: &mut Letters) {
    if plan.is_empty() {
        ui.label("Nothing would come in");
    } else {
        ui.label(RichText::new(plan.summary()).strong());
    }
    for line in by_owner(plan) {
        ui.label(line);
    }
    if let Some(first) = plan.articles.iter().find(|it| it.article.set.annotations().len() > 0) {
        let (document, set) = (&first.article.document, &first.article.set);
        ui.label(RichText::new(format!("{} by {}", document.id, first.article.owner)).weak());
        for annotation in set.annotations().take(MAX_SPANS) {
            let text = isolated(&document.text.excerpt(&annotation.span, 80));
            letters.line(ui, &format!("  {}  “{text}”", annotation.label), ui.visuals().text_color());
        }
        let more = set.annotations().len().saturating_sub(MAX_SPANS);
        if more > 0 {
            ui.label(RichText::new(format!("  … and {more} more")).weak());
        }
    }
    problems_ui(ui, &plan.report.problems, "Nothing stays out");
    if plan.merges.is_empty() && plan.tally.n_spans == 0 {
        for planned in plan.articles.iter().take(MAX_PROBLEMS) {
            let from = planned.source.as_ref().map_or("", |it| it.file.as_str());
            ui.label(format!("  {}  ({})", planned.article.document.id, shorten(from, 60)));
        }
    }
}

/// Whose sets come in new, and whose were changed, where there are such.
fn by_owner(plan: &ImportPlan) -> Vec<String> {
    let mut by_owner: BTreeMap<&Owner, (usize, usize)> = BTreeMap::new();
    plan.tally.by_owner.iter().for_each(|(owner, n)| by_owner.entry(owner).or_default().0 += n);
    plan.merges.iter().for_each(|it| by_owner.entry(&it.key.owner).or_default().1 += 1);
    let line = |(owner, (n_new, n_changed)): (&Owner, (usize, usize))| {
        format!("{owner}: {}, {n_changed} changed", counted(n_new, "new set"))
    };
    by_owner.into_iter().filter(|_| !plan.merges.is_empty()).map(line).collect()
}

/// What stays out or gets lost.
pub(super) fn problems_ui(ui: &mut Ui, problems: &[Problem], none: &str) {
    ui.add_space(6.0);
    if problems.is_empty() {
        ui.label(RichText::new(none).weak());
        return;
    }
    for problem in problems.iter().take(MAX_PROBLEMS) {
        let color = theme::severity_color(problem.severity, ui.visuals());
        ui.label(RichText::new(crate::session::sentence(&problem.to_string())).color(color));
    }
    let more = problems.len().saturating_sub(MAX_PROBLEMS);
    if more > 0 {
        ui.label(RichText::new(format!("… and {more} more")).weak());
    }
}
