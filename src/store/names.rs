//! Names of people as names of folders that are safe on every system.

use crate::file::sha256;
use crate::model::Owner;

/// Names that Windows keeps for devices.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// The longest folder name in characters, far below every system's limit.
const MAX_LENGTH: usize = 40;

/// The folder name for an owner: lower case, with spaces as hyphens. A name that loses anything
/// else on the way gets a short hash, so that two such names never meet.
pub(super) fn folder_name(owner: &Owner) -> String {
    let name = owner.name();
    if *owner == Owner::Gold {
        return name.to_owned();
    }
    let folded: String = name.chars().flat_map(char::to_lowercase).collect::<String>().replace(' ', "-");
    let safe: String = folded
        .chars()
        .map(|it| if it.is_alphanumeric() || it == '-' || it == '_' { it } else { '-' })
        .take(MAX_LENGTH)
        .collect();
    let safe = safe.trim_matches('-');
    let is_device = DEVICES.contains(&safe)
        || ["com", "lpt"].iter().any(|it| {
            safe.strip_prefix(it)
                .is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(|it| it.is_numeric()))
        });
    if safe == folded && !safe.is_empty() && safe != "gold" && !is_device {
        safe.to_owned()
    } else {
        hashed_folder_name(owner, safe)
    }
}

/// The folder name with a hash of the real name, for when the plain one is taken.
pub(super) fn hashed_folder_name(owner: &Owner, safe: &str) -> String {
    let hash = &sha256(owner.name().as_bytes())[..8];
    if safe.is_empty() { format!("annotator-{hash}") } else { format!("{safe}-{hash}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> String {
        folder_name(&Owner::Annotator(name.into()))
    }

    #[test]
    fn plain_names_stay_plain() {
        assert_eq!(folder_name(&Owner::Gold), "gold");
        assert_eq!(name("Rina"), "rina");
        assert_eq!(name("Rina Sari"), "rina-sari");
        assert_eq!(name("Бабушка"), "бабушка");
        assert_eq!(name("model-x"), "model-x");
    }

    #[test]
    fn names_never_leave_the_folder_and_never_meet() {
        let names = [
            "..",
            ".",
            "",
            " ",
            "/",
            "a/b",
            "a\\b",
            "a:b",
            "con",
            "NUL",
            "com1",
            "lpt9",
            "Gold",
            "a.",
            "a",
            "../../etc",
            "a\0b",
            "José",
            "Jose\u{301}",
            &"x".repeat(300),
            &"x".repeat(301),
            ".sorot",
        ];
        let folders: Vec<String> = names.iter().map(|it| name(it)).collect();
        for folder in &folders {
            assert!(!folder.is_empty() && folder.len() < 200, "{folder}");
            assert!(!folder.contains(['/', '\\', ':', '.', '\0', ' ']), "{folder}");
            assert!(folder != "gold" && !DEVICES.contains(&folder.as_str()), "{folder}");
        }
        let unique: std::collections::BTreeSet<&String> = folders.iter().collect();
        assert_eq!(unique.len(), folders.len(), "{folders:?}");
    }
}
