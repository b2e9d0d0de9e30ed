//! From a laid-out frame to shapes.
//!
//! Painted in layers over the whole window, not row by row, so that no row covers what hangs out
//! of its neighbour: tints, letters, underlines and tags, caret, relations.

use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2};

use crate::gui::canvas::found;
use crate::gui::canvas::frame::{Frame, JumpPlace, VisibleRow};
use crate::gui::canvas::glyphs::Row;
use crate::gui::canvas::layout::Piece;
use crate::gui::canvas::layouts::{self, Layouts};
use crate::gui::canvas::links::{self, Jump, VisibleLink};
use crate::gui::canvas::rows::{Edge, Segment};
use crate::gui::canvas::underline;
use crate::gui::canvas::{CanvasColors, MarkStyle, Pattern, Scene};
use crate::text::Side;

/// What one frame is painted from and with.
pub(super) struct Painting<'a> {
    pub(super) painter: &'a Painter,
    pub(super) scene: &'a Scene<'a>,
    pub(super) layouts: &'a mut Layouts,
    pub(super) pen: &'a mut dyn Pen,
    pub(super) frame: &'a mut Frame,
    pub(super) hovered: Option<usize>,
    pub(super) has_focus: bool,
}

/// What letters are painted with.
pub(super) trait Pen {
    /// Adds a row to the next shape, with its left end of the baseline at `origin` (points). `says`
    /// are its characters.
    fn write(&mut self, row: &Row, says: &str, origin: Pos2, color: Color32);

    /// What was written since the last call.
    fn shape(&mut self) -> Shape;
}

impl Painting<'_> {
    /// Paints all of it, and notes in the frame where the things one can click came to stand.
    pub(super) fn paint(&mut self, links: &[VisibleLink], rect: Rect) {
        let colors = &self.scene.options.colors;
        self.frame.badges.clear();
        self.frame.jumps.clear();
        self.frame.handles.clear();
        self.painter.rect_filled(rect, 0.0, colors.background);
        self.selection();
        self.each_piece(Self::tint);
        found::paint(self.painter, self.scene, self.layouts, self.frame);
        self.letters();
        if self.scene.options.show_invisibles {
            self.invisibles();
        }
        self.each_piece(Self::underline);
        self.tags();
        self.line_numbers();
        self.caret();
        self.links(links);
        self.each_piece(Self::tie_sign);
        for (jump, color) in jumps(links, self.scene) {
            self.jump(jump, color);
        }
        self.badges();
        if self.has_focus {
            self.painter.rect_stroke(rect, 0.0, Stroke::new(1.0, colors.accent), StrokeKind::Inside);
        }
    }

    /// Paints what belongs to the text and not to the window.
    pub(super) fn paint_figure(&mut self, links: &[VisibleLink]) {
        self.each_piece(Self::tint);
        self.letters();
        self.each_piece(Self::underline);
        self.tags();
        self.links(links);
        self.each_piece(Self::tie_sign);
        for link in links.iter().filter(|it| !it.has_head) {
            self.pointer(link);
        }
    }

    fn each_row(&mut self, mut paint: impl FnMut(&mut Found, &VisibleRow<'_>)) {
        let mut found = Found::default();
        for row in self.frame.rows(self.layouts) {
            paint(&mut found, &row);
        }
        self.frame.handles.extend(found.handles);
        self.frame.badges.extend(found.badges);
    }

    fn each_piece(&mut self, paint: fn(&Look<'_>, &VisibleRow<'_>, &Piece, &mut Found)) {
        let look = Look {
            painter: self.painter,
            scene: self.scene,
            hovered: self.hovered,
            line: self.layouts.metrics().line_height(),
            text_size: self.layouts.metrics().text_size,
        };
        self.each_row(|found, row| {
            for piece in &row.row.pieces {
                paint(&look, row, piece, found);
            }
        });
    }

    fn selection(&self) {
        for &range in self.scene.selection {
            for rect in self.frame.rects(self.layouts, range) {
                self.painter.rect_filled(
                    rect.expand2(vec2(0.0, 1.0)),
                    0.0,
                    self.scene.options.colors.selection,
                );
            }
        }
    }

    fn letters(&mut self) {
        for it in self.frame.rows(self.layouts) {
            let origin = it.origin + vec2(it.row.x, it.row.baseline);
            let row = &it.row.row;
            let content = self.layouts.table().content(it.block);
            let says = content.get(row.start as usize..row.end as usize).unwrap_or_default();
            self.pen.write(row, says, origin, self.scene.options.colors.text);
        }
        self.painter.add(self.pen.shape());
    }

    fn tags(&mut self) {
        let metrics = self.layouts.metrics();
        let mut words = Vec::new();
        for it in self.frame.rows(self.layouts) {
            for piece in &it.row.pieces {
                let (Some(tag), Some(mark)) = (piece.tag, self.scene.marks.get(piece.mark)) else { continue };
                let style = style(self.scene, piece.mark);
                let rect = it.rect(tag.x0, tag.x1, tag.top, tag.bottom);
                let is_lit = self.scene.selected == Some(piece.mark) || self.hovered == Some(piece.mark);
                let (fill, color) = tag_colors(&style, is_lit, &self.scene.options.colors);
                let (nw, ne) = if tag.is_right { (3, 0) } else { (0, 3) };
                let radius = CornerRadius { nw, ne, sw: 3, se: 3 };
                self.painter.rect_filled(rect, radius, fill);
                let text =
                    if tag.has_name { mark.label.clone() } else { layouts::letter_of(self.scene, mark) };
                let at = rect.left_center() + vec2(layouts::tag_padding(&metrics), 0.0);
                words.push(Word { text, size: metrics.tag_size(), at, color });
            }
        }
        self.words(&words);
    }

    /// Short texts, each starting at a point at half its height.
    pub(super) fn words(&mut self, words: &[Word]) {
        for word in words {
            let row = self.layouts.word(&word.text, word.size);
            let origin = word.at + vec2(0.0, (row.ascent - row.descent) / 2.0);
            self.pen.write(row, &word.text, origin, word.color);
        }
        self.painter.add(self.pen.shape());
    }

    fn line_numbers(&mut self) {
        let options = self.scene.options;
        let size = (options.text_size * 0.7).clamp(7.0, 40.0);
        let mut numbers = Vec::new();
        for it in self.frame.rows(self.layouts) {
            let block = self.layouts.table().get(it.block);
            if it.index == 0 && block.starts_line {
                numbers.push((block.line + 1, it.origin.y + it.row.baseline));
            }
        }
        let right = self.frame.left - options.text_size * 1.7;
        for (number, baseline) in numbers {
            let number = number.to_string();
            let row = self.layouts.word(&number, size);
            let origin = pos2(right - row.width, baseline);
            self.pen.write(row, &number, origin, options.colors.quiet);
        }
        self.painter.add(self.pen.shape());
    }

    fn caret(&self) {
        let Some(caret) = self.scene.caret.filter(|_| self.has_focus) else { return };
        if let Some((top, bottom)) = self.frame.caret(self.layouts, caret) {
            let ppp = self.layouts.metrics().pixels_per_point;
            let x = (top.x * ppp).round() / ppp;
            let rect = Rect::from_min_max(pos2(x - 0.5, top.y - 1.0), pos2(x + 1.0, bottom.y + 1.0));
            self.painter.rect_filled(rect, 0.0, self.scene.options.colors.caret);
        }
    }

    fn links(&mut self, links: &[VisibleLink]) {
        for link in links {
            self.link(link);
        }
        // No line runs over the head or the name of another.
        for link in links {
            self.head(link);
        }
        for link in links {
            self.plate(link);
        }
    }

    /// A relation's line, over a halo that lifts it from the text.
    fn link(&mut self, link: &VisibleLink) {
        let options = self.scene.options;
        let color = style(self.scene, link.mark).color;
        let line = links::rounded(&link.corners, 5.0);
        self.painter
            .add(Shape::line(line.clone(), Stroke::new(3.5, options.colors.background.gamma_multiply(0.85))));
        self.painter.add(Shape::line(line, Stroke::new(1.5, color)));
    }

    fn head(&self, link: &VisibleLink) {
        let color = style(self.scene, link.mark).color;
        if let (true, Some(&tip)) = (link.has_head, link.corners.last()) {
            let head = vec![tip + vec2(0.0, 1.0), tip + vec2(-4.0, -5.0), tip + vec2(4.0, -5.0)];
            self.painter.add(Shape::convex_polygon(head, color, Stroke::NONE));
        }
    }

    /// A relation's name on its line.
    fn plate(&mut self, link: &VisibleLink) {
        let name = &link.name;
        if name.is_empty() {
            return;
        }
        let color = legible(style(self.scene, link.mark).color, &self.scene.options.colors);
        let metrics = self.layouts.metrics();
        let size = vec2(self.layouts.word(name, metrics.tag_size()).width + 6.0, metrics.tag_height());
        let left = link.name_at.x - if link.is_name_left { size.x } else { 0.0 };
        let rect = Rect::from_min_size(pos2(left, link.name_at.y - size.y / 2.0), size);
        self.painter.rect_filled(rect, 3.0, self.scene.options.colors.background);
        let at = rect.left_center() + vec2(3.0, 0.0);
        self.words(&[Word { text: name.clone(), size: metrics.tag_size(), at, color }]);
    }

    /// The head of a line that leads out of the figure.
    fn pointer(&self, link: &VisibleLink) {
        let Some(jump) = &link.jump else { return };
        let color = style(self.scene, link.mark).color;
        let back = if jump.is_above { 6.0 } else { -6.0 };
        let head = vec![jump.at, jump.at + vec2(-4.0, back), jump.at + vec2(4.0, back)];
        self.painter.add(Shape::convex_polygon(head, color, Stroke::NONE));
    }

    /// An arrow at the window's edge, with the name of what lies there.
    fn jump(&mut self, jump: &Jump, color: Color32) {
        let colors = &self.scene.options.colors;
        let letters = (self.scene.options.text_size * 0.75).clamp(9.0, 30.0);
        let text = shortened(&jump.name, 48);
        let size = vec2(self.layouts.word(&text, letters).width + letters * 2.2, letters * 1.8);
        let y = if jump.is_above { jump.at.y + 6.0 } else { jump.at.y - 6.0 - size.y };
        // Arrows at one edge stand side by side.
        let beside = self.frame.jumps.iter().filter(|it| (it.rect.top() - y).abs() < size.y);
        let x = beside.map(|it| it.rect.right() + 6.0).fold(jump.at.x - letters, f32::max);
        let rect = Rect::from_min_size(pos2(x, y), size);
        self.painter.rect(rect, size.y / 3.0, colors.background, Stroke::new(1.5, color), StrokeKind::Inside);
        let tip = letters * if jump.is_above { -0.3 } else { 0.3 };
        let center = rect.left_center() + vec2(letters, 0.0);
        let arrow = vec![
            center + vec2(0.0, tip),
            center + vec2(-letters * 0.35, -tip),
            center + vec2(letters * 0.35, -tip),
        ];
        self.painter.add(Shape::convex_polygon(arrow, color, Stroke::NONE));
        let at = rect.left_center() + vec2(letters * 1.7, 0.0);
        self.words(&[Word { text, size: letters, at, color: colors.text }]);
        self.frame.jumps.push(JumpPlace { rect, offset: jump.offset, name: jump.name.clone() });
    }

    /// Numbers of the marks offered as the other end of a relation.
    fn badges(&mut self) {
        let colors = &self.scene.options.colors;
        let size = (self.scene.options.text_size * 0.72).clamp(9.0, 30.0);
        let mut badges = Vec::new();
        for it in self.frame.rows(self.layouts) {
            for piece in &it.row.pieces {
                let Some(place) = self.scene.candidates.iter().position(|&mark| mark == piece.mark) else {
                    continue;
                };
                let starts = piece.segments.iter().find(|(segment, fragment)| {
                    *fragment == 0 && (segment.left == Edge::Start || segment.right == Edge::Start)
                });
                let Some((segment, _)) = starts else { continue };
                let text = it.text_rect(segment.x0, segment.x1);
                let corner = if segment.left == Edge::Start { text.left_top() } else { text.right_top() };
                let width = size * if place < 9 { 1.15 } else { 1.7 };
                let rect = Rect::from_center_size(corner + vec2(0.0, -size * 0.2), vec2(width, size * 1.15));
                badges.push((rect, piece.mark, place));
            }
        }
        for (rect, mark, place) in badges {
            // The first is what Enter takes, so it stands out.
            let (fill, letters) = if place == 0 {
                (colors.accent, colors.on_accent)
            } else {
                (colors.background, colors.accent)
            };
            self.painter.rect(
                rect,
                rect.height() / 3.0,
                fill,
                Stroke::new(1.5, colors.accent),
                StrokeKind::Inside,
            );
            let text = (place + 1).to_string();
            let width = self.layouts.word(&text, size * 0.85).width;
            let at = rect.center() - vec2(width / 2.0, 0.0);
            self.words(&[Word { text, size: size * 0.85, at, color: letters }]);
            self.frame.badges.push((rect.expand(2.0), mark));
        }
    }
}

/// A short text to paint.
pub(super) struct Word {
    pub(super) text: String,
    /// Font size in points.
    pub(super) size: f32,
    /// Its left end, at half its height.
    pub(super) at: Pos2,
    pub(super) color: Color32,
}

/// What painters of single pieces need.
struct Look<'a> {
    painter: &'a Painter,
    scene: &'a Scene<'a>,
    hovered: Option<usize>,
    line: f32,
    text_size: f32,
}

/// Things one can click, as they were painted.
#[derive(Default)]
struct Found {
    handles: Vec<(Rect, usize, Side)>,
    badges: Vec<(Rect, usize)>,
}

impl Painting<'_> {
    /// The colour behind a mark's text, stronger for the selected and the hovered.
    fn tint(look: &Look<'_>, row: &VisibleRow<'_>, piece: &Piece, found: &mut Found) {
        if look.scene.marks.get(piece.mark).is_some_and(|mark| mark.lane > 0) {
            return;
        }
        let style = style(look.scene, piece.mark);
        let colors = &look.scene.options.colors;
        let is_selected = look.scene.selected == Some(piece.mark);
        let is_hovered = look.hovered == Some(piece.mark);
        let is_candidate = look.scene.candidates.contains(&piece.mark);
        let strength = colors.tint_at(piece.depth, is_selected || is_hovered);
        let unit = look.text_size;
        for (segment, fragment) in &piece.segments {
            let rect = row.text_rect(segment.x0, segment.x1).expand2(vec2(0.0, 0.5));
            let radius = corners(segment);
            look.painter.rect_filled(rect, radius, style.color.gamma_multiply(strength));
            if is_selected || is_candidate {
                let color = if is_selected { style.color } else { colors.accent };
                // Open where the mark goes on.
                let open = |edge: Edge| if edge == Edge::Continues { 9.0 } else { 0.0 };
                let outline = rect
                    .with_min_x(rect.left() - open(segment.left))
                    .with_max_x(rect.right() + open(segment.right));
                let painter =
                    look.painter.with_clip_rect(look.painter.clip_rect().intersect(rect.expand(1.0)));
                painter.rect_stroke(outline, radius, Stroke::new(1.5, color), StrokeKind::Inside);
            }
            if is_selected {
                for (edge, x) in [(segment.left, rect.left()), (segment.right, rect.right())] {
                    let side = match edge {
                        Edge::Start => Side::Start,
                        Edge::End => Side::End,
                        Edge::Continues => continue,
                    };
                    let size = vec2((unit * 0.18).clamp(2.0, 6.0), rect.height() + 3.0);
                    let bar = Rect::from_center_size(pos2(x, rect.center().y), size);
                    look.painter.rect_filled(bar, size.x / 2.0, style.color);
                    let grip = if side == Side::Start { bar.center_top() } else { bar.center_bottom() };
                    look.painter.circle_filled(grip, (unit * 0.21).clamp(2.4, 8.0), style.color);
                    found.handles.push((bar.expand2(vec2(3.5, 4.0)), *fragment, side));
                }
            }
        }
    }

    fn underline(look: &Look<'_>, row: &VisibleRow<'_>, piece: &Piece, _found: &mut Found) {
        let Some(line) = piece.line else { return };
        let style = style(look.scene, piece.mark);
        let y = row.origin.y + line;
        for &(x0, x1) in &piece.ties {
            let middle = y + look.line / 2.0;
            let ends = [pos2(row.origin.x + x0 + 2.0, middle), pos2(row.origin.x + x1 - 2.0, middle)];
            look.painter.extend(Shape::dashed_line(&ends, Stroke::new(1.0, style.color), 2.0, 3.0));
        }
        for (segment, _) in &piece.segments {
            let inset = |edge: Edge| if edge == Edge::Continues { 0.0 } else { 0.75 };
            let (x0, x1) = (
                row.origin.x + segment.x0 + inset(segment.left),
                row.origin.x + segment.x1 - inset(segment.right),
            );
            let band = Rect::from_min_max(pos2(x0, y), pos2(x1, y + look.line));
            underline::paint(look.painter, band, style.pattern, style.color);
            for (edge, x) in [(segment.left, x0), (segment.right, x1 - 1.5)] {
                if edge != Edge::Continues {
                    let tick = Rect::from_min_size(pos2(x, y - 1.5), vec2(1.5, look.line + 1.0));
                    look.painter.rect_filled(tick, 0.0, style.color);
                }
            }
        }
    }

    /// A dot at the start of marks that are the end of a relation, or should be: filled if they
    /// are tied, open if not.
    fn tie_sign(look: &Look<'_>, row: &VisibleRow<'_>, piece: &Piece, _found: &mut Found) {
        let Some(mark) = look.scene.marks.get(piece.mark) else { return };
        let is_untied = look.scene.untied.contains(&mark.id);
        let is_tied = look.scene.links.lead_to(&mark.id);
        if !is_untied && !is_tied {
            return;
        }
        let style = style(look.scene, piece.mark);
        let is_start =
            |it: &&(Segment, usize)| it.1 == 0 && (it.0.left == Edge::Start || it.0.right == Edge::Start);
        let Some((segment, _)) = piece.segments.iter().find(is_start) else { return };
        let x = if segment.left == Edge::Start { segment.x0 } else { segment.x1 };
        let at = row.origin + vec2(x, row.row.text_top + 0.5);
        let fill = if is_untied { look.scene.options.colors.background } else { style.color };
        let radius = (look.text_size * 0.18).clamp(2.0, 7.0);
        look.painter.circle(at, radius, fill, Stroke::new(radius * 0.53, style.color));
    }
}

/// The look of a mark's label; a plain one where the scene gives none.
pub(super) fn style(scene: &Scene<'_>, mark: usize) -> MarkStyle {
    let found = scene.marks.get(mark).and_then(|mark| scene.styles.get(mark.style));
    let colors = &scene.options.colors;
    let plain =
        MarkStyle { color: colors.quiet, on_color: colors.background, pattern: Pattern::Solid, letter: '?' };
    found.copied().unwrap_or(plain)
}

/// Round where the range ends, square where it goes on.
fn corners(segment: &Segment) -> CornerRadius {
    let radius = |edge: Edge| if edge == Edge::Continues { 0 } else { 3 };
    let (left, right) = (radius(segment.left), radius(segment.right));
    CornerRadius { nw: left, sw: left, ne: right, se: right }
}

/// Fill and letters of a tag: quiet beside the text, full for the mark one looks at.
pub(super) fn tag_colors(style: &MarkStyle, is_lit: bool, colors: &CanvasColors) -> (Color32, Color32) {
    if is_lit {
        (style.color, style.on_color)
    } else {
        (style.color.gamma_multiply(colors.tint * 0.8), legible(style.color, colors))
    }
}

/// A label's colour for small letters: near enough to the text's for a contrast of 4.5 to 1 even
/// where it is the palest one, on the lightest ground.
fn legible(color: Color32, colors: &CanvasColors) -> Color32 {
    color.lerp_to_gamma(colors.text, 0.5)
}

/// The places out of view that relations lead to, each once, with a colour.
fn jumps<'a>(links: &'a [VisibleLink], scene: &Scene<'_>) -> Vec<(&'a Jump, Color32)> {
    let mut jumps: Vec<(&Jump, Color32)> = Vec::new();
    for link in links {
        if let Some(jump) = &link.jump
            && jumps.iter().all(|(known, _)| known.offset != jump.offset || known.name != jump.name)
        {
            jumps.push((jump, style(scene, link.mark).color));
        }
    }
    jumps
}

fn shortened(name: &str, n_max: usize) -> String {
    let mut characters = name.chars();
    let start: String = characters.by_ref().take(n_max).collect();
    if characters.next().is_some() { format!("{}…", start.trim_end()) } else { start }
}
