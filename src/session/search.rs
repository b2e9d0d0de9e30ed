//! The search that a person is in the middle of: what for, what was found, which match is next.
//!
//! The match that one stands on is the selection itself, so a label's key annotates it, and nothing
//! needs to be kept in step.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Effect, Finder, Job, Matches, Outcome, Query, Selection, Session, WindowAction};
use crate::text::{Range, Text};

/// A query, and what came of it so far.
#[derive(Debug, Default)]
pub struct Search {
    query: Query,
    /// Why the query cannot be searched for.
    error: Option<String>,
    /// What was found last, and in which text.
    found: Option<(Text, Matches)>,
    /// Present while the job is on its way.
    running: Option<Running>,
    /// The newest search; a job with an older ticket stops.
    newest: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Running {
    text: Text,
    /// Where to go once matches are there: so many matches on from the first one at the selection.
    go: Option<isize>,
}

/// A search to be done beside the window.
#[derive(Debug)]
pub struct SearchJob {
    finder: Finder,
    text: Text,
    ticket: u64,
    newest: Arc<AtomicU64>,
}

impl SearchJob {
    /// Searches, unless a newer search begins meanwhile.
    pub(super) fn run(self) -> Outcome {
        let is_stopped = || self.newest.load(Ordering::Relaxed) != self.ticket;
        let matches = self.finder.find(&self.text, is_stopped);
        Outcome::Found { ticket: self.ticket, matches }
    }
}

impl Search {
    /// What is searched for.
    pub fn query(&self) -> &Query {
        &self.query
    }

    /// Why it cannot be searched for, as a sentence.
    pub fn error(&self) -> Option<&str> {
        self.error.as_deref()
    }

    /// True until the matches are there.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    fn stop(&mut self) {
        self.newest.fetch_add(1, Ordering::Relaxed);
        self.running = None;
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The longest selection that a search begins with, in characters.
const LONGEST_SEED: usize = 200;

impl Session {
    /// The search that is going on, or the last one.
    pub fn search(&self) -> &Search {
        &self.search
    }

    /// Where the query stands in the shown article; nothing before that is known.
    pub fn matches(&self) -> Option<&Matches> {
        let (text, matches) = self.search.found.as_ref()?;
        self.document().filter(|document| document.text.is_same(text)).map(|_| matches)
    }

    /// True if the query has yet to be searched for in the shown article.
    pub fn needs_search(&self) -> bool {
        let Some(document) = self.document() else { return false };
        let running = self.search.running.as_ref().map(|running| &running.text);
        let known = running.or(self.search.found.as_ref().map(|(text, _)| text));
        let is_possible = !self.search.query.is_empty() && self.search.error.is_none();
        is_possible && known.is_none_or(|text| !text.is_same(&document.text))
    }

    /// The number of the match that is selected, from 0.
    pub fn current_match(&self) -> Option<usize> {
        let (start, end) = (self.selection.anchor, self.selection.caret.offset);
        self.matches()?.position(start, end)
    }

    /// The selected text, if a search may begin with it.
    pub fn search_seed(&self) -> Option<String> {
        let text = &self.document()?.text;
        let annotated = || Some(self.selected_annotation()?.span.ranges()[0]);
        let seed = text.slice(self.selection.range(text).or_else(annotated)?);
        let is_fit = !seed.contains(['\n', '\r']) && seed.chars().count() <= LONGEST_SEED;
        is_fit.then(|| seed.to_owned())
    }

    /// Searches for a query in the shown article; if `goes`, selects the first match from the
    /// selection on.
    pub(super) fn find(&mut self, query: Query, goes: bool) {
        self.search.stop();
        self.search.query = query;
        self.search.error = None;
        self.start_search(goes.then_some(0));
    }

    /// Selects the next match from the selection on, or the one before it.
    pub(super) fn next_match(&mut self, forward: bool) {
        let step = if forward { 1 } else { -1 };
        if let Some(running) = &mut self.search.running {
            running.go = Some(running.go.map_or(step, |go| go + step));
        } else if self.needs_search() {
            self.start_search(Some(step));
        } else if self.search.query.is_empty() {
            self.effects.push(Effect::Window(WindowAction::Find));
        } else {
            self.go_to_match(step);
        }
    }

    fn start_search(&mut self, go: Option<isize>) {
        self.search.found = self.search.found.take().filter(|_| !self.search.query.is_empty());
        let Some(text) = self.document().map(|document| document.text.clone()) else { return };
        if self.search.query.is_empty() {
            return;
        }
        match self.search.query.compile() {
            Ok(finder) => {
                self.search.stop();
                self.search.running = Some(Running { text: text.clone(), go });
                let newest = Arc::clone(&self.search.newest);
                let ticket = newest.load(Ordering::Relaxed);
                self.effects.push(Effect::Start(Job::Find(SearchJob { finder, text, ticket, newest })));
            }
            Err(error) => {
                self.search.found = None;
                self.search.error = Some(super::sentence(&error.to_string()));
            }
        }
    }

    pub(super) fn search_done(&mut self, ticket: u64, matches: Option<Matches>) {
        if ticket != self.search.newest.load(Ordering::Relaxed) {
            return;
        }
        let (Some(running), Some(matches)) = (self.search.running.take(), matches) else { return };
        self.search.found = Some((running.text, matches));
        if let Some(go) = running.go {
            self.go_to_match(go);
        }
    }

    /// Selects a match: 0 is the one at the selection or the first after it.
    fn go_to_match(&mut self, step: isize) {
        let Some(matches) = self.matches() else { return };
        let n = matches.ranges().len() as isize;
        let start = self.selection.anchor.min(self.selection.caret.offset);
        let Some(here) = matches.at_or_after(start).map(|here| here as isize) else { return };
        // The first match after a caret is already a step on.
        let is_on_it = self.current_match().is_some();
        let step = if step > 0 && !is_on_it { step - 1 } else { step };
        let range = matches.ranges()[(here + step).rem_euclid(n) as usize];
        self.select_match(range);
    }

    fn select_match(&mut self, range: Range) {
        self.offer = None;
        let fragments = std::mem::take(&mut self.selection.fragments);
        self.selection = Selection { fragments, ..Selection::of_range(range) };
        self.effects.push(Effect::GoTo(range.start()));
    }
}
