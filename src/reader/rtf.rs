//! Rich Text Format (Microsoft's specification 1.9.1).
//!
//! A reader of our own: the libraries there are call themselves for every token, or take all bytes
//! for one code page, while a text of 2003 in Kyiv or Tokyo names one for each font.

use std::collections::HashMap;

use encoding_rs::{Encoding, WINDOWS_1252};

use crate::file::Metadata;
use crate::model::Report;
use crate::reader::flow::Flow;
use crate::reader::limits::MAX_DEPTH;
use crate::reader::{Cause, Extracted, ReadOptions, Reader, stem};

/// Rich Text Format.
pub(super) struct Rtf;

/// Groups whose content is no text of the document, though they do not say so by `\*`.
const SKIPPED: &[&str] = &[
    "annotation",
    "atnauthor",
    "atndate",
    "atnicn",
    "atnid",
    "atnref",
    "atntime",
    "colortbl",
    "filetbl",
    "fldinst",
    "footer",
    "footerf",
    "footerl",
    "footerr",
    "header",
    "headerf",
    "headerl",
    "headerr",
    "listtext",
    "nonshppict",
    "objdata",
    "pict",
    "pntext",
    "private",
    "shprslt",
    "sn",
    "stylesheet",
    "sv",
    "tc",
    "template",
    "xe",
];

/// Groups that hold text though they say by `\*` that a program may pass over them.
const KEPT: &[&str] = &["footnote", "shpinst", "shptxt"];

impl Reader for Rtf {
    fn id(&self) -> &'static str {
        "rtf"
    }

    fn summary(&self) -> &'static str {
        "Rich Text Format"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["rtf"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        _options: &ReadOptions,
        _report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        if !bytes.trim_ascii_start().starts_with(b"{\\rtf") {
            return Err(Cause::Broken("it does not begin as this kind of file does".to_owned()));
        }
        let mut parser = Parser::new();
        parser.parse(bytes)?;
        let (text, metadata) = parser.finish();
        Ok(vec![Extracted::new(stem(file), text, metadata, self)])
    }
}

/// Where the text of a group goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Destination {
    Body,
    Note,
    Nowhere,
    Fonts,
    Title,
    Author,
}

/// What holds until the group ends.
#[derive(Clone, Debug)]
struct Group {
    destination: Destination,
    /// How many characters stand after a `\u` for programs that do not know it.
    n_fallback: usize,
    encoding: Option<&'static Encoding>,
    is_hidden: bool,
    is_in_table: bool,
}

struct Parser {
    group: Group,
    outer: Vec<Group>,
    /// The document's code page.
    encoding: &'static Encoding,
    /// Code pages of fonts.
    fonts: HashMap<i32, &'static Encoding>,
    /// The font that is being defined.
    font: i32,
    /// Bytes of text whose meaning the code page tells.
    bytes: Vec<u8>,
    /// The first half of a character above U+FFFF.
    high: Option<u16>,
    /// Fallback characters that are still to be passed over.
    n_passed: usize,
    /// True after `\*`.
    is_optional: bool,
    paragraph: String,
    note: String,
    row: Vec<String>,
    is_table: bool,
    flow: Flow,
    metadata: Metadata,
}

impl Parser {
    fn new() -> Parser {
        let group = Group {
            destination: Destination::Body,
            n_fallback: 1,
            encoding: None,
            is_hidden: false,
            is_in_table: false,
        };
        Parser {
            group,
            outer: Vec::new(),
            encoding: WINDOWS_1252,
            fonts: HashMap::new(),
            font: 0,
            bytes: Vec::new(),
            high: None,
            n_passed: 0,
            is_optional: false,
            paragraph: String::new(),
            note: String::new(),
            row: Vec::new(),
            is_table: false,
            flow: Flow::new(),
            metadata: Metadata::default(),
        }
    }

    fn parse(&mut self, bytes: &[u8]) -> Result<(), Cause> {
        let mut rest = bytes;
        while let [first, after @ ..] = rest {
            rest = after;
            match first {
                b'{' => {
                    self.flush();
                    self.n_passed = 0;
                    if self.outer.len() >= MAX_DEPTH {
                        let why = format!("its groups lie in each other more than {MAX_DEPTH} deep");
                        return Err(Cause::TooMuch(why));
                    }
                    self.outer.push(self.group.clone());
                }
                b'}' => self.end_group(),
                b'\\' => rest = self.control(rest),
                b'\r' | b'\n' | 0 => {}
                byte => self.byte(*byte),
            }
        }
        Ok(())
    }

    fn end_group(&mut self) {
        self.flush();
        self.n_passed = 0;
        let Some(outer) = self.outer.pop() else { return };
        if self.group.destination == Destination::Note && outer.destination != Destination::Note {
            self.flow.start_note();
            self.flow.paragraph(&std::mem::take(&mut self.note));
            self.flow.end_note();
        }
        self.group = outer;
    }

    /// Reads what follows a backslash; returns what follows that.
    fn control<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let n_letters = rest.iter().take_while(|it| it.is_ascii_alphabetic()).count();
        if n_letters == 0 {
            return self.symbol(rest);
        }
        let (word, mut rest) = rest.split_at(n_letters);
        let n_digits = usize::from(rest.first() == Some(&b'-'));
        let n_digits = n_digits + rest[n_digits..].iter().take_while(|it| it.is_ascii_digit()).count();
        let (number, after) = rest.split_at(n_digits);
        let number = std::str::from_utf8(number).ok().and_then(|it| it.parse::<i64>().ok());
        let number = number.map(|it| i32::try_from(it).unwrap_or(i32::MAX));
        rest = after.strip_prefix(b" ").unwrap_or(after);
        let word = std::str::from_utf8(word).unwrap_or_default();
        if word == "bin" {
            return rest.get(usize::try_from(number.unwrap_or(0)).unwrap_or(0)..).unwrap_or_default();
        }
        self.word(word, number);
        self.is_optional = false;
        rest
    }

    fn symbol<'a>(&mut self, rest: &'a [u8]) -> &'a [u8] {
        let [first, after @ ..] = rest else { return rest };
        match first {
            b'\'' => {
                let code = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
                if let Some(byte) = code.and_then(|it| u8::from_str_radix(it, 16).ok()) {
                    self.byte(byte);
                    return &after[2..];
                }
            }
            b'*' => self.is_optional = true,
            b'~' => self.text("\u{a0}"),
            b'-' => self.text("\u{ad}"),
            b'_' => self.text("\u{2011}"),
            b'\r' | b'\n' => self.word("par", None),
            b'\\' | b'{' | b'}' => self.byte(*first),
            _ => {}
        }
        after
    }

    fn word(&mut self, word: &str, number: Option<i32>) {
        if self.is_optional && !KEPT.contains(&word) || SKIPPED.contains(&word) {
            self.group.destination = Destination::Nowhere;
            return;
        }
        let is_on = number != Some(0);
        match word {
            "u" => number.into_iter().for_each(|number| self.unicode(number)),
            "uc" => self.group.n_fallback = usize::try_from(number.unwrap_or(1)).unwrap_or(1),
            "ansicpg" => self.encoding = code_page(number.unwrap_or(1252)).unwrap_or(WINDOWS_1252),
            "mac" => self.encoding = encoding_rs::MACINTOSH,
            "fonttbl" => self.group.destination = Destination::Fonts,
            "f" if self.group.destination == Destination::Fonts => self.font = number.unwrap_or(0),
            "fcharset" => {
                self.fonts
                    .extend(code_page_of_set(number.unwrap_or(0)).map(|encoding| (self.font, encoding)));
            }
            "f" => {
                self.flush();
                self.group.encoding = number.and_then(|font| self.fonts.get(&font)).copied();
            }
            "plain" => {
                self.flush();
                self.group.encoding = None;
                self.group.is_hidden = false;
            }
            "info" => self.group.destination = Destination::Nowhere,
            "title" => self.group.destination = Destination::Title,
            "author" => self.group.destination = Destination::Author,
            "footnote" => self.group.destination = Destination::Note,
            "v" | "deleted" => {
                self.flush();
                self.group.is_hidden = is_on;
            }
            "pard" => self.group.is_in_table = false,
            "intbl" => self.group.is_in_table = is_on,
            "par" | "sect" | "page" | "column" => self.end_paragraph(),
            "cell" | "nestcell" => {
                self.flush();
                self.row.push(std::mem::take(&mut self.paragraph));
            }
            "row" | "nestrow" => self.end_row(),
            "line" | "softline" => self.text("\n"),
            "tab" => self.text("\t"),
            "emdash" => self.text("—"),
            "endash" => self.text("–"),
            "lquote" => self.text("‘"),
            "rquote" => self.text("’"),
            "ldblquote" => self.text("“"),
            "rdblquote" => self.text("”"),
            "bullet" => self.text("•"),
            "emspace" => self.text("\u{2003}"),
            "enspace" => self.text("\u{2002}"),
            "zwj" => self.text("\u{200d}"),
            "zwnj" => self.text("\u{200c}"),
            _ => {}
        }
    }

    /// A character by its number, in UTF-16 and often as if that had a sign.
    fn unicode(&mut self, number: i32) {
        self.flush_bytes();
        let unit = number as u16;
        if (0xd800..0xdc00).contains(&unit) {
            self.high = Some(unit);
        } else {
            let units = self.high.take().into_iter().chain([unit]);
            let text: String = char::decode_utf16(units).map(|it| it.unwrap_or('\u{fffd}')).collect();
            self.push(&text);
        }
        self.n_passed = self.group.n_fallback;
    }

    fn byte(&mut self, byte: u8) {
        if self.n_passed > 0 {
            self.n_passed -= 1;
        } else {
            self.bytes.push(byte);
        }
    }

    fn text(&mut self, text: &str) {
        if self.n_passed > 0 {
            self.n_passed -= 1;
            return;
        }
        self.flush();
        self.push(text);
    }

    fn flush(&mut self) {
        self.flush_bytes();
        self.high = None;
    }

    fn flush_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let encoding = self.group.encoding.unwrap_or(self.encoding);
        let bytes = std::mem::take(&mut self.bytes);
        let (text, _) = encoding.decode_without_bom_handling(&bytes);
        self.push(&text);
    }

    fn push(&mut self, text: &str) {
        if self.group.is_hidden {
            return;
        }
        match self.group.destination {
            Destination::Body => self.paragraph.push_str(text),
            Destination::Note => self.note.push_str(text),
            Destination::Title => self.metadata.title.get_or_insert_default().push_str(text),
            Destination::Author => self.metadata.author.get_or_insert_default().push_str(text),
            Destination::Nowhere | Destination::Fonts => {}
        }
    }

    fn end_paragraph(&mut self) {
        self.flush();
        match self.group.destination {
            Destination::Note => self.note.push('\n'),
            Destination::Body if self.group.is_in_table => self.paragraph.push('\n'),
            Destination::Body => {
                self.set_table(false);
                self.flow.paragraph(&std::mem::take(&mut self.paragraph));
            }
            _ => {}
        }
    }

    fn end_row(&mut self) {
        self.flush();
        self.set_table(true);
        for cell in std::mem::take(&mut self.row) {
            self.flow.start_cell();
            self.flow.paragraph(&cell);
            self.flow.end_cell();
        }
        self.flow.end_row();
    }

    fn set_table(&mut self, is_table: bool) {
        if self.is_table != is_table {
            self.flow.table();
            self.is_table = is_table;
        }
    }

    fn finish(mut self) -> (String, Metadata) {
        self.flush();
        if !self.row.is_empty() {
            self.end_row();
        }
        self.set_table(false);
        self.flow.paragraph(&self.paragraph);
        for field in [&mut self.metadata.title, &mut self.metadata.author] {
            *field = field.take().map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
        }
        (self.flow.finish(), self.metadata)
    }
}

/// The encoding that Windows calls by a number.
fn code_page(number: i32) -> Option<&'static Encoding> {
    let label = match number {
        874 => "windows-874".to_owned(),
        866 => "ibm866".to_owned(),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        1250..=1258 => format!("windows-{number}"),
        10_000 => "macintosh".to_owned(),
        10_007 => "x-mac-cyrillic".to_owned(),
        65_001 => "utf-8".to_owned(),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

/// The encoding of a font, by the character set that it names.
fn code_page_of_set(number: i32) -> Option<&'static Encoding> {
    code_page(match number {
        77 => 10_000,
        128 => 932,
        129 => 949,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(rtf: &str) -> String {
        let mut parser = Parser::new();
        parser.parse(rtf.as_bytes()).unwrap();
        parser.finish().0
    }

    #[test]
    fn letters_come_in_every_way_they_are_written() {
        let cases = [
            (r"{\rtf1 a\'e9\~b\_c \{d\}\\ }", "aé\u{a0}b\u{2011}c {d}\\\n"),
            (r"{\rtf1\ansicpg1251\'ca\'e8\'bf\'e2}", "Київ\n"),
            (r"{\rtf1{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial;}}\f0\'e9{\f1\'ca}\'e9}", "éКé\n"),
            (r"{\rtf1{\fonttbl{\f1\fcharset128 X;}}\f1\'8d\'60 x}", "港 x\n"),
            (r"{\rtf1\uc1\u1050?\u-10179?\u-8704?\uc0\u8364 x{\uc2\u233\'65\'65}}", "К😀€xé\n"),
            (r"{\rtf1 a\ldblquote b\rdblquote\emdash c\u-10179?}", "a“b”—c\n"),
            ("{\\rtf1 a\\par\r\nb\\\nc\\line d}", "a\n\nb\n\nc\nd\n"),
        ];
        for (rtf, expected) in cases {
            assert_eq!(text(rtf), expected, "{rtf}");
        }
    }

    #[test]
    fn what_is_no_text_is_left_out() {
        let cases = [
            (
                r"{\rtf1{\*\generator x;}{\stylesheet{\s0 y;}}{\info{\title t}}a{\v b}{\field{\*\fldinst LINK}{\fldrslt c}}}",
                "ac\n",
            ),
            (r"{\rtf1 a{\footnote{\super 1} n\par m}b}", "ab\n\n1 n\nm\n"),
            (r"{\rtf1{\pict\bin4 }}\}x}y}", "y\n"),
            (r"{\rtf1{\shp{\*\shpinst{\sp{\sn a}{\sv b}}{\shptxt c}}{\shprslt d}}}", "c\n"),
            (r"{\rtf1 a\par\trowd\pard\intbl b\cell\cell c\par d\cell\row\pard e}", "a\n\nb\t\tc\nd\n\ne\n"),
        ];
        for (rtf, expected) in cases {
            assert_eq!(text(rtf), expected, "{rtf}");
        }
    }

    #[test]
    fn broken_files_give_what_they_hold() {
        for rtf in [
            "{\\rtf1 a\\",
            "{\\rtf1 a\\'",
            "}}{\\rtf1 a",
            "{\\rtf1 a\\u",
            "{\\rtf1\\bin-5 a\\bin99999999999999 b",
            "{\\rtf1\\uc99999999999 a",
        ] {
            assert_eq!(text(rtf), "a\n", "{rtf}");
        }
        assert!(Parser::new().parse(&[b'{'; 100_000]).is_err());
    }
}
