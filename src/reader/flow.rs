//! The text of a word processor's document: paragraphs in a row, with text boxes and notes in them.
//!
//! A text box stands in the midst of a paragraph in the file, and goes after it here. Notes go to
//! the end of the text.

use crate::reader::layout::Layout;

/// A document's text being put together.
#[derive(Debug)]
pub(super) struct Flow {
    layout: Layout,
    /// Paragraphs that have begun, the outer before those that stand in it.
    open: Vec<String>,
    /// Paragraphs of text boxes, until the one that they stand in is done.
    aside: Vec<String>,
    notes: Vec<String>,
    /// How many notes are open: one, or what a hostile file says.
    n_notes: usize,
}

impl Flow {
    pub(super) fn new() -> Flow {
        Flow { layout: Layout::new(), open: Vec::new(), aside: Vec::new(), notes: Vec::new(), n_notes: 0 }
    }

    /// A paragraph begins.
    pub(super) fn start_paragraph(&mut self) {
        self.open.push(String::new());
    }

    /// A whole paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.start_paragraph();
        self.push(text);
        self.end_paragraph();
    }

    /// True if a paragraph has begun.
    pub(super) fn is_in_paragraph(&self) -> bool {
        !self.open.is_empty()
    }

    /// Adds text to the paragraph, as it is; there is none outside paragraphs.
    pub(super) fn push(&mut self, text: &str) {
        if let Some(paragraph) = self.open.last_mut() {
            paragraph.push_str(text);
        }
    }

    /// Adds text in which any white space is one space, as [`Layout::words`] does.
    pub(super) fn push_words(&mut self, text: &str) {
        let Some(paragraph) = self.open.last_mut() else { return };
        for character in text.chars() {
            match character {
                ' ' | '\t' | '\n' | '\r' if paragraph.ends_with([' ', '\n', '\t']) => {}
                ' ' | '\t' | '\n' | '\r' => paragraph.push(' '),
                _ => paragraph.push(character),
            }
        }
    }

    /// The paragraph ends.
    pub(super) fn end_paragraph(&mut self) {
        let Some(paragraph) = self.open.pop() else { return };
        if self.n_notes > 0 {
            self.notes.push(paragraph);
        } else if self.is_in_paragraph() {
            self.aside.push(paragraph);
        } else {
            self.lay_out(&paragraph);
            for paragraph in std::mem::take(&mut self.aside) {
                self.lay_out(&paragraph);
            }
        }
    }

    fn lay_out(&mut self, paragraph: &str) {
        self.layout.paragraph();
        let paragraph = paragraph.trim_matches(['\n', ' ', '\t']);
        self.layout.verbatim(paragraph);
        self.layout.paragraph();
    }

    /// What follows is a note.
    pub(super) fn start_note(&mut self) {
        self.n_notes += 1;
    }

    /// The note ends.
    pub(super) fn end_note(&mut self) {
        self.n_notes = self.n_notes.saturating_sub(1);
    }

    /// A cell of a table begins. Tables in text boxes are paragraphs.
    pub(super) fn start_cell(&mut self) {
        if !self.is_in_paragraph() {
            self.layout.cell();
        }
    }

    /// The cell ends.
    pub(super) fn end_cell(&mut self) {
        if !self.is_in_paragraph() {
            self.layout.end_cell();
        }
    }

    /// A row of a table ends.
    pub(super) fn end_row(&mut self) {
        if !self.is_in_paragraph() {
            self.layout.end_row();
        }
    }

    /// A table begins or ends.
    pub(super) fn table(&mut self) {
        if !self.is_in_paragraph() {
            self.layout.paragraph();
        }
    }

    /// The text, notes last.
    pub(super) fn finish(mut self) -> String {
        for note in std::mem::take(&mut self.notes) {
            self.lay_out(&note);
        }
        self.layout.finish()
    }
}
