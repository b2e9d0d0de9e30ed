//! One integration binary: each further one would link the window again.

mod cli;
mod contracts;
mod layering;
mod licences;
mod samples;
