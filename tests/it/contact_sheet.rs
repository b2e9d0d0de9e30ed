//! All edge cases in a few pictures, to be looked at: nothing may overlap, be cut off or misplaced.

use egui::ColorImage;
use sorot::gui::canvas::CanvasOptions;
use sorot::gui::canvas::fonts::Fonts;
use sorot::text::{OffsetUnit, Range, Span, Text};

use crate::drawing::{Drawing, check_picture, fonts};
use crate::edge_cases::{cases, content, pieces};

/// Width of a case's column in points.
const COLUMN: f32 = 290.0;

/// Of a long case, so many pixels are shown.
const HIGHEST: usize = 330;

const TILES_A_LINE: usize = 4;
const TILES_A_SHEET: usize = 28;

#[test]
fn every_edge_case_is_drawn_as_on_its_sheet() {
    let fonts = fonts();
    let tiles: Vec<ColorImage> = cases().iter().map(|case| drawing(&fonts, case).draw(HIGHEST)).collect();
    assert_eq!(tiles.len(), 81);
    for (i, tiles) in tiles.chunks(TILES_A_SHEET).enumerate() {
        check_picture(&format!("edge-cases-{}.png", i + 1), &sheet(tiles));
    }
}

fn drawing(fonts: &Fonts, case: &serde_json::Value) -> Drawing {
    let content = content(case);
    let text = Text::new(content.strip_prefix('\u{feff}').unwrap_or(&content));
    let spans = case["spans"].as_array().unwrap().iter().map(|span| {
        let locate = |value| text.locate(value, OffsetUnit::CodePoint).unwrap();
        let ranges = pieces(case, span).into_iter().map(|(start, end)| (locate(start), locate(end)));
        let span_of = Span::new(ranges.map(|(start, end)| Range::new(start, end).unwrap())).unwrap();
        (span["label"].as_str().unwrap(), span_of)
    });
    let mut drawing = Drawing::new(fonts, text.clone(), spans, COLUMN);
    drawing.title = format!("{} {}", case["n"], case["title"].as_str().unwrap());
    drawing
}

/// Pictures of the same width in lines.
fn sheet(tiles: &[ColorImage]) -> ColorImage {
    const GAP: usize = 1;
    let width = tiles[0].size[0] + GAP;
    let heights: Vec<usize> = tiles
        .chunks(TILES_A_LINE)
        .map(|line| line.iter().map(|tile| tile.size[1]).max().unwrap() + GAP)
        .collect();
    let size = [width * TILES_A_LINE, heights.iter().sum()];
    let mut sheet = ColorImage::filled(size, CanvasOptions::default().colors.quiet);
    let mut top = 0;
    for (line, height) in tiles.chunks(TILES_A_LINE).zip(heights) {
        for (column, tile) in line.iter().enumerate() {
            for y in 0..height - GAP {
                let start = (top + y) * size[0] + column * width;
                let pixels = &mut sheet.pixels[start..start + width - GAP];
                match tile.pixels.chunks_exact(tile.size[0]).nth(y) {
                    Some(row) => pixels.copy_from_slice(row),
                    None => pixels.fill(CanvasOptions::default().colors.background),
                }
            }
        }
        top += height;
    }
    sheet
}
