//! Where a person wants to go who types a place: a line, a position as files count it, an
//! annotation, a label.

use super::{NavigateAction, Session};
use crate::model::{Annotation, Problem};
use crate::text::{Offset, OffsetUnit, Text};

/// A place that was typed, found.
#[derive(Clone, Debug, PartialEq)]
pub struct Destination {
    /// What goes there.
    pub action: NavigateAction,
    /// What is there, in a few words.
    pub says: String,
}

impl Session {
    /// The place in the shown article that `typed` means; nothing while nothing is typed.
    ///
    /// `120` is a line and `120:8` a column in it, both from 1; columns count code points, as the
    /// status bar does. `@5120` is a position in code points from 0: `start` and `end` of the
    /// annotation file. `#s2f` is an annotation by its id or the beginning of it. Anything else is
    /// the beginning of a label's name, and means the next annotation that has it.
    ///
    /// # Errors
    /// A sentence that says why there is no such place.
    pub fn destination(&self, typed: &str) -> Option<Result<Destination, String>> {
        let text = &self.document()?.text;
        let typed = typed.trim();
        let first = typed.chars().next()?;
        Some(match first {
            '@' => self.at_code_point(text, &typed[1..]),
            '#' => self.with_id(&typed[1..]),
            '0'..='9' => line_and_column(text, typed).map(|offset| self.to_offset(text, offset)),
            _ => self.with_label(typed),
        })
    }

    fn to_offset(&self, text: &Text, offset: Offset) -> Destination {
        // A caret stands between graphemes; what was meant is then the one it is in.
        let offset = text.nearest_grapheme(offset);
        let place = text.line_column(offset);
        let code_point = text.measure(offset, OffsetUnit::CodePoint);
        let says = format!("Line {}, column {}; @{code_point}", place.line, place.column);
        Destination { action: NavigateAction::Show(offset), says }
    }

    fn at_code_point(&self, text: &Text, typed: &str) -> Result<Destination, String> {
        let value = number(typed)?;
        let offset = text.locate(value, OffsetUnit::CodePoint);
        offset.map(|offset| self.to_offset(text, offset)).map_err(|error| super::sentence(&error.to_string()))
    }

    fn with_id(&self, typed: &str) -> Result<Destination, String> {
        let typed = typed.trim();
        let annotations = self.set().into_iter().flat_map(|set| set.annotations());
        let mut found = annotations.filter(|it| it.id.as_str().starts_with(typed));
        let exact = || self.set()?.annotation(&typed.into());
        match (exact().or(found.next()), found.next()) {
            (Some(it), _) if it.id.as_str() == typed => Ok(self.to_annotation(it)),
            (Some(it), None) => Ok(self.to_annotation(it)),
            (Some(_), Some(_)) => Err(format!("More than one id begins with {typed}")),
            (None, _) => Err(format!("No annotation here has the id {typed}")),
        }
    }

    fn with_label(&self, typed: &str) -> Result<Destination, String> {
        let wanted = typed.to_lowercase();
        let labels = &self.schema().labels;
        let label = labels.iter().find(|label| label.name.to_lowercase().starts_with(&wanted));
        let Some(label) = label else {
            return Err(format!(
                "No label begins with {typed}; a line is a number, a position @ and a number"
            ));
        };
        let found = self.next_of(true, |it| it.label == label.name);
        let found = found.and_then(|id| self.set()?.annotation(&id));
        found.map(|it| self.to_annotation(it)).ok_or_else(|| format!("There is no {} here", label.name))
    }

    fn to_annotation(&self, annotation: &Annotation) -> Destination {
        let place = self.document().map(|it| it.text.line_column(annotation.span.start()));
        let surface = self.document().map(|it| it.text.surface(&annotation.span)).unwrap_or_default();
        let line = place.map_or(1, |place| place.line);
        let says = format!("{}, line {line}: {surface}", annotation.label);
        Destination { action: NavigateAction::Select(annotation.id.clone()), says }
    }

    /// Goes to the next place in the shown article that a problem names, and says what it is.
    pub(super) fn next_problem(&mut self, forward: bool) {
        let caret = self.selection.caret.offset;
        let mut places: Vec<(Offset, &Problem)> =
            self.problems.iter().filter_map(|problem| Some((self.place_of(problem)?, problem))).collect();
        places.sort_by_key(|(offset, _)| *offset);
        let next = if forward {
            places.iter().find(|it| it.0 > caret).or(places.first())
        } else {
            places.iter().rev().find(|it| it.0 < caret).or(places.last())
        };
        let Some(&(offset, _)) = next else {
            self.notify("No problem has a place in this article; F8 lists all");
            return;
        };
        let here = places.iter().filter(|it| it.0 == offset);
        let messages: Vec<String> = here.clone().map(|(_, problem)| problem.to_string()).collect();
        let annotation = here.clone().find_map(|(_, problem)| problem.place.annotation.clone());
        match annotation.filter(|id| self.set().is_some_and(|set| set.annotation(id).is_some())) {
            Some(id) => self.navigate(NavigateAction::Select(id)),
            None => self.navigate(NavigateAction::Show(offset)),
        }
        self.notify(messages.join(" · "));
    }

    /// Where in the shown article a problem lies, if it names a place there.
    pub fn place_of(&self, problem: &Problem) -> Option<Offset> {
        let document = self.document()?;
        let place = &problem.place;
        if place.document.as_ref() != Some(&document.id) {
            return None;
        }
        let annotation = place.annotation.as_ref().and_then(|id| self.set()?.annotation(id));
        annotation.map(|it| it.span.start()).or(place.offset).filter(|&offset| offset <= document.text.end())
    }
}

fn line_and_column(text: &Text, typed: &str) -> Result<Offset, String> {
    let (line, column) = match typed.split_once([':', ',']) {
        Some((line, column)) => (number(line)?, if column.trim().is_empty() { 1 } else { number(column)? }),
        None => (number(typed)?, 1),
    };
    let n_lines = text.n_lines();
    if line == 0 || column == 0 {
        return Err("Lines and columns are counted from 1".to_owned());
    }
    if line > n_lines {
        let lines = if n_lines == 1 { "one line".to_owned() } else { format!("{n_lines} lines") };
        return Err(format!("The article has {lines}"));
    }
    let start = text.line_start(line - 1);
    let content = text.as_str()[start.byte()..text.line_start(line).byte()].trim_end_matches(['\r', '\n']);
    let end = text.measure(start, OffsetUnit::CodePoint) + content.chars().count();
    // Past the end of a line lies its end, as in any editor.
    let wanted = text.measure(start, OffsetUnit::CodePoint).saturating_add(column - 1).min(end);
    text.locate(wanted, OffsetUnit::CodePoint).map_err(|error| super::sentence(&error.to_string()))
}

fn number(typed: &str) -> Result<usize, String> {
    let typed = typed.trim();
    typed.parse().map_err(|_| match typed {
        "" => "A number is missing".to_owned(),
        _ => format!("{typed} is no number"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, typed: &str) -> Result<usize, String> {
        let text = Text::new(text);
        line_and_column(&text, typed).map(Offset::byte)
    }

    #[test]
    fn lines_and_columns_count_from_one() {
        let text = "é1\r\nsatu dua\n";
        assert_eq!(place(text, "1"), Ok(0));
        assert_eq!(place(text, "1:2"), Ok(2), "columns count code points");
        assert_eq!(place(text, "2 : 6"), Ok(10));
        assert_eq!(place(text, "2,6"), Ok(10));
        assert_eq!(place(text, "2:"), Ok(5), "the rest is still to be typed");
        assert_eq!(place(text, "3"), Ok(14), "the empty last line");
    }

    #[test]
    fn a_column_past_the_end_is_the_end_of_the_line() {
        assert_eq!(place("ab\r\ncd", "1:99"), Ok(2));
        assert_eq!(place("ab\r\ncd", "2:18446744073709551615"), Ok(6));
    }

    #[test]
    fn what_is_no_place_is_said_to_be_none() {
        let said = |typed| place("ab\ncd", typed).unwrap_err();
        assert_eq!(said("3"), "The article has 2 lines");
        assert_eq!(said("0"), "Lines and columns are counted from 1");
        assert_eq!(said("1:x"), "x is no number");
        assert_eq!(said("99999999999999999999999"), "99999999999999999999999 is no number");
        assert_eq!(place("", "2").unwrap_err(), "The article has one line");
    }
}
