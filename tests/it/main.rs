//! One integration binary: each further one would link the window again.

mod layering;
mod properties;
#[cfg(feature = "gui")]
mod soft_renderer;
