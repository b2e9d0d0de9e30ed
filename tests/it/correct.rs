//! Correcting an article's text, and what becomes of sets when an article changes behind them.

use std::fs;
use std::path::Path;

use expect_test::expect;
use sorot::file::n_orphans;
use sorot::model::{Owner, Severity};
use sorot::session::{
    Action, AnnotateAction, ArticleAction, Caret, Effect, Job, NavigateAction, OrphanAction, Surroundings,
};
use sorot::text::OffsetUnit;

use crate::cli::check;
use crate::desk::{Desk, fixed, project};

const ARTICLE: &str = "articles/a.txt";
const TEXT: &str = "Kiev diserang.\r\n“Kami kirim tank,” kata Menhan Prabowo di Kiev.\r\nRusia belum menjawab pertanyaan para wartawan tentang serangan itu.\r\n";

fn select(desk: &mut Desk, surface: &str) {
    let text = desk.session.document().unwrap().text.clone();
    let start = text.as_str().find(surface).unwrap();
    for (byte, extend) in [(start, false), (start + surface.len(), true)] {
        let offset = text.locate(byte, OffsetUnit::Byte).unwrap();
        desk.perform(NavigateAction::To { caret: Caret { offset, upstream: false }, extend });
    }
}

fn label(desk: &mut Desk, surface: &str, label: &str) {
    select(desk, surface);
    desk.perform(AnnotateAction::Label(label.to_owned()));
}

pub(crate) fn correct(desk: &mut Desk, surface: &str, by: &str) {
    select(desk, surface);
    desk.perform(ArticleAction::Correct(by.to_owned()));
}

/// The surfaces of the shown article's annotations, in order.
fn surfaces(desk: &Desk) -> Vec<String> {
    let text = &desk.session.document().unwrap().text;
    let set = desk.session.set().unwrap();
    set.in_order(&[]).iter().map(|it| text.surface(&it.span)).collect()
}

fn read(project: &Path, name: &str) -> Vec<u8> {
    fs::read(project.join(name)).unwrap()
}

const SETS: [&str; 2] = ["annotations/budi/a.txt.json", "annotations/rina/a.txt.json"];

/// A project with an article that two people annotated.
fn annotated() -> tempfile::TempDir {
    let project = project(&[("a.txt", TEXT)]);
    let mut desk = Desk::open(project.path(), "budi");
    label(&mut desk, "Menhan Prabowo di Kiev", "speaker");
    label(&mut desk, "Rusia", "country");
    let mut desk = Desk::open(project.path(), "rina");
    label(&mut desk, "“Kami kirim tank,”", "quote");
    label(&mut desk, "Menhan Prabowo", "speaker");
    label(&mut desk, "Rusia", "country");
    project
}

/// The desk again, with other ids than those that were made before.
fn reopened(project: &Path, owner: &str) -> Desk {
    let surroundings = Surroundings { random: fastrand::Rng::with_seed(8), ..fixed() };
    Desk::open_with(project, owner, surroundings)
}

#[test]
fn a_correction_takes_everybodys_spans_along_and_is_one_step() {
    let project = annotated();
    let before = [ARTICLE, SETS[0], SETS[1]].map(|it| read(project.path(), it));
    let mut desk = reopened(project.path(), "rina");
    correct(&mut desk, "di Kiev", "di kota Kyiv");
    assert_eq!(desk.notes.last().map(String::as_str), Some("Corrected; 3 spans went along"));
    assert!(desk.session.is_saved(), "{:?}", desk.session.save_error());
    let expected = TEXT.replace("di Kiev", "di kota Kyiv");
    assert_eq!(String::from_utf8(read(project.path(), ARTICLE)).unwrap(), expected);
    assert_eq!(surfaces(&desk), ["“Kami kirim tank,”", "Menhan Prabowo", "Rusia"]);
    let budi = reopened(project.path(), "budi");
    assert_eq!(surfaces(&budi), ["Menhan Prabowo di kota Kyiv", "Rusia"]);
    assert!(budi.session.problems().is_empty(), "{:?}", budi.session.problems());
    let after = [ARTICLE, SETS[0], SETS[1]].map(|it| read(project.path(), it));

    desk.press("Ctrl+Z");
    assert_eq!([ARTICLE, SETS[0], SETS[1]].map(|it| read(project.path(), it)), before);
    desk.press("Ctrl+Y");
    assert_eq!([ARTICLE, SETS[0], SETS[1]].map(|it| read(project.path(), it)), after);
    assert!(desk.session.is_saved());

    drop(desk);
    let mut again = reopened(project.path(), "rina");
    again.press("Ctrl+Z");
    assert!(again.session.is_saved());
    assert_eq!([ARTICLE, SETS[0], SETS[1]].map(|it| read(project.path(), it)), before, "after a restart");
}

#[test]
fn the_log_tells_a_correction_in_the_words_of_its_time() {
    let project = annotated();
    let mut desk = reopened(project.path(), "rina");
    correct(&mut desk, "Prabowo", "Prabowo Subianto");
    desk.press("Ctrl+Z");
    drop(desk);
    check(
        &project,
        &["log --annotator rina --limit 2"],
        expect![[r#"
            $ sorot log --annotator rina --limit 2
            2023-11-14 22:13 UTC  rina: undid correct the text
              articles/a.txt, annotation syhwpdfzc of budi: speaker “Menhan Prabowo Subianto di Kiev” → speaker “Menhan Prabowo di Kiev”
              articles/a.txt, text: “ Subianto” → “”
            2023-11-14 22:13 UTC  rina: correct the text
              articles/a.txt, text: “” → “ Subianto”
              articles/a.txt, annotation syhwpdfzc of budi: speaker “Menhan Prabowo di Kiev” → speaker “Menhan Prabowo Subianto di Kiev”
            2 steps
        "#]],
    );
}

#[test]
fn a_span_whose_text_was_deleted_is_kept_aside() {
    let project = annotated();
    let mut desk = reopened(project.path(), "rina");
    correct(&mut desk, "Menhan Prabowo", "");
    assert_eq!(
        desk.notes.last().map(String::as_str),
        Some("Corrected; 3 spans went along; 1 lost its place")
    );
    let orphans = desk.session.orphans();
    assert_eq!(orphans.iter().filter(|it| it.is_span()).count(), 1, "{orphans:?}");
    assert_eq!((orphans[0].text.as_str(), orphans[0].why.as_str()), ("Menhan Prabowo", "its text is gone"));
    assert!(orphans[0].before.ends_with("kata ") && orphans[0].after.starts_with(" di Kiev"));
    desk.press("Ctrl+Z");
    assert!(desk.session.orphans().is_empty());
    assert_eq!(surfaces(&desk).len(), 3);
}

#[test]
fn an_article_keeps_its_encoding() {
    let text = "“Café” à Kiev.\r\nL’été dernier, il a déclaré que la guerre était finie.";
    let utf_16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let windows = |text: &str| encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
    let with_mark = |text: &str| [b"\xef\xbb\xbf", text.as_bytes()].concat();
    type Encode<'a> = &'a dyn Fn(&str) -> Vec<u8>;
    let encodings: [Encode<'_>; 4] = [&|text| text.as_bytes().to_vec(), &with_mark, &windows, &|text| {
        [b"\xff\xfe".to_vec(), utf_16(text)].concat()
    }];
    for encode in encodings {
        let project = project(&[("a.txt", "")]);
        fs::write(project.path().join(ARTICLE), encode(text)).unwrap();
        let mut desk = reopened(project.path(), "rina");
        label(&mut desk, "guerre", "weapon");
        correct(&mut desk, "Kiev", "Kyïv");
        assert_eq!(read(project.path(), ARTICLE), encode(&text.replace("Kiev", "Kyïv")), "{:?}", desk.notes);
        assert_eq!(surfaces(&desk), ["guerre"]);
    }
}

#[test]
fn what_cannot_be_corrected_stays_as_it_is() {
    let project = project(&[("a.txt", "")]);
    let article = project.path().join(ARTICLE);
    let french =
        encoding_rs::WINDOWS_1252.encode("Il a déclaré à Kiev, l’été dernier, la fin.").0.into_owned();
    for (bytes, reason) in [
        (french.clone(), "in its encoding the new text cannot be written"),
        (b"\xef\xbb\xbfKiev \xff diserang".to_vec(), "not all of its bytes are text"),
    ] {
        fs::write(&article, &bytes).unwrap();
        let mut desk = reopened(project.path(), "rina");
        correct(&mut desk, "Kiev", "Київ");
        let note = desk.notes.last().cloned().unwrap_or_default();
        assert!(note.contains(reason), "{note}");
        assert_eq!(fs::read(&article).unwrap(), bytes);
    }
    fs::write(&article, french).unwrap();
    let mut desk = reopened(project.path(), "rina");
    fs::write(&article, "Somebody else’s Kiev.").unwrap();
    correct(&mut desk, "Kiev", "Kyiv");
    assert!(desk.notes.last().unwrap().contains("nother program changed the file"), "{:?}", desk.notes);
    assert_eq!(fs::read_to_string(&article).unwrap(), "Somebody else’s Kiev.");
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let project = project(&[("b.txt", "Kiev")]);
    std::os::unix::fs::symlink("b.txt", project.path().join(ARTICLE)).unwrap();
    let mut desk = reopened(project.path(), "rina");
    desk.perform(ArticleAction::Open(ARTICLE.into()));
    if desk.session.document().is_some_and(|it| it.id.as_str() == ARTICLE) {
        correct(&mut desk, "Kiev", "Kyiv");
        assert!(desk.notes.last().unwrap().contains("it is a link"), "{:?}", desk.notes);
    }
    assert_eq!(fs::read_to_string(project.path().join("articles/b.txt")).unwrap(), "Kiev");
}

/// Corrects, and lets only the first `n` jobs on the disk happen, as if the program was killed then.
fn killed_after(project: &Path, n: usize) {
    let mut desk = reopened(project, "rina");
    select(&mut desk, "di Kiev");
    let mut effects =
        desk.session.perform(Action::Article(ArticleAction::Correct("di kota Kyiv".to_owned())));
    let mut jobs: Vec<Job> = Vec::new();
    while let Some(effect) = effects.pop() {
        if let Effect::Start(job @ Job::Correct(_)) = effect {
            effects.extend(desk.session.finish(job.run()));
            jobs.clear();
            jobs.extend(effects.drain(..).filter_map(|it| match it {
                Effect::Start(job) => Some(job),
                _ => None,
            }));
        }
    }
    assert!(jobs.len() > n, "there are {} jobs", jobs.len());
    for job in jobs.into_iter().take(n) {
        job.run();
    }
}

#[test]
fn a_correction_survives_a_kill_at_any_moment() {
    let whole = annotated();
    let mut desk = reopened(whole.path(), "rina");
    correct(&mut desk, "di Kiev", "di kota Kyiv");
    let files = [ARTICLE, SETS[0], SETS[1]];
    let expected = files.map(|it| read(whole.path(), it));
    // The journal, the article, one set.
    for n in 1..=3 {
        let project = annotated();
        killed_after(project.path(), n);
        let again = reopened(project.path(), "rina");
        assert!(again.session.problems().is_empty(), "after {n}: {:?}", again.session.problems());
        assert!(again.session.is_saved(), "after {n}: {:?}", again.session.save_error());
        for (name, expected) in files.iter().zip(&expected) {
            let (found, expected) =
                (read(project.path(), name), String::from_utf8(expected.clone()).unwrap());
            assert_eq!(String::from_utf8(found).unwrap(), expected, "{name}, killed after {n}");
        }
    }
    // Not even the journal: nothing was acknowledged, and nothing happened.
    let project = annotated();
    let before = files.map(|it| read(project.path(), it));
    killed_after(project.path(), 0);
    reopened(project.path(), "rina");
    assert_eq!(files.map(|it| read(project.path(), it)), before);
}

#[test]
fn a_set_goes_along_with_its_article_and_looking_changes_nothing() {
    let project = annotated();
    let changed = "BARU\n\nRusia belum menjawab pertanyaan para wartawan tentang serangan itu.\nKiev diserang. \"Kami kirim tank,\" kata seseorang di Kiev.\n";
    fs::write(project.path().join(ARTICLE), changed).unwrap();
    let before = SETS.map(|it| read(project.path(), it));
    let mut desk = reopened(project.path(), "rina");
    assert_eq!(surfaces(&desk), ["Rusia", "\"Kami kirim tank,\""]);
    let orphans = desk.session.orphans();
    assert_eq!(orphans[0].text, "Menhan Prabowo");
    let problems: Vec<String> = desk.session.problems().iter().map(ToString::to_string).collect();
    assert!(problems[0].starts_with("the article changed since it was annotated:"), "{problems:?}");
    assert!(problems[0].contains("1 lost its place"), "{problems:?}");
    assert!(desk.session.problems().iter().any(|it| it.severity == Severity::Warning));
    assert_eq!(SETS.map(|it| read(project.path(), it)), before, "looking changes nothing");
    assert!(!project.path().join(".sorot/trash").exists());

    label(&mut desk, "BARU", "speaker");
    let trash = desk.session.folder().trash();
    assert_eq!(trash.len(), 1);
    let kept = read(project.path(), &format!(".sorot/trash/{}.file", trash[0].id));
    assert_eq!(kept, before[1], "the old file, with the old text, is in the trash");
    let again = reopened(project.path(), "rina");
    assert_eq!(surfaces(&again), ["BARU", "Rusia", "\"Kami kirim tank,\""]);
    assert_eq!(again.session.orphans(), orphans);
    assert_eq!(read(project.path(), SETS[0]), before[0], "others' sets stay as they are");

    // Steps from before the change mean other places now.
    desk.press("Ctrl+Z");
    let n = surfaces(&desk).len();
    desk.press("Ctrl+Z");
    assert_eq!(surfaces(&desk).len(), n);
    assert!(desk.notes.last().unwrap().contains("changed"), "{:?}", desk.notes);
}

#[test]
fn what_lost_its_place_is_placed_again_or_dismissed() {
    let project = annotated();
    let mut desk = reopened(project.path(), "rina");
    let says = desk.session.set().unwrap().relations().len();
    fs::write(project.path().join(ARTICLE), TEXT.replace("Menhan Prabowo", "dia, tiga kali,")).unwrap();
    let mut desk_now = reopened(project.path(), "rina");
    std::mem::swap(&mut desk, &mut desk_now);
    drop(desk_now);
    let set = desk.session.set().unwrap().clone();
    assert_eq!((set.annotations().len(), n_orphans(&set)), (2, 1 + says), "a relation goes with its end");

    desk.perform(OrphanAction::GoTo(0));
    desk.perform(OrphanAction::Place(0));
    assert_eq!(desk.notes.last().map(String::as_str), Some("First select the text where it belongs"));
    select(&mut desk, "dia");
    desk.perform(OrphanAction::Place(0));
    assert_eq!(surfaces(&desk), ["“Kami kirim tank,”", "dia", "Rusia"]);
    let placed = desk.session.set().unwrap().clone();
    assert_eq!((n_orphans(&placed), placed.relations().len()), (0, says));
    let again = reopened(project.path(), "rina");
    assert_eq!(again.marked(), desk.marked());
    desk.press("Ctrl+Z");
    assert_eq!(n_orphans(desk.session.set().unwrap()), 1 + says);

    desk.perform(OrphanAction::Dismiss(0));
    assert_eq!(n_orphans(desk.session.set().unwrap()), 0);
    desk.press("Ctrl+Z");
    assert_eq!(n_orphans(desk.session.set().unwrap()), 1 + says);
}

#[test]
fn edits_that_a_kill_kept_from_their_file_go_to_the_text_they_were_made_on() {
    // Made on the old text, and then the article changed.
    let pending = |project: &Path, surface: &str| {
        let mut desk = reopened(project, "rina");
        select(&mut desk, surface);
        let action = AnnotateAction::Label("weapon".to_owned());
        for effect in desk.session.perform(action.into()) {
            if let Effect::Start(job @ Job::Record { .. }) = effect {
                job.run();
            }
        }
    };
    let project = annotated();
    pending(project.path(), "tank");
    fs::write(project.path().join(ARTICLE), TEXT.replace("Kiev diserang.", "Ibu kota diserang lagi."))
        .unwrap();
    let desk = reopened(project.path(), "rina");
    let expected = ["“Kami kirim tank,”", "tank", "Menhan Prabowo", "Rusia"];
    assert_eq!(surfaces(&desk), expected, "{:?} {:?}", desk.notes, desk.session.problems());

    // Made on the new text, before the set was saved on it.
    let project = annotated();
    fs::write(project.path().join(ARTICLE), TEXT.replace("Kiev diserang.", "Ibu kota diserang lagi."))
        .unwrap();
    pending(project.path(), "tank");
    let desk = reopened(project.path(), "rina");
    assert_eq!(surfaces(&desk), expected);
    assert!(desk.session.is_saved());

    // Made on a text that is gone: the set as it is, and a word about it.
    let project = annotated();
    fs::write(project.path().join(ARTICLE), TEXT.replace("Kiev diserang.", "Ibu kota diserang lagi."))
        .unwrap();
    pending(project.path(), "tank");
    fs::write(project.path().join(ARTICLE), TEXT.replace("Kiev diserang.", "Ibu kota tenang.")).unwrap();
    let desk = reopened(project.path(), "rina");
    assert_eq!(surfaces(&desk), ["“Kami kirim tank,”", "Menhan Prabowo", "Rusia"]);
    let problems: Vec<String> = desk.session.problems().iter().map(ToString::to_string).collect();
    assert!(problems.iter().any(|it| it.contains("a text of the article that is gone")), "{problems:?}");
}

#[test]
fn nobody_corrects_without_a_selection() {
    let project = annotated();
    let mut desk = reopened(project.path(), "rina");
    desk.perform(ArticleAction::Correct("x".to_owned()));
    assert_eq!(desk.notes.last().map(String::as_str), Some("First select the text to correct"));
    let owners = desk.session.owners();
    assert!(owners.contains(&Owner::named("budi")));
    assert_eq!(String::from_utf8(read(project.path(), ARTICLE)).unwrap(), TEXT);
}
