//! One integration binary: each further one would link the window again.

mod desk;
mod layering;
mod properties;
