//! Giving annotations to other programs: what would be written, and what gets lost, is seen first.
//!
//! What is chosen rarely stands under "More", and only as far as the format heeds it
//! ([`Capabilities::options`](crate::format::Capabilities)) or the schema gives it a meaning.

use std::path::PathBuf;

use egui::{CollapsingHeader, DragValue, Grid, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::format::{self, Capabilities, ExportOption, ExportOptions, FORMATS, Overlap, Scheme};
use crate::gui::dialogs::import_ui::{entered, format_ui, problems_ui, progress_ui, unit_name};
use crate::gui::dialogs::{Purpose, combo, entered_alone, page_by_keys};
use crate::gui::theme;
use crate::model::{AttributeType, Owner, Schema, Severity, Status};
use crate::session::export::N_PREVIEWED;
use crate::session::{
    Action, Choice, ExportAction, ExportRequest, Exported, Piece, ReleasePart, Session, ValueChoice,
};
use crate::text::{OffsetUnit, printable};

/// What is being filled in while the dialog is open.
#[derive(Debug)]
pub struct ExportView {
    format: &'static str,
    from: From,
    choice: Choice,
    options: ExportOptions,
    /// The file or folder, as it is typed or chosen.
    pub path: String,
    /// What the shown preview was asked with.
    asked: Option<ExportRequest>,
    is_new: bool,
}

/// Where annotations are taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
enum From {
    Owner(Owner),
    Release(ReleasePart),
}

const OVERLAPS: [(Overlap, &str); 3] = [
    (Overlap::Outermost, "the outermost span stays"),
    (Overlap::Innermost, "the innermost span stays"),
    (Overlap::Longest, "the longest span stays"),
];

const SCHEMES: [(Scheme, &str); 4] = [
    (Scheme::Iob2, "IOB2: B begins each span"),
    (Scheme::Iob1, "IOB1: B only after a span of its label"),
    (Scheme::Bilou, "BILOU: L ends a span, U is one token"),
    (Scheme::Iobes, "IOBES: E ends a span, S is one token"),
];

const STATUSES: [(Option<Status>, &str); 4] = [
    (None, "all articles"),
    (Some(Status::New), "new articles"),
    (Some(Status::InProgress), "articles in progress"),
    (Some(Status::Done), "done articles"),
];

impl ExportView {
    /// Begins with the annotations that are shown.
    pub fn new(session: &Session) -> ExportView {
        ExportView {
            format: "jsonl",
            from: From::Owner(session.owner().clone()),
            choice: Choice::default(),
            options: ExportOptions { formula_safe: true, ..ExportOptions::default() },
            path: String::new(),
            asked: None,
            is_new: true,
        }
    }

    fn capabilities(&self) -> Capabilities {
        format::find(self.format).map_or(Capabilities::WHOLE, |it| it.capabilities())
    }

    fn request(&self, session: &Session) -> ExportRequest {
        let heeded = self.capabilities().options;
        let unit = self.options.unit.filter(|unit| heeded.contains(&ExportOption::Unit(*unit)));
        let (owner, release) = match &self.from {
            From::Owner(owner) => (owner.clone(), None),
            From::Release(release) => (session.owner().clone(), Some(release.clone())),
        };
        ExportRequest {
            format: self.format.to_owned(),
            owner,
            release,
            choice: self.choice.clone(),
            options: ExportOptions { unit, ..self.options.clone() },
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
        let one_file = view.capabilities().one_file;
        let top = ui.cursor().top();
        ScrollArea::vertical().id_salt("export choices").max_height((size.y - 300.0).max(100.0)).show(
            ui,
            |ui| {
                grid("export").show(ui, |ui| {
                    ui.label("Format");
                    let writers = FORMATS.iter().filter(|it| it.capabilities().writes);
                    format_ui(ui, &mut view.format, writers.map(|it| it.id()));
                    ui.end_row();
                    choice_rows(ui, session, view);
                    ui.label("To");
                    ui.horizontal(|ui| {
                        let width = (ui.available_width() - 110.0).max(120.0);
                        let hint = if one_file { "File" } else { "Folder" };
                        let field = TextEdit::singleline(&mut view.path).hint_text(hint);
                        let field = ui.add(field.desired_width(width));
                        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Where to"));
                        if std::mem::take(&mut view.is_new) {
                            field.request_focus();
                        }
                        if ui.button("Choose…").clicked() {
                            purpose =
                                Some(if one_file { Purpose::ExportFile } else { Purpose::ExportFolder });
                        }
                    });
                    ui.end_row();
                });
                more_ui(ui, session.schema(), view);
            },
        );
        let request = view.request(session);
        if view.asked.as_ref() != Some(&request) && !is_busy {
            view.asked = Some(request.clone());
            actions.push(ExportAction::Preview(Box::new(request.clone())).into());
        }
        let height = (size.y - 190.0 - (ui.cursor().top() - top)).max(80.0);
        ui.separator();
        ScrollArea::vertical()
            .id_salt("export preview")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink([false, false])
            .show(ui, |ui| {
                page_by_keys(ui);
                match session.exported() {
                    Some(Ok(exported)) => exported_ui(ui, exported, session, view),
                    Some(Err(error)) => {
                        let color = theme::severity_color(Severity::Error, ui.visuals());
                        ui.label(RichText::new(crate::session::sentence(error)).color(color));
                    }
                    None if is_busy => progress_ui(ui, session.export_progress(), "Writing…"),
                    None => {}
                }
            });
        ui.separator();
        ui.horizontal_wrapped(|ui| {
            let path = PathBuf::from(view.path.trim());
            let is_named = !view.path.trim().is_empty();
            let is_there = is_named && path.exists();
            let text = if is_there && one_file { "Replace" } else { "Export" };
            let can_export = is_named && !is_busy;
            let button = ui.add_enabled(can_export, egui::Button::new(text));
            let is_closed = ui.button(if is_busy { "Stop" } else { "Close" }).clicked();
            let help = match (is_there, one_file) {
                (true, true) => "Ctrl+Enter replaces the file that is there",
                (true, false) => "Ctrl+Enter writes into the folder and replaces files of the same names",
                (false, _) => "Ctrl+Enter exports",
            };
            ui.label(RichText::new(help).small().weak());
            let is_alone = can_export && entered_alone(ui);
            if is_alone && is_there {
                // Who typed a path may not know that it is taken: the next Enter replaces.
                button.request_focus();
            }
            if button.clicked() || (can_export && is_entered) || (is_alone && !is_there) {
                view.asked = Some(request.clone());
                actions.push(ExportAction::Export(Box::new(request), path).into());
            }
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

fn grid(name: &str) -> Grid {
    Grid::new(name).num_columns(2).min_col_width(90.0)
}

fn choice_rows(ui: &mut Ui, session: &Session, view: &mut ExportView) {
    ui.label("Annotations");
    ui.horizontal_wrapped(|ui| {
        let owners = session.owners().into_iter().map(|it| (From::Owner(it.clone()), it.name().to_owned()));
        combo(ui, "Annotations of", None, &mut view.from, owners.chain(releases(session)));
        let statuses = STATUSES.map(|(it, name)| (it, name.to_owned()));
        combo(ui, "Articles", None, &mut view.choice.status, statuses);
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
    ui.horizontal_wrapped(|ui| {
        let n = if let Piece::Words(n) = view.choice.piece { n } else { 128 };
        let pieces = [
            (Piece::Article, "whole articles"),
            (Piece::Paragraph, "paragraphs"),
            (Piece::Sentence, "sentences"),
            (Piece::Words(n), "so many words"),
        ];
        combo(ui, "Examples", None, &mut view.choice.piece, pieces.map(|(it, name)| (it, name.to_owned())));
        if let Piece::Words(n) = &mut view.choice.piece {
            let field = ui.add(DragValue::new(n).range(1..=1_000_000));
            field.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Words in an example"));
            ui.label("or as many more as it takes to cut no span");
        }
    });
    ui.end_row();
}

/// The releases of the project and their parts, newest first.
fn releases(session: &Session) -> Vec<(From, String)> {
    let parts = session.releases().unwrap_or_default().iter().flat_map(|release| {
        let parts = release.parts.iter().map(|it| (Some(it), format!("release {}: {it}", release.name)));
        [(None, format!("release {}", release.name))].into_iter().chain(parts).map(|(part, text)| {
            (From::Release(ReleasePart { name: release.name.clone(), part: part.cloned() }), text)
        })
    });
    parts.collect()
}

/// What is chosen rarely, as far as it makes a difference.
fn more_ui(ui: &mut Ui, schema: &Schema, view: &mut ExportView) {
    let heeded = view.capabilities().options;
    let valued = valued(schema, &view.choice.labels);
    if heeded.is_empty() && valued.is_empty() {
        return;
    }
    let usual = ExportOptions { formula_safe: true, ..ExportOptions::default() };
    let n_chosen = view.choice.values.len()
        + heeded
            .iter()
            .filter(|it| view.options.chosen().contains(it) != usual.chosen().contains(it))
            .count();
    let title = if n_chosen == 0 { "More".to_owned() } else { format!("More ({n_chosen} chosen)") };
    let more = CollapsingHeader::new(title).id_salt("more").show_unindented(ui, |ui| {
        grid("export more").show(ui, |ui| {
            if !valued.is_empty() {
                ui.label("Only with");
                ui.horizontal_wrapped(|ui| {
                    for (label, attribute, values) in valued {
                        value_ui(ui, &mut view.choice.values, label, attribute, values);
                    }
                });
                ui.end_row();
            }
            option_rows(ui, schema, heeded, view.capabilities().offset_unit, &mut view.options);
        });
    });
    if more.header_response.has_focus() {
        // The header by itself shows it by a shade of its letters alone.
        let stroke = ui.visuals().widgets.active.bg_stroke;
        ui.painter().rect_stroke(more.header_response.rect, 4.0, stroke, egui::StrokeKind::Outside);
    }
}

/// The attributes of chosen labels by whose values spans can be chosen, with these values; none where
/// any may be typed.
fn valued<'a>(schema: &'a Schema, labels: &[String]) -> Vec<(&'a str, &'a str, Vec<String>)> {
    let is_chosen = |name: &String| labels.is_empty() || labels.contains(name);
    let labels = schema.labels.iter().filter(|it| is_chosen(&it.name));
    let attributes = labels.flat_map(|label| label.attributes.iter().map(|it| (label.name.as_str(), it)));
    let valued = attributes.filter_map(|(label, attribute)| {
        let values = match &attribute.kind {
            AttributeType::Choice(values) | AttributeType::MultiChoice(values) => values.clone(),
            AttributeType::Boolean => vec!["true".to_owned(), "false".to_owned()],
            AttributeType::Integer | AttributeType::Country => Vec::new(),
            AttributeType::Text | AttributeType::Entity | AttributeType::Other(_) => return None,
        };
        Some((label, attribute.name.as_str(), values))
    });
    valued.collect()
}

fn value_ui(ui: &mut Ui, chosen: &mut Vec<ValueChoice>, label: &str, attribute: &str, values: Vec<String>) {
    let is_its = |it: &ValueChoice| it.label == label && it.attribute == attribute;
    let mut value = chosen.iter().find(|it| is_its(it)).map(|it| it.value.clone()).unwrap_or_default();
    let before = value.clone();
    let name = format!("{label}.{attribute}");
    ui.horizontal(|ui| {
        ui.label(&name);
        if values.is_empty() {
            let field = ui.add(TextEdit::singleline(&mut value).hint_text("any").desired_width(50.0));
            field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, &name));
        } else {
            let values = values.into_iter().map(|it| (it.clone(), it));
            combo(ui, &name, None, &mut value, [(String::new(), "any".to_owned())].into_iter().chain(values));
        }
    });
    if value != before {
        chosen.retain(|it| !is_its(it));
        if !value.is_empty() {
            chosen.push(ValueChoice { label: label.to_owned(), attribute: attribute.to_owned(), value });
        }
    }
}

/// A row for each choice that the format leaves.
fn option_rows(
    ui: &mut Ui,
    schema: &Schema,
    heeded: &[ExportOption],
    usual_unit: OffsetUnit,
    options: &mut ExportOptions,
) {
    let heeds = |option| heeded.contains(&option);
    if heeds(ExportOption::Scheme) {
        ui.label("Tags");
        ui.horizontal_wrapped(|ui| {
            let schemes = SCHEMES.map(|(it, name)| (it, name.to_owned()));
            combo(ui, "Tags", None, &mut options.scheme, schemes);
            ui.checkbox(&mut options.one_column, "one column for all labels");
        });
        ui.end_row();
    }
    if heeds(ExportOption::Overlap) {
        ui.label("Overlaps");
        ui.horizontal_wrapped(|ui| overlap_ui(ui, schema, &mut options.overlap));
        ui.end_row();
    }
    let units =
        heeded.iter().filter_map(|it| if let ExportOption::Unit(unit) = it { Some(*unit) } else { None });
    let units: Vec<OffsetUnit> = units.collect();
    if !units.is_empty() {
        ui.label("Offsets count");
        let mut unit = options.unit.filter(|it| units.contains(it)).unwrap_or(usual_unit);
        let units = units.into_iter().map(|it| (it, unit_name(it).to_owned()));
        if combo(ui, "Offsets count", None, &mut unit, units) {
            options.unit = Some(unit).filter(|it| *it != usual_unit);
        }
        ui.end_row();
    }
    if heeds(ExportOption::FormulaSafe) {
        ui.label("Cells");
        ui.checkbox(&mut options.formula_safe, "no formulas")
            .on_hover_text("A cell that a spreadsheet would run gets an apostrophe in front");
        ui.end_row();
    }
    if heeds(ExportOption::WithoutText) {
        ui.label("Texts");
        ui.checkbox(&mut options.without_text, "without texts")
            .on_hover_text("Offsets and labels alone: whoever has the articles can import it");
        ui.end_row();
    }
}

/// Which of several spans stays that share text: by place, or by an order of labels.
fn overlap_ui(ui: &mut Ui, schema: &Schema, overlap: &mut Overlap) {
    let by_label = match overlap {
        Overlap::ByLabel(_) => overlap.clone(),
        _ => Overlap::ByLabel(schema.label_names().into_iter().map(str::to_owned).collect()),
    };
    let overlaps = OVERLAPS.map(|(it, name)| (it, name.to_owned()));
    let by_label = (by_label, "the span stays whose label comes first".to_owned());
    combo(ui, "Overlaps", None, overlap, overlaps.into_iter().chain([by_label]));
    let Overlap::ByLabel(labels) = overlap else { return };
    let mut first = None;
    for (i, label) in labels.iter().enumerate() {
        let button = ui.small_button(label).on_hover_text("A click puts it first");
        button.widget_info(|| WidgetInfo::labeled(Role::Button, true, format!("{label}, {}", i + 1)));
        if button.clicked() {
            first = Some(i);
        }
    }
    if let Some(i) = first {
        let label = labels.remove(i);
        labels.insert(0, label);
    }
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

fn exported_ui(ui: &mut Ui, exported: &Exported, session: &Session, view: &ExportView) {
    let counted = crate::file::counted;
    let what =
        format!("{} with {}", counted(exported.n_articles, "example"), counted(exported.n_spans, "span"));
    let is_of_all = matches!(view.from, From::Release(_)) || session.articles().len() <= N_PREVIEWED;
    let said = match &exported.path {
        Some(path) => format!("Written: {what} to {}", path.display()),
        None if is_of_all => what,
        None => format!("{what}, in the first {N_PREVIEWED} articles"),
    };
    // The list stands below the first example, out of sight in a small window.
    let said = match exported.report.problems.len() {
        0 => said,
        n => format!("{said}; {} below", counted(n, "problem")),
    };
    ui.label(RichText::new(said).strong());
    if !exported.sample.is_empty() && exported.path.is_none() {
        let sample: String = exported.sample.chars().take(1_200).collect();
        let sample = sample.split('\n').map(printable).collect::<Vec<_>>().join("\n");
        let size = egui::TextStyle::Small.resolve(ui.style()).size;
        ui.label(RichText::new(sample).monospace().size(size));
    }
    problems_ui(ui, &exported.report.problems, "No span or relation gets lost");
    let losses = view.capabilities().losses;
    if !losses.is_empty() {
        ui.label(RichText::new(format!("The format cannot hold {}", losses.join("; "))).weak());
    }
}
