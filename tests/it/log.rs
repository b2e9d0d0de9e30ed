//! What the log tells of who changed what.

use expect_test::expect;
use sorot::model::Owner;
use sorot::model::{Renaming, SchemaChange, SchemaPart, Status};
use sorot::session::jobs::{Opening, open_project};
use sorot::session::{Action, AnnotateAction, ArticleAction, NavigateAction, SchemaAction};

use crate::cli::{check, project};
use crate::desk::fixed;

#[test]
fn steps_are_told_newest_first_with_their_words() {
    let dir = project();
    let opening = Opening::Path(dir.path().join("articles/b.txt"));
    let (mut session, effects) = open_project(opening, Owner::named("Rina"), fixed(), |_| None).unwrap();
    session.run_now(effects);
    let rename = SchemaChange {
        part: SchemaPart::Label,
        renaming: Renaming::Rename { from: "weapon".into(), to: "arms".into() },
    };
    let id = session.set().unwrap().annotations().next().unwrap().id.clone();
    for action in [
        NavigateAction::Select(id).into(),
        AnnotateAction::Label("speaker".into()).into(),
        AnnotateAction::SetNote("really?".into()).into(),
        ArticleAction::SetStatus(Status::Done).into(),
        Action::Undo,
        SchemaAction::Change(rename).into(),
    ] {
        session.perform_now(action);
    }
    assert!(session.is_saved());
    drop(session);
    check(
        &dir,
        &[
            "log",
            "log --article articles/b.txt --limit 1 --json",
            "log --article articles/c.txt",
            "log --article d",
        ],
        expect![[""]],
    );
}
