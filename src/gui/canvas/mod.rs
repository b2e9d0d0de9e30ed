//! The drawn article.

pub mod atlas;
pub mod fonts;
pub mod shape;
