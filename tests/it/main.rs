//! One integration binary: each further one would link the window again.

#[cfg(feature = "gui")]
mod canvas;
mod layering;
mod properties;
