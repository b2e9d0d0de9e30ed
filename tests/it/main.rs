//! One integration binary: each further one would link the window again.

#[cfg(feature = "gui")]
mod canvas;
mod desk;
mod layering;
mod properties;
#[cfg(feature = "gui")]
mod soft_renderer;
