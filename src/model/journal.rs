//! What happened to a project, event by event, and what follows from it: what can be undone, and
//! what is in no file yet.

use std::collections::BTreeMap;

use super::{AnnotationSet, DocumentId, Edit, History, SetKey, Timestamp, Transaction};

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum HistoryEvent {
    /// A transaction was done.
    Commit(Transaction),
    /// The newest done transaction was taken back.
    Undo,
    /// The newest transaction taken back was made again.
    Redo,
    /// A file was written, with all that came before.
    Saved {
        /// What the file holds.
        target: Target,
        /// SHA-256 of its bytes.
        sha256: String,
    },
}

/// An event with its place among the others.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEntry {
    /// Counts an owner's commits, undos and redos from 1. Of [`HistoryEvent::Saved`] it is the
    /// newest one that the file holds. 0 in journals of versions that did not count; those tell
    /// nothing about what is in files.
    pub number: u64,
    /// When it happened, if that was written down.
    pub at: Option<Timestamp>,
    /// What happened.
    pub event: HistoryEvent,
}

/// What one file holds, and one edit changes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A set of annotations.
    Set(SetKey),
    /// An article's text.
    Article(DocumentId),
    /// What may be annotated.
    Schema,
}

/// What a journal amounts to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    /// What can be undone and redone.
    pub history: History,
    /// The number of the newest event.
    pub last: u64,
    /// The edits that may be in no file yet, oldest first, with the numbers of their events.
    pending: BTreeMap<Target, Vec<(u64, Edit)>>,
}

impl Journal {
    /// Takes in the next event. False if it takes back or repeats what the journal does not know.
    pub fn record(&mut self, entry: JournalEntry) -> bool {
        let edits = match entry.event {
            HistoryEvent::Saved { target, .. } => {
                if let Some(edits) = self.pending.get_mut(&target) {
                    edits.retain(|(number, _)| *number > entry.number);
                    if edits.is_empty() {
                        self.pending.remove(&target);
                    }
                }
                return true;
            }
            HistoryEvent::Commit(transaction) => {
                self.history.record(transaction.clone());
                Some(transaction.edits)
            }
            HistoryEvent::Undo => {
                let undone = self.history.next_undo().cloned();
                self.history.record_undo();
                undone.map(|transaction| transaction.inverse().edits)
            }
            HistoryEvent::Redo => {
                let redone = self.history.next_redo().cloned();
                self.history.record_redo();
                redone.map(|transaction| transaction.edits)
            }
        };
        self.last = self.last.max(entry.number);
        let is_known = edits.is_some();
        if entry.number > 0 {
            for edit in edits.unwrap_or_default() {
                self.pending.entry(edit.target()).or_default().push((entry.number, edit));
            }
        }
        is_known
    }

    /// True if every edit is in its file.
    pub fn is_saved(&self) -> bool {
        self.pending.is_empty()
    }

    /// The edits that may be in no file yet, oldest first.
    pub fn pending(&self) -> BTreeMap<Target, Vec<Edit>> {
        let edits = |pending: &[(u64, Edit)]| pending.iter().map(|(_, edit)| edit.clone()).collect();
        self.pending.iter().map(|(target, pending)| (target.clone(), edits(pending))).collect()
    }
}

impl Edit {
    /// What it changes.
    pub fn target(&self) -> Target {
        match self {
            Edit::Text { document, .. } => Target::Article(document.clone()),
            Edit::Schema { .. } => Target::Schema,
            Edit::Annotation { set, .. }
            | Edit::Relation { set, .. }
            | Edit::Entity { set, .. }
            | Edit::Status { set, .. }
            | Edit::Extra { set, .. } => Target::Set(set.clone()),
        }
    }
}

/// What must still happen to a set so that it holds pending edits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outstanding {
    /// What brings it there from how it is.
    pub edits: Vec<Edit>,
    /// What does not fit, since the set holds something there that the edits never knew: from
    /// what they began with to what they ended with.
    pub conflicts: Vec<Edit>,
}

impl Outstanding {
    /// Compares a set with a chain of pending edits of it, thing by thing. A set that holds any
    /// state of the chain was saved in the midst of it, and goes to its end.
    pub fn new(set: &AnnotationSet, pending: &[Edit]) -> Outstanding {
        let mut chains: BTreeMap<Item<'_>, Vec<&Edit>> = BTreeMap::new();
        for edit in pending {
            if let Some(item) = Item::of(edit) {
                chains.entry(item).or_default().push(edit);
            }
        }
        let mut outstanding = Outstanding::default();
        for chain in chains.into_values() {
            let (Some(first), Some(last)) = (chain.first(), chain.last()) else { continue };
            if is_at(set, last, true) {
                continue;
            }
            let is_known = is_at(set, first, false) || chain.iter().any(|edit| is_at(set, edit, true));
            let whole = join(first, last, is_known.then_some(set));
            if is_known {
                outstanding.edits.push(whole);
            } else {
                outstanding.conflicts.push(whole);
            }
        }
        outstanding
    }
}

/// A thing of a set that edits change, in the order in which it is safe to restore them.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Item<'a> {
    Entity(&'a str),
    Annotation(&'a str),
    Relation(&'a str),
    Extra(&'a str),
    Status,
}

impl<'a> Item<'a> {
    fn of(edit: &'a Edit) -> Option<Item<'a>> {
        Some(match edit {
            Edit::Annotation { id, .. } => Item::Annotation(id.as_str()),
            Edit::Relation { id, .. } => Item::Relation(id.as_str()),
            Edit::Entity { id, .. } => Item::Entity(id.as_str()),
            Edit::Extra { key, .. } => Item::Extra(key),
            Edit::Status { .. } => Item::Status,
            Edit::Text { .. } | Edit::Schema { .. } => return None,
        })
    }
}

/// True if the set holds what stood after (or before) an edit.
fn is_at(set: &AnnotationSet, edit: &Edit, is_after: bool) -> bool {
    fn side<'a, T>(before: &'a T, after: &'a T, is_after: bool) -> &'a T {
        if is_after { after } else { before }
    }
    match edit {
        Edit::Annotation { id, before, after, .. } => {
            set.annotation(id) == side(before, after, is_after).as_ref()
        }
        Edit::Relation { id, before, after, .. } => {
            set.relation(id) == side(before, after, is_after).as_ref()
        }
        Edit::Entity { id, before, after, .. } => set.entity(id) == side(before, after, is_after).as_ref(),
        Edit::Extra { key, before, after, .. } => {
            set.extra.get(key) == side(before, after, is_after).as_deref()
        }
        Edit::Status { before, after, .. } => set.status() == *side(before, after, is_after),
        Edit::Text { .. } | Edit::Schema { .. } => true,
    }
}

/// The change to how an edit leaves a thing: from how the set holds it or, without a set, from how
/// the first edit found it.
fn join(first: &Edit, last: &Edit, from: Option<&AnnotationSet>) -> Edit {
    let mut whole = last.clone();
    match (&mut whole, first) {
        (Edit::Annotation { id, before, .. }, Edit::Annotation { before: first, .. }) => {
            *before = from.map_or_else(|| first.clone(), |set| set.annotation(id).cloned());
        }
        (Edit::Relation { id, before, .. }, Edit::Relation { before: first, .. }) => {
            *before = from.map_or_else(|| first.clone(), |set| set.relation(id).cloned());
        }
        (Edit::Entity { id, before, .. }, Edit::Entity { before: first, .. }) => {
            *before = from.map_or_else(|| first.clone(), |set| set.entity(id).cloned());
        }
        (Edit::Extra { key, before, .. }, Edit::Extra { before: first, .. }) => {
            *before = from.map_or_else(|| first.clone(), |set| set.extra.get(key).map(str::to_owned));
        }
        (Edit::Status { before, .. }, Edit::Status { before: first, .. }) => {
            *before = from.map_or(*first, AnnotationSet::status);
        }
        _ => {}
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Annotation, Owner, Status};
    use crate::text::Text;
    use std::sync::Arc;

    fn key() -> SetKey {
        SetKey { document: "a.txt".into(), owner: Owner::named("Rina") }
    }

    fn annotation(label: &str) -> Option<Arc<Annotation>> {
        let span = Text::new("Kyiv").whole().expect("not empty").into();
        Some(Arc::new(Annotation::new("s1".into(), label, span)))
    }

    fn change(before: Option<Arc<Annotation>>, after: Option<Arc<Annotation>>) -> Edit {
        Edit::Annotation { set: key(), id: "s1".into(), before, after }
    }

    fn set(annotation: Option<Arc<Annotation>>) -> AnnotationSet {
        AnnotationSet::new(Status::New, annotation.map(|it| Annotation::clone(&it)), [], [])
    }

    fn commit(number: u64, edits: Vec<Edit>) -> JournalEntry {
        let event = HistoryEvent::Commit(Transaction::new(number.to_string(), edits));
        JournalEntry { number, at: None, event }
    }

    fn event(number: u64, event: HistoryEvent) -> JournalEntry {
        JournalEntry { number, at: None, event }
    }

    #[test]
    fn what_follows_the_last_save_is_pending() {
        let mut journal = Journal::default();
        let target = Target::Set(key());
        let [add, relabel] =
            [change(None, annotation("quote")), change(annotation("quote"), annotation("speaker"))];
        assert!(journal.record(commit(1, vec![add.clone()])));
        assert_eq!(journal.pending()[&target], std::slice::from_ref(&add));
        journal.record(event(1, HistoryEvent::Saved { target: target.clone(), sha256: String::new() }));
        assert!(journal.is_saved());
        journal.record(commit(2, vec![relabel.clone()]));
        journal.record(event(3, HistoryEvent::Undo));
        assert_eq!(journal.pending()[&target], [relabel.clone(), relabel.inverse()]);
        assert_eq!((journal.last, journal.history.done().len()), (3, 1));
        journal.record(event(4, HistoryEvent::Undo));
        assert!(!journal.record(event(5, HistoryEvent::Undo)), "there is nothing left to undo");
    }

    #[test]
    fn a_save_covers_what_it_was_made_from() {
        let mut journal = Journal::default();
        let target = Target::Set(key());
        journal.record(commit(1, vec![change(None, annotation("quote"))]));
        let relabel = change(annotation("quote"), annotation("speaker"));
        journal.record(commit(2, vec![relabel.clone()]));
        journal.record(event(1, HistoryEvent::Saved { target: target.clone(), sha256: String::new() }));
        assert_eq!(journal.pending()[&target], [relabel], "it came while the file was being written");
    }

    #[test]
    fn what_was_not_counted_is_not_pending() {
        let mut journal = Journal::default();
        journal.record(commit(0, vec![change(None, annotation("quote"))]));
        assert!(journal.is_saved());
        assert_eq!(journal.history.done().len(), 1);
    }

    #[test]
    fn a_set_goes_to_the_end_of_the_chain_from_any_state_of_it() {
        let chain = [
            change(None, annotation("quote")),
            change(annotation("quote"), annotation("speaker")),
            change(annotation("speaker"), annotation("weapon")),
        ];
        for state in [None, annotation("quote"), annotation("speaker")] {
            let outstanding = Outstanding::new(&set(state.clone()), &chain);
            assert_eq!(outstanding.edits, [change(state, annotation("weapon"))]);
            assert_eq!(outstanding.conflicts, []);
        }
        assert_eq!(Outstanding::new(&set(annotation("weapon")), &chain), Outstanding::default());
        let strange = Outstanding::new(&set(annotation("country")), &chain);
        assert_eq!(strange.edits, []);
        assert_eq!(strange.conflicts, [change(None, annotation("weapon"))]);
    }
}
