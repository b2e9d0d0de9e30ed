//! One integration binary: each further one would link the window again.

mod cli;
mod contracts;
mod desk;
mod edge_cases;
mod files;
mod layering;
mod licences;
mod properties;
mod samples;
mod seed;
