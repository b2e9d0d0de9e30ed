//! One integration binary: each further one would link the window again.
#![expect(clippy::unwrap_used, reason = "a helper function of a test fails as a test does")]

#[cfg(feature = "gui")]
mod canvas;
mod cli;
mod contracts;
mod desk;
mod edge_cases;
mod files;
#[cfg(feature = "gui")]
mod gui;
mod keyboard;
mod layering;
mod licences;
#[cfg(feature = "gui")]
mod navigation;
mod properties;
mod readme;
mod samples;
mod seed;
#[cfg(feature = "gui")]
mod soft_renderer;
