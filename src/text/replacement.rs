//! Changes of a text as values: what stood where, and what stands there now.

use imara_diff::{Algorithm, Diff, InternedInput};

use super::{Carried, Loss, Offset, Range, Span, Text};

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

/// The replacements, word by word, that put `new` in place of `old`, which stands at `at`.
pub fn replacements(at: Offset, old: &str, new: &str) -> Vec<Replacement> {
    let (old_words, new_words) = (words(old), words(new));
    let mut input = InternedInput::default();
    input.update_before(old_words.iter().copied());
    input.update_after(new_words.iter().copied());
    let hunks = Diff::compute(Algorithm::Histogram, &input);
    let replacement = |hunk: imara_diff::Hunk| {
        let start: usize = old_words[..hunk.before.start as usize].iter().map(|it| it.len()).sum();
        Replacement {
            at: Offset::new(at.byte() + start),
            removed: old_words[hunk.before.start as usize..hunk.before.end as usize].concat(),
            inserted: new_words[hunk.after.start as usize..hunk.after.end as usize].concat(),
        }
    };
    hunks.hunks().map(replacement).collect()
}

/// Words, and every other character alone.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = rest.find(|it: char| !it.is_alphanumeric()).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(length.max(first.len_utf8()));
        words.push(word);
        rest = tail;
    }
    words
}

/// Where a span goes when replacements make `new`: text that is replaced inside it or at its edge
/// changes what it covers, and text beside it moves it. Nothing is left of a span all of whose text
/// was removed.
pub fn carried_through(span: &Span, replacements: &[Replacement], new: &Text) -> Carried {
    let ranges = span.ranges().iter().filter_map(|range| {
        let start = image(range.start(), replacements, true);
        let end = image(range.end(), replacements, false);
        let start = new.nearest_grapheme(start);
        let end = if new.is_grapheme_boundary(end) { end } else { new.next(end, super::Unit::Grapheme) };
        new.trim(Range::new(start, end)?)
    });
    Span::new(ranges).map_or(Carried::Lost(Loss::Gone), Carried::Moved)
}

/// Where an edge of a span goes: to the same edge of what replaced the text that it stood in.
fn image(offset: Offset, replacements: &[Replacement], is_start: bool) -> Offset {
    let (mut n_inserted, mut n_removed) = (0, 0);
    for Replacement { at, removed, inserted } in replacements {
        let end = at.byte() + removed.len();
        let is_behind = if is_start { offset.byte() >= end } else { offset.byte() > at.byte() };
        if !is_behind {
            if is_start && offset > *at {
                return Offset::new(at.byte() + n_inserted - n_removed);
            }
            break;
        }
        n_inserted += inserted.len();
        n_removed += removed.len();
        if !is_start && offset.byte() < end {
            return Offset::new(end + n_inserted - n_removed);
        }
    }
    Offset::new(offset.byte() + n_inserted - n_removed)
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
    fn spans_go_through_a_correction() {
        let text = Text::new("Presiden Jokwi ke Kiev dan Moskow hari ini.");
        let span = |surface: &str| {
            let start = text.as_str().find(surface).expect("it is there");
            Span::from(Range::new(Offset::new(start), Offset::new(start + surface.len())).expect("not empty"))
        };
        let old = "Jokwi ke Kiev dan Moskow hari";
        let changes = replacements(span(old).start(), old, "Jokowi ke Kyiv dan Moskwa");
        let new = text.replaced(&changes).expect("it fits");
        assert_eq!(new.as_str(), "Presiden Jokowi ke Kyiv dan Moskwa ini.");
        for (before, after) in [
            ("Presiden Jokwi", "Presiden Jokowi"),
            ("Jokwi", "Jokowi"),
            ("Jok", "Jokowi"),
            ("wi", "Jokowi"),
            ("ke Kiev", "ke Kyiv"),
            ("Kiev", "Kyiv"),
            ("dan", "dan"),
            ("Moskow", "Moskwa"),
            ("ini", "ini"),
            ("Moskow hari ini.", "Moskwa ini."),
        ] {
            let Carried::Moved(moved) = carried_through(&span(before), &changes, &new) else {
                panic!("{before} has no place")
            };
            assert_eq!(new.surface(&moved), after, "{before}");
        }
        let removal = replacements(span(" hari").start(), " hari", "");
        let new = text.replaced(&removal).expect("it fits");
        assert_eq!(carried_through(&span("hari"), &removal, &new), Carried::Lost(Loss::Gone));
    }

    #[test]
    fn what_is_inserted_beside_a_span_stays_outside() {
        let text = Text::new("di Kyiv.");
        let kyiv = Span::from(Range::new(Offset::new(3), Offset::new(7)).expect("not empty"));
        for changed in ["di kota Kyiv.", "di Kyiv, Ukraina.", "“di” “Kyiv”."] {
            let changes = replacements(Offset::START, text.as_str(), changed);
            let new = text.replaced(&changes).expect("it fits");
            assert_eq!(new.as_str(), changed);
            let Carried::Moved(moved) = carried_through(&kyiv, &changes, &new) else { panic!("{changed}") };
            assert_eq!(new.surface(&moved), "Kyiv");
        }
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
