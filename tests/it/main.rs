//! One integration binary: each further one would link the window again.

mod edge_cases;
mod files;
mod layering;
mod properties;
mod seed;
