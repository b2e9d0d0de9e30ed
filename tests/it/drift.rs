//! Spans find their places again in an article that was edited.
//!
//! An editor that knows where every character went makes the copies, so each answer is held
//! against the truth. The articles are those of `samples/`; with `SOROT_CORPORA=<folder>` all texts
//! below that folder are taken as well:
//!
//! ```text
//! SOROT_CORPORA=<folder> cargo test --release --test it drift -- --nocapture
//! ```

#![expect(clippy::print_stdout, reason = "`--nocapture` shows the figures")]

use std::fmt;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use sorot::text::{Alignment, Carried, OffsetUnit, Range, Span, Text};

/// A stretch of characters.
type Stretch = std::ops::Range<usize>;

/// A character and which ones of the article it is, counted in characters: one, or several that
/// were composed.
type Character = (char, Option<(usize, usize)>);

/// An article that is being edited.
struct Edited {
    characters: Vec<Character>,
}

/// A kind of edit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Edit {
    Insert,
    Delete,
    Words,
    ManyWords,
    DeleteLines,
    MoveLines,
    Crlf,
    Cr,
    Compose,
    Decompose,
    Encode,
    Rewrap,
    Quotes,
}

const EDITS: &[Edit] = &[
    Edit::Insert,
    Edit::Delete,
    Edit::Words,
    Edit::ManyWords,
    Edit::DeleteLines,
    Edit::MoveLines,
    Edit::Crlf,
    Edit::Cr,
    Edit::Compose,
    Edit::Decompose,
    Edit::Encode,
    Edit::Rewrap,
    Edit::Quotes,
];

impl Edited {
    fn new(text: &str) -> Edited {
        Edited { characters: text.chars().enumerate().map(|(i, it)| (it, Some((i, i + 1)))).collect() }
    }

    fn text(&self) -> Text {
        Text::new(self.characters.iter().map(|it| it.0).collect::<String>())
    }

    /// The words, as ranges of characters.
    fn words(&self) -> Vec<Stretch> {
        runs(&self.characters, |it| it.is_alphanumeric())
    }

    fn lines(&self) -> Vec<Vec<Character>> {
        self.characters.split_inclusive(|it| it.0 == '\n').map(<[_]>::to_vec).collect()
    }

    fn edit(&mut self, edit: Edit, random: &mut Rng) {
        match edit {
            Edit::Insert => {
                let words = self.words();
                let (Some(at), Some(source)) = (random.choice(&words), random.choice(&words)) else { return };
                let last = (source.start + random.usize(1..80)).min(self.characters.len());
                let new = self.characters[source.start..last].iter().map(|it| (it.0, None));
                let new: Vec<Character> = new.chain([(' ', None)]).collect();
                self.characters.splice(at.start..at.start, new);
            }
            Edit::Delete => {
                let Some(at) = random.choice(self.words()) else { return };
                let end = (at.start + random.usize(1..120)).min(self.characters.len());
                self.characters.drain(at.start..end);
            }
            Edit::Words => self.edit_words(0.01, random),
            Edit::ManyWords => self.edit_words(0.05, random),
            Edit::DeleteLines => {
                let mut lines = self.lines();
                lines.retain(|_| random.f64() > 0.1);
                self.characters = lines.concat();
            }
            Edit::MoveLines => {
                let mut lines = self.lines();
                for _ in 0..lines.len().div_ceil(20) {
                    let line = lines.remove(random.usize(..lines.len()));
                    lines.insert(random.usize(..=lines.len()), line);
                }
                self.characters = lines.concat();
            }
            Edit::Crlf => self.replace(|it| (it == '\n').then(|| "\r\n".to_owned())),
            Edit::Cr => self.replace(|it| (it == '\n').then(|| "\r".to_owned())),
            Edit::Compose => self.compose(),
            Edit::Decompose => {
                const NFD: DecomposingNormalizerBorrowed<'static> = DecomposingNormalizerBorrowed::new_nfd();
                self.replace(|it| Some(NFD.normalize(it.encode_utf8(&mut [0; 4])).into_owned()));
            }
            Edit::Encode => {
                for (character, place) in &mut self.characters {
                    let text = character.to_string();
                    if encoding_rs::WINDOWS_1252.encode(&text).2 {
                        (*character, *place) = ('?', None);
                    }
                }
            }
            Edit::Rewrap => self.rewrap(),
            Edit::Quotes => self.replace(|it| match it {
                '“' | '”' => Some("\"".to_owned()),
                '‘' | '’' => Some("'".to_owned()),
                '"' => Some("”".to_owned()),
                '–' | '—' => Some("-".to_owned()),
                '-' => Some("–".to_owned()),
                _ => None,
            }),
        }
    }

    /// Puts something that reads the same in place of a character.
    fn replace(&mut self, same: impl Fn(char) -> Option<String>) {
        let mut characters = Vec::with_capacity(self.characters.len());
        for &(character, place) in &self.characters {
            match same(character) {
                Some(text) => characters.extend(text.chars().map(|it| (it, place))),
                None => characters.push((character, place)),
            }
        }
        self.characters = characters;
    }

    fn compose(&mut self) {
        const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
        let text = self.text();
        let mut characters = Vec::new();
        let mut at = 0;
        if let Some(whole) = text.whole() {
            for grapheme in text.graphemes(whole) {
                let letters = text.slice(grapheme);
                let n = letters.chars().count();
                let composed: Vec<char> = NFC.normalize(letters).chars().collect();
                let own = &self.characters[at..at + n];
                if composed.len() == n {
                    characters.extend_from_slice(own);
                } else {
                    let place = own[0].1.zip(own[n - 1].1).map(|(first, last)| (first.0, last.1));
                    characters.extend(composed.into_iter().map(|it| (it, place)));
                }
                at += n;
            }
        }
        self.characters = characters;
    }

    /// Breaks lines at 72 characters, as mail programs do.
    fn rewrap(&mut self) {
        let mut column = 0;
        for i in 0..self.characters.len() {
            column = if self.characters[i].0 == '\n' { 0 } else { column + 1 };
            if self.characters[i].0 == ' ' && column > 72 {
                self.characters[i].0 = '\n';
                column = 0;
            }
        }
    }

    fn edit_words(&mut self, part: f64, random: &mut Rng) {
        for word in self.words().into_iter().rev() {
            if random.f64() >= part {
                continue;
            }
            let at = random.usize(word.clone());
            let letter = (random.lowercase(), None);
            match random.u8(..5) {
                0 => drop(self.characters.remove(at)),
                1 => self.characters.insert(at, letter),
                2 if word.len() > 1 && at > word.start => self.characters.swap(at - 1, at),
                3 => drop(self.characters.drain(word)),
                _ => self.characters[at] = letter,
            }
        }
    }

    /// Where a stretch of the article stands now, in characters: nothing if not all of it does, in
    /// order and with nothing between.
    fn truth(&self, stretch: &Stretch) -> Option<Stretch> {
        let is_of = |it: &Character| it.1.is_some_and(|(from, to)| from < stretch.end && stretch.start < to);
        let start = self.characters.iter().position(is_of)?;
        let end = self.characters.iter().rposition(is_of)? + 1;
        let places: Option<Vec<_>> = self.characters[start..end].iter().map(|it| it.1).collect();
        let places = places?;
        // A character that became several stands there several times.
        let goes_on = places.windows(2).all(|it| it[0] == it[1] || it[0].1 == it[1].0);
        let is_whole = places[0].0 == stretch.start && places[places.len() - 1].1 == stretch.end;
        (goes_on && is_whole).then_some(start..end)
    }

    /// True if all letters of a span are those of the stretches: a blank line between them may have
    /// gone.
    fn is_own(&self, text: &Text, span: &Span, stretches: &[Stretch]) -> bool {
        let place = |offset| text.measure(offset, OffsetUnit::CodePoint);
        let letters =
            span.ranges().iter().flat_map(|it| &self.characters[place(it.start())..place(it.end())]);
        letters.filter(|it| !it.0.is_whitespace()).all(|it| {
            it.1.is_some_and(|(from, to)| stretches.iter().any(|own| own.start <= from && to <= own.end))
        })
    }
}

fn runs(characters: &[Character], is_in: impl Fn(char) -> bool) -> Vec<Stretch> {
    let mut runs = Vec::new();
    let mut start = None;
    for (i, it) in characters.iter().enumerate() {
        match (is_in(it.0), start) {
            (true, None) => start = Some(i),
            (false, Some(from)) => {
                runs.push(from..i);
                start = None;
            }
            _ => {}
        }
    }
    runs.extend(start.map(|from| from..characters.len()));
    runs
}

/// What came of the spans of one kind.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    /// Spans whose surface survived.
    n_survived: usize,
    /// Of those: moved to the right place.
    exact: usize,
    /// Placed there, to be looked at.
    placed: usize,
    /// Placed elsewhere, to be looked at.
    misplaced: usize,
    /// Without a place.
    lost: usize,
    /// Moved elsewhere, in silence: must not be.
    wrong: usize,
    /// Spans whose surface did not survive.
    n_destroyed: usize,
    /// Of those: moved to equal letters elsewhere, in silence.
    other: usize,
    /// Of all: moved to other letters, in silence: must not be.
    silent: usize,
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Tally) {
        self.n_survived += other.n_survived;
        self.exact += other.exact;
        self.placed += other.placed;
        self.misplaced += other.misplaced;
        self.lost += other.lost;
        self.wrong += other.wrong;
        self.n_destroyed += other.n_destroyed;
        self.other += other.other;
        self.silent += other.silent;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = (self.exact + self.placed) as f64 / self.n_survived.max(1) as f64;
        write!(
            f,
            "{:>8} survived: {:>8.3} % right ({} unmarked, {} marked), {} misplaced, {} lost, {} wrong; {} destroyed: {} on equal letters; {} silently on others",
            self.n_survived,
            100.0 * part,
            self.exact,
            self.placed,
            self.misplaced,
            self.lost,
            self.wrong,
            self.n_destroyed,
            self.other,
            self.silent
        )
    }
}

/// Spans as people make them: of some words each, at times in two pieces.
fn spans(article: &Edited, random: &mut Rng) -> Vec<Vec<Stretch>> {
    let (words, text) = (article.words(), article.text());
    let is_boundary = |at| text.is_grapheme_boundary(text.locate(at, OffsetUnit::CodePoint).unwrap());
    let words: Vec<Stretch> =
        words.into_iter().filter(|it| is_boundary(it.start) && is_boundary(it.end)).collect();
    let mut spans = Vec::new();
    for _ in 0..(words.len() / 4).clamp(1, 200) {
        let Some(first) = (!words.is_empty()).then(|| random.usize(..words.len())) else { break };
        let n = if random.bool() { random.usize(1..4) } else { random.usize(1..25) };
        let last = (first + n - 1).min(words.len() - 1);
        let mut span = Vec::new();
        span.push(words[first].start..words[last].end);
        if random.u8(..10) == 0 && last + 2 < words.len() {
            span.push(words[last + 2].clone());
        }
        spans.push(span);
    }
    spans
}

fn range(text: &Text, stretch: &Stretch) -> Range {
    let offset = |at| text.locate(at, OffsetUnit::CodePoint).unwrap();
    Range::new(offset(stretch.start), offset(stretch.end)).unwrap()
}

/// Carries spans of an article to an edited copy, and holds the answers against the truth.
fn check(article: &Edited, copy: &Edited, spans: &[Vec<Stretch>]) -> Tally {
    let (old, new) = (article.text(), copy.text());
    let alignment = Alignment::new(&old, &new);
    let mut tally = Tally::default();
    for stretches in spans {
        let span = Span::new(stretches.iter().map(|it| range(&old, it))).unwrap();
        let truth: Option<Vec<Stretch>> = stretches.iter().map(|it| copy.truth(it)).collect();
        // Fragments in another order are no longer the same span.
        let truth = truth.filter(|it| it.windows(2).all(|it| it[0].end <= it[1].start));
        let truth = truth.map(|it| Span::new(it.iter().map(|it| range(&new, it))).unwrap());
        let carried = alignment.carry(&span);
        if let Carried::Moved(there) | Carried::Placed { span: there, .. } = &carried {
            for range in there.ranges() {
                assert!(new.is_grapheme_boundary(range.start()) && new.is_grapheme_boundary(range.end()));
                assert!(range.end() <= new.end());
            }
        }
        if let Carried::Moved(there) = &carried
            && reading(&old.surface(&span)) != reading(&new.surface(there))
        {
            tally.silent += 1;
        }
        match (truth, carried) {
            (Some(truth), carried) => {
                tally.n_survived += 1;
                match carried {
                    Carried::Moved(there) if there == truth => tally.exact += 1,
                    Carried::Moved(_) => tally.wrong += 1,
                    Carried::Placed { span: there, .. } if there == truth => tally.placed += 1,
                    Carried::Placed { .. } => tally.misplaced += 1,
                    Carried::Lost(_) => tally.lost += 1,
                }
            }
            (None, Carried::Moved(there)) => {
                tally.n_destroyed += 1;
                tally.other += usize::from(!copy.is_own(&new, &there, stretches));
            }
            (None, _) => tally.n_destroyed += 1,
        }
    }
    tally
}

/// What a reader reads: written another way than the program does it.
fn reading(surface: &str) -> String {
    const NFC: ComposingNormalizerBorrowed<'static> = ComposingNormalizerBorrowed::new_nfc();
    let words: Vec<&str> = surface.split_whitespace().collect();
    let plain = words.join(" ").replace(['“', '”'], "\"").replace(['‘', '’'], "'");
    NFC.normalize(&plain.replace(['–', '—'], "-")).into_owned()
}

/// All texts below a folder.
fn texts(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|it| it == "txt") {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// Edits copies of articles in every way, and counts what becomes of their spans.
fn edit_and_carry(paths: &[PathBuf], n_copies: usize) -> Tally {
    let mut by_edit = vec![Tally::default(); EDITS.len()];
    let mut several = Tally::default();
    let mut n = 0;
    for (seed, path) in paths.iter().enumerate() {
        let Ok(text) = std::fs::read_to_string(path) else { continue };
        let article = Edited::new(text.trim_start_matches('\u{feff}'));
        let mut random = Rng::with_seed(seed as u64);
        for copy in 0..n_copies {
            let mut edited = Edited { characters: article.characters.clone() };
            let kind = copy % (2 * EDITS.len());
            let spans = spans(&article, &mut random);
            if let Some(&edit) = EDITS.get(kind) {
                edited.edit(edit, &mut random);
                by_edit[kind] += check(&article, &edited, &spans);
            } else {
                for _ in 0..random.usize(2..6) {
                    edited.edit(*random.choice(EDITS).unwrap(), &mut random);
                }
                several += check(&article, &edited, &spans);
            }
            n += 1;
        }
    }
    let mut all = several;
    println!("{n} copies of {} articles", paths.len());
    for (edit, tally) in EDITS.iter().zip(&by_edit) {
        println!("{:<14}{tally}", format!("{edit:?}"));
        all += *tally;
    }
    println!("{:<14}{several}", "several");
    println!("{:<14}{all}", "all");
    all
}

#[test]
fn spans_follow_their_text_through_edits() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/articles");
    let mut all = edit_and_carry(&texts(&samples), 156);
    if let Some(folder) = std::env::var_os("SOROT_CORPORA") {
        all = edit_and_carry(&texts(Path::new(&folder)), 26);
    }
    assert_eq!(all.silent, 0, "a span that moved in silence covers what it covered");
    let right = (all.exact + all.placed) as f64 / all.n_survived as f64;
    assert!(right >= 0.995, "{right}");
}
