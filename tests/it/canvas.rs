//! The canvas alone: what the pointer, the keys and a screen reader get from it.

use std::collections::BTreeSet;

use egui::{Modifiers, Pos2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use proptest::prelude::*;

use sorot::gui::canvas::fonts::Fonts;
use sorot::gui::canvas::{
    Affinity, Align, CanvasEvent, CanvasOptions, CanvasView, Caret, Link, Links, Mark, MarkStyle, Marks,
    Move, Pattern, Scene,
};
use sorot::model::AnnotationId;
use sorot::text::{Offset, OffsetUnit, Range, Side, Span, Text, Unit};

/// A canvas with what it shows and what it answered.
pub(crate) struct Desk {
    pub(crate) view: CanvasView,
    pub(crate) text: Text,
    pub(crate) marks: Marks,
    pub(crate) links: Links,
    pub(crate) untied: BTreeSet<AnnotationId>,
    pub(crate) candidates: Vec<usize>,
    pub(crate) selected: Option<usize>,
    pub(crate) caret: Option<Caret>,
    pub(crate) options: CanvasOptions,
    pub(crate) events: Vec<CanvasEvent>,
    pub(crate) selection: Vec<Range>,
}

pub(crate) const SENTENCE: &str = "Menhan mengatakan Indonesia siap. ";

pub(crate) fn at(text: &Text, byte: usize) -> Offset {
    text.locate(byte, OffsetUnit::Byte).expect("the test names a boundary")
}

pub(crate) fn mark(text: &Text, label: &str, ranges: &[(usize, usize)]) -> Mark {
    let ranges = ranges.iter().map(|&(a, b)| Range::new(at(text, a), at(text, b)).expect("a range is given"));
    let span = Span::new(ranges).expect("a range is given");
    let id = format!("{label} {:?}", span.ranges());
    Mark { id: id.as_str().into(), span, style: 0, label: label.into(), lane: 0 }
}

pub(crate) fn desk(text: &str, marks: impl Fn(&Text) -> Vec<Mark>) -> Desk {
    let text = Text::new(text);
    let marks = Marks::new(&text, marks(&text));
    Desk {
        view: CanvasView::new(Fonts::bundled_only()),
        text,
        marks,
        links: Links::default(),
        untied: BTreeSet::new(),
        candidates: vec![],
        selected: None,
        selection: vec![],
        caret: None,
        options: CanvasOptions::default(),
        events: vec![],
    }
}

fn show(ui: &mut egui::Ui, desk: &mut Desk) {
    let styles = [MarkStyle {
        color: egui::Color32::DARK_GREEN,
        on_color: egui::Color32::WHITE,
        pattern: Pattern::Solid,
        letter: 's',
    }];
    let scene = Scene {
        text: &desk.text,
        marks: &desk.marks,
        styles: &styles,
        links: &desk.links,
        untied: &desk.untied,
        selected: desk.selected,
        candidates: &desk.candidates,
        selection: &desk.selection,
        caret: desk.caret,
        landmarks: Default::default(),
        options: &desk.options,
    };
    let events = desk.view.ui(ui, &scene);
    let events = events.into_iter().filter(|event| !matches!(event, CanvasEvent::HoverMark { .. }));
    desk.events.extend(events);
}

pub(crate) fn harness(desk: Desk) -> Harness<'static, Desk> {
    let mut harness =
        Harness::builder().with_size(vec2(700.0, 400.0)).with_step_dt(0.03).build_ui_state(show, desk);
    harness.run_steps(2);
    harness
}

/// Where the character at `byte` begins on screen.
pub(crate) fn pos(harness: &Harness<'_, Desk>, byte: usize) -> Pos2 {
    let desk = harness.state();
    desk.view.caret_pos(Caret::new(at(&desk.text, byte))).expect("the place is in view")
}

fn drag(harness: &mut Harness<'_, Desk>, from: Pos2, to: Pos2) {
    harness.drag_at(from);
    harness.step();
    harness.hover_at(from + (to - from) / 2.0);
    harness.step();
    harness.hover_at(to);
    harness.step();
    harness.drop_at(to);
    harness.step();
}

fn click(harness: &mut Harness<'_, Desk>, pos: Pos2) {
    harness.drag_at(pos);
    harness.step();
    harness.drop_at(pos);
    harness.step();
}

pub(crate) fn events(harness: &mut Harness<'_, Desk>) -> Vec<CanvasEvent> {
    std::mem::take(&mut harness.state_mut().events)
}

#[test]
fn a_drag_tells_where_it_began_and_ended() {
    let mut harness = harness(desk(SENTENCE, |_| vec![]));
    let (from, to) = (pos(&harness, 18), pos(&harness, 27));
    drag(&mut harness, from, to);
    let events = events(&mut harness);
    let text = harness.state().text.clone();
    let expected = CanvasEvent::Drag {
        anchor: at(&text, 18),
        head: at(&text, 27),
        unit: Unit::Word,
        is_exact: false,
        is_additional: false,
        is_done: true,
    };
    assert_eq!(events.last(), Some(&expected));
    assert!(events.len() > 1, "the selection is shown while it grows");
}

#[test]
fn a_drag_that_starts_on_a_mark_selects_text() {
    let mut harness = harness(desk(SENTENCE, |text| vec![mark(text, "country", &[(18, 27)])]));
    let (from, to) = (pos(&harness, 20), pos(&harness, 32));
    drag(&mut harness, from, to);
    let events = events(&mut harness);
    assert!(matches!(events.last(), Some(CanvasEvent::Drag { is_done: true, .. })), "{events:?}");
    assert!(!events.iter().any(|event| matches!(event, CanvasEvent::Click { .. })));
}

#[test]
fn a_click_offers_the_shortest_mark_first() {
    let marks = |text: &Text| {
        vec![
            mark(text, "quote", &[(0, 32)]),
            mark(text, "country", &[(18, 27)]),
            mark(text, "speaker", &[(0, 6)]),
        ]
    };
    let mut harness = harness(desk(SENTENCE, marks));
    let there = pos(&harness, 20) + vec2(1.0, 0.0);
    click(&mut harness, there);
    match &events(&mut harness)[..] {
        [CanvasEvent::Click { caret, marks, is_extending: false, is_additional: false }] => {
            assert_eq!(caret.offset, at(&harness.state().text, 20));
            assert_eq!(marks, &[1, 0]);
        }
        other => panic!("one click is expected, not {other:?}"),
    }
}

/// Under a word there are the underlines of its marks, and room for their tags: all of it means the
/// mark whose underline is over the pointer.
#[test]
fn a_click_under_marked_text_selects_the_mark() {
    let marks = |text: &Text| vec![mark(text, "quote", &[(0, 32)]), mark(text, "country", &[(18, 27)])];
    let mut harness = harness(desk(SENTENCE, marks));
    // Right of both tags, below the end of the inner mark and of the outer one.
    let (inner, outer) = (pos(&harness, 27) - vec2(2.0, 0.0), pos(&harness, 32) - vec2(2.0, 0.0));
    let places: [(Pos2, &[f32], &[usize]); 3] = [
        (inner, &[16.0, 19.0, 22.0], &[1]),
        (inner, &[31.0, 35.0, 41.0], &[0]),
        (outer, &[16.0 + 18.0], &[0]),
    ];
    for (place, downs, expected) in places {
        for &down in downs {
            click(&mut harness, place + vec2(0.0, down));
            match &events(&mut harness)[..] {
                [CanvasEvent::Click { marks, .. }] => assert_eq!(marks, expected, "{down} below {place}"),
                other => panic!("one click is expected {down} below {place}, not {other:?}"),
            }
            // Long enough for the next not to be a double click.
            harness.run_steps(20);
        }
    }
    let below = pos(&harness, 5) + vec2(0.0, 100.0);
    click(&mut harness, below);
    assert!(matches!(&events(&mut harness)[..], [CanvasEvent::Click { marks, .. }] if marks.is_empty()));
}

#[test]
fn clicks_in_a_row_take_word_sentence_and_paragraph() {
    let mut harness = harness(desk(SENTENCE, |_| vec![]));
    let there = pos(&harness, 20) + vec2(1.0, 0.0);
    for _ in 0..4 {
        click(&mut harness, there);
    }
    let units: Vec<Unit> = events(&mut harness)
        .iter()
        .filter_map(|event| match event {
            CanvasEvent::Drag { unit, anchor, head, is_done: true, .. } => {
                assert!(anchor < head, "the character under the pointer is covered");
                Some(*unit)
            }
            _ => None,
        })
        .collect();
    assert_eq!(units, [Unit::Word, Unit::Sentence, Unit::Paragraph]);
}

#[test]
fn every_mark_has_a_name_and_answers_to_it() {
    let marks = |text: &Text| vec![mark(text, "quote", &[(0, 32)]), mark(text, "country", &[(18, 27)])];
    let mut harness = harness(desk(SENTENCE, marks));
    harness.get_by_label("country: Indonesia").click_accesskit();
    harness.step();
    harness.get_by_label("quote: Menhan mengatakan Indonesia siap").click();
    harness.run_steps(2);
    let clicked: Vec<Vec<usize>> = events(&mut harness)
        .into_iter()
        .filter_map(|event| match event {
            CanvasEvent::Click { marks, .. } => Some(marks),
            _ => None,
        })
        .collect();
    assert_eq!(clicked, [[1], [0]], "the tag of the outer mark means the outer mark");
}

#[test]
fn the_text_is_read_out_by_rows() {
    let harness = harness(desk("Satu\nDua", |_| vec![]));
    harness.get_by_value("Satu\n");
    harness.get_by_value("Dua");
    harness.get_by_label("Article");
}

#[test]
fn an_edge_of_the_selected_mark_can_be_dragged() {
    let mut desk = desk(SENTENCE, |text| vec![mark(text, "country", &[(18, 27)])]);
    desk.selected = Some(0);
    let mut harness = harness(desk);
    let (from, to) = (pos(&harness, 27), pos(&harness, 32));
    drag(&mut harness, from, to);
    let to = at(&harness.state().text, 32);
    let expected =
        CanvasEvent::ResizeEdge { mark: 0, fragment: 0, side: Side::End, to, is_exact: false, is_done: true };
    assert_eq!(events(&mut harness).last(), Some(&expected));
}

/// Both ends of the selected mark, in a row that runs from the right, and over rows.
#[test]
fn handles_follow_the_text_in_any_direction_and_row() {
    let arabic = "قال الوزير إن 40 دولة";
    let place = |word: &str| arabic.find(word).expect("the word is there");
    let word = (place("الوزير"), place("الوزير") + "الوزير".len());
    let drags = [(word.0, 0, Side::Start), (word.1, place("إن") + "إن".len(), Side::End)];
    let long = SENTENCE.repeat(8);
    let over_rows = [(18, 3, Side::Start), (27, 190, Side::End), (27, 250, Side::End)];
    let cases = [(arabic, word, &drags[..]), (&long, (18, 27), &over_rows[..])];
    for (text, (start, end), drags) in cases {
        for &(from, to, side) in drags {
            let mut desk = desk(text, |text| vec![mark(text, "speaker", &[(start, end)])]);
            desk.view = CanvasView::new(crate::drawing::fonts());
            desk.selected = Some(0);
            let mut harness = harness(desk);
            let at_end = |harness: &Harness<'_, Desk>, byte: usize, affinity| {
                let desk = harness.state();
                let caret = Caret { offset: at(&desk.text, byte), affinity };
                desk.view.caret_pos(caret).expect("the place is in view")
            };
            let affinity = if side == Side::Start { Affinity::Downstream } else { Affinity::Upstream };
            let places = [from, to].map(|byte| at_end(&harness, byte, affinity));
            drag(&mut harness, places[0], places[1]);
            let to = at(&harness.state().text, to);
            let is_done = true;
            let expected =
                CanvasEvent::ResizeEdge { mark: 0, fragment: 0, side, to, is_exact: false, is_done };
            assert_eq!(events(&mut harness).last(), Some(&expected), "{text}");
        }
    }
}

#[test]
fn a_selection_goes_over_rows_paragraphs_and_directions() {
    let text = format!("{}\nKata قال الوزير Lloyd Austin إن 40 دولة\nTamat.", SENTENCE.repeat(9).trim_end());
    let after = |word: &str| text.find(word).expect("the word is there");
    let drags = [
        (18, 18 + 34 * 6),
        (18 + 34 * 6, 18),
        (after("Kata"), after("الوزير")),
        (after("قال"), after("Austin")),
        (after("Lloyd"), after("دولة")),
        (50, after("Tamat")),
    ];
    for (from, to) in drags {
        let mut desk = desk(&text, |_| vec![]);
        desk.view = CanvasView::new(crate::drawing::fonts());
        let mut harness = harness(desk);
        let (start, end) = (pos(&harness, from), pos(&harness, to));
        // Where two directions meet, a place stands on either side: go for the character after it.
        let inside = |harness: &Harness<'_, Desk>, pos: Pos2, byte: usize| {
            let is_hit = |pos: Pos2| {
                harness
                    .state()
                    .view
                    .hit(pos)
                    .is_some_and(|it| it.offset == at(&Text::new(text.as_str()), byte))
            };
            [-1.0, 1.0]
                .map(|dx| pos + vec2(dx, 0.0))
                .into_iter()
                .find(|&pos| is_hit(pos))
                .expect("it is hit there")
        };
        let (start, end) = (inside(&harness, start, from), inside(&harness, end, to));
        drag(&mut harness, start, end);
        let (expected_from, expected_to) = (at(&harness.state().text, from), at(&harness.state().text, to));
        match events(&mut harness).last() {
            Some(CanvasEvent::Drag { anchor, head, is_done: true, .. }) => {
                assert_eq!((*anchor, *head), (expected_from, expected_to));
            }
            other => panic!("a drag is expected, not {other:?}"),
        }
    }
}

#[test]
fn a_candidate_is_taken_by_its_number() {
    let mut desk = desk(&format!("\n\n{SENTENCE}"), |text| vec![mark(text, "speaker", &[(2, 8)])]);
    desk.candidates = vec![0];
    let mut harness = harness(desk);
    let there = pos(&harness, 2) - vec2(0.0, 13.0);
    click(&mut harness, there);
    assert_eq!(events(&mut harness), [CanvasEvent::LinkTo(0)]);
}

#[test]
fn an_arrow_leads_to_the_end_out_of_view() {
    let text = SENTENCE.repeat(3) + &"\nlain".repeat(200);
    let mut desk = desk(&text, |text| {
        let end = text.length(OffsetUnit::Byte);
        vec![mark(text, "speaker", &[(0, 6)]), mark(text, "quote", &[(end - 4, end)])]
    });
    desk.selected = Some(0);
    let [from, to] = [0, 1].map(|mark| desk.marks.get(mark).expect("there are two").id.clone());
    desk.links.insert(Link { from, to, label: "says".into() });
    let mut harness = harness(desk);
    assert!(harness.query_by_label("quote: lain").is_none());
    let arrow = harness.get_by_label_contains("Go to quote: lain").rect().center();
    click(&mut harness, arrow);
    harness.run_steps(2);
    harness.get_by_label("quote: lain");
}

/// A book in one line: eight scripts in turn, with marks that nest and cross.
fn book() -> Desk {
    const SENTENCES: [&str; 8] = [
        "Menhan mengatakan Indonesia siap. ",
        "قال الوزير Lloyd Austin إن 40 دولة. ",
        "שר הביטחון אמר כי 12 tank. ",
        "รัฐมนตรีกล่าวว่ายูเครน ",
        "国防部长说乌克兰需要更多的火炮。",
        "रक्षा मंत्री ने कहा। ",
        "Міністр сказав, що ‘Leopard’ потрібен. ",
        "e\u{301}\u{323} 👩‍👩‍👧 🇮🇩 và những người khác. ",
    ];
    let text = SENTENCES.concat().repeat(2600);
    assert!(text.len() > 1_000_000 && !text.contains('\n'));
    let mut desk = desk(&text, |text| {
        let marks = (0..5000).map(|i| {
            let start = text.as_str().floor_char_boundary(i * 200);
            let end = text.as_str().floor_char_boundary(start + [9, 30, 90, 600][i % 4]);
            mark(text, "quote", &[(start, end)])
        });
        marks.collect()
    });
    desk.view = CanvasView::new(crate::drawing::fonts());
    desk
}

/// Turns the wheel by `points`, at once as a touch pad does, and draws one frame.
fn turn(harness: &mut Harness<'_, Desk>, phase: egui::TouchPhase, points: f32) {
    harness.event(egui::Event::MouseWheel {
        unit: egui::MouseWheelUnit::Point,
        delta: vec2(0.0, points),
        modifiers: Modifiers::NONE,
        phase,
        source: egui::MouseWheelSource::Unknown,
    });
    harness.step();
}

/// Where the starts of all rows in view are.
fn rows(harness: &Harness<'_, Desk>) -> Vec<(Caret, f32)> {
    let view = &harness.state().view;
    let mut rows: Vec<(Caret, f32)> = vec![];
    for y in (0..400).step_by(4) {
        let start = view.hit(pos2(60.0, y as f32)).expect("there is text");
        if rows.iter().all(|(known, _)| *known != start) {
            rows.push((start, view.caret_pos(start).expect("it was hit").y));
        }
    }
    rows
}

#[test]
fn the_wheel_moves_the_text_by_exactly_what_it_turns_and_back() {
    let mut harness = harness(book());
    harness.hover_at(pos2(300.0, 200.0));
    let middle = at(&harness.state().text, harness.state().text.as_str().floor_char_boundary(500_000));
    harness.state_mut().view.scroll_to(middle, Align::Top);
    harness.run_steps(3);
    turn(&mut harness, egui::TouchPhase::Start, 0.0);
    let start = rows(&harness);
    assert!(start.len() > 5, "{start:?}");
    for (step, direction) in [(37.0, -1.0), (37.0, 1.0), (3.3, -1.0), (3.3, 1.0)] {
        for (n, direction) in [(100, direction), (100, -direction)] {
            for i in 0..n {
                let before = rows(&harness);
                turn(&mut harness, egui::TouchPhase::Move, step * direction);
                let view = &harness.state().view;
                let moved = before.iter().filter_map(|(row, y)| Some(view.caret_pos(*row)?.y - y));
                let moved: Vec<f32> = moved.collect();
                // Rows stand on whole pixels, so only whole steps can be exact.
                let slack = if step.fract() == 0.0 { 0.001 } else { 1.0 };
                let is_right =
                    |it: &f32| (it - it.round()).abs() < 0.001 && (it - step * direction).abs() < slack;
                assert!(!moved.is_empty() && moved.iter().all(is_right), "step {i} of {step}: {moved:?}");
            }
        }
        assert_eq!(rows(&harness), start, "after a hundred steps of {step} there and back");
    }
}

#[test]
fn a_wheel_with_notches_scrolls_smoothly_to_the_same_place() {
    let mut harness = harness(book());
    harness.hover_at(pos2(300.0, 200.0));
    harness.step();
    let start = rows(&harness);
    for direction in [-37.0, 37.0] {
        for _ in 0..20 {
            turn(&mut harness, egui::TouchPhase::Move, direction);
            harness.run_steps(2);
        }
        harness.run_steps(40);
        assert_eq!(rows(&harness) == start, direction > 0.0);
    }
}

#[test]
fn a_drag_past_the_edge_scrolls() {
    let text = SENTENCE.repeat(9) + "\n";
    let mut harness = harness(desk(&text.repeat(30), |_| vec![]));
    let from = pos(&harness, 18);
    harness.drag_at(from);
    harness.step();
    harness.hover_at(pos2(300.0, 450.0));
    harness.run_steps(30);
    harness.drop_at(pos2(300.0, 450.0));
    harness.step();
    assert!(harness.state().view.position().offset > Offset::START);
    let first = harness.state().text.length(OffsetUnit::Byte).min(800);
    match events(&mut harness).last() {
        Some(CanvasEvent::Drag { head, is_done: true, .. }) => {
            assert!(*head > at(&harness.state().text, first), "{head:?} lies below the first window");
        }
        other => panic!("a drag is expected, not {other:?}"),
    }
}

#[test]
fn going_to_a_place_shows_it() {
    let text = SENTENCE.repeat(40) + "\n";
    let mut harness = harness(desk(&text.repeat(50), |_| vec![]));
    for (byte, align) in
        [(60_000, Align::Center), (60_100, Align::Nearest), (200, Align::Top), (67_000, Align::Nearest)]
    {
        let offset = at(&harness.state().text, byte);
        harness.state_mut().view.scroll_to(offset, align);
        harness.run_steps(2);
        let y = pos(&harness, byte).y;
        assert!((0.0..400.0).contains(&y), "{byte} is at {y}");
    }
}

#[test]
fn a_stored_place_is_found_again() {
    let text = (SENTENCE.repeat(9) + "\n").repeat(80);
    let mut first = harness(desk(&text, |_| vec![]));
    let offset = at(&first.state().text, 9_000);
    first.state_mut().view.scroll_to(offset, Align::Top);
    first.run_steps(2);
    let position = first.state().view.position();
    let mut again = desk(&text, |_| vec![]);
    again.view.restore(position);
    let again = harness(again);
    assert_eq!(again.state().view.position(), position);
}

#[test]
fn keys_walk_by_rows_and_keep_their_column() {
    let text = "Kyiv telah meminta artileri\nya\nberat dan tank untuk mengusir";
    let mut desk = desk(text, |_| vec![]);
    desk.caret = Some(Caret::new(at(&desk.text, 10)));
    desk.view.request_focus();
    let mut harness = harness(desk);
    let mut carets = vec![];
    for _ in 0..2 {
        harness.key_press(egui::Key::ArrowDown);
        harness.step();
        if let Some(CanvasEvent::MoveCaret { to, is_extending: false }) = events(&mut harness).last() {
            harness.state_mut().caret = Some(*to);
            carets.push(*to);
        }
    }
    let text = harness.state().text.clone();
    assert_eq!(carets[0].offset, at(&text, 30), "a short line holds the caret at its end");
    let x = pos(&harness, 10).x;
    assert!((pos(&harness, 0).x - x).abs() > 20.0);
    let there = harness.state().view.caret_pos(carets[1]).expect("it is in view");
    assert!((there.x - x).abs() < 8.0, "the column is kept across the short line");
    harness.key_press_modifiers(Modifiers::SHIFT, egui::Key::Home);
    harness.step();
    let expected = CanvasEvent::MoveCaret { to: Caret::new(at(&text, 31)), is_extending: true };
    assert_eq!(events(&mut harness).last(), Some(&expected));
}

#[test]
fn up_and_down_end_at_the_ends_of_the_article() {
    let mut desk = desk("satu\ndua", |_| vec![]);
    desk.caret = Some(Caret::new(at(&desk.text, 2)));
    let mut harness = harness(desk);
    let desk = harness.state_mut();
    let options = desk.options.clone();
    let scene = Scene {
        text: &desk.text,
        marks: &desk.marks,
        styles: &[],
        links: &Links::default(),
        untied: &BTreeSet::new(),
        selected: None,
        candidates: &[],
        selection: &[],
        caret: None,
        landmarks: Default::default(),
        options: &options,
    };
    let caret = Caret::new(at(&desk.text, 2));
    assert_eq!(desk.view.moved(&scene, caret, Move::RowUp).map(|it| it.offset), Some(Offset::START));
    let down = desk.view.moved(&scene, caret, Move::PageDown).expect("a caret moves");
    assert_eq!(desk.view.moved(&scene, down, Move::PageDown).map(|it| it.offset), Some(desk.text.end()));
}

/// Every grapheme of six scripts can be hit where it is drawn.
#[test]
fn what_is_drawn_can_be_hit() {
    let text = "Kata \u{201c}Ukraina\u{201d} e\u{301}\u{323}\n\
                قال الوزير Lloyd Austin إن 40 دولة\n\
                שר הביטחון אמר\n\
                รัฐมนตรีกล่าวว่า\n\
                国防部长说乌克兰\n\
                रक्षा मंत्री ने कहा 👩‍👩‍👧 🇮🇩";
    let harness = harness(desk(text, |_| vec![]));
    let desk = harness.state();
    let mut offset = Offset::START;
    let mut n_checked = 0;
    while offset < desk.text.end() {
        let next = desk.text.next(offset, Unit::Grapheme);
        if next == offset {
            break;
        }
        let surface =
            Range::new(offset, next).map(|range| desk.text.slice(range).to_owned()).unwrap_or_default();
        for caret in [
            Caret { offset, affinity: Affinity::Downstream },
            Caret { offset: next, affinity: Affinity::Upstream },
        ] {
            if surface.contains('\n') {
                continue;
            }
            let pos = desk.view.caret_pos(caret).expect("all of it is in view");
            let hits = [-0.6, 0.6].map(|dx| desk.view.hit(pos + vec2(dx, 0.0)));
            assert!(hits.contains(&Some(caret)), "{surface:?}: {caret:?} was hit as {hits:?}");
            n_checked += 1;
        }
        offset = next;
    }
    assert!(n_checked > 150, "{n_checked}");
}

#[test]
fn odd_texts_and_marks_are_drawn_without_a_panic() {
    let long = "x".repeat(300_000);
    for text in ["", "\n", "\r\n\r", "\0", "a\0b\u{202e}c\u{2028}d\u{85}e\t\u{feff}", &long] {
        let other = Text::new("a longer text than the one it is drawn over, all in all");
        for size in [vec2(0.0, 0.0), vec2(1.0, 1.0), vec2(30.0, 9.0), vec2(700.0, 400.0)] {
            let mut desk = desk(text, |_| vec![]);
            desk.marks = Marks::new(&other, [mark(&other, "quote", &[(0, 20), (30, 50)])]);
            desk.selected = Some(7);
            desk.candidates = vec![0, 9];
            let id = desk.marks.get(0).expect("there is one").id.clone();
            desk.untied = [id.clone(), "nobody".into()].into();
            desk.links.insert(Link { from: id.clone(), to: "nobody".into(), label: "says".into() });
            desk.links.insert(Link { from: id.clone(), to: id, label: String::new() });
            desk.options.show_all_links = true;
            desk.options.show_invisibles = true;
            desk.caret = Some(Caret::new(at(&other, 50)));
            desk.view.request_focus();
            desk.view.scroll_to(at(&other, 50), Align::Center);
            let mut harness = Harness::builder().with_size(size).build_ui_state(show, desk);
            harness.key_press(egui::Key::PageDown);
            harness.run_steps(3);
            drag(&mut harness, pos2(3.0, 3.0), pos2(20.0, 500.0));
        }
    }
}

#[test]
fn nothing_is_painted_while_nothing_happens() {
    let mut harness = harness(desk(&SENTENCE.repeat(50), |text| vec![mark(text, "country", &[(18, 27)])]));
    harness.run();
    let delay = harness.output().viewport_output.values().map(|it| it.repaint_delay).min();
    assert!(delay.is_some_and(|it| it > std::time::Duration::from_secs(3600)), "{delay:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn marks_are_found_as_a_plain_search_finds_them(
        spans in prop::collection::vec(prop::collection::vec((0usize..90, 1usize..30), 1..4), 0..30),
        place in 0usize..99,
        length in 1usize..40,
    ) {
        let text = Text::new("x".repeat(100));
        let marks: Vec<Mark> = spans
            .iter()
            .enumerate()
            .map(|(i, ranges)| {
                let ranges: Vec<_> = ranges.iter().map(|&(start, n)| (start, (start + n).min(100))).collect();
                mark(&text, &format!("x{i}"), &ranges)
            })
            .collect();
        let index = Marks::new(&text, marks.clone());
        let range = Range::new(at(&text, place), at(&text, (place + length).min(100))).expect("it has a length");
        let mut found: Vec<_> = index.fragments_in(range).iter().map(|it| (it.mark, it.index)).collect();
        found.sort_unstable();
        let mut plain = vec![];
        for (number, mark) in marks.iter().enumerate() {
            for (fragment, own) in mark.span.ranges().iter().enumerate() {
                if own.intersection(range).is_some() {
                    plain.push((number, fragment));
                }
            }
        }
        prop_assert_eq!(found, plain);
        for mark in &marks {
            let number = index.position(&mark.id).expect("every mark is known by its annotation");
            prop_assert_eq!(&marks[number].id, &mark.id);
        }
        let here = index.at(&text, at(&text, place));
        let lengths: Vec<usize> = here.iter().map(|&it| marks[it].span.n_bytes()).collect();
        prop_assert!(lengths.is_sorted());
        let n_plain = marks.iter().filter(|it| it.span.contains(at(&text, place))).count();
        prop_assert_eq!(here.len(), n_plain);
    }
}
