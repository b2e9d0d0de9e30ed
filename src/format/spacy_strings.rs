//! spaCy's numbers for strings.
//!
//! A string is its 64-bit MurmurHash64A (Austin Appleby 2008) with the seed 1, unless it is one of
//! spaCy's symbols: these, ordinary words such as `agent` and `number` among them, have numbers of
//! their own, and a file that hashes them does not open.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The names in `spacy.symbols.IDS`, each at its number.
static SYMBOLS: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("../../assets/spacy_symbols.txt").lines().collect());

static NUMBERS: LazyLock<HashMap<&str, u64>> = LazyLock::new(|| SYMBOLS.iter().copied().zip(0..).collect());

/// The number of a string.
pub(super) fn number(string: &str) -> u64 {
    NUMBERS.get(string).copied().unwrap_or_else(|| hash(string.as_bytes()))
}

/// The symbol of that number, if it is one's.
pub(super) fn symbol(number: u64) -> Option<&'static str> {
    SYMBOLS.get(usize::try_from(number).ok()?).copied()
}

fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0xc6a4_a793_5bd1_e995;
    const SEED: u64 = 1;
    let mix = |it: u64| it ^ (it >> 47);
    let mut hash = SEED ^ (bytes.len() as u64).wrapping_mul(FACTOR);
    for chunk in bytes.chunks(8) {
        let mut eight = [0; 8];
        eight[..chunk.len()].copy_from_slice(chunk);
        let value = u64::from_le_bytes(eight);
        let value = match chunk.len() {
            8 => mix(value.wrapping_mul(FACTOR)).wrapping_mul(FACTOR),
            _ => value,
        };
        hash = (hash ^ value).wrapping_mul(FACTOR);
    }
    mix(mix(hash).wrapping_mul(FACTOR))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers that spaCy 3.8 gives; `tests/peers/test_spacy.py` asks the whole table.
    #[test]
    fn strings_have_spacys_numbers() {
        for (string, expected) in [
            ("", 0),
            ("PERSON", 380),
            ("quote", 5_727_435_701_664_101_727),
            ("rudal AS", 18_238_193_256_466_192_957),
            ("😀", 13_900_606_239_988_879_105),
        ] {
            assert_eq!(number(string), expected, "{string}");
        }
        assert_eq!((symbol(380), symbol(456).is_some(), symbol(457)), (Some("PERSON"), true, None));
    }
}
