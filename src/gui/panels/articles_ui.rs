//! The list of articles.

use egui::{Align, Layout, RichText, Role, ScrollArea, Sense, TextEdit, Ui, WidgetInfo, vec2};

use crate::gui::panels::Actions;
use crate::gui::shaped::Letters;
use crate::gui::theme;
use crate::session::{Article, ArticleAction, Session};
use crate::text::printable;

/// What the list of articles remembers.
#[derive(Debug, Default)]
pub struct ArticlesView {
    /// Only articles whose path has this text are shown.
    pub filter: String,
    /// True if articles are shown that were given to others.
    pub shows_all: bool,
    /// The article that was shown when the list last moved by itself.
    followed: Option<crate::model::DocumentId>,
}

/// Draws the list of articles.
pub fn articles_ui(
    ui: &mut Ui,
    session: &Session,
    view: &mut ArticlesView,
    letters: &mut Letters,
    actions: &mut Actions,
) {
    let is_meant = |it: &&Article| view.shows_all || session.is_turn(&it.id);
    let articles: Vec<&Article> = session.articles().iter().filter(is_meant).collect();
    let n_done = articles.iter().filter(|it| it.status == crate::model::Status::Done).count();
    ui.horizontal(|ui| {
        ui.strong("Articles");
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let progress = format!("{n_done} of {} done", articles.len());
            ui.label(RichText::new(progress).small().weak());
        });
    });
    if articles.len() > 7 {
        let filter = TextEdit::singleline(&mut view.filter).hint_text("Filter").desired_width(f32::INFINITY);
        let response = ui.add(filter);
        response.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Filter articles"));
    }
    if session.has_turns() {
        let name = format!("Also those not given to {}", session.owner());
        ui.checkbox(&mut view.shows_all, RichText::new(name).small());
    }
    let wanted = view.filter.to_lowercase();
    let rows: Vec<&Article> =
        articles.into_iter().filter(|it| it.id.as_str().to_lowercase().contains(&wanted)).collect();
    let shown = session.loading().or(session.document().map(|document| &document.id));
    let mut scroll = ScrollArea::vertical().auto_shrink([false, false]);
    if view.followed.as_ref() != shown {
        let at = rows.iter().position(|it| Some(&it.id) == shown).unwrap_or(0);
        let row = theme::ROW_HEIGHT + ui.spacing().item_spacing.y;
        let is_near = at as f32 * row < ui.available_height() * 0.8;
        scroll = scroll.vertical_scroll_offset(if is_near { 0.0 } else { (at as f32 - 3.0) * row });
        view.followed = shown.cloned();
    }
    scroll.show_rows(ui, theme::ROW_HEIGHT, rows.len(), |ui, range| {
        for article in &rows[range] {
            row_ui(ui, article, Some(&article.id) == shown, letters, actions);
        }
    });
}

fn row_ui(ui: &mut Ui, article: &Article, is_shown: bool, letters: &mut Letters, actions: &mut Actions) {
    let size = vec2(ui.available_width(), theme::ROW_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    let status = theme::status_name(article.status);
    let n = article.n_annotations;
    let title = printable(article.id.title());
    response.widget_info(|| {
        let noun = if n == 1 { "annotation" } else { "annotations" };
        let name = format!("{title}, {status}, {n} {noun}");
        WidgetInfo::selected(Role::ListBoxOption, true, is_shown, name)
    });
    let visuals = ui.style().interact_selectable(&response, is_shown);
    if is_shown || response.hovered() || response.has_focus() {
        let fill = if is_shown { ui.visuals().selection.bg_fill } else { visuals.weak_bg_fill };
        ui.painter().rect_filled(rect, 4.0, fill);
    }
    let color = if article.failure.is_some() {
        theme::severity_color(crate::model::Severity::Error, ui.visuals())
    } else {
        ui.visuals().text_color()
    };
    let inner = rect.shrink2(vec2(6.0, 0.0));
    let mut row =
        ui.new_child(egui::UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    let label = |text: RichText| egui::Label::new(text).selectable(false).truncate();
    let (sign, _) = row.allocate_exact_size(vec2(12.0, 12.0), Sense::hover());
    theme::status_sign(row.painter(), sign, article.status, article.failure.is_some(), color);
    row.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if n > 0 {
            ui.add(label(RichText::new(n.to_string()).small().weak()));
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            letters.line(ui, &title, color);
        });
    });
    let path = printable(article.id.as_str());
    let hover = match &article.failure {
        Some(failure) => format!("{path}\n{}", printable(&failure.message)),
        None => format!("{path} — {status}"),
    };
    if response.on_hover_text(hover).clicked() {
        actions.push(ArticleAction::Open(article.id.clone()).into());
    }
}
