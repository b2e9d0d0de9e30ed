//! Bytes to text, whatever encoding they are in.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// A text that came as bytes.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The text, without the byte order mark.
    pub text: String,
    /// What the bytes were in.
    pub encoding: &'static Encoding,
    /// True if they began with a byte order mark.
    pub bom: bool,
    /// True if some bytes mean nothing in that encoding; they are U+FFFD now.
    pub is_malformed: bool,
}

/// The bytes are something other than text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotText;

/// The text that bytes are, in the encoding that they name by a byte order mark or else most
/// likely are in. Nothing is normalised.
///
/// # Errors
/// If they are something other than text.
pub fn decode(bytes: Vec<u8>) -> Result<Decoded, NotText> {
    decode_stated(bytes, None)
}

/// [`decode`] where something beside the bytes, such as a page's `meta` element, states a label of
/// the WHATWG Encoding Standard. It counts only where the bytes do not show what they are in: a
/// byte order mark and valid UTF-8 are better proofs.
///
/// # Errors
/// As there.
pub fn decode_stated(bytes: Vec<u8>, label: Option<&str>) -> Result<Decoded, NotText> {
    const UTF_32_MARKS: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];
    if UTF_32_MARKS.iter().any(|mark| bytes.starts_with(mark)) {
        return Err(NotText);
    }
    if let Some((encoding, length)) = Encoding::for_bom(&bytes) {
        return decode_in(encoding, true, &bytes[length..]);
    }
    if let Some(encoding) = unmarked_utf_16(&bytes) {
        return decode_in(encoding, false, &bytes);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) if is_binary(&text) => return Err(NotText),
        Ok(text) => return Ok(Decoded { text, encoding: UTF_8, bom: false, is_malformed: false }),
        Err(error) => error.into_bytes(),
    };
    if bytes.contains(&0) {
        return Err(NotText);
    }
    let stated = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    if let Some(encoding) = stated.filter(|it| it.is_ascii_compatible()) {
        return decode_in(encoding, false, &bytes);
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(&bytes, true);
    decode_in(detector.guess(None, Utf8Detection::Deny), false, &bytes)
}

fn decode_in(encoding: &'static Encoding, bom: bool, bytes: &[u8]) -> Result<Decoded, NotText> {
    let (text, is_malformed) = encoding.decode_without_bom_handling(bytes);
    if is_binary(&text) {
        return Err(NotText);
    }
    Ok(Decoded { text: text.into_owned(), encoding, bom, is_malformed })
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
        let reading = decode(bytes.to_vec()).ok()?;
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
    fn a_stated_encoding_counts_where_the_bytes_do_not_tell() {
        let read = |bytes: &[u8], label| {
            let decoded = decode_stated(bytes.to_vec(), Some(label)).unwrap();
            (decoded.text, decoded.encoding.name(), decoded.is_malformed)
        };
        assert_eq!(read(b"\xeb\xf3\xba", "windows-1251"), ("лує".into(), "windows-1251", false));
        assert_eq!(read("Лук".as_bytes(), "windows-1251"), ("Лук".into(), "UTF-8", false));
        assert_eq!(read(b"Kyiv \xff", "utf-8"), ("Kyiv \u{fffd}".into(), "UTF-8", true));
        assert_eq!(read(b"caf\xe9", "no such label").0, "café");
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
