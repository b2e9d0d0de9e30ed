//! The canvas as a screen reader meets it: its lines, characters, selection and marks, and what it
//! can ask for. Walked with the same code that the adapters of Windows, macOS and Linux use.

use egui::accesskit::{Action, ActionData, ActionRequest, Live, Role, TextSelection};
use egui::{Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use sorot::gui::canvas::{CanvasEvent, CanvasView, Caret};
use sorot::text::{Range, Text, Unit};

use crate::canvas::{Desk, SENTENCE, at, desk, events, harness, mark};

/// Words of both directions, over several rows; an empty line; a wide character; a grapheme of more
/// bytes than a character of the tree may have.
fn mixed() -> String {
    let long = format!("a{}", "\u{301}".repeat(200));
    format!("{}\r\n\nقال الوزير Lloyd Austin إن 40 دولة\n国防部长 {long} 👩‍👩‍👧", SENTENCE.repeat(6))
}

fn open(text: &str) -> Harness<'static, Desk> {
    let mut desk = desk(text, |_| vec![]);
    desk.view = CanvasView::new(crate::drawing::fonts());
    harness(desk)
}

#[test]
fn all_text_in_view_is_read_line_by_line() {
    let text = mixed();
    let harness = open(&text);
    let document = harness.get_by_role(Role::Document).accesskit_node();
    assert!(document.supports_text_ranges());
    assert_eq!(document.document_range().text(), text.replace("\r\n", "\n"));
    let mut lines = vec![];
    let mut start = document.document_start();
    loop {
        let end = start.forward_to_line_end();
        let mut line = start.to_degenerate_range();
        line.set_end(end);
        lines.push(line.text());
        if end.is_document_end() {
            break;
        }
        start = start.forward_to_line_start();
    }
    assert_eq!(lines.concat(), text.replace("\r\n", "\n"));
    let of_first: Vec<&String> = lines.iter().take_while(|line| *line != "\n").collect();
    assert!(of_first.len() > 1, "rows are lines: {lines:#?}");
    assert_eq!(lines[of_first.len()], "\n", "an empty line is a line");
}

/// What is told of a character's place is where it is drawn, in either direction.
#[test]
fn every_character_is_told_where_it_is() {
    let harness = open(&mixed());
    let document = harness.get_by_role(Role::Document).accesskit_node();
    let desk = harness.state();
    let mut position = document.document_start();
    let mut n = 0;
    for grapheme in desk.text.graphemes(desk.text.whole().unwrap()) {
        let surface = desk.text.slice(grapheme);
        let mut character = position.to_degenerate_range();
        position = position.forward_to_character_start();
        character.set_end(position);
        if surface.len() > 255 {
            // Told in parts.
            while !surface.ends_with(&character.text()) || character.text().len() > 255 {
                let next = position.forward_to_character_start();
                character = position.to_degenerate_range();
                character.set_end(next);
                position = next;
            }
            continue;
        }
        assert_eq!(character.text(), surface.replace("\r\n", "\n"));
        if surface.contains('\n') {
            continue;
        }
        let boxes = character.bounding_boxes();
        let leading = desk.view.caret_pos(Caret::new(grapheme.start())).unwrap();
        let is_at = |x: f64| (x - f64::from(leading.x)).abs() < 0.1;
        assert!(boxes.len() == 1 && (is_at(boxes[0].x0) || is_at(boxes[0].x1)), "{surface:?} at {boxes:?}");
        assert!(boxes[0].y0 < leading.y.into() && boxes[0].y1 > leading.y.into());
        n += 1;
    }
    assert!(n > 200, "{n}");
}

fn range(text: &Text, words: &str) -> Range {
    let start = text.as_str().find(words).unwrap();
    Range::new(at(text, start), at(text, start + words.len())).unwrap()
}

#[test]
fn the_selection_is_told_wherever_it_goes() {
    let mut harness = open(&mixed());
    for words in ["siap. Menhan", "Lloyd", "الوزير Lloyd Aus", "siap. \r\n\nقال", "部长"] {
        let selected = range(&harness.state().text, words);
        harness.state_mut().selection = vec![selected];
        harness.step();
        let document = harness.get_by_role(Role::Document).accesskit_node();
        let told = document.text_selection().expect("a selection");
        assert_eq!(told.text(), words.replace("\r\n", "\n"));
    }
    let desk = harness.state_mut();
    desk.selection.clear();
    desk.caret = Some(Caret::new(at(&desk.text, 7)));
    harness.step();
    let document = harness.get_by_role(Role::Document).accesskit_node();
    let caret = document.text_selection_focus().expect("a caret");
    assert_eq!(caret.to_global_usv_index(), 7);
    assert!(document.text_selection().is_some_and(|it| it.is_degenerate()));
}

#[test]
fn a_selection_that_leaves_the_view_is_told_as_far_as_it_is_seen() {
    let text = (SENTENCE.repeat(3).trim_end().to_owned() + "\n").repeat(100);
    let mut harness = open(&text);
    let whole = harness.state().text.whole();
    harness.state_mut().selection = whole.into_iter().collect();
    harness.get_by_role(Role::Document).scroll_down();
    harness.run_steps(3);
    let document = harness.get_by_role(Role::Document).accesskit_node();
    assert_eq!(document.text_selection().unwrap().text(), document.document_range().text());
}

/// Asks for something, as a screen reader does.
fn ask(harness: &mut Harness<'_, Desk>, action: Action, data: Option<ActionData>) {
    let (target_node, target_tree) = harness.get_by_role(Role::Document).accesskit_node().locate();
    let request = ActionRequest { action, target_tree, target_node, data };
    harness.event_modifiers(egui::Event::AccessKitActionRequest(request), Modifiers::NONE);
    harness.step();
}

#[test]
fn a_screen_reader_can_select() {
    let mut harness = open(&mixed());
    let text = harness.state().text.clone();
    for words in ["Indonesia", "siap. \r\n\nقال", "Lloyd Austin إن"] {
        let wanted = range(&text, words);
        harness.state_mut().selection = vec![wanted];
        harness.step();
        let document = harness.get_by_role(Role::Document).accesskit_node();
        let selection: TextSelection = document.text_selection().unwrap().to_text_selection();
        harness.state_mut().selection.clear();
        events(&mut harness);
        ask(&mut harness, Action::SetTextSelection, Some(ActionData::SetTextSelection(selection)));
        let (anchor, head) = (wanted.start(), wanted.end());
        let (unit, is_exact, is_additional, is_done) = (Unit::Grapheme, true, false, true);
        let expected = CanvasEvent::Drag { anchor, head, unit, is_exact, is_additional, is_done };
        assert_eq!(events(&mut harness), [expected]);
        let caret = TextSelection { anchor: selection.focus, focus: selection.focus };
        ask(&mut harness, Action::SetTextSelection, Some(ActionData::SetTextSelection(caret)));
        let expected = CanvasEvent::MoveCaret { to: Caret::new(head), is_extending: false };
        assert_eq!(events(&mut harness), [expected]);
    }
}

#[test]
fn a_screen_reader_can_scroll() {
    let mut harness = open(&(SENTENCE.repeat(3).trim_end().to_owned() + "\n").repeat(300));
    let first = |harness: &Harness<'_, Desk>| {
        harness.get_by_role(Role::Document).accesskit_node().document_range().text()
    };
    let top = first(&harness);
    let start = harness.state().view.position();
    for _ in 0..2 {
        harness.get_by_role(Role::Document).scroll_down();
        harness.run_steps(2);
    }
    let below = harness.state().view.position();
    assert!(below.offset > start.offset);
    for _ in 0..2 {
        harness.get_by_role(Role::Document).scroll_up();
        harness.run_steps(2);
    }
    assert_eq!((first(&harness), harness.state().view.position()), (top, start));
    let far = egui::accesskit::Point { x: 0.0, y: 1.0e9 };
    ask(&mut harness, Action::SetScrollOffset, Some(ActionData::SetScrollOffset(far)));
    harness.run_steps(2);
    assert!(harness.state().view.position().offset > below.offset);
}

#[test]
fn what_becomes_of_annotations_is_said() {
    let mut harness = harness(desk(SENTENCE, |text| vec![mark(text, "quote", &[(0, 32)])]));
    let said = |harness: &mut Harness<'_, Desk>| {
        harness.step();
        let node = harness.get_by_role(Role::Status).accesskit_node();
        assert_eq!(node.live(), Live::Polite);
        node.label().unwrap_or_default()
    };
    assert_eq!(said(&mut harness), "", "what was there before is not news");
    let text = harness.state().text.clone();
    let country = mark(&text, "country", &[(18, 27)]);
    harness.state_mut().marks.insert(country.clone());
    assert_eq!(said(&mut harness), "Added country: Indonesia");
    let mut weapon = country.clone();
    weapon.label = "weapon".to_owned();
    harness.state_mut().marks.insert(weapon);
    assert_eq!(said(&mut harness), "Changed weapon: Indonesia");
    harness.state_mut().selected = Some(0);
    assert_eq!(said(&mut harness), "Selected quote: Menhan mengatakan Indonesia siap");
    harness.state_mut().marks.remove(&country.id);
    assert_eq!(said(&mut harness), "Removed weapon: Indonesia");
    for (start, end) in [(0, 6), (7, 17), (18, 27)] {
        harness.state_mut().marks.insert(mark(&text, "speaker", &[(start, end)]));
    }
    assert_eq!(said(&mut harness), "Added 3 annotations");
}

#[test]
fn a_mark_tells_its_place() {
    let harness = harness(desk(&format!("\n{SENTENCE}"), |text| vec![mark(text, "country", &[(19, 28)])]));
    let node = harness.get_by_role(Role::Mark).accesskit_node();
    assert_eq!(node.description().as_deref(), Some("Line 2, column 19"));
    let rect = harness.get_by_role(Role::Mark).rect();
    assert!(egui::Rect::from_min_size(egui::Pos2::ZERO, vec2(700.0, 400.0)).contains_rect(rect));
}
