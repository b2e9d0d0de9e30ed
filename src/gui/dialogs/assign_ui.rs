//! Giving out articles: who gets how many is seen before anything is written, and how far everybody is.

use std::collections::BTreeSet;

use egui::{ComboBox, Grid, RichText, Role, ScrollArea, TextEdit, Ui, WidgetInfo};

use crate::gui::dialogs::import_ui::entered;
use crate::gui::dialogs::{is_model, owners_ui};
use crate::gui::theme;
use crate::model::{Assignments, DocumentId, Owner, Severity};
use crate::session::{
    Among, AssignAction, GiveOut, Round, Session, describe_assignments, describe_change, sentence,
};

/// What is asked for while the dialog is open.
#[derive(Debug)]
pub struct AssignView {
    chosen: Vec<Owner>,
    /// Names of people who have not annotated here yet, with commas between.
    typed: String,
    per_article: usize,
    seed: u64,
    among: Among,
    is_anew: bool,
    /// Whether annotators work blind; nothing as long as nobody said so.
    is_blind: Option<bool>,
    articles: Vec<DocumentId>,
    folders: BTreeSet<String>,
    /// What would come of a request, and what lay in the file then.
    planned: Option<(GiveOut, Assignments, Result<Assignments, String>)>,
    is_new: bool,
}

impl AssignView {
    /// Those who have articles, or else everybody who annotated here and is no model.
    pub fn new(session: &Session) -> AssignView {
        let mut chosen: Vec<Owner> = people(session);
        match session.assignments().filter(|it| !it.articles.is_empty()) {
            Some(assignments) => chosen.retain(|it| assignments.knows(it)),
            None => chosen.retain(|it| !is_model(it)),
        }
        let articles: Vec<DocumentId> = session.articles().iter().map(|it| it.id.clone()).collect();
        let folder = |it: &DocumentId| it.as_str().rsplit_once('/').map(|(folder, _)| folder.to_owned());
        AssignView {
            per_article: chosen.len().clamp(1, 2),
            chosen,
            typed: String::new(),
            seed: 1,
            among: Among::All,
            is_anew: false,
            is_blind: None,
            folders: articles.iter().filter_map(folder).collect(),
            articles,
            planned: None,
            is_new: true,
        }
    }

    fn request(&self, before: &Assignments) -> GiveOut {
        let typed = self.typed.split(',').map(str::trim).filter(|it| !it.is_empty()).map(Owner::named);
        let mut annotators = self.chosen.clone();
        annotators.extend(typed);
        annotators.sort();
        GiveOut {
            annotators,
            per_article: self.per_article,
            seed: self.seed,
            among: self.among.clone(),
            is_anew: self.is_anew,
            round: match self.is_blind.filter(|it| *it != is_blind(before)) {
                None => Round::Same,
                Some(true) => Round::Blind,
                Some(false) => Round::Open,
            },
        }
    }

    /// What would come of what is asked for now.
    fn plan(&mut self, before: &Assignments) -> Result<Assignments, String> {
        let request = self.request(before);
        if let Some((of, known, planned)) = &self.planned
            && *of == request
            && known == before
        {
            return planned.clone();
        }
        let planned = request.applied(before, &self.articles);
        self.planned = Some((request, before.clone(), planned.clone()));
        planned
    }
}

/// All who could get articles, as far as they are known.
fn people(session: &Session) -> Vec<Owner> {
    let given = session.assignments().into_iter().flat_map(|it| it.loads().into_keys().cloned());
    let all: BTreeSet<Owner> = session.annotators().into_iter().chain(given).collect();
    all.into_iter().filter(|it| *it != Owner::Gold).collect()
}

fn is_blind(assignments: &Assignments) -> bool {
    assignments.is_blind && !assignments.is_open
}

/// Draws it. Tells whether it should close, and what to do.
pub fn assign_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut AssignView,
) -> (bool, Option<AssignAction>) {
    let mut asked = None;
    let nothing = Assignments::default();
    let before = session.assignments().unwrap_or(&nothing);
    let modal = theme::dialog(ctx, "assign").show(ctx, |ui| {
        theme::name_dialog(ui, "Give out articles");
        let is_entered = entered(ui);
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(640.0));
        ui.heading("Give out articles");
        let help =
            "Evenly and by chance. What was given before stays, so that articles and people can join later";
        ui.label(RichText::new(help).small().weak());
        fields_ui(ui, session, before, view);
        ui.separator();
        let planned = view.plan(before);
        let after = planned.as_ref().unwrap_or(before);
        let asked_for = view.request(before).annotators;
        people_ui(ui, session, (before, after), &asked_for, (size.y - 440.0).max(70.0));
        let change = describe_change(before, after);
        let error = planned.as_ref().err().map(String::as_str).or(session.assign_error());
        match error {
            Some(error) => {
                let color = theme::severity_color(Severity::Error, ui.visuals());
                ui.label(RichText::new(sentence(error)).color(color));
            }
            None if change.is_empty() => {
                let now = describe_assignments(before, &view.articles).join("; ");
                ui.label(RichText::new(format!("Nothing would change: {now}")).weak());
            }
            None => {
                let then = describe_assignments(after, &view.articles).join("; ");
                for line in change {
                    ui.label(sentence(&line));
                }
                ui.label(RichText::new(format!("Then: {then}")).weak());
            }
        }
        ui.separator();
        ui.horizontal(|ui| {
            let can = planned.as_ref().is_ok_and(|it| it != before) && !session.is_assigning();
            let is_dealt = after.articles != before.articles;
            let text = match is_blind(after) {
                _ if is_dealt => "Give out",
                true => "Begin the blind round",
                false if is_blind(before) => "Open the round",
                false => "Give out",
            };
            if ui.add_enabled(can, egui::Button::new(text)).clicked() || (is_entered && can) {
                asked = Some(AssignAction::GiveOut(view.request(before)));
                view.chosen = view.request(before).annotators;
                view.typed.clear();
                (view.is_anew, view.is_blind) = (false, None);
            }
            let is_closed = ui.button("Close").clicked();
            let text = "Ctrl+Enter; Undo does not take it back, the trash has the file as it was";
            ui.label(RichText::new(text).small().weak());
            is_closed
        })
        .inner
    });
    (modal.should_close() || modal.inner, asked)
}

fn fields_ui(ui: &mut Ui, session: &Session, before: &Assignments, view: &mut AssignView) {
    Grid::new("assign").num_columns(2).min_col_width(90.0).show(ui, |ui| {
        ui.label("Annotators");
        let known: BTreeSet<Owner> = people(session).into_iter().chain(view.chosen.clone()).collect();
        ui.horizontal_wrapped(|ui| owners_ui(ui, known, &mut view.chosen));
        ui.end_row();
        ui.label("New names");
        let field = TextEdit::singleline(&mut view.typed).hint_text("Sari, Dewi");
        let field = ui.add(field.desired_width(f32::INFINITY));
        field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "New names, with commas between"));
        if std::mem::take(&mut view.is_new) {
            field.request_focus();
        }
        ui.end_row();
        ui.label("Articles");
        among_ui(ui, view);
        ui.end_row();
        ui.label("Each to");
        ui.horizontal(|ui| {
            let n = ui.add(egui::DragValue::new(&mut view.per_article).range(1..=99));
            n.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Annotators of each article"));
            ui.label(if view.per_article == 1 { "annotator; seed" } else { "annotators; seed" });
            let seed = ui.add(egui::DragValue::new(&mut view.seed));
            seed.widget_info(|| WidgetInfo::labeled(Role::SpinButton, true, "Seed"));
            ui.checkbox(&mut view.is_anew, "forget who has these articles now");
        });
        ui.end_row();
        ui.label("Round");
        let mut blind = view.is_blind.unwrap_or(is_blind(before));
        if ui
            .checkbox(&mut blind, "blind: others' annotations are out of sight until one's own are done")
            .changed()
        {
            view.is_blind = Some(blind);
        }
        ui.end_row();
    });
}

/// Which articles.
fn among_ui(ui: &mut Ui, view: &mut AssignView) {
    let name = |it: &Among| match it {
        Among::All => "all".to_owned(),
        Among::Unassigned => "those that nobody has".to_owned(),
        Among::Folder(folder) => format!("those in {folder}"),
    };
    let folders = view.folders.iter().cloned().map(Among::Folder);
    let choices = [Among::All, Among::Unassigned].into_iter().chain(folders);
    let chosen = name(&view.among);
    let combo = ComboBox::from_id_salt("among").width(320.0).selected_text(&chosen);
    let shown = combo.show_ui(ui, |ui| {
        for choice in choices {
            let text = name(&choice);
            if ui.selectable_value(&mut view.among, choice, text).clicked() {
                // A click closes the list by itself, a key does not.
                ui.close();
            }
        }
    });
    shown.response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Articles: {chosen}")));
}

/// How far everybody is, and how many articles they would have.
fn people_ui(
    ui: &mut Ui,
    session: &Session,
    (before, after): (&Assignments, &Assignments),
    asked_for: &[Owner],
    height: f32,
) {
    let Some(people) = session.people() else {
        ui.label(RichText::new("Reading…").weak());
        return;
    };
    let (loads, then) = (before.loads(), after.loads());
    let load = |loads: &std::collections::BTreeMap<&Owner, usize>, it: &Owner| {
        loads.get(it).copied().unwrap_or_default()
    };
    let known = people.iter().map(|it| &it.owner).chain(asked_for);
    let names: BTreeSet<&Owner> = known.chain(loads.keys().copied()).chain(then.keys().copied()).collect();
    let area = ScrollArea::vertical().id_salt("people").max_height(height).auto_shrink([false, true]);
    area.show(ui, |ui| {
        Grid::new("people").num_columns(6).striped(true).spacing([18.0, 4.0]).show(ui, |ui| {
            for title in ["Annotator", "Articles", "Done", "Begun", "Others", "Spans"] {
                ui.label(RichText::new(title).small().weak());
            }
            ui.end_row();
            for name in names {
                ui.label(name.name());
                match (load(&loads, name), load(&then, name)) {
                    (n, m) if n == m => ui.label(n.to_string()),
                    (n, m) => ui.strong(format!("{n} → {m}")),
                };
                let person = people.iter().find(|it| it.owner == *name);
                let numbers = person.map_or([0; 4], |it| [it.n_done, it.n_begun, it.n_others, it.n_spans]);
                for n in numbers {
                    ui.label(n.to_string());
                }
                ui.end_row();
            }
        });
    });
}
