//! The drawn article: our own text view, because a tool for linguists cannot show a text in the
//! wrong order, drop a combining mark or lose its place.
//!
//! [`CanvasView`] draws a [`Scene`] and answers with [`CanvasEvent`]s; it changes nothing and knows
//! neither session nor project.
//!
//! Invariants:
//! - The text is cut into blocks (`blocks`); only blocks near the window are laid out.
//! - The place of the window is a position in the text and a distance from its row, never a
//!   distance from the start of the article, so correcting the height of something above cannot
//!   move what is read.
//! - Geometry (`blocks`, `heights`, `marks`, `relations`, `lanes`, `rows`, `layout`, `links`) knows no `Ui`;
//!   painting, input and the accessibility tree only read it.
//! - Nothing here repaints by itself, but for the frames after an event that lay out what one may
//!   scroll to next: then the window sleeps.

mod access;
pub mod atlas;
mod blocks;
mod check;
pub mod fonts;
mod found;
mod frame;
pub mod glyphs;
mod graphemes;
mod heights;
mod input;
mod invisibles;
mod lanes;
mod layout;
mod layouts;
mod letterforms;
mod links;
mod marks;
mod overview;
mod paint;
pub mod passage;
mod relations;
mod rows;
mod scene;
mod scroll_bar;
pub mod shape;
pub mod stand_ins;
mod underline;
mod view;

pub use marks::{Fragment, Marks};
pub use relations::{Link, Links};
pub use scene::{
    Affinity, Align, CanvasColors, CanvasEvent, CanvasOptions, Caret, Density, Landmarks, Mark, MarkStyle,
    Move, Pattern, Scene, ScrollPosition,
};
pub use view::CanvasView;
