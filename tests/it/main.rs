//! One integration binary: each further one would link the window again.
#![expect(clippy::unwrap_used, reason = "a helper function of a test fails as a test does")]

mod adding;
mod adjudication;
mod agreement;
#[cfg(feature = "gui")]
mod canvas;
mod cli;
mod comparing;
#[cfg(feature = "gui")]
mod contact_sheet;
mod contracts;
mod correct;
mod damage;
mod desk;
mod disks;
#[cfg(feature = "gui")]
mod drawing;
mod drift;
mod edge_cases;
mod evaluation;
#[cfg(feature = "gui")]
mod exchange_window;
mod faults;
mod files;
#[cfg(feature = "gui")]
mod fuzz;
#[cfg(feature = "gui")]
mod gold_window;
#[cfg(feature = "gui")]
mod gui;
mod hostile;
mod imports;
mod journal;
mod keyboard;
mod kill;
mod layering;
mod licences;
mod log;
#[cfg(feature = "gui")]
mod navigation;
mod over_time;
mod parsers;
#[cfg(feature = "gui")]
mod picture;
mod project_faults;
mod properties;
mod readers;
mod readme;
mod releases;
#[cfg(feature = "gui")]
mod safety_window;
mod samples;
mod schema_change;
#[cfg(feature = "gui")]
mod schema_window;
#[cfg(feature = "gui")]
mod screen_reader;
#[cfg(feature = "gui")]
mod scripts;
mod seed;
mod sharing;
#[cfg(feature = "gui")]
mod soft_renderer;
#[cfg(feature = "gui")]
mod team_window;
mod teams;
mod trash;
