//! The drawn article.
