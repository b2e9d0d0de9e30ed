//! brat's files to articles.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::format::brat::text::{View, joined};
use crate::format::brat::{ARTICLES, ID, OWN_NOTE, PEOPLE_NOTE, on_one_line, plain, reference, stored};
use crate::format::each::finish;
use crate::format::incoming::{Incoming, RawRelation, RawSpan};
use crate::format::unused::{unused, with_copies};
use crate::format::{Bundle, FormatError, ImportOptions, Take, own};
use crate::model::{Attributes, Entity, EntityId, Extra, Place, Report, Severity, Value};
use crate::text::{OffsetUnit, Text};

/// How names of files with annotations end: brat's own, and the parts that some corpora split them
/// into.
const ENDINGS: [&str; 5] = [".ann", ".a1", ".a2", ".rel", ".co"];

/// The files that belong to a bundle of articles, by the names of the articles.
#[derive(Default)]
struct Files<'a> {
    texts: BTreeMap<&'a str, &'a str>,
    /// Files with annotations, name and content.
    parts: BTreeMap<&'a str, Vec<(&'a str, &'a str)>>,
    /// Lines of [`ARTICLES`].
    about: BTreeMap<String, (&'a str, About)>,
}

/// What this reader itself needs of a line of [`ARTICLES`].
#[derive(Deserialize)]
struct About {
    file: String,
    newline: Option<String>,
}

pub(super) fn read(
    files: &Bundle,
    options: &ImportOptions,
    report: &mut Report,
    take: &mut Take<'_>,
) -> Result<(), FormatError> {
    let files = Files::new(files)?;
    for stem in files.texts.keys().filter(|it| !files.parts.contains_key(*it)) {
        let place = Place { file: Some(format!("{stem}.txt")), ..Place::default() };
        report.add(Severity::Note, place, "the text was not taken in, since there is no .ann beside it");
    }
    let folders = if options.owner.is_none() { files.folders_of_annotators(report) } else { BTreeSet::new() };
    let mut articles = Vec::with_capacity(files.parts.len());
    for (stem, parts) in &files.parts {
        let file = parts.first().map_or(*stem, |(name, _)| name);
        let about = files.about.get(*stem);
        let name = format!("{stem}.txt");
        let known = if files.texts.contains_key(stem) { None } else { options.texts.get(&name) };
        let text = match (files.texts.get(stem), known) {
            (Some(text), _) => with_newline(text, about.and_then(|(_, it)| it.newline.as_deref())),
            (None, Some(document)) => document.text.as_str().to_owned(),
            (None, None) => {
                let place = Place { file: Some(file.to_owned()), ..Place::default() };
                let message = format!("the annotations were not taken in, since there is no {name}");
                report.add(Severity::Error, place, message);
                continue;
            }
        };
        let owner = stem.split_once('/').filter(|(folder, _)| folders.contains(folder));
        let id = owner.map_or(name.clone(), |(_, rest)| format!("{rest}.txt"));
        // A byte order mark is no part of an article, but brat counts it.
        let bare = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let mut incoming = Incoming::new(ID, file, id, bare, OffsetUnit::CodePoint);
        incoming.owner = owner.map(|(folder, _)| folder.to_owned());
        if let Some((line, _)) = about {
            own::into_article(line, &mut incoming);
        }
        let mut reader = Reader::new(file, report);
        reader.rows(parts)?;
        reader.place(&text, bare);
        reader.finish(&mut incoming);
        articles.push(incoming);
    }
    finish(articles, options, report, take);
    Ok(())
}

fn malformed(file: &str, message: String) -> FormatError {
    FormatError::Malformed { format: ID, message, file: file.to_owned() }
}

impl<'a> Files<'a> {
    fn new(bundle: &'a Bundle) -> Result<Files<'a>, FormatError> {
        let mut files = Files::default();
        for (name, bytes) in &bundle.files {
            let ending = ENDINGS.iter().find_map(|it| name.strip_suffix(it));
            let text = name.strip_suffix(".txt");
            if ending.is_none() && text.is_none() && name != ARTICLES {
                continue;
            }
            let content = std::str::from_utf8(bytes).map_err(|it| {
                malformed(name, format!("it is not UTF-8 from byte {} on", it.valid_up_to()))
            })?;
            if let Some(stem) = text {
                files.texts.insert(stem, content);
            } else if let Some(stem) = ending {
                let content = content.strip_prefix('\u{feff}').unwrap_or(content);
                files.parts.entry(stem).or_default().push((name, content));
            } else {
                let about = |line| Some((line, serde_json::from_str::<About>(line).ok()?));
                let lines = content.lines().filter_map(about);
                files.about.extend(lines.map(|(line, it)| (it.file.clone(), (line, it))));
            }
        }
        if files.parts.is_empty() {
            let name = bundle.files.first().map_or("", |(name, _)| name);
            return Err(malformed(name, "there is no file whose name ends in .ann".to_owned()));
        }
        files.parts.values_mut().for_each(|it| it.sort_unstable());
        Ok(files)
    }

    /// The folders on top that hold a text of which another one holds a copy: there, several people
    /// annotated the same texts.
    fn folders_of_annotators(&self, report: &mut Report) -> BTreeSet<&'a str> {
        let is_others = |stem: &str| self.parts.contains_key(stem) && !self.about.contains_key(stem);
        let texts = self.texts.iter().filter(|(stem, _)| is_others(stem));
        let folders = with_copies(
            texts.filter_map(|(stem, text)| stem.split_once('/').map(|(folder, rest)| (rest, *text, folder))),
        );
        if !folders.is_empty() {
            let names: Vec<&str> = folders.iter().copied().collect();
            let message =
                format!("the folders are taken for annotators of the same texts, {}", names.join(", "));
            report.add(Severity::Note, Place::default(), message);
        }
        folders
    }
}

/// A text with the line ends that it had before it was exported.
fn with_newline(text: &str, newline: Option<&str>) -> String {
    match newline {
        Some("crlf") if !text.contains('\r') => text.replace('\n', "\r\n"),
        Some("cr") if !text.contains('\r') => text.replace('\n', "\r"),
        _ => text.to_owned(),
    }
}

/// A line of an `.ann` file: its columns.
#[derive(Clone, Copy)]
struct Row<'a> {
    file: &'a str,
    number: usize,
    id: &'a str,
    data: &'a str,
    tail: &'a str,
}

impl Row<'_> {
    /// Lines in the order in which they can be understood: each after all that it may refer to.
    fn rank(&self) -> usize {
        match self.id.as_bytes().first() {
            Some(b'T') => 0,
            Some(b'E') => 1,
            Some(b'R' | b'*') => 2,
            _ => 3,
        }
    }
}

/// Letters or `#` and letters, then a number; or `*`.
fn is_id(id: &str) -> bool {
    let name = id.strip_prefix('#').unwrap_or(id);
    let n_letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
    let is_numbered = name.as_bytes().get(n_letters).is_some_and(u8::is_ascii_digit);
    id == "*" || is_numbered && (n_letters > 0 || id.starts_with('#'))
}

/// What an annotation's other lines say about it.
#[derive(Default)]
struct Said<'a> {
    own: Option<&'a str>,
    /// Name and value; an empty value is true.
    attributes: Vec<(&'a str, &'a str)>,
    /// Data base and id, and what it is called.
    reference: Option<(&'a str, &'a str)>,
    notes: Vec<&'a str>,
    /// Types of notes that are not for people's remarks.
    flags: Vec<&'a str>,
}

#[derive(Clone, Copy)]
enum Target {
    Span(usize),
    Relation(usize),
}

struct Reader<'a, 'r> {
    file: &'a str,
    report: &'r mut Report,
    spans: Vec<(RawSpan, Said<'a>)>,
    /// With the places of the two spans in the list above.
    relations: Vec<(RawRelation, Said<'a>, [usize; 2])>,
    targets: BTreeMap<&'a str, Target>,
    /// For each event, the span that is its trigger.
    triggers: BTreeMap<&'a str, usize>,
}

impl<'a, 'r> Reader<'a, 'r> {
    fn new(file: &'a str, report: &'r mut Report) -> Reader<'a, 'r> {
        Reader {
            file,
            report,
            spans: Vec::new(),
            relations: Vec::new(),
            targets: BTreeMap::new(),
            triggers: BTreeMap::new(),
        }
    }

    /// Takes in all lines.
    fn rows(&mut self, parts: &[(&'a str, &'a str)]) -> Result<(), FormatError> {
        let mut rows: Vec<Row<'a>> = Vec::new();
        for &(file, content) in parts {
            let n_before = rows.len();
            let mut others = Vec::new();
            for (i, line) in content.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                let (id, rest) = line.split_once('\t').unwrap_or((line, ""));
                let (data, tail) = rest.split_once('\t').unwrap_or((rest, ""));
                let row = Row { file, number: i + 1, id, data, tail };
                if is_id(id) { rows.push(row) } else { others.push(row) }
            }
            if let (true, Some(row)) = (rows.len() == n_before, others.first()) {
                let id: String = row.id.chars().take(40).collect();
                let message = format!("no line begins with an id such as T1, and the first one with “{id}”");
                return Err(malformed(file, message));
            }
            for row in &others {
                let message = "the line was not taken in, it begins with no id such as T1".to_owned();
                self.say(row, Severity::Error, message);
            }
        }
        // An event may have another one as its argument that comes later.
        let is_event = |row: &&Row<'a>| row.id.starts_with('E');
        rows.sort_by_key(Row::rank);
        let n_spans = rows.iter().take_while(|row| row.rank() == 0).count();
        for row in &rows[..n_spans] {
            self.taken(row, Self::span);
        }
        for row in rows.iter().filter(is_event) {
            self.taken(row, Self::trigger);
        }
        for row in &rows[n_spans..] {
            let take = match row.id.as_bytes().first() {
                Some(b'E') => Self::event,
                Some(b'R') => Self::relation,
                Some(b'*') => Self::equivalents,
                Some(b'A' | b'M') => Self::attribute,
                Some(b'N') => Self::reference,
                Some(b'#') => Self::note,
                _ => |_: &mut Self, _: &Row<'a>| Err("brat knows no such id"),
            };
            self.taken(row, take);
        }
        Ok(())
    }

    fn taken(&mut self, row: &Row<'a>, take: impl FnOnce(&mut Self, &Row<'a>) -> Result<(), &'static str>) {
        if let Err(why) = take(self, row) {
            self.refuse(row, why);
        }
    }

    fn refuse(&mut self, row: &Row<'_>, why: &str) {
        self.say(row, Severity::Error, format!("the line of {} was not taken in, {why}", row.id));
    }

    fn say(&mut self, row: &Row<'_>, severity: Severity, message: String) {
        let place =
            Place { file: Some(row.file.to_owned()), line_column: Some((row.number, 1)), ..Place::default() };
        self.report.add(severity, place, message);
    }

    fn span(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        const NO_PLACE: &str = "it has no label with start and end";
        let (label, places) = row.data.split_once(' ').ok_or(NO_PLACE)?;
        let piece = |it: &str| {
            let (start, end) = it.trim_end().split_once(' ')?;
            Some((start.parse::<usize>().ok()?, end.parse::<usize>().ok()?))
        };
        let pieces = places.split(';').map(piece).collect::<Option<Vec<_>>>().ok_or(NO_PLACE)?;
        self.add(row.id, Target::Span(self.spans.len()))?;
        // Further columns may follow the text, which may have tabs in it.
        let n_letters = pieces
            .iter()
            .fold(pieces.len() - 1, |sum, &(start, end)| sum.saturating_add(end.saturating_sub(start)));
        let surface: String = row.tail.chars().take(n_letters).collect();
        let span = RawSpan {
            id: row.id.to_owned(),
            label: label.to_owned(),
            pieces,
            surface: (!surface.trim().is_empty()).then_some(surface),
            ..RawSpan::default()
        };
        self.spans.push((span, Said::default()));
        Ok(())
    }

    /// Makes an id known; of two that are one, the first counts, as it does for brat.
    fn add(&mut self, id: &'a str, target: Target) -> Result<(), &'static str> {
        if self.targets.contains_key(id) {
            return Err("another one has the same id");
        }
        self.targets.insert(id, target);
        Ok(())
    }

    /// What is said about an event is said about its trigger.
    fn trigger(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        let (_, id) =
            row.data.split(' ').next().and_then(|it| it.split_once(':')).ok_or("it has no trigger")?;
        let span = self.span_of(id).ok_or("its trigger is not there")?;
        self.add(row.id, Target::Span(span))?;
        if let Some(other) = self.triggers.insert(id, row.number) {
            let message =
                format!("{} and the event of line {other} have one trigger, and so become one span", row.id);
            self.say(row, Severity::Warning, message);
        }
        Ok(())
    }

    /// An event's arguments become relations from its trigger.
    fn event(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        let Some(from) = self.span_of(row.id) else { return Ok(()) };
        let arguments: Vec<&str> = row.data.split_whitespace().skip(1).collect();
        let roles: BTreeSet<&str> = arguments.iter().filter_map(|it| Some(it.split_once(':')?.0)).collect();
        for argument in arguments {
            let to = argument.split_once(':').and_then(|(role, id)| Some((role, self.span_of(id)?)));
            let Some((role, to)) = to else {
                self.refuse(row, &format!("as far as its argument {argument} goes"));
                continue;
            };
            // The second Theme is called Theme2.
            let plain = role.trim_end_matches(|it: char| it.is_ascii_digit());
            let label = if roles.contains(plain) { plain } else { role };
            self.link(format!("{}.{role}", row.id), label, [from, to]);
        }
        Ok(())
    }

    fn relation(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        let words: Vec<&str> = row.data.split_whitespace().collect();
        let [label, from, to] = words[..] else { return Err("it has not a label and two arguments") };
        let end = |it: &str| it.split_once(':').and_then(|(_, id)| self.span_of(id));
        let ends = end(from).zip(end(to)).ok_or("it leads to something that is not there")?;
        self.add(row.id, Target::Relation(self.relations.len()))?;
        self.link(row.id.to_owned(), label, [ends.0, ends.1]);
        Ok(())
    }

    /// Things that are one become a chain of relations.
    fn equivalents(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        let mut words = row.data.split_whitespace();
        let label = words.next().ok_or("it has no label")?;
        let spans = words.map(|id| self.span_of(id)).collect::<Option<Vec<_>>>();
        let spans = spans.ok_or("it leads to something that is not there")?;
        for pair in spans.windows(2) {
            self.link(String::new(), label, [pair[0], pair[1]]);
        }
        Ok(())
    }

    fn link(&mut self, id: String, label: &str, ends: [usize; 2]) {
        let relation = RawRelation { id, label: label.to_owned(), ..RawRelation::default() };
        self.relations.push((relation, Said::default(), ends));
    }

    fn attribute(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        let mut words = row.data.splitn(3, ' ');
        let name = words.next().unwrap_or_default();
        let said = self.said_of(words.next().unwrap_or_default())?;
        said.attributes.push((name, words.next().unwrap_or_default()));
        Ok(())
    }

    fn reference(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        let words: Vec<&str> = row.data.split_whitespace().collect();
        let [_, id, reference, ..] = words[..] else { return Err("it refers to nothing") };
        // The names of columns are those of BioNLP's shared task of 2013.
        let said = self.said_of(id.strip_prefix("Annotation:").unwrap_or(id))?;
        let reference = reference.strip_prefix("Referent:").unwrap_or(reference);
        if said.reference.is_some() {
            return Err("a span refers to one entity, and has another one");
        }
        said.reference = Some((reference, row.tail));
        Ok(())
    }

    fn note(&mut self, row: &Row<'a>) -> Result<(), &'static str> {
        let words: Vec<&str> = row.data.split_whitespace().collect();
        let [kind, id] = words[..] else { return Err("it has not a type and what it is about") };
        let said = self.said_of(id)?;
        match kind {
            OWN_NOTE => said.own = Some(row.tail),
            PEOPLE_NOTE => said.notes.push(row.tail),
            _ => {
                said.flags.push(kind);
                said.notes.push(row.tail);
            }
        }
        Ok(())
    }

    fn span_of(&self, id: &str) -> Option<usize> {
        match self.targets.get(id) {
            Some(&Target::Span(i)) => Some(i),
            _ => None,
        }
    }

    fn said_of(&mut self, id: &str) -> Result<&mut Said<'a>, &'static str> {
        let said = match self.targets.get(id) {
            Some(&Target::Span(i)) => self.spans.get_mut(i).map(|it| &mut it.1),
            Some(&Target::Relation(i)) => self.relations.get_mut(i).map(|it| &mut it.1),
            None => None,
        };
        said.ok_or("what it is about is not there")
    }

    /// Turns brat's numbers into code points of the article, and joins what only a line break parts.
    fn place(&mut self, whole: &str, bare: &str) {
        let view = View::of(whole, self.spans.iter().map(|(span, _)| span));
        if let Some(message) = view.oddity() {
            let place = Place { file: Some(self.file.to_owned()), ..Place::default() };
            self.report.add(Severity::Warning, place, message);
        }
        let text = std::cell::LazyCell::new(|| Text::new(bare));
        for (span, _) in &mut self.spans {
            view.apply(&mut span.pieces);
            if span.pieces.len() > 1 {
                span.pieces = joined(&text, &span.pieces);
            }
        }
    }

    /// Hands over what was read, with Sorot's own ids.
    fn finish(self, incoming: &mut Incoming) {
        let mut entities: BTreeSet<EntityId> = incoming.entities.iter().map(|it| it.id.clone()).collect();
        let mut ids = BTreeSet::new();
        for (mut span, said) in self.spans {
            let (id, label) = (std::mem::take(&mut span.id), std::mem::take(&mut span.label));
            if let Some(own) = said.own {
                own::into_span(own, &mut span);
            }
            span.id = unused(if span.id.is_empty() { &id } else { &span.id }, &mut ids);
            span.label = own_label(&mut span.extra, label);
            span.attributes = changed(std::mem::take(&mut span.attributes), &said.attributes);
            said.note(&mut span.note, &mut span.flags);
            if let Some(entity) = said.entity(&mut span.entity)
                && entities.insert(entity.id.clone())
            {
                incoming.entities.push(entity);
            }
            incoming.spans.push(span);
        }
        for (mut relation, said, ends) in self.relations {
            let (id, label) = (std::mem::take(&mut relation.id), std::mem::take(&mut relation.label));
            if let Some(own) = said.own {
                own::into_relation(own, &mut relation);
            }
            if relation.id.is_empty() {
                relation.id = id;
            }
            relation.label = own_label(&mut relation.extra, label);
            // brat shows no attributes of relations, so none of Sorot's were in its lines.
            relation.attributes.extend(changed(Attributes::new(), &said.attributes));
            said.note(&mut relation.note, &mut Vec::new());
            [relation.from, relation.to] =
                ends.map(|i| incoming.spans.get(i).map(|it| it.id.clone()).unwrap_or_default());
            incoming.relations.push(relation);
        }
    }
}

/// The label that Sorot's note states, unless brat's line has got another one since.
fn own_label(extra: &mut Extra, label: String) -> String {
    let own = extra.get("label").and_then(|json| serde_json::from_str::<String>(json).ok());
    extra.set("label", None);
    own.filter(|own| stored(own) == label).unwrap_or(label)
}

/// The attributes that Sorot's note states, as far as brat's lines still say the same, and what
/// they say beyond it.
fn changed(known: Attributes, said: &[(&str, &str)]) -> Attributes {
    let mut said_by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, value) in said {
        said_by_name.entry(name).or_default().push(value);
    }
    let mut attributes = Attributes::new();
    for (name, value) in known {
        let Some(plain) = plain(&value) else {
            attributes.insert(name, value);
            continue;
        };
        let Some(values) = said_by_name.get_mut(stored(&name).as_ref()) else { continue };
        if let Some(i) = values.iter().position(|it| *it == plain) {
            values.remove(i);
            attributes.insert(name, value);
        }
    }
    for (name, values) in said_by_name {
        let value = match values[..] {
            [] => continue,
            [""] => Value::Boolean(true),
            [value] => Value::Text(value.to_owned()),
            _ => Value::List(values.iter().map(|it| (*it).to_owned()).collect()),
        };
        attributes.insert(name.to_owned(), value);
    }
    attributes
}

impl Said<'_> {
    fn note(&self, note: &mut String, flags: &mut Vec<String>) {
        let notes: Vec<&str> = self.notes.iter().map(|it| it.trim()).filter(|it| !it.is_empty()).collect();
        let said = notes.join("\n");
        if on_one_line(note) != said {
            *note = said;
        }
        for flag in &self.flags {
            if !flags.iter().any(|it| it == flag) {
                flags.push((*flag).to_owned());
            }
        }
    }

    /// Settles which entity a span mentions; gives it if the file says what it is.
    fn entity(&self, entity: &mut Option<String>) -> Option<Entity> {
        let known = entity.as_deref().and_then(reference);
        match self.reference {
            Some((said, _)) if known.as_deref() == Some(said) => {}
            Some((said, _)) => {
                let own = said.strip_prefix(OWN_NOTE).and_then(|it| it.strip_prefix(':'));
                *entity = Some(own.unwrap_or(said).to_owned());
            }
            None if known.is_some() => *entity = None,
            None => {}
        }
        let (_, name) = self.reference?;
        let id = EntityId::from(entity.as_deref()?);
        Some(Entity { id, kind: String::new(), name: name.to_owned(), extra: Extra::default() })
    }
}
