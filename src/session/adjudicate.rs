//! Others' annotations beside one's own, and ruling between them to make gold.
//!
//! Invariants:
//! - Others' sets are looked at and never changed; each ruling is one step that can be undone.
//! - Only who works as gold rules. Whoever else compares sees lanes and differences.
//! - What is compared follows the open article and its set by itself.

use std::mem::discriminant;
use std::sync::Arc;

use super::compare::look_at;
use super::import::Progress;
use super::pre_merge::PreMerged;
use super::rulings::FoundRuling;
use super::{Action, Effect, Job, Session, sentence};
use crate::compare::MatchRule;
use crate::compare::adjudication::{Case, Choice, Maker, MergeStrategy, Standing, Unit};
use crate::file::{ruling_edit, rulings};
use crate::model::{
    AnnotationId, AnnotationSet, Document, DocumentId, Edit, EditError, Owner, Report, Ruling, SetKey,
    Statement,
};
use crate::store::Folder;
use crate::text::{Offset, OffsetUnit};

/// Compares annotators, and rules between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AdjudicateAction {
    /// Show these owners' annotations beside one's own; none to end it.
    Compare(Vec<Owner>),
    /// Walk differences in this order.
    Order(Order),
    /// Go to the next unit that is open.
    Next,
    /// Go to the one before.
    Previous,
    /// Go to a unit, by its number.
    GoTo(usize),
    /// Rule on the unit that is shown, and go to the next.
    Rule(Choice),
    /// Say why the last ruling is as it is, and by which rule of the guidelines.
    Explain {
        /// Why.
        reason: String,
        /// The rule; empty for none.
        rule: String,
    },
    /// Read the rulings of all articles.
    ReadRulings,
    /// Go to where a ruling was made.
    Show(Box<FoundRuling>),
    /// Fill what gold leaves open in the open article.
    Fill(MergeStrategy),
    /// The same in all articles.
    PreMerge {
        /// Between whom.
        owners: Vec<Owner>,
        /// How.
        strategy: MergeStrategy,
        /// Only articles that at least so many of them have seen.
        least: usize,
        /// Also sets that their annotators are not done with.
        takes_unfinished: bool,
        /// Only find out what it would do.
        is_dry_run: bool,
    },
}

/// In which order differences are walked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As they stand in the article.
    #[default]
    Text,
    /// Missing ones first, then labels, boundaries, attributes, relations, and what all agree on.
    Kind,
}

/// Owners' sets beside the one that is worked on.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    owners: Vec<Owner>,
    order: Order,
    /// What was read of others, and on which article's text.
    read: Option<Read>,
    /// True if reading is under way.
    is_reading: bool,
    /// The sets compared, and with which own set.
    case: Option<(Option<Arc<AnnotationSet>>, Arc<Case>)>,
    /// The rulings of the own set, when it was compared.
    of_own: Vec<Ruling>,
    /// The unit that is shown.
    unit: Option<usize>,
    /// Where the unit lies that is to be shown once the sets are compared.
    pub(super) wanted: Option<(DocumentId, Offset)>,
    /// The ruling that was made last, and on which article.
    last: Option<(SetKey, String)>,
    /// The rulings of all articles, once they were asked for.
    pub(super) rulings: Option<Vec<FoundRuling>>,
    /// What the last pre-merge did.
    pub(super) merged: Option<PreMerged>,
    /// How far a pre-merge is that is under way.
    pub(super) progress: Option<Arc<Progress>>,
}

#[derive(Debug)]
struct Read {
    document: Arc<Document>,
    sets: Vec<(Owner, Arc<AnnotationSet>)>,
    /// The SHA-256 of each owner's file; nothing where there is none.
    files: Vec<(Owner, Option<String>)>,
    /// True once it was compared.
    is_compared: bool,
}

/// Reading others' sets on an article.
#[derive(Debug)]
pub struct CompareJob {
    folder: Folder,
    document: Arc<Document>,
    owners: Vec<Owner>,
}

/// What others have on an article.
#[derive(Debug)]
pub struct ComparedSets {
    document: Arc<Document>,
    owners: Vec<Owner>,
    sets: Vec<(Owner, Arc<AnnotationSet>)>,
    files: Vec<(Owner, Option<String>)>,
    report: Report,
}

impl CompareJob {
    pub(super) fn run(self) -> ComparedSets {
        let CompareJob { folder, document, owners } = self;
        let mut report = Report::default();
        let (mut sets, mut files) = (Vec::new(), Vec::new());
        for owner in &owners {
            let key = SetKey { document: document.id.clone(), owner: owner.clone() };
            let loaded = look_at(&folder, &key, &document, &mut report);
            files.push((owner.clone(), loaded.as_ref().map(|it| it.sha256.clone())));
            sets.extend(loaded.map(|it| (owner.clone(), Arc::new(it.set))));
        }
        ComparedSets { document, owners, sets, files, report }
    }
}

impl Session {
    /// Whose annotations are shown beside one's own; none if nobody's are.
    pub fn compared_owners(&self) -> &[Owner] {
        &self.comparison.owners
    }

    /// The sets of the open article side by side; nothing before they are read.
    pub fn case(&self) -> Option<&Arc<Case>> {
        self.comparison.case.as_ref().map(|(_, case)| case)
    }

    /// The number of the unit that is shown.
    pub fn shown_unit(&self) -> Option<usize> {
        self.comparison.unit
    }

    /// In which order differences are walked.
    pub fn difference_order(&self) -> Order {
        self.comparison.order
    }

    /// The ruling that was made last in the open article, if it still stands.
    pub fn last_ruling(&self) -> Option<&Ruling> {
        let (key, id) = self.comparison.last.as_ref()?;
        let is_open = self.set_key().as_ref() == Some(key);
        self.comparison.of_own.iter().find(|it| it.id == *id).filter(|_| is_open && self.case().is_some())
    }

    /// What was decided in all articles, if that was asked for.
    pub fn rulings(&self) -> Option<&[FoundRuling]> {
        self.comparison.rulings.as_deref()
    }

    /// Opens a ruling's article and goes to what it is about.
    fn show_ruling(&mut self, found: &FoundRuling) {
        if !self.open_first(&found.document, || AdjudicateAction::Show(found.clone().into()).into()) {
            return;
        }
        let Some(document) = self.document().cloned() else { return };
        let own = self.own_of(&document, &found.ruling);
        if let Some(id) = own {
            return self.select_annotation(&id);
        }
        let words = found.ruling.gold.iter().chain(&found.ruling.said).map(|it| it.text.as_str());
        let place = words.filter(|it| !it.is_empty()).find_map(|it| document.text.as_str().find(it));
        let offset = place.and_then(|byte| document.text.locate(byte, OffsetUnit::Byte).ok());
        match offset {
            Some(offset) => {
                self.selection = super::Selection::caret_at(offset);
                self.effects.push(Effect::GoTo(offset));
            }
            None => self.notify("What this ruling is about is not in the article any more"),
        }
    }

    /// The annotation of the open set that a ruling is about: one's own by its id, gold's by its words.
    fn own_of(&self, document: &Document, ruling: &Ruling) -> Option<AnnotationId> {
        let set = self.set()?;
        let said = ruling.said.iter().find(|it| it.annotator == self.owner.name());
        let by_id =
            said.map(|it| AnnotationId::new(it.id.as_str())).filter(|id| set.annotation(id).is_some());
        let is_it = |label: &str, text: &str| {
            ruling.gold.iter().any(|it| (it.label.as_str(), it.text.as_str()) == (label, text))
        };
        let is_gold = self.owner == Owner::Gold;
        by_id.or_else(|| {
            let mut all = set.annotations().filter(|_| is_gold);
            let found = all.find(|it| is_it(&it.label, &document.text.surface(&it.span)));
            found.map(|it| it.id.clone())
        })
    }

    /// What the last pre-merge did.
    pub fn pre_merged(&self) -> Option<&PreMerged> {
        self.comparison.merged.as_ref()
    }

    pub(super) fn adjudicate(&mut self, action: AdjudicateAction) -> Result<(), EditError> {
        match action {
            AdjudicateAction::Compare(mut owners) => {
                owners.retain(|it| *it != self.owner);
                let order = self.comparison.order;
                let rulings = self.comparison.rulings.take();
                self.comparison = Comparison { owners, order, rulings, ..Comparison::default() };
                self.refresh_comparison();
            }
            AdjudicateAction::Order(order) => self.comparison.order = order,
            AdjudicateAction::Next => self.step_unit(true),
            AdjudicateAction::Previous => self.step_unit(false),
            AdjudicateAction::GoTo(unit) => self.go_to_unit(unit),
            AdjudicateAction::Rule(choice) => return self.rule(&choice),
            AdjudicateAction::Explain { reason, rule } => return self.explain(reason, rule),
            AdjudicateAction::ReadRulings => {
                self.comparison.rulings = None;
                let folder = self.folder.clone();
                // They quote what others said.
                let hides = |status| self.assignments().is_some_and(|it| it.hides(&self.owner, status));
                let in_sight = self.articles.iter().filter(|it| !hides(it.status));
                let articles = in_sight.map(|it| it.id.clone()).collect();
                self.effects.push(Effect::Start(Job::ReadRulings { folder, articles }));
            }
            AdjudicateAction::Show(found) => self.show_ruling(&found),
            AdjudicateAction::Fill(strategy) => return self.fill(strategy),
            AdjudicateAction::PreMerge { owners, strategy, least, takes_unfinished, is_dry_run } => {
                self.pre_merge(owners, strategy, least, takes_unfinished, is_dry_run);
            }
        }
        Ok(())
    }

    /// Reads others' sets if the open article is another one, and compares anew if the own set changed.
    pub(super) fn refresh_comparison(&mut self) {
        if self.comparison.owners.is_empty() {
            return;
        }
        let Some(document) = self.document().cloned() else { return };
        let Some(key) = self.set_key() else { return };
        if self.is_blind() {
            self.comparison.read = None;
            self.comparison.case = None;
            self.comparison.unit = None;
            return;
        }
        let is_read = |it: &Read| it.document.id == document.id && it.document.text.is_same(&document.text);
        if !self.comparison.read.as_ref().is_some_and(is_read) {
            let is_other = self.comparison.read.take().is_none_or(|it| it.document.id != document.id);
            self.comparison.case = None;
            if is_other {
                self.comparison.unit = None;
            }
            self.read_compared_sets(document);
            return;
        }
        let own = self.project.set(&key).cloned();
        let is_same = |before: &Option<Arc<AnnotationSet>>| match (before, &own) {
            (Some(before), Some(own)) => Arc::ptr_eq(before, own),
            (before, own) => before.is_none() && own.is_none(),
        };
        let is_compared = self.comparison.read.as_ref().is_some_and(|it| it.is_compared);
        if is_compared && self.comparison.case.as_ref().is_some_and(|(before, _)| is_same(before)) {
            self.show_wanted();
            return;
        }
        let Some(read) = &mut self.comparison.read else { return };
        read.is_compared = true;
        let names = read.sets.iter().map(|(owner, _)| owner.name().to_owned()).collect();
        let sets = read.sets.iter().map(|(_, set)| Arc::clone(set)).collect();
        let gold = own.clone().unwrap_or_default();
        self.comparison.of_own = rulings(&gold);
        let (text, of_own) = (document.text.clone(), &self.comparison.of_own);
        let case = Arc::new(Case::new(text, names, sets, gold, of_own, MatchRule::default()));
        // Units have no names of their own: what is shown is the one at the same place.
        let before = self.comparison.case.replace((own, Arc::clone(&case)));
        let shown = self.comparison.unit.zip(before).and_then(|(unit, (_, before))| {
            let before = &before.units().get(unit)?.compared;
            let is_it = |it: &Unit| {
                it.compared.place == before.place
                    && discriminant(&it.compared.content) == discriminant(&before.content)
            };
            case.units().iter().position(is_it)
        });
        self.comparison.unit = shown;
        self.show_wanted();
    }

    /// Reads others' sets on an article, unless that is under way.
    fn read_compared_sets(&mut self, document: Arc<Document>) {
        if !self.comparison.is_reading {
            self.comparison.is_reading = true;
            let owners = self.comparison.owners.clone();
            let job = CompareJob { folder: self.folder.clone(), document, owners };
            self.effects.push(Effect::Start(Job::Compare(job)));
        }
    }

    /// The files of the sets that are compared, as they were read.
    pub(super) fn compared_files(&self) -> Vec<(SetKey, Option<String>)> {
        let Some(read) = &self.comparison.read else { return Vec::new() };
        let key = |owner: &Owner| SetKey { document: read.document.id.clone(), owner: owner.clone() };
        read.files.iter().map(|(owner, file)| (key(owner), file.clone())).collect()
    }

    /// Somebody changed sets that are compared. What is shown of them, and what is typed about a
    /// ruling, stays until they are read again.
    pub(super) fn compare_again(&mut self, changed: &[SetKey]) {
        let read = self.compared_files();
        let names: Vec<&str> = changed
            .iter()
            .filter(|key| read.iter().any(|(it, _)| it == *key))
            .map(|it| it.owner.name())
            .collect();
        let Some(document) = self.comparison.read.as_ref().map(|it| Arc::clone(&it.document)) else { return };
        if !names.is_empty() {
            self.notify(format!("Read again, since it changed: what {} has here", names.join(", ")));
            self.read_compared_sets(document);
        }
    }

    /// Shows the unit that somebody went to from elsewhere, one that is not as gold has it before others.
    fn show_wanted(&mut self) {
        let Some(case) = self.case().cloned() else { return };
        let active = self.active.as_ref();
        let Some((_, offset)) = self.comparison.wanted.take_if(|(id, _)| active == Some(id)) else { return };
        let starts = |it: &usize| case.units()[*it].compared.place.is_some_and(|it| it.start() == offset);
        let is_as_gold = |it: &usize| case.units()[*it].standing == Standing::Accepted;
        self.comparison.unit = (0..case.units().len()).filter(starts).min_by_key(is_as_gold);
    }

    pub(super) fn sets_compared(&mut self, compared: ComparedSets) {
        self.comparison.is_reading = false;
        if compared.owners == self.comparison.owners {
            if compared.sets.is_empty() {
                self.notify("None of them has annotations on this article");
            }
            if let Some(problem) = compared.report.problems.first() {
                self.notify(sentence(&problem.message));
            }
            let ComparedSets { document, sets, files, .. } = compared;
            self.comparison.read = Some(Read { document, sets, files, is_compared: false });
        }
        self.refresh_comparison();
        // From now on these are looked at, too.
        self.look();
    }

    /// The open units in the order in which they are walked.
    fn open_units(&self) -> Vec<usize> {
        let Some(case) = self.case() else { return Vec::new() };
        let mut open: Vec<usize> =
            (0..case.units().len()).filter(|&i| case.is_open(&case.units()[i])).collect();
        if self.comparison.order == Order::Kind {
            open.sort_by_key(|&i| kind_rank(case, &case.units()[i]));
        }
        open
    }

    fn step_unit(&mut self, is_forward: bool) {
        let Some(case) = self.case().cloned() else {
            let text = match self.comparison.owners.is_empty() {
                true => "First choose whose annotations to compare (Ctrl+Shift+D)",
                false => "The other annotations are still being read",
            };
            return self.notify(text);
        };
        let open = self.open_units();
        let by_kind = self.comparison.order == Order::Kind;
        let rank = |i: usize| (by_kind.then(|| kind_rank(&case, &case.units()[i])), i);
        // Without a unit it starts at the caret.
        let caret = self.selection.caret.offset;
        let at = self.comparison.unit.map(rank);
        let is_after = |i: &usize| match at {
            Some(at) => rank(*i) > at,
            None => case.units()[*i].compared.place.is_some_and(|it| it.start() >= caret),
        };
        let is_before = |i: &usize| at.is_none_or(|at| rank(*i) < at);
        let next = match is_forward {
            true => open.iter().copied().find(|i| is_after(i)).or_else(|| open.first().copied()),
            false => open.iter().rev().copied().find(|i| is_before(i)).or_else(|| open.last().copied()),
        };
        match next {
            Some(unit) => self.go_to_unit(unit),
            None => {
                self.comparison.unit = None;
                self.notify("Nothing is left to decide in this article");
            }
        }
    }

    fn go_to_unit(&mut self, unit: usize) {
        let Some(case) = self.case().cloned() else { return };
        let Some(compared) = case.units().get(unit).map(|it| &it.compared) else { return };
        self.comparison.unit = Some(unit);
        if let Some(place) = compared.place {
            self.selection = super::Selection::caret_at(place.start());
            self.effects.push(Effect::GoTo(place.start()));
        }
        if let crate::compare::Content::Annotation(items) = &compared.content
            && let Some(own) = &items[0]
        {
            self.select_annotation(&own.id.clone());
        }
    }

    /// Refuses rulings by who does not work as gold.
    pub(super) fn is_curator(&mut self) -> bool {
        let is_gold = self.owner == Owner::Gold;
        if !is_gold {
            self.notify("Work as gold to decide between annotators (File menu, Annotate as)");
        }
        is_gold
    }

    fn rule(&mut self, choice: &Choice) -> Result<(), EditError> {
        if !self.is_curator() {
            return Ok(());
        }
        let (Some(case), Some(unit), Some(key)) =
            (self.case().cloned(), self.comparison.unit, self.set_key())
        else {
            self.step_unit(true);
            return Ok(());
        };
        let Some(shown) = case.units().get(unit) else { return Ok(()) };
        let names = case.names();
        if let Choice::One(i) = *choice
            && (i >= names.len() || case.words(&shown.compared, i + 1).is_none())
        {
            match names.get(i) {
                Some(name) => self.notify(format!("{name} has nothing here; 0 takes nobody's")),
                None => self.notify(format!("Only {} annotators are compared", names.len())),
            }
            return Ok(());
        }
        let ruling = self.ruling(&case, shown, choice);
        let edits = self.make(|maker| case.choose(unit, choice, &key, maker));
        self.commit_ruling(&key, "rule", edits, ruling)?;
        self.refresh_comparison();
        self.step_unit(true);
        Ok(())
    }

    /// What the record says of a choice.
    fn ruling(&mut self, case: &Case, unit: &Unit, choice: &Choice) -> Ruling {
        let said = case.statements(&unit.compared);
        let chosen: Vec<&Statement> = match choice {
            Choice::One(i) => said.get(*i).into_iter().collect(),
            Choice::All => said.iter().filter(|it| !it.id.is_empty()).collect(),
            Choice::Neither => Vec::new(),
        };
        let mut gold: Vec<Statement> = Vec::new();
        for it in &chosen {
            let statement = Statement { annotator: String::new(), id: String::new(), ..Statement::clone(it) };
            if !gold.contains(&statement) {
                gold.push(statement);
            }
        }
        // Whoever says the same was followed as well.
        let taken = match choice {
            Choice::One(i) => case.holders(&unit.compared, i + 1),
            Choice::All => chosen.iter().map(|it| it.annotator.clone()).collect(),
            Choice::Neither => Vec::new(),
        };
        Ruling {
            id: self.new_id('u'),
            kind: case.difference(&unit.compared).to_owned(),
            taken,
            gold,
            said,
            reason: String::new(),
            rule: String::new(),
            created: Some(self.now()),
            extra: crate::model::Extra::default(),
        }
    }

    fn commit_ruling(
        &mut self,
        key: &SetKey,
        name: &str,
        mut edits: Vec<Edit>,
        ruling: Ruling,
    ) -> Result<(), EditError> {
        let set = self.project.set(key).cloned().unwrap_or_default();
        let Some(edit) = ruling_edit(key, &set, &ruling) else {
            self.notify("Gold's file holds no list of rulings under that key; nothing was changed");
            return Ok(());
        };
        edits.push(edit);
        if set.status() == crate::model::Status::New {
            let (before, after) = (crate::model::Status::New, crate::model::Status::InProgress);
            edits.insert(0, Edit::Status { set: key.clone(), before, after });
        }
        self.commit(name, edits)?;
        self.comparison.last = Some((key.clone(), ruling.id));
        Ok(())
    }

    fn explain(&mut self, reason: String, rule: String) -> Result<(), EditError> {
        let (Some(ruling), Some(key)) = (self.last_ruling().cloned(), self.set_key()) else {
            self.notify("There is no ruling to explain yet");
            return Ok(());
        };
        let ruling = Ruling { reason, rule, ..ruling };
        self.commit_ruling(&key, "explain a ruling", Vec::new(), ruling)
    }

    fn fill(&mut self, strategy: MergeStrategy) -> Result<(), EditError> {
        if !self.is_curator() {
            return Ok(());
        }
        let (Some(case), Some(key)) = (self.case().cloned(), self.set_key()) else {
            self.step_unit(true);
            return Ok(());
        };
        let (edits, n_open) = self.make(|maker| case.merge(strategy, &key, maker));
        let n =
            edits.iter().filter(|it| matches!(it, Edit::Annotation { .. } | Edit::Relation { .. })).count();
        self.commit(format!("take {}", strategy.describe()), edits)?;
        self.refresh_comparison();
        self.notify(format!("Took {n} of what is {}; {n_open} left to decide", strategy.name()));
        Ok(())
    }

    /// Lets something make edits with new ids and the time.
    pub(super) fn make<T>(&mut self, make: impl FnOnce(&mut Maker<'_>) -> T) -> T {
        let at = self.now();
        let mut new_id = |kind| self.new_id(kind);
        make(&mut Maker { new_id: &mut new_id, at })
    }
}

/// Graver differences first.
fn kind_rank(case: &Case, unit: &Unit) -> usize {
    let kinds = ["missing", "label", "boundary", "attribute", "relation", ""];
    let kind = case.difference(&unit.compared);
    kinds.iter().position(|it| *it == kind).unwrap_or(kinds.len())
}

impl From<AdjudicateAction> for Action {
    fn from(action: AdjudicateAction) -> Action {
        Action::Adjudicate(action)
    }
}
