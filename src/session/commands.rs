//! Everything that has a name in a menu, a key, a line in the key sheet: one row each.

mod table;

use super::{Action, AdjudicateAction, AnnotateAction, NavigateAction, Session, WindowAction};
use crate::compare::adjudication::Choice;

pub use table::COMMANDS;

/// Where a command stands in the menus and in the key sheet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Projects and articles as files.
    File,
    /// Undo and the like.
    Edit,
    /// Annotations.
    Annotate,
    /// From place to place.
    Go,
    /// Annotators side by side, and gold.
    Compare,
    /// The caret and selecting with the keyboard; in no menu.
    Caret,
    /// The window.
    View,
    /// Help.
    Help,
}

impl Group {
    /// All, in the order of menus.
    pub const ALL: &[Group] = &[
        Group::File,
        Group::Edit,
        Group::Annotate,
        Group::Go,
        Group::Compare,
        Group::Caret,
        Group::View,
        Group::Help,
    ];

    /// The menu's name.
    pub fn name(self) -> &'static str {
        match self {
            Group::File => "File",
            Group::Edit => "Edit",
            Group::Annotate => "Annotate",
            Group::Go => "Go",
            Group::Compare => "Compare",
            Group::Caret => "Caret and selection",
            Group::View => "View",
            Group::Help => "Help",
        }
    }
}

/// A named row of the menus.
pub struct Command {
    /// Never renamed: what settings and tests call it.
    pub id: &'static str,
    /// What the menu says; “…” at its end when it asks for more.
    pub text: &'static str,
    /// What it does, in a sentence.
    pub help: &'static str,
    /// The keys that start it, most telling first, as `Ctrl+Alt+Shift+Key`; none is `&[]`.
    pub keys: &'static [&'static str],
    /// Its menu.
    pub group: Group,
    /// What it asks for now; nothing where it is not possible.
    pub action: fn(&Session) -> Option<Action>,
}

/// The command that a key starts.
pub fn command_for(keys: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.keys.contains(&keys))
}

/// What a command asks for while no project is open.
pub fn without_project(command: &Command) -> Option<WindowAction> {
    match command.id {
        "open-folder" => Some(WindowAction::OpenFolder),
        "open-article" => Some(WindowAction::OpenArticle),
        "quit" => Some(WindowAction::Quit),
        "theme" => Some(WindowAction::Theme),
        "full-screen" => Some(WindowAction::FullScreen),
        "keys" => Some(WindowAction::Keys),
        _ => None,
    }
}

/// What a key means while the article has the keyboard.
#[derive(Clone, Debug, PartialEq)]
pub enum KeyMeaning {
    /// Nothing here; others may take it.
    Nothing,
    /// It is the key of a command that is not possible now.
    NotNow,
    /// It asks for this.
    Action(Action),
}

/// What a key means while the article has the keyboard: a choice among offered other ends or between
/// annotators, a command, or a label.
pub fn key_meaning(session: &Session, keys: &str) -> KeyMeaning {
    if session.offer().is_some() {
        let digit = keys.parse::<usize>().ok().filter(|digit| (1..=9).contains(digit));
        match (keys, digit) {
            ("Enter", _) => return KeyMeaning::Action(AnnotateAction::TakeCandidate(None).into()),
            ("Right" | "Down" | "Tab", _) => {
                return KeyMeaning::Action(NavigateAction::Candidate { forward: true }.into());
            }
            ("Left" | "Up" | "Shift+Tab", _) => {
                return KeyMeaning::Action(NavigateAction::Candidate { forward: false }.into());
            }
            (_, Some(digit)) => {
                return KeyMeaning::Action(AnnotateAction::TakeCandidate(Some(digit - 1)).into());
            }
            _ => {}
        }
    }
    if session.offer().is_none()
        && session.shown_unit().is_some()
        && let Ok(digit) = keys.parse::<usize>()
        && digit <= 9
    {
        let choice = digit.checked_sub(1).map_or(Choice::Neither, Choice::One);
        return KeyMeaning::Action(AdjudicateAction::Rule(choice).into());
    }
    if let Some(command) = command_for(keys) {
        return (command.action)(session).map_or(KeyMeaning::NotNow, KeyMeaning::Action);
    }
    let mut letters = keys.chars();
    let label = match (letters.next(), letters.next()) {
        (Some(letter), None) => session
            .schema()
            .labels
            .iter()
            .find(|label| label.key.is_some_and(|key| letter.to_lowercase().eq([key]))),
        _ => None,
    };
    match label.filter(|_| session.document().is_some()) {
        Some(label) => KeyMeaning::Action(AnnotateAction::Label(label.name.clone()).into()),
        None => KeyMeaning::Nothing,
    }
}

/// True if a plain key already starts a command, so that no label can have it.
pub fn is_command_key(key: char) -> bool {
    let upper: String = key.to_uppercase().collect();
    command_for(&upper).is_some() || key.is_ascii_digit()
}

impl From<WindowAction> for Action {
    fn from(action: WindowAction) -> Action {
        Action::Window(action)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ids_and_keys_are_unique_and_texts_say_something() {
        let mut ids = BTreeSet::new();
        let mut keys = BTreeSet::new();
        for command in COMMANDS {
            assert!(ids.insert(command.id), "{} stands twice", command.id);
            assert!(!command.text.is_empty() && !command.help.is_empty(), "{} says nothing", command.id);
            assert!(!command.help.ends_with('.'), "{}: one sentence has no full stop", command.id);
            for key in command.keys {
                assert!(keys.insert(*key), "{key} starts two commands");
            }
        }
    }

    #[test]
    fn every_group_has_a_command() {
        for group in Group::ALL {
            assert!(COMMANDS.iter().any(|command| command.group == *group), "{} is empty", group.name());
        }
    }
}
