//! What a curator decided where annotators differ, and why.

use super::{Extra, Timestamp};

/// A decision about one thing that annotators say of an article. It quotes what they said, so that
/// it can be read, searched and cited without their files, whatever becomes of those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// Unique in its set.
    pub id: String,
    /// In what they differed: `missing`, `label`, `boundary`, `attribute`, `relation`; empty if in
    /// nothing.
    pub kind: String,
    /// What each of them said, one statement for each annotator who was asked.
    pub said: Vec<Statement>,
    /// The names of those whose version was taken; empty if the curator took none.
    pub taken: Vec<String>,
    /// What gold says by it; empty if nothing belongs there.
    pub gold: Vec<Statement>,
    /// Why, in the curator's words; empty if not said.
    pub reason: String,
    /// The rule of the guidelines that decides such cases; empty if none.
    pub rule: String,
    /// When.
    pub created: Option<Timestamp>,
    /// Unknown keys of its file.
    pub extra: Extra,
}

/// What somebody said at a place, in words that stand by themselves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// Who; empty for gold.
    pub annotator: String,
    /// The id of their annotation, relation or entity; empty if they have nothing there.
    pub id: String,
    /// Its label.
    pub label: String,
    /// The text that it covers; of a relation those of its ends.
    pub text: String,
    /// What else it says: its attributes, and the entity that it mentions; empty if nothing.
    pub details: String,
}

impl Statement {
    /// Label, text and details in one line, the text cut to `n` characters; `nothing` for none.
    pub fn words(&self, n: usize) -> String {
        self.shown(n, str::to_owned)
    }

    /// The same, where text and details are shown in some way each.
    pub fn shown(&self, n: usize, show: impl Fn(&str) -> String) -> String {
        if self.label.is_empty() && self.text.is_empty() {
            return "nothing".to_owned();
        }
        let line = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut letters = line.chars();
        let short: String = letters.by_ref().take(n).collect();
        let more = if letters.next().is_some() { "…" } else { "" };
        let details =
            if self.details.is_empty() { String::new() } else { format!(" ({})", show(&self.details)) };
        format!("{} “{}”{details}", self.label, show(&format!("{short}{more}")))
    }
}

impl Ruling {
    /// True if it decided about all of some statements, as they are now.
    pub fn settles(&self, statements: &[Statement]) -> bool {
        statements.iter().all(|it| it.id.is_empty() || self.said.contains(it))
    }

    /// True if somebody said something there, or nothing, and gold says something else.
    pub fn overrules(&self, annotator: &str) -> bool {
        let was_asked = self.said.iter().any(|it| it.annotator == annotator);
        let said_nothing = self.said.iter().any(|it| it.annotator == annotator && it.id.is_empty());
        let took_nothing = self.taken.is_empty() && self.gold.is_empty();
        was_asked && !self.taken.iter().any(|it| it == annotator) && !(said_nothing && took_nothing)
    }

    /// True if any of its words contains a text, upper and lower case alike.
    pub fn contains(&self, text: &str) -> bool {
        let text = text.to_lowercase();
        let said = self
            .said
            .iter()
            .chain(&self.gold)
            .flat_map(|it| [&it.annotator, &it.label, &it.text, &it.details]);
        said.chain([&self.kind, &self.reason, &self.rule]).any(|it| it.to_lowercase().contains(&text))
    }
}
