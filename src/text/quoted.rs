//! Stretches between quotation marks.

use super::{Offset, Range, Text, Unit};

/// Marks that open a quotation and those that may close it. A mark may stand on both sides: what
/// opens cannot be told from the glyph alone (news text mixes them, and Finnish, Swedish and many
/// Indonesian papers open with U+201D).
const PAIRS: &[(char, &[char])] = &[
    ('"', &['"', '”', '“']),
    ('“', &['”', '"', '“']),
    ('”', &['”', '"']),
    ('„', &['“', '”', '"']),
    ('\'', &['\'', '’']),
    ('‘', &['’', '\'']),
    ('‚', &['‘', '’']),
    ('«', &['»']),
    ('»', &['«', '»']),
    ('「', &['」']),
    ('『', &['』']),
    ('《', &['》']),
];

impl Text {
    /// The shortest stretch of one paragraph that stands between quotation marks around `offset`,
    /// marks included.
    pub fn quoted(&self, offset: Offset) -> Option<Range> {
        let paragraph = self.unit_at(offset, Unit::Paragraph)?;
        let slice = self.slice(paragraph);
        let base = paragraph.start().byte();
        let at = offset.byte().saturating_sub(base);
        let mut shortest: Option<(usize, usize)> = None;
        let mut open: Vec<(usize, char)> = Vec::new();
        for (i, character) in slice.char_indices() {
            let opened = open.iter().rposition(|&(_, mark)| closes(mark, character));
            if let Some(opened) = opened.filter(|_| !is_apostrophe(slice, i, character)) {
                let (start, end) = (open[opened].0, i + character.len_utf8());
                open.truncate(opened);
                let is_shorter = shortest.is_none_or(|(s, e)| end - start < e - s);
                if start <= at && at < end && is_shorter {
                    shortest = Some((start, end));
                }
            } else if PAIRS.iter().any(|(mark, _)| *mark == character) && !is_apostrophe(slice, i, character)
            {
                open.push((i, character));
            }
        }
        let (start, end) = shortest?;
        Range::new(Offset::new(base + start), Offset::new(base + end))
    }
}

fn closes(open: char, close: char) -> bool {
    PAIRS.iter().any(|(mark, closing)| *mark == open && closing.contains(&close))
}

/// True for a mark between two letters, as in `Ma'ruf`.
fn is_apostrophe(slice: &str, at: usize, mark: char) -> bool {
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    matches!(mark, '\'' | '’')
        && is_letter(slice[..at].chars().next_back())
        && is_letter(slice[at + mark.len_utf8()..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `|` stands where the caret is.
    fn check(marked: &str, expected: Option<&str>) {
        let at = marked.find('|').expect("the case has a caret");
        let text = Text::new(marked.replacen('|', "", 1));
        assert_eq!(text.quoted(Offset::new(at)).map(|range| text.slice(range)), expected, "{marked}");
    }

    #[test]
    fn finds_the_shortest_quoted_stretch() {
        check("“Kami |siap,” ujar Austin.", Some("“Kami siap,”"));
        check("”Kami |siap,” kata Risma.", Some("”Kami siap,”"));
        check("'Ma'ruf dan |Jum'at siap,' ujar", Some("'Ma'ruf dan Jum'at siap,'"));
        check("“She told me: ‘We |need tanks,’ and left,”", Some("‘We need tanks,’"));
        check("„Wir |liefern Panzer“, sagte", Some("„Wir liefern Panzer“"));
        check("他說：「總統告訴我『坦|克已到』。」", Some("『坦克已到』"));
        check("no |marks at all", None);
        check("“A,” said |B, “C.”", None);
        check("|", None);
    }
}
