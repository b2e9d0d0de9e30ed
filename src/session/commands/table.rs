//! The table of commands.

use super::{Command, Group};
use crate::compare::adjudication::{Choice, MergeStrategy};
use crate::file::MOVED;
use crate::model::{Owner, Status};
use crate::session::{
    Access, Action, AdjudicateAction, AnnotateAction, ArticleAction, NavigateAction, Order, OrphanAction,
    Session, SyncAction, WindowAction,
};
use crate::text::{Side, Unit};

macro_rules! command {
    ($group:ident, $id:literal, $text:literal, $keys:expr, $help:literal, $action:expr) => {
        Command { id: $id, text: $text, help: $help, keys: &$keys, group: Group::$group, action: $action }
    };
}

const fn step(unit: Unit, forward: bool, extend: bool) -> NavigateAction {
    NavigateAction::Step { unit, forward, extend }
}

fn always(action: impl Into<Action>) -> Option<Action> {
    Some(action.into())
}

/// Only with a selected annotation.
fn annotated(session: &Session, action: impl Into<Action>) -> Option<Action> {
    session.selected_annotation().map(|_| action.into())
}

/// Only with an open article.
fn open(session: &Session, action: impl Into<Action>) -> Option<Action> {
    session.document().map(|_| action.into())
}

/// Only while sets are compared.
fn compared(session: &Session, action: AdjudicateAction) -> Option<Action> {
    session.case().map(|_| action.into())
}

/// Only for who makes gold.
fn curated(session: &Session, action: AdjudicateAction) -> Option<Action> {
    compared(session, action).filter(|_| *session.owner() == Owner::Gold)
}

/// Only with a difference to decide.
fn ruled(session: &Session, choice: Choice) -> Option<Action> {
    session.shown_unit().and_then(|_| curated(session, AdjudicateAction::Rule(choice)))
}

fn nudge(session: &Session, side: Side, unit: Unit, outward: bool) -> Option<Action> {
    annotated(session, AnnotateAction::Nudge { side, unit, outward })
}

/// All commands. Menus, shortcuts, palette, key sheet and the README's table come from here.
pub const COMMANDS: &[Command] = &[
    command!(File, "open-folder", "Open project…", ["Ctrl+O"], "Open a folder of articles", |_| {
        always(WindowAction::OpenFolder)
    }),
    command!(File, "open-article", "Open article…", ["Ctrl+Shift+O"], "Open one article", |_| {
        always(WindowAction::OpenArticle)
    }),
    command!(
        File,
        "save",
        "Save now",
        ["Ctrl+S"],
        "Write what is not on disk yet; Sorot also does it by itself",
        |_| { always(ArticleAction::Save) }
    ),
    command!(
        File,
        "take-over",
        "Take over",
        [],
        "Let this window change the annotations, and the one that does now only look",
        |session| { matches!(session.access(), Access::Looks(_)).then(|| ArticleAction::TakeOver.into()) }
    ),
    command!(
        File,
        "annotator",
        "Annotate as…",
        ["Ctrl+Shift+A"],
        "Say whose annotations you make and see",
        |_| { always(WindowAction::Owner) }
    ),
    command!(
        File,
        "import",
        "Import…",
        ["Ctrl+Shift+I"],
        "Bring in annotations of another program; one Undo takes them out again",
        |_| { always(WindowAction::Import) }
    ),
    command!(File, "export", "Export…", ["Ctrl+Shift+E"], "Write annotations for another program", |_| {
        always(WindowAction::Export)
    }),
    command!(
        File,
        "picture",
        "Save picture of the selection…",
        ["Ctrl+Shift+S"],
        "Draw the selected text, else the sentence of the selected annotation, else what is in view, as SVG or PNG for a paper",
        |session| { open(session, WindowAction::Picture) }
    ),
    command!(
        File,
        "sync",
        "Sync with the team",
        [],
        "Send what you changed and bring what the team changed, by way of git",
        |session| { (!session.is_syncing()).then(|| SyncAction::Begin.into()) }
    ),
    command!(
        File,
        "stop-sync",
        "Stop the sync",
        [],
        "Give up waiting for the team; what you did is sent with the next sync",
        |session| { session.is_syncing().then(|| SyncAction::Stop.into()) }
    ),
    command!(
        File,
        "merge-folder",
        "Merge a folder into this project…",
        [],
        "Bring in what another copy of the project has, as on a stick; one Undo takes it out again",
        |_| { always(WindowAction::MergeFolder) }
    ),
    command!(File, "trash", "Trash…", [], "Put back what was deleted or replaced", |_| {
        always(WindowAction::Trash)
    }),
    command!(File, "quit", "Quit", ["Ctrl+Q"], "Close the window; everything is saved", |_| {
        always(WindowAction::Quit)
    }),
    command!(
        Edit,
        "undo",
        "Undo",
        ["Ctrl+Z"],
        "Take back the newest change, in whichever article",
        |session| { session.history().next_undo().map(|_| Action::Undo) }
    ),
    command!(
        Edit,
        "redo",
        "Redo",
        ["Ctrl+Shift+Z", "Ctrl+Y"],
        "Make the newest undone change again",
        |session| { session.history().next_redo().map(|_| Action::Redo) }
    ),
    command!(Edit, "copy", "Copy text", ["Ctrl+C"], "Copy the selected text", |session| {
        open(session, NavigateAction::Copy)
    }),
    command!(
        Edit,
        "delete",
        "Delete annotation",
        ["Delete", "Backspace"],
        "Remove the selected annotation and its relations",
        |session| { annotated(session, AnnotateAction::Delete) }
    ),
    command!(
        Edit,
        "find",
        "Find in article…",
        ["Ctrl+F"],
        "Search for text or a regular expression",
        |session| { open(session, WindowAction::Find) }
    ),
    command!(
        Edit,
        "find-next",
        "Find next",
        ["F3"],
        "Select the next match; a label's key then labels it",
        |session| { open(session, NavigateAction::NextMatch { forward: true }) }
    ),
    command!(Edit, "find-previous", "Find previous", ["Shift+F3"], "Select the match before", |session| {
        open(session, NavigateAction::NextMatch { forward: false })
    }),
    command!(
        Edit,
        "correct",
        "Correct the text…",
        ["Ctrl+R"],
        "Put the selected text right in the article itself; everybody's spans go along",
        |session| { session.correctable().and_then(|_| open(session, WindowAction::Correct)) }
    ),
    command!(
        Edit,
        "log",
        "What changed here…",
        ["Ctrl+H"],
        "List who changed what in the article, and when",
        |session| { open(session, WindowAction::Log) }
    ),
    command!(
        Annotate,
        "relate",
        "Tie to speaker or quote…",
        ["R"],
        "Offer likely other ends, nearest first: Enter takes the first, a digit any, a click too",
        |session| { annotated(session, AnnotateAction::OfferRelation) }
    ),
    command!(
        Annotate,
        "occurrences",
        "Label other occurrences…",
        ["+"],
        "List the other places where the same text stands, to label them in one step",
        |session| { annotated(session, AnnotateAction::FindOccurrences) }
    ),
    command!(
        Annotate,
        "keep-piece",
        "Keep piece, select another",
        ["Ctrl+D"],
        "Begin a span of several pieces; Ctrl+drag does the same",
        |session| { open(session, NavigateAction::KeepPiece) }
    ),
    command!(
        Annotate,
        "confirm",
        "Place is right",
        ["Ctrl+K"],
        "Take the mark of review off an annotation that was placed anew when its article changed",
        |session| {
            let is_moved = session.selected_annotation()?.flags.iter().any(|flag| flag == MOVED);
            if is_moved { annotated(session, AnnotateAction::Confirm) } else { None }
        }
    ),
    command!(
        Annotate,
        "place-lost",
        "Place lost span here",
        ["Ctrl+Shift+K"],
        "Put the first of the spans that lost their place on the selected text",
        |session| {
            session.correctable()?;
            let lost = session.orphans().iter().position(|it| it.is_span())?;
            Some(OrphanAction::Place(lost).into())
        }
    ),
    command!(
        Annotate,
        "attributes",
        "Edit attributes",
        ["Enter"],
        "Go to the attributes of the selected annotation",
        |session| { annotated(session, WindowAction::Attributes) }
    ),
    command!(
        Annotate,
        "grow-start",
        "Move start out by a word",
        ["["],
        "Grow the selected annotation at its start",
        |session| { nudge(session, Side::Start, Unit::Word, true) }
    ),
    command!(
        Annotate,
        "shrink-start",
        "Move start in by a word",
        ["Shift+["],
        "Shrink the selected annotation at its start",
        |session| { nudge(session, Side::Start, Unit::Word, false) }
    ),
    command!(
        Annotate,
        "grow-end",
        "Move end out by a word",
        ["]"],
        "Grow the selected annotation at its end",
        |session| { nudge(session, Side::End, Unit::Word, true) }
    ),
    command!(
        Annotate,
        "shrink-end",
        "Move end in by a word",
        ["Shift+]"],
        "Shrink the selected annotation at its end",
        |session| { nudge(session, Side::End, Unit::Word, false) }
    ),
    command!(
        Annotate,
        "grow-start-character",
        "Move start out by a character",
        ["Alt+["],
        "Grow the selected annotation at its start",
        |session| { nudge(session, Side::Start, Unit::Grapheme, true) }
    ),
    command!(
        Annotate,
        "shrink-start-character",
        "Move start in by a character",
        ["Alt+Shift+["],
        "Shrink the selected annotation at its start",
        |session| { nudge(session, Side::Start, Unit::Grapheme, false) }
    ),
    command!(
        Annotate,
        "grow-end-character",
        "Move end out by a character",
        ["Alt+]"],
        "Grow the selected annotation at its end",
        |session| { nudge(session, Side::End, Unit::Grapheme, true) }
    ),
    command!(
        Annotate,
        "shrink-end-character",
        "Move end in by a character",
        ["Alt+Shift+]"],
        "Shrink the selected annotation at its end",
        |session| { nudge(session, Side::End, Unit::Grapheme, false) }
    ),
    command!(
        Annotate,
        "labels",
        "Labels and relations…",
        ["Ctrl+L"],
        "Rename, merge, split or delete them, in all annotations of the project",
        |_| { always(WindowAction::Labels) }
    ),
    command!(
        Annotate,
        "delete-all",
        "Delete all my annotations here…",
        [],
        "Remove all your annotations on the article; a copy goes to the trash",
        |session| {
            let has_some = session.set().is_some_and(|set| set.annotations().len() > 0);
            has_some.then(|| WindowAction::DeleteAll.into())
        }
    ),
    command!(
        Annotate,
        "finish",
        "Mark as done, go to next",
        ["Ctrl+Enter"],
        "The article is done: unlabelled text now means that there is nothing",
        |session| { open(session, ArticleAction::Finish) }
    ),
    command!(
        Annotate,
        "keep-version",
        "Keep this version",
        [],
        "Where two programs changed one annotation, keep the selected version alone",
        |session| session.has_conflict().then(|| AnnotateAction::Decide { keeps_all: false }.into())
    ),
    command!(
        Annotate,
        "keep-versions",
        "Keep all versions",
        [],
        "Where two programs changed one annotation, keep what both made of it",
        |session| session.has_conflict().then(|| AnnotateAction::Decide { keeps_all: true }.into())
    ),
    command!(Annotate, "reopen", "Mark as in progress", [], "The article is not done after all", |session| {
        let is_done = session.set().is_some_and(|set| set.status() == Status::Done);
        is_done.then(|| ArticleAction::SetStatus(Status::InProgress).into())
    }),
    command!(Go, "next-article", "Next article", ["Alt+Down"], "Show the next article of the list", |_| {
        always(ArticleAction::Next)
    }),
    command!(Go, "previous-article", "Previous article", ["Alt+Up"], "Show the article before", |_| {
        always(ArticleAction::Previous)
    }),
    command!(
        Go,
        "go-to",
        "Go to…",
        ["Ctrl+G"],
        "Go to a line, a position of the annotation file, an annotation or a label",
        |session| { open(session, WindowAction::GoTo) }
    ),
    command!(
        Go,
        "next-untied",
        "Next quote without speaker",
        ["N"],
        "Select the next quote that has no speaker yet",
        |session| { open(session, NavigateAction::NextUntied { forward: true }) }
    ),
    command!(
        Go,
        "previous-untied",
        "Previous quote without speaker",
        ["Shift+N"],
        "Select the quote without speaker before",
        |session| { open(session, NavigateAction::NextUntied { forward: false }) }
    ),
    command!(
        Go,
        "next-annotation",
        "Next annotation",
        ["Alt+Right"],
        "Select the next annotation",
        |session| { open(session, NavigateAction::NextAnnotation { forward: true }) }
    ),
    command!(
        Go,
        "previous-annotation",
        "Previous annotation",
        ["Alt+Left"],
        "Select the annotation before",
        |session| { open(session, NavigateAction::NextAnnotation { forward: false }) }
    ),
    command!(
        Go,
        "next-same",
        "Next with the same label",
        ["Alt+Shift+Right"],
        "Select the next annotation with the label of the selected one",
        |session| { annotated(session, NavigateAction::NextOf { label: None, forward: true }) }
    ),
    command!(
        Go,
        "previous-same",
        "Previous with the same label",
        ["Alt+Shift+Left"],
        "Select the annotation before with the label of the selected one",
        |session| { annotated(session, NavigateAction::NextOf { label: None, forward: false }) }
    ),
    command!(
        Go,
        "outward",
        "Next larger annotation here",
        ["Tab"],
        "Select the annotation at the caret, then the ones around it",
        |session| { open(session, NavigateAction::Outward) }
    ),
    command!(Go, "problems", "Problems", ["F8"], "Show or hide what you should look at", |_| always(
        WindowAction::Problems
    )),
    command!(
        Go,
        "next-section",
        "Next section",
        ["Alt+PageDown"],
        "Go to the next heading, or paragraph where there are no headings",
        |session| { open(session, NavigateAction::NextSection { forward: true }) }
    ),
    command!(
        Go,
        "previous-section",
        "Previous section",
        ["Alt+PageUp"],
        "Go to the heading or paragraph before",
        |session| { open(session, NavigateAction::NextSection { forward: false }) }
    ),
    command!(
        Go,
        "next-problem",
        "Next problem here",
        ["Ctrl+F8"],
        "Go to the next place in the article that a problem names",
        |session| { open(session, NavigateAction::NextProblem { forward: true }) }
    ),
    command!(
        Go,
        "previous-problem",
        "Previous problem here",
        ["Ctrl+Shift+F8"],
        "Go to the place before that a problem names",
        |session| { open(session, NavigateAction::NextProblem { forward: false }) }
    ),
    command!(
        Compare,
        "compare",
        "Compare annotators…",
        ["Ctrl+Shift+D"],
        "Show others' annotations below your own, and what differs",
        |_| { always(WindowAction::Compare) }
    ),
    command!(Compare, "stop-comparing", "Stop comparing", [], "Show only your own annotations", |session| {
        (!session.compared_owners().is_empty()).then(|| AdjudicateAction::Compare(Vec::new()).into())
    }),
    command!(
        Compare,
        "next-difference",
        "Next difference",
        ["Alt+N"],
        "Go to the next place that is not decided",
        |session| { compared(session, AdjudicateAction::Next) }
    ),
    command!(
        Compare,
        "previous-difference",
        "Previous difference",
        ["Alt+Shift+N"],
        "Go to the place before that is not decided",
        |session| { compared(session, AdjudicateAction::Previous) }
    ),
    command!(
        Compare,
        "difference-order",
        "Walk by kind or by place",
        [],
        "Walk differences by their kind, or in the order of the text",
        |session| {
            let order = match session.difference_order() {
                Order::Text => Order::Kind,
                Order::Kind => Order::Text,
            };
            compared(session, AdjudicateAction::Order(order))
        }
    ),
    command!(
        Compare,
        "take-agreed",
        "Take what all agree on",
        ["Alt+G"],
        "Fill gold on this article with what all compared annotators say",
        |session| { curated(session, AdjudicateAction::Fill(MergeStrategy::Agreed)) }
    ),
    command!(
        Compare,
        "take-all",
        "Take every version",
        ["Alt+B"],
        "Let gold say here what each of them says",
        |session| { ruled(session, Choice::All) }
    ),
    command!(
        Compare,
        "take-none",
        "Take nobody's",
        ["Alt+0"],
        "Say that nothing belongs here; the key 0 does so too",
        |session| { ruled(session, Choice::Neither) }
    ),
    command!(
        Compare,
        "explain",
        "Say why…",
        ["Alt+R"],
        "Give the last ruling a reason, and the rule it follows",
        |session| { session.last_ruling().map(|_| WindowAction::Explain.into()) }
    ),
    command!(
        Compare,
        "rulings",
        "Rulings…",
        ["Ctrl+Shift+L"],
        "Search what was decided where annotators differed, and why",
        |_| { always(WindowAction::Rulings) }
    ),
    command!(
        Compare,
        "agreement",
        "Agreement…",
        ["Ctrl+Shift+M"],
        "Measure how well annotators agree",
        |_| { always(WindowAction::Agreement) }
    ),
    command!(
        Compare,
        "evaluation",
        "Evaluation…",
        ["Ctrl+Shift+P"],
        "Hold predictions against gold, and list their errors",
        |_| { always(WindowAction::Evaluation) }
    ),
    command!(
        Compare,
        "assign",
        "Give out articles…",
        [],
        "Say who annotates which articles, blind if you wish, and see how far everybody is",
        |_| { always(WindowAction::Assign) }
    ),
    command!(
        Compare,
        "freeze",
        "Freeze gold…",
        [],
        "Make a release of gold that nobody changes any more, and list the releases",
        |_| { always(WindowAction::Freeze) }
    ),
    command!(Caret, "left", "Back by a character", ["Left"], "Move the caret", |session| open(
        session,
        step(Unit::Grapheme, false, false)
    )),
    command!(Caret, "right", "On by a character", ["Right"], "Move the caret", |session| open(
        session,
        step(Unit::Grapheme, true, false)
    )),
    command!(Caret, "word-left", "Back by a word", ["Ctrl+Left"], "Move the caret", |session| open(
        session,
        step(Unit::Word, false, false)
    )),
    command!(Caret, "word-right", "On by a word", ["Ctrl+Right"], "Move the caret", |session| open(
        session,
        step(Unit::Word, true, false)
    )),
    command!(
        Caret,
        "sentence-left",
        "Back by a sentence",
        ["Ctrl+Alt+Left", "Alt+A"],
        "Move the caret",
        |session| { open(session, step(Unit::Sentence, false, false)) }
    ),
    command!(
        Caret,
        "sentence-right",
        "On by a sentence",
        ["Ctrl+Alt+Right", "Alt+E"],
        "Move the caret",
        |session| { open(session, step(Unit::Sentence, true, false)) }
    ),
    command!(Caret, "paragraph-up", "Back by a paragraph", ["Ctrl+Up"], "Move the caret", |session| open(
        session,
        step(Unit::Paragraph, false, false)
    )),
    command!(Caret, "paragraph-down", "On by a paragraph", ["Ctrl+Down"], "Move the caret", |session| open(
        session,
        step(Unit::Paragraph, true, false)
    )),
    command!(Caret, "start", "Start of the article", ["Ctrl+Home"], "Move the caret", |session| open(
        session,
        step(Unit::Article, false, false)
    )),
    command!(Caret, "end", "End of the article", ["Ctrl+End"], "Move the caret", |session| open(
        session,
        step(Unit::Article, true, false)
    )),
    command!(Caret, "select-left", "Select back by a character", ["Shift+Left"], "Select text", |session| {
        open(session, step(Unit::Grapheme, false, true))
    }),
    command!(Caret, "select-right", "Select on by a character", ["Shift+Right"], "Select text", |session| {
        open(session, step(Unit::Grapheme, true, true))
    }),
    command!(
        Caret,
        "select-word-left",
        "Select back by a word",
        ["Ctrl+Shift+Left"],
        "Select text",
        |session| open(session, step(Unit::Word, false, true))
    ),
    command!(
        Caret,
        "select-word-right",
        "Select on by a word",
        ["Ctrl+Shift+Right"],
        "Select text",
        |session| open(session, step(Unit::Word, true, true))
    ),
    command!(
        Caret,
        "select-sentence-left",
        "Select back by a sentence",
        ["Ctrl+Alt+Shift+Left", "Alt+Shift+A"],
        "Select text",
        |session| open(session, step(Unit::Sentence, false, true))
    ),
    command!(
        Caret,
        "select-sentence-right",
        "Select on by a sentence",
        ["Ctrl+Alt+Shift+Right", "Alt+Shift+E"],
        "Select text",
        |session| open(session, step(Unit::Sentence, true, true))
    ),
    command!(
        Caret,
        "select-paragraph-up",
        "Select back by a paragraph",
        ["Ctrl+Shift+Up"],
        "Select text",
        |session| open(session, step(Unit::Paragraph, false, true))
    ),
    command!(
        Caret,
        "select-paragraph-down",
        "Select on by a paragraph",
        ["Ctrl+Shift+Down"],
        "Select text",
        |session| open(session, step(Unit::Paragraph, true, true))
    ),
    command!(
        Caret,
        "select-to-start",
        "Select to the start",
        ["Ctrl+Shift+Home"],
        "Select text",
        |session| open(session, step(Unit::Article, false, true))
    ),
    command!(Caret, "select-to-end", "Select to the end", ["Ctrl+Shift+End"], "Select text", |session| open(
        session,
        step(Unit::Article, true, true)
    )),
    command!(
        Caret,
        "expand",
        "Select more",
        ["Ctrl+E"],
        "Select the word, then what stands between quotation marks, the sentence, the paragraph",
        |session| { open(session, NavigateAction::Expand) }
    ),
    command!(
        Caret,
        "escape",
        "Give up",
        ["Escape"],
        "Leave the offer, the pinned label, the selection",
        |session| { open(session, NavigateAction::Escape) }
    ),
    command!(View, "palette", "Find a command…", ["Ctrl+P"], "Type a part of a command's name", |_| always(
        WindowAction::Palette
    )),
    command!(View, "articles", "Articles", ["F2"], "Show or hide the list of articles", |_| always(
        WindowAction::Articles
    )),
    command!(View, "outline", "Outline", ["F5"], "Show or hide the headings of the article", |_| always(
        WindowAction::Outline
    )),
    command!(View, "inspector", "Inspector", ["F12"], "Show or hide the inspector", |_| always(
        WindowAction::Inspector
    )),
    command!(View, "guidelines", "Guidelines", ["F4"], "Show or hide the project's guidelines", |session| {
        session.guidelines().map(|_| WindowAction::Guidelines.into())
    }),
    command!(
        View,
        "next-part",
        "Next part of the window",
        ["F6"],
        "Move the keyboard to articles, text, inspector in turn",
        |_| { always(WindowAction::NextPart) }
    ),
    command!(View, "larger", "Larger text", ["Ctrl+Plus"], "Zoom in", |_| always(WindowAction::Zoom(1))),
    command!(View, "smaller", "Smaller text", ["Ctrl+Minus"], "Zoom out", |_| always(WindowAction::Zoom(-1))),
    command!(View, "usual-size", "Usual text size", ["Ctrl+0"], "Zoom back", |_| always(WindowAction::Zoom(
        0
    ))),
    command!(View, "spacing-more", "More space between lines", [], "Move lines apart", |_| {
        always(WindowAction::LineSpacing(1))
    }),
    command!(View, "spacing-less", "Less space between lines", [], "Move lines together", |_| {
        always(WindowAction::LineSpacing(-1))
    }),
    command!(View, "column-wider", "Wider column", [], "Put more into a line", |_| {
        always(WindowAction::Column(1))
    }),
    command!(View, "column-narrower", "Narrower column", [], "Put less into a line", |_| {
        always(WindowAction::Column(-1))
    }),
    command!(
        View,
        "view-settings",
        "View settings…",
        ["Ctrl+Comma"],
        "Set size, line spacing, column width and what is drawn",
        |_| { always(WindowAction::Look) }
    ),
    command!(View, "theme", "Light, dark or system theme", ["F9"], "Change the theme", |_| always(
        WindowAction::Theme
    )),
    command!(
        View,
        "density",
        "Label tags or underlines alone",
        ["F7"],
        "Change how annotations are drawn",
        |_| always(WindowAction::Density)
    ),
    command!(
        View,
        "arcs",
        "All relations or only the selected",
        ["F10"],
        "Change which relations are drawn",
        |_| always(WindowAction::Arcs)
    ),
    command!(
        View,
        "invisibles",
        "Invisible characters",
        ["Ctrl+I"],
        "Show or hide spaces, marks and line ends",
        |_| always(WindowAction::Invisibles)
    ),
    command!(View, "full-screen", "Full screen", ["F11"], "Fill the screen, or leave it", |_| always(
        WindowAction::FullScreen
    )),
    command!(Help, "keys", "Keys", ["F1"], "Show or hide this list", |_| always(WindowAction::Keys)),
];
