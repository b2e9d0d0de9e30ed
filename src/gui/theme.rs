//! Every colour and size of the window.

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Rect, Stroke, Style,
    TextStyle, Theme, Visuals, vec2,
};

use crate::gui::canvas::{CanvasColors, MarkStyle, Pattern};
use crate::model::{Color, Schema, Severity, Status};
use crate::session::compare::Standing;

/// Colours for labels to which the schema gives none: Okabe and Ito's set, which the common
/// colour-blindnesses tell apart (Okabe & Ito 2008, "Color Universal Design").
const PALETTE: [Color; 7] = [
    Color { red: 0x00, green: 0x72, blue: 0xb2 },
    Color { red: 0xd5, green: 0x5e, blue: 0x00 },
    Color { red: 0x00, green: 0x9e, blue: 0x73 },
    Color { red: 0xcc, green: 0x79, blue: 0xa7 },
    Color { red: 0xe6, green: 0x9f, blue: 0x00 },
    Color { red: 0x56, green: 0xb4, blue: 0xe9 },
    Color { red: 0x8a, green: 0x80, blue: 0x10 },
];

/// Width of the list of articles at the first start, in points.
pub const ARTICLES_WIDTH: f32 = 220.0;
/// Width of the inspector at the first start, in points.
pub const INSPECTOR_WIDTH: f32 = 280.0;
/// Least width of a side panel, in points.
pub const PANEL_MIN: f32 = 150.0;
/// The most of the window's width that one side panel takes.
pub const PANEL_SHARE: f32 = 0.28;
/// Space around the contents of a panel, in points.
pub const PANEL_MARGIN: Margin = Margin::symmetric(10, 8);
/// Space around the contents of a bar, in points.
pub const BAR_MARGIN: Margin = Margin::symmetric(10, 5);
/// Space around a word in a chip, in points.
pub const CHIP_MARGIN: Margin = Margin::symmetric(6, 1);
/// Space around the contents of a dialog, in points.
pub const DIALOG_MARGIN: Margin = Margin::same(16);
/// Height of a row in a list, in points.
pub const ROW_HEIGHT: f32 = 24.0;
/// Width of the field one searches with, in points.
pub const FIND_WIDTH: f32 = 260.0;
/// From the window's right top corner to that of the sheet of view settings: past the inspector's
/// edge and below the menus, so that most of the article stays in sight.
pub const LOOK_OFFSET: egui::Vec2 = vec2(-12.0, 40.0);
/// Length of a slider, in points.
pub const SLIDER_WIDTH: f32 = 160.0;
/// How long a message stays, in seconds.
pub const MESSAGE_SECONDS: f64 = 6.0;
/// Size of the article's text at zoom 1, in points.
pub const TEXT_SIZE: f32 = 17.0;
/// Greatest width of the article's column at zoom 1, in points.
pub const COLUMN: f32 = 720.0;

/// Gives egui Sorot's look, in both themes.
pub fn install(ctx: &egui::Context) {
    let mut fonts = FontDefinitions::default();
    fonts
        .font_data
        .insert("article".to_owned(), Arc::new(FontData::from_static(crate::gui::canvas::fonts::TEXT_FONT)));
    fonts.families.entry(FontFamily::Proportional).or_default().insert(0, "article".to_owned());
    // The monospaced font has arrows, which the others lack.
    let arrows: Vec<String> = fonts.families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
    let proportional = fonts.families.entry(FontFamily::Proportional).or_default();
    for font in arrows {
        if !proportional.contains(&font) {
            proportional.push(font);
        }
    }
    ctx.set_fonts(fonts);
    for theme in [Theme::Light, Theme::Dark] {
        ctx.style_mut_of(theme, |style| style_for(theme, style));
    }
}

fn style_for(theme: Theme, style: &mut Style) {
    style.text_styles = [
        (TextStyle::Heading, FontId::proportional(17.0)),
        (TextStyle::Body, FontId::proportional(13.5)),
        (TextStyle::Button, FontId::proportional(13.5)),
        (TextStyle::Small, FontId::proportional(11.5)),
        (TextStyle::Monospace, FontId::monospace(12.5)),
    ]
    .into();
    style.spacing.item_spacing = vec2(8.0, 5.0);
    style.spacing.button_padding = vec2(8.0, 3.0);
    style.spacing.interact_size.y = 22.0;
    // A pointer resting somewhere must not keep the machine awake.
    style.animation_time = 0.0;
    style.visuals = match theme {
        Theme::Light => light(),
        Theme::Dark => dark(),
    };
    // A blinking caret would draw a frame every half second.
    style.visuals.text_cursor.blink = false;
    style.visuals.menu_corner_radius = CornerRadius::same(6);
    style.visuals.window_corner_radius = CornerRadius::same(8);
    for widget in [
        &mut style.visuals.widgets.inactive,
        &mut style.visuals.widgets.hovered,
        &mut style.visuals.widgets.active,
        &mut style.visuals.widgets.open,
    ] {
        widget.corner_radius = CornerRadius::same(4);
    }
}

fn light() -> Visuals {
    let mut visuals = Visuals::light();
    visuals.panel_fill = Color32::from_rgb(0xf4, 0xf4, 0xf2);
    visuals.window_fill = Color32::from_rgb(0xfd, 0xfd, 0xfc);
    visuals.extreme_bg_color = Color32::from_rgb(0xff, 0xff, 0xff);
    visuals.faint_bg_color = Color32::from_rgb(0xec, 0xec, 0xe9);
    // White fields could not be told from the white of a dialog.
    visuals.text_edit_bg_color = Some(Color32::from_rgb(0xea, 0xea, 0xe7));
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, Color32::from_rgb(0xdc, 0xdc, 0xd8));
    visuals.widgets.noninteractive.fg_stroke = Stroke::new(1.0, Color32::from_rgb(0x2a, 0x2c, 0x30));
    visuals.widgets.inactive.fg_stroke = Stroke::new(1.0, Color32::from_rgb(0x2a, 0x2c, 0x30));
    visuals.widgets.inactive.weak_bg_fill = Color32::from_rgb(0xe6, 0xe6, 0xe2);
    visuals.selection.bg_fill = Color32::from_rgb(0xcf, 0xe1, 0xfa);
    visuals.selection.stroke = Stroke::new(1.0, Color32::from_rgb(0x0f, 0x3d, 0x7e));
    visuals.hyperlink_color = Color32::from_rgb(0x1a, 0x5f, 0xbe);
    visuals.weak_text_color = Some(Color32::from_rgb(0x63, 0x67, 0x6d));
    visuals
}

fn dark() -> Visuals {
    let mut visuals = Visuals::dark();
    visuals.panel_fill = Color32::from_rgb(0x24, 0x26, 0x2a);
    visuals.window_fill = Color32::from_rgb(0x2a, 0x2c, 0x31);
    visuals.extreme_bg_color = Color32::from_rgb(0x17, 0x19, 0x1c);
    visuals.faint_bg_color = Color32::from_rgb(0x2e, 0x31, 0x36);
    visuals.widgets.noninteractive.bg_stroke = Stroke::new(1.0, Color32::from_rgb(0x3a, 0x3d, 0x43));
    visuals.widgets.noninteractive.fg_stroke = Stroke::new(1.0, Color32::from_rgb(0xdc, 0xde, 0xe1));
    visuals.widgets.inactive.fg_stroke = Stroke::new(1.0, Color32::from_rgb(0xdc, 0xde, 0xe1));
    visuals.widgets.inactive.weak_bg_fill = Color32::from_rgb(0x38, 0x3b, 0x41);
    visuals.selection.bg_fill = Color32::from_rgb(0x2b, 0x49, 0x77);
    visuals.selection.stroke = Stroke::new(1.0, Color32::from_rgb(0xd6, 0xe6, 0xff));
    visuals.hyperlink_color = Color32::from_rgb(0x7d, 0xb4, 0xff);
    visuals.weak_text_color = Some(Color32::from_rgb(0x9f, 0xa4, 0xac));
    visuals
}

/// Says of the widgets of a dialog, at their beginning, that they are one, and what it is about.
pub fn name_dialog(ui: &egui::Ui, name: &str) {
    ui.ctx().accesskit_node_builder(ui.unique_id(), |node| {
        node.set_role(egui::accesskit::Role::Dialog);
        node.set_label(name);
    });
}

/// A dialog over the window.
pub fn dialog(ctx: &egui::Context, name: &'static str) -> egui::Modal {
    let frame = egui::Frame::popup(&ctx.global_style()).inner_margin(DIALOG_MARGIN);
    egui::Modal::new(egui::Id::unique(name)).frame(frame)
}

/// Colours of the canvas.
pub fn canvas_colors(is_dark: bool) -> CanvasColors {
    if is_dark { CanvasColors::DARK } else { CanvasColors::LIGHT }
}

/// The look of every label of a schema, in its order, and at the end one for labels that the
/// schema lacks.
pub fn mark_styles(schema: &Schema, is_dark: bool) -> Vec<MarkStyle> {
    let known = schema.labels.iter().enumerate().map(|(i, label)| {
        let color = label.color.unwrap_or(PALETTE[i % PALETTE.len()]);
        let letter = label.key.or(label.name.chars().next()).unwrap_or('?');
        mark_style(color, Pattern::ALL[i % Pattern::ALL.len()], letter, is_dark)
    });
    let unknown = Color { red: 0x80, green: 0x80, blue: 0x80 };
    known.chain([mark_style(unknown, Pattern::Dotted, '?', is_dark)]).collect()
}

fn mark_style(color: Color, pattern: Pattern, letter: char, is_dark: bool) -> MarkStyle {
    let mut color = Color32::from_rgb(color.red, color.green, color.blue);
    if is_dark {
        color = color.lerp_to_gamma(Color32::WHITE, 0.28);
    }
    let on_color = [Color32::WHITE, Color32::BLACK]
        .into_iter()
        .max_by(|a, b| contrast(*a, color).total_cmp(&contrast(*b, color)))
        .unwrap_or(Color32::BLACK);
    MarkStyle { color, on_color, pattern, letter }
}

/// Contrast of two colours from 1 to 21, as WCAG 2.2 defines it.
pub fn contrast(a: Color32, b: Color32) -> f32 {
    let luminance = |color: Color32| {
        let linear = egui::Rgba::from(color);
        0.2126 * linear.r() + 0.7152 * linear.g() + 0.0722 * linear.b()
    };
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The colour that says how much a problem matters.
pub fn severity_color(severity: Severity, visuals: &Visuals) -> Color32 {
    match severity {
        Severity::Note => visuals.weak_text_color(),
        Severity::Warning if visuals.dark_mode => Color32::from_rgb(0xf0, 0xb4, 0x4a),
        Severity::Warning => Color32::from_rgb(0x8f, 0x58, 0x00),
        Severity::Error if visuals.dark_mode => Color32::from_rgb(0xff, 0x8a, 0x80),
        Severity::Error => Color32::from_rgb(0xb0, 0x1e, 0x1e),
    }
}

/// The colour of how far something is decided between annotators.
pub fn standing_color(standing: Standing, visuals: &Visuals) -> Color32 {
    match standing {
        Standing::Accepted | Standing::Own | Standing::Rejected => visuals.weak_text_color(),
        Standing::Agreed if visuals.dark_mode => Color32::from_rgb(0x7d, 0xb4, 0xff),
        Standing::Agreed => Color32::from_rgb(0x1a, 0x5f, 0xbe),
        Standing::Disagreed => severity_color(Severity::Error, visuals),
        Standing::Incomplete => severity_color(Severity::Warning, visuals),
    }
}

/// Draws the sign of a status into a square: an empty ring, a half-filled one, a tick; a cross for
/// an article that could not be opened. The shape tells them apart, not the colour.
pub fn status_sign(painter: &egui::Painter, rect: Rect, status: Status, is_failed: bool, color: Color32) {
    let stroke = Stroke::new(1.4, color);
    let (center, radius) = (rect.center(), rect.width() * 0.36);
    let line = |points: &[(f32, f32)]| {
        let points = points.iter().map(|&(x, y)| center + radius * vec2(x, y)).collect();
        painter.add(egui::Shape::line(points, Stroke::new(1.8, color)));
    };
    match status {
        _ if is_failed => {
            line(&[(-0.8, -0.8), (0.8, 0.8)]);
            line(&[(-0.8, 0.8), (0.8, -0.8)]);
        }
        Status::New => drop(painter.circle_stroke(center, radius, stroke)),
        Status::InProgress => {
            painter.circle_stroke(center, radius, stroke);
            let half = (0..=12).map(|i| {
                let angle = std::f32::consts::PI * (i as f32 / 12.0 - 0.5);
                center - radius * vec2(angle.cos(), angle.sin())
            });
            painter.add(egui::Shape::convex_polygon(half.collect(), color, Stroke::NONE));
        }
        Status::Done => line(&[(-1.0, 0.0), (-0.3, 0.8), (1.1, -0.8)]),
    }
}

/// What a status is called.
pub fn status_name(status: Status) -> &'static str {
    match status {
        Status::New => "new",
        Status::InProgress => "in progress",
        Status::Done => "done",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_on_tints_and_tags_has_enough_contrast() {
        for is_dark in [false, true] {
            let colors = canvas_colors(is_dark);
            assert!(contrast(colors.text, colors.background) >= 7.0);
            for (i, color) in PALETTE.into_iter().enumerate() {
                let style = mark_style(color, Pattern::ALL[i % Pattern::ALL.len()], 'x', is_dark);
                let tinted = colors.background.lerp_to_gamma(style.color, colors.tint);
                assert!(contrast(colors.text, tinted) >= 4.5, "text on {color}, dark: {is_dark}");
                assert!(contrast(style.on_color, style.color) >= 4.5, "tag of {color}, dark: {is_dark}");
            }
        }
    }

    #[test]
    fn text_on_a_pile_of_marks_can_be_read() {
        for is_dark in [false, true] {
            let colors = canvas_colors(is_dark);
            let palette = PALETTE.map(|color| mark_style(color, Pattern::Solid, 'x', is_dark).color);
            for outer in palette {
                for inner in palette {
                    for lit in 0..10 {
                        let pile = (0..10).fold(colors.background, |behind, depth| {
                            let color = if depth % 2 == 0 { outer } else { inner };
                            behind.lerp_to_gamma(color, colors.tint_at(depth, depth == lit))
                        });
                        let contrast = contrast(colors.text, pile);
                        assert!(contrast >= 4.5, "{contrast} on {outer:?} with {inner:?}, dark: {is_dark}");
                    }
                }
            }
        }
    }

    #[test]
    fn weak_text_can_be_read() {
        for visuals in [light(), dark()] {
            assert!(contrast(visuals.weak_text_color(), visuals.panel_fill) >= 4.5);
        }
    }
}
