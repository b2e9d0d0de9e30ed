//! The trash: what goes there comes back to the letter, and nothing comes back to a wrong place.

use std::fs;
use std::path::Path;

use sorot::file::TrashNote;
use sorot::model::{Report, Timestamp};
use sorot::store::{Folder, StoreError};
use tempfile::TempDir;

const PATH: &str = "annotations/rina/a.txt.json";

fn project() -> (TempDir, Folder) {
    let dir = TempDir::new().unwrap();
    fs::create_dir_all(dir.path().join("annotations/rina")).unwrap();
    fs::write(dir.path().join("a.txt"), "Kyiv").unwrap();
    fs::write(dir.path().join(PATH), "one").unwrap();
    let folder = Folder::open(dir.path(), &mut Report::default()).unwrap().folder;
    (dir, folder)
}

fn note(path: &str, at: i64) -> TrashNote {
    TrashNote { at: Timestamp(at), by: "Rina".into(), why: "try".into(), path: path.into() }
}

fn read(dir: &Path) -> String {
    fs::read_to_string(dir.join(PATH)).unwrap()
}

#[test]
fn what_was_removed_comes_back_and_what_was_there_goes_to_the_trash() {
    let (dir, folder) = project();
    folder.move_to_trash(&note(PATH, 1_000)).unwrap();
    assert!(!dir.path().join(PATH).exists());
    fs::write(dir.path().join(PATH), "two").unwrap();

    let entries = folder.trash();
    assert_eq!(entries.len(), 1);
    assert_eq!((entries[0].note.clone(), entries[0].n_bytes), (Some(note(PATH, 1_000)), 3));
    assert_eq!(folder.restore(&entries[0].id, "Rina", Timestamp(2_000)).unwrap(), PATH);
    assert_eq!(read(dir.path()), "one");

    let entries = folder.trash();
    assert_eq!(entries.len(), 2, "newest first");
    folder.restore(&entries[0].id, "Rina", Timestamp(3_000)).unwrap();
    assert_eq!(read(dir.path()), "two");
    assert!(fs::read_to_string(dir.path().join(".sorot/.gitignore")).unwrap().contains('*'));
}

#[test]
fn copies_of_one_second_do_not_meet() {
    let (dir, folder) = project();
    folder.copy_to_trash(&note(PATH, 1_000)).unwrap();
    folder.copy_to_trash(&note(PATH, 1_000)).unwrap();
    fs::write(dir.path().join(PATH), "two").unwrap();
    folder.copy_to_trash(&note(PATH, 1_000)).unwrap();
    folder.copy_to_trash(&note("a.txt", 1_000)).unwrap();
    folder.copy_to_trash(&note("missing.txt", 1_000)).unwrap();
    assert_eq!(folder.trash().len(), 3, "the same content of the same file once");
}

#[test]
fn only_what_is_old_is_removed_for_good() {
    let (_dir, folder) = project();
    folder.copy_to_trash(&note(PATH, 1_000)).unwrap();
    folder.copy_to_trash(&note(PATH, 2_000)).unwrap();
    assert_eq!(folder.empty_trash(Timestamp(2_000)).unwrap(), 1);
    assert_eq!(folder.trash()[0].note, Some(note(PATH, 2_000)), "newest first, and still there");
}

#[test]
fn a_broken_note_is_listed_and_harms_nobody() {
    let (dir, folder) = project();
    folder.copy_to_trash(&note(PATH, 1_000)).unwrap();
    let id = folder.trash()[0].id.clone();
    let file = dir.path().join(".sorot/trash").join(&id).with_extension("json");
    for broken in ["", "{", "[]", "{\"at\": \"2026-01-01T00:00:00Z\"}", "\u{0}"] {
        fs::write(&file, broken).unwrap();
        assert_eq!(folder.trash()[0].note, None, "{broken:?}");
        assert!(matches!(folder.restore(&id, "Rina", Timestamp(1)), Err(StoreError::NotInTrash { .. })));
        assert_eq!(folder.empty_trash(Timestamp(i64::MAX)).unwrap(), 0);
    }
}

#[test]
fn nothing_is_put_back_outside_the_project_or_over_hidden_files() {
    let (dir, folder) = project();
    folder.copy_to_trash(&note(PATH, 1_000)).unwrap();
    let id = folder.trash()[0].id.clone();
    let file = dir.path().join(".sorot/trash").join(&id).with_extension("json");
    for path in ["../a.txt", "/etc/passwd", "a/../../b", ".git/config", "a/.hidden", ".sorot/../../b", ""] {
        fs::write(&file, format!("{{\"path\": \"{path}\"}}")).unwrap();
        let result = folder.restore(&id, "Rina", Timestamp(2_000));
        assert!(matches!(result, Err(StoreError::Outside { .. })), "{path}: {result:?}");
    }
    for id in ["", "..", "../history/rina", "missing"] {
        assert!(folder.restore(id, "Rina", Timestamp(2_000)).is_err(), "{id}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_trash_leads_nowhere() {
    let (dir, folder) = project();
    folder.copy_to_trash(&note(PATH, 1_000)).unwrap();
    let id = folder.trash()[0].id.clone();
    let secret = TempDir::new().unwrap();
    fs::write(secret.path().join("secret"), "secret").unwrap();
    let file = dir.path().join(".sorot/trash").join(&id).with_extension("file");
    fs::remove_file(&file).unwrap();
    std::os::unix::fs::symlink(secret.path().join("secret"), &file).unwrap();
    assert!(folder.trash().is_empty());
    assert!(folder.restore(&id, "Rina", Timestamp(2_000)).is_err());
    assert_eq!(read(dir.path()), "one");
}
