//! Lets egui_kittest take pictures with the program's own rasteriser: no graphics processor, no
//! driver, the same bytes on every machine.

use egui_kittest::TestRenderer;
use image::RgbaImage;
use sorot::gui::soft::{Textures, rasterise};

/// For `Harness::builder().renderer(SoftRenderer::default())`.
#[derive(Default)]
pub(crate) struct SoftRenderer {
    textures: Textures,
}

impl TestRenderer for SoftRenderer {
    fn handle_delta(&mut self, delta: &mut egui::TexturesDelta) {
        self.textures.update(delta);
    }

    fn render(&mut self, ctx: &egui::Context, output: &egui::FullOutput) -> Result<RgbaImage, String> {
        let size = ctx.content_rect().size() * output.pixels_per_point;
        let size_px = [size.x.round() as usize, size.y.round() as usize];
        let primitives = ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
        let background = ctx.global_style().visuals.panel_fill.to_opaque();
        let picture = rasterise(&primitives, &self.textures, output.pixels_per_point, size_px, background);
        let bytes = picture.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
        RgbaImage::from_raw(size_px[0] as u32, size_px[1] as u32, bytes).ok_or_else(|| "too small".to_owned())
    }
}
