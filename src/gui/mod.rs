//! The window.
//!
//! Invariants:
//! - Drawing takes `&Session`; what a person asks for is an action, performed after the frame.
//! - Nothing here reads or writes project files: jobs do, beside the window.
//! - Nothing blocks a frame, and without an event there is no frame.
//! - What is drawn and can be clicked has a name that a screen reader can say.
//! - Colours and sizes come from `theme`.

mod app;
pub mod canvas;
pub mod chrome_fonts;
pub mod dialogs;
pub mod font_packages;
mod icon;
pub mod keys;
pub mod marks_cache;
pub mod panels;
pub mod picker;
pub mod picture;
pub mod plot_ui;
pub mod renderer;
pub mod settings;
pub mod shaped;
pub mod soft;
mod soft_window;
mod start;
pub mod theme;
pub mod view_state;

pub use app::{App, Start};
pub use picture::PictureOptions;
pub use start::{GuiOptions, PassageOptions, ScreenshotOptions, draw_passage, run, screenshot};
pub use view_state::{Part, ViewState};
