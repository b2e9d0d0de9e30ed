//! What the canvas is given to draw, and what it answers.

use std::collections::BTreeSet;

use egui::Color32;

use crate::gui::canvas::{Links, Marks};
use crate::model::AnnotationId;
use crate::text::{Offset, Range, Side, Span, Text, Unit};

/// Everything one frame of the canvas shows. Marks are named by their number in [`Scene::marks`];
/// a number without a mark is ignored.
#[derive(Clone, Copy, Debug)]
pub struct Scene<'a> {
    /// The article.
    pub text: &'a Text,
    /// Its annotations.
    pub marks: &'a Marks,
    /// How the marks of each label look.
    pub styles: &'a [MarkStyle],
    /// Relations between them.
    pub links: &'a Links,
    /// Those that should be tied to another and are not: quotes without speaker.
    pub untied: &'a BTreeSet<AnnotationId>,
    /// The mark that is worked on.
    pub selected: Option<usize>,
    /// Marks offered as the other end of a relation, likeliest first; they carry numbers from 1.
    pub candidates: &'a [usize],
    /// The selected text: the current range and fragments collected before it.
    pub selection: &'a [Range],
    /// Where the keyboard stands.
    pub caret: Option<Caret>,
    /// What is pointed out beside the marks.
    pub landmarks: Landmarks<'a>,
    /// How all of it looks.
    pub options: &'a CanvasOptions,
}

/// Places that are pointed out beside the marks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Landmarks<'a> {
    /// What a search found, in order and without overlap.
    pub found: &'a [Range],
    /// Differs whenever [`Landmarks::found`] does.
    pub found_version: u64,
    /// The number of the match that is selected.
    pub current: Option<usize>,
    /// Where problems lie.
    pub problems: &'a [Offset],
    /// The only label whose marks the overview shows in full, by its look in [`Scene::styles`].
    pub only: Option<usize>,
}

/// An annotation as the canvas draws it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The annotation.
    pub id: AnnotationId,
    /// What it covers.
    pub span: Span,
    /// Place of its label's look in [`Scene::styles`].
    pub style: usize,
    /// The label's name, as the tag shows it.
    pub label: String,
    /// 0 for what is worked on. Others' marks lie in lanes of their own below it, in this order, and
    /// without a tint.
    pub lane: usize,
}

impl Mark {
    /// What a screen reader says: `speaker: Menteri pertahanan`. Long text is cut.
    pub fn name(&self, text: &Text) -> String {
        format!("{}: {}", self.label, text.excerpt(&self.span, 120))
    }
}

/// How the marks of one label look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MarkStyle {
    /// Colour of underline, tag and tint.
    pub color: Color32,
    /// Colour of letters on [`MarkStyle::color`].
    pub on_color: Color32,
    /// The underline, so that colour is never the only sign.
    pub pattern: Pattern,
    /// Stands in a tag too small for the label's name.
    pub letter: char,
}

/// The shape of an underline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// ────
    Solid,
    /// ═══
    Double,
    /// ╌╌╌
    Dashed,
    /// ····
    Dotted,
    /// ∿∿∿
    Wavy,
    /// ─·─·
    DashDot,
}

impl Pattern {
    /// All of them, the most easily told apart first.
    pub const ALL: [Pattern; 6] =
        [Pattern::Solid, Pattern::Double, Pattern::Dashed, Pattern::Dotted, Pattern::Wavy, Pattern::DashDot];
}

/// A place between two characters, and the one of them it belongs to where they stand apart: at
/// the end of a row, or where the writing direction changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Caret {
    /// The place in the text.
    pub offset: Offset,
    /// The side it stands on.
    pub affinity: Affinity,
}

impl Caret {
    /// A caret before the character that follows `offset`, which is where a caret is by default.
    pub fn new(offset: Offset) -> Caret {
        Caret { offset, affinity: Affinity::Downstream }
    }
}

/// The character a caret belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Affinity {
    /// The one before it.
    Upstream,
    /// The one after it.
    #[default]
    Downstream,
}

/// How the canvas looks.
#[derive(Clone, Debug, PartialEq)]
pub struct CanvasOptions {
    /// Size of the text in points, zoom included.
    pub text_size: f32,
    /// Distance between base lines, as a multiple of the font's own.
    pub line_spacing: f32,
    /// Greatest width of a row in points, zoom included.
    pub column: f32,
    /// How much room marks take.
    pub density: Density,
    /// True to show spaces, line ends and characters that cannot be seen.
    pub show_invisibles: bool,
    /// True to draw every relation in view, not only those of the selected or hovered mark.
    pub show_all_links: bool,
    /// The theme's colours.
    pub colors: CanvasColors,
}

/// How much room marks take under a row.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Density {
    /// Underlines with label tags.
    #[default]
    Tags,
    /// Underlines alone.
    Compact,
}

/// Colours of the canvas; the theme fills them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanvasColors {
    /// Behind the text.
    pub background: Color32,
    /// The text.
    pub text: Color32,
    /// Line numbers, invisible characters, scroll bar.
    pub quiet: Color32,
    /// Behind selected text.
    pub selection: Color32,
    /// Behind text that was searched for.
    pub found: Color32,
    /// Places that somebody should look at.
    pub problem: Color32,
    /// The caret.
    pub caret: Color32,
    /// Ring around the canvas when keys go to it, and the numbers of candidates.
    pub accent: Color32,
    /// Letters on [`CanvasColors::accent`].
    pub on_accent: Color32,
    /// How much of a mark's colour lies behind its text, from 0 to 1.
    pub tint: f32,
    /// How much of that is left for each longer mark that lies there too, so that text can be read
    /// on any pile of them.
    pub tint_on_tint: f32,
}

impl CanvasColors {
    /// Black on white.
    pub const LIGHT: CanvasColors = CanvasColors {
        background: Color32::from_rgb(0xfd, 0xfd, 0xfc),
        text: Color32::from_rgb(0x1b, 0x1c, 0x1e),
        quiet: Color32::from_rgb(0x8c, 0x90, 0x96),
        selection: Color32::from_rgb(0xb9, 0xd4, 0xf8),
        found: Color32::from_rgb(0xff, 0xe2, 0x7a),
        problem: Color32::from_rgb(0xb0, 0x1e, 0x1e),
        caret: Color32::from_rgb(0x10, 0x12, 0x16),
        accent: Color32::from_rgb(0x1a, 0x62, 0xc4),
        on_accent: Color32::WHITE,
        tint: 0.20,
        tint_on_tint: 0.7,
    };

    /// How much of a mark's colour lies behind its text if `depth` longer marks lie there too; more
    /// if the mark is lit, being selected or pointed at.
    pub fn tint_at(&self, depth: usize, is_lit: bool) -> f32 {
        let light = if is_lit { 1.5 } else { 1.0 };
        self.tint * light * self.tint_on_tint.powi(depth.min(16) as i32)
    }

    /// White on black.
    pub const DARK: CanvasColors = CanvasColors {
        background: Color32::from_rgb(0x1b, 0x1d, 0x20),
        text: Color32::from_rgb(0xe8, 0xe9, 0xeb),
        quiet: Color32::from_rgb(0x7c, 0x82, 0x8b),
        selection: Color32::from_rgb(0x2c, 0x4a, 0x78),
        found: Color32::from_rgb(0x66, 0x52, 0x0c),
        problem: Color32::from_rgb(0xff, 0x8a, 0x80),
        caret: Color32::from_rgb(0xf6, 0xf7, 0xf8),
        accent: Color32::from_rgb(0x6a, 0xa9, 0xff),
        on_accent: Color32::from_rgb(0x0c, 0x14, 0x20),
        tint: 0.21,
        tint_on_tint: 0.5,
    };
}

impl Default for CanvasOptions {
    fn default() -> CanvasOptions {
        CanvasOptions {
            text_size: 17.0,
            line_spacing: 1.15,
            column: 720.0,
            density: Density::Tags,
            show_invisibles: false,
            show_all_links: false,
            colors: CanvasColors::LIGHT,
        }
    }
}

/// What a person asks of the canvas. The session decides what it means.
#[derive(Clone, Debug, PartialEq)]
pub enum CanvasEvent {
    /// The pointer selects text. It is sent for every step; the last has `is_done`.
    Drag {
        /// Where it began. With a unit from two clicks on, the range from anchor to head covers
        /// the characters under the pointer.
        anchor: Offset,
        /// Where it is.
        head: Offset,
        /// One click: word; two: word; three: sentence; four: paragraph.
        unit: Unit,
        /// True if the selection should not snap (Alt).
        is_exact: bool,
        /// True if this adds a fragment to the selection (Ctrl).
        is_additional: bool,
        /// True once the button is up.
        is_done: bool,
    },
    /// A click that did not move.
    Click {
        /// The nearest place between two characters.
        caret: Caret,
        /// The marks under the pointer, shortest first.
        marks: Vec<usize>,
        /// True if the selection should reach to here (Shift).
        is_extending: bool,
        /// True if this adds to the selection (Ctrl).
        is_additional: bool,
    },
    /// The context menu is asked for.
    Menu {
        /// The nearest place between two characters.
        caret: Caret,
        /// The marks under the pointer, shortest first.
        marks: Vec<usize>,
    },
    /// An edge of the selected mark is dragged. It is sent for every step; the last has `is_done`.
    ResizeEdge {
        /// The mark.
        mark: usize,
        /// Which of its fragments, from 0.
        fragment: usize,
        /// Which end of it.
        side: Side,
        /// Where the end is dragged to.
        to: Offset,
        /// True if it should not snap (Alt).
        is_exact: bool,
        /// True once the button is up.
        is_done: bool,
    },
    /// A key moves the caret by rows or pages, which only the canvas can measure.
    MoveCaret {
        /// Where to.
        to: Caret,
        /// True if the selection should reach to there (Shift).
        is_extending: bool,
    },
    /// A candidate's number is clicked: it becomes the other end of the relation.
    LinkTo(usize),
    /// The pointer rests on the text, underline or tag of a mark. It is sent for every frame.
    HoverMark {
        /// The shortest one there.
        mark: usize,
        /// Where its tag is, if the pointer rests on that.
        tag: Option<egui::Rect>,
    },
}

/// Where a place should come to stand in the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Align {
    /// Anywhere: nothing moves if it is in view, and else no more than it takes.
    Nearest,
    /// Nothing moves if it is in view; else at about a third from the top.
    Context,
    /// At about a third from the top.
    Center,
    /// At the top.
    Top,
}

/// A movement that depends on how the text is broken into rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// To the row above.
    RowUp,
    /// To the row below.
    RowDown,
    /// To the start of the row.
    RowStart,
    /// To the end of the row.
    RowEnd,
    /// One window up.
    PageUp,
    /// One window down.
    PageDown,
}

/// The place of the window over the article.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScrollPosition {
    /// A position in the row at the top of the window.
    pub offset: Offset,
    /// Points from the top of that row to the top of the window; below 0 if the row starts lower.
    pub points: f32,
}
