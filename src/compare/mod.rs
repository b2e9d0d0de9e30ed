//! Sets of one article side by side, and how well annotators agree.
//!
//! Invariants:
//! - Nothing here changes a set or touches a disk, clock or window: values in, values out.
//! - No result depends on the order of hashing, on threads or on the machine; what is drawn at
//!   random has a seed.
//! - Who gets compared is the caller's choice: a set that is not there means that its owner did not
//!   see the article, a set without annotations that they found nothing.

pub mod adjudication;
pub mod agreement;
mod diff;
pub mod evaluation;
pub mod leak;
pub mod likeness;
#[cfg(test)]
mod marked_set;
mod matching;
pub mod split;
mod tokenization;

pub use diff::{ComparedUnit, Content, DifferenceKind, Differs, MatchRule, UnitState, compare_sets};
pub use tokenization::Tokenization;
