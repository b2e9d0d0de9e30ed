//! One integration binary: each further one would link the window again.
#![expect(clippy::unwrap_used, reason = "a helper function of a test fails as a test does")]

mod cli;
mod contracts;
mod desk;
mod edge_cases;
mod files;
mod keyboard;
mod layering;
mod licences;
mod properties;
mod samples;
mod seed;
