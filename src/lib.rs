//! Sorot: label corpora and make gold-standard test sets. `ARCHITECTURE.md` draws the map; the
//! modules stand here in reading order.

pub mod text;

pub mod model;

pub mod compare;

pub mod file;

pub mod format;

pub mod reader;

pub mod store;

pub mod session;

pub mod cli;

#[cfg(feature = "gui")]
pub mod gui;
