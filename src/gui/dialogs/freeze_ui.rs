//! Freezing gold as a release, and the releases that there are.

use egui::{ComboBox, Grid, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::gui::dialogs::import_ui::{entered, progress_ui};
use crate::gui::dialogs::{owners_ui, people};
use crate::gui::theme;
use crate::model::{Owner, Severity};
use crate::session::release::{Citation, FreezeAction, FreezeRequest, Wanted, read_split};
use crate::session::{Action, Session};

/// What is asked for while the dialog is open.
#[derive(Debug)]
pub struct FreezeView {
    name: String,
    description: String,
    authors: String,
    annotators: Vec<Owner>,
    wanted: Wanted,
    split: String,
    seed: u64,
    /// Why what was typed will not do.
    wrong: Option<String>,
    is_new: bool,
}

impl FreezeView {
    /// A release of gold with the agreement of the people who are compared, if there are several.
    pub fn new(session: &Session) -> FreezeView {
        let mut annotators = people(session.compared_owners().iter().cloned());
        if annotators.len() == 1 {
            annotators.clear();
        }
        FreezeView {
            name: String::new(),
            description: String::new(),
            authors: String::new(),
            annotators,
            wanted: Wanted::default(),
            split: String::new(),
            seed: 1,
            wrong: None,
            is_new: true,
        }
    }

    fn request(&self, session: &Session) -> Result<FreezeRequest, String> {
        let authors = self.authors.split(';').map(str::trim).filter(|it| !it.is_empty());
        Ok(FreezeRequest {
            name: self.name.trim().to_owned(),
            description: self.description.trim().to_owned(),
            owner: Owner::Gold,
            annotators: self.annotators.clone(),
            wanted: self.wanted,
            split: read_split(&self.split, self.seed)?,
            citation: Citation { authors: authors.map(str::to_owned).collect(), ..Citation::default() },
            at: session.now(),
        })
    }
}

/// Draws it. Tells whether it should close, and what to do.
pub fn freeze_ui(ctx: &egui::Context, session: &Session, view: &mut FreezeView) -> (bool, Option<Action>) {
    let mut asked = None;
    let modal = theme::dialog(ctx, "freeze").show(ctx, |ui| {
        theme::name_dialog(ui, "Freeze gold");
        let is_entered = entered(ui);
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(640.0));
        ui.heading("Freeze gold");
        let help = "A release is a copy that nobody changes any more, with checksums, a datasheet and a paragraph for a paper";
        ui.label(RichText::new(help).small().weak());
        let is_busy = session.freeze_progress().is_some();
        // In a low window the button stays in sight.
        ScrollArea::vertical().id_salt("freeze").max_height(size.y - 150.0).auto_shrink([false, true]).show(
            ui,
            |ui| {
                fields_ui(ui, session, view);
                if is_busy {
                    progress_ui(ui, session.freeze_progress(), "Reading…");
                }
                result_ui(ui, session, view);
                releases_ui(ui, session, (size.y - 480.0).max(60.0));
            },
        );
        ui.separator();
        ui.horizontal(|ui| {
            let can = !is_busy && !view.name.trim().is_empty();
            if ui.add_enabled(can, egui::Button::new("Freeze")).clicked() || (is_entered && can) {
                match view.request(session) {
                    Ok(request) => {
                        view.wrong = None;
                        asked = Some(FreezeAction::Freeze(request.into()).into());
                    }
                    Err(wrong) => view.wrong = Some(wrong),
                }
            }
            if is_busy && ui.button("Stop").clicked() {
                asked = Some(FreezeAction::Stop.into());
            }
            let is_closed = ui.button("Close").clicked();
            ui.label(RichText::new("Ctrl+Enter freezes").small().weak());
            is_closed
        })
        .inner
    });
    (modal.should_close() || modal.inner, asked)
}

fn fields_ui(ui: &mut Ui, session: &Session, view: &mut FreezeView) {
    Grid::new("freeze").num_columns(2).min_col_width(90.0).show(ui, |ui| {
        let name = field_ui(ui, "Name", "1.0", &mut view.name);
        if std::mem::take(&mut view.is_new) {
            name.request_focus();
        }
        field_ui(ui, "What it is for", "", &mut view.description);
        field_ui(ui, "Authors", "Sari, Rina; Halim, Budi", &mut view.authors);
        ui.label("Articles");
        let names = [
            (Wanted::AllDone, "all, and all must be done"),
            (Wanted::OnlyDone, "those that are done"),
            (Wanted::Any, "all, however far they are"),
        ];
        let chosen = names.iter().find(|it| it.0 == view.wanted).map_or("", |it| it.1);
        let combo = ComboBox::from_id_salt("wanted").width(260.0).selected_text(chosen);
        let shown = combo.show_ui(ui, |ui| {
            for (wanted, name) in names {
                ui.selectable_value(&mut view.wanted, wanted, name);
            }
        });
        shown
            .response
            .widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Articles: {chosen}")));
        ui.end_row();
        ui.label("Agreement of");
        ui.horizontal_wrapped(|ui| {
            owners_ui(
                ui,
                session.annotators().into_iter().filter(|it| *it != Owner::Gold),
                &mut view.annotators,
            );
        });
        ui.end_row();
        field_ui(ui, "Split into", "train=0.8, dev=0.1, test=0.1", &mut view.split);
        ui.label("");
        ui.horizontal(|ui| {
            ui.label(RichText::new("near-duplicates stay together; seed").small().weak());
            let seed = ui.add(egui::DragValue::new(&mut view.seed));
            seed.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Seed"));
        });
        ui.end_row();
    });
}

fn field_ui(ui: &mut Ui, name: &str, hint: &str, typed: &mut String) -> egui::Response {
    ui.label(name);
    let field = ui.add(TextEdit::singleline(typed).hint_text(hint).desired_width(f32::INFINITY));
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, name));
    ui.end_row();
    field
}

fn result_ui(ui: &mut Ui, session: &Session, view: &FreezeView) {
    let color = theme::severity_color(Severity::Error, ui.visuals());
    if let Some(wrong) = &view.wrong {
        ui.label(RichText::new(crate::session::sentence(wrong)).color(color));
    }
    match session.frozen() {
        Some(Ok(frozen)) => {
            ui.strong(format!("Release {} is frozen", frozen.release.name));
        }
        Some(Err(error)) => {
            ui.label(RichText::new(crate::session::sentence(error)).color(color));
        }
        None => return,
    }
    ScrollArea::vertical().id_salt("freeze report").max_height(90.0).show(ui, |ui| {
        for problem in &session.freeze_report().problems {
            let color = theme::severity_color(problem.severity, ui.visuals());
            ui.label(RichText::new(problem.to_string()).small().color(color));
        }
    });
}

fn releases_ui(ui: &mut Ui, session: &Session, height: f32) {
    let Some(releases) = session.releases().filter(|it| !it.is_empty()) else { return };
    ui.separator();
    ui.strong("Releases");
    ScrollArea::vertical().id_salt("releases").max_height(height).show(ui, |ui| {
        Grid::new("releases").num_columns(4).striped(true).spacing([14.0, 4.0]).show(ui, |ui| {
            for release in releases {
                ui.label(&release.name);
                ui.label(RichText::new(&release.at).weak());
                ui.label(format!("{} articles, {} spans", release.n_articles, release.n_spans));
                let short: String = release.fingerprint.chars().take(12).collect();
                let fingerprint = ui.link(RichText::new(format!("{short}…")).monospace());
                if fingerprint.on_hover_text(format!("{}\nCopy", release.fingerprint)).clicked() {
                    ui.ctx().copy_text(release.fingerprint.clone());
                }
                ui.end_row();
            }
        });
    });
}
