//! How well annotators agree: numbers, matrix, labels, confusion, and the cases behind each number.

use std::sync::Arc;

use egui::{RichText, ScrollArea, Ui};

use crate::file::counted;
use crate::gui::dialogs::Purpose;
use crate::gui::dialogs::import_ui::progress_ui;
use crate::gui::dialogs::{owners_ui, people};
use crate::gui::plot_ui::plot_ui;
use crate::gui::shaped::{Letters, isolated, line_height};
use crate::gui::theme;
use crate::model::Owner;
use crate::session::agreement::{
    Agreement, AgreementAction, Finding, ShownCase, labels_plot, of_annotators, of_labels, over_time,
    pairs_plot,
};
use crate::session::compare::Tokenization;
use crate::session::plot::Plot;
use crate::session::{Action, AdjudicateAction, ArticleAction, Session, sentence};

/// What the window shows of agreement.
#[derive(Debug)]
pub struct AgreementView {
    chosen: Vec<Owner>,
    tokenization: Tokenization,
    tab: Tab,
    /// The measure that matrix and bars are of, by its id.
    measure: String,
    pair: [usize; 2],
    cases: Option<Cases>,
    /// The matrix of a pair, which takes a look at every span.
    confusion: Option<([usize; 2], Plot)>,
}

/// The cases of a number.
#[derive(Debug)]
struct Cases {
    of: String,
    cases: Vec<ShownCase>,
    is_cut: bool,
}

/// What is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Tab {
    #[default]
    Measures,
    Pairs,
    Labels,
    Confusion,
    OverTime,
}

/// More cases are counted, not listed.
const MOST_CASES: usize = 400;

impl AgreementView {
    /// All people who have annotated here.
    pub fn new(session: &Session) -> AgreementView {
        let compared = session.compared_owners();
        let mut chosen = people(session.annotators());
        if compared.len() > 1 {
            chosen = compared.to_vec();
        }
        AgreementView {
            chosen,
            tokenization: Tokenization::default(),
            tab: Tab::default(),
            measure: "exact".to_owned(),
            pair: [0, 1],
            cases: None,
            confusion: None,
        }
    }

    /// What to measure at once.
    pub fn first(&self) -> Option<Action> {
        (self.chosen.len() > 1)
            .then(|| AgreementAction::Measure(self.chosen.clone(), self.tokenization).into())
    }

    /// The numbers that are shown as a file: CSV, or for LaTeX.
    pub fn table(&self, session: &Session, is_latex: bool) -> Option<Vec<u8>> {
        let agreement = session.agreement()?;
        Some(match self.tab {
            Tab::OverTime => agreement.file_over_time(is_latex),
            _ => agreement.file(is_latex),
        })
    }

    /// The plot that is shown, if there is one.
    pub fn plot(&self, session: &Session) -> Option<Plot> {
        let agreement = session.agreement()?;
        match self.tab {
            Tab::Measures => None,
            Tab::Pairs => Some(pairs_plot(&agreement.owners, &agreement.findings, &self.measure)),
            Tab::Labels => Some(labels_plot(&agreement.owners, &agreement.findings, &self.measure)),
            Tab::Confusion => Some(agreement.confusion(self.pair)),
            Tab::OverTime => Some(agreement.over_time.plot(&self.measure)),
        }
    }
}

/// Draws it. Tells whether it should close, what to do, and what a file should be chosen for.
pub fn agreement_ui(
    ctx: &egui::Context,
    session: &Session,
    view: &mut AgreementView,
    letters: &mut Letters,
) -> (bool, Vec<Action>, Option<Purpose>) {
    let (mut actions, mut purpose) = (Vec::new(), None);
    let modal = theme::dialog(ctx, "agreement").show(ctx, |ui| {
        theme::name_dialog(ui, "Agreement");
        let size = ctx.content_rect().size();
        ui.set_width((size.x - 80.0).min(900.0));
        ui.heading("Agreement");
        chosen_ui(ui, session, view, &mut actions);
        ui.separator();
        let height = (size.y - 240.0).max(120.0);
        match session.agreement() {
            Some(agreement) => {
                let agreement = Arc::clone(agreement);
                // The dialog keeps its size, so that nothing moves from under the pointer.
                ui.vertical(|ui| {
                    ui.set_min_height(height);
                    found_ui(ui, view, &agreement, height, letters, &mut actions);
                });
            }
            None => waiting_ui(ui, session, view, height),
        }
        ui.separator();
        ui.horizontal(|ui| {
            let has_numbers = session.agreement().is_some();
            let has_plot = has_numbers && view.tab != Tab::Measures;
            if ui
                .add_enabled(has_plot, egui::Button::new("Save plot…"))
                .on_hover_text("As SVG or PNG, by its ending")
                .clicked()
            {
                purpose = Some(Purpose::PlotFile);
            }
            let table = ui.add_enabled(has_numbers, egui::Button::new("Save numbers…"));
            if table.on_hover_text("As CSV, or for LaTeX (.tex)").clicked() {
                purpose = Some(Purpose::TableFile);
            }
            ui.button("Close").clicked()
        })
        .inner
    });
    (modal.should_close() || modal.inner || actions.iter().any(closes), actions, purpose)
}

/// True for what leads to the article.
fn closes(action: &Action) -> bool {
    matches!(action, Action::Article(_))
}

fn chosen_ui(ui: &mut Ui, session: &Session, view: &mut AgreementView, actions: &mut Vec<Action>) {
    let before = (view.chosen.clone(), view.tokenization);
    ui.horizontal_wrapped(|ui| {
        owners_ui(ui, session.annotators(), &mut view.chosen);
        ui.separator();
        ui.label(RichText::new("tokens").weak());
        ui.selectable_value(&mut view.tokenization, Tokenization::WhiteSpace, "by white space");
        ui.selectable_value(&mut view.tokenization, Tokenization::Words, "words");
    });
    if before != (view.chosen.clone(), view.tokenization) {
        view.cases = None;
        view.confusion = None;
        view.pair = [0, 1];
        actions.push(view.first().unwrap_or(AgreementAction::Cancel.into()));
    }
}

fn waiting_ui(ui: &mut Ui, session: &Session, view: &AgreementView, height: f32) {
    ui.set_min_height(height);
    let Some(progress) = session.agreement_progress() else {
        let text = match view.chosen.len() {
            _ if session.is_round_closed() => "You work blind until the curator opens the round",
            0 | 1 => "Choose at least two annotators",
            _ => "Nothing was measured",
        };
        ui.label(RichText::new(text).weak());
        return;
    };
    progress_ui(ui, Some(progress), "Reading…");
}

fn found_ui(
    ui: &mut Ui,
    view: &mut AgreementView,
    agreement: &Agreement,
    height: f32,
    letters: &mut Letters,
    actions: &mut Vec<Action>,
) {
    ui.horizontal(|ui| {
        for (tab, name) in [
            (Tab::Measures, "Measures"),
            (Tab::Pairs, "Pairs"),
            (Tab::Labels, "Labels"),
            (Tab::Confusion, "Confusion"),
            (Tab::OverTime, "Over time"),
        ] {
            if ui.selectable_value(&mut view.tab, tab, name).clicked() {
                view.cases = None;
            }
        }
        ui.label(
            RichText::new(format!("{} seen by all", counted(agreement.n_seen_by_all, "article"))).weak(),
        );
    });
    if matches!(view.tab, Tab::Pairs | Tab::Labels | Tab::OverTime) {
        measure_choice_ui(ui, view, agreement);
    }
    if view.tab == Tab::Confusion {
        pair_choice_ui(ui, view, agreement);
    }
    let top = ui.cursor().top();
    let most = if view.cases.is_some() { height * 0.45 } else { height - 60.0 };
    ScrollArea::both()
        .id_salt("found")
        .max_height(most)
        .min_scrolled_height(most)
        .auto_shrink([false, true])
        .show(ui, |ui| match view.tab {
            Tab::Measures => measures_ui(ui, view, agreement),
            Tab::Pairs => pairs_ui(ui, view, agreement, letters),
            Tab::Labels => labels_ui(ui, view, agreement, letters),
            Tab::OverTime => over_time_ui(ui, view, agreement, letters),
            Tab::Confusion => {
                let [row, column] = view.pair.map(|it| agreement.owners[it].name());
                let text = format!("Rows: {row}. Columns: {column}. Spans of equal extent");
                ui.label(RichText::new(text).small().weak());
                if view.confusion.as_ref().is_none_or(|(pair, _)| *pair != view.pair) {
                    view.confusion = Some((view.pair, agreement.confusion(view.pair)));
                }
                view.confusion.iter().for_each(|(_, plot)| drop(plot_ui(ui, plot, letters)));
            }
        });
    if let Some(cases) = &view.cases {
        ui.separator();
        let used = ui.cursor().top() - top;
        cases_ui(ui, cases, (height - used - 100.0).max(80.0), letters, actions);
    }
}

fn measure_choice_ui(ui: &mut Ui, view: &mut AgreementView, agreement: &Agreement) {
    ui.horizontal_wrapped(|ui| {
        let mut known: Vec<&str> = Vec::new();
        for finding in &agreement.findings {
            let id = finding.measure.id();
            if !known.contains(&id) {
                known.push(id);
                let response = ui.selectable_label(view.measure == id, finding.measure.name());
                if response.on_hover_text(finding.measure.definition()).clicked() {
                    id.clone_into(&mut view.measure);
                    view.cases = None;
                }
            }
        }
    });
}

fn pair_choice_ui(ui: &mut Ui, view: &mut AgreementView, agreement: &Agreement) {
    ui.horizontal_wrapped(|ui| {
        for i in 0..agreement.owners.len() {
            for j in i + 1..agreement.owners.len() {
                let name = format!("{} – {}", agreement.owners[i].name(), agreement.owners[j].name());
                ui.selectable_value(&mut view.pair, [i, j], name);
            }
        }
    });
}

/// True for what is over all annotators together.
fn is_whole(agreement: &Agreement, finding: &Finding) -> bool {
    finding.annotators.len() == agreement.owners.len()
}

fn measures_ui(ui: &mut Ui, view: &mut AgreementView, agreement: &Agreement) {
    egui::Grid::new("measures").num_columns(4).striped(true).spacing([18.0, 4.0]).show(ui, |ui| {
        for heading in ["Measure", "Value", "95 % interval", ""] {
            ui.label(RichText::new(heading).small().weak());
        }
        ui.end_row();
        let wholes = agreement.findings.iter().filter(|it| is_whole(agreement, it) && it.label.is_none());
        for finding in wholes {
            let measure = finding.measure;
            ui.label(measure.name()).on_hover_ui(|ui| {
                ui.set_max_width(420.0);
                ui.label(measure.definition());
                ui.label(format!("Leaves out: {}", measure.leaves_out()));
                ui.label(RichText::new(measure.paper()).small().weak());
            });
            match finding.answers.first() {
                Some(Ok(value)) => {
                    let text = format!("{value:.4}");
                    if ui.link(RichText::new(text).monospace()).on_hover_text("Show the cases").clicked() {
                        view.cases = Some(cases_of(agreement, finding, None));
                    }
                    let interval = finding.interval(0);
                    ui.monospace(
                        interval.map(|it| format!("[{:.4}, {:.4}]", it.low, it.high)).unwrap_or_default(),
                    );
                }
                Some(Err(why)) => {
                    ui.monospace("–");
                    ui.label(RichText::new(why.to_string()).weak());
                }
                None => {
                    ui.label("");
                    ui.label("");
                }
            }
            let mean = finding.deviation.map(|it| format!("mean of pairs, SD {it:.4}"));
            ui.label(RichText::new(mean.unwrap_or_default()).weak());
            ui.end_row();
        }
    });
}

fn pairs_ui(ui: &mut Ui, view: &mut AgreementView, agreement: &Agreement, letters: &mut Letters) {
    plot_ui(ui, &pairs_plot(&agreement.owners, &agreement.findings, &view.measure), letters);
    ui.label(RichText::new("The cases of").small().weak());
    ui.horizontal_wrapped(|ui| {
        for i in 0..agreement.owners.len() {
            for j in i + 1..agreement.owners.len() {
                let Some(finding) = of_annotators(&agreement.findings, &view.measure, &[i, j]) else {
                    continue;
                };
                let name = format!("{} – {}", agreement.owners[i].name(), agreement.owners[j].name());
                if ui.link(name).clicked() {
                    view.cases = Some(cases_of(agreement, finding, None));
                }
            }
        }
    });
}

fn labels_ui(ui: &mut Ui, view: &mut AgreementView, agreement: &Agreement, letters: &mut Letters) {
    let (owners, found) = (&agreement.owners, &agreement.findings);
    if of_labels(owners, found, &view.measure).next().is_none() {
        ui.label(RichText::new("This measure knows no labels").weak());
        return;
    }
    plot_ui(ui, &labels_plot(owners, found, &view.measure), letters);
    ui.label(RichText::new("The cases of").small().weak());
    let measure = view.measure.clone();
    ui.horizontal_wrapped(|ui| {
        for (name, finding) in of_labels(owners, found, &measure) {
            if ui.link(name).clicked() {
                view.cases = Some(cases_of(agreement, finding, None));
            }
        }
    });
}

fn over_time_ui(ui: &mut Ui, view: &mut AgreementView, agreement: &Agreement, letters: &mut Letters) {
    let over_time = &agreement.over_time;
    let told = ui.label(RichText::new(sentence(&over_time.timeline.told())).small().weak());
    told.on_hover_ui(|ui| {
        ui.set_max_width(420.0);
        ui.label(over_time::DEFINITION);
        ui.label(format!("Leaves out: {}", over_time::LEAVES_OUT));
    });
    let Some(curve) = over_time.curve(&view.measure) else { return };
    plot_ui(ui, &over_time.plot(&view.measure), letters);
    ui.label(RichText::new("The cases of articles").small().weak());
    ui.horizontal_wrapped(|ui| {
        for (window, finding) in over_time.timeline.windows.iter().zip(curve) {
            let response = ui.link(window.range());
            let reason = finding.answers.first().and_then(|it| it.err());
            if response
                .on_hover_text(reason.map_or("Show the cases".to_owned(), |it| it.to_string()))
                .clicked()
            {
                let mut cases = cases_of(agreement, finding, Some(&window.articles));
                cases.of += &format!(", articles {}", window.range());
                view.cases = Some(cases);
            }
        }
    });
}

/// The cases of all articles, or of some.
fn cases_of(agreement: &Agreement, finding: &Finding, articles: Option<&[usize]>) -> Cases {
    let cases = match articles {
        Some(articles) => agreement.cases_on(finding, articles, MOST_CASES),
        None => agreement.cases(finding, MOST_CASES),
    };
    let label = finding.label.as_ref().map(|it| format!(", {}", it.1)).unwrap_or_default();
    let who: Vec<&str> = finding.annotators.iter().map(|&it| agreement.owners[it].name()).collect();
    let of = format!("{}{label}, {}", finding.measure.name(), who.join(", "));
    Cases { of, is_cut: cases.len() == MOST_CASES, cases }
}

fn cases_ui(ui: &mut Ui, cases: &Cases, height: f32, letters: &mut Letters, actions: &mut Vec<Action>) {
    let n = cases.cases.iter().filter(|it| !it.is_agreed).count();
    let more = if cases.is_cut { " or more" } else { "" };
    ui.horizontal(|ui| {
        ui.strong(&cases.of);
        ui.label(RichText::new(format!("{n}{more} differences; a click goes there")).weak());
    });
    let row = line_height(ui);
    ScrollArea::vertical()
        .id_salt("cases")
        .max_height(height)
        .min_scrolled_height(height)
        .auto_shrink([false, false])
        .show_rows(ui, row, cases.cases.len(), |ui, range| {
            for case in &cases.cases[range] {
                let said = case
                    .annotators
                    .iter()
                    .zip(&case.said)
                    .map(|(owner, said)| format!("{}: {}", isolated(owner.name()), isolated(said)));
                let at =
                    case.line_column.map(|(line, column)| format!(":{line}:{column}")).unwrap_or_default();
                let sign = if case.is_agreed { "=" } else { "×" };
                let text = format!(
                    "{sign} {}{at}  {}",
                    isolated(case.document.title()),
                    said.collect::<Vec<_>>().join(" · ")
                );
                if letters.link(ui, &text).clicked() {
                    let owners = case.annotators.clone();
                    actions.push(AdjudicateAction::Compare(owners).into());
                    let id = case.document.clone();
                    actions.push(match case.offset {
                        Some(offset) => ArticleAction::OpenAt(id, offset).into(),
                        None => ArticleAction::Open(id).into(),
                    });
                }
            }
        });
}
