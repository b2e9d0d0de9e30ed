//! Characters that could turn or break the text around them, which they must not: a text would hide
//! what it says. Signs without direction are shaped in their place, and their codes drawn.

use std::borrow::Cow;

/// In a line that Sorot composes, what stands between these two keeps its own direction and leaves
/// that of its surroundings alone. Unicode keeps them for a program's own use, so that they are not
/// the isolates of an article, which are drawn as marks.
pub const ISOLATE: char = '\u{FDD0}';
/// Ends what [`ISOLATE`] began.
pub const ISOLATE_END: char = '\u{FDD1}';

/// What is shaped in place of a character that must not act on its surroundings: as many bytes,
/// and a sign without direction. Nothing for all other characters.
pub(super) fn stand_in(character: char) -> Option<&'static str> {
    match character {
        '\t' => Some(" "),
        '\u{0}'..='\u{1F}' | '\u{7F}' => Some("@"),
        '\u{80}'..='\u{9F}' => Some("¾"),
        '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => Some("℗"),
        _ => None,
    }
}

/// True for a character that is always shown as its code point, or as a tab.
pub(super) fn has_stand_in(character: char) -> bool {
    stand_in(character).is_some()
}

/// What is shaped for the ends of what a composed line isolates: as many bytes.
fn isolate(character: char) -> Option<&'static str> {
    match character {
        ISOLATE => Some("\u{2068}"),
        ISOLATE_END => Some("\u{2069}"),
        _ => None,
    }
}

/// The text to shape: as many bytes, with stand-ins, and isolates where the text is a composed line.
pub(super) fn stand_in_text(text: &str, is_composed: bool) -> Cow<'_, str> {
    let stand_in = |it: char| stand_in(it).or_else(|| isolate(it).filter(|_| is_composed));
    if !text.contains(|character| stand_in(character).is_some()) {
        return Cow::Borrowed(text);
    }
    let mut stood_in = String::with_capacity(text.len());
    for character in text.chars() {
        match stand_in(character) {
            Some(instead) => stood_in.push_str(instead),
            None => stood_in.push(character),
        }
    }
    Cow::Owned(stood_in)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_those_of_the_text() {
        let text: String = ('\0'..='\u{2FFF}').collect();
        let stood_in = stand_in_text(&text, false);
        let starts = |text: &str| text.char_indices().map(|(start, _)| start).collect::<Vec<_>>();
        assert_eq!(starts(&stood_in), starts(&text));
        assert!(!stood_in.contains(|it: char| it.is_control() || ('\u{202A}'..='\u{202E}').contains(&it)));
        assert!(matches!(stand_in_text("קול\u{200F} a\u{FDD0}", false), Cow::Borrowed(_)));
    }
}
