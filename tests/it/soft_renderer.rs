//! Lets egui_kittest take pictures with the program's own rasteriser: no graphics processor, no
//! driver, the same bytes on every machine.

use egui_kittest::kittest::Queryable as _;
use egui_kittest::{Harness, TestRenderer};
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

#[test]
fn kittest_draws_with_the_rasteriser() {
    let ui = |ui: &mut egui::Ui, clicks: &mut u32| {
        if ui.button("Label").clicked() {
            *clicks += 1;
        }
        ui.label(clicks.to_string());
    };
    let builder = Harness::builder().with_size([120.0, 60.0]).renderer(SoftRenderer::default());
    let mut harness = builder.build_ui_state(ui, 0);
    let before = harness.render().expect("the rasteriser draws without a display");
    harness.get_by_label("Label").click();
    harness.run();
    let after = harness.render().expect("the rasteriser draws without a display");
    assert_eq!(*harness.state(), 1);
    assert_eq!(before.dimensions(), (120, 60));
    assert_ne!(before, after, "the count is drawn");
}
