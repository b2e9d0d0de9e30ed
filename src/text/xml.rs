//! What XML can hold.

use std::borrow::Cow;

/// True for a character of XML 1.0: not for most control characters, however they are written.
pub fn is_xml(character: char) -> bool {
    !matches!(character, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

/// The text with U+FFFD in place of each character that XML cannot hold. It still has to be escaped.
pub fn xml_text(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_xml) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace(|it| !is_xml(it), "\u{fffd}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_xml_refuses_is_replaced() {
        assert!(matches!(xml_text("a\tb\nc\rd\u{7f}\u{85}é"), Cow::Borrowed(_)));
        assert_eq!(xml_text("a\0b\u{1b}c\u{ffff}"), "a\u{fffd}b\u{fffd}c\u{fffd}");
    }
}
