//! PDF files with a text layer.
//!
//! The library tells where each character is drawn; [`crate::reader::pdf_text`] makes paragraphs of
//! that. It knows no limits of its own, so what a file could do to it is looked for before: streams
//! that unpack to far more than they are, and drawings that contain themselves.

use std::collections::{HashMap, HashSet};
use std::io::Read;

use flate2::read::ZlibDecoder;
use pdf_extract::content::{Content, Operation};
use pdf_extract::{
    Dictionary, Document, MediaBox, Object, ObjectId, OutputDev, OutputError, Stream, Transform,
    decode_text_string,
};

use crate::file::Metadata;
use crate::model::Report;
use crate::reader::limits::{self, MAX_PART};
use crate::reader::pdf_text::{Glyph, Pages};
use crate::reader::{Cause, Extracted, ReadOptions, Reader, created, panics, stem, warn};

/// PDF files.
pub(super) struct Pdf;

/// The most that all streams together may draw, in bytes of instructions.
const MOST_DRAWN: u64 = 500_000_000;

/// The most that one page or form may draw, in bytes of instructions: the library takes some eighty
/// times as much memory for them. Pages of text have some thousands.
const MOST_ON_PAGE: usize = 2_000_000;

/// How deep drawings may lie in each other.
const MOST_NESTED: usize = 20;

/// The most characters of a file: more than the longest books have.
const MOST_GLYPHS: usize = 20_000_000;

/// After so many broken pages a file is broken.
const MOST_BROKEN: usize = 20;

impl Reader for Pdf {
    fn id(&self) -> &'static str {
        "pdf"
    }

    fn summary(&self) -> &'static str {
        "PDF with a text layer"
    }

    fn endings(&self) -> &'static [&'static str] {
        &["pdf"]
    }

    fn read(
        &self,
        file: &str,
        bytes: &[u8],
        _options: &ReadOptions,
        report: &mut Report,
    ) -> Result<Vec<Extracted>, Cause> {
        check_streams(bytes)?;
        let broken = |error: pdf_extract::Error| Cause::Broken(error.to_string().to_lowercase());
        let mut document = Document::load_mem(bytes).map_err(|error| match is_encrypted(bytes) {
            true => Cause::Encrypted,
            false => broken(error),
        })?;
        // Many files only forbid printing, and open without a password.
        if document.is_encrypted() && document.decrypt("").is_err() {
            return Err(Cause::Encrypted);
        }
        check_drawings(&document)?;
        let n_left_out = leave_out_large(&mut document, file, report)?;
        write_out(&mut document);
        let numbers: Vec<u32> = document.get_pages().into_keys().collect();
        let mut pages = draw(&document, &numbers, file, report)?;
        pages.finish_page();
        let without = pages.without_text();
        if without.len() == pages.len() {
            return Err(match n_left_out {
                0 => Cause::NoTextLayer,
                _ => Cause::TooMuch("what it draws is more than text needs".to_owned()),
            });
        }
        if !without.is_empty() {
            let numbers: Vec<String> = without.iter().map(ToString::to_string).collect();
            let message = format!("some pages hold pictures alone, and no text: {}", numbers.join(", "));
            warn(file, message, report);
        }
        Ok(vec![Extracted::new(stem(file), pages.text(), metadata(&document), self)])
    }
}

/// A file that says that it is encrypted, also if the rest is not understood.
fn is_encrypted(bytes: &[u8]) -> bool {
    let mark = b"/Encrypt";
    bytes.windows(mark.len()).any(|it| it == mark)
}

/// Draws all pages. The library gives up at the first that it does not understand; others may
/// be in order.
fn draw(document: &Document, numbers: &[u32], file: &str, report: &mut Report) -> Result<Pages, Cause> {
    let mut pages = Pages::default();
    let whole = attempt(|| pdf_extract::output_doc(document, &mut Drawn::on(&mut pages)));
    let Err(mut why) = whole else { return Ok(pages) };
    let mut n_broken = 0;
    loop {
        let n_begun = pages.len();
        n_broken += 1;
        let Some(broken) =
            n_begun.checked_sub(1).and_then(|i| numbers.get(i)).filter(|_| n_broken <= MOST_BROKEN)
        else {
            return Err(Cause::Broken(format!("its pages cannot be read: {why}")));
        };
        warn(file, format!("page {broken} is not read completely: {why}"), report);
        let rest = numbers.get(n_begun..).unwrap_or_default();
        let outcome = rest.iter().try_for_each(|number| {
            let mut drawn = Drawn::on(&mut pages);
            attempt(|| pdf_extract::output_doc_page(document, &mut drawn, *number))
        });
        match outcome {
            Ok(()) => return Ok(pages),
            Err(again) if pages.len() == n_begun => {
                return Err(Cause::Broken(format!("its pages cannot be read: {again}")));
            }
            Err(again) => why = again,
        }
    }
}

/// What went wrong, also if the library panics, as it does where a file says other than it expects.
fn attempt(draw: impl FnOnce() -> Result<(), OutputError>) -> Result<(), String> {
    match panics::caught(draw) {
        Ok(drawn) => drawn.map_err(|error| error.to_string()),
        // What it says is for its makers.
        Err(_) => Err("because what it draws is broken".to_owned()),
    }
}

/// Takes what the library draws.
struct Drawn<'a> {
    pages: &'a mut Pages,
    is_first: bool,
}

impl<'a> Drawn<'a> {
    fn on(pages: &'a mut Pages) -> Drawn<'a> {
        Drawn { pages, is_first: true }
    }
}

impl OutputDev for Drawn<'_> {
    fn begin_page(
        &mut self,
        _number: u32,
        area: &MediaBox,
        _art: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        self.pages.start_page(area.ury - area.lly);
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        self.pages.finish_page();
        Ok(())
    }

    fn output_character(
        &mut self,
        matrix: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        if self.pages.n_glyphs() >= MOST_GLYPHS {
            return Err(OutputError::FormatError(std::fmt::Error));
        }
        // The size that a letter has on the page, upright or not.
        let size = font_size.abs() * (matrix.m21.hypot(matrix.m22));
        let stretch = font_size.abs() * (matrix.m11.hypot(matrix.m12));
        self.pages.push(Glyph {
            x: matrix.m31,
            y: matrix.m32,
            width: width * stretch,
            size,
            is_first: std::mem::take(&mut self.is_first),
            is_upright: matrix.m12.abs() <= matrix.m11.abs(),
            text: text.to_owned(),
        });
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        self.is_first = true;
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Empties pages and forms that draw more than text needs, such as detailed maps, says so, and gives
/// how many.
fn leave_out_large(document: &mut Document, file: &str, report: &mut Report) -> Result<usize, Cause> {
    let mut n_left_out = 0;
    for (number, page) in document.get_pages() {
        let n_bytes = document.get_page_content(page).map_or(0, |it| it.len());
        if n_bytes > MOST_ON_PAGE {
            let message =
                format!("page {number} is left out, what it draws has {} MB", limits::in_mb(n_bytes));
            warn(file, message, report);
            n_left_out += 1;
            let emptied = document.change_page_content(page, Vec::new());
            emptied.map_err(|error| Cause::Broken(error.to_string().to_lowercase()))?;
        }
    }
    for stream in document.objects.values_mut().filter_map(|object| object.as_stream_mut().ok()) {
        let n_bytes =
            if is_drawing(stream) { stream.get_plain_content().map_or(0, |it| it.len()) } else { 0 };
        if n_bytes > MOST_ON_PAGE {
            let message = format!("a drawing is left out, it has {} MB", limits::in_mb(n_bytes));
            warn(file, message, report);
            n_left_out += 1;
            stream.set_plain_content(Vec::new());
        }
    }
    Ok(n_left_out)
}

/// Writes two operators out that the library passes over, with the text that they draw: `'`, which
/// begins a line and draws, and `"`, which sets the spaces before (ISO 32000-2, table 107).
fn write_out(document: &mut Document) {
    for page in document.get_pages().into_values() {
        let content = document.get_page_content(page).ok().and_then(|content| written_out(&content));
        if let Some(content) = content {
            // Where it cannot be changed it is drawn as it is.
            drop(document.change_page_content(page, content));
        }
    }
    for stream in document.objects.values_mut().filter_map(|object| object.as_stream_mut().ok()) {
        if is_drawing(stream)
            && let Some(content) = stream.get_plain_content().ok().and_then(|content| written_out(&content))
        {
            stream.set_plain_content(content);
        }
    }
}

/// Instructions without those two operators; nothing if there are none.
fn written_out(content: &[u8]) -> Option<Vec<u8>> {
    if !content.contains(&b'\'') && !content.contains(&b'"') {
        return None;
    }
    let content = Content::decode(content).ok()?;
    if !content.operations.iter().any(|it| matches!(it.operator.as_str(), "'" | "\"")) {
        return None;
    }
    let mut operations = Vec::with_capacity(content.operations.len());
    for mut operation in content.operations {
        let is_quote = operation.operator == "\"" && operation.operands.len() == 3;
        if is_quote {
            let text = operation.operands.split_off(2);
            for (operator, operand) in ["Tw", "Tc"].into_iter().zip(operation.operands) {
                operations.push(Operation::new(operator, vec![operand]));
            }
            operation = Operation::new("'", text);
        }
        if operation.operator == "'" {
            operations.push(Operation::new("T*", Vec::new()));
            operation.operator = "Tj".to_owned();
        }
        operations.push(operation);
    }
    Content { operations }.encode().ok()
}

/// Refuses a file one of whose streams unpacks to more than pages need.
fn check_streams(bytes: &[u8]) -> Result<(), Cause> {
    let twice = [b"/FlateDecode/FlateDecode".as_slice(), b"/FlateDecode /FlateDecode"];
    if twice.iter().any(|twice| bytes.windows(twice.len()).any(|it| it == *twice)) {
        return Err(Cause::TooMuch("it packs its streams twice".to_owned()));
    }
    let mark = b"stream";
    let mut rest = bytes;
    while let Some(at) = rest.windows(mark.len()).position(|it| it == mark) {
        rest = &rest[at + mark.len()..];
        let start = rest.iter().take_while(|it| matches!(it, b'\r' | b'\n' | b' ')).count();
        // The first byte of such a stream names its method; others are not unpacked.
        if rest.get(start).is_none_or(|byte| byte & 0x0f != 8) {
            continue;
        }
        let mut unpacked = ZlibDecoder::new(&rest[start..]).take(MAX_PART as u64 + 1);
        // A stream that breaks off counts as far as it goes.
        drop(std::io::copy(&mut unpacked, &mut std::io::sink()));
        let n_bytes = MAX_PART + 1 - unpacked.limit() as usize;
        limits::check("one of its streams", n_bytes, MAX_PART)?;
        let n_packed = unpacked.into_inner().total_in() as usize;
        rest = rest.get(start + n_packed..).unwrap_or_default();
    }
    Ok(())
}

/// Refuses a file whose drawings contain themselves, or make far more of themselves than they are:
/// the library draws them by calling itself.
fn check_drawings(document: &Document) -> Result<(), Cause> {
    let mut costs = HashMap::new();
    let mut open = HashSet::new();
    for (id, object) in &document.objects {
        if let Ok(stream) = object.as_stream()
            && is_drawing(stream)
        {
            cost(document, *id, &mut costs, &mut open)?;
        }
    }
    let mut all = 0_u64;
    for page in document.get_pages().into_values() {
        let content = document.get_page_content(page).unwrap_or_default();
        let n_used = count(&content, b"Do") as u64;
        let dictionary = document.get_dictionary(page).ok();
        let resources = dictionary.and_then(|page| inherited(document, page, b"Resources"));
        let most =
            drawings(document, resources).iter().filter_map(|id| costs.get(id)).max().copied().unwrap_or(0);
        all = all.saturating_add(content.len() as u64).saturating_add(n_used.saturating_mul(most));
    }
    if all > MOST_DRAWN {
        return Err(Cause::TooMuch("its drawings contain each other over and over".to_owned()));
    }
    Ok(())
}

/// What drawing a form costs, with all that it contains.
fn cost(
    document: &Document,
    id: ObjectId,
    costs: &mut HashMap<ObjectId, u64>,
    open: &mut HashSet<ObjectId>,
) -> Result<u64, Cause> {
    if let Some(cost) = costs.get(&id) {
        return Ok(*cost);
    }
    if open.len() >= MOST_NESTED || !open.insert(id) {
        return Err(Cause::TooMuch("its drawings contain themselves".to_owned()));
    }
    let stream = document.get_object(id).and_then(Object::as_stream);
    let mut sum = 0_u64;
    if let Ok(stream) = stream.as_ref() {
        let content = stream.get_plain_content().unwrap_or_else(|_| stream.content.clone());
        let n_used = count(&content, b"Do") as u64;
        let resources = stream.dict.get(b"Resources").ok().and_then(|it| resolved(document, it));
        if resources.is_none() && n_used > 0 {
            // It would take the resources of whoever draws it, and so might draw itself.
            return Err(Cause::TooMuch("its drawings do not say what they contain".to_owned()));
        }
        let mut most = 0;
        for inner in drawings(document, resources) {
            most = cost(document, inner, costs, open)?.max(most);
        }
        sum = (content.len() as u64).saturating_add(n_used.saturating_mul(most));
    }
    open.remove(&id);
    costs.insert(id, sum);
    Ok(sum)
}

/// True for a form: a drawing that pages and other forms can use.
fn is_drawing(stream: &Stream) -> bool {
    stream.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|kind| kind == b"Form")
}

/// The forms among some resources.
fn drawings(document: &Document, resources: Option<&Dictionary>) -> Vec<ObjectId> {
    let objects = resources.and_then(|it| it.get(b"XObject").ok()).and_then(|it| resolved(document, it));
    let ids =
        objects.into_iter().flat_map(|it| it.iter()).filter_map(|(_, object)| object.as_reference().ok());
    let is_form = |id: &ObjectId| document.get_object(*id).and_then(Object::as_stream).is_ok_and(is_drawing);
    ids.filter(is_form).collect()
}

/// A dictionary, wherever it stands.
fn resolved<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Dictionary> {
    document.dereference(object).ok()?.1.as_dict().ok()
}

/// A dictionary of a page or of those that it belongs to.
fn inherited<'a>(document: &'a Document, page: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
    let mut node = page;
    for _ in 0..MOST_NESTED {
        if let Ok(object) = node.get(key) {
            return resolved(document, object);
        }
        node = resolved(document, node.get(b"Parent").ok()?)?;
    }
    None
}

/// How often an operator may stand in some instructions.
fn count(content: &[u8], operator: &[u8]) -> usize {
    content.windows(operator.len()).filter(|it| *it == operator).count()
}

/// What the file says about itself.
fn metadata(document: &Document) -> Metadata {
    let info = document.trailer.get(b"Info").ok().and_then(|it| resolved(document, it));
    let string = |key: &[u8]| {
        let text = decode_text_string(document.dereference(info?.get(key).ok()?).ok()?.1).ok()?;
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (!text.is_empty()).then_some(text)
    };
    Metadata {
        title: string(b"Title"),
        author: string(b"Author"),
        language: document
            .catalog()
            .ok()
            .and_then(|it| it.get(b"Lang").ok())
            .and_then(|it| decode_text_string(it).ok()),
        other: created(string(b"CreationDate").as_deref().and_then(iso_date)),
        ..Metadata::default()
    }
}

/// `D:20260306112233+01'00'` as `2026-03-06`.
fn iso_date(date: &str) -> Option<String> {
    let digits = date.trim_start_matches("D:").get(..8)?;
    let is_date = digits.bytes().all(|it| it.is_ascii_digit());
    is_date.then(|| format!("{}-{}-{}", &digits[..4], &digits[4..6], &digits[6..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_told_by_their_day() {
        assert_eq!(iso_date("D:20260306112233+01'00'").as_deref(), Some("2026-03-06"));
        assert_eq!([iso_date("D:2026"), iso_date("6 März 2026"), iso_date("")], [None, None, None]);
    }
}
