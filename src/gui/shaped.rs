//! Article text in lists and panels, drawn as the article itself is.
//!
//! egui's own labels know no right-to-left order and show boxes for scripts that its fonts lack, so
//! whatever comes out of an article, or names one, is drawn from here.
//!
//! Invariant: a line's accessible name is the whole text, however much of it there was room for.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use egui::{
    Align2, Atom, Button, Color32, Context, CursorIcon, IdSalt, Mesh, Pos2, Rect, Response, Role, Sense,
    Shape, Stroke, TextStyle as EguiTextStyle, Ui, WidgetInfo, pos2, vec2,
};

use crate::gui::canvas::atlas::Atlas;
use crate::gui::canvas::fonts::Fonts;
use crate::gui::canvas::glyphs::{Cluster, Row, TextStyle};
use crate::gui::canvas::shape::Shaper;
use crate::gui::canvas::stand_ins::{ISOLATE, ISOLATE_END};

/// Somebody's words for a line in which other words stand, too: whichever direction they have, they
/// leave the order of the line alone. The ends of a relation are kept apart, so that its arrow points
/// from the first to the second. For [`Letters`] only: a file must not hold what this adds.
pub fn isolated(text: &str) -> String {
    let isolate = |part: &str| format!("{ISOLATE}{}{ISOLATE_END}", part.replace(IS_ISOLATE, "\u{FFFD}"));
    text.split(ARROW).map(isolate).collect::<Vec<_>>().join(ARROW)
}

/// What stands between the ends of a relation.
const ARROW: &str = " → ";

const IS_ISOLATE: [char; 2] = [ISOLATE, ISOLATE_END];

/// A line as it is read out.
fn name(text: &str) -> Cow<'_, str> {
    if text.contains(IS_ISOLATE) { text.replace(IS_ISOLATE, "").into() } else { text.into() }
}

/// Shapes and draws short texts. Keep one a window: it remembers what it shaped.
pub struct Letters {
    shaper: Shaper,
    atlas: Atlas,
    /// Fonts and pixels a point that `shaped` was made with.
    made_with: (u64, f32),
    shaped: BTreeMap<Key, Rc<[Row]>>,
}

/// What rows depend on besides fonts and screen.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    text: String,
    /// Font size in 64ths of a point.
    size: u32,
    /// Points.
    width: u32,
    is_wrapped: bool,
}

/// Enough for many screens; a list scrolled further is shaped anew.
const MOST_KEPT: usize = 2000;

/// What stands for the rest of a line that is too long.
const ELLIPSIS: &str = "…";

/// Height of a line in font sizes: that of the text font, whichever script the line is in, so that
/// rows of a list keep their distance.
const LINE_HEIGHT: f32 = 1.36;

/// How far below a line's middle its baseline lies, in font sizes: what centres the text font.
const BASELINE: f32 = 0.36;

impl Letters {
    /// Letters from these fonts.
    pub fn new(fonts: Fonts) -> Letters {
        let atlas = Atlas::new(&fonts);
        Letters {
            shaper: Shaper::of_composed_lines(fonts),
            atlas,
            made_with: (0, 0.0),
            shaped: BTreeMap::new(),
        }
    }

    /// A text in one line, ending in `…` where it is too long for the room that is left.
    pub fn line(&mut self, ui: &mut Ui, text: &str, color: Color32) -> Response {
        self.marked_line(ui, text, 0..0, color)
    }

    /// A [`line`](Letters::line) of which some bytes are marked.
    pub fn marked_line(&mut self, ui: &mut Ui, text: &str, marked: Range<usize>, color: Color32) -> Response {
        let (rows, response) = self.place_line(ui, text, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), name(text)));
        let rect = response.rect;
        for (x0, x1) in rows.iter().flat_map(|row| stretches(&row.clusters, &marked)) {
            let x = (rect.left() + x0)..=(rect.left() + x1);
            ui.painter().rect_filled(Rect::from_x_y_ranges(x, rect.y_range()), 2.0, mark_color(ui));
        }
        self.paint_line(ui, rect, &rows, color);
        response
    }

    /// A line that leads somewhere.
    pub fn link(&mut self, ui: &mut Ui, text: &str) -> Response {
        let (rows, response) = self.place_line(ui, text, Sense::click());
        response.widget_info(|| WidgetInfo::labeled(Role::Link, ui.is_enabled(), name(text)));
        let color = ui.visuals().hyperlink_color;
        self.paint_line(ui, response.rect, &rows, color);
        if response.hovered() || response.has_focus() {
            let y = response.rect.center().y + font_size(ui) * (BASELINE + 0.12);
            ui.painter().hline(response.rect.x_range(), y, Stroke::new(1.0, color));
        }
        response.on_hover_cursor(CursorIcon::PointingHand)
    }

    /// A numbered line among several of which one is chosen.
    pub fn choice(&mut self, ui: &mut Ui, is_chosen: bool, number: usize, text: &str) -> Response {
        let rows = self.one_line(ui, text, ui.max_rect().width());
        let place = IdSalt::new("letters");
        let letters = Atom::custom(place, line_size(ui, &rows));
        let button = Button::selectable(is_chosen, (number.to_string(), letters)).atom_ui(ui);
        let name = format!("{number}  {}", name(text));
        button.response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_chosen, &name));
        if let Some(rect) = button.rect(place) {
            let color = ui.style().interact_selectable(&button.response, is_chosen).text_color();
            self.paint_line(ui, rect, &rows, color);
        }
        button.response
    }

    /// A text in as many rows as it needs; those of right-to-left paragraphs stand at the right.
    pub fn paragraph(&mut self, ui: &mut Ui, text: &str, color: Color32) -> Response {
        let width = ui.available_width();
        let rows = self.rows(ui, text, font_size(ui), width, true);
        let height = rows.iter().map(|row| row.ascent + row.descent).sum();
        let (rect, response) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Label, ui.is_enabled(), name(text)));
        let mut top = rect.top();
        let mut mesh = Mesh::with_texture(self.atlas.texture_id());
        for row in rows.iter() {
            let left = if row.is_rtl { rect.right() - row.width } else { rect.left() };
            let origin = pos2(left, top + row.ascent);
            self.atlas.paint_row(&mut mesh, row, origin, ui.ctx().pixels_per_point(), color);
            top += row.ascent + row.descent;
        }
        ui.painter().add(Shape::mesh(mesh));
        response
    }

    /// Letters of a size of their own at a place, of which `align` says which part is there; they take
    /// no room and answer nothing.
    pub fn paint(&mut self, ui: &Ui, place: Pos2, align: Align2, size: f32, text: &str, color: Color32) {
        let rows = self.rows(ui, text, size, f32::INFINITY, false);
        let width: f32 = rows.iter().map(|row| row.width).sum();
        let rect = align.anchor_size(place, vec2(width, size * LINE_HEIGHT));
        let origin = pos2(rect.left(), rect.center().y + size * BASELINE);
        self.paint_rows(ui, origin, &rows, color);
    }

    /// Hands what was drawn to egui. Call in each pass after the last painting.
    pub fn flush(&mut self, context: &Context) {
        self.atlas.flush(context);
    }

    fn place_line(&mut self, ui: &mut Ui, text: &str, sense: Sense) -> (Rc<[Row]>, Response) {
        let rows = self.one_line(ui, text, ui.available_width());
        let (_, response) = ui.allocate_exact_size(line_size(ui, &rows), sense);
        (rows, response)
    }

    fn paint_line(&mut self, ui: &Ui, rect: Rect, rows: &[Row], color: Color32) {
        let origin = pos2(rect.left(), rect.center().y + font_size(ui) * BASELINE);
        self.paint_rows(ui, origin, rows, color);
    }

    fn paint_rows(&mut self, ui: &Ui, origin: Pos2, rows: &[Row], color: Color32) {
        let mut mesh = Mesh::with_texture(self.atlas.texture_id());
        for row in rows {
            self.atlas.paint_row(&mut mesh, row, origin, ui.ctx().pixels_per_point(), color);
        }
        ui.painter().add(Shape::mesh(mesh));
    }

    fn one_line(&mut self, ui: &Ui, text: &str, width: f32) -> Rc<[Row]> {
        self.rows(ui, text, font_size(ui), width, false)
    }

    /// The rows of a text. Starts the pass.
    fn rows(&mut self, ui: &Ui, text: &str, size: f32, width: f32, is_wrapped: bool) -> Rc<[Row]> {
        self.atlas.begin(ui.ctx());
        let made_with = (self.shaper.generation(), ui.ctx().pixels_per_point());
        if self.made_with != made_with || self.shaped.len() > MOST_KEPT {
            self.shaped.clear();
            self.made_with = made_with;
        }
        // Rounding errors of layouts must not cost the last letter of what just fits.
        let width = (width + 0.5).clamp(1.0, 100_000.0);
        let key = Key { text: text.to_owned(), size: (size * 64.0) as u32, width: width as u32, is_wrapped };
        if let Some(rows) = self.shaped.get(&key) {
            return Rc::clone(rows);
        }
        let style = TextStyle { size, pixels_per_point: made_with.1 };
        let rows: Rc<[Row]> = if is_wrapped {
            shape(&mut self.shaper, text, style, width).into()
        } else {
            shape_line(&mut self.shaper, text, style, width).into()
        };
        self.shaped.insert(key, Rc::clone(&rows));
        rows
    }
}

fn shape(shaper: &mut Shaper, text: &str, style: TextStyle, width: f32) -> Vec<Row> {
    let mut shaped = shaper.shape(text, style);
    shaper.rows(&mut shaped, width)
}

/// One row that is no wider than `width`, unless not even `…` fits.
fn shape_line(shaper: &mut Shaper, text: &str, style: TextStyle, width: f32) -> Vec<Row> {
    let rows = shape(shaper, text, style, f32::INFINITY);
    if rows.iter().map(|row| row.width).sum::<f32>() <= width {
        return rows;
    }
    let ellipsis: f32 = shape(shaper, ELLIPSIS, style, f32::INFINITY).iter().map(|row| row.width).sum();
    let mut room = width - ellipsis;
    loop {
        let end = fitting(&rows, room);
        let start = text.get(..end).unwrap_or_default().trim_end();
        let cut = shape(shaper, &format!("{start}{ELLIPSIS}"), style, f32::INFINITY);
        // A letter that becomes the last of its word may take a wider form.
        let excess = cut.iter().map(|row| row.width).sum::<f32>() - width;
        if excess <= 0.0 || end == 0 {
            return cut;
        }
        room -= excess;
    }
}

/// Where the longest beginning ends, in bytes, whose letters together are no wider than `width`.
fn fitting(rows: &[Row], width: f32) -> usize {
    let mut clusters: Vec<&Cluster> = rows.iter().flat_map(|row| &row.clusters).collect();
    clusters.sort_unstable_by_key(|cluster| cluster.start);
    let mut left = width;
    let fits = clusters.into_iter().take_while(|cluster| {
        left -= cluster.x1 - cluster.x0;
        left >= 0.0
    });
    fits.last().map_or(0, |cluster| cluster.end() as usize)
}

/// Where a row shows some bytes of its text: left and right ends, in points from the row's left.
fn stretches(clusters: &[Cluster], bytes: &Range<usize>) -> Vec<(f32, f32)> {
    let mut stretches: Vec<(f32, f32)> = Vec::new();
    for cluster in clusters.iter().filter(|cluster| bytes.contains(&(cluster.start as usize))) {
        match stretches.last_mut() {
            Some((_, end)) if (*end - cluster.x0).abs() < 0.1 => *end = cluster.x1,
            _ => stretches.push((cluster.x0, cluster.x1)),
        }
    }
    stretches
}

fn font_size(ui: &Ui) -> f32 {
    EguiTextStyle::Body.resolve(ui.style()).size
}

fn line_size(ui: &Ui, rows: &[Row]) -> egui::Vec2 {
    let width = rows.iter().map(|row| row.width).sum();
    vec2(width, line_height(ui))
}

/// How high a [`Letters::link`] or another line is, in points.
pub fn line_height(ui: &Ui) -> f32 {
    (font_size(ui) * LINE_HEIGHT).round()
}

/// Stands out on a chosen row, too.
fn mark_color(ui: &Ui) -> Color32 {
    ui.visuals().selection.stroke.color.gamma_multiply(0.22)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: TextStyle = TextStyle { size: 13.5, pixels_per_point: 1.0 };

    fn line(text: &str, width: f32) -> (Vec<Row>, Shaper) {
        let mut shaper = Shaper::of_composed_lines(Fonts::for_tests());
        (shape_line(&mut shaper, text, STYLE, width), shaper)
    }

    fn width(rows: &[Row]) -> f32 {
        rows.iter().map(|row| row.width).sum()
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis_within_its_room() {
        for text in ["Menteri Pertahanan Ukraina", "قال وزير الدفاع الأوكراني", "รัฐมนตรีกลาโหมกล่าวว่า"]
        {
            let (whole, _) = line(text, f32::INFINITY);
            for room in [40.0, 80.0, 120.0] {
                let (rows, _) = line(text, room);
                assert_eq!(rows.len(), 1);
                assert!(width(&rows) <= room, "{text} in {room}: {}", width(&rows));
                assert!(width(&rows) > room * 0.4, "{text} in {room}: {}", width(&rows));
            }
            assert!(width(&whole) > 120.0, "the test cuts: {text}");
            assert_eq!(line(text, width(&whole)).0, whole, "what just fits is whole");
        }
    }

    #[test]
    fn no_room_at_all_leaves_the_ellipsis() {
        let (rows, mut shaper) = line("Kyiv", 1.0);
        assert_eq!(rows, shape(&mut shaper, ELLIPSIS, STYLE, f32::INFINITY));
        assert!(line("", 1.0).0.iter().all(|row| row.clusters.is_empty()));
    }

    #[test]
    fn the_ends_of_a_relation_stand_as_its_arrow_points() {
        let (from, to) = ("وزير الدفاع", "نحن مستعدون");
        let place = |rows: &[Row], text: &str, part: &str| {
            let at = text.find(part).expect("it is there");
            stretches(&rows[0].clusters, &(at..at + part.len()))
        };
        let composed = |text: &str| format!("Rina: says “{text}” · Budi: nothing");
        let text = composed(&isolated(&format!("{from} → {to}")));
        let rows = line(&text, f32::INFINITY).0;
        let parts = [from, "→", to, "Budi"].map(|it| place(&rows, &text, it));
        assert!(parts.iter().all(|it| it.len() == 1), "{parts:?}");
        assert!(parts.is_sorted_by_key(|it| it[0].0 as i64), "{parts:?}");
        let plain = composed(&format!("{from} → {to}"));
        let plain_rows = line(&plain, f32::INFINITY).0;
        assert!(place(&plain_rows, &plain, to) < place(&plain_rows, &plain, from), "the test can fail");
        // Nothing is drawn for what keeps them apart, and nothing is read out.
        assert!((width(&rows) - width(&plain_rows)).abs() < 0.01);
        assert_eq!(rows[0].glyphs.len(), plain_rows[0].glyphs.len());
        assert_eq!(name(&text), plain);
        // A right-to-left name leaves the line's own direction alone.
        let text = format!("{}: says “{}”", isolated("رنا"), isolated("kami siap"));
        assert!(!line(&text, f32::INFINITY).0[0].is_rtl);
        assert!(line("رنا: says “kami siap”", f32::INFINITY).0[0].is_rtl, "the test can fail");
    }

    #[test]
    fn no_article_can_isolate_or_end_it() {
        let shown = |text: &str| line(text, f32::INFINITY).0[0].glyphs.len();
        assert_eq!(shown("\u{2068}\u{2069}"), 2, "they are drawn as marks");
        assert_eq!(isolated("a\u{FDD1}b"), "\u{FDD0}a\u{FFFD}b\u{FDD1}");
    }

    #[test]
    fn marked_bytes_are_found_where_they_are_drawn() {
        let (rows, _) = line("kata Kyiv siap", f32::INFINITY);
        let clusters = &rows[0].clusters;
        assert_eq!(stretches(clusters, &(5..9)), [(clusters[5].x0, clusters[8].x1)]);
        assert_eq!(stretches(clusters, &(0..0)), []);
        // In right-to-left text, what comes later stands further left.
        let text = "قال وزير الدفاع";
        let (rows, _) = line(text, f32::INFINITY);
        let word = text.find("وزير").expect("it is there");
        let found = stretches(&rows[0].clusters, &(word..word + "وزير".len()));
        assert_eq!(found.len(), 1, "{found:?}");
        let first = stretches(&rows[0].clusters, &(0..2))[0];
        assert!(found[0].1 < first.0);
    }
}
