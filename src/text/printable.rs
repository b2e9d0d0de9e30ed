//! Names and messages from outside, made safe to show on one line.

use std::borrow::Cow;

/// True for characters that act on their surroundings instead of standing for something: control
/// characters, with which a terminal can be steered, ends of lines, and marks that reorder the
/// text around them.
pub fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with every such character as `\u{202e}`, its code point in hexadecimal.
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.contains(is_unprintable) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_unprintable(character) {
            shown.extend(character.escape_unicode());
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_a_terminal_or_reorders_a_line() {
        for (text, shown) in [
            ("berita-0001.txt", "berita-0001.txt"),
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("a\nb\r\tc\u{85}\u{2028}", "a\\u{a}b\\u{d}\\u{9}c\\u{85}\\u{2028}"),
            ("\u{9b}31m\u{7f}\0", "\\u{9b}31m\\u{7f}\\u{0}"),
            ("exe.\u{202e}txt", "exe.\\u{202e}txt"),
            ("شريف 🇮🇩 e\u{301}", "شريف 🇮🇩 e\u{301}"),
        ] {
            assert_eq!(printable(text), shown);
        }
    }
}
