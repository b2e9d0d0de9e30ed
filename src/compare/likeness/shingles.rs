//! Texts as sequences of words, and stretches of so many words as numbers.
//!
//! Most scripts put spaces between words. Of those that do not, each character stands for a part of
//! a word: half of one in Chinese and Japanese, a quarter in Thai, Lao, Khmer and Burmese. So three
//! words are six Chinese characters or twelve Thai ones, and no dictionary is needed, which would
//! be slower and change from version to version.

use icu_normalizer::ComposingNormalizerBorrowed;

use crate::text::{Offset, Range, Text};

/// What a whole word weighs.
const WORD: u32 = 12;

/// A word, or a character of a script without spaces.
#[derive(Clone, Copy, Debug)]
pub(in crate::compare) struct Token {
    /// The same for the same word, however its letters are encoded, in large or small letters.
    hash: u64,
    weight: u32,
    start: u32,
    end: u32,
}

/// A text's words, in order.
#[derive(Clone, Debug)]
pub(in crate::compare) struct Words {
    tokens: Vec<Token>,
    /// A polynomial of the hashes up to each token, so that any stretch has a number at once.
    sums: Vec<u64>,
}

/// A stretch of tokens, end exclusive.
pub(in crate::compare) type Stretch = std::ops::Range<usize>;

const BASE: u64 = 0x9e37_79b9_7f4a_7c15;

impl Words {
    pub(in crate::compare) fn new(text: &Text) -> Words {
        let mut tokens = Vec::with_capacity(text.as_str().len() / 6);
        let mut word: Option<(usize, usize)> = None;
        let end_word = |word: &mut Option<(usize, usize)>, tokens: &mut Vec<Token>| {
            if let Some((start, end)) = word.take() {
                let hash = hash_word(&text.as_str()[start..end]);
                tokens.push(Token { hash, weight: WORD, start: start as u32, end: end as u32 });
            }
        };
        for (at, character) in text.as_str().char_indices() {
            let end = at + character.len_utf8();
            match kind(character) {
                Kind::Letter => word = Some((word.map_or(at, |it| it.0), end)),
                Kind::Mark => word = word.map(|it| (it.0, end)),
                Kind::Unspaced(weight) => {
                    end_word(&mut word, &mut tokens);
                    let hash = hash_word(&text.as_str()[at..end]);
                    tokens.push(Token { hash, weight, start: at as u32, end: end as u32 });
                }
                Kind::Ignored => {}
                Kind::Break => end_word(&mut word, &mut tokens),
            }
        }
        end_word(&mut word, &mut tokens);
        let mut sums = Vec::with_capacity(tokens.len() + 1);
        sums.push(0);
        let mut sum = 0u64;
        for token in &tokens {
            sum = sum.wrapping_mul(BASE).wrapping_add(token.hash);
            sums.push(sum);
        }
        Words { tokens, sums }
    }

    /// The shortest stretch of so many words from each token on, as long as the text has so many.
    pub(in crate::compare) fn stretches(&self, n_words: u32) -> impl Iterator<Item = Stretch> + '_ {
        let wanted = n_words * WORD;
        let (mut end, mut weight) = (0, 0);
        (0..self.tokens.len()).map_while(move |start| {
            while weight < wanted {
                weight += self.tokens.get(end)?.weight;
                end += 1;
            }
            weight -= self.tokens[start].weight;
            Some(start..end)
        })
    }

    /// A number for the words of a stretch: the same for the same words.
    pub(in crate::compare) fn number(&self, stretch: &Stretch) -> u64 {
        let power = (0..stretch.len()).fold(1u64, |power, _| power.wrapping_mul(BASE));
        mixed(self.sums[stretch.end].wrapping_sub(self.sums[stretch.start].wrapping_mul(power)))
    }

    /// True if both texts are the same words.
    pub(in crate::compare) fn is_same(&self, other: &Words) -> bool {
        self.tokens.len() == other.tokens.len() && self.sums.last() == other.sums.last()
    }

    /// How many words a stretch is, rounded down.
    pub(in crate::compare) fn n_words(&self, stretch: &Stretch) -> usize {
        let weight: u32 = self.tokens[stretch.clone()].iter().map(|it| it.weight).sum();
        (weight / WORD) as usize
    }

    /// Where a stretch lies in the text; nothing if it is empty.
    pub(in crate::compare) fn range(&self, stretch: &Stretch) -> Option<Range> {
        let tokens = self.tokens.get(stretch.clone())?;
        let (first, last) = (tokens.first()?, tokens.last()?);
        Range::new(Offset::new(first.start as usize), Offset::new(last.end as usize))
    }

    /// Its stretches of so many words, each once and in order; all words together if there are fewer.
    pub(in crate::compare) fn shingles(&self, n_words: u32) -> Vec<u32> {
        let mut shingles: Vec<u32> =
            self.stretches(n_words).map(|it| (self.number(&it) >> 32) as u32).collect();
        if shingles.is_empty() && !self.tokens.is_empty() {
            shingles.push((self.number(&(0..self.tokens.len())) >> 32) as u32);
        }
        shingles.sort_unstable();
        shingles.dedup();
        shingles
    }
}

enum Kind {
    Letter,
    /// Belongs to the letter before it.
    Mark,
    /// A character of a script without spaces, and what part of a word it is.
    Unspaced(u32),
    /// A mark of such a script.
    Ignored,
    Break,
}

fn kind(character: char) -> Kind {
    if character.is_ascii() {
        return if character.is_ascii_alphanumeric() { Kind::Letter } else { Kind::Break };
    }
    let unspaced = |weight| if character.is_alphanumeric() { Kind::Unspaced(weight) } else { Kind::Ignored };
    match character {
        '\u{e00}'..='\u{109f}'
        | '\u{1780}'..='\u{17ff}'
        | '\u{1950}'..='\u{19df}'
        | '\u{1a20}'..='\u{1aaf}'
        | '\u{a980}'..='\u{a9df}'
        | '\u{aa60}'..='\u{aadf}' => unspaced(WORD / 4),
        '\u{3040}'..='\u{30ff}'
        | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}' => unspaced(WORD / 2),
        // Points and vowel signs of Hebrew and Arabic, which most texts leave out.
        '\u{591}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}'
        | '\u{640}'
        | '\u{64b}'..='\u{65f}'
        | '\u{670}'
        | '\u{6d6}'..='\u{6ed}' => Kind::Mark,
        it if it.is_alphanumeric() => Kind::Letter,
        // Accents, viramas, joiners.
        '\u{ad}'
        | '\u{300}'..='\u{36f}'
        | '\u{483}'..='\u{489}'
        | '\u{900}'..='\u{963}'
        | '\u{966}'..='\u{dff}'
        | '\u{1dc0}'..='\u{1dff}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2060}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{fe20}'..='\u{fe2f}'
        | '\u{feff}' => Kind::Mark,
        _ => Kind::Break,
    }
}

/// FNV-1a of a word's letters as small ones in compatible composed form (NFKC), without points.
fn hash_word(word: &str) -> u64 {
    let add = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let begin = 0xcbf2_9ce4_8422_2325;
    if word.is_ascii() {
        return mixed(word.bytes().fold(begin, |hash, byte| add(hash, byte.to_ascii_lowercase())));
    }
    let normal = ComposingNormalizerBorrowed::new_nfkc().normalize(word);
    let is_letter = |it: &char| matches!(kind(*it), Kind::Letter | Kind::Unspaced(_));
    let letters = normal.chars().flat_map(char::to_lowercase).filter(is_letter);
    let mut bytes = [0; 4];
    mixed(letters.fold(begin, |hash, it| it.encode_utf8(&mut bytes).bytes().fold(hash, add)))
}

/// Every bit depends on every bit (the end of SplitMix64, Steele, Lea & Flood 2014).
pub(in crate::compare) fn mixed(mut number: u64) -> u64 {
    number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shingles(text: &str) -> Vec<u32> {
        Words::new(&Text::new(text)).shingles(3)
    }

    #[test]
    fn marks_case_and_encoding_make_no_other_words() {
        let same = shingles("Élan vital — the “last” word.");
        assert_eq!(same.len(), 3);
        assert_eq!(same, shingles("e\u{301}lan VITAL, the last\nword"));
        assert_eq!(shingles("كَتَبَ الرجل رسالة"), shingles("كتب الرجل رسالة"));
        assert_ne!(same, shingles("Elan vital the last word"));
    }

    #[test]
    fn scripts_without_spaces_have_stretches_too() {
        assert_eq!(shingles("国防部長は会見で述べた").len(), 6);
        assert_eq!(shingles("รัฐมนตรีกลาโหมกล่าวว่า").len(), 9);
        assert_eq!(shingles("one two").len(), 1);
        assert_eq!(shingles(" … "), [0u32; 0]);
    }

    #[test]
    fn stretches_know_their_place() {
        let text = Text::new("a b, c d");
        let words = Words::new(&text);
        let shown: Vec<&str> =
            words.stretches(2).filter_map(|it| Some(text.slice(words.range(&it)?))).collect();
        assert_eq!(shown, ["a b", "b, c", "c d"]);
        assert_eq!(words.n_words(&(0..3)), 3);
    }
}
