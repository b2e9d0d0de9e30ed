//! One integration binary: each further one would link the window again.

mod layering;
mod properties;
