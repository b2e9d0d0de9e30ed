//! Names that are given once, and who annotated what has several names.

use std::collections::BTreeSet;

/// The name, with a number if it is taken.
pub(super) fn unused(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    distinct(wanted, taken, str::to_owned)
}

/// The same for files, whose names many a disk takes for one if they differ in case alone.
pub(super) fn unused_file(wanted: &str, taken: &mut BTreeSet<String>) -> String {
    distinct(wanted, taken, str::to_lowercase)
}

fn distinct(wanted: &str, taken: &mut BTreeSet<String>, key: fn(&str) -> String) -> String {
    let mut name = wanted.to_owned();
    let mut n = 1;
    while !taken.insert(key(&name)) {
        n += 1;
        name = format!("{wanted}-{n}");
    }
    name
}

/// Of texts, each with its name and the place where it is kept, the places that hold a text of
/// which another place holds a copy by the same name: there, several people annotated one text.
pub(super) fn with_copies<'a>(
    texts: impl IntoIterator<Item = (&'a str, &'a str, &'a str)>,
) -> BTreeSet<&'a str> {
    let mut texts: Vec<(&str, &str, &str)> = texts.into_iter().collect();
    texts.sort_unstable();
    let same = texts.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    let copies = same.filter(|it| it.windows(2).any(|pair| pair[0].2 != pair[1].2));
    copies.flatten().map(|it| it.2).collect()
}
