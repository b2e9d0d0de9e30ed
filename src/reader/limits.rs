//! What a file may cost at most. Each limit is far beyond what articles need, and far below what
//! would make a machine stand still.

use crate::reader::Cause;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 256_000_000;

/// The largest page, in bytes: a book of a thousand sheets is some 3 MB.
pub(super) const MAX_PAGE: usize = 16_000_000;

/// The most nodes that a page may make of itself: the longest pages of encyclopaedias have some
/// 60,000.
pub(super) const MAX_NODES: usize = 300_000;

/// The most attributes that an element may have: those of a page's longest ones are some dozens.
pub(super) const MAX_ATTRIBUTES: usize = 10_000;

/// The longest page in which an article is looked for, in bytes of text. How long that takes grows
/// with the depth of the page, too.
pub(super) const MAX_ARTICLE: usize = 1_000_000;

/// How deep elements may lie in each other, as in browsers. Some work takes the square of it.
pub(super) const MAX_DEPTH: usize = 512;

/// The most files that a zip or tar may hold.
pub(super) const MAX_ENTRIES: usize = 100_000;

/// The most that one file in a zip may unpack to, in bytes.
pub(super) const MAX_PART: usize = 64_000_000;

/// The most that all files in a zip may unpack to, in bytes.
pub(super) const MAX_UNPACKED: usize = 500_000_000;

/// How many times its own size a file may unpack to: text shrinks to a tenth, XML to a thirtieth.
const MAX_RATIO: usize = 50;

/// What may be unpacked however small a file is, in bytes.
const FREE: usize = 4_000_000;

/// How much may be unpacked of so many packed bytes, and never more than `limit`.
pub(super) fn unpacked(n_packed: usize, limit: usize) -> usize {
    limit.min(n_packed.saturating_mul(MAX_RATIO).max(FREE))
}

/// Megabytes, begun ones as whole.
pub(super) fn in_mb(n_bytes: usize) -> usize {
    n_bytes.div_ceil(1_000_000)
}

/// Refuses what is larger than `limit` bytes.
pub(super) fn check(what: &str, n_bytes: usize, limit: usize) -> Result<(), Cause> {
    if n_bytes <= limit {
        return Ok(());
    }
    Err(Cause::TooMuch(format!("{what} has {} MB, and at most {} MB are read", in_mb(n_bytes), in_mb(limit))))
}
