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
        expect![[r#"
            $ sorot log
            2023-11-14 22:13 UTC  Rina: rename label weapon to arms
              schema: weapon → arms
              articles/a.txt, annotation s3: weapon “rudal AS” weapon_class=missile_rocket → arms “rudal AS” weapon_class=missile_rocket
            2023-11-14 22:13 UTC  Rina: undid mark as done
              articles/b.txt, status: done → in progress
            2023-11-14 22:13 UTC  Rina: mark as done
              articles/b.txt, status: in progress → done
            2023-11-14 22:13 UTC  Rina: change note
              articles/b.txt, annotation s1: speaker “Kyiv” iso=UA → speaker “Kyiv” iso=UA note=“really?”
            2023-11-14 22:13 UTC  Rina: change label to speaker
              articles/b.txt, annotation s1: country “Kyiv” iso=UA → speaker “Kyiv” iso=UA
            5 steps
            $ sorot log --article articles/b.txt --limit 1 --json
            [
              {
                "at": "2023-11-14T22:13:20Z",
                "annotator": "Rina",
                "event": "undo",
                "name": "mark as done",
                "changes": [
                  {
                    "article": "articles/b.txt",
                    "annotator": "Rina",
                    "what": "status",
                    "before": "done",
                    "after": "in progress"
                  }
                ]
              }
            ]
            $ sorot log --article articles/c.txt
            0 steps
            $ sorot log --article d
            2> error: the project has no article d
            [2]
        "#]],
    );
}
