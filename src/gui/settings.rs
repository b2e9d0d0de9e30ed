//! What the user would miss after a restart.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Which theme is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ThemeChoice {
    /// The system's.
    #[default]
    System,
    /// Black on white.
    Light,
    /// White on black.
    Dark,
}

/// What the user would miss after a restart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The name the person annotates under; nothing before it was asked for or changed.
    pub annotator: Option<String>,
    /// The theme.
    pub theme: ThemeChoice,
    /// Size of the article's text as a multiple of the usual one.
    pub zoom: f32,
    /// Distance of the article's lines as a multiple of the font's own.
    pub line_spacing: f32,
    /// Width of the article's column in points at zoom 1.
    pub column: f32,
    /// True for underlines without tags.
    pub is_compact: bool,
    /// True to show invisible characters.
    pub show_invisibles: bool,
    /// True to show all relations.
    pub show_all_arcs: bool,
    /// True to show the list of articles.
    pub show_articles: bool,
    /// True to show the outline.
    pub show_outline: bool,
    /// True to show the inspector.
    pub show_inspector: bool,
    /// Width of the list of articles in points.
    pub articles_width: f32,
    /// Width of the inspector in points.
    pub inspector_width: f32,
    /// True until the line of the first start was dismissed.
    pub show_hint: bool,
    /// Width and height of the window in points.
    pub window: Option<(f32, f32)>,
    /// Project folders and articles that were open, newest first.
    pub recent: Vec<PathBuf>,
    /// The article that was last open, and how far it was scrolled, in code points.
    pub place: Option<LastPlace>,
}

/// Where one was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastPlace {
    /// The project folder.
    pub project: PathBuf,
    /// The article's path in it.
    pub article: String,
    /// The first character in view, in bytes from the start of the text.
    pub byte: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            annotator: None,
            theme: ThemeChoice::System,
            zoom: 1.0,
            line_spacing: 1.15,
            column: crate::gui::theme::COLUMN,
            is_compact: false,
            show_invisibles: false,
            show_all_arcs: false,
            show_articles: true,
            show_outline: false,
            show_inspector: true,
            articles_width: crate::gui::theme::ARTICLES_WIDTH,
            inspector_width: crate::gui::theme::INSPECTOR_WIDTH,
            show_hint: true,
            window: None,
            recent: Vec::new(),
            place: None,
        }
    }
}

/// Zoom steps, as multiples of the usual size.
pub const ZOOMS: [f32; 13] = [0.5, 0.6, 0.75, 0.85, 1.0, 1.15, 1.3, 1.5, 1.75, 2.0, 2.5, 3.0, 4.0];

impl Settings {
    /// Reads settings; those that cannot be read are as at the first start, for a broken settings
    /// file must not keep anybody from their work.
    pub fn load(path: &Path) -> Settings {
        let settings = std::fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        let mut settings: Settings = settings.unwrap_or_default();
        settings.zoom =
            if settings.zoom.is_finite() { settings.zoom.clamp(ZOOMS[0], ZOOMS[12]) } else { 1.0 };
        let usual = Settings::default();
        let (least, most) = LINE_SPACINGS.into_inner();
        settings.line_spacing = finite_in(settings.line_spacing, least, most, usual.line_spacing);
        settings.articles_width =
            finite_in(settings.articles_width, 100.0, 2000.0, Settings::default().articles_width);
        settings.inspector_width =
            finite_in(settings.inspector_width, 100.0, 2000.0, Settings::default().inspector_width);
        let (least, most) = COLUMNS.into_inner();
        settings.column = finite_in(settings.column, least, most, usual.column);
        settings
    }

    /// Writes settings, complete or not at all.
    ///
    /// # Errors
    /// If the folder or file cannot be written.
    pub fn save(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder)?;
        let file = tempfile::Builder::new().prefix(".sorot-tmp-").tempfile_in(folder)?;
        serde_json::to_writer_pretty(&file, self)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Puts a path at the front of the recent ones.
    pub fn remember(&mut self, path: PathBuf) {
        self.recent.retain(|it| *it != path);
        self.recent.insert(0, path);
        self.recent.truncate(10);
    }

    /// The next zoom step in a direction; with 0 the usual size.
    pub fn zoom_by(&mut self, steps: i8) {
        self.zoom = match steps.signum() {
            1 => ZOOMS.into_iter().find(|it| *it > self.zoom + 0.01).unwrap_or(ZOOMS[12]),
            -1 => ZOOMS.into_iter().rev().find(|it| *it < self.zoom - 0.01).unwrap_or(ZOOMS[0]),
            _ => 1.0,
        };
    }

    /// The next line spacing in a direction; with 0 the usual one.
    pub fn space_by(&mut self, steps: i8) {
        let usual = Settings::default().line_spacing;
        self.line_spacing = step(self.line_spacing, steps, 0.1, LINE_SPACINGS, usual);
    }

    /// The next width of the column in a direction; with 0 the usual one.
    pub fn widen_by(&mut self, steps: i8) {
        self.column = step(self.column, steps, 60.0, COLUMNS, Settings::default().column);
    }
}

/// Line spacings that can be chosen.
pub const LINE_SPACINGS: std::ops::RangeInclusive<f32> = 1.0..=2.5;

/// Widths of the column that can be chosen, in points at zoom 1.
pub const COLUMNS: std::ops::RangeInclusive<f32> = 240.0..=2400.0;

/// A step further in a direction; with 0 the usual value.
fn step(value: f32, steps: i8, by: f32, range: std::ops::RangeInclusive<f32>, usual: f32) -> f32 {
    if steps == 0 {
        return usual;
    }
    (value + by * f32::from(steps.signum())).clamp(*range.start(), *range.end())
}

fn finite_in(value: f32, low: f32, high: f32, usual: f32) -> f32 {
    if value.is_finite() { value.clamp(low, high) } else { usual }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_come_back_and_broken_ones_do_no_harm() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a/settings.json");
        let mut settings = Settings { zoom: 1.3, annotator: Some("Rina".to_owned()), ..Settings::default() };
        settings.remember("/p".into());
        settings.save(&path).unwrap();
        assert_eq!(Settings::load(&path), settings);
        std::fs::write(&path, "{\"zoom\": ").unwrap();
        assert_eq!(Settings::load(&path), Settings::default());
        std::fs::write(&path, "{\"zoom\": 1e9, \"new_key\": 1}").unwrap();
        assert_eq!(Settings::load(&path).zoom, 4.0);
    }

    #[test]
    fn spacing_and_width_walk_within_their_bounds() {
        let mut settings = Settings::default();
        settings.space_by(1);
        assert!((settings.line_spacing - 1.25).abs() < 1e-4, "{}", settings.line_spacing);
        settings.widen_by(-1);
        assert_eq!(settings.column, 660.0);
        for _ in 0..100 {
            settings.space_by(1);
            settings.widen_by(-1);
        }
        assert_eq!((settings.line_spacing, settings.column), (2.5, 240.0));
        settings.space_by(0);
        settings.widen_by(0);
        assert_eq!(settings, Settings::default());
    }

    #[test]
    fn zoom_walks_its_steps() {
        let mut settings = Settings::default();
        settings.zoom_by(1);
        assert_eq!(settings.zoom, 1.15);
        settings.zoom_by(-1);
        settings.zoom_by(-1);
        assert_eq!(settings.zoom, 0.85);
        settings.zoom_by(0);
        assert_eq!(settings.zoom, 1.0);
    }
}
