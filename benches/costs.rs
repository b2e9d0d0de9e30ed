//! What frames, opening and saving cost.
fn main() {}
