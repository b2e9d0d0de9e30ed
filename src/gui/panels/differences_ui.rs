//! What annotators differ in: a strip of the article's units, and the one that is decided now.

use egui::{
    Color32, Rect, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, TextEdit, Ui, WidgetInfo, vec2,
};

use crate::gui::panels::Actions;
use crate::gui::shaped::{Letters, isolated};
use crate::gui::theme;
use crate::model::{Owner, Ruling};
use crate::session::compare::{Case, Choice, MergeStrategy, Standing, Unit};
use crate::session::{AdjudicateAction, Order, Session};

/// What is typed about the last ruling.
#[derive(Debug, Default)]
pub struct DifferencesView {
    /// Of which ruling.
    id: String,
    reason: String,
    rule: String,
    /// True if the keyboard shall go to the reason.
    pub wants_reason: bool,
}

/// Draws the strip, the versions of the unit that is shown, and the last ruling.
pub fn differences_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut DifferencesView,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    let is_gold = *session.owner() == Owner::Gold;
    let case = session.case();
    header_ui(ui, session, case.map(|it| &**it), is_gold, actions);
    if session.is_blind() {
        let text = "You work blind: others' annotations are out of sight until you mark this article as done";
        ui.label(RichText::new(text).weak());
        return;
    }
    let Some(case) = case else {
        ui.label(RichText::new("Reading the other annotations…").weak());
        return;
    };
    if case.names().is_empty() {
        ui.label(RichText::new("None of them has annotations on this article").weak());
        return;
    }
    strip_ui(ui, session, case, actions);
    ui.add_space(2.0);
    match session.shown_unit().and_then(|it| case.units().get(it)) {
        Some(unit) => unit_ui(ui, case, unit, is_gold, letters, actions),
        None => {
            let text = match case.n_open() {
                0 => "Nothing is left to decide in this article".to_owned(),
                _ => "Alt+N goes to the first difference; a click on the strip or on another's mark shows it"
                    .to_owned(),
            };
            ui.label(RichText::new(text).weak());
        }
    }
    let has_room =
        ui.ctx().content_rect().height() > LOW || view.wants_reason || ui.ctx().text_edit_focused();
    if let Some(ruling) = session.last_ruling().filter(|_| has_room) {
        ruling_ui(ui, ruling, view, letters, actions);
    }
}

/// In a window lower than this, the last ruling shows only when it is to be explained. Points.
const LOW: f32 = 480.0;

fn header_ui(ui: &mut Ui, session: &Session, case: Option<&Case>, is_gold: bool, actions: &mut Actions) {
    ui.horizontal_wrapped(|ui| {
        let names = session.compared_owners().iter().map(Owner::name).collect::<Vec<_>>().join(", ");
        ui.strong(if is_gold { format!("Gold from {names}") } else { format!("Beside {names}") });
        if let Some(case) = case {
            let n_open = case.n_open();
            let text =
                if n_open == 0 { "all decided".to_owned() } else { format!("{n_open} left to decide") };
            ui.label(RichText::new(text).weak());
            if ui.button("Previous").on_hover_text("Alt+Shift+N").clicked() {
                actions.push(AdjudicateAction::Previous.into());
            }
            if ui.button("Next").on_hover_text("Alt+N").clicked() {
                actions.push(AdjudicateAction::Next.into());
            }
            let by_kind = session.difference_order() == Order::Kind;
            if ui.selectable_label(by_kind, "By kind").clicked() {
                let order = if by_kind { Order::Text } else { Order::Kind };
                actions.push(AdjudicateAction::Order(order).into());
            }
            let n_agreed =
                case.units().iter().filter(|it| case.is_open(it) && it.standing == Standing::Agreed).count();
            if is_gold && n_agreed > 0 {
                let button = ui.button(format!("Take {n_agreed} that all agree on")).on_hover_text("Alt+G");
                if button.clicked() {
                    actions.push(AdjudicateAction::Fill(MergeStrategy::Agreed).into());
                }
            }
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            if ui.small_button("Close").clicked() {
                actions.push(AdjudicateAction::Compare(Vec::new()).into());
            }
        });
    });
}

/// Height of the strip, in points.
const STRIP_HEIGHT: f32 = 16.0;

/// A cell for each unit, in the order of the text.
fn strip_ui(ui: &mut Ui, session: &Session, case: &Case, actions: &mut Actions) {
    let is_shown = |unit: &Unit| case.is_open(unit) || !unit.standing.is_open();
    let units: Vec<usize> = (0..case.units().len()).filter(|&i| is_shown(&case.units()[i])).collect();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), STRIP_HEIGHT), Sense::click());
    response.widget_info(|| {
        let name = format!("Differences: {} of {} left to decide", case.n_open(), units.len());
        WidgetInfo::labeled(Role::Button, true, name)
    });
    if units.is_empty() {
        return;
    }
    let width = (rect.width() / units.len() as f32).min(14.0);
    let pointed =
        response.hover_pos().map(|it| ((it.x - rect.left()) / width) as usize).filter(|&it| it < units.len());
    for (i, &unit) in units.iter().enumerate() {
        let left = rect.left() + i as f32 * width;
        let gap = if width >= 4.0 { 1.5 } else { 0.0 };
        let cell =
            Rect::from_min_size(egui::pos2(left, rect.top()), vec2((width - gap).max(1.0), rect.height()));
        let is_current = session.shown_unit() == Some(unit);
        cell_ui(ui, cell, case.units()[unit].standing, is_current || pointed == Some(i));
    }
    if let Some(i) = pointed {
        let unit = &case.units()[units[i]];
        let text = format!("{}: {}", unit.standing.name(), words(case, unit));
        if response.clicked() {
            actions.push(AdjudicateAction::GoTo(units[i]).into());
        }
        response.on_hover_text_at_pointer(text);
    }
}

/// The sign of a standing: its shape tells it, not its colour alone. What is decided is low, what all
/// say is half, what is open is full, and with a gap where somebody says nothing.
fn cell_ui(ui: &Ui, cell: Rect, standing: Standing, is_lit: bool) {
    let painter = ui.painter();
    let color = standing_color(ui, standing);
    let bottom = |share: f32| cell.with_min_y(cell.bottom() - cell.height() * share);
    match standing {
        Standing::Accepted => drop(painter.rect_filled(bottom(0.25), 1.0, color)),
        Standing::Own => drop(painter.rect_filled(bottom(0.4), 1.0, color)),
        Standing::Rejected => {
            painter.rect_stroke(bottom(0.25), 1.0, Stroke::new(1.0, color), StrokeKind::Inside);
        }
        Standing::Agreed => drop(painter.rect_filled(bottom(0.6), 1.0, color)),
        Standing::Disagreed => drop(painter.rect_filled(cell, 1.0, color)),
        Standing::Incomplete => {
            painter.rect_filled(bottom(0.45), 1.0, color);
            painter.rect_filled(cell.with_max_y(cell.top() + cell.height() * 0.3), 1.0, color);
        }
    }
    if is_lit {
        let stroke = Stroke::new(1.5, ui.visuals().strong_text_color());
        painter.rect_stroke(cell.expand(1.0), 1.0, stroke, StrokeKind::Outside);
    }
}

fn standing_color(ui: &Ui, standing: Standing) -> Color32 {
    theme::standing_color(standing, ui.visuals())
}

/// What the unit is about, in a few words.
fn words(case: &Case, unit: &Unit) -> String {
    let n = case.names().len();
    let said = (0..=n).find_map(|i| case.words(&unit.compared, i));
    said.map(|(_, label, text)| format!("{label} {}", super::shorten(&text, 60))).unwrap_or_default()
}

fn unit_ui(
    ui: &mut Ui,
    case: &Case,
    unit: &Unit,
    is_gold: bool,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    let difference = match case.difference(&unit.compared) {
        "" => "all say the same".to_owned(),
        "missing" => "not everybody says something".to_owned(),
        it => format!("{it}s differ", it = if it == "boundary" { "boundarie" } else { it }),
    };
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(unit.standing.name()).strong().color(standing_color(ui, unit.standing)));
        ui.label(RichText::new(difference).weak());
        if is_gold {
            ui.label(RichText::new("1–9 takes an annotator's, 0 nobody's").small().weak());
            if ui.small_button("Every version").on_hover_text("Alt+B").clicked() {
                actions.push(AdjudicateAction::Rule(Choice::All).into());
            }
            if ui.small_button("0  Nothing here").on_hover_text("0 or Alt+0").clicked() {
                actions.push(AdjudicateAction::Rule(Choice::Neither).into());
            }
        }
    });
    let n_columns = if ui.available_width() > WIDE && case.names().len() > 2 { 2 } else { 1 };
    let n_rows = case.names().len().div_ceil(n_columns).min(MOST_ROWS);
    let row = theme::ROW_HEIGHT + ui.spacing().item_spacing.y;
    // The article must stay in sight in a low window.
    let share = ui.ctx().content_rect().height() * MOST_SHARE;
    let height = (n_rows as f32 * row).min(share).max(row);
    let area = ScrollArea::vertical().id_salt("versions").max_height(height).min_scrolled_height(height);
    area.auto_shrink([false, true]).show(ui, |ui| {
        ui.columns(n_columns, |columns| {
            for i in 0..case.names().len() {
                version_ui(&mut columns[i % n_columns], case, unit, i, is_gold, letters, actions);
            }
        });
    });
    if let Some((_, label, text)) = case.words(&unit.compared, 0) {
        let whose = if is_gold { "Gold" } else { "You" };
        let text = format!("{whose}: {label} “{}”", isolated(&super::shorten(&text, 200)));
        letters.line(ui, &text, ui.visuals().text_color());
    }
}

/// In a window at least this wide, versions stand in two columns. Points.
const WIDE: f32 = 560.0;

/// The most of the window's height that versions take; what is below is scrolled to.
const MOST_SHARE: f32 = 0.2;

/// More rows of versions are scrolled to.
const MOST_ROWS: usize = 5;

/// What one annotator says, to be taken by a click.
fn version_ui(
    ui: &mut Ui,
    case: &Case,
    unit: &Unit,
    i: usize,
    is_gold: bool,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    let name = isolated(&case.names()[i]);
    let said = case.words(&unit.compared, i + 1);
    let text = match &said {
        Some((_, label, text)) => {
            let details = case.details(&unit.compared, i + 1);
            let details =
                if details.is_empty() { String::new() } else { format!("  ({})", isolated(&details)) };
            format!("{name}: {label} “{}”{details}", isolated(&super::shorten(text, 200)))
        }
        None => format!("{name}: nothing"),
    };
    let is_taken = said.is_some() && case.is_followed(unit, i);
    let response =
        ui.add_enabled_ui(is_gold && said.is_some(), |ui| letters.choice(ui, is_taken, i + 1, &text));
    if response.inner.clicked() {
        actions.push(AdjudicateAction::Rule(Choice::One(i)).into());
    }
}

/// What was decided last, with its reason.
fn ruling_ui(
    ui: &mut Ui,
    ruling: &Ruling,
    view: &mut DifferencesView,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    if view.id != ruling.id {
        view.id.clone_from(&ruling.id);
        view.reason.clone_from(&ruling.reason);
        view.rule.clone_from(&ruling.rule);
    }
    ui.separator();
    let gold: Vec<String> = ruling.gold.iter().map(|it| it.shown(60, isolated)).collect();
    let gold = if gold.is_empty() { "nothing".to_owned() } else { gold.join(" and ") };
    let from =
        if ruling.taken.is_empty() { String::new() } else { format!(" ({})", ruling.taken.join(", ")) };
    let color = ui.visuals().weak_text_color();
    letters.line(ui, &format!("Last ruling: {gold}{from}"), color);
    ui.horizontal(|ui| {
        let width = ui.available_width();
        let reason =
            TextEdit::singleline(&mut view.reason).hint_text("Why (Alt+R)").desired_width(width * 0.6);
        let reason = ui.add(reason);
        reason.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Why"));
        if std::mem::take(&mut view.wants_reason) {
            reason.request_focus();
        }
        let rule = TextEdit::singleline(&mut view.rule)
            .hint_text("Rule of the guidelines")
            .desired_width(f32::INFINITY);
        let rule = ui.add(rule);
        rule.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Rule of the guidelines"));
        let is_left = reason.lost_focus() || rule.lost_focus();
        if is_left && (view.reason != ruling.reason || view.rule != ruling.rule) {
            let (reason, rule) = (view.reason.clone(), view.rule.clone());
            actions.push(AdjudicateAction::Explain { reason, rule }.into());
        }
    });
}
