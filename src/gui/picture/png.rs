//! Pictures as PNG.

use egui::epaint::ClippedShape;
use egui::{Color32, ColorImage, Shape};

use super::Drawing;
use crate::gui::canvas::passage::{LetterPart, Letters};
use crate::gui::soft;

/// The longest side of a picture, in pixels.
const LONGEST_SIDE: f32 = 8192.0;

/// The picture as the bytes of a PNG file of so many pixels an inch.
pub(super) fn write(drawing: &Drawing, dpi: f32) -> Result<Vec<u8>, String> {
    let size = drawing.bounds.size() * drawing.pixels_per_point;
    if size.max_elem() > LONGEST_SIDE {
        return Err(format!(
            "the picture has {} x {} pixels, and at most {LONGEST_SIDE} a side: take fewer pixels an inch, \
             less text, or SVG",
            size.x.round(),
            size.y.round()
        ));
    }
    let size = [size.x.round() as usize, size.y.round() as usize];
    let mut image = ColorImage::filled(size, drawing.background);
    let mut pending = Vec::new();
    for shape in &drawing.shapes {
        paint(shape.shape.clone(), drawing, &mut pending, &mut image);
    }
    flush(&mut pending, drawing, &mut image);
    encode(&image, Some(dpi)).map_err(|error| error.to_string())
}

/// Shapes wait until letters come over them.
fn paint(shape: Shape, drawing: &Drawing, pending: &mut Vec<ClippedShape>, image: &mut ColorImage) {
    match shape {
        Shape::Vec(shapes) => {
            for shape in shapes {
                paint(shape, drawing, pending, image);
            }
        }
        Shape::Callback(callback) => {
            flush(pending, drawing, image);
            if let Some(letters) = callback.callback.downcast_ref::<Letters>() {
                let origin = drawing.bounds.min.to_vec2() * drawing.pixels_per_point;
                blend(letters, [origin.x.round(), origin.y.round()], image);
            }
        }
        mut shape => {
            shape.translate(-drawing.bounds.min.to_vec2());
            pending.push(ClippedShape::new(egui::Rect::EVERYTHING, shape));
        }
    }
}

fn flush(pending: &mut Vec<ClippedShape>, drawing: &Drawing, image: &mut ColorImage) {
    let primitives = drawing.context.tessellate(std::mem::take(pending), drawing.pixels_per_point);
    soft::rasterise_onto(image, &primitives, &drawing.textures, drawing.pixels_per_point);
}

fn blend(letters: &Letters, origin: [f32; 2], image: &mut ColorImage) {
    for part in &letters.parts {
        let LetterPart::Pixels { at, size, pixels, is_color } = part else { continue };
        let tint = if *is_color { Color32::WHITE } else { letters.color };
        for (y, line) in pixels.chunks_exact(size[0]).enumerate() {
            for (x, &pixel) in line.iter().enumerate() {
                let (x, y) = (at[0] - origin[0] + x as f32, at[1] - origin[1] + y as f32);
                let is_inside = x >= 0.0 && y >= 0.0 && x < image.size[0] as f32 && y < image.size[1] as f32;
                if is_inside && pixel.a() > 0 {
                    let below = &mut image[(x as usize, y as usize)];
                    *below = below.blend(pixel * tint);
                }
            }
        }
    }
}

/// An image as the bytes of a PNG file, which tells how many of its pixels are an inch.
pub(in crate::gui) fn encode(image: &ColorImage, dpi: Option<f32>) -> anyhow::Result<Vec<u8>> {
    const INCHES_PER_METER: f32 = 39.370_08;
    let bytes: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_srgba_unmultiplied()).collect();
    let mut encoded = Vec::new();
    let size = [u32::try_from(image.size[0])?, u32::try_from(image.size[1])?];
    let mut encoder = png::Encoder::new(&mut encoded, size[0], size[1]);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let per_meter = dpi.map(|dpi| (dpi * INCHES_PER_METER).round() as u32);
    encoder.set_pixel_dims(per_meter.map(|it| png::PixelDimensions {
        xppu: it,
        yppu: it,
        unit: png::Unit::Meter,
    }));
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(encoded)
}
