//! One case of the fuzzer as a text file: an article, its marks, and what a person does.
//!
//! ```text
//! # a comment
//! fonts system
//! text 3 "Kata \u{5d0}\n"
//! mark 0-4 5-7
//! window 700 400 1.5
//! wheel -37
//! ```
//!
//! The article is all `text` lines in order, each repeated as often as its number says. Positions
//! are bytes of it; one inside a grapheme means the start of that. All other lines are steps, in
//! order, with a frame after each: a file means the same however the generator changes.

use std::fmt::{self, Display, Formatter, Write as _};
use std::str::{FromStr, SplitWhitespace};

use egui::{Key, Modifiers};

/// A case, ready to be played.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Case {
    /// True to draw with the system's fonts, which differ between machines.
    pub(super) has_system_fonts: bool,
    /// Pieces of the article, and how often each stands there.
    pub(super) text: Vec<(usize, String)>,
    /// Annotations that are there from the start.
    pub(super) marks: Vec<Places>,
    pub(super) steps: Vec<Step>,
}

/// The fragments of a mark, in bytes.
pub(super) type Places = Vec<(usize, usize)>;

/// What happens before a frame. Points are in the window's own, from its upper left corner.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Width, height, pixels in a point.
    Window(f32, f32, f32),
    /// Per cent.
    Zoom(f32),
    Spacing(f32),
    /// Width of the column in points.
    Column(f32),
    Compact(bool),
    Invisibles(bool),
    Arcs(bool),
    /// A screen reader comes.
    Reader,
    /// Points, up positive.
    Wheel(f32),
    Move(f32, f32),
    Press(f32, f32, Modifiers),
    Release(Modifiers),
    /// The right button, down and up.
    Menu(f32, f32),
    Key(Key, Modifiers),
    /// Time passes, in milliseconds.
    Wait(u32),
    Mark(Places),
    /// The mark that was made as this number, from 0, goes.
    Unmark(usize),
    Select(Option<usize>),
    /// A relation.
    Link(usize, usize),
    /// A mark offered as the other end of a relation.
    Offer(usize),
    /// To a place, which comes to stand as `top`, `center` or `nearest`.
    Go(usize, String),
    /// To a stored place: a position and points.
    Restore(usize, f32),
    /// The keyboard stands here, before or after a change of row or direction.
    Caret(usize, bool),
    Focus,
}

impl Case {
    /// The article.
    pub(super) fn string(&self) -> String {
        self.text.iter().map(|(n, piece)| piece.repeat(*n)).collect()
    }
}

impl Display for Case {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.has_system_fonts {
            writeln!(f, "fonts system")?;
        }
        for (n, piece) in &self.text {
            writeln!(f, "text {n} \"{}\"", escaped(piece))?;
        }
        for places in &self.marks {
            writeln!(f, "{}", Step::Mark(places.clone()))?;
        }
        for step in &self.steps {
            writeln!(f, "{step}")?;
        }
        Ok(())
    }
}

impl Display for Step {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Step::Window(width, height, ppp) => write!(f, "window {width} {height} {ppp}"),
            Step::Zoom(zoom) => write!(f, "zoom {zoom}"),
            Step::Spacing(spacing) => write!(f, "spacing {spacing}"),
            Step::Column(width) => write!(f, "column {width}"),
            Step::Compact(is_on) => write!(f, "compact {is_on}"),
            Step::Invisibles(is_on) => write!(f, "invisibles {is_on}"),
            Step::Arcs(is_on) => write!(f, "arcs {is_on}"),
            Step::Reader => write!(f, "reader"),
            Step::Wheel(points) => write!(f, "wheel {points}"),
            Step::Move(x, y) => write!(f, "move {x} {y}"),
            Step::Press(x, y, modifiers) => write!(f, "press {x} {y}{}", held(*modifiers)),
            Step::Release(modifiers) => write!(f, "release{}", held(*modifiers)),
            Step::Menu(x, y) => write!(f, "menu {x} {y}"),
            Step::Key(key, modifiers) => write!(f, "key {}{}", key.name(), held(*modifiers)),
            Step::Wait(time) => write!(f, "wait {time}"),
            Step::Mark(places) => {
                write!(f, "mark")?;
                places.iter().try_for_each(|(start, end)| write!(f, " {start}-{end}"))
            }
            Step::Unmark(mark) => write!(f, "unmark {mark}"),
            Step::Select(Some(mark)) => write!(f, "select {mark}"),
            Step::Select(None) => write!(f, "select"),
            Step::Link(from, to) => write!(f, "link {from} {to}"),
            Step::Offer(mark) => write!(f, "offer {mark}"),
            Step::Go(byte, align) => write!(f, "go {byte} {align}"),
            Step::Restore(byte, points) => write!(f, "restore {byte} {points}"),
            Step::Caret(byte, is_upstream) => write!(f, "caret {byte} {is_upstream}"),
            Step::Focus => write!(f, "focus"),
        }
    }
}

fn held(modifiers: Modifiers) -> String {
    let names = [(modifiers.shift, " shift"), (modifiers.command, " ctrl"), (modifiers.alt, " alt")];
    names.iter().filter(|(is_held, _)| *is_held).map(|(_, name)| *name).collect()
}

/// Only printable ASCII stands for itself, so that no editor can change a case.
fn escaped(piece: &str) -> String {
    let mut escaped = String::new();
    for character in piece.chars() {
        match character {
            '"' | '\\' => escaped.extend(['\\', character]),
            ' '..='~' => escaped.push(character),
            _ => write!(escaped, "\\u{{{:x}}}", u32::from(character)).expect("a string takes all"),
        }
    }
    escaped
}

fn unescaped(piece: &str) -> Option<String> {
    let mut characters = piece.chars();
    let mut string = String::new();
    while let Some(character) = characters.next() {
        match (character, if character == '\\' { characters.next() } else { None }) {
            ('\\', Some('u')) => {
                let digits: String =
                    characters.by_ref().skip(1).take_while(|&character| character != '}').collect();
                string.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
            }
            ('\\', Some('n')) => string.push('\n'),
            ('\\', Some('r')) => string.push('\r'),
            ('\\', Some('t')) => string.push('\t'),
            ('\\', escaped) => string.push(escaped?),
            _ => string.push(character),
        }
    }
    Some(string)
}

impl FromStr for Case {
    /// The line that is not understood.
    type Err = String;

    fn from_str(file: &str) -> Result<Case, String> {
        let mut case = Case { has_system_fonts: false, text: vec![], marks: vec![], steps: vec![] };
        for line in file.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#')) {
            if line == "fonts system" {
                case.has_system_fonts = true;
            } else if let Some(rest) = line.strip_prefix("text ") {
                let piece = rest.split_once(' ').and_then(|(n, piece)| {
                    let inner = piece.strip_prefix('"')?.strip_suffix('"')?;
                    Some((n.parse().ok()?, unescaped(inner)?))
                });
                case.text.push(piece.ok_or(line)?);
            } else {
                match step(line).ok_or(line)? {
                    Step::Mark(places) if case.steps.is_empty() => case.marks.push(places),
                    step => case.steps.push(step),
                }
            }
        }
        Ok(case)
    }
}

fn step(line: &str) -> Option<Step> {
    let mut words = line.split_whitespace();
    let words = &mut words;
    Some(match words.next()? {
        "window" => Step::Window(next(words)?, next(words)?, next(words)?),
        "zoom" => Step::Zoom(next(words)?),
        "spacing" => Step::Spacing(next(words)?),
        "column" => Step::Column(next(words)?),
        "compact" => Step::Compact(next(words)?),
        "invisibles" => Step::Invisibles(next(words)?),
        "arcs" => Step::Arcs(next(words)?),
        "reader" => Step::Reader,
        "wheel" => Step::Wheel(next(words)?),
        "move" => Step::Move(next(words)?, next(words)?),
        "press" => Step::Press(next(words)?, next(words)?, modifiers(words)?),
        "release" => Step::Release(modifiers(words)?),
        "menu" => Step::Menu(next(words)?, next(words)?),
        "key" => Step::Key(Key::from_name(words.next()?)?, modifiers(words)?),
        "wait" => Step::Wait(next(words)?),
        "mark" => Step::Mark(places(words)?),
        "unmark" => Step::Unmark(next(words)?),
        "select" => Step::Select(match words.next() {
            Some(mark) => Some(mark.parse().ok()?),
            None => None,
        }),
        "link" => Step::Link(next(words)?, next(words)?),
        "offer" => Step::Offer(next(words)?),
        "go" => Step::Go(next(words)?, next(words)?),
        "restore" => Step::Restore(next(words)?, next(words)?),
        "caret" => Step::Caret(next(words)?, next(words)?),
        "focus" => Step::Focus,
        _ => return None,
    })
}

fn next<T: FromStr>(words: &mut SplitWhitespace<'_>) -> Option<T> {
    words.next()?.parse().ok()
}

fn places(words: &mut SplitWhitespace<'_>) -> Option<Places> {
    words
        .map(|word| word.split_once('-').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?))))
        .collect()
}

fn modifiers(words: &mut SplitWhitespace<'_>) -> Option<Modifiers> {
    words.try_fold(Modifiers::NONE, |held, word| {
        Some(match word {
            "shift" => held | Modifiers::SHIFT,
            "ctrl" => held | Modifiers::COMMAND,
            "alt" => held | Modifiers::ALT,
            _ => return None,
        })
    })
}
