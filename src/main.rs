//! No subcommand: the window. A subcommand: the command line.

fn main() {}
