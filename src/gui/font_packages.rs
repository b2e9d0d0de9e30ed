//! What to install when letters show as boxes: the scripts that no font has, and the package that
//! brings one.

use std::collections::BTreeSet;
use std::fs;

use icu_properties::props::{Emoji, Script};
use icu_properties::{CodePointMapData, CodePointSetData, PropertyNamesLong};

/// What the status bar says about letters without a font.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FontHint {
    /// For the bar itself.
    pub text: String,
    /// More, for whoever asks.
    pub help: String,
}

/// Whose packages to name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Debian, Ubuntu and what is made from them.
    Debian,
    /// Fedora, and what is made from it.
    Fedora,
    /// Arch Linux, and what is made from it.
    Arch,
    /// Windows.
    Windows,
    /// Any other: fonts are named instead.
    Other,
}

/// Fonts that packages keep together, which is much the same on all systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Letters,
    EastAsian,
    Emoji,
}

/// The Noto packages of Debian, Fedora and Arch, by [`Kind`].
const PACKAGES: [[&str; 3]; 3] = [
    ["fonts-noto-core", "google-noto-fonts-all", "noto-fonts"],
    ["fonts-noto-cjk", "google-noto-sans-cjk-fonts", "noto-fonts-cjk"],
    ["fonts-noto-color-emoji", "google-noto-color-emoji-fonts", "noto-fonts-emoji"],
];

/// Names past this many are counted.
const MOST_NAMES: usize = 3;

impl System {
    /// The system that the program runs on.
    pub fn here() -> System {
        if cfg!(windows) {
            System::Windows
        } else {
            System::of_release(&fs::read_to_string("/etc/os-release").unwrap_or_default())
        }
    }

    /// From the content of `/etc/os-release`, which Linux systems describe themselves in.
    fn of_release(release: &str) -> System {
        let ids = release
            .lines()
            .filter_map(|line| line.strip_prefix("ID=").or_else(|| line.strip_prefix("ID_LIKE=")));
        let mut names = ids.flat_map(|ids| ids.trim_matches('"').split(' '));
        let known = names.find_map(|name| match name {
            "debian" | "ubuntu" => Some(System::Debian),
            "fedora" => Some(System::Fedora),
            "arch" => Some(System::Arch),
            _ => None,
        });
        known.unwrap_or(System::Other)
    }

    /// What brings fonts of a kind.
    fn package(self, kind: Kind, script: &str) -> String {
        let place = match self {
            System::Debian => 0,
            System::Fedora => 1,
            System::Arch => 2,
            System::Windows | System::Other => {
                return match kind {
                    Kind::Letters if script == SIGNS => "Noto Sans Symbols".to_owned(),
                    Kind::Letters => format!("Noto Sans {script}"),
                    Kind::EastAsian => "Noto Sans CJK".to_owned(),
                    Kind::Emoji => "Noto Color Emoji".to_owned(),
                };
            }
        };
        PACKAGES[kind as usize][place].to_owned()
    }
}

/// What to say about characters that no font has; nothing if no font could have them, as is so for
/// those without a meaning of their own.
pub fn font_hint(missing: &BTreeSet<char>, system: System) -> Option<FontHint> {
    let found: BTreeSet<(String, Kind)> = missing.iter().filter_map(|&it| script(it)).collect();
    if found.is_empty() {
        return None;
    }
    let mut packages: Vec<String> = vec![];
    for (script, kind) in &found {
        let package = system.package(*kind, script);
        if !packages.contains(&package) {
            packages.push(package);
        }
    }
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    let packages = packages.join(" ");
    let text = format!("No font for {}: install {packages}", list(&names));
    let how = match system {
        System::Debian => format!("sudo apt install {packages}"),
        System::Fedora => format!("sudo dnf install {packages}"),
        System::Arch => format!("sudo pacman -S {packages}"),
        System::Windows => format!(
            "Look under Settings, System, Optional features, or download {packages} from fonts.google.com/noto"
        ),
        System::Other => {
            format!("{packages} can be had from your system's packages or fonts.google.com/noto")
        }
    };
    let help =
        format!("Letters without a font show as boxes with their code.\n{how}\nThen start Sorot again.");
    Some(FontHint { text, help })
}

const SIGNS: &str = "signs";

/// What a character belongs to, in words, and the fonts that have it.
fn script(character: char) -> Option<(String, Kind)> {
    let script = CodePointMapData::<Script>::new().get(character);
    let kind = match script {
        Script::Unknown => return None,
        Script::Common | Script::Inherited => {
            let is_emoji = CodePointSetData::new::<Emoji>().contains(character);
            return Some(if is_emoji {
                ("emoji".to_owned(), Kind::Emoji)
            } else {
                (SIGNS.to_owned(), Kind::Letters)
            });
        }
        Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo => {
            Kind::EastAsian
        }
        _ => Kind::Letters,
    };
    let name = PropertyNamesLong::<Script>::new().get(script)?;
    Some((name.replace('_', " "), kind))
}

/// `Khmer, Thai and 2 more`.
fn list(names: &[&str]) -> String {
    match names {
        [one] => (*one).to_owned(),
        [first @ .., last] if names.len() <= MOST_NAMES => format!("{} and {last}", first.join(", ")),
        _ => {
            let n_more = names.len() - (MOST_NAMES - 1);
            format!("{} and {n_more} more", names[..MOST_NAMES - 1].join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn text(characters: &str, system: System) -> Option<String> {
        font_hint(&characters.chars().collect(), system).map(|hint| hint.text)
    }

    #[test]
    fn the_package_is_named_for_each_system() {
        let all = [System::Debian, System::Fedora, System::Arch, System::Windows, System::Other];
        let said: Vec<String> = all.iter().filter_map(|&system| text("ខ្", system)).collect();
        expect![[r#"
            No font for Khmer: install fonts-noto-core
            No font for Khmer: install google-noto-fonts-all
            No font for Khmer: install noto-fonts
            No font for Khmer: install Noto Sans Khmer
            No font for Khmer: install Noto Sans Khmer"#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn several_scripts_are_named_together() {
        let said: Vec<String> = ["中文", "ไខ", "ไ中😀", "ไខ中한ကक", "☙𐎀"]
            .iter()
            .filter_map(|characters| text(characters, System::Debian))
            .collect();
        expect![[r#"
            No font for Han: install fonts-noto-cjk
            No font for Khmer and Thai: install fonts-noto-core
            No font for Han, Thai and emoji: install fonts-noto-cjk fonts-noto-core fonts-noto-color-emoji
            No font for Devanagari, Han and 4 more: install fonts-noto-core fonts-noto-cjk
            No font for Ugaritic and signs: install fonts-noto-core"#]]
        .assert_eq(&said.join("\n"));
    }

    #[test]
    fn what_no_font_could_have_is_not_asked_for() {
        assert_eq!(text("\u{E000}\u{10FFFD}\u{378}", System::Debian), None);
        assert_eq!(text("", System::Debian), None);
    }

    #[test]
    fn a_system_is_known_by_its_name_or_by_whom_it_is_made_from() {
        let of = System::of_release;
        assert_eq!(of("NAME=\"Debian GNU/Linux\"\nID=debian\n"), System::Debian);
        assert_eq!(of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), System::Debian);
        assert_eq!(of("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), System::Fedora);
        assert_eq!(of("ID=manjaro\nID_LIKE=arch\n"), System::Arch);
        assert_eq!(of("ID=void\n"), System::Other);
        assert_eq!(of(""), System::Other);
    }
}
