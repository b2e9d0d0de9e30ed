//! Where JSON values end: one walk over a text, which builds nothing.
//!
//! Invariants:
//! - What is a value here is one to serde_json, and the other way round; which mistake there is, only
//!   serde_json says.
//! - Nesting costs memory and no stack, so that no depth is a danger.

/// A place in a JSON text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    at: usize,
    /// What closes the objects and arrays that are open, innermost last.
    open: Vec<u8>,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        Scanner { text, at: 0, open: Vec::new() }
    }

    /// The next byte that is no white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match *self.text.as_bytes().get(self.at)? {
                b' ' | b'\n' | b'\t' | b'\r' => self.at += 1,
                byte => return Some(byte),
            }
        }
    }

    /// Passes a byte, and white space before it; nothing if another one comes.
    pub(super) fn pass(&mut self, byte: u8) -> Option<()> {
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// Passes a string; it as it stands, with its quotation marks.
    pub(super) fn string(&mut self) -> Option<&'a str> {
        self.pass(b'"')?;
        let start = self.at - 1;
        self.rest_of_string()?;
        self.text.get(start..self.at)
    }

    /// Passes a value; it as it stands. Nothing if there is none, or a broken one.
    pub(super) fn value(&mut self) -> Option<&'a str> {
        self.peek()?;
        let start = self.at;
        self.open.clear();
        loop {
            let first = self.peek()?;
            self.at += 1;
            match first {
                b'"' => self.rest_of_string()?,
                b'{' if self.peek()? != b'}' => {
                    self.open.push(b'}');
                    self.key()?;
                    continue;
                }
                b'[' if self.peek()? != b']' => {
                    self.open.push(b']');
                    continue;
                }
                b'{' | b'[' => self.at += 1,
                b'-' | b'0'..=b'9' => self.rest_of_number(first)?,
                b't' => self.literal("rue")?,
                b'f' => self.literal("alse")?,
                b'n' => self.literal("ull")?,
                _ => return None,
            }
            loop {
                let Some(&close) = self.open.last() else { return self.text.get(start..self.at) };
                let next = self.peek()?;
                self.at += 1;
                if next == close {
                    self.open.pop();
                } else if next == b',' {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                } else {
                    return None;
                }
            }
        }
    }

    /// What `pass` makes of what comes, with all that it passed; or nothing, and nothing is passed.
    pub(super) fn attempt<T>(&mut self, pass: impl FnOnce(&mut Self) -> Option<T>) -> Option<(&'a str, T)> {
        let start = self.at;
        let passed = pass(self).and_then(|it| Some((self.text.get(start..self.at)?, it)));
        if passed.is_none() {
            self.at = start;
        }
        passed
    }

    pub(super) fn n_bytes_left(&self) -> usize {
        self.text.len() - self.at
    }

    /// True if nothing but white space is left.
    pub(super) fn is_at_end(&mut self) -> bool {
        self.peek().is_none()
    }

    fn key(&mut self) -> Option<()> {
        self.pass(b'"')?;
        self.rest_of_string()?;
        self.pass(b':')
    }

    fn rest_of_string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        loop {
            self.at += n_plain(bytes.get(self.at..)?);
            let special = *bytes.get(self.at)?;
            self.at += 1;
            match special {
                b'"' => return Some(()),
                b'\\' => {
                    let escaped = *bytes.get(self.at)?;
                    self.at += 1;
                    match escaped {
                        b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                        b'u' => {
                            let digits = bytes.get(self.at..self.at + 4)?;
                            digits.iter().all(u8::is_ascii_hexdigit).then_some(())?;
                            self.at += 4;
                        }
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }

    fn rest_of_number(&mut self, first: u8) -> Option<()> {
        let bytes = self.text.as_bytes();
        let digits = |at: usize| bytes[at..].iter().take_while(|it| it.is_ascii_digit()).count();
        let one_or_more = |at: usize| Some(digits(at)).filter(|n| *n > 0);
        let start = if first == b'-' { self.at } else { self.at - 1 };
        let n = one_or_more(start)?;
        if n > 1 && bytes[start] == b'0' {
            return None;
        }
        self.at = start + n;
        if bytes.get(self.at) == Some(&b'.') {
            self.at += 1 + one_or_more(self.at + 1)?;
        }
        if matches!(bytes.get(self.at), Some(b'e' | b'E')) {
            let is_signed = matches!(bytes.get(self.at + 1), Some(b'+' | b'-'));
            let start = self.at + 1 + usize::from(is_signed);
            self.at = start + one_or_more(start)?;
        }
        Some(())
    }

    fn literal(&mut self, rest: &str) -> Option<()> {
        self.text.as_bytes()[self.at..].starts_with(rest.as_bytes()).then(|| self.at += rest.len())
    }
}

/// How many bytes come before the first that means something in a string: a quotation mark, a
/// backslash, or a control character, which may not stand there.
fn n_plain(bytes: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    let (words, rest) = bytes.as_chunks::<8>();
    for (i, word) in words.iter().enumerate() {
        // The high bit of each byte that is below `n`, exact up to the first of them.
        let word = u64::from_le_bytes(*word);
        let below = |word: u64, n: u64| word.wrapping_sub(ONES * n) & !word & HIGHS;
        let equal = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
        let special = below(word, 0x20) | equal(b'"') | equal(b'\\');
        if special != 0 {
            return 8 * i + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |it: &u8| *it < 0x20 || *it == b'"' || *it == b'\\';
    8 * words.len() + rest.iter().position(is_special).unwrap_or(rest.len())
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;
    use serde_json::value::RawValue;

    use super::*;

    fn scanned(text: &str) -> Option<&str> {
        let mut scanner = Scanner::new(text);
        let value = scanner.value()?;
        scanner.is_at_end().then_some(value)
    }

    fn parsed(text: &str) -> Option<&str> {
        serde_json::from_str::<&RawValue>(text).ok().map(RawValue::get)
    }

    /// Texts of JSON's own pieces: most are broken, and many only just.
    pub(in crate::file) fn texts() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            " ",
            "\n",
            "\"",
            "\"a\"",
            "\"a\":",
            "\"é🚀\\n\"",
            "\\",
            "\\u",
            "00e9",
            "\\ud800",
            "\"\u{1}\"",
            "\"\u{7f}\"",
            "0",
            "-",
            "1",
            "17",
            ".",
            ".5",
            "e",
            "E+3",
            "true",
            "false",
            "null",
            "nul",
            "x",
            "\u{a0}",
            "\"a longer string with several words\"",
            "\"seven c\"",
            "\"eight ch\"",
        ];
        prop::collection::vec(prop::sample::select(PIECES), 0..12).prop_map(|it| it.concat())
    }

    pub(in crate::file) fn values() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            any::<String>().prop_map(|it| serde_json::to_string(&it).unwrap()),
            any::<f64>().prop_map(|it| serde_json::to_string(&it).unwrap()),
            any::<i64>().prop_map(|it| it.to_string()),
            prop::sample::select(&["true", "false", "null", "[]", "{}", "1e400", "-0.0E-7"][..])
                .prop_map(str::to_owned),
        ];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let list = prop::collection::vec(inner.clone(), 0..5);
            let object = prop::collection::vec((any::<String>(), inner), 0..5);
            let pair =
                |(key, value): (String, String)| format!("{}:{value}", serde_json::to_string(&key).unwrap());
            prop_oneof![
                list.prop_map(|it| format!("[ {} ]", it.join(" , "))),
                object.prop_map(move |it| format!(
                    "{{{}}}",
                    it.into_iter().map(pair).collect::<Vec<_>>().join(",\n")
                )),
            ]
        })
    }

    proptest! {
        #[test]
        fn broken_values_are_those_of_serde_json(text in texts()) {
            prop_assert_eq!(scanned(&text), parsed(&text));
        }

        #[test]
        fn values_with_a_byte_changed_are_those_of_serde_json(text in values(), at in any::<prop::sample::Index>(), byte in 0_u8..128) {
            prop_assert_eq!(scanned(&text), Some(text.trim_ascii()));
            let mut bytes = text.into_bytes();
            let at = at.index(bytes.len());
            bytes[at] = byte;
            if let Ok(text) = String::from_utf8(bytes) {
                prop_assert_eq!(scanned(&text), parsed(&text));
            }
        }
    }

    #[test]
    fn depth_is_no_danger() {
        let deep = format!("{}1{}", "[{\"a\":".repeat(100_000), "}]".repeat(100_000));
        assert_eq!(scanned(&deep), Some(deep.as_str()));
        assert_eq!(scanned(&deep[..deep.len() - 1]), None);
    }
}
