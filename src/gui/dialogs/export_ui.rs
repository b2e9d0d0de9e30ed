//! Giving annotations to other programs: what would be written, and what gets lost, is seen first.

use std::path::PathBuf;

use egui::{ComboBox, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::format::{self, ExportOption, ExportOptions, FORMATS, Overlap};
use crate::gui::dialogs::Purpose;
use crate::gui::dialogs::import_ui::{entered, format_ui, problems_ui, progress_ui};
use crate::gui::theme;
use crate::model::{Owner, Severity, Status};
use crate::session::{Action, Choice, ExportAction, ExportRequest, Exported, Piece, Session};
use crate::text::printable;

/// What is being filled in while the dialog is open.
#[derive(Debug)]
pub struct ExportView {
    format: &'static str,
    owner: Owner,
    choice: Choice,
    overlap: Overlap,
    is_formula_safe: bool,
    is_without_text: bool,
    /// The file or folder, as it is typed or chosen.
    pub path: String,
    /// What the shown preview was asked with.
    asked: Option<ExportRequest>,
    is_new: bool,
}

const PIECES: [(Piece, &str); 4] = [
    (Piece::Article, "whole articles"),
    (Piece::Paragraph, "paragraphs"),
    (Piece::Sentence, "sentences"),
    (Piece::Words(128), "128 words"),
];

const OVERLAPS: [(Overlap, &str); 3] = [
    (Overlap::Outermost, "the outermost"),
    (Overlap::Innermost, "the innermost"),
    (Overlap::Longest, "the longest"),
];

const STATUSES: [(Option<Status>, &str); 3] = [
    (None, "all articles"),
    (Some(Status::InProgress), "articles in progress"),
    (Some(Status::Done), "done articles"),
];

impl ExportView {
    /// Begins with the annotations that are shown.
    pub fn new(session: &Session) -> ExportView {
        ExportView {
            format: "jsonl",
            owner: session.owner().clone(),
            choice: Choice::default(),
            overlap: Overlap::default(),
            is_formula_safe: true,
            is_without_text: false,
            path: String::new(),
            asked: None,
            is_new: true,
        }
    }

    fn request(&self) -> ExportRequest {
        ExportRequest {
            format: self.format.to_owned(),
            owner: self.owner.clone(),
            choice: self.choice.clone(),
            options: ExportOptions {
                overlap: self.overlap.clone(),
                formula_safe: self.is_formula_safe,
                without_text: self.is_without_text
                    && format::find(self.format)
                        .is_some_and(|it| it.capabilities().options.contains(&ExportOption::WithoutText)),
                ..ExportOptions::default()
            },
        }
    }
}

/// Draws the dialog. Tells whether it should close, what to do, and whether a file or folder should
/// be chosen in the system's dialog.
pub fn export_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut ExportView,
) -> (bool, Vec<Action>, Option<Purpose>) {
    let (mut actions, mut purpose) = (Vec::new(), None);
    let modal = theme::dialog(ctx, "export").show(ctx, |ui| {
        theme::name_dialog(ui, "Export annotations");
        let is_entered = entered(ui);
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(760.0));
        ui.heading("Export annotations");
        let is_busy = session.export_progress().is_some();
        let one_file = format::find(view.format).is_some_and(|it| it.capabilities().one_file);
        egui::Grid::new("export").num_columns(2).min_col_width(90.0).show(ui, |ui| {
            ui.label("Format");
            let writers = FORMATS.iter().filter(|it| it.capabilities().writes);
            format_ui(ui, &mut view.format, writers.map(|it| it.id()));
            ui.end_row();
            choice_rows(ui, session, view);
            ui.label("To");
            ui.horizontal(|ui| {
                let width = (ui.available_width() - 110.0).max(120.0);
                let hint = if one_file { "File" } else { "Folder" };
                let field = ui.add(TextEdit::singleline(&mut view.path).hint_text(hint).desired_width(width));
                field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Where to"));
                if std::mem::take(&mut view.is_new) {
                    field.request_focus();
                }
                if ui.button("Choose…").clicked() {
                    purpose = Some(if one_file { Purpose::ExportFile } else { Purpose::ExportFolder });
                }
            });
            ui.end_row();
        });
        let request = view.request();
        if view.asked.as_ref() != Some(&request) && !is_busy {
            view.asked = Some(request.clone());
            actions.push(ExportAction::Preview(request.clone()).into());
        }
        let height = (size.y - 380.0).max(90.0);
        ui.separator();
        ScrollArea::vertical()
            .id_salt("export preview")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, false])
            .show(ui, |ui| match session.exported() {
                _ if is_busy => progress_ui(ui, session.export_progress(), "Writing…"),
                Some(Ok(exported)) => exported_ui(ui, exported, view.format),
                Some(Err(error)) => {
                    let color = theme::severity_color(Severity::Error, ui.visuals());
                    ui.label(RichText::new(crate::session::sentence(error)).color(color));
                }
                None => {}
            });
        ui.separator();
        ui.horizontal(|ui| {
            let path = PathBuf::from(view.path.trim());
            let is_named = !view.path.trim().is_empty();
            let is_there = is_named && path.exists();
            let text = if is_there && one_file { "Replace" } else { "Export" };
            let is_entered = is_named && !is_busy && is_entered;
            let button = ui.add_enabled(is_named && !is_busy, egui::Button::new(text));
            if button.clicked() || is_entered {
                view.asked = Some(request.clone());
                actions.push(ExportAction::Export(request, path).into());
            }
            let is_closed = ui.button(if is_busy { "Stop" } else { "Close" }).clicked();
            let help = match (is_there, one_file) {
                (true, true) => "Ctrl+Enter replaces the file that is there",
                (true, false) => "Ctrl+Enter writes into the folder and replaces files of the same names",
                (false, _) => "Ctrl+Enter exports",
            };
            ui.label(RichText::new(help).small().weak());
            is_closed
        })
        .inner
    });
    let is_closed = modal.should_close() || modal.inner;
    if is_closed {
        actions.push(ExportAction::Cancel.into());
    }
    (is_closed, actions, purpose)
}

fn choice_rows(ui: &mut Ui, session: &Session, view: &mut ExportView) {
    ui.label("Annotations");
    ui.horizontal(|ui| {
        let owners = session.owners().into_iter().map(|it| (it.clone(), it.name().to_owned()));
        combo(ui, "Annotator", &mut view.owner, owners);
        let statuses = STATUSES.into_iter().map(|(it, name)| (it, name.to_owned()));
        combo(ui, "Articles", &mut view.choice.status, statuses);
        ui.checkbox(&mut view.choice.has_pseudonyms, "without names");
    });
    ui.end_row();
    ui.label("Labels");
    ui.horizontal_wrapped(|ui| {
        for label in session.schema().label_names() {
            let mut is_in = view.choice.labels.is_empty() || view.choice.labels.iter().any(|it| it == label);
            if ui.checkbox(&mut is_in, label).changed() {
                set_label(&mut view.choice.labels, &session.schema().label_names(), label, is_in);
            }
        }
    });
    ui.end_row();
    ui.label("Examples");
    ui.horizontal(|ui| {
        let pieces = PIECES.into_iter().map(|(it, name)| (it, name.to_owned()));
        combo(ui, "Examples", &mut view.choice.piece, pieces);
        let can_overlap = format::find(view.format).is_some_and(|it| it.capabilities().overlapping);
        if !can_overlap {
            ui.label("of spans that share text");
            let overlaps = OVERLAPS.into_iter().map(|(it, name)| (it, name.to_owned()));
            combo(ui, "Of spans that share text", &mut view.overlap, overlaps);
        }
        if ["csv", "tsv"].contains(&view.format) {
            ui.checkbox(&mut view.is_formula_safe, "no formulas");
        }
        if format::find(view.format)
            .is_some_and(|it| it.capabilities().options.contains(&ExportOption::WithoutText))
        {
            ui.checkbox(&mut view.is_without_text, "without texts")
                .on_hover_text("Offsets and labels alone: whoever has the articles can import it");
        }
    });
    ui.end_row();
}

/// No label chosen means all of them, and all of them are written as none.
fn set_label(labels: &mut Vec<String>, all: &[&str], label: &str, is_in: bool) {
    if labels.is_empty() {
        labels.extend(all.iter().map(|&it| it.to_owned()));
    }
    labels.retain(|it| it != label);
    if is_in {
        labels.push(label.to_owned());
    }
    if labels.len() == all.len() {
        labels.clear();
    } else if labels.is_empty() {
        // With nothing left to write, the last one stays.
        labels.push(label.to_owned());
    }
    labels.sort_by_key(|it| all.iter().position(|name| name == it));
}

fn combo<T: PartialEq + Clone>(
    ui: &mut Ui,
    name: &'static str,
    chosen: &mut T,
    all: impl IntoIterator<Item = (T, String)>,
) {
    let all: Vec<(T, String)> = all.into_iter().collect();
    let shown = all.iter().find(|(it, _)| it == chosen).map(|(_, text)| text.clone()).unwrap_or_default();
    let label = format!("{name}: {shown}");
    let response = ComboBox::from_id_salt(name).selected_text(shown).show_ui(ui, |ui| {
        for (value, text) in all {
            if ui.selectable_value(chosen, value, text).clicked() {
                // A click closes the list by itself, a key does not.
                ui.close();
            }
        }
    });
    response.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, label.clone()));
}

fn exported_ui(ui: &mut Ui, exported: &Exported, format: &str) {
    let counted = crate::file::counted;
    let what =
        format!("{} with {}", counted(exported.n_articles, "example"), counted(exported.n_spans, "span"));
    match &exported.path {
        Some(path) => {
            drop(ui.label(RichText::new(format!("Written: {what} to {}", path.display())).strong()))
        }
        None => drop(ui.label(RichText::new(what).strong())),
    }
    if !exported.sample.is_empty() && exported.path.is_none() {
        let sample: String = exported.sample.chars().take(1_200).collect();
        let sample = sample.split('\n').map(printable).collect::<Vec<_>>().join("\n");
        ui.label(RichText::new(sample).monospace().small());
    }
    problems_ui(ui, &exported.report.problems, "No span or relation gets lost");
    let losses = format::find(format).map(|it| it.capabilities().losses).unwrap_or_default();
    if !losses.is_empty() {
        ui.label(RichText::new(format!("The format cannot hold {}", losses.join("; "))).weak());
    }
}
