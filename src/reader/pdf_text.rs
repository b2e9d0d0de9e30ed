//! Characters at places on pages to paragraphs.
//!
//! Characters are taken in the order in which a file draws them, which is nearly always the order of
//! reading, columns included: of the ways to guess an order from places alone, those that were tried
//! went wrong more often. Places tell where lines and paragraphs end.
//!
//! - A line's last word and the next line's first are one word if there is a hyphen between them,
//!   unless the word has it elsewhere, too, or says the same twice (`kapal-kapal`).
//! - A paragraph ends where there is more space than between its lines, where a line is indented or
//!   written larger or smaller, and where a line ends though the next word would have had room.
//! - Lines at the top and bottom that come back on other pages, and numbers of pages, are left out.

use std::collections::{HashMap, HashSet};

/// A character on a page, in points from the lower left corner.
#[derive(Clone, Debug)]
pub(super) struct Glyph {
    pub(super) x: f64,
    pub(super) y: f64,
    pub(super) width: f64,
    pub(super) size: f64,
    pub(super) is_upright: bool,
    /// True if it begins what the file draws in one go, which is a word or more.
    pub(super) is_first: bool,
    pub(super) text: String,
}

/// A line of text on a page.
#[derive(Clone, Debug)]
struct Line {
    text: String,
    left: f64,
    right: f64,
    /// Where it stands, from the lower edge of the page.
    y: f64,
    size: f64,
    /// How wide its first word is.
    first_word: f64,
}

/// The pages of a file.
#[derive(Debug, Default)]
pub(super) struct Pages {
    pages: Vec<Vec<Line>>,
    glyphs: Vec<Glyph>,
    n_glyphs: usize,
}

/// How many lines at the top and bottom may be heads and feet.
const N_EDGE: usize = 3;

impl Pages {
    pub(super) fn start_page(&mut self, _height: f64) {
        self.finish_page();
        self.pages.push(Vec::new());
    }

    pub(super) fn push(&mut self, glyph: Glyph) {
        self.n_glyphs += 1;
        let is_placed = [glyph.x, glyph.y, glyph.width, glyph.size].iter().all(|it| it.is_finite());
        if is_placed && !glyph.text.is_empty() {
            self.glyphs.push(glyph);
        }
    }

    pub(super) fn n_glyphs(&self) -> usize {
        self.n_glyphs
    }

    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// The page is complete.
    pub(super) fn finish_page(&mut self) {
        let glyphs = std::mem::take(&mut self.glyphs);
        if let Some(page) = self.pages.last_mut() {
            page.extend(lines(glyphs));
        }
    }

    /// The numbers of pages, from 1, that hold no text.
    pub(super) fn without_text(&self) -> Vec<usize> {
        let is_empty = |page: &[Line]| page.iter().all(|line| line.text.trim().is_empty());
        self.pages.iter().enumerate().filter(|(_, page)| is_empty(page)).map(|(i, _)| i + 1).collect()
    }

    /// The text, in paragraphs.
    pub(super) fn text(&self) -> String {
        let heads = heads_and_feet(&self.pages);
        let pages = self.pages.iter().enumerate().map(|(page, lines)| {
            let is_text = |(i, _): &(usize, &Line)| !heads.contains(&(page, *i));
            lines.iter().enumerate().filter(is_text).map(|(_, line)| line).collect::<Vec<_>>()
        });
        let pages: Vec<Vec<&Line>> = pages.collect();
        let words = Words::of(pages.iter().flatten().copied());
        let mut text = String::new();
        let mut before: Option<&Line> = None;
        for Block { is_jump, lines } in pages.iter().flat_map(|page| blocks(page)) {
            let look = Look::of(&lines);
            for (i, line) in lines.iter().enumerate() {
                let goes_on = before.is_some_and(|before| match i {
                    0 => is_jump && goes_on_elsewhere(before, line),
                    _ => look.goes_on(before, line),
                });
                if goes_on {
                    words.join(&mut text, &line.text);
                } else {
                    if !text.is_empty() {
                        text.push_str("\n\n");
                    }
                    text.push_str(&line.text);
                }
                before = Some(line);
            }
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text
    }
}

/// The lines that characters make.
fn lines(glyphs: Vec<Glyph>) -> Vec<Line> {
    let n_tilted = glyphs.iter().filter(|it| !it.is_upright).count();
    // Stamps on a margin are no part of the text; on a page that lies on its side all is so.
    let takes_tilted = n_tilted * 2 > glyphs.len();
    let mut lines = Vec::new();
    let mut row: Vec<Glyph> = Vec::new();
    for mut glyph in glyphs {
        if glyph.is_upright == takes_tilted {
            continue;
        }
        if takes_tilted {
            (glyph.x, glyph.y) = (glyph.y, -glyph.x);
        }
        let is_same_row = row.last().is_none_or(|last| {
            let size = last.size.max(glyph.size);
            (last.y - glyph.y).abs() < size * 0.5 && (last.x - glyph.x).abs() < 2_000.0
        });
        if !is_same_row {
            lines.extend(line(std::mem::take(&mut row)));
        }
        row.push(glyph);
    }
    lines.extend(line(row));
    lines
}

/// The line that the characters of a row make.
fn line(mut row: Vec<Glyph>) -> Option<Line> {
    row.retain(|glyph| !glyph.text.chars().all(|it| it == '\0'));
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    // Some programs draw a letter twice to make it bold.
    row.dedup_by(|b, a| {
        a.text == b.text && (a.x - b.x).abs() < a.size * 0.05 && (a.y - b.y).abs() < a.size * 0.05
    });
    let sizes = row.iter().filter(|it| !it.text.trim().is_empty());
    let size = sizes.map(|it| it.size).fold(0.0, f64::max);
    let usual_gap = usual_gap(&row);
    let mut text = String::new();
    let mut end: Option<f64> = None;
    let mut first_word = None;
    let mut is_spaced = false;
    let (mut left, mut right) = (f64::MAX, f64::MIN);
    for glyph in &row {
        if glyph.text.trim().is_empty() {
            is_spaced = true;
            continue;
        }
        if let Some(end) = end {
            let gap = glyph.x - end;
            let least = if glyph.is_first { 0.15 } else { 0.2 };
            // A space that is taken back by the width of the next one is none.
            let is_taken_back = gap.abs() < size * 0.03;
            is_spaced = is_spaced && !is_taken_back || gap > size * least + usual_gap;
            if is_spaced {
                text.push(if gap > size * 3.0 { '\t' } else { ' ' });
                first_word.get_or_insert(end - left);
            }
        }
        is_spaced = false;
        text.extend(glyph.text.chars().flat_map(letters));
        left = left.min(glyph.x);
        right = right.max(glyph.x + glyph.width);
        end = Some(glyph.x + glyph.width);
    }
    let y = row.iter().find(|it| it.size >= size * 0.9).map_or(0.0, |it| it.y);
    let first_word = first_word.unwrap_or(right - left);
    (!text.is_empty()).then_some(Line { text: in_order(text), left, right, y, size, first_word })
}

/// The gap that is between most letters of a row: none, but for headings that are set wide.
fn usual_gap(row: &[Glyph]) -> f64 {
    let gaps = row.windows(2).map(|pair| pair[1].x - pair[0].x - pair[0].width);
    let mut gaps: Vec<f64> = gaps.collect();
    gaps.sort_by(f64::total_cmp);
    gaps.get(gaps.len() / 2).copied().unwrap_or(0.0).max(0.0)
}

/// The letters that one drawn together stands for.
fn letters(character: char) -> impl Iterator<Item = char> {
    let single = match character {
        'ﬀ' => "ff",
        'ﬁ' => "fi",
        'ﬂ' => "fl",
        'ﬃ' => "ffi",
        'ﬄ' => "ffl",
        'ﬅ' | 'ﬆ' => "st",
        _ => "",
    };
    single.chars().chain(Some(character).filter(|_| single.is_empty()))
}

/// A line that was put in order from left to right, as it is read.
fn in_order(line: String) -> String {
    let is_right_to_left =
        |it: char| matches!(it, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}');
    let n = line.chars().filter(|it| is_right_to_left(*it)).count();
    if n * 2 <= line.chars().filter(|it| it.is_alphabetic()).count() {
        return line;
    }
    let mut reversed: Vec<char> = line.chars().rev().collect();
    let mut start = 0;
    while start < reversed.len() {
        let is_left_to_right = |it: &&char| it.is_alphanumeric() && !is_right_to_left(**it);
        let n = reversed[start..].iter().take_while(is_left_to_right).count();
        reversed[start..start + n].reverse();
        start += n.max(1);
    }
    let mirrored = reversed.into_iter().map(|it| match it {
        '(' => ')',
        ')' => '(',
        '«' => '»',
        '»' => '«',
        '[' => ']',
        ']' => '[',
        it => it,
    });
    mirrored.collect()
}

/// Lines of one size, closely below each other.
struct Block<'a> {
    /// True if it begins above or beside the line before it, as a column does.
    is_jump: bool,
    lines: Vec<&'a Line>,
}

/// The blocks of a page.
fn blocks<'a>(lines: &[&'a Line]) -> Vec<Block<'a>> {
    let mut blocks: Vec<Block<'a>> = Vec::new();
    for line in lines {
        let last = blocks.last_mut().and_then(|block| block.lines.last().copied().map(|last| (block, last)));
        let is_below = |last: &Line| last.y > line.y && last.left < line.right && line.left < last.right;
        match last {
            Some((block, last)) if is_below(last) && is_alike(last, line) => block.lines.push(line),
            last => {
                let is_jump = last.is_none_or(|(_, last)| !is_below(last));
                blocks.push(Block { is_jump, lines: vec![line] });
            }
        }
    }
    blocks
}

/// True for lines of one size that have no more than a blank line between them.
fn is_alike(above: &Line, line: &Line) -> bool {
    let size = above.size.max(line.size);
    (above.size - line.size).abs() <= size * 0.1 && above.y - line.y <= size * 2.2
}

/// What the lines of a block look like.
struct Look {
    left: f64,
    right: f64,
    /// How far apart they usually are.
    leading: f64,
}

impl Look {
    fn of(lines: &[&Line]) -> Look {
        let mut gaps: Vec<f64> = lines.windows(2).map(|pair| pair[0].y - pair[1].y).collect();
        gaps.sort_by(f64::total_cmp);
        Look {
            left: lines.iter().map(|line| line.left).fold(f64::MAX, f64::min),
            right: lines.iter().map(|line| line.right).fold(f64::MIN, f64::max),
            leading: gaps.get(gaps.len() / 4).copied().unwrap_or(f64::MAX),
        }
    }

    /// True if a line goes on with the paragraph of the line above it.
    fn goes_on(&self, above: &Line, line: &Line) -> bool {
        let size = above.size.max(line.size);
        let is_far = above.y - line.y > self.leading * 1.25;
        let is_centred = ((above.left + above.right) - (line.left + line.right)).abs() < size * 0.2;
        let is_indented = line.left - self.left > size * 0.6 && line.left - above.left > size * 0.6;
        let had_room = self.right - above.right > line.first_word + size * 0.4;
        let ends = above.text.ends_with(['.', '!', '?', ':', '"', '”', '»', '’', '\'', '…', ')', '。', '؟']);
        let is_short = self.right - above.right > (self.right - self.left) * 0.3;
        !(is_far || is_indented && !is_centred || had_room && (ends || is_short) && !is_centred)
    }
}

/// True if the first line of a column or page goes on with the paragraph before it.
fn goes_on_elsewhere(before: &Line, line: &Line) -> bool {
    let is_same_size = (before.size - line.size).abs() <= before.size.max(line.size) * 0.1;
    let last = before.text.trim_end();
    let is_open = !last.ends_with(['.', '!', '?', ':', '"', '”', '»', '…', '。', '؟']);
    let is_begun = line.text.chars().next().is_some_and(|it| it.is_alphanumeric() && !it.is_uppercase());
    is_same_size && is_begun && (is_open || ends_with_hyphen(last).is_some())
}

/// The line without the hyphen at its end.
fn ends_with_hyphen(line: &str) -> Option<&str> {
    let stem = line.strip_suffix(['-', '\u{2010}', '\u{ad}'])?;
    stem.chars().next_back().filter(|it| it.is_alphabetic())?;
    Some(stem)
}

/// The words of a file, to tell what a hyphen at a line's end is.
struct Words(HashSet<String>);

impl Words {
    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Words {
        let words = lines.flat_map(|line| line.text.split_whitespace());
        Words(words.map(|word| word.trim_matches(|it: char| !it.is_alphanumeric()).to_lowercase()).collect())
    }

    /// Adds a line to the paragraph that a text ends with.
    fn join(&self, text: &mut String, line: &str) {
        let Some(stem) = ends_with_hyphen(text) else {
            text.push(' ');
            text.push_str(line);
            return;
        };
        let is_word = |it: &char| it.is_alphabetic();
        let first: String =
            stem.chars().rev().take_while(is_word).collect::<Vec<_>>().into_iter().rev().collect();
        let second: String = line.chars().take_while(is_word).collect();
        let is_in_word = second.chars().next().is_some_and(char::is_lowercase);
        let (first, second) = (first.to_lowercase(), second.to_lowercase());
        let is_twice = !first.is_empty() && second.starts_with(&first);
        let is_known =
            self.0.contains(&format!("{first}-{second}")) && !self.0.contains(&format!("{first}{second}"));
        if is_in_word && !is_twice && !is_known {
            text.truncate(stem.len());
        }
        text.push_str(line);
    }
}

/// Page and line of what is a head or a foot.
fn heads_and_feet(pages: &[Vec<Line>]) -> HashSet<(usize, usize)> {
    let mut edges: Vec<(usize, usize, String)> = Vec::new();
    for (page, lines) in pages.iter().enumerate() {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by(|a, b| lines[*b].y.total_cmp(&lines[*a].y));
        let n = order.len();
        for (place, i) in order.into_iter().enumerate() {
            if place < N_EDGE || place + N_EDGE >= n {
                edges.push((page, i, without_numbers(&lines[i].text)));
            }
        }
    }
    let mut n_pages: HashMap<&str, HashSet<usize>> = HashMap::new();
    for (page, _, text) in &edges {
        n_pages.entry(text).or_default().insert(*page);
    }
    // Left and right pages may have heads of their own.
    let least = (pages.len() / 3).max(2);
    let comes_back = |text: &str| n_pages.get(text).is_some_and(|pages| pages.len() >= least);
    let is_head = |(_, _, text): &&(usize, usize, String)| comes_back(text) || is_number(text);
    edges.iter().filter(is_head).map(|(page, line, _)| (*page, *line)).collect()
}

/// A line with `#` for each number, so that pages differ in nothing else.
fn without_numbers(line: &str) -> String {
    let mut text = String::new();
    for character in line.chars() {
        match character {
            it if it.is_ascii_digit() => {
                if !text.ends_with('#') {
                    text.push('#');
                }
            }
            it => text.push(it),
        }
    }
    text
}

/// True for a page's number alone.
fn is_number(text: &str) -> bool {
    const NUMBERS: &[&str] = &[
        "#",
        "- # -",
        "-#-",
        "– # –",
        "— # —",
        "| # |",
        "#/#",
        "# / #",
        "# of #",
        "Page #",
        "Page # of #",
        "Halaman #",
        "Seite #",
        "Стор. #",
    ];
    NUMBERS.contains(&text.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page of lines, each a place, a size and a text; letters are half as wide as high.
    fn page(pages: &mut Pages, lines: &[(f64, f64, f64, &str)]) {
        pages.start_page(800.0);
        for (left, y, size, text) in lines {
            for (i, letter) in text.chars().enumerate() {
                pages.push(Glyph {
                    x: left + i as f64 * size / 2.0,
                    y: *y,
                    width: size / 2.0,
                    size: *size,
                    is_upright: true,
                    is_first: i == 0,
                    text: letter.to_string(),
                });
            }
        }
        pages.finish_page();
    }

    fn text(lines: &[(f64, f64, f64, &str)]) -> String {
        let mut pages = Pages::default();
        page(&mut pages, lines);
        pages.text()
    }

    #[test]
    fn lines_are_paragraphs_where_they_look_so() {
        type Case<'a> = (&'a [(f64, f64, f64, &'a str)], &'a str);
        let cases: [Case<'_>; 5] = [
            (
                &[(0.0, 90.0, 10.0, "The tank was"), (0.0, 78.0, 10.0, "sent to Kyiv")],
                "The tank was sent to Kyiv\n",
            ),
            (&[(0.0, 90.0, 18.0, "Tanks"), (0.0, 70.0, 10.0, "They are")], "Tanks\n\nThey are\n"),
            (
                &[
                    (0.0, 90.0, 10.0, "the tank was old."),
                    (9.0, 78.0, 10.0, "It was sent a"),
                    (0.0, 66.0, 10.0, "to Kyiv by rail"),
                ],
                "the tank was old.\n\nIt was sent a to Kyiv by rail\n",
            ),
            (
                &[
                    (0.0, 90.0, 10.0, "a long line of text"),
                    (0.0, 78.0, 10.0, "that ends."),
                    (0.0, 66.0, 10.0, "To be or not to be"),
                ],
                "a long line of text that ends.\n\nTo be or not to be\n",
            ),
            (
                &[
                    (0.0, 90.0, 10.0, "one two three"),
                    (0.0, 78.0, 10.0, "four five six"),
                    (0.0, 50.0, 10.0, "seven eight n"),
                ],
                "one two three four five six\n\nseven eight n\n",
            ),
        ];
        for (lines, expected) in cases {
            assert_eq!(text(lines), expected);
        }
    }

    #[test]
    fn a_hyphen_at_the_end_of_a_line_goes_unless_the_word_has_it() {
        let joined = |first, second| text(&[(0.0, 90.0, 10.0, first), (0.0, 78.0, 10.0, second)]);
        assert_eq!(joined("the am-", "munition"), "the ammunition\n");
        assert_eq!(joined("semua kapal-", "kapal itu"), "semua kapal-kapal itu\n");
        assert_eq!(joined("well-known, well-", "known all"), "well-known, well-known all\n");
        assert_eq!(joined("Anglo-", "Dutch oil"), "Anglo-Dutch oil\n");
        assert_eq!(joined("in 1914 -", "when all"), "in 1914 - when all\n");
    }

    #[test]
    fn columns_and_pages_go_on() {
        let mut pages = Pages::default();
        page(
            &mut pages,
            &[
                (0.0, 800.0, 8.0, "The Courier"),
                (0.0, 700.0, 10.0, "He said that the"),
                (200.0, 740.0, 10.0, "tank had been"),
                (0.0, 10.0, 8.0, "1"),
            ],
        );
        page(
            &mut pages,
            &[
                (0.0, 800.0, 8.0, "The Courier"),
                (0.0, 740.0, 10.0, "sent. It went"),
                (0.0, 728.0, 10.0, "to Kyiv."),
                (0.0, 10.0, 8.0, "2"),
            ],
        );
        assert_eq!(pages.text(), "He said that the tank had been sent. It went to Kyiv.\n");
        assert_eq!(pages.without_text(), Vec::<usize>::new());
    }

    #[test]
    fn right_to_left_lines_are_put_in_order() {
        assert_eq!(in_order("2026 ريزو".to_owned()), "وزير 2026");
        assert_eq!(in_order("(ab) 12".to_owned()), "(ab) 12");
    }
}
