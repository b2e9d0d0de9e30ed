//! Keys as the table of commands writes them.

use egui::{Event, Key, Modifiers};

/// The keys of an event as `Ctrl+Alt+Shift+Key`; nothing if it is no key press.
///
/// The command key of a Mac counts as Ctrl. The name is that of the letter the layout gives; where
/// it gives none of the Latin ones, egui names the physical key, so that labels can be given from
/// a Cyrillic or Arabic layout.
pub fn chord(event: &Event) -> Option<String> {
    match event {
        Event::Key { key, pressed: true, modifiers, .. } => Some(print(*key, *modifiers)),
        // Windows turn these three into events of their own.
        Event::Copy => Some("Ctrl+C".to_owned()),
        _ => None,
    }
}

fn print(key: Key, modifiers: Modifiers) -> String {
    let mut shift = modifiers.shift;
    let name = match key {
        Key::ArrowLeft => "Left",
        Key::ArrowRight => "Right",
        Key::ArrowUp => "Up",
        Key::ArrowDown => "Down",
        Key::OpenBracket => "[",
        Key::CloseBracket => "]",
        Key::OpenCurlyBracket => {
            shift = true;
            "["
        }
        Key::CloseCurlyBracket => {
            shift = true;
            "]"
        }
        // Ctrl and plus zooms; plus alone finds occurrences, with or without Shift on its key.
        Key::Plus if modifiers.command => {
            shift = false;
            "Plus"
        }
        Key::Equals if modifiers.command => "Plus",
        Key::Equals if modifiers.shift => {
            shift = false;
            "+"
        }
        Key::Plus => {
            shift = false;
            "+"
        }
        key => key.name(),
    };
    let mut chord = String::new();
    for (is_held, modifier) in
        [(modifiers.command || modifiers.ctrl, "Ctrl+"), (modifiers.alt, "Alt+"), (shift, "Shift+")]
    {
        if is_held {
            chord.push_str(modifier);
        }
    }
    chord + name
}

/// The letter or digit of a plain chord, in lower case.
pub fn plain_letter(chord: &str) -> Option<char> {
    let mut characters = chord.chars();
    match (characters.next(), characters.next()) {
        (Some(letter), None) => letter.to_lowercase().next(),
        _ => None,
    }
}

/// True for keys that mean the window even while text is being typed.
pub fn is_for_window(chord: &str) -> bool {
    let key = chord.rsplit('+').next().unwrap_or_default();
    let is_function = key.strip_prefix('F').is_some_and(|number| number.parse::<u8>().is_ok());
    let others = [
        "Ctrl+F",
        "Ctrl+G",
        "Ctrl+S",
        "Ctrl+O",
        "Ctrl+Shift+O",
        "Ctrl+P",
        "Ctrl+Q",
        "Ctrl+Enter",
        "Alt+Up",
        "Alt+Down",
    ];
    is_function || others.contains(&chord)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_keys_as_the_table_writes_them() {
        let shift_ctrl = Modifiers::CTRL | Modifiers::COMMAND | Modifiers::SHIFT;
        for (key, modifiers, expected) in [
            (Key::Z, shift_ctrl, "Ctrl+Shift+Z"),
            (Key::ArrowLeft, Modifiers::ALT, "Alt+Left"),
            (Key::OpenCurlyBracket, Modifiers::SHIFT, "Shift+["),
            (Key::OpenBracket, Modifiers::SHIFT, "Shift+["),
            (Key::Plus, Modifiers::SHIFT, "+"),
            (Key::Equals, Modifiers::SHIFT, "+"),
            (Key::Plus, Modifiers::CTRL | Modifiers::COMMAND, "Ctrl+Plus"),
            (Key::Num0, Modifiers::CTRL | Modifiers::COMMAND, "Ctrl+0"),
            (Key::F1, Modifiers::NONE, "F1"),
            (Key::Escape, Modifiers::NONE, "Escape"),
        ] {
            assert_eq!(print(key, modifiers), expected);
        }
    }

    #[test]
    fn every_key_of_the_table_can_be_printed() {
        let modifiers =
            [Modifiers::NONE, Modifiers::SHIFT, Modifiers::CTRL | Modifiers::COMMAND, Modifiers::ALT];
        let mut printable = std::collections::BTreeSet::new();
        for &key in Key::ALL {
            for a in modifiers {
                for b in modifiers {
                    for c in modifiers {
                        printable.insert(print(key, a | b | c));
                    }
                }
            }
        }
        for command in crate::session::COMMANDS {
            for key in command.keys {
                assert!(printable.contains(*key), "{key} of {} is no key", command.id);
            }
        }
    }
}
