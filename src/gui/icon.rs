//! The picture that stands for the window in a task bar: lines of text, one of them in a beam of
//! light.

use egui::{Color32, IconData, Pos2, Rect, pos2, vec2};

/// Side in pixels; systems scale it down.
const SIDE: u32 = 64;
const PAPER: Color32 = Color32::from_rgb(0xfd, 0xfd, 0xfc);
const LETTERS: Color32 = Color32::from_rgb(0x5a, 0x60, 0x68);
const BEAM: Color32 = Color32::from_rgb(0xff, 0xd2, 0x4a);
const UNDERLINE: Color32 = Color32::from_rgb(0xd5, 0x5e, 0x00);

/// The icon.
pub(super) fn icon() -> IconData {
    let pixels = (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| pixel(pos2(x as f32 + 0.5, y as f32 + 0.5))));
    let rgba = pixels.flat_map(|color| color.to_srgba_unmultiplied()).collect();
    IconData { rgba, width: SIDE, height: SIDE }
}

fn pixel(at: Pos2) -> Color32 {
    let bar = |left: f32, top: f32, width: f32, height: f32| {
        Rect::from_min_size(pos2(left, top), vec2(width, height)).contains(at)
    };
    let side = SIDE as f32;
    let sheet = Rect::from_min_size(Pos2::ZERO, vec2(side, side));
    // The farther outside the inner square, the rounder the corner.
    let inner = sheet.shrink(12.0);
    if inner.distance_to_pos(at) > 12.0 {
        Color32::TRANSPARENT
    } else if bar(12.0, 13.0, 40.0, 5.0) || bar(16.0, 29.0, 30.0, 5.0) || bar(12.0, 49.0, 26.0, 5.0) {
        LETTERS
    } else if bar(11.0, 38.0, 40.0, 3.0) {
        UNDERLINE
    } else if bar(11.0, 25.0, 40.0, 13.0) {
        BEAM
    } else {
        PAPER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_icon_is_whole_and_its_corners_are_clear() {
        let icon = icon();
        assert_eq!(icon.rgba.len(), (icon.width * icon.height * 4) as usize);
        let alpha = |x: u32, y: u32| icon.rgba[((y * SIDE + x) * 4 + 3) as usize];
        assert_eq!([alpha(0, 0), alpha(SIDE - 1, SIDE - 1), alpha(SIDE / 2, SIDE / 2)], [0, 0, 255]);
    }
}
