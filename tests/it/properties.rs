//! What holds for every text, span and edit, not only for those somebody thought of.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use icu_segmenter::options::{SentenceBreakInvariantOptions, WordBreakInvariantOptions};
use icu_segmenter::{GraphemeClusterSegmenter, SentenceSegmenter, WordSegmenter};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use sorot::model::{
    Annotation, AnnotationId, Change, Document, Edit, Extra, History, Newline, Origin, Owner, Project,
    Relation, RelationId, Schema, SetKey, Source, Status, Transaction,
};
use sorot::text::marked::{Marked, MarkedLabel, MarkedRelation};
use sorot::text::{Alignment, Carried, Offset, OffsetUnit, Range, Side, Span, SpanOrder, Text, Unit};

const UNITS: [Unit; 5] = [Unit::Grapheme, Unit::Word, Unit::Sentence, Unit::Paragraph, Unit::Article];
const OFFSET_UNITS: [OffsetUnit; 3] = [OffsetUnit::Byte, OffsetUnit::CodePoint, OffsetUnit::Utf16];

/// Pieces that have broken offsets, boundaries or snapping somewhere.
const PIECES: &[&str] = &[
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r",
    "\u{2028}",
    "\u{85}",
    "\t",
    "\u{a0}",
    "\u{202f}",
    "\u{3000}",
    "a",
    "AS",
    "Rusia",
    "-",
    "-",
    ".",
    ". ",
    "? ",
    "! A",
    ",",
    ":",
    "'",
    "’",
    "s",
    "“",
    "”",
    "\"",
    "(",
    ")",
    "F-16",
    "3.5",
    "tank-tank",
    "\u{308}",
    "e\u{308}",
    "\u{200d}",
    "\u{200c}",
    "\u{200b}",
    "\u{200e}",
    "\u{ad}",
    "\u{feff}",
    "🇺🇦",
    "🇷",
    "👨\u{200d}👩",
    "👍🏽",
    "⚔\u{fe0f}",
    "𠮷",
    "坦克",
    "。",
    "他說",
    "戦車を",
    "รัสเซีย",
    "แพ้",
    "ำ",
    "क्षि",
    "रूस",
    "\u{94d}",
    "한국",
    "\u{1112}\u{1161}",
    "\u{600}",
    "א",
    "ب",
    "\0",
    "\u{fffd}",
    "ﬀ",
    "İ",
    "{",
    "}",
    "---",
    "7",
    "\u{d4e}",
];

fn any_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        8 => select(PIECES).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-z]{1,8}",
    ];
    vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Some KB, so that windows and the whole differ.
fn long_text() -> impl Strategy<Value = String> {
    (vec(any_text(), 1..6), 1..12_usize).prop_map(|(parts, n)| parts.concat().repeat(n))
}

fn offsets(text: &Text) -> Vec<Offset> {
    let byte = |byte| text.locate(byte, OffsetUnit::Byte).ok();
    (0..=text.length(OffsetUnit::Byte)).filter_map(byte).collect()
}

fn pick(text: &Text, index: &Index) -> Offset {
    let all = offsets(text);
    all[index.index(all.len())]
}

/// All places where a unit starts or ends, by asking offset after offset.
fn windowed(text: &Text, unit: Unit) -> Vec<usize> {
    let all = offsets(text);
    let ends = all.iter().filter(|&&offset| text.is_boundary(offset, unit));
    ends.map(|&offset| text.measure(offset, OffsetUnit::Byte)).collect()
}

/// The same by segmenting the whole text at once.
fn whole(text: &Text, unit: Unit) -> Vec<usize> {
    let string = text.as_str();
    let graphemes: Vec<usize> = GraphemeClusterSegmenter::new().segment_str(string).collect();
    // The rules break within a few graphemes; its end counts then.
    let grapheme_end = |byte: usize| graphemes[graphemes.partition_point(|&it| it < byte)];
    let mut boundaries: Vec<usize> = match unit {
        Unit::Sentence => SentenceSegmenter::new(SentenceBreakInvariantOptions::default())
            .segment_str(string)
            .map(grapheme_end)
            .collect(),
        Unit::Word => {
            // A boundary around white space, and none within.
            let words: BTreeSet<usize> = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default())
                .segment_str(string)
                .map(grapheme_end)
                .collect();
            let is_space = |i: usize| string[graphemes[i]..graphemes[i + 1]].chars().all(char::is_whitespace);
            let inner =
                (1..graphemes.len().saturating_sub(1)).filter(|&i| match (is_space(i - 1), is_space(i)) {
                    (true, true) => false,
                    (false, false) => words.contains(&graphemes[i]),
                    _ => true,
                });
            inner.map(|i| graphemes[i]).collect()
        }
        Unit::Grapheme | Unit::Paragraph | Unit::Article => graphemes.clone(),
    };
    boundaries.extend([0, string.len()]);
    boundaries.sort_unstable();
    boundaries.dedup();
    boundaries
}

fn any_span() -> impl Strategy<Value = Span> {
    span_in(40)
}

/// A span of an ASCII text of that length.
fn span_in(n: usize) -> impl Strategy<Value = Span> {
    let text = Text::new("x".repeat(n));
    vec((0..n, 1..=n), 1..5).prop_map(move |pairs| {
        let at = |value: usize| text.locate(value, OffsetUnit::Byte).expect("within the text");
        let ranges = pairs
            .into_iter()
            .filter_map(|(start, n_bytes)| Range::new(at(start), at((start + n_bytes).min(n))));
        Span::new(ranges).expect("no range is empty")
    })
}

/// The characters a span covers, one by one: what the algebra is measured by.
fn covered(span: &Span) -> BTreeSet<usize> {
    let text = Text::new("x".repeat(40));
    offsets(&text)
        .into_iter()
        .filter(|&it| span.contains(it))
        .map(|it| text.measure(it, OffsetUnit::Byte))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_carried_span_lies_in_the_new_text(
        old in long_text(), kept in long_text(), changed in any_text(), cuts in vec(any::<Index>(), 2), ends in vec(any::<Index>(), 2),
    ) {
        // Something of the old text, before and after something else.
        let at = |index: &Index| old.char_indices().nth(index.index(old.chars().count() + 1)).map_or(old.len(), |(at, _)| at);
        let mut cut = [at(&cuts[0]), at(&cuts[1])];
        cut.sort_unstable();
        let edited = format!("{}{changed}{}", &old[..cut[0]], &old[cut[1]..]);
        let old = Text::new(old.clone());
        let mut edges: Vec<Offset> = ends
            .iter()
            .map(|it| old.locate(it.index(old.as_str().len() + 1), OffsetUnit::Byte).unwrap_or(Offset::START))
            .collect();
        edges.sort_unstable();
        let Some(range) = Range::new(edges[0], edges[1]) else { return Ok(()) };
        let span = Span::from(range);
        prop_assert_eq!(Alignment::new(&old, &old).carry(&span), Carried::Moved(span.clone()));
        for new in [Text::new(edited), Text::new(kept), Text::new(changed)] {
            let carried = Alignment::new(&old, &new).carry(&span);
            prop_assert_eq!(&carried, &Alignment::new(&old, &new).carry(&span));
            let (place, is_silent) = match carried {
                Carried::Moved(place) => (place, true),
                Carried::Placed { span: place, score } => {
                    prop_assert!((0.0..=1.0).contains(&score), "{}", score);
                    (place, false)
                }
                Carried::Lost(_) => continue,
            };
            prop_assert!(place.end() <= new.end());
            if new != old {
                let boundaries: BTreeSet<usize> =
                    GraphemeClusterSegmenter::new().segment_str(new.as_str()).collect();
                for range in place.ranges() {
                    for end in [range.start(), range.end()] {
                        prop_assert!(boundaries.contains(&new.measure(end, OffsetUnit::Byte)));
                    }
                }
            }
            if is_silent {
                // Whatever is folded, letters and digits are those that were covered.
                let letters = |surface: String| -> String {
                    let normal = icu_normalizer::DecomposingNormalizerBorrowed::new_nfd();
                    normal.normalize(&surface).chars().filter(|it| it.is_alphanumeric()).collect()
                };
                prop_assert!(
                    letters(new.surface(&place)).contains(&letters(old.surface(&span))),
                    "{:?} for {:?}", new.surface(&place), old.surface(&span)
                );
            }
        }
    }

    #[test]
    fn numbers_go_in_and_out_unchanged(string in long_text()) {
        let text = Text::new(string.clone());
        let mut expected = [0, 0, 0];
        for (byte, character) in string.char_indices() {
            expected[0] = byte;
            for (unit, &value) in OFFSET_UNITS.into_iter().zip(&expected) {
                let offset = text.locate(value, unit).expect("a character starts there");
                prop_assert_eq!(text.measure(offset, OffsetUnit::Byte), byte);
                prop_assert_eq!(text.measure(offset, unit), value);
            }
            for inside in 1..character.len_utf8() {
                prop_assert!(text.locate(byte + inside, OffsetUnit::Byte).is_err());
            }
            if character.len_utf16() == 2 {
                prop_assert!(text.locate(expected[2] + 1, OffsetUnit::Utf16).is_err());
            }
            expected[1] += 1;
            expected[2] += character.len_utf16();
        }
        for unit in OFFSET_UNITS {
            prop_assert_eq!(text.locate(text.length(unit), unit), Ok(text.end()));
            prop_assert!(text.locate(text.length(unit) + 1, unit).is_err());
        }
    }

    #[test]
    fn spans_are_sets_of_characters(a in any_span(), b in any_span()) {
        let (in_a, in_b) = (covered(&a), covered(&b));
        prop_assert_eq!(covered(&a.union(&b)), &in_a | &in_b);
        prop_assert_eq!(a.n_shared_bytes(&b), (&in_a & &in_b).len());
        prop_assert_eq!(a.n_bytes(), in_a.len());
        let order = match (in_a.is_disjoint(&in_b), in_a.is_superset(&in_b), in_a.is_subset(&in_b)) {
            (true, ..) => SpanOrder::Apart,
            (_, true, true) => SpanOrder::Equal,
            (_, true, false) => SpanOrder::Contains,
            (_, false, true) => SpanOrder::Within,
            _ => SpanOrder::Crosses,
        };
        prop_assert_eq!(a.order(&b), order);
        let turned = match order {
            SpanOrder::Contains => SpanOrder::Within,
            SpanOrder::Within => SpanOrder::Contains,
            other => other,
        };
        prop_assert_eq!(b.order(&a), turned);
        let hull = b.hull();
        let rest: BTreeSet<usize> = in_a.iter().copied().filter(|it| !covered(&hull.into()).contains(it)).collect();
        prop_assert_eq!(a.without(hull).map(|it| covered(&it)).unwrap_or_default(), rest);
    }

    #[test]
    fn a_span_is_sorted_and_joined(span in any_span()) {
        for pair in span.ranges().windows(2) {
            prop_assert!(pair[0].end() < pair[1].start());
        }
        let mut turned: Vec<Range> = span.ranges().to_vec();
        turned.reverse();
        prop_assert_eq!(Span::new(turned), Ok(span));
    }

    #[test]
    fn windows_see_what_the_whole_shows(string in long_text()) {
        let text = Text::new(string);
        for unit in [Unit::Grapheme, Unit::Word, Unit::Sentence] {
            prop_assert_eq!(windowed(&text, unit), whole(&text, unit), "{:?}", unit);
        }
    }

    #[test]
    fn units_tile_the_text(string in any_text()) {
        let text = Text::new(string);
        for unit in UNITS {
            for offset in offsets(&text) {
                let Some(range) = text.unit_at(offset, unit) else {
                    prop_assert!(text.is_empty());
                    continue;
                };
                prop_assert!(range.contains(offset) || offset == text.end());
                prop_assert!(text.is_boundary(range.start(), unit) && text.is_boundary(range.end(), unit));
                prop_assert!(text.is_grapheme_boundary(range.start()) && text.is_grapheme_boundary(range.end()));
                prop_assert_eq!(text.unit_at(range.start(), unit), Some(range));
            }
        }
    }

    #[test]
    fn a_caret_moves_and_arrives(string in any_text()) {
        let text = Text::new(string);
        for unit in UNITS {
            let mut last = (Offset::START, Offset::START);
            for offset in offsets(&text) {
                let (previous, next) = (text.previous(offset, unit), text.next(offset, unit));
                prop_assert!(previous < offset || offset == Offset::START);
                prop_assert!(next > offset || offset == text.end());
                prop_assert!(text.is_grapheme_boundary(previous) && text.is_grapheme_boundary(next));
                prop_assert!(last.0 <= previous && last.1 <= next, "steps keep the order of offsets");
                prop_assert!(text.previous(next, unit) <= offset || unit == Unit::Word);
                last = (previous, next);
            }
        }
    }

    #[test]
    fn graphemes_tile_their_range(string in any_text(), a in any::<Index>(), b in any::<Index>()) {
        let text = Text::new(string);
        if let Some(range) = Range::between(pick(&text, &a), pick(&text, &b)) {
            let graphemes: Vec<Range> = text.graphemes(range).collect();
            for pair in graphemes.windows(2) {
                prop_assert_eq!(pair[0].end(), pair[1].start());
            }
            for &grapheme in &graphemes {
                prop_assert_eq!(text.unit_at(grapheme.start(), Unit::Grapheme), Some(grapheme));
            }
            prop_assert!(graphemes[0].contains(range.start()));
            prop_assert!(graphemes[graphemes.len() - 1].end() >= range.end());
        }
    }

    #[test]
    fn a_drag_selects_whole_visible_things(string in any_text(), a in any::<Index>(), b in any::<Index>()) {
        let text = Text::new(string);
        let (anchor, head) = (pick(&text, &a), pick(&text, &b));
        for unit in UNITS {
            let snapped = text.snap(anchor, head, unit);
            prop_assert_eq!(snapped, text.snap(head, anchor, unit), "direction does not matter");
            let Some(range) = snapped else { continue };
            check_edges(&text, range)?;
            prop_assert_eq!(text.snap(range.start(), range.end(), unit), Some(range), "{:?} settles at once", unit);
            // All of the drag that is a letter or digit is in it.
            for offset in offsets(&text) {
                let is_dragged = anchor.min(head) <= offset && offset < anchor.max(head);
                let character = text.as_str()[text.measure(offset, OffsetUnit::Byte)..].chars().next();
                if is_dragged && character.is_some_and(|it| it.is_ascii_alphanumeric()) {
                    prop_assert!(range.contains(offset), "{:?} lost {:?}", unit, character);
                }
            }
            for (side, outward) in [(Side::Start, true), (Side::Start, false), (Side::End, true), (Side::End, false)] {
                if let Some(nudged) = text.nudge(range, side, unit, outward) {
                    check_edges(&text, nudged)?;
                    let (inner, outer) = if outward { (range, nudged) } else { (nudged, range) };
                    prop_assert!(outer.covers(inner));
                    prop_assert!(nudged != range);
                    let is_other_edge_still = match side {
                        Side::Start => nudged.end() == range.end(),
                        Side::End => nudged.start() == range.start(),
                    };
                    prop_assert!(is_other_edge_still);
                }
            }
        }
    }

    #[test]
    fn offsets_of_another_text_do_no_harm(one in any_text(), other in any_text(), a in any::<Index>(), b in any::<Index>()) {
        let (text, other) = (Text::new(one), Text::new(other));
        let (anchor, head) = (pick(&other, &a), pick(&other, &b));
        for unit in UNITS {
            prop_assert!(text.previous(anchor, unit) <= text.end() && text.next(anchor, unit) <= text.end());
            prop_assert_eq!(text.unit_at(anchor, unit).is_none(), text.is_empty());
            text.is_boundary(anchor, unit);
            if let Some(range) = text.snap(anchor, head, unit) {
                check_edges(&text, range)?;
            }
            if let Some(range) = Range::between(anchor, head) {
                for (side, outward) in [(Side::Start, true), (Side::Start, false), (Side::End, true), (Side::End, false)] {
                    text.nudge(range, side, unit, outward);
                }
                prop_assert!(text.graphemes(range).all(|it| it.end() <= text.end()));
            }
        }
    }

    #[test]
    fn a_drag_over_a_letter_selects_something(string in any_text(), a in any::<Index>()) {
        let text = Text::new(string);
        let anchor = pick(&text, &a);
        let is_letter = text.as_str()[text.measure(anchor, OffsetUnit::Byte)..].starts_with(|it: char| it.is_ascii_alphanumeric());
        if is_letter {
            for unit in UNITS {
                let range = text.snap(anchor, text.next(anchor, Unit::Grapheme), unit);
                prop_assert!(range.is_some_and(|it| it.contains(anchor)), "{:?}", unit);
                if unit != Unit::Grapheme {
                    prop_assert!(text.snap(anchor, anchor, unit).is_some_and(|it| it.contains(anchor)), "a click, {:?}", unit);
                }
            }
        }
    }

    #[test]
    fn marked_text_is_read_as_it_was_written(marked in any_marked()) {
        prop_assert_eq!(Marked::parse(&marked.to_string()), Ok(marked));
    }

    #[test]
    fn marked_text_never_panics(string in "[{}/1-3a\n -]{0,40}") {
        if let Ok(marked) = Marked::parse(&string) {
            prop_assert_eq!(Marked::parse(&marked.to_string()), Ok(marked));
        }
    }

    #[test]
    fn what_is_undone_was_never_done(steps in vec(any_step(), 1..30), undos in 0..40_usize) {
        let mut project = project();
        let mut history = History::default();
        let mut states = vec![state(&project)];
        for step in steps {
            let transaction = Transaction::new("step", step.edits(&project));
            if transaction.edits.is_empty() {
                continue;
            }
            let (before, revision) = (state(&project), project.revision());
            match history.commit(&mut project, transaction.clone()) {
                Ok(()) => {
                    let mut copy = project.clone();
                    copy.apply(&transaction.inverse()).expect("what was done can be taken back");
                    prop_assert_eq!(state(&copy), before);
                    states.push(state(&project));
                }
                Err(_) => {
                    prop_assert_eq!(state(&project), before, "all or nothing");
                    prop_assert_eq!(project.revision(), revision);
                }
            }
        }
        let n_done = states.len() - 1;
        let n_undone = undos.min(n_done);
        for n in 1..=undos {
            prop_assert_eq!(history.undo(&mut project).is_ok(), n <= n_done);
            prop_assert_eq!(&state(&project), &states[n_done.saturating_sub(n)]);
        }
        for n in 1..=n_undone {
            prop_assert!(history.redo(&mut project).is_ok());
            prop_assert_eq!(&state(&project), &states[n_done - n_undone + n]);
        }
        prop_assert!(history.redo(&mut project).is_err());
    }

    #[test]
    fn a_set_knows_its_order_and_what_changed(steps in vec(any_step(), 1..40), at in any::<Index>()) {
        let mut project = project();
        let mut states = vec![Arc::default()];
        for step in steps {
            if project.apply(&Transaction::new("step", step.edits(&project))).is_ok() {
                states.extend(project.set(&key(0)).cloned());
            }
        }
        let (before, set) = (&states[at.index(states.len())], &states[states.len() - 1]);

        let names = ["quote", "speaker"];
        let rank = |it: &Annotation| names.iter().position(|name| *name == it.label);
        let mut plain: Vec<_> = set.annotations().collect();
        plain.sort_by_key(|it| (it.span.start(), Reverse(it.span.end()), rank(it), it.id.clone()));
        prop_assert_eq!(set.in_order(&names), plain);
        for it in set.annotations() {
            let stacked: Vec<_> = set.stacked_on(&it.span).collect();
            let plain: Vec<_> = set.annotations().filter(|other| other.span.hull() == it.span.hull()).collect();
            prop_assert_eq!(stacked, plain);
        }

        let ids: BTreeSet<_> = before.annotations().chain(set.annotations()).map(|it| &it.id).collect();
        let both = ids.into_iter().map(|id| Change { before: before.annotation(id), after: set.annotation(id) });
        let plain: Vec<_> = both.filter(|it| it.before != it.after).collect();
        prop_assert_eq!(set.changed_annotations(before).collect::<Vec<_>>(), plain);
        let ids: BTreeSet<_> = before.relations().chain(set.relations()).map(|it| &it.id).collect();
        let both = ids.into_iter().map(|id| Change { before: before.relation(id), after: set.relation(id) });
        let plain: Vec<_> = both.filter(|it| it.before != it.after).collect();
        prop_assert_eq!(set.changed_relations(before).collect::<Vec<_>>(), plain);
    }

    #[test]
    fn a_stale_edit_takes_the_whole_transaction_with_it(steps in vec(any_step(), 1..10)) {
        let mut project = project();
        for step in steps {
            let mut edits = step.edits(&project);
            let before = state(&project);
            // It says that an annotation was there which never was.
            let id = AnnotationId::new("never");
            let annotation = new_annotation(id.clone(), "speaker", Text::new("x").whole().expect("not empty").into());
            edits.push(Edit::Annotation { set: key(1), id, before: Some(Arc::new(annotation)), after: None });
            prop_assert!(project.apply(&Transaction::new("stale", edits)).is_err());
            prop_assert_eq!(state(&project), before);
            let _ = project.apply(&Transaction::new("good", step.edits(&project)));
        }
    }
}

fn check_edges(text: &Text, range: Range) -> Result<(), TestCaseError> {
    let slice = text.slice(range);
    prop_assert!(!slice.starts_with(char::is_whitespace), "{:?} starts with white space", slice);
    prop_assert!(!slice.ends_with(char::is_whitespace), "{:?} ends with white space", slice);
    prop_assert!(text.is_grapheme_boundary(range.start()), "{:?} starts in a grapheme", slice);
    prop_assert!(text.is_grapheme_boundary(range.end()), "{:?} ends in a grapheme", slice);
    Ok(())
}

fn any_marked() -> impl Strategy<Value = Marked> {
    let attributes = || proptest::collection::btree_map("[a-z]{1,3}", "[a-z\" =]{0,5}", 0..3);
    (
        any_text(),
        vec(vec((any::<Index>(), any::<Index>()), 1..4), 0..5),
        vec(any::<Index>(), 0..6),
        attributes(),
    )
        .prop_map(|(string, spans, chosen, attributes)| {
            let text = Text::new(string.clone());
            let spans: BTreeMap<u32, Span> = spans
                .iter()
                .zip([1, 2, 3, 10, 4_000_000_000])
                .filter_map(|(pairs, number)| {
                    let ranges =
                        pairs.iter().filter_map(|(a, b)| Range::between(pick(&text, a), pick(&text, b)));
                    Some((number, Span::new(ranges).ok()?))
                })
                .collect();
            let numbers: Vec<u32> = spans.keys().copied().collect();
            let mut marked = Marked { text: string, spans, ..Marked::default() };
            if !numbers.is_empty() {
                for index in &chosen {
                    let (from, to) = (numbers[index.index(numbers.len())], numbers[0]);
                    let label = MarkedLabel { label: "speaker".to_owned(), attributes: attributes.clone() };
                    marked.labels.insert(from, label);
                    let attributes = attributes.clone();
                    marked.relations.push(MarkedRelation { label: "says".to_owned(), from, to, attributes });
                }
            }
            marked
        })
}

/// A change somebody might make, by numbers that mean something in any project.
#[derive(Clone, Debug)]
enum Step {
    Annotate { document: usize, id: u8, label: &'static str, span: Span },
    Remove { document: usize, id: u8 },
    Relate { document: usize, id: u8, from: u8, to: u8 },
    Unrelate { document: usize, id: u8 },
    Finish { document: usize },
    Both(Box<Step>, Box<Step>),
}

fn any_step() -> impl Strategy<Value = Step> {
    let (document, id) = (0..2_usize, 0..4_u8);
    let step = prop_oneof![
        4 => (document.clone(), id.clone(), select(&["speaker", "quote"][..]), span_in(20))
            .prop_map(|(document, id, label, span)| Step::Annotate { document, id, label, span }),
        2 => (document.clone(), id.clone()).prop_map(|(document, id)| Step::Remove { document, id }),
        2 => (document.clone(), id.clone(), id.clone(), id.clone())
            .prop_map(|(document, id, from, to)| Step::Relate { document, id, from, to }),
        1 => (document.clone(), id).prop_map(|(document, id)| Step::Unrelate { document, id }),
        1 => document.prop_map(|document| Step::Finish { document }),
    ];
    step.prop_recursive(2, 4, 2, |inner| {
        (inner.clone(), inner).prop_map(|(a, b)| Step::Both(Box::new(a), Box::new(b)))
    })
}

impl Step {
    /// Its edits; refused ones (a relation without its ends) are among them on purpose.
    fn edits(&self, project: &Project) -> Vec<Edit> {
        let annotation = |document: usize, id: u8| {
            let id = annotation_id(id);
            (id.clone(), project.set(&key(document)).and_then(|set| set.annotation(&id).cloned()))
        };
        let relation = |document: usize, id: u8| {
            let id = RelationId::new(format!("r{id}"));
            (id.clone(), project.set(&key(document)).and_then(|set| set.relation(&id).cloned()))
        };
        match self {
            Step::Annotate { document, id, label, span } => {
                let (id, before) = annotation(*document, *id);
                let after = Some(Arc::new(new_annotation(id.clone(), label, span.clone())));
                vec![Edit::Annotation { set: key(*document), id, before, after }]
            }
            Step::Remove { document, id } => {
                let (id, before) = annotation(*document, *id);
                if before.is_none() {
                    return vec![];
                }
                vec![Edit::Annotation { set: key(*document), id, before, after: None }]
            }
            Step::Relate { document, id, from, to } => {
                let (id, before) = relation(*document, *id);
                let after =
                    Some(Arc::new(new_relation(id.clone(), annotation_id(*from), annotation_id(*to))));
                vec![Edit::Relation { set: key(*document), id, before, after }]
            }
            Step::Unrelate { document, id } => {
                let (id, before) = relation(*document, *id);
                vec![Edit::Relation { set: key(*document), id, before, after: None }]
            }
            Step::Finish { document } => {
                let before = project.set(&key(*document)).map(|set| set.status()).unwrap_or_default();
                let after = if before == Status::Done { Status::InProgress } else { Status::Done };
                vec![Edit::Status { set: key(*document), before, after }]
            }
            Step::Both(a, b) => {
                let mut edits = a.edits(project);
                edits.extend(b.edits(project));
                edits
            }
        }
    }
}

/// What annotators see of a project, without the counters that only grow and sets left empty.
fn state(project: &Project) -> String {
    let is_used = |set: &sorot::model::AnnotationSet| {
        set.annotations().len() + set.relations().len() > 0 || set.status() != Status::New
    };
    let sets = project.sets().filter(|(_, set)| is_used(set)).map(|(key, set)| {
        let annotations: Vec<_> = set.annotations().collect();
        let relations: Vec<_> = set.relations().collect();
        format!("{key:?} {:?} {annotations:?} {relations:?}\n", set.status())
    });
    sets.collect()
}

fn project() -> Project {
    let mut project = Project::new("p", Schema::default());
    for document in 0..2 {
        project.insert_document(Document {
            id: key(document).document,
            text: Text::new("x".repeat(20)),
            source: Source {
                encoding: "utf-8".to_owned(),
                bom: false,
                newline: Newline::None,
                file_sha256: String::new(),
                text_sha256: String::new(),
                language: None,
            },
        });
    }
    project
}

fn key(document: usize) -> SetKey {
    SetKey { document: ["a.txt", "b.txt"][document].into(), owner: Owner::named("Rina") }
}

fn annotation_id(id: u8) -> AnnotationId {
    AnnotationId::new(format!("a{id}"))
}

fn new_annotation(id: AnnotationId, label: &str, span: Span) -> Annotation {
    Annotation { origin: Origin::Manual, ..Annotation::new(id, label, span) }
}

fn new_relation(id: RelationId, from: AnnotationId, to: AnnotationId) -> Relation {
    Relation {
        id,
        label: "says".to_owned(),
        from,
        to,
        attributes: BTreeMap::new(),
        note: String::new(),
        origin: Origin::Manual,
        created: None,
        modified: None,
        extra: Extra::default(),
    }
}
