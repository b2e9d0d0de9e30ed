//! Paragraphs, lines and cells to plain text.
//!
//! A paragraph is followed by a blank line, a list item or a row of a table by a line end, a cell
//! by a tab. Gaps are asked for and written only before the next letter, the widest of those asked
//! for; so there is none at the start or end, and never more than one blank line.

/// What stands between two pieces of text, from narrow to wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Space,
    Line,
    Blank,
}

/// A text being laid out.
#[derive(Debug)]
pub(super) struct Layout {
    text: String,
    gap: Gap,
    /// Tabs that go before the next letter, after the gap.
    n_tabs: usize,
    /// The cells that are open: how long the text was before each, and the gap there.
    cells: Vec<(usize, Gap)>,
}

impl Layout {
    pub(super) fn new() -> Layout {
        Layout { text: String::new(), gap: Gap::None, n_tabs: 0, cells: Vec::new() }
    }

    /// Adds text, in which any white space is one space, but for those that never break a line.
    pub(super) fn words(&mut self, text: &str) {
        let is_space = |it: char| matches!(it, ' ' | '\t' | '\n' | '\r' | '\x0c');
        let mut pieces = text.split(is_space);
        // Between two pieces there was white space.
        self.piece(pieces.next().unwrap_or_default());
        for piece in pieces {
            self.gap = self.gap.max(Gap::Space);
            self.piece(piece);
        }
    }

    /// Adds text with its spaces and lines as they are.
    pub(super) fn verbatim(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.piece(&text);
    }

    fn piece(&mut self, piece: &str) {
        if piece.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str(match self.gap {
                Gap::None => "",
                Gap::Space if self.n_tabs > 0 => "",
                Gap::Space => " ",
                Gap::Line => "\n",
                Gap::Blank => "\n\n",
            });
        }
        self.text.extend(std::iter::repeat_n('\t', self.n_tabs));
        self.text.push_str(piece);
        (self.gap, self.n_tabs) = (Gap::None, 0);
    }

    /// Ends a line; two in a row end a paragraph.
    pub(super) fn line_break(&mut self) {
        self.gap = if self.gap >= Gap::Line { Gap::Blank } else { Gap::Line };
    }

    /// What follows begins on a line of its own.
    pub(super) fn line(&mut self) {
        self.widen(Gap::Line);
    }

    /// What follows begins a paragraph.
    pub(super) fn paragraph(&mut self) {
        self.widen(Gap::Blank);
    }

    /// Nothing parts the start of a cell from what is in it.
    fn widen(&mut self, gap: Gap) {
        if self.cells.last().is_none_or(|(start, _)| self.text.len() > *start) {
            self.gap = self.gap.max(gap);
        }
    }

    /// A cell of a table begins.
    pub(super) fn cell(&mut self) {
        self.cells.push((self.text.len(), self.gap));
    }

    /// A cell ends: a tab goes before the next one, and nothing else.
    pub(super) fn end_cell(&mut self) {
        let Some((start, gap)) = self.cells.pop() else { return };
        if self.text.len() > start {
            (self.gap, self.n_tabs) = (Gap::None, 1);
        } else {
            self.gap = gap;
            self.n_tabs += 1;
        }
    }

    /// A row ends.
    pub(super) fn end_row(&mut self) {
        self.n_tabs = 0;
        self.line();
    }

    /// The text, which ends with a line end unless there is none.
    pub(super) fn finish(mut self) -> String {
        let length = self.text.trim_end_matches(['\n', '\t', ' ']).len();
        self.text.truncate(length);
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn laid_out(steps: impl Fn(&mut Layout)) -> String {
        let mut layout = Layout::new();
        steps(&mut layout);
        layout.finish()
    }

    #[test]
    fn white_space_is_one_space_wherever_elements_part_it() {
        let text = laid_out(|it| {
            it.paragraph();
            it.words("\n  Kyiv ");
            it.words(" was\u{a0}hit");
            it.words(",");
            it.words(" twice. ");
        });
        assert_eq!(text, "Kyiv was\u{a0}hit, twice.\n");
    }

    #[test]
    fn gaps_do_not_add_up() {
        let text = laid_out(|it| {
            it.words("a");
            it.paragraph();
            it.paragraph();
            it.line();
            it.words("b");
            it.line_break();
            it.words("c");
            it.line_break();
            it.words(" \n");
            it.line_break();
            it.line_break();
            it.words("d");
        });
        assert_eq!(text, "a\n\nb\nc\n\nd\n");
    }

    #[test]
    fn cells_are_parted_by_tabs_and_rows_by_lines() {
        let row = |it: &mut Layout, cells: &[&str]| {
            it.line();
            for cell in cells {
                it.cell();
                it.paragraph();
                it.words(cell);
                it.paragraph();
                it.end_cell();
                it.words("\n ");
            }
            it.end_row();
        };
        let text = laid_out(|it| {
            it.words("Before");
            it.paragraph();
            row(it, &["", "a", "b"]);
            row(it, &["c", "", "d"]);
            row(it, &["", "", ""]);
            row(it, &["e", "f", ""]);
            it.paragraph();
            it.words("After");
        });
        assert_eq!(text, "Before\n\n\ta\tb\nc\t\td\ne\tf\n\nAfter\n");
    }

    #[test]
    fn verbatim_text_keeps_its_lines() {
        let text = laid_out(|it| {
            it.verbatim("  if x:\r\n    y");
            it.paragraph();
            it.words("b");
        });
        assert_eq!(text, "  if x:\n    y\n\nb\n");
    }
}
