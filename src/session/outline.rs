//! The table of contents of an article that has none: its headings, or the starts of its
//! paragraphs where it has no headings.
//!
//! Plain text says nowhere what a heading is. Taken for one is what people write as one:
//! - Markdown: `# Title`, or a title over a line of `===` or `---`;
//! - a chapter word and a number, `Chapter 3`, `BAB IV`, `第五章`, on a line of its own;
//! - a numbered line, `2.1 Method`, between empty ones;
//! - a line in capitals;
//! - a short line between empty ones that ends like no sentence, unless such lines are so many
//!   that they are the text: verse, dialogue, a list.

use super::{Effect, Job, NavigateAction, Session};
use crate::text::{Offset, Text};

/// The sections of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    sections: Vec<Section>,
}

/// A section; it ends where the next one starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Where its heading, or its first word, starts.
    pub start: Offset,
    /// How deep it is nested, from 0.
    pub level: u8,
}

/// The longest heading, in characters.
const LONGEST_HEADING: usize = 80;
/// The longest line that is taken for a heading for its shortness alone, in characters.
const LONGEST_SHORT: usize = 60;
/// Lines longer than this, in bytes, are paragraphs in themselves: nobody wraps so late.
const LONGEST_WRAPPED: usize = 240;

/// Words before the number of a chapter, in lower case. All but the last ones stand before it with
/// a space.
const CHAPTER_WORDS: &[&str] = &[
    "chapter",
    "part",
    "book",
    "section",
    "bab",
    "bagian",
    "buku",
    "pasal",
    "kapitel",
    "teil",
    "chapitre",
    "partie",
    "capítulo",
    "parte",
    "capitolo",
    "hoofdstuk",
    "глава",
    "часть",
    "розділ",
    "частина",
    "الفصل",
    "الباب",
    "فصل",
    "פרק",
    "अध्याय",
    "অধ্যায়",
    "அத்தியாயம்",
    "บทที่",
    "บท",
    "chương",
];

/// What a line is, before the whole text is known.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// By Markdown, with its level from 1.
    Marked(u8),
    Chapter,
    Capitals,
    /// With how many numbers: `2.1` has two.
    Numbered(u8),
    Short,
}

impl Outline {
    /// Reads a whole text: some 30 ms for 10 MB, so do it beside the window.
    pub fn new(text: &Text) -> Outline {
        let lines = Lines { text };
        let n_lines = text.n_lines();
        let mut headings: Vec<(Offset, Kind)> = Vec::new();
        let (mut n_paragraphs, mut is_wrapped) = (0, true);
        for line in 0..n_lines {
            let content = lines.get(line);
            if content.is_empty() {
                continue;
            }
            is_wrapped &= content.len() <= LONGEST_WRAPPED;
            n_paragraphs += usize::from(lines.is_empty(line.wrapping_sub(1)));
            if let Some(kind) = lines.heading(line, content) {
                headings.push((lines.start(line), kind));
            }
        }
        let n_short = headings.iter().filter(|(_, kind)| *kind == Kind::Short).count();
        if n_short * 4 > n_paragraphs {
            headings.retain(|(_, kind)| *kind != Kind::Short);
        }
        if headings.len() < 2 {
            return Outline { sections: lines.paragraphs(is_wrapped && n_paragraphs > 1) };
        }
        let mut kinds: Vec<Kind> = headings.iter().map(|(_, kind)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let level = |kind: Kind| kinds.binary_search(&kind).unwrap_or_default().min(5) as u8;
        let sections = headings.into_iter().map(|(start, kind)| Section { start, level: level(kind) });
        Outline { sections: sections.collect() }
    }

    /// The sections, in order.
    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The number of the section that a place lies in; nothing before the first.
    pub fn section_at(&self, offset: Offset) -> Option<usize> {
        self.sections.partition_point(|section| section.start <= offset).checked_sub(1)
    }

    /// The heading or the first words of a section.
    pub fn title<'a>(&self, text: &'a Text, section: &Section) -> &'a str {
        let line = text.line_of(section.start);
        let rest = &text.as_str()[section.start.byte()..text.line_start(line + 1).byte()];
        let end = rest.char_indices().nth(LONGEST_HEADING).map_or(rest.len(), |(end, _)| end);
        rest[..end].trim_end().trim_matches('#').trim()
    }
}

/// A text by lines.
struct Lines<'a> {
    text: &'a Text,
}

impl<'a> Lines<'a> {
    /// A line without white space at its ends; empty for one there is not.
    fn get(&self, line: usize) -> &'a str {
        let start = self.text.line_start(line).byte();
        let end = self.text.line_start(line.saturating_add(1)).byte();
        self.text.as_str()[start.min(end)..end].trim()
    }

    fn is_empty(&self, line: usize) -> bool {
        line >= self.text.n_lines() || self.get(line).is_empty()
    }

    /// Where the first character of a line stands that is no white space.
    fn start(&self, line: usize) -> Offset {
        let start = self.text.line_start(line).byte();
        let rest = &self.text.as_str()[start..self.text.line_start(line + 1).byte()];
        Offset::new(start + rest.len() - rest.trim_start().len())
    }

    fn heading(&self, line: usize, content: &str) -> Option<Kind> {
        if content.len() > LONGEST_HEADING * 4 || content.chars().count() > LONGEST_HEADING {
            return None;
        }
        let n_signs = content.len() - content.trim_start_matches('#').len();
        if (1..=6).contains(&n_signs) && content[n_signs..].starts_with([' ', '\t']) {
            return Some(Kind::Marked(n_signs as u8));
        }
        if !content.chars().any(char::is_alphanumeric) {
            return None;
        }
        let below = self.get(line + 1);
        if below.len() >= 3 && !self.is_empty(line + 1) {
            if below.bytes().all(|byte| byte == b'=') {
                return Some(Kind::Marked(1));
            }
            if below.bytes().all(|byte| byte == b'-') {
                return Some(Kind::Marked(2));
            }
        }
        if is_chapter(content) {
            return Some(Kind::Chapter);
        }
        if is_capitals(content) {
            return Some(Kind::Capitals);
        }
        let stands_alone = self.is_empty(line.wrapping_sub(1)) && self.is_empty(line + 1);
        if !stands_alone || ends_sentence(content) {
            return None;
        }
        if let Some(depth) = numbers(content) {
            return Some(Kind::Numbered(depth));
        }
        let starts_high =
            content.chars().next().is_some_and(|first| first.is_alphabetic() && !first.is_lowercase());
        (starts_high && content.chars().count() <= LONGEST_SHORT).then_some(Kind::Short)
    }

    /// The starts of paragraphs: lines after an empty one if lines are wrapped, else all of them.
    fn paragraphs(&self, is_wrapped: bool) -> Vec<Section> {
        let lines = 0..self.text.n_lines();
        let starts = lines
            .filter(|&line| !self.is_empty(line) && (!is_wrapped || self.is_empty(line.wrapping_sub(1))));
        starts.map(|line| Section { start: self.start(line), level: 0 }).collect()
    }
}

/// A chapter word, then a number in digits, Roman numerals or words of one letter.
fn is_chapter(content: &str) -> bool {
    let mut characters = content.chars();
    if characters.next() == Some('第') {
        let number = characters
            .as_str()
            .trim_start_matches(|c: char| c.is_numeric() || "〇一二三四五六七八九十百千".contains(c));
        return number.len() < characters.as_str().len()
            && number.starts_with(['章', '回', '部', '節', '节', '話', '话', '卷', '編']);
    }
    let lower = content.to_lowercase();
    CHAPTER_WORDS.iter().any(|word| {
        let Some(rest) = lower.strip_prefix(word) else { return false };
        let is_spaced = rest.starts_with(char::is_whitespace);
        let number: &str = rest.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let is_number = number.chars().all(char::is_numeric) || is_roman(number);
        // Words that join their number, as Thai's does, are no beginning of another word.
        !number.is_empty() && is_number && (is_spaced || number.chars().all(char::is_numeric))
    })
}

fn is_roman(number: &str) -> bool {
    number.chars().all(|c| "ivxlc".contains(c))
}

/// True if there are some letters that come in two cases, and all of these are capitals.
fn is_capitals(content: &str) -> bool {
    let n_capitals = content.chars().filter(|c| c.is_uppercase()).count();
    n_capitals >= 4 && !content.chars().any(char::is_lowercase)
}

/// How many numbers a line begins with, `2.1 Method` with two, if a word in capitals follows.
fn numbers(content: &str) -> Option<u8> {
    let rest = content.trim_start_matches(|c: char| c.is_numeric() || c == '.');
    let number = &content[..content.len() - rest.len()];
    let title = rest.strip_prefix([' ', '\t'])?.trim_start();
    let n = number.split('.').filter(|part| !part.is_empty()).count();
    let is_title = title.chars().next().is_some_and(|first| first.is_alphabetic() && !first.is_lowercase());
    (n > 0 && is_title).then_some(n.min(6) as u8)
}

fn ends_sentence(content: &str) -> bool {
    let last = content.trim_end_matches(['"', '”', '’', '»', '\'', ')', '」', '』']).chars().next_back();
    let is_quoted = content.ends_with(['"', '”', '»', '」', '』']);
    is_quoted || last.is_some_and(|last| ".!?…:;,。！？：；、،؛؟۔।॥-–—".contains(last))
}

impl Session {
    /// The sections of the shown article, once they are known.
    pub fn outline(&self) -> Option<&Outline> {
        let document = self.document()?;
        let (text, outline) = self.outline.as_ref()?;
        outline.as_ref().filter(|_| text.is_same(&document.text))
    }

    /// Reads the sections of the shown article, if that was not done or begun.
    pub(super) fn make_outline(&mut self) {
        let Some(text) = self.document().map(|document| document.text.clone()) else { return };
        if self.outline.as_ref().is_none_or(|(known, _)| !known.is_same(&text)) {
            self.outline = Some((text.clone(), None));
            self.effects.push(Effect::Start(Job::Outline(text)));
        }
    }

    pub(super) fn outline_made(&mut self, text: Text, outline: Outline) {
        if self.outline.as_ref().is_some_and(|(wanted, _)| wanted.is_same(&text)) {
            self.outline = Some((text, Some(outline)));
        }
    }

    /// Goes to the start of the next section, or of the one before.
    pub(super) fn next_section(&mut self, forward: bool) {
        let Some(outline) = self.outline() else {
            self.make_outline();
            self.notify("The outline of this article is being made");
            return;
        };
        let caret = self.selection.caret.offset;
        let sections = &outline.sections;
        let found = if forward {
            sections.iter().find(|section| section.start > caret)
        } else {
            sections.iter().rev().find(|section| section.start < caret)
        };
        match found.map(|section| section.start) {
            Some(start) => self.navigate(NavigateAction::Show(start)),
            None if forward => self.notify("This is the last section"),
            None => self.notify("This is the first section"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::OffsetUnit;

    /// Levels and titles, a line each.
    fn outline(text: &str) -> Vec<String> {
        let text = Text::new(text);
        let outline = Outline::new(&text);
        let line = |it: &Section| format!("{}{}", "  ".repeat(it.level.into()), outline.title(&text, it));
        outline.sections().iter().map(line).collect()
    }

    #[test]
    fn markdown_headings_nest() {
        let text = "# Title #\n\nText.\n\n## One\nText.\n### Deep\n\nOther\n-----\n\n#hashtag is none\n";
        assert_eq!(outline(text), ["Title", "  One", "    Deep", "  Other"]);
        assert_eq!(outline("Big\n===\nText.\n\n## Small\n"), ["Big", "  Small"]);
    }

    #[test]
    fn chapters_are_known_in_many_languages() {
        let text = "Chapter 1. The start\nText.\nBAB IV\nTeks.\nГлава 2\nТекст.\n第五章 帰還\n本文。\nบทที่ 3\nข้อความ\n";
        assert_eq!(outline(text), ["Chapter 1. The start", "BAB IV", "Глава 2", "第五章 帰還", "บทที่ 3"]);
        let text = "Part of it was lost.\nParts 3\nBabak 4\nPartisan\n第一に\n";
        assert_eq!(outline(text).len(), 5, "none of these is one, so all are paragraphs");
    }

    #[test]
    fn capitals_numbers_and_short_lines_are_headings() {
        let text = "LAPORAN PERANG\nKyiv diserang.\n\n1 Latar\n\nTeks yang panjang.\n\n1.1 Sejarah\n\nTeks lagi.\n\nSebuah judul\n\n\
                    Teks, yang satu.\n\nTeks, yang dua.\n\nTeks, yang tiga.\n\nTeks, yang empat.\n";
        assert_eq!(outline(text), ["LAPORAN PERANG", "  1 Latar", "    1.1 Sejarah", "      Sebuah judul"]);
    }

    #[test]
    fn short_lines_that_are_the_text_are_no_headings() {
        let verse = "Aku\n\nKalau sampai waktuku\n\nKu mau tak seorang kan merayu\n\nTidak juga kau\n";
        assert_eq!(outline(verse).len(), 4);
        let list = "1. Satu\n2. Dua\n3. Tiga\n";
        assert_eq!(outline(list).len(), 3, "a list is no table of contents; its lines are paragraphs");
    }

    #[test]
    fn an_article_without_headings_is_listed_by_paragraphs() {
        assert_eq!(outline("Satu.\nDua.\n\n  Tiga.\n"), ["Satu.", "Tiga."], "wrapped");
        let long = format!("{}\nDua.\n", "kata ".repeat(60));
        assert_eq!(outline(&long).len(), 2, "a line is a paragraph where lines are long");
        assert_eq!(outline("Satu.\nDua.\n"), ["Satu.", "Dua."]);
        assert_eq!(outline(""), [""; 0]);
        assert_eq!(outline("\n \n\t\n"), [""; 0]);
    }

    #[test]
    fn a_place_lies_in_the_section_before_it() {
        let text = Text::new("pembuka\n# A\nx\n# B\n");
        let outline = Outline::new(&text);
        let at = |byte: usize| outline.section_at(text.locate(byte, OffsetUnit::Byte).unwrap());
        assert_eq!([at(0), at(8), at(12), at(13), at(14)], [None, Some(0), Some(0), Some(0), Some(1)]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_sections_in_order(text in "[#=\\-. 0-9A-Ca-cbabé第章一\u{301}ก\r\n\u{2028}]{0,80}") {
            let text = Text::new(text);
            let outline = Outline::new(&text);
            let starts: Vec<Offset> = outline.sections().iter().map(|it| it.start).collect();
            proptest::prop_assert!(starts.is_sorted_by(|a, b| a < b));
            for section in outline.sections() {
                proptest::prop_assert!(!outline.title(&text, section).contains('\n'));
            }
        }
    }
}
