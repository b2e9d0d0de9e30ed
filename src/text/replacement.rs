//! Changes of a text as values: what stood where, and what stands there now.

use super::{Offset, Text};

/// One place where a text changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// Where it begins, in the text before all replacements of its list.
    pub at: Offset,
    /// What stands there before.
    pub removed: String,
    /// What stands there afterwards.
    pub inserted: String,
}

impl Text {
    /// The text with all replacements made, which are in order and do not overlap. Nothing if one
    /// does not find what it removes.
    pub fn replaced(&self, replacements: &[Replacement]) -> Option<Text> {
        let string = self.as_str();
        let mut result = String::with_capacity(string.len());
        let mut rest = 0;
        for Replacement { at, removed, inserted } in replacements {
            result.push_str(string.get(rest..at.byte())?);
            string.get(at.byte()..)?.starts_with(removed.as_str()).then_some(())?;
            result.push_str(inserted);
            rest = at.byte() + removed.len();
        }
        result.push_str(string.get(rest..)?);
        (result.len() < Text::MAX_BYTES).then(|| Text::new(result))
    }
}

/// The replacements that lead back.
pub fn inverse_replacements(replacements: Vec<Replacement>) -> Vec<Replacement> {
    let (mut n_inserted, mut n_removed) = (0, 0);
    let back = |Replacement { at, removed, inserted }| {
        let there = Offset::new(at.byte() + n_inserted - n_removed);
        n_inserted += inserted.len();
        n_removed += removed.len();
        Replacement { at: there, removed: inserted, inserted: removed }
    };
    replacements.into_iter().map(back).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacement(at: usize, removed: &str, inserted: &str) -> Replacement {
        Replacement { at: Offset::new(at), removed: removed.to_owned(), inserted: inserted.to_owned() }
    }

    #[test]
    fn a_text_changes_and_changes_back() {
        let text = Text::new("Kiev dan Moskow, kata é.");
        let there = vec![
            replacement(0, "Kiev", "Kyiv"),
            replacement(9, "Moskow, ", ""),
            replacement(22, "é", "Rina"),
        ];
        let changed = text.replaced(&there).expect("all is there");
        assert_eq!(changed.as_str(), "Kyiv dan kata Rina.");
        assert_eq!(changed.replaced(&inverse_replacements(there)), Some(text));
    }

    #[test]
    fn what_does_not_fit_changes_nothing() {
        let text = Text::new("é Kiev");
        for wrong in [
            vec![replacement(3, "Kyiv", "x")],
            vec![replacement(1, "", "x")],
            vec![replacement(99, "", "x")],
            vec![replacement(3, "Kiev", "x"), replacement(0, "é", "e")],
        ] {
            assert_eq!(text.replaced(&wrong), None, "{wrong:?}");
        }
    }
}
