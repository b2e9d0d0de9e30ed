//! Names of files that every system takes.

/// Names that Windows keeps for devices.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];

/// True if every system takes a file of that name.
pub(crate) fn is_portable(name: &str) -> bool {
    let is_refused = |it: char| it.is_control() || "<>:\"|?*\\".contains(it);
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_lowercase();
    !name.contains(is_refused) && !name.ends_with(['.', ' ']) && !is_device(&stem)
}

/// A path below a folder that every system takes, as near as possible to a name from elsewhere.
pub fn portable_path(name: &str) -> String {
    let portable = |part: &str| {
        let refused = |it: char| it.is_control() || "<>:\"|?*\\".contains(it);
        let mut part: String = part.chars().map(|it| if refused(it) { '-' } else { it }).collect();
        // With what stands after it in the names of other files, what every file system takes.
        part.truncate(part.floor_char_boundary(120));
        let part = part.trim_start_matches('.').trim_matches(' ').trim_end_matches(['.', ' ']);
        match part {
            "" => "article".to_owned(),
            part if is_portable(part) => part.to_owned(),
            part => format!("-{part}"),
        }
    };
    let parts: Vec<String> =
        name.split(['/', '\\']).filter(|part| !["", ".", ".."].contains(part)).map(portable).collect();
    if parts.is_empty() { "article".to_owned() } else { parts.join("/") }
}

/// True if Windows keeps a name for a device.
pub(crate) fn is_device(name: &str) -> bool {
    DEVICES.contains(&name)
        || ["com", "lpt"].iter().any(|it| {
            name.strip_prefix(it)
                .is_some_and(|rest| rest.chars().count() == 1 && rest.chars().all(|it| it.is_numeric()))
        })
}
