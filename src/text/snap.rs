//! What a person means by a drag.
//!
//! Invariants:
//! - A snapped range starts and ends between graphemes and never on white space; except grapheme
//!   by grapheme, neither on characters that nobody sees.
//! - It holds all else that was dragged over, except a hyphen or an apostrophe at its ends that
//!   only ties a word to the next.

use super::boundary::is_word_character;
use super::{Offset, Range, Text, Unit};

/// An edge of a range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Where it starts.
    Start,
    /// Where it ends.
    End,
}

/// What a selection makes of a stretch of text, word by word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A word without what is attached to it, a doubled word, a designation such as `F-16`.
    Word,
    /// A bracket, quote mark or other sign.
    Mark,
    /// A hyphen or an apostrophe between two words.
    Joiner,
    /// White space and characters that nobody sees.
    Space,
}

/// What English attaches to a noun with an apostrophe: `Ukraine's`.
const CLITICS: &[&str] = &["s", "ll", "re", "ve"];

/// What French and Italian put before a noun with an apostrophe: `l'Ukraine`, `dell'Ucraina`.
const ELISIONS: &[&str] = &["l", "d", "qu", "dell", "all", "dall", "nell", "sull"];

/// What Indonesian adds to the second half of a doubled word: `tank-tanknya`.
const SUFFIXES: &[&str] = &["", "nya", "an", "kan", "i", "lah", "kah", "pun", "ku", "mu"];

/// What Indonesian puts before the first half of a doubled word: `berlari-lari`.
const PREFIXES: &[&str] = &["ber", "ter", "se", "ke", "me", "mem", "men", "meng", "di", "pe"];

/// How many words on each side are looked at for more of one designation.
const MOST_JOINED: usize = 8;

impl Text {
    /// The range that a drag from `anchor` to `head` selects, in steps of `unit`; nothing if it
    /// holds only white space. A drag that did not move is a click and selects the unit it is on; a
    /// click just behind a word selects that word.
    ///
    /// Word by word, what is attached to a word stays out until the drag reaches into it:
    /// `Rusia-Ukraina`, `AS-lah`, `Lambrecht's` and `(AS)` hold names that can be had alone. Marks
    /// belong to the selection if they were dragged over.
    pub fn snap(&self, anchor: Offset, head: Offset, unit: Unit) -> Option<Range> {
        let (start, end) = (self.own(anchor.min(head)), self.own(anchor.max(head)));
        let touched = match Range::new(start, end) {
            Some(range) => range,
            None if unit == Unit::Word => self.word_near(start)?,
            None => self.unit_at(start, unit)?,
        };
        let first = self.unit_at(touched.start(), Unit::Grapheme)?;
        let last = self.piece_before(touched.end(), Unit::Grapheme)?;
        let touched = first.hull(last);
        if unit == Unit::Word {
            let touched = self.trim_to(touched, unit)?;
            let core = self.without_joiners(touched).unwrap_or(touched);
            let pieces = self.piece_after(core.start(), unit)?.hull(self.piece_before(core.end(), unit)?);
            return self.trim_to(pieces, unit);
        }
        let units = self.piece_after(touched.start(), unit)?.hull(self.piece_before(touched.end(), unit)?);
        self.trim_to(units, unit)
    }

    /// `range` with one edge moved by a `unit`, `outward` or inward, over white space and hyphens
    /// that tie words together; nothing if the edge cannot move or nothing would be left.
    pub fn nudge(&self, range: Range, side: Side, unit: Unit, outward: bool) -> Option<Range> {
        if !outward {
            let visible = self.visible(range, unit)?;
            let rest = match side {
                Side::Start => Range::new(self.piece_after(visible.start(), unit)?.end(), range.end()),
                Side::End => Range::new(range.start(), self.piece_before(visible.end(), unit)?.start()),
            };
            let rest = self.visible(rest?, unit)?;
            return match side {
                Side::Start => Range::new(rest.start(), range.end()),
                Side::End => Range::new(range.start(), rest.end()),
            };
        }
        let mut piece = range;
        loop {
            piece = match side {
                Side::Start => self.piece_before(piece.start(), unit)?,
                Side::End => self.piece_after(piece.end(), unit)?,
            };
            match self.visible(piece, unit).map(|visible| visible.hull(range)) {
                Some(wider) if side == Side::Start && wider.start() < range.start() => {
                    return Range::new(wider.start(), range.end());
                }
                Some(wider) if side == Side::End && wider.end() > range.end() => {
                    return Range::new(range.start(), wider.end());
                }
                _ => {}
            }
        }
    }

    /// `range` with one edge put where a drag of it ends, in steps of `unit`; nothing if nothing
    /// would be left.
    pub fn resize(&self, range: Range, side: Side, to: Offset, unit: Unit) -> Option<Range> {
        let fixed = match side {
            Side::Start => self.before(range.end())?,
            Side::End => range.start(),
        };
        let dragged = match side {
            Side::Start => Range::new(to.min(fixed), range.end())?,
            Side::End => Range::new(range.start(), to.max(self.next(fixed, Unit::Grapheme)))?,
        };
        let snapped = self.snap(dragged.start(), dragged.end(), unit)?;
        match side {
            Side::Start => Range::new(snapped.start(), range.end()),
            Side::End => Range::new(range.start(), snapped.end()),
        }
    }

    /// What a click means: the word it is in or behind, else the mark.
    fn word_near(&self, offset: Offset) -> Option<Range> {
        let near = [self.piece_after(offset, Unit::Word), self.piece_before(offset, Unit::Word)];
        let find = |kind| near.into_iter().flatten().find(|&piece| self.kind(piece) == kind);
        find(Kind::Word).or_else(|| find(Kind::Mark))
    }

    /// The piece that holds the character after `offset`.
    fn piece_after(&self, offset: Offset, unit: Unit) -> Option<Range> {
        if offset >= self.end() {
            return None;
        }
        let segment = self.unit_at(offset, unit)?;
        Some(if unit == Unit::Word { self.refine(segment, offset) } else { segment })
    }

    /// The piece that holds the character before `offset`.
    fn piece_before(&self, offset: Offset, unit: Unit) -> Option<Range> {
        self.piece_after(self.before(offset)?, unit)
    }

    /// The designation or doubled word that a segment is part of, or the part of it that the
    /// character after `offset` belongs to.
    fn refine(&self, segment: Range, offset: Offset) -> Range {
        let word = if is_hyphen(self.slice(segment)) { self.segment_before(segment) } else { Some(segment) };
        let joined = word.filter(|&word| self.is_word(word)).map(|word| self.joined(word));
        match joined {
            Some(joined) if joined.covers(segment) && joined != segment => joined,
            _ => self.part(segment, offset),
        }
    }

    /// A word with those that hyphens join to it.
    fn joined(&self, word: Range) -> Range {
        let (mut first, mut last) = (word, word);
        for _ in 0..MOST_JOINED {
            let hyphen = self.segment_before(first).filter(|&it| is_hyphen(self.slice(it)));
            match hyphen.and_then(|hyphen| self.segment_before(hyphen)) {
                Some(left) if joins(self.slice(left), self.slice(first)) => first = left,
                _ => break,
            }
        }
        for _ in 0..MOST_JOINED {
            let hyphen = self.segment_after(last).filter(|&it| is_hyphen(self.slice(it)));
            match hyphen.and_then(|hyphen| self.segment_after(hyphen)) {
                Some(right) if joins(self.slice(last), self.slice(right)) => last = right,
                _ => break,
            }
        }
        first.hull(last)
    }

    /// The part of a word around an apostrophe that the character after `offset` belongs to.
    fn part(&self, word: Range, offset: Offset) -> Range {
        let slice = self.slice(word);
        let mut edges = vec![0, slice.len()];
        let apostrophe = |at: usize| slice[at..].chars().next().map_or(0, char::len_utf8);
        if let Some(at) = slice.find(APOSTROPHES)
            && ELISIONS.contains(&slice[..at].to_lowercase().as_str())
        {
            edges.extend([at, at + apostrophe(at)]);
        }
        if let Some(at) = slice.rfind(APOSTROPHES)
            && CLITICS.contains(&slice[at + apostrophe(at)..].to_lowercase().as_str())
        {
            edges.extend([at, at + apostrophe(at)]);
        }
        edges.sort_unstable();
        let byte = offset.byte().saturating_sub(word.start().byte());
        let past = edges.partition_point(|&edge| edge <= byte).clamp(1, edges.len() - 1);
        let at = |edge: usize| Offset::new(word.start().byte() + edge);
        Range::new(at(edges[past - 1]), at(edges[past])).unwrap_or(word)
    }

    fn segment_before(&self, segment: Range) -> Option<Range> {
        self.unit_at(self.before(segment.start())?, Unit::Word)
    }

    fn segment_after(&self, segment: Range) -> Option<Range> {
        if segment.end() < self.end() { self.unit_at(segment.end(), Unit::Word) } else { None }
    }

    fn is_word(&self, segment: Range) -> bool {
        self.slice(segment).contains(is_word_character)
    }

    fn kind(&self, piece: Range) -> Kind {
        if self.is_word(piece) {
            return Kind::Word;
        }
        if self.trim_to(piece, Unit::Word).is_none() {
            return Kind::Space;
        }
        let slice = self.slice(piece);
        let ties = is_hyphen(slice) || slice.starts_with(APOSTROPHES);
        let is_tied = |neighbour: Option<Range>| neighbour.is_some_and(|it| self.is_word(it));
        if ties && is_tied(self.segment_before(piece)) && is_tied(self.segment_after(piece)) {
            Kind::Joiner
        } else {
            Kind::Mark
        }
    }

    /// `range` without what an edge must not rest on.
    fn visible(&self, range: Range, unit: Unit) -> Option<Range> {
        let range = self.trim_to(range, unit)?;
        if unit == Unit::Word { self.without_joiners(range) } else { Some(range) }
    }

    /// `range`, which is trimmed, without hyphens and apostrophes at its ends that tie words
    /// together; nothing if there is nothing else.
    fn without_joiners(&self, range: Range) -> Option<Range> {
        let mut range = range;
        loop {
            let first = self.piece_after(range.start(), Unit::Word)?;
            let last = self.piece_before(range.end(), Unit::Word)?;
            range = if self.kind(first) == Kind::Joiner {
                Range::new(first.end(), range.end())?
            } else if self.kind(last) == Kind::Joiner {
                Range::new(range.start(), last.start())?
            } else {
                return Some(range);
            };
            range = self.trim_to(range, Unit::Word)?;
        }
    }

    /// `range` without white space at its ends, in whole graphemes: one that is white space with a
    /// combining mark goes as well. Except for graphemes, also without what nobody sees.
    fn trim_to(&self, range: Range, unit: Unit) -> Option<Range> {
        let is_blank = |it: char| it.is_whitespace() || unit != Unit::Grapheme && is_invisible(it);
        let mut range = range;
        loop {
            let slice = self.slice(range);
            let start = range.start().byte() + (slice.len() - slice.trim_start_matches(is_blank).len());
            let end = start + slice.trim_matches(is_blank).len();
            range = Range::new(Offset::new(start), Offset::new(end))?;
            let first = self.unit_at(range.start(), Unit::Grapheme)?;
            let last = self.unit_at(self.before(range.end())?, Unit::Grapheme)?;
            range = if first.start() < range.start() {
                Range::new(first.end(), range.end())?
            } else if last.end() > range.end() {
                Range::new(range.start(), last.start())?
            } else {
                return Some(range);
            };
        }
    }
}

const APOSTROPHES: [char; 3] = ['\'', '’', 'ʼ'];

fn is_hyphen(segment: &str) -> bool {
    matches!(segment, "-" | "\u{2010}" | "\u{2011}")
}

/// True for characters that stand alone, draw nothing and only steer what is around them.
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// True if two words with a hyphen between them are one: a designation (`F-16`, `9M-133`,
/// `Iskander-M`) or a doubled word (`tank-tank`), and not a pair (`Rusia-Ukraina`) or a word with
/// something attached (`AS-lah`).
fn joins(left: &str, right: &str) -> bool {
    let has_digit = |word: &str| word.contains(char::is_numeric);
    let has_letter = |word: &str| word.contains(char::is_alphabetic);
    let is_letter = |word: &str| {
        let mut characters = word.chars();
        characters.next().is_some_and(char::is_uppercase) && characters.next().is_none()
    };
    let is_code = |word: &str| has_digit(word) || word.len() <= 3 && word.chars().all(char::is_uppercase);
    let is_designation = has_letter(left) && right.starts_with(char::is_numeric)
        || has_digit(left) && has_letter(left) && is_code(right)
        || is_letter(left) && has_letter(right)
        || is_letter(right) && has_letter(left);
    is_designation || is_doubled(&left.to_lowercase(), &right.to_lowercase())
}

fn is_doubled(left: &str, right: &str) -> bool {
    // Of two letters alone, half is too little to tell: `AS-ASEAN` is a pair.
    let is_long = left.chars().count().min(right.chars().count()) >= 3;
    left == right
        || is_long && right.strip_prefix(left).is_some_and(|rest| SUFFIXES.contains(&rest))
        || is_long && left.strip_suffix(right).is_some_and(|rest| PREFIXES.contains(&rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The text with `[` and `]` around a range.
    fn show(text: &Text, range: Option<Range>) -> String {
        let Some(range) = range else { return "nothing".to_owned() };
        let (before, after) = (&text.as_str()[..range.start().byte()], &text.as_str()[range.end().byte()..]);
        format!("{before}[{}]{after}", text.slice(range))
    }

    /// The text without its marks, and where they stood.
    fn marked(input: &str, marks: [char; 2]) -> (Text, Offset, Offset) {
        let start = input.find(marks[0]).expect("a case has a mark");
        let rest = &input[start + 1..];
        let n = rest.find(marks[1]).unwrap_or(0);
        let string = input.replace(marks, "");
        (Text::new(string), Offset::new(start), Offset::new(start + n))
    }

    fn check_all(
        cases: &[(&str, &str)],
        does: impl Fn(&Text, Offset, Offset) -> Option<Range>,
        marks: [char; 2],
    ) {
        for (input, expected) in cases {
            let (text, start, end) = marked(input, marks);
            assert_eq!(show(&text, does(&text, start, end)), *expected, "from {input:?}");
        }
    }

    #[test]
    fn words() {
        // `|` … `|` is the drag, one `|` a click.
        let cases = [
            ("Konflik R|usi|a-Ukraina", "Konflik [Rusia]-Ukraina"),
            ("Konflik R|usia-U|kraina", "Konflik [Rusia-Ukraina]"),
            ("Konflik |Rusia-|Ukraina", "Konflik [Rusia]-Ukraina"),
            ("Konflik Rusia|-Uk|raina", "Konflik Rusia-[Ukraina]"),
            ("Rusia-Ukr|aina", "Rusia-[Ukraina]"),
            ("A|S-lah yang", "[AS]-lah yang"),
            ("A|S-l|ah yang", "[AS-lah] yang"),
            ("AS|-lah yang", "[AS]-lah yang"),
            ("the Ukr|ainians’ Javelins", "the [Ukrainians]’ Javelins"),
            ("Lam|brecht's tanks", "[Lambrecht]'s tanks"),
            ("Lam|brecht'|s tanks", "[Lambrecht]'s tanks"),
            ("Lam|brecht's| tanks", "[Lambrecht's] tanks"),
            ("de l’Ukr|aine", "de l’[Ukraine]"),
            ("Ma'r|uf dan Jum'at", "[Ma'ruf] dan Jum'at"),
            ("Serikat (A|S) dan", "Serikat ([AS]) dan"),
            ("Serikat (A|S) d|an", "Serikat ([AS) dan]"),
            ("Serikat |(AS)| dan", "Serikat [(AS)] dan"),
            ("mengirim ta|nk-tank Leopard", "mengirim [tank-tank] Leopard"),
            ("mengirim tank-ta|nk Le|opard", "mengirim [tank-tank Leopard]"),
            ("tank-tank|nya", "[tank-tanknya]"),
            ("ber|lari-lari", "[berlari-lari]"),
            ("KTT A|S-ASEAN", "KTT [AS]-ASEAN"),
            ("F-1|6, AK-47.", "[F-16], AK-47."),
            ("F|-16, AK-47.", "[F-16], AK-47."),
            ("F-16, A|K-4|7.", "F-16, [AK-47]."),
            ("9K|720 Iskan|der-M dan", "[9K720 Iskander-M] dan"),
            ("M1|42 HIM|ARS;", "[M142 HIMARS];"),
            ("rudal anti-pes|awat", "rudal anti-[pesawat]"),
            ("rudal an|ti-pes|awat", "rudal [anti-pesawat]"),
            ("|“Kami si|ap,” kata", "[“Kami siap],” kata"),
            ("|“Kami siap,”| kata", "[“Kami siap,”] kata"),
            ("“K|ami si|ap,” kata", "“[Kami siap],” kata"),
            ("|'Ma'ruf siap,'| ujar", "['Ma'ruf siap,'] ujar"),
            ("Zelenskyy|: Kami", "[Zelenskyy]: Kami"),
            ("Zelenskyy|:| Kami", "Zelenskyy[:] Kami"),
            ("di | Kyiv | kemarin", "di  [Kyiv]  kemarin"),
            ("di | | kemarin", "nothing"),
            ("di | kemarin", "nothing"),
            ("Kyiv|", "[Kyiv]"),
            ("Rusia|-|Ukraina", "Rusia[-]Ukraina"),
            ("Amerika\u{a0}Ser|ikat", "Amerika\u{a0}[Serikat]"),
            ("รัฐมนตรีกลาโหมสห|รัฐฯกล่าว", "รัฐมนตรีกลาโหม[สหรัฐฯ]กล่าว"),
            ("首相は「|戦|車を送る」と", "首相は「[戦車]を送る」と"),
            ("|🇺🇦 membalas", "[🇺🇦] membalas"),
            ("هبه|ب\u{200e}\u{200e}) di", "[هبهب]\u{200e}\u{200e}) di"),
            ("a| \u{308} |b", "nothing"),
            ("|", "nothing"),
        ];
        check_all(&cases, |text, start, end| text.snap(end, start, Unit::Word), ['|', '|']);
    }

    #[test]
    fn larger_units() {
        let cases = [
            (Unit::Sentence, "Satu. D|ua.  Tiga.", "Satu. [Dua.]  Tiga."),
            (Unit::Sentence, "Sa|tu. Du|a.  Tiga.", "[Satu. Dua.]  Tiga."),
            (Unit::Paragraph, "Satu. D|ua.\nTiga.", "[Satu. Dua.]\nTiga."),
            (Unit::Paragraph, "Satu.\n|\nTiga.", "nothing"),
            (Unit::Paragraph, "Sat|u.\n\nTi|ga.", "[Satu.\n\nTiga.]"),
            (Unit::Article, " Satu.\n|Dua.\n", " [Satu.\nDua.]\n"),
            (Unit::Grapheme, "Ru|si|a", "Ru[si]a"),
            (Unit::Grapheme, "a| Kyiv  |b", "a [Kyiv]  b"),
            (Unit::Grapheme, "a| \u{308} Kyiv|b", "a \u{308} [Kyiv]b"),
            (Unit::Grapheme, "A|\u{ad}B|", "A[\u{ad}B]"),
            (Unit::Grapheme, "x|e|\u{308}", "x[e\u{308}]"),
        ];
        for (unit, input, expected) in cases {
            check_all(&[(input, expected)], |text, start, end| text.snap(start, end, unit), ['|', '|']);
        }
    }

    #[test]
    fn edges_move_over_space_and_hyphens() {
        let out = |text: &Text, side, unit, start, end| {
            text.nudge(Range::new(start, end).expect("not empty"), side, unit, true)
        };
        let inward = |text: &Text, side, unit, start, end| {
            text.nudge(Range::new(start, end).expect("not empty"), side, unit, false)
        };
        // The range before, and after moving its end by a word.
        check_all(
            &[
                ("[AS]-lah yang", "[AS-lah] yang"),
                ("[AS-lah]  yang", "[AS-lah  yang]"),
                ("“[siap],” kata", "“[siap,]” kata"),
                ("[mengirim] F-16.", "[mengirim F-16]."),
                ("[Ru]sia", "[Rusia]"),
                ("[Rusia] ", "nothing"),
            ],
            |text, start, end| out(text, Side::End, Unit::Word, start, end),
            ['[', ']'],
        );
        check_all(
            &[
                ("[AS-lah] yang", "[AS]-lah yang"),
                ("[satu  dua]", "[satu]  dua"),
                ("[satu, dua ]", "[satu,] dua "),
                ("[satu]", "nothing"),
                ("[satu F-16]", "[satu] F-16"),
            ],
            |text, start, end| inward(text, Side::End, Unit::Word, start, end),
            ['[', ']'],
        );
        check_all(
            &[("Rusia-[Ukraina]", "[Rusia-Ukraina]"), ("“ [siap]", "[“ siap]"), (" [x]", "nothing")],
            |text, start, end| out(text, Side::Start, Unit::Word, start, end),
            ['[', ']'],
        );
        check_all(
            &[("[Rusia-Ukraina]", "Rusia-[Ukraina]"), ("[ “ siap]", " “ [siap]")],
            |text, start, end| inward(text, Side::Start, Unit::Word, start, end),
            ['[', ']'],
        );
        check_all(
            &[("[a] bc", "[a b]c"), ("[a]e\u{308}", "[ae\u{308}]")],
            |text, start, end| out(text, Side::End, Unit::Grapheme, start, end),
            ['[', ']'],
        );
        check_all(
            &[("[a e\u{308}]", "[a] e\u{308}"), ("[a]", "nothing")],
            |text, start, end| inward(text, Side::End, Unit::Grapheme, start, end),
            ['[', ']'],
        );
    }
}
