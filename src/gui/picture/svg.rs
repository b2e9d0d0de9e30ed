//! Pictures as SVG: letters are outlines, so that every viewer shows the same without any font.
//!
//! Invariant: nothing outside the file is named, and nothing in it can run.

use std::io;

use egui::epaint::{CircleShape, ColorMode, PathShape, RectShape};
use egui::{Color32, ColorImage, Pos2, Rect, Shape, Stroke, pos2};
use quick_xml::Writer;
use quick_xml::events::BytesText;
use swash::zeno::{Command, Vector};

use super::{Drawing, encode};
use crate::gui::canvas::passage::{LetterPart, Letters};
use crate::text::xml_text;

type Svg = Writer<Vec<u8>>;

/// The picture as the bytes of an SVG file.
pub(super) fn write(drawing: &Drawing) -> io::Result<Vec<u8>> {
    let mut svg = Writer::new_with_indent(Vec::new(), b' ', 1);
    let bounds = drawing.bounds;
    let view_box = [bounds.left(), bounds.top(), bounds.width(), bounds.height()].map(coordinate);
    let points = |length: f32| format!("{}pt", coordinate(length * drawing.unit));
    let mut root = svg.create_element("svg");
    for (name, value) in [
        ("xmlns", "http://www.w3.org/2000/svg"),
        ("width", &points(bounds.width())),
        ("height", &points(bounds.height())),
        ("viewBox", &view_box.join(" ")),
        ("role", "img"),
    ] {
        root = root.with_attribute((name, value));
    }
    root.write_inner_content(|svg| {
        svg.create_element("title").write_text_content(BytesText::new(&xml_text(&drawing.title)))?;
        svg.create_element("desc").write_text_content(BytesText::new(&xml_text(&drawing.text)))?;
        rect(svg, &RectShape::filled(bounds, 0.0, drawing.background))?;
        drawing.shapes.iter().try_for_each(|it| shape(svg, &it.shape, drawing.pixels_per_point))
    })?;
    let mut bytes = svg.into_inner();
    bytes.push(b'\n');
    Ok(bytes)
}

/// Shapes that the canvas does not paint around a passage are left out.
fn shape(svg: &mut Svg, it: &Shape, pixels_per_point: f32) -> io::Result<()> {
    match it {
        Shape::Vec(shapes) => shapes.iter().try_for_each(|it| shape(svg, it, pixels_per_point)),
        Shape::Rect(it) => rect(svg, it),
        Shape::Circle(it) => circle(svg, it),
        Shape::Path(it) => path(svg, it),
        Shape::LineSegment { points, stroke } => {
            element(svg, "path", &[("d", line(points, false))], Color32::TRANSPARENT, *stroke)
        }
        Shape::Callback(callback) => match callback.callback.downcast_ref::<Letters>() {
            Some(it) => letters(svg, it, pixels_per_point),
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

fn rect(svg: &mut Svg, it: &RectShape) -> io::Result<()> {
    let Rect { min, max } = it.rect;
    let radius = it.corner_radius;
    if radius.is_same() {
        let size = it.rect.size();
        let sides = [("x", min.x), ("y", min.y), ("width", size.x), ("height", size.y)];
        let mut sides: Vec<_> = sides.iter().map(|&(name, value)| (name, coordinate(value))).collect();
        if radius.nw > 0 {
            sides.push(("rx", radius.nw.to_string()));
        }
        return element(svg, "rect", &sides, it.fill, it.stroke);
    }
    let most = it.rect.size().min_elem() / 2.0;
    let [nw, ne, se, sw] =
        [radius.nw, radius.ne, radius.se, radius.sw].map(|radius| f32::from(radius).min(most));
    let mut d = format!("M{} {}", coordinate(min.x + nw), coordinate(min.y));
    for (radius, from, to) in [
        (ne, pos2(max.x - ne, min.y), pos2(max.x, min.y + ne)),
        (se, pos2(max.x, max.y - se), pos2(max.x - se, max.y)),
        (sw, pos2(min.x + sw, max.y), pos2(min.x, max.y - sw)),
        (nw, pos2(min.x, min.y + nw), pos2(min.x + nw, min.y)),
    ] {
        d.push_str(&format!("L{} {}", coordinate(from.x), coordinate(from.y)));
        if radius > 0.0 {
            let (r, x, y) = (coordinate(radius), coordinate(to.x), coordinate(to.y));
            d.push_str(&format!("A{r} {r} 0 0 1 {x} {y}"));
        }
    }
    element(svg, "path", &[("d", d + "Z")], it.fill, it.stroke)
}

fn circle(svg: &mut Svg, it: &CircleShape) -> io::Result<()> {
    let places = [("cx", it.center.x), ("cy", it.center.y), ("r", it.radius)];
    element(svg, "circle", &places.map(|(name, value)| (name, coordinate(value))), it.fill, it.stroke)
}

fn path(svg: &mut Svg, it: &PathShape) -> io::Result<()> {
    // The only one that the canvas uses.
    let ColorMode::Solid(color) = it.stroke.color else { return Ok(()) };
    let stroke = Stroke::new(it.stroke.width, color);
    element(svg, "path", &[("d", line(&it.points, it.closed))], it.fill, stroke)
}

fn line(points: &[Pos2], is_closed: bool) -> String {
    let points: Vec<String> =
        points.iter().map(|at| format!("{} {}", coordinate(at.x), coordinate(at.y))).collect();
    format!("M{}{}", points.join("L"), if is_closed { "Z" } else { "" })
}

/// An element without content.
fn element(
    svg: &mut Svg,
    name: &str,
    attributes: &[(&str, String)],
    fill: Color32,
    stroke: Stroke,
) -> io::Result<()> {
    let mut element = svg.create_element(name);
    for (name, value) in attributes {
        element = element.with_attribute((*name, value.as_str()));
    }
    for (name, value) in paints("fill", fill) {
        element = element.with_attribute((name.as_str(), value.as_str()));
    }
    if !stroke.is_empty() {
        for (name, value) in paints("stroke", stroke.color) {
            element = element.with_attribute((name.as_str(), value.as_str()));
        }
        element = element.with_attribute(("stroke-width", coordinate(stroke.width).as_str()));
    }
    element.write_empty().map(drop)
}

/// A colour as the attributes that say it.
fn paints(what: &str, color: Color32) -> Vec<(String, String)> {
    let [red, green, blue, alpha] = color.to_srgba_unmultiplied();
    if alpha == 0 {
        return vec![(what.to_owned(), "none".to_owned())];
    }
    let mut paints = vec![(what.to_owned(), format!("#{red:02x}{green:02x}{blue:02x}"))];
    if alpha < 255 {
        paints.push((format!("{what}-opacity"), coordinate(f32::from(alpha) / 255.0)));
    }
    paints
}

/// Letters as a group that says what they are.
fn letters(svg: &mut Svg, letters: &Letters, pixels_per_point: f32) -> io::Result<()> {
    let says = xml_text(letters.says.trim());
    let group = svg.create_element("g").with_attribute(("aria-label", &*says));
    group
        .write_inner_content(|svg| {
            letters.parts.iter().try_for_each(|part| match part {
                LetterPart::Outline(commands) => {
                    let d: String = commands.iter().map(command).collect();
                    element(svg, "path", &[("d", d)], letters.color, Stroke::NONE)
                }
                LetterPart::Pixels { at, size, pixels, is_color } => {
                    let tint = if *is_color { Color32::WHITE } else { letters.color };
                    let pixels = pixels.iter().map(|&pixel| pixel * tint).collect();
                    let at = at.map(|it| it / pixels_per_point);
                    image(svg, at, &ColorImage::new(*size, pixels), pixels_per_point)
                }
            })
        })
        .map(drop)
}

fn command(command: &Command) -> String {
    let at = |it: &Vector| format!("{} {}", coordinate(it.x), coordinate(it.y));
    match command {
        Command::MoveTo(to) => format!("M{}", at(to)),
        Command::LineTo(to) => format!("L{}", at(to)),
        Command::QuadTo(control, to) => format!("Q{} {}", at(control), at(to)),
        Command::CurveTo(first, second, to) => format!("C{} {} {}", at(first), at(second), at(to)),
        Command::Close => "Z".to_owned(),
    }
}

/// A picture, inside the file.
fn image(svg: &mut Svg, at: [f32; 2], image: &ColorImage, pixels_per_point: f32) -> io::Result<()> {
    let png = encode(image, None).map_err(io::Error::other)?;
    let [width, height] = image.size.map(|side| side as f32 / pixels_per_point);
    let sides = [("x", at[0]), ("y", at[1]), ("width", width), ("height", height)];
    let mut element = svg.create_element("image");
    for (name, value) in sides {
        element = element.with_attribute((name, coordinate(value).as_str()));
    }
    let data = format!("data:image/png;base64,{}", base64(&png));
    element.with_attribute(("href", data.as_str())).write_empty().map(drop)
}

/// A number with two digits after the point, as far as they say something: more than a printer can
/// show.
fn coordinate(value: f32) -> String {
    let rounded = (f64::from(value) * 100.0).round() / 100.0;
    // No minus before nothing.
    (rounded + 0.0).to_string()
}

/// Bytes as RFC 4648 writes them.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, i| bits << 8 | usize::from(three.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let letter = LETTERS[bits >> (18 - 6 * i) & 63];
            text.push(if i <= three.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        let coded = ["", "f", "fo", "foo", "foob", "fooba", "foobar"].map(|it| base64(it.as_bytes()));
        assert_eq!(coded, ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"]);
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, -0.001, 1.5, 10.0, 1.0 / 3.0].map(coordinate), ["0", "0", "1.5", "10", "0.33"]);
    }
}
