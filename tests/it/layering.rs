//! Imports point down only: the table below is the architecture, and this test is its guard.
//!
//! It reads source lines, not syntax: comments are dropped, and every path that starts with
//! `crate::` or names a watched crate counts, wherever it stands.

use std::fs;
use std::path::{Path, PathBuf};

/// Every folder of `src/`, and the folders it may use besides itself.
const LAYERS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("model", &["text"]),
    ("compare", &["text", "model"]),
    ("file", &["text", "model"]),
    ("format", &["text", "model", "file"]),
    ("reader", &["text", "model", "file"]),
    ("store", &["text", "model", "file"]),
    ("session", &["text", "model", "compare", "file", "format", "reader", "store"]),
    ("cli", &["text", "model", "compare", "file", "format", "reader", "store", "session"]),
    ("gui", &["text", "model", "file", "format", "reader", "session"]),
];

/// What is kept to some places: paths, and the starts of those file paths that may name them.
/// Tests at the end of a file are free of these rules.
const ONLY_IN: &[(&[&str], &[&str])] = &[
    (
        &[
            "egui",
            "eframe",
            "egui_winit",
            "egui_kittest",
            "rfd",
            "parley",
            "fontique",
            "swash",
            "softbuffer",
            "libloading",
        ],
        &["gui/"],
    ),
    (&["serde", "serde_json"], &["file/", "format/", "reader/", "store/", "cli/", "gui/settings.rs"]),
    (
        &["std::fs", "tempfile"],
        &[
            "store/disk.rs",
            "store/export.rs",
            "store/sample.rs",
            "store/sync/",
            "cli/",
            "gui/settings.rs",
            "gui/dialogs",
            "gui/font_packages.rs",
            "main.rs",
        ],
    ),
    (&["SystemTime::now", "Instant::now"], &["session/", "cli/", "gui/", "main.rs"]),
    (&["std::net"], &[]),                            // no network, from anywhere
    (&["std::process::Command"], &["store/git.rs"]), // git, and no other program
    (&["clap"], &["cli/", "main.rs"]),
    (&["anyhow"], &["cli/", "gui/", "main.rs"]),
];

/// Forms that would hide an import from this test or from a reader.
const REFUSED: &[&str] = &["use crate::{", "super::super::"];

/// Past this a file holds a second thing that wants its own.
const MOST_LINES: usize = 800;

#[test]
fn imports_point_down() {
    let mut violations = Vec::new();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&src);
    assert!(files.len() > LAYERS.len(), "the sources are there");
    for file in files {
        let source = fs::read_to_string(&file).expect("a source file is UTF-8");
        let path = file.strip_prefix(&src).expect("it was found there").to_string_lossy().replace('\\', "/");
        violations.extend(check(&path, &source));
    }
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn every_folder_has_its_row() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders: Vec<String> = fs::read_dir(src)
        .expect("src is readable")
        .filter_map(|entry| entry.ok().filter(|it| it.path().is_dir()))
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut rows: Vec<&str> = LAYERS.iter().map(|(layer, _)| *layer).collect();
    rows.sort_unstable();
    assert_eq!(folders, rows);
}

#[test]
fn violations_are_found() {
    // One line a case: file, a line in it, and what is wrong with it; nothing if it is right.
    let cases = [
        ("text/a.rs", "use crate::model::Project;", "text may not use model"),
        ("model/a.rs", "use crate::text::Text;", ""),
        ("model/a.rs", "    let x = crate::session::Session::new();", "model may not use session"),
        ("model/a.rs", "// as crate::session does", ""),
        ("model/a.rs", "pub(crate) fn x() {}", ""),
        ("format/a.rs", "use crate::store::Store;", "format may not use store"),
        ("store/a.rs", "use crate::format::FORMATS;", "store may not use format"),
        ("session/a.rs", "use crate::store::Store;", ""),
        ("gui/a.rs", "use crate::store::Store;", "gui may not use store"),
        ("gui/a.rs", "use crate::cli::run;", "gui may not use cli"),
        ("cli/a.rs", "use crate::gui::App;", "cli may not use gui"),
        ("gui/mod.rs", "use super::store::Store;", "gui may not use store"),
        ("gui/panels/mod.rs", "use super::store::StoreView;", ""),
        ("gui/a.rs", "use crate::{model::Project};", "`use crate::{` is refused"),
        ("gui/a.rs", "use super::super::x;", "`super::super::` is refused"),
        ("new/a.rs", "", "new has no row in LAYERS"),
        ("session/a.rs", "use egui::Ui;", "egui does not belong here"),
        ("session/a.rs", "fn f(ui: &mut egui::Ui) {}", "egui does not belong here"),
        ("session/a.rs", "fn f(my_egui: u8) {}", ""),
        ("gui/a.rs", "use egui::Ui;", ""),
        ("model/a.rs", "#[derive(serde::Serialize)]", "serde does not belong here"),
        ("gui/a.rs", "use serde::Serialize;", "serde does not belong here"),
        ("gui/settings.rs", "use serde::Serialize;", ""),
        ("file/a.rs", "use std::fs::File;", "std::fs does not belong here"),
        ("file/a.rs", "use std::{fmt, fs};", "std::fs does not belong here"),
        ("file/a.rs", "use std::{fmt, io};", ""),
        ("cli/a.rs", "let it = std::net::TcpStream::connect(it);", "std::net does not belong here"),
        ("store/a.rs", "use std::process::{Child, Command};", "std::process::Command does not belong here"),
        ("store/git.rs", "use std::process::{Child, Command};", ""),
        ("store/a.rs", "let now = std::time::SystemTime::now();", "SystemTime::now does not belong here"),
        ("session/a.rs", "let now = Instant::now();", ""),
        ("text/a.rs", "#[cfg(test)]\nmod tests {\n    use std::fs;\n}", ""),
        (
            "text/a.rs",
            "#[cfg(test)]\nmod tests {\n    use crate::model::Project;\n}",
            "text may not use model",
        ),
    ];
    for (path, line, expected) in cases {
        let violations = check(path, &format!("//! A planted file.\n\n{line}\n"));
        if expected.is_empty() {
            assert_eq!(violations, Vec::<String>::new(), "{path}: {line}");
        } else {
            assert_eq!(violations.len(), 1, "{path}: {line}: {violations:?}");
            assert!(violations[0].ends_with(expected), "{path}: {line}: {violations:?}");
        }
    }
    assert_eq!(check("text/a.rs", "use std::fmt;\n"), ["src/text/a.rs: it does not start with a `//!` line"]);
    let long = format!("//! Long.\n{}", "\n".repeat(MOST_LINES));
    assert_eq!(check("text/a.rs", &long), ["src/text/a.rs: it has 801 lines"]);
}

/// What is wrong with a file, one line each. `path` starts below `src/`.
fn check(path: &str, source: &str) -> Vec<String> {
    let mut violations = Vec::new();
    let mut add = |place: String, what: String| violations.push(format!("src/{path}{place}: {what}"));
    let layer = path.split_once('/').map(|(layer, _)| layer);
    let row = LAYERS.iter().find(|(name, _)| Some(*name) == layer);
    if let (Some(layer), None) = (layer, row) {
        add(String::new(), format!("{layer} has no row in LAYERS"));
    }
    if !source.starts_with("//! ") {
        add(String::new(), "it does not start with a `//!` line".to_owned());
    }
    let n_lines = source.lines().count();
    if n_lines > MOST_LINES {
        add(String::new(), format!("it has {n_lines} lines"));
    }
    let tests_at =
        source.find("#[cfg(test)]\nmod tests").map_or(usize::MAX, |at| source[..at].lines().count());
    for (i, line) in source.lines().enumerate() {
        let code = expand_std(line.split("//").next().unwrap_or_default());
        let place = || format!(":{}", i + 1);
        for form in REFUSED.iter().filter(|form| code.contains(**form)) {
            add(place(), format!("`{form}` is refused"));
        }
        if let Some((layer, may_use)) = row {
            // From a layer's own mod.rs, `super` is the crate.
            let is_root = path == format!("{layer}/mod.rs");
            let is_used = |name: &str| {
                has_path(&code, &format!("crate::{name}"))
                    || is_root && has_path(&code, &format!("super::{name}"))
            };
            for (other, _) in LAYERS.iter().filter(|(other, _)| other != layer && !may_use.contains(other)) {
                if is_used(other) {
                    add(place(), format!("{layer} may not use {other}"));
                }
            }
        }
        if i >= tests_at {
            continue;
        }
        for (names, places) in ONLY_IN {
            for name in names.iter().filter(|name| has_path(&code, name)) {
                if !places.iter().any(|place| path.starts_with(place)) {
                    add(place(), format!("{name} does not belong here"));
                }
            }
        }
    }
    violations
}

/// True if `path` stands in `code` as whole names and something is taken from it, or it is used or
/// called itself.
fn has_path(code: &str, path: &str) -> bool {
    let is_name = |it: char| it.is_alphanumeric() || it == '_';
    code.match_indices(path).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + path.len()..];
        let is_whole = !before.is_some_and(is_name) && !after.starts_with(is_name);
        // A local module may share a crate's name: `crate::gui::swash` is none of our business.
        let is_start = path.contains("::") || !code[..at].ends_with("::") || code[..at].ends_with(" ::");
        let is_taken =
            after.starts_with("::") || after.starts_with([';', '(', ',', '}']) || after.starts_with(" as ");
        is_whole
            && is_start
            && is_taken
            && (path.contains("::") || after.starts_with("::") || code.contains("use "))
    })
}

/// `std::{fmt, fs}` as `std::fmt, std::fs`, so that groups hide nothing.
fn expand_std(code: &str) -> String {
    if let Some((before, rest)) = code.split_once("std::process::{") {
        let names = rest.split_once('}').map_or(rest, |it| it.0).split(',');
        let paths: Vec<String> = names.map(|name| format!("std::process::{}", name.trim())).collect();
        return format!("{before}{};", paths.join(", "));
    }
    let group = code.split_once("std::{").and_then(|(before, rest)| Some((before, rest.split_once('}')?)));
    let Some((before, (names, after))) = group else { return code.to_owned() };
    let paths: Vec<String> = names.split(',').map(|name| format!("std::{}", name.trim())).collect();
    format!("{before}{}{after}", paths.join(", "))
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("a source folder is readable").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|it| it == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}
