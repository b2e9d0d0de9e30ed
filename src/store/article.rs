//! Articles as their owners gave them: bytes to text, by kind of file.
//!
//! Nothing is normalised. An article is written to only when somebody corrects its text, in its own
//! encoding, and only if the bytes of all the rest stay as they are.

use std::io::ErrorKind;
use std::path::Path;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

use crate::file::{newline_of, sha256};
use crate::model::{Document, DocumentId, Place, Report, Severity, Source};
use crate::store::StoreError;
use crate::store::disk::{self, Disk};
use crate::text::Text;

/// A kind of article that can be read.
pub(super) struct Reader {
    /// How the file's name ends, in lower case, without the dot.
    pub(super) ending: &'static str,
    read: fn(Vec<u8>) -> Result<Reading, NotText>,
}

/// All kinds of articles; a new kind is a row here.
pub(super) const READERS: &[Reader] = &[Reader { ending: "txt", read: read_plain }];

/// The longest article, in bytes. It lies in memory several times over while it is opened, and is
/// written with every save, since an annotation file holds its text: at this size that is a
/// gigabyte or two, and some seconds beside the window.
pub(super) const MAX_BYTES: u64 = 256_000_000;

// No encoding takes less than a third of the bytes that UTF-8 takes.
const _: () = assert!(3 * MAX_BYTES < Text::MAX_BYTES as u64);

/// What a reader found.
struct Reading {
    text: String,
    encoding: &'static Encoding,
    bom: bool,
    /// True if some bytes mean nothing in that encoding.
    is_malformed: bool,
}

/// The bytes are something other than text.
struct NotText;

/// The reader of a file, by its name.
pub(super) fn reader_of(path: &Path) -> Option<&'static Reader> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    READERS.iter().find(|reader| reader.ending == ending)
}

/// Reads an article.
pub(super) fn read_article(
    disk: &dyn Disk,
    path: &Path,
    id: &DocumentId,
    report: &mut Report,
) -> Result<Document, StoreError> {
    article_of(read_bytes(disk, path)?, path, id, report)
}

/// An article's bytes.
pub(super) fn read_bytes(disk: &dyn Disk, path: &Path) -> Result<Vec<u8>, StoreError> {
    if reader_of(path).is_none() {
        return Err(StoreError::UnknownKind { path: path.display().to_string() });
    }
    disk::read(disk, path, MAX_BYTES)?
        .ok_or_else(|| StoreError::io("cannot read", path, ErrorKind::NotFound.into()))
}

/// The article that bytes are. What means nothing in its encoding is reported.
pub(super) fn article_of(
    bytes: Vec<u8>,
    path: &Path,
    id: &DocumentId,
    report: &mut Report,
) -> Result<Document, StoreError> {
    let shown = || path.display().to_string();
    let reader = reader_of(path).ok_or_else(|| StoreError::UnknownKind { path: shown() })?;
    let file_sha256 = sha256(&bytes);
    let reading = (reader.read)(bytes).map_err(|NotText| StoreError::NotText { path: shown() })?;
    let encoding = reading.encoding.name().to_lowercase();
    if reading.is_malformed {
        let place = Place { document: Some(id.clone()), file: Some(shown()), ..Place::default() };
        let message =
            format!("some bytes mean nothing in the article's encoding ({encoding}) and show as \u{fffd}");
        report.add(Severity::Warning, place, message);
    }
    let text = Text::new(reading.text);
    let is_as_it_was = reading.encoding == UTF_8 && !reading.bom && !reading.is_malformed;
    let source = Source {
        encoding,
        bom: reading.bom,
        newline: newline_of(text.as_str()),
        text_sha256: if is_as_it_was { file_sha256.clone() } else { sha256(text.as_str().as_bytes()) },
        file_sha256,
        language: None,
    };
    Ok(Document { id: id.clone(), text, source })
}

fn read_plain(bytes: Vec<u8>) -> Result<Reading, NotText> {
    const UTF_32_MARKS: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
    if UTF_32_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(NotText);
    }
    if let Some((encoding, length)) = Encoding::for_bom(&bytes) {
        return decode(encoding, true, &bytes[length..]);
    }
    if let Some(encoding) = unmarked_utf_16(&bytes) {
        return decode(encoding, false, &bytes);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if is_binary(&text) => return Err(NotText),
        Ok(text) => return Ok(Reading { text, encoding: UTF_8, bom: false, is_malformed: false }),
        Err(error) => error.into_bytes(),
    };
    if bytes.contains(&0) {
        return Err(NotText);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes, true);
    decode(detector.guess(None, Utf8Detection::Deny), false, &bytes)
}

fn decode(encoding: &'static Encoding, bom: bool, bytes: &[u8]) -> Result<Reading, NotText> {
    let (text, is_malformed) = encoding.decode_without_bom_handling(bytes);
    if is_binary(&text) {
        return Err(NotText);
    }
    Ok(Reading { text: text.into_owned(), encoding, bom, is_malformed })
}

/// UTF-16 without a byte order mark. Its mark is zero bytes on one side of the pairs only: the
/// spaces and line ends of every script have one, and no legacy encoding has any. A text in UTF-8
/// may hold some U+0000, so there they must be many.
fn unmarked_utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    if bytes.len() % 2 == 1 || !bytes.contains(&0) {
        return None;
    }
    let n_zeros = |side: usize| bytes.iter().skip(side).step_by(2).filter(|&&byte| byte == 0).count();
    let encoding = match (n_zeros(0), n_zeros(1)) {
        (0, 0) => return None,
        (0, _) => UTF_16LE,
        (_, 0) => UTF_16BE,
        _ => return None,
    };
    let are_many = n_zeros(0).max(n_zeros(1)) * 5 >= bytes.len();
    if !are_many && std::str::from_utf8(bytes).is_ok_and(|text| !is_binary(text)) {
        return None;
    }
    let (_, is_malformed) = encoding.decode_without_bom_handling(bytes);
    (!is_malformed).then_some(encoding)
}

/// True if a tenth of the characters and more than two are controls that no text needs.
fn is_binary(text: &str) -> bool {
    // By bytes, which is many times faster: controls from U+0080 are 0xC2 and a byte below 0xA0.
    let is_odd =
        |it: &u8| it.is_ascii_control() && !matches!(it, b'\t' | b'\n' | b'\x0b' | b'\x0c' | b'\r' | b'\x1b');
    let bytes = text.as_bytes();
    let is_high = |pair: &(&u8, &u8)| *pair.0 == 0xc2 && *pair.1 < 0xa0 && *pair.1 != 0x85;
    let n_high = bytes.iter().zip(bytes.iter().skip(1)).filter(is_high).count();
    let n_odd = bytes.iter().filter(|it| is_odd(it)).count() + n_high;
    n_odd > 2 && n_odd * 10 >= text.chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Option<(String, String, bool, bool)> {
        let reading = read_plain(bytes.to_vec()).ok()?;
        Some((reading.text, reading.encoding.name().to_lowercase(), reading.bom, reading.is_malformed))
    }

    fn utf_16(text: &str, to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(to_bytes).collect()
    }

    #[test]
    fn encodings_are_told_apart() {
        let indonesian = "Menteri Pertahanan mengatakan tank dikirim.\r\n";
        let russian = "Министр обороны заявил, что танки уже отправлены в Киев.\n";
        let expected = |text: &str, encoding: &str, bom| Some((text.into(), encoding.into(), bom, false));
        assert_eq!(read(b""), expected("", "utf-8", false));
        assert_eq!(read(russian.as_bytes()), expected(russian, "utf-8", false));
        assert_eq!(read(b"\xef\xbb\xbfAS"), expected("AS", "utf-8", true));
        for text in [indonesian, russian] {
            let le = utf_16(text, u16::to_le_bytes);
            let be = utf_16(text, u16::to_be_bytes);
            assert_eq!(read(&le), expected(text, "utf-16le", false));
            assert_eq!(read(&be), expected(text, "utf-16be", false));
            assert_eq!(read(&[b"\xff\xfe".as_slice(), &le].concat()), expected(text, "utf-16le", true));
            assert_eq!(read(&[b"\xfe\xff".as_slice(), &be].concat()), expected(text, "utf-16be", true));
        }
        let (windows, ..) = encoding_rs::WINDOWS_1251.encode(russian);
        assert_eq!(read(&windows), expected(russian, "windows-1251", false));
        let french = "« Nous livrons des chars à l’Ukraine », a déclaré le président français.";
        let (windows, ..) = encoding_rs::WINDOWS_1252.encode(french);
        assert_eq!(read(&windows), expected(french, "windows-1252", false));
        let japanese = "首相は「戦車を送る」と述べた。ウクライナの大統領は感謝した。";
        let (shift_jis, ..) = encoding_rs::SHIFT_JIS.encode(japanese);
        assert_eq!(read(&shift_jis), expected(japanese, "shift_jis", false));
    }

    #[test]
    fn a_zero_character_in_utf_8_is_text() {
        let text = "Kyiv\0diserang \u{fffd} Moskow.";
        assert_eq!(read(text.as_bytes()).map(|it| it.0), Some(text.to_owned()));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x01\0\0\0\x01\0\x08\x06"), None);
        assert_eq!(read(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0>\0"), None);
        assert_eq!(read(b"\xff\xfe\0\0A\0\0\0"), None);
        let noise: Vec<u8> = (0..4_096_u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert_eq!(read(&noise), None);
    }

    #[test]
    fn malformed_text_is_read_and_told() {
        let (text, encoding, bom, is_malformed) = read(b"\xef\xbb\xbfKyiv \xff!").unwrap();
        assert_eq!(
            (text.as_str(), encoding.as_str(), bom, is_malformed),
            ("Kyiv \u{fffd}!", "utf-8", true, true)
        );
    }
}
