//! Glyphs as pictures in a texture.
//!
//! Invariants:
//! - Within a pass of egui (from [`Atlas::begin`] to the next pass) what was painted keeps its
//!   place: only shelves of pictures that this pass did not use are given to others. The texture is
//!   emptied, and grown, between passes only.
//! - A picture that finds no room is left out of one pass; the pass is then asked to be run again
//!   with a larger or emptied texture, before anything reaches the screen.
//! - The texture grows with what one screen shows, not with what was ever shown.

use std::collections::{BTreeMap, HashMap};

use egui::epaint::FontColorTransferFunction;
use egui::{
    Color32, ColorImage, Mesh, Pos2, Rect, Shape, TextureHandle, TextureId, TextureOptions, pos2, vec2,
};

use crate::gui::canvas::fonts::Fonts;
use crate::gui::canvas::glyphs::{GlyphKey, Row, split_pixel};
use crate::gui::canvas::letterforms::{Drawn, Letterforms};
use crate::gui::canvas::paint::Pen;

/// Where a glyph's picture lies in the texture, and where it goes on screen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AtlasGlyph {
    /// The picture's place in the texture, 0 to 1.
    pub uv: Rect,
    /// The picture's size in pixels.
    pub size_px: [f32; 2],
    /// From the pen position (rounded down to a pixel) to the picture's left upper corner, in
    /// pixels, y down.
    pub offset_px: [f32; 2],
    /// True for a picture with colours of its own (emoji), which text colour must not tint.
    pub is_color: bool,
}

#[derive(Clone, Copy)]
struct Placed {
    glyph: AtlasGlyph,
    shelf: usize,
}

/// The texture and the table of what is in it.
pub struct Atlas {
    letterforms: Letterforms,
    /// Nothing for glyphs without ink.
    glyphs: HashMap<GlyphKey, Option<Placed>>,
    image: ColorImage,
    texture: Option<TextureHandle>,
    shelves: Shelves,
    /// What was drawn and not yet handed to egui, by the top of its shelf.
    dirty: BTreeMap<usize, Area>,
    pass: Option<u64>,
    /// The pass before.
    last_pass: u64,
    transfer: FontColorTransferFunction,
    largest_side: usize,
    /// True if a picture found no room in this pass.
    is_full: bool,
    /// True if the texture was emptied for this pass because it was full in the one before.
    is_fresh: bool,
}

const FIRST_SIDE: usize = 1024;
const LARGEST_SIDE: usize = 4096;

/// Pictures lie this many pixels apart, so that rounding never reaches into a neighbour.
const GAP: usize = 1;

/// Quads are cut to whole pixels, so that filtering could only blur.
const TEXTURE_OPTIONS: TextureOptions = TextureOptions::NEAREST;

impl Atlas {
    /// An empty atlas of glyphs from these fonts, which must be those that shaped the rows.
    pub fn new(fonts: &Fonts) -> Atlas {
        Atlas {
            letterforms: Letterforms::new(fonts),
            glyphs: HashMap::new(),
            image: blank(FIRST_SIDE),
            texture: None,
            shelves: Shelves::new(FIRST_SIDE),
            dirty: BTreeMap::new(),
            pass: None,
            last_pass: 0,
            transfer: FontColorTransferFunction::Off,
            largest_side: FIRST_SIDE,
            is_full: false,
            is_fresh: false,
        }
    }

    /// The fonts that its glyphs are from.
    pub fn fonts(&self) -> &Fonts {
        self.letterforms.fonts()
    }

    /// Starts a pass: call before the first painting in it. Further calls in the same pass do
    /// nothing, so that several canvases can share one atlas.
    pub fn begin(&mut self, context: &egui::Context) {
        let pass = context.cumulative_pass_nr();
        if self.pass == Some(pass) && self.texture.is_some() {
            return;
        }
        self.last_pass = self.pass.replace(pass).unwrap_or_default();
        let transfer = context.global_style().visuals.text_options.color_transfer_function;
        self.largest_side = context.input(|input| input.max_texture_side).clamp(FIRST_SIDE, LARGEST_SIDE);
        self.is_fresh = self.is_full;
        if self.is_full || transfer != self.transfer {
            let side = self.image.size[0];
            self.transfer = transfer;
            let is_crowded = self.is_full && self.shelves.used_share(self.last_pass) > 0.5;
            self.clear(if is_crowded { (side * 2).min(self.largest_side) } else { side });
        }
        if self.texture.is_none() {
            let name = "article glyphs";
            self.texture = Some(context.load_texture(name, self.image.clone(), TEXTURE_OPTIONS));
            self.dirty.clear();
        }
    }

    /// The picture of a glyph, drawn now if it is new. Nothing for glyphs without ink, such as
    /// spaces.
    pub fn glyph(&mut self, key: GlyphKey) -> Option<AtlasGlyph> {
        let pass = self.pass.unwrap_or_default();
        if let Some(known) = self.glyphs.get(&key) {
            return known.map(|placed| {
                self.shelves.touch(placed.shelf, pass);
                placed.glyph
            });
        }
        let drawn =
            self.letterforms.draw(key, self.transfer).filter(|drawn| drawn.size.iter().all(|&side| side > 0));
        let Some(drawn) = drawn else {
            self.glyphs.insert(key, None);
            return None;
        };
        let side = self.image.size[0];
        let Some(place) = self.shelves.place(drawn.size, pass) else {
            if drawn.size.iter().any(|&length| length + GAP > self.largest_side) {
                self.glyphs.insert(key, None);
            } else {
                self.is_full = true;
            }
            return None;
        };
        for gone in self.shelves.keep(place.shelf, key) {
            self.glyphs.remove(&gone);
        }
        self.copy(&drawn, place.corner);
        let unit = 1.0 / side as f32;
        let min = pos2(place.corner[0] as f32, place.corner[1] as f32);
        let size = vec2(drawn.size[0] as f32, drawn.size[1] as f32);
        let glyph = AtlasGlyph {
            uv: Rect::from_min_size(min * unit, size * unit),
            size_px: size.into(),
            offset_px: drawn.offset,
            is_color: drawn.is_color,
        };
        self.glyphs.insert(key, Some(Placed { glyph, shelf: place.shelf }));
        Some(glyph)
    }

    /// The texture that the quads of [`Atlas::paint_row`] are cut from, for [`Mesh::texture_id`].
    /// Known after [`Atlas::begin`].
    pub fn texture_id(&self) -> TextureId {
        self.texture.as_ref().map_or_else(TextureId::default, TextureHandle::id)
    }

    /// Hands what was drawn since the last call to egui. Call in each pass after the last painting.
    pub fn flush(&mut self, context: &egui::Context) {
        let dirty = std::mem::take(&mut self.dirty);
        if let Some(texture) = &mut self.texture {
            for area in dirty.into_values() {
                texture.set_partial(area.min, cut_out(&self.image, area), TEXTURE_OPTIONS);
            }
        }
        // What does not fit into a fresh texture of the largest size would not fit the next time
        // either: asking again would be asking for ever.
        let can_help = !self.is_fresh || self.image.size[0] < self.largest_side;
        if self.is_full && can_help {
            context.request_discard("the article's glyph texture is full");
            context.request_repaint();
        }
    }

    /// Appends the glyphs of `row` to `mesh`, whose texture must be [`Atlas::texture_id`], with the
    /// row's left end of the baseline at `origin` (points). The origin is rounded to whole pixels.
    pub fn paint_row(
        &mut self,
        mesh: &mut Mesh,
        row: &Row,
        origin: Pos2,
        pixels_per_point: f32,
        color: Color32,
    ) {
        let origin = (origin.to_vec2() * pixels_per_point).round();
        for glyph in &row.glyphs {
            let Some(picture) = self.glyph(glyph.id) else { continue };
            let x = origin.x + split_pixel(glyph.x * pixels_per_point).0 + picture.offset_px[0];
            let y = origin.y + (glyph.y * pixels_per_point).round() + picture.offset_px[1];
            let min = pos2(x, y) / pixels_per_point;
            let rect =
                Rect::from_min_size(min, vec2(picture.size_px[0], picture.size_px[1]) / pixels_per_point);
            let tint = if picture.is_color { Color32::from_white_alpha(color.a()) } else { color };
            mesh.add_rect_with_uv(rect, picture.uv, tint);
        }
    }

    fn clear(&mut self, side: usize) {
        self.glyphs.clear();
        self.image = blank(side);
        self.shelves = Shelves::new(side);
        self.is_full = false;
        self.dirty.clear();
        if let Some(texture) = &mut self.texture {
            texture.set(self.image.clone(), TEXTURE_OPTIONS);
        }
    }

    fn copy(&mut self, drawn: &Drawn, place: [usize; 2]) {
        let stride = self.image.size[0];
        for (y, line) in drawn.pixels.chunks_exact(drawn.size[0]).enumerate() {
            let start = (place[1] + y) * stride + place[0];
            self.image.pixels[start..start + line.len()].copy_from_slice(line);
        }
        let area = Area { min: place, max: [place[0] + drawn.size[0], place[1] + drawn.size[1]] };
        self.dirty.entry(place[1]).and_modify(|dirty| *dirty = dirty.union(area)).or_insert(area);
    }
}

/// Writes letters from an atlas, as quads of its texture.
pub(super) struct AtlasPen<'a> {
    /// Where the glyphs are.
    pub(super) atlas: &'a mut Atlas,
    /// Pixels of the screen in a point.
    pub(super) pixels_per_point: f32,
    /// What is written and not yet painted.
    pub(super) mesh: Mesh,
}

impl Pen for AtlasPen<'_> {
    fn write(&mut self, row: &Row, _says: &str, origin: Pos2, color: Color32) {
        self.atlas.paint_row(&mut self.mesh, row, origin, self.pixels_per_point, color);
    }

    fn shape(&mut self) -> Shape {
        let mut mesh = std::mem::take(&mut self.mesh);
        mesh.texture_id = self.atlas.texture_id();
        Shape::mesh(mesh)
    }
}

fn blank(side: usize) -> ColorImage {
    ColorImage::filled([side, side], Color32::TRANSPARENT)
}

/// A part of the texture, in pixels; `max` lies outside.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Area {
    min: [usize; 2],
    max: [usize; 2],
}

impl Area {
    fn union(self, other: Area) -> Area {
        Area {
            min: [self.min[0].min(other.min[0]), self.min[1].min(other.min[1])],
            max: [self.max[0].max(other.max[0]), self.max[1].max(other.max[1])],
        }
    }
}

fn cut_out(image: &ColorImage, area: Area) -> ColorImage {
    let size = [area.max[0] - area.min[0], area.max[1] - area.min[1]];
    let lines = image.pixels.chunks_exact(image.size[0]).take(area.max[1]).skip(area.min[1]);
    let pixels = lines.flat_map(|line| line[area.min[0]..area.max[0]].iter().copied()).collect();
    ColorImage::new(size, pixels)
}

/// Rows of pictures of about the same height.
struct Shelves {
    side: usize,
    shelves: Vec<Shelf>,
    /// Where the next shelf starts.
    bottom: usize,
}

struct Shelf {
    top: usize,
    height: usize,
    end: usize,
    /// The last pass that showed one of its pictures.
    used: u64,
    /// Whose pictures stand there.
    keys: Vec<GlyphKey>,
    /// Whose pictures stood there before it was given to others.
    gone: Vec<GlyphKey>,
}

/// Room for a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Place {
    shelf: usize,
    /// Its left upper corner.
    corner: [usize; 2],
}

impl Shelves {
    fn new(side: usize) -> Shelves {
        Shelves { side, shelves: vec![], bottom: 0 }
    }

    /// Room for a picture, if need be that of pictures which `pass` did not use; nothing if there
    /// is none.
    fn place(&mut self, size: [usize; 2], pass: u64) -> Option<Place> {
        let (width, height) = (size[0] + GAP, size[1] + GAP);
        if width > self.side {
            return None;
        }
        let side = self.side;
        let has_room = |shelf: &Shelf| shelf.end + width <= side && height <= shelf.height;
        let is_apt = |shelf: &Shelf| height <= shelf.height && shelf.height <= height + height / 4 + 2;
        if let Some(found) = self.shelves.iter().position(|it| has_room(it) && is_apt(it)) {
            return Some(self.take(found, width, pass));
        }
        if self.bottom + height <= self.side {
            let top = self.bottom;
            self.bottom += height;
            self.shelves.push(Shelf { top, height, end: 0, used: pass, keys: vec![], gone: vec![] });
            return Some(self.take(self.shelves.len() - 1, width, pass));
        }
        let stale = self.shelves.iter().enumerate().filter(|(_, it)| it.used != pass && is_apt(it));
        if let Some((found, _)) = stale.min_by_key(|(_, it)| it.used) {
            let shelf = &mut self.shelves[found];
            shelf.end = 0;
            shelf.gone.append(&mut shelf.keys);
            return Some(self.take(found, width, pass));
        }
        let found = self.shelves.iter().position(has_room)?;
        Some(self.take(found, width, pass))
    }

    fn take(&mut self, shelf: usize, width: usize, pass: u64) -> Place {
        let it = &mut self.shelves[shelf];
        let corner = [it.end, it.top];
        it.end += width;
        it.used = pass;
        Place { shelf, corner }
    }

    /// Notes whose picture was put on a shelf, and tells whose had to go for it.
    fn keep(&mut self, shelf: usize, key: GlyphKey) -> Vec<GlyphKey> {
        let shelf = &mut self.shelves[shelf];
        shelf.keys.push(key);
        std::mem::take(&mut shelf.gone)
    }

    fn touch(&mut self, shelf: usize, pass: u64) {
        if let Some(shelf) = self.shelves.get_mut(shelf) {
            shelf.used = pass;
        }
    }

    /// How much of the height belongs to shelves that a pass used, from 0 to 1.
    fn used_share(&self, pass: u64) -> f32 {
        let used = self.shelves.iter().filter(|shelf| shelf.used == pass);
        used.map(|shelf| shelf.height).sum::<usize>() as f32 / self.side as f32
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use egui::{Color32, Mesh, Pos2, RawInput, ViewportId, pos2};

    use crate::gui::canvas::atlas::{Atlas, FIRST_SIDE, Place, Shelves};
    use crate::gui::canvas::fonts::Fonts;
    use crate::gui::canvas::glyphs::{Glyph, GlyphKey, Picture, Row, TextStyle};
    use crate::gui::canvas::shape::Shaper;

    fn row(fonts: &Fonts, text: &str, size: f32) -> Row {
        let mut shaper = Shaper::new(fonts.clone());
        let mut shaped = shaper.shape(text, TextStyle { size, pixels_per_point: 1.0 });
        shaper.rows(&mut shaped, f32::INFINITY).remove(0)
    }

    struct Painted {
        mesh: Mesh,
        /// What was sent to the atlas' texture: true for the whole of it.
        uploads: Vec<bool>,
        n_pixels: usize,
        repaint_delay: Duration,
    }

    /// Paints the rows in a frame of its own.
    fn paint(context: &egui::Context, atlas: &mut Atlas, rows: &[Row]) -> Painted {
        let mut mesh = Mesh::default();
        let mut output = context.run_ui(RawInput::default(), |ui| {
            atlas.begin(ui.ctx());
            mesh = Mesh::with_texture(atlas.texture_id());
            for row in rows {
                atlas.paint_row(&mut mesh, row, pos2(10.3, 20.6), 1.0, Color32::BLACK);
            }
            atlas.flush(ui.ctx());
        });
        let deltas = output.textures_delta.set.get(&atlas.texture_id());
        let n_pixels = deltas.into_iter().flatten().map(|it| it.image.width() * it.image.height()).sum();
        let uploads = deltas.into_iter().flatten().map(|delta| delta.is_whole()).collect();
        output.textures_delta.clear();
        Painted {
            mesh,
            uploads,
            n_pixels,
            repaint_delay: output.viewport_output[&ViewportId::ROOT].repaint_delay,
        }
    }

    #[test]
    fn quads_lie_on_whole_pixels_and_spaces_have_none() {
        let fonts = Fonts::for_tests();
        let mut atlas = Atlas::new(&fonts);
        let mesh = paint(&egui::Context::default(), &mut atlas, &[row(&fonts, "a b \u{301}é", 15.3)]).mesh;
        assert!(mesh.is_valid());
        assert!((12..=16).contains(&mesh.vertices.len()), "{}", mesh.vertices.len());
        let is_whole = |pos: Pos2| pos.x.fract() == 0.0 && pos.y.fract() == 0.0;
        assert!(mesh.vertices.iter().all(|vertex| is_whole(vertex.pos) && vertex.color == Color32::BLACK));
    }

    #[test]
    fn emoji_keep_their_colours() {
        let fonts = Fonts::for_tests();
        let mut atlas = Atlas::new(&fonts);
        let mesh = paint(&egui::Context::default(), &mut atlas, &[row(&fonts, "👍", 16.0)]).mesh;
        assert_eq!(mesh.vertices.len(), 4);
        assert_eq!(mesh.vertices[0].color, Color32::WHITE);
        let size = mesh.vertices[3].pos - mesh.vertices[0].pos;
        assert!(size.x > 10.0 && size.x < 30.0, "scaled to the text: {size}");
        assert!(atlas.image.pixels.iter().any(|pixel| pixel.r() > pixel.b()));
    }

    #[test]
    fn each_glyph_is_drawn_once_and_only_new_ones_are_uploaded() {
        let fonts = Fonts::for_tests();
        let (mut atlas, context) = (Atlas::new(&fonts), egui::Context::default());
        let rows = [row(&fonts, "aaaa", 16.0)];
        assert_eq!(paint(&context, &mut atlas, &rows).uploads, [true, false]);
        let n = atlas.glyphs.len();
        assert!(paint(&context, &mut atlas, &rows).uploads.is_empty());
        assert_eq!(atlas.glyphs.len(), n);
        assert_eq!(paint(&context, &mut atlas, &[row(&fonts, "b", 16.0)]).uploads, [false]);
    }

    #[test]
    fn a_full_texture_grows_before_the_frame_is_shown() {
        let fonts = Fonts::for_tests();
        let (mut atlas, context) = (Atlas::new(&fonts), egui::Context::default());
        let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let rows: Vec<Row> = (0..5).map(|i| row(&fonts, letters, 120.0 + i as f32)).collect();
        let painted = paint(&context, &mut atlas, &rows);
        assert!(atlas.image.size[0] > FIRST_SIDE);
        assert_eq!(painted.mesh.vertices.len(), 4 * 5 * letters.len(), "nothing is left out");
        assert!(!atlas.is_full);
        let whole = painted.uploads.iter().position(|&is_whole| is_whole);
        assert_eq!(whole, Some(0), "the frame starts from the grown texture");
    }

    #[test]
    fn what_can_never_fit_does_not_ask_for_ever() {
        let fonts = Fonts::for_tests();
        let (mut atlas, context) = (Atlas::new(&fonts), egui::Context::default());
        let letters: String = ('!'..='~').collect();
        let rows: Vec<Row> = (0..12).map(|i| row(&fonts, &letters, 330.0 + i as f32)).collect();
        for _ in 0..6 {
            paint(&context, &mut atlas, &rows);
        }
        let painted = paint(&context, &mut atlas, &rows);
        assert!(atlas.is_full);
        assert!(painted.repaint_delay > Duration::ZERO);
        let mesh = paint(&context, &mut atlas, &[row(&fonts, "later", 16.0)]).mesh;
        assert_eq!(mesh.vertices.len(), 20, "the next screen has room again");
    }

    /// Thirty thousand glyphs that are never seen again, as in a long Chinese text: no frame lacks
    /// any, the texture stays as large as what one screen needs, and each is uploaded about once.
    #[test]
    fn a_long_walk_through_new_glyphs_keeps_every_glyph_of_every_frame() {
        let fonts = Fonts::for_tests();
        let (mut atlas, context) = (Atlas::new(&fonts), egui::Context::default());
        let glyph = |i: usize| {
            let picture = Picture::CodePoint { character: 'A', width: (10 + i % 7) as u16 };
            // No font of the tests has so many: sizes that differ by less than a pixel stand in.
            GlyphKey { picture, size: (30 * 64 + i / 7 % 64) as u32, subpixel: (i / 448) as u8 }
        };
        let per_frame = 300;
        let mut n_uploaded = 0;
        for frame in 0..100 {
            let glyphs = (0..per_frame).map(|i| Glyph { id: glyph(frame * per_frame + i), x: 0.0, y: 0.0 });
            let row = Row { glyphs: glyphs.collect(), ..Row::default() };
            let painted = paint(&context, &mut atlas, &[row]);
            assert_eq!(painted.mesh.vertices.len(), 4 * per_frame, "frame {frame} lacks none");
            assert!(!atlas.is_full);
            let quads = painted.mesh.vertices.chunks(4).map(|quad| quad[0].uv);
            let mut corners: Vec<[u32; 2]> = quads.map(|uv| [uv.x.to_bits(), uv.y.to_bits()]).collect();
            corners.sort_unstable();
            corners.dedup();
            assert_eq!(corners.len(), per_frame, "each has a place of its own in frame {frame}");
            n_uploaded += painted.n_pixels;
        }
        assert_eq!(atlas.image.size, [FIRST_SIDE; 2]);
        assert!(atlas.glyphs.len() < 3000, "{} are kept", atlas.glyphs.len());
        assert!(n_uploaded < 40 << 20, "{n_uploaded} pixels");
    }

    #[test]
    fn shelves_never_overlap() {
        let mut shelves = Shelves::new(200);
        let mut taken = vec![vec![false; 200]; 200];
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..400 {
            let size = [random.usize(1..40), random.usize(1..40)];
            let Some(Place { corner: [x, y], .. }) = shelves.place(size, 1) else { continue };
            for line in &mut taken[y..y + size[1]] {
                for pixel in &mut line[x..x + size[0]] {
                    assert!(!*pixel);
                    *pixel = true;
                }
            }
        }
    }
}
