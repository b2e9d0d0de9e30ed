//! What happened to a project, event by event, and what follows from it: what can be undone, and
//! what is in no file yet.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{AnnotationSet, DocumentId, Edit, History, SetKey, Timestamp, Transaction, edits_between};

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
    /// The files of an import.
    Import(String),
}

/// What a journal amounts to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Journal {
    /// What can be undone and redone.
    pub history: History,
    /// The number of the newest event.
    pub last: u64,
    /// True if not all of it could be read. Then nobody may say what else is in files.
    pub is_unread: bool,
    /// True if some of it lies outside the project, since that could not be written.
    pub is_away: bool,
    /// The edits that may be in no file yet, oldest first.
    pending: BTreeMap<Target, Vec<Waiting>>,
}

/// An edit that may be in no file yet.
#[derive(Clone, Debug, PartialEq)]
struct Waiting {
    /// The number of its event.
    number: u64,
    edit: Edit,
    /// SHA-256 of its article's text before and after the event, if that was written down.
    texts: Option<[String; 2]>,
}

/// The edits of one file that may not be in it yet.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pending {
    /// Oldest first.
    pub edits: Vec<Edit>,
    /// SHA-256 of the texts of the article that they were made on and left, from first to last;
    /// empty if that was not written down.
    pub texts: Vec<String>,
}

impl Journal {
    /// Takes in the next event. False if it takes back or repeats what the journal does not know.
    pub fn record(&mut self, entry: JournalEntry) -> bool {
        let transaction = match entry.event {
            HistoryEvent::Saved { target, .. } => {
                if let Some(edits) = self.pending.get_mut(&target) {
                    edits.retain(|it| it.number > entry.number);
                    if edits.is_empty() {
                        self.pending.remove(&target);
                    }
                }
                return true;
            }
            HistoryEvent::Commit(transaction) => {
                self.history.record(transaction.clone());
                Some(transaction)
            }
            HistoryEvent::Undo => {
                let undone = self.history.next_undo().cloned();
                self.history.record_undo();
                undone.map(Transaction::inverse)
            }
            HistoryEvent::Redo => {
                let redone = self.history.next_redo().cloned();
                self.history.record_redo();
                redone
            }
        };
        self.last = self.last.max(entry.number);
        let Some(transaction) = transaction else { return false };
        if entry.number > 0 {
            let texts = texts_of(&transaction);
            for edit in transaction.edits {
                let target = edit.target();
                let texts = target.document().and_then(|id| texts.get(id)).cloned();
                let waiting = Waiting { number: entry.number, edit, texts };
                self.pending.entry(target).or_default().push(waiting);
            }
        }
        true
    }

    /// True if every edit is in its file.
    pub fn is_saved(&self) -> bool {
        self.pending.is_empty()
    }

    /// The edits that may be in no file yet.
    pub fn pending(&self) -> BTreeMap<Target, Pending> {
        let pending = self.pending.iter().map(|(target, waiting)| {
            let mut texts: Vec<String> = waiting.iter().filter_map(|it| it.texts.clone()).flatten().collect();
            texts.dedup();
            let edits = waiting.iter().map(|it| it.edit.clone()).collect();
            (target.clone(), Pending { edits, texts })
        });
        pending.collect()
    }
}

/// SHA-256 of the text of each article before and after a transaction, as far as it says.
fn texts_of(transaction: &Transaction) -> BTreeMap<DocumentId, [String; 2]> {
    let same = transaction.texts.iter().map(|(id, sha256)| (id.clone(), [sha256.clone(), sha256.clone()]));
    let corrected = transaction.edits.iter().filter_map(|edit| match edit {
        Edit::Text { document, before, after, .. } => {
            Some((document.clone(), [before.text_sha256.clone(), after.text_sha256.clone()]))
        }
        _ => None,
    });
    same.chain(corrected).collect()
}

impl Target {
    /// The article it belongs to, if it belongs to one.
    pub fn document(&self) -> Option<&DocumentId> {
        match self {
            Target::Set(key) => Some(&key.document),
            Target::Article(document) => Some(document),
            Target::Schema | Target::Import(_) => None,
        }
    }
}

impl Edit {
    /// What it changes.
    pub fn target(&self) -> Target {
        match self {
            Edit::Text { document, .. } => Target::Article(document.clone()),
            Edit::Schema { .. } => Target::Schema,
            Edit::Import { id, .. } => Target::Import(id.clone()),
            Edit::Annotation { set, .. }
            | Edit::Relation { set, .. }
            | Edit::Entity { set, .. }
            | Edit::Status { set, .. }
            | Edit::Extra { set, .. } => Target::Set(set.clone()),
        }
    }
}

/// What must still happen to a set so that it holds its pending edits. A set in which a thing is in
/// any state that the edits knew was saved in the midst of them, and goes to their end. What
/// somebody else changed since is brought together with them by `merge`, which is given what both
/// grew out of, the end of the edits, and the set.
pub fn outstanding(
    key: &SetKey,
    set: &AnnotationSet,
    pending: &[Edit],
    merge: impl FnOnce(&AnnotationSet, &AnnotationSet, &AnnotationSet) -> AnnotationSet,
) -> Vec<Edit> {
    let mut chains: BTreeMap<Item<'_>, Vec<&Edit>> = BTreeMap::new();
    for edit in pending {
        if let Some(item) = Item::of(edit) {
            chains.entry(item).or_default().push(edit);
        }
    }
    let (mut base, mut ours) = (set.clone(), set.clone());
    for chain in chains.into_values() {
        let (Some(first), Some(last)) = (chain.first(), chain.last()) else { continue };
        let is_known = is_at(set, first, false) || chain.iter().any(|edit| is_at(set, edit, true));
        if !is_known {
            put(&mut base, first, false);
        }
        put(&mut ours, last, true);
    }
    edits_between(key, set, &merge(&base, &ours, set))
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
            Edit::Text { .. } | Edit::Schema { .. } | Edit::Import { .. } => return None,
        })
    }
}

/// Of an edit, what stands after or before it.
fn side<'a, T>(before: &'a T, after: &'a T, is_after: bool) -> &'a T {
    if is_after { after } else { before }
}

/// True if the set holds what stood after, or before, an edit.
fn is_at(set: &AnnotationSet, edit: &Edit, is_after: bool) -> bool {
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
        Edit::Text { .. } | Edit::Schema { .. } | Edit::Import { .. } => true,
    }
}

/// Lets the set hold what stood after, or before, an edit.
fn put(set: &mut AnnotationSet, edit: &Edit, is_after: bool) {
    match edit {
        Edit::Annotation { id, before, after, .. } => {
            set.put_annotation(id, side(before, after, is_after).as_ref());
        }
        Edit::Relation { id, before, after, .. } => {
            put_in(&mut set.relations, id, side(before, after, is_after));
        }
        Edit::Entity { id, before, after, .. } => {
            put_in(&mut set.entities, id, side(before, after, is_after));
        }
        Edit::Extra { key, before, after, .. } => {
            set.extra.set(key, side(before, after, is_after).as_deref());
        }
        Edit::Status { before, after, .. } => set.status = *side(before, after, is_after),
        Edit::Text { .. } | Edit::Schema { .. } | Edit::Import { .. } => {}
    }
}

fn put_in<K: Ord + Clone, V>(map: &mut imbl::OrdMap<K, Arc<V>>, id: &K, value: &Option<Arc<V>>) {
    match value {
        Some(value) => map.insert(id.clone(), Arc::clone(value)),
        None => map.remove(id),
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Annotation, Owner, Report, Status, merge};
    use crate::text::Text;

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
        assert_eq!(journal.pending()[&target].edits, std::slice::from_ref(&add));
        journal.record(event(1, HistoryEvent::Saved { target: target.clone(), sha256: String::new() }));
        assert!(journal.is_saved());
        journal.record(commit(2, vec![relabel.clone()]));
        journal.record(event(3, HistoryEvent::Undo));
        assert_eq!(journal.pending()[&target].edits, [relabel.clone(), relabel.inverse()]);
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
        assert_eq!(journal.pending()[&target].edits, [relabel], "it came while the file was being written");
    }

    #[test]
    fn what_was_not_counted_is_not_pending() {
        let mut journal = Journal::default();
        journal.record(commit(0, vec![change(None, annotation("quote"))]));
        assert!(journal.is_saved());
        assert_eq!(journal.history.done().len(), 1);
    }

    fn left(set: &AnnotationSet, pending: &[Edit], report: &mut Report) -> Vec<Edit> {
        outstanding(&key(), set, pending, |base, ours, theirs| merge(base, ours, theirs, report))
    }

    #[test]
    fn a_set_goes_to_the_end_of_the_chain_from_any_state_of_it() {
        let chain = [
            change(None, annotation("quote")),
            change(annotation("quote"), annotation("speaker")),
            change(annotation("speaker"), annotation("weapon")),
        ];
        let mut report = Report::default();
        for state in [None, annotation("quote"), annotation("speaker")] {
            let edits = left(&set(state.clone()), &chain, &mut report);
            assert_eq!(edits, [change(state, annotation("weapon"))]);
        }
        assert_eq!(left(&set(annotation("weapon")), &chain, &mut report), []);
        assert!(report.is_empty());
    }

    #[test]
    fn what_somebody_else_changed_is_kept_beside() {
        let chain = [change(None, annotation("quote")), change(annotation("quote"), annotation("weapon"))];
        let mut report = Report::default();
        let edits = left(&set(annotation("country")), &chain, &mut report);
        let labels: Vec<&str> = edits
            .iter()
            .filter_map(|edit| match edit {
                Edit::Annotation { after: Some(annotation), .. } => Some(annotation.label.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(labels, ["weapon", "country"]);
        assert_eq!(report.problems.len(), 1);
    }
}
