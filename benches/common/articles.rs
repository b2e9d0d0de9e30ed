//! Articles with annotations that nest, cross, coincide and have several pieces: the same each time.

use sorot::file::PRESETS;
use sorot::model::{Annotation, AnnotationSet, Origin, Relation, Schema, Status};
use sorot::text::{OffsetUnit, Range, Span, Text};

/// An article and how much is annotated in it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) n_bytes: usize,
    pub(crate) n_annotations: usize,
    pub(crate) kind: Kind,
    /// How often the slow things are done.
    pub(crate) n_runs: usize,
}

/// What the text of a case is like.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Paragraphs of Indonesian and English.
    Latin,
    /// Paragraphs of sentences in eight scripts, one after the other.
    Mixed,
    /// One line without an end.
    OneParagraph,
    /// Lines of some forty bytes.
    ShortLines,
}

/// A text with annotations that nest, cross, coincide and have several pieces: the same each time.
pub(crate) struct Article {
    pub(crate) text: Text,
    pub(crate) set: AnnotationSet,
    pub(crate) schema: Schema,
}

impl Article {
    /// Another one for each seed.
    pub(crate) fn new(case: &Case, seed: u64) -> Article {
        let mut random = fastrand::Rng::with_seed(seed);
        let (text, places) = write_text(case, &mut random);
        let annotations = annotate(case, &text, &places, &mut random);
        let relations = relate(&annotations);
        let set = AnnotationSet::new(Status::InProgress, annotations, relations, []);
        Article { text, set, schema: PRESETS[0].schema() }
    }
}

/// The text, and where each of its words lies. In scripts without spaces a word is three
/// characters.
fn write_text(case: &Case, random: &mut fastrand::Rng) -> (Text, Vec<(usize, usize)>) {
    const LATIN: [&str; 3] = [
        include_str!("../../samples/articles/topmedia-ukraina.txt"),
        include_str!("../../samples/articles/id-ranjau-makassar.txt"),
        include_str!("../../samples/articles/en-shell-count.txt"),
    ];
    const ARABIC: &str = include_str!("../../samples/articles/ar-border-crossing.txt");
    const JAPANESE: &str = include_str!("../../samples/articles/ja-cable-watch.txt");
    const THAI: &str = include_str!("../../samples/articles/th-mekong-bombs.txt");
    const HEBREW: &str = "שר הביטחון אמר ביום שני כי המדינה תעביר לאוקראינה טנקים ותחמושת לפני סוף השנה";
    const HINDI: &str = "रक्षा मंत्री ने सोमवार को कहा कि देश साल के अंत से पहले टैंक और गोला बारूद भेजेगा";
    const EMOJI: &str = "👍🏽 👨\u{200d}👩\u{200d}👧 🇦🇷 ⚔\u{fe0f}";
    let spaced = |string: &str| string.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let latin = spaced(&LATIN.join(" "));
    let vocabularies: Vec<(Vec<String>, &str)> = match case.kind {
        Kind::Mixed => vec![
            (latin, " "),
            (spaced(ARABIC), " "),
            (spaced(HINDI), " "),
            (unspaced(THAI), ""),
            (unspaced(JAPANESE), ""),
            (spaced(HEBREW), " "),
            (spaced(EMOJI), " "),
        ],
        _ => vec![(latin, " ")],
    };
    let mut string = String::with_capacity(case.n_bytes + 1_000);
    let mut places = Vec::new();
    let mut line_start = 0;
    while string.len() < case.n_bytes {
        let (words, space) = &vocabularies[random.usize(..vocabularies.len())];
        let first = random.usize(..words.len());
        for word in words.iter().cycle().skip(first).take(random.usize(6..20)) {
            places.push((string.len(), string.len() + word.len()));
            string.push_str(word);
            string.push_str(space);
            if case.kind == Kind::ShortLines && string.len() - line_start > 36 {
                string.push('\n');
                line_start = string.len();
            }
        }
        let ends_paragraph = matches!(case.kind, Kind::Latin | Kind::Mixed) && random.u32(..8) == 0;
        string.push_str(if ends_paragraph { ".\n\n" } else { ". " });
    }
    (Text::new(string), places)
}

/// Three characters at a time.
fn unspaced(string: &str) -> Vec<String> {
    let text = Text::new(string.split_whitespace().collect::<String>());
    let graphemes: Vec<&str> =
        text.whole().into_iter().flat_map(|it| text.graphemes(it)).map(|it| text.slice(it)).collect();
    graphemes.chunks(3).map(<[&str]>::concat).collect()
}

/// Groups of ten annotations at random places. Groups overlap where they fall together.
fn annotate(
    case: &Case,
    text: &Text,
    places: &[(usize, usize)],
    random: &mut fastrand::Rng,
) -> Vec<Annotation> {
    /// Labels of the default schema, and which words of the group they cover.
    const GROUP: [(&str, &[(usize, usize)]); 10] = [
        ("quote", &[(0, 12)]),
        ("speaker", &[(13, 15)]),
        ("country", &[(3, 4)]),             // nested
        ("weapon", &[(5, 7)]),              // nested
        ("country", &[(5, 7)]),             // the same characters
        ("speaker", &[(10, 14)]),           // crosses quote and speaker
        ("quote", &[(16, 20), (23, 28)]),   // two pieces
        ("weapon", &[(18, 25)]),            // crosses both
        ("country", &[(2, 9)]),             // around others
        ("speaker", &[(30, 31), (33, 34)]), // two pieces
    ];
    const LENGTH: usize = 34;
    let at = |byte: usize| text.locate(byte, OffsetUnit::Byte).expect("words start between characters");
    let mut annotations = Vec::with_capacity(case.n_annotations);
    let mut first = 0;
    for i in 0..case.n_annotations {
        if i % GROUP.len() == 0 {
            first = random.usize(..places.len() - LENGTH);
        }
        let (label, pieces) = GROUP[i % GROUP.len()];
        let ranges = pieces.iter().map(|&(from, to)| {
            let range = Range::new(at(places[first + from].0), at(places[first + to - 1].1));
            range.expect("words are not empty")
        });
        let span = Span::new(ranges).expect("there is a piece");
        annotations.push(annotation(&format!("s{i:08}"), label, span));
    }
    annotations
}

pub(crate) fn annotation(id: &str, label: &str, span: Span) -> Annotation {
    Annotation { origin: Origin::Manual, ..Annotation::new(id.into(), label, span) }
}

/// Two of three groups have a speaker for their first quote.
fn relate(annotations: &[Annotation]) -> Vec<Relation> {
    let groups = annotations.chunks(10).enumerate().filter(|(i, group)| i % 3 > 0 && group.len() > 1);
    groups
        .map(|(i, group)| Relation {
            id: format!("r{i:08}").as_str().into(),
            label: "says".to_owned(),
            from: group[1].id.clone(),
            to: group[0].id.clone(),
            attributes: Default::default(),
            note: String::new(),
            origin: Origin::Manual,
            created: None,
            modified: None,
            extra: Default::default(),
        })
        .collect()
}
