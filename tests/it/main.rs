//! One integration binary: each further one would link the window again.

#![expect(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

mod desk;
mod edge_cases;
mod files;
mod layering;
mod properties;
mod seed;
